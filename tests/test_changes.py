"""``iamcli sandbox --changes``: what a command has changed, and what was refused."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
from contextlib import closing, contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import click
import pytest
from support import populated
from support.processes import BIN, environment, left_behind, running, wait_until
from support.processes import run as run_program
from support.selection import every
from support.shell import HERE, ROOT
from support.ssh_keys import public_key
from test_copy import ARN, DATE, ONLY_IAM, UNREAD_CERTIFICATE, UNREAD_SSH_KEY, snapshot, user

from iamcli.cli.account_file import schema
from iamcli.cli.sandbox import launcher
from iamcli.cli.sandbox.changes import changes, deleted
from iamcli.cli.sandbox.command import sandbox as command
from iamcli.cli.sandbox.report import Report
from iamcli.cli.sandbox.target import Target
from iamcli.cli.sandbox.watch import Watch
from iamcli.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from support.forked import ForkRunner

STAR = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
READ = (
    '{"Version":"2012-10-17","Statement":'
    '[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::logs/*"}]}'
)


def key(name: str, **used: str) -> dict[str, Any]:
    """Return an access key of a snapshot, and when it was last used."""
    last = {"AccessKeyLastUsed": used} if used else {}
    return {"AccessKeyId": f"AKIA{name:A>16}", "Status": "Active", "CreateDate": DATE, **last}


def used(date: str) -> dict[str, str]:
    """Return the last use of a key."""
    return {"LastUsedDate": f"{date}T12:00:00Z", "ServiceName": "s3", "Region": "us-east-1"}


def group(name: str, **more: Any) -> dict[str, Any]:
    """Return a group of a snapshot."""
    return {
        "Path": "/",
        "GroupName": name,
        "GroupId": f"AGPA{name.upper():A>17}",
        "Arn": f"{ARN}:group/{name}",
        "CreateDate": DATE,
        "GroupPolicyList": [],
        "AttachedManagedPolicies": [],
        **more,
    }


ACCOUNT = snapshot(
    users=[
        user(
            "bob",
            GroupList=["dev"],
            UserPolicyList=[{"PolicyName": "logs", "PolicyDocument": READ}],
            AccessKeyMetadata=[key("BOB", **used("2026-11-01"))],
            LoginProfile={"CreateDate": DATE, "PasswordResetRequired": False},
        ),
        user("carol", AccessKeyMetadata=[key("CAROL", **used("2026-08-01")), key("UNREAD")]),
    ],
    groups=[group("dev"), group("ops")],
    account_alias="example",
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Callable[..., Any]:
    """Run ``iamcli sandbox`` in a directory of its own, which has account.json."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "account.json").write_text(json.dumps(ACCOUNT))
    env = environment(tmp_path)

    def run(*arguments: str) -> Any:
        done = run_program(BIN / "iamcli", "sandbox", *arguments, env=env, cwd=folder)
        assert left_behind(tmp_path) == []
        return done

    return run


