"""The wire stub: an HTTP server on the loopback interface with canned answers.

Each path is an endpoint that records its requests and has its own answers. It sends them one after
the other and repeats the last one. So many processes can use one stub at the same time.
"""

from __future__ import annotations

import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from support.limits import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from typing_extensions import Self

    Fault = Callable[[BaseHTTPRequestHandler], None]

S = TypeVar("S", bound="Endpoint")
NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
#: The operations of STS that commands and libraries request, and the versions of both services.
STS = ("AssumeRole", "AssumeRoleWithWebIdentity", "GetCallerIdentity", "GetSessionToken")
VERSIONS = {"IAM": "2010-05-08", "STS": "2011-06-15"}
#: Responses in the format of the service.
ANSWERS = Path(__file__).resolve().parent.parent / "answers"


class Request(NamedTuple):
    """A received request: operation, parameters in order, headers, peer and request line.

    ``waited``: the seconds between the end of the headers and that of the body, the ``body``.
    """

    operation: str
    parameters: dict[str, str]
    headers: dict[str, str]
    connection: tuple[str, int]
    line: str
    waited: float = 0
    body: bytes = b""


class Answer(NamedTuple):
    """A response: status and body, or a ``fault`` that uses the connection itself.

    ``headers``: more headers; an empty value removes one that is always sent. It is sent after
    ``delay`` seconds, or when ``released`` is set or complete.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never written to
    fault: Fault | None = None
    delay: float = 0
    released: threading.Event | threading.Barrier | None = None


def ok(operation: str, result: str = "") -> Answer:
    """Return an answer in the format of IAM; ``result`` is the XML inside the result element."""
    return Answer(
        f'<{operation}Response xmlns="{NAMESPACE}"><{operation}Result>{result}'
        f"</{operation}Result><ResponseMetadata><RequestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"
        f"</RequestId></ResponseMetadata></{operation}Response>".encode()
    )


def canned(name: str) -> Answer:
    """Return the response in the file ``name`` of ANSWERS: "GetUser", "ListUsers-truncated"."""
    return Answer((ANSWERS / f"{name}.xml").read_bytes())


def refused(code: str, message: str = "", status: int = 400) -> Answer:
    """Return an error in the format of IAM."""
    return Answer(
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>Sender</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(message)}</Message></Error>"
        f"<RequestId>7a62c49f-347e-4fc4-9331-6e8eEXAMPLE</RequestId></ErrorResponse>".encode(),
        status,
    )


def faulty(fault: Fault) -> Answer:
    """Return an answer that calls ``fault`` with the handler."""
    return Answer(fault=fault)


class Endpoint:
    """The answers of one path, and the requests that it received."""

    def __init__(self, url: str, answers: list[Answer]) -> None:
        self.url = url
        self.requests: list[Request] = []
        #: The number of whole responses that were sent.
        self.answered = 0
        self._answers = list(answers)
        self._by_operation: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()

    def on(self, operation: str, *answers: Answer) -> Self:
        """Use ``answers`` for requests of this operation; return the endpoint."""
        self._by_operation[operation] = list(answers)
        return self

    @property
    def operations(self) -> list[str]:
        """The requested operations, in order."""
        return [request.operation for request in self.requests]

    def sent(self) -> None:
        """Count a response that was sent completely."""
        with self._lock:
            self.answered += 1

    def answer(self, request: Request) -> Answer:
        """Record ``request`` and return its answer."""
        with self._lock:
            self.requests.append(request)
            waiting = self._by_operation.get(request.operation, self._answers)
            if not waiting:
                return refused("InvalidAction", f"no answer for {request.operation}")
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]


class Server(ThreadingHTTPServer):
    """An HTTP server that does not report clients that close the connection early."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)


class Stub:
    """A running stub; ``endpoint`` adds a URL with its answers, also for what is below it.

    ``tunnel``: as a proxy, it takes the place of every host, with this certificate. The first
    endpoint answers requests for the root.
    """

    def __init__(self, tls: SSLContext | None = None, tunnel: SSLContext | None = None) -> None:
        self._endpoints: dict[str, Endpoint] = {}
        self._scheme = "https" if tls else "http"
        self._root = "/1" if tunnel else ""
        #: The hosts that it was asked to connect to as a proxy.
        self.connects: list[str] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                began = time.monotonic()
                body = self.rfile.read(length)
                stub.handle(self, body, time.monotonic() - began)

            do_GET = do_PUT = do_POST  # noqa: N815 - the names that the base class expects

            def do_CONNECT(self) -> None:
                stub.connects.append(self.path)
                if tunnel is None:
                    self.send_error(405)
                    return
                self.send_response_only(200)
                self.end_headers()
                self.request = tunnel.wrap_socket(self.connection, server_side=True)
                self.setup()
                self.close_connection = False

            def log_message(self, *_: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def endpoint(self, *answers: Answer) -> Endpoint:
        """Return a new endpoint that sends ``answers`` in order."""
        return self.add(lambda url: Endpoint(url, list(answers)))

    def add(self, made: Callable[[str], S]) -> S:
        """Return a new endpoint, which ``made`` creates for its URL."""
        path = f"/{len(self._endpoints) + 1}"
        endpoint = made(f"{self._scheme}://127.0.0.1:{self.port}{path}")
        self._endpoints[path] = endpoint
        return endpoint

    def handle(self, handler: BaseHTTPRequestHandler, body: bytes, waited: float = 0) -> None:
        """Answer one request."""
        path = urlsplit(handler.path).path.rstrip("/")
        parameters = dict(parse_qsl(body.decode(), keep_blank_values=True))
        operation = parameters.pop("Action", "")
        version = parameters.pop("Version", "")
        request = Request(
            operation,
            parameters,
            {name.lower(): value for name, value in handler.headers.items()},
            handler.client_address,
            handler.requestline,
            waited,
            body,
        )
        endpoint = self._endpoints.get(f"/{path.split('/')[1]}" if path else self._root)
        if operation and version != VERSIONS["STS" if operation in STS else "IAM"]:
            version = version or "NO_VERSION_SPECIFIED"
            message = f"Could not find operation {operation} for version {version}"
            answer = refused("InvalidAction", message)
        else:
            answer = endpoint.answer(request) if endpoint else refused("NoSuchEndpoint", path, 404)
        if answer.delay:
            time.sleep(answer.delay)
        if answer.released:
            answer.released.wait(NEVER)
        if answer.fault:
            answer.fault(handler)
            handler.close_connection = True
            return
        handler.send_response_only(answer.status)
        headers = {
            "Date": handler.date_time_string(),
            "Content-Type": "text/xml",
            "Content-Length": str(len(answer.body)),
        }
        for name, value in (headers | answer.headers).items():
            if value:
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(answer.body)
        if endpoint:
            endpoint.sent()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
