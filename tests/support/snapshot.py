"""An account of two users: the responses of the service about it, and the snapshot of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from support.certificates import public_key
from support.stub import Endpoint, ok, refused

if TYPE_CHECKING:
    from support.forked import Done, ForkRunner
    from support.shell import Shell
    from support.stub import Answer, Stub

ACCOUNT = "123456789012"
ARN = f"arn:aws:iam::{ACCOUNT}"
DATE = "2012-05-01T12:34:56Z"
#: Spaces, line breaks, an escape, a percent sign and a letter outside ASCII must stay as they are.
DOCUMENT = (
    '{ "Version": "2012-10-17",\n\t"Statement": [{"Effect":"Allow","Action":"s3:*",'
    '"Resource":"arn:aws:s3:::a%20b/\\u00e9/\u00e9"}] }\n'
)
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SSH = f"{public_key()} bob"
OWN, READ_ONLY = f"{ARN}:policy/own", "arn:aws:iam::aws:policy/ReadOnlyAccess"
SEED, PICTURE, PASSWORD = "U0VFRDEyMzQ=", "UElDVFVSRQ==", "gePqXvyb5gEhYGRb"


def entity(kind: str, name: str, identifier: str, path: str = "/") -> dict[str, Any]:
    """The members that all entities have."""
    resource = "instance-profile" if kind == "InstanceProfile" else kind.lower()
    return {
        "Path": path,
        f"{kind}Name": name,
        f"{kind}Id": identifier,
        "Arn": f"{ARN}:{resource}{path}{name}",
        "CreateDate": DATE,
    }


def managed_policy(arn: str) -> dict[str, Any]:
    return {
        "PolicyName": arn.rpartition("/")[2],
        "PolicyId": "ANPAEXAMPLE",
        "Arn": arn,
        "Path": "/",
        "DefaultVersionId": "v2",
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "Description": "d",
        "CreateDate": DATE,
        "UpdateDate": DATE,
        "PolicyVersionList": [
            {
                "VersionId": version,
                "IsDefaultVersion": version == "v2",
                "CreateDate": DATE,
                "Document": DOCUMENT,
            }
            for version in ("v2", "v1")
        ],
    }


BOB = {
    **entity("User", "bob", "AIDABOB", "/staff/"),
    "GroupList": ["dev"],
    "UserPolicyList": [{"PolicyName": "inline", "PolicyDocument": DOCUMENT}],
    "AttachedManagedPolicies": [{"PolicyName": "own", "PolicyArn": OWN}],
    "PermissionsBoundary": {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": READ_ONLY,
    },
    "Tags": [{"Key": "team", "Value": "caf\u00e9 =1"}],
}
EVE = {
    **entity("User", "eve", "AIDAEVE"),
    "GroupList": [],
    "UserPolicyList": [],
    "AttachedManagedPolicies": [],
    "Tags": [],
}
DEV = {
    **entity("Group", "dev", "AGPADEV"),
    "GroupPolicyList": [{"PolicyName": "inline", "PolicyDocument": DOCUMENT}],
    "AttachedManagedPolicies": [],
}
PROFILE = {**entity("InstanceProfile", "web", "AIPAWEB"), "Roles": [{"RoleName": "web"}]}
EMPTY_PROFILE = {**entity("InstanceProfile", "empty", "AIPAEMPTY"), "Roles": []}
WEB = {
    **entity("Role", "web", "AROAWEB"),
    "AssumeRolePolicyDocument": TRUST,
    "RolePolicyList": [],
    "AttachedManagedPolicies": [],
    "Tags": [],
    "RoleLastUsed": {"LastUsedDate": DATE, "Region": "eu-west-1"},
}
#: What GetAccountAuthorizationDetails lacks of a role and of a managed policy.
SETTINGS = {"Description": "the caf\u00e9", "MaxSessionDuration": 7200}
POLICY_TAGS = [{"Key": "team", "Value": "web"}]
KEY = {"AccessKeyId": "AKIABOBBOBBOBBOBBOB1", "Status": "Inactive", "CreateDate": DATE}
LAST_USED = {"LastUsedDate": DATE, "ServiceName": "s3", "Region": "us-east-1"}
CERTIFICATE = {
    "CertificateId": "TA7SMP42TDN5Z26OBPJE7EXAMPLE",
    "CertificateBody": PEM,
    "Status": "Active",
    "UploadDate": DATE,
}
PHONE = {"SerialNumber": f"{ARN}:mfa/phone", "EnableDate": DATE}
LOGIN = {"CreateDate": DATE, "PasswordResetRequired": True}
SSH_KEY = {"SSHPublicKeyId": "APKABOB", "Status": "Active", "UploadDate": DATE}
CREDENTIAL = {
    "ServiceSpecificCredentialId": "ACCABOB",
    "ServiceName": "codecommit.amazonaws.com",
    "ServiceUserName": "bob-at-123456789012",
    "Status": "Active",
    "CreateDate": DATE,
}
OF_BOB: dict[str, Any] = {
    "AccessKeyMetadata": [{**KEY, "AccessKeyLastUsed": LAST_USED}],
    "Certificates": [CERTIFICATE],
    "MFADevices": [PHONE],
    "LoginProfile": LOGIN,
    "SSHPublicKeys": [{**SSH_KEY, "Fingerprint": "a1:b2", "SSHPublicKeyBody": SSH}],
    "ServiceSpecificCredentials": [CREDENTIAL],
}
OF_EVE: dict[str, Any] = {
    "AccessKeyMetadata": [],
    "Certificates": [],
    "MFADevices": [],
    "LoginProfile": None,
    "SSHPublicKeys": [],
    "ServiceSpecificCredentials": [],
}
SERVER_CERTIFICATE = {
    "ServerCertificateMetadata": {
        "Path": "/",
        "ServerCertificateName": "www",
        "ServerCertificateId": "ASCAWWW",
        "Arn": f"{ARN}:server-certificate/www",
        "UploadDate": DATE,
        "Expiration": DATE,
    },
    "CertificateBody": PEM,
    "CertificateChain": PEM * 2,
    "Tags": [{"Key": "a", "Value": ""}],
}
USER_OF_PHONE = {name: BOB[name] for name in ("Path", "UserName", "UserId", "Arn", "CreateDate")}
DEVICES: list[dict[str, Any]] = [
    {**PHONE, "User": USER_OF_PHONE},
    {"SerialNumber": f"{ARN}:mfa/spare"},
    {"SerialNumber": f"{ARN}:mfa/root", "EnableDate": DATE, "User": {"Arn": f"{ARN}:root"}},
]
PASSWORD_POLICY = {"MinimumPasswordLength": 12, "RequireSymbols": False, "ExpirePasswords": False}
SUMMARY = {"Users": 2, "UsersQuota": 5000}
SNAPSHOT = {
    "version": 1,
    "source": "service",
    "account": ACCOUNT,
    "documents": "exact",
    "only_users": None,
    "users": [{**BOB, **OF_BOB}, {**EVE, **OF_EVE}],
    "groups": [DEV],
    "roles": [{**WEB, **SETTINGS}],
    "instance_profiles": [PROFILE, EMPTY_PROFILE],
    "policies": [{**managed_policy(OWN), "Tags": POLICY_TAGS}, managed_policy(READ_ONLY)],
    "server_certificates": [SERVER_CERTIFICATE],
    "virtual_mfa_devices": DEVICES,
    "account_alias": "example",
    "password_policy": PASSWORD_POLICY,
    "summary": SUMMARY,
    "unread": [],
    "unknown": [],
}
#: The requests for the account, and for each user.
FOR_ACCOUNT = [
    "GetAccountAuthorizationDetails",
    "GetAccountAuthorizationDetails",
    "ListRoles",
    "ListPolicyTags",
    "ListInstanceProfiles",
    "GetAccountPasswordPolicy",
    "GetAccountSummary",
    "ListVirtualMFADevices",
    "ListAccountAliases",
    "ListServerCertificates",
    "GetServerCertificate",
]
FOR_EVE = [
    "ListAccessKeys",
    "ListSigningCertificates",
    "ListMFADevices",
    "GetLoginProfile",
    "ListSSHPublicKeys",
    "ListServiceSpecificCredentials",
]
FOR_BOB = [*FOR_EVE, "GetAccessKeyLastUsed", "GetSSHPublicKey"]


def xml(value: Any) -> str:
    """Return ``value`` in the format of IAM's responses."""
    if isinstance(value, dict):
        return "".join(f"<{name}>{xml(inner)}</{name}>" for name, inner in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{xml(inner)}</member>" for inner in value)
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    # The service encodes documents as parts of URLs.
    return quote(text, safe="") if text.startswith("{") else escape(text)


def answer(operation: str, **result: Any) -> Answer:
    return ok(operation, xml(result))


def with_profiles(role: dict[str, Any]) -> dict[str, Any]:
    """A role as the service sends it."""
    whole = {**entity("Role", "web", "AROAWEB"), "AssumeRolePolicyDocument": TRUST}
    return {**role, "InstanceProfileList": [{**PROFILE, "Roles": [whole]}]}


def answers() -> dict[str, list[Answer]]:
    """The responses for the account, by operation."""
    unused = managed_policy("arn:aws:iam::aws:policy/AdministratorAccess")
    page = {
        "UserDetailList": [BOB],
        "GroupDetailList": [DEV],
        "IsTruncated": True,
        "Marker": "next",
    }
    last = {
        "UserDetailList": [EVE],
        "RoleDetailList": [with_profiles(WEB)],
        "Policies": [managed_policy(OWN), unused, managed_policy(READ_ONLY)],
        "IsTruncated": False,
    }
    of_bob = {"UserName": "bob"}
    metadata = SERVER_CERTIFICATE["ServerCertificateMetadata"]
    results: dict[str, list[dict[str, Any]]] = {
        "GetAccountAuthorizationDetails": [page, last],
        "ListInstanceProfiles": [{"InstanceProfiles": [PROFILE, EMPTY_PROFILE]}],
        "ListRoles": [{"Roles": [{**entity("Role", "web", "AROAWEB"), **SETTINGS}]}],
        "ListPolicyTags": [{"Tags": POLICY_TAGS}],
        "GetAccountPasswordPolicy": [{"PasswordPolicy": PASSWORD_POLICY}],
        "ListVirtualMFADevices": [
            {
                "VirtualMFADevices": [
                    {**device, "Base32StringSeed": SEED, "QRCodePNG": PICTURE} for device in DEVICES
                ]
            }
        ],
        "ListAccountAliases": [{"AccountAliases": ["example"]}],
        "ListServerCertificates": [{"ServerCertificateMetadataList": [metadata]}],
        "GetServerCertificate": [{"ServerCertificate": SERVER_CERTIFICATE}],
        "ListAccessKeys": [{"AccessKeyMetadata": [of_bob | KEY]}, {}],
        "ListSigningCertificates": [{"Certificates": [of_bob | CERTIFICATE]}, {}],
        "ListMFADevices": [{"MFADevices": [of_bob | PHONE]}, {}],
        "ListSSHPublicKeys": [{"SSHPublicKeys": [of_bob | SSH_KEY]}, {}],
        "ListServiceSpecificCredentials": [
            {"ServiceSpecificCredentials": [{**of_bob, **CREDENTIAL, "ServicePassword": PASSWORD}]},
            {},
        ],
        "GetAccessKeyLastUsed": [{**of_bob, "AccessKeyLastUsed": LAST_USED}],
        "GetSSHPublicKey": [{"SSHPublicKey": of_bob | OF_BOB["SSHPublicKeys"][0]}],
    }
    entries = "".join(
        f"<entry><key>{name}</key><value>{number}</value></entry>"
        for name, number in SUMMARY.items()
    )
    none = refused("NoSuchEntity", "Login Profile for User eve cannot be found.", 404)
    return {
        **{name: [answer(name, **result) for result in given] for name, given in results.items()},
        "GetAccountSummary": [ok("GetAccountSummary", f"<SummaryMap>{entries}</SummaryMap>")],
        "GetLoginProfile": [answer("GetLoginProfile", LoginProfile={**of_bob, **LOGIN}), none],
    }


def serving(stub: Stub, run: Shell) -> Endpoint:
    """Return a stub of the service that has the account; commands use it."""
    endpoint = stub.endpoint()
    for operation, given in answers().items():
        endpoint.on(operation, *given)
    run.env["AWS_IAM_URL"] = endpoint.url
    return endpoint


def loaded(run: Shell | ForkRunner, name: str = "account.json") -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run.home / name).read_text())
    return content


def saved(run: Shell | ForkRunner, *arguments: str) -> dict[str, Any]:
    """Run ``iamcli snapshot account.json`` with other arguments; return what is in the file."""
    succeeded(run("iamcli", "snapshot", "account.json", *arguments))
    return loaded(run)


def files(run: Shell | ForkRunner) -> set[str]:
    """The files in the directory, besides the credential file and the list of snapshots."""
    return {path.name for path in run.home.iterdir()} - {"credentials", ".local"}


def succeeded(done: Done) -> None:
    assert (done.status, done.out, done.err) == (0, "", ""), done
