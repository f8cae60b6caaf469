"""Waits for changes to become visible, which can take the service some seconds."""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: The maximum time to wait for a change to become visible (seconds).
VISIBLE_AFTER = 15.0
#: The first pause between two attempts (seconds); each following pause is twice as long.
_FIRST_PAUSE = 0.5


def attempts() -> Iterator[bool]:
    """Yield for each attempt whether it is the last one, and pause longer after each.

    The last attempt is after VISIBLE_AFTER seconds, or after IAMCLI_TIMEOUT if that is shorter.
    Source: LEGACY.md (new resources that are not visible yet).
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