def state(*users: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what a private IAM with these users contains, as changes are made of it."""
    lists = (
        *("AccessKeyMetadata", "Certificates", "MFADevices", "SSHPublicKeys"),
        "ServiceSpecificCredentials",
    )
    none: dict[str, Any] = {**{name: [] for name in lists}, "LoginProfile": None}
    return snapshot(users=[{**none, **one} for one in users], root=None, **more)


def test_the_order_of_changes_and_what_was_deleted() -> None:
    policies = [{"PolicyName": "z", "PolicyDocument": READ}]
    tags = [{"Key": "cost", "Value": "7"}]
    serial = f"{ARN}:mfa/phone"
    before = state(
        user("dan", UserPolicyList=policies),
        user("abe", AccessKeyMetadata=[key("ABE")]),
        user("carol"),
        user("gone"),
        virtual_mfa_devices=[{"SerialNumber": serial, "mark": "1"}],
    )
    after = state(
        user("Tim"),
        user("sue"),
        user("Abe", UserId="AIDAOTHER", UserPolicyList=policies),
        user("carol", UserId="AIDAANOTHER"),
        user("dan", Tags=tags, UserPolicyList=[{**policies[0], "PolicyName": "a"}]),
        groups=[group("ops")],
        virtual_mfa_devices=[{"SerialNumber": serial, "mark": "2"}],
    )
    found = changes(before, after)
    assert brief(found) == [
        ("create", "user", "Abe", None),
        ("create", "policy", "z", "user/Abe"),
        ("delete", "user", "abe", None),
        ("delete", "access-key", key("ABE")["AccessKeyId"], "user/abe"),
        ("delete", "user", "carol", None),
        ("create", "user", "carol", None),
        ("update", "user", "dan", None),
        ("create", "policy", "a", "user/dan"),
        ("delete", "policy", "z", "user/dan"),
        ("delete", "user", "gone", None),
        ("create", "user", "sue", None),
        ("create", "user", "Tim", None),
        ("create", "group", "ops", None),
        ("delete", "virtual-mfa-device", serial, None),
        ("create", "virtual-mfa-device", serial, None),
    ]
    assert deleted(found) == ["user/abe", "user/gone"]
    refused = {"operation": "GetUser", "code": "NoSuchEntity", "message": "not here"}
    text = Report(found, [refused] * 3, [], DATE, 0).as_text()
    assert "\n      Tags: none -> cost=7\n" in text
    assert "\n  GetUser: NoSuchEntity: not here (3 times)\n" in text


def test_what_belongs_to_an_entity_is_no_change_of_it() -> None:
    """Each is a change of its own: also for two users with the same."""
    inline = [{"PolicyName": name, "PolicyDocument": READ} for name in "pq"]
    attached = [{"PolicyName": name, "PolicyArn": f"{ARN}:policy/{name}"} for name in "mn"]

    def account(content: bool) -> dict[str, Any]:  # noqa: FBT001
        def some(value: Any) -> Any:
            return value if content else type(value)()

        def held(kind: str) -> dict[str, Any]:
            both = {f"{kind}PolicyList": inline, "AttachedManagedPolicies": attached}
            return {name: some(value) for name, value in both.items()}

        def ids(of: str) -> dict[str, Any]:
            names = (
                "AccessKeyId",
                "CertificateId",
                "SSHPublicKeyId",
                "ServiceSpecificCredentialId",
            )
            members = ("AccessKeyMetadata", "Certificates", "SSHPublicKeys")
            lists = (*members, "ServiceSpecificCredentials")
            own = {
                each: some([{name: f"{name}-{of}-{n}"} for n in "12"])
                for each, name in zip(lists, names, strict=True)
            }
            profile = {"CreateDate": DATE} if content else None
            return {**own, "MFADevices": some([{"SerialNumber": of}]), "LoginProfile": profile}

        role = {"Path": "/", "RoleId": "AROA", "RoleName": "r", **held("Role")}
        profile = {"InstanceProfileName": "i", "InstanceProfileId": "AIPA"}
        policy = {"PolicyName": "m", "PolicyId": "ANPA", "PolicyVersionList": []}
        count = int(content)
        usage = {"AttachmentCount": count, "PermissionsBoundaryUsageCount": count}
        return {
            **state(
                *(
                    user(name, **held("User"), **ids(name), GroupList=some(["dev", "ops"]))
                    for name in ("bob", "eve")
                ),
                groups=[group(name, **held("Group")) for name in ("dev", "ops")],
                roles=[{**role, "RoleLastUsed": some({"Region": "us-east-1"})}],
                instance_profiles=[
                    {**profile, "Roles": some([{"RoleName": "r", "RoleId": "AROA"}])},
                    {**profile, "InstanceProfileId": "AIPA2", "Roles": some([{"RoleName": "r"}])},
                ],
                policies=[{**policy, **usage, "UpdateDate": f"{DATE}{count}"}],
            ),
            "root": ids("root"),
        }

    found = brief(changes(account(content=False), account(content=True)))

    def credentials(of: str, whose: str | None) -> list[tuple[str, str | None, str | None]]:
        kinds = [
            ("access-key", "AccessKeyId"),
            ("signing-certificate", "CertificateId"),
            ("mfa-device", None),
            ("ssh-key", "SSHPublicKeyId"),
            ("service-credential", "ServiceSpecificCredentialId"),
        ]
        return [
            ("login-profile", None, whose),
            *(
                (kind, name, whose)
                for kind, identity in kinds
                for name in ([f"{identity}-{of}-{n}" for n in "12"] if identity else [of])
            ),
        ]

    def inlines(whose: str) -> list[tuple[str, str, str]]:
        return [("policy", name, whose) for name in "pq"]

    def attachments(whose: str) -> list[tuple[str, str, str]]:
        return [("attachment", f"{ARN}:policy/{name}", whose) for name in "mn"]

    assert {action for action, *_ in found} == {"create"}
    assert [row[1:] for row in found] == [
        *(
            row
            for whose in ("bob", "eve")
            for row in (
                *inlines(f"user/{whose}"),
                ("membership", "dev", f"user/{whose}"),
                ("membership", "ops", f"user/{whose}"),
                *attachments(f"user/{whose}"),
                *credentials(whose, f"user/{whose}"),
            )
        ),
        *(
            row
            for name in ("dev", "ops")
            for row in (*inlines(f"group/{name}"), *attachments(f"group/{name}"))
        ),
        *inlines("role/r"),
        *[("membership", "i", "role/r")] * 2,
        *attachments("role/r"),
        *credentials("root", None),
    ]


def test_another_role_in_an_instance_profile_is_two_changes() -> None:
    roles = [
        {"Path": "/", "RoleName": name, "RoleId": f"AROA{name}", "RolePolicyList": []}
        for name in "rs"
    ]
    for role in roles:
        role["AttachedManagedPolicies"] = []
    before, after = (
        state(
            roles=roles,
            instance_profiles=[
                {"InstanceProfileName": "i", "InstanceProfileId": "AIPA", "Roles": [role]}
            ],
        )
        for role in roles
    )
    assert brief(changes(before, after)) == [
        ("delete", "membership", "i", "role/r"),
        ("create", "membership", "i", "role/s"),
    ]


def test_what_the_account_has_is_known_by_its_id() -> None:
    tags = [{"Key": "cost", "Value": "7"}]
    certificates = [
        {"ServerCertificateMetadata": {"ServerCertificateName": name, "ServerCertificateId": one}}
        for name, one in (("a", "ASCA1"), ("b", "ASCA2"), ("c", "ASCA1"))
    ]
    devices = [{"SerialNumber": serial, "mark": "1", "EnableDate": DATE} for serial in ("x", "y")]
    before = state(server_certificates=certificates[:1], virtual_mfa_devices=devices)
    found = changes(
        before,
        state(
            server_certificates=certificates[1:],
            virtual_mfa_devices=[{"SerialNumber": "x", "mark": "1"}, {**devices[1], "Tags": tags}],
            account_alias="example",
            password_policy={"MinimumPasswordLength": 9},
        ),
    )
    assert brief(found) == [
        ("create", "server-certificate", "b", None),
        ("update", "server-certificate", "c", None),
        ("update", "virtual-mfa-device", "y", None),
        ("create", "alias", "example", None),
        ("create", "password-policy", None, None),
    ]
    assert [found[2][when] for when in ("before", "after")] == [
        {"SerialNumber": "y"},
        {"SerialNumber": "y", "Tags": tags},
    ]
    assert changes(before, before) == []


def test_a_use_alone_is_no_change() -> None:
    unused, again = key("A"), key("A", **used("2026-11-01"))
    before, after = (state(user("bob", AccessKeyMetadata=[one])) for one in (unused, again))
    assert changes(before, after) == []
    inactive = {**again, "Status": "Inactive"}
    (found,) = changes(before, state(user("bob", AccessKeyMetadata=[inactive])))
    assert (found["action"], found["before"], found["after"]) == ("update", unused, inactive)


def test_what_is_deleted_of_what_was_renamed_is_under_the_new_name() -> None:
    of_bob = {"UserId": "AIDABOB", "AccessKeyMetadata": [key("A")], "GroupList": ["dev"]}
    before = state(user("bob", **of_bob), groups=[group("dev")])
    found = changes(before, state(user("rob", UserId="AIDABOB"), groups=[group("dev")]))
    assert brief(found) == [
        ("update", "user", "rob", None),
        ("delete", "membership", "dev", "user/rob"),
        ("delete", "access-key", key("A")["AccessKeyId"], "user/rob"),
    ]
    # Without a rename, and of one that was deleted too.
    found = changes(before, state(user("bob", UserId="AIDABOB"), groups=[group("dev")]))
    assert [one["of"] for one in found] == ["user/bob"] * 2
    assert [one["of"] for one in changes(before, state())] == [None, "user/bob", "user/bob", None]
    assert deleted(changes(before, state())) == ["user/bob", "group/dev"]


# The text.

SCRIPT = """\
#!/bin/sh
# Replaces the key and the policy of bob, who is called rob now.
iam-usermod -u bob -n rob
iam-userdelkey -u rob -k AKIAAAAAAAAAAAAAABOB
iam-useraddkey -u rob >/dev/null
iam-groupadduser -g ops -u rob
iam-useruploadpolicy -u rob -p logs -o \
'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
iam-usercreate -u carol
iam-usercreate -u temporary && iam-userdel -u temporary
exit 7
"""
TEXT = """\
changes in the private IAM: 2 created, 2 updated, 1 deleted
user/rob
  ~ user rob
      UserName: bob -> rob
  ~ policy logs
      --- policy logs, before
      +++ policy logs, after
      @@ -3,8 +3,8 @@
         "Statement": [
           {
             "Effect": "Allow",
      -      "Action": "s3:Get*",
      -      "Resource": "arn:aws:s3:::logs/*"
      +      "Action": "s3:*",
      +      "Resource": "*"
           }
         ]
       }
  + membership ops
  - access-key AKIAAAAAAAAAAAAAABOB
  + access-key AKIA(new)
refused requests
  CreateUser: EntityAlreadyExists: User with name carol already exists.
