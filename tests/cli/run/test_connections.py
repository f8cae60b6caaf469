"""``iamcli run`` keeps connections open between commands, and repeats no request."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import pytest
from support.certificates import self_signed
from support.faults import CLOSED, headed
from support.served import KEYS, STATISTICS, USER, USER_ELEMENT, statistics
from support.stub import Stub, faulty, ok

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

    from support.stub import Answer

pytestmark = pytest.mark.usefixtures("patient", "nothing_left")


def ending(answer: Answer, file: Path) -> Answer:
    """Return an answer after which the service closes the connection; then it makes ``file``."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(headed(answer.body))
        handler.connection.shutdown(socket.SHUT_RDWR)
        file.touch()

    return faulty(send)


UNTIL_CLOSED = "until [ -e closed ]; do sleep 0.1; done"


@pytest.mark.full
def test_connections_are_kept(shell, stub):
    endpoint = stub.endpoint(USER).on("ListAccessKeys", ending(KEYS, shell.home / "closed"))
    shell.env["AWS_IAM_URL"] = endpoint.url
    loop = "for n in 1 2 3; do iam-usergetattributes -u bob; done"
    # After the list, the service closes the connection.
    then = f"iam-userlistkeys -u bob; {UNTIL_CLOSED}; exec iam-usergetattributes -u bob"
    done = shell("iamcli", "run", "--stats", "sh", "-c", f"{loop}; {then}")
    assert done.status == 0
    assert statistics(done) == [5, 5, 2]
    connections = [request.connection for request in endpoint.requests]
    assert (len({*connections[:-1]}), connections[-1] in connections[:-1]) == (1, False)


@pytest.mark.full
def test_connections_are_kept_over_tls(shell):
    file = self_signed(shell.home / "certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    secure = Stub(context)
    endpoint = secure.endpoint(USER)
    shell.env |= {"AWS_IAM_URL": endpoint.url, "AWS_CA_BUNDLE": str(file)}
    lines = "iam-usergetattributes -u bob; iam-usergetattributes -u bob; echo $?;"
    lines += (
        "AWS_CA_BUNDLE= iam-usergetattributes -u bob; AWS_CA_BUNDLE=/x iam-userlistkeys; echo $?"
    )
    alone = shell("sh", "-c", lines)
    endpoint.requests.clear()
    done = shell("iamcli", "run", "--stats", "sh", "-c", lines)
    secure.close()
    assert (done.out, STATISTICS.sub("", done.err)) == (alone.out, alone.err)
    assert "cannot make a secure connection" in done.err
    assert statistics(done)[0] == 4
    assert len({request.connection for request in endpoint.requests}) == 1


@pytest.mark.full
def test_a_connection_that_was_closed_is_not_used(shell, stub):
    """The response does not announce that the service closes the connection."""
    endpoint = stub.endpoint(ending(USER, shell.home / "closed"))
    endpoint.on("CreateUser", ok("CreateUser", USER_ELEMENT))
    shell.env["AWS_IAM_URL"] = endpoint.url
    script = f"iam-usergetattributes -u bob; {UNTIL_CLOSED}; iam-usercreate -u bob; echo $?"
    done = shell("iamcli", "run", "--stats", "sh", "-c", script)
    assert done.out.endswith("0\n")
    assert endpoint.operations == ["GetUser", "CreateUser"]
    assert statistics(done) == [2, 2, 2]


@pytest.mark.full
def test_a_request_that_may_have_arrived_is_not_repeated(shell, stub):
    endpoint = stub.endpoint(CLOSED)
    shell.env["AWS_IAM_URL"] = endpoint.url
    command = ("sh", "-c", "iam-usercreate -u bob")
    alone = shell(*command)
    endpoint.requests.clear()
    served = shell("iamcli", "run", *command)
    assert served == alone
    assert "may have taken effect" in served.err
    assert endpoint.operations == ["CreateUser"]
