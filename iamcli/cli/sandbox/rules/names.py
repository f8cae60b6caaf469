"""EntityAlreadyExists: names are unique in an account, whatever the case; and other names."""

from __future__ import annotations

import re

from iamcli.cli.sandbox.refusals import Refusal, already_exists, invalid
from iamcli.cli.sandbox.rules.entities import is_assigned
from iamcli.cli.sandbox.rules.entity_types import USER, Backend, EntityType, Parameters

DUPLICATE_KEYS = "Duplicate tag keys found."


def name_is_free(of: EntityType, backend: Backend, parameters: Parameters) -> None:
    """A name is unique in the account, in any case and whatever the path.

    Evidence: the API reference (CreateUser, CreateGroup, CreateRole, CreatePolicy); the IAM User
    Guide for the others (names are not distinguished by case); the wording: that of the type.
    """
    _require_free(of, backend, parameters[of.parameter])


def new_name_is_free(of: EntityType, backend: Backend, parameters: Parameters) -> None:
    """Nothing gets a name that is taken, nor its own in other letters.

    Evidence: as for ``name_is_free``. The own name unchanged is accepted: tools send it with a new
    path.
    """
    old = parameters[of.parameter]
    new = parameters.get(f"New{of.parameter}", old)
    if new != old:
        _require_free(of, backend, new)


def login_profile_is_new(backend: Backend, parameters: Parameters) -> None:
    """A user has one password. Evidence: recorded (CreateLoginProfile)."""
    name = parameters.get("UserName")
    if name and USER.find(backend, parameters).password:
        raise already_exists(f"Login Profile for user {name} already exists.")


def virtual_mfa_device_is_new(backend: Backend, parameters: Parameters) -> None:
    """The path and the name of a device are used once. Evidence: recorded (the same operation)."""
    path, name = parameters.get("Path", "/"), parameters["VirtualMFADeviceName"]
    serial = f"arn:{backend.partition}:iam::{backend.account_id}:mfa{path}{name}"
    if serial in backend.virtual_mfa_devices:
        raise already_exists("MFA device already exists.")


def mfa_device_is_not_in_use(backend: Backend, parameters: Parameters) -> None:
    """A device is assigned to one user. Evidence: recorded (EnableMFADevice)."""
    if is_assigned(backend, parameters["SerialNumber"]):
        raise already_exists("MFA Device is already in use.")


def account_alias_is_new(backend: Backend, parameters: Parameters) -> None:
    """The alias that the account has is taken, as all aliases are; another one replaces it.

    Evidence: reported (CreateAccountAlias).
    """
    alias = parameters["AccountAlias"]
    if alias in backend.account_aliases:
        raise already_exists(f"The account alias {alias} already exists.")


def account_alias_is_no_account_id(_backend: Backend, parameters: Parameters) -> None:
    """An alias does not consist of 12 digits, as the ID of an account does.

    Evidence: the IAM User Guide (account aliases). The code and the wording are the sandbox's own.
    """
    if re.fullmatch("[0-9]{12}", parameters["AccountAlias"]):
        raise invalid("The specified value for accountAlias is invalid. It must not be 12 digits.")


def tag_keys_are_unique(_backend: Backend, parameters: Parameters) -> None:
    """Two tags of a request cannot have the same key; those of a user or role in any case.

    Evidence: recorded (TagPolicy, CreateRole, TagRole); the IAM User Guide for the others.
    """
    in_any_case = "UserName" in parameters or "RoleName" in parameters
    keys = [tag["Key"] for tag in parameters.get("Tags", ())]
    if len({key.lower() if in_any_case else key for key in keys}) < len(keys):
        note = " Please note that Tag keys are case insensitive." if in_any_case else ""
        raise Refusal("InvalidInput", f"{DUPLICATE_KEYS}{note}")


def tags_are_not_reserved(_backend: Backend, parameters: Parameters) -> None:
    """Neither the key nor the value of a tag begins with ``aws:``.

    Evidence: the IAM User Guide (rules for tagging). The wording is the sandbox's own.
    """
    texts = [text for tag in parameters.get("Tags", ()) for text in tag.values()]
    if any(text.lower().startswith("aws:") for text in texts):
        raise Refusal(
            "InvalidInput", "Tag keys and values cannot begin with aws:, which is reserved for AWS."
        )


def _require_free(entity_type: EntityType, backend: Backend, name: str) -> None:
    if name.lower() in {taken.lower() for taken in entity_type.names(backend)}:
        raise already_exists(entity_type.taken.format(name))
