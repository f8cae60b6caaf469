"""``iamcli snapshot``: it converts what ``aws`` prints, and reads the same as boto3."""

from __future__ import annotations

import json
import stat
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import boto3
import pytest
from botocore.handlers import json_decode_policies
from support.shell import KEY_ID, ROOT, SECRET
from support.snapshot import (
    ACCOUNT,
    ARN,
    BOB,
    DATE,
    DEV,
    DOCUMENT,
    EVE,
    OF_EVE,
    OWN,
    POLICY_TAGS,
    PROFILE,
    READ_ONLY,
    SETTINGS,
    SSH,
    TRUST,
    WEB,
    files,
    loaded,
    managed_policy,
    serving,
    succeeded,
    with_profiles,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub

ANSWERS = ROOT / "tests" / "answers"


@pytest.fixture
def service(stub: Stub, run: Shell) -> Endpoint:
    """The account of two users, as a stub of the service."""
    return serving(stub, run)


def details(**changes: Any) -> dict[str, Any]:
    """The output of ``aws iam get-account-authorization-details`` for the account."""
    output = {
        "UserDetailList": [BOB, EVE],
        "GroupDetailList": [DEV],
        "RoleDetailList": [with_profiles(WEB)],
        "Policies": [managed_policy(OWN), managed_policy(READ_ONLY)],
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
    "policies": [managed_policy(OWN), managed_policy(READ_ONLY)],
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
    broken = '{"Version": "a%20b", '
    # One that is decoded, but is no JSON, is not decoded again.
    documents = {
        quote(broken): broken,
        broken: broken,
        f"\n {broken}": f"\n {broken}",
        quote(f" {broken}"): f" {broken}",
    }
    listed = [{"PolicyName": "p", "PolicyDocument": document} for document in documents]
    given = json.dumps(details(UserDetailList=[{**EVE, "UserPolicyList": listed}]))
    succeeded(run_fast("iamcli", "snapshot", "--from", "-", "account.json", stdin=given))
    kept = [entry["PolicyDocument"] for entry in loaded(run_fast)["users"][0]["UserPolicyList"]]
    assert kept == list(documents.values())


WHAT = "aws iam get-account-authorization-details"
PART = f"is only a part of the output; run {WHAT} without --filter, --max-items and --no-paginate"
NOT_DETAILS = {
    "not JSON": ("{,", "d.json, line 1, column 2: not JSON (Expecting property name enclosed in "),
    "another output": (json.dumps({"Users": []}), f"d.json is not the output of {WHAT}: it needs "),
    "not an object": (
        json.dumps(list(details())),
        f"d.json is not the output of {WHAT}: it needs the lists User",
    ),
    "a number": ("1", f"d.json is not the output of {WHAT}: it needs the lists User"),
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
        f"d.json is not the output of {WHAT}: users[0].CreateDate is not a date\n",
    ),
    "a date before the first year": (
        json.dumps(details(UserDetailList=[{**EVE, "CreateDate": "0001-01-01T00:00:00+23:59"}])),
        f"d.json is not the output of {WHAT}: users[0].CreateDate is not a date\n",
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
