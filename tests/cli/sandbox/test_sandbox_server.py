"""The server of the sandbox: how it starts and ends, and which requests it accepts."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import shutil
import signal
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from support import private_iam, resettable
from support.limits import TIMEOUT

from iamcli.cli.run.pooled import Order
from iamcli.cli.running import messages
from iamcli.cli.running.command_server import Done
from iamcli.cli.sandbox import access, wsgi
from iamcli.cli.sandbox import server as sandbox_server
from iamcli.cli.sandbox.account_lock import ACCOUNT_LOCK
from iamcli.cli.sandbox.changes.seen_requests import SeenRequests
from iamcli.cli.sandbox.kept import KeptAccount
from iamcli.cli.sandbox.pipe_messages import EndReport, ServerSettings, StartReport
from iamcli.errors import Failure

DAY = "2026-11-20T12:00:00Z"
LIST_USERS = "Action=ListUsers&Version=2010-05-08"
GET_USER = "Action=GetUser&Version=2010-05-08"
IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15"


@pytest.mark.parametrize("kind", [ServerSettings, StartReport, EndReport, Order, Done])
def test_a_message_with_an_unknown_or_a_missing_member_is_refused(kind):
    sent = kind(*(f"the {name}" for name in kind._fields))
    line = messages.as_line(sent)
    assert messages.read(kind, line) == sent
    members = json.loads(line)
    for changed in ({**members, "another": 1}, dict([*members.items()][1:])):
        with pytest.raises(ValueError, match=kind.__name__):
            messages.read(kind, json.dumps(changed))


def signed(service="iam", key="AKIAIOSFODNN7EXAMPLE"):
    return (
        f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/{service}/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=00"
    )


def environ(service="iam"):
    return {
        "SERVER_PORT": "1",
        "HTTP_HOST": "127.0.0.1:1",
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "HTTP_AUTHORIZATION": signed(service),
    }


# Requests and responses.


@pytest.mark.parametrize("path", ["", "/"])
def test_a_request_has_an_empty_path_or_none(path):
    assert access.why_refused({**environ(), "PATH_INFO": path}) == ""


def test_the_first_of_two_equal_fields_counts_as_for_moto():
    body = b"Action=ListUsers&A=1&A=2&B="
    environ = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    expected = {"Action": "ListUsers", "A": "1", "B": ""}
    assert wsgi.fields(environ) == expected
    # The body can be read again.
    assert wsgi.fields(environ) == expected
    query = {"QUERY_STRING": body.decode(), "CONTENT_LENGTH": ""}
    assert wsgi.fields({"wsgi.input": io.BytesIO(), **query}) == expected
    strange = {"wsgi.input": io.BytesIO(b"A=\xff"), "CONTENT_LENGTH": "3", "QUERY_STRING": ""}
    assert wsgi.fields(strange) == {"A": "\ufffd"}


def test_fields_are_added_to_the_query_or_to_the_body():
    for query in ("", "A=1"):
        environ = {"wsgi.input": io.BytesIO(b"B=2"), "CONTENT_LENGTH": "3", "QUERY_STRING": query}
        given = dict(environ)
        wsgi.add_fields(environ, {})
        assert environ == given
        wsgi.add_fields(environ, {"C": "a&b"})
        body = wsgi.content(environ)
        assert (environ["QUERY_STRING"], body, environ["CONTENT_LENGTH"]) == (
            ("A=1&C=a%26b", b"B=2", "3") if query else ("", b"B=2&C=a%26b", "11")
        )


def test_a_refusal_is_an_error_as_of_the_service():
    seen = []
    [sent] = wsgi.error(403, "Denied", "a < b & c").send(lambda *given: seen.append(given))
    [(status, headers)] = seen
    identity = dict(headers).pop("x-amzn-RequestId")
    assert sent.decode() == (
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n'
        "  <Error><Type>Sender</Type><Code>Denied</Code><Message>a &lt; b &amp; c</Message>"
        f"</Error>\n  <RequestId>{identity}</RequestId>\n</ErrorResponse>\n"
    )
    assert (status, dict(headers)) == (
        "403 Forbidden",
        {
            "Content-Type": "text/xml",
            "Content-Length": str(len(sent)),
            "x-amzn-RequestId": identity,
        },
    )


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, ""),
        ({"REQUEST_METHOD": "GET"}, ""),
        ({"REQUEST_METHOD": "HEAD"}, "only GET and POST requests to /"),
        ({"PATH_INFO": "/x"}, "only GET and POST requests to /"),
        ({"PATH_INFO": None}, "only GET and POST requests to /"),
        ({"HTTP_AUTHORIZATION": None}, "only requests that are signed for IAM or STS"),
        *(
            ({"HTTP_AUTHORIZATION": given}, "only requests that are signed for IAM or STS")
            for given in ("AWS x", signed("s3"), signed("iam/sts"), signed(key=""))
        ),
        ({"HTTP_HOST": None}, "no request for another host"),
        *(
            ({"HTTP_HOST": host}, "no request for another host")
            for host in ("127.0.0.1:2", "127.0.0.1", "127.0.0.1:1.example.com", "example.com:1")
        ),
        ({"HTTP_HOST": "Localhost:1"}, ""),
        ({"HTTP_ORIGIN": "null"}, "no request from a web page"),
        # What is wrong whatever the request is for is said first.
        ({"HTTP_ORIGIN": "null", "REQUEST_METHOD": "OPTIONS"}, "no request from a web page"),
        ({"HTTP_HOST": "x", "PATH_INFO": "/x"}, "no request for another host"),
        ({"PATH_INFO": "/x", "HTTP_AUTHORIZATION": ""}, "only GET and POST requests to /"),
    ],
)
def test_why_a_request_is_refused(more, reason):
    sent = {name: value for name, value in (environ() | more).items() if value is not None}
    assert access.why_refused(sent) == (f"the sandbox accepts {reason}" if reason else "")


def test_no_header_lets_a_web_page_read_a_response():
    private_iam = pytest.importorskip("iamcli.cli.sandbox.private_iam")

    def application(_environ, start):
        start("200 OK", [("Access-Control-Allow-Origin", "*"), ("X", "y")])
        return [b"s", b"ts"]

    moto = SimpleNamespace(_moto={"sts": application})
    response = private_iam.PrivateIAM._ask_moto(moto, "sts", environ("sts"))  # noqa: SLF001
    assert response == ("200 OK", [("X", "y")], b"sts")


# How it starts and ends.


def test_the_command_gets_a_signal_if_the_sandbox_ends_before_it(monkeypatch):
    sent = []
    for lines, expected in (("", []), ("7\n", [(7, signal.SIGHUP)]), ("7\n0\n", [])):
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        monkeypatch.setattr(os, "kill", lambda *given: sent.append(given))
        sandbox_server._wait_for_launcher()  # noqa: SLF001
        assert sent == expected, lines
        sent.clear()

    def ended(*_given):
        raise ProcessLookupError

    monkeypatch.setattr(sys, "stdin", io.StringIO("7\n"))
    monkeypatch.setattr(os, "kill", ended)
    sandbox_server._wait_for_launcher()  # noqa: SLF001


@pytest.fixture
def serving(monkeypatch):
    """Run the server, whose functions are ``start`` and ``tell``, until it exits."""

    def exit_at_once(status):
        raise SystemExit(status)

    def serve(start, tell, settings=None):
        line = messages.as_line(settings or ServerSettings())
        monkeypatch.setattr(sys, "stdin", io.StringIO(line.decode()))
        monkeypatch.setattr(signal, "pthread_sigmask", lambda *_: None)
        monkeypatch.setattr(os, "_exit", exit_at_once)
        monkeypatch.setattr(sandbox_server, "_start", start)
        monkeypatch.setattr(sandbox_server, "_tell", tell)
        with pytest.raises(SystemExit, match=r"^0$"):
            sandbox_server.main()

    return serve


def test_what_the_server_reports_at_its_end(serving):
    def full(**_given):
        raise Failure("no space")

    reports = []
    for account in (None, SimpleNamespace(save=dict), SimpleNamespace(save=full)):
        serving(lambda *_, kept=account: (StartReport(url="here"), kept, None), reports.append)
    assert reports[::2] == [StartReport(url="here")] * 3
    said = [(report.failure, report.reached) for report in reports[1::2]]
    assert said == [("", False), ("", False), ("no space", False)]


@pytest.mark.parametrize("watched", [False, True])
def test_the_server_reports_twice_and_removes_its_files(serving, monkeypatch, tmp_path, watched):
    did, refused = [], [{"code": "Bad"}]
    folder = tmp_path / "files"
    started = StartReport(credential_file=str(folder / "credentials"))
    comparison = "iamcli.cli.sandbox.changes.comparison.changes"
    if watched:
        pytest.importorskip("iamcli.cli.sandbox.changes.state")
        monkeypatch.setattr(comparison, lambda *given: [given[0]])

    def start(settings, seen):
        folder.mkdir()
        seen.without_environment.append("iam-userdel")
        seen.refused += refused
        did.append(settings)
        return started, None, {"before": 1} if watched else None

    settings = ServerSettings(watch=watched)
    monkeypatch.setattr(sandbox_server, "_wait_for_launcher", lambda: did.append("wait"))
    serving(start, lambda report: did.append((report, folder.exists())), settings)
    changes = [{"before": 1}] if watched else []
    last = EndReport(
        "", changes, reached=False, without_environment=["iam-userdel"], refused=refused
    )
    assert did == [ServerSettings(watch=watched), (started, True), "wait", (last, True)]
    assert not folder.exists()

    def fail():
        raise ValueError

    # Whatever happens, no secret stays.
    monkeypatch.setattr(sandbox_server, "_wait_for_launcher", fail)
    line = messages.as_line(settings)
    monkeypatch.setattr(sys, "stdin", io.StringIO(line.decode()))
    with pytest.raises(ValueError, match=r"^$"):
        sandbox_server.main()
    assert not folder.exists()


def test_what_the_server_says_of_a_copy(monkeypatch, tmp_path):
    loading = pytest.importorskip("iamcli.cli.sandbox.loading")
    file = tmp_path / "account.json"
    content = {"taken": DAY, "unread": ["one", "two"]}
    monkeypatch.setattr(sandbox_server.file, "read", lambda *given: {given: content}[file, 7])
    monkeypatch.setattr(loading, "load", lambda *given: given)
    monkeypatch.setattr(loading, "region_of", lambda _: "cn-north-1")
    monkeypatch.setattr(loading, "unknown", lambda _, iam: [iam[1]])
    settings = ServerSettings(account=file, number=7)
    assert sandbox_server._load_copy(settings) == (  # noqa: SLF001
        StartReport(is_copy=True, taken=DAY, unread=2, unknown=[file]),
        "cn-north-1",
    )


@pytest.fixture
def starting(monkeypatch, tmp_path):
    """Start the server as ``settings`` say, but do not listen; return what it did, and the rest."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    did = []
    listening = SimpleNamespace(server_port=7, serve_forever=lambda: None)

    class KeptAccount:
        def __init__(self, folder):
            self.existed = folder != "new"
            self.saving = threading.Event()
            self.save_changes = self.saving.set
            did.append(f"keep {folder}")

        def restore(self):
            did.append("restore")

    def copied(settings):
        did.append(f"copy {settings.account} {settings.number}")
        report = StartReport(is_copy=True, taken=DAY, unread=1, unknown=["role"])
        return report, "cn-north-1"

    def application(_seen, kept, region):
        did.append(f"serve {bool(kept)} {region}")

    monkeypatch.setattr(sandbox_server, "KeptAccount", KeptAccount)
    monkeypatch.setattr(sandbox_server, "_load_copy", copied)
    monkeypatch.setattr("iamcli.cli.sandbox.private_iam.PrivateIAM", application)
    monkeypatch.setattr(
        "iamcli.cli.sandbox.changes.state.account_contents", lambda: did.append("state") or {}
    )
    monkeypatch.setattr("werkzeug.serving.make_server", lambda *_given, **_options: listening)

    real_start = sandbox_server._start  # noqa: SLF001

    def start(**settings):
        did.clear()
        return did, *real_start(ServerSettings(**settings), None)

    yield start
    for folder in tmp_path.glob("iamcli-sandbox-*"):
        shutil.rmtree(folder)


