"""EntityAlreadyExists: names are unique in an account, whatever the case of their letters."""

from __future__ import annotations

from iamcli.cli.sandbox.refusals import Refusal, already_exists
from iamcli.cli.sandbox.rules.entities import find_user, is_assigned, is_policy_of_aws

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from moto.iam.models import IAMBackend

    Parameters = Mapping[str, Any]

DUPLICATE_KEYS = "Duplicate tag keys found."


def user_name_is_free(backend: IAMBackend, parameters: Parameters) -> None:
    """A user name is taken in any case. Evidence: the API reference (CreateUser); recorded."""
    name = parameters["UserName"]
    _free(name, backend.users, f"User with name {name} already exists.")


def new_user_name_is_free(backend: IAMBackend, parameters: Parameters) -> None:
    """A user cannot be renamed to a name that is taken, nor to the own name in other letters.

    Evidence: as for CreateUser. The own name unchanged is accepted: tools send it with a new path.
    """
    name = parameters.get("NewUserName", parameters["UserName"])
    if name != parameters["UserName"]:
        _free(name, backend.users, f"User with name {name} already exists.")


def group_name_is_free(backend: IAMBackend, parameters: Parameters) -> None:
    """A group name is taken in any case. Evidence: the API reference (CreateGroup); recorded."""
    name = parameters["GroupName"]
    _free(name, backend.groups, f"Group with name {name} already exists.")


def new_group_name_is_free(backend: IAMBackend, parameters: Parameters) -> None:
    """A group cannot get a name that is taken. Evidence: as for ``new_user_name_is_free``."""
    name = parameters.get("NewGroupName", parameters["GroupName"])
    if name != parameters["GroupName"]:
        _free(name, backend.groups, f"Group with name {name} already exists.")


def role_name_is_free(backend: IAMBackend, parameters: Parameters) -> None:
    """A role name is taken in any case. Evidence: the API reference (CreateRole); recorded."""
    name = parameters["RoleName"]
    names = [role.name for role in backend.roles.values()]
    _free(name, names, f"Role with name {name} already exists.")


def instance_profile_name_is_free(backend: IAMBackend, parameters: Parameters) -> None:
    """An instance profile's name is taken in any case.

    Evidence: the IAM User Guide (names are not distinguished by case); recorded.
    """
    name = parameters["InstanceProfileName"]
    names = [profile.name for profile in backend.instance_profiles.values()]
    _free(name, names, f"Instance Profile {name} already exists.")


def policy_name_is_free(backend: IAMBackend, parameters: Parameters) -> None:
    """A customer managed policy is named once in an account, whatever its path.

    Evidence: the API reference (CreatePolicy: unique within the account); recorded.
    """
    name = parameters["PolicyName"]
    names = [
        policy.name for arn, policy in backend.managed_policies.items() if not is_policy_of_aws(arn)
    ]
    message = f"A policy called {name} already exists. Duplicate names are not allowed."
    _free(name, names, message)


def server_certificate_name_is_free(backend: IAMBackend, parameters: Parameters) -> None:
    """A certificate's name is taken in any case.

    Evidence: the IAM User Guide (names are not distinguished by case); recorded.
    """
    _certificate_name_is_free(backend, parameters["ServerCertificateName"])


def new_server_certificate_name_is_free(backend: IAMBackend, parameters: Parameters) -> None:
    """A certificate cannot get a name that is taken. Evidence: as for ``new_user_name_is_free``."""
    old = parameters["ServerCertificateName"]
    name = parameters.get("NewServerCertificateName", old)
    if name != old:
        _certificate_name_is_free(backend, name)


def login_profile_is_new(backend: IAMBackend, parameters: Parameters) -> None:
    """A user has one password. Evidence: recorded (CreateLoginProfile)."""
    name = parameters.get("UserName")
    if name and find_user(backend, name).password:
        raise already_exists(f"Login Profile for user {name} already exists.")


def virtual_mfa_device_is_new(backend: IAMBackend, parameters: Parameters) -> None:
    """The path and the name of a device are used once. Evidence: recorded (the same operation)."""
    path, name = parameters.get("Path", "/"), parameters["VirtualMFADeviceName"]
    serial = f"arn:{backend.partition}:iam::{backend.account_id}:mfa{path}{name}"
    if serial in backend.virtual_mfa_devices:
        raise already_exists("MFA device already exists.")


def mfa_device_is_not_in_use(backend: IAMBackend, parameters: Parameters) -> None:
    """A device is assigned to one user. Evidence: recorded (EnableMFADevice)."""
    if is_assigned(backend, parameters["SerialNumber"]):
        raise already_exists("MFA Device is already in use.")


def account_alias_is_new(backend: IAMBackend, parameters: Parameters) -> None:
    """The alias that the account has is taken, as all aliases are; another one replaces it.

    Evidence: reported (CreateAccountAlias).
    """
    alias = parameters["AccountAlias"]
    if alias in backend.account_aliases:
        raise already_exists(f"The account alias {alias} already exists.")


def tag_keys_are_unique(_backend: IAMBackend, parameters: Parameters) -> None:
    """Two tags of a request cannot have the same key.

    Evidence: recorded (TagPolicy); the IAM User Guide for the case of letters, which counts.
    """
    keys = [tag["Key"] for tag in parameters.get("Tags", ())]
    if len(set(keys)) < len(keys):
        raise Refusal("InvalidInput", DUPLICATE_KEYS)


def tag_keys_are_unique_in_any_case(_backend: IAMBackend, parameters: Parameters) -> None:
    """The keys of tags of a user or role differ in more than the case of their letters.

    Evidence: recorded (CreateRole, TagRole).
    """
    keys = [tag["Key"].lower() for tag in parameters.get("Tags", ())]
    if len(set(keys)) < len(keys):
        note = "Please note that Tag keys are case insensitive."
        raise Refusal("InvalidInput", f"{DUPLICATE_KEYS} {note}")


def tags_are_not_reserved(_backend: IAMBackend, parameters: Parameters) -> None:
    """Neither the key nor the value of a tag begins with ``aws:``.

    Evidence: the IAM User Guide (rules for tagging). The wording is the sandbox's own.
    """
    texts = [text for tag in parameters.get("Tags", ()) for text in tag.values()]
    if any(text.lower().startswith("aws:") for text in texts):
        raise Refusal(
            "InvalidInput", "Tag keys and values cannot begin with aws:, which is reserved for AWS."
        )


def _certificate_name_is_free(backend: IAMBackend, name: str) -> None:
    names = [certificate.cert_name for certificate in backend.certificates.values()]
    _free(name, names, f"The Server Certificate with name {name} already exists.")


def _free(name: str, names: Iterable[str], message: str) -> None:
    if name.lower() in {taken.lower() for taken in names}:
        raise already_exists(message)
