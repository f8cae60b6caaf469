"""NoSuchEntity: what a request names must exist.

moto refuses most of these requests too, but not in the words of IAM, and some only with status 500.
"""

from __future__ import annotations

import re

from iamcli.cli.sandbox.refusals import Refusal, invalid, no_such_entity, not_in_copy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from moto.iam.models import Group, IAMBackend, InstanceProfile, ManagedPolicy, Role, User

    Parameters = Mapping[str, Any]

#: How the ARN of a policy of AWS begins, in any partition.
_OF_AWS = re.compile(r"arn:[\w-]+:iam::aws:policy/", re.ASCII)

#: How the names of services end. Source: the DNS suffixes in botocore's endpoints.json; the name of
#: some services that only other services call ends in aws.internal.
OF_SERVICES = (
    *("amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "aws.internal"),
    *("c2s.ic.gov", "sc2s.sgov.gov", "cloud.adc-e.uk", "csp.hci.ic.gov"),
)

ROLE_NOT_FOUND = "The role with name {} cannot be found."


def is_service_name(name: str) -> bool:
    """Return whether ``name`` has the form of a service's; only AWS knows which services exist."""
    suffixes = "|".join(map(re.escape, OF_SERVICES))
    return bool(re.fullmatch(rf"([a-z0-9-]+\.)+({suffixes})", name, re.ASCII | re.IGNORECASE))


def is_policy_of_aws(arn: str) -> bool:
    """Return whether ``arn`` is that of a policy which AWS manages."""
    return bool(_OF_AWS.match(arn))


def find_user(backend: IAMBackend, name: str) -> User:
    """Return the user ``name``. Evidence: recorded (GetUser)."""
    if name not in backend.users:
        raise no_such_entity(f"The user with name {name} cannot be found.")
    return backend.users[name]


def find_group(backend: IAMBackend, name: str) -> Group:
    """Return the group ``name``. Evidence: recorded (DeleteGroup)."""
    if name not in backend.groups:
        raise no_such_entity(f"The group with name {name} cannot be found.")
    return backend.groups[name]


def find_role(backend: IAMBackend, name: str) -> Role:
    """Return the role ``name``. Evidence: recorded (GetRole)."""
    for role in backend.roles.values():
        if role.name == name:
            return role
    raise no_such_entity(ROLE_NOT_FOUND.format(name))


def find_instance_profile(backend: IAMBackend, name: str) -> InstanceProfile:
    """Return the instance profile ``name``. Evidence: recorded (GetInstanceProfile)."""
    for profile in backend.instance_profiles.values():
        if profile.name == name:
            return profile
    raise no_such_entity(f"Instance Profile {name} cannot be found.")


def find_policy(backend: IAMBackend, arn: str) -> ManagedPolicy:
    """Return the managed policy ``arn``. Evidence: recorded (DeletePolicy)."""
    if arn not in backend.managed_policies:
        raise no_such_entity(f"Policy {arn} was not found.")
    policy = backend.managed_policies[arn]
    if not is_known(policy):
        raise not_in_copy(f"The policy {arn}")
    return policy


def is_known(policy: Any) -> bool:
    """Return whether more is known of a managed policy than its name: a copy may lack the rest."""
    return policy.default_version_id is not None


def user_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The user must exist; without one, the account itself calls. Evidence: recorded (GetUser)."""
    if "UserName" in parameters:
        find_user(backend, parameters["UserName"])


def group_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The group must exist. Evidence: recorded (DeleteGroup, AddUserToGroup)."""
    find_group(backend, parameters["GroupName"])


def role_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The role must exist. Evidence: recorded (GetRole, PutRolePolicy)."""
    find_role(backend, parameters["RoleName"])


def role_is_not_protected(backend: IAMBackend, parameters: Parameters) -> None:
    """A role of a service, or of IAM Identity Center, is changed by AWS only.

    Evidence: recorded (DeleteRole of AWSServiceRoleForSupport); reported for /aws-reserved/
    (UpdateAssumeRolePolicy of a role of IAM Identity Center).
    """
    role = find_role(backend, parameters["RoleName"])
    if role.path.startswith(("/aws-service-role/", "/aws-reserved/")):
        raise Refusal(
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{role.name}' - this role is only "
            "modifiable by AWS",
        )


def instance_profile_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The instance profile must exist. Evidence: recorded (GetInstanceProfile)."""
    find_instance_profile(backend, parameters["InstanceProfileName"])


def role_is_in_instance_profile(backend: IAMBackend, parameters: Parameters) -> None:
    """The role to remove must be in the instance profile; moto answers with status 500.

    Evidence: the API reference (NoSuchEntity); the wording is like the one for a role.
    """
    profile = find_instance_profile(backend, parameters["InstanceProfileName"])
    if parameters["RoleName"] not in [role.name for role in profile.roles]:
        raise no_such_entity(ROLE_NOT_FOUND.format(parameters["RoleName"]))


def policy_arn_is_valid(_backend: IAMBackend, parameters: Parameters) -> None:
    """An ARN is expected, not a name. Evidence: recorded (AttachUserPolicy)."""
    arn = parameters["PolicyArn"]
    if not re.fullmatch(r"arn:[\w-]+:iam::(\d{12}|aws):policy/.+", arn, re.ASCII):
        raise invalid(f"ARN {arn} is not valid.")


def policy_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The managed policy must exist. Evidence: recorded (DeletePolicy, TagPolicy)."""
    find_policy(backend, parameters["PolicyArn"])


def policy_is_attachable(backend: IAMBackend, parameters: Parameters) -> None:
    """A policy to attach must exist. Evidence: recorded (AttachUserPolicy)."""
    arn = parameters["PolicyArn"]
    if arn not in backend.managed_policies:
        raise no_such_entity(f"Policy {arn} does not exist or is not attachable.")


def policy_version_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The version of a policy must exist. Evidence: recorded (GetPolicyVersion)."""
    arn, wanted = parameters["PolicyArn"], parameters["VersionId"]
    exists = arn in backend.managed_policies
    versions = find_policy(backend, arn).versions if exists else []
    if wanted not in [one.version_id for one in versions]:
        raise no_such_entity(f"Policy {arn} version {wanted} does not exist or is not attachable.")


def policy_is_of_this_account(_backend: IAMBackend, parameters: Parameters) -> None:
    """A policy of AWS cannot be changed. Evidence: recorded (DeletePolicyVersion)."""
    if is_policy_of_aws(parameters["PolicyArn"]):
        raise Refusal(
            "AccessDenied",
            "Cannot delete policy versions for policies outside your own account.",
        )


def user_policy_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The inline policy must exist. Evidence: as for ``role_policy_exists``."""
    policies = find_user(backend, parameters["UserName"]).policies
    _inline_policy_exists("user", policies, parameters["PolicyName"])


def group_policy_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The inline policy must exist. Evidence: as for ``role_policy_exists``."""
    policies = find_group(backend, parameters["GroupName"]).policies
    _inline_policy_exists("group", policies, parameters["PolicyName"])


def role_policy_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The inline policy must exist. Evidence: recorded (GetRolePolicy)."""
    policies = find_role(backend, parameters["RoleName"]).policies
    _inline_policy_exists("role", policies, parameters["PolicyName"])


def policy_is_attached_to_user(backend: IAMBackend, parameters: Parameters) -> None:
    """Only an attached policy can be detached. Evidence: as for groups and roles."""
    _attached(find_user(backend, parameters["UserName"]), parameters["PolicyArn"])


def policy_is_attached_to_group(backend: IAMBackend, parameters: Parameters) -> None:
    """Only an attached policy can be detached. Evidence: recorded (DetachGroupPolicy)."""
    _attached(find_group(backend, parameters["GroupName"]), parameters["PolicyArn"])


def policy_is_attached_to_role(backend: IAMBackend, parameters: Parameters) -> None:
    """Only an attached policy can be detached. Evidence: recorded (DetachRolePolicy)."""
    _attached(find_role(backend, parameters["RoleName"]), parameters["PolicyArn"])


def access_key_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The access key must be the user's. Evidence: reported (DeleteAccessKey)."""
    wanted = parameters["AccessKeyId"]
    _belongs(
        backend,
        parameters,
        lambda user: any(key.access_key_id == wanted for key in user.access_keys),
        f"The Access Key with id {wanted} cannot be found.",
    )


def signing_certificate_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The certificate must be the user's. Evidence: recorded (UpdateSigningCertificate)."""
    wanted = parameters["CertificateId"]
    _belongs(
        backend,
        parameters,
        lambda user: wanted in user.signing_certificates,
        f"The Certificate with id {wanted} cannot be found.",
    )


def ssh_public_key_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The SSH key must be the user's. Evidence: recorded (UpdateSSHPublicKey)."""
    wanted = parameters["SSHPublicKeyId"]
    _belongs(
        backend,
        parameters,
        lambda user: any(key.ssh_public_key_id == wanted for key in user.ssh_public_keys),
        f"The Public Key with id {wanted} cannot be found.",
    )


def login_profile_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The user must have a password.

    Evidence: recorded (DeleteLoginProfile); reported (ChangePassword).
    """
    name = parameters.get("UserName")
    _belongs(
        backend,
        parameters,
        lambda user: bool(user.password),
        f"Login Profile for User {name} cannot be found.",
    )


def server_certificate_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The server certificate must exist. Evidence: recorded (GetServerCertificate)."""
    name = parameters["ServerCertificateName"]
    if name not in [certificate.cert_name for certificate in backend.certificates.values()]:
        raise no_such_entity(f"The Server Certificate with name {name} cannot be found.")


def account_alias_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """Only the alias that the account has can be deleted.

    Evidence: the API reference (NoSuchEntity); the wording is like that of other entities.
    """
    alias = parameters["AccountAlias"]
    if alias not in backend.account_aliases:
        raise no_such_entity(f"The Account Alias with name {alias} cannot be found.")


def virtual_mfa_device_exists(backend: IAMBackend, parameters: Parameters) -> None:
    """The virtual MFA device must exist. Evidence: recorded (DeleteVirtualMFADevice)."""
    serial = parameters["SerialNumber"]
    if serial not in backend.virtual_mfa_devices:
        raise _no_such_device(serial)


def mfa_device_can_be_known(backend: IAMBackend, parameters: Parameters) -> None:
    """A virtual device must exist before it is enabled; only AWS knows the serials of others.

    Evidence: the API reference (NoSuchEntity); the wording is like that of DeactivateMFADevice.
    """
    if parameters["SerialNumber"].startswith("arn:"):
        virtual_mfa_device_exists(backend, parameters)


def is_assigned(backend: IAMBackend, serial: str) -> bool:
    """Return whether an MFA device is assigned to a user or to the root user."""
    root = vars(backend).get("account_root")
    owners: list[Any] = [*backend.users.values(), *([root] if root else [])]
    return any(serial in owner.mfa_devices for owner in owners)


def mfa_device_is_assigned(backend: IAMBackend, parameters: Parameters) -> None:
    """A device to deactivate or to synchronize must be the user's.

    Evidence: recorded (DeactivateMFADevice).
    """
    serial = parameters["SerialNumber"]
    name = parameters.get("UserName")
    if name and serial not in find_user(backend, name).mfa_devices:
        raise _no_such_device(serial)


def _no_such_device(serial: str) -> Refusal:
    return no_such_entity(f"MFA Device with serial number {serial} does not exist.")


def _inline_policy_exists(kind: str, policies: Mapping[str, str], name: str) -> None:
    if name not in policies:
        raise no_such_entity(f"The {kind} policy with name {name} cannot be found.")


def _attached(entity: User | Group | Role, arn: str) -> None:
    if arn not in entity.managed_policies:
        raise no_such_entity(f"Policy {arn} was not found.")


def _belongs(
    backend: IAMBackend, parameters: Parameters, has: Callable[[User], bool], message: str
) -> None:
    """Refuse with ``message`` if the user of the request does not have it."""
    name = parameters.get("UserName")
    if name and not has(find_user(backend, name)):
        raise no_such_entity(message)