def test_what_the_server_starts_with(starting):
    did, report, account, before = starting()
    assert (did, account, before) == (["serve False "], None, None)
    file = Path(report.credential_file)
    taken, url = report.taken, report.url
    assert report == StartReport(taken=taken, url=url, credential_file=str(file))
    assert re.fullmatch(r"http://127\.0\.0\.1:7/[0-9a-f]{32}/", url)
    assert starting()[1].url != url
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", taken)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().splitlines() == [
        f"AWSAccessKeyId={private_iam.ACCESS_KEY}",
        f"AWSSecretKey={private_iam.SECRET_KEY}",
    ]
    # What is there already is no change.
    did, report, account, before = starting(keep="dir", watch=True)
    assert did == ["keep dir", "serve True ", "restore", "state"]
    assert account.saving.wait(TIMEOUT)
    assert (report.existed, account.existed, before) == (True, True, {})
    assert starting(keep="new")[1].existed is False
    did, report, *_ = starting(account="f", number=5, watch=True)
    assert did == ["copy f 5", "serve False cn-north-1", "state"]
    assert report[3:] == (False, True, DAY, 1, ["role"])


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Failure("no file"), "no file"),
        (ImportError("no", name="moto"), "moto is not installed; "),
        (ImportError("no moto"), "no moto is not installed; "),
        (KeyError("x"), "KeyError: 'x'; install the tested moto[iam]=="),
    ],
)
def test_why_the_server_does_not_start(starting, serving, monkeypatch, error, said):
    def fail(*_given, **_options):
        raise error

    monkeypatch.setattr("werkzeug.serving.make_server", fail)
    reports = []
    serving(lambda *_: starting()[1:], reports.append)
    [report] = reports
    assert (report.failure[: len(said)], report) == (said, StartReport(report.failure))


