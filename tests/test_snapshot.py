"""``iamcli snapshot``: what it reads, sends and writes, and what it converts."""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

import boto3
import pytest
from botocore.handlers import json_decode_policies
from support.faults import SILENT
from support.processes import wait_until
from support.selection import every
from support.shell import KEY_ID, NO_BYTE_CODE, ROOT, SECRET
from support.ssh_keys import public_key
from support.stub import Endpoint, ok, refused
from support.terminal import Terminal

from iamcli.cli.account_file import file, schema
from iamcli.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.forked import Done, ForkRunner
    from support.shell import Shell
    from support.stub import Answer, Request, Stub

ANSWERS = ROOT / "tests" / "answers"
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
    arn = f"{ARN}:{kind[0].lower()}{kind[1:]}{path}{name}"
    return {
        "Path": path,
        f"{kind}Name": name,
        f"{kind}Id": identifier,
        "Arn": arn,
        "CreateDate": DATE,
    }


def policy(arn: str) -> dict[str, Any]:
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
            version("v2", default=True),
            version("v1", default=False),
        ],
    }


def version(name: str, *, default: bool) -> dict[str, Any]:
    return {
        "VersionId": name,
        "IsDefaultVersion": default,
        "CreateDate": DATE,
        "Document": DOCUMENT,
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
OF_BOB = {
    "AccessKeyMetadata": [{**KEY, "AccessKeyLastUsed": LAST_USED}],
    "Certificates": [CERTIFICATE],
    "MFADevices": [PHONE],
    "LoginProfile": LOGIN,
    "SSHPublicKeys": [{**SSH_KEY, "Fingerprint": "a1:b2", "SSHPublicKeyBody": SSH}],
    "ServiceSpecificCredentials": [CREDENTIAL],
}
OF_EVE = {
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
DEVICES = [
    {**PHONE, "User": USER_OF_PHONE},
    {"SerialNumber": f"{ARN}:mfa/spare"},
    {"SerialNumber": f"{ARN}:mfa/root", "EnableDate": DATE, "User": {"Arn": f"{ARN}:root"}},
]
PASSWORD_POLICY = {"MinimumPasswordLength": 12, "RequireSymbols": False, "ExpirePasswords": False}
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
    "policies": [{**policy(OWN), "Tags": POLICY_TAGS}, policy(READ_ONLY)],
    "server_certificates": [SERVER_CERTIFICATE],
    "virtual_mfa_devices": DEVICES,
    "account_alias": "example",
    "password_policy": PASSWORD_POLICY,
    "summary": {"Users": 2, "UsersQuota": 5000},
    "unread": [],
    "unknown": [],
}
#: The requests for the account, and for each user.
FOR_ACCOUNT = [
    *["GetAccountAuthorizationDetails"] * 2,
    *("ListRoles", "ListPolicyTags"),
    *("ListInstanceProfiles", "GetAccountPasswordPolicy", "GetAccountSummary"),
    *("ListVirtualMFADevices", "ListAccountAliases", "ListServerCertificates"),
    "GetServerCertificate",
]
FOR_EVE = [
    *("ListAccessKeys", "ListSigningCertificates", "ListMFADevices", "GetLoginProfile"),
    *("ListSSHPublicKeys", "ListServiceSpecificCredentials"),
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
    details = "GetAccountAuthorizationDetails"
    unused = policy("arn:aws:iam::aws:policy/AdministratorAccess")
    none = refused("NoSuchEntity", "Login Profile for User eve cannot be found.", 404)
    page = answer(
        details, UserDetailList=[BOB], GroupDetailList=[DEV], IsTruncated=True, Marker="next"
    )
    last = answer(
        details,
        UserDetailList=[EVE],
        RoleDetailList=[with_profiles(WEB)],
        Policies=[policy(OWN), unused, policy(READ_ONLY)],
        IsTruncated=False,
    )
    seeds = [{**device, "Base32StringSeed": SEED, "QRCodePNG": PICTURE} for device in DEVICES]
    entries = "".join(
        f"<entry><key>{name}</key><value>{number}</value></entry>"
        for name, number in {"Users": 2, "UsersQuota": 5000}.items()
    )
    bobs = {
        "ListAccessKeys": {"AccessKeyMetadata": [{"UserName": "bob", **KEY}]},
        "ListSigningCertificates": {"Certificates": [{"UserName": "bob", **CERTIFICATE}]},
        "ListMFADevices": {"MFADevices": [{"UserName": "bob", **PHONE}]},
        "ListSSHPublicKeys": {"SSHPublicKeys": [{"UserName": "bob", **SSH_KEY}]},
        "ListServiceSpecificCredentials": {
            "ServiceSpecificCredentials": [
                {"UserName": "bob", **CREDENTIAL, "ServicePassword": PASSWORD}
            ]
        },
    }
    return {
        details: [page, last],
        "ListInstanceProfiles": [
            answer("ListInstanceProfiles", InstanceProfiles=[PROFILE, EMPTY_PROFILE])
        ],
        "ListRoles": [
            answer("ListRoles", Roles=[{**entity("Role", "web", "AROAWEB"), **SETTINGS}])
        ],
        "ListPolicyTags": [answer("ListPolicyTags", Tags=POLICY_TAGS)],
        "GetAccountPasswordPolicy": [
            answer("GetAccountPasswordPolicy", PasswordPolicy=PASSWORD_POLICY)
        ],
        "GetAccountSummary": [ok("GetAccountSummary", f"<SummaryMap>{entries}</SummaryMap>")],
        "ListVirtualMFADevices": [answer("ListVirtualMFADevices", VirtualMFADevices=seeds)],
        "ListAccountAliases": [answer("ListAccountAliases", AccountAliases=["example"])],
        "ListServerCertificates": [
            answer(
                "ListServerCertificates",
                ServerCertificateMetadataList=[SERVER_CERTIFICATE["ServerCertificateMetadata"]],
            )
        ],
        "GetServerCertificate": [
            answer("GetServerCertificate", ServerCertificate=SERVER_CERTIFICATE)
        ],
        **{name: [answer(name, **result), ok(name)] for name, result in bobs.items()},
        "GetLoginProfile": [
            answer("GetLoginProfile", LoginProfile={"UserName": "bob", **LOGIN}),
            none,
        ],
        "GetAccessKeyLastUsed": [
            answer("GetAccessKeyLastUsed", UserName="bob", AccessKeyLastUsed=LAST_USED)
        ],
        "GetSSHPublicKey": [
            answer(
                "GetSSHPublicKey",
                SSHPublicKey={
                    "UserName": "bob",
                    **SSH_KEY,
                    "Fingerprint": "a1:b2",
                    "SSHPublicKeyBody": SSH,
                },
            )
        ],
    }


@pytest.fixture
def service(stub: Stub, run: Shell) -> Endpoint:
    """The account of two users, as a stub of the service."""
    endpoint = stub.endpoint()
    for operation, given in answers().items():
        endpoint.on(operation, *given)
    run.env["AWS_IAM_URL"] = endpoint.url
    return endpoint


def loaded(run: Shell | ForkRunner, name: str = "account.json") -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run.home / name).read_text())
    return content


