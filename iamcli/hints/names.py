"""NoSuchEntity: the name that is almost what was typed.

This is the only hint that needs a request. The command does not need it: it is sent once, after the
service has refused a name that the user typed, and without a valid response there is no hint.
"""

from __future__ import annotations

from iamcli.errors import Failure
from iamcli.operations.lookups import reports_missing
from iamcli.operations.names import KINDS, OWNERS, policies
from iamcli.parsing.suggestions import nearest
from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.errors import ServiceError
    from iamcli.hints.values import Run
    from iamcli.operations.names import Query
    from iamcli.operations.service import IAM

#: Seconds to wait for the names.
TIMEOUT = 2.0
#: What the service calls the entities, each with the parameter that names one and its kind.
_ENTITIES = {
    "user": ("UserName", "user"),
    "group": ("GroupName", "group"),
    "role": ("RoleName", "role"),
    "instance profile": ("InstanceProfileName", "profile"),
    "server certificate": ("ServerCertificateName", "servercert"),
}


def similar(error: ServiceError, run: Run, iam: IAM) -> str:
    """Return the name that is almost the one that the service does not know; "" if there is none.

    Sends one request, for at most 1,000 names. Raises nothing: after Ctrl-C there is no hint.
    """
    try:
        for name, query in _missing(error):
            # The command may have read the name in a list.
            typed = any(
                name in value if isinstance(value, list) else name == value
                for value in run.values.values()
            )
            if typed and run.client.attempts == 1:
                run.client.disable_retries(TIMEOUT)
                near = nearest(name, query.first_names(iam))
                return f"did you mean {quoted(near)}?" if near and near != name else ""
    except (Failure, KeyboardInterrupt):
        return ""
    return ""


def _missing(error: ServiceError) -> Iterator[tuple[str, Query]]:
    """Yield the name that the ``error`` reports missing, with the list of what is there."""
    parameters = error.parameters
    # A server other than AWS may only name the parameter, or, if there is but one, say nothing.
    entities = [parameter for parameter, _ in _ENTITIES.values() if parameter in parameters]
    words = error.message.split() or (entities if len(entities) == 1 else [])
    for word, (parameter, kind) in _ENTITIES.items():
        name = str(parameters.get(parameter, ""))
        if name and (parameter in words or reports_missing(word, name, error.message)):
            yield name, KINDS[kind]
    for kind, (_, parameter) in OWNERS.items():
        name = str(parameters.get("PolicyName", ""))
        named = "PolicyName" in words or reports_missing(f"{kind} policy", name, error.message)
        if name and named and parameter in parameters:
            yield name, policies(kind, str(parameters[parameter]))
