"""AccessDenied: which kind of policy denied the request.

Source: the formats of access denied messages in the IAM User Guide. Messages in another format do
not contain the reason, and get no hint. If several kinds of policies deny a request, the service
names only one.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.errors import ServiceError
    from iamcli.hints.run import Run

_ORGANIZATION = "ask an administrator of the organization"
#: The kinds of policies, as the service names them, with the hint after "denied by ".
KINDS = {
    "service control policy": f"a service control policy of the organization; {_ORGANIZATION}",
    "resource control policy": f"a resource control policy of the organization; {_ORGANIZATION}",
    "permissions boundary": (
        "the permissions boundary of your user or role; identity-based policies cannot allow more "
        "than it does"
    ),
    "session policy": (
        "the session policy of your temporary credentials; get credentials with a session policy "
        "that allows this, or without one"
    ),
    "identity-based policy": (
        "an explicit Deny in an identity-based policy that applies to your user or role; no other "
        "policy can allow this"
    ),
    "resource-based policy": "a resource-based policy; ask the owner of the resource",
    "vpc endpoint policy": (
        "the policy of the VPC endpoint through which the request was sent; ask an administrator "
        "of the endpoint"
    ),
}
#: The hints for kinds of policies that need an Allow statement, and lack it.
LACKING = {
    "identity-based policy": (
        "denied because no identity-based policy that applies to your user or role allows this; "
        "ask an administrator to allow it"
    ),
    "resource-based policy": (
        "denied because no resource-based policy allows this; ask the owner of the resource"
    ),
}
_KIND = "|".join(KINDS)
_EXPLICIT = re.compile(rf" explicit deny in an? ({_KIND})\b", re.IGNORECASE)
_LACKING = re.compile(rf" because no ({_KIND}) allows ", re.IGNORECASE)


def denied(error: ServiceError, _run: Run) -> str:
    """Return which kind of policy denied the request, and whom to ask; "" if it is not known."""
    explicit = _EXPLICIT.search(error.message)
    if explicit:
        return f"denied by {KINDS[explicit[1].lower()]}"
    lacking = _LACKING.search(error.message)
    if lacking:
        kind = lacking[1].lower()
        return LACKING.get(kind) or f"denied by {KINDS[kind]}"
    return ""
