"""In the sandbox, no request of an iam-* command goes anywhere else, whatever a script specifies.

The other addresses are endpoints of the stub, which records what reaches it.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support import prepared
from support.processes import BIN, ROOT, environment, wait_until
from support.processes import run as run_program
from support.requirements import PATH, needs
from support.selection import in_full, usual
from support.stub import Stub, ok
from support.terminal import Terminal
from support.users import OTHER, other_user, two_users

from iamcli.config.settings import Settings
from iamcli.connection import processes
from iamcli.connection.aws_config import AWSConfig
from iamcli.connection.confinement import refuse_outside
from iamcli.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.stub import Endpoint

NO_USERS = ok("ListUsers", "<Users/><IsTruncated>false</IsTruncated>")
LIST = ("iam-userlistbypath",)
#: Names that lead nowhere, so that nothing can be sent if the rule does not hold.
ELSEWHERE = "https://iam.example.invalid"
CHINA = "https://iam.cn-north-1.amazonaws.com.cn"


@pytest.fixture
def private(stub: Stub) -> Endpoint:
    """What stands for the private IAM."""
    return stub.endpoint(NO_USERS)


@pytest.fixture
def other(stub: Stub) -> Endpoint:
    """The address that a script specifies."""
    return stub.endpoint(NO_USERS)


@pytest.mark.parametrize(
    ("arguments", "variables", "reported"),
    [
        (["--url", "{other}"], {}, "not to {other} (--url)"),
        ([], {"AWS_IAM_URL": "{other}"}, "not to {other} (AWS_IAM_URL)"),
        ([], {"AWS_ENDPOINT_URL_IAM": "{other}"}, "not to {other} (AWS_ENDPOINT_URL_IAM)"),
        ([], {"AWS_ENDPOINT_URL": "{other}"}, "not to {other} (AWS_ENDPOINT_URL)"),
        ([], {}, "not to https://iam.amazonaws.com (the default)"),
        ([], {"AWS_REGION": "cn-north-1"}, f"not to {CHINA} (the default)"),
        (
            [],
            {"AWS_ENDPOINT_URL": "{other}", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            "not to https://iam.amazonaws.com (the default)",
        ),
        (
            ["--url", ELSEWHERE],
            {"https_proxy": "http://user:a@s3cret@127.0.0.1:9"},
            f"not to {ELSEWHERE} (--url) and not through 127.0.0.1:9 (https_proxy)",
        ),
        (["--url", "http://10.0.0.1"], {}, "not to http://10.0.0.1 (--url)"),
        (
            ["--url", "{private}"],
            {"http_proxy": "http://127.0.0.1:9/", "no_proxy": "example.com"},
            "not through 127.0.0.1:9 (http_proxy)",
        ),
    ],
)
def test_another_address_is_not_used_but_reported(
    arguments, variables, reported, private, other, run_fast
):
    urls = {"private": private.url, "other": other.url}
    env = {name: value.format(**urls) for name, value in variables.items()}
    done = run_fast(
        *LIST,
        *(argument.format(**urls) for argument in arguments),
        env={**env, "IAMCLI_SANDBOX": private.url},
    )
    line = f"iam-userlistbypath: requests go to the sandbox, {reported.format(**urls)}\n"
    assert done == (0, "IsTruncated: false\n", line)
    assert (private.operations, other.operations) == (["ListUsers"], [])
    # The key is the one that the script brought.
    assert "AKIAIOSFODNN7EXAMPLE" in private.requests[0].headers["authorization"]


def test_addresses_in_files_are_not_used_either(private, other, run_fast):
    proxy = run_fast.home / "client.properties"
    proxy.write_text("ClientProxyHost=127.0.0.1\nClientProxyPort=9\nClientProxyUsername=u\n")
    options = ("--client-config-file", str(proxy), "--url", other.url)
    done = run_fast(*LIST, *options, env={"IAMCLI_SANDBOX": private.url})
    reported = (
        f"iam-userlistbypath: requests go to the sandbox, not to {other.url} (--url) and not "
        f"through 127.0.0.1:9 (the client configuration {proxy})\n"
    )
    assert done == (0, "IsTruncated: false\n", reported)
    assert (private.operations, other.operations) == (["ListUsers"], [])
    strict = {"IAMCLI_SANDBOX": private.url, "IAMCLI_STRICT": "1"}
    assert run_fast(*LIST, "--url", other.url, env=strict) == (0, "IsTruncated: false\n", "")
    assert (private.operations, other.operations) == (["ListUsers"] * 2, [])


ROLE = """\
[profile worker]
role_arn = arn:aws:iam::123456789012:role/worker
source_profile = base
services = elsewhere
[profile base]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = s3cret
[services elsewhere]
iam =
  endpoint_url = {other}
