"""Limits of every response: its size, its time, and the documents that are parsed.

The session of the client of IAM reads its responses with these functions. ``patch_sessions`` lets
botocore's sessions do so too, with which it requests credentials.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlsplit

from botocore import endpoint
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from urllib3.exceptions import HTTPError as TransportError
from urllib3.exceptions import ReadTimeoutError as TransportTimeout

from iamcli import interrupts
from iamcli.connection.transport import timeout
from iamcli.errors import UnexpectedResponse
from iamcli.output.redaction import OF_CREDENTIALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
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
_NAMESPACE = re.compile(rb"xmlns[^<]*")
_HTML = re.compile(rb"<(?:!doctype\s+)?html\b", re.IGNORECASE)
#: The headers and parameters, in lower case, that contain a token or a code.
_SECRET_NAMES = (
    "authorization",
    "clientsecret",
    "code",
    "codeverifier",
    "refreshtoken",
    "samlassertion",
    "tokencode",
    "webidentitytoken",
    "x-amz-security-token",
    "x-amz-sso_bearer_token",
    "x-aws-ec2-metadata-token",
)
#: What is before the first tag, besides null characters: byte order marks and blanks.
_BEFORE = b"\xef\xbb\xbf\xff\xfe \t\r\n"


class Retrieval:
    """The requests for credentials in a ``with`` block, which together have the time of one.

    ``defect``: why a response was taken for an empty one, or "".
    """

    current: Retrieval | None = None

    def __init__(self) -> None:
        self.defect = ""
        self._left: float | None = None

    def __enter__(self) -> Retrieval:  # noqa: PYI034 - Self costs a dependency or an import
        Retrieval.current = self
        return self

    def __exit__(self, *_: object) -> None:
        Retrieval.current = None

    def pause(self, seconds: float) -> None:
        """Wait for ``seconds`` at most."""
        left = max(0.0, self._left or 0.0)
        seconds = min(seconds, left)
        self._left = left - seconds
        interrupts.pause(seconds)

    def send(self, session: Any, request: Any) -> Any:
        """Send ``request`` with ``session``; raise ReadTimeoutError if that takes too long."""
        left = timeout() if self._left is None else self._left
        limit, begun = TimeLimit(left), time.monotonic()
        try:
            if left > 0:
                with limit:
                    return self._exchange(session, request)
            raise ReadTimeoutError(endpoint_url=request.url, error="no time is left")
        except (HTTPClientError, TimeoutError) as error:
            if limit.expired:
                raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
            raise
        finally:
            # After an attempt that was ended, there is no time for another one.
            self._left = 0.0 if limit.expired else left - (time.monotonic() - begun)

    def _exchange(self, session: Any, request: Any) -> AWSResponse:
        request.stream_output = True
        OF_CREDENTIALS.add(*_secrets(request))
        response = _original_send(session, request)
        parts = urlsplit(request.url)
        host = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        content = read(response.raw, request.url, MAX_CREDENTIALS, f" from {host}")
        is_page = _HTML.match(content.lstrip(_BEFORE))
        problem = "a web page (HTML)" if is_page else defect(content)
        if problem:
            self.defect = f"{host} sent {problem} instead of credentials"
        return with_content(response, b"" if problem else content)


def _secrets(request: Any) -> Iterator[str]:
    """Yield what ``request`` sends to prove who this is."""
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else bytes(body)
    sent = [*request.headers.items(), *parse_qsl(content)]
    with contextlib.suppress(AttributeError, ValueError):
        sent += json.loads(content).items()
    for name, value in sent:
        texts = [
            one.decode("latin-1") if isinstance(one, bytes) else str(one) for one in (name, value)
        ]
        if texts[0].lower() in _SECRET_NAMES:
            yield texts[1]


def patch_sessions() -> None:
    """Let botocore's sessions and pauses in a ``Retrieval`` keep its limits."""
    URLLib3Session.send = _send
    endpoint.time = SimpleNamespace(sleep=_pause)


def read(raw: Any, url: str, size: int, of: str = "") -> bytes:
    """Return the content of the response ``raw`` from ``url``; ``of``: the end of an error.

    Raises UnexpectedResponse if it has more than ``size`` bytes, and the exceptions of botocore.
    """
    content = bytearray()
    try:
        with interrupts.Window():
            for part in raw.stream(1 << 16):
                content += part
                if len(content) > size:
                    raise UnexpectedResponse(f"unexpected response: larger than {size} bytes{of}")
    except (TransportTimeout, TimeoutError) as error:
        raise ReadTimeoutError(endpoint_url=url, error=error) from error
    except (TransportError, OSError) as error:
        raise ConnectionClosedError(endpoint_url=url, error=error) from error
    return bytes(content)


def defect(content: bytes) -> str:
    """Return why ``content`` is not parsed, in words, or "" if it may be.

    As text of XML it is limited, and refused with a document type: the parser would read it to the
    end, whatever a handler of it raises.
    """
    text = content.replace(b"\0", b"")
    if b"<!DOCTYPE" in text:
        return "a document type"
    if text.lstrip(_BEFORE).startswith(b"<") and not ROOT.match(content):
        return "a document that does not begin with its root element"
    # A value never contains "<".
    lengths = (found.end() - found.start() for found in _NAMESPACE.finditer(content))
    number = tags(content)
    too_many = number > MAX_TAGS or number * max(lengths, default=0) > MAX_NAMES
    return "a document that is too large" if too_many else ""


def tags(content: bytes) -> int:
    """Return the number of tags and attributes in ``content``, or more."""
    return content.count(b"<") + content.count(b"=")


def with_content(response: Any, content: bytes) -> AWSResponse:
    """Return ``response`` with ``content``, which was read from it."""
    read = _Read(response.url, response.status_code, response.headers, None)
    read.content = content
    return read


class _Read(AWSResponse):  # type: ignore[misc]  # botocore has no types
    """A response that was read: to look at its ``content`` is no wait, in which a signal raises."""

    content = b""


_original_send = URLLib3Session.send


def _send(session: Any, request: Any) -> Any:
    # The client of IAM reads the stream itself.
    if Retrieval.current is None or request.stream_output:
        return _original_send(session, request)
    return Retrieval.current.send(session, request)


def _pause(seconds: float) -> None:
    (Retrieval.current.pause if Retrieval.current else interrupts.pause)(seconds)


class TimeLimit:
    """Raises TimeoutError in a window of a ``with`` block that takes longer than ``seconds``.

    Not at the first tick: if the process was stopped, it reads first what has arrived.
    ``expired``: whether it was raised; the code in the block may have translated the error, or
    Python may have ignored it in ``__del__``, so it is raised at each tick. Works only in the main
    thread.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._late = self.expired = False

    def __enter__(self) -> None:
        self._end = time.monotonic() + self._seconds
        interrupts.Pending.each_tick = self._check

    def __exit__(self, *_: object) -> None:
        interrupts.Pending.each_tick = None

    def _check(self) -> None:
        self.expired = self._late
        self._late = time.monotonic() > self._end
        if self.expired:
            raise TimeoutError("the response took too long")
