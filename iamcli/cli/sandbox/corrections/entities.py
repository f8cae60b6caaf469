"""How a request names an entity, and how moto finds it."""

from __future__ import annotations

from iamcli.cli.sandbox.rules.entity_types import NAMED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.cli.sandbox.corrections.protocol import Backend, Request, Result

_NAMED = {entity_type.type_name: entity_type for entity_type in NAMED}

#: The types that have policies, and those that have a permissions boundary.
HOLDERS = ("User", "Group", "Role")
BOUNDED = ("User", "Role")


def entity_of(type_name: str, iam: Backend, request: Request) -> Any:
    """Return the entity of a type that a request names; the rules have seen that it exists."""
    if type_name == "MFADevice":
        return iam.virtual_mfa_devices[request.get("SerialNumber")]
    if type_name == "Policy":
        return iam.managed_policies[request.get("PolicyArn")]
    return _NAMED[type_name].find(iam, request.parameters)


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