def files(run: Shell | ForkRunner) -> set[str]:
    """The files in the directory, besides the credential file."""
    return {path.name for path in run.home.iterdir()} - {"credentials"}


def succeeded(done: Done) -> None:
    assert (done.status, done.out, done.err) == (0, "", "")


# What is read and written.


def test_the_file_has_everything_that_the_service_sends(
    service: Endpoint, run_fast: ForkRunner
) -> None:
    succeeded(run_fast("iamcli", "snapshot", "account.json"))
    snapshot = loaded(run_fast)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", snapshot.pop("taken"))
    assert snapshot == SNAPSHOT


def test_only_requests_that_read_are_sent(service: Endpoint, run_fast: ForkRunner) -> None:
    succeeded(run_fast("iamcli", "snapshot", "account.json"))
    assert service.operations == [*FOR_ACCOUNT, *FOR_BOB, *FOR_EVE]
    assert all(name.startswith(("Get", "List")) for name in service.operations)
    assert service.requests[1].parameters["Marker"] == "next"
    assert service.requests[-1].parameters == {"UserName": "eve"}


def test_the_file_has_no_secret(service: Endpoint, run_fast: ForkRunner) -> None:
    done = run_fast("iamcli", "snapshot", "-d", "account.json")
    assert "ListVirtualMFADevices succeeded" in done.err
    for shown in (done.err, (run_fast.home / "account.json").read_text()):
        for secret in (SEED, "SEED1234", PICTURE, PASSWORD, SECRET):
            assert secret not in shown


def test_lists_of_several_pages_are_read_completely(
    service: Endpoint, run_fast: ForkRunner
) -> None:
    more = answer("ListAccessKeys", AccessKeyMetadata=[KEY], IsTruncated=True, Marker="second")
    second = {**KEY, "AccessKeyId": "AKIABOBBOBBOBBOBBOB2"}
    service.on(
        "ListAccessKeys",
        more,
        answer("ListAccessKeys", AccessKeyMetadata=[second], IsTruncated=False),
        ok("ListAccessKeys"),
    )
    succeeded(run_fast("iamcli", "snapshot", "account.json"))
    keys = loaded(run_fast)["users"][0]["AccessKeyMetadata"]
    assert [key["AccessKeyId"] for key in keys] == [KEY["AccessKeyId"], second["AccessKeyId"]]


def test_what_does_not_exist_is_null(service: Endpoint, run_fast: ForkRunner) -> None:
    service.on("ListAccountAliases", answer("ListAccountAliases", AccountAliases=[]))
    service.on("GetAccountPasswordPolicy", refused("NoSuchEntity", "cannot be found", 404))
    succeeded(run_fast("iamcli", "snapshot", "account.json"))
    snapshot = loaded(run_fast)
    assert (snapshot["account_alias"], snapshot["password_policy"]) == (None, None)
    assert snapshot["unread"] == []


def test_an_empty_account_has_no_number(service: Endpoint, run_fast: ForkRunner) -> None:
    service.on("GetAccountAuthorizationDetails", ok("GetAccountAuthorizationDetails"))
    empty = ("ListServerCertificates", "ListVirtualMFADevices", "ListInstanceProfiles")
    for operation in empty:
        service.on(operation, ok(operation))
    succeeded(run_fast("iamcli", "snapshot", "account.json"))
    snapshot = loaded(run_fast)
    assert (snapshot["account"], snapshot["users"], snapshot["policies"]) == (None, [], [])


def test_the_number_of_an_account_with_a_certificate_only(
    service: Endpoint, run_fast: ForkRunner
) -> None:
    for operation in ("GetAccountAuthorizationDetails", "ListInstanceProfiles"):
        service.on(operation, ok(operation))
    succeeded(run_fast("iamcli", "snapshot", "account.json"))
    assert loaded(run_fast)["account"] == ACCOUNT


