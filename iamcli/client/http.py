"""Sending a request and reading its answer, within limits."""

from __future__ import annotations

import signal
import socket
import threading

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session
from urllib3.exceptions import HTTPError as TransportError
from urllib3.exceptions import ReadTimeoutError as TransportTimeout

from iamcli.errors import UnexpectedResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Any

#: Far more than the service sends in one answer (bytes).
MAX_RESPONSE = 16 << 20


def socket_options(*, keep_alive: bool) -> list[tuple[int, int, int]]:
    """Return the options of the connection's socket."""
    # Without this, every request after the first waits 40 ms for the last one's acknowledgement.
    options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    if keep_alive:
        options.append((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1))
    return options


class BoundedSession(URLLib3Session):  # type: ignore[misc]  # botocore has no types
    """botocore's HTTP session, with a limit to how much it reads and how long."""

    def __init__(self, *, timeout: tuple[float, float], **settings: Any) -> None:
        super().__init__(timeout=timeout, **settings)
        self._timeout = timeout[1]

    def send(self, request: Any) -> Any:
        """Send one request and return its answer, read to the end.

        Raises botocore's own exceptions, and UnexpectedResponse if the response is too large to be
        IAM's.
        """
        request.stream_output = True
        with _Deadline(self._timeout):
            response = super().send(request)
            try:
                content = b"".join(_bounded(response.raw))
            except (TransportTimeout, TimeoutError) as error:
                raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
            except (TransportError, OSError) as error:
                raise ConnectionClosedError(endpoint_url=request.url, error=error) from error
        announced = response.headers.get("Content-Length", "")
        if announced.isdigit() and len(content) < int(announced):
            raise ConnectionClosedError(endpoint_url=request.url, error="it is cut short")
        return AWSResponse(response.url, response.status_code, response.headers, _Read(content))


class _Read:
    """The content of an answer, in the shape in which botocore asks for it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> list[bytes]:
        """Return the content as the one part of a stream."""
        return [self._content]


def _bounded(raw: Any) -> Iterator[bytes]:
    size = 0
    for part in raw.stream(1 << 16):
        size += len(part)
        if size > MAX_RESPONSE:
            raise UnexpectedResponse(
                "the answer is larger than any of IAM's; is this an IAM endpoint?"
            )
        yield part


class _Deadline:
    """Ends whatever takes longer than ``seconds``, as a socket's own time-out would.

    A socket's time-out begins anew with each byte; this one does not. Only the main thread can
    have it, and only there does a command run.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds if threading.current_thread() is threading.main_thread() else 0

    def __enter__(self) -> None:
        if self._seconds:
            self._before = signal.signal(signal.SIGALRM, _overdue)
            signal.setitimer(signal.ITIMER_REAL, self._seconds)

    def __exit__(self, *_: object) -> None:
        if self._seconds:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)


def _overdue(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError("the answer takes too long")
