"""The way to the service fails: refused and silent connections, certificates, proxies and names."""

from __future__ import annotations

import itertools
import os
import re
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from support.certificates import self_signed
from support.connecting import answering, assuming
from support.faults import CLOSED, headed, raw
from support.forked import Done
from support.kinds import AGAIN, BRIEFLY, BROKEN, GROUP, KINDS, ONE_TRY, assert_reported
from support.selection import in_full
from support.stub import Answer, canned, faulty, ok, refused
from support.stub import Stub as StubServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler

    from support.forked import ForkRunner
    from support.stub import Stub


pytestmark = pytest.mark.releases


@pytest.fixture
def bound() -> Iterator[socket.socket]:
    """A port of this machine on which nobody listens, for as long as the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken


def url_of(taken: socket.socket, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("kind", KINDS)
def test_refused_connection_is_message_and_tried_again(kind, run_fast, bound):
    what, url = KINDS[kind], url_of(bound)
    done = run_fast(*what.arguments, "-d", env={"AWS_IAM_URL": url, **AGAIN})
    lines = [line for line in done.err.splitlines() if ": debug: " not in line]
    assert done.status == 1
    said = f"cannot connect to {url}: Connection refused; check AWS_IAM_URL"
    assert lines[0] == f"{what.arguments[0]}: {said}"
    assert done.err.count("retrying in") == 1


def test_created_where_the_service_is_there_late(run_fast, bound):
    got = []

    def serve() -> None:
        bound.listen()
        client, _ = bound.accept()
        with client:
            got.append(client.recv(1 << 16))
            client.sendall(headed(ok("CreateGroup", GROUP).body))

    timer = threading.Timer(0.05, serve)
    timer.start()
    env = {"AWS_IAM_URL": url_of(bound), "AWS_MAX_ATTEMPTS": "6", "IAMCLI_TIMEOUT": "2"}
    done = run_fast(*KINDS["create"].arguments, env=env)
    timer.join()
    assert (done.status, done.err) == (0, "")
    assert len(got) == 1


def report(run_fast: ForkRunner, kind: str, url: str, **env: str) -> str:
    """Return what a command of this ``kind`` reports about its one attempt."""
    given = {"AWS_IAM_URL": url, **ONE_TRY, **env}
    return assert_reported(run_fast(*KINDS[kind].arguments, env=given), KINDS[kind])


SECURE = "cannot make a secure connection to {url}: "


@pytest.mark.parametrize("kind", KINDS)
def test_certificate_that_nobody_vouches_for(kind, run_fast, tls):
    endpoint = tls[0].endpoint(ok("GetUser"))
    done = run_fast(*KINDS[kind].arguments, env={"AWS_IAM_URL": endpoint.url, **ONE_TRY})
    message = done.err.splitlines()[0].partition(": ")[2]
    assert done.status == 1
    assert message.startswith(SECURE.format(url=endpoint.url))
    assert "self-signed certificate" in message
    assert message.endswith("; set AWS_CA_BUNDLE to trust other CAs")
    assert endpoint.requests == []


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"])
def test_certificate_that_the_user_vouches_for(variable, run_fast, tls):
    endpoint = tls[0].endpoint(canned("GetUser"))
    env = {"AWS_IAM_URL": endpoint.url, variable: str(tls[1]), **ONE_TRY}
    assert run_fast(*KINDS["read"].arguments, env=env).status == 0


@pytest.mark.parametrize(
    ("made", "reason"),
    [({"days": -1}, "certificate has expired"), ({"host": "127.0.0.2"}, "doesn't match")],
)
def test_certificate_that_does_not_fit(made, reason, run_fast, tmp_path):
    certificate = self_signed(tmp_path / "cert.pem", **made)  # type: ignore[arg-type]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    running = StubServer(context)
    endpoint = running.endpoint(canned("GetUser"))
    assert reason in report(run_fast, "read", endpoint.url, AWS_CA_BUNDLE=str(certificate))
    running.close()
    assert endpoint.requests == []


def test_service_that_speaks_no_tls(run_fast, stub):
    """Doctor says the same. An address without a scheme is one of https."""
    url = f"https://127.0.0.1:{stub.port}"
    said = report(run_fast, "create", f"127.0.0.1:{stub.port}")
    assert said.startswith(SECURE.format(url=url))
    assert said.endswith("; use http if the service does not use TLS; check AWS_IAM_URL")
    found = run_fast("iamcli", "doctor", env={"AWS_IAM_URL": url}).out
    assert said.removeprefix(SECURE.format(url=url)) in found


def test_aws_is_not_asked_without_tls(run_fast):
    with answering(b"HTTP/1.1 200 Connected\r\n\r\n", b"HTTP/1.1 400 Bad\r\n\r\n") as port:
        env = {"https_proxy": f"http://127.0.0.1:{port}", **ONE_TRY}
        for line in ("iam-usergetattributes", "iamcli doctor"):
            done = run_fast(*line.split(), env=env)
            assert "; check the network and the proxy variables\n" in done.out + done.err
            assert "use http" not in done.out + done.err


NO_PEM = "no certificate can be read from it"
BUNDLES = {
    "absent.pem": "No such file or directory",
    "empty.pem": NO_PEM,
    "text.pem": NO_PEM,
    "broken.pem": NO_PEM,
    "folder": "Is a directory",
    "text.pem/ca.pem": "Not a directory",
}
SOURCES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "ca_bundle of the AWS configuration")


#: Only a file can contain the last one, as no variable can.
NAMED = [*itertools.product(SOURCES, BUNDLES), (SOURCES[2], "a\0b")]


@pytest.mark.parametrize(("source", "name"), NAMED)
def test_bundle_that_is_none(source, name, run_fast, tls):
    """Doctor says the same."""
    (run_fast.home / "empty.pem").touch()
    (run_fast.home / "text.pem").write_text("none\n")
    broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"
    (run_fast.home / "broken.pem").write_text(broken)
    (run_fast.home / "folder").mkdir()
    (run_fast.home / "config").write_text(f"[default]\nca_bundle = {name}\n")
    env = {"AWS_CONFIG_FILE": "config"} if source == SOURCES[2] else {source: name}
    endpoint = tls[0].endpoint(canned("GetUser"))
    reason = BUNDLES.get(name, NO_PEM)
    name = name.replace("\0", r"\x00")  # as it is printed
    why = f"{name} from {source}: {reason}; correct {source} or unset it"
    for kind in ("read", "create"):
        said = report(run_fast, kind, endpoint.url, **env)
        assert said == f"{SECURE.format(url=endpoint.url)}{why}"
    found = run_fast("iamcli", "doctor", env={"AWS_IAM_URL": endpoint.url, **env}).out
    assert f" {why}\n" in found
    assert endpoint.requests == []


@pytest.mark.parametrize("source", SOURCES)
def test_bundle_that_is_none_for_sts_or_a_proxy(source, run_fast, tls):
    endpoint = tls[0].endpoint(canned("GetUser"))
    of_file = source == SOURCES[2]
    assuming(run_fast, "ca_bundle = absent.pem\n" if of_file else "")
    run_fast.env |= {} if of_file else {source: "absent.pem"}
    why = f"absent.pem from {source}: No such file or directory; correct {source} or unset it"
    for env, end in (
        ({"AWS_ENDPOINT_URL_STS": endpoint.url}, ""),
        ({"https_proxy": endpoint.url}, "; check https_proxy"),
    ):
        done = run_fast(*KINDS["read"].arguments, env={**env, **ONE_TRY})
        assert (done.status, len(done.err.splitlines())) == (1, 1)
        assert done.err.endswith(f" {why}{end}\n")
    assert endpoint.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", ["read", "create"])
def test_proxy_that_is_not_there(kind, scheme, run_fast, bound):
    config = proxied(run_fast, bound.getsockname()[1])
    env = {"AWS_IAM_URL": f"{scheme}://iam.example.com", "CLIENT_CONFIG_FILE": config, **AGAIN}
    done = run_fast(*KINDS[kind].arguments, "-d", env=env)
    assert done.status == 1
    assert "cannot reach the proxy: Connection refused; check the client configuration" in done.err
    assert done.err.count("retrying in") == 1


@pytest.mark.parametrize("kind", ["read", "create"])
def test_proxy_that_refuses(kind, run_fast, stub):
    file = proxied(run_fast, stub.port)
    said = report(run_fast, kind, "https://iam.example.com", CLIENT_CONFIG_FILE=file)
    refused = "no answer from https://iam.example.com through the proxy: 405 Method Not Allowed"
    assert said == f"{refused}; {RULES} in the client configuration {file}"


RULES = "check the address, the login and the rules of the proxy"
LOGIN = "407 Proxy Authentication Required"


def through_a_proxy(
    run_fast: ForkRunner, bound: socket.socket, name: str, why: str, url: str
) -> tuple[Done, str, str]:
    """Run a command and doctor with a proxy; return both outputs, and what they say of ``url``."""
    answer = f"HTTP/1.1 {why}\r\nContent-Length: 0\r\n\r\n" if why == LOGIN else ""
    env = {"AWS_MAX_ATTEMPTS": "1"}
    env |= {"IAMCLI_TIMEOUT": "0.2"} if why == "timed out" else {}
    with answering(answer.encode()) as answering_port:
        port = bound.getsockname()[1] if why == "Connection refused" else answering_port
        file = proxied(run_fast, port)
        env[name] = file if name == "CLIENT_CONFIG_FILE" else f"http://127.0.0.1:{port}"
        done = run_fast("iam-usergetattributes", env=env)
        report = run_fast("iamcli", "doctor", env=env).out
    named = f"the client configuration {file}" if name == "CLIENT_CONFIG_FILE" else name
    said = f"no answer from {url} through the proxy: {why}; {RULES} in {named}"
    if why == "Connection refused":
        said = f"cannot reach the proxy: {why}; check {named}"
    return done, report, said


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "CLIENT_CONFIG_FILE"])
@pytest.mark.parametrize("why", [LOGIN, "timed out", "Connection refused"])
def test_doctor_and_commands_say_the_same_of_a_proxy(why, name, run_fast, bound):
    """The variable or the file is named, also for the request to STS."""
    url = "https://iam.amazonaws.com"
    done, report, said = through_a_proxy(run_fast, bound, name, why, url)
    assert done == (1, "", f"iam-usergetattributes: {said}\n")
    assert f"proxy        wrong    {said}\n" in report
    known = f"not known from STS at https://sts.amazonaws.com: {said.replace('//iam', '//sts')}"
    assert f"identity     skipped  {known}\n" in report


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy"])
@pytest.mark.parametrize("why", [LOGIN, "timed out", "Connection refused"])
def test_a_proxy_on_the_way_to_credentials(why, name, run_fast, bound):
    """Doctor and the commands say the same of the request for those of a role."""
    assuming(run_fast, "")
    # The oldest botocore sends requests to STS without a Region by default.
    run_fast.env["AWS_STS_REGIONAL_ENDPOINTS"] = "regional"
    url = "https://sts.us-east-1.amazonaws.com"
    done, report, said = through_a_proxy(run_fast, bound, name, why, url)
    said = f"cannot get credentials from the AWS configuration: {said}"
    assert done == (1, "", f"iam-usergetattributes: {said}\n")
    assert f"\ncredentials  wrong    {said}\n" in report


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (f"HTTP/1.1 {LOGIN}", "HTTP 407"),
        ("HTTP/1.1 403 Forbidden", "HTTP 403"),
        ("HTTP/1.1 502 Bad Gateway", "HTTP 502"),
        ("220 mail.example.com", "the connection was lost"),
    ],
)
def test_a_proxy_that_refuses_a_request_without_a_tunnel(status, why, run_fast):
    with answering(f"{status}\r\nContent-Length: 0\r\n\r\n".encode()) as port:
        proxy = f"http://127.0.0.1:{port}"
        env = {"http_proxy": proxy, "AWS_IAM_URL": "http://iam.example.com", **ONE_TRY}
        done = run_fast("iam-usergetattributes", env=env)
        report = run_fast("iamcli", "doctor", env=env).out
    refused = f"no answer from http://iam.example.com through the proxy: {why}"
    assert done == (1, "", f"iam-usergetattributes: {refused}; {RULES} in http_proxy\n")
    assert f"proxy        wrong    {refused}; {RULES} in http_proxy\n" in report


def plain(handler: BaseHTTPRequestHandler) -> None:
    """Send an answer that is not encrypted over a connection that is."""
    os.write(handler.connection.fileno(), b"HTTP/1.1 502 Bad Gateway\r\n\r\n")


ON_THE_WAY_BACK = {"closed": CLOSED, "reset": raw(reset=True), "not encrypted": faulty(plain)}


@pytest.fixture(scope="module")
def tunnel(tls: tuple[Stub, Path]) -> Iterator[Stub]:
    """A proxy that takes the place of the service behind it, with the certificate of ``tls``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls[1])
    running = StubServer(tunnel=context)
    yield running
    running.close()


