"""MalformedPolicyDocument: what is certainly wrong with the policy that was sent."""

from __future__ import annotations

from iamcli.parsing.suggestions import of_asterisk
from iamcli.policies.findings import findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.errors import ServiceError
    from iamcli.hints.run import Run

#: The parameters of requests that contain a policy.
PARAMETERS = ("PolicyDocument", "AssumeRolePolicyDocument")
#: How many findings the line names.
_NAMED = 3


def malformed(error: ServiceError, run: Run) -> str:
    """Return what is wrong with the policy of the request; "" if that is not certain.

    If the service names a value that ``*`` matches in the current directory, the hint says so.
    """
    replaced = next(filter(None, map(of_asterisk, _refused_values(error, run))), "")
    if replaced:
        return replaced
    document = next(filter(None, map(error.parameters.get, PARAMETERS)), None)
    phrases = findings(document) if document else []
    more = len(phrases) - _NAMED
    named = phrases[:_NAMED] + ([f"{more} more"] if more > 0 else [])
    return f"in the policy: {'; '.join(named)}" if named else ""


def _refused_values(error: ServiceError, run: Run) -> Iterator[str]:
    """Yield the resources and actions that the user typed and the ``error`` names."""
    for name in ("resources", "actions"):
        for value in run.values.get(name) or ():
            if value in error.message.split():
                yield value
