"""An account of the sandbox with an entity of every kind."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from support.clients import client
from support.populated import CODES
from support.refusals import ARN, SSH_KEY
from support.shell import TESTS
from support.snapshot import TRUST

AWS_POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
CERTIFICATE, OTHER_CERTIFICATE = (
    (TESTS / "answers" / f"{name}.pem").read_text() for name in ("cert", "chain")
)
PRIVATE_KEY = (TESTS / "answers" / "key.pem").read_text()
DOCUMENT = (
    '{"Version": "2012-10-17", "Statement":\n'
    ' [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::a+b/%20/<é>&/*"}]}\n'
)
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


TAG = {"Tags": [{"Key": "team", "Value": "web"}]}
BOB, POLICY, PHONE = {"UserName": "bob"}, f"{ARN}policy/p/pol", f"{ARN}mfa/m/phone"
#: The requests that make an entity of every kind, each with where a snapshot has what it makes.
ENTITIES: list[tuple[str, str, dict[str, Any]]] = [
    *(
        (
            "policies.Tags",
            "CreatePolicy",
            {"PolicyName": name, "PolicyDocument": DOCUMENT, "Path": "/p/", **TAG},
        )
        for name in ("pol", "other")
    ),
    (
        "policies.PolicyVersionList",
        "CreatePolicyVersion",
        {"PolicyArn": POLICY, "PolicyDocument": DOCUMENT},
    ),
    (
        "policies.DefaultVersionId",
        "SetDefaultPolicyVersion",
        {"PolicyArn": POLICY, "VersionId": "v2"},
    ),
    ("groups", "CreateGroup", {"GroupName": "staff", "Path": "/g/"}),
    (
        "users.PermissionsBoundary",
        "CreateUser",
        {**BOB, "Path": "/u/", "PermissionsBoundary": POLICY, **TAG},
    ),
    ("users.GroupList", "AddUserToGroup", {"GroupName": "staff", **BOB}),
    (
        "roles.Tags",
        "CreateRole",
        {"RoleName": "web", "AssumeRolePolicyDocument": TRUST, "Path": "/r/", **TAG},
    ),
    (
        "instance_profiles",
        "CreateInstanceProfile",
        {"InstanceProfileName": "box", "Path": "/i/", **TAG},
    ),
    (
        "instance_profiles.Roles",
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "box", "RoleName": "web"},
    ),
    *(
        row
        for kind, holder in HOLDERS.items()
        for row in (
            (
                f"{kind}s.{kind.title()}PolicyList",
                f"Put{kind.title()}Policy",
                {**holder, "PolicyName": "in", "PolicyDocument": DOCUMENT},
            ),
            (
                f"{kind}s.AttachedManagedPolicies",
                f"Attach{kind.title()}Policy",
                {**holder, "PolicyArn": POLICY},
            ),
        )
    ),
    ("users.AccessKeyMetadata", "CreateAccessKey", BOB),
    ("users.Certificates", "UploadSigningCertificate", {**BOB, "CertificateBody": CERTIFICATE}),
    ("users.SSHPublicKeys", "UploadSSHPublicKey", {**BOB, "SSHPublicKeyBody": SSH_KEY}),
    ("users.LoginProfile", "CreateLoginProfile", {**BOB, "Password": "one-Password-1"}),
    (
        "virtual_mfa_devices",
        "CreateVirtualMFADevice",
        {"VirtualMFADeviceName": "phone", "Path": "/m/", **TAG},
    ),
    ("users.MFADevices", "EnableMFADevice", {**BOB, "SerialNumber": PHONE, **CODES}),
    (
        "server_certificates.CertificateChain",
        "UploadServerCertificate",
        {
            "ServerCertificateName": "site",
            "CertificateBody": CERTIFICATE,
            "PrivateKey": PRIVATE_KEY,
            "CertificateChain": OTHER_CERTIFICATE,
            "Path": "/s/",
            **TAG,
        },
    ),
    ("account_alias", "CreateAccountAlias", {"AccountAlias": "example"}),
    ("password_policy", "UpdateAccountPasswordPolicy", {"MinimumPasswordLength": 8}),
]


def build(iam: Any) -> None:
    """Make them all."""
    for _, operation, parameters in ENTITIES:
        getattr(iam, xform_name(operation))(**parameters)


def lacking(snapshot: dict[str, Any]) -> list[str]:
    """Return which of them a snapshot lacks."""
    return [place for place, *_ in ENTITIES if not _found(snapshot, place)]


def _found(snapshot: dict[str, Any], place: str) -> object:
    kind, _, member = place.partition(".")
    entries = snapshot[kind]
    return entries and (not member or any(entry.get(member) for entry in entries))
