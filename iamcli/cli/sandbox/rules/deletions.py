"""DeleteConflict: what an entity has must be removed before the entity is deleted.

IAM reports one obstacle at a time. Of the order only the beginning is known: policies before access
keys. The permissions boundary of a user or a role is no obstacle.
"""

from __future__ import annotations

from iamcli.cli.sandbox.refusals import delete_conflict
from iamcli.cli.sandbox.rules.entities import find_policy, is_assigned
from iamcli.cli.sandbox.rules.entity_types import (
    GROUP,
    INSTANCE_PROFILE,
    ROLE,
    USER,
    Backend,
    Parameters,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from moto.iam.models import Group, Role, User

FIRST = "Cannot delete entity, must {} first."
IN_PROFILE = FIRST.format("remove roles from instance profile")
IN_GROUP = FIRST.format("remove users from group")


def user_is_not_referenced(backend: Backend, parameters: Parameters) -> None:
    """A user can be deleted without policies, credentials, devices and memberships.

    Evidence: the API reference (DeleteUser); the wording is recorded or reported for each but SSH
    keys, which are among the "referenced objects" of a report.
    """
    user = USER.find(backend, parameters)
    _without_policies(user)
    for things, text in (
        (user.password, "delete login profile"),
        (user.access_keys, "delete access keys"),
        (user.signing_certificates, "delete certificates"),
        (user.mfa_devices, "delete MFA device"),
        (user.ssh_public_keys, "remove referenced objects"),
        # moto itself has none.
        (getattr(user, "service_credentials", ()), "remove referenced objects"),
    ):
        if things:
            raise delete_conflict(FIRST.format(text))
    if any(user in group.users for group in backend.groups.values()):
        raise delete_conflict(IN_GROUP)


def group_is_not_referenced(backend: Backend, parameters: Parameters) -> None:
    """A group can be deleted without policies and members.

    Evidence: the API reference (DeleteGroup); the wording is recorded for policies of users and
    roles, and reported for members.
    """
    group = GROUP.find(backend, parameters)
    _without_policies(group)
    if group.users:
        raise delete_conflict(IN_GROUP)


def role_is_not_referenced(backend: Backend, parameters: Parameters) -> None:
    """A role can be deleted without policies, and outside instance profiles.

    Evidence: the API reference (DeleteRole); reported.
    """
    role = ROLE.find(backend, parameters)
    _without_policies(role)
    if any(role in profile.roles for profile in backend.instance_profiles.values()):
        raise delete_conflict(IN_PROFILE)


def instance_profile_is_empty(backend: Backend, parameters: Parameters) -> None:
    """An instance profile can be deleted without a role.

    Evidence: the API reference (DeleteInstanceProfile); reported.
    """
    if INSTANCE_PROFILE.find(backend, parameters).roles:
        raise delete_conflict(IN_PROFILE)


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


def _without_policies(entity: User | Group | Role) -> None:
    """Evidence: recorded (DeleteUser); reported (DeleteRole, DeleteGroup)."""
    if entity.managed_policies:
        raise delete_conflict(FIRST.format("detach all policies"))
    if entity.policies:
        raise delete_conflict(FIRST.format("delete policies"))
