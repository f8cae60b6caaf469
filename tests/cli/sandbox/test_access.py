"""Who can use the private IAM: its owner, root, and whoever was given the secret path.

As root, these tests become a second user, who knows the port, as the name of the process contains
it, and everything else that is not secret.
"""

from __future__ import annotations

import encodings.idna  # noqa: F401 - the other user may not be able to read it
import http.client
import io
import json
import os
import re
import socket
import struct
import subprocess
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import prepared, private_iam
from support.processes import BIN, ROOT, environment, run
from support.requirements import needs
from support.selection import in_full

from iamcli.cli.sandbox import access, peers
from iamcli.cli.sandbox.changes.seen_requests import SeenRequests
from iamcli.config.settings import KEPT
from iamcli.connection import processes
from iamcli.connection.confinement import MAX_REPORT, REPORT_PATH
from iamcli.connection.processes import Process
from iamcli.errors import SECRET_DIGITS, without_secret_paths

if TYPE_CHECKING:
    from collections.abc import Callable

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="requires root, to be two users")
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIAINVENTEDINVENTED/20260101/us-east-1/iam/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=00"
)
SECRET = "0123456789abcdef" * 2


class Sandbox:
    """``iamcli sandbox`` with the user bob, in a process of its own, until it is told to end."""

    def __init__(self, home: Path) -> None:
        self._report = home / "changes.json"
        options = (f"--changes={self._report}", "--format", "json", "sh", "-c", SCRIPT)
        self._process = subprocess.Popen(
            [prepared.program(), "sandbox", *options],
            env=environment(home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        self.url = self._process.stdout.readline().strip()
        self.port = int(self.url.split(":")[2].split("/")[0])

    def end(self) -> tuple[int, dict[str, Any]]:
        """Let it end; return its exit status and its report."""
        _, errors = self._process.communicate("", timeout=60)
        assert not errors.count("Traceback")
        return self._process.returncode, json.loads(self._report.read_text())


SCRIPT = """\
iam-usercreate -u bob >/dev/null
echo "$IAMCLI_SANDBOX"
read line
test "$(iam-userlistbypath)" = "arn:aws:iam::123456789012:user/bob
IsTruncated: false"
"""


def as_stranger(function: Callable[[], Any]) -> Any:
    """Call ``function`` in a process of another user; return its result, which must be JSON."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writer, json.dumps(function()).encode())
        except BaseException:  # noqa: BLE001 - nobody else prints it
            os.write(writer, traceback.format_exc().encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as result:
        content = result.read()
    os.waitpid(child, 0)
    try:
        return json.loads(content)
    except ValueError:
        pytest.fail(content.decode())


def sent(port: int, request: bytes) -> str:
    """Send ``request`` as it is; return the response, "" if there is none."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(request)
        response = http.client.HTTPResponse(connection)
        try:
            response.begin()
            return f"{response.status} {response.read().decode()}"
        except (OSError, http.client.HTTPException):
            return ""


def posted(port: int, path: str, body: str, **headers: str) -> bytes:
    """Return a signed request."""
    lines = {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        "Authorization": SIGNED,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n{body}".encode()


# Another user.


#: What a stranger can guess. A path is also sent without a body, as a query.
PATHS = (
    "/",
    "//",
    "/x",
    "/moto-api/reset",
    "/iam/",
    f"{REPORT_PATH}/",
    f"/{REPORT_PATH}",
    f"/{'0' * SECRET_DIGITS}/",
    f"/{'*' * SECRET_DIGITS}/",
    "/%00/",
    "/../",
    "/./",
    "/%2e%2e/",
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "*",
    "/AKIASANDBOXSANDBOX00/",
)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Host": "localhost:{port}"},
    {"X_Forwarded_For": "127.0.0.1", "X_Real_IP": "127.0.0.1", "Forwarded": "for=127.0.0.1"},
    {"X_Forwarded_Prefix": "/", "X_Original_URL": "/", "X_Rewrite_URL": "/", "Script_Name": "/"},
    {"X_Iamcli_Tests": "yes", "Upgrade": "h2c", "Expect": "100-continue"},
)
ACTIONS = (
    "Action=ListUsers&Version=2010-05-08",
    "Action=GetAccountAuthorizationDetails&Version=2010-05-08",
    "Action=CreateUser&UserName=mallory&Version=2010-05-08",
    "Action=DeleteUser&UserName=bob&Version=2010-05-08",
)


@needs_root
def test_another_user_reads_and_changes_nothing(tmp_path):
    sandbox = Sandbox(tmp_path)
    answers = as_stranger(lambda: attack(sandbox.port))
    status, report = sandbox.end()
    # Some are no HTTP, which the server refuses with another status.
    wrong = [one for one in answers if one[:4] not in ("403 ", "400 ", "501 ") or "bob" in one]
    assert wrong == []
    assert sum(answer.startswith("403 ") for answer in answers) > 60
    assert [(one["action"], one["name"]) for one in report["changes"]] == [("create", "bob")]
    assert (report["refused"], report["without_environment"], status) == ([], [], 0)


def attack(port: int) -> list[str]:
    """Return the responses to everything that a stranger can guess."""
    answers = [
        sent(
            port,
            posted(
                port,
                path.format(port=port),
                action,
                **{name: value.format(port=port) for name, value in headers.items()},
            ),
        )
        for number, path in enumerate(PATHS)
        for action, headers in zip(ACTIONS, (HEADERS * 2)[number % 5 :], strict=False)
    ]
    for method in ("GET", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "PATCH", "X"):
        for path in ("/", f"/?{ACTIONS[0]}", REPORT_PATH):
            head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            answers.append(sent(port, f"{head}Authorization: {SIGNED}\r\n\r\n".encode()))
    return answers


def reported(port: int, name: str = "iam-userdel", **headers: str) -> bytes:
    """Return the report of a command."""
    return posted(port, REPORT_PATH, name, **headers)


@pytest.mark.full
@needs_root
def test_another_user_cannot_report_a_command(tmp_path):
    def report() -> list[str]:
        answers = [sent(port, reported(port)) for _ in range(3)]
        for reset in (False, True):
            # Often, so that the server sees some of them before and some after they are closed.
            for _ in range(20):
                connection = socket.create_connection(("127.0.0.1", port), 10)
                connection.sendall(reported(port))
                if reset:
                    # Closing it frees the port at once.
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                # The kernel shows root as the user of a socket that was closed.
                connection.close()
        with socket.socket(socket.AF_INET6) as six:
            six.connect(("::ffff:127.0.0.1", port))
            six.sendall(reported(port))
            answers.append(six.recv(100).decode().split(" ", 1)[1])
        return answers

    sandbox = Sandbox(tmp_path)
    port = sandbox.port
    assert [answer[:4] for answer in as_stranger(report)] == ["403 "] * 4
    # The owner does not know the secret path either, if the environment was reset.
    assert sent(port, reported(port, "iamcli")).startswith("204 ")
    status, made = sandbox.end()
    assert (status, made["without_environment"]) == (1, ["iamcli"])


@needs_root
@pytest.mark.parametrize("size", [10, in_full(200_000), in_full(50_000_000)])
def test_what_another_user_sends_is_not_read_but_the_answer_arrives(size):
    def send() -> tuple[str, int]:
        with socket.create_connection(("127.0.0.1", private.port), 60) as connection:
            request = posted(private.port, "/", "x" * size)
            sending = memoryview(request)
            try:
                while sending:
                    sending = sending[connection.send(sending[: 1 << 16]) :]
                answer = connection.recv(1000)
            except ConnectionError:
                answer = b""
            return answer.decode()[9:12], len(request) - len(sending)

    with private_iam.server() as private:
        answer, passed = as_stranger(send)
    # A client that sends more than a policy can have may find the connection closed.
    assert answer == "403" if size < access.DISCARDED else passed < size


#: A command as sudo starts it. What it imports may be readable by root only.
OTHER = f"""
import os, sys, encodings.idna
from iamcli.client import client
from iamcli.connection import confinement
from iamcli.operations import service
from iamcli.commands.users import usercreate
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
for name in set(os.environ) - set(sys.argv[1:]):
    del os.environ[name]
sys.argv = ["iam-usercreate", "-u", "x"]
usercreate()
"""


@needs_root
@pytest.mark.full
def test_a_command_of_another_user_in_the_sandbox_reports_itself(tmp_path):
    # Errors on standard error alone.
    env = environment(tmp_path, IAMCLI_STRICT="0")
    # A prepared server is not a child of the launcher.
    script = (BIN / "iamcli", "sandbox", "sh", "-c", '"$@"; iam-userlistbypath', "sh")
    other = (sys.executable, "-c", OTHER)
    done = run(*script, *other, "IAMCLI_STRICT", env=env, cwd=ROOT)
    first, last = done.stderr.splitlines()
    assert first.startswith("iam-usercreate: the environment of iamcli sandbox was reset, so ")
    assert last == "iamcli: sent nothing, because the environment was reset: iam-usercreate"
    assert (done.returncode, done.stdout) == (1, "IsTruncated: false\n")
    # What was given the variables works.
    done = run(*script, *other, "IAMCLI_STRICT", *KEPT, env=env, cwd=ROOT)
    listed = "arn:aws:iam::123456789012:user/x\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{listed}IsTruncated: false\n", "")
    # Nobody else can read the credential file, which "sudo -E" keeps.
    done = run(*script, *other, "IAMCLI_STRICT", *KEPT, "AWS_CREDENTIAL_FILE", env=env, cwd=ROOT)
    said = "iam-usercreate: requests go to the sandbox, not with credential file "
    assert done.stderr.startswith(said)
    assert done.stderr.endswith("/credentials (Permission denied)\n")
    assert (done.returncode, done.stdout) == (0, f"{listed}IsTruncated: false\n")


# Reports.


def test_the_body_of_a_report_is_small_whoever_sends_it():
    """The response comes although nothing of the body is sent."""
    with private_iam.server() as private:
        for headers in (
            *(
                {"Content_Length": size}
                for size in ("65", "1500000000", "-1", "+5", "", "x", "0x5")
            ),
            {"Content_Length": "5", "Transfer_Encoding": "chunked"},
        ):
            request = reported(private.port, "", **headers)
            assert sent(private.port, request).startswith("403 "), headers
        without = reported(private.port, "").replace(b"Content-Length: 0\r\n", b"")
        assert sent(private.port, without).startswith("403 ")
        assert sent(private.port, reported(private.port, "iam-" + "x" * 60)).startswith("204 ")
    assert private.end_report.without_environment == [f"iam-{'x' * 60}"]


def test_a_command_with_a_long_name_reports_itself(monkeypatch):
    from iamcli.connection import confinement

    with private_iam.server() as private:
        monkeypatch.setattr(sys, "argv", [f"/bin/iam-{'y' * 100}"])
        confinement._report(f"http://127.0.0.1:{private.port}")  # noqa: SLF001
    assert private.end_report.without_environment == ["iam-" + "y" * (MAX_REPORT - 4)]


def answered(
    names: list[str], monkeypatch: pytest.MonkeyPatch, body: bytes = b"sh", **more: str
) -> list[str]:
    """Report that a command sent nothing; return the status. ``more``: of the request."""
    monkeypatch.setattr(access, "may_report", lambda _connection: True)
    application = access.require_secret_path(
        lambda *_: [b""], SECRET, SeenRequests(without_environment=names)
    )
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": REPORT_PATH, "HTTP_HOST": "127.0.0.1:1"}
    ours, theirs = socket.socketpair()
    given = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "SERVER_PORT": "1"}
    seen: list[str] = []
    start: Any = lambda status, _headers: seen.append(status)  # noqa: E731
    with ours, theirs:
        environ_: Any = {**environ, **given, "werkzeug.socket": ours, **more}
        b"".join(application(environ_, start))
    return seen


