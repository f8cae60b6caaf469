"""Reads a line from the terminal without echo, as readpassphrase(3) does.

While the process is stopped, the terminal is as before. Then the prompt is shown again, and what
was typed is discarded.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import contextlib
import errno
import os
import termios

from iamcli.interrupts import BlockedSignals, Interruptible

_LOCAL_MODES = 3


class _PromptedAgain(Exception):  # noqa: N818 - not an error
    """The prompt was shown again while the line was read."""


class _Terminal:
    """The terminal of the process, or else that of standard input, with a ``prompt``.

    In a ``with`` block, its echo is off while the process is in the foreground. Raises OSError or
    termios.error if the terminal is closed.
    """

    def __init__(self, prompt: str) -> None:
        self._prompt = prompt.encode()
        try:
            self._input = self._output = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
        except OSError:
            self._input, self._output = 0, 2
        self._typed = bytearray()
        self._before = termios.tcgetattr(self._input)
        self._stopped = False
        self._reading = False
        self._handlers: dict[int, object] = {}

    def __enter__(self) -> _Terminal:  # noqa: PYI034 - Self costs a dependency or an import
        try:
            stops = dict.fromkeys((_signal.SIGTSTP, _signal.SIGTTIN), self._stop)
            for number, handler in {**stops, _signal.SIGCONT: self._resume}.items():
                before = _signal.getsignal(number)
                if before is not _signal.SIG_IGN:
                    self._handlers[number] = before
                    _signal.signal(number, handler)
            with BlockedSignals(_signal.SIGCONT):
                self._begin_prompt()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the terminal and the handlers, and end the line of the prompt."""
        for number, handler in self._handlers.items():
            _signal.signal(number, handler)
        self._restore(b"\n")
        if self._input:
            os.close(self._input)

    def line(self) -> bytes:
        """Return the next line without its end; raise EOFError at the end of the input."""
        while not self._typed.endswith(b"\n"):
            try:
                self._reading = True
                # In the background, this stops the process.
                part = os.read(self._input, 1 << 12)
                self._reading = False
            except _PromptedAgain:
                continue
            if not part:
                break
            self._typed += part
        if not self._typed:
            # Fails if the input has ended because the terminal is closed.
            termios.tcgetattr(self._input)
            raise EOFError
        return bytes(self._typed.removesuffix(b"\n"))

    def _begin_prompt(self) -> None:
        """Switch the echo off, discard what was typed, and prompt."""
        if not self._in_foreground():
            # As the kernel would, but before the modes are read: they are those of a shell now.
            os.killpg(0, _signal.SIGTTOU)
        self._stopped = False
        modes = termios.tcgetattr(self._input)
        if modes[_LOCAL_MODES] & termios.ECHO:
            self._before = termios.tcgetattr(self._input)
        modes[_LOCAL_MODES] &= ~termios.ECHO
        self._set_modes(modes)
        self._typed.clear()
        os.write(self._output, self._prompt)
        if self._reading:
            # What has just been read was typed before, or to the shell meanwhile.
            self._reading = False
            raise _PromptedAgain

    def _restore(self, end: bytes = b"") -> None:
        """Restore the terminal, and write ``end``; in the background, a shell has set its modes."""
        # It may have been closed, or the process was stopped and continued here.
        with contextlib.suppress(OSError, termios.error):
            if self._in_foreground():
                self._set_modes(self._before)
                os.write(self._output, end)

    def _set_modes(self, modes: list[int | list[bytes | int]]) -> None:
        """Set ``modes`` when everything is shown, and discard what was typed; ignore ticks."""
        while True:
            try:
                return termios.tcsetattr(self._input, termios.TCSAFLUSH, modes)
            except termios.error as error:  # noqa: PERF203 - unlike others, Python does not repeat it
                if error.args[0] != errno.EINTR:
                    raise

    def _stop(self, number: int, _frame: object) -> None:
        """Handle SIGTSTP, and SIGTTIN in the background: restore the terminal, and stop."""
        # Its handler would prompt before the terminal is as it was.
        with BlockedSignals(_signal.SIGCONT):
            self._stopped = True
            self._restore()
            _signal.signal(number, _signal.SIG_DFL)
            try:
                if _signal.SIGCONT not in _signal.sigpending():
                    _signal.raise_signal(number)
            finally:
                _signal.signal(number, self._stop)
        # If nobody could continue the process, it was not stopped.
        self._resume()

    def _resume(self, *_: object) -> None:
        """Handle SIGCONT, of which several may come."""
        # The terminal may have been closed, which comes with SIGCONT; reading fails, too.
        with BlockedSignals(_signal.SIGCONT), contextlib.suppress(OSError, termios.error):
            echo = termios.tcgetattr(self._input)[_LOCAL_MODES] & termios.ECHO
            if self._in_foreground() and (self._stopped or echo):
                self._begin_prompt()

    def _in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self._input) == os.getpgrp()
        except OSError:
            # It is not the terminal of the session, so there is no other process group.
            return True


def read(prompt: str) -> bytes:
    """Return the line that is typed at ``prompt``, without its end.

    Raises EOFError at the end of the input (Ctrl-D), and OSError if the terminal is closed.
    """
    try:
        with Interruptible(), _Terminal(prompt) as terminal:
            return terminal.line()
    except termios.error as error:
        raise OSError(*error.args) from None