def test_a_moto_that_has_changed_inside_is_refused(monkeypatch):
    private_iam = pytest.importorskip("iamcli.cli.sandbox.private_iam")
    moto = private_iam.policy_validation
    kept = moto.IAMPolicyDocumentValidator
    monkeypatch.setattr(kept, "validate", kept.validate)  # restores it afterwards
    monkeypatch.delattr(moto, "IAMTrustPolicyDocumentValidator")
    with pytest.raises(AttributeError, match="IAMTrustPolicyDocumentValidator"):
        private_iam.adapt_moto()


@pytest.mark.parametrize("reader", ["request", "save", "end"])
def test_one_at_a_time_uses_the_account(monkeypatch, tmp_path, reader):
    private_iam = pytest.importorskip("iamcli.cli.sandbox.private_iam")
    done = []
    monkeypatch.setattr(private_iam, "adapt_moto", lambda: None)
    monkeypatch.setattr(private_iam.PrivateIAM, "_answer", lambda *_: wsgi.xml(200, ""))
    monkeypatch.setattr("iamcli.cli.sandbox.objects.serialize", lambda: b"")
    monkeypatch.setattr("iamcli.cli.sandbox.changes.state.account_contents", dict)
    monkeypatch.setattr("iamcli.cli.sandbox.changes.comparison.changes", lambda *_: [])
    call = {
        "request": (
            private_iam.PrivateIAM(SeenRequests(), None),
            {**environ(), "wsgi.input": io.BytesIO()},
            lambda *_: None,
        ),
        "save": (KeptAccount(str(tmp_path)).save,),
        "end": (sandbox_server._end, None, {}, SeenRequests()),  # noqa: SLF001
    }[reader]
    thread = threading.Thread(target=lambda: done.append(call[0](*call[1:])))
    with ACCOUNT_LOCK:
        thread.start()
        thread.join(0.1)
        assert done == []
    thread.join()
    assert len(done) == 1