sts =
  endpoint_url = {other}
"""
ASSUMED = ok(
    "AssumeRole",
    "<Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>",
)


def test_a_role_is_assumed_in_the_sandbox(private, other, run_fast):
    config = run_fast.home / "config"
    config.write_text(ROLE.format(other=other.url))
    private.on("AssumeRole", ASSUMED)
    env = {"AWS_CONFIG_FILE": str(config), "AWS_PROFILE": "worker", "AWS_REGION": "us-east-1"}
    done = run_fast(*LIST, env={**env, "AWS_CREDENTIAL_FILE": "", "IAMCLI_SANDBOX": private.url})
    assert done.status == 0, done.err
    assert f"not to {other.url} (endpoint_url of the AWS configuration)" in done.err
    assert (private.operations, other.operations) == (["AssumeRole", "ListUsers"], [])


@pytest.mark.parametrize("form", ["FULL", "RELATIVE"])
def test_the_credentials_of_the_machine_are_not_asked_for(form, private, other, run_fast):
    env = {
        "AWS_CREDENTIAL_FILE": "",
        f"AWS_CONTAINER_CREDENTIALS_{form}_URI": other.url if form == "FULL" else "/role",
        "AWS_EC2_METADATA_DISABLED": "",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": other.url,
    }
    done = run_fast(*LIST, env={**env, "IAMCLI_SANDBOX": private.url})
    assert (done.status, done.out) == (1, "")
    assert "no credentials" in done.err
    assert (private.requests, other.requests) == ([], [])


@pytest.mark.parametrize("subcommand", ["doctor", "snapshot account.json"])
def test_the_subcommands_of_iamcli_are_confined_too(subcommand, private, other, run_fast):
    env = {"AWS_IAM_URL": other.url, "IAMCLI_SANDBOX": private.url}
    run_fast("iamcli", *subcommand.split(), env=env)
    assert private.operations
    assert other.operations == []


def test_to_read_the_settings_changes_nothing(tmp_path, monkeypatch):
    """The environment and the connection are changed only by what has the name of it."""
    key = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x" * 40}
    monkeypatch.setattr(os, "environ", {**environment(tmp_path), **key})
    options = {"credential_file": None, "client_config_file": None, "url": ELSEWHERE}
    settings = Settings(options, {**os.environ, "IAMCLI_SANDBOX": "http://127.0.0.1:9"})
    before = dict(vars(settings)), dict(os.environ)
    AWSConfig.for_settings(settings)
    assert (dict(vars(settings)), dict(os.environ)) == before


def test_who_sets_the_process_up_has_refused_first():
    """First a command whose environment was reset is refused, and then the rest is confined."""
    order = ["refuse_outside", "patch_connections", "AWSConfig.for_settings", "confined"]
    users = []
    for file in (ROOT / "iamcli").rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(file.read_text())) if type(node) is ast.Call]
        calls.sort(key=lambda call: call.lineno)
        calls_of = [ast.unparse(call.func).removeprefix("self.") for call in calls]
        names = [name for name in calls_of if name in order]
        if names:
            users.append(file.name)
            assert names == order, file
    assert sorted(users) == ["client.py", "configuration.py"]


def test_the_address_of_the_sandbox_is_not_reported(private, run_fast):
    env = {"AWS_IAM_URL": f"{private.url}/", "IAMCLI_SANDBOX": private.url}
    assert run_fast(*LIST, env=env) == (0, "IsTruncated: false\n", "")


def test_an_invalid_address_is_an_error_as_anywhere(private, run_fast):
    done = run_fast(*LIST, "--url", "ftp://x", env={"IAMCLI_SANDBOX": private.url})
    assert done.status == 1
    assert "--url is not an http or https address" in done.err
    assert private.requests == []


# A file that is missing, or that may not be read, is replaced by the sandbox's key.

ABSENT = "(No such file or directory)"
UNEXPANDED = "(no shell has expanded this)"
NO_KEY = "not with credential file"
NO_PROXY = "not with client configuration"


@pytest.mark.parametrize(
    ("arguments", "variables", "reported"),
    [
        ([], {"AWS_CREDENTIAL_FILE": "/opt/x/keys"}, f"{NO_KEY} /opt/x/keys {ABSENT}"),
        (
            [],
            {"AWS_CREDENTIAL_FILE": "/dev/null/keys"},
            f"{NO_KEY} /dev/null/keys (Not a directory)",
        ),
        ([], {"AWS_CREDENTIAL_FILE": "~/keys"}, f"{NO_KEY} ~/keys {UNEXPANDED}"),
        (["--aws-credential-file", "keys"], {}, f"{NO_KEY} keys {ABSENT}"),
        ([], {"CLIENT_CONFIG_FILE": "$HOME/x"}, f"{NO_PROXY} $HOME/x {UNEXPANDED}"),
        (["--client-config-file", "x"], {}, f"{NO_PROXY} x {ABSENT}"),
        # A profile does not count with a credential file, here either; nor do other keys.
        (
            [],
            {"AWS_CREDENTIAL_FILE": "keys", "AWS_PROFILE": "x", "AWS_ACCESS_KEY_ID": "AKIAOTHER"},
            f"{NO_KEY} keys {ABSENT}",
        ),
        (
            ["--url", ELSEWHERE, "--client-config-file", "x"],
            {"AWS_CREDENTIAL_FILE": "keys"},
            f"not to {ELSEWHERE} (--url) and {NO_KEY} keys {ABSENT} and {NO_PROXY} x {ABSENT}",
        ),
    ],
)
def test_a_file_that_is_missing_is_not_needed(arguments, variables, reported, private, run_fast):
    env = {"IAMCLI_SANDBOX": private.url, "AWS_IAM_URL": private.url, **variables}
    line = f"iam-userlistbypath: requests go to the sandbox, {reported}\n"
    for strict, said in (("", line), ("1", "")):
        done = run_fast(*LIST, *arguments, env={**env, "IAMCLI_STRICT": strict})
        assert done == (0, "IsTruncated: false\n", said)
    signed = [one.headers["authorization"] for one in private.requests]
    own = "AKIASANDBOXSANDBOX00" if NO_KEY in reported else "AKIAIOSFODNN7EXAMPLE"
    assert [own in one for one in signed] == [True, True]
    # Outside, it is an error.
    del env["IAMCLI_SANDBOX"]
    done = run_fast(*LIST, *arguments, env=env)
    assert (done.status, done.out, len(private.requests)) == (1, "", 2)
    assert "cannot be read: " in done.err


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        ([], {"AWS_CREDENTIAL_FILE": ""}, "AWS_CREDENTIAL_FILE is empty; "),
        (["--aws-credential-file", ""], {}, "credential file  cannot be read: "),
        (["--client-config-file", ""], {}, "client configuration  cannot be read: "),
        ([], {"AWS_CREDENTIAL_FILE": "/"}, "credential file / is a directory; "),
        ([], {"AWS_CREDENTIAL_FILE": os.devnull}, f"credential file {os.devnull} has no "),
        ([], {"CLIENT_CONFIG_FILE": "/"}, "client configuration / is a directory; "),
    ],
)
def test_a_file_that_is_invalid_is_an_error_as_anywhere(arguments, variables, said, private, run):
    set_here = ("env", *(f"{name}={value}" for name, value in variables.items()))
    env = {"IAMCLI_SANDBOX": private.url, "AWS_IAM_URL": private.url}
    done = run(*set_here, *LIST, *arguments, env=env)
    assert (done.status, done.out, private.requests) == (1, "", [])
    assert done.err.startswith(f"iam-userlistbypath: {said}")


@two_users
def test_a_file_that_may_not_be_read_is_not_needed(tmp_path):
    file = tmp_path / "keys"
    file.write_text("AWSAccessKeyId=i\nAWSSecretKey=s\n")
    file.chmod(0o600)
    names = {"AWS_CREDENTIAL_FILE": str(file), "CLIENT_CONFIG_FILE": str(file)}
    options = {"credential_file": None, "client_config_file": None, "url": None}

    def read() -> None:
        why = f"{file} (Permission denied)"
        inside = Settings(options, {**names, "IAMCLI_SANDBOX": "http://127.0.0.1:1/"})
        assert inside.unread == {"credential file": why, "client configuration": why}
        with pytest.raises(Failure, match="cannot be read: Permission denied; make it a file"):
            Settings(options, names)

    other_user(read)


def test_doctor_says_that_a_missing_file_is_not_used(private, run_fast):
    files = {"AWS_CREDENTIAL_FILE": "/opt/x/keys", "CLIENT_CONFIG_FILE": "/opt/x/proxy"}
    done = run_fast("iamcli", "doctor", env={"IAMCLI_SANDBOX": private.url, **files})
    assert " wrong " not in done.out.replace("endpoint     wrong", "")
    key = f"access key AKIA...OX00 from the sandbox, not AWS_CREDENTIAL_FILE /opt/x/keys {ABSENT}"
    assert f"credentials  ok       {key}" in done.out
    assert f"proxy        ok       none, not CLIENT_CONFIG_FILE /opt/x/proxy {ABSENT}\n" in done.out


# A command whose environment was reset sends nothing.

#: What the user has for the real account, which a server plays.
REAL_CONFIG = """\
[default]
aws_access_key_id = AKIAOFTHEREALACCOUNT
aws_secret_access_key = s3cret
endpoint_url = {url}
"""
RESET = (
    "the environment of iamcli sandbox was reset, so nothing was sent; keep IAMCLI_SANDBOX, "
    "AWS_IAM_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with sudo: "
    "--preserve-env=IAMCLI_SANDBOX,AWS_IAM_URL,AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY)"
)
#: What sudo leaves of the environment.
BARE = 'env -i PATH="$PATH" HOME="$HOME"'
#: What is left of the sandbox after a script has set up its own account.
OWN = (
    "unset AWS_IAM_URL AWS_ENDPOINT_URL AWS_CREDENTIAL_FILE AWS_ACCESS_KEY_ID AWS_CONFIG_FILE "
    "AWS_SECRET_ACCESS_KEY AWS_SHARED_CREDENTIALS_FILE"
)
#: Lines of scripts that lose the environment, and the name of the command that fails.
LOSING = {
    "env -i": (f"{BARE} iam-userdel -u bob", "iam-userdel"),
    "unset": (f"{OWN} IAMCLI_SANDBOX; iam-userdel -u bob", "iam-userdel"),
    "emptied": (f"{OWN}; IAMCLI_SANDBOX= iam-userdel -u bob", "iam-userdel"),
    "in its own session": (f"setsid -w {BARE} iam-userdel -u bob", "iam-userdel"),
    "an orphan": (
        (
            f"rm -f ran; (setsid {BARE} sh -c 'sleep 0.3; iam-userdel -u bob; touch ran' &); "
            "until [ -e ran ]; do sleep 0.1; done"
        ),
        "iam-userdel",
    ),
    "a pipe": (f"echo x | {BARE} iam-useraddloginprofile -u bob -p -", "iam-useraddloginprofile"),
    "run": (f"{BARE} iamcli run iam-userdel -u bob", "iam-userdel"),
    "snapshot": (f"{BARE} iamcli snapshot account.json", "iamcli"),
    "another shell": (f"{BARE} bash -c 'x=$(iam-userdel -u bob); exit $?'", "iam-userdel"),
}
CHANGED = "IAMCLI_SANDBOX was changed, so nothing was sent; keep the value that iamcli sandbox sets"
#: Those whose errors nobody looks for on standard output.
NOT_CAPTURED = ("snapshot", "another shell")


@pytest.fixture
def real(stub: Stub, tmp_path: Path) -> Endpoint:
    """The real account: the one that the files of the user are for."""
    endpoint = stub.endpoint(NO_USERS)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(REAL_CONFIG.format(url=endpoint.url))
    return endpoint


def in_sandbox(home: Path, *arguments: str | Path) -> Any:
    """Run ``iamcli sandbox`` with the checkout's commands also on the PATH of a reset shell."""
    return run_program(prepared.program(), "sandbox", *arguments, env=environment(home), cwd=home)