warning: policy logs of user/rob gained * in Resource
warning: access key AKIAAAAAAAAAAAAAABOB of user/rob was deleted; it was last used on 2026-11-01
"""


def without_new(text: str) -> str:
    """Return ``text`` with the IDs of new keys replaced."""
    return re.sub(r"AKIA(?!A{9})[A-Z2-7]{16}", "AKIA(new)", text)


def test_the_text_names_each_change_and_refusal(
    sandbox: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "work" / "old.sh").write_text(SCRIPT)
    done = sandbox("--account", "account.json", "--changes", "sh", "old.sh")
    assert done.returncode == 7
    said = "iam-usercreate: EntityAlreadyExists: User with name carol already exists.\n"
    assert done.stdout == ""
    assert without_new(done.stderr) == f"{ONLY_IAM}{said}{TEXT}"


#: What the README shows is the run of this script on this account.
README_SCRIPT = """\
#!/bin/sh
iam-useruploadpolicy -u bob -p logs -o \
'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}'
iam-userdelkey -u bob -k AKIAIOSFODNN7EXAMPLE
iam-groupadduser -g ops -u bob
iam-usercreate -u carol
"""
README_KEY = {**key("", **used("2026-11-01")), "AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}


def test_the_readme_shows_such_a_run(tmp_path: Path) -> None:
    block = (ROOT / "README.md").read_text().partition("    $ iamcli sandbox --account ")[2]
    command, *shown = block.partition("\n\n")[0].splitlines()
    assert command == "account.json --changes ./old-script.sh"
    (bob, carol), content = ACCOUNT["users"], {**ACCOUNT}
    content["users"] = [{**bob, "AccessKeyMetadata": [README_KEY]}, carol]
    (tmp_path / "account.json").write_text(json.dumps(content))
    script = tmp_path / "old-script.sh"
    script.write_text(README_SCRIPT)
    script.chmod(0o755)
    arguments = ["sandbox", "--account", *command.split()]
    done = run_program(BIN / "iamcli", *arguments, env=environment(tmp_path), cwd=tmp_path)
    assert done.stdout == ""
    assert done.stderr == "".join(f"{line.removeprefix('    ')}\n" for line in shown)


# The JSON.


def test_the_json_has_the_documented_members(sandbox: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "work" / "old.sh").write_text(SCRIPT)
    done = sandbox(
        *("--account", "account.json", "--changes=changes.json", "--format", "json"),
        *("sh", "old.sh"),
    )
    assert done.returncode == 7
    # The object has no place for them.
    assert [line for line in done.stderr.splitlines() if "warning" in line] == [
        f"iamcli: {line}" for line in TEXT.splitlines() if line.startswith("warning")
    ]
    file = tmp_path / "work" / "changes.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = json.loads(file.read_text())
    assert list(content) == [
        *("changes", "refused", "unknown", "status", "without_environment", "running"),
    ]
    assert content["status"] == 7
    assert content["unknown"] == []
    assert content["refused"] == [
        {
            "operation": "CreateUser",
            "code": "EntityAlreadyExists",
            "message": "User with name carol already exists.",
        }
    ]
    assert all(
        list(change) == ["action", "type", "name", "of", "before", "after"]
        for change in content["changes"]
    )
    rename, policy, membership, deleted, created = content["changes"]
    assert [rename[name] for name in ("action", "type", "name", "of")] == [
        *("update", "user", "rob", None)
    ]
    assert rename["before"] == {
        name: value
        for name, value in ACCOUNT["users"][0].items()
        if name in ("Path", "UserName", "UserId", "Arn", "CreateDate", "Tags")
    }
    assert rename["after"] == {**rename["before"], "UserName": "rob", "Arn": f"{ARN}:user/rob"}
    assert policy["before"] == {"PolicyName": "logs", "PolicyDocument": READ}
    assert membership == {
        "action": "create",
        "type": "membership",
        "name": "ops",
        "of": "user/rob",
        "before": None,
        "after": {"GroupName": "ops", "UserName": "rob"},
    }
    assert deleted == {
        "action": "delete",
        "type": "access-key",
        "name": "AKIAAAAAAAAAAAAAABOB",
        "of": "user/rob",
        "before": key("BOB", **used("2026-11-01")),
        "after": None,
    }
    assert created["after"]["Status"] == "Active"
    assert "SecretAccessKey" not in file.read_text()


@contextmanager
def watched(folder: Path, content: Mapping[str, Any] | None = None) -> Iterator[tuple[Any, Any]]:
    """Run a private IAM; yield a client, and a list that has the changes when it has ended."""
    account = ""
    if content:
        (folder / "watched.json").write_text(json.dumps(content))
        account = str(folder / "watched.json")
    found: list[dict[str, Any]] = []
    with launcher.server(account=account, watch=True) as private:
        yield populated.client(private.url), found
    found += private.ended["changes"]


def brief(found: list[dict[str, Any]]) -> list[tuple[str, str, str | None, str | None]]:
    """Return the changes without what was before and after."""
    return [(one["action"], one["type"], one["name"], one["of"]) for one in found]


def test_every_type(tmp_path: Path) -> None:
    pem, chain, private_key = (
        (HERE / "answers" / f"{name}.pem").read_text() for name in ("cert", "chain", "key")
    )
    codes = populated.CODES
    with watched(tmp_path) as (iam, found):
        iam.create_user(UserName="u")
        iam.create_group(GroupName="g")
        iam.add_user_to_group(GroupName="g", UserName="u")
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=populated.TRUST)
        iam.create_instance_profile(InstanceProfileName="i")
        iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
        arn = iam.create_policy(PolicyName="p", PolicyDocument=READ)["Policy"]["Arn"]
        for kind in ("user", "group", "role"):
            named = {f"{kind.title()}Name": kind[0]}
            getattr(iam, f"attach_{kind}_policy")(**named, PolicyArn=arn)
            getattr(iam, f"put_{kind}_policy")(**named, PolicyName="q", PolicyDocument=READ)
        key_id = iam.create_access_key(UserName="u")["AccessKey"]["AccessKeyId"]
        own_key = iam.create_access_key()["AccessKey"]["AccessKeyId"]
        certificate = iam.upload_signing_certificate(UserName="u", CertificateBody=pem)
        iam.upload_server_certificate(
            ServerCertificateName="s",
            CertificateBody=pem,
            CertificateChain=chain,
            PrivateKey=private_key,
        )
        iam.create_login_profile(UserName="u", Password="some-Password-1")
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="d")["VirtualMFADevice"]
        serial = device["SerialNumber"]
        iam.enable_mfa_device(UserName="u", SerialNumber=serial, **codes)
        ssh = iam.upload_ssh_public_key(UserName="u", SSHPublicKeyBody=public_key())
        iam.create_account_alias(AccountAlias="example")
        iam.update_account_password_policy(MinimumPasswordLength=9)
    assert {action for action, *_ in brief(found)} == {"create"}
    assert [tuple(row[1:]) for row in brief(found)] == [
        ("user", "u", None),
        ("policy", "q", "user/u"),
        ("membership", "g", "user/u"),
        ("attachment", arn, "user/u"),
        ("login-profile", None, "user/u"),
        ("access-key", key_id, "user/u"),
        ("signing-certificate", certificate["Certificate"]["CertificateId"], "user/u"),
        ("mfa-device", serial, "user/u"),
        ("ssh-key", ssh["SSHPublicKey"]["SSHPublicKeyId"], "user/u"),
        ("group", "g", None),
        ("policy", "q", "group/g"),
        ("attachment", arn, "group/g"),
        ("role", "r", None),
        ("policy", "q", "role/r"),
        ("membership", "i", "role/r"),
        ("attachment", arn, "role/r"),
        ("instance-profile", "i", None),
        ("policy", "p", None),
        ("server-certificate", "s", None),
        ("virtual-mfa-device", serial, None),
        ("alias", "example", None),
        ("password-policy", None, None),
        ("access-key", own_key, None),
    ]
    # What each has is what a snapshot has of it.
    kinds = {
        "access-key": schema.ACCESS_KEY,
        "group": schema.GROUP,
        "instance-profile": schema.INSTANCE_PROFILE,
        "login-profile": schema.LOGIN_PROFILE,
        "mfa-device": schema.MFA_DEVICE,
        "password-policy": schema.PASSWORD_POLICY,
        "role": schema.ROLE,
        "server-certificate": schema.SERVER_CERTIFICATE,
        "signing-certificate": schema.SIGNING_CERTIFICATE,
        "ssh-key": schema.SSH_KEY,
        "user": schema.USER,
    }
    lacking = {
        *("GroupPolicyList", "AttachedManagedPolicies", "Roles", "RolePolicyList", "RoleLastUsed"),
        *("GroupList", "UserPolicyList", "AccessKeyMetadata", "Certificates", "MFADevices"),
        *("LoginProfile", "SSHPublicKeys", "ServiceSpecificCredentials"),
        *("PermissionsBoundary", "MaxPasswordAge", "PasswordReusePrevention", "HardExpiry"),
    }
    for one in found:
        if one["type"] in kinds:
            names = {name.removesuffix("?") for name in kinds[one["type"]]} - lacking
            assert (one["type"], one["after"].keys()) == (one["type"], names)
    shown = json.dumps(found)
    for secret in ("some-Password-1", "SECRET", "mark"):
        assert secret not in shown


@pytest.mark.full
def test_changes_are_sorted_by_what_they_are_about(tmp_path: Path) -> None:
    policies = [{"PolicyName": "z", "PolicyDocument": READ}]
    content = snapshot(
        users=[
            user("dan", UserPolicyList=policies),
            user("abe", AccessKeyMetadata=[key("ABE")]),
            user("carol"),
        ]
    )
    with watched(tmp_path, content) as (iam, found):
        iam.create_group(GroupName="ops")
        for name in ("Tim", "sue"):
            iam.create_user(UserName=name)
        iam.delete_access_key(UserName="abe", AccessKeyId=key("ABE")["AccessKeyId"])
        for old, new in (("abe", "Abe"), ("carol", "carol")):
            iam.delete_user(UserName=old)
            iam.create_user(UserName=new)
        iam.put_user_policy(UserName="dan", PolicyName="a", PolicyDocument=READ)
        iam.delete_user_policy(UserName="dan", PolicyName="z")
    assert brief(found) == [
        ("create", "user", "Abe", None),
        ("delete", "user", "abe", None),
        ("delete", "access-key", key("ABE")["AccessKeyId"], "user/abe"),
        ("delete", "user", "carol", None),
        ("create", "user", "carol", None),
        ("create", "policy", "a", "user/dan"),
        ("delete", "policy", "z", "user/dan"),
        ("create", "user", "sue", None),
        ("create", "user", "Tim", None),
        ("create", "group", "ops", None),
    ]


ACCA = "ACCACODECODECODECODE"
CREDENTIAL = {
    "ServiceSpecificCredentialId": ACCA,
    "ServiceName": "codecommit.amazonaws.com",
    "ServiceUserName": "erin-at-123456789012",
    "Status": "Active",
    "CreateDate": DATE,
}


@pytest.mark.full
def test_awkward_changes(tmp_path: Path) -> None:
    content = snapshot(
        users=[
            *ACCOUNT["users"],
            user("dave", LoginProfile={"CreateDate": DATE, "PasswordResetRequired": False}),
            user(
                "erin",
                MFADevices=[{"SerialNumber": f"{ARN}:mfa/phone", "EnableDate": DATE}],
                AccessKeyMetadata=[key("ERIN", **used("2012-06-01"))],
                UserPolicyList=[{"PolicyName": "logs", "PolicyDocument": READ}],
                ServiceSpecificCredentials=[CREDENTIAL],
            ),
        ],
        groups=ACCOUNT["groups"],
        virtual_mfa_devices=[{"SerialNumber": f"{ARN}:mfa/phone"}],
        account_alias="example",
    )
    with watched(tmp_path, content) as (iam, found):
        # A renamed group keeps its members; a renamed user has none of its own changes.
        iam.update_group(GroupName="dev", NewGroupName="developers")
        iam.update_user(UserName="bob", NewUserName="rob", NewPath="/staff/")
        # Another user with an old name is another one.
        iam.delete_access_key(UserName="carol", AccessKeyId=key("CAROL")["AccessKeyId"])
        iam.delete_access_key(UserName="carol", AccessKeyId=key("UNREAD")["AccessKeyId"])
        iam.delete_user(UserName="carol")
        iam.create_user(UserName="carol")
        # Only the password changes.
        iam.update_login_profile(UserName="dave", Password="some-Password-1")
        # Used keys, reading, and what is undone, are no changes.
        populated.client(iam.meta.endpoint_url, key("ERIN")["AccessKeyId"]).get_user()
        iam.create_user(UserName="temporary")
        iam.delete_user(UserName="temporary")
        iam.delete_user_policy(UserName="erin", PolicyName="logs")
        iam.put_user_policy(UserName="erin", PolicyName="logs", PolicyDocument=READ)
        # A device that was made again has another seed.
        serial = f"{ARN}:mfa/phone"
        iam.deactivate_mfa_device(UserName="erin", SerialNumber=serial)
        iam.delete_virtual_mfa_device(SerialNumber=serial)
        iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")
        iam.create_account_alias(AccountAlias="other")
        iam.delete_service_specific_credential(UserName="erin", ServiceSpecificCredentialId=ACCA)
    assert brief(found) == [
        ("delete", "user", "carol", None),
        ("create", "user", "carol", None),
        ("delete", "access-key", key("CAROL")["AccessKeyId"], "user/carol"),
        ("delete", "access-key", key("UNREAD")["AccessKeyId"], "user/carol"),
        ("update", "login-profile", None, "user/dave"),
        ("delete", "mfa-device", serial, "user/erin"),
        ("delete", "service-credential", ACCA, "user/erin"),
        ("update", "user", "rob", None),
        ("update", "group", "developers", None),
        ("delete", "virtual-mfa-device", serial, None),
        ("create", "virtual-mfa-device", serial, None),
        ("update", "alias", "other", None),
    ]
    by_type = {one["type"]: one for one in found}
    profile = by_type["login-profile"]
    assert profile["after"] == {**profile["before"], "password": "changed"}
    assert by_type["alias"]["before"] == {"AccountAlias": "example"}
    text = Report(found, [], [], "2026-11-20T12:00:00Z", 0).as_text()
    assert "  ~ login-profile\n      the password\n" in text
    assert "\naccount\n  ~ alias other\n" in text
    assert "      Path: / -> /staff/\n" in text
    # The order of the warnings is that of the changes.
    unread = key("UNREAD")["AccessKeyId"]
    what = f"access key {unread} of user/carol was deleted"
    # carol's first key was last used more than 90 days before.
    assert [line for line in text.splitlines() if line.startswith("warning")] == [
        f"warning: {what}; it is not known when it was last used"
    ]


UPDATES = """\
changes in the private IAM: 5 updated
user/u
  ~ login-profile
      PasswordResetRequired: false -> true
      the password
