"""The commands with the gateway of Ceph, which verifies signatures and permissions.

differences.txt lists what the transcripts show differently there, and why. Each test has an account
of its own.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support import clients
from support.ceph import Cluster
from support.differences import Differences
from support.relay import FAULTS, Relay
from support.requirements import needs
from support.shell import ROOT
from support.transcripts import TRANSCRIPTS
from support.walk import walk

if TYPE_CHECKING:
    from support.forked import ForkRunner
    from support.shell import Shell

HERE = Path(__file__).resolve().parent
URL = os.environ.get("CEPH_URL", "")
if not URL:
    pytest.skip("Ceph has a run of its own: make test-ceph", allow_module_level=True)
pytestmark = needs("*")

#: The operations that the gateway lacks, by the command that needs one.
MISSING = {
    "iam-accountaliascreate": "CreateAccountAlias",
    "iam-accountaliasdelete": "DeleteAccountAlias",
    "iam-accountaliaslist": "ListAccountAliases",
    "iam-accountdelpasswordpolicy": "DeleteAccountPasswordPolicy",
    "iam-accountgetpasswordpolicy": "GetAccountPasswordPolicy",
    "iam-accountgetsummary": "GetAccountSummary",
    "iam-accountmodpasswordpolicy": "GetAccountPasswordPolicy",
    "iam-instanceprofileaddrole": "AddRoleToInstanceProfile",
    "iam-instanceprofilecreate": "CreateInstanceProfile",
    "iam-instanceprofiledel": "DeleteInstanceProfile",
    "iam-instanceprofilegetattributes": "GetInstanceProfile",
    "iam-instanceprofilelistbypath": "ListInstanceProfiles",
    "iam-instanceprofilelistforrole": "ListInstanceProfilesForRole",
    "iam-instanceprofileremoverole": "RemoveRoleFromInstanceProfile",
    "iam-servercertdel": "DeleteServerCertificate",
    "iam-servercertgetattributes": "GetServerCertificate",
    "iam-servercertlistbypath": "ListServerCertificates",
    "iam-servercertmod": "UpdateServerCertificate",
    "iam-servercertupload": "UploadServerCertificate",
    "iam-useraddcert": "UploadSigningCertificate",
    "iam-useraddloginprofile": "CreateLoginProfile",
    "iam-userchangepassword": "ChangePassword",
    "iam-userdeactivatemfadevice": "DeactivateMFADevice",
    "iam-userdelcert": "DeleteSigningCertificate",
    "iam-userdelloginprofile": "DeleteLoginProfile",
    "iam-userenablemfadevice": "EnableMFADevice",
    "iam-usergetloginprofile": "GetLoginProfile",
    "iam-userlistcerts": "ListSigningCertificates",
    "iam-userlistmfadevices": "ListMFADevices",
    "iam-usermodcert": "UpdateSigningCertificate",
    "iam-usermodloginprofile": "UpdateLoginProfile",
    "iam-userresyncmfadevice": "ResyncMFADevice",
    "iam-virtualmfadevicecreate": "CreateVirtualMFADevice",
    "iam-virtualmfadevicedel": "DeleteVirtualMFADevice",
    "iam-virtualmfadevicelist": "ListVirtualMFADevices",
}

#: What changes from run to run, in the forms it has here.
VOLATILE = re.compile(
    r"(?P<KEYID>\b(?!RGW)[A-Z0-9]{20}\b)"
    r"|(?P<ID>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    r"|(?P<SECRET>^[A-Za-z0-9/+]{40}$)"
    r"|(?P<DATE>\b\d{4}-\d\d-\d\dT[0-9:.+]+Z?)"
    r"|(?P<PORT>(?<=http://127\.0\.0\.1:)\d+)",
    re.MULTILINE,
)


def adapted(text: str) -> str:
    """Return ``text`` with the number of the account, and IDs that do not say what they are of."""
    seen: dict[str, str] = {}
    text = re.sub(r"\bRGW\d{17}\b", "123456789012", text)
    numbered = lambda match: seen.setdefault(match[0], f"<ID-{len(seen) + 1}>")  # noqa: E731
    return re.sub(r"<(?:ROLE)?ID-\d+>", numbered, text)


DIFFERENCES = Differences(HERE / "differences.txt", VOLATILE, adapted)


class Account(NamedTuple):
    id: str
    key: str
    secret: str


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    return Cluster(Path(os.environ["CEPH_ROOT"]), Path(os.environ["CEPH_FOLDER"]))


NUMBERS = itertools.count()


@pytest.fixture
def account(cluster: Cluster) -> Account:
    """An empty account, and the access key of its root user."""
    name = f"{os.getpid()}-{next(NUMBERS)}"
    key = f"ROOT{name.replace('-', 'X'):0>16}"
    secret = "s3cr3tOfTheRootUserOfThisAccountOfCeph00"
    return Account(cluster.account(name, key, secret), key, secret)


@pytest.fixture
def as_root(run: Shell, account: Account, credential_file: Path) -> Shell:
    """The environment of the account's root user."""
    credential_file.write_text(lines(account.key, account.secret))
    run.env["AWS_IAM_URL"] = URL
    return run