@pytest.mark.parametrize("case", usual(("in its own session",), LOSING))
def test_a_command_whose_environment_was_reset_sends_nothing(case, real, tmp_path):
    line, name = LOSING[case]
    done = in_sandbox(tmp_path, "--changes", "sh", "-c", f"{line}; echo status $?")
    assert done.stderr == (
        f"{name}: {RESET}\n"
        "changes in the private IAM: none; no request reached it\n"
        f"sent nothing, because the environment was reset: {name}\n"
    )
    assert real.requests == []
    # The script goes on as it would after any failure, but the sandbox does not report success.
    status = f"status {0 if case == 'an orphan' else 1}\n"
    copied = "" if case in NOT_CAPTURED else f"{name}: {RESET}\n"
    assert done.stdout == copied + status
    assert done.returncode == 1
    # Outside the sandbox, the same line reaches the account.
    env = environment(tmp_path, PATH=f"{BIN}:{PATH}")
    run_program("sh", "-c", line, env=env, cwd=tmp_path)
    wait_until(lambda: real.requests)


def test_a_changed_address_of_the_sandbox_is_refused(real, tmp_path):
    done = in_sandbox(tmp_path, "sh", "-c", f"IAMCLI_SANDBOX={real.url} iam-userdel -u bob; exit 7")
    error = f"iam-userdel: {CHANGED}\n"
    reset = "iamcli: sent nothing, because the environment was reset: iam-userdel\n"
    assert done.stderr == error + reset
    assert (done.returncode, done.stdout, real.requests) == (7, error, [])


