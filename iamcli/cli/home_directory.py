"""A directory that ``iamcli home`` has set up: its record, what its commands run, and problems."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import stat
from pathlib import Path

from iamcli.cli.installed_commands import own_places
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

#: The file that records what was written, so that a later run can recognize other files.
RECORD = ".iamcli-home"

#: How the paths of the commands begin.
BIN = "bin/"

#: How a command that behaves as with IAMCLI_STRICT=1 begins.
STRICT_BEGIN = """\
#!/bin/sh
# Created by "iamcli home --strict".
"""

#: The maximum size of a file that is read (bytes), far more than that of any file written here.
MAX_SIZE = 1 << 20


def problem(folder: Path, commands: Sequence[str]) -> str | None:
    """Return why scripts that use ``folder`` may fail, or None.

    ``commands``: the names of the commands that it should include.
    """
    try:
        recorded = read_record(folder / RECORD)
        changed = [
            place
            for place, states in recorded.items()
            if place.startswith(BIN) and state_at(folder / place) not in states
        ]
    except Failure as failure:
        return str(failure).partition(";")[0]
    except OSError as error:
        return f"{error.filename}: {error.strerror}"
    if changed:
        return f"{folder / changed[0]}{and_others(changed)}: missing or changed"
    missing = [name for name in commands if f"{BIN}{name}" not in recorded]
    if missing:
        return f"{folder} is of another version of iamcli and lacks {len(missing)} commands"
    targets = [target(folder / BIN / name) for name in commands]
    gone = [str(path) for path in targets if path and not path.exists()]
    if gone:
        return f"{folder} runs {gone[0]}, which does not exist"
    own = own_places()
    foreign = [str(path.parent) for path in targets if path and not is_own(path, own)]
    return f"{folder} runs another installation, {foreign[0]}" if foreign else None


def and_others(names: Sequence[object]) -> str:
    """Return how many there are besides the first of ``names``, "" if there is only one."""
    number = len(names) - 1
    return f" and {number} other{'s' if number > 1 else ''}" if number else ""


def target(path: Path) -> Path | None:
    """Return the command that ``path``, an entry of bin, runs; None if it is not one."""
    try:
        if path.is_symlink():
            return path.parent / path.readlink()
        content = os.fsdecode(_content(path) or b"")
        last = content.removesuffix("\n").rpartition("\n")[2]
        if not (content.startswith(STRICT_BEGIN) and last.startswith("exec ")):
            return None
        words = shlex.split(last)[1:]
    except (OSError, ValueError):
        return None
    return Path(words[0]) if words else None


def is_own(path: Path, places: Collection[str]) -> bool:
    """Return whether the program ``path`` is, or runs, one of ``places``, from ``own_places``."""
    programs = filter(None, (path, target(path)))
    return any(
        place in places
        for program in map(os.path.realpath, programs)
        for place in (program, os.path.dirname(program))
    )


def read_record(path: Path) -> dict[str, list[str]]:
    """Return the recorded states of each path, several if a run was cut off; {} without a record.

    Raises Failure if the record is damaged, and OSError if it cannot be read.
    """
    try:
        content = _content(path)
    except FileNotFoundError:
        return {}
    try:
        record = json.loads(content or b"")
        states = {
            place: [known] if isinstance(known, str) else known for place, known in record.items()
        }
        if all(
            isinstance(known, list) and known and all(isinstance(each, str) for each in known)
            for known in states.values()
        ):
            return states
    except (ValueError, AttributeError, TypeError, RecursionError):
        pass
    raise Failure(
        f"{path} is not a record of iamcli home; nothing was changed; move it and run this again"
    )


def state_at(path: Path) -> str | None:
    """Return the state of ``path`` as it is recorded, or None if it does not exist."""
    try:
        if path.is_symlink():
            return state_of(str(path.readlink()))
        content = _content(path)
    except FileNotFoundError:
        return None
    except PermissionError:
        return "unreadable"
    return "other" if content is None else state_of(content)


def state_of(content: str | bytes) -> str:
    """Return the state of a link to the target ``content``, or of a file with that content."""
    if isinstance(content, str):
        return f"link {content}"
    return f"file {hashlib.sha256(content).hexdigest()}"


def _content(path: Path) -> bytes | None:
    """Return the contents of a file; None for a link, a directory, a pipe, or a large file."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return None
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(number, "rb") as file:
        content = file.read(MAX_SIZE + 1)
    return content if len(content) <= MAX_SIZE else None
