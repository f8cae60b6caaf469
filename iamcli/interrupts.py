"""The signals that end a command, SIGINT (Ctrl-C), SIGTERM and SIGHUP, and how it waits.

A signal raises KeyboardInterrupt at once until ``guard`` is called: before a command changes
something, and at its end. Then it is only recorded, and raises in a ``Window``, where the command
waits. So it cannot come between a response and its report.

Python only records a signal that comes just before a system call. If that call waits, the handler
would never run. So in a window a timer ends such a call every TICK seconds; the handlers of all
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
#: The interval of the timer in a window (seconds).
TICK = 0.25


class Pending:
    """The signals that this process has received, and whether they raise KeyboardInterrupt."""

    #: The signal that is to end the process, 0 if there is none: the first SIGTERM or SIGHUP, else
    #: SIGINT.
    number = 0
    #: When the last SIGINT was received (seconds of the monotonic clock).
    interrupted = float("-inf")
    #: A second SIGINT within this time is ignored, because timeout(1) sends two (seconds).
    repeat_interval = 0.01
    #: Whether a signal raises now; if not, it is due in the next window.
    raises = True
    #: What the next window raises.
    due: KeyboardInterrupt | None = None
    #: Whether SIGTERM and SIGHUP are only recorded.
    ending = False
    #: Whether the timer runs, and what each tick calls.
    ticking = False
    each_tick: Callable[[], object] | None = None


def install_handlers() -> None:
    """Make the three signals raise KeyboardInterrupt, except those that the parent ignores."""
    install_sigint_handler()
    for number in TERMINATING:
        if _signal.getsignal(number) is _signal.SIG_DFL:
            _signal.signal(number, _handle_termination)


def install_sigint_handler() -> None:
    """Make SIGINT raise KeyboardInterrupt, unless the parent ignores it."""
    sys.unraisablehook = _raise_later
    if _signal.getsignal(_signal.SIGINT) in (_signal.SIG_DFL, _signal.default_int_handler):
        _signal.signal(_signal.SIGINT, _handle_sigint)


def guard() -> None:
    """From now on, raise only in a window."""
    Pending.raises = False


def defer_termination() -> None:
    """Only record SIGTERM and SIGHUP from now on, even in a window; forget what is due."""
    Pending.ending = True
    Pending.due = None


def postpone(interrupt: KeyboardInterrupt) -> None:
    """Raise ``interrupt``, which was raised in a window, in the next one instead."""
    Pending.due = interrupt


def raise_due() -> None:
    """Raise what is due. What follows raises only in a window."""
    if Pending.due:
        interrupt, Pending.due, Pending.raises = Pending.due, None, False
        raise interrupt


class Window:
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
        self._outer = Pending.raises
        self._ticks = self._ticks and not Pending.ticking
        if self._ticks:
            try:
                self._handler = _signal.signal(_signal.SIGALRM, self._tick) or _signal.SIG_DFL
            except ValueError:
                self._ticks = False
                return
            Pending.ticking = True
            # Whoever started this process may block the signal.
            blocked = _signal.pthread_sigmask(_signal.SIG_UNBLOCK, [_signal.SIGALRM])
            self._blocked = _signal.SIGALRM in blocked
            left, self._interval = _signal.setitimer(_signal.ITIMER_REAL, TICK, TICK)
            if left:
                self._alarm = time.monotonic() + left
        Pending.raises = True
        if Pending.due:
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
            Pending.ticking = False
        Pending.raises = Pending.raises and self._outer
        if Pending.raises:
            raise_due()

    def _tick(self, _number: int, frame: FrameType | None) -> None:
        ends = self._alarm and self._handler == _signal.SIG_DFL and not self._blocked
        if ends and time.monotonic() >= self._alarm:
            end_process(_signal.SIGALRM)
        if Pending.raises and not must_complete(frame):
            raise_due()
            if Pending.each_tick:
                Pending.each_tick()


def pause(seconds: float) -> None:
    """Wait for ``seconds`` in a window."""
    with Window():
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


def _handle_sigint(_number: int, frame: FrameType | None) -> None:
    Pending.number = Pending.number or _signal.SIGINT
    before, Pending.interrupted = Pending.interrupted, time.monotonic()
    if Pending.interrupted - before > Pending.repeat_interval:
        _raise(KeyboardInterrupt(), frame)


def _handle_termination(number: int, frame: FrameType | None) -> None:
    """Raise Terminated for the first signal only, because timeout(1) sends two."""
    if Pending.number not in TERMINATING:
        Pending.number = number
    if not Pending.ending:
        Pending.ending = True
        _raise(Terminated(number), frame)


def _raise(interrupt: KeyboardInterrupt, frame: FrameType | None) -> None:
    """Raise ``interrupt`` in the code that is executed in ``frame``, or else in the next window."""
    Pending.due = interrupt
    if Pending.raises and not must_complete(frame):
        raise_due()


def _raise_later(what: sys.UnraisableHookArgs) -> None:
    """Let an interrupt raise again: Python ignores exceptions that are raised in ``__del__``."""
    if isinstance(what.exc_value, KeyboardInterrupt):
        Pending.raises, Pending.due = True, what.exc_value
    else:
        sys.__unraisablehook__(what)


def must_complete(frame: FrameType | None) -> bool:
    """Return whether an exception would leave a window or a handler of a signal incomplete."""
    return frame is not None and frame.f_code in _COMPLETE


_IN_HANDLERS = (_handle_sigint, _handle_termination, _raise, raise_due)
_COMPLETE = {one.__code__ for one in (Window.__enter__, Window.__exit__, *_IN_HANDLERS)}