WAYS = [*itertools.product(("proxy", "tunnel", "tls"), ON_THE_WAY_BACK)]
WAYS.remove(("proxy", "not encrypted"))


@pytest.mark.parametrize(("way", "lost"), WAYS)
def test_an_answer_that_is_lost_on_the_way_back(way, lost, run_fast, stub, tls, tunnel):
    """A change may have been made: it is in doubt, and a removal that is sent again settles it."""
    server = {"proxy": stub, "tunnel": tunnel, "tls": tls[0]}[way]
    run_fast.env["AWS_CA_BUNDLE"] = str(tls[1])
    if way != "tls":
        run_fast.env["CLIENT_CONFIG_FILE"] = proxied(run_fast, server.port)
    scheme = "http" if way == "proxy" else "https"
    answer = ON_THE_WAY_BACK[lost]

    def sent(*answers: Answer, arguments: tuple[str, ...]) -> tuple[Done, list[str]]:
        endpoint = server.endpoint(*answers)
        path = urlsplit(endpoint.url).path
        host = "iam.example.com" if way == "proxy" else "127.0.0.1:1"
        url = endpoint.url if way == "tls" else f"{scheme}://{host}{path}"
        done = run_fast(*arguments, env={"AWS_IAM_URL": url, **AGAIN})
        return done, endpoint.operations

    done, operations = sent(answer, arguments=KINDS["create"].arguments)
    message = assert_reported(done, KINDS["create"])
    assert operations == ["CreateGroup"]
    lost = BROKEN if way == "tls" else f"through the proxy: the connection was lost; {RULES} in .*"
    assert re.search(f"{lost}; CreateGroup may have taken effect, check first: ", message)
    gone = refused("NoSuchEntity", "The user policy with name read cannot be found.", 404)
    done, operations = sent(answer, gone, arguments=KINDS["change"].arguments)
    assert operations == ["DeleteUserPolicy"] * 2
    assert (done.status, done.out) == (0, "")
    assert "the response to DeleteUserPolicy was lost; a second request reports" in done.err