def test_only_names_of_commands_are_reported_as_they_are(monkeypatch):
    names: list[str] = []
    for name in (b"iam-userdel", b"iamcli", b"iam-\x1b[2J", b"sh", b"iam-userdel x"):
        assert answered(names, monkeypatch, name) == ["204 No Content"]
    known = ["iam-userdel", "iamcli", *["another name"] * 3]
    assert names == known
    # No more than some.
    monkeypatch.setattr(access, "MAX_COMMANDS", 6)
    for _ in range(3):
        assert answered(names, monkeypatch, b"iamcli") == ["204 No Content"]
    assert names == [*known, "iamcli"]


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_ORIGIN": "http://evil.example.com"},
        {"HTTP_HOST": "evil.example.com"},
        {"HTTP_HOST": "127.0.0.1:2"},
        {"REQUEST_METHOD": "GET"},
        {"PATH_INFO": f"{REPORT_PATH}/"},
    ],
)
def test_web_pages_cannot_report_a_command(more, monkeypatch):
    names: list[str] = []
    assert (answered(names, monkeypatch, **more), names) == (["403 Forbidden"], [])


@needs("/proc/net/tcp")
def test_the_user_of_a_connection_is_not_guessed(monkeypatch, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        other = socket.create_connection(listener.getsockname())
        connection, _ = listener.accept()
        with connection:
            assert (peers.user_of(connection), peers.may_report(connection)) == (os.geteuid(), True)
            table = tmp_path / "tcp"
            for content in (None, "", "header\n", "header\n1 2 3\n", "header\nx\n"):
                table.unlink(missing_ok=True)
                if content is not None:
                    table.write_text(content)
                monkeypatch.setattr(processes, "_SOCKETS", str(table))
                assert (peers.user_of(connection), peers.may_report(connection)) == (None, False)
            monkeypatch.undo()
            table.write_bytes(Path("/proc/net/tcp").read_bytes())
            other.close()
            assert peers.user_of(connection) is None
            # It was closed after the table was read.
            monkeypatch.setattr(processes, "_SOCKETS", str(table))
            assert peers.user_of(connection) is None
        assert peers.user_of(connection) is None


def test_which_processes_descend_from_another_one():
    own = 100
    among = [(7, own), (8, 7), (9, 8), (5, 2), (4, 1), (20, own)]
    # IDs that were used again while all were read, in a circle.
    among += [(9, 11), (11, 12), (12, 9)]
    others = [Process(number, "name", "S", parent, 1) for number, parent in among]
    found = sorted(peers.descendants(others, own))
    assert [process.number for process in found] == [7, 8, 9, 9, 11, 12, 20]


# The secret path is not shown.


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to http://127.0.0.1:80/{}/", "to http://127.0.0.1:80"),
        ("http://127.0.0.1:80/{}", "http://127.0.0.1:80"),
        ("at http://127.0.0.1:80/{}/: x", "at http://127.0.0.1:80: x"),
        ("http://127.0.0.1:80/{}//?a", "http://127.0.0.1:80/?a"),
        ("http://127.0.0.1:80/{}/x", "http://127.0.0.1:80/x"),
        ("//localhost:80/{0}/ //127.0.0.1:81/{0}", "//localhost:80 //127.0.0.1:81"),
        # These are other addresses.
        ("http://127.0.0.1:80/{}0/", "http://127.0.0.1:80/{}0/"),
        ("http://10.0.0.1:80/{}/", "http://10.0.0.1:80/{}/"),
        ("http://127.0.0.1:80/x/", "http://127.0.0.1:80/x/"),
    ],
)
def test_an_address_is_shown_without_its_secret(text, shown):
    assert without_secret_paths(text.format(SECRET)) == shown.format(SECRET)


