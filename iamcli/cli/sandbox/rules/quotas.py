"""LimitExceeded: how many of a kind, and how long.

The quotas are those of ``GetAccountSummary`` of the same backend, so that an account whose quotas
AWS has raised can raise them there.
"""

from __future__ import annotations

from iamcli.cli.sandbox.refusals import limit_exceeded, quota_exceeded
from iamcli.cli.sandbox.rules.entities import (
    find_group,
    find_instance_profile,
    find_policy,
    find_role,
    find_user,
    is_policy_of_aws,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from moto.iam.models import Group, IAMBackend, Role, User

    Parameters = Mapping[str, Any]

#: Not in GetAccountSummary. Source: the IAM User Guide (quotas).
MFA_DEVICES = 8
SSH_PUBLIC_KEYS = 5


def users_fit(backend: IAMBackend, _parameters: Parameters) -> None:
    """An account has 5000 users.

    Evidence: the IAM User Guide (quotas); reported (CreateUser).
    """
    _fits("UsersPerAccount", len(backend.users), _quota(backend, "UsersQuota"))


def groups_fit(backend: IAMBackend, _parameters: Parameters) -> None:
    """An account has 300 groups.

    Evidence: the IAM User Guide (quotas); the wording is like that of CreateUser.
    """
    _fits("GroupsPerAccount", len(backend.groups), _quota(backend, "GroupsQuota"))


def roles_fit(backend: IAMBackend, _parameters: Parameters) -> None:
    """An account has 1000 roles.

    Evidence: the IAM User Guide (quotas); recorded (CreateRole).
    """
    _fits("RolesPerAccount", len(backend.roles), _quota(backend, "RolesQuota"))


def instance_profiles_fit(backend: IAMBackend, _parameters: Parameters) -> None:
    """An account has 1000 instance profiles.

    Evidence: the IAM User Guide (quotas); the wording is like that of CreateUser.
    """
    quota = _quota(backend, "InstanceProfilesQuota")
    _fits("InstanceProfilesPerAccount", len(backend.instance_profiles), quota)


def policies_fit(backend: IAMBackend, _parameters: Parameters) -> None:
    """An account has 1500 managed policies.

    Evidence: the IAM User Guide (quotas); the wording is like that of CreateUser.
    """
    own = [arn for arn in backend.managed_policies if not is_policy_of_aws(arn)]
    _fits("PoliciesPerAccount", len(own), _quota(backend, "PoliciesQuota"))


def server_certificates_fit(backend: IAMBackend, _parameters: Parameters) -> None:
    """An account has 20 server certificates.

    Evidence: the IAM User Guide (quotas); reported (UploadServerCertificate).
    """
    quota = _quota(backend, "ServerCertificatesQuota")
    _fits("ServerCertificatesPerAccount", len(backend.certificates), quota)


def access_keys_fit(backend: IAMBackend, parameters: Parameters) -> None:
    """A user has two access keys. Evidence: recorded (CreateAccessKey)."""
    if "UserName" in parameters:
        keys = find_user(backend, parameters["UserName"]).access_keys
        _fits("AccessKeysPerUser", len(keys), _quota(backend, "AccessKeysPerUserQuota"))


def signing_certificates_fit(backend: IAMBackend, parameters: Parameters) -> None:
    """A user has two signing certificates. Evidence: recorded (UploadSigningCertificate)."""
    if "UserName" in parameters:
        certificates = find_user(backend, parameters["UserName"]).signing_certificates
        quota = _quota(backend, "SigningCertificatesPerUserQuota")
        _fits("CertificatesPerUser", len(certificates), quota)


def ssh_public_keys_fit(backend: IAMBackend, parameters: Parameters) -> None:
    """A user has five SSH keys. Evidence: the IAM User Guide (quotas); like CreateAccessKey."""
    keys = find_user(backend, parameters["UserName"]).ssh_public_keys
    _fits("SSHPublicKeysPerUser", len(keys), SSH_PUBLIC_KEYS)


def mfa_devices_fit(backend: IAMBackend, parameters: Parameters) -> None:
    """A user has eight MFA devices. Evidence: the IAM User Guide (quotas); like CreateAccessKey."""
    devices = find_user(backend, parameters["UserName"]).mfa_devices
    _fits("MFADevicesPerUser", len(devices), MFA_DEVICES)


def groups_of_user_fit(backend: IAMBackend, parameters: Parameters) -> None:
    """A user is in ten groups; who is a member can be added again.

    Evidence: the IAM User Guide (quotas); the wording is like that of CreateAccessKey.
    """
    user = find_user(backend, parameters["UserName"])
    others = [
        group
        for group in backend.groups.values()
        if user in group.users and group.name != parameters["GroupName"]
    ]
    _fits("GroupsPerUser", len(others), _quota(backend, "GroupsPerUserQuota"))


def policies_of_user_fit(backend: IAMBackend, parameters: Parameters) -> None:
    """A user has ten attached policies. Evidence: reported (AttachUserPolicy)."""
    user = find_user(backend, parameters["UserName"])
    quota = _quota(backend, "AttachedPoliciesPerUserQuota")
    _attachments_fit("PoliciesPerUser", user, parameters["PolicyArn"], quota)


def policies_of_group_fit(backend: IAMBackend, parameters: Parameters) -> None:
    """A group has ten attached policies. Evidence: reported (AttachGroupPolicy)."""
    group = find_group(backend, parameters["GroupName"])
    quota = _quota(backend, "AttachedPoliciesPerGroupQuota")
    _attachments_fit("PoliciesPerGroup", group, parameters["PolicyArn"], quota)


def policies_of_role_fit(backend: IAMBackend, parameters: Parameters) -> None:
    """A role has ten attached policies. Evidence: reported (AttachRolePolicy)."""
    role = find_role(backend, parameters["RoleName"])
    quota = _quota(backend, "AttachedPoliciesPerRoleQuota")
    _attachments_fit("PoliciesPerRole", role, parameters["PolicyArn"], quota)


def instance_profile_has_no_role(backend: IAMBackend, parameters: Parameters) -> None:
    """An instance profile has one role. Evidence: recorded (AddRoleToInstanceProfile)."""
    roles = find_instance_profile(backend, parameters["InstanceProfileName"]).roles
    _fits("InstanceSessionsPerInstanceProfile", len(roles), 1)


def policy_versions_fit(backend: IAMBackend, parameters: Parameters) -> None:
    """A managed policy has five versions. Evidence: recorded (CreatePolicyVersion)."""
    limit = _quota(backend, "VersionsPerPolicyQuota")
    if len(find_policy(backend, parameters["PolicyArn"]).versions) >= limit:
        raise limit_exceeded(
            f"A managed policy can have up to {limit} versions. Before you create a new version, "
            "you must delete an existing version."
        )


def managed_policy_is_short(backend: IAMBackend, parameters: Parameters) -> None:
    """A managed policy has 6144 characters, without white space.

    Evidence: the IAM User Guide (quotas); reported (CreatePolicy).
    """
    limit = _quota(backend, "PolicySizeQuota")
    if _size(parameters["PolicyDocument"]) > limit:
        raise quota_exceeded("PolicySize", limit)


def trust_policy_is_short(backend: IAMBackend, parameters: Parameters) -> None:
    """A trust policy has 2048 characters, without white space.

    Evidence: the IAM User Guide (quotas); reported (CreateRole).
    """
    limit = _quota(backend, "AssumeRolePolicySizeQuota")
    document = parameters.get("AssumeRolePolicyDocument", parameters.get("PolicyDocument", ""))
    if _size(document) > limit:
        raise quota_exceeded("ACLSizePerRole", limit)


def inline_policies_of_user_are_short(backend: IAMBackend, parameters: Parameters) -> None:
    """All inline policies of a user have 2048 characters, without white space.

    Evidence: the IAM User Guide (quotas); reported (PutUserPolicy).
    """
    user = find_user(backend, parameters["UserName"])
    _inline_policies_fit("user", user, parameters, _quota(backend, "UserPolicySizeQuota"))


def inline_policies_of_group_are_short(backend: IAMBackend, parameters: Parameters) -> None:
    """All inline policies of a group have 5120 characters, without white space.

    Evidence: the IAM User Guide (quotas); reported (PutGroupPolicy).
    """
    group = find_group(backend, parameters["GroupName"])
    _inline_policies_fit("group", group, parameters, _quota(backend, "GroupPolicySizeQuota"))


def inline_policies_of_role_are_short(backend: IAMBackend, parameters: Parameters) -> None:
    """All inline policies of a role have 10240 characters, without white space.

    Evidence: the IAM User Guide (quotas); recorded (PutRolePolicy).
    """
    role = find_role(backend, parameters["RoleName"])
    _inline_policies_fit("role", role, parameters, _quota(backend, "RolePolicySizeQuota"))


def _quota(backend: IAMBackend, key: str) -> int:
    quota: int = backend.account_summary.summary_map[key]
    return quota


def _fits(quota: str, count: int, limit: int) -> None:
    """Refuse one more than ``count`` if that is more than ``limit``."""
    if count >= limit:
        raise quota_exceeded(quota, limit)


def _attachments_fit(quota: str, entity: User | Group | Role, arn: str, limit: int) -> None:
    if arn not in entity.managed_policies:
        _fits(quota, len(entity.managed_policies), limit)


def _inline_policies_fit(
    kind: str, entity: User | Group | Role, parameters: Parameters, limit: int
) -> None:
    policies = {**entity.policies, parameters["PolicyName"]: parameters["PolicyDocument"]}
    if sum(map(_size, policies.values())) > limit:
        raise limit_exceeded(
            f"Maximum policy size of {limit} bytes exceeded for {kind} {entity.name}"
        )


def _size(document: str) -> int:
    """Return the number of characters that are not white space."""
    return len("".join(document.split()))
