"""The rules of each operation, in the order in which IAM checks them.

Besides these, the parameters of every operation must be within the bounds of botocore's model.
"""

from __future__ import annotations

from iamcli.cli.sandbox.rules import (
    boundaries,
    certificates,
    deletions,
    documents,
    entities,
    names,
    passwords,
    quotas,
    ssh_keys,
)
from iamcli.cli.sandbox.rules.kinds import (
    GROUP,
    INSTANCE_PROFILE,
    POLICY,
    ROLE,
    SERVER_CERTIFICATE,
    USER,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.cli.sandbox.rules.kinds import Kind, Rule

_USER = entities.exists(USER)
_GROUP = entities.exists(GROUP)
_PROFILE = entities.exists(INSTANCE_PROFILE)
_ROLE = entities.exists(ROLE)
_OWN_ROLE = (_ROLE, entities.role_is_not_protected)
_ARN = entities.policy_arn_is_valid
_POLICY = (_ARN, entities.policy_exists)
_OWN_POLICY = (_ARN, entities.policy_is_of_this_account, entities.policy_exists)
_ATTACHABLE = (_ARN, entities.policy_is_attachable)
_VERSION = (_ARN, entities.policy_version_exists)
_OWN_VERSION = (_ARN, entities.policy_is_of_this_account, entities.policy_version_exists)
_DEVICE = entities.virtual_mfa_device_exists
_CERTIFICATE = entities.exists(SERVER_CERTIFICATE)
_TAGS = (names.tags_are_not_reserved, names.tag_keys_are_unique)
_TAGS_IN_ANY_CASE = (names.tags_are_not_reserved, names.tag_keys_are_unique_in_any_case)
_BOUNDARY = boundaries.boundary_exists


def _policies_of(kind: Kind, *change: Rule) -> dict[str, tuple[Rule, ...]]:
    """Return the rules of the operations on the policies of a user, group or role.

    ``change``: the rules that come first in each operation that changes something.
    """
    of = kind.parameter.removesuffix("Name")
    exists = entities.exists(kind)
    inline = entities.inline_policy_exists(kind)
    short = quotas.inline_policies_are_short(kind)
    return {
        f"Put{of}Policy": (*change, documents.inline_policy_is_valid, short),
        f"Get{of}Policy": (exists, inline),
        f"Delete{of}Policy": (*change, inline),
        f"List{of}Policies": (exists,),
        f"Attach{of}Policy": (*change, *_ATTACHABLE, quotas.attached_policies_fit(kind)),
        f"Detach{of}Policy": (*change, _ARN, entities.policy_is_attached_to(kind)),
        f"ListAttached{of}Policies": (exists,),
    }


USERS: dict[str, tuple[Rule, ...]] = {
    "CreateUser": (
        names.name_is_free(USER),
        *_TAGS_IN_ANY_CASE,
        _BOUNDARY,
        quotas.account_quota_allows(USER),
    ),
    "GetUser": (_USER,),
    "UpdateUser": (_USER, names.new_name_is_free(USER)),
    "DeleteUser": (_USER, deletions.user_is_not_referenced),
    "ListGroupsForUser": (_USER,),
    "ListUserTags": (_USER,),
    "TagUser": (_USER, *_TAGS_IN_ANY_CASE),
    "UntagUser": (_USER,),
    "PutUserPermissionsBoundary": (_USER, _BOUNDARY),
    "DeleteUserPermissionsBoundary": (_USER,),
    **_policies_of(USER, _USER),
}

CREDENTIALS: dict[str, tuple[Rule, ...]] = {
    "CreateAccessKey": (_USER, quotas.access_keys_fit),
    "UpdateAccessKey": (_USER, entities.access_key_exists),
    "DeleteAccessKey": (_USER, entities.access_key_exists),
    "ListAccessKeys": (_USER,),
    "CreateLoginProfile": (_USER, names.login_profile_is_new, passwords.password_conforms),
    "GetLoginProfile": (_USER, entities.login_profile_exists),
    "UpdateLoginProfile": (
        _USER,
        entities.login_profile_exists,
        passwords.password_conforms,
        passwords.remember_password,
    ),
    "DeleteLoginProfile": (_USER, entities.login_profile_exists),
    "ChangePassword": (
        entities.login_profile_exists,
        passwords.password_conforms,
        passwords.password_is_new,
    ),
    "UploadSigningCertificate": (
        _USER,
        certificates.signing_certificate_is_one,
        quotas.signing_certificates_fit,
    ),
    "UpdateSigningCertificate": (_USER, entities.signing_certificate_exists),
    "DeleteSigningCertificate": (_USER, entities.signing_certificate_exists),
    "ListSigningCertificates": (_USER,),
    "UploadSSHPublicKey": (
        _USER,
        ssh_keys.ssh_public_key_is_one,
        ssh_keys.ssh_public_key_is_new,
        quotas.ssh_public_keys_fit,
    ),
    "GetSSHPublicKey": (_USER, entities.ssh_public_key_exists),
    "UpdateSSHPublicKey": (_USER, entities.ssh_public_key_exists),
    "DeleteSSHPublicKey": (_USER, entities.ssh_public_key_exists),
    "ListSSHPublicKeys": (_USER,),
    "DeleteServiceSpecificCredential": (_USER,),
    "ListServiceSpecificCredentials": (_USER,),
}

DEVICES: dict[str, tuple[Rule, ...]] = {
    "CreateVirtualMFADevice": (names.virtual_mfa_device_is_new, *_TAGS),
    "DeleteVirtualMFADevice": (
        _DEVICE,
        deletions.virtual_mfa_device_is_not_assigned,
    ),
    "EnableMFADevice": (
        _USER,
        entities.mfa_device_can_be_known,
        names.mfa_device_is_not_in_use,
        quotas.mfa_devices_fit,
    ),
    "DeactivateMFADevice": (_USER, entities.mfa_device_is_assigned),
    "ResyncMFADevice": (_USER, entities.mfa_device_is_assigned),
    "ListMFADevices": (_USER,),
    "ListMFADeviceTags": (_DEVICE,),
    "TagMFADevice": (_DEVICE, *_TAGS),
    "UntagMFADevice": (_DEVICE,),
}

GROUPS: dict[str, tuple[Rule, ...]] = {
    "CreateGroup": (names.name_is_free(GROUP), quotas.account_quota_allows(GROUP)),
    "GetGroup": (_GROUP,),
    "UpdateGroup": (_GROUP, names.new_name_is_free(GROUP)),
    "DeleteGroup": (_GROUP, deletions.group_is_not_referenced),
    "AddUserToGroup": (_USER, _GROUP, quotas.groups_of_user_fit),
    "RemoveUserFromGroup": (_USER, _GROUP),
    **_policies_of(GROUP, _GROUP),
}

ROLES: dict[str, tuple[Rule, ...]] = {
    "CreateRole": (
        names.name_is_free(ROLE),
        *_TAGS_IN_ANY_CASE,
        documents.trust_policy_is_valid,
        quotas.trust_policy_is_short,
        _BOUNDARY,
        quotas.account_quota_allows(ROLE),
    ),
    "GetRole": (_ROLE,),
    "UpdateRole": _OWN_ROLE,
    "UpdateRoleDescription": (_ROLE,),
    "UpdateAssumeRolePolicy": (
        *_OWN_ROLE,
        documents.trust_policy_is_valid,
        quotas.trust_policy_is_short,
    ),
    "DeleteRole": (*_OWN_ROLE, deletions.role_is_not_referenced),
    "ListInstanceProfilesForRole": (_ROLE,),
    "ListRoleTags": (_ROLE,),
    "TagRole": (*_OWN_ROLE, *_TAGS_IN_ANY_CASE),
    "UntagRole": _OWN_ROLE,
    "PutRolePermissionsBoundary": (*_OWN_ROLE, _BOUNDARY),
    "DeleteRolePermissionsBoundary": _OWN_ROLE,
    **_policies_of(ROLE, *_OWN_ROLE),
}

INSTANCE_PROFILES: dict[str, tuple[Rule, ...]] = {
    "CreateInstanceProfile": (
        names.name_is_free(INSTANCE_PROFILE),
        *_TAGS,
        quotas.account_quota_allows(INSTANCE_PROFILE),
    ),
    "GetInstanceProfile": (_PROFILE,),
    "DeleteInstanceProfile": (_PROFILE, deletions.instance_profile_is_empty),
    "AddRoleToInstanceProfile": (_PROFILE, *_OWN_ROLE, quotas.instance_profile_has_no_role),
    "RemoveRoleFromInstanceProfile": (_PROFILE, *_OWN_ROLE, entities.role_is_in_instance_profile),
    "ListInstanceProfileTags": (_PROFILE,),
    "TagInstanceProfile": (_PROFILE, *_TAGS),
    "UntagInstanceProfile": (_PROFILE,),
}

POLICIES: dict[str, tuple[Rule, ...]] = {
    "CreatePolicy": (
        *_TAGS,
        documents.managed_policy_is_valid,
        quotas.managed_policy_is_short,
        names.name_is_free(POLICY),
        quotas.account_quota_allows(POLICY),
    ),
    "GetPolicy": _POLICY,
    "DeletePolicy": (
        *_OWN_POLICY,
        deletions.policy_is_not_attached,
        deletions.policy_has_one_version,
    ),
    "CreatePolicyVersion": (
        *_OWN_POLICY,
        documents.managed_policy_is_valid,
        quotas.managed_policy_is_short,
        quotas.policy_versions_fit,
    ),
    "GetPolicyVersion": _VERSION,
    "SetDefaultPolicyVersion": _OWN_VERSION,
    "DeletePolicyVersion": (*_OWN_VERSION, deletions.policy_version_is_not_default),
    "ListPolicyVersions": _POLICY,
    "ListPolicyTags": _POLICY,
    "TagPolicy": (*_POLICY, *_TAGS),
    "UntagPolicy": _POLICY,
}

SERVER_CERTIFICATES: dict[str, tuple[Rule, ...]] = {
    "UploadServerCertificate": (
        certificates.server_certificate_is_one,
        certificates.server_certificate_is_valid_now,
        certificates.private_key_matches,
        certificates.chain_leads_on,
        names.name_is_free(SERVER_CERTIFICATE),
        *_TAGS,
        quotas.account_quota_allows(SERVER_CERTIFICATE),
    ),
    "GetServerCertificate": (_CERTIFICATE,),
    "UpdateServerCertificate": (_CERTIFICATE, names.new_name_is_free(SERVER_CERTIFICATE)),
    "DeleteServerCertificate": (_CERTIFICATE,),
    "ListServerCertificateTags": (_CERTIFICATE,),
    "TagServerCertificate": (_CERTIFICATE, *_TAGS),
    "UntagServerCertificate": (_CERTIFICATE,),
}

ACCOUNT: dict[str, tuple[Rule, ...]] = {
    "CreateAccountAlias": (names.account_alias_is_new,),
    "DeleteAccountAlias": (entities.account_alias_exists,),
}

RULES: dict[str, tuple[Rule, ...]] = {
    **USERS,
    **CREDENTIALS,
    **DEVICES,
    **GROUPS,
    **ROLES,
    **INSTANCE_PROFILES,
    **POLICIES,
    **SERVER_CERTIFICATES,
    **ACCOUNT,
}