SHOWING = """\
echo "$IAMCLI_SANDBOX" >secret
exec 2>&1
iam-userlistbypath -d
iam-userdel -u bob
iam-userlistbypath --url "${IAMCLI_SANDBOX}x"
IAMCLI_SANDBOX=http://127.0.0.1:1/ iam-userlistbypath
iamcli doctor
iamcli doctor --format json
iamcli snapshot account.json
cat account.json
cat /proc/[0-9]*/cmdline /proc/[0-9]*/comm | tr '\\0' ' '
"""


def test_nothing_that_is_shown_has_the_secret(tmp_path):
    (tmp_path / "show.sh").write_text(SHOWING)
    env = environment(tmp_path)
    command = [prepared.program(), "sandbox", "--changes", "sh", "show.sh"]
    # The processes of others can have any bytes in their command lines.
    done = run(*command, env=env, cwd=tmp_path, timeout=120, errors="replace")
    url = (tmp_path / "secret").read_text().strip()
    found = re.fullmatch(r"(http://127\.0\.0\.1:(\d+))/([0-9a-f]{32})/", url)
    assert found
    address, port, secret = found.groups()
    assert secret not in done.stdout + done.stderr
    assert f"debug: ListUsers to {address}: {{" in done.stdout
    # The port is known to everybody.
    assert f"iamcli:{port}" in done.stdout
    assert f"requests go to the sandbox, not to {address}/x (--url)" in done.stdout
    assert f"{address} from IAMCLI_SANDBOX; it answers" in done.stdout


