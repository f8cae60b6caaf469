"""Signals that end a command: Ctrl-C, and SIGTERM and SIGHUP, which are handled the same way."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import os
import sys
import time

from iamcli.errors import Terminated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

#: Sent by timeout(1), cron and systemd, and by a terminal that is closed.
TERMINATING = (_signal.SIGTERM, _signal.SIGHUP)
#: Nobody types Ctrl-C twice in this time, but timeout(1) sends SIGINT twice (seconds).
TWICE = 0.01


class Pending:
    """What is known about the end of this process."""

    #: The first SIGTERM or SIGHUP that came; it ends the process. 0 if none came.
    number = 0
    #: Whether SIGTERM and SIGHUP are only noted. From then on nothing may wait for long.
    deferred = False
    #: When SIGINT came last.
    interrupted = float("-inf")


def install_handlers() -> None:
    """Let the three signals raise KeyboardInterrupt, except those that the caller ignores."""
    if _signal.getsignal(_signal.SIGINT) is _signal.SIG_DFL:
        _signal.signal(_signal.SIGINT, _interrupted)
    for number in TERMINATING:
        if _signal.getsignal(number) is _signal.SIG_DFL:
            _signal.signal(number, _terminated)
    sys.unraisablehook = _unraisable


def defer_termination() -> None:
    """Only note SIGTERM and SIGHUP from now on; Ctrl-C still raises."""
    Pending.deferred = True


def end_process(number: int) -> None:
    """End the process by signal ``number``, or with the status that a shell reports for it.

    The first process of a container is not ended by a signal.
    """
    # No function of this module is called from here on, so that nothing can raise.
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    _signal.signal(number, _signal.SIG_DFL)
    _signal.raise_signal(number)
    os._exit(128 + number)


class BlockedSignals:
    """Delays all three signals until the end of a block, where they raise."""

    def __enter__(self) -> None:
        signals = (_signal.SIGINT, *TERMINATING)
        self._before = _signal.pthread_sigmask(_signal.SIG_BLOCK, signals)

    def __exit__(self, *_: object) -> None:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._before)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    before, Pending.interrupted = Pending.interrupted, time.monotonic()
    if Pending.interrupted - before > TWICE:
        raise KeyboardInterrupt


def _terminated(number: int, _frame: FrameType | None) -> None:
    """Raise for the first signal only: timeout(1) sends two."""
    Pending.number = Pending.number or number
    if not Pending.deferred:
        Pending.deferred = True
        raise Terminated(number)


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    """Send a lost signal again: Python ignores what is raised while it deletes objects."""
    if not isinstance(what.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(what)
        return
    import _thread

    number = getattr(what.exc_value, "number", _signal.SIGINT)
    if number in TERMINATING:
        Pending.deferred = False
    # What is raised here is ignored, too.
    _thread.start_new_thread(_send_again, (_thread.get_ident(), number))


def _send_again(thread: int, number: int) -> None:
    time.sleep(2 * TWICE)
    _signal.pthread_kill(thread, number)
