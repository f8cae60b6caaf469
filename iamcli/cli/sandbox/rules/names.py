"""EntityAlreadyExists: what a request makes must not exist, whatever the case of its name."""

from __future__ import annotations

from iamcli.cli.sandbox.refusals import already_exists
from iamcli.cli.sandbox.rules.entities import is_assigned
from iamcli.cli.sandbox.rules.entity_types import Backend, EntityType, Parameters, user_or_account


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
    """A user, or the account, has one password. Evidence: recorded (CreateLoginProfile)."""
    user = user_or_account(backend, parameters)
    if user.password:
        called = parameters.get("UserName") or user.arn
        raise already_exists(f"Login Profile for user {called} already exists.")


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


def _require_free(entity_type: EntityType, backend: Backend, name: str) -> None:
    if name.lower() in {taken.lower() for taken in entity_type.names(backend)}:
        raise already_exists(entity_type.taken.format(name))
