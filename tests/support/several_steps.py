"""Commands of several steps, with what each one deletes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from support.account import ARN, Account

if TYPE_CHECKING:
    from support.stub import Stub


class Case(NamedTuple):
    """A recursive deletion: its arguments, what the entity holds, and what -p lists."""

    arguments: tuple[str, ...]
    kind: str
    things: dict[str, list[str]]
    listed: str
    #: Each step as the line about the state names it, in order, and its operation.
    steps: list[tuple[str, str]]
    more: dict[str, bool] = {}  # noqa: RUF012 - never written to


CASES = {
    "user": Case(
        ("iam-userdel", "-u", "jack", "-r"),
        "User",
        {
            "ListAccessKeys": ["AKIA1", "AKIA2"],
            "ListUserPolicies": ["read", "write", "list"],
            "ListSigningCertificates": ["CERT1", "CERT2"],
            "ListGroupsForUser": ["Admin", "Staff"],
            "ListMFADevices": [f"{ARN}mfa/jack", "GAHT12345678", f"{ARN}u2f/user/jack/key"],
            "ListSSHPublicKeys": ["APKA1", "APKA2"],
            "ListServiceSpecificCredentials": ["ACCA1", "ACCA2"],
            "ListAttachedUserPolicies": [f"{ARN}policy/a", f"{ARN}policy/b"],
        },
        "accesskeys\n\tAKIA1\n\tAKIA2\npolicies\n\tread\n\twrite\n\tlist\n"
        "certificates\n\tCERT1\n\tCERT2\n"
        f"groups\n\t{ARN}group/Admin\n\t{ARN}group/Staff\n"
        f"loginprofile\n\tjack\nmfadevices\n\t{ARN}mfa/jack\n\tGAHT12345678\n"
        f"\t{ARN}u2f/user/jack/key\n"
        "sshkeys\n\tAPKA1\n\tAPKA2\nservicecredentials\n\tACCA1\n\tACCA2\n"
        f"attachedpolicies\n\t{ARN}policy/a\n\t{ARN}policy/b\n",
        [
            ("access key AKIA1", "DeleteAccessKey"),
            ("access key AKIA2", "DeleteAccessKey"),
            ("policy read", "DeleteUserPolicy"),
            ("policy write", "DeleteUserPolicy"),
            ("policy list", "DeleteUserPolicy"),
            ("signing certificate CERT1", "DeleteSigningCertificate"),
            ("signing certificate CERT2", "DeleteSigningCertificate"),
            ("membership of group Admin", "RemoveUserFromGroup"),
            ("membership of group Staff", "RemoveUserFromGroup"),
            ("login profile of jack", "DeleteLoginProfile"),
            (f"virtual MFA device {ARN}mfa/jack", "DeactivateMFADevice"),
            ("MFA device GAHT12345678", "DeactivateMFADevice"),
            # A FIDO security key, which has an ARN, is no virtual device.
            (f"MFA device {ARN}u2f/user/jack/key", "DeactivateMFADevice"),
            ("SSH public key APKA1", "DeleteSSHPublicKey"),
            ("SSH public key APKA2", "DeleteSSHPublicKey"),
            ("service credential ACCA1", "DeleteServiceSpecificCredential"),
            ("service credential ACCA2", "DeleteServiceSpecificCredential"),
            (f"attached policy {ARN}policy/a", "DetachUserPolicy"),
            (f"attached policy {ARN}policy/b", "DetachUserPolicy"),
            ("user jack", "DeleteUser"),
        ],
        {"login": True},
    ),
    "group": Case(
        ("iam-groupdel", "-g", "Admin", "-r"),
        "Group",
        {
            "GetGroup": ["bob", "susan"],
            "ListGroupPolicies": ["read", "write"],
            "ListAttachedGroupPolicies": [f"{ARN}policy/a", f"{ARN}policy/b"],
        },
        f"users\n\t{ARN}user/bob\n\t{ARN}user/susan\npolicies\n\tread\n\twrite\n"
        f"attachedpolicies\n\t{ARN}policy/a\n\t{ARN}policy/b\n",
        [
            ("membership of user bob", "RemoveUserFromGroup"),
            ("membership of user susan", "RemoveUserFromGroup"),
            ("policy read", "DeleteGroupPolicy"),
            ("policy write", "DeleteGroupPolicy"),
            (f"attached policy {ARN}policy/a", "DetachGroupPolicy"),
            (f"attached policy {ARN}policy/b", "DetachGroupPolicy"),
            ("group Admin", "DeleteGroup"),
        ],
    ),
    "role": Case(
        ("iam-roledel", "-r", "web", "-c"),
        "Role",
        {
            "ListInstanceProfilesForRole": ["web1", "web2"],
            "ListRolePolicies": ["read", "write"],
            "ListAttachedRolePolicies": [f"{ARN}policy/a", f"{ARN}policy/b"],
        },
        f"instance profiles\n\t{ARN}instance-profile/web1\n\t{ARN}instance-profile/web2\n"
        f"policies\n\tread\n\twrite\nattachedpolicies\n\t{ARN}policy/a\n\t{ARN}policy/b\n",
        [
            ("place in instance profile web1", "RemoveRoleFromInstanceProfile"),
            ("place in instance profile web2", "RemoveRoleFromInstanceProfile"),
            ("policy read", "DeleteRolePolicy"),
            ("policy write", "DeleteRolePolicy"),
            (f"attached policy {ARN}policy/a", "DetachRolePolicy"),
            (f"attached policy {ARN}policy/b", "DetachRolePolicy"),
            ("role web", "DeleteRole"),
        ],
    ),
    "instance profile": Case(
        ("iam-instanceprofiledel", "-s", "web", "-r"),
        "InstanceProfile",
        {"GetInstanceProfile": ["web1", "web2"]},
        f"roles\n\t{ARN}role/web1\n\t{ARN}role/web2\n",
        [
            ("place of role web1", "RemoveRoleFromInstanceProfile"),
            ("place of role web2", "RemoveRoleFromInstanceProfile"),
            ("instance profile web", "DeleteInstanceProfile"),
        ],
    ),
}


def account_of(stub: Stub, case: str, **things: list[str]) -> Account:
    """Return the account of a case; ``things``: what some lists have instead."""
    what = CASES[case]
    return stub.add(lambda url: Account(url, what.kind, what.things | things, **what.more))