user/v
  ~ login-profile
      PasswordResetRequired: false -> true
role/r
  ~ role r
      Description: none -> new
      MaxSessionDuration: 3600 -> 7200
policy/p
  ~ policy p
      Tags: none -> cost=7
virtual-mfa-device/arn:aws:iam::123456789012:mfa/d
  ~ virtual-mfa-device arn:aws:iam::123456789012:mfa/d
      Tags: none -> cost=7
"""


@pytest.mark.full
def test_updates_are_shown_by_their_members(tmp_path: Path) -> None:
    keep = str(tmp_path / "kept")
    tags = [{"Key": "cost", "Value": "7"}]
    with launcher.server(keep=keep) as private:
        iam = populated.client(private.url)
        for name in "uv":
            iam.create_user(UserName=name)
            iam.create_login_profile(UserName=name, Password="some-Password-1")
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=populated.TRUST)
        policy = iam.create_policy(PolicyName="p", PolicyDocument=READ)["Policy"]["Arn"]
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="d")["VirtualMFADevice"]
    with launcher.server(keep=keep, watch=True) as private:
        iam = populated.client(private.url)
        iam.update_login_profile(
            UserName="u", Password="other-Password-2", PasswordResetRequired=True
        )
        iam.update_login_profile(UserName="v", PasswordResetRequired=True)
        iam.update_role(RoleName="r", Description="new", MaxSessionDuration=7200)
        iam.tag_policy(PolicyArn=policy, Tags=tags)
        iam.tag_mfa_device(SerialNumber=device["SerialNumber"], Tags=tags)
    found = private.ended["changes"]
    assert Report(found, [], [], DATE, 0).as_text() == UPDATES
    assert [one["after"].get("password") for one in found[:2]] == ["changed", None]


@pytest.mark.full
def test_roles_policies_and_tags(tmp_path: Path) -> None:
    policy = {
        "PolicyName": "own",
        "PolicyId": "ANPAOWN",
        "Arn": f"{ARN}:policy/own",
        "Path": "/",
        "DefaultVersionId": "v1",
        "CreateDate": DATE,
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": True, "CreateDate": DATE, "Document": READ}
        ],
    }
    role = {
        "Path": "/",
        "RoleName": "web",
        "RoleId": "AROAWEB",
        "Arn": f"{ARN}:role/web",
        "CreateDate": DATE,
        "AssumeRolePolicyDocument": populated.TRUST,
        "RolePolicyList": [],
        "AttachedManagedPolicies": [{"PolicyName": "own", "PolicyArn": policy["Arn"]}],
        "Tags": [{"Key": "team", "Value": "web"}],
    }
    known = {"RoleName": "known", "RoleId": "AROAKNOWN", "Arn": f"{ARN}:role/known"}
    roles = [role, {**role, **known, "MaxSessionDuration": 7200}]
    with watched(tmp_path, snapshot(policies=[policy], roles=roles)) as (iam, found):
        iam.create_policy_version(PolicyArn=policy["Arn"], PolicyDocument=STAR, SetAsDefault=True)
        iam.update_assume_role_policy(
            RoleName="web",
            PolicyDocument=populated.TRUST.replace(
                '{"Service":["ec2.amazonaws.com"]}', '{"AWS":"*"}'
            ),
        )
        iam.tag_role(RoleName="web", Tags=[{"Key": "cost", "Value": "7"}])
        iam.put_role_permissions_boundary(RoleName="web", PermissionsBoundary=policy["Arn"])
        # This snapshot does not have these, but that the other role has no description.
        iam.update_role(RoleName="web", Description="new")
        iam.update_role(RoleName="known", Description="newer")
        iam.tag_policy(PolicyArn=policy["Arn"], Tags=[{"Key": "cost", "Value": "7"}])
        iam.detach_role_policy(RoleName="web", PolicyArn=policy["Arn"])
    text = Report(found, [], [], "2026-11-20T12:00:00Z", 0).as_text()
    assert "MaxSessionDuration" not in text
    assert brief(found) == [
        ("update", "role", "known", None),
        ("update", "role", "web", None),
        ("delete", "attachment", policy["Arn"], "role/web"),
        ("update", "policy", "own", None),
    ]
    for line in (
        "      Tags: team=web -> cost=7, team=web",
        f"      PermissionsBoundary: none -> {policy['Arn']}",
        "      Description: unknown -> new",
        "      Description: none -> newer",
        "      Tags: unknown -> cost=7",
        "      PolicyVersionList: v1 (default) -> v2 (default), v1",
        "      --- trust policy of role web, before",
        '      -        "Service": [',
        '      +        "AWS": "*"',
        "warning: trust policy of role web gained * in Principal",
        "warning: policy own gained * in Action and Resource",
    ):
        assert f"{line}\n" in text


@pytest.mark.full
def test_what_is_not_in_the_copy_is_not_made_up(
    sandbox: Callable[..., Any], tmp_path: Path
) -> None:
    content = snapshot(
        users=[user("bob", SSHPublicKeys=[UNREAD_SSH_KEY])],
        server_certificates=[UNREAD_CERTIFICATE],
        unknown=["login-profile"],
        unread=[
            {
                "operation": operation,
                "name": None,
                "of": None,
                "code": "AccessDenied",
                "message": "",
            }
            for operation in ("GetSSHPublicKey", "GetServerCertificate")
        ],
    )
    with watched(tmp_path, content) as (iam, found):
        iam.delete_ssh_public_key(UserName="bob", SSHPublicKeyId=UNREAD_SSH_KEY["SSHPublicKeyId"])
        iam.delete_server_certificate(ServerCertificateName="www")
    assert [one["before"] for one in found] == [UNREAD_SSH_KEY, UNREAD_CERTIFICATE]
    (tmp_path / "work" / "account.json").write_text(json.dumps(content))
    assert sandbox("--account", "account.json", "--changes=x", "true").returncode == 0
    assert (tmp_path / "work" / "x").read_text() == (
        "changes in the private IAM: none\n"
        "not in the copy, or only partly: login-profile, server-certificate, ssh-key\n"
    )


def updated(kind: str, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the lines about a change of an entity."""
    change = {"action": "update", "type": kind, "name": "x", "of": None}
    change |= {"before": before, "after": after}
    title, about, named, *lines = Report([change], [], [], DATE, 0).as_text().splitlines()
    assert (title, named) == ("changes in the private IAM: 1 updated", f"  ~ {kind} x")
    assert about == (f"{kind}/x" if kind in ("user", "role", "policy") else "account")
    return [line.removeprefix("      ") for line in lines]


