"""The signals that end a command: SIGINT (Ctrl-C), SIGTERM and SIGHUP."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import os
import sys
import time

from iamcli.errors import Terminated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

#: Signals sent by timeout(1), cron and systemd, and when a terminal is closed.
TERMINATING = (_signal.SIGTERM, _signal.SIGHUP)
#: A second SIGINT within this time is ignored, because timeout(1) sends two (seconds).
REPEAT_INTERVAL = 0.01


class Pending:
    """The signals that this process has received."""

    #: The first SIGTERM or SIGHUP received, which will end the process; 0 if none was.
    number = 0
    #: Whether SIGTERM and SIGHUP are only recorded. If so, nothing may block for long.
    deferred = False
    #: When the last SIGINT was received (seconds of the monotonic clock).
    interrupted = float("-inf")


def install_handlers() -> None:
    """Make the three signals raise KeyboardInterrupt, except those that the parent ignores."""
    if _signal.getsignal(_signal.SIGINT) is _signal.SIG_DFL:
        _signal.signal(_signal.SIGINT, _handle_sigint)
    for number in TERMINATING:
        if _signal.getsignal(number) is _signal.SIG_DFL:
            _signal.signal(number, _handle_termination)
    sys.unraisablehook = _resend_if_interrupt


def defer_termination() -> None:
    """Only record SIGTERM and SIGHUP from now on; SIGINT still raises KeyboardInterrupt."""
    Pending.deferred = True


def stop_raising() -> None:
    """Raise nothing from now on: SIGINT is ignored, SIGTERM and SIGHUP are only recorded."""
    defer_termination()
    if _signal.getsignal(_signal.SIGINT) is _handle_sigint:
        _signal.signal(_signal.SIGINT, _signal.SIG_IGN)


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
    """Blocks the three signals during a ``with`` block; they raise at its end."""

    def __enter__(self) -> None:
        signals = (_signal.SIGINT, *TERMINATING)
        self._before = _signal.pthread_sigmask(_signal.SIG_BLOCK, signals)

    def __exit__(self, *_: object) -> None:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._before)


def _handle_sigint(_number: int, frame: FrameType | None) -> None:
    if frame and frame.f_code is _handle_termination.__code__:
        # An exception here would keep the other signal from being recorded.
        return
    before, Pending.interrupted = Pending.interrupted, time.monotonic()
    if Pending.interrupted - before > REPEAT_INTERVAL:
        raise KeyboardInterrupt


def _handle_termination(number: int, _frame: FrameType | None) -> None:
    """Raise Terminated for the first signal only, because timeout(1) sends two."""
    Pending.number = Pending.number or number
    if not Pending.deferred:
        Pending.deferred = True
        raise Terminated(number)


def _resend_if_interrupt(what: sys.UnraisableHookArgs) -> None:
    """Send a lost signal again: Python ignores exceptions that are raised in ``__del__``."""
    if not isinstance(what.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(what)
        return
    import _thread

    number = getattr(what.exc_value, "number", _signal.SIGINT)
    if number in TERMINATING:
        Pending.deferred = False
    # An exception that is raised here would be ignored, too.
    _thread.start_new_thread(_send_again, (_thread.get_ident(), number))


def _send_again(thread: int, number: int) -> None:
    time.sleep(2 * REPEAT_INTERVAL)
    _signal.pthread_kill(thread, number)
