"""The rows of the commands for users and for their policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.account import ARN
from support.cases.case import ADDED, SECRET_FILE, STATEMENT, Case, no_such
from support.cases.checks import (
    BOB,
    assigned_device,
    attached,
    device,
    devices,
    entity_exists,
    has,
    held_in,
    in_list,
    is_removed,
    key_lines,
    key_saved,
    keys,
    lacks,
    login,
    member,
    user,
    users_in,
)
from support.cases.prepared import filled, full_user, with_group, with_user

if TYPE_CHECKING:
    from support.cases.accounts import MotoAccount, StubAccount


stubbed_user = filled(
    "User",
    login=True,
    ListAccessKeys=["AKIA1", "AKIA2"],
    ListUserPolicies=["read", "write"],
    ListSigningCertificates=["CERT1"],
    ListGroupsForUser=["Admin", "Staff"],
    ListMFADevices=[f"{ARN}mfa/jack", "GAHT12345678"],
    ListSSHPublicKeys=["APKA1"],
    ListServiceSpecificCredentials=["ACCA1"],
    ListAttachedUserPolicies=[f"{ARN}policy/a"],
)
policy = in_list("list_user_policies", "PolicyNames", **BOB)


def stubbed_device(account: StubAccount, serial: str) -> bool:
    return not account.changed("DeleteVirtualMFADevice", SerialNumber=serial)


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
            "policy ": policy,
            "membership of group ": member,
            "login profile of ": login,
            "virtual MFA device ": device,
            "MFA device ": assigned_device,
            "attached policy ": attached("user", **BOB),
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
    "stubbed-userdel": Case(
        "iam-userdel -u jack -r",
        stubbed_user,
        is_removed,
        things={
            "access key ": held_in("ListAccessKeys"),
            "policy ": held_in("ListUserPolicies"),
            "signing certificate ": held_in("ListSigningCertificates"),
            "membership of group ": held_in("ListGroupsForUser"),
            "login profile of ": lambda account, _name: account.entity.login,
            "virtual MFA device ": stubbed_device,
            "MFA device ": held_in("ListMFADevices"),
            "SSH public key ": held_in("ListSSHPublicKeys"),
            "service credential ": held_in("ListServiceSpecificCredentials"),
            "attached policy ": held_in("ListAttachedUserPolicies"),
            "user ": entity_exists,
        },
        stubbed=True,
    ),
    "useruploadpolicy": Case(
        "iam-useruploadpolicy -u bob -p read -f policy.json",
        with_user,
        has(policy, "read"),
        operation="PutUserPolicy",
        owners=("user bob",),
        check="iam-userlistpolicies -u bob -p read",
    ),
    "useraddpolicy": Case(
        f"iam-useraddpolicy -u bob {ADDED} -r * -o",
        with_user,
        has(policy, "read"),
        lambda _account: [STATEMENT],
        operation="PutUserPolicy",
        owners=("user bob",),
        check="iam-userlistpolicies -u bob -p read",
    ),
    "userdelpolicy": Case(
        "iam-userdelpolicy -u bob -p read",
        full_user,
        lacks(policy, "read"),
        operation="DeleteUserPolicy",
        owners=("user bob",),
        missing=no_such("user policy", "read"),
        check="iam-userlistpolicies -u bob",
    ),
}
