"""The rules of each operation, in the order in which they are checked.

Besides these, the parameters of every operation must be within the bounds of botocore's model. What
moto refuses in the words of IAM has no rule.
"""

from __future__ import annotations

from iamcli.cli.sandbox.rules import deletions, documents, entities, keys, names, passwords, quotas
from iamcli.cli.sandbox.rules.entity_types import (
    GROUP,
    INSTANCE_PROFILE,
    POLICY,
    ROLE,
    SERVER_CERTIFICATE,
    USER,
    EntityType,
    Rule,
)

#: For every operation: what it names exists, but for what it creates.
EXISTING = {
    entity_type: entities.exists(entity_type)
    for entity_type in (USER, GROUP, INSTANCE_PROFILE, ROLE, SERVER_CERTIFICATE)
}
#: For every operation that has the parameter.
COMMON: tuple[Rule, ...] = (
    entities.policy_arn_is_valid,
    names.tags_are_not_reserved,
    names.tag_keys_are_unique,
)

_OWN_ROLE = entities.role_is_not_protected
_OWN_POLICY = entities.policy_is_of_this_account
_VERSION = entities.policy_version_exists
_DEVICE = entities.virtual_mfa_device_exists
_BOUNDARY = entities.boundary_exists


def rules(operation: str) -> tuple[Rule, ...]:
    """Return the rules of an operation, in the order in which they are checked."""
    created = operation.removeprefix("Create").removeprefix("Upload")
    existing = (rule for named, rule in EXISTING.items() if named.type_name != created)
    return (*existing, *COMMON, *RULES.get(operation, ()))


def _policies_of(entity_type: EntityType, *change: Rule) -> dict[str, tuple[Rule, ...]]:
    """Return the rules of the operations on the policies of a user, group or role.

    ``change``: the rules that come first in each operation that changes something.
    """
    of = entity_type.type_name
    inline = entities.inline_policy_exists(entity_type)
    short = quotas.inline_policies_are_short(entity_type)
    return {
        f"Put{of}Policy": (*change, documents.inline_policy_is_valid, short),
        f"Get{of}Policy": (inline,),
        f"Delete{of}Policy": (*change, inline),
        f"Attach{of}Policy": (
            *change,
            entities.policy_is_attachable,
            quotas.attached_policies_fit(entity_type),
        ),
        f"Detach{of}Policy": change,
    }