def proxied(run_fast: ForkRunner, port: int) -> str:
    """Write a client configuration for a proxy on ``port``, and return its name."""
    file = run_fast.home / "client.properties"
    file.write_text(f"ClientProxyHost=127.0.0.1\nClientProxyPort={port}\n")
    return str(file)


def test_name_that_nobody_knows(run_fast):
    url = "http://nowhere.invalid"
    assert f"cannot connect to {url}: " in report(run_fast, "read", url)


def test_name_that_is_none_is_not_sent_and_not_in_doubt(run_fast):
    url = f"https://{'a' * 64}.example.invalid"
    assert report(run_fast, "create", url) == f"Invalid endpoint: {url}"


TIMED_OUT = "cannot connect to {}: timed out; set IAMCLI_TIMEOUT to wait longer"


@pytest.mark.parametrize("kind", ["read", "create"])
def test_connection_that_does_not_come_about(kind, run_fast, full):
    assert report(run_fast, kind, full, **BRIEFLY) == TIMED_OUT.format(full)


def connecting(url: str) -> set[str]:
    """Return the local addresses that wait for a connection to the server at ``url``."""
    port = int(url.rpartition(":")[2])
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    # 02 is the state of a connection that the server has not confirmed.
    return {line[1] for line in lines if line[2].endswith(f":{port:04X}") and line[3] == "02"}


