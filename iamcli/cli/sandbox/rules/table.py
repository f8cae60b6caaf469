"""The rules of each operation, in the order in which they are checked.

Besides these, the parameters of every operation must be within the bounds of botocore's model. What
moto refuses in the words of IAM has no rule.
"""

from __future__ import annotations

from iamcli.cli.sandbox.rules import (
    deletions,
    documents,
    entities,
    keys,
    names,
    parameters,
    passwords,
    permissions,
    quotas,
)
from iamcli.cli.sandbox.rules.entity_types import (
    GROUP,
    INSTANCE_PROFILE,
    NAMED,
    POLICY,
    ROLE,
    SERVER_CERTIFICATE,
    USER,
    EntityType,
    Rule,
)

#: For every operation: what it names exists, but for what it creates.
EXISTING = {entity_type: entity_type.rule(entities.exists) for entity_type in NAMED}
#: For every operation that has the parameter.
COMMON: tuple[Rule, ...] = (
    parameters.policy_arn_is_valid,
    parameters.tags_are_not_reserved,
    parameters.tag_keys_are_unique,
)

_OWN_ROLE = permissions.role_is_not_protected
_OWN_POLICY = permissions.policy_is_of_this_account
_VERSION = entities.policy_version_exists
_DEVICE = entities.virtual_mfa_device_exists
_BOUNDARY = (parameters.boundary_arn_is_valid, entities.boundary_exists)


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
    inline = entity_type.rule(entities.inline_policy_exists)
    short = entity_type.rule(quotas.inline_policies_are_short)
    return {
        f"Put{of}Policy": (*change, documents.inline_policy_is_valid, short),
        f"Get{of}Policy": (inline,),
        f"Delete{of}Policy": (*change, inline),
        f"Attach{of}Policy": (
            *change,
            entities.policy_is_attachable,
            entity_type.rule(quotas.attached_policies_fit),
        ),
        f"Detach{of}Policy": change,
    }


RULES: dict[str, tuple[Rule, ...]] = {
    # Users.
    "CreateUser": (
        USER.rule(names.name_is_free),
        *_BOUNDARY,
        USER.rule(quotas.account_quota_allows),
    ),
    "UpdateUser": (USER.rule(names.new_name_is_free),),
    "DeleteUser": (deletions.user_is_not_referenced,),
    "PutUserPermissionsBoundary": _BOUNDARY,
    **_policies_of(USER),
    # Credentials of users.
    "CreateAccessKey": (quotas.access_keys_fit,),
    "UpdateAccessKey": (entities.access_key_exists,),
    "DeleteAccessKey": (entities.access_key_exists,),
    "CreateLoginProfile": (names.login_profile_is_new, passwords.password_conforms),
    "GetLoginProfile": (entities.login_profile_exists,),
    "UpdateLoginProfile": (entities.login_profile_exists, passwords.password_conforms),
    "DeleteLoginProfile": (entities.login_profile_exists,),
    "ChangePassword": (
        permissions.caller_is_a_user,
        entities.login_profile_exists,
        passwords.password_conforms,
        passwords.password_is_new,
        permissions.old_password_is_right,
    ),
    "UploadSigningCertificate": (
        keys.signing_certificate_is_one,
        quotas.signing_certificates_fit,
        keys.signing_certificate_is_new,
    ),
    "UploadSSHPublicKey": (
        keys.ssh_public_key_is_one,
        keys.ssh_public_key_is_new,
        quotas.ssh_public_keys_fit,
    ),
    "GetSSHPublicKey": (entities.ssh_public_key_exists,),
    "UpdateSSHPublicKey": (entities.ssh_public_key_exists,),
    "DeleteSSHPublicKey": (entities.ssh_public_key_exists,),
    "DeleteServiceSpecificCredential": (entities.service_credential_exists,),
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
    "CreateGroup": (GROUP.rule(names.name_is_free), GROUP.rule(quotas.account_quota_allows)),
    "UpdateGroup": (GROUP.rule(names.new_name_is_free),),
    "DeleteGroup": (deletions.group_is_not_referenced,),
    "AddUserToGroup": (quotas.groups_of_user_fit,),
    **_policies_of(GROUP),
    # Roles.
    "CreateRole": (
        ROLE.rule(names.name_is_free),
        documents.trust_policy_is_valid,
        quotas.trust_policy_is_short,
        *_BOUNDARY,
        ROLE.rule(quotas.account_quota_allows),
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
    "PutRolePermissionsBoundary": (_OWN_ROLE, *_BOUNDARY),
    "DeleteRolePermissionsBoundary": (_OWN_ROLE,),
    **_policies_of(ROLE, _OWN_ROLE),
    # Instance profiles.
    "CreateInstanceProfile": (
        INSTANCE_PROFILE.rule(names.name_is_free),
        INSTANCE_PROFILE.rule(quotas.account_quota_allows),
    ),
    "AddRoleToInstanceProfile": (_OWN_ROLE, quotas.instance_profile_has_no_role),
    "RemoveRoleFromInstanceProfile": (_OWN_ROLE, entities.role_is_in_instance_profile),
    # Managed policies.
    "CreatePolicy": (
        documents.managed_policy_is_valid,
        quotas.managed_policy_is_short,
        POLICY.rule(names.name_is_free),
        POLICY.rule(quotas.account_quota_allows),
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
        SERVER_CERTIFICATE.rule(names.name_is_free),
        SERVER_CERTIFICATE.rule(quotas.account_quota_allows),
    ),
    "UpdateServerCertificate": (SERVER_CERTIFICATE.rule(names.new_name_is_free),),
    # The account.
    "CreateAccountAlias": (parameters.account_alias_is_no_account_id, names.account_alias_is_new),
    "DeleteAccountAlias": (entities.account_alias_exists,),
}
