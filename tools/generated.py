"""Files that are generated: nothing is written or deleted before all of them are made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from index import programs

from iamcli.cli import index
from iamcli.help import docstring as documentation
from iamcli.installation.table import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parent.parent


def require() -> None:
    """End the program with the reason if the commands or their docstrings are incomplete."""
    if sys.flags.optimize > 1:
        sys.exit(
            "python -OO and PYTHONOPTIMIZE=2 remove the docstrings that the files are made from; "
            "nothing was changed; run this again without them"
        )
    if programs() != PROGRAMS:
        sys.exit(
            "iamcli/installation/table.py is not up to date; nothing was changed; run make index"
        )
    for command in index.commands():
        if not command.documentation:
            sys.exit(f"{command.name} has no docstring; nothing was changed; write one")
        found = documentation.of(command)
        required = {
            "Does": found.does,
            "Output": found.output,
            "Example": found.examples,
            "Calls": found.calls,
        }
        for section in (name for name in required if not required[name]):
            lacks = f"the docstring of {command.name} has no {section}:"
            sys.exit(f"{lacks}; nothing was changed; see iamcli/help/docstring.py")


def update(make: Callable[[], dict[Path, str]], folder: Path, pattern: str, *, check: bool) -> int:
    """Write the files that ``make`` returns, and delete the others in ``folder``.

    Prints what changed; with ``check``, changes nothing. Returns the exit status. ``pattern``: of
    the files that are deleted. Ends the program with the reason if something is missing.
    """
    require()
    try:
        made = make()
    except OSError as error:
        sys.exit(f"{error}; nothing was changed")
    stale = sorted(path for path in folder.glob(pattern) if path not in made)
    changed = [path for path, text in made.items() if _read(path) != text]
    _report(stale, "no command with that name")
    _report(changed, "not up to date" if check else "written")
    if check:
        return int(bool(stale or changed))
    try:
        for path in changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path], encoding="utf-8")
    except OSError as error:
        sys.exit(f"{error}; nothing was deleted")
    for path in stale:
        path.unlink()
    return 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _report(paths: Iterable[Path], what: str) -> None:
    for path in paths:
        print(f"{path.relative_to(ROOT)}: {what}")
