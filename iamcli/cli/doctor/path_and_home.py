"""The checks ``path`` and ``home``: which programs have the names of the commands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from iamcli import quoting
from iamcli.cli import index, installed_commands
from iamcli.cli.doctor.diagnosis import failed, ok, skipped, warning
from iamcli.cli.homes import choice, directory
from iamcli.cli.homes.choice import STRICT, choose, homes_in, look, may_make
from iamcli.cli.homes.directory import RECORD, and_others, is_own, problem, strict_default
from iamcli.cli.homes.layout import told, toolkit
from iamcli.cli.installed_commands import commands_folder, one_file, own_places
from iamcli.config.settings import SANDBOX
from iamcli.errors import Failure
from iamcli.installation.table import PROGRAMS
from iamcli.output.streams import strictness
from iamcli.protection import PROTECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamcli.cli.doctor.diagnosis import Diagnosis
    from iamcli.cli.homes.choice import Advice

_COMMANDS = index.names()


def check_path() -> Diagnosis:
    """Return which programs on PATH have the names of the commands."""
    first = {name: shutil.which(name) for name in PROGRAMS}
    places = own_places()
    others = [path for path in first.values() if path and not is_own(Path(path), places)]
    found = [path for name in _COMMANDS if (path := first[name]) and path not in others]
    try:
        file = one_file()
        own = str(file or commands_folder())
    except Failure as failure:
        return failed(failure)._replace(result="warning")
    if not file and (broken := directory.unrunnable(Path(own, _COMMANDS[0]))):
        # As after a virtual environment was moved.
        section = '"Upgrade, move and remove" in docs/install.md'
        again = f"make the environment again, as {section} says, then run: iamcli home DIR"
        return warning(broken, again)
    if others:
        return _others_first(others, found, own)
    return _toolkit_left(found) or _own_in_path(found, own)


def _others_first(others: list[str], rest: list[str], own: str) -> Diagnosis:
    """Return what is said of ``others``, programs before the commands in ``own``, and ``rest``."""
    advice = _advice(others[0])
    strict = strict_default(Path(others[0]))
    if strict and not advice.found:
        said = f"the commands in {Path(others[0]).parent} are the first of their names in PATH"
        return ok(f"{said}, {_mode(others)}; they are of another installation")
    place = next((f"{home}/bin" for home in homes_in(os.environ.get("PATH", ""))), own)
    found = f"{others[0]}{and_others(others)} would run instead of the commands in {place}"
    found += f": {advice.found}" + (f"; the others are {_mode(rest)}" if rest else "")
    return warning(found, told(advice.lines), "shadowed")


def _toolkit_left(found: Sequence[str]) -> Diagnosis | None:
    """Return that a toolkit is still there, behind the commands ``found``; None if none is."""
    for folder in (Path(choice.STANDARD, "bin"), *map(Path, os.get_exec_path())):
        if old := toolkit(folder / _COMMANDS[0]):
            problem = f"{old} still has the legacy toolkit, which scripts that name it run"
            problem += f"; the commands in PATH are {_mode(found)}" if found else ""
            return warning(problem, told(look(str(old))[1]) or "ask its owner to move it")
    return None


def _own_in_path(found: list[str], own: str) -> Diagnosis:
    """Return what is said if PATH has the commands ``found``, which run those in ``own``."""
    mode = _mode(found)
    file = one_file()
    if file and found:  # people need not link all
        number = f"{len(found)} of the {len(_COMMANDS)} commands"
        return ok(f"PATH has links to {own} for {number}, {mode}")
    if not found:
        problem = f"PATH has no links to {own}" if file else f"{own} is not in PATH"
        lines = _advice("").lines
        scripts = f"for scripts, {told(lines)}; for what you type, " if lines else ""
        return warning(problem, f"{scripts}{installed_commands.adding_to_path()}")
    strict = strict_default(Path(found[0]))
    if strict and (advice := _advice(found[0])).found:
        return warning(advice.found, told(advice.lines) or "ask its owner to repair it")
    homes = (Path(home, "bin", _COMMANDS[0]) for home in homes_in(os.environ["PATH"]))
    if not strict and any(map(strict_default, homes)) and (lines := _advice(found[0]).lines):
        return warning(f"PATH finds {choice.INSTALLED}", told(lines))
    names = {os.path.basename(path) for path in found}
    if absent := [name for name in _COMMANDS if name not in names]:
        problem = f"PATH does not have {absent[0]}{and_others(absent)} of the commands in {own}"
        home = quoting.quoted(os.path.dirname(os.path.realpath(found[0])))
        add = f'run: export PATH={home}:"$PATH"' if strict else installed_commands.adding_to_path()
        return warning(f"{problem}; the others are {mode}", add)
    return ok(f"the commands in {own} are the first of their names in PATH, {mode}")


def _advice(program: str) -> Advice:
    """Return what leads scripts to strict commands if they find ``program`` first, "" if none."""
    return choose(program, os.environ.get("PATH", os.defpath), os.environ, rest='"$PATH"')


def check_home() -> Diagnosis:
    """Return whether scripts can use the directories that they use as AWS_IAM_HOME."""
    named = os.environ.get("AWS_IAM_HOME")
    folders = [Path(named)] if named else []
    on_path = {Path(name).parent for name in os.get_exec_path() if name}
    folders += sorted(path for path in on_path - {*folders} if os.path.exists(path / RECORD))
    if not folders:
        return skipped("AWS_IAM_HOME is not set")
    said = []
    for folder in folders:
        made = os.path.exists(folder / RECORD)
        diagnosis = _made_problem(folder) if made else _other_problem(folder)
        if diagnosis:
            return diagnosis
        strict = strictness() == "1" or strict_default(folder / "bin" / _COMMANDS[0])
        if not (strict or SANDBOX in os.environ) and str(folder) == named:
            found = f"AWS_IAM_HOME is {folder}, whose commands are not in strict mode"
            return warning(found, f"for scripts, run: export {STRICT}")
        said.append(f"{folder}: {'ready for scripts' if strict else 'not in strict mode'}")
        if run := directory.another(folder, _COMMANDS):
            said.append(f"it runs another installation, {run}")
        program, advice = directory.closed(folder, _COMMANDS)
        if program:
            said.append(f"{directory.CLOSED} {program}; {advice}")
    return ok("; ".join(said))


def _mode(programs: Sequence[str]) -> str:
    """Return which of ``programs``, commands of iamcli, are in strict mode, and by what."""
    given = strictness()
    strict = [path for path in map(Path, programs) if not given and strict_default(path)]
    number = f"{len(strict)} of {len(programs)} " if 0 < len(strict) < len(programs) else ""
    by = sorted({str(path.parent) for path in strict}) or [f"IAMCLI_STRICT={given}"] * bool(given)
    mode = number + ("in strict mode" if strict or given == "1" else "not in strict mode")
    return f"{mode}, by {' and '.join(by)}" if by else mode


def _made_problem(folder: Path) -> Diagnosis | None:
    """Return why scripts cannot use ``folder``, which ``iamcli home`` has set up, or None."""
    try:
        reason = problem(folder, _COMMANDS)
        if not reason and (exposed := directory.exposure(folder, _COMMANDS)):
            return warning(exposed, PROTECT, "writable-by-others")
    except OSError as error:  # a command that it runs is in a directory that cannot be searched
        reason = f"{error.filename}: {error.strerror}"
    advice = "move files that were changed there, or ask its owner to repair it"
    if reason and directory.mounted(folder):
        advice = "mount its file system otherwise, or set up another directory with iamcli home"
    elif reason and may_make(str(folder)):
        advice = f"run: {_set_up(folder)}; if it refuses a file, move the file and run it again"
    return warning(reason, advice) if reason else None


def _other_problem(folder: Path) -> Diagnosis | None:
    """Return why scripts cannot use AWS_IAM_HOME, another ``folder``, or None."""
    program = folder / "bin" / "iam-usercreate"
    if is_own(program, own_places()):
        return None
    named = f"AWS_IAM_HOME is {folder}, which"
    if barred := directory.refused(str(folder)):
        return warning(f"{named} you may not use", told((barred,)))
    if outer := directory.above(folder):
        return warning(
            f"{named} is the bin of {outer}", f"run: export AWS_IAM_HOME={quoting.quoted(outer)}"
        )
    what, in_the_way = "does not have the commands", os.path.lexists(program)
    if not os.path.isdir(folder):
        what, in_the_way = "is not a directory", os.path.lexists(folder)
    elif toolkit(program):
        return warning(f"{named} has the legacy toolkit", told(look(str(folder))[1]))
    advice = f"{'move it and ' if in_the_way else ''}run: {_set_up(folder)}"
    if not (in_the_way or may_make(str(folder))):
        advice = "you may not make it; set AWS_IAM_HOME to another directory"
    return warning(f"{named} {what}", advice)


def _set_up(folder: Path) -> str:
    """Return the command that sets up ``folder`` in the form that it has."""
    made = [path for name in _COMMANDS if directory.target(path := folder / "bin" / name)]
    form = directory.STRICT if any(map(strict_default, made)) or not made else directory.NOT_STRICT
    return installed_commands.home_line(quoting.file(str(folder)), form["option"])
