"""The time that the check of one file may take."""

from __future__ import annotations

import os
import signal

from iamcli import interrupts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

#: How long the check of one file may take, with the programs that it runs (seconds of CPU time).
MAX_TIME = 20
#: How often the time is compared with that (seconds of CPU time of this process).
_TICK = 0.1


class FileTimeError(Exception):
    """The check of a file takes longer than MAX_TIME."""


def used() -> float:
    """Return the CPU time of this process and of the programs that it has run (seconds)."""
    return sum(os.times()[:4])


class FileTime:
    """Raises FileTimeError in a ``with`` block that takes longer than MAX_TIME, again and again.

    ``clock``: returns the time that was used (seconds). A block has an effect in the main thread.
    """

    def __init__(self, clock: Callable[[], float] = used) -> None:
        self._clock = clock
        self._end = clock() + MAX_TIME

    @property
    def left(self) -> float:
        """The time that is left (seconds)."""
        return max(0.0, self._end - self._clock())

    def __enter__(self) -> None:
        self._end = self._clock() + MAX_TIME
        self._handler = signal.signal(signal.SIGPROF, self._tick) or signal.SIG_DFL
        # Whoever started this process may block the signal.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGPROF])
        signal.setitimer(signal.ITIMER_PROF, _TICK, _TICK)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, self._handler)

    def _tick(self, _number: int, frame: FrameType | None) -> None:
        own = frame is not None and frame.f_code in _COMPLETE
        if not (self.left or own or interrupts.must_complete(frame)):
            raise FileTimeError(f"takes longer than {MAX_TIME} seconds")


_COMPLETE = (FileTime.__enter__.__code__, FileTime.__exit__.__code__)
