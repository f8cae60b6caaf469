"""The rows of the commands for users and for their policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.cases.case import SECRET_FILE, Case, no_such
from support.cases.checks import (
    assigned_device,
    device,
    devices,
    has,
    key_lines,
    key_saved,
    keys,
    lacks,
    login,
    member,
    policies_of,
    user,
    users_in,
)
from support.cases.prepared import full_user, with_group, with_user

if TYPE_CHECKING:
    from support.cases.accounts import MotoAccount


def user_lines(account: MotoAccount) -> list[str]:
    return account.members("get_user", "User", "Arn", "UserId", UserName="bob")


def left_of_user(account: MotoAccount, err: str) -> list[str]:
    """Return the devices and memberships that a removed user leaves without a word."""
    left = [serial for serial in devices(account) if f"{serial} still exists" not in err]
    return left + users_in(account, "Admin")


#: What iam-usercreate creates.
CREATED = {
    "user ": user,
    "membership of group ": member,
    "access key": lambda account, _name: bool(keys(account)),
}


USERS = {
    "usercreate": Case(
        "iam-usercreate -u bob -g Admin -k -v",
        with_group,
        lambda account: member(account, "Admin") and len(keys(account)) == 1,
        lambda account: key_lines(account) + user_lines(account),
        things=CREATED,
    ),
    "usercreate-o": Case(
        f"iam-usercreate -u bob -g Admin -k -v -o {SECRET_FILE}",
        with_group,
        lambda account: member(account, "Admin") and key_saved(account),
        lambda account: keys(account) + user_lines(account),
        things=CREATED,
    ),
    "usermod": Case(
        "iam-usermod -u bob -n robert",
        with_user,
        has(user, "robert"),
        operation="UpdateUser",
        check="iam-userlistbypath",
        once=True,
    ),
    "userdel": Case(
        "iam-userdel -u bob -r",
        full_user,
        lacks(user, "bob"),
        things={
            "access key ": lambda account, name: name in keys(account),
            "membership of group ": member,
            "login profile of ": login,
            "virtual MFA device ": device,
            "MFA device ": assigned_device,
            **policies_of("User", "bob"),
            "user ": user,
        },
        unreported=left_of_user,
    ),
    "userdel-alone": Case(
        "iam-userdel -u bob",
        with_user,
        lacks(user, "bob"),
        operation="DeleteUser",
        missing=no_such("user", "bob"),
        check="iam-usergetattributes -u bob",
    ),
}
