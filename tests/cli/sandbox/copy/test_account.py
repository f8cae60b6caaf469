"""``iamcli sandbox --account``: the private IAM starts as a copy of an account."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from support import prepared, private_iam
from support.changes import runner
from support.clients import encoded
from support.copies import ARN, DATE, UNREAD_CERTIFICATE, snapshot, user, whole
from support.expected import ONLY_IAM
from support.processes import environment
from support.processes import run as run_program
from support.refusals import MANAGED, UPLOAD, Iam, too_many, trust
from support.selection import in_full
from support.shell import ROOT
from support.terminal import Terminal

from iamcli.client.model import full_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path


pytestmark = pytest.mark.releases

OF_AWS = "Cannot delete policy versions for policies outside your own account."
NEVER_USED = {
    "Status": "Active",
    "CreateDate": DATE,
    "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"},
}


def written(folder: Path, content: Mapping[str, Any]) -> str:
    """Write the snapshot ``content`` to a file in ``folder``; return the name of the file."""
    file = folder / "copied.json"
    file.write_text(json.dumps(content))
    return str(file)


@contextmanager
def copied(folder: Path, content: Mapping[str, Any]) -> Iterator[str]:
    """Run a private IAM that starts with the snapshot ``content``; yield its URL."""
    with private_iam.server(account=written(folder, content)) as private:
        yield private.url


# The copy is like the original.


@pytest.mark.full
def test_five_thousand_users_are_loaded(tmp_path):
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"x": "y" * 500}] * 4})
    users = [
        user(
            f"user{number}",
            UserId=f"AIDA{number:017}",
            UserPolicyList=[{"PolicyName": f"p{n}", "PolicyDocument": document} for n in "12"],
            Tags=[{"Key": "team", "Value": "web"}],
            AccessKeyMetadata=[{**NEVER_USED, "AccessKeyId": f"AKIA{n}{number:015}"} for n in "12"],
            MFADevices=[{"SerialNumber": f"{ARN}:mfa/user{number}", "EnableDate": DATE}],
            LoginProfile={"CreateDate": DATE, "PasswordResetRequired": False},
        )
        for number in range(5000)
    ]
    with copied(tmp_path, snapshot(users=users)) as url:
        iam = encoded(url)
        pages = iam.get_paginator("list_users").paginate()
        assert sum(len(page["Users"]) for page in pages) == 5000
        found = iam.get_access_key_last_used(AccessKeyId="AKIA2000000000004999")
        assert found["UserName"] == "user4999"


def test_a_snapshot_of_a_copy_is_like_that_of_the_account(tmp_path, run_fast):
    content = whole()
    with copied(tmp_path, content) as url:
        done = run_fast("iamcli", "snapshot", "again.json", env={"AWS_IAM_URL": url})
        assert done.status == 0, done
        iam = encoded(url)
        summary = iam.get_account_summary()["SummaryMap"]
        serial = content["virtual_mfa_devices"][3]["SerialNumber"]
        iam.deactivate_mfa_device(SerialNumber=serial)
        after = iam.get_account_summary()["SummaryMap"]
        # Tags of AWS do not count as tags of the role.
        tags = [{"Key": f"k{number}", "Value": ""} for number in range(49)]
        iam.tag_role(RoleName="web", Tags=tags)
        with pytest.raises(iam.exceptions.LimitExceededException):
            iam.tag_role(RoleName="web", Tags=[{"Key": "one", "Value": "more"}])
    again = json.loads((run_fast.home / "again.json").read_text())
    assert again.pop("summary").items() >= content.pop("summary").items()
    # Older releases of botocore do not know all members.
    known = full_model().shape_for("ServiceSpecificCredentialMetadata").members
    content["users"][0]["ServiceSpecificCredentials"] = [
        {name: one[name] for name in one if name in known}
        for one in content["users"][0]["ServiceSpecificCredentials"]
    ]
    for kind in content.keys() - {"taken"}:
        assert again[kind] == content[kind], kind
    names = ("MFADevices", "MFADevicesInUse", "AccountMFAEnabled")
    assert [[counts[name] for name in names] for counts in (summary, after)] == [
        [6, 5, 1],
        [6, 4, 0],
    ]


#: The kinds besides users that have a quota in each account: in the summary, and what makes one.
ACCOUNT_QUOTAS: dict[str, tuple[str, dict[str, Any]]] = {
    "Groups": ("CreateGroup", {"GroupName": "x"}),
    "Roles": ("CreateRole", {"RoleName": "x", "AssumeRolePolicyDocument": trust()}),
    "InstanceProfiles": ("CreateInstanceProfile", {"InstanceProfileName": "x"}),
    "Policies": ("CreatePolicy", {"PolicyName": "x", "PolicyDocument": MANAGED}),
    "ServerCertificates": ("UploadServerCertificate", UPLOAD),
}


PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
#: A byte that is not UTF-8, as a snapshot has it.
STRANGE = '{"Statement":"caf\udce9\r\n\t"}'


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a copy with quotas and documents of all kinds."""
    content = snapshot(
        users=[
            user("bob", UserPolicyList=[{"PolicyName": "old", "PolicyDocument": STRANGE}]),
            # A snapshot may lack the date.
            {name: value for name, value in user("eve").items() if name != "CreateDate"},
        ],
        virtual_mfa_devices=[
            {
                "SerialNumber": f"{ARN}:mfa/root-account-mfa-device",
                "EnableDate": DATE,
                "User": {"UserId": "210987654321", "Arn": f"{ARN}:root", "CreateDate": DATE},
            }
        ],
        server_certificates=[{**UNREAD_CERTIFICATE, "CertificateBody": PEM}],
        account_alias="example",
        summary={
            "Users": 2,
            "UsersQuota": 3,
            "AccountMFAEnabled": 1,
            "AccountAccessKeysPresent": 1,
            "NewQuota": 7,
            **{f"{kind}Quota": 1 for kind in ACCOUNT_QUOTAS},
        },
    )
    with copied(tmp_path_factory.mktemp("strange"), content) as url:
        yield url