def test_options_of_the_commands_name_the_service_and_the_key(
    service: Endpoint, run_fast: ForkRunner
) -> None:
    other = run_fast.home / "other"
    other.write_text("AWSAccessKeyId=AKIAOTHEROTHEROTHER1\nAWSSecretKey=x\n")
    options = ["--aws-credential-file", "other", "--url", service.url]
    env = {"AWS_IAM_URL": "http://127.0.0.1:1", "AWS_CREDENTIAL_FILE": "/nonexistent"}
    succeeded(run_fast("iamcli", "snapshot", *options, "account.json", env=env))
    assert "AKIAOTHEROTHEROTHER1" in service.requests[0].headers["authorization"]


def test_a_terminal_shows_the_progress_and_what_was_written(service: Endpoint, run: Shell) -> None:
    command = ["-m", "iamcli", "snapshot", str(run.home / "account.json")]
    terminal = Terminal(sys.executable, *command, env=run.env)
    assert terminal.status() == 0
    *steps, last = terminal.shown.split("\x1b[K")
    assert [step.removeprefix("\r") for step in steps] == [
        "reading users, groups, roles and policies",
        "reading what belongs to the account",
        "reading user 1 of 2: bob",
        "reading user 2 of 2: eve",
        "",
    ]
    assert last == (
        f"iamcli: wrote {run.home}/account.json: 2 users, 1 group, 1 role, 2 instance profiles, "
        "2 managed policies, 1 server certificate\r\n"
    )


def test_a_terminal_shows_a_hint(service: Endpoint, run: Shell) -> None:
    message = "The request signature we calculated does not match."
    service.on("GetAccountAuthorizationDetails", refused("SignatureDoesNotMatch", message, 403))
    command = ["-m", "iamcli", "snapshot", str(run.home / "account.json")]
    terminal = Terminal(sys.executable, *command, env=run.env)
    assert terminal.status() == 1
    first = f"iamcli: SignatureDoesNotMatch: {message}"
    assert f"{first}\r\niamcli: check the secret" in terminal.shown


# What is denied.


#: What is absent, and what is listed as unread, if an operation is denied.
DENIED = {
    "ListInstanceProfiles": (None, None),
    "ListRoles": (None, None),
    "ListPolicyTags": (None, OWN),
    "GetAccountPasswordPolicy": ("password_policy", None),
    "GetAccountSummary": ("summary", None),
    "ListVirtualMFADevices": ("virtual_mfa_devices", None),
    "ListAccountAliases": ("account_alias", None),
    "ListServerCertificates": ("server_certificates", None),
    "GetServerCertificate": (None, "www"),
    "ListAccessKeys": ("AccessKeyMetadata", None),
    "GetAccessKeyLastUsed": (None, KEY["AccessKeyId"]),
    "ListSigningCertificates": ("Certificates", None),
    "ListMFADevices": ("MFADevices", None),
    "GetLoginProfile": ("LoginProfile", None),
    "ListSSHPublicKeys": ("SSHPublicKeys", None),
    "GetSSHPublicKey": (None, SSH_KEY["SSHPublicKeyId"]),
    "ListServiceSpecificCredentials": ("ServiceSpecificCredentials", None),
}


@pytest.mark.parametrize("operation", every(5, DENIED))
def test_what_is_denied_is_listed_and_absent(
    service: Endpoint, run_fast: ForkRunner, operation: str
) -> None:
    message = f"User: {ARN}:user/x is not authorized to perform: iam:{operation}"
    service.on(operation, refused("AccessDenied", message, 403))
    done = run_fast("iamcli", "snapshot", "account.json")
    assert (done.status, done.out) == (0, "")
    member, name = DENIED[operation]
    users = ["bob", "eve"] if operation in FOR_EVE else ["bob"] * (operation in FOR_BOB)
    count = "2 requests were" if len(users) > 1 else "1 request was"
    assert done.err == (
        f"iamcli: {count} refused (AccessDenied); account.json lists them in its member unread\n"
    )
    snapshot = loaded(run_fast)
    assert snapshot["unread"] == [
        {
            "operation": operation,
            "name": name,
            "of": user and f"user/{user}",
            "code": "AccessDenied",
            "message": message,
        }
        for user in users or [None]
    ]
    expected = json.loads(json.dumps(SNAPSHOT))
    for place in (expected, *expected["users"]):
        place.pop(member, None)
    bob = expected["users"][0]
    if operation == "ListInstanceProfiles":
        expected["instance_profiles"] = [PROFILE]
    if operation == "ListRoles":
        expected["roles"] = [WEB]
    if operation == "ListPolicyTags":
        del expected["policies"][0]["Tags"]
    if operation == "GetServerCertificate":
        metadata = SERVER_CERTIFICATE["ServerCertificateMetadata"]
        expected["server_certificates"] = [{"ServerCertificateMetadata": metadata}]
    if operation == "GetAccessKeyLastUsed":
        bob["AccessKeyMetadata"] = [KEY]
    if operation == "GetSSHPublicKey":
        bob["SSHPublicKeys"] = [SSH_KEY]
    del snapshot["taken"]
    assert snapshot == {**expected, "unread": snapshot["unread"]}


def test_a_user_who_is_deleted_meanwhile_has_no_known_login_profile(
    service: Endpoint, run_fast: ForkRunner
) -> None:
    service.on(
        "GetLoginProfile",
        refused("NoSuchEntity", "The user with name bob cannot be found.", 404),
    )
    assert run_fast("iamcli", "snapshot", "account.json").status == 0
    snapshot = loaded(run_fast)
    assert [entry["of"] for entry in snapshot["unread"]] == ["user/bob", "user/eve"]
    assert not any("LoginProfile" in user for user in snapshot["users"])


