"""Limits of every response: its size, its time, and the documents that are parsed.

They are those of the client of IAM, and with ``send`` those of all requests for credentials.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
import time
from http import HTTPStatus
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError as TransportError
from urllib3.exceptions import ReadTimeoutError as TransportTimeout

from iamcli import interrupts
from iamcli.connection.transport import ProxyFailure, environment_proxies, proxied, timeout
from iamcli.errors import UnexpectedResponse
from iamcli.output.redaction import CREDENTIAL_SECRETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

#: The maximum size of a response (bytes), far more than IAM sends; and of one with credentials.
MAX_RESPONSE = 16 << 20
MAX_CREDENTIALS = 1 << 20
#: The maximum number of tags and attributes in a response, each of which takes about 100 bytes.
MAX_TAGS = 1 << 18
#: The maximum of their number times the length of the longest namespace. Each name is kept with its
#: namespace, which has 41 characters in responses of the service.
MAX_NAMES = 1 << 24

#: The root element, which only a byte order mark and an XML declaration may precede: no document
#: type, whose entities and attributes can expand to any size.
ROOT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^>]*\?>\s*)?<([A-Za-z0-9]+)[\s/>]")
#: A namespace, and what follows it; a value never contains "<".
_NAMESPACE = re.compile(rb"xmlns[^<]*")
_HTML = re.compile(rb"<(?:!doctype\s+)?html\b", re.IGNORECASE)
#: What is before the first tag, besides null characters: byte order marks and blanks.
_BEFORE = b"\xef\xbb\xbf\xff\xfe \t\r\n"
#: The end of the names of headers, parameters, settings and variables that contain a secret.
_SECRET = re.compile(
    "(assertion|authorization|code|secret|secret_access_key|token|verifier)$", re.IGNORECASE
)

#: Errors that occur before a request can reach the service.
NOT_ARRIVED = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError, SSLError)

_original_send = URLLib3Session.send


class BoundedSession(URLLib3Session):  # type: ignore[misc]  # botocore has no types
    """botocore's HTTP session with limits: MAX_RESPONSE, and ``seconds`` for the whole response."""

    def __init__(self, *, timeout: float, **settings: Any) -> None:
        # A time-out of the socket would start again with each byte, and after a stop it would
        # discard a response that has arrived.
        super().__init__(timeout=(timeout, None), **settings)
        self.seconds = timeout

    def send(self, request: Any) -> Any:
        """Send one request and return its response, read completely; raise as botocore does."""
        with TimeLimit(self.seconds, request.url):
            try:
                return _exchange(self, request, MAX_RESPONSE, "; is this an IAM endpoint?")[0]
            except HTTPClientError as error:
                cause = error.kwargs.get("error")
                # These two come before a request: an invalid address or header, or no file.
                if type(error) is HTTPClientError and not isinstance(cause, (ValueError, OSError)):
                    raise ResponseParserError(str(error)) from error
                raise


class Retrieval:
    """The requests for credentials in a ``with`` block, which together have the time of one.

    Raises UnexpectedResponse if it fails because the last response was taken for an empty one, and
    ProxyFailure because of its proxy.
    """

    current: Retrieval | None = None

    def __enter__(self) -> None:
        Retrieval.current, self.defect, self.host = self, "", ""

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        Retrieval.current = None
        if not isinstance(error, Exception) or isinstance(error, ClientError):
            return
        if self.defect:
            raise UnexpectedResponse(self.defect) from error
        if at_proxy := proxied(error, self.host, environment_proxies(self.host)[1]):
            raise ProxyFailure(at_proxy) from error

    @functools.cached_property
    def limit(self) -> TimeLimit:
        """The limit, which is known from the first request on."""
        return TimeLimit(timeout())


def send(session: Any, request: Any) -> AWSResponse:
    """Send ``request`` for credentials with ``session`` of botocore, and return the response."""
    CREDENTIAL_SECRETS.add(*_secrets(request))
    parts = urlsplit(request.url)
    host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    retrieval = Retrieval.current or Retrieval()
    retrieval.defect, retrieval.host, retrieval.limit.url = "", host, request.url
    with retrieval.limit:
        response, defect = _exchange(session, request, MAX_CREDENTIALS, f" from {host}")
    retrieval.defect = defect and f"{host} sent {defect} instead of credentials"
    if defect and response.status_code == HTTPStatus.OK:
        raise UnexpectedResponse(retrieval.defect)
    return response


