"""What went wrong between here and the service, in words that say what to do."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError

from iamcli.client.retries import NOT_ARRIVED
from iamcli.errors import Failure, ServiceError, UnexpectedResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Each kind of failure, the first that fits, and what is said of it.
MESSAGES = (
    (ProxyConnectionError, "cannot reach the proxy: {reason}; see the client configuration"),
    (SSLError, "no secure connection to {url}: {reason}; AWS_CA_BUNDLE names trusted CAs"),
    (
        (EndpointConnectionError, ConnectTimeoutError),
        "cannot connect to {url}: {reason}; see --url and AWS_IAM_URL",
    ),
    (ReadTimeoutError, "no complete answer from {url} in time; IAMCLI_TIMEOUT sets the seconds"),
    (
        ConnectionClosedError,
        "the connection to {url} broke before the answer was complete{again}",
    ),
    (
        (ResponseParserError, HTTPClientError),
        "the answer from {url} is not IAM's; is it an IAM endpoint?",
    ),
    (Exception, "{reason}"),
)


class Told:
    """Turns botocore's exceptions into Failures; ``url`` is where the request was to go.

    ``changes``: whether the request was to change something, so that it is not simply tried again.
    ``arrived`` tells afterwards whether the request may have reached the service.
    """

    def __init__(self, url: str = "", *, changes: bool = False) -> None:
        self._url = url
        self._again = "" if changes else "; try again"
        self.arrived = False

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnexpectedResponse):
            self.arrived = True
        elif isinstance(error, (BotoCoreError, ClientError, ResponseParserError, ValueError)):
            sending = isinstance(error, (HTTPClientError, ResponseParserError))
            self.arrived = sending and not isinstance(error, NOT_ARRIVED)
            words = next(words for kinds, words in MESSAGES if isinstance(error, kinds))
            failure = UnexpectedResponse if isinstance(error, ResponseParserError) else Failure
            known = {"url": self._url, "reason": _reason(error), "again": self._again}
            raise failure(words.format(**known)) from None


def _reason(error: BaseException) -> str:
    """Return the system's own words for ``error`` where it has any, else its first line."""
    seen: BaseException | None = error
    words = str(error).partition("\n")[0]
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            words = seen.strerror
        inner = getattr(seen, "kwargs", {}).get("error")
        seen = inner if isinstance(inner, BaseException) else seen.__cause__ or seen.__context__
    return words


def refusal(status: int, answer: dict[str, Any], url: str) -> Failure:
    """Return what an answer that is no success says: the service's own words where it has any."""
    error = answer.get("Error", {})
    code = str(error.get("Code") or "")
    if not code or code.isdigit():
        return UnexpectedResponse(
            f"{url} answered with HTTP status {status} and no word of IAM; is it an IAM endpoint?"
        )
    return ServiceError(code, str(error.get("Message") or ""))
