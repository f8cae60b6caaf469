"""Snapshots of accounts, of which the sandbox makes copies."""

from __future__ import annotations

import json
from typing import Any

from iamcli.cli.account_file import schema
from support.entities import lacking
from support.snapshot import EVE, SNAPSHOT

ARN = "arn:aws:iam::210987654321"
DATE = "2012-05-01T12:34:56Z"


def user(name: str, **more: Any) -> dict[str, Any]:
    """Return a user of a snapshot."""
    identifiers = {"UserId": f"AIDA{name.upper():A>17}", "Arn": f"{ARN}:user/{name}"}
    return {**EVE, "UserName": name, **identifiers, **more}


def snapshot(**more: Any) -> dict[str, Any]:
    """Return the content of a snapshot."""
    return {
        "version": 1,
        "source": "service",
        "taken": "2026-11-20T12:00:00Z",
        "account": "210987654321",
        "documents": "exact",
        "only_users": None,
        "users": [user("bob")],
        "groups": [],
        "roles": [],
        "instance_profiles": [],
        "policies": [],
        "server_certificates": [],
        "virtual_mfa_devices": [],
        "account_alias": None,
        "password_policy": None,
        "unread": [],
        "unknown": [],
        **more,
    }


DATES = ["CreateDate", "EnableDate", "Expiration", "LastUsedDate", "UpdateDate", "UploadDate"]

CREDENTIAL = {
    "ServiceSpecificCredentialId": "ACCACODECODECODECODE",
    "ServiceName": "codecommit.amazonaws.com",
    "Status": "Active",
    "CreateDate": DATE,
}


def whole() -> dict[str, Any]:
    """Return a snapshot with something of all that a snapshot can have, as another one reads it."""
    text = json.dumps({**SNAPSHOT, "taken": DATE, "source": "service"})
    for old, new in (
        ("instanceProfile", "instance-profile"),
        ("APKABOB", "APKABOBBOBBOBBOBBOB1"),
        ("PermissionsBoundaryPolicy", "Policy"),
        ("a1:b2", "a0:ac:80:7e:d4:f0:03:b8:f4:4c:50:14:f8:cb:f6:a1"),
    ):
        text = text.replace(old, new)
    content: dict[str, Any] = json.loads(text)
    bob, dev, web = (content[kind][0] for kind in ("users", "groups", "roles"))
    # Lists have the order of the service, also of equal dates.
    for member, name in (
        ("AccessKeyMetadata", "AccessKeyId"),
        ("Certificates", "CertificateId"),
        ("SSHPublicKeys", "SSHPublicKeyId"),
        ("MFADevices", "SerialNumber"),
    ):
        (one,) = bob[member]
        bob[member] = [{**one, name: f"{one[name][:-1]}{end}"} for end in "93e"]
        if member == "AccessKeyMetadata":
            bob[member][1]["AccessKeyLastUsed"] = {"ServiceName": "N/A", "Region": "N/A"}
    bob["MFADevices"].append({"SerialNumber": "GAHT12345678", "EnableDate": DATE})
    bob["ServiceSpecificCredentials"] += [
        {
            **CREDENTIAL,
            "ServiceSpecificCredentialId": f"ACCA{service}",
            "ServiceName": f"{service}.amazonaws.com",
            "ServiceCredentialAlias": f"bob+{service}",
            "ExpirationDate": "2027-05-01T12:34:56Z",
        }
        for service in ("logs", "bedrock")
    ]
    owner = {name: bob[name] for name in ("Path", "UserName", "UserId", "Arn", "CreateDate")}
    root = {"Path": "/", "UserId": content["account"], "CreateDate": DATE}
    own = bob["AttachedManagedPolicies"]
    dev["AttachedManagedPolicies"] = web["AttachedManagedPolicies"] = own
    web["RolePolicyList"] = dev["GroupPolicyList"]
    boundary = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": own[0]["PolicyArn"]}
    web["PermissionsBoundary"] = boundary
    web["Tags"] = [{"Key": "aws:a", "Value": "b"}, *bob["Tags"]]
    for policy, (attached, bounded) in zip(content["policies"], ((3, 1), (0, 1)), strict=True):
        policy |= {"AttachmentCount": attached, "PermissionsBoundaryUsageCount": bounded}
    content["instance_profiles"].reverse()
    device = f"arn:aws:iam::{content['account']}:mfa/"
    content["virtual_mfa_devices"] = [
        *(
            {"SerialNumber": f"{device}phon{end}", "EnableDate": DATE, "User": owner}
            for end in "39e"
        ),
        {
            "SerialNumber": f"{device}root",
            "EnableDate": DATE,
            "User": {**root, "Arn": f"arn:aws:iam::{content['account']}:root"},
        },
        {"SerialNumber": f"{device}spare"},
    ]
    for number, (name, value_type) in enumerate(schema.PASSWORD_POLICY.items()):
        content["password_policy"][name.removesuffix("?")] = (
            number % 3 == 0 if value_type == schema.FLAG else 12 + number
        )
    content["password_policy"]["ExpirePasswords"] = True
    made: dict[str, Any] = dated(content)
    assert not lacking(made)
    return made


def dated(value: Any, name: str = "") -> Any:
    """Return ``value`` with another date for each name of a member that has one."""
    if isinstance(value, dict):
        return {name: dated(member, name) for name, member in value.items()}
    if isinstance(value, list):
        return [dated(member) for member in value]
    return f"2012-05-01T12:34:{DATES.index(name):02}Z" if name in DATES else value


#: What IAM lists of one; its body could not be read.
UNREAD_CERTIFICATE = {
    "ServerCertificateMetadata": {
        "Path": "/",
        "ServerCertificateName": "www",
        "ServerCertificateId": "ASCAWWW",
        "Arn": f"{ARN}:server-certificate/www",
    }
}

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"

GROUP = {
    "Path": "/",
    "GroupName": "dev",
    "GroupId": "AGPADEV",
    "Arn": f"{ARN}:group/dev",
    "GroupPolicyList": [],
    "AttachedManagedPolicies": [],
}


def role(name: str, **more: Any) -> dict[str, Any]:
    """Return a role of a snapshot."""
    path = more.get("Path", "/")
    return {
        "Path": path,
        "RoleName": name,
        "RoleId": f"AROA{name.upper():A>17}",
        "Arn": f"{ARN}:role{path}{name}",
        "CreateDate": DATE,
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        **more,
    }


def instance_profile(name: str, *roles: str, **more: Any) -> dict[str, Any]:
    """Return an instance profile of a snapshot."""
    return {
        "Path": "/",
        "InstanceProfileName": name,
        "InstanceProfileId": f"AIPA{name.upper()}",
        "Arn": f"{ARN}:instance-profile/{name}",
        "CreateDate": DATE,
        "Roles": [{"RoleName": name} for name in roles],
        **more,
    }
