"""What ends a command from outside: Ctrl-C, and SIGTERM and SIGHUP, which do what Ctrl-C does."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal itself costs a start 4 ms
import sys
import time

from iamcli.errors import Terminated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

#: They come from timeout(1), cron, systemd, and from a terminal that is closed.
ENDING = (_signal.SIGTERM, _signal.SIGHUP)
#: Nobody types Ctrl-C twice in this time, but timeout(1) sends SIGINT twice (seconds).
TWICE = 0.01


class Ending:
    """What is known about the end of this process."""

    #: The first SIGTERM or SIGHUP that came; it ends the process. 0 if none came.
    number = 0
    #: Whether SIGTERM and SIGHUP are only noted. From then on nothing may wait for long.
    held = False
    #: When SIGINT came last.
    interrupted = float("-inf")


def heed() -> None:
    """Let the three signals raise KeyboardInterrupt, but for those that the caller ignores."""
    if _signal.getsignal(_signal.SIGINT) is _signal.SIG_DFL:
        _signal.signal(_signal.SIGINT, _interrupted)
    for number in ENDING:
        if _signal.getsignal(number) is _signal.SIG_DFL:
            _signal.signal(number, _terminated)
    sys.unraisablehook = _unraisable


def hold() -> None:
    """Only note SIGTERM and SIGHUP from now on; Ctrl-C still raises."""
    Ending.held = True


class Blocked:
    """Lets all three signals wait until the end of a block, where they raise."""

    def __enter__(self) -> None:
        wanted = (_signal.SIGINT, *ENDING)
        self._before = _signal.pthread_sigmask(_signal.SIG_BLOCK, wanted)

    def __exit__(self, *_: object) -> None:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._before)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    before, Ending.interrupted = Ending.interrupted, time.monotonic()
    if Ending.interrupted - before > TWICE:
        raise KeyboardInterrupt


def _terminated(number: int, _frame: FrameType | None) -> None:
    """Raise for the first signal only: timeout(1) sends two, and the second is no news."""
    Ending.number = Ending.number or number
    if not Ending.held:
        Ending.held = True
        raise Terminated(number)


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    """Send a signal again that was lost: Python drops what is raised while it tidies up."""
    if not isinstance(what.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(what)
        return
    import _thread

    number = getattr(what.exc_value, "number", _signal.SIGINT)
    if number in ENDING:
        Ending.held = False
    # What is raised in here is dropped, too.
    _thread.start_new_thread(_send_again, (_thread.get_ident(), number))


def _send_again(thread: int, number: int) -> None:
    time.sleep(2 * TWICE)
    _signal.pthread_kill(thread, number)
