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
from support import populated
from support.clients import encoded
from support.copies import GROUP, READ_ONLY, instance_profile, role, snapshot, user
from support.recorded_calls import Recorder
from support.requirements import PATH, needs
from support.round import CANNOT, IDS_AND_DATES, UNKNOWN, comments, recreate, shellcheck, without
from support.selection import pairs, usual
from support.shell import BIN
from support.snapshot import saved, succeeded
from support.stub import refused
from support.terminal import Terminal, Typist

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.forked import ForkRunner
    from support.shell import Shell

#: White space, quotes, what a shell would expand and a letter outside ASCII must stay as they are.
DOCUMENT = (
    '{ "Version": "2012-10-17",\r\n\t"Statement": [{"Sid": "", "Effect":"Allow","Action":"s3:*",'
    '"Resource":["arn:aws:s3:::a\'b/$(touch x)`touch x`${HOME}\\u00e9/\u00e9", "*"]}] }\n\n'
)
#: The account is not asked for.
UNCHECKED = {"IAMCLI_SKIP_ACCOUNT_CHECK": "1"}
CERTIFICATE = {"CertificateId": "TA7SM", "CertificateBody": "x", "Status": "Inactive"}


def made(run: Shell | ForkRunner, content: dict[str, Any], *arguments: str) -> str:
    """Make a script of a snapshot, which must have no finding of ShellCheck; return its text."""
    done = recreate(run, content, *arguments)
    assert (done.status, done.err) == (0, ""), done
    (run.home / "recreate.sh").write_text(done.out)
    for shell in ("sh", "bash"):
        shellcheck(run.home, done.out, shell=shell)
    return done.out


# There and back.


@pytest.mark.parametrize("shell", usual(["dash"], ["dash", "bash", "zsh", "ksh93", "mksh"]))
@needs("{shell}")
def test_a_role_and_its_instance_profile_come_back(shell, aws, programs):
    aws.env["PATH"] = f"{programs}:{PATH}"
    iam = encoded(aws.env["AWS_IAM_URL"])
    trust = populated.TRUST.replace(":", ": \n", 1)
    tags = [{"Key": "-t", "Value": "-"}, {"Key": "a=b", "Value": "caf\u00e9"}]
    iam.create_role(RoleName="web", Path="/roles/", AssumeRolePolicyDocument=trust, Tags=tags)
    iam.put_role_policy(RoleName="web", PolicyName="-p", PolicyDocument=DOCUMENT)
    iam.attach_role_policy(RoleName="web", PolicyArn=READ_ONLY)
    iam.create_instance_profile(InstanceProfileName="front", Path="/p/")
    iam.add_role_to_instance_profile(InstanceProfileName="front", RoleName="web")
    before = saved(aws)
    script = made(aws, before, "role/web", "instance-profile/front")
    assert "#   instance-profile/front\n" in script
    succeeded(aws("iam-roledel", "-r", "web", "-c"))
    succeeded(aws("iam-instanceprofiledel", "-s", "front"))
    succeeded(aws(shell, "recreate.sh"))
    new = IDS_AND_DATES | {"taken"}
    assert without(new, saved(aws, "--force")) == without(new, before)


# What is checked.


