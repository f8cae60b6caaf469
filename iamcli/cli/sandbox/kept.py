"""The account that ``iamcli sandbox --keep`` keeps in a directory between runs.

Why moto's own objects are saved, with pickle: an account is more than the API shows. Secret access
keys, passwords and the keys of MFA devices cannot be read back, and IDs and dates cannot be set, so
neither a list of requests nor a snapshot restores the account that scripts have seen.

What is known to be wrong with pickle, and what is done about it:

* It depends on the classes. The file names the version of moto, and no other version reads it.
* Reading a pickle can run any code. This reader makes objects of moto's IAM, and plain values, and
  refuses everything else. It reads only files that belong to the user.
* A half-written file is useless. A new file takes the place of the old one only when it is complete
  and on the disk. It is written soon after a change, and when the sandbox ends.

The directory has two files that only the user can read: ``account``, and ``lock``, which is locked
while a sandbox uses the directory.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import pickle
import re
import stat
import threading

from iamcli import __version__
from iamcli.errors import Failure
from iamcli.protection import Folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

#: Changes if iamcli changes what it saves.
FORMAT = 1

#: How the versions in the first line of the file are shown, and its maximum length (bytes).
NAMES = "iamcli {iamcli} with moto {moto}"
MAX_HEADER = 1000

#: The time after a change within which it is saved (seconds).
DELAY = 1.0

#: The modules whose classes a kept account consists of, and single classes of others.
MODULES = (
    "iamcli.cli.sandbox.corrections.caller",
    "iamcli.cli.sandbox.corrections.keys",
    "moto.iam.models",
    "moto.utilities.tagging_service",
)
CLASSES = {
    ("collections", "OrderedDict"),
    ("collections", "defaultdict"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
}


class Kept:
    """The account in the directory ``folder``, which no other sandbox can use until this one ends.

    The directory is made if it does not exist. ``existed``: whether an account was kept in it.
    Raises Failure, and leaves the account as it is, if it cannot be read or is of another version.
    moto is not imported yet, so that this is found out soon.
    """

    def __init__(self, folder: str) -> None:
        self.folder = os.path.abspath(folder)
        self._file = os.path.join(self.folder, "account")
        self._busy = threading.Lock()
        self._saving = threading.Lock()
        self._changed = threading.Event()
        try:
            self._directory = Folder(self.folder, make=0o700)
            self._lock = self._directory.create("lock", new=False)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._saved = self._read()
            self._place = _place(self._file)
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
            _restore(self._saved)
        except Exception as error:  # noqa: BLE001 - a damaged pickle can raise anything
            raise Failure(
                f"{self._file} is damaged ({type(error).__name__}: {error}); move it away to start "
                "with an empty account"
            ) from None

    def save(self) -> None:
        """Write the account if it has changed. Raises Failure if that fails."""
        try:
            with self._saving:
                self._save()
        except OSError as error:
            raise Failure(f"cannot write {self._file}: {error.strerror}") from None
        except Exception as error:  # noqa: BLE001 - whatever moto has put into its objects
            raise Failure(f"cannot save moto's objects: {error}") from None

    def _save(self) -> None:
        with self._busy:
            content = _state()
        if content == self._saved and self._place == _place(self._file):
            return
        self._directory.remove("account.new")  # of a sandbox that was killed
        complete = json.dumps(_version()).encode() + b"\n" + content
        state = self._directory.replace("account", complete, temporary="account.new", sync=True)
        self._directory.sync()
        self._saved = content
        self._place = state.st_ino, state.st_mtime_ns

    def watched(self, application: WSGIApplication) -> WSGIApplication:
        """Return ``application``, changed so that the account is saved soon after each request.

        Requests are served one by one, so that what is saved is never half of a change.
        """
        threading.Thread(target=self._save_changes, daemon=True).start()

        def watching(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            with self._busy:
                response = application(environ, start_response)
            self._changed.set()
            return response

        return watching

    def _save_changes(self) -> None:
        import time

        while self._changed.wait():
            self._changed.clear()
            begun = time.monotonic()
            # The last save, when the sandbox ends, reports what is wrong.
            with contextlib.suppress(Exception):
                self.save()
            # Requests wait while the account is copied: a large one is saved less often.
            time.sleep(max(DELAY, 10 * (time.monotonic() - begun)))

    def _read(self) -> bytes:
        """Return the pickle in the file; "" if there is no file."""
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
            raise Failure(
                f"the account in {self.folder} was kept by {theirs}; this is "
                f"{NAMES.format(**ours)}, which cannot read it; install that version, or specify "
                "another directory"
            )
        return content


def _place(file: str) -> tuple[int, int] | None:
    """Return what tells a file from another with the same name; None if there is none."""
    try:
        state = os.stat(file)
    except OSError:
        return None
    return state.st_ino, state.st_mtime_ns


def _version() -> dict[str, object]:
    from importlib.metadata import version

    return {"iamcli": __version__, "format": FORMAT, "moto": version("moto")}


class _Writer(pickle.Pickler):
    """Writes a reference in place of a backend, which exists before the account is read."""

    def persistent_id(self, thing: object) -> tuple[str, str] | None:
        from moto.iam.models import IAMBackend

        return (thing.account_id, thing.region_name) if isinstance(thing, IAMBackend) else None


class _Reader(pickle.Unpickler):
    """Makes objects of the known classes only."""

    def find_class(self, module: str, name: str) -> type:
        if (module in MODULES or (module, name) in CLASSES) and "." not in name:
            named = super().find_class(module, name)
            if isinstance(named, type) and named.__module__ == module:
                return named
        raise pickle.UnpicklingError(f"{module}.{name} is not part of an account")

    def persistent_load(self, place: tuple[str, str]) -> object:
        from moto.iam.models import iam_backends

        account, partition = place
        return iam_backends[account][partition]


def _state() -> bytes:
    """Return the state of moto's IAM in all partitions."""
    from moto.iam.models import iam_backends

    # What cannot be pickled is made by the constructor.
    state = {
        (account, partition): {
            name: value for name, value in vars(backend).items() if type(value) is not re.Pattern
        }
        for account, partition, backend in iam_backends.iter_backends()
    }
    stream = io.BytesIO()
    _Writer(stream, protocol=5).dump(state)
    return stream.getvalue()


def _restore(content: bytes) -> None:
    from moto.iam.models import iam_backends

    for (account, partition), attributes in _Reader(io.BytesIO(content)).load().items():
        vars(iam_backends[account][partition]).update(attributes)
