"""How a request names an entity, and how moto finds it."""

from __future__ import annotations

from iamcli.cli.sandbox.rules.entity_types import (
    GROUP,
    INSTANCE_PROFILE,
    ROLE,
    SERVER_CERTIFICATE,
    USER,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from iamcli.cli.sandbox.corrections.protocol import Backend, Request, Result
    from iamcli.cli.sandbox.rules.entity_types import Parameters

#: The functions that find what a request names, by its type as in the names of operations.
_FIND: dict[str, Callable[[Backend, Parameters], Any]] = {
    "Group": GROUP.find,
    "InstanceProfile": INSTANCE_PROFILE.find,
    "MFADevice": lambda iam, parameters: iam.virtual_mfa_devices[parameters["SerialNumber"]],
    "Policy": lambda iam, parameters: iam.managed_policies[parameters["PolicyArn"]],
    "Role": ROLE.find,
    "ServerCertificate": SERVER_CERTIFICATE.find,
    "User": USER.find,
}

#: The types that have policies, and those that have a permissions boundary.
HOLDERS = ("User", "Group", "Role")
BOUNDED = ("User", "Role")


def entity_of(type_name: str, iam: Backend, request: Request) -> Any:
    """Return the entity of a type that a request names; the rules have seen that it exists."""
    return _FIND[type_name](iam, request.parameters)


def identity(type_name: str, entity: Any) -> Result:
    """Return the members that a user, group, role and instance profile have in all responses."""
    return {
        "Path": entity.path,
        f"{type_name}Name": entity.name,
        f"{type_name}Id": entity.id,
        "Arn": entity.arn,
        "CreateDate": entity.create_date,
    }


def rename(kept: dict[str, Any], entity: Any, name: str, path: str) -> None:
    """Give an entity, which moto keeps by its name, a name and a path."""
    del kept[entity.name]
    entity.name, entity.path = name, path
    kept[name] = entity
