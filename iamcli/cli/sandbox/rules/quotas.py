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
    from collections.abc import Callable, Mapping, Sized
    from typing import Any

    from moto.iam.models import Group, IAMBackend, Role, User

    Parameters = Mapping[str, Any]
    Rule = Callable[[IAMBackend, Parameters], None]
    Find = Callable[[IAMBackend, str], User | Group | Role]

#: Not in GetAccountSummary. Source: the IAM User Guide (quotas).
MFA_DEVICES = 8
SSH_PUBLIC_KEYS = 5


def _of_account(name: str, quota: str, key: str, held: Callable[[IAMBackend], Sized]) -> Rule:
    """Return the rule ``name``: an account has no more of ``held`` than its quota ``key`` says."""

    def rule(backend: IAMBackend, _parameters: Parameters) -> None:
        _fits(quota, len(held(backend)), _quota(backend, key))

    rule.__name__ = name
    return rule


def _of_user(name: str, quota: str, limit: str | int, held: Callable[[User], Sized]) -> Rule:
    """Return the rule ``name``: a user has no more of ``held`` than ``limit``, or its quota."""

    def rule(backend: IAMBackend, parameters: Parameters) -> None:
        if "UserName" in parameters:
            most = limit if isinstance(limit, int) else _quota(backend, limit)
            _fits(quota, len(held(find_user(backend, parameters["UserName"]))), most)

    rule.__name__ = name
    return rule


def _attached(kind: str, find: Find) -> Rule:
    """Return the rule that a ``kind`` has ten attached policies; one can be attached again."""

    def rule(backend: IAMBackend, parameters: Parameters) -> None:
        attached = find(backend, parameters[f"{kind}Name"]).managed_policies
        if parameters["PolicyArn"] not in attached:
            limit = _quota(backend, f"AttachedPoliciesPer{kind}Quota")
            _fits(f"PoliciesPer{kind}", len(attached), limit)

    rule.__name__ = f"policies_of_{kind.lower()}_fit"
    return rule


def _inline(kind: str, find: Find) -> Rule:
    """Return the rule that all inline policies of a ``kind`` are short, without white space."""

    def rule(backend: IAMBackend, parameters: Parameters) -> None:
        entity = find(backend, parameters[f"{kind}Name"])
        limit = _quota(backend, f"{kind}PolicySizeQuota")
        policies = {**entity.policies, parameters["PolicyName"]: parameters["PolicyDocument"]}
        if sum(map(_size, policies.values())) > limit:
            message = f"Maximum policy size of {limit} bytes exceeded for {kind.lower()}"
            raise limit_exceeded(f"{message} {entity.name}")

    rule.__name__ = f"inline_policies_of_{kind.lower()}_are_short"
    return rule


def _quota(backend: IAMBackend, key: str) -> int:
    quota: int = backend.account_summary.summary_map[key]
    return quota


def _fits(quota: str, count: int, limit: int) -> None:
    """Refuse one more than ``count`` if that is more than ``limit``."""
    if count >= limit:
        raise quota_exceeded(quota, limit)


def _size(document: str) -> int:
    """Return the number of characters that are not white space."""
    return len("".join(document.split()))


# Evidence of all: the IAM User Guide (quotas). If nothing else is named, the wording is like that
# of CreateUser for the account, and like that of CreateAccessKey for a user.

#: Reported (CreateUser).
users_fit = _of_account("users_fit", "UsersPerAccount", "UsersQuota", lambda iam: iam.users)
groups_fit = _of_account("groups_fit", "GroupsPerAccount", "GroupsQuota", lambda iam: iam.groups)
#: Recorded (CreateRole).
roles_fit = _of_account("roles_fit", "RolesPerAccount", "RolesQuota", lambda iam: iam.roles)
instance_profiles_fit = _of_account(
    "instance_profiles_fit",
    "InstanceProfilesPerAccount",
    "InstanceProfilesQuota",
    lambda iam: iam.instance_profiles,
)
policies_fit = _of_account(
    "policies_fit",
    "PoliciesPerAccount",
    "PoliciesQuota",
    lambda iam: [arn for arn in iam.managed_policies if not is_policy_of_aws(arn)],
)
#: Reported (UploadServerCertificate).
server_certificates_fit = _of_account(
    "server_certificates_fit",
    "ServerCertificatesPerAccount",
    "ServerCertificatesQuota",
    lambda iam: iam.certificates,
)

#: Recorded (CreateAccessKey).
access_keys_fit = _of_user(
    "access_keys_fit",
    "AccessKeysPerUser",
    "AccessKeysPerUserQuota",
    lambda user: user.access_keys,
)
#: Recorded (UploadSigningCertificate).
signing_certificates_fit = _of_user(
    "signing_certificates_fit",
    "CertificatesPerUser",
    "SigningCertificatesPerUserQuota",
    lambda user: user.signing_certificates,
)
ssh_public_keys_fit = _of_user(
    "ssh_public_keys_fit",
    "SSHPublicKeysPerUser",
    SSH_PUBLIC_KEYS,
    lambda user: user.ssh_public_keys,
)
mfa_devices_fit = _of_user(
    "mfa_devices_fit", "MFADevicesPerUser", MFA_DEVICES, lambda user: user.mfa_devices
)

#: Reported (AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy).
policies_of_user_fit = _attached("User", find_user)
policies_of_group_fit = _attached("Group", find_group)
policies_of_role_fit = _attached("Role", find_role)

#: Reported (PutUserPolicy, PutGroupPolicy); recorded (PutRolePolicy).
inline_policies_of_user_are_short = _inline("User", find_user)
inline_policies_of_group_are_short = _inline("Group", find_group)
inline_policies_of_role_are_short = _inline("Role", find_role)


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
