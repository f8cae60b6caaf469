"""LimitExceeded: how many, and how long.

The quotas are those of ``GetAccountSummary`` of the same backend, so that an account whose quotas
AWS has raised can raise them there.
"""

from __future__ import annotations

from iamcli.cli.sandbox.refusals import limit_exceeded, quota_exceeded
from iamcli.cli.sandbox.rules.entities import find_policy
from iamcli.cli.sandbox.rules.entity_types import (
    INSTANCE_PROFILE,
    USER,
    Backend,
    EntityType,
    Parameters,
    Rule,
)

#: Not in GetAccountSummary. Source: the IAM User Guide (quotas).
MFA_DEVICES = 8
SSH_PUBLIC_KEYS = 5


def account_quota_allows(of: EntityType, backend: Backend, _parameters: Parameters) -> None:
    """An account has no more of a type than its quota.

    Evidence: the IAM User Guide (quotas); the wording: that of the type.
    """
    limit = _quota(backend, f"{of.plural}Quota")
    _fits(f"{of.plural}PerAccount", len(of.names(backend)), limit)


def _of_user(attribute: str, quota: str, limit: str | int) -> Rule:
    """Return the rule that a user has no more of ``attribute`` than ``limit``, or its quota."""

    def rule(backend: Backend, parameters: Parameters) -> None:
        if "UserName" in parameters:
            most = limit if isinstance(limit, int) else _quota(backend, limit)
            _fits(quota, len(getattr(USER.find(backend, parameters), attribute)), most)

    rule.__name__ = f"{attribute}_fit"
    return rule


def attached_policies_fit(of: EntityType, backend: Backend, parameters: Parameters) -> None:
    """A user, group or role has ten attached policies; one of them can be attached again.

    Evidence: reported (AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy).
    """
    attached = of.find(backend, parameters).managed_policies
    if parameters["PolicyArn"] not in attached:
        limit = _quota(backend, f"AttachedPoliciesPer{of.type_name}Quota")
        _fits(f"PoliciesPer{of.type_name}", len(attached), limit)


def inline_policies_are_short(of: EntityType, backend: Backend, parameters: Parameters) -> None:
    """All inline policies of a user, group or role are short.

    White space does not count. Evidence: reported (PutUserPolicy, PutGroupPolicy); recorded
    (PutRolePolicy).
    """
    entity = of.find(backend, parameters)
    limit = _quota(backend, f"{of.type_name}PolicySizeQuota")
    policies = {**entity.policies, parameters["PolicyName"]: parameters["PolicyDocument"]}
    if sum(map(_size, policies.values())) > limit:
        message = f"Maximum policy size of {limit} bytes exceeded for {of.noun}"
        raise limit_exceeded(f"{message} {entity.name}")


def _quota(backend: Backend, key: str) -> int:
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
# of CreateAccessKey.

#: Recorded (CreateAccessKey).
access_keys_fit = _of_user("access_keys", "AccessKeysPerUser", "AccessKeysPerUserQuota")
#: Recorded (UploadSigningCertificate).
signing_certificates_fit = _of_user(
    "signing_certificates", "CertificatesPerUser", "SigningCertificatesPerUserQuota"
)
ssh_public_keys_fit = _of_user("ssh_public_keys", "SSHPublicKeysPerUser", SSH_PUBLIC_KEYS)
mfa_devices_fit = _of_user("mfa_devices", "MFADevicesPerUser", MFA_DEVICES)


def groups_of_user_fit(backend: Backend, parameters: Parameters) -> None:
    """A user is in ten groups; who is a member can be added again.

    Evidence: the IAM User Guide (quotas); the wording is like that of CreateAccessKey.
    """
    user = USER.find(backend, parameters)
    others = [
        group
        for group in backend.groups.values()
        if user in group.users and group.name != parameters["GroupName"]
    ]
    _fits("GroupsPerUser", len(others), _quota(backend, "GroupsPerUserQuota"))


def instance_profile_has_no_role(backend: Backend, parameters: Parameters) -> None:
    """An instance profile has one role. Evidence: recorded (AddRoleToInstanceProfile)."""
    roles = INSTANCE_PROFILE.find(backend, parameters).roles
    _fits("InstanceSessionsPerInstanceProfile", len(roles), 1)


def policy_versions_fit(backend: Backend, parameters: Parameters) -> None:
    """A managed policy has five versions. Evidence: recorded (CreatePolicyVersion)."""
    limit = _quota(backend, "VersionsPerPolicyQuota")
    if len(find_policy(backend, parameters["PolicyArn"]).versions) >= limit:
        raise limit_exceeded(
            f"A managed policy can have up to {limit} versions. Before you create a new version, "
            "you must delete an existing version."
        )


def managed_policy_is_short(backend: Backend, parameters: Parameters) -> None:
    """A managed policy has 6144 characters, without white space.

    Evidence: the IAM User Guide (quotas); reported (CreatePolicy).
    """
    limit = _quota(backend, "PolicySizeQuota")
    if _size(parameters["PolicyDocument"]) > limit:
        raise quota_exceeded("PolicySize", limit)


def trust_policy_is_short(backend: Backend, parameters: Parameters) -> None:
    """A trust policy has 2048 characters, without white space.

    Evidence: the IAM User Guide (quotas); reported (CreateRole).
    """
    limit = _quota(backend, "AssumeRolePolicySizeQuota")
    document = parameters.get("AssumeRolePolicyDocument", parameters.get("PolicyDocument", ""))
    if _size(document) > limit:
        raise quota_exceeded("ACLSizePerRole", limit)