FATAL = {
    "the details are denied": (
        "GetAccountAuthorizationDetails",
        refused("AccessDenied", "not authorized", 403),
        "iamcli: AccessDenied: not authorized\n",
    ),
    "the key expires": (
        "ListMFADevices",
        refused("ExpiredToken", "The security token included in the request is expired", 403),
        (
            "iamcli: ListMFADevices for user bob: ExpiredToken: The security token included in the "
            "request is expired\n"
        ),
    ),
    "throttling does not end": (
        "ListVirtualMFADevices",
        refused("Throttling", "Rate exceeded"),
        "iamcli: ListVirtualMFADevices: Throttling: Rate exceeded\n",
    ),
    "not an answer of IAM": (
        "GetSSHPublicKey",
        ok("ListUsers"),
        (
            "iamcli: GetSSHPublicKey for user bob: unexpected response from {url}, not an IAM "
            "response; is this an IAM endpoint?\n"
        ),
    ),
}


@pytest.mark.parametrize("case", FATAL)
def test_other_errors_leave_no_file(service: Endpoint, run_fast: ForkRunner, case: str) -> None:
    operation, response, message = FATAL[case]
    service.on(operation, response)
    done = run_fast("iamcli", "snapshot", "account.json", env={"AWS_MAX_ATTEMPTS": "1"})
    assert (done.status, done.out, done.err) == (1, "", message.format(url=service.url))
    assert files(run_fast) == set()


def test_throttled_requests_are_sent_again(service: Endpoint, run_fast: ForkRunner) -> None:
    service.on("GetAccountSummary", refused("Throttling"), *answers()["GetAccountSummary"])
    succeeded(run_fast("iamcli", "snapshot", "account.json"))
    assert service.operations.count("GetAccountSummary") == 2
    assert loaded(run_fast)["summary"] == SNAPSHOT["summary"]


# The file.


def test_the_file_is_readable_only_by_its_owner(service: Endpoint, run: Shell) -> None:
    done = run("sh", "-c", f"umask 0; exec {sys.executable} -m iamcli snapshot account.json")
    succeeded(done)
    assert stat.S_IMODE((run.home / "account.json").stat().st_mode) == 0o600
    assert files(run) == {"account.json"}


def test_an_existing_file_is_refused_before_anything_is_sent(
    service: Endpoint, run_fast: ForkRunner
) -> None:
    path = run_fast.home / "account.json"
    path.write_text("mine")
    done = run_fast("iamcli", "snapshot", "account.json")
    assert (done.status, done.out) == (1, "")
    assert done.err == "iamcli: account.json exists; use --force to overwrite it\n"
    assert (service.requests, path.read_text(), files(run_fast)) == ([], "mine", {"account.json"})


def test_force_replaces_the_file_in_one_step(service: Endpoint, run_fast: ForkRunner) -> None:
    path = run_fast.home / "account.json"
    path.write_text("mine")
    path.chmod(0o644)
    with path.open() as old:
        succeeded(run_fast("iamcli", "snapshot", "--force", "account.json"))
        assert old.read() == "mine"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert loaded(run_fast)["account"] == ACCOUNT
    assert files(run_fast) == {"account.json"}


def test_force_keeps_a_symbolic_link(service: Endpoint, run_fast: ForkRunner) -> None:
    (run_fast.home / "real").mkdir()
    (run_fast.home / "account.json").symlink_to("real/file.json")
    done = run_fast("iamcli", "snapshot", "account.json")
    assert done.err == "iamcli: account.json exists; use --force to overwrite it\n"
    succeeded(run_fast("iamcli", "snapshot", "account.json", "--force"))
    assert (run_fast.home / "account.json").is_symlink()
    assert loaded(run_fast, "real/file.json")["account"] == ACCOUNT


UNUSABLE = {
    "is not a regular file; specify another name": ["real", "--force"],
    "No such file or directory": ["nonexistent/account.json"],
    "Not a directory": ["credentials/account.json"],
}


@pytest.mark.parametrize("reason", UNUSABLE)
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_sent(
    service: Endpoint, run_fast: ForkRunner, reason: str
) -> None:
    (run_fast.home / "real").mkdir()
    done = run_fast("iamcli", "snapshot", *UNUSABLE[reason])
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("iamcli: ")
    assert done.err.endswith(f"{reason}\n")
    assert service.requests == []
    assert files(run_fast) == {"real"}


class Meddling(Endpoint):
    """The service; while a user is read, somebody creates the file."""

    path: Path

    def answer(self, request: Request) -> Answer:
        if request.operation == "ListMFADevices":
            self.path.write_text("another's")
        return super().answer(request)


def test_a_file_that_appears_meanwhile_is_not_overwritten(stub: Stub, run_fast: ForkRunner) -> None:
    endpoint = stub.add(lambda url: Meddling(url, []))
    endpoint.path = run_fast.home / "account.json"
    for operation, given in answers().items():
        endpoint.on(operation, *given)
    done = run_fast("iamcli", "snapshot", "account.json", env={"AWS_IAM_URL": endpoint.url})
    assert (done.status, done.err) == (1, "iamcli: cannot write account.json: File exists\n")
    assert endpoint.path.read_text() == "another's"
    assert files(run_fast) == {"account.json"}


