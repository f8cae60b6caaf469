"""The standard streams: what is shown, and whether it arrived."""

from __future__ import annotations

import os
import sys

from iamcli.errors import OutputLost
from iamcli.interrupts import Pending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


class Output:
    """Standard output and standard error of one command.

    A standard descriptor that is closed at the start is noted, and its number is taken, so that
    no socket or file can get it later.
    """

    def __init__(self, program: str, *, strict: bool) -> None:
        self._program = program
        opened = [_keep_open(number) for number in (0, 1, 2)]
        self._out = sys.stdout.buffer if opened[1] else None
        self._err: BinaryIO | None = sys.stderr.buffer if opened[2] else None
        if strict:
            self._err = self._out

    def line(self, text: str) -> None:
        """Show one line of data; raise OutputLost where that is known to fail."""
        if self._out is None:
            raise OutputLost("standard output is closed")
        try:
            self._out.write(text.encode("utf-8", "surrogateescape") + b"\n")
        except (OSError, KeyboardInterrupt) as error:
            raise self._lost(error) from None

    def flush(self) -> None:
        """Hand what was shown to the system; raise OutputLost where it does not take it."""
        if self._out is None:
            return
        try:
            self._out.flush()
        except (OSError, KeyboardInterrupt) as error:
            raise self._lost(error) from None

    def require(self, *, terminal: bool) -> None:
        """Raise OutputLost if it is known now that a line would not arrive.

        ``terminal``: standard output must also be a terminal.
        """
        import select

        if self._out is None:
            raise OutputLost("standard output is closed")
        if not _is_writable(1):
            raise OutputLost("standard output is not open for writing")
        poll = select.poll()
        poll.register(1, select.POLLOUT)
        if any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0)):
            raise OutputLost("nobody reads standard output any more")
        if terminal and not os.isatty(1):
            raise OutputLost("standard output is no terminal")

    def error(self, text: str) -> None:
        """Show one line about the command itself on standard error, behind the command's name."""
        self.error_text(f"{self._program}: {text}\n")

    def error_text(self, text: str) -> None:
        """Show a text on standard error as it stands; an error stream that is gone is no matter."""
        if self._err is None:
            return
        try:
            if Pending.deferred:
                _write_soon(self._err.fileno(), text.encode("utf-8", "backslashreplace"))
                return
            if self._out is not None:
                self._out.flush()
            self._err.write(text.encode("utf-8", "backslashreplace"))
            self._err.flush()
        except OSError:
            return

    def discard(self) -> None:
        """Write no more data, what is still waiting included."""
        self._out = None

    def on_terminal(self) -> bool:
        """Return whether somebody reads standard error on a terminal."""
        return self._err is not None and os.isatty(2)

    def _lost(self, error: OSError | KeyboardInterrupt) -> OutputLost | KeyboardInterrupt:
        """Write no more data; return what to raise."""
        self.discard()
        if isinstance(error, KeyboardInterrupt):
            return error
        lost = OutputLost(f"standard output cannot be written: {error.strerror}")
        lost.reader_left = isinstance(error, BrokenPipeError)
        return lost


def _keep_open(number: int) -> bool:
    """Return whether a descriptor was open; open the null device in its place if not."""
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)
        return False
    return True


def _write_soon(number: int, content: bytes) -> None:
    """Write ``content`` as long as somebody takes it; a second is waited for each part."""
    import select

    poll = select.poll()
    poll.register(number, select.POLLOUT)
    for begin in range(0, len(content), select.PIPE_BUF):
        if not poll.poll(1000):
            return
        os.write(number, content[begin : begin + select.PIPE_BUF])


def _is_writable(number: int) -> bool:
    import fcntl

    return fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