@pytest.mark.full
def test_the_report_counts_the_commands_that_sent_nothing(real, tmp_path):
    file = tmp_path / "changes.json"
    line = f"iam-usercreate -u bob; {BARE} iam-userdel -u bob; {BARE} iam-userdel -u s3cret"
    # Completion is not counted, but sends nothing either.
    line += f"; {BARE} iamcli complete user iam-userdel"
    done = in_sandbox(tmp_path, f"--changes={file}", "--format", "json", "sh", "-c", line)
    assert done.stderr == (
        f"iam-userdel: {RESET}\niam-userdel: {RESET}\n"
        "iamcli: sent nothing, because the environment was reset: iam-userdel (2 times)\n"
    )
    report = json.loads(file.read_text())
    assert report["without_environment"] == ["iam-userdel", "iam-userdel"]
    assert (report["status"], report["running"], len(report["changes"])) == (0, [], 1)
    errors = f"iam-userdel: {RESET}\n" * 2
    assert (done.returncode, done.stdout, real.requests) == (1, errors, [])


@pytest.mark.full
def test_the_advice_keeps_the_command_in_the_sandbox(real, tmp_path):
    names = RESET.partition("--preserve-env=")[2].rstrip(")").split(",")
    kept = " ".join(f'{name}="${name}"' for name in names)
    line = f"{BARE} {kept} iam-usercreate -u bob && iam-userlistbypath"
    done = in_sandbox(tmp_path, "sh", "-c", line)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "arn:aws:iam::123456789012:user/bob\nIsTruncated: false\n"
    assert real.requests == []


