"""The standard streams, with errors if output cannot be written; notes and debug lines."""

from __future__ import annotations

import os
import stat
from errno import EBADF

from iamcli.errors import (
    Failure,
    OutputLost,
    ReaderLeft,
    concealed,
    data_on_terminal,
    message,
    visible,
    without_controls,
    without_secret_paths,
)
from iamcli.interrupts import Interruptible, SignalState, postpone
from iamcli.output.progressline import ProgressLine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


#: The size of the lines that are written at once (bytes).
_MAX_LINES = 1 << 13
#: The maximum time until a part of the output can be written (milliseconds).
_WRITE_TIMEOUT = 1000


def strictness() -> str:
    """Return IAMCLI_STRICT: "1" for strict mode, "0" for errors on standard error alone."""
    return os.environ.get("IAMCLI_STRICT", "")


def check_strictness() -> None:
    """Raise Failure if IAMCLI_STRICT has another value, which some may take for 1."""
    if (value := strictness()) not in ("", "0", "1"):
        raise Failure(f"invalid IAMCLI_STRICT: {value}; use 1 or 0")


class Output:
    """Standard output and standard error of a command.

    ``program``: the name that precedes errors; ``strict``: print errors on standard output. If a
    standard descriptor is closed at the start, the null device is opened in its place, so that
    no socket or file can get its number later. ``data_on_terminal``: whether standard output is a
    terminal. ``progress``: the progress line, which is shown only if standard error is a terminal,
    not in strict mode, and not after a line of data that may be on the same terminal. ``copied``:
    whether errors are written to standard output, too, if a program or a file gets it, unless
    IAMCLI_STRICT is 0 or 1, or standard error is the same file. ``error_descriptors``: the first
    that takes an error gets it; ``copy_descriptors``: get copies. Source: LEGACY.md (strict mode).
    """

    def __init__(self, program: str, *, strict: bool, copied: bool = False) -> None:
        self.strict = strict
        self._program = program
        opened = [_keep_open(number) for number in (0, 1, 2)]
        self._is_open = opened[1]
        self._lines = bytearray()
        self.data_on_terminal = os.isatty(1)
        # The reader of a pipe or a socket may print what it reads on the terminal.
        out = os.fstat(1)
        mode = out.st_mode
        self._out_may_be_seen = self.data_on_terminal or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
        self._out_may_wait = not stat.S_ISREG(mode)
        standard, self._notes = ([number] if opened[number] else [] for number in (1, 2))
        self._debug = standard if strict else self._notes
        self.error_descriptors = standard + self._notes if strict else self._notes
        captured = stat.S_IFMT(mode) in (stat.S_IFIFO, stat.S_IFREG, stat.S_IFSOCK)
        wanted = copied and captured and strictness() not in ("0", "1")
        self.copy_descriptors = [1] if wanted and not os.path.samestat(out, os.fstat(2)) else []
        moving = self.shows_hints() and os.environ.get("TERM") != "dumb"
        self.progress = ProgressLine(_write_on_terminal if moving else None)

    def line(self, text: str, *, escaped: bool = True, color: Callable[[str], str] = str) -> None:
        """Write one line of data, at the latest in ``flush``; raise OutputLost if that fails.

        On a terminal, control characters are escaped, unless ``escaped`` is false; ``color`` then
        adds colors.
        """
        if not self._is_open:
            raise OutputLost("standard output is closed")
        if self._out_may_be_seen:
            self.progress.stop()
        if self.data_on_terminal and escaped:
            text = data_on_terminal(text)
        self._lines += color(text).encode("utf-8", "surrogateescape") + b"\n"
        if len(self._lines) > _MAX_LINES:
            self.flush()

    def flush(self) -> None:
        """Write the lines, also if standard output does not block; raise OutputLost if it fails."""
        if not self._is_open:
            return
        lines, self._lines = self._lines, bytearray()
        try:
            with Interruptible(ticks=self._out_may_wait and bool(lines)):
                while lines:
                    try:
                        del lines[: os.write(1, lines)]
                    except BlockingIOError:  # noqa: PERF203 - any write may
                        import select

                        select.select((), (1,), ())
        except KeyboardInterrupt:
            self.discard()
            raise
        except OSError as error:
            self.discard()
            kind = ReaderLeft if isinstance(error, BrokenPipeError) else OutputLost
            raise kind(f"cannot write to standard output: {error.strerror}") from None

    def require(self, *, terminal: bool, widths: Sequence[int] = ()) -> None:
        """Raise OutputLost if standard output is closed, not writable or has no reader.

        ``terminal``: also raise it if standard output is not a terminal; ``widths``: also raise it
        if that has no room for rows with these numbers of columns, and the prompt of a shell.
        """
        import select

        if not self._is_open:
            raise OutputLost("standard output is closed")
        if _is_read_only(1):
            raise OutputLost("standard output is not open for writing")
        poll = select.poll()
        poll.register(1, select.POLLOUT)
        if any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0)):
            raise OutputLost("standard output has no reader")
        if terminal and not os.isatty(1):
            raise OutputLost("standard output is not a terminal")
        if widths:
            _require_room(widths)

    def error(self, text: str, whole: str = "", *, copy: bool = True, more: str = "") -> None:
        """Write one line as ``error_text`` does, preceded by the name of the command.

        Unprintable characters, such as those of an argument that ``text`` repeats, are escaped. A
        ``text`` of more than MAX_LINE characters is shortened in the middle; the end of the line is
        written ``whole``. ``copy``: whether it is copied; ``more``: the lines that follow.
        """
        line = "; ".join(filter(None, (message(text), visible(whole))))
        self.error_text(f"{self._program}: {line}\n{more}", None if copy else "")

    def error_text(
        self, text: str, copy: str | None = None, *, color: Callable[[str], str] = str
    ) -> bool:
        """Write ``text`` to one of ``error_descriptors``, and ``copy`` to ``copy_descriptors``.

        Without ``copy``, they get ``text``, too. Control characters are escaped, and the address of
        a private IAM is written without its secret; ``color`` then adds colors to ``text``. Returns
        whether all of ``text`` was written.
        """
        written = any(self._is_written(text, number, color) for number in self.error_descriptors)
        for number in self.copy_descriptors:
            self._is_written(text if copy is None else copy, number)
        return written

    def note(self, text: str, *, debug: bool = False) -> None:
        """Write one line to standard error; one of ``-d`` to standard output in strict mode."""
        for number in self._debug if debug else self._notes:
            self._is_written(f"{self._program}: {visible(concealed(text))}\n", number)

    def _is_written(self, text: str, number: int, color: Callable[[str], str] = str) -> bool:
        """Write ``text`` as ``error_text`` does; return whether the descriptor took all of it."""
        text = color(without_controls(without_secret_paths(text)))
        self.progress.erase()
        try:
            self._write_data()
            return _write_in_parts(number, text.encode("utf-8", "backslashreplace"), patient=True)
        except OSError:
            return False

    def _write_data(self) -> None:
        """Write the lines of data, so that an error follows them."""
        if SignalState.number:
            # Nothing may block any more.
            return
        try:
            self.flush()
        except OutputLost:
            # Nothing more is written there, and the error is still to be shown.
            return
        except KeyboardInterrupt as interrupt:
            postpone(interrupt)

    def discard(self) -> None:
        """Discard the lines and write no more data."""
        self._is_open = False
        self._lines.clear()

    def on_terminal(self) -> bool:
        """Return whether standard error is a terminal."""
        return os.isatty(2)

    def shows_hints(self) -> bool:
        """Return whether errors are followed by hints: on a terminal, not in strict mode."""
        return self.on_terminal() and not self.strict