TAGS = [{"Key": "cost", "Value": "7"}, {"Key": "team", "Value": "web"}]
VERSIONS = [
    {"VersionId": "v2", "IsDefaultVersion": True, "Document": STAR},
    {"VersionId": "v1", "IsDefaultVersion": False, "Document": READ},
]


@pytest.mark.parametrize(
    ("kind", "before", "after", "lines"),
    [
        ("user", {"Tags": []}, {"Tags": TAGS}, ["Tags: none -> cost=7, team=web"]),
        ("user", {"Tags": TAGS}, {"Tags": []}, ["Tags: cost=7, team=web -> none"]),
        # A copy may lack some.
        ("policy", {}, {"Tags": TAGS}, ["Tags: unknown -> cost=7, team=web"]),
        ("role", {}, {"Description": "new"}, ["Description: unknown -> new"]),
        (
            "role",
            {"MaxSessionDuration": 3600},
            {"MaxSessionDuration": 7200, "Description": "new"},
            ["MaxSessionDuration: 3600 -> 7200", "Description: none -> new"],
        ),
        ("role", {}, {"MaxSessionDuration": 3600}, ["MaxSessionDuration: unknown -> 3600"]),
        (
            "user",
            {},
            {"PermissionsBoundary": {"PermissionsBoundaryArn": f"{ARN}:policy/b"}},
            [f"PermissionsBoundary: none -> {ARN}:policy/b"],
        ),
        ("login-profile", {}, {"password": "changed"}, ["the password"]),
        (
            "login-profile",
            {"PasswordResetRequired": False},
            {"PasswordResetRequired": True},
            ["PasswordResetRequired: false -> true"],
        ),
        ("user", {"Path": "/", "A": "b"}, {"Path": "/a/", "A": "b"}, ["Path: / -> /a/"]),
        (
            "user",
            {"PermissionsBoundary": {"PermissionsBoundaryArn": "b"}},
            {},
            ["PermissionsBoundary: b -> none"],
        ),
        (
            "role",
            {"MaxSessionDuration": 3600, "Description": ""},
            {"MaxSessionDuration": 3600, "Description": "new"},
            ["Description: none -> new"],
        ),
        # What follows from something else, or is shown in another way.
        (
            "user",
            {"UserName": "a", "Arn": "a"},
            {"UserName": "b", "Arn": "b"},
            ["UserName: a -> b"],
        ),
        ("ssh-key", {}, {"AccessKeyLastUsed": {"Region": "x"}, "UpdateDate": DATE}, []),
        ("role", {"AssumeRolePolicyDocument": READ}, {"AssumeRolePolicyDocument": READ}, []),
        (
            "policy",
            {"PolicyVersionList": VERSIONS[1:], "DefaultVersionId": "v1"},
            {"PolicyVersionList": VERSIONS[::-1], "DefaultVersionId": "v2"},
            [
                "PolicyVersionList: v1 -> v1, v2 (default)",
                "--- policy x, before",
                "+++ policy x, after",
                "@@ -0,0 +1 @@",
                f"+{STAR}",
                "warning: policy x gained * in Action and Resource",
            ],
        ),
        (
            "role",
            {"AssumeRolePolicyDocument": '{"Statement":[]}'},
            {"AssumeRolePolicyDocument": '{"Statement":{"Effect":"ALLOW","Principal":"*"}}'},
            [
                "--- trust policy of role x, before",
                "+++ trust policy of role x, after",
                "@@ -1,3 +1,6 @@",
                " {",
                '-  "Statement": []',
                '+  "Statement": {',
                '+    "Effect": "ALLOW",',
                '+    "Principal": "*"',
                "+  }",
                " }",
                "warning: trust policy of role x gained * in Principal",
            ],
        ),
    ],
)
def test_each_member_that_differs_is_shown(
    kind: str, before: dict[str, Any], after: dict[str, Any], lines: list[str]
) -> None:
    assert updated(kind, before, after) == lines