# A command that has outlived its sandbox.

#: Runs a command below a process with the name that a sandbox gives itself.
AS_IN_A_SANDBOX = """
import os, pathlib, subprocess, sys
from urllib.parse import urlsplit
name = f"iamcli:{urlsplit(os.environ['IAMCLI_SANDBOX']).port}"
pathlib.Path("/proc/self/comm").write_text(name)
sys.exit(subprocess.call(sys.argv[1:]))
"""
ADD = ("iam-useraddloginprofile", "-u", "bob", "-p", "s3cret-Passw0rd")
FORGED = ok(
    "CreateLoginProfile",
    "<LoginProfile><UserName>bob</UserName><CreateDate>2026-01-01T00:00:00Z</CreateDate>"
    "</LoginProfile>",
)


@pytest.fixture
def foreign() -> Iterator[Stub]:
    """A server of another user."""
    # The kernel takes the effective user for the owner of a new socket.
    os.seteuid(OTHER)
    try:
        running = Stub()
    finally:
        os.seteuid(0)
    yield running
    running.close()


@two_users
def test_nothing_is_sent_to_another_user_who_has_the_port_now(foreign, run):
    taken = foreign.endpoint(FORGED)
    url = f"{taken.url}/{'a' * 32}/"
    for line in (ADD, ("iamcli", "snapshot", "account.json")):
        done = run(*line, env={"IAMCLI_SANDBOX": url})
        said = (
            f"{line[0]}: no sandbox of yours is at http://127.0.0.1:{foreign.port}, which "
            "IAMCLI_SANDBOX names, so nothing was sent; run the command in a new sandbox\n"
        )
        assert done == (1, "", said)
    assert taken.requests == []
    # In a sandbox of another user, as after sudo, nobody is asked.
    below = (sys.executable, "-c", AS_IN_A_SANDBOX, *ADD)
    done = run(*below, env={"IAMCLI_SANDBOX": taken.url, "AWS_IAM_URL": taken.url})
    assert (done.status, done.err, taken.operations) == (0, "", ["CreateLoginProfile"])