# It is private.


@pytest.fixture(scope="module")
def ask_sandbox():
    """Ask a sandbox; return status, headers and body of the response."""
    with private_iam.server() as private:
        port, secret = private.port, private.url.split("/")[3]

        def send(body=LIST_USERS, method="POST", path="/", **headers):
            path = path.format(secret=secret, port=port) if "{" in path else f"/{secret}{path}"
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            sent = {
                "Host": f"127.0.0.1:{port}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": signed(),
                **{name: value.format(port=port) for name, value in headers.items() if value},
            }
            if headers.get("Authorization") == "":
                del sent["Authorization"]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
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
        (
            {"body": "", "method": "GET", "path": f"/?{GET_USER}", "Content-Length": ""},
            "<Arn>arn:aws:iam::123456789012:root</Arn>",
        ),
        ({"Authorization": signed("sts"), "body": IDENTITY}, "<GetCallerIdentityResponse"),
        # Clients and scripts add a slash to the address, or remove it.
        ({"path": ""}, "<ListUsersResponse"),
        ({"path": "//"}, "<ListUsersResponse"),
        ({"path": "/{secret}"}, "<ListUsersResponse"),
        ({"path": "http://127.0.0.1:{port}/{secret}/"}, "<ListUsersResponse"),
        (
            {"body": "", "method": "GET", "path": f"?{LIST_USERS}", "Content-Length": ""},
            "<ListUsersResponse",
        ),
    ],
)
def test_signed_requests_to_iam_and_sts_are_served(ask_sandbox, request_, shown):
    status, headers, body = ask_sandbox(**request_)
    assert (status, shown in body) == (200, True), body
    assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("service", ["iam", "sts"])