@pytest.fixture
def ceph(as_root: Shell, run_fast: ForkRunner) -> ForkRunner:
    """Run commands as the account's root user, in forks."""
    return run_fast


def lines(key: str, secret: str) -> str:
    """Return the content of a credential file."""
    return f"AWSAccessKeyId={key}\nAWSSecretKey={secret}\n"


def succeed(run: ForkRunner, commands: str) -> None:
    """Run each line of ``commands``, which is to print no error."""
    for line in commands.strip().splitlines():
        done = run(*shlex.split(line))
        assert (done.status, done.err) == (0, ""), line


# What the gateway has, and what it lacks.


@pytest.mark.parametrize(
    "file", [file for file in TRANSCRIPTS if file.stem not in MISSING], ids=lambda file: file.stem
)
def test_transcript(file, as_root, forked, stub, monkeypatch):
    shown, known = DIFFERENCES.compared(file, forked, stub, URL, monkeypatch)
    assert shown == known


def test_each_difference_has_a_transcript_and_a_reason():
    assert DIFFERENCES.without_reason() == []


def test_each_other_command_says_what_is_missing(ceph):
    said = {}
    for line, done in walk(ceph):
        name = line.split()[0]
        if done.status:
            said[name] = done.err
        elif not line.endswith(" -p"):
            assert done.err == "", line
    assert said == {name: f"{name}: the server has no {MISSING[name]}\n" for name in MISSING}


# Recursive deletions.

#: A user, a group and a role with everything that the gateway has.
FULL = """
iam-groupcreate -g Admins
iam-groupcreate -g Readers
iam-usercreate -u bob -g Admins -g Readers -k
iam-useraddkey -u bob
iam-useruploadpolicy -u bob -p one -f policy.json
iam-useraddpolicy -u bob -p two -e Allow -a iam:ListUsers -r *
iam-groupaddpolicy -g Admins -p one -e Allow -a iam:* -r *
iam-rolecreate -r web -s ec2.amazonaws.com
iam-roleaddpolicy -r web -p one -e Allow -a iam:* -c *
"""
NO_LISTS = (
    "the server has no ListSigningCertificates, GetLoginProfile, ListMFADevices, "
    "ListSSHPublicKeys, ListServiceSpecificCredentials; the list may be incomplete"
)
ATTACHED = ["IAMFullAccess", "IAMReadOnlyAccess"]


@pytest.fixture
def filled_account(ceph, account):
    """An account with FULL, two attached policies for each, and a client of boto3 for it."""
    (ceph.home / "policy.json").write_text(DOCUMENT)
    succeed(ceph, FULL)
    client = clients.client(URL, account.key, account.secret)
    for name in ATTACHED:
        arn = f"arn:aws:iam::aws:policy/{name}"
        client.attach_user_policy(UserName="bob", PolicyArn=arn)
        client.attach_group_policy(GroupName="Admins", PolicyArn=arn)
        client.attach_role_policy(RoleName="web", PolicyArn=arn)
    return client


