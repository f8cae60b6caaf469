"""The account that ``iamcli sandbox --keep`` keeps in a directory between runs.

moto's own objects are saved, because an account is more than the API shows. Secret access keys,
passwords and the keys of MFA devices cannot be read back, and IDs and dates cannot be set, so
neither a list of requests nor a snapshot restores the account that scripts have seen. They depend
on moto's classes: the file names the version of moto, and no other version reads it.

A half-written file is useless. A new file takes the place of the old one only when it is complete
and on the disk. It is written soon after a change, and when the sandbox ends.

The directory has two files that only the user can read: ``account``, and ``lock``, which is locked
while a sandbox uses the directory.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import stat
import threading
import time

from iamcli import __version__, quoting
from iamcli.cli.sandbox import objects
from iamcli.cli.sandbox.account_lock import ACCOUNT_LOCK
from iamcli.errors import Failure
from iamcli.protection import Folder, protected_folder

#: Changes if iamcli changes what it saves.
FORMAT = 2

#: How the versions in the first line of the file are shown, and its maximum length (bytes).
NAMES = "iamcli {iamcli} with moto {moto}"
MAX_HEADER = 1000


class KeptAccount:
    """The account in the directory ``folder``, which no other sandbox can use until this one ends.

    The directory is made if it does not exist. ``delay``: the time after a change within which it
    is saved (seconds). ``existed``: whether an account was kept in the directory.
    Raises Failure, and leaves the account as it is, if it cannot be read or is of another version.
    moto is not imported yet, so that this is found out soon.
    """

    def __init__(self, folder: str, delay: float = 1.0) -> None:
        self._delay = delay
        self.folder = os.path.abspath(folder)
        self._file = os.path.join(self.folder, "account")
        self._saving = threading.Lock()
        self._changed = threading.Event()
        try:
            self._directory = Folder(self.folder, make=0o700)
            self._lock = self._directory.create("lock", new=False)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._saved = self._read()
            self._identity = _identity(self._directory.state("account"))
        except BlockingIOError:
            raise Failure(
                f"another sandbox uses {self.folder}; leave that one, or specify another directory"
            ) from None
        except OSError as error:
            raise Failure(f"cannot use {self.folder}: {error.strerror}") from None
        self.existed = bool(self._saved)

    def restore(self) -> None:
        """Put the kept account, if there is one, into moto. Raises Failure if it is damaged."""
        if not self.existed:
            return
        try:
            objects.restore(self._saved)
        except Exception as error:  # noqa: BLE001 - whatever moto does with damaged objects
            raise Failure(
                f"{self._file} is damaged ({type(error).__name__}: {error}); move it away to start "
                "with an empty account"
            ) from None

    def save(self, *, last: bool = False) -> None:
        """Write the account if it has changed. Raises Failure if that fails.

        ``last``: if that fails, write it to a temporary directory, which the failure names.
        """
        try:
            with self._saving:
                self._save()
        except OSError as error:
            elsewhere = _saved_elsewhere() if last else ""
            raise Failure(f"cannot write {self._file}: {error.strerror}{elsewhere}") from None
        except Exception as error:  # noqa: BLE001 - whatever moto has put into its objects
            raise Failure(f"cannot save moto's objects: {error}") from None

    def _save(self) -> None:
        with ACCOUNT_LOCK:
            content = objects.serialize()
        if content == self._saved and self._identity == _identity(self._directory.state("account")):
            return
        self._directory.remove("account.new")  # of a sandbox that was killed
        complete = json.dumps(_version()).encode() + b"\n" + content
        written = self._directory.replace("account", complete, temporary="account.new", sync=True)
        self._directory.sync()
        self._saved = content
        self._identity = _identity(written)

    def save_soon(self) -> None:
        """Let ``save_changes`` save the account, which may have changed."""
        self._changed.set()

    def save_changes(self) -> None:
        """Save the account soon after each change. Never returns."""
        while self._changed.wait():
            self._changed.clear()
            begun = time.monotonic()
            # The last save, when the sandbox ends, reports what is wrong.
            with contextlib.suppress(Exception):
                self.save()
            # Requests wait while the account is copied: a large one is saved less often.
            time.sleep(max(self._delay, 10 * (time.monotonic() - begun)))

    def _read(self) -> bytes:
        """Return the objects in the file, as JSON; "" if there is no file."""
        try:
            number = os.open(self._file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return b""
        with os.fdopen(number, "rb") as stream:
            state = os.fstat(number)
            if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid():
                raise Failure(f"{self._file} is not a file of yours; specify another directory")
            header = stream.readline(MAX_HEADER)
            content = stream.read()
        try:
            written_by = dict(json.loads(header))
            theirs = NAMES.format(**written_by)
        except (ValueError, KeyError, TypeError):
            raise Failure(
                f"{self._file} was not written by iamcli sandbox; specify another directory"
            ) from None
        ours = _version()
        if (written_by.get("format"), written_by["moto"]) != (ours["format"], ours["moto"]):
            # Only another moto can be told to be installed: this iamcli reads one form of the file.
            same = written_by.get("format") == ours["format"]
            install = f"install moto=={written_by['moto']}, or " if same else ""
            raise Failure(
                f"the account in {self.folder} was kept by {theirs}; this is "
                f"{NAMES.format(**ours)}, which cannot read it; {install}specify another directory"
            )
        return content


def _identity(state: os.stat_result | None) -> tuple[int, int] | None:
    """Return what tells a file from another with the same name; None if there is none."""
    return state and (state.st_ino, state.st_mtime_ns)


def _saved_elsewhere() -> str:
    """Keep the account in a temporary directory; return how to use it, "" if that fails."""
    folder = ""
    try:
        folder = protected_folder("iamcli-account-")
        KeptAccount(folder).save()
    except (Failure, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        return ""
    return f"; to continue with it, run: iamcli sandbox --keep {quoting.file(folder)}"


def _version() -> dict[str, object]:
    from importlib.metadata import version

    return {"iamcli": __version__, "format": FORMAT, "moto": version("moto")}
