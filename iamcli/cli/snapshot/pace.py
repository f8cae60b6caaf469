"""The rate at which an account is read, and how long it still takes to read its users."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from iamcli.cli.listing import counted
from iamcli.config.settings import is_this_machine
from iamcli.interrupts import pause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: The requests that are sent without a pause, and the requests per second after that. The service
#: publishes no limit, and everybody who uses the account has a share in it.
BURST = 100
RATE = 10
#: The number of requests for a user who has no access keys and no SSH public keys.
REQUESTS = 6
#: The shortest time that is said (seconds).
SHORTEST = 10
#: How much longer it must take until a longer time is said.
_SLOWER = 1.5


class Pace:
    """Delays requests, except those to this machine.

    ``url``: where they are sent; ``sent``: their number. ``clock`` returns the time, and ``sleep``
    waits (seconds).
    """

    def __init__(
        self,
        url: str,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = pause,
    ) -> None:
        self._limited = not is_this_machine(urlsplit(url).hostname or "")
        self._clock = clock
        self._sleep = sleep
        self._due = float("-inf")
        self.sent = 0

    def wait(self) -> None:
        """Sleep until the next request may be sent."""
        self.sent += 1
        if self._limited:
            now = self._clock()
            self._due = max(self._due, now - BURST / RATE) + 1 / RATE
            self._sleep(max(0.0, self._due - now))

    def seconds(self, requests: float) -> float:
        """Return how long that many requests take at least."""
        if not self._limited:
            return 0.0
        return max(0.0, max(self._due - self._clock(), -BURST / RATE) + requests / RATE)


class Remaining:
    """The time that ``total`` users need. ``pace``: delays the requests; ``clock``: in seconds."""

    def __init__(self, total: int, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._pace = pace
        self._clock = clock
        self._begun = clock()
        self._sent = pace.sent
        self._shown = 0.0

    def text(self, done: int) -> str:
        """Return how long the others need if ``done`` users are read: " (about 2 minutes left)".

        Returns "" if that is less than SHORTEST. It is the time that the pace allows, or that the
        users before have needed, whichever is longer.
        """
        left = self._total - done
        requests, needed = float(REQUESTS), 0.0
        if done:
            requests = (self._pace.sent - self._sent) / done
            needed = (self._clock() - self._begun) / done
        seconds = max(needed * left, self._pace.seconds(requests * left))
        # The speed varies; a number that rises and falls would not help.
        if not self._shown < seconds < self._shown * _SLOWER:
            self._shown = seconds
        return f" (about {_worded(self._shown)} left)" if self._shown >= SHORTEST else ""


def _worded(seconds: float) -> str:
    """Return a time as users say it: "20 seconds", "1 minute", "2 hours"."""
    tens, minutes, hours = round(seconds / 10), round(seconds / 60), round(seconds / 3600)
    if tens < 6:  # noqa: PLR2004 - a minute
        return counted(10 * tens, "second")
    return counted(minutes, "minute") if minutes < 100 else counted(hours, "hour")  # noqa: PLR2004