def test_nothing_is_left_after_a_recursive_deletion(ceph, account, filled_account):
    number, arns = account.id, [f"\tarn:aws:iam::aws:policy/{name}" for name in ATTACHED]
    keys = [
        key["AccessKeyId"]
        for key in filled_account.list_access_keys(UserName="bob")["AccessKeyMetadata"]
    ]
    done = ceph("iam-userdel", "-u", "bob", "-r", "-p")
    groups = {f"\tarn:aws:iam::{number}:group/{name}" for name in ("Admins", "Readers")}
    listed = done.out.splitlines()
    assert len(keys) == len(groups) == 2
    assert set(listed[1:3]) == {f"\t{key}" for key in keys}
    assert listed[3:8] == ["policies", "\tone", "\ttwo", "certificates", "groups"]
    assert (set(listed[8:10]), listed[10:]) == (groups, ["attachedpolicies", *arns])
    assert done.err == f"iam-userdel: {NO_LISTS}\n"
    for line in ("iam-userdel -u bob -r", "iam-groupdel -g Admins -r", "iam-roledel -r web -c"):
        assert ceph(*line.split()) == (0, "", ""), line
    # The root user is hidden.
    assert filled_account.list_users()["Users"] == filled_account.list_roles()["Roles"] == []
    assert [group["GroupName"] for group in filled_account.list_groups()["Groups"]] == ["Readers"]
    assert filled_account.get_group(GroupName="Readers")["Users"] == []


# Signatures and permissions.


def test_what_is_not_signed_by_a_key_of_the_account_is_refused(as_root, typed, account):
    file = Path(as_root.env["AWS_CREDENTIAL_FILE"])
    for key, secret, code, hint in (
        (
            account.key,
            "wrong",
            "SignatureDoesNotMatch",
            f"check the secret access key of {account.key}",
        ),
        (
            "NOSUCHKEY00000000000",
            "x",
            "InvalidAccessKeyId",
            "access key NOSUCHKEY00000000000 from ",
        ),
    ):
        file.write_text(lines(key, secret))
        shown = typed("iam-userlistbypath")
        assert shown.startswith(f"iam-userlistbypath: {code}\r\niam-userlistbypath: {hint}")


#: Shifts the clock of a command by 20 minutes.
SHIFTED = """
import datetime, time
real, before = time.time, datetime.datetime
class Shifted(before):
    @classmethod
    def now(cls, zone=None):
        return before.fromtimestamp(time.time(), zone)
    @classmethod
    def utcnow(cls):
        return before.utcfromtimestamp(time.time())
time.time = lambda: real() + 1200
datetime.datetime = Shifted
"""


def test_a_clock_that_is_wrong(as_root, typed):
    shown = typed("iam-userlistbypath", {"FORKED_BEFORE": SHIFTED})
    code, hint = shown.splitlines()
    assert code == "iam-userlistbypath: RequestTimeTooSkewed"
    assert re.search("the clock of this machine is (20 minutes|19 minutes 59 seconds)", hint)
    assert hint.endswith("ahead of the Date of the response; correct it")


