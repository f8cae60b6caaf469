"""The signals that end a command, SIGINT (Ctrl-C), SIGTERM and SIGHUP, and how to wait.

A signal raises KeyboardInterrupt at once until ``guard`` is called: before a command changes
something, and at its end. Then it is only recorded, and raises in a ``Window``, where the command
waits. So it cannot come between a response and its report.

Python only records a signal that comes just before a system call. If that call waits, the handler
may never run. So iamcli waits with ``wait``, ``read``, ``pause``, ``wait_for_child`` or ``Wakeup``.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType
    from typing import TypeVar

    Result = TypeVar("Result")

#: Signals sent by timeout(1), cron and systemd, and when a terminal is closed.
TERMINATING = (_signal.SIGTERM, _signal.SIGHUP)
#: A second SIGINT within this time is ignored, because timeout(1) sends two (seconds).
REPEAT_INTERVAL = 0.01


class Pending:
    """The signals that this process has received, and whether they raise KeyboardInterrupt."""

    #: The signal that is to end the process, 0 if there is none: the first SIGTERM or SIGHUP, else
    #: SIGINT.
    number = 0
    #: When the last SIGINT was received (seconds of the monotonic clock).
    interrupted = float("-inf")
    #: Whether signals raise only in a window, and whether there is one now.
    guarded = False
    window = False
    #: What the next window raises.
    due: KeyboardInterrupt | None = None
    repeat_interval = REPEAT_INTERVAL
    #: ``guarded`` and ``window`` when a signal raised.
    before = (False, False)
    #: Whether SIGTERM and SIGHUP raise no more.
    ending = False


def install_handlers() -> None:
    """Make the three signals raise KeyboardInterrupt, except those that the parent ignores."""
    install_sigint_handler()
    for number in TERMINATING:
        if _signal.getsignal(number) is _signal.SIG_DFL:
            _signal.signal(number, _handle_termination)


def install_sigint_handler() -> None:
    """Make SIGINT raise KeyboardInterrupt, unless the parent ignores it."""
    sys.unraisablehook = _resend_if_interrupt
    if _signal.getsignal(_signal.SIGINT) in (_signal.SIG_DFL, _signal.default_int_handler):
        _signal.signal(_signal.SIGINT, _handle_sigint)


def ignore_repeated(seconds: float) -> None:
    """From now on, ignore a second SIGINT within this time."""
    Pending.repeat_interval = seconds


def guard() -> None:
    """From now on, raise only in a window."""
    Pending.guarded = True


def defer_termination() -> None:
    """Only record SIGTERM and SIGHUP from now on, even in a window; forget what is due."""
    Pending.ending = True
    Pending.due = None


def postpone(interrupt: KeyboardInterrupt) -> None:
    """Raise ``interrupt``, which was raised in a window, in the next one instead."""
    Pending.due = interrupt


def open_window() -> None:
    """Let signals raise until ``close_window``; raise now if one has come before."""
    Pending.window = True
    if Pending.due:
        _raise(Pending.due)


def close_window() -> None:
    """Only record signals again, if ``guard`` was called."""
    Pending.window = False


class Window:
    """Lets signals raise in a ``with`` block, or until ``close_window``."""

    def __enter__(self) -> None:
        open_window()

    def __exit__(self, *_: object) -> None:
        close_window()


def end_process(number: int) -> None:
    """End the process by signal ``number``, or else with the exit status 128 + ``number``.

    The exit status is for the first process of a container, which a signal does not end.
    """
    # Call no function of this module here, because a signal handler could raise in it.
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    _signal.signal(number, _signal.SIG_DFL)
    _signal.raise_signal(number)
    os._exit(128 + number)


class BlockedSignals:
    """Blocks signals, the three by default, in a ``with`` block; they are handled at its end."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = numbers or (_signal.SIGINT, *TERMINATING)

    def __enter__(self) -> None:
        self._before = _signal.pthread_sigmask(_signal.SIG_BLOCK, self._numbers)

    def __exit__(self, *_: object) -> None:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._before)


class Wakeup:
    """Lets signals end ``wait`` in a ``with`` block, those too that came since the block began.

    Only in the main thread, and only signals with a handler of Python. The descriptor that was set
    before, such as that of asyncio, gets at the end what it would have got.
    """

    def __enter__(self) -> Wakeup:  # noqa: PYI034 - Self costs a dependency or an import
        self._received = b""
        self._pipe = os.pipe()
        for end in self._pipe:
            os.set_blocking(end, False)
        try:
            self._before = _signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        except ValueError:
            # Not the main thread.
            self._before = None
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            _signal.set_wakeup_fd(self._before)
        self._drain()
        for end in self._pipe:
            os.close(end)
        if self._received and self._before not in (None, -1):
            try:
                os.write(self._before, self._received)
            except OSError:
                return

    def wait(
        self, *readable: int, writable: Sequence[int] = (), seconds: float | None = None
    ) -> list[int]:
        """Wait until a descriptor can be read or written, and return those that can be.

        Returns [] if a signal came, or after ``seconds``.
        """
        readers = (self._pipe[0], *readable)
        ready = _ready(readers, writable, seconds)
        if self._pipe[0] in ready:
            ready.remove(self._pipe[0])
            self._drain()
        return ready

    def _drain(self) -> None:
        try:
            self._received += os.read(self._pipe[0], 1 << 12)
        except BlockingIOError:
            return


