"""How what a command creates, changes or removes is looked up in the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.cases.case import SECRET_FILE

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.cases.accounts import MotoAccount


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


def policy_of(kind: str, name: str) -> Callable[[MotoAccount, str], bool]:
    """Return the check whether the entity ``name`` has an inline policy."""
    return in_list(f"list_{kind.lower()}_policies", "PolicyNames", **{f"{kind}Name": name})


def policies_of(kind: str, name: str) -> dict[str, Callable[[MotoAccount, str], bool]]:
    """Return the checks of all policies of the entity ``name``."""
    managed = f"list_attached_{kind.lower()}_policies"
    return {
        "policy ": policy_of(kind, name),
        "attached policy ": in_list(
            managed, "AttachedPolicies", "PolicyArn", **{f"{kind}Name": name}
        ),
    }


def has(check: Callable[..., object], *names: str) -> Callable[[MotoAccount], bool]:
    """Return whether a check finds these names, or anything."""
    return lambda account: bool(check(account, *names))


def lacks(check: Callable[..., object], *names: str) -> Callable[[MotoAccount], bool]:
    """Return the opposite of ``has``."""
    return lambda account: not check(account, *names)


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