@pytest.mark.parametrize("url", ["{closed}", "http://localhost:{port}/1", "http://[::1]:{port}/1"])
def test_only_the_address_of_a_sandbox_is_trusted(url, closed, stub, run_fast):
    url = url.format(closed=closed, port=stub.port)
    done = run_fast(*LIST, env={"IAMCLI_SANDBOX": url})
    where = url.removesuffix("/1")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"iam-userlistbypath: no sandbox of yours is at {where}, which ")


@two_users
def test_a_server_of_root_is_trusted(foreign, stub):
    def refused(server: Stub) -> bool:
        settings = SimpleNamespace(sandbox=f"http://127.0.0.1:{server.port}")
        with contextlib.suppress(Failure):
            refuse_outside(settings)
            return False
        return True

    def check() -> None:
        assert (refused(stub), refused(foreign)) == (False, False)

    assert (refused(stub), refused(foreign)) == (False, True)
    other_user(check)


@pytest.mark.full
def test_help_and_usage_errors_work_without_the_environment(tmp_path):
    done = in_sandbox(tmp_path, "sh", "-c", f"{BARE} iam-userdel -h; {BARE} iam-userdel --version")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: iam-userdel" in done.stdout


@pytest.mark.full
def test_doctor_names_the_reason_and_asks_nobody(real, tmp_path):
    done = in_sandbox(tmp_path, "sh", "-c", f"{BARE} iamcli doctor")
    assert RESET.partition("; ")[0] in done.stdout
    assert (done.returncode, real.requests) == (1, [])


@pytest.mark.full
def test_a_sandbox_in_a_sandbox_is_the_one_that_counts(real, tmp_path):
    deletions = f"IAMCLI_SANDBOX=$OUTER iam-userdel -u bob; {BARE} iam-userdel -u x"
    inner = f"sandbox --changes sh -c 'iam-usercreate -u bob; {deletions}'"
    line = f"OUTER=$IAMCLI_SANDBOX iamcli {inner}; iam-userlistbypath"
    done = in_sandbox(tmp_path, "sh", "-c", line)
    errors = f"iam-userdel: {CHANGED}\niam-userdel: {RESET}\n"
    assert done.stderr.startswith(errors)
    assert "environment was reset: iam-userdel (2 times)\n" in done.stderr
    shown = f"{errors}IsTruncated: false\n"
    assert (done.returncode, done.stdout, real.requests) == (0, shown, [])


@pytest.mark.full
def test_a_sandbox_in_a_sandbox_says_so_and_has_another_prompt(tmp_path):
    env = environment(tmp_path, SHELL="/bin/sh")
    terminal = Terminal(prepared.program(), "sandbox", env=env)
    assert "inside another one" not in terminal.wait_for("(iamcli sandbox) $ ")
    for lost in ("", "env -u IAMCLI_SANDBOX "):
        terminal.type(f"{lost}iamcli sandbox\n")
        inner = terminal.wait_for("(iamcli sandbox in a sandbox) $ ")
        said = "iamcli: this sandbox is inside another one, whose IAM it does not use"
        assert said in " ".join(inner.split())
        terminal.type("exit\n")
        terminal.wait_for("(iamcli sandbox) $ ")
    terminal.type("exit\n")
    assert terminal.status() == 0
    # Scripts see no other line.
    done = in_sandbox(tmp_path, "iamcli", "sandbox", "true")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.full
