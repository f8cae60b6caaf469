"""How long it still takes to read the users of an account."""

from __future__ import annotations

import time

from iamcli.cli.listing import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from iamcli.cli.snapshot.pace import Pace

#: The number of requests for a user who has no access keys and no SSH public keys.
REQUESTS = 6
#: The shortest time that is said (seconds).
SHORTEST = 10


class Remaining:
    """The time that ``total`` users need. ``pace``: delays the requests; ``clock``: in seconds."""

    def __init__(self, total: int, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._pace = pace
        self._clock = clock
        self._begun = clock()
        self._sent = pace.sent

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
        return f" (about {_worded(seconds)} left)" if seconds >= SHORTEST else ""


def _worded(seconds: float) -> str:
    """Return a time as users say it: "20 seconds", "1 minute", "2 hours"."""
    tens, minutes, hours = round(seconds / 10), round(seconds / 60), round(seconds / 3600)
    if tens < 6:  # noqa: PLR2004 - a minute
        return counted(10 * tens, "second")
    return counted(minutes, "minute") if minutes < 100 else counted(hours, "hour")  # noqa: PLR2004
