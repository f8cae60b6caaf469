"""``iamcli recreate``: scripts that create deleted entities again, and what they do not do."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support import populated, resettable
from support.certificates import public_key
from support.clients import encoded
from support.copies import ARN, GROUP, READ_ONLY, instance_profile, role, snapshot, user
from support.recorded_calls import Recorder
from support.requirements import need
from support.round import CANNOT, IDS_AND_DATES, UNKNOWN, comments, recreate, shellcheck, without
from support.selection import pairs, usual
from support.shell import BIN
from support.snapshot import loaded, saved, succeeded
from support.stub import refused
from support.terminal import Terminal, Typist

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.forked import Done, ForkRunner
    from support.shell import Shell

SHELLS = ["dash", "bash", "zsh", "ksh93", "mksh"]
#: White space, quotes, what a shell would expand and a letter outside ASCII must stay as they are.
DOCUMENT = (
    '{ "Version": "2012-10-17",\r\n\t"Statement": [{"Sid": "", "Effect":"Allow","Action":"s3:*",'
    '"Resource":["arn:aws:s3:::a\'b/$(touch x)`touch x`${HOME}\\u00e9/\u00e9", "*"]}] }\n\n'
)
OWN = "arn:aws:iam::123456789012:policy/p/own"
PASSWORD = "gePqXvyb5gEhYGRb"


#: The account is not asked for.
UNCHECKED = {"IAMCLI_SKIP_ACCOUNT_CHECK": "1"}
CERTIFICATE = {"CertificateId": "TA7SM", "CertificateBody": "x", "Status": "Inactive"}

#: What is new in a second snapshot of the same entities, and what nobody can create again.
NEW_OR_LOST = IDS_AND_DATES | {
    "EnableDate",
    "taken",
    "summary",
    "AccessKeyMetadata",
    "MFADevices",
    "ServiceSpecificCredentials",
    "server_certificates",
    "virtual_mfa_devices",
}


def kept(value: Any) -> Any:
    """Return what a script must create again of a snapshot."""
    return without(NEW_OR_LOST, value)


def made(run: Shell | ForkRunner, content: dict[str, Any], *arguments: str) -> str:
    """Make a script of a snapshot, which must have no finding of ShellCheck; return its text."""
    done = recreate(run, content, *arguments)
    assert (done.status, done.err) == (0, ""), done
    (run.home / "recreate.sh").write_text(done.out)
    for shell in ("sh", "bash"):
        shellcheck(run.home, done.out, shell=shell)
    return done.out


def stopped(done: Done, said: str) -> None:
    """Check that a script changed nothing, and said why."""
    assert done == (1, "", f"recreate: {said}; nothing was changed\n")


@pytest.fixture
def populated_account(aws: Shell, programs: Path) -> Any:
    """A client of a private IAM with bob and all that can belong to an account."""
    aws.env["PATH"] = f"{programs}:/usr/bin:/bin"
    iam = encoded(aws.env["AWS_IAM_URL"])
    body, _, key = populated.pem_files()
    iam.create_group(GroupName="dev", Path="/groups/")
    iam.create_group(GroupName="-h")
    iam.create_policy(
        PolicyName="own",
        Path="/p/",
        PolicyDocument=populated.DOCUMENT.format(1),
        Description="file:///etc/passwd",
        Tags=[{"Key": "a=b", "Value": "é"}],
    )
    for default in (True, False):
        iam.create_policy_version(
            PolicyArn=OWN, PolicyDocument=populated.DOCUMENT.format(2), SetAsDefault=default
        )
    iam.put_group_policy(GroupName="dev", PolicyName="=cat", PolicyDocument=DOCUMENT)
    iam.attach_group_policy(GroupName="dev", PolicyArn=OWN)
    iam.create_user(
        UserName="bob",
        Path="/staff/old/",
        PermissionsBoundary=READ_ONLY,
        Tags=[{"Key": "team", "Value": "caf\u00e9 =1"}, {"Key": "a=b", "Value": ""}],
    )
    iam.create_user(UserName="=cat")
    for name in ("bob", "=cat"):
        iam.add_user_to_group(GroupName="dev", UserName=name)
    iam.add_user_to_group(GroupName="-h", UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="-p", PolicyDocument=DOCUMENT)
    iam.attach_user_policy(UserName="bob", PolicyArn=OWN)
    iam.create_access_key(UserName="bob")
    signing = iam.upload_signing_certificate(UserName="bob", CertificateBody=body)
    iam.update_signing_certificate(
        UserName="bob", CertificateId=signing["Certificate"]["CertificateId"], Status="Inactive"
    )
    device = iam.create_virtual_mfa_device(Path="/spares/", VirtualMFADeviceName="phone")
    serial = device["VirtualMFADevice"]["SerialNumber"]
    for number in (serial, "GAHT12345678"):
        iam.enable_mfa_device(UserName="bob", SerialNumber=number, **populated.CODES)
    for number in (1, 2):
        ssh = iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=public_key(number))
    iam.update_ssh_public_key(
        UserName="bob", SSHPublicKeyId=ssh["SSHPublicKey"]["SSHPublicKeyId"], Status="Inactive"
    )
    trust = populated.TRUST.replace("ec2.amazonaws.com", "s3.amazonaws.com")
    iam.create_role(
        RoleName="web",
        Path="/roles/",
        AssumeRolePolicyDocument=trust.replace(":", ": \n", 1),
        PermissionsBoundary=OWN,
        Description="it's http://127.0.0.1:1",
        MaxSessionDuration=7200,
        Tags=[{"Key": "-t", "Value": "-"}],
    )
    iam.put_role_policy(RoleName="web", PolicyName="inline", PolicyDocument=DOCUMENT)
    iam.attach_role_policy(RoleName="web", PolicyArn=READ_ONLY)
    iam.create_role(RoleName="plain", AssumeRolePolicyDocument=trust)
    for name, path in (("front", "/p/"), ("empty", "/")):
        iam.create_instance_profile(InstanceProfileName=name, Path=path)
    iam.add_role_to_instance_profile(InstanceProfileName="front", RoleName="web")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="spare")
    iam.upload_server_certificate(ServerCertificateName="www", CertificateBody=body, PrivateKey=key)
    iam.create_account_alias(AccountAlias="example")
    iam.update_account_password_policy(MinimumPasswordLength=9, MaxPasswordAge=90)
    return iam


# There and back.


#: How each entity is deleted.
DELETED = {
    "user/bob": "iam-userdel -u bob -r",
    "instance-profile/empty": "iam-instanceprofiledel -s empty",
    "role/web": "iam-roledel -r web -c",
    "group/dev": "iam-groupdel -g dev -r",
    "instance-profile/front": "iam-instanceprofiledel -s front -r",
}


@pytest.mark.parametrize("entity", usual(("instance-profile/front",), DELETED))
def test_a_deleted_entity_comes_back(populated_account, aws, entity):
    before = saved(aws, "--force")
    script = made(aws, before, entity)
    assert f"#   {entity}\n" in script
    succeeded(aws(*DELETED[entity].split()))
    assert kept(saved(aws, "--force")) != kept(before)
    succeeded(aws("sh", "recreate.sh"))
    assert kept(saved(aws, "--force")) == kept(before)


@pytest.mark.full
@pytest.mark.parametrize("shell", SHELLS)
def test_everything_comes_back_in_an_empty_account(populated_account, aws, shell):
    need(shell)
    before = saved(aws, "--force")
    made(aws, before, "all")
    resettable.reset(aws.env["AWS_IAM_URL"])
    succeeded(aws(shell, "recreate.sh"))
    after = saved(aws, "--force")
    # Numbers of versions begin with v1 again; here they are the same.
    assert kept(after) == kept(before)
    # It says what exists, and changes nothing.
    stopped(aws(shell, "recreate.sh"), "policy/own exists")
    assert kept(saved(aws, "--force")) == kept(before)


@pytest.mark.full
def test_a_role_and_its_user_and_profile_come_back_together(populated_account, aws):
    # The trust policy names a user and a role that are deleted, too.
    arn = "arn:aws:iam::123456789012"
    for name, principal in (("z", f"{arn}:user/staff/old/bob"), ("a", f"{arn}:role/z")):
        trust = populated.TRUST.replace(
            '{"Service":["ec2.amazonaws.com"]}', f'{{"AWS":"{principal}"}}'
        )
        assert trust != populated.TRUST
        populated_account.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    # JSON may escape a slash.
    itself = trust.replace(f'"{arn}:role/z"', f'["{arn}:role/z","{arn}:role\\/a"]')
    populated_account.update_assume_role_policy(RoleName="a", PolicyDocument=itself)
    before = saved(aws, "--force")
    made(aws, before, "role/a", "role/z", "user/bob", "role/web")
    for command in ("roledel -c -r a", "roledel -c -r z", "roledel -c -r web", "userdel -r -u bob"):
        succeeded(aws(*f"iam-{command}".split()))
    succeeded(aws("sh", "recreate.sh"))
    assert kept(saved(aws, "--force")) == kept(before)


@pytest.mark.full
def test_passwords_are_typed_at_the_end(populated_account, aws):
    populated_account.create_login_profile(
        UserName="bob", Password=PASSWORD, PasswordResetRequired=True
    )
    populated_account.create_login_profile(UserName="=cat", Password=PASSWORD)
    before = saved(aws, "--force")
    assert PASSWORD not in made(aws, before, "user/bob", "user/=cat")
    for name in ("bob", "=cat"):
        succeeded(aws("iam-userdel", "-r", "-u", name))
    # Without a terminal, nothing is created.
    done = aws("sh", "recreate.sh")
    assert done.status == 1
    assert done.err.endswith("standard input is not a terminal; nothing was changed\n")
    assert [one["UserName"] for one in saved(aws, "--force")["users"]] == []
    terminal = Terminal("sh", str(aws.home / "recreate.sh"), env=aws.env)
    for name in ("=cat", "bob"):
        terminal.wait_for(f"Type a new password for user/{name}.\r\n")
        for prompt in ("Password: ", "Password again: "):
            terminal.wait_for(prompt)
            terminal.type(f"{PASSWORD}\n")
    assert terminal.status() == 0
    assert PASSWORD not in terminal.shown
    assert kept(saved(aws, "--force")) == kept(before)


# What is checked.


@pytest.mark.full
def test_an_instance_profile_may_exist_if_it_is_empty(populated_account, aws):
    before = saved(aws, "--force")
    made(aws, before, "role/web")
    succeeded(aws("iam-roledel", "-c", "-r", "web"))
    succeeded(aws("iam-instanceprofileaddrole", "-s", "front", "-r", "plain"))
    stopped(aws("sh", "recreate.sh"), "instance-profile/front exists and contains a role")
    succeeded(aws("iam-instanceprofileremoverole", "-s", "front", "-r", "plain"))
    succeeded(aws("sh", "recreate.sh"))
    assert kept(saved(aws, "--force")) == kept(before)


@pytest.mark.full
@pytest.mark.parametrize(
    ("delete", "missing"),
    [
        (["iam-groupdel", "-r", "-g", "dev"], "group/dev"),
        (["aws", "iam", "delete-policy", "--policy-arn", OWN], f"managed policy {OWN}"),
    ],
)
def test_what_the_script_needs_must_exist(populated_account, aws, delete, missing):
    populated_account.delete_role_permissions_boundary(RoleName="web")
    for number in (1, 3):
        populated_account.delete_policy_version(PolicyArn=OWN, VersionId=f"v{number}")
    before = saved(aws, "--force")
    made(aws, before, "user/bob")
    succeeded(aws("iam-userdel", "-r", "-u", "bob"))
    populated_account.detach_group_policy(GroupName="dev", PolicyArn=OWN)
    assert aws(*delete).status == 0
    stopped(aws("sh", "recreate.sh"), f"{missing}, which is needed, does not exist")
    assert aws("iam-usergetattributes", "-u", "bob").status == 1


def test_the_account_is_checked(populated_account, aws):
    before = saved(aws, "--force")
    script = made(aws, before, "user/=cat", "--account", "111122223333")
    assert "snapshot of account 123456789012, for account 111122223333, taken" in script
    succeeded(aws("iam-userdel", "-r", "-u", "=cat"))
    other = "but this script is for account 111122223333"
    stopped(aws("sh", "recreate.sh"), f"iam-* uses account 123456789012, {other}")
    # The endpoint of IAM is private, and there is none of STS.
    made(aws, before, "user/=cat")
    env = {"AWS_ENDPOINT_URL": ""}
    done = aws("sh", "recreate.sh", env=env)
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "iamcli: the account is unknown; to see why, run: iamcli doctor\n"
        "recreate: the account of iam-* is unknown; if it is 123456789012, set "
        "IAMCLI_SKIP_ACCOUNT_CHECK=1; nothing was changed\n"
    )
    succeeded(aws("sh", "recreate.sh", env=env | UNCHECKED))


@pytest.mark.full
def test_the_account_of_aws_is_checked_too(populated_account, aws):
    before = saved(aws, "--force")
    made(aws, before, "role/plain", "role/web")
    for name in ("plain", "web"):
        succeeded(aws("iam-roledel", "-c", "-r", name))
    folder = aws.home / "other"
    folder.mkdir()
    (folder / "aws").write_text("#!/bin/sh\necho 111122223333\n")
    (folder / "aws").chmod(0o755)
    done = aws("sh", "recreate.sh", env={"PATH": f"{folder}:{aws.env['PATH']}"})
    stopped(done, "aws uses account 111122223333, but this script is for account 123456789012")
    assert aws("iam-rolegetattributes", "-r", "plain").status == 1


def test_aws_must_be_installed_if_a_line_has_it(run, recording):
    attached = [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}]
    content = snapshot(users=[user("bob", AttachedManagedPolicies=attached), user("eve")])
    (run.home / "programs" / "aws").unlink()
    made(run, content, "user/eve")
    assert recording("sh") == [["iam-usercreate", ["-u", "eve"], None]]
    made(run, content, "user/bob")
    # A directory of the system can have an aws.
    done = run("/bin/sh", "recreate.sh", env={"PATH": f"{run.home}/programs"})
    stopped(done, "aws, which is needed, is not installed")


@pytest.mark.full
@pytest.mark.parametrize("shell", SHELLS)
def test_a_check_that_fails_does_not_mean_that_nothing_exists(run, endpoint, shell):
    need(shell)
    made(run, snapshot(users=[user("bob"), user("NoSuchEntity")]), "user/NoSuchEntity")
    message = "iam-usergetattributes: NoSuchEntity: is not authorized to read NoSuchEntity"
    endpoint.on("GetUser", refused("AccessDenied", message, 403))
    done = run(shell, "recreate.sh", env=UNCHECKED)
    unknown = "cannot find out whether user/NoSuchEntity exists"
    stopped(done, f"{unknown}: iam-usergetattributes: AccessDenied: {message}")
    assert set(endpoint.operations) == {"GetUser"}
    # Errors on standard output are understood, too.
    endpoint.on("GetUser", refused("NoSuchEntity", "No such user.", 404))
    run(shell, "recreate.sh", env=UNCHECKED | {"IAMCLI_STRICT": "1"})
    assert endpoint.operations[-1] == "CreateUser"


def test_a_step_that_fails_is_named(run, endpoint):
    made(run, snapshot(users=[user("bob"), user("eve")]), "user/bob", "user/eve")
    endpoint.on("GetUser", refused("NoSuchEntity", "No such user.", 404))
    endpoint.on("CreateUser", refused("AccessDenied", "no", 403))
    done = run("sh", "recreate.sh", env=UNCHECKED)
    assert done.status == 1
    assert done.err.endswith("recreate: stopped at user/bob; what was created before is kept\n")
    assert endpoint.operations.count("CreateUser") == 1


# A signal that ends the script.


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNALLED = ("bash", "dash", "zsh", "busybox", "mksh", "ksh93")
#: What is tried in make test: a shell, a signal, and what gets it.
USUAL = [("bash", signal.SIGINT, "alone"), ("dash", signal.SIGTERM, "alone")]


@pytest.mark.parametrize(
    ("shell", "number", "to"), pairs(SIGNALLED, SIGNALS, ("alone", "group"), first=USUAL)
)
def test_a_signal_says_where_the_script_stopped(run, run_fast, shell, number, to):
    """A terminal sends Ctrl-C to the script and its command, and kill(1) to the script alone."""
    need(shell)
    content = snapshot(users=[user("bob", LoginProfile=None, Certificates=[CERTIFICATE])])
    made(run_fast, content, "user/bob")
    programs = run.home / "programs"
    programs.mkdir()
    for name, text in {
        "iam-usergetattributes": "echo iam-usergetattributes: NoSuchEntity: x; exit 1",
        "iam-usercreate": ":",
        # In a substitution, of which some shells tell the end in another way.
        "iam-useraddcert": "echo begun >&2; until [ -e sent ]; do sleep 0.05; done",
        "iam-usermodcert": "echo next >&2",
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    env = {"PATH": f"{programs}:/usr/bin:/bin", **UNCHECKED}
    words = ["busybox", "sh"] if shell == "busybox" else [shell]
    process = run.start(
        *words,
        "recreate.sh",
        env={**run.env, **env},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: [signal.signal(one, signal.SIG_DFL) for one in SIGNALS],
    )
    with process:
        assert process.stderr.readline() == "begun\n"
        (os.kill if to == "alone" else os.killpg)(process.pid, number)
        (run.home / "sent").touch()
        said = process.stderr.read()
    assert said.count("recreate: stopped at user/bob; what was created before is kept\n") == 1
    assert "next" not in said
    # Some shells end by the signal, and others with a status that is not 0.
    assert process.returncode in {-number, 128 + number, number}


def test_a_script_that_ends_says_nothing_more(run, recording):
    made(run, snapshot(users=[user("eve")]), "user/eve")
    assert recording("sh") == [["iam-usercreate", ["-u", "eve"], None]]


# Hostile contents.


HOSTILE = (
    "'; touch x; '",
    '"; touch x; "',
    "$(touch x)",
    "`touch x`",
    "\n touch x\n",
    "\r\ntouch x",
    "\\' touch x",
    "=cat",
    "-h",
    "-",
    "~",
    "*",
    "!!",
    "a\u2028b\u202ec\x1b]0;x\x07",
    "\u2019\u201cé",
    "#",
    "%s%n\\n\\045",
    "file:///etc/passwd",
    " ",
    "\\",
)


@pytest.fixture
def recording(run: Shell) -> Callable[[str], list[Any]]:
    """Runs the script in a shell, with programs that record; returns the calls that change."""
    recorder = Recorder(run.home, "210987654321", existing="")

    def ran(shell: str) -> list[Any]:
        succeeded(recorder.run(shell, (run.home / "recreate.sh").read_bytes().decode()))
        return [list(call) for call in recorder.calls() if not call.reads]

    return ran


@pytest.mark.full
@pytest.mark.parametrize("shell", SHELLS)
def test_hostile_contents_do_nothing_else(run, recording, shell):
    need(shell)
    users = [
        user(
            name,
            Path=f"/{name}/",
            Tags=[{"Key": name, "Value": name}, {"Key": f"={name}", "Value": name}],
            UserPolicyList=[{"PolicyName": name, "PolicyDocument": name}],
            AttachedManagedPolicies=[{"PolicyName": name, "PolicyArn": name}],
            PermissionsBoundary={"PermissionsBoundaryArn": name},
            AccessKeyMetadata=[{"AccessKeyId": name, "Status": name}],
            MFADevices=[{"SerialNumber": name}],
            SSHPublicKeys=[{"SSHPublicKeyId": name, "Status": name}],
        )
        for name in HOSTILE
    ]
    script = made(run, snapshot(users=users, account_alias="$(touch x)"), "all")
    head = script.partition("set -eu\n")[0]
    assert all(line.startswith("#") or not line for line in head.split("\n"))
    assert "\x1b" not in head
    assert "\u202e" not in head
    assert "user/\\x0a touch x\\x0a: access key '\\x0a touch x\\x0a'" in head
    expected = []
    for name in HOSTILE:
        arguments = ["-u", name] if name[0] != "-" else [f"-u{name}"]
        boundary = ["-b", name] if name[0] != "-" else [f"-b{name}"]
        policy = ["-p", name] if name[0] != "-" else [f"-p{name}"]
        tags = [f"-t{name}={name}"] if name[0] == "-" else ["-t", f"{name}={name}"]
        others = [{"Key": f"={name}", "Value": name}]
        if name[0] == "=":
            tags, others = [], [{"Key": name, "Value": name}, *others]
        expected += [
            ["iam-usercreate", [*arguments, "-p", f"/{name}/", *boundary, *tags], None],
            ["aws", "tag-user", {"UserName": name, "Tags": others}],
            ["iam-useruploadpolicy", [*arguments, *policy, "-f", "/dev/stdin"], name],
            ["aws", "attach-user-policy", {"UserName": name, "PolicyArn": name}],
        ]
    expected.append(["iam-accountaliascreate", ["-a", "$(touch x)"], None])
    calls = [
        ["aws", call[1][1], json.loads(call[1][3])] if call[0] == "aws" else call
        for call in recording(shell)
    ]
    assert calls == expected


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"], ids=ascii)
def test_what_no_script_can_contain_is_an_error(run_fast, text):
    content = snapshot(users=[user("bob", Tags=[{"Key": "a", "Value": text}])])
    said = f"before.json is damaged: no script can contain one of its names; {AGAIN}"
    assert recreate(run_fast, content, "user/bob") == (1, "", f"iamcli: {said}\n")


def test_a_policy_that_is_not_text_is_a_comment(run_fast):
    policies = [{"PolicyName": "p", "PolicyDocument": "{\udcff}"}]
    script = made(run_fast, snapshot(users=[user("bob", UserPolicyList=policies)]), "user/bob")
    assert "#   user/bob: policy p: it is not text in UTF-8\n" in script
    assert "iam-useruploadpolicy" not in script


# What cannot come back, and what is not known.


@pytest.mark.full
def test_comments_name_what_cannot_come_back(populated_account, aws):
    populated_account.create_login_profile(UserName="bob", Password=PASSWORD)
    populated_account.delete_policy_version(PolicyArn=OWN, VersionId="v1")
    before = saved(aws, "--force")
    bob = next(one for one in before["users"] if one["UserName"] == "bob")
    key = bob["AccessKeyMetadata"][0]["AccessKeyId"]
    certificate = bob["Certificates"][0]["CertificateId"]
    phone, token = (device["SerialNumber"] for device in bob["MFADevices"])
    if ":mfa/" not in phone:
        phone, token = token, phone
    lost = comments(made(aws, before, "all"))[CANNOT]
    enable = "iam-userenablemfadevice -u bob -s"
    new = "cannot be read; for a new one, run:"
    of_bob = [
        f"access key {key} (Active): its secret {new} iam-useraddkey -u bob -o bob.key",
        f"signing certificate {certificate}: its ID is new",
        (
            f"MFA device {phone}: its seed {new} iam-virtualmfadevicecreate -s phone "
            f"-p /spares/ -b QRCodePNG -o FILE, and: {enable} {phone} -c1 CODE1 -c2 CODE2"
        ),
        f"MFA device {token}: run: {enable} {token} -c1 CODE1 -c2 CODE2",
        "password: it cannot be read; the script asks for a new one",
    ]
    assert set(lost) == {
        *(f"user/bob: {one}" for one in of_bob),
        "policy/own: the numbers of its versions v2, v3: they begin with v1 again",
        (
            "server-certificate/www: its private key cannot be read; run: iam-servercertupload "
            "-s www -b CERTIFICATE -k PRIVATEKEY"
        ),
        "virtual MFA device arn:aws:iam::123456789012:mfa/spare: its seed cannot be read",
        "IDs and dates: they are new, and policies that name the old IDs do not match",
    }


def test_roles_that_cannot_be_created_are_comments(run, recording):
    trust = {"AssumeRolePolicyDocument": populated.TRUST, "MaxSessionDuration": 3600}
    linked = "/aws-service-role/autoscaling.amazonaws.com/"
    roles = [
        role("AWSServiceRoleForAutoScaling", Path=linked, **trust),
        role("AWSReservedSSO_x", Path="/aws-reserved/sso.amazonaws.com/", **trust),
        role("unknown"),
        role("web", **trust, Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "x"}]),
    ]
    content = snapshot(users=[], roles=roles)
    assert comments(made(run, content, "all"))[CANNOT][:-1] == [
        (
            "role/AWSServiceRoleForAutoScaling: only its service creates it, for example with: aws "
            "iam create-service-linked-role --aws-service-name=autoscaling.amazonaws.com"
        ),
        "role/AWSReservedSSO_x: IAM Identity Center creates it",
        (
            "role/unknown: the snapshot does not have its trust policy; run iam-rolecreate with "
            "another one"
        ),
        "role/web: tag aws:cloudformation:stack-name: only AWS sets it",
    ]
    create = ["iam-rolecreate", ["-r", "web", "-f", "/dev/stdin"], populated.TRUST]
    assert recording("sh") == [create]
    # Alone, it makes a script that does nothing.
    script = made(run, content, "role/AWSReservedSSO_x")
    assert all(line.startswith("#") for line in script.splitlines())


def test_comments_name_what_an_incomplete_snapshot_does_not_say(run_fast):
    content = snapshot(
        users=[user("bob", AccessKeyMetadata=[], LoginProfile=None, SSHPublicKeys=[])],
        groups=[GROUP],
        roles=[role("web", AssumeRolePolicyDocument=populated.TRUST)],
        instance_profiles=[instance_profile("front", "web")],
        documents="normalized",
        only_users=["bob"],
        unknown=["instance-profile"],
    )
    del content["account_alias"]
    assert comments(made(run_fast, content, "all"))[UNKNOWN] == [
        "user/bob: it may have had signing certificates, MFA devices, service-specific credentials",
        "role/web: it may have had a description, a longer maximum session duration",
        "instance-profile/front: it may have had tags",
        "the account: it may have had an alias",
        "instance profiles without a role",
        "users that iamcli snapshot --users left out, and their memberships",
        "the white space of the policies, which was lost before the snapshot was made",
    ]


@pytest.mark.full
def test_the_output_of_another_tool_makes_a_script(populated_account, aws):
    done = aws("aws", "iam", "get-account-authorization-details")
    (aws.home / "details.json").write_text(done.out)
    succeeded(aws("iamcli", "snapshot", "--from", "details.json", "before.json"))
    script = made(aws, loaded(aws, "before.json"), "user/bob")
    assert "user/bob: it may have had access keys, signing certificates, a password" in script
    succeeded(aws("iam-userdel", "-u", "bob", "-r"))
    succeeded(aws("sh", "recreate.sh"))
    assert aws("iam-userlistpolicies", "-u", "bob").out == "-p\nIsTruncated: false\n"


# Making the script.


def test_making_the_script_sends_nothing(run, endpoint):
    (run.home / "before.json").write_text(json.dumps(snapshot()))
    program = str(BIN / "iamcli")
    done = run(sys.executable, "-X", "importtime", program, "recreate", "before.json", "all")
    assert done.status == 0
    imported = {line.rpartition("|")[2].strip() for line in done.err.splitlines()}
    assert "iamcli.cli.recreate.script" in imported
    assert not {name for name in imported if name.startswith(("botocore", "socket", "urllib3"))}
    assert endpoint.requests == []


def test_a_trust_policy_that_is_nested_too_deeply(run_fast):
    roles = [role("web", AssumeRolePolicyDocument="[" * 100_000)]
    done = recreate(run_fast, snapshot(roles=roles), "role/web")
    said = "before.json: AssumeRolePolicyDocument of role/web is nested too deeply"
    assert done == (1, "", f"iamcli: {said}\n")


AGAIN = "make a new one with iamcli snapshot"
NO_NAME = "Expecting property name enclosed in double quotes"
NEWER = "version 2 of the snapshot format, but this iamcli reads version 1"
BAD = {
    "missing": (None, "cannot read before.json: No such file or directory"),
    "not JSON": ("{", f"before.json, line 1, column 2: not JSON ({NO_NAME})"),
    "another file": ("[]", f"before.json is not a snapshot; {AGAIN}"),
    "newer": (json.dumps(snapshot(version=2)), f"before.json has {NEWER}; {AGAIN}"),
    "damaged": (
        json.dumps(snapshot(users=[user("bob", Tags=None)])),
        f"before.json is damaged: users[0].Tags is not a list; {AGAIN}",
    ),
    "no account": (
        json.dumps(snapshot(account=None, users=[user("bob", Arn="")])),
        "before.json does not say of which account it is; use --account ID",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_used_is_one_line(run_fast, case):
    content, message = BAD[case]
    if content is not None:
        (run_fast.home / "before.json").write_text(content)
    done = run_fast("iamcli", "recreate", "before.json", "user/bob")
    assert done == (1, "", f"iamcli: {message}\n")


def test_members_that_the_format_does_not_have_are_ignored(run_fast):
    plain, other = (
        made(run_fast, snapshot(users=[], groups=[GROUP | more]), "group/dev")
        for more in ({}, {"Tags": 1, "Roles": [1], "Description": "x"})
    )
    assert plain == other


WRITE = "write an entity of it as user/NAME, group/NAME, role/NAME or instance-profile/NAME"
#: A name that would run a command if it were pasted, and the word for it.
HOSTILE_NAME = "x';touch x;'"
QUOTED = "'user/x'\"'\"';touch x;'\"'\"''"


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        ("user/eve", "did you mean user/Eve?"),
        ("user/ssuan", "did you mean user/susan?"),
        ("USER/SSUAN", "did you mean user/susan?"),
        ("role/susan", "did you mean user/susan?"),
        # The nearest three, groups first, and each once.
        ("user/BOB", "did you mean group/bob or user/bob or user/bobo?"),
        ("bob", "did you mean group/bob or user/bob or user/bobo?"),
        ("role/bob", "did you mean group/bob or user/bob?"),
        ("BBOB", "did you mean group/bob or user/bob or user/bobo?"),
        ("user/x\"';touch x;' ", f"did you mean {QUOTED}?"),
        ("user/=ca", "did you mean user/=cat?"),
        ("users/bob", WRITE),
        ("group/zzz", WRITE),
        ("user/", WRITE),
    ],
)
def test_a_name_that_the_snapshot_lacks(run_fast, wrong, advice):
    names = ("bobo", "bob", "bobby", "susan", "Eve", "=cat", HOSTILE_NAME)
    content = snapshot(users=list(map(user, names)), groups=[GROUP | {"GroupName": "bob"}])
    done = recreate(run_fast, content, "user/susan", wrong)
    assert done == (1, "", f"iamcli: before.json has no {wrong}; {advice}\n")


WRONG_ACCOUNT = "--account needs an account number of 12 digits"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'FILE'"),
        (["before.json"], "Missing argument 'ENTITY...'"),
        *(
            (["before.json", "all", "--account", account], WRONG_ACCOUNT)
            for account in ("", "1" * 11, "1" * 13, "\u0661" * 12, f"{'1' * 12}\n")
        ),
    ],
)
def test_usage(run_fast, arguments, message):
    done = run_fast("iamcli", "recreate", *arguments)
    assert done == (1, "", f"iamcli: {message}; see iamcli recreate --help\n")


@pytest.mark.full
def test_another_account_gets_the_policies_of_that_account(run, recording):
    attached = [{"PolicyName": "own", "PolicyArn": f"{ARN}:policy/own"}]
    attached.append({"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY})
    here = ("--account", "210987654321")
    made(run, snapshot(account="111122223333", users=[user("bob")]), "user/bob", *here)
    content = snapshot(users=[user("bob", AttachedManagedPolicies=attached)])
    made(run, json.loads(json.dumps(content).replace(here[1], "111122223333")), "user/bob", *here)
    _, *attach = recording("sh")
    assert [json.loads(call[1][3])["PolicyArn"] for call in attach] == [
        f"{ARN}:policy/own",
        READ_ONLY,
    ]


# The sandbox leads to it.


#: The options of iamcli sandbox, and a line that deletes bob and creates the user -h again.
CHANGING = ("--account", "it's.json", "--changes", "sh", "-c")
DELETE = "iam-userdel -u bob -r; iam-userdel -u-h; iam-usercreate -u-h"


def changing(run: Shell, line: str) -> Terminal:
    """Run ``line`` on a terminal, with a copy of an account that has the users bob and -h."""
    (run.home / "it's.json").write_text(json.dumps(snapshot(users=[user("bob"), user("-h")])))
    command = shlex.join(["iamcli", "sandbox", *CHANGING, line])
    terminal = Typist(run.home, run.env).start(command)
    assert terminal.status() == 0
    return terminal


def test_a_terminal_shows_how_to_undo_a_deletion(run):
    assert changing(run, DELETE).shown.splitlines()[-1] == (
        "iamcli: to create again what was deleted, make a script: iamcli recreate "
        "'it'\"'\"'s.json' user/bob >recreate.sh"
    )


@pytest.mark.full
def test_only_a_terminal_shows_how_to_undo_and_only_if_something_was_deleted(run):
    shown = changing(run, "iam-usercreate -u eve; iam-userdelpolicy -u bob -p none || true").shown
    assert "changes in the private IAM: 1 created" in shown
    assert "iamcli recreate" not in shown
    done = run("iamcli", "sandbox", *CHANGING, DELETE)
    assert done.status == 0
    assert "- user bob" in done.err
    assert "iamcli recreate" not in done.err