def test_permissions(ceph, account):
    """A user may do nothing, and then what a policy allows; a denial names the request."""
    succeed(ceph, "iam-groupcreate -g Admins")
    key = ceph("iam-usercreate", "-u", "ann", "-k").out.split()
    root = ceph.home / "root"
    root.write_text(lines(account.key, account.secret))
    root.chmod(0o600)
    Path(ceph.env["AWS_CREDENTIAL_FILE"]).write_text(lines(*key))
    as_ann = ceph
    denied = "{}: AccessDenied: {} is not permitted\n"
    assert as_ann("iam-userlistbypath").err == denied.format("iam-userlistbypath", "ListUsers")
    asked = ["iam-usercreate", "-u", "bob", "-g", "Admins"]
    refused = as_ann(*asked)
    state = "iam-usercreate: created: nothing; not created: user bob, membership of group Admins\n"
    assert refused.err == denied.format("iam-usercreate", "CreateUser") + state
    assert as_ann("iam-userdel", "-u", "ann", "-r").err == denied.format(
        "iam-userdel", "ListAccessKeys"
    )
    file = {"AWS_CREDENTIAL_FILE": str(root)}
    allowed = [
        "iam-useraddpolicy",
        "-u",
        "ann",
        "-p",
        "list",
        "-e",
        "Allow",
        "-a",
        "iam:ListUsers",
        "-r",
        "*",
    ]
    assert ceph(*allowed, env=file) == (0, "", "")
    listed = f"arn:aws:iam::{account.id}:user/ann\nIsTruncated: false\n"
    assert as_ann("iam-userlistbypath") == (0, listed, "")
    assert as_ann("iam-grouplistbypath").err == denied.format("iam-grouplistbypath", "ListGroups")


# Lists, names and documents.


def test_150_users_on_several_pages(ceph, account):
    client = clients.client(URL, account.key, account.secret)
    names = sorted(f"user-{number:03}" for number in range(150))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: client.create_user(UserName=name), names))
    arns = [f"arn:aws:iam::{account.id}:user/{name}" for name in names]
    whole = ceph("iam-userlistbypath")
    assert sorted(whole.out.splitlines()) == sorted([*arns, "IsTruncated: false"])
    pages, marker = [], []
    while marker is not None:
        page = ceph("iam-userlistbypath", "-i", "40", *marker).out.splitlines()
        last = page.index("IsTruncated: false") if "IsTruncated: false" in page else -2
        pages += page[:last]
        marker = ["-m", page[-1].removeprefix("Marker: ")] if last == -2 else None
    assert sorted(pages) == sorted(arns)


DOCUMENT = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "",
                "Effect": "Allow",
                "Action": "s3:*",
                "Resource": "arn:aws:s3:::\u00fc \u20ac/%41+*",
            }
        ],
    },
    ensure_ascii=False,
    indent=1,
)


def test_documents_come_back_byte_for_byte(ceph):
    (ceph.home / "policy.json").write_text(DOCUMENT)
    succeed(
        ceph,
        """
        iam-usercreate -u bob+tag=a,b.c@example.com_x-y
        iam-useruploadpolicy -u bob+tag=a,b.c@example.com_x-y -p one -f policy.json
        """,
    )
    shown = ceph("iam-userlistpolicies", "-u", "BOB+tag=a,b.c@example.com_x-y", "-p", "one")
    assert shown == (0, f"{DOCUMENT}\n", "")


# Responses that are lost, and a gateway that is killed.


@pytest.mark.parametrize("fault", ["done, closed", "not done, 500 empty", "done, 502 html"])
def test_lost_responses(fault, ceph, filled_account):
    """A removal is sent again, and an unknown outcome is called that."""
    relay = Relay(URL, verified=True)
    try:
        relay.arm({0: FAULTS[fault]})
        at = {"AWS_IAM_URL": relay.url}
        done = ceph("iam-userdelpolicy", "-u", "bob", "-p", "one", env=at)
        assert done.status == 0
        assert filled_account.list_user_policies(UserName="bob")["PolicyNames"] == ["two"]
        relay.arm({0: FAULTS[fault]})
        done = ceph("iam-usercreate", "-u", "eve", env=at)
        assert done.status == 1
        assert (
            "CreateUser may have taken effect, check first: iam-usergetattributes -u eve"
            in done.err
        )
        users = [user["UserName"] for user in filled_account.list_users()["Users"]]
        assert ("eve" in users) == fault.startswith("done")
    finally:
        relay.close()


