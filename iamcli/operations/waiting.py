"""Waiting for the service, which shows what was just made or changed only after some seconds."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: Seconds after which what was just made is visible, or never will be.
VISIBLE_AFTER = 15.0
_FIRST_PAUSE = 0.5


def attempts() -> Iterator[bool]:
    """Yield with growing pauses in between, until 15 s have passed: whether this is the last time.

    A shorter IAMCLI_TIMEOUT ends it sooner. LEGACY.md: what was just made may not be visible yet.
    """
    limit = min(VISIBLE_AFTER, float(os.environ.get("IAMCLI_TIMEOUT") or VISIBLE_AFTER))
    end = time.monotonic() + limit
    pause = _FIRST_PAUSE
    while True:
        left = end - time.monotonic()
        yield left <= 0
        if left <= 0:
            return
        time.sleep(max(0.0, min(pause, end - time.monotonic())))
        pause *= 2
