"""MalformedPolicyDocument: what is certainly wrong with the policy that was sent."""

from __future__ import annotations

from iamcli.policies.findings import findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.errors import ServiceError
    from iamcli.hints.run import Run

#: The parameters of requests that contain a policy.
PARAMETERS = ("PolicyDocument", "AssumeRolePolicyDocument")
#: How many findings the line names.
_NAMED = 3


def malformed(error: ServiceError, _run: Run) -> str:
    """Return what is wrong with the policy of the request; "" if that is not certain."""
    document = next(filter(None, map(error.parameters.get, PARAMETERS)), None)
    phrases = findings(document) if document else []
    more = len(phrases) - _NAMED
    named = phrases[:_NAMED] + ([f"{more} more"] if more > 0 else [])
    return f"in the policy: {'; '.join(named)}" if named else ""
