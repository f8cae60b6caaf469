"""A directory that ``iamcli home`` has set up: its record, what its commands run, and problems."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shlex
import stat
import subprocess
from pathlib import Path

from iamcli import quoting
from iamcli.cli.installed_commands import own_places
from iamcli.cli.listing import counted
from iamcli.config.files import MAX_SIZE, read
from iamcli.errors import Failure
from iamcli.installation import is_one_file
from iamcli.protection import unprotected, with_owners

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

#: The maximum time in which a command prints its version (seconds).
TIMEOUT = 60

#: The file that records what was written, so that a later run can recognize other files.
RECORD = ".iamcli-home"

#: What is said if only some users can run the commands, before what they may not run or enter.
CLOSED = "other users get Permission denied, because they may not use"

#: How the paths of the commands begin.
BIN = "bin/"

#: How a command that is a script begins.
SCRIPT_BEGIN = """\
#!/bin/sh
# Created by "iamcli home{option}".
"""

#: The forms of a directory: the option that makes it, and how its scripts set the mode.
STRICT = {"option": "", "set": 'IAMCLI_STRICT="${IAMCLI_STRICT:-1}"\nexport IAMCLI_STRICT\n'}
NOT_STRICT = {"option": " --no-strict", "set": ""}


def problem(folder: Path, commands: Sequence[str], *, run: bool = True) -> str | None:
    """Return why scripts that use ``folder`` may fail, or None.

    ``commands``: the names of the commands that it should include; ``run``: run one of them, too.
    Raises OSError if a command that it runs is in a directory that cannot be searched.
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
    if missing := [name for name in commands if f"{BIN}{name}" not in recorded]:
        return f"{folder} is of another version of iamcli and lacks {len(missing)} commands"
    targets = [target(folder / BIN / name) for name in commands]
    if gone := [str(path) for path in targets if path and not exists(path)]:
        return f"{folder} runs {gone[0]}, which does not exist"
    first = folder / BIN / commands[0]
    broken = _barred(folder, commands) or next(map(unrunnable, _run_by(first)), "")
    return broken or (why_not(first, os.environ) if run else None)


def _barred(folder: Path, commands: Sequence[str]) -> str:
    """Return that this user may not run some of ``commands``, entries of ``folder``; else ""."""
    names = [name for name in commands if not os.access(folder / BIN / name, os.X_OK)]
    if names and "noexec" in (mount := mounted(folder)):
        return mount
    return f"you may not run {folder / BIN / names[0]}{and_others(names)}" if names else ""


def another(folder: Path, commands: Sequence[str]) -> str:
    """Return the directory of another installation that ``folder`` runs, "" if it runs this one."""
    own = own_places()
    targets = (target(folder / BIN / name) for name in commands)
    return next((str(path.parent) for path in targets if path and not is_own(path, own)), "")


def unrunnable(program: Path) -> str:
    """Return why the system cannot start ``program``, "" if it can; nothing is run."""
    python = _interpreter(program)
    if python and not os.access(python, os.X_OK):
        what = "you may not run" if os.path.lexists(python) else "does not exist"
        return f"{program} names {python}, which {what}"
    return "" if os.access(program, os.X_OK) else f"you may not run {program}"


def closed(folder: Path, commands: Sequence[str]) -> tuple[str, str]:
    """Return what other users may not enter or run to use ``folder``, and what changes that.

    Such as a Python in a private home directory, or what was made with umask 077. Returns "" twice
    if they may, or if ``folder`` is in a private directory. Raises OSError.
    """
    folder = Path(os.path.realpath(folder))
    first = folder / BIN / commands[0]
    programs, own = _run_by(first), (folder, folder / BIN, first)
    places = (*reversed(folder.parents), *own)
    shut = [each for each in places if not each.lstat().st_mode & stat.S_IXOTH]
    if shut and shut[-1] in own and shut[0] not in (home := Path.home(), *home.parents):
        return str(shut[0]), f"if they should, run: {_opening(folder, shut[0])}"
    if not programs or shut:
        return "", ""
    used = [programs[0], _interpreter(programs[0]), programs[-1].parent]
    if not is_one_file() and is_own(programs[-1], own_places()):
        used.append(Path(__file__).parent)
    found = next((found for path in used if path and (found := _private(path))), "")
    return found, "install iamcli with umask 022 and a Python that all can run" if found else ""


def refused(folder: str) -> str:
    """Return the comment which directory of ``folder`` this user may not enter, "" if none."""
    path = Path(folder)
    places = (*reversed(path.parents), path, path / BIN)
    shut = [each for each in places if os.path.isdir(each) and not os.access(each, os.X_OK)]
    asked = f"ask its owner to run: {_opening(path, shut[0])}" if shut else ""
    return asked and f"# you may not enter {shut[0]}; {asked}"


def _opening(folder: Path, first: Path) -> str:
    """Return the line that lets others enter ``folder`` from ``first`` on, and run its commands."""
    outer = [each for each in reversed(folder.parents) if first in (each, *each.parents)]
    places, own = ((*outer, folder), (folder / BIN, folder / RECORD))
    names = (" ".join(quoting.file(str(each)) for each in some) for some in (places, own))
    return "chmod go+x {} && chmod -R go+rX {}".format(*names)


def _private(path: Path) -> str:
    """Return ``path`` without links if other users may not enter or run it, else ""."""
    real = Path(os.path.realpath(path))
    try:
        open_to_all = all(each.stat().st_mode & stat.S_IXOTH for each in (real, *real.parents))
    except OSError:
        return ""  # what is not there is another problem
    return "" if open_to_all else str(real)


