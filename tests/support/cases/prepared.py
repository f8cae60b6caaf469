"""How the account of a case is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.cases.case import POLICY
from support.certificates import self_signed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.cases.accounts import MotoAccount


def calling(operation: str, **parameters: object) -> Callable[[MotoAccount], object]:
    """Return the function that prepares an account with one call."""
    return lambda account: getattr(account.iam, operation)(**parameters)


def nothing(_account: MotoAccount) -> None:
    """Prepare an empty account."""


with_group = calling("create_group", GroupName="Admin")
with_user = calling("create_user", UserName="bob")


def full_user(account: MotoAccount) -> None:
    iam = account.iam
    with_user(account)
    iam.create_group(GroupName="Admin")
    iam.add_user_to_group(GroupName="Admin", UserName="bob")
    iam.create_access_key(UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="read", PolicyDocument=POLICY)
    iam.create_login_profile(UserName="bob", Password="not-a-secret-1")
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"][
        "SerialNumber"
    ]
    iam.enable_mfa_device(
        UserName="bob",
        SerialNumber=serial,
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )


def write_files(home: Path) -> None:
    """Write the files that the command lines name."""
    pem = self_signed(home / "pem").read_text()
    key, begin, rest = pem.partition("-----BEGIN CERTIFICATE-----")
    for name, content in (("policy.json", POLICY), ("cert.pem", begin + rest), ("key.pem", key)):
        (home / name).write_text(content)