def test_a_server_outside_the_sandbox_looks_at_the_parents_of_the_command(real, tmp_path):
    """A command that is handed over to a server of iamcli run is as far in as its program."""
    line = f'{OWN} IAMCLI_SANDBOX; IAMCLI_RUN="$OUTER" iam-userdel -u bob'
    outer = f"OUTER=$IAMCLI_RUN iamcli sandbox sh -c '{line}'"
    env = environment(tmp_path, PATH=f"{BIN}:{PATH}")
    done = run_program(BIN / "iamcli", "run", "--stats", "sh", "-c", outer, env=env, cwd=tmp_path)
    assert f"iam-userdel: {RESET}\n" in done.stderr
    assert "iamcli: 1 commands, " in done.stderr
    assert (done.returncode, real.requests) == (1, [])


NO_PROC = (
    "this system does not show the parents of a process, so commands whose environment was reset "
    "(sudo, su -, env -i) use the real account"
)


@pytest.mark.full
@needs("unshare", "mount")
def test_a_system_without_proc_is_said_to_be_one(tmp_path):
    hidden = "mount -t tmpfs none /proc && exec "
    root = ("unshare", "-rm", "sh", "-c")
    if run_program(*root, f"{hidden} true", env=environment(tmp_path)).returncode:
        pytest.skip("this user may not make namespaces")
    sandbox = f"{hidden} {BIN}/iamcli sandbox sh -c 'iam-userlistbypath'"
    done = run_program(*root, sandbox, env=environment(tmp_path), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "IsTruncated: false\n")
    assert done.stderr == f"iamcli: {NO_PROC}\n"


#: Runs a program as the other user, without the environment.
AS_OTHER = ("setpriv", "--reuid", str(OTHER), "--regid", str(OTHER), "--clear-groups", "env", "-i")


@two_users
@pytest.mark.parametrize(
    "value",
    ["", "invisible", *(in_full(value) for value in ("noaccess", "ptraceable", "1", "2", "4"))],
)
@needs("unshare", "mount", "setpriv")
def test_a_system_that_hides_processes_from_other_users_is_said_to_be_one(value, real, tmp_path):
    option = f"-o hidepid={value}" if value else ""
    own = ("unshare", "-m", "sh", "-c", f'mount -t proc {option} proc /proc && exec "$@"', "sh")
    env = environment(tmp_path)
    probe = run_program(*own, "true", env=env)
    if probe.returncode:
        pytest.skip(f"/proc cannot be mounted with this option: {probe.stderr.strip()}")
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
    code += "from iamcli.connection import processes; "
    other = (*AS_OTHER, "/usr/bin/python3", "-c", f"{code} print(processes.sandbox() or 'none')")
    readable = run_program(*other, env=env).returncode == 0
    command = other if readable else ("true",)
    done = run_program(*own, prepared.program(), "sandbox", *command, env=env, cwd=tmp_path)
    assert (done.returncode, real.requests) == (0, [])
    assert done.stderr == (f"iamcli: {NO_PROC}\n" if value else "")
    if readable:
        assert (done.stdout == "none\n") is bool(value)


#: Gives the shell a name, and waits.
NAMED = 'printf %s "$0" >/proc/$$/comm; echo; read -r line'


@pytest.mark.parametrize("name", ["a b", "a) b", "a (b", ") S 1 2 3", "(()", " "])
@needs("/proc/self/comm")
def test_a_process_may_have_any_name(name):
    with subprocess.Popen(["sh", "-c", NAMED, name], stdin=-1, stdout=-1) as process:
        process.stdout.readline()
        found = processes.read(str(process.pid))._replace(state="S")
        process.stdin.close()
    assert found == (process.pid, name, "S", os.getpid(), os.getsid(0))