def test_a_report_names_all_that_happened() -> None:
    policy = {"type": "policy", "name": "p", "of": "user/u"}
    profile = {"type": "login-profile", "name": None, "of": "user/u"}
    documents = [
        {"PolicyName": "p", "PolicyDocument": text} for text in ("caf\udce9", '{"a":"\u00e9"}')
    ]
    found = [
        {"action": "delete", **policy, "before": documents[0], "after": None},
        {"action": "create", **policy, "before": None, "after": documents[1]},
        {"action": "delete", **profile, "before": {"CreateDate": DATE}, "after": None},
    ]
    refused = [{"operation": "GetUser", "code": "NoSuchEntity", "message": m} for m in "aba"]
    report = Report(
        found, refused, ["alias", "role"], DATE, 3, ["iam-a", "iam-b", "iam-a"], ["sh (1)", "x (2)"]
    )
    lines = [
        "changes in the private IAM: 1 created, 2 deleted",
        "user/u",
        "  - policy p",
        "  + policy p",
        "      +{",
        '      +  "a": "\u00e9"',
        "      +}",
        "  - login-profile",
        "refused requests",
        "  GetUser: NoSuchEntity: a (2 times)",
        "  GetUser: NoSuchEntity: b",
        "sent nothing, because the environment was reset: iam-a (2 times), iam-b",
        "still running, but no longer in the sandbox: sh (1), x (2)",
        "not in the copy, or only partly: alias, role",
    ]
    assert report.as_text().splitlines() == lines
    text = report.as_json()
    assert text.endswith("\n}\n")
    assert '"caf\\udce9"' in text
    assert "\u00e9" in text
    assert json.loads(text) == {
        "changes": found,
        "refused": refused,
        "unknown": ["alias", "role"],
        "status": 3,
        "without_environment": ["iam-a", "iam-b", "iam-a"],
        "running": ["sh (1)", "x (2)"],
    }


def test_layout_alone_is_shown_as_it_is() -> None:
    change = {
        "action": "update",
        "type": "policy",
        "name": "p",
        "of": "user/u",
        "before": {"PolicyName": "p", "PolicyDocument": READ},
        "after": {"PolicyName": "p", "PolicyDocument": f" {READ}"},
    }
    assert f"      -{READ}\n      + {READ}\n" in Report([change], [], [], DATE, 0).as_text()
    # So is a document that is not JSON, and what would control a terminal.
    deep = "[" * 100_000
    for document, shown in (("\x1b", "\\x1b"), (deep, deep)):
        change["after"] = {"PolicyName": "p", "PolicyDocument": document}
        assert f"      -{READ}\n      +{shown}\n" in Report([change], [], [], DATE, 0).as_text()


DELETED = "access key A of the account was deleted; "
OFF = {**key("A"), "Status": "Inactive"}


@pytest.mark.parametrize(
    ("before", "after", "warnings"),
    [
        (key("A", **used("2026-08-23")), None, [f"{DELETED}it was last used on 2026-08-23"]),
        # 90 days before to the second.
        (key("A", **used("2026-08-22")), None, [f"{DELETED}it was last used on 2026-08-22"]),
        (key("A", **used("2026-08-21")), None, []),
        (key("A", ServiceName="N/A", Region="N/A"), None, []),
        (key("A"), None, [f"{DELETED}it is not known when it was last used"]),
        (
            key("A", **used("2026-11-01")),
            OFF,
            ["access key A of the account was deactivated; it was last used on 2026-11-01"],
        ),
        ({**OFF, **key("A", **used("2026-11-01")), "Status": "Inactive"}, key("A"), []),
        (OFF, OFF, []),
        (key("A"), key("A"), []),
        (None, key("A"), []),
    ],
)
def test_keys_that_may_be_in_use_are_warned_of(
    before: Any, after: Any, warnings: list[str]
) -> None:
    change = {"action": "", "type": "access-key", "name": "A", "of": None}
    change |= {"before": before, "after": after}
    assert Report([change], [], [], "2026-11-20T12:00:00Z", 0).warnings() == warnings


def statements(*statements: str) -> str:
    return f'{{"Statement":[{",".join(statements)}]}}'


ALLOW = '{{"Effect":"Allow",{}}}'.format
SOME = ALLOW('"Action":"s3:*","Resource":"arn:aws:s3:::a"')


@pytest.mark.parametrize(
    ("before", "after", "gained"),
    [
        ("", STAR, "Action and Resource"),
        (STAR, STAR, ""),
        (STAR, READ, ""),
        (READ, STAR.replace("Allow", "Deny"), ""),
        (READ, "not JSON", ""),
        ("not JSON", STAR, "Action and Resource"),
        (
            statements(SOME),
            statements(ALLOW('"Action":["s3:Get*","*:*"],"Resource":"a"')),
            "Action",
        ),
        (statements(SOME), statements(SOME, ALLOW('"Action":"x:Y","Resource":["*"]')), "Resource"),
        (
            statements(ALLOW('"Action":"s3:*","Resource":"*"')),
            statements(ALLOW('"Action":"iam:*","Resource":"*"')),
            "",
        ),
        (
            "",
            '{"Statement":{"Effect":"Allow","Principal":"*"}}',
            "Principal",
        ),
        ("", '{"Statement":{"Effect":"Allow","Principal":{"AWS":["*"]}}}', "Principal"),
        ("", '{"Statement":{"Effect":"allow","Action":"*"}}', "Action"),
        ("", statements('"x"', ALLOW('"Action":"*"')), "Action"),
        ("", '{"Statement":7}', ""),
        ("", '{"Statement":{"Action":"*"}}', ""),
        ("", "[]", ""),
        ("", "{}", ""),
        ("", "[" * 100_000, ""),
    ],
)
def test_policies_that_gain_a_star_are_warned_of(before: str, after: str, gained: str) -> None:
    change = {
        "action": "",
        "type": "policy",
        "name": "p",
        "of": "group/g",
        "before": {"PolicyDocument": before} if before else None,
        "after": {"PolicyDocument": after},
    }
    warnings = Report([change], [], [], DATE, 0).warnings()
    assert warnings == ([f"policy p of group/g gained * in {gained}"] if gained else [])


@pytest.mark.parametrize(("document", "warned"), [(STAR, False), (READ, True)])
def test_a_policy_that_was_created_again_is_compared(*, document: str, warned: bool) -> None:
    change = {"type": "policy", "name": "p", "of": "user/u"}
    before, after = ({"PolicyDocument": text} for text in (document, STAR))
    changes = [
        {**change, "action": "delete", "before": before, "after": None},
        {**change, "action": "create", "before": None, "after": after},
    ]
    warnings = Report(changes, [], [], DATE, 0).warnings()
    assert warnings == ["policy p of user/u gained * in Action and Resource"] * warned
    # One of another user, and one with another name, is another one.
    for member, value in (("of", "user/v"), ("name", "q")):
        others = [{**changes[0], member: value}, changes[1]]
        assert len(Report(others, [], [], DATE, 0).warnings()) == 1, member


# What was refused.