def _interpreter(program: Path) -> Path | None:
    """Return the interpreter in the first line of ``program``, None if it has none."""
    try:
        with program.open("rb") as opened:
            begin, *_ = opened.readline(MAX_SIZE).split()
    except (OSError, ValueError):
        return None
    return Path(os.fsdecode(begin[2:])) if begin[:2] == b"#!" and begin[2:] else None


def exposure(folder: str | Path, commands: Sequence[str]) -> str:
    """Return how other users can change what ``folder`` runs, "" if they cannot.

    ``commands``: as for ``problem``. Source: LEGACY.md (iamcli home). Raises OSError.
    """
    place = Path(folder, BIN)
    runs = filter(None, (target(place / name) for name in commands))
    used = (path for run in runs for path in (run.parent, run))
    found = with_owners(unprotected(place, place.parent.parent, *used))
    return found and f"other users may write {found}, and so can change what {folder} runs"


def why_not(program: Path, env: Mapping[str, str]) -> str | None:
    """Return why ``program``, a command, does not run with the variables ``env``; None if it does.

    It prints its version, within TIMEOUT.
    """
    try:
        done = subprocess.run(  # noqa: S603 - one of this installation
            [program, "--version"],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{program} does not end within {TIMEOUT} seconds"
    except OSError as error:
        return f"{program}: {error.strerror}"
    if done.returncode == 0:
        return None
    said = os.fsdecode(done.stderr).strip().rpartition("\n")[2].strip()
    return f"{program} fails: {said.removeprefix(f'{program.name}: ')}"


def mounted(folder: str | Path) -> str:
    """Return that the file system of ``folder`` is mounted noexec or read-only, "" if it is not."""
    flags = os.statvfs(folder).f_flag
    noexec = flags & getattr(os, "ST_NOEXEC", 0)  # Linux
    how = "noexec" if noexec else "read-only" if flags & os.ST_RDONLY else ""
    return how and f"{folder} is on a file system that is mounted {how}"


def above(folder: str | Path) -> str:
    """Return the directory above ``folder`` if that is a bin with the commands, else ""."""
    path = Path(folder)
    is_bin = path.name == "bin" and os.path.exists(path / "iam-usercreate")
    return str(path.parent) if is_bin else ""


def exists(path: Path) -> bool:
    """Return whether ``path`` exists.

    Raises OSError if that is unknown, which ``Path.exists`` does not do from Python 3.14 on.
    """
    try:
        path.stat()
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            raise
        return False
    return True


def and_others(names: Sequence[object]) -> str:
    """Return how many ``names`` follow the first one (" and 2 others"), "" if none does."""
    number = len(names) - 1
    return f" and {counted(number, 'other')}" if number else ""


def target(path: Path) -> Path | None:
    """Return the command that ``path``, an entry of bin, runs; None if it is not one."""
    return next(reversed(_run_by(path)), None)


def _run_by(path: Path) -> list[Path]:
    """Return the command that ``path``, an entry of bin, runs, after the Python that it names."""
    try:
        if path.is_symlink():
            return [path.parent / path.readlink()]
        last = _script(path).removesuffix("\n").rpartition("\n")[2]
        # The name of the command may be after it.
        words = shlex.split(last) if last.startswith("exec ") else []
    except (OSError, ValueError):
        return []
    return [Path(word) for word in words if "/" in word]


def strict_default(program: Path) -> str | None:
    """Return what ``program`` sets IAMCLI_STRICT to if the environment does not set it.

    "1" for a command of a directory in strict mode, also by a link, else None.
    """
    return "1" if STRICT["set"] in _script(program) else None


def is_own(path: Path, places: Collection[str]) -> bool:
    """Return whether ``path`` exists and is, or runs, one of ``places``, from ``own_places``."""
    try:
        program = Path(os.path.realpath(path))
        run = Path(os.path.realpath(target(program) or program))
    except OSError:  # a relative name in a directory that was deleted
        return False
    found = {str(place) for place in (program, program.parent, run, run.parent)}
    return os.path.exists(run) and not found.isdisjoint(places)


def read_record(path: Path) -> dict[str, list[str]]:
    """Return the recorded states of each path, several if a run was cut off; {} without a record.

    Raises Failure if the record is damaged, and OSError if it cannot be read.
    """
    try:
        content = _content(path)
    except FileNotFoundError:
        return {}
    try:
        record: dict[str, list[str]] = json.loads(content or b"")
        if all(
            isinstance(known, list) and known and all(isinstance(each, str) for each in known)
            for known in record.values()
        ):
            return record
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


def _script(program: Path) -> str:
    """Return the script of a directory that ``program`` is, or is a link to; "" for another one."""
    try:
        content = os.fsdecode(_content(Path(os.path.realpath(program))) or b"")
    except OSError:  # it cannot be read, or is a relative name in a directory that was deleted
        return ""
    begins = tuple(SCRIPT_BEGIN.format(**form) for form in (STRICT, NOT_STRICT))
    return content if content.startswith(begins) else ""


def _content(path: Path) -> bytes | None:
    """Return the contents of a file; None for a link, a directory, a pipe, or a large file."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_SIZE:
        return None
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    content = read(number, MAX_SIZE + 1)
    return content if len(content) <= MAX_SIZE else None