def test_nothing_is_left_if_the_file_cannot_be_written_completely(
    service: Endpoint, run: Shell
) -> None:
    limited = f"ulimit -f 1; exec {sys.executable} -m iamcli snapshot account.json"
    done = run("sh", "-c", limited, env=NO_BYTE_CODE)
    assert (done.status, done.err) == (1, "iamcli: cannot write account.json: File too large\n")
    assert files(run) == set()


@pytest.mark.parametrize("number", every(3, [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
def test_interrupts_leave_nothing(service: Endpoint, run: Shell, number: signal.Signals) -> None:
    service.on("GetLoginProfile", SILENT)
    command = [sys.executable, "-m", "iamcli", "snapshot", "account.json"]
    process = run.start(*command, stderr=subprocess.PIPE)
    wait_until(lambda: "GetLoginProfile" in service.operations)
    process.send_signal(number)
    assert process.communicate(timeout=20)[1] == b""
    assert process.returncode == -number
    assert files(run) == set()


# A part of the users.


def test_other_users_are_left_out(service: Endpoint, run_fast: ForkRunner) -> None:
    service.on("GetLoginProfile", answers()["GetLoginProfile"][1])
    for operation in ("ListAccessKeys", "ListSigningCertificates", "ListMFADevices"):
        service.on(operation, ok(operation))
    for operation in ("ListSSHPublicKeys", "ListServiceSpecificCredentials"):
        service.on(operation, ok(operation))
    succeeded(run_fast("iamcli", "snapshot", "account.json", "--users", "eve"))
    snapshot = loaded(run_fast)
    del snapshot["taken"]
    # The virtual MFA device of bob is left out, too; everything else is complete.
    part = {"only_users": ["eve"], "users": [{**EVE, **OF_EVE}], "virtual_mfa_devices": DEVICES[1:]}
    assert snapshot == {**SNAPSHOT, **part}
    assert service.operations == [*FOR_ACCOUNT, *FOR_EVE]


@pytest.mark.parametrize(
    "arguments",
    [
        ["account.json", "--users", "bob", "eve"],
        ["account.json", "--users", "bob", "--users", "eve"],
        ["--users", "bob", "eve", "--force", "account.json"],
        ["--users=bob", "--users=eve", "account.json"],
        ["account.json", "--users", "bob", "eve", "bob"],
    ],
)
def test_users_can_be_several_names(
    service: Endpoint, run_fast: ForkRunner, arguments: list[str]
) -> None:
    succeeded(run_fast("iamcli", "snapshot", *arguments))
    assert loaded(run_fast)["only_users"] == ["bob", "eve"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["account.json", "--users", "bob", "Eve", "dan"],
            "no such user: Eve, dan; the names are case-sensitive",
        ),
        (
            ["--users", "bob", "account.json"],
            "Missing argument 'FILE'; see iamcli snapshot --help",
        ),
        (
            ["account.json", "--users"],
            "Option '--users' requires an argument; see iamcli --help",
        ),
    ],
)
def test_wrong_users_are_an_error(
    service: Endpoint, run_fast: ForkRunner, arguments: list[str], message: str
) -> None:
    done = run_fast("iamcli", "snapshot", *arguments)
    assert (done.status, done.err) == (1, f"iamcli: {message}\n")
    assert files(run_fast) == set()


# --from.


def details(**changes: Any) -> dict[str, Any]:
    """The output of ``aws iam get-account-authorization-details`` for the account."""
    output = {
        "UserDetailList": [BOB, EVE],
        "GroupDetailList": [DEV],
        "RoleDetailList": [with_profiles(WEB)],
        "Policies": [policy(OWN), policy(READ_ONLY)],
    }
    return {**decoded(output), **changes}


def decoded(value: Any) -> Any:
    """Return ``value`` with documents as ``aws`` prints them, decoded."""
    if isinstance(value, dict):
        return {name: decoded(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [decoded(inner) for inner in value]
    return json.loads(value) if str(value).startswith("{") else value


def normalized(value: Any) -> Any:
    """Return ``value`` with documents as compact JSON text."""
    if isinstance(value, dict):
        return {name: normalized(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [normalized(inner) for inner in value]
    if not str(value).startswith("{"):
        return value
    return json.dumps(json.loads(value), ensure_ascii=False, separators=(",", ":"))


UNKNOWN = [
    *("access-key", "account-summary", "alias", "instance-profile", "login-profile"),
    *("mfa-device", "password-policy", "server-certificate", "service-credential"),
    *("signing-certificate", "ssh-key", "virtual-mfa-device"),
]
CONVERTED = {
    "version": 1,
    "source": "file",
    "account": ACCOUNT,
    "documents": "normalized",
    "only_users": None,
    "users": [BOB, EVE],
    "groups": [DEV],
    "roles": [WEB],
    "instance_profiles": [PROFILE],
    "policies": [policy(OWN), policy(READ_ONLY)],
    "unread": [],
    "unknown": UNKNOWN,
}


def of_version_2(text: str) -> str:
    return text.replace(DATE, "2012-05-01T12:34:56+00:00")


def of_powershell(text: str) -> bytes:
    return b"\xff\xfe" + text.encode("utf-16-le")


@pytest.mark.parametrize(
    "form",
    [
        str,
        of_version_2,
        of_powershell,
        lambda text: text.replace(DATE, "2012-05-01T14:34:56+02:00"),
    ],
    ids=["version 1", "version 2", "PowerShell", "a local time"],
)
def test_the_output_of_aws_is_converted(
    service: Endpoint, run_fast: ForkRunner, form: Callable[[str], str | bytes]
) -> None:
    text = form(json.dumps(details(), indent=4))
    content = text.encode() if isinstance(text, str) else text
    (run_fast.home / "details.json").write_bytes(content)
    succeeded(run_fast("iamcli", "snapshot", "--from", "details.json", "account.json"))
    snapshot = loaded(run_fast)
    assert snapshot.pop("taken") > DATE
    assert snapshot == normalized(CONVERTED)
    assert service.requests == []
    assert stat.S_IMODE((run_fast.home / "account.json").stat().st_mode) == 0o600


def test_a_part_is_converted_from_standard_input(run_fast: ForkRunner) -> None:
    given = json.dumps(details())
    # Without credentials.
    env = {"AWS_CREDENTIAL_FILE": "/nonexistent"}
    arguments = ["snapshot", "account.json", "--from", "-", "--users", "eve"]
    succeeded(run_fast("iamcli", *arguments, stdin=given, env=env))
    snapshot = loaded(run_fast)
    assert (snapshot["only_users"], snapshot["users"]) == (["eve"], [EVE])
    assert [group["GroupName"] for group in snapshot["groups"]] == ["dev"]


def test_a_document_that_aws_cannot_decode_is_kept(run_fast: ForkRunner) -> None:
    broken = '{"Version": '
    user = {**EVE, "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": quote(broken)}]}
    given = json.dumps(details(UserDetailList=[user]))
    succeeded(run_fast("iamcli", "snapshot", "--from", "-", "account.json", stdin=given))
    (inline,) = loaded(run_fast)["users"][0]["UserPolicyList"]
    assert inline["PolicyDocument"] == broken


WHAT = "aws iam get-account-authorization-details"
PART = f"is only a part of the output; run {WHAT} without --filter, --max-items and --no-paginate"
NOT_DETAILS = {
    "not JSON": ("{,", "d.json, line 1, column 2: not JSON (Expecting property name enclosed in "),
    "another output": (json.dumps({"Users": []}), f"d.json is not the output of {WHAT}: it needs "),
    "not an object": ("[]", f"d.json is not the output of {WHAT}: it needs the lists User"),
    "truncated": (json.dumps(details(IsTruncated=True)), f"d.json {PART}\n"),
    "a token": (json.dumps(details(NextToken="x")), f"d.json {PART}\n"),
    "filtered": (json.dumps(details(GroupDetailList=[])), f"d.json {PART}\n"),
    "no ARN": (
        json.dumps(details(UserDetailList=[{**EVE, "Arn": None}])),
        f"d.json is not the output of {WHAT}: users[0].Arn is not a text\n",
    ),
    "no name": (
        json.dumps(details(GroupDetailList=[{"Path": "/"}], UserDetailList=[])),
        f"d.json is not the output of {WHAT}: no GroupName\n",
    ),
    "a number for a date": (
        json.dumps(details(UserDetailList=[{**EVE, "CreateDate": 1335875696}])),
        f"d.json is not the output of {WHAT}: users[0].CreateDate is not a date\n",
    ),
    "a text for a profile": (
        json.dumps(details(RoleDetailList=[{**WEB, "InstanceProfileList": ["web"]}])),
        f"d.json is not the output of {WHAT}: instance_profiles[0] is not an object\n",
    ),
    "not a date": (
        json.dumps(details(UserDetailList=[{**EVE, "CreateDate": "today"}])),
        f"d.json is not the output of {WHAT}: not a date: today\n",
    ),
    "a text for a list": (
        json.dumps(details(UserDetailList="bob")),
        f"d.json is not the output of {WHAT}: users is not a list\n",
    ),
    "nested": ("[" * 100_000, "d.json: nested too deeply\n"),
}


@pytest.mark.parametrize("case", NOT_DETAILS)
def test_anything_else_is_not_converted(run_fast: ForkRunner, case: str) -> None:
    content, message = NOT_DETAILS[case]
    (run_fast.home / "d.json").write_text(content)
    done = run_fast("iamcli", "snapshot", "--from", "d.json", "account.json")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"iamcli: {message}")
    assert done.err.count("\n") == 1
    assert files(run_fast) == {"d.json"}


def test_a_missing_file_is_not_converted(run_fast: ForkRunner) -> None:
    done = run_fast("iamcli", "snapshot", "--from", "none.json", "account.json")
    assert (done.status, done.err) == (
        1,
        "iamcli: cannot read none.json: No such file or directory\n",
    )


# An account that another client has filled, and what other clients read.


@pytest.fixture
def filled(aws: Shell) -> Any:
    """A client of a private IAM with two users and one of each other entity."""
    iam = boto3.client(
        "iam",
        endpoint_url=aws.env["AWS_IAM_URL"],
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )
    iam.meta.events.unregister("after-call.iam", json_decode_policies)
    document = DOCUMENT.replace("\\u00e9/\u00e9", "*")
    iam.create_user(UserName="bob", Path="/staff/", Tags=BOB["Tags"])
    iam.create_user(UserName="eve")
    iam.create_group(GroupName="dev")
    iam.add_user_to_group(GroupName="dev", UserName="bob")
    own = iam.create_policy(PolicyName="own", PolicyDocument=document, Tags=POLICY_TAGS)["Policy"][
        "Arn"
    ]
    iam.create_policy_version(
        PolicyArn=own, PolicyDocument=document.replace("s3", "ec2"), SetAsDefault=True
    )
    iam.attach_user_policy(UserName="bob", PolicyArn=own)
    iam.attach_group_policy(GroupName="dev", PolicyArn=READ_ONLY)
    iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=own)
    iam.put_user_policy(UserName="bob", PolicyName="inline", PolicyDocument=document)
    iam.put_group_policy(GroupName="dev", PolicyName="inline", PolicyDocument=document)
    iam.create_role(
        RoleName="web", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a", "Value": ""}], **SETTINGS
    )
    iam.put_role_policy(RoleName="web", PolicyName="inline", PolicyDocument=document)
    iam.create_instance_profile(InstanceProfileName="web", Path="/p/")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
    iam.create_instance_profile(InstanceProfileName="empty")
    key = iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    iam.update_access_key(UserName="bob", AccessKeyId=key, Status="Inactive")
    iam.create_login_profile(UserName="bob", Password="somePassword", PasswordResetRequired=True)
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"][
        "SerialNumber"
    ]
    iam.create_virtual_mfa_device(VirtualMFADeviceName="spare")
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="bob", SerialNumber=serial, **codes)
    iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=SSH)
    body, chain, key = ((ANSWERS / f"{name}.pem").read_text() for name in ("cert", "chain", "key"))
    iam.upload_signing_certificate(UserName="bob", CertificateBody=body)
    iam.upload_server_certificate(
        ServerCertificateName="www", CertificateBody=body, CertificateChain=chain, PrivateKey=key
    )
    iam.create_account_alias(AccountAlias="example")
    iam.update_account_password_policy(MinimumPasswordLength=12)
    return iam