def test_aws_must_be_installed_if_a_line_has_it(run, recording):
    attached = [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}]
    content = snapshot(users=[user("bob", AttachedManagedPolicies=attached), user("eve")])
    (run.home / "programs" / "aws").unlink()
    made(run, content, "user/eve")
    assert recording("sh") == [["iam-usercreate", ["-u", "eve"], None]]
    made(run, content, "user/bob")
    # A directory of the system can have an aws.
    done = run("/bin/sh", "recreate.sh", env={"PATH": f"{run.home}/programs"})
    said = "recreate: aws, which is needed, is not installed; nothing was changed\n"
    assert done == (1, "", said)


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
@needs("{shell}")
def test_a_signal_says_where_the_script_stopped(run, run_fast, shell, number, to):
    """A terminal sends Ctrl-C to the script and its command, and kill(1) to the script alone."""
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
    words = ["busybox", "sh"] if shell == "busybox" else [shell]
    process = run.start(
        *words,
        "recreate.sh",
        env={**run.env, "PATH": f"{programs}:{PATH}", **UNCHECKED},
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


# Hostile contents.


@pytest.fixture
def recording(run: Shell) -> Callable[[str], list[Any]]:
    """Runs the script in a shell, with programs that record; returns the calls that change."""
    recorder = Recorder(run.home, "210987654321", existing="")

    def ran(shell: str) -> list[Any]:
        succeeded(recorder.run(shell, (run.home / "recreate.sh").read_bytes().decode()))
        return [list(call) for call in recorder.calls() if not call.reads]

    return ran


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


@pytest.mark.parametrize("name", ["-h", "--help"])
def test_names_that_request_help_are_comments_and_the_rest_is_created(run, recording, name):
    policies = [{"PolicyName": each, "PolicyDocument": "{}"} for each in (name, "-p")]
    trust = {"AssumeRolePolicyDocument": populated.TRUST, "MaxSessionDuration": 3600}
    content = snapshot(
        users=[user("bob", GroupList=[name, "Dev"], UserPolicyList=policies), user(name)],
        groups=[{**GROUP, "GroupName": each, "GroupPolicyList": []} for each in ("Dev", name)],
        roles=[role(name, **trust)],
        instance_profiles=[instance_profile("front", name), instance_profile(name, "x")],
    )
    content["users"][1]["GroupList"] = ["Dev"]
    aws = "no iam-* command takes this name; aws iam create-{} does"
    lost = comments(made(run, content, "all"))[CANNOT]
    assert [line for line in lost if name in line] == [
        f"group/{name}: {aws.format('group')}",
        f"user/{name}: {aws.format('user')}",
        f"role/{name}: {aws.format('role')}",
        f"instance-profile/{name}: {aws.format('instance-profile')}",
        f"group/Dev: user {name}: no iam-* command takes this name",
        f"user/bob: policy {name}: no iam-* command takes this name",
        f"user/bob: group {name}: no iam-* command takes this name",
        f"instance-profile/front: role {name}: no iam-* command takes this name",
    ]
    assert [call for call in recording("sh") if call[0] != "aws"] == [
        ["iam-groupcreate", ["-g", "Dev"], None],
        ["iam-usercreate", ["-u", "bob"], None],
        ["iam-useruploadpolicy", ["-u", "bob", "-p", "-p", "-f", "/dev/stdin"], "{}"],
        ["iam-groupadduser", ["-g", "Dev", "-u", "bob"], None],
        ["iam-instanceprofilecreate", ["-s", "front"], None],
    ]


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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            snapshot(users=[user("bob", Tags=None)]),
            f"before.json is damaged: users[0].Tags is not a list; {AGAIN}",
        ),
        (
            snapshot(account=None, users=[user("bob", Arn="")]),
            "before.json does not say of which account it is; use --account ID",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(run_fast, content, message):
    assert recreate(run_fast, content, "user/bob") == (1, "", f"iamcli: {message}\n")


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


WRONG_ACCOUNT = "--account needs an account number of 12 digits; for help, type: iamcli recreate -h"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "FILE is missing; type: iamcli recreate FILE ENTITY..."),
        (["before.json"], "ENTITY is missing; type: iamcli recreate before.json ENTITY..."),
        *(
            (["before.json", "all", "--account", account], WRONG_ACCOUNT)
            for account in ("", "1" * 11, "1" * 13, "\u0661" * 12, f"{'1' * 12}\n")
        ),
    ],
)
def test_usage(run_fast, arguments, message):
    done = run_fast("iamcli", "recreate", *arguments)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"iamcli recreate: {message}\nUsage: iamcli recreate ")


# The sandbox leads to it.


#: The options of iamcli sandbox, and a line that deletes bob and creates the user -v again.
CHANGING = ("--account", "it's.json", "--changes", "sh", "-c")
DELETE = "iam-userdel -u bob -r; iam-userdel -u -v; iam-usercreate -u -v"


def changing(run: Shell, line: str) -> Terminal:
    """Run ``line`` on a terminal, with a copy of an account that has the users bob and -v."""
    (run.home / "it's.json").write_text(json.dumps(snapshot(users=[user("bob"), user("-v")])))
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