def wait(*readable: int, writable: Sequence[int] = (), seconds: float | None = None) -> list[int]:
    """Wait until a descriptor can be read or written, and return those that can be.

    Returns [] after ``seconds``. Meanwhile, handlers of signals run, and may raise.
    """
    limit = None if seconds is None else time.monotonic() + seconds
    with Wakeup() as wakeup:
        while True:
            left = None if limit is None else max(0.0, limit - time.monotonic())
            ready = wakeup.wait(*readable, writable=writable, seconds=left)
            if ready or left == 0:
                return ready


def read(descriptor: int, size: int, *, line: bool = False) -> bytes:
    """Return ``size`` bytes, or what there is until the end; if ``line``, only the next line.

    Waits also if ``descriptor`` is not blocking, and leaves all other bytes to the next reader.
    Raises OSError.
    """
    content = bytearray()
    with Wakeup() as wakeup:
        while len(content) < size and not (line and content.endswith(b"\n")):
            if not wakeup.wait(descriptor):
                continue
            try:
                part = os.read(descriptor, 1 if line else min(size - len(content), 1 << 16))
            except BlockingIOError:
                # Another process has read it.
                continue
            if not part:
                break
            content += part
    return bytes(content)


def pause(seconds: float) -> None:
    """Wait for ``seconds``; handlers of signals run meanwhile, and may raise."""
    wait(seconds=seconds)


def wait_for_child(ended: Callable[[], Result | None]) -> Result:
    """Wait until ``ended`` returns something else than None, and return that.

    It is called first, and after each signal: the end of a child is one. Handlers of signals run
    meanwhile, and may raise. Only in the main thread.
    """
    before = _signal.signal(_signal.SIGCHLD, lambda *_: None)
    # Whoever started this process may block the signal.
    blocked = _signal.pthread_sigmask(_signal.SIG_UNBLOCK, [_signal.SIGCHLD])
    try:
        with Wakeup() as wakeup:
            while (result := ended()) is None:
                wakeup.wait()
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, blocked)
        _signal.signal(_signal.SIGCHLD, before or _signal.SIG_DFL)
    return result


def _ready(readable: Sequence[int], writable: Sequence[int], seconds: float | None) -> list[int]:
    """Return the descriptors that can be read or written, at the latest after ``seconds``."""
    import select

    try:
        # On macOS, poll does not work with terminals.
        readers, writers, _ = select.select(readable, writable, (), seconds)
        return [*readers, *writers]  # noqa: TRY300 - shorter than with else
    except ValueError:
        # The number of a descriptor is too large for select.
        pass
    poll = select.poll()
    for descriptors, event in ((readable, select.POLLIN), (writable, select.POLLOUT)):
        for descriptor in descriptors:
            poll.register(descriptor, event)
    return [number for number, _ in poll.poll(None if seconds is None else seconds * 1000)]


def _handle_sigint(_number: int, frame: FrameType | None) -> None:
    if frame and frame.f_code is _handle_termination.__code__:
        # An exception here would keep the other signal from being recorded.
        return
    Pending.number = Pending.number or _signal.SIGINT
    before, Pending.interrupted = Pending.interrupted, time.monotonic()
    if Pending.interrupted - before > Pending.repeat_interval:
        _raise(KeyboardInterrupt())


def _handle_termination(number: int, _frame: FrameType | None) -> None:
    """Raise Terminated for the first signal only, because timeout(1) sends two."""
    if Pending.number not in TERMINATING:
        Pending.number = number
    if not Pending.ending:
        Pending.ending = True
        # A console program that waits for the server of iamcli run has not imported it.
        from iamcli.errors import Terminated

        _raise(Terminated(number))


def _raise(interrupt: KeyboardInterrupt) -> None:
    """Raise ``interrupt`` now or in the next window; what follows is guarded."""
    if Pending.guarded and not Pending.window:
        Pending.due = interrupt
        return
    Pending.before = (Pending.guarded, Pending.window)
    Pending.guarded, Pending.window, Pending.due = True, False, None
    raise interrupt


def _resend_if_interrupt(what: sys.UnraisableHookArgs) -> None:
    """Send a lost signal again: Python ignores exceptions that are raised in ``__del__``."""
    if not isinstance(what.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(what)
        return
    import _thread

    Pending.guarded, Pending.window = Pending.before
    number = getattr(what.exc_value, "number", _signal.SIGINT)
    if number in TERMINATING:
        Pending.ending = False
    # An exception that is raised here would be ignored, too.
    _thread.start_new_thread(_send_again, (_thread.get_ident(), number))


def _send_again(thread: int, number: int) -> None:
    time.sleep(2 * Pending.repeat_interval)
    _signal.pthread_kill(thread, number)