@pytest.mark.full
def test_refusals_have_no_secret(tmp_path: Path) -> None:
    private_key = (HERE / "answers" / "key.pem").read_text()
    without_lines = "\n".join(private_key.splitlines()[1:-1])
    with launcher.server(watch=True) as private:
        iam = populated.client(private.url)
        iam.create_user(UserName="bob")
        iam.update_account_password_policy(MinimumPasswordLength=20)
        for operation, parameters in (
            ("create_login_profile", {"UserName": "bob", "Password": "hunter2hunter2"}),
            ("create_login_profile", {"UserName": "bob", "Password": "hunter2" * 20}),
            ("upload_signing_certificate", {"UserName": "bob", "CertificateBody": private_key}),
            ("upload_signing_certificate", {"UserName": "bob", "CertificateBody": without_lines}),
            ("upload_ssh_public_key", {"UserName": "bob", "SSHPublicKeyBody": private_key}),
            ("get_user", {"UserName": "nobody"}),
        ):
            with pytest.raises(iam.exceptions.ClientError):
                getattr(iam, operation)(**parameters)
        iam.list_users()
    refused = private.ended["refused"]
    assert [(one["operation"], one["code"]) for one in refused] == [
        ("CreateLoginProfile", "PasswordPolicyViolation"),
        ("CreateLoginProfile", refused[1]["code"]),
        ("UploadSigningCertificate", "MalformedCertificate"),
        ("UploadSigningCertificate", "MalformedCertificate"),
        ("UploadSSHPublicKey", "InvalidPublicKey"),
        ("GetUser", "NoSuchEntity"),
    ]
    assert refused[2]["message"] == refused[3]["message"] == "Certificate *** is malformed."
    assert refused[5]["message"] == "The user with name nobody cannot be found."
    shown = json.dumps(refused)
    assert "hunter2" not in shown
    assert not any(line in shown for line in private_key.splitlines())
    text = Report([], [refused[5]] * 3, [], DATE, 0).as_text()
    assert text == (
        "changes in the private IAM: none\nrefused requests\n"
        "  GetUser: NoSuchEntity: The user with name nobody cannot be found. (3 times)\n"
    )


def test_refusals_are_recorded_as_they_are_sent() -> None:
    bodies = iter(
        [
            b"<Code>Bad</Code><Message>&quot;hunter2hunter2&quot; &lt;no&gt;\n more</Message>",
            b"<Code>Bad</Code><Message>no -----BEGIN RSA PRIVATE KEY-----\nMIIE</Message>",
            *(
                b"<Code>Bad</Code><Message>%s is no key</Message>" % letter
                for letter in (b"x" * 9, b"y" * 9, b"z" * 9)
            ),
            b"<Code>Bad</Code><Message>--begin private key--\nMIIE</Message>",
            b"<html>",
        ]
    )

    statuses = iter(["200 OK", "302 Found", "399 Odd", *["400 Bad Request"] * 8])

    def application(_environ: Any, start: Callable[..., Any]) -> list[bytes]:
        status = next(statuses)
        start(status, [])
        return [next(bodies) if status.startswith("4") else b""]

    watch = Watch()
    for form in (
        *[b"Action=GetUser"] * 3,
        b"Action=CreateLoginProfile&Password=hunter2hunter2",
        b"Action=CreateUser",
        b"Action=UploadServerCertificate&CertificateBody=" + b"x" * 9,
        b"Action=UploadServerCertificate&CertificateChain=" + b"y" * 9,
        b"Action=UploadSSHPublicKey&SSHPublicKeyBody=" + b"z" * 9,
        b"Action=TagUser",
        b"\xff",
    ):
        environ = {"wsgi.input": io.BytesIO(form), "CONTENT_LENGTH": str(len(form))}
        list(watch.watched(application)(environ, lambda *_: None))
    assert watch.refusals == [
        {"operation": "CreateLoginProfile", "code": "Bad", "message": '"***" <no>  more'},
        {"operation": "CreateUser", "code": "Bad", "message": "no ***"},
        *(
            {"operation": f"Upload{what}", "code": "Bad", "message": "*** is no key"}
            for what in ("ServerCertificate", "ServerCertificate", "SSHPublicKey")
        ),
        {"operation": "TagUser", "code": "Bad", "message": "***"},
        {"operation": "", "code": "400 Bad Request", "message": ""},
    ]


# How it is asked for.


@pytest.mark.full
def test_without_a_copy_the_account_was_empty(sandbox: Callable[..., Any], tmp_path: Path) -> None:
    # The word after --changes is the command.
    done = sandbox("--changes", "iam-usercreate", "-u", "bob")
    assert done.returncode == 0
    assert done.stderr == "changes in the private IAM: 1 created\nuser/bob\n  + user bob\n"
    done = sandbox("--changes=-", "--", "true")
    assert done.stderr == "changes in the private IAM: none\n"
    assert done.stdout == ""


@pytest.mark.full
def test_a_kept_account_is_compared_with_what_was_kept(sandbox: Callable[..., Any]) -> None:
    assert sandbox("--keep", "kept", "iam-usercreate", "-u", "bob").returncode == 0
    done = sandbox("--keep", "kept", "--changes", "iam-userdel", "-u", "bob")
    assert done.stderr == "changes in the private IAM: 1 deleted\nuser/bob\n  - user bob\n"


NO_FILE = "--format json needs --changes=FILE; see iamcli sandbox --help"


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (["--format", "json"], NO_FILE),
        (["--format", "json", "--changes"], NO_FILE),
        (["--changes=-", "--format=json"], NO_FILE),
        (
            ["--changes=account.json"],
            "cannot create account.json for the changes: File exists; the command was not run",
        ),
        (
            ["--changes=n/x"],
            "cannot create n/x for the changes: No such file or directory; the command was not run",
        ),
        (["--account", "none", "--changes=x"], "cannot read none: No such file or directory"),
        (
            ["--account=none", "--keep", "x"],
            "--account cannot be used with --keep; see iamcli sandbox --help",
        ),
        (["--keep", ""], "the directory name is empty; specify a directory"),
        (
            ["--account", ""],
            "the file name is empty; specify a file that iamcli snapshot has written",
        ),
    ],
)
def test_what_cannot_be_reported_is_not_run(
    run_fast: ForkRunner, arguments: list[str], reported: str
) -> None:
    account, mine = run_fast.home / "account.json", json.dumps(ACCOUNT)
    account.write_text(mine)
    before = {file.name for file in run_fast.home.iterdir()}
    done = run_fast("iamcli", "sandbox", *arguments, "touch", "ran")
    assert done == (1, "", f"iamcli: {reported}\n")
    assert {file.name for file in run_fast.home.iterdir()} == before
    assert account.read_text() == mine