def plain(value: Any) -> Any:
    """Return what boto3 returned, with dates as the service sends them, and decoded documents."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if name != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return unquote(value) if str(value).startswith("%7B") else value


@pytest.mark.full
def test_another_client_reads_the_same_account(filled: Any, aws: Shell) -> None:
    done = aws(sys.executable, "-m", "iamcli", "snapshot", "account.json")
    succeeded(done)
    snapshot = loaded(aws)

    def ask(operation: str, key: str, **parameters: str) -> Any:
        return plain(getattr(filled, operation)(**parameters)[key])

    def without(listed: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
        return [{name: e[name] for name in e if name not in names} for e in listed]

    details = plain(filled.get_account_authorization_details())
    assert without(snapshot["users"], *OF_EVE) == [
        {"UserPolicyList": [], **user} for user in details["UserDetailList"]
    ]
    assert snapshot["groups"] == details["GroupDetailList"]
    (listed,) = ask("list_roles", "Roles")
    assert (listed["Description"], listed["MaxSessionDuration"]) == ("the caf\u00e9", 7200)
    assert snapshot["roles"] == [
        {**role, **SETTINGS} for role in without(details["RoleDetailList"], "InstanceProfileList")
    ]
    used = [each for each in details["Policies"] if each["Arn"] in (f"{ARN}:policy/own", READ_ONLY)]
    for policy in used:
        if policy["Arn"] != READ_ONLY:
            policy["Tags"] = ask("list_policy_tags", "Tags", PolicyArn=policy["Arn"])
    assert snapshot["policies"] == used
    assert len(used) == 2
    assert snapshot["account"] == ACCOUNT
    assert snapshot["account_alias"] == "example"
    assert snapshot["password_policy"] == ask("get_account_password_policy", "PasswordPolicy")
    assert snapshot["summary"] == ask("get_account_summary", "SummaryMap")
    assert snapshot["instance_profiles"] == [
        {**profile, "Roles": [{"RoleName": role["RoleName"]} for role in profile["Roles"]]}
        for profile in ask("list_instance_profiles", "InstanceProfiles")
    ]
    bob, eve = snapshot["users"]
    (key,) = ask("list_access_keys", "AccessKeyMetadata", UserName="bob")
    last_used = ask("get_access_key_last_used", "AccessKeyLastUsed", AccessKeyId=key["AccessKeyId"])
    assert bob["AccessKeyMetadata"] == without(
        [{**key, "AccessKeyLastUsed": last_used}], "UserName"
    )
    for operation, member in (
        ("list_signing_certificates", "Certificates"),
        ("list_mfa_devices", "MFADevices"),
    ):
        expected = ask(operation, member, UserName="bob")
        assert len(expected) == 1
        assert bob[member] == without(expected, "UserName")
    (ssh_key,) = ask("list_ssh_public_keys", "SSHPublicKeys", UserName="bob")
    body = ask(
        "get_ssh_public_key",
        "SSHPublicKey",
        UserName="bob",
        SSHPublicKeyId=ssh_key["SSHPublicKeyId"],
        Encoding="SSH",
    )
    assert bob["SSHPublicKeys"] == without([body], "UserName")
    login = ask("get_login_profile", "LoginProfile", UserName="bob")
    assert [bob["LoginProfile"]] == without([login], "UserName")
    assert {member: eve[member] for member in OF_EVE} == OF_EVE
    certificate = ask("get_server_certificate", "ServerCertificate", ServerCertificateName="www")
    assert snapshot["server_certificates"] == [certificate]
    assert [device["SerialNumber"] for device in snapshot["virtual_mfa_devices"]] == [
        device["SerialNumber"] for device in ask("list_virtual_mfa_devices", "VirtualMFADevices")
    ]


@pytest.mark.full
@pytest.mark.parametrize("form", ["iso8601", "wire"])
def test_what_aws_prints_is_converted(filled: Any, aws: Shell, form: str) -> None:
    """Version 2 of ``aws`` prints dates in the form iso8601."""
    config = aws.home / "config"
    config.write_text(f"[default]\ncli_timestamp_format = {form}\n")
    convert = "iamcli snapshot --from details.json converted.json"
    line = f"aws iam get-account-authorization-details >details.json && {convert}"
    succeeded(
        aws(
            "sh",
            "-ec",
            f"iamcli snapshot account.json; {line}",
            env={"AWS_CONFIG_FILE": str(config)},
        )
    )
    date = loaded(aws, "details.json")["UserDetailList"][0]["CreateDate"]
    assert date.endswith("Z" if form == "wire" else "+00:00")
    read, converted = loaded(aws), loaded(aws, "converted.json")
    for user in read["users"]:
        for member in OF_EVE:
            del user[member]
    # What only other requests give.
    for role in read["roles"]:
        del role["MaxSessionDuration"]
        role.pop("Description", None)
    for policy in read["policies"]:
        policy.pop("Tags", None)
    for member in ("taken", "source", "documents", "unknown", "instance_profiles"):
        del read[member], converted[member]
    assert converted == normalized({name: read[name] for name in converted})
    assert set(read) - set(converted) == {
        *("server_certificates", "virtual_mfa_devices", "account_alias"),
        *("password_policy", "summary"),
    }


# The rate.


@pytest.mark.parametrize("host", ["127.0.0.1", "iam.example.com"])
def test_requests_to_other_machines_are_paced(
    service: Endpoint, stub: Stub, run_fast: ForkRunner, host: str
) -> None:
    users = [{**EVE, "UserName": f"user{number}"} for number in range(20)]
    page = answer("GetAccountAuthorizationDetails", UserDetailList=users)
    service.on("GetAccountAuthorizationDetails", page)
    config = run_fast.home / "proxy"
    config.write_text(f"ClientProxyHost=127.0.0.1\nClientProxyPort={stub.port}\n")
    began = time.monotonic()
    env = {
        "AWS_IAM_URL": service.url.replace("127.0.0.1", host),
        "CLIENT_CONFIG_FILE": str(config) if host != "127.0.0.1" else "",
    }
    succeeded(run_fast("iamcli", "snapshot", "account.json", env=env))
    paced = time.monotonic() - began
    # At ten per second after the first 100.
    least = (len(service.operations) - 101) / 10
    assert least > 2
    assert (paced > least) == (host != "127.0.0.1")


# The format.


def test_the_document_describes_each_member() -> None:
    """Each table has the members of the schema in their order, with the mark of optional ones."""
    text = (ROOT / "docs" / "snapshot.md").read_text()
    sections = {
        title: re.findall(r"^\| \**`(\w+)`\**( \?)? \|", body, re.MULTILINE)
        for title, body in re.findall(r"^##+ (.*)\n((?:(?!#).*\n)*)", text, re.MULTILINE)
    }
    described = {
        title: [f"{name}{mark.strip()}" for name, mark in rows]
        for title, rows in sections.items()
        if rows
    }
    assert described == {
        "The file": list(schema.SNAPSHOT),
        "A user": list(schema.USER),
        "An access key": list(schema.ACCESS_KEY),
        "A signing certificate": list(schema.SIGNING_CERTIFICATE),
        "An MFA device": list(schema.MFA_DEVICE),
        "A login profile": list(schema.LOGIN_PROFILE),
        "An SSH public key": list(schema.SSH_KEY),
        "A service-specific credential": list(schema.SERVICE_CREDENTIAL),
        "A group": list(schema.GROUP),
        "A role": list(schema.ROLE),
        "An instance profile": list(schema.INSTANCE_PROFILE),
        "A managed policy": list(schema.POLICY),
        "A server certificate": list(schema.SERVER_CERTIFICATE),
        "A virtual MFA device": list(schema.VIRTUAL_MFA_DEVICE),
        "What could not be read": list(schema.UNREAD),
    }
    for name in schema.PASSWORD_POLICY:
        assert f"`{name.removesuffix('?')}`" in text


REMEDY = "; make a new one with iamcli snapshot"
DAMAGED = {
    "": ", line 1, column 1: not JSON (Expecting value)",
    "[1]": f" is not a snapshot{REMEDY}",
    '{"version": 2}': " has version 2 of the snapshot format, but this iamcli reads version 1"
    + REMEDY,
    '{"version": 1}': f" is damaged: source is missing{REMEDY}",
    json.dumps({**SNAPSHOT, "taken": DATE, "users": [{**BOB, "GroupList": "dev"}]}): (
        f" is damaged: users[0].GroupList is not a list{REMEDY}"
    ),
    json.dumps({**SNAPSHOT, "taken": DATE, "summary": {"Users": True}}): (
        f" is damaged: summary.Users is not a number{REMEDY}"
    ),
    json.dumps({**SNAPSHOT, "taken": DATE, "password_policy": {"HardExpiry": "no"}}): (
        f" is damaged: password_policy.HardExpiry is not true or false{REMEDY}"
    ),
}


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_snapshot_is_not_read(tmp_path: Path, content: str) -> None:
    name = tmp_path / "account.json"
    name.write_text(content)
    with pytest.raises(Failure) as raised:
        file.read(str(name))
    assert str(raised.value) == f"{name}{DAMAGED[content]}"


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    snapshot = {**SNAPSHOT, "taken": DATE}
    # A byte that is not UTF-8.
    snapshot["roles"] = [{**WEB, "AssumeRolePolicyDocument": "caf\udce9"}]
    name = str(tmp_path / "account.json")
    file.Target(name, force=False).write(snapshot)
    assert file.read(name) == snapshot
