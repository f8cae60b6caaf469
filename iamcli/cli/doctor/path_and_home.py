"""The checks ``path`` and ``home``: which programs have the names of the commands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from iamcli import quoting
from iamcli.cli import index
from iamcli.cli.doctor.diagnosis import failed, ok, skipped, warning
from iamcli.cli.homes import directory
from iamcli.cli.homes.directory import RECORD, and_others, exposure, is_own, problem, strict_default
from iamcli.cli.installed_commands import adding_to_path, commands_folder, one_file, own_places
from iamcli.errors import Failure
from iamcli.installation.table import PROGRAMS
from iamcli.output.streams import strictness
from iamcli.protection import PROTECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamcli.cli.doctor.diagnosis import Diagnosis

#: Where Amazon Linux had the legacy toolkit.
_OLD_FOLDER = Path("/opt/aws/apitools/iam")

_COMMANDS = index.names()


def check_path() -> Diagnosis:
    """Return which programs on PATH have the names of the commands."""
    folders = [Path(name) for name in os.get_exec_path()]
    first = {name: shutil.which(name) for name in PROGRAMS}
    places = own_places()
    others = [path for path in first.values() if path and not is_own(Path(path), places)]
    absent = [name for name in _COMMANDS if first[name] is None]
    try:
        file = one_file()
        own = str(file or commands_folder())
    except Failure as failure:
        return failed(failure)._replace(result="warning")
    if others:
        problem = f"{others[0]}{and_others(others)} would run instead of the commands in {own}"
        links = "links to " if file else ""
        advice = f"put {links}{own} before it in PATH, or remove it"
        return warning(problem, advice, "shadowed")
    found = [path for name in _COMMANDS if (path := first[name])]
    mode = _mode(found)
    old = next(filter(_is_old_toolkit, (_OLD_FOLDER, *(folder.parent for folder in folders))), None)
    if old:
        problem = f"{old} still has the legacy toolkit, which scripts that name it run"
        problem += f"; the commands in PATH are {mode}" if found else ""
        return warning(problem, f"move it and run: {_set_up(old)}")
    if file and found:  # people need not link all
        number = f"{len(found)} of the {len(_COMMANDS)} commands"
        return ok(f"PATH has links to {own} for {number}, {mode}")
    if absent:
        problem = f"PATH does not have {absent[0]}{and_others(absent)} of the commands in {own}"
        problem += f"; the others are {mode}"
        if not found:
            problem = f"PATH has no links to {own}" if file else f"{own} is not in PATH"
        return warning(problem, adding_to_path())
    return ok(f"the commands in {own} are the first of their names in PATH, {mode}")


def check_home() -> Diagnosis:
    """Return whether scripts can use the directories that they use as AWS_IAM_HOME."""
    named = os.environ.get("AWS_IAM_HOME")
    folders = [Path(named)] if named else []
    on_path = {Path(name).parent for name in os.get_exec_path() if name}
    folders += sorted(path for path in on_path - {*folders} if os.path.exists(path / RECORD))
    if not folders:
        return skipped("AWS_IAM_HOME is not set")
    for folder in folders:
        made = os.path.exists(folder / RECORD)
        diagnosis = _made_problem(folder) if made else _other_problem(folder)
        if diagnosis:
            return diagnosis
    return ok(f"{' and '.join(map(str, folders))}: ready for scripts")


def _mode(programs: Sequence[str]) -> str:
    """Return which of ``programs``, commands of iamcli, are in strict mode, and by what."""
    given = strictness()
    strict = [path for path in map(Path, programs) if strict_default(path)]
    if given:  # which those of an older version do not read
        strict = [path for path in strict if given != "1" and directory.ignores_variable(path)]
    number = f"{len(strict)} of {len(programs)} " if 0 < len(strict) < len(programs) else ""
    by = sorted({str(path.parent) for path in strict}) or [f"IAMCLI_STRICT={given}"] * bool(given)
    mode = number + ("in strict mode" if strict or given == "1" else "not in strict mode")
    return f"{mode}, by {' and '.join(by)}" if by else mode


def _made_problem(folder: Path) -> Diagnosis | None:
    """Return why scripts cannot use ``folder``, which ``iamcli home`` has set up, or None."""
    try:
        reason = problem(folder, _COMMANDS)
        if not reason and (exposed := exposure(folder, _COMMANDS)):
            return warning(exposed, PROTECT, "writable-by-others")
    except OSError as error:  # a command that it runs is in a directory that cannot be searched
        reason = f"{error.filename}: {error.strerror}"
    again = "if it refuses a file, move the file and run it again"
    return warning(reason, f"run: {_set_up(folder)}; {again}") if reason else None


def _other_problem(folder: Path) -> Diagnosis | None:
    """Return why scripts cannot use AWS_IAM_HOME, another ``folder``, or None."""
    program = folder / "bin" / "iam-usercreate"
    if is_own(program, own_places()):
        return None
    what, in_the_way = "does not have the commands", os.path.lexists(program)
    if not os.path.isdir(folder):
        what, in_the_way = "is not a directory", os.path.lexists(folder)
    elif _is_old_toolkit(folder):
        what = "has the legacy toolkit"
    advice = f"{'move it and ' if in_the_way else ''}run: {_set_up(folder)}"
    return warning(f"AWS_IAM_HOME is {folder}, which {what}", advice)


def _set_up(folder: Path) -> str:
    """Return the command that sets up ``folder`` in the form that it has."""
    made = [path for name in _COMMANDS if directory.target(path := folder / "bin" / name)]
    form = directory.STRICT if any(map(strict_default, made)) or not made else directory.NOT_STRICT
    return f"iamcli home{form['option']} {quoting.file(str(folder))}"


def _is_old_toolkit(folder: Path) -> bool:
    """Return whether the legacy toolkit is still installed in ``folder``."""
    program = folder / "bin" / "iam-usercreate"
    return (
        os.path.isfile(program)
        and any(folder.glob("lib/*.jar"))
        and not is_own(program, own_places())
    )