@pytest.mark.parametrize(
    ("words", "options"),
    [
        # The word after --changes is no file, and that after another option is no command.
        ("--changes iam-userdel -u bob", {"changes": "-", "command": "iam-userdel -u bob"}),
        ("--changes=f iam-userdel", {"changes": "f", "command": "iam-userdel"}),
        ("--changes", {"changes": "-"}),
        ("--changes --keep d sh", {"changes": "-", "keep": "d", "command": "sh"}),
        ("--keep d --changes sh", {"changes": "-", "keep": "d", "command": "sh"}),
        ("--keep --changes sh", {"keep": "--changes", "command": "sh"}),
        ("--account=a --changes sh", {"changes": "-", "account": "a", "command": "sh"}),
        ("--format json --changes=f sh", {"changes": "f", "form": "json", "command": "sh"}),
        # What belongs to the command.
        ("sh --changes", {"command": "sh --changes"}),
        ("-- --changes x", {"command": "--changes x"}),
        ("--changes -- sh", {"changes": "-", "command": "sh"}),
    ],
)
def test_the_file_of_changes_is_optional(words: str, options: dict[str, str]) -> None:
    found = command.make_context("sandbox", words.split()).params
    none = {"changes": None, "account": None, "keep": None, "form": "text", "command": ""}
    assert {**found, "command": " ".join(found["command"])} == {**none, **options}


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("true x", (("true", "x"), "", "", None, False)),
        ("--keep d", ((), "d", "", None, False)),
        ("--account a true", (("true",), "", "a", None, False)),
        ("--changes true", (("true",), "", "", "-", False)),
        ("--changes=f --account a true", (("true",), "", "a", "f", False)),
        ("--changes=f --format json --keep d", ((), "d", "", "f", True)),
        ("--format json", "--format json needs --changes=FILE"),
        ("--format json --changes", "--format json needs --changes=FILE"),
        ("--account a --keep d", "--account cannot be used with --keep"),
        ("--keep=", "the directory name is empty; specify a directory"),
        ("--account=", "the file name is empty; specify a file that iamcli snapshot has written"),
    ],
)
def test_the_options_are_those_of_the_run(
    monkeypatch: pytest.MonkeyPatch, words: str, given: tuple[Any, ...] | str
) -> None:
    output, ran, closed = object(), [], []

    def target(file: str, to: object, *, as_json: bool) -> Any:
        assert to is output
        return SimpleNamespace(made=(file, as_json), close=lambda: closed.append(True))

    def run(words: object, to: object, keep: str, account: str, target: Any = None) -> int:
        assert to is output
        ran.append((words, keep, account, *(target.made if target else (None, False))))
        return 3

    monkeypatch.setattr("iamcli.cli.sandbox.target.Target", target)
    monkeypatch.setattr(launcher, "run", run)
    arguments: dict[str, Any] = {"prog_name": "sandbox", "standalone_mode": False, "obj": output}
    if isinstance(given, str):
        with pytest.raises((click.UsageError, Failure)) as caught:
            command.main(words.split(), **arguments)
        assert (getattr(caught.value, "message", str(caught.value)), ran) == (given, [])
        return
    assert command.main(words.split(), **arguments) == 3
    assert (ran, bool(closed)) == ([given], "--changes" in words)


def test_the_sandbox_is_not_in_the_single_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iamcli.installation.extras.is_one_file", lambda: True)
    with pytest.raises(Failure, match="the one file does not contain sandbox"):
        command.main(["true"], "sandbox", standalone_mode=False)


def test_a_name_that_no_file_can_have_is_refused() -> None:
    unused: Any = None
    for call in (
        lambda: Target("a\0b", unused, as_json=False),
        lambda: launcher.server(account="a\0b").__enter__(),
    ):
        with pytest.raises(Failure, match=r"^cannot (create|read) a\0b.*: embedded null byte"):
            call()


@pytest.mark.parametrize(
    ("script", "status", "reported", "left"),
    every(
        3,
        [
            ("rm out", 1, "iamcli: cannot write the changes to out: it was removed\n", None),
            (
                "mv out new; echo mine >out",
                1,
                "iamcli: cannot write the changes to out: it was replaced\n",
                "mine\n",
            ),
            (
                "yes | head -c 1000 >out; exit 3",
                3,
                "",
                "changes in the private IAM: none\n",
            ),
        ],
    ),
)
def test_a_file_that_the_command_uses(
    sandbox: Callable[..., Any],
    tmp_path: Path,
    script: str,
    status: int,
    reported: str,
    left: str | None,
) -> None:
    done = sandbox("--changes=out", "sh", "-c", script)
    assert (done.returncode, done.stderr) == (status, reported)
    file = tmp_path / "work" / "out"
    assert (file.read_text() if file.exists() else None) == left


NOTHING: dict[str, list[Any]] = {
    "changes": [],
    "refused": [],
    "without_environment": [],
    "running": [],
}


def test_the_file_is_written_only_if_it_is_the_one_that_was_created(tmp_path: Path) -> None:
    file, about = tmp_path / "out", {"unknown": [], "taken": DATE}
    unused: Any = None

    def made() -> Target:
        file.unlink(missing_ok=True)
        return Target(str(file), unused, as_json=False)

    with closing(made()) as target:
        file.write_text("x" * 1000)
        target.write(about, NOTHING, 0)
    assert file.read_text() == "changes in the private IAM: none\n"
    with closing(made()) as target:
        file.unlink()
        with pytest.raises(Failure, match=r"to .*/out: it was removed"):
            target.write(about, NOTHING, 0)
    with closing(made()) as target:
        file.rename(tmp_path / "moved")
        file.write_text("mine\n")
        with pytest.raises(Failure, match=r"to .*/out: it was replaced"):
            target.write(about, NOTHING, 0)
    assert file.read_text() == "mine\n"
    with closing(made()):
        pass
    assert not file.exists()
    with closing(made()):
        file.rename(tmp_path / "moved")
        file.write_text("mine\n")
    assert file.read_text() == "mine\n"
    with closing(made()):
        file.unlink()


def test_warnings_are_also_said_if_a_program_reads_the_changes(tmp_path: Path) -> None:
    file, said = tmp_path / "out", []
    output: Any = SimpleNamespace(
        error=said.append, error_text=lambda text: said.extend(text.splitlines())
    )
    deletion = {"action": "delete", "type": "access-key", "name": "AKIA", "of": "user/b\udce9"}
    deletion |= {"before": {"Status": "Active"}, "after": None}
    ended, about = {**NOTHING, "changes": [deletion]}, {"unknown": [], "taken": DATE}
    [warning] = Report([deletion], [], [], DATE, 0, [], []).warnings()
    for as_json, name in ((True, str(file)), (False, str(file)), (False, "-")):
        with closing(Target(name, output, as_json=as_json)) as target:
            assert target.is_standard_error is (name == "-")
            target.write(about, ended, 3)
        assert (said[-1:] == [f"warning: {warning}"], bool(said)) == (
            as_json,
            name == "-" or as_json,
        )
        said.clear()
        if name != "-":
            text = file.read_bytes()
            assert b"user/b\\udce9" in text
            assert text.startswith(b"{" if as_json else b"changes in the private IAM: 1 deleted\n")
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            file.unlink()


def test_changes_that_cannot_be_written_leave_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    file, unused = tmp_path / "out", cast("Any", None)
    monkeypatch.setattr(os, "ftruncate", full)
    with (
        closing(Target(str(file), unused, as_json=False)) as target,
        pytest.raises(Failure, match=r"^cannot write the changes to .*/out: No space left"),
    ):
        target.write({"unknown": [], "taken": DATE}, NOTHING, 0)
    assert not file.exists()


@pytest.mark.full
def test_a_file_that_cannot_be_written_is_an_error(sandbox: Callable[..., Any]) -> None:
    limit = "import os, resource; resource.prlimit(os.getppid(), resource.RLIMIT_FSIZE, (0, 0))"
    done = sandbox("--changes=x", sys.executable, "-c", limit)
    assert done.returncode == 1
    assert "iamcli: cannot write the changes to x: File too large\n" in done.stderr


@pytest.mark.full
def test_changes_are_reported_after_a_signal(tmp_path: Path) -> None:
    env = environment(tmp_path)
    script = "iam-usercreate -u bob; touch started; exec sleep 60"
    process = subprocess.Popen(
        [BIN / "iamcli", "sandbox", "--changes=changes", "sh", "-c", script],
        env=env,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
    )
    wait_until((tmp_path / "started").exists)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 143
    assert "  + user bob\n" in (tmp_path / "changes").read_text()
    assert left_behind(tmp_path) == []


@pytest.mark.full
def test_a_server_that_was_killed_knows_no_changes(tmp_path: Path) -> None:
    env = environment(tmp_path)
    process = subprocess.Popen(
        [BIN / "iamcli", "sandbox", "--changes=changes", "sh", "-c", "touch started; read line"],
        env=env,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    wait_until((tmp_path / "started").exists)
    (server,) = (pid for pid, line in running(tmp_path).items() if "sandbox.server" in line)
    os.kill(server, signal.SIGKILL)
    _, err = process.communicate(b"\n")
    assert process.returncode == 1
    assert err == (
        b"iamcli: the sandbox server ended too early; it is not known what has changed\n"
    )
    assert not (tmp_path / "changes").exists()
    assert left_behind(tmp_path) == []