@pytest.mark.full
def test_iamcli_run_waits_once_for_a_connection(run, full):
    """Neither the pool nor the command tries again."""
    run.env |= {"AWS_IAM_URL": full, "AWS_MAX_ATTEMPTS": "1", "IAMCLI_TIMEOUT": "2"}
    before, seen = connecting(full), set()
    process = run.start("iamcli", "run", *KINDS["read"].arguments, stdout=-1, stderr=-1)
    while process.poll() is None:
        seen |= connecting(full) - before
        time.sleep(0.02)
    out, err = (text.decode() for text in process.communicate())
    done = Done(process.returncode, out, err).data(KINDS["read"].arguments, run.env)
    assert len(seen) == 1
    assert assert_reported(done, KINDS["read"]) == TIMED_OUT.format(full)


@pytest.fixture
def mute() -> Iterator[str]:
    """The URL of a server that accepts connections, and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield url_of(server, "https")


@pytest.mark.parametrize("kind", ["read", "create"])
def test_tls_that_does_not_come_about(kind, run_fast, mute):
    """No request was sent, so a change is not in doubt."""
    assert report(run_fast, kind, mute, **BRIEFLY) == TIMED_OUT.format(mute)


@pytest.mark.parametrize(
    "seconds", ["1e-9", in_full("1e-7"), in_full("1e-6"), in_full("1e-5"), in_full("1e-4")]
)
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", ["read", "create"])
def test_time_that_is_too_short(kind, scheme, seconds, run_fast, full):
    """Where the time is over is chance; whatever it interrupts, the message is that of the time."""
    url = full.replace("http", scheme)
    for _ in range(5):
        message = report(run_fast, kind, url, IAMCLI_TIMEOUT=seconds)
        assert message.count("IAMCLI_TIMEOUT") == 1
        assert message.count(url) == 1
        assert "timed out" in message
