"""The rows of the commands for roles and instance profiles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.cases.case import POLICY, TRUST, Case, no_such
from support.cases.checks import finds, has, lacks, policies_of
from support.cases.prepared import calling, nothing

if TYPE_CHECKING:
    from support.cases.accounts import MotoAccount


with_role = calling("create_role", RoleName="web", AssumeRolePolicyDocument=TRUST)


def with_profile(account: MotoAccount) -> None:
    with_role(account)
    account.iam.create_instance_profile(InstanceProfileName="front")


def full_profile(account: MotoAccount) -> None:
    with_role(account)
    account.iam.create_instance_profile(InstanceProfileName="front")
    account.iam.add_role_to_instance_profile(InstanceProfileName="front", RoleName="web")


def full_role(account: MotoAccount) -> None:
    iam = account.iam
    full_profile(account)
    iam.put_role_policy(RoleName="web", PolicyName="read", PolicyDocument=POLICY)
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="web", PolicyArn=arn)


role = finds("get_role", "RoleName")
profile = finds("get_instance_profile", "InstanceProfileName")


def role_lines(account: MotoAccount) -> list[str]:
    found = account.read("get_role", "Role", RoleName="web")
    if not found:
        return []
    trust = json.dumps(found["AssumeRolePolicyDocument"], separators=(",", ":"))
    return [found["Arn"], found["RoleId"], trust]


def trusted(account: MotoAccount) -> str:
    found = account.read("get_role", "Role", RoleName="web")
    return json.dumps(found["AssumeRolePolicyDocument"]) if found else ""


def role_in(account: MotoAccount, profile_name: str, role_name: str) -> bool:
    if not profile(account, profile_name):
        return False
    found = account.iam.get_instance_profile(InstanceProfileName=profile_name)
    return role_name in [entry["RoleName"] for entry in found["InstanceProfile"]["Roles"]]


ROLES = {
    "rolecreate": Case(
        "iam-rolecreate -r web -s ec2.amazonaws.com -v",
        nothing,
        has(role, "web"),
        role_lines,
        operation="CreateRole",
        check="iam-rolegetattributes -r web",
        once=True,
    ),
    "roleupdateassumepolicy": Case(
        "iam-roleupdateassumepolicy -r web -s lambda.amazonaws.com",
        with_role,
        lambda account: "lambda.amazonaws.com" in trusted(account),
        operation="UpdateAssumeRolePolicy",
        owners=("role web",),
        check="iam-rolegetattributes -r web",
    ),
    "roledel": Case(
        "iam-roledel -r web -c",
        full_role,
        lacks(role, "web"),
        things={
            "place in instance profile ": lambda account, name: role_in(account, name, "web"),
            **policies_of("Role", "web"),
            "role ": role,
        },
    ),
    "roledel-alone": Case(
        "iam-roledel -r web",
        with_role,
        lacks(role, "web"),
        operation="DeleteRole",
        missing=no_such("role", "web"),
        check="iam-rolegetattributes -r web",
    ),
    "instanceprofilecreate": Case(
        "iam-instanceprofilecreate -s front -r web",
        with_role,
        has(role_in, "front", "web"),
        things={
            "instance profile ": profile,
            "role web in it": lambda account, _name: role_in(account, "front", "web"),
        },
    ),
    "instanceprofileaddrole": Case(
        "iam-instanceprofileaddrole -s front -r web",
        with_profile,
        has(role_in, "front", "web"),
        operation="AddRoleToInstanceProfile",
        owners=("role web", "instance profile front"),
        check="iam-instanceprofilegetattributes -s front -r",
    ),
    "instanceprofileremoverole": Case(
        "iam-instanceprofileremoverole -s front -r web",
        full_profile,
        lacks(role_in, "front", "web"),
        operation="RemoveRoleFromInstanceProfile",
        owners=("instance profile front",),
        missing="Role web is not in it.",
        check="iam-instanceprofilegetattributes -s front -r",
    ),
    "instanceprofiledel-alone": Case(
        "iam-instanceprofiledel -s front",
        with_profile,
        lacks(profile, "front"),
        operation="DeleteInstanceProfile",
        missing=no_such("instance profile", "front"),
        check="iam-instanceprofilegetattributes -s front",
    ),
    "instanceprofiledel-r": Case(
        "iam-instanceprofiledel -s front -r",
        full_profile,
        lacks(profile, "front"),
        things={
            "place of role ": lambda account, name: role_in(account, "front", name),
            "instance profile ": profile,
        },
        unreported=lambda account, _err: [] if role(account, "web") else ["role web"],
    ),
}
