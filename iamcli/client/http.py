"""The HTTP session, which limits the size of a response and the time it may take."""

from __future__ import annotations

import time

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError as TransportError
from urllib3.exceptions import ReadTimeoutError as TransportTimeout

from iamcli import interrupts
from iamcli.client.retries import NOT_ARRIVED
from iamcli.errors import UnexpectedResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

#: The maximum size of a response (bytes), far more than the service sends.
MAX_RESPONSE = 16 << 20


class BoundedSession(URLLib3Session):  # type: ignore[misc]  # botocore has no types
    """botocore's HTTP session with limits: MAX_RESPONSE, and ``seconds`` for the whole response."""

    def __init__(self, *, timeout: float, **settings: Any) -> None:
        # A time-out of the socket would start again with each byte, and after a stop it would
        # discard a response that has arrived.
        super().__init__(timeout=(timeout, None), **settings)
        self.seconds = timeout

    def send(self, request: Any) -> Any:
        """Send one request and return its response, which is read completely.

        Raises the exceptions of botocore, and UnexpectedResponse if the response is larger than
        MAX_RESPONSE.
        """
        request.stream_output = True
        limit = _TimeLimit(self.seconds)
        try:
            with limit:
                return self._exchange(request)
        except (HTTPClientError, ResponseParserError, TimeoutError) as error:
            if limit.expired and not isinstance(error, NOT_ARRIVED):
                raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
            raise

    def _exchange(self, request: Any) -> Any:
        try:
            response = super().send(request)
        except HTTPClientError as error:
            cause = error.kwargs.get("error")
            # These two occur before a request is sent: an invalid address or header, or no file.
            if type(error) is HTTPClientError and not isinstance(cause, (ValueError, OSError)):
                raise ResponseParserError(str(error)) from error
            raise
        try:
            with interrupts.Window():
                content = b"".join(_bounded(response.raw))
        except (TransportTimeout, TimeoutError) as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except (TransportError, OSError) as error:
            raise ConnectionClosedError(endpoint_url=request.url, error=error) from error
        if len(content) < _announced(response.headers):
            raise ConnectionClosedError(endpoint_url=request.url, error="incomplete response")
        read = _Read(response.url, response.status_code, response.headers, None)
        read.content = content
        return read


class _Read(AWSResponse):  # type: ignore[misc]
    """A response that was read: to look at its ``content`` is no wait, in which a signal raises."""

    content = b""


def _announced(headers: Mapping[str, str]) -> int:
    """Return the size of the content that ``headers`` announce (bytes), 0 if they announce none."""
    try:
        return int(headers.get("Content-Length", ""))
    except ValueError:
        return 0


def _bounded(raw: Any) -> Iterator[bytes]:
    size = 0
    for part in raw.stream(1 << 16):
        size += len(part)
        if size > MAX_RESPONSE:
            raise UnexpectedResponse(
                f"unexpected response: larger than {MAX_RESPONSE} bytes; is this an IAM endpoint?"
            )
        yield part


class _TimeLimit:
    """Raises TimeoutError in a window if a ``with`` block takes longer than ``seconds``.

    At the second tick, so that a process that was stopped reads first what has arrived; and again
    at each tick, because Python ignores it in ``__del__``. ``expired``: whether it was raised; the
    code in the block may have translated it. Works only in the main thread.
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
