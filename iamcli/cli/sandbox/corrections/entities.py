"""How a request names an entity, and how moto finds it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from moto.iam.models import IAMBackend

    from iamcli.cli.sandbox.corrections.protocol import Request, Result

#: The parameter that names an entity of each kind, and the function that finds it. The kinds are
#: called as in the names of operations.
_FOUND: dict[str, tuple[str, Callable[[IAMBackend, str], Any]]] = {
    "Group": ("GroupName", lambda iam, name: iam.get_group(name)),
    "InstanceProfile": ("InstanceProfileName", lambda iam, name: iam.get_instance_profile(name)),
    "MFADevice": ("SerialNumber", lambda iam, serial: iam.virtual_mfa_devices[serial]),
    "Policy": ("PolicyArn", lambda iam, arn: iam.get_policy(arn)),
    "Role": ("RoleName", lambda iam, name: iam.get_role(name)),
    "ServerCertificate": (
        "ServerCertificateName",
        lambda iam, name: iam.get_server_certificate(name),
    ),
    "User": ("UserName", lambda iam, name: iam.get_user(name)),
}

#: The kinds that have policies, and those that have a permissions boundary.
HOLDERS = ("User", "Group", "Role")
BOUNDED = ("User", "Role")


def entity_of(kind: str, iam: IAMBackend, request: Request) -> Any:
    """Return the entity of a ``kind`` that a request names; the rules have seen that it exists."""
    parameter, find = _FOUND[kind]
    return find(iam, request.get(parameter))


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