def pause(seconds: float) -> None:
    """Wait for ``seconds`` before a request is sent again; raise as ``TimeLimit``."""
    with Retrieval.current.limit if Retrieval.current else contextlib.nullcontext():
        interrupts.pause(seconds)


def _secrets(request: Any) -> Iterator[str]:
    """Return what ``request`` sends to prove who this is."""
    body = request.body or ""
    text = body if isinstance(body, str) else body.decode()
    sent = [*request.headers.items(), *parse_qsl(text)]
    with contextlib.suppress(AttributeError, ValueError):
        sent += json.loads(text).items()
    return secrets(sent)


def secrets(named: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Yield the values whose names are those of secrets in requests, profiles and variables."""
    for name, value in named:
        if _SECRET.search(name):
            yield value.decode() if isinstance(value, bytes) else str(value)


def _exchange(session: Any, request: Any, size: int, end: str) -> tuple[AWSResponse, str]:
    """Send ``request``; return the response, and why it is taken for an empty one, or "".

    Raises UnexpectedResponse, whose text ends with ``end``, if it has more than ``size`` bytes, and
    the exceptions of botocore.
    """
    request.stream_output = True
    response = _original_send(session, request)
    response.raw.enforce_content_length = True
    content = bytearray()
    try:
        with interrupts.Interruptible():
            for part in response.raw.stream(1 << 16):
                content += part
                if len(content) > size:
                    raise UnexpectedResponse(f"unexpected response: larger than {size} bytes{end}")
    except (TransportError, OSError) as error:
        kind = ReadTimeoutError if isinstance(error, TransportTimeout) else ConnectionClosedError
        raise kind(endpoint_url=request.url, error=error) from error
    body = bytes(content)
    defect = _defect(body)
    # What botocore expects of a stream.
    raw = SimpleNamespace(stream=lambda: [] if defect else [body])
    return AWSResponse(response.url, response.status_code, response.headers, raw), defect


def _defect(content: bytes) -> str:
    """Return why ``content`` is not parsed, in words, or "" if it may be.

    As text of XML it is limited, and refused with a document type: the parser would read it to the
    end, whatever a handler of it raises.
    """
    text = content.replace(b"\0", b"").lstrip(_BEFORE)
    if _HTML.match(text):
        return "a web page (HTML)"
    if b"<!DOCTYPE" in text:
        return "a document type"
    if text.startswith(b"<") and not ROOT.match(content):
        return "a document that does not begin with its root element"
    number = tags(content)
    too_many = number > MAX_TAGS
    longest = 0 if too_many else max(map(len, _NAMESPACE.findall(content)), default=0)
    return "a document that is too large" if too_many or number * longest > MAX_NAMES else ""


def tags(content: bytes) -> int:
    """Return the number of tags and attributes in ``content``, or more."""
    return content.count(b"<") + content.count(b"=")


class TimeLimit:
    """Raises ReadTimeoutError in ``with`` blocks that together take longer than ``seconds``.

    ``url``: that of the request. A tick of the timer raises TimeoutError, but not the first one: if
    the process was stopped, it reads first what has arrived. The code in the block may translate
    this error, or Python may ignore it in ``__del__``, so it is raised at each tick. Works only in
    the main thread.
    """

    def __init__(self, seconds: float, url: str = "") -> None:
        self.url = url
        self._left = seconds
        self._late = self._expired = False

    def __enter__(self) -> None:
        if self._expired:
            raise ReadTimeoutError(endpoint_url=self.url, error="no time is left")
        self._end = time.monotonic() + self._left
        interrupts.call_each_tick(self._check)

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        interrupts.call_each_tick(None)
        self._left = self._end - time.monotonic()
        if self._expired and isinstance(error, Exception) and not isinstance(error, NOT_ARRIVED):
            raise ReadTimeoutError(endpoint_url=self.url, error=error) from error

    def _check(self) -> None:
        self._expired = self._late
        self._late = time.monotonic() > self._end
        if self._expired:
            raise TimeoutError("the response took too long")