@pytest.mark.parametrize("sent", ["Action=ListUser", "Action=%1B", "Version=2010-05-08"])
def test_an_operation_that_a_service_does_not_have_is_refused(ask_sandbox, sent, service):
    status, _, body = ask_sandbox(body=sent, Authorization=signed(service))
    assert (status, "<Code>InvalidAction</Code>" in body) == (400, True), body
    assert ET.fromstring(body).tag.endswith("ErrorResponse")


PRESIGNED = (
    f"/?{LIST_USERS}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2Fiam%2Faws4_request"
)


@pytest.mark.parametrize(
    "request_",
    [
        {"Authorization": ""},
        {"Authorization": signed("s3"), "method": "GET", "body": ""},
        {"Authorization": signed("ec2"), "body": "Action=DescribeInstances&Version=2016-11-15"},
        {"Authorization": signed(key="")},
        {"Authorization": "", "method": "GET", "path": PRESIGNED, "body": ""},
        {"Origin": "http://127.0.0.1:{port}"},
        {"method": "OPTIONS", "Origin": "https://example.com", "body": ""},
        {"Host": "example.com:{port}"},
        {"path": "http://iam.amazonaws.com/{secret}/"},
        {"path": "/moto-api/reset"},
        {"path": "/moto-api/", "method": "GET", "body": "", "Authorization": ""},
        {"path": "//moto-api/reset"},
        {"path": "/%6doto-api/reset"},
        {"path": "/latest/meta-data/iam/security-credentials/", "method": "GET", "body": ""},
        {"path": resettable.PATH, resettable.HEADER: "yes"},
        {"path": "/", "body": "x" * 3_000_000, "Authorization": ""},
    ],
)
def test_any_other_request_is_refused(ask_sandbox, request_):
    status, headers, body = ask_sandbox(**request_)
    assert status == 403
    assert not [name for name in headers if name.lower().startswith("access-control")]
    assert "<Code>AccessDenied</Code><Message>the sandbox accepts " in body
    assert len(body) < 400
