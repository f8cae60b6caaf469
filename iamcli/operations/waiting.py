"""Waits for changes to become visible, which can take the service some seconds."""

from __future__ import annotations

import os
import time

from iamcli.client.outcomes import reports_missing
from iamcli.errors import ServiceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iamcli.client.service import IAM

#: The maximum time to wait for a change to become visible (seconds).
VISIBLE_AFTER = 15.0
#: The first pause between two attempts (seconds); each following pause is twice as long.
_FIRST_PAUSE = 0.5


def attempts(iam: IAM) -> Iterator[bool]:
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
        iam.pause(max(0.0, min(pause, end - time.monotonic())), "the change may not be visible yet")
        pause *= 2


def call_for_new(iam: IAM, kind: str, name: str, operation: str, **parameters: Any) -> Any:
    """Call an operation on an entity that the same command has just created; return the response.

    ``kind`` and ``name``: the entity ("user", "bob"). A NoSuchEntity that reports exactly this
    entity missing is tried again until the last attempt. Raises what ``IAM.call`` raises.
    """
    for last in attempts(iam):
        try:
            return iam.call(operation, **parameters)
        except ServiceError as error:  # noqa: PERF203 - each attempt may fail
            missing = error.code == "NoSuchEntity" and reports_missing(kind, name, error.message)
            if last or not missing:
                raise
    raise AssertionError("the last attempt neither returned nor raised")