def test_a_gateway_that_is_killed_amid_100_creations(cluster, as_root, account):
    """What a command says it has created is there, and nothing else, unless it says so."""
    gateway, url = cluster.gateway()
    create = (
        "iam-usercreate -u user{} 2>>errors && echo user{} >>created; "
        "[ {} != 40 ] || kill -KILL $GATEWAY"
    )
    script = f"seq 100 | xargs -P 4 -I '{{}}' sh -c '{create}'"
    env = as_root.env | {"AWS_IAM_URL": url, "AWS_MAX_ATTEMPTS": "1", "GATEWAY": str(gateway.pid)}
    try:
        as_root("iamcli", "run", "sh", "-c", script, env=env)
    finally:
        gateway.kill()
        gateway.wait()
    created = set((as_root.home / "created").read_text().split())
    errors = (as_root.home / "errors").read_text().splitlines()
    unknown = {line.rpartition(" ")[2] for line in errors if "may have taken effect" in line}
    client = clients.client(URL, account.key, account.secret)
    users = {user["UserName"] for user in client.list_users()["Users"]}
    assert 20 <= len(created) < 100
    assert len(errors) == 100 - len(created)
    assert created <= users <= created | unknown


# Other programs, and the other subcommands.


@pytest.mark.parametrize(
    "line", ["iam-userdel -u bob -r", "iam-groupdel -g Admins -r", "iam-roledel -r web -c"]
)
def test_the_script_of_explain_does_the_same(line, as_root, account, filled_account, programs):
    """awscli, with the script that explain prints, leaves what the command leaves in a twin."""
    as_root.env["PATH"] = f"{programs}:{as_root.env['PATH']}"
    explained = as_root("iamcli", "explain", "--format", "aws", *line.split(), "--url", URL)
    assert explained.err == ""
    keys = {
        "AWS_ACCESS_KEY_ID": account.key,
        "AWS_SECRET_ACCESS_KEY": account.secret,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    done = as_root("bash", "-c", explained.out, env=keys)
    assert (done.status, done.out, done.err) == (0, "", "")
    left = (
        filled_account.list_users()["Users"],
        filled_account.list_roles()["Roles"],
        filled_account.list_groups()["Groups"],
    )
    assert [len(entities) for entities in left] == {
        "iam-userdel": [0, 1, 2],
        "iam-groupdel": [1, 1, 1],
        "iam-roledel": [1, 0, 2],
    }[line.split()[0]]


def test_names_are_completed(ceph, filled_account):
    done = ceph("iamcli", "complete", "user", "iam-userdel")
    assert done == (0, "bob\n", "")
    assert (
        ceph("iamcli", "complete", "policy", "iam-userdelpolicy", "-u", "bob").out == "one\ntwo\n"
    )
    # The gateway has no such list.
    assert ceph("iamcli", "complete", "profile", "iam-instanceprofiledel") == (0, "", "")


def test_a_name_that_is_almost_one(as_root, typed, filled_account):
    said = "NoSuchEntity: No such UserName in the account"
    shown = typed("iam-usergetattributes -u bbo")
    assert shown.splitlines()[:2] == [
        f"iam-usergetattributes: {said}",
        "iam-usergetattributes: did you mean bob?",
    ]


def checks(run: ForkRunner) -> dict[str, dict[str, str]]:
    """Return what iamcli doctor finds, by the check."""
    report = json.loads(run("iamcli", "doctor", "--format", "json").out)
    return {check["check"]: check for check in report["checks"]}


def test_doctor(ceph, account, cluster):
    assert checks(ceph)["endpoint"]["result"] == checks(ceph)["clock"]["result"] == "ok"
    file = Path(ceph.env["AWS_CREDENTIAL_FILE"])
    file.write_text(lines(account.key, "wrong"))
    credentials = checks(ceph)["credentials"]
    assert (credentials["result"], credentials["cause"]) == ("wrong", "wrong-key")
    assert credentials["advice"].startswith(
        f"check the secret access key from credential file {file}"
    )
    gateway, url = cluster.gateway("--rgw-enable-apis=s3")
    try:
        ceph.env["AWS_IAM_URL"] = url
        endpoint = checks(ceph)["endpoint"]
        assert (endpoint["result"], endpoint["cause"]) == ("wrong", "endpoint-wrong")
        assert "rgw enable apis" in endpoint["advice"]
    finally:
        gateway.kill()
        gateway.wait()


def test_what_the_account_tools_say(ceph):
    missing = "the server has no GetAccountAuthorizationDetails"
    assert ceph("iamcli", "snapshot", "a.json") == (1, "", f"iamcli: {missing}\n")


def test_the_page(cluster, account, as_root, forked):
    """The commands of docs/ceph.md work, at this gateway."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/ceph.md").read_text(), re.DOTALL)
    script = "set -e\n" + "\n".join(blocks)
    ours = {
        "http://gateway.example.com:8080": URL,
        "RGW00000000000000001": f"RGW{account.id[-17:][::-1]}",
        "example": f"page-{os.getpid()}",
    }
    for written, here in ours.items():
        assert written in script
        script = script.replace(written, here)
    tool = as_root.home / "bin/radosgw-admin"
    tool.parent.mkdir()
    words = shlex.join(cluster.command("radosgw-admin"))
    # Ceph writes its own messages there, such as that a gateway that has ended does not answer.
    messages = as_root.home / "radosgw-admin.log"
    tool.write_text(f'#!/bin/sh\nLC_ALL=C exec {words} "$@" 2>>{messages}\n')
    tool.chmod(0o755)
    forked.env["PATH"] = f"{tool.parent}:{forked.env['PATH']}"
    del forked.env["AWS_IAM_URL"], forked.env["AWS_CREDENTIAL_FILE"]
    done = forked("sh", "-c", script)
    assert done.status == 0, messages.read_text()
    said = "; the list may be incomplete"
    assert [line for line in done.err.splitlines() if not line.endswith(said)] == []
    assert "\naccesskeys\n\t" in done.out
    assert done.out.endswith(":group/Admins\n")


REFUSED = {
    "iam-usercreate -u jürgen": "UserName",
    "iam-groupcreate -g Führung€": "GroupName",
    "iam-rolecreate -r rölle -s ec2.amazonaws.com": "RoleName",
    "iam-usercreate -u bob -p /ü/": "Path",
    "iam-useraddpolicy -u bob -p pü -e Allow -a s3:* -r *": "PolicyName",
}


@pytest.mark.parametrize(("line", "parameter"), REFUSED.items())
def test_names_in_unicode_are_signed_as_they_are_sent(line, parameter, ceph):
    """The gateway accepts the signature, and refuses the name."""
    done = ceph(*line.split())
    said = f"InvalidInput: {parameter} contains invalid characters"
    assert (done.status, done.err) == (1, f"{line.split()[0]}: {said}\n")


# What docs/ceph.md says is different.


@pytest.fixture
def entities(ceph):
    """The user bob in the group Admins, the role web, and a policy in a file."""
    (ceph.home / "policy.json").write_text(DOCUMENT)
    succeed(
        ceph,
        """
        iam-groupcreate -g Admins
        iam-usercreate -u bob -g Admins
        iam-rolecreate -r web -s ec2.amazonaws.com
        """,
    )


OF_A_POLICY = "InvalidInput: PolicyName contains invalid characters"
SENTENCE = "Ceph refuses _ and + in names of roles, and of policies of users and groups"


@pytest.mark.parametrize("sign", ["_", "+", "=", ",", "@"])
def test_signs_in_names(sign, ceph, entities):
    name = f"a{sign}b"
    said = {}
    for line in (
        f"iam-rolecreate -r {name} -s ec2.amazonaws.com",
        f"iam-useruploadpolicy -u bob -p {name} -f policy.json",
        f"iam-groupuploadpolicy -g Admins -p {name} -f policy.json",
        f"iam-roleuploadpolicy -r web -p {name} -f policy.json",
    ):
        command, *_ = words = line.split()
        done = ceph(*words)
        assert (done.status != 0) == bool(done.err)
        said[command] = done.err.removeprefix(f"{command}: ").rstrip()
    refused = sign in "_+"
    assert said == {
        "iam-rolecreate": "InvalidInput" if refused else "",
        "iam-useruploadpolicy": OF_A_POLICY if refused else "",
        "iam-groupuploadpolicy": OF_A_POLICY if refused else "",
        "iam-roleuploadpolicy": "",
    }


def test_the_name_of_a_role_that_is_refused_without_a_reason(as_root, typed, account):
    shown = typed("iam-rolecreate -r a_b -s ec2.amazonaws.com")
    assert shown.splitlines()[:2] == ["iam-rolecreate: InvalidInput", f"iam-rolecreate: {SENTENCE}"]


def members(ceph: ForkRunner) -> list[str]:
    return re.findall(r":user/(\w+)", ceph("iam-grouplistusers", "-g", "Admins").out)


@pytest.mark.parametrize("removed", [False, True], ids=["renamed", "removed-under-the-new-name"])
def test_a_renamed_user_is_removed_from_a_group(removed, ceph, entities):
    succeed(ceph, "iam-usermod -u bob -n rob")
    if removed:
        succeed(ceph, "iam-groupremoveuser -g Admins -u rob")
        assert members(ceph) == ["rob"]
        assert ceph("iam-groupdel", "-g", "Admins").status == 1
    succeed(ceph, "iam-usermod -u rob -n bob")
    if removed:
        succeed(ceph, "iam-groupadduser -g Admins -u bob")
    succeed(ceph, "iam-groupremoveuser -g Admins -u bob")
    assert members(ceph) == []
    succeed(ceph, "iam-groupdel -g Admins")


@pytest.mark.parametrize(
    ("action", "resource", "said"),
    [
        ("s3:*", "arn:aws:s3:::${aws:username}/*", "is not a valid ARN"),
        ("ec2:*", "*", "`ec2:*` is not a valid action"),
    ],
)
def test_policies_that_are_refused(action, resource, said, ceph, entities):
    words = ["iam-useraddpolicy", *shlex.split("-u bob -p one -e Allow -a"), action, "-r", resource]
    done = ceph(*words)
    assert (done.status, "MalformedPolicyDocument" in done.err, said in done.err) == (1, True, True)


def test_inline_policies_are_counted(ceph, entities, account):
    client = clients.client(URL, account.key, account.secret)
    for number in range(100):
        client.put_user_policy(
            UserName="bob", PolicyName=f"p{number}", PolicyDocument=DOCUMENT.replace(" ", "")
        )
    done = ceph(*shlex.split("iam-useruploadpolicy -u bob -p more -f policy.json"))
    assert (done.status, done.err.split()[1].rstrip(":")) == (1, "LimitExceeded")


def test_aws_requires_a_region(as_root, account, programs):
    as_root.env["PATH"] = f"{programs}:{as_root.env['PATH']}"
    keys = {
        "AWS_ACCESS_KEY_ID": account.key,
        "AWS_SECRET_ACCESS_KEY": account.secret,
        "AWS_ENDPOINT_URL_IAM": URL,
    }
    listed = [
        as_root("aws", "iam", "list-users", env=keys | region).status
        for region in ({}, {"AWS_DEFAULT_REGION": "us-east-1"})
    ]
    assert listed[0] != 0 == listed[1]


def test_a_key_of_no_account(ceph, account, cluster):
    key = "PLAIN000000000000000"
    words = f"user create --uid=plain-{os.getpid()} --display-name=plain --access-key={key}"
    command = [*cluster.command("radosgw-admin"), *words.split(), f"--secret-key={account.secret}"]
    subprocess.run(command, capture_output=True, check=True, env={**os.environ, "LC_ALL": "C"})
    Path(ceph.env["AWS_CREDENTIAL_FILE"]).write_text(lines(key, account.secret))
    assert ceph("iam-userlistbypath").err == "iam-userlistbypath: the server has no ListUsers\n"
    endpoint = checks(ceph)["endpoint"]
    assert endpoint["found"].endswith("it answers MethodNotAllowed")
    assert endpoint["advice"].endswith("or the key is of no account")
