"""The checks ``path`` and ``home``: which programs have the names of the commands."""

from __future__ import annotations

import os
from pathlib import Path

from iamcli.commands.table import PROGRAMS
from iamcli.doctor.check import ok, skipped, warning
from iamcli.errors import Failure
from iamcli.installation.home import RECORD, commands_folder, is_own, own_folders, problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.doctor.check import Check

#: Where Amazon Linux had the legacy toolkit.
_OLD_FOLDER = Path("/opt/aws/apitools/iam")

_COMMANDS = [name for name in PROGRAMS if name != "iamcli"]


def checks() -> list[Check]:
    """Return the checks of this module."""
    return [_path(), _home()]


def _path() -> Check:
    """Return the check of the programs on PATH."""
    folders = [Path(name or ".") for name in os.get_exec_path()]
    first = {name: _first(name, folders) for name in PROGRAMS}
    own_directories = own_folders()
    others = [path for path in first.values() if path and not is_own(path, own_directories)]
    try:
        own = str(commands_folder())
    except Failure as failure:
        found, _, advice = str(failure).partition("; ")
        return warning("path", None, found, advice)
    if others:
        more = f" and {len(others) - 1} others" if others[1:] else ""
        found = f"{others[0]}{more} would run instead of the commands in {own}"
        return warning("path", "shadowed", found, f"put {own} before it in PATH, or remove it")
    old = _old_toolkits(folders)
    if old:
        found = f"{old[0]} still has the legacy toolkit, which scripts that name it run"
        return warning("path", None, found, f"move it and run: iamcli home {old[0]}")
    if first["iam-usercreate"] is None:
        found = f"{own} is not in PATH"
        return warning("path", None, found, f'run: export PATH="{own}:$PATH"')
    return ok("path", f"the commands in {own} are the first of their names in PATH")


def _home() -> Check:
    """Return the check of the directories that scripts use as AWS_IAM_HOME."""
    given = os.environ.get("AWS_IAM_HOME")
    folders = [Path(given)] if given else []
    on_path = {Path(name).parent for name in os.get_exec_path() if name}
    folders += sorted(folder for folder in on_path - {*folders} if (folder / RECORD).exists())
    if not folders:
        return skipped("home", "AWS_IAM_HOME is not set")
    for folder in folders:
        found = _home_problem(folder)
        if found:
            return warning("home", None, found, f"run: iamcli home {folder}")
    return ok("home", f"{' and '.join(map(str, folders))}: ready for scripts")


def _home_problem(folder: Path) -> str | None:
    """Return why scripts cannot use ``folder`` as AWS_IAM_HOME, or None if they can."""
    if (folder / RECORD).exists():
        return problem(folder, _COMMANDS)
    if not folder.is_dir():
        return f"AWS_IAM_HOME is {folder}, which is not a directory"
    if is_own(folder / "bin" / "iam-usercreate", own_folders()):
        return None
    if _is_old_toolkit(folder):
        return f"AWS_IAM_HOME is {folder}, which has the legacy toolkit"
    return f"AWS_IAM_HOME is {folder}, which does not have the commands"


def _first(name: str, folders: list[Path]) -> Path | None:
    """Return the program ``name`` that a shell would run, or None if there is none."""
    paths = (folder / name for folder in folders)
    return next((path for path in paths if path.is_file() and os.access(path, os.X_OK)), None)


def _old_toolkits(on_path: list[Path]) -> list[Path]:
    """Return the directories in which the legacy toolkit is still installed."""
    folders = [_OLD_FOLDER, *(folder.parent for folder in on_path)]
    return [folder for folder in folders if _is_old_toolkit(folder)]


def _is_old_toolkit(folder: Path) -> bool:
    program = folder / "bin" / "iam-usercreate"
    return (
        program.is_file() and any(folder.glob("lib/*.jar")) and not is_own(program, own_folders())
    )
