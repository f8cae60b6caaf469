"""How what a command creates, changes or removes is looked up in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.cases.case import SECRET_FILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.cases.accounts import MotoAccount, StubAccount


def finds(operation: str, parameter: str) -> Callable[[MotoAccount, str], bool]:
    """Return the check whether an operation that reads one thing finds a name."""
    return lambda account, name: account.has(operation, **{parameter: name})


user = finds("get_user", "UserName")
login = finds("get_login_profile", "UserName")


def listed(
    operation: str, key: str, member: str = "", **owner: str
) -> Callable[[MotoAccount], list[str]]:
    """Return the function that returns the names in a list."""
    return lambda account: account.listed(operation, key, member, **owner)


BOB = {"UserName": "bob"}
keys = listed("list_access_keys", "AccessKeyMetadata", "AccessKeyId", **BOB)
devices = listed("list_virtual_mfa_devices", "VirtualMFADevices", "SerialNumber")


def in_list(
    operation: str, key: str, member: str = "", **owner: str
) -> Callable[[MotoAccount, str], bool]:
    """Return the check whether a list has a name."""
    return lambda account, name: name in account.listed(operation, key, member, **owner)


member = in_list("list_groups_for_user", "Groups", "GroupName", **BOB)
device = in_list("list_virtual_mfa_devices", "VirtualMFADevices", "SerialNumber")
assigned_device = in_list("list_mfa_devices", "MFADevices", "SerialNumber", **BOB)


def attached(kind: str, **owner: str) -> Callable[[MotoAccount, str], bool]:
    """Return the check whether a managed policy is attached to an entity of ``kind``."""
    return in_list(f"list_attached_{kind}_policies", "AttachedPolicies", "PolicyArn", **owner)


def has(check: Callable[..., object], *names: str) -> Callable[[MotoAccount], bool]:
    """Return whether a check finds these names, or anything."""
    return lambda account: bool(check(account, *names))


def lacks(check: Callable[..., object], *names: str) -> Callable[[MotoAccount], bool]:
    """Return the opposite of ``has``."""
    return lambda account: not check(account, *names)


def held_in(listing: str) -> Callable[[StubAccount, str], bool]:
    """Return the check of what an entity at the stub holds."""
    return lambda account, name: account.holds(listing, name)


def entity_exists(account: StubAccount, _name: str) -> bool:
    return account.entity.exists


def is_removed(account: StubAccount) -> bool:
    return not account.entity.exists


def users_in(account: MotoAccount, name: str) -> list[str]:
    return account.listed("get_group", "Users", "UserName", GroupName=name)


def key_lines(account: MotoAccount) -> list[str]:
    """Return the lines about an access key: boto3 reads the ID, but only the relay the secret."""
    return [*keys(account), *account.given("SecretAccessKey")]


def key_saved(account: MotoAccount) -> bool:
    file = account.home / SECRET_FILE
    names = ("AWSAccessKeyId", "AWSSecretKey")
    lines = (f"{name}={value}\n" for name, value in zip(names, key_lines(account), strict=False))
    return bool(keys(account)) and file.exists() and file.read_text() == "".join(lines)
