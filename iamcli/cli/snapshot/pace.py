"""The rate at which an account is read."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from iamcli.config.connection import is_this_machine
from iamcli.interrupts import pause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

#: The requests that are sent without a pause, and the requests per second after that. The service
#: publishes no limit, and everybody who uses the account has a share in it.
BURST = 100
RATE = 10


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
        due = max(self._due - self._clock(), -BURST / RATE) + requests / RATE
        return max(0.0, due)