RULES: dict[str, tuple[Rule, ...]] = {
    # Users.
    "CreateUser": (names.name_is_free(USER), _BOUNDARY, quotas.account_quota_allows(USER)),
    "UpdateUser": (names.new_name_is_free(USER),),
    "DeleteUser": (deletions.user_is_not_referenced,),
    "PutUserPermissionsBoundary": (_BOUNDARY,),
    **_policies_of(USER),
    # Credentials of users.
    "CreateAccessKey": (quotas.access_keys_fit,),
    "UpdateAccessKey": (entities.access_key_exists,),
    "DeleteAccessKey": (entities.access_key_exists,),
    "CreateLoginProfile": (names.login_profile_is_new, passwords.password_conforms),
    "UpdateLoginProfile": (
        entities.login_profile_exists,
        passwords.password_conforms,
        passwords.remember_password,
    ),
    "ChangePassword": (
        entities.login_profile_exists,
        passwords.password_conforms,
        passwords.password_is_new,
    ),
    "UploadSigningCertificate": (keys.signing_certificate_is_one, quotas.signing_certificates_fit),
    "UploadSSHPublicKey": (
        keys.ssh_public_key_is_one,
        keys.ssh_public_key_is_new,
        quotas.ssh_public_keys_fit,
    ),
    "GetSSHPublicKey": (entities.ssh_public_key_exists,),
    "UpdateSSHPublicKey": (entities.ssh_public_key_exists,),
    "DeleteSSHPublicKey": (entities.ssh_public_key_exists,),
    # MFA devices.
    "CreateVirtualMFADevice": (names.virtual_mfa_device_is_new,),
    "DeleteVirtualMFADevice": (_DEVICE, deletions.virtual_mfa_device_is_not_assigned),
    "EnableMFADevice": (
        entities.mfa_device_can_be_known,
        names.mfa_device_is_not_in_use,
        quotas.mfa_devices_fit,
    ),
    "DeactivateMFADevice": (entities.mfa_device_is_assigned,),
    "ResyncMFADevice": (entities.mfa_device_is_assigned,),
    "ListMFADeviceTags": (_DEVICE,),
    "TagMFADevice": (_DEVICE,),
    "UntagMFADevice": (_DEVICE,),
    # Groups.
    "CreateGroup": (names.name_is_free(GROUP), quotas.account_quota_allows(GROUP)),
    "UpdateGroup": (names.new_name_is_free(GROUP),),
    "DeleteGroup": (deletions.group_is_not_referenced,),
    "AddUserToGroup": (quotas.groups_of_user_fit,),
    **_policies_of(GROUP),
    # Roles.
    "CreateRole": (
        names.name_is_free(ROLE),
        documents.trust_policy_is_valid,
        quotas.trust_policy_is_short,
        _BOUNDARY,
        quotas.account_quota_allows(ROLE),
    ),
    "UpdateRole": (_OWN_ROLE,),
    "UpdateAssumeRolePolicy": (
        _OWN_ROLE,
        documents.trust_policy_is_valid,
        quotas.trust_policy_is_short,
    ),
    "DeleteRole": (_OWN_ROLE, deletions.role_is_not_referenced),
    "TagRole": (_OWN_ROLE,),
    "UntagRole": (_OWN_ROLE,),
    "PutRolePermissionsBoundary": (_OWN_ROLE, _BOUNDARY),
    "DeleteRolePermissionsBoundary": (_OWN_ROLE,),
    **_policies_of(ROLE, _OWN_ROLE),
    # Instance profiles.
    "CreateInstanceProfile": (
        names.name_is_free(INSTANCE_PROFILE),
        quotas.account_quota_allows(INSTANCE_PROFILE),
    ),
    "DeleteInstanceProfile": (deletions.instance_profile_is_empty,),
    "AddRoleToInstanceProfile": (_OWN_ROLE, quotas.instance_profile_has_no_role),
    "RemoveRoleFromInstanceProfile": (_OWN_ROLE, entities.role_is_in_instance_profile),
    # Managed policies.
    "CreatePolicy": (
        documents.managed_policy_is_valid,
        quotas.managed_policy_is_short,
        names.name_is_free(POLICY),
        quotas.account_quota_allows(POLICY),
    ),
    "GetPolicy": (entities.policy_exists,),
    "DeletePolicy": (
        _OWN_POLICY,
        deletions.policy_is_not_attached,
        deletions.policy_has_one_version,
    ),
    "CreatePolicyVersion": (
        _OWN_POLICY,
        entities.policy_exists,
        documents.managed_policy_is_valid,
        quotas.managed_policy_is_short,
        quotas.policy_versions_fit,
    ),
    "GetPolicyVersion": (_VERSION,),
    "SetDefaultPolicyVersion": (_OWN_POLICY, _VERSION),
    "DeletePolicyVersion": (_OWN_POLICY, _VERSION),
    "ListPolicyVersions": (entities.policy_exists,),
    "ListPolicyTags": (entities.policy_exists,),
    "TagPolicy": (entities.policy_exists,),
    "UntagPolicy": (entities.policy_exists,),
    # Server certificates.
    "UploadServerCertificate": (
        keys.server_certificate_is_one,
        keys.server_certificate_is_valid_now,
        keys.private_key_matches,
        keys.chain_leads_on,
        names.name_is_free(SERVER_CERTIFICATE),
        quotas.account_quota_allows(SERVER_CERTIFICATE),
    ),
    "UpdateServerCertificate": (names.new_name_is_free(SERVER_CERTIFICATE),),
    # The account.
    "CreateAccountAlias": (names.account_alias_is_no_account_id, names.account_alias_is_new),
    "DeleteAccountAlias": (entities.account_alias_exists,),
}
