"""Roles and instance profiles."""

from __future__ import annotations

from typing import Any

from iamcli.cli.sandbox.corrections.entities import identity
from iamcli.cli.sandbox.corrections.lists import listing, under
from iamcli.cli.sandbox.corrections.protocol import Backend, Request, Result, operation
from iamcli.cli.sandbox.corrections.tags import tags
from iamcli.cli.sandbox.corrections.users import additions, unique_id


def inner(role: Any) -> Result:
    """Return a role as instance profiles show it. Source: recorded for GetInstanceProfile."""
    document = role.assume_role_policy_document
    return {**identity("Role", role), "AssumeRolePolicyDocument": document}


def summary(role: Any) -> Result:
    """Return a role as lists show it.

    Source: API reference, ListRoles: without tags, permissions boundary and last use; recorded:
    there is no ``Description`` if it is empty.
    """
    return {
        **inner(role),
        "Description": role.description or None,
        "MaxSessionDuration": max_session_duration(role),
    }


def max_session_duration(role: Any) -> int | None:
    """Return the maximum session duration (seconds); None if a copy lacks it."""
    return None if role.max_session_duration is None else int(role.max_session_duration)


def last_used(role: Any) -> Result:
    """Return when a role was used. Source: recorded: ``RoleLastUsed`` is empty if it never was."""
    return {"LastUsedDate": role.last_used, "Region": role.last_used_region}


@operation("CreateRole")
def create_role(iam: Backend, request: Request) -> Result:
    """Show what the service shows.

    Source: recorded: the response has no ``Description`` and no ``MaxSessionDuration``.
    """
    role: Any = iam.create_role(
        request.get("RoleName"),
        request.get("AssumeRolePolicyDocument"),
        request.get("Path", "/"),
        None,
        request.get("Description"),
        request.get("Tags", []),
        request.get("MaxSessionDuration", 3600),
    )
    role.permissions_boundary_arn = request.get("PermissionsBoundary", None)
    return {"Role": {**inner(role), **additions(iam, role)}}


@operation("GetRole")
def get_role(iam: Backend, request: Request) -> Result:
    """Show all that belongs to the role. Source: API reference, GetRole; recorded."""
    role: Any = iam.get_role(request.get("RoleName"))
    return {"Role": {**summary(role), **additions(iam, role), "RoleLastUsed": last_used(role)}}


listing("ListRoles", "Roles", lambda iam, request: under(request, iam.roles.values()), summary)


@operation("UpdateRole")
def update_role(iam: Backend, request: Request) -> Result:
    """Keep what is not given. Source: recorded for UpdateRole."""
    role: Any = iam.get_role(request.get("RoleName"))
    role.description = request.get("Description", role.description)
    role.max_session_duration = request.get("MaxSessionDuration", role.max_session_duration)
    return {}


@operation("UpdateRoleDescription")
def update_role_description(iam: Backend, request: Request) -> Result:
    """Show what the service shows. Source: recorded for UpdateRoleDescription."""
    role: Any = iam.update_role_description(request.get("RoleName"), request.get("Description"))
    return {"Role": {**inner(role), "Description": role.description or None}}


def profile_summary(profile: Any) -> Result:
    """Return an instance profile as lists show it.

    Source: API reference, ListInstanceProfiles: without tags.
    """
    return {**identity("InstanceProfile", profile), "Roles": list(map(inner, profile.roles))}


@operation("CreateInstanceProfile")
def create_instance_profile(iam: Backend, request: Request) -> Result:
    """Give the profile an ID of its type. Source: API reference, CreateInstanceProfile."""
    profile = iam.create_instance_profile(
        request.get("InstanceProfileName"),
        request.get("Path", "/"),
        role_names=[],
        tags=request.get("Tags", []),
    )
    profile.id = unique_id("AIPA")
    return {"InstanceProfile": {**profile_summary(profile), "Tags": tags(iam, profile) or None}}


@operation("GetInstanceProfile")
def get_instance_profile(iam: Backend, request: Request) -> Result:
    """Show the tags, also if there are none. Source: recorded for GetInstanceProfile."""
    profile = iam.get_instance_profile(request.get("InstanceProfileName"))
    return {"InstanceProfile": {**profile_summary(profile), "Tags": tags(iam, profile)}}


def profiles_of(iam: Backend, role: Any) -> list[Any]:
    """Return the instance profiles that a role is in."""
    return [profile for profile in iam.instance_profiles.values() if role in profile.roles]


listing(
    "ListInstanceProfiles",
    "InstanceProfiles",
    lambda iam, request: under(request, iam.instance_profiles.values()),
    profile_summary,
)
listing(
    "ListInstanceProfilesForRole",
    "InstanceProfiles",
    lambda iam, request: profiles_of(iam, iam.get_role(request.get("RoleName"))),
    profile_summary,
)
