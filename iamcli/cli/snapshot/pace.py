"""The rate at which an account is read."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from iamcli.config.connection import is_this_machine
from iamcli.interrupts import pause

#: The requests that are sent without a pause, and the requests per second after that. The service
#: publishes no limit, and everybody who uses the account has a share in it.
BURST = 100
RATE = 10


class Pace:
    """Delays requests, except those to this machine.

    ``url``: where they are sent.
    """

    def __init__(self, url: str) -> None:
        self._limited = not is_this_machine(urlsplit(url).hostname or "")
        self._due = float("-inf")

    def wait(self) -> None:
        """Sleep until the next request may be sent."""
        if self._limited:
            now = time.monotonic()
            self._due = max(self._due, now - BURST / RATE) + 1 / RATE
            pause(max(0.0, self._due - now))