def test_documents_are_byte_for_byte(strange, run_fast):
    done = run_fast("iam-userlistpolicies", "-u", "bob", "-p", "old", env={"AWS_IAM_URL": strange})
    assert done.status == 0
    assert done.out.replace("\udce9", "?") == STRANGE.replace("\udce9", "?") + "\n"
    assert "\udce9" in done.out
    iam = encoded(strange)
    found = iam.get_server_certificate(ServerCertificateName="www")["ServerCertificate"]
    assert found["CertificateBody"] == PEM
    # What the snapshot does not have is not known.
    known = {"Path", "ServerCertificateName", "ServerCertificateId", "Arn"}
    assert set(found["ServerCertificateMetadata"]) == known


def test_the_quotas_and_what_is_only_counted_are_those_of_the_account(strange):
    iam = encoded(strange)
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["Users"], summary["UsersQuota"], summary["NewQuota"]) == (2, 3, 7)
    assert (summary["AccountMFAEnabled"], summary["AccountAccessKeysPresent"]) == (1, 1)
    iam.create_user(UserName="third")
    iam.create_access_key()
    with pytest.raises(iam.exceptions.LimitExceededException):
        iam.create_user(UserName="fourth")
    summary = iam.get_account_summary()["SummaryMap"]
    assert (summary["Users"], summary["AccountAccessKeysPresent"]) == (3, 1)
    iam.delete_user(UserName="third")
    calls = Iam(strange)
    for kind, (operation, parameters) in ACCOUNT_QUOTAS.items():
        name = next(iter(parameters))
        # There is a server certificate.
        if kind != "ServerCertificates":
            calls(operation, **{**parameters, name: "first"})
        second = calls.refused(operation, **{**parameters, name: "second"})
        assert second == too_many(f"{kind}PerAccount", 1), kind


# What could not be read is not known.


