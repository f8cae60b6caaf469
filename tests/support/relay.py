"""A relay in front of a server: it passes requests on, and breaks one request or its response.

The account behind it is real, so that what a command says can be compared with what is there.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from support.faults import raw, silent
from support.limits import NEVER, TIMEOUT
from support.stub import NAMESPACE, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reply = Callable[["Handler", bytes, "Exchange"], None]

#: A response that takes longer may be too late for a command (seconds).
SLOW = 0.2


class Fault(NamedTuple):
    """What happens to a request: whether the server ``acts`` on it, and what is replied.

    ``open``: whether the reply leaves open if the server acted. ``successful``: whether only a
    server that acted can reply so; a refusal is passed on.
    """

    acts: bool
    reply: Reply
    open: bool = True
    successful: bool = False


class Exchange:
    """A request of the command, and what became of it."""

    def __init__(self, operation: str, parameters: dict[str, str]) -> None:
        self.operation = operation
        self.parameters = parameters
        #: Whether the server carried it out, and the body of the server's response.
        self.acted = False
        self.content = ""
        #: Whether the reply leaves open if the server acted, and whether it may have been too late.
        self.open = True
        self.slow = False
        #: Whether the reply had no result, which is enough for operations that have none.
        self.bare = False
        #: The error code, if it was refused.
        self.code = ""

    def __str__(self) -> str:
        outcome = "done" if self.acted else self.code or "not done"
        return f"{self.operation}: {outcome}{', no valid reply' * self.open}"

    @property
    def reads(self) -> bool:
        """Whether the operation changes nothing."""
        return self.operation.startswith(("Get", "List"))

    def same(self, other: Exchange) -> bool:
        """Return whether this may be the ``other`` request, sent again."""
        return (self.operation, self.parameters) == (other.operation, other.parameters)


class Handler(BaseHTTPRequestHandler):
    """One connection of a command."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    relay: Relay

    def do_POST(self) -> None:
        """Pass the request on, or break it."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            # The command ended while it sent the request.
            return
        parameters = dict(parse_qsl(body.decode(), keep_blank_values=True))
        exchange = Exchange(parameters.pop("Action"), parameters)
        begun = time.monotonic()
        number, fault = self.relay.begin(exchange)
        try:
            if fault is None or fault.acts:
                status, content = self.relay.forward(exchange, body, dict(self.headers))
            if fault is None or (fault.successful and not exchange.acted):
                self.send(status, content)
                exchange.open = False
            else:
                fault.reply(self, exchange.content.encode(), exchange)
                exchange.open, exchange.bare = fault.open, fault.reply is _bare
        finally:
            exchange.slow = fault is None and time.monotonic() - begun > SLOW
            self.relay.end(number)

    def send(self, status: int, content: bytes, *headers: tuple[str, str]) -> None:
        """Send a whole response."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        if not self.relay.listening:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class Relay:
    """A running relay to ``upstream``; ``arm`` says which requests are broken, and how.

    ``verified``: whether the server verifies signatures, which are valid only with their Host.
    """

    def __init__(self, upstream: str, *, verified: bool = False) -> None:
        self._verified = verified
        #: The URL of the server.
        self.upstream = upstream
        self._state = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._accepted: set[int] = set()
        # Keeps the port while nobody listens at it.
        self._holder = _bound(0)
        self._port: int = self._holder.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.listening = False
        self.arm({})

    def arm(
        self,
        faults: Mapping[int, Fault],
        *,
        always: bool = False,
        then: Mapping[int, Callable[[], None]] | None = None,
    ) -> None:
        """Break these requests (from 0), and forget the requests of the last run.

        ``always``: the repetitions of a broken request meet the same fault. ``then``: what is
        called when the reply to a request was sent.
        """
        with self._state:
            self.exchanges: list[Exchange] = []
            self._faults, self._always, self._then = dict(faults), always, dict(then or {})
        if not self.listening:
            self._listen()
        if self._faults.get(0) is UNREACHABLE:
            self._refuse_connections()

    @property
    def operations(self) -> list[str]:
        """The requested operations, in order."""
        return [exchange.operation for exchange in self.exchanges]

    @property
    def answered(self) -> list[tuple[str, str]]:
        """What the server did: the operation and the body of each response with status 200."""
        return [(entry.operation, entry.content) for entry in self.exchanges if entry.acted]

    def begin(self, exchange: Exchange) -> tuple[int, Fault | None]:
        """Record a request; return its number and the fault that it meets."""
        with self._state:
            number = len(self.exchanges)
            before = self.exchanges[-1] if number else None
            self.exchanges.append(exchange)
            if self._always and number - 1 in self._faults and before and before.same(exchange):
                self._faults.setdefault(number, self._faults[number - 1])
            fault = self._faults.get(number)
            if fault and not self._is_true(fault, exchange, before):
                fault = None
            following = self._faults.get(number + 1)
        # The next connection is made after the reply.
        if following is UNREACHABLE:
            self._refuse_connections()
        return number, fault

    def _is_true(self, fault: Fault, exchange: Exchange, before: Exchange | None) -> bool:
        """Return whether a server that does not lie could reply so."""
        if fault in FOLLOWING.values():
            owned = any(parameter in OWNERS for parameter in exchange.parameters)
            return bool(owned and before and before.acted and before.same(exchange))
        if fault.reply is _bare and exchange.reads:
            # A command that looks what became of a request would find nothing.
            return all(earlier.reads for earlier in self.exchanges)
        return fault is not UNREACHABLE

    def end(self, number: int) -> None:
        """Call what is to follow the reply to a request."""
        self._then.pop(number, lambda: None)()

    def forward(
        self, exchange: Exchange, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Pass a request on and return status and body of the response."""
        parts = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT)
        own = {
            name: value
            for name, value in headers.items()
            if self._verified or name.lower() != "host"
        }
        connection.request("POST", parts.path or "/", body, own)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        exchange.content = content.decode()
        exchange.acted = response.status == http.HTTPStatus.OK
        if not exchange.acted:
            exchange.code = exchange.content.partition("<Code>")[2].partition("</Code>")[0]
        return response.status, content

    def settle(self) -> None:
        """Wait until everything that ended processes have sent is handled."""
        if self.listening:
            # Connections are accepted in order.
            with socket.create_connection(("127.0.0.1", self._port)) as last:
                port = last.getsockname()[1]
                with self._state:
                    assert self._state.wait_for(lambda: port in self._accepted, TIMEOUT)
        for thread in self._threads:
            thread.join(TIMEOUT)
            assert not thread.is_alive()
        self._threads.clear()
        self._accepted.clear()

    def close(self) -> None:
        """Stop listening."""
        self._refuse_connections()
        self._holder.close()

    def _listen(self) -> None:
        self._listener = _bound(self._port)
        self._listener.listen(64)
        self._accepting = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._accepting.start()
        self.listening = True

    def _refuse_connections(self) -> None:
        if self.listening:
            self.listening = False
            # Closing alone would not end the call of accept.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._accepting.join(TIMEOUT)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, address = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection, address), daemon=True)
            thread.start()
            with self._state:
                self._threads.append(thread)
                self._accepted.add(address[1])
                self._state.notify_all()

    def _serve(self, connection: socket.socket, address: Any) -> None:
        class Bound(Handler):
            relay = self

        with connection, contextlib.suppress(OSError):
            Bound(connection, address, None)  # type: ignore[arg-type]  # it uses no server


def _bound(port: int) -> socket.socket:
    """Return a socket with an address of the loopback interface, which may have several."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _raw(*parts: bytes, pause: float = 0, reset: bool = False) -> Reply:
    """Return a reply as ``support.faults.raw`` sends it."""
    send = raw(*parts, pause=pause, reset=reset).fault
    assert send

    def reply(handler: Handler, _content: bytes, _exchange: Exchange) -> None:
        handler.close_connection = True
        send(handler)

    return reply


def _whole(status: int, content: bytes, *headers: tuple[str, str]) -> Reply:
    return lambda handler, _content, _exchange: handler.send(status, content, *headers)


def _service(code: str, status: int, message: str = "in its own words") -> Reply:
    return _whole(status, refused(code, message, status).body)


def _without_response(handler: Handler, _content: bytes, _exchange: Exchange) -> None:
    """Send nothing until the command closes the connection."""
    handler.close_connection = True
    silent(handler)


def _no_owner(handler: Handler, content: bytes, exchange: Exchange) -> None:
    """Report missing what the request names first."""
    kind, name = next(
        (OWNERS[parameter], exchange.parameters[parameter])
        for parameter in OWNERS
        if parameter in exchange.parameters
    )
    message = f"The {kind} with name {name} cannot be found."
    _service("NoSuchEntity", 404, message)(handler, content, exchange)


def _cut(handler: Handler, content: bytes, _exchange: Exchange) -> None:
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(content) + 9))
    handler.wfile.write(content[: len(content) // 2])


def _half(handler: Handler, content: bytes, _exchange: Exchange) -> None:
    handler.send(200, content[: len(content) // 2])


def _garbled(handler: Handler, content: bytes, _exchange: Exchange) -> None:
    handler.send(200, content.replace(b"e", b"\xff"))


def _bare(handler: Handler, _content: bytes, exchange: Exchange) -> None:
    """Send a response in the right form with an empty result."""
    operation = exchange.operation
    text = (
        f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result/>'
        f"<ResponseMetadata/></{operation}Response>"
    )
    handler.send(200, text.encode())


_OTHER = f'<GetAccountSummaryResponse xmlns="{NAMESPACE}"/>'.encode()
_HTML = b"<html><body>Bad gateway</body></html>"
_CHUNK = b'15\r\n<?xml version="1.0"?>\r\n9\r\n<Crea'
_GZIP = ("Content-Encoding", "gzip")

#: How the service calls what parameters name, the owner of something first.
OWNERS = {
    "UserName": "user",
    "GroupName": "group",
    "InstanceProfileName": "instance profile",
    "RoleName": "role",
}

#: Replies that leave open whether the server acted.
LOST: dict[str, Reply] = {
    "closed": _raw(b""),
    "reset": _raw(b"", reset=True),
    "half a status line": _raw(b"HTTP/1.1 2"),
    "reset amid the headers": _raw(b"HTTP/1.1 200 OK\r\nCont", reset=True),
    "no http": _raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "time-out": _without_response,
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
    # Each byte is in time; the end is not.
    "drip": _raw(b"HTTP/1.1 200 OK\r\nX-Slow: ", *[b"a"] * (10 * NEVER), pause=0.1),
    "chunks cut": _raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + _CHUNK),
    "100 Continue": _raw(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a status that is no number": _raw(b"HTTP/1.1 OK 200\r\nContent-Length: 0\r\n\r\n"),
    "204": _raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "200 XML declaration": _whole(200, b'<?xml version="1.0" encoding="UTF-8"?>'),
    "503 Retry-After": _whole(503, b"", ("Retry-After", "1")),
}
#: Those that last until the time limit.
ENDLESS = ("time-out", "drip")
#: Replies that a server can only give after it acted.
ACTED: dict[str, Reply] = {"cut": _cut, "half": _half, "garbled": _garbled, "bare result": _bare}
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
#: A fault in place of a request: the connection is refused, from then on until the end of the run.
UNREACHABLE = Fault(acts=False, reply=_without_response, open=False)
FAULTS = {
    **{f"not done, {name}": Fault(acts=False, reply=reply) for name, reply in LOST.items()},
    **{f"done, {name}": Fault(acts=True, reply=reply) for name, reply in LOST.items()},
    **{
        f"done, {name}": Fault(acts=True, reply=reply, successful=True)
        for name, reply in ACTED.items()
    },
    **{
        f"refused, {name}": Fault(acts=False, reply=reply, open=False)
        for name, reply in REFUSED.items()
    },
    "connection refused": UNREACHABLE,
}
#: What may follow a lost response. The service says so if another server of it answers that does
#: not know the entity yet, or if someone else has deleted it.
FOLLOWING = {"owner missing": Fault(acts=False, reply=_no_owner, open=False)}
