"""Snapshot files: how they are written and read. docs/snapshot.md describes the content."""

from __future__ import annotations

import json
import os
import stat

from iamcli.cli.account_file.schema import SNAPSHOT, VERSION
from iamcli.cli.account_file.values import check, pick
from iamcli.config import files
from iamcli.errors import Failure, file_error
from iamcli.interrupts import DeferredSignals
from iamcli.protection import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.output.streams import Output

_REMEDY = "make a new one with iamcli snapshot"
#: The maximum size of a snapshot (bytes): 5 kB for each of 50,000 users.
MAX_SIZE = 1 << 28


class SnapshotFile:
    """A snapshot file to be written.

    ``name``: the name of the file; ``force``: whether an existing file is overwritten. Raises
    Failure if it exists without ``force``, is not a regular file, or cannot be created. So the
    user is informed before anything is read.
    """

    def __init__(self, name: str, *, force: bool) -> None:
        self.name = name
        self._force = force
        try:
            # A symbolic link is kept, and the file that it refers to is replaced.
            self._place = Place(name, follow=force)
        except (OSError, ValueError) as error:
            raise self._unwritable(error) from None
        self._refuse_existing()
        self._write_new(b"", keep=False)

    def write(self, snapshot: dict[str, Any]) -> None:
        """Write ``snapshot`` with mode 0600, in one step, or leave nothing and raise Failure."""
        self._write_new(_encoded(snapshot) + b"\n", keep=True)

    def _refuse_existing(self) -> None:
        state = self._place.state(self._place.name)
        if state is None:
            return
        if not self._force:
            raise Failure(f"{self.name} exists; use --force to overwrite it")
        if not stat.S_ISREG(state.st_mode):
            raise Failure(f"{self.name} is not a regular file; specify another name")

    def _write_new(self, content: bytes, *, keep: bool) -> None:
        """Write a temporary file in the same directory; give it its name if it is to be kept."""
        temporary = f".iamcli-snapshot-{os.urandom(8).hex()}"
        try:
            with DeferredSignals():
                self._place.write(temporary, content, sync=True)
                try:
                    if keep:
                        self._rename(temporary)
                finally:
                    self._place.discard(temporary)
        except (OSError, ValueError) as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError | ValueError) -> Failure:
        return Failure(f"cannot write {self.name}: {file_error(error)}")

    def _rename(self, temporary: str) -> None:
        if self._force:
            self._place.rename(temporary, self._place.name)
            return
        try:
            # Unlike a rename, this never replaces a file that was created meanwhile.
            self._place.link(temporary, self._place.name)
        except FileExistsError:
            raise
        except OSError:
            # The file system has no hard links.
            self._refuse_existing()
            self._place.rename(temporary, self._place.name)


class StandardOutput:
    """Standard output, to which a snapshot is to be written. Raises Failure if that is impossible.

    A terminal is refused: its user would see thousands of lines, and have no file.
    """

    def __init__(self, output: Output) -> None:
        if output.data_on_terminal:
            raise Failure(
                "standard output is a terminal, and a snapshot is read by programs; specify the "
                "name of a file, or redirect standard output"
            )
        output.require(terminal=False)
        #: What messages call it.
        self.name = "the snapshot"
        self._output = output

    def write(self, snapshot: dict[str, Any]) -> None:
        """Write ``snapshot`` as ``SnapshotFile.write`` does; raise OutputLost if that fails."""
        self._output.line(_encoded(snapshot).decode())
        self._output.flush()


def _encoded(snapshot: dict[str, Any]) -> bytes:
    """Return the JSON of ``snapshot`` with what the schema has, in the order of the schema."""
    text = json.dumps(pick(SNAPSHOT, snapshot, {}), indent=1, ensure_ascii=False)
    # A byte of a document that is not UTF-8 is a surrogate, which JSON can escape.
    return text.encode("utf-8", "backslashreplace")


def read(name: str, number: int | None = None) -> dict[str, Any]:
    """Return the snapshot in the file ``name``, which may be open as descriptor ``number``.

    Raises Failure if it cannot be read, is not a snapshot, has another version or is damaged.
    """
    content = load(name, number)
    version = content.get("version") if isinstance(content, dict) else None
    if version is None:
        raise Failure(f"{name} is not a snapshot; {_REMEDY}")
    if version != VERSION:
        raise Failure(
            f"{name} has version {version!r} of the snapshot format, but this iamcli reads version "
            f"{VERSION}; {_REMEDY}"
        )
    try:
        check(SNAPSHOT, content, "")
    except Failure as failure:
        raise Failure(f"{name} is damaged: {failure}; {_REMEDY}") from None
    snapshot: dict[str, Any] = content
    return snapshot


def load(name: str, number: int | None = None) -> Any:
    """Return the JSON value in the file ``name``, which is in UTF-8, UTF-16 or UTF-32.

    ``-`` is standard input. ``number``: the descriptor, if the file is open, which is closed.
    Raises Failure if it cannot be read or is not JSON.
    """
    content = b""
    try:
        if number is None and name == "-":
            number = 0
        content = files.read(name if number is None else number, MAX_SIZE + 1)
        if len(content) > MAX_SIZE:
            raise Failure(f"{name} is larger than {MAX_SIZE} bytes, too large for a snapshot")
        return json.loads(content)
    except json.JSONDecodeError as error:
        where = f"{name}, line {error.lineno}, column {error.colno}"
        raise Failure(f"{where}: not JSON ({error.msg})") from None
    except UnicodeDecodeError:
        raise Failure(f"{name} is not JSON: it is not text in a Unicode encoding") from None
    except RecursionError:
        raise Failure(f"{name}: nested too deeply") from None
    except (OSError, ValueError) as error:
        if content:  # the limit of Python
            raise Failure(f"{name} has a number with too many digits") from None
        raise Failure(f"cannot read {name}: {file_error(error)}") from None
