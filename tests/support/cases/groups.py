"""The rows of the commands for groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.account import ARN
from support.cases.case import ADDED, POLICY, Case, no_such
from support.cases.checks import (
    attached,
    entity_exists,
    finds,
    has,
    held_in,
    in_list,
    is_removed,
    lacks,
    member,
    user,
    users_in,
)
from support.cases.prepared import filled, full_user, nothing, with_group, with_user

if TYPE_CHECKING:
    from support.cases.accounts import MotoAccount


def full_group(account: MotoAccount) -> None:
    iam = account.iam
    with_group(account)
    with_user(account)
    iam.add_user_to_group(GroupName="Admin", UserName="bob")
    iam.put_group_policy(GroupName="Admin", PolicyName="read", PolicyDocument=POLICY)
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="Admin", PolicyArn=arn)


def two_users(account: MotoAccount) -> None:
    with_group(account)
    for name in ("bob", "susan"):
        account.iam.create_user(UserName=name)


def two_members(account: MotoAccount) -> None:
    two_users(account)
    for name in ("bob", "susan"):
        account.iam.add_user_to_group(GroupName="Admin", UserName=name)


stubbed_group = filled(
    "Group",
    GetGroup=["bob", "susan"],
    ListGroupPolicies=["read", "write"],
    ListAttachedGroupPolicies=[f"{ARN}policy/a"],
)
group = finds("get_group", "GroupName")
group_policy = in_list("list_group_policies", "PolicyNames", GroupName="Admin")


GROUPS = {
    "groupcreate": Case(
        "iam-groupcreate -g Admin -v",
        nothing,
        has(group, "Admin"),
        lambda account: account.members("get_group", "Group", "Arn", "GroupId", GroupName="Admin"),
        operation="CreateGroup",
        check="iam-grouplistusers -g Admin",
        once=True,
    ),
    "groupmod": Case(
        "iam-groupmod -g Admin -n Staff",
        with_group,
        has(group, "Staff"),
        operation="UpdateGroup",
        check="iam-grouplistbypath",
        once=True,
    ),
    "groupdel": Case(
        "iam-groupdel -g Admin",
        with_group,
        lacks(group, "Admin"),
        operation="DeleteGroup",
        missing=no_such("group", "Admin"),
        check="iam-grouplistusers -g Admin",
    ),
    "groupdel-r": Case(
        "iam-groupdel -g Admin -r",
        full_group,
        lacks(group, "Admin"),
        things={
            "membership of user ": lambda account, name: name in users_in(account, "Admin"),
            "policy ": group_policy,
            "attached policy ": attached("group", GroupName="Admin"),
            "group ": group,
        },
        # The member itself must stay.
        unreported=lambda account, _err: [] if user(account, "bob") else ["user bob"],
    ),
    "stubbed-groupdel": Case(
        "iam-groupdel -g Admin -r",
        stubbed_group,
        is_removed,
        things={
            "membership of user ": held_in("GetGroup"),
            "policy ": held_in("ListGroupPolicies"),
            "attached policy ": held_in("ListAttachedGroupPolicies"),
            "group ": entity_exists,
        },
        stubbed=True,
    ),
    "groupadduser": Case(
        "iam-groupadduser -g Admin -u bob",
        lambda account: (
            account.iam.create_group(GroupName="Admin") and account.iam.create_user(UserName="bob")
        ),
        has(member, "Admin"),
        operation="AddUserToGroup",
        owners=("user bob", "group Admin"),
        check="iam-userlistgroups -u bob",
    ),
    "groupadduser-two": Case(
        "iam-groupadduser -g Admin -u bob -u susan",
        two_users,
        lambda account: users_in(account, "Admin") == ["bob", "susan"],
        things={"user ": lambda account, name: name in users_in(account, "Admin")},
    ),
    "groupremoveuser": Case(
        "iam-groupremoveuser -g Admin -u bob",
        full_user,
        lacks(member, "Admin"),
        operation="RemoveUserFromGroup",
        owners=("group Admin",),
        missing="User bob not in group Admin",
        check="iam-userlistgroups -u bob",
    ),
    "groupremoveuser-two": Case(
        "iam-groupremoveuser -g Admin -u bob -u susan",
        two_members,
        lacks(users_in, "Admin"),
        things={"user ": lambda account, name: name in users_in(account, "Admin")},
    ),
    "groupuploadpolicy": Case(
        "iam-groupuploadpolicy -g Admin -p read -f policy.json",
        with_group,
        has(group_policy, "read"),
        operation="PutGroupPolicy",
        owners=("group Admin",),
        check="iam-grouplistpolicies -g Admin -p read",
    ),
    "groupaddpolicy": Case(
        f"iam-groupaddpolicy -g Admin {ADDED} -r *",
        with_group,
        has(group_policy, "read"),
        operation="PutGroupPolicy",
        owners=("group Admin",),
        check="iam-grouplistpolicies -g Admin -p read",
    ),
    "groupdelpolicy": Case(
        "iam-groupdelpolicy -g Admin -p read",
        full_group,
        lacks(group_policy, "read"),
        operation="DeleteGroupPolicy",
        owners=("group Admin",),
        missing=no_such("group policy", "read"),
        check="iam-grouplistpolicies -g Admin",
    ),
}
