"""The HTTP session, which limits the size of a response and the time it may take."""

from __future__ import annotations

from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from botocore.parsers import ResponseParserError

from iamcli.client.retries import NOT_ARRIVED
from iamcli.connection.responses import MAX_RESPONSE, TimeLimit, defect, read, with_content

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


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
        limit = TimeLimit(self.seconds)
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
        content = read(response.raw, request.url, MAX_RESPONSE, "; is this an IAM endpoint?")
        if len(content) < _announced(response.headers):
            raise ConnectionClosedError(endpoint_url=request.url, error="incomplete response")
        # An empty document is no response of IAM either.
        return with_content(response, b"" if defect(content) else content)


def _announced(headers: Mapping[str, str]) -> int:
    """Return the size of the content that ``headers`` announce (bytes), 0 if they announce none."""
    try:
        return int(headers.get("Content-Length", ""))
    except ValueError:
        return 0
