"""The sandbox: what a command sees in it, how it ends, and that it removes everything."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
from support import resettable
from support.processes import (
    BIN,
    ROOT,
    environment,
    left_behind,
    run,
    running,
    wait_until,
)
from support.terminal import Terminal

from iamcli.errors import Failure
from iamcli.sandbox import launcher as sandbox
from iamcli.sandbox import server as sandbox_server
from iamcli.sandbox.rules import layer

IAMCLI = BIN / "iamcli"
POLICY = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


@pytest.fixture
def env(tmp_path):
    return environment(tmp_path)


def in_sandbox(env, *arguments, **more):
    return run(IAMCLI, "sandbox", *arguments, env=env, **more)


# What a command sees.


def test_only_the_sandbox_can_be_reached(env, tmp_path):
    env |= {
        "AWS_PROFILE": "work",
        "AWS_IAM_URL": "https://iam.example.com",
        "AWS_ENDPOINT_URL_IAM": "https://iam.example.com",
        "AWS_SESSION_TOKEN": "token",
        "CLIENT_CONFIG_FILE": "/proxy",
        "BASH_ENV": "/elsewhere",
        "https_proxy": "http://proxy.example.com",
        "HTTP_PROXY": "http://proxy.example.com",
        "KEPT": "yes",
    }
    done = in_sandbox(env, "env")
    assert done.returncode == 0
    assert done.stderr == ""
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines())
    url = seen["AWS_IAM_URL"]
    assert url.startswith("http://127.0.0.1:")
    folder = str(tmp_path / "tmp" / "iamcli-sandbox-")
    assert seen.pop("AWS_CREDENTIAL_FILE").startswith(folder)
    assert seen["PATH"] == f"{BIN}:{env['PATH']}"
    assert seen["KEPT"] == "yes"
    assert not {name for name in seen if name.lower().endswith("_proxy") or name == "BASH_ENV"}
    assert "CLIENT_CONFIG_FILE" not in seen
    assert {name: seen[name] for name in seen if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID": sandbox.ACCESS_KEY,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_IAM_HOME": str(ROOT),
        "AWS_IAM_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_SECRET_ACCESS_KEY": sandbox.SECRET_KEY,
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
    assert left_behind(tmp_path) == []


def test_the_credential_file_is_an_old_one_and_private(env):
    done = in_sandbox(env, "sh", "-c", 'cat "$AWS_CREDENTIAL_FILE"; ls -l "$AWS_CREDENTIAL_FILE"')
    key, secret, listed = done.stdout.splitlines()
    assert key == f"AWSAccessKeyId={sandbox.ACCESS_KEY}"
    assert secret == f"AWSSecretKey={sandbox.SECRET_KEY}"
    assert listed.startswith("-rw------- ")


def test_aws_sees_the_same_account_whatever_its_files_say(env, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(
        "[default]\nignore_configured_endpoint_urls = true\nregion = eu-west-1\n"
    )
    done = in_sandbox(
        env, "sh", "-c", "iam-usercreate -u david && aws iam get-user --user-name david"
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["User"]["UserName"] == "david"


def test_the_first_walk(env):
    done = in_sandbox(env, ROOT / "examples" / "first-user.sh")
    assert done.stderr == ""
    assert done.returncode == 0
    shown = done.stdout.split("\n")
    arn = "arn:aws:iam::123456789012:user/iam_user"
    assert shown[:3] == ["$ iam-usercreate -u iam_user -p / -v", arn, shown[2]]
    assert shown[3] == f"$ iam-useruploadpolicy -u iam_user -p AllAccessPolicy -o '{POLICY}'"
    assert shown[4] == "$ iam-useraddkey -u iam_user"
    assert [len(line) for line in shown[5:7]] == [20, 40]
    assert shown[7:] == [
        "$ iam-useraddloginprofile -u iam_user -p somePassword",
        "$ iam-accountaliascreate -a example",
        "$ iam-usergetattributes -u iam_user",
        arn,
        shown[2],
        "$ iam-userlistpolicies -u iam_user",
        "AllAccessPolicy",
        "IsTruncated: false",
        "$ iam-userlistpolicies -u iam_user -p AllAccessPolicy",
        POLICY,
        "",
    ]


# How it ends.


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["sh", "-c", "exit 7"], 7),
        (["sh", "-c", "kill -9 $$"], 137),
        (["sh", "-c", 'test "$1" = --help', "--", "--help"], 0),
        (["--", "true"], 0),
        (["sh", "-c", "cat >/dev/null"], 0),
    ],
)
def test_the_status_is_the_commands(env, arguments, status):
    done = in_sandbox(env, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")


def test_a_command_that_cannot_be_run_is_named(env, tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    done = in_sandbox(env, "no-such-command")
    assert (done.returncode, done.stderr) == (
        127,
        "iamcli: no-such-command: not found; is it installed and on PATH?\n",
    )
    done = in_sandbox(env, plain)
    assert (done.returncode, done.stderr) == (
        126,
        f"iamcli: {plain}: cannot be executed: Permission denied\n",
    )
    assert left_behind(tmp_path) == []


def test_a_script_without_interpreter_line_is_for_sh(env, tmp_path):
    script = tmp_path / "old.sh"
    script.write_text('echo "$1"\n')
    script.chmod(0o755)
    assert in_sandbox(env, script, "word").stdout == "word\n"


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (signal.SIGINT, 130),
        (signal.SIGTERM, 143),
        (signal.SIGHUP, 129),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
def test_a_signal_leaves_nothing_behind(env, tmp_path, number, status):
    started = tmp_path / "started"
    script = f"touch {started}; exec sleep 300"
    process = subprocess.Popen([IAMCLI, "sandbox", "sh", "-c", script], env=env)
    wait_until(started.exists)
    # The folder, the sandbox, its server, sleep.
    wait_until(lambda: len(left_behind(tmp_path)) == 4)
    process.send_signal(number)
    assert process.wait(10) == status
    wait_until(lambda: left_behind(tmp_path) == [])


def test_a_kill_before_the_server_listens_leaves_nothing_behind(env, tmp_path):
    process = subprocess.Popen([IAMCLI, "sandbox", "sleep", "300"], env=env)
    wait_until(lambda: len(left_behind(tmp_path)) >= 2)
    process.kill()
    process.wait()
    wait_until(lambda: left_behind(tmp_path) == [])


def test_a_server_that_is_killed_leaves_nothing_behind(env, tmp_path):
    started = tmp_path / "started"
    script = f"touch {started}; read line; exit 3"
    process = subprocess.Popen(
        [IAMCLI, "sandbox", "sh", "-c", script], env=env, stdin=subprocess.PIPE
    )
    wait_until(started.exists)
    (server,) = (pid for pid, line in running(tmp_path).items() if "sandbox.server" in line)
    os.kill(server, signal.SIGKILL)
    process.communicate(b"\n")
    assert process.returncode == 3
    assert left_behind(tmp_path) == []


COUNT_INTERRUPTS = """
import signal, subprocess
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print("ready", flush=True)
signal.sigwaitinfo([signal.SIGINT])
again = signal.sigtimedwait([signal.SIGINT], 0.5)
print("twice" if again else "once", flush=True)
raise SystemExit(subprocess.call(["iam-userlistbypath"]) or 5)
"""


def test_ctrl_c_reaches_the_command_once_and_the_server_not_at_all(env, tmp_path):
    terminal = Terminal(IAMCLI, "sandbox", sys.executable, "-c", COUNT_INTERRUPTS, env=env)
    terminal.wait_for("ready")
    terminal.type("\x03")
    assert terminal.status() == 5
    assert "once\r\nIsTruncated: false\r\n" in terminal.shown
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("shell", ["bash", "dash", "fish", "zsh"])
def test_a_shell_ignores_start_up_files_that_lead_elsewhere(env, tmp_path, shell):
    path = shutil.which(shell)
    if not path and not os.environ.get("CI"):
        pytest.skip(f"{shell} is not installed")
    for name in (".bashrc", ".zshrc", ".profile"):
        (tmp_path / name).write_text("export AWS_IAM_URL=https://iam.example.com\n")
    fish = tmp_path / ".config" / "fish" / "config.fish"
    fish.parent.mkdir(parents=True)
    fish.write_text("set -x AWS_IAM_URL https://iam.example.com\n")
    env |= {"SHELL": path, "ENV": str(tmp_path / ".profile"), "TERM": "dumb"}
    terminal = Terminal(IAMCLI, "sandbox", env=env)
    terminal.wait_for("type exit to leave")
    terminal.type("echo at=$AWS_IAM_URL; exit 3\n")
    assert terminal.status() == 3
    assert "at=http://127.0.0.1:" in terminal.shown
    assert left_behind(tmp_path) == []


def test_a_shell_ends_with_sigterm(env, tmp_path):
    terminal = Terminal(IAMCLI, "sandbox", env={**env, "SHELL": "/bin/bash"})
    terminal.wait_for("(iamcli sandbox) $")
    terminal.send_signal(signal.SIGTERM)
    assert terminal.status() == 129
    assert left_behind(tmp_path) == []


# The server.


def test_without_the_extra_one_line_says_what_to_install(env, tmp_path):
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "moto.py").write_text("raise ModuleNotFoundError('no', name='moto')\n")
    done = in_sandbox({**env, "PYTHONPATH": str(stub)}, "true")
    assert done.returncode == 1
    assert done.stderr == (
        "iamcli: cannot start the sandbox: moto is not installed; run: "
        "pip install 'iamcli[sandbox]'\n"
    )
    assert left_behind(tmp_path) == []


def test_a_moto_that_fails_is_reported_in_one_line(env, tmp_path):
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "moto.py").write_text("raise RuntimeError('out of order')\n")
    done = in_sandbox({**env, "PYTHONPATH": str(stub)}, "true")
    assert done.returncode == 1
    assert done.stderr == (
        "iamcli: cannot start the sandbox: RuntimeError: out of order; "
        f"install the tested moto[iam,server]=={sandbox_server.TESTED}\n"
    )


def test_a_moto_that_has_changed_inside_is_refused(monkeypatch):
    moto = pytest.importorskip("moto.iam.policy_validation")
    kept = moto.IAMPolicyDocumentValidator
    monkeypatch.setattr(kept, "validate", kept.validate)  # restores it afterwards
    monkeypatch.delattr(moto, "IAMTrustPolicyDocumentValidator")
    with pytest.raises(AttributeError, match="IAMTrustPolicyDocumentValidator"):
        layer.without_validation()


def test_a_server_that_does_not_listen_is_reported(monkeypatch):
    monkeypatch.setattr(sandbox, "TIMEOUT", 0.01)
    with pytest.raises(Failure, match="did not start"), sandbox.server():
        pass
    monkeypatch.undo()
    monkeypatch.setattr(sandbox, "_SERVER_CODE", "")
    with pytest.raises(Failure, match="ended before it was ready"), sandbox.server():
        pass


# The server is private.

LIST_USERS = "Action=ListUsers&Version=2010-05-08"
IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15"


def signed(service="iam", key="AKIAIOSFODNN7EXAMPLE"):
    return (
        f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/{service}/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=00"
    )


@pytest.fixture(scope="module")
def ask():
    """Ask a sandbox; return status, headers and body of the response."""
    with sandbox.server() as private:
        port = int(private.url.rsplit(":", 1)[1])

        def send(body=LIST_USERS, method="POST", path="/", **headers):
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            sent = {
                "Host": f"127.0.0.1:{port}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": signed(),
                **{name: value.format(port=port) for name, value in headers.items() if value},
            }
            if headers.get("Authorization") == "":
                del sent["Authorization"]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in (sent | {"Content-Length": str(len(body))}).items():
                if headers.get(name) != "":
                    connection.putheader(name, value)
            connection.endheaders(body.encode())
            response = connection.getresponse()
            content = response.read().decode()
            connection.close()
            return response.status, dict(response.getheaders()), content

        yield send


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        ({}, "<ListUsersResponse"),
        ({"Host": "localhost:{port}"}, "<ListUsersResponse"),
        ({"Host": "LOCALHOST:{port}"}, "<ListUsersResponse"),
        ({"Authorization": signed(key="AKIABROUGHTBYASCRIPT")}, "<ListUsersResponse"),
        ({"body": "", "method": "GET", "path": f"/?{LIST_USERS}"}, "<ListUsersResponse"),
        ({"Authorization": signed("sts"), "body": IDENTITY}, "<GetCallerIdentityResponse"),
    ],
)
def test_signed_requests_to_iam_and_sts_are_served(ask, request_, shown):
    status, headers, body = ask(**request_)
    assert (status, shown in body) == (200, True), body
    assert not [name for name in headers if name.lower().startswith("access-control")]


PRESIGNED = (
    f"/?{LIST_USERS}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2Fiam%2Faws4_request"
)


@pytest.mark.parametrize(
    "request_",
    [
        {"Authorization": ""},
        {"Authorization": "AWS AKIAIOSFODNN7EXAMPLE:00"},
        {"Authorization": signed("s3"), "method": "GET", "body": ""},
        {"Authorization": signed("ec2"), "body": "Action=DescribeInstances&Version=2016-11-15"},
        {"Authorization": signed(key="")},
        {"Authorization": signed("iam/sts")},
        {"Authorization": "", "method": "GET", "path": PRESIGNED, "body": ""},
        {"Authorization": "", "body": "Action=AssumeRoleWithSAML&Version=2011-06-15"},
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:{port}"},
        {"method": "OPTIONS", "Origin": "https://example.com", "body": ""},
        {"method": "OPTIONS", "body": ""},
        {"method": "HEAD", "body": ""},
        {"Host": ""},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "example.com:{port}"},
        {"Host": "iam.amazonaws.com"},
        {"Host": "127.0.0.1:{port}.example.com"},
        {"path": "http://iam.amazonaws.com/"},
        {"path": "/moto-api/reset"},
        {"path": "/moto-api/data.json", "method": "GET", "body": ""},
        {"path": "/moto-api/", "method": "GET", "body": "", "Authorization": ""},
        {"path": "//moto-api/reset"},
        {"path": "/%6doto-api/reset"},
        {"path": "/latest/meta-data/iam/security-credentials/", "method": "GET", "body": ""},
        {"path": "/favicon.ico", "method": "GET", "body": ""},
        {"path": "/static/x", "method": "GET", "body": ""},
        {"path": resettable.PATH, resettable.HEADER: "yes"},
        {"path": "/", "body": "x" * 3_000_000, "Authorization": ""},
    ],
)
def test_any_other_request_is_refused(ask, request_):
    status, headers, body = ask(**request_)
    assert status == 403
    assert not [name for name in headers if name.lower().startswith("access-control")]
    if request_.get("method") != "HEAD":
        assert "<Code>AccessDenied</Code><Message>the sandbox accepts " in body
        assert len(body) < 400


def test_a_command_reports_a_refusal_as_an_error_of_the_service(env):
    script = 'iam-userlistbypath --url "$AWS_IAM_URL/moto-api/reset"'
    done = in_sandbox(env, "sh", "-c", script)
    assert done.returncode == 1
    assert "AccessDenied: the sandbox accepts only GET and POST requests to /" in done.stderr


def test_the_tests_own_server_empties_the_account_and_is_otherwise_private(env):
    env |= {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"}
    with resettable.server() as url:
        env["AWS_IAM_URL"] = url
        run(BIN / "iam-usercreate", "-u", "david", env=env)
        assert "david" in run(BIN / "iam-userlistbypath", env=env).stdout
        resettable.reset(url)
        assert run(BIN / "iam-userlistbypath", env=env).stdout == "IsTruncated: false\n"