@pytest.mark.parametrize("more", [(), ("-d",)])
def test_errors_do_not_have_the_secret_either(more, closed, run_fast):
    env = {"AWS_IAM_URL": f"{closed}/{SECRET}/", "AWS_MAX_ATTEMPTS": "1"}
    done = run_fast("iam-userlistbypath", *more, env=env)
    assert done.status == 1
    assert f"cannot connect to {closed}: " in done.err
    assert SECRET not in done.out + done.err
    done = run_fast("iam-userlistbypath", *more, env={"IAMCLI_SANDBOX": f"ftp://x/{SECRET}/"})
    assert done.status == 1


# Other clients.


CURL = """\
ask() {
    curl -s --aws-sigv4 aws:amz:us-east-1:iam \\
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "$@" | grep -o '<UserName>[a-z]*'
}
ask "$AWS_ENDPOINT_URL" -d 'Action=CreateUser&UserName=bob&Version=2010-05-08'
ask "$AWS_IAM_URL?Action=ListUsers&Version=2010-05-08"
ask "$AWS_IAM_URL/?Action=ListUsers&Version=2010-05-08"
ask "${AWS_IAM_URL%/}?Action=ListUsers&Version=2010-05-08"
"""


@needs("curl")
def test_curl_uses_the_address_of_the_environment(tmp_path):
    done = run(prepared.program(), "sandbox", "sh", "-c", CURL, env=environment(tmp_path))
    assert done.stdout.split() == ["<UserName>bob"] * 4


def test_an_address_without_the_secret_is_refused_in_one_line(tmp_path):
    env = environment(tmp_path, AWS_ACCESS_KEY_ID="AKIA", AWS_SECRET_ACCESS_KEY="s")
    with private_iam.server() as private:
        address = f"http://127.0.0.1:{private.port}"
        done = run(BIN / "iam-userlistbypath", "--url", address, env=env)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "iam-userlistbypath: AccessDenied: the sandbox accepts only requests to its own address, "
        "which AWS_IAM_URL contains\n"
    )
