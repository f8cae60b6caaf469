"""The progress line: what takes long, on a terminal only, and erased before anything else."""

from __future__ import annotations

import os

from iamcli.errors import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: The width of a terminal that does not report it (columns).
_COLUMNS = 80
#: Moves the cursor to the first column; erases what follows the cursor.
_BEGIN, _REST = b"\r", b"\x1b[K"
#: The shortest pause that is shown (seconds); a shorter one ends before the line can be read.
_SHORTEST_PAUSE = 0.1


class ProgressLine:
    """A line that shows the current step of a command and why it pauses.

    ``write``: writes bytes to the terminal, None if there is to be no line. A line that cannot be
    written is omitted.
    """

    def __init__(self, write: Callable[[bytes], None] | None = None) -> None:
        self._write = write
        self._step = ""
        self._pause = ""
        self._shown = False

    def step(self, text: str) -> None:
        """Show ``text`` as the current step: "removing 2 of 5: policy p"."""
        self._step = text
        self._show()

    def pause(self, seconds: float, reason: str) -> None:
        """Show, after the step, why a request is sent again after a pause of ``seconds``."""
        if seconds >= _SHORTEST_PAUSE:
            self._pause = f"{reason}; trying again in {seconds:.1f} s"
            self._show()

    def resume(self) -> None:
        """Show that the pause is over, if there was one."""
        if self._pause:
            self._pause = ""
            self._show()

    def erase(self) -> None:
        """Erase the line. The next step or pause shows it again."""
        if self._shown:
            self._print(_BEGIN + _REST)
            self._shown = False

    def stop(self) -> None:
        """Erase the line and show no more."""
        self.erase()
        self._write = None

    def _show(self) -> None:
        if self._write is None:
            return
        text = visible("; ".join(filter(None, (self._step, self._pause))))
        if not text:
            self.erase()
            return
        # An interrupt may be raised when only a part is written.
        self._shown = True
        # A longer line would be wrapped, and only its end would be erased.
        content = text.encode("ascii", "backslashreplace")[: columns(2) - 1]
        self._print(_BEGIN + content + _REST)

    def _print(self, content: bytes) -> None:
        if self._write is None:
            return
        try:
            self._write(content)
        except OSError:
            return


def columns(descriptor: int) -> int:
    """Return the width of the terminal that ``descriptor`` is; 80 if it is none."""
    try:
        return os.get_terminal_size(descriptor).columns or _COLUMNS
    except OSError:
        return _COLUMNS
