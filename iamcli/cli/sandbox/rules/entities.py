"""NoSuchEntity: what a request names must exist.

moto refuses most of these requests too, but not in the words of IAM, and some only with status 500.
"""

from __future__ import annotations

import re

from iamcli.cli.sandbox.refusals import no_such_entity, not_in_copy
from iamcli.cli.sandbox.rules.entity_types import (
    INSTANCE_PROFILE,
    POLICY,
    ROLE,
    USER,
    Backend,
    EntityType,
    Parameters,
    Rule,
    user_or_account,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from moto.iam.models import ManagedPolicy

#: How the names of services end. Source: the DNS suffixes in botocore's endpoints.json; the name of
#: some services that only other services call ends in aws.internal.
OF_SERVICES = (
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "aws.internal",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
)

NO_DEVICE = "MFA Device with serial number {} does not exist."


def is_service_name(name: str) -> bool:
    """Return whether ``name`` has the form of a service's; only AWS knows which services exist."""
    suffixes = "|".join(map(re.escape, OF_SERVICES))
    return bool(re.fullmatch(rf"([a-z0-9-]+\.)+({suffixes})", name, re.ASCII | re.IGNORECASE))


def find_policy(backend: Backend, arn: str) -> ManagedPolicy:
    """Return the managed policy ``arn``. Evidence: recorded (DeletePolicy)."""
    if arn not in backend.managed_policies:
        raise no_such_entity(POLICY.missing.format(arn))
    policy = backend.managed_policies[arn]
    if not is_known(policy):
        raise not_in_copy(f"The policy {arn}")
    return policy


def is_known(policy: Any) -> bool:
    """Return whether more is known of a managed policy than its name: a copy may lack the rest."""
    return policy.default_version_id is not None


def exists(of: EntityType, backend: Backend, parameters: Parameters) -> None:
    """What a request names must exist; without a user, the account calls. Evidence: the type's."""
    if of.parameter in parameters:
        of.find(backend, parameters)


def role_is_in_instance_profile(backend: Backend, parameters: Parameters) -> None:
    """The role to remove must be in the instance profile; moto answers with status 500.

    Evidence: the API reference (NoSuchEntity); the wording is like the one for a role.
    """
    profile = INSTANCE_PROFILE.find(backend, parameters)
    if parameters["RoleName"] not in [role.name for role in profile.roles]:
        raise no_such_entity(ROLE.missing.format(parameters["RoleName"]))


def policy_exists(backend: Backend, parameters: Parameters) -> None:
    """The managed policy must exist. Evidence: recorded (DeletePolicy, TagPolicy)."""
    find_policy(backend, parameters["PolicyArn"])


def policy_is_attachable(backend: Backend, parameters: Parameters) -> None:
    """A policy to attach must exist. Evidence: recorded (AttachUserPolicy)."""
    arn = parameters["PolicyArn"]
    if arn not in backend.managed_policies:
        raise no_such_entity(f"Policy {arn} does not exist or is not attachable.")


def boundary_exists(backend: Backend, parameters: Parameters) -> None:
    """The policy of a permissions boundary must exist. Evidence: recorded (CreateRole)."""
    arn = parameters.get("PermissionsBoundary")
    if arn is not None and arn not in backend.managed_policies:
        raise no_such_entity(f"Scope ARN: {arn} does not exist or is not attachable.")


def policy_version_exists(backend: Backend, parameters: Parameters) -> None:
    """The version of a policy must exist. Evidence: recorded (GetPolicyVersion)."""
    arn, wanted = parameters["PolicyArn"], parameters["VersionId"]
    versions = find_policy(backend, arn).versions if arn in backend.managed_policies else []
    if wanted not in [one.version_id for one in versions]:
        raise no_such_entity(f"Policy {arn} version {wanted} does not exist or is not attachable.")


def inline_policy_exists(of: EntityType, backend: Backend, parameters: Parameters) -> None:
    """The inline policy of a user, group or role must exist. Evidence: recorded (GetRolePolicy)."""
    name = parameters["PolicyName"]
    if name not in of.find(backend, parameters).policies:
        raise no_such_entity(f"The {of.noun} policy with name {name} cannot be found.")


def _key_exists(noun: str, parameter: str, called: str) -> Rule:
    """Return the rule that the key which ``parameter`` names must be the user's."""

    def rule(backend: Backend, parameters: Parameters) -> None:
        if "UserName" in parameters:
            identity = parameters[parameter]
            keys = getattr(USER.find(backend, parameters), f"{noun}s")
            if identity not in [getattr(key, f"{noun}_id") for key in keys]:
                raise no_such_entity(f"The {called} with id {identity} cannot be found.")

    rule.__name__ = f"{noun}_exists"
    return rule


#: Reported (DeleteAccessKey).
access_key_exists = _key_exists("access_key", "AccessKeyId", "Access Key")
#: Recorded (UpdateSSHPublicKey).
ssh_public_key_exists = _key_exists("ssh_public_key", "SSHPublicKeyId", "Public Key")


def login_profile_exists(backend: Backend, parameters: Parameters) -> None:
    """There must be a password.

    Evidence: recorded (DeleteLoginProfile); reported (ChangePassword).
    """
    user = user_or_account(backend, parameters)
    if not user.password:
        called = parameters.get("UserName") or user.arn
        raise no_such_entity(f"Login Profile for User {called} cannot be found.")


def service_credential_exists(backend: Backend, parameters: Parameters) -> None:
    """The credential must be the user's. Evidence: recorded (ResetServiceSpecificCredential)."""
    identity = parameters["ServiceSpecificCredentialId"]
    # moto itself has none.
    if identity not in getattr(user_or_account(backend, parameters), "service_credentials", ()):
        raise no_such_entity(f"No such credential {identity} exists")


def account_alias_exists(backend: Backend, parameters: Parameters) -> None:
    """Only the alias that the account has can be deleted.

    Evidence: the API reference (NoSuchEntity); the wording is like that of other entities.
    """
    alias = parameters["AccountAlias"]
    if alias not in backend.account_aliases:
        raise no_such_entity(f"The Account Alias with name {alias} cannot be found.")


def virtual_mfa_device_exists(backend: Backend, parameters: Parameters) -> None:
    """The virtual MFA device must exist. Evidence: recorded (DeleteVirtualMFADevice)."""
    serial = parameters["SerialNumber"]
    if serial not in backend.virtual_mfa_devices:
        raise no_such_entity(NO_DEVICE.format(serial))


def mfa_device_can_be_known(backend: Backend, parameters: Parameters) -> None:
    """A virtual device must exist before it is enabled; only AWS knows the serials of others.

    Evidence: the API reference (NoSuchEntity); the wording is like that of DeactivateMFADevice.
    """
    if parameters["SerialNumber"].startswith("arn:"):
        virtual_mfa_device_exists(backend, parameters)


def is_assigned(backend: Backend, serial: str) -> bool:
    """Return whether an MFA device is assigned to a user or to the root user."""
    root = vars(backend).get("account_root")
    users: list[Any] = [*backend.users.values(), *([root] if root else [])]
    return any(serial in user.mfa_devices for user in users)


def mfa_device_is_assigned(backend: Backend, parameters: Parameters) -> None:
    """A device to deactivate or to synchronize must be the user's.

    Evidence: recorded (DeactivateMFADevice).
    """
    serial = parameters["SerialNumber"]
    if "UserName" in parameters and serial not in USER.find(backend, parameters).mfa_devices:
        raise no_such_entity(NO_DEVICE.format(serial))