@pytest.mark.parametrize("arn", [f"{ARN}:policy/x/own", in_full("arn:aws:iam::aws:policy/New")])
def test_of_an_attached_policy_that_could_not_be_read_the_rest_is_refused(tmp_path, arn):
    attached = {"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn}
    absent = f"The policy {arn} is not in the copy of the account"
    version = {"VersionId": "v1"}
    own = arn.startswith(ARN)
    with copied(tmp_path, snapshot(users=[user("bob", AttachedManagedPolicies=[attached])])) as url:
        iam = Iam(url)
        for operation, more, message in (
            ("GetPolicy", {}, absent),
            ("GetPolicyVersion", version, absent),
            ("ListPolicyVersions", {}, absent),
            ("SetDefaultPolicyVersion", version, absent if own else OF_AWS),
            ("DeletePolicy", {}, "Cannot delete a policy attached to entities." if own else OF_AWS),
        ):
            assert iam.refused(operation, PolicyArn=arn, **more).message == message, operation


def test_requests_to_a_copy_are_about_its_partition(tmp_path):
    content = json.loads(
        json.dumps(snapshot(users=[user("bob")])).replace("arn:aws:", "arn:aws-cn:")
    )
    with copied(tmp_path, content) as url:
        iam = Iam(url)
        # One that a correction answers, and one that moto answers.
        assert iam("GetUser", UserName="bob")["User"]["Arn"] == f"{ARN}:user/bob".replace(
            "aws", "aws-cn"
        )
        iam("DeleteUser", UserName="bob")


# How it is started.


@pytest.fixture
def sandbox_of_snapshot(tmp_path: Path) -> Callable[..., Any]:
    """Run ``iamcli sandbox`` in an empty directory that has a snapshot, account.json."""
    return runner(tmp_path, snapshot())


UNREAD = {
    "operation": "ListAccessKeys",
    "name": None,
    "of": "user/bob",
    "code": "AccessDenied",
    "message": "No.",
}
#: What could not be read, and what nobody wanted to read.
PART = snapshot(unknown=["alias"], only_users=["bob"], unread=[UNREAD])


def test_it_is_said_what_is_a_copy(sandbox_of_snapshot, tmp_path):
    # Only a terminal shows what it lacks.
    (tmp_path / "work" / "part.json").write_text(json.dumps(PART))
    # The command does not get the file that the server reads.
    script = "iam-userlistbypath; ls -l /proc/$$/fd | grep -c part.json; exit 3"
    done = sandbox_of_snapshot("--account", "part.json", "sh", "-c", script)
    assert done.returncode == 3
    assert done.stdout == f"{ARN}:user/bob\nIsTruncated: false\n0\n"
    assert done.stderr == ONLY_IAM
    said = " ".join(sandbox_of_snapshot("-h").stdout.split())
    assert "Only IAM is a copy: COMMAND really writes files" in said
    page = " ".join((ROOT / "man" / "iamcli-sandbox.1").read_text().split())
    assert "Only IAM is a copy" in page


@pytest.mark.full
def test_a_snapshot_can_be_a_pipe(sandbox_of_snapshot, tmp_path):
    script = f"'{prepared.program()}' sandbox --account <(cat work/account.json) iam-userlistbypath"
    done = run_program("bash", "-c", script, env=environment(tmp_path), cwd=tmp_path)
    assert done.stdout == f"{ARN}:user/bob\nIsTruncated: false\n"


@pytest.mark.full
@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (snapshot(), []),
        (snapshot(unknown=["alias"]), ["not in the copy, or only partly: alias"]),
        (
            PART,
            [
                "1 request was refused when FILE was made",
                "not in the copy, or only partly: access-key, alias, membership, user",
            ],
        ),
        (
            snapshot(
                unread=[*PART["unread"], {**PART["unread"][0], "operation": "ListMFADevices"}]
            ),
            [
                "2 requests were refused when FILE was made",
                "not in the copy, or only partly: access-key, mfa-device",
            ],
        ),
    ],
)
def test_a_terminal_shows_what_the_copy_lacks(tmp_path, content, lines):
    file, env = written(tmp_path, content), environment(tmp_path)
    terminal = Terminal(prepared.program(), "sandbox", "--account", file, "true", env=env)
    assert terminal.status() == 0
    first, *others, last = terminal.shown.replace(file, "FILE").splitlines()
    assert f"{first}\n" == ONLY_IAM
    assert others == [f"iamcli: {line}" for line in lines]
    assert last.startswith("iamcli: no request reached the private IAM; ")


@pytest.mark.full
def test_a_shell_with_a_copy_speaks_of_no_command_and_of_no_name(tmp_path):
    file, env = written(tmp_path, PART), environment(tmp_path, SHELL="/bin/sh")
    terminal = Terminal(prepared.program(), "sandbox", "--account", file, env=env)
    shown = " ".join(terminal.wait_for("(iamcli sandbox) $ ").split())
    assert "only IAM is a copy; what you start really runs here, with its files" in shown
    assert "the command" not in shown
    # No user of these names exists.
    assert "Try these commands. iam-userlistbypath iam-grouplistbypath iam-account" in shown
    assert "bob" not in shown.partition("Try these")[2]
    terminal.type("exit\n")
    assert terminal.status() == 0


def test_a_file_without_end_is_not_read_to_the_end(sandbox_of_snapshot):
    done = sandbox_of_snapshot("--account", "/dev/zero", "touch", "ran")
    said = "/dev/zero is larger than 268435456 bytes, too large for a snapshot"
    assert (done.returncode, done.stderr) == (1, f"iamcli: cannot start the sandbox: {said}\n")


@pytest.mark.parametrize(
    ("content", "reported"),
    [
        (None, "iamcli: cannot read bad.json: No such file or directory\n"),
        (
            snapshot(users=[user("bob", Arn="x")]),
            (
                "iamcli: cannot start the sandbox: bad.json is damaged: users[0].Arn is not an "
                "ARN: x; make a new one with iamcli snapshot\n"
            ),
        ),
    ],
)
def test_a_file_that_is_no_snapshot_runs_nothing(sandbox_of_snapshot, tmp_path, content, reported):
    if content is not None:
        (tmp_path / "work" / "bad.json").write_text(json.dumps(content))
    done = sandbox_of_snapshot("--account", "bad.json", "touch", "ran")
    assert done.returncode == 1
    assert done.stderr.startswith(reported)
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "work" / "ran").exists()
