"""The signals that end a command, SIGINT (Ctrl-C), SIGTERM and SIGHUP, and how it waits.

A signal raises KeyboardInterrupt at once until ``defer_signals`` is called: before a command
changes something, and at its end. Then it is only recorded, and raises in an ``Interruptible``
block, in which the command waits. So it cannot come between a response and its report.

Python only records a signal that comes just before a system call. If that call waits, the handler
would never run. So in such a block a timer ends such a call every TICK seconds; the handlers of all
recorded signals run, and if none raises, Python makes the call again.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import os
import sys
import time

from iamcli.errors import Terminated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

#: Signals sent by timeout(1), cron and systemd, and when a terminal is closed.
TERMINATING = (_signal.SIGTERM, _signal.SIGHUP)
#: The interval of the timer in an interruptible block (seconds).
TICK = 0.25


class SignalState:
    """The signals that this process has received, and whether they raise KeyboardInterrupt."""

    #: The signal that is to end the process, 0 if there is none: the first SIGTERM or SIGHUP, else
    #: SIGINT.
    number = 0
    #: When the last SIGINT was received (seconds of the monotonic clock).
    interrupted = float("-inf")
    #: A second SIGINT within this time is ignored, because timeout(1) sends two (seconds).
    repeat_interval = 0.01
    #: Whether a signal raises now; if not, it is due in the next interruptible block.
    raises = True
    #: What the next interruptible block raises.
    due: KeyboardInterrupt | None = None
    #: Whether SIGTERM and SIGHUP are only recorded.
    ending = False
    #: Whether the timer runs, and what each tick calls.
    ticking = False
    each_tick: Callable[[], object] | None = None


def install_handlers(*, deferred: bool = False) -> None:
    """Make the three signals raise KeyboardInterrupt, except those that the parent ignores.

    ``deferred``: only in an interruptible block, and also if this program handles them otherwise.
    """
    if deferred:
        defer_signals()
        for number in (_signal.SIGINT, *TERMINATING):
            if _signal.getsignal(number) is not _signal.SIG_IGN:
                _signal.signal(number, _signal.SIG_DFL)
    sys.unraisablehook = _raise_later
    if _signal.getsignal(_signal.SIGINT) in (_signal.SIG_DFL, _signal.default_int_handler):
        _signal.signal(_signal.SIGINT, _handle_sigint)
    for number in TERMINATING:
        if _signal.getsignal(number) is _signal.SIG_DFL:
            _signal.signal(number, _handle_termination)


def defer_signals() -> None:
    """From now on, raise only in an interruptible block."""
    SignalState.raises = False


def defer_termination() -> None:
    """Only record SIGTERM and SIGHUP from now on, even in such a block; forget what is due."""
    SignalState.ending = True
    SignalState.due = None


def without_wrapper(error: BaseException) -> BaseException:
    """Return the interrupt that caused ``error``, or else ``error``.

    Before Python 3.12, what is raised in ``__set_name__`` is the cause of a RuntimeError.
    """
    cause = error.__cause__ if isinstance(error, RuntimeError) else None
    return cause if isinstance(cause, KeyboardInterrupt) else error


def postpone(interrupt: KeyboardInterrupt) -> None:
    """Raise ``interrupt``, which was raised in an interruptible block, in the next one instead."""
    SignalState.due = interrupt


def raise_due() -> None:
    """Raise what is due. What follows raises only in an interruptible block."""
    if SignalState.due:
        interrupt, SignalState.due, SignalState.raises = SignalState.due, None, False
        raise interrupt


class Interruptible:
    """A ``with`` block in which this process waits for somebody else, and signals raise.

    ``ticks``: whether the timer runs. It must not while regular files are used or modules imported,
    because a file system over a network may begin anew after each tick; nor while a program is
    started, which would inherit how SIGALRM is handled. A timer that was running before still ends
    the process in its time. Blocks may be nested. They have an effect in the main thread only.
    """

    def __init__(self, *, ticks: bool = True) -> None:
        self._ticks = ticks
        self._alarm = self._interval = 0.0

    def __enter__(self) -> None:
        self._outer = SignalState.raises
        self._ticks = self._ticks and not SignalState.ticking
        if self._ticks:
            try:
                self._handler = _signal.signal(_signal.SIGALRM, self._tick) or _signal.SIG_DFL
            except ValueError:
                self._ticks = False
                return
            SignalState.ticking = True
            # Whoever started this process may block the signal.
            blocked = _signal.pthread_sigmask(_signal.SIG_UNBLOCK, [_signal.SIGALRM])
            self._blocked = _signal.SIGALRM in blocked
            left, self._interval = _signal.setitimer(_signal.ITIMER_REAL, TICK, TICK)
            if left:
                self._alarm = time.monotonic() + left
        SignalState.raises = True
        if SignalState.due:
            self.__exit__()
            raise_due()

    def __exit__(self, *_: object) -> None:
        if self._ticks:
            _signal.setitimer(_signal.ITIMER_REAL, 0)
            _signal.signal(_signal.SIGALRM, self._handler)
            if self._blocked:
                _signal.pthread_sigmask(_signal.SIG_BLOCK, [_signal.SIGALRM])
            if self._alarm:
                # A timer does not start with 0.
                left = max(1e-6, self._alarm - time.monotonic())
                _signal.setitimer(_signal.ITIMER_REAL, left, self._interval)
            SignalState.ticking = False
        SignalState.raises = SignalState.raises and self._outer
        if SignalState.raises:
            raise_due()

    def _tick(self, _number: int, frame: FrameType | None) -> None:
        ends = self._alarm and self._handler == _signal.SIG_DFL and not self._blocked
        if ends and time.monotonic() >= self._alarm:
            end_process(_signal.SIGALRM)
        if SignalState.raises and not must_complete(frame):
            raise_due()
            if SignalState.each_tick:
                SignalState.each_tick()


def call_each_tick(function: Callable[[], object] | None) -> None:
    """From now on, call ``function`` at each tick while signals raise; None: call nothing."""
    SignalState.each_tick = function


def pause(seconds: float) -> None:
    """Wait for ``seconds``; signals raise."""
    with Interruptible():
        time.sleep(seconds)


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


class DeferredSignals:
    """Only records the three signals in a ``with`` block; what is due may raise at its end.

    A program that is started in it inherits no blocked signals, as it does in ``BlockedSignals``.
    """

    def __enter__(self) -> None:
        self._outer, SignalState.raises = SignalState.raises, False

    def __exit__(self, *_: object) -> None:
        SignalState.raises = self._outer
        if SignalState.raises:
            raise_due()


def _handle_sigint(_number: int, frame: FrameType | None) -> None:
    SignalState.number = SignalState.number or _signal.SIGINT
    before, SignalState.interrupted = SignalState.interrupted, time.monotonic()
    if SignalState.interrupted - before > SignalState.repeat_interval:
        _raise(KeyboardInterrupt(), frame)


def _handle_termination(number: int, frame: FrameType | None) -> None:
    """Raise Terminated for the first signal only, because timeout(1) sends two."""
    if SignalState.number not in TERMINATING:
        SignalState.number = number
    if not SignalState.ending:
        SignalState.ending = True
        _raise(Terminated(number), frame)


def _raise(interrupt: KeyboardInterrupt, frame: FrameType | None) -> None:
    """Raise ``interrupt`` in the code that is executed in ``frame``, or else in the next block."""
    SignalState.due = interrupt
    if SignalState.raises and not must_complete(frame):
        raise_due()


def _raise_later(what: sys.UnraisableHookArgs) -> None:
    """Let an interrupt raise again: Python ignores exceptions that are raised in ``__del__``."""
    if isinstance(what.exc_value, KeyboardInterrupt):
        SignalState.raises, SignalState.due = True, what.exc_value
    else:
        sys.__unraisablehook__(what)


def must_complete(frame: FrameType | None) -> bool:
    """Return whether an exception would leave such a block or a handler of a signal incomplete."""
    return frame is not None and frame.f_code in _COMPLETE


_IN_HANDLERS = (_handle_sigint, _handle_termination, _raise, raise_due)
_OF_BLOCKS = (Interruptible.__enter__, Interruptible.__exit__)
_COMPLETE = {function.__code__ for function in (*_OF_BLOCKS, *_IN_HANDLERS)}
