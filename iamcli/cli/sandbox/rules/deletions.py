"""DeleteConflict: what an entity has must be removed before the entity is deleted.

IAM reports one obstacle at a time. Of the order only the beginning is known: policies before access
keys. The permissions boundary of a user or a role is no obstacle.
"""

from __future__ import annotations

from typing import Any

from iamcli.cli.sandbox.refusals import delete_conflict
from iamcli.cli.sandbox.rules.entities import find_policy, is_assigned
from iamcli.cli.sandbox.rules.entity_types import GROUP, ROLE, USER, Backend, Parameters

IN_GROUP = "remove users from group"


def user_is_not_referenced(backend: Backend, parameters: Parameters) -> None:
    """A user can be deleted without policies, credentials, devices and memberships.

    Evidence: the API reference (DeleteUser); the wording is recorded or reported for each but SSH
    keys, which are among the "referenced objects" of a report.
    """
    user = USER.find(backend, parameters)
    _require_none(
        *_policies(user),
        ("delete login profile", user.password),
        ("delete access keys", user.access_keys),
        ("delete certificates", user.signing_certificates),
        ("delete MFA device", user.mfa_devices),
        ("remove referenced objects", user.ssh_public_keys),
        # moto itself has none.
        ("remove referenced objects", getattr(user, "service_credentials", ())),
        (IN_GROUP, [group for group in backend.groups.values() if user in group.users]),
    )


def group_is_not_referenced(backend: Backend, parameters: Parameters) -> None:
    """A group can be deleted without policies and members.

    Evidence: the API reference (DeleteGroup); the wording is recorded for policies of users and
    roles, and reported for members.
    """
    group = GROUP.find(backend, parameters)
    _require_none(*_policies(group), (IN_GROUP, group.users))


def role_is_not_referenced(backend: Backend, parameters: Parameters) -> None:
    """A role can be deleted without policies, and outside instance profiles.

    Evidence: the API reference (DeleteRole); reported.
    """
    role = ROLE.find(backend, parameters)
    profiles = [one for one in backend.instance_profiles.values() if role in one.roles]
    _require_none(*_policies(role), ("remove roles from instance profile", profiles))


def policy_is_not_attached(backend: Backend, parameters: Parameters) -> None:
    """A managed policy can be deleted if it is neither attached nor a permissions boundary.

    Evidence: recorded (DeletePolicy); reported for boundaries.
    """
    arn = parameters["PolicyArn"]
    entities: list[Any] = [
        *backend.users.values(),
        *backend.groups.values(),
        *backend.roles.values(),
    ]
    for entity in entities:
        boundary = getattr(entity, "permissions_boundary_arn", None)
        if arn == boundary or arn in entity.managed_policies:
            raise delete_conflict("Cannot delete a policy attached to entities.")


def policy_has_one_version(backend: Backend, parameters: Parameters) -> None:
    """All versions but the default one are deleted before a managed policy.

    Evidence: reported (DeletePolicy).
    """
    if len(find_policy(backend, parameters["PolicyArn"]).versions) > 1:
        raise delete_conflict(
            "This policy has more than one version. Before you delete a policy, you must delete "
            "the policy's versions. The default version is deleted with the policy."
        )


def virtual_mfa_device_is_not_assigned(backend: Backend, parameters: Parameters) -> None:
    """A device is deactivated before it is deleted.

    Evidence: the API reference (DeleteVirtualMFADevice: must deactivate first); reported.
    """
    if is_assigned(backend, parameters["SerialNumber"]):
        raise delete_conflict("MFA VirtualDevice in use. Must deactivate first.")


def _policies(entity: Any) -> tuple[tuple[str, object], ...]:
    """Evidence: recorded (DeleteUser); reported (DeleteRole, DeleteGroup)."""
    return ("detach all policies", entity.managed_policies), ("delete policies", entity.policies)


def _require_none(*obstacles: tuple[str, object]) -> None:
    """Refuse the deletion if one of the things exists, with what to do about the first one."""
    for remedy, things in obstacles:
        if things:
            raise delete_conflict(f"Cannot delete entity, must {remedy} first.")
