"""How a request names an entity, and how moto finds it."""

from __future__ import annotations

from iamcli.cli.sandbox.rules import kinds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moto.iam.models import IAMBackend

    from iamcli.cli.sandbox.corrections.protocol import Request, Result
    from iamcli.cli.sandbox.rules.kinds import Parameters

#: The functions that find what a request names, by its kind as in the names of operations.
_FIND: dict[str, Callable[[IAMBackend, Parameters], Any]] = {
    "Group": kinds.GROUP.find,
    "InstanceProfile": kinds.INSTANCE_PROFILE.find,
    "MFADevice": lambda iam, parameters: iam.virtual_mfa_devices[parameters["SerialNumber"]],
    "Policy": lambda iam, parameters: iam.managed_policies[parameters["PolicyArn"]],
    "Role": kinds.ROLE.find,
    "ServerCertificate": kinds.SERVER_CERTIFICATE.find,
    "User": kinds.USER.find,
}

#: The kinds that have policies, and those that have a permissions boundary.
HOLDERS = ("User", "Group", "Role")
BOUNDED = ("User", "Role")


def entity_of(kind: str, iam: IAMBackend, request: Request) -> Any:
    """Return the entity of a ``kind`` that a request names; the rules have seen that it exists."""
    return _FIND[kind](iam, request.parameters)


def identity(kind: str, entity: Any) -> Result:
    """Return the members that a user, group, role and instance profile have in all responses."""
    return {
        "Path": entity.path,
        f"{kind}Name": entity.name,
        f"{kind}Id": entity.id,
        "Arn": entity.arn,
        "CreateDate": entity.create_date,
    }


def rename(kept: dict[str, Any], entity: Any, name: str, path: str) -> None:
    """Give an entity, which moto keeps by its name, a name and a path."""
    del kept[entity.name]
    entity.name, entity.path = name, path
    kept[name] = entity
