"""NoSuchEntity, EntityAlreadyExists: the name that is almost, or regardless of case, as typed.

This is the only hint that needs a request. The command does not need it: it is sent once, after the
service has refused a name that the user typed, and without a valid response there is no hint.
"""

from __future__ import annotations

import re

from iamcli.errors import Failure
from iamcli.operations.lookups import reports_missing
from iamcli.operations.names import KINDS, OWNERS, policies
from iamcli.parsing.suggestions import nearest
from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamcli.errors import ServiceError
    from iamcli.hints.values import Run
    from iamcli.operations.names import Query
    from iamcli.operations.service import IAM

#: Seconds to wait for the names.
TIMEOUT = 2.0
#: What the names of commands that delete, remove or deactivate something contain.
_DELETES = re.compile("del|remove|deactivate")
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
    name, names = _listed(_missing(error), run, iam)
    # Whoever follows the hint of a command that deletes must not delete another one of several.
    near = nearest(name, names, only=_DELETES.search(run.command.name) is not None)
    return f"did you mean {quoted(near)}?" if near and near != name else ""


def same(error: ServiceError, run: Run, iam: IAM) -> str:
    """Return the name that differs only in case from one that exists already; "" if there is none.

    Sends and raises what ``similar`` does.
    """
    kinds = [(parameter, kind) for parameter, kind in _ENTITIES.values()]
    made = [kind for kind in kinds if error.operation == f"Create{kind[0].removesuffix('Name')}"]
    typed = ((str(error.parameters.get(parameter)), KINDS[kind]) for parameter, kind in made)
    name, names = _listed(typed, run, iam)
    others = [each for each in names if each.lower() == name.lower() and each != name]
    return f"{others[0]} exists; names are the same regardless of case" if others else ""


def _listed(typed: Iterable[tuple[str, Query]], run: Run, iam: IAM) -> tuple[str, list[str]]:
    """Return the first of the names ``typed`` that the user typed, with all names of its kind."""
    try:
        for name, query in typed:
            # The command may have read the name in a list.
            values = run.values.values()
            by_user = any(name in v if isinstance(v, list) else name == v for v in values)
            if by_user and run.client.attempts == 1:
                run.client.disable_retries(TIMEOUT)
                return name, query.first_names(iam)
    except (Failure, KeyboardInterrupt):
        pass
    return "", []


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
    for kind, parameter in OWNERS.items():
        name = str(parameters.get("PolicyName", ""))
        named = "PolicyName" in words or reports_missing(f"{kind} policy", name, error.message)
        if name and named and parameter in parameters:
            yield name, policies(kind, str(parameters[parameter]))
