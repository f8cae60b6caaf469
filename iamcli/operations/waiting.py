"""Waits for changes to become visible, which can take the service some seconds.

The Java toolkit took one to two seconds to start, so old scripts did not meet this.
"""

from __future__ import annotations

import os
import re

from iamcli.client.changes import ADDITIONS, CREATIONS, REMOVALS, only_reads
from iamcli.errors import ServiceError, UnknownOutcome
from iamcli.operations.lookups import ENTITIES, LOOKUPS, reports_missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iamcli.operations.sender import Sender

#: The maximum time to wait for a change of the same command to become visible (seconds).
VISIBLE_AFTER = 15.0
#: The maximum time to wait for a change that another command may have made (seconds).
OTHERS_VISIBLE_AFTER = 3.0
#: The first pause between two attempts (seconds); each following pause is twice as long.
_FIRST_PAUSE = 0.5

#: The operations that set a trust policy, whose principal may be new.
TRUSTING = ("CreateRole", "UpdateAssumeRolePolicy")
_CONFLICT = "DeleteConflict"
#: How the service refuses a principal, whose kind and name follow. A service is never new.
_PRINCIPAL = re.compile(r'Invalid principal in policy(?!: "SERVICE")(?:: "[^"]*":"([^"]*)")?')


def pauses(limit: float) -> Iterator[float]:
    """Yield the pauses (seconds): ``limit`` in all, or IAMCLI_TIMEOUT if that is shorter."""
    left = min(limit, float(os.environ.get("IAMCLI_TIMEOUT") or limit))
    pause = _FIRST_PAUSE
    while left > 0:
        yield min(pause, left)
        left -= pause
        pause *= 2


def attempts(iam: Sender) -> Iterator[bool]:
    """Yield for each attempt whether it is the last one, and pause longer after each."""
    for pause in pauses(VISIBLE_AFTER):
        yield False
        iam.pause(pause, "the change may not be visible yet")
    yield True


def send(iam: Sender, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Send a request, and again if the reason of the refusal may be a change not visible yet.

    In the sandbox, changes are visible at once. Raises as ``Sender.send`` does. Source:
    docs/decisions.md (new resources).
    """
    rest: Iterator[float] | None = None
    resent = False
    while True:
        try:
            response = iam.send(operation, resent=resent, **parameters)
        except (ServiceError, UnknownOutcome) as failure:
            refusal = failure if isinstance(failure, ServiceError) else failure.refusal
            what = _not_visible(operation, parameters, refusal) if refusal else ""
            if not what or iam.sandbox:
                raise
            rest = rest or pauses(VISIBLE_AFTER if what in iam.created else OTHERS_VISIBLE_AFTER)
            pause = next(rest, None)
            if pause is None:
                raise
            resent = isinstance(failure, UnknownOutcome)
        else:
            for kind, member in ENTITIES.items():
                if operation == f"Create{member.removesuffix('Name')}":
                    iam.created.add(f"{kind} {parameters[member]}")
            return response
        iam.pause(pause, what if what == _CONFLICT else f"{what} may not be visible yet")


def _not_visible(operation: str, parameters: dict[str, Any], refusal: ServiceError) -> str:
    """Return the entity that may not be visible yet, such as "user bob", or the error code.

    "" if the refusal has another reason.
    """
    if refusal.code == "NoSuchEntity":
        # What is read here is read before something is added to it.
        added = operation in ADDITIONS or operation in CREATIONS or only_reads(operation)
        for kind, member in ENTITIES.items() if added else ():
            name = str(parameters.get(member, ""))
            if name and reports_missing(kind, name, refusal.message):
                return f"{kind} {name}"
    elif refusal.code == "MalformedPolicyDocument" and operation in TRUSTING:
        if match := _PRINCIPAL.match(refusal.message):
            return f"principal {match[1]}" if match[1] else "the principal"
    elif refusal.code == _CONFLICT and operation in REMOVALS and not LOOKUPS[operation].owners:
        return _CONFLICT
    return ""
