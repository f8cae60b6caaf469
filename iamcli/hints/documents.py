"""MalformedPolicyDocument: what is certainly wrong with the policy that was sent."""

from __future__ import annotations

from iamcli.policies.findings import findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.errors import ServiceError
    from iamcli.hints.given import Given

#: The parameters of requests that contain a policy.
PARAMETERS = ("PolicyDocument", "AssumeRolePolicyDocument")
#: How many findings the line names.
_NAMED = 3


def malformed(error: ServiceError, _given: Given) -> str:
    """Return what is wrong with the policy of the request; "" if that is not certain."""
    document = next(filter(None, map(error.parameters.get, PARAMETERS)), None)
    found = findings(document) if document else []
    more = len(found) - _NAMED
    shown = found[:_NAMED] + ([f"{more} more"] if more > 0 else [])
    return f"in the policy: {'; '.join(shown)}" if shown else ""
