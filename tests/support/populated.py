"""Fills an account with entities of every kind, through boto3."""

from __future__ import annotations

from typing import Any

from support.certificates import public_key
from support.clients import client, encoded
from support.shell import TESTS

#: White space, escapes and letters outside ASCII in documents must stay as they are.
DOCUMENT = (
    '{{ "Version": "2012-10-17",\r\n\t"Statement": [{{"Effect":"Allow","Action":"s3:Get{}",'
    '"Resource":"arn:aws:s3:::a/\\u00e9/caf\u00e9"}}] }}\n'
)
TRUST = (
    '{"Version":"2008-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}'
)
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"
CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
PATHS = ("/", "/staff/", "/staff/old/", "/robots/")


def pem_files() -> list[str]:
    """Return a certificate, its chain and its private key."""
    return [(TESTS / "answers" / f"{name}.pem").read_text() for name in ("cert", "chain", "key")]


def populate(url: str, users: int) -> Any:
    """Fill the empty account at ``url`` with ``users`` users and as many other entities.

    Returns a client of it.
    """
    iam = encoded(url)
    groups = [_group(iam, number) for number in range(users // 5)]
    policies = [_policy(iam, number) for number in range(users // 5)]
    for number in range(users):
        _user(iam, url, number, groups, policies)
    for number in range(users // 4):
        _role(iam, number, policies)
    body, chain, key = pem_files()
    iam.upload_signing_certificate(UserName="user0", CertificateBody=body)
    iam.upload_server_certificate(
        ServerCertificateName="www",
        Path="/cloudfront/",
        CertificateBody=body,
        CertificateChain=chain,
        PrivateKey=key,
        Tags=[{"Key": "site", "Value": ""}],
    )
    iam.upload_server_certificate(
        ServerCertificateName="Plain", CertificateBody=body, PrivateKey=key
    )
    iam.create_virtual_mfa_device(VirtualMFADeviceName="spare", Path="/spares/")
    iam.create_account_alias(AccountAlias="example")
    iam.update_account_password_policy(
        MinimumPasswordLength=9, MaxPasswordAge=90, RequireNumbers=True
    )
    return iam


def _group(iam: Any, number: int) -> str:
    name = f"Group{number}"
    iam.create_group(GroupName=name, Path=PATHS[number % 4])
    iam.put_group_policy(
        GroupName=name, PolicyName="inline", PolicyDocument=DOCUMENT.format(number)
    )
    if number % 2:
        iam.attach_group_policy(GroupName=name, PolicyArn=READ_ONLY)
    return name


def _policy(iam: Any, number: int) -> str:
    arn: str = iam.create_policy(
        PolicyName=f"managed{number}",
        Path=PATHS[number % 4],
        PolicyDocument=DOCUMENT.format(number),
        Description=f"number {number}",
        Tags=[{"Key": "team", "Value": "web"}] * (number % 2),
    )["Policy"]["Arn"]
    for version in range(number % 3):
        iam.create_policy_version(
            PolicyArn=arn,
            PolicyDocument=DOCUMENT.format(100 + version),
            SetAsDefault=version % 2 == 0,
        )
    return arn


def _user(iam: Any, url: str, number: int, groups: list[str], policies: list[str]) -> None:
    name = f"user{number}"
    tags = [{"Key": f"k{n}", "Value": "v \u00e9"} for n in range(number % 3)]
    boundary = {"PermissionsBoundary": BOUNDARY} if number % 4 == 0 else {}
    iam.create_user(UserName=name, Path=PATHS[number % 4], Tags=tags, **boundary)
    for n in range(number % 3):
        iam.put_user_policy(
            UserName=name, PolicyName=f"p{n}", PolicyDocument=DOCUMENT.format(number)
        )
    for group in {groups[number % len(groups)], groups[number * 3 % len(groups)]}:
        iam.add_user_to_group(GroupName=group, UserName=name)
    if number % 2:
        iam.attach_user_policy(UserName=name, PolicyArn=policies[number % len(policies)])
        iam.create_login_profile(
            UserName=name, Password="some-Password-1", PasswordResetRequired=number % 3 == 0
        )
    for n in range(number % 3):
        key = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
        if n:
            iam.update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")
        elif number % 4 == 1:
            client(url, key).list_account_aliases()
    if number % 5 == 0:
        iam.upload_ssh_public_key(UserName=name, SSHPublicKeyBody=public_key(number))
    if number % 6 == 0:
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=f"{name}-phone")
        serial = device["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(UserName=name, SerialNumber=serial, **CODES)
        iam.enable_mfa_device(UserName=name, SerialNumber=f"GAHT1234{number:04}", **CODES)


def _role(iam: Any, number: int, policies: list[str]) -> None:
    name = f"role{number}"
    boundary = {"PermissionsBoundary": BOUNDARY} if number % 3 == 0 else {}
    iam.create_role(
        RoleName=name,
        Path=PATHS[number % 4],
        AssumeRolePolicyDocument=TRUST,
        Tags=[{"Key": "team", "Value": "web"}] * (number % 2),
        Description="for the web" * (number % 2),
        MaxSessionDuration=3600 * (number % 3 + 1),
        **boundary,
    )
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=DOCUMENT.format(number))
    if number % 2:
        iam.attach_role_policy(RoleName=name, PolicyArn=policies[number % len(policies)])
    iam.create_instance_profile(InstanceProfileName=f"profile{number}", Path=PATHS[number % 4])
    if number % 3:
        iam.add_role_to_instance_profile(InstanceProfileName=f"profile{number}", RoleName=name)
