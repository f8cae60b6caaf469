"""``iamcli snapshot``: it converts what ``aws`` prints, and reads the same as boto3."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from support.clients import encoded
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
    TRUST,
    WEB,
    files,
    loaded,
    managed_policy,
    saved,
    succeeded,
    with_profiles,
)

from iamcli.cli.account_file import schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.shell import Shell


def details(**changes: Any) -> dict[str, Any]:
    """The output of ``aws iam get-account-authorization-details`` for the account."""
    output = {
        "UserDetailList": [BOB, EVE],
        "GroupDetailList": [DEV],
        "RoleDetailList": [with_profiles(WEB)],
        "Policies": [managed_policy(OWN), managed_policy(READ_ONLY)],
    }
    return {**mapped(decoded, output), **changes}


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """Return ``value`` with what ``function`` returns in place of each text, number and so on."""
    if isinstance(value, dict):
        return {name: mapped(function, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [mapped(function, inner) for inner in value]
    return function(value)


def decoded(value: Any) -> Any:
    """Return a document as ``aws`` prints it, decoded."""
    return json.loads(value) if str(value).startswith("{") else value


def normalized(value: Any) -> Any:
    """Return a document as compact JSON text."""
    if not str(value).startswith("{"):
        return value
    return json.dumps(json.loads(value), ensure_ascii=False, separators=(",", ":"))


UNKNOWN = [
    "access-key",
    "account-summary",
    "alias",
    "instance-profile",
    "login-profile",
    "mfa-device",
    "password-policy",
    "server-certificate",
    "service-credential",
    "signing-certificate",
    "ssh-key",
    "virtual-mfa-device",
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


ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


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
def test_the_output_of_aws_is_converted(served_account, run_fast, form):
    text = form(json.dumps(details(), indent=4))
    content = text.encode() if isinstance(text, str) else text
    (run_fast.home / "details.json").write_bytes(content)
    snapshot = saved(run_fast, "--from", "details.json")
    assert snapshot.pop("taken") > DATE
    assert snapshot == mapped(normalized, CONVERTED)
    assert served_account.requests == []
    assert stat.S_IMODE((run_fast.home / "account.json").stat().st_mode) == 0o600


def test_a_part_is_converted_from_standard_input(run_fast):
    given = json.dumps(details())
    # Without credentials.
    env = {"AWS_CREDENTIAL_FILE": "/nonexistent"}
    arguments = ["snapshot", "account.json", "--from", "-", "--users", "eve"]
    succeeded(run_fast("iamcli", *arguments, stdin=given, env=env))
    snapshot = loaded(run_fast)
    assert (snapshot["only_users"], snapshot["users"]) == (["eve"], [EVE])
    assert [group["GroupName"] for group in snapshot["groups"]] == ["dev"]


@pytest.mark.parametrize("member", ["UserDetailList", "GroupDetailList", "RoleDetailList"])
def test_a_policy_of_aws_that_a_single_entity_has_is_kept(run_fast, member):
    [*others, one] = details()[member]
    holder = {**one, "AttachedManagedPolicies": [{"PolicyName": "x", "PolicyArn": ADMINISTRATOR}]}
    # One of the account is kept also if nobody has it.
    more = {ADMINISTRATOR, f"{ARN}:policy/spare"}
    policies = [*details()["Policies"], *map(managed_policy, more)]
    given = json.dumps(details(Policies=policies) | {member: [*others, holder]})
    succeeded(run_fast("iamcli", "snapshot", "--from", "-", "account.json", stdin=given))
    assert more <= {policy["Arn"] for policy in loaded(run_fast)["policies"]}


def test_a_document_that_aws_cannot_decode_is_kept(run_fast):
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
PART = f" is only a part of the output; run {WHAT} without --filter, --max-items and --no-paginate"
NOT_OUTPUT = f" is not the output of {WHAT}:"
NO_DATE = f"{NOT_OUTPUT} users[0].CreateDate is not a date"


def of_eve(**changes: object) -> dict[str, Any]:
    return {"UserDetailList": [EVE | changes]}


NOT_DETAILS = {
    "not JSON": ("{,", ", line 1, column 2: not JSON (Expecting property name enclosed in "),
    "another output": ('{"Users": []}', f"{NOT_OUTPUT} it needs the lists User"),
    "not an object": (json.dumps(list(details())), f"{NOT_OUTPUT} it needs the lists User"),
    "a number": ("1", f"{NOT_OUTPUT} it needs the lists User"),
    "nested": ("[" * 100_000, ": nested too deeply\n"),
    **{
        case: (json.dumps(details(**changes)), f"{message}\n")
        for case, changes, message in (
            ("truncated", {"IsTruncated": True}, PART),
            ("a token", {"NextToken": "x"}, PART),
            ("filtered", {"GroupDetailList": []}, PART),
            ("no ARN", of_eve(Arn=None), f"{NOT_OUTPUT} users[0].Arn is not a text"),
            (
                "no name",
                {"GroupDetailList": [{"Path": "/"}], "UserDetailList": []},
                f"{NOT_OUTPUT} no GroupName",
            ),
            ("a number for a date", of_eve(CreateDate=1335875696), NO_DATE),
            (
                "a text for a profile",
                {"RoleDetailList": [{**WEB, "InstanceProfileList": ["web"]}]},
                f"{NOT_OUTPUT} instance_profiles[0] is not an object",
            ),
            ("not a date", of_eve(CreateDate="today"), NO_DATE),
            ("before the first year", of_eve(CreateDate="0001-01-01T00:00:00+23:59"), NO_DATE),
            ("a text for a list", {"UserDetailList": "bob"}, f"{NOT_OUTPUT} users is not a list"),
        )
    },
}


@pytest.mark.parametrize("case", NOT_DETAILS)
def test_anything_else_is_not_converted(run_fast, case):
    content, message = NOT_DETAILS[case]
    (run_fast.home / "d.json").write_text(content)
    done = run_fast("iamcli", "snapshot", "--from", "d.json", "account.json")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"iamcli: d.json{message}")
    assert done.err.count("\n") == 1
    assert files(run_fast) == {"d.json"}


def test_a_missing_file_is_not_converted(run_fast):
    done = run_fast("iamcli", "snapshot", "--from", "none.json", "account.json")
    assert done == (1, "", "iamcli: cannot read none.json: No such file or directory\n")


# What aws prints of an account that another client has filled.


@pytest.fixture
def filled(aws: Shell) -> Shell:
    """Run commands with a private IAM that has two users and one of each other entity."""
    iam = encoded(aws.env["AWS_IAM_URL"])
    document = DOCUMENT.replace("\\u00e9/\u00e9", "*")
    iam.create_user(UserName="bob", Path="/staff/", Tags=BOB["Tags"])
    iam.create_user(UserName="eve")
    iam.create_group(GroupName="dev")
    iam.add_user_to_group(GroupName="dev", UserName="bob")
    iam.create_policy(PolicyName="own", PolicyDocument=document, Tags=POLICY_TAGS)
    iam.create_policy_version(
        PolicyArn=OWN, PolicyDocument=document.replace("s3", "ec2"), SetAsDefault=True
    )
    iam.attach_user_policy(UserName="bob", PolicyArn=OWN)
    iam.attach_group_policy(GroupName="dev", PolicyArn=READ_ONLY)
    iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=OWN)
    iam.put_user_policy(UserName="bob", PolicyName="inline", PolicyDocument=document)
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST, **SETTINGS)
    iam.put_role_policy(RoleName="web", PolicyName="inline", PolicyDocument=document)
    iam.create_instance_profile(InstanceProfileName="web", Path="/p/")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
    return aws


@pytest.mark.full
@pytest.mark.parametrize("form", ["iso8601", "wire"])
def test_what_aws_prints_is_converted(filled, form):
    """Version 2 of ``aws`` prints dates in the form iso8601."""
    config = filled.home / "config"
    config.write_text(f"[default]\ncli_timestamp_format = {form}\n")
    convert = "iamcli snapshot --from details.json converted.json"
    line = f"aws iam get-account-authorization-details >details.json && {convert}"
    script = f"iamcli snapshot account.json; {line}"
    succeeded(filled("sh", "-ec", script, env={"AWS_CONFIG_FILE": str(config)}))
    date = loaded(filled, "details.json")["UserDetailList"][0]["CreateDate"]
    assert date.endswith("Z" if form == "wire" else "+00:00")
    read, converted = loaded(filled), loaded(filled, "converted.json")
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
    assert converted == mapped(normalized, {name: read[name] for name in converted})
    optional = {name.removesuffix("?") for name in schema.SNAPSHOT if name.endswith("?")}
    assert set(read) - set(converted) == optional
