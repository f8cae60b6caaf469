"""Users, their groups, and permissions boundaries."""

from __future__ import annotations

from typing import Any

from moto.moto_api._internal import mock_random

from iamcli.cli.sandbox.corrections.caller import ROOT, as_user
from iamcli.cli.sandbox.corrections.entities import BOUNDED, entity_of, identity, rename
from iamcli.cli.sandbox.corrections.lists import listing, under
from iamcli.cli.sandbox.corrections.protocol import CORRECTIONS, Backend, Request, Result, operation
from iamcli.cli.sandbox.corrections.tags import tags, write

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def unique_id(prefix: str, length: int = 17) -> str:
    """Return a new unique ID: ``AIDA`` for users, and so on, and ``length`` characters.

    moto's IDs of users, groups and profiles have other characters and no prefix. Source: IAM User
    Guide, IAM identifiers (unique IDs); the IDs in the API reference.
    """
    return prefix + "".join(mock_random.choices(LETTERS, k=length))


def summary(user: Any) -> Result:
    """Return a user as lists show it.

    Source: API reference, ListUsers: without tags and permissions boundary; recorded.
    """
    return {**identity("User", user), "PasswordLastUsed": user.password_last_used}


def details(iam: Backend, user: Any) -> Result:
    """Return a user as CreateUser and GetUser show it.

    Source: API reference, User; recorded: there is no ``Tags`` if there are no tags.
    """
    return {**summary(user), **additions(iam, user)}


def additions(iam: Backend, entity: Any) -> Result:
    """Return what lists do not show of a user or role: the permissions boundary, and any tags."""
    return {"PermissionsBoundary": boundary(entity), "Tags": tags(iam, entity) or None}


def boundary(entity: Any) -> Result | None:
    """Return the permissions boundary of a user or role.

    Source: recorded for GetRole: the type is ``Policy``, which the model does not have.
    """
    arn = getattr(entity, "permissions_boundary_arn", None)
    if not arn:
        return None
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}


@operation("CreateUser")
def create_user(iam: Backend, request: Request) -> Result:
    """Take ``PermissionsBoundary``, which moto ignores. Source: API reference, CreateUser."""
    name = request.get("UserName")
    iam.create_user(
        request.region, user_name=name, path=request.get("Path", "/"), tags=request.get("Tags", [])
    )
    user: Any = iam.get_user(name)
    user.id = unique_id("AIDA")
    user.permissions_boundary_arn = request.get("PermissionsBoundary", None)
    return {"User": details(iam, user)}


@operation("GetUser")
def get_user(iam: Backend, request: Request) -> Result:
    """Show the permissions boundary, and the account for its own key.

    Source: API reference, GetUser; ``caller.as_user`` for the account.
    """
    name = request.get("UserName")
    return {"User": as_user(iam) if name == ROOT else details(iam, iam.get_user(name))}


listing("ListUsers", "Users", lambda iam, request: under(request, iam.users.values()), summary)


@operation("UpdateUser")
def update_user(iam: Backend, request: Request) -> None:
    """Take along what belongs to the user: keys, certificates and tags have its old name in moto.

    Source: API reference, UpdateUser; recorded for access keys, login profile, SSH keys, MFA
    devices and service-specific credentials.
    """
    user: Any = iam.get_user(request.get("UserName"))
    kept = tags(iam, user)
    write(iam, user, [])
    name = request.get("NewUserName", user.name)
    rename(iam.users, user, name, request.get("NewPath", user.path))
    write(iam, user, kept)
    certificates = user.signing_certificates.values()
    for belonging in (*user.access_keys, *user.ssh_public_keys, *certificates):
        belonging.user_name = user.name


def set_boundary(iam: Backend, request: Request) -> None:
    """Set the permissions boundary of a user or role, or remove it if the request has none.

    Source: API reference, PutUserPermissionsBoundary and DeleteUserPermissionsBoundary.
    """
    type_name = "User" if "UserName" in request.parameters else "Role"
    entity = entity_of(type_name, iam, request)
    entity.permissions_boundary_arn = request.get("PermissionsBoundary", None)


for _type_name in BOUNDED:
    CORRECTIONS[f"Put{_type_name}PermissionsBoundary"] = set_boundary
    CORRECTIONS[f"Delete{_type_name}PermissionsBoundary"] = set_boundary
