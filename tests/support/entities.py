"""An account of the sandbox with an entity of every kind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError

from support.certificates import public_key
from support.clients import client
from support.populated import CODES
from support.refusals import ARN
from support.shell import TESTS

AWS_POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
CERTIFICATE, OTHER_CERTIFICATE = (
    (TESTS / "answers" / f"{name}.pem").read_text() for name in ("cert", "chain")
)
PRIVATE_KEY = (TESTS / "answers" / "key.pem").read_text()
DOCUMENT = (
    '{"Version": "2012-10-17", "Statement":\n'
    ' [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a+b/%20/<é>&/*"}]}\n'
)
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)
SSH_KEY = f"{public_key()} bob"
SOON = dt.timedelta(minutes=5)


def signed_by(iam: Any, name: str, service: str = "iam") -> Any:
    """Return a client that signs with a new key of the user ``name``."""
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return client(iam.meta.endpoint_url, key["AccessKeyId"], key["SecretAccessKey"], service)


def refused(call: Any, **parameters: Any) -> tuple[str, str]:
    """Return the code and the words of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def recent(date: dt.datetime) -> bool:
    return abs(dt.datetime.now(dt.timezone.utc) - date) < SOON


HOLDERS = {
    "user": {"UserName": "bob"},
    "group": {"GroupName": "staff"},
    "role": {"RoleName": "web"},
}


def build(iam: Any) -> None:
    tag = {"Tags": [{"Key": "team", "Value": "web"}]}
    for name in ("pol", "other"):
        iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT, Path="/p/", **tag)
    iam.create_policy_version(PolicyArn=f"{ARN}policy/p/pol", PolicyDocument=DOCUMENT)
    iam.set_default_policy_version(PolicyArn=f"{ARN}policy/p/pol", VersionId="v2")
    iam.create_group(GroupName="staff", Path="/g/")
    iam.create_user(UserName="bob", Path="/u/", PermissionsBoundary=f"{ARN}policy/p/pol", **tag)
    iam.add_user_to_group(GroupName="staff", UserName="bob")
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST, Path="/r/", **tag)
    iam.create_instance_profile(InstanceProfileName="box", Path="/i/", **tag)
    iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="web")
    for kind, holder in HOLDERS.items():
        getattr(iam, f"put_{kind}_policy")(**holder, PolicyName="in", PolicyDocument=DOCUMENT)
        getattr(iam, f"attach_{kind}_policy")(**holder, PolicyArn=f"{ARN}policy/p/pol")
    iam.create_access_key(UserName="bob")
    iam.upload_signing_certificate(UserName="bob", CertificateBody=CERTIFICATE)
    iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=SSH_KEY)
    iam.create_login_profile(UserName="bob", Password="one-Password-1")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="phone", Path="/m/", **tag)
    iam.enable_mfa_device(UserName="bob", SerialNumber=f"{ARN}mfa/m/phone", **CODES)
    iam.upload_server_certificate(
        ServerCertificateName="site",
        CertificateBody=CERTIFICATE,
        PrivateKey=PRIVATE_KEY,
        CertificateChain=OTHER_CERTIFICATE,
        Path="/s/",
        Tags=tag["Tags"],
    )
    iam.create_account_alias(AccountAlias="example")
    iam.update_account_password_policy(MinimumPasswordLength=8)
