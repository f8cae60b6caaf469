"""Unpacks iamcli.pyz: below SHIV_ROOT or ~/.shiv, or else in a directory of the user below TMPDIR.

Whatever prevents that is one line on standard error, and exit status 1.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import contextlib
import errno
import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

#: Modules of the standard library that Debian's python3-minimal, or an incomplete Python, lacks.
NEEDED = ("shutil", "zlib", "zipfile", "json", "email.parser", "http.client", "ssl", "logging")
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: The file with the number of files.
NUMBER = "number-of-files"
#: The space that is needed (MB).
SIZE = 25


def unpacked(
    program: str, name: str, root: str, protected: Callable[[str], bool], *, named: bool
) -> str:
    """Return the directory ``name`` with the packages, below ``root`` or in that below TMPDIR.

    ``program``: the name for errors; ``root``: "" if there is no home directory; ``protected``:
    whether only this user can change a directory; ``named``: SHIV_ROOT names it, so that no other
    directory is used.
    """
    temporary = os.path.realpath(os.environ.get("TMPDIR") or "/tmp")
    own = os.path.join(temporary, f"iamcli-{os.geteuid()}")
    place = os.path.join(own, name)

    def usable(folder: str) -> bool:
        return _is_whole(folder) and (named or protected(folder))

    if not named and _is_private(own) and usable(place):
        return place
    _prepare(program)
    why = f"{root} cannot be written" if root else "there is no home directory"
    try:
        if named:
            os.makedirs(root, 0o755, exist_ok=True)
            return _unpack(root, name, usable)
        _make(root, 0o755)
        if protected(root):
            return _unpack(root, name, usable)
        why = f"other users can change {root}"
    except OSError as error:
        if named or error.errno in FULL:
            _cannot_unpack(program, root or "SHIV_ROOT", error)
    try:
        _make(own, 0o700)
        _check_private(own, protected)
        _unpack(own, name, usable)
    except OSError as error:
        _cannot_unpack(program, own, error)
    if sys.stderr and sys.stderr.isatty():
        print(f"{program}: unpacked in {own}, because {why}; see SHIV_ROOT", file=sys.stderr)
    return place


def _prepare(program: str) -> None:
    """Check that Python is complete. From now on, Ctrl-C ends the program as it ends others."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    try:
        for module in NEEDED:
            __import__(module)
    except ImportError as error:
        lacking = f"{sys.executable} lacks the module {error.name or error}"
        _fail(program, f"{lacking}; install the package python3")


def _cannot_unpack(program: str, folder: str, error: OSError) -> NoReturn:
    if error.errno in FULL:
        cure = f"make room for {SIZE} MB, or set SHIV_ROOT to a directory on another disk"
    else:
        cure = "set SHIV_ROOT to a directory that you can write"
    _fail(program, f"cannot unpack the one file in {folder}: {error.strerror}; {cure}")


def _fail(program: str, problem: str) -> NoReturn:
    """End the program with one line."""
    sys.exit(f"{program}: {' '.join(problem.splitlines())}")


def _make(folder: str, mode: int) -> None:
    """Make ``folder`` if it does not exist, but not the one that it is in."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, mode)


def _is_private(folder: str) -> bool:
    """Return whether ``folder`` is a directory of this user that is closed to others."""
    try:
        info = os.lstat(folder)
    except OSError:
        return False
    own = info.st_uid == os.geteuid()
    return own and stat.S_ISDIR(info.st_mode) and not info.st_mode & 0o077


def _check_private(folder: str, protected: Callable[[str], bool]) -> None:
    """Raise OSError if others can enter ``folder``, or put another directory in its place."""
    if not _is_private(folder):
        raise PermissionError(errno.EPERM, "not a private directory of this user")
    if not protected(folder):
        raise PermissionError(errno.EPERM, "other users can replace it")


def _is_whole(place: str) -> bool:
    """Return whether ``place`` has all its files. The system deletes old files below TMPDIR."""
    try:
        with open(os.path.join(place, NUMBER), encoding="ascii") as file:
            return _files_in(place) >= int(file.read())
    except (OSError, ValueError):
        return False


def _files_in(folder: str) -> int:
    return sum(len(files) for _, _, files in os.walk(folder))


def _unpack(root: str, name: str, usable: Callable[[str], bool]) -> str:
    """Unpack the packages into the directory ``name`` in ``root``, and return its path.

    It gets its name when it is complete, so that nothing incomplete is ever used. ``usable``:
    whether a directory that is there already can be used.
    """
    import shutil

    place = os.path.join(root, name)
    with _closed_to_others(), _lock(root) as locked:
        if usable(place):  # another process did it while this one waited
            return place
        for other in os.listdir(root) if locked else ():
            if other.startswith(f"{name}."):  # of a process that was killed
                shutil.rmtree(os.path.join(root, other), ignore_errors=True)
        part = f"{place}.{os.urandom(4).hex()}"
        os.mkdir(part)
        try:
            _extract(part, place)
            with open(os.path.join(part, NUMBER), "w", encoding="ascii") as file:
                file.write(str(_files_in(part)))
            if not usable(place):  # without the lock, another process may have been faster
                shutil.rmtree(place, ignore_errors=True)
                os.rename(part, place)
        except OSError:
            if not usable(place):
                raise
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return place


@contextlib.contextmanager
def _closed_to_others() -> Iterator[None]:
    """Make files that others cannot write, whatever the umask is."""
    umask = os.umask(0o077)
    os.umask(umask | 0o022)
    try:
        yield
    finally:
        os.umask(umask)


@contextlib.contextmanager
def _lock(folder: str) -> Iterator[bool]:
    """Wait until no other process unpacks in ``folder``; yield False if it cannot be locked."""
    import fcntl

    number = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
        except OSError:  # some network file systems
            yield False
        else:
            yield True
    finally:
        os.close(number)


def _extract(part: str, place: str) -> None:
    """Extract the packages to ``part``, with the byte code that the modules have in ``place``."""
    import importlib.util
    import io
    import marshal
    import warnings
    import zipfile

    with zipfile.ZipFile(os.path.dirname(__file__)) as archive:
        packages = archive.read("packages.zip")
    with zipfile.ZipFile(io.BytesIO(packages)) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.extractall(part)
        for name in archive.namelist():
            if not name.endswith(".py"):
                continue
            # On a full disk, Python 3.11 writes incomplete byte code, which it reads the next time.
            source = archive.read(name)
            code = compile(source, os.path.join(place, name), "exec", dont_inherit=True)
            file = importlib.util.cache_from_source(os.path.join(part, name))
            os.makedirs(os.path.dirname(file), exist_ok=True)
            # 1: it belongs to this source, whose time does not matter (PEP 552).
            head = importlib.util.MAGIC_NUMBER + b"\1\0\0\0" + importlib.util.source_hash(source)
            with open(file, "wb") as output:
                output.write(head + marshal.dumps(code))
