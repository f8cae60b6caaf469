"""The rows of the commands for groups, without those for their policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.cases.case import POLICY, Case, no_such
from support.cases.checks import finds, has, lacks, member, policies_of, user, users_in
from support.cases.prepared import full_user, nothing, with_group, with_user

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


group = finds("get_group", "GroupName")


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
            **policies_of("Group", "Admin"),
            "group ": group,
        },
        # The member itself must stay.
        unreported=lambda account, _err: [] if user(account, "bob") else ["user bob"],
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
}