class Reporter:
    """Prints the notes and debug lines of a command; nothing if ``output`` is None.

    ``debugging``: whether debug lines are printed; ``secrets``: what they must not contain.
    ``strict``: whether IAMCLI_STRICT is set; ``shows_hints``: whether standard error is a terminal,
    not in strict mode. ``progress``: the progress line; debug lines replace it, and show more.
    """

    def __init__(self, output: Output | None = None, *, debug: bool = False) -> None:
        from iamcli.output.redaction import Secrets

        self._output = output
        self.debugging = debug
        self.secrets = Secrets()
        self.strict = bool(output and output.strict)
        self.shows_hints = bool(output and output.shows_hints())
        self.progress = output.progress if output else ProgressLine()
        if debug:
            self.progress.stop()

    def debug(self, line: str, value: dict[str, Any] | None = None) -> None:
        """Print a line of ``-d``; ``value``: request parameters or a response that follow it."""
        if self._output and self.debugging:
            content = f": {self.secrets.structure(value)}" if value else ""
            self._output.note(f"debug: {self.secrets.redact(line)}{content}", debug=True)

    def note_unless_strict(self, line: str) -> None:
        """Print a line that is not an error, but not in strict mode."""
        if self._output and not self.strict:
            self._output.note(self.secrets.redact(line))

    def note_on_terminal(self, line: str) -> None:
        """Print a line that is not an error on a terminal only, but not in strict mode."""
        if self._output and self.shows_hints:
            self._output.note(self.secrets.redact(line))

    def flush(self) -> None:
        """Write the lines of data that wait; raise OutputLost if that fails."""
        if self._output:
            self._output.flush()


def _require_room(widths: Sequence[int]) -> None:
    """Raise OutputLost if the terminal cannot show rows of ``widths``, the first one wrapped."""
    columns, rows = os.get_terminal_size(1)
    if not (columns and rows):
        # The size is not known.
        return
    first, *others = widths
    needed = -(-first // columns) + len(others) + 1
    if rows < needed or columns < max(others):
        raise OutputLost(
            f"the terminal has {rows} rows and {columns} columns, "
            f"but {needed} and {max(others)} are needed"
        )


def _keep_open(number: int) -> bool:
    """Return whether descriptor ``number`` was open; if not, open the null device in its place."""
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)
        return False
    return True


def _write_on_terminal(content: bytes) -> None:
    _write_in_parts(2, content, patient=False)


def _is_read_only(number: int) -> bool:
    """Return whether the descriptor cannot be written: a write of no bytes fails, too."""
    try:
        os.write(number, b"")
    except OSError as error:
        return error.errno == EBADF
    return False


def _write_in_parts(number: int, content: bytes, *, patient: bool) -> bool:
    """Write ``content`` in parts; stop if a part cannot be written in time.

    ``patient``: stop then only if a signal is to end the process. Returns whether all was written.
    """
    import select

    if _is_read_only(number):
        # The reading end of a pipe would never be ready.
        return False
    poll = select.poll()
    poll.register(number, select.POLLOUT)
    while content:
        if poll.poll(_WRITE_TIMEOUT):
            written = os.write(number, content[: select.PIPE_BUF])
            content = content[written:]
        elif SignalState.number or not patient:
            return False
    return True
