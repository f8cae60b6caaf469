"""A relay in front of a server: it passes requests on, and breaks one request or its response.

The account behind it is real, so that what a command says can be compared with what is there.
"""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlsplit

from support.faults import raw
from support.stub import NAMESPACE, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    Reply = Callable[["Handler", bytes, str], None]


class Fault(NamedTuple):
    """What happens to a request: whether the server ``acts`` on it, and what is replied."""

    acts: bool
    reply: Reply


class Handler(BaseHTTPRequestHandler):
    """One connection of a command."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    relay: Relay

    def do_POST(self) -> None:
        """Pass the request on, or break it."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        operation = parse_qs(body.decode())["Action"][0]
        fault = self.relay.next_fault(operation)
        if fault is None:
            self.send(*self.relay.forward(body, dict(self.headers)))
            return
        content = b""
        if fault.acts:
            _, content = self.relay.forward(body, dict(self.headers))
        fault.reply(self, content, operation)

    def send(self, status: int, content: bytes, *headers: tuple[str, str]) -> None:
        """Send a whole response."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class Relay:
    """A running relay to ``upstream``; ``arm`` says which request is broken, and how."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._address = (parts.hostname or "", parts.port or 80)
        self._lock = threading.Lock()
        self.operations: list[str] = []
        self.arm(None, -1)
        relay = self

        class Bound(Handler):
            pass

        Bound.relay = relay
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def arm(self, fault: Fault | None, number: int, *, always: bool = False) -> None:
        """Break request ``number`` (from 0) with ``fault``; ``always``: its repetitions, too."""
        with self._lock:
            self.operations = []
            #: What the server did: the operation and the body of each response with status 200.
            self.answered: list[tuple[str, str]] = []
            self._fault, self._number, self._always = fault, number, always
            self._broken = ""

    def next_fault(self, operation: str) -> Fault | None:
        """Record a request and return the fault that it meets."""
        with self._lock:
            number = len(self.operations)
            self.operations.append(operation)
            if number == self._number:
                self._broken = operation
                return self._fault
            # A repetition follows at once and is the same operation.
            if self._always and self._broken == operation and number > self._number:
                return self._fault
            if number > self._number:
                self._broken = ""
            return None

    def forward(self, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        """Pass a request on and return status and body of the response."""
        # The next run has a list of its own, even if this response comes late.
        answered = self.answered
        connection = http.client.HTTPConnection(*self._address, timeout=20)
        own = {name: value for name, value in headers.items() if name.lower() != "host"}
        connection.request("POST", "/", body, own)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        if response.status == http.HTTPStatus.OK:
            answered.append((parse_qs(body.decode())["Action"][0], content.decode()))
        return response.status, content

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def _raw(*parts: bytes, pause: float = 0, reset: bool = False) -> Reply:
    """Return a reply as ``support.faults.raw`` sends it."""
    send = raw(*parts, pause=pause, reset=reset).fault
    assert send

    def reply(handler: Handler, _content: bytes, _operation: str) -> None:
        handler.close_connection = True
        send(handler)

    return reply


def _whole(status: int, content: bytes, *headers: tuple[str, str]) -> Reply:
    return lambda handler, _content, _operation: handler.send(status, content, *headers)


def _service(code: str, status: int) -> Reply:
    return _whole(status, refused(code, "in its own words", status).body)


def _cut(handler: Handler, content: bytes, _operation: str) -> None:
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(content) + 9))
    handler.wfile.write(content[: len(content) // 2])


def _half(handler: Handler, content: bytes, _operation: str) -> None:
    handler.send(200, content[: len(content) // 2])


def _garbled(handler: Handler, content: bytes, _operation: str) -> None:
    handler.send(200, content.replace(b"e", b"\xff"))


def _bare(handler: Handler, _content: bytes, operation: str) -> None:
    """Send a response in the right form with an empty result."""
    text = (
        f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result/>'
        f"<ResponseMetadata/></{operation}Response>"
    )
    handler.send(200, text.encode())


_OTHER = f'<GetAccountSummaryResponse xmlns="{NAMESPACE}"/>'.encode()
_HTML = b"<html><body>Bad gateway</body></html>"
_CHUNK = b'15\r\n<?xml version="1.0"?>\r\n9\r\n<Crea'
_GZIP = ("Content-Encoding", "gzip")

#: Replies that leave open whether the server acted.
LOST: dict[str, Reply] = {
    "closed": _raw(b""),
    "reset": _raw(b"", reset=True),
    "half a status line": _raw(b"HTTP/1.1 2"),
    "reset amid the headers": _raw(b"HTTP/1.1 200 OK\r\nCont", reset=True),
    "no http": _raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "time-out": _raw(b"", pause=1.0),
    "500 ServiceFailure": _service("ServiceFailure", 500),
    "503 ServiceUnavailable": _service("ServiceUnavailable", 503),
    "502 html": _whole(502, _HTML),
    "504 html": _whole(504, _HTML),
    "500 empty": _whole(500, b""),
    "200 html": _whole(200, _HTML),
    "200 empty": _whole(200, b""),
    "200 json": _whole(200, b'{"ok": true}'),
    "200 another operation's": _whole(200, _OTHER),
    "gzip that lies": _whole(200, b"\x1f\x8b\x08\0", _GZIP),
    "302": _whole(302, b"", ("Location", "http://127.0.0.1:1/")),
    "403 html": _whole(403, _HTML),
    "404 empty": _whole(404, b""),
    "401 html": _whole(401, _HTML),
    # Each byte is in time; the end, after 15 s, is not.
    "drip": _raw(b"HTTP/1.1 200 OK\r\nX-Slow: ", *[b"a"] * 150, pause=0.1),
    "chunks cut": _raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + _CHUNK),
    "100 Continue": _raw(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a status that is no number": _raw(b"HTTP/1.1 OK 200\r\nContent-Length: 0\r\n\r\n"),
    "204": _raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "200 XML declaration": _whole(200, b'<?xml version="1.0" encoding="UTF-8"?>'),
    "503 Retry-After": _whole(503, b"", ("Retry-After", "1")),
}
#: Replies that a server can only give after it acted.
ACTED: dict[str, Reply] = {
    "cut": _cut,
    "half": _half,
    "garbled": _garbled,
    "bare result": _bare,
}
#: Replies of a service that did nothing.
REFUSED: dict[str, Reply] = {
    "Throttling": _service("Throttling", 400),
    "RequestLimitExceeded": _service("RequestLimitExceeded", 503),
    "ExpiredToken": _service("ExpiredToken", 403),
    "429": _whole(429, b""),
    "AccessDenied": _service("AccessDenied", 403),
    "LimitExceeded": _service("LimitExceeded", 409),
    "InvalidClientTokenId": _service("InvalidClientTokenId", 403),
    "EntityTemporarilyUnmodifiable": _service("EntityTemporarilyUnmodifiable", 409),
    "ConcurrentModification": _service("ConcurrentModification", 409),
}
FAULTS = {
    **{f"not done, {name}": Fault(acts=False, reply=reply) for name, reply in LOST.items()},
    **{f"done, {name}": Fault(acts=True, reply=reply) for name, reply in LOST.items()},
    **{f"done, {name}": Fault(acts=True, reply=reply) for name, reply in ACTED.items()},
    **{f"refused, {name}": Fault(acts=False, reply=reply) for name, reply in REFUSED.items()},
}
