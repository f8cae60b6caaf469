"""Makes files and directories that other users of the machine can neither replace nor redirect.

Everything that iamcli writes is opened by ``Folder.create``. ``fs.protected_symlinks`` of the
system covers less: directories with the sticky bit.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: The permissions of a file with secrets.
PRIVATE = 0o600

#: What to do if other users can change files that this user trusts.
PROTECT = "let only you and root write there"
#: The permissions with which other users can write.
OTHERS = stat.S_IWGRP | stat.S_IWOTH

#: How a directory is opened: to use what is in it, for which it need not be readable.
_FOLDER = (
    getattr(os, "O_PATH", getattr(os, "O_SEARCH", os.O_RDONLY)) | os.O_DIRECTORY | os.O_CLOEXEC
)
#: The errors if that is a link, which is not followed, or no directory.
_NO_FOLDER = (errno.ENOTDIR, errno.ELOOP, errno.EMLINK)
#: The maximum number of links in a path, as in Linux.
_MAX_LINKS = 40
#: The place of temporary directories if the usual one cannot be used.
_OTHER_PLACE = "/tmp"  # noqa: S108 - the names are random, and only this user can enter them


class Folder:
    """A directory that is held open, so that nobody can exchange it for another one.

    ``path``: its path, "" for the current directory; ``make``: the permissions of directories in it
    that do not exist, None to make none; ``follow``: whether it may be a link; ``inside``: the
    directory in which ``path`` begins, if not the current one. Raises OSError if it cannot be used,
    also if a part of it is a link of another user in a directory that others may write.
    """

    def __init__(
        self,
        path: str,
        *,
        make: int | None = None,
        follow: bool = True,
        inside: Folder | None = None,
    ) -> None:
        #: Its descriptor.
        self.number: int
        begin = inside.number if inside else None
        self.number, _ = _enter(path, make=make, follow=follow, begin=begin)

    def create(self, name: str, mode: int = PRIVATE, *, new: bool = True) -> int:
        """Return a descriptor of the file ``name``, to write it; a link is never followed.

        ``mode``: its permissions, less those that the umask removes. ``new``: it must not exist;
        otherwise it may, but must be a file of this user. Raises OSError.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        flags |= os.O_EXCL if new else os.O_NONBLOCK
        number = os.open(name, flags, mode, dir_fd=self.number)
        state = os.fstat(number)
        if not new and not (stat.S_ISREG(state.st_mode) and state.st_uid == os.geteuid()):
            os.close(number)
            raise PermissionError(errno.EPERM, "it is not a file of yours", name)
        return number

    def write(
        self, name: str, content: bytes, mode: int = PRIVATE, *, sync: bool = False
    ) -> os.stat_result:
        """Make the file ``name``, which must not exist, with ``content``; return its state.

        ``sync``: wait until it is on the disk. Raises OSError, and then leaves no file.
        """
        number = self.create(name, mode)
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content)
                file.flush()
                if sync:
                    os.fsync(number)
                return os.fstat(number)
        except OSError:
            self.discard(name)
            raise

    def replace(
        self, name: str, content: bytes, mode: int = PRIVATE, *, temporary: str, sync: bool = False
    ) -> os.stat_result:
        """Make the file ``name`` with ``content`` in one step; return its state.

        ``temporary``: the name until it is complete, which nothing else has; ``sync``: see
        ``write``. Raises OSError.
        """
        state = self.write(temporary, content, mode, sync=sync)
        self.rename(temporary, name)
        return state

    def rename(self, old: str, new: str) -> None:
        """Rename ``old`` to ``new``, and replace that. Raises OSError, and then removes ``old``."""
        try:
            os.replace(old, new, src_dir_fd=self.number, dst_dir_fd=self.number)
        except OSError:
            self.discard(old)
            raise

    def link(self, old: str, new: str) -> None:
        """Give the file ``old`` the name ``new``, too. Raises OSError, as if that exists."""
        os.link(old, new, src_dir_fd=self.number, dst_dir_fd=self.number)

    def symlink(self, target: str, name: str) -> None:
        """Make the symbolic link ``name``. Raises OSError, as if it exists."""
        os.symlink(target, name, dir_fd=self.number)

    def state(self, name: str) -> os.stat_result | None:
        """Return the state of ``name``, also of a link itself; None if it does not exist."""
        try:
            return os.stat(name, dir_fd=self.number, follow_symlinks=False)
        except (OSError, ValueError):
            return None

    def remove(self, name: str) -> None:
        """Remove the file ``name``, if it exists. Raises OSError."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.number)

    def discard(self, name: str) -> None:
        """Remove the file ``name``; errors are ignored."""
        with contextlib.suppress(OSError):
            self.remove(name)

    def keep_private(self) -> None:
        """Let only this user enter the directory. Raises OSError if it belongs to another user."""
        if os.fstat(self.number).st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "it belongs to another user")
        os.chmod(".", 0o700, dir_fd=self.number)

    def sync(self) -> None:
        """Wait until the names in the directory are on the disk. Raises OSError."""
        number = os.open(".", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.number)
        try:
            os.fsync(number)
        finally:
            os.close(number)

    def close(self) -> None:
        """Close the directory."""
        os.close(self.number)

    def __enter__(self) -> Folder:  # noqa: PYI034 - Self costs a dependency or an import
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Place(Folder):
    """The directory of the file ``path``, held open, and the ``name`` of the file in it.

    ``follow``: if ``path`` is a link, the place is that of the file that it refers to. Raises
    OSError as ``Folder`` does.
    """

    def __init__(self, path: str, *, follow: bool = False) -> None:
        if follow:
            self.number, name = _enter(path, follow=True, file=True)
            self.name = name or (path and ".")
            return
        cut = path.rstrip("/").rfind("/") + 1
        self.name = path[cut:]
        super().__init__(path[:cut])


def _enter(
    path: str,
    *,
    follow: bool,
    make: int | None = None,
    begin: int | None = None,
    file: bool = False,
) -> tuple[int, str]:
    """Return a descriptor of the directory ``path``, and "".

    ``follow`` and ``make``: see ``Folder``; ``begin``: a descriptor of the directory in which
    ``path`` begins, None for the current one. ``file``: return the directory of the file ``path``,
    which need not exist, and the file's name, "" if there is none.
    """
    number = os.open("/" if path.startswith("/") else ".", _FOLDER, dir_fd=begin)
    parts = _parts(path)
    links = 0
    try:
        while parts:
            part = parts.pop()
            last = not parts
            inner = None if last and file else _open(part, number, make)
            if inner is not None:
                os.close(number)
                number = inner
                continue
            target = _target(part, number) if follow or not last else None
            if target is None and last and file:
                return number, part
            links += 1
            if target is None or links > _MAX_LINKS:
                code = errno.ENOTDIR if target is None else errno.ELOOP
                raise OSError(code, os.strerror(code), part)  # noqa: TRY301
            parts += _parts(target)
            if target.startswith("/"):
                os.close(number)
                number = os.open("/", _FOLDER)
    except BaseException:
        os.close(number)
        raise
    return number, ""


def _parts(path: str) -> list[str]:
    """Return the names in ``path``, the first one at the end."""
    return [part for part in path.split("/") if part not in ("", ".")][::-1]


def _open(name: str, folder: int, make: int | None) -> int | None:
    """Return a descriptor of the directory ``name`` in ``folder``; None if it is something else.

    ``make``: see ``Folder``. Raises OSError.
    """
    try:
        return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        if make is None:
            raise
    except OSError as error:
        if error.errno in _NO_FOLDER:
            return None
        raise
    with contextlib.suppress(FileExistsError):
        os.mkdir(name, make, dir_fd=folder)
    return _open(name, folder, None)


def _target(name: str, folder: int) -> str | None:
    """Return what the link ``name`` in ``folder`` refers to; None if it is no link.

    Raises PermissionError if it is a link of another user that others could have put there.
    """
    try:
        if sys.platform == "linux":
            # The link cannot be exchanged while it is open.
            link = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            try:
                state = os.fstat(link)
                target = os.readlink("", dir_fd=link) if stat.S_ISLNK(state.st_mode) else None
            finally:
                os.close(link)
        else:
            state = os.stat(name, dir_fd=folder, follow_symlinks=False)
            target = os.readlink(name, dir_fd=folder) if stat.S_ISLNK(state.st_mode) else None
    except FileNotFoundError:
        return None
    is_foreign = target is not None and state.st_uid not in _trusted()
    if is_foreign and others_may_write(os.fstat(folder)):
        problem = f"the symbolic link {name} belongs to another user, and is not followed"
        raise PermissionError(errno.EPERM, problem, name)
    return target


def _trusted() -> set[int]:
    """Return the users who can replace any file: also the owner of the root directory.

    In a container this may not be root.
    """
    return {0, os.geteuid(), os.stat("/").st_uid}


def others_may_write(state: os.stat_result, others: int = OTHERS) -> bool:
    """Return whether others can change what has this ``state``, by ``others`` or as its owner."""
    return bool(state.st_mode & others) or state.st_uid not in _trusted()


def unprotected(*paths: str | os.PathLike[str], others: int = OTHERS) -> dict[str, str]:
    """Return what lets other users change or replace ``paths``: these, and directories above them.

    ``others``: the permissions that let them. In a directory with the sticky bit, they cannot
    replace what somebody else has made. Each path has its owner, "" if that is a user who can
    replace any file. Raises OSError.
    """
    parts = {"/"}
    for path in paths:
        part = os.path.realpath(path)
        while part not in parts:
            parts.add(part)
            part = os.path.dirname(part)
    return {
        part: "" if state.st_uid in _trusted() else _user(state.st_uid)
        for part in sorted(parts)
        if others_may_write(state := os.lstat(part), 0 if state.st_mode & stat.S_ISVTX else others)
    }


def with_owners(found: dict[str, str]) -> str:
    """Return what ``unprotected`` has ``found`` in words."""
    texts = (f"{path} (owned by {owner})" if owner else path for path, owner in found.items())
    return " and ".join(texts)


def _user(number: int) -> str:
    """Return the name of the user with this ID, or the ID if it has none."""
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def protected_folder(prefix: str, max_path: int | None = None) -> str:
    """Make a temporary directory that only this user can use or replace, and return its path.

    It is in TMPDIR, or in ``/tmp`` if others could replace it there. ``prefix``: how its name
    starts; ``max_path``: the maximum length of the path (bytes). Raises OSError.
    """
    import tempfile

    try:
        usual = tempfile.gettempdir()
    except FileNotFoundError:
        advice = "set TMPDIR to a directory with free space, and check ulimit -f"
        raise OSError(f"no temporary file can be written in TMPDIR or /tmp; {advice}") from None
    for place in map(os.path.realpath, (usual, _OTHER_PLACE)):
        longest = os.path.join(place, f"{prefix}12345678")
        fits = max_path is None or len(os.fsencode(longest)) <= max_path
        if fits and not unprotected(place):
            return tempfile.mkdtemp(prefix=prefix, dir=place)
    raise OSError("other users can replace files in the temporary folder; set TMPDIR to your own")


def write_private(folder: str, name: str, content: bytes) -> str:
    """Make a file in ``folder`` that only this user can read, and return its path.

    Raises OSError, also if it exists.
    """
    with Folder(folder) as opened:
        opened.write(name, content)
    return os.path.join(folder, name)


@contextlib.contextmanager
def temporary_folder(prefix: str) -> Iterator[str]:
    """Make a directory as ``protected_folder`` does, and remove it at the end of the context.

    Signals are deferred from now on. Raises Failure if that is impossible.
    """
    import shutil

    from iamcli.errors import Failure, file_error
    from iamcli.interrupts import defer_signals

    defer_signals()
    try:
        path = protected_folder(prefix)
    except OSError as error:
        raise Failure(file_error(error)) from None
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
