"""Error messages for requests that failed."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError
from urllib3.exceptions import LocationValueError

from iamcli.client.parser import MISSING
from iamcli.connection.botocore_patches import BundleError
from iamcli.connection.transport import causes, is_no_tls, proxied, reason, without_tls
from iamcli.errors import Failure, MissingOperation, ServiceError, UnexpectedResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

#: The message for each kind of exception; the first one that matches is used.
MESSAGES = {
    SSLError: "cannot make a secure connection to {url}: {reason}; {tls}",
    ConnectTimeoutError: "cannot connect to {url}: timed out; set IAMCLI_TIMEOUT to wait longer",
    EndpointConnectionError: "cannot connect to {url}: {reason}; check {where}",
    ReadTimeoutError: (
        "timed out before {url} sent a complete response; set IAMCLI_TIMEOUT to wait longer"
    ),
    ConnectionClosedError: (
        "the connection to {url} was lost before the response was complete{again}"
    ),
    ResponseParserError: (
        "unexpected response from {url}, not an IAM response; is this an IAM endpoint?"
    ),
    HTTPClientError: "the request to {url} failed: {reason}",
    Exception: "{reason}",
}


class ErrorTranslator:
    """Translates the exceptions of botocore in a ``with`` block to Failures.

    ``url``: the endpoint; ``source``: what names it, or ""; ``proxy``: what names the proxy;
    ``changes``: whether the request changes something; the message does not suggest to try again
    then. ``arrived``: after the block, whether the request may have reached the service.
    """

    def __init__(
        self, url: str = "", *, source: str = "", proxy: str = "", changes: bool = False
    ) -> None:
        self._values = {
            "url": url,
            "proxy": proxy,
            "source": source,
            "again": "" if changes else "; try again",
            "where": source or "the network and the proxy variables, or run: iamcli doctor",
        }
        self.arrived = False

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnexpectedResponse):
            self.arrived = True
        elif isinstance(error, (BotoCoreError, ClientError, ResponseParserError, ValueError)):
            # The errors of a connection that was not made are of other classes.
            sent = isinstance(error, (HTTPClientError, ResponseParserError))
            invalid = getattr(error, "kwargs", {}).get("error")
            self.arrived = sent and not isinstance(
                invalid, (LocationValueError, UnicodeEncodeError)
            )
            message = next(text for kind, text in MESSAGES.items() if isinstance(error, kind))
            tls = "set AWS_CA_BUNDLE to trust other CAs"
            if any(isinstance(cause, BundleError) for cause in causes(error)):
                message = message.replace("; {tls}", "")
            if is_no_tls(error):
                tls = without_tls(self._values["url"], self._values["source"])
            text = message.format(reason=reason(error), tls=tls, **self._values)
            at_proxy = proxied(error, self._values["url"], self._values["proxy"])
            raise Failure(at_proxy or text) from None


def refusal(
    response: Any,
    parsed: dict[str, Any],
    request: tuple[str, Mapping[str, Any]],
    sender: tuple[str, str],
    redact: Callable[[str], str],
) -> ServiceError | UnexpectedResponse:
    """Return the failure that an error ``response``, which has just arrived, reports.

    ``request``: the operation and its parameters; ``sender``: the URL of the endpoint, and what
    names the proxy that may have sent the response, or ""; ``redact``: removes secrets from what is
    shown. ServiceError if it has an error code of the service; MissingOperation if that means, as
    the parser says, that the server lacks the operation.
    """
    status, error = response.status_code, parsed.get("Error", {})
    code = str(error.get("Code") or "")
    if not code or code.isdigit():
        url, proxy = sender
        text = f"unexpected HTTP {status} from {url} for {request[0]}, not an IAM response"
        return UnexpectedResponse(proxied(status, url, proxy) or text, status)
    kind = MissingOperation if parsed.get(MISSING) else ServiceError
    skew, message = clock_skew(response.headers), str(error.get("Message") or "")
    return kind(code, message, status, request, skew=skew, redact=redact)


def clock_skew(headers: Mapping[str, str]) -> float | None:
    """Return the seconds by which the clock of this machine is ahead of a response's Date.

    ``headers``: those of a response that has just arrived. None if it has no valid Date.
    """
    import time
    from datetime import timezone
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
        # HTTP has no local times, but some servers omit the time zone.
        return time.time() - date.replace(tzinfo=date.tzinfo or timezone.utc).timestamp()
    except (OverflowError, TypeError, ValueError):
        return None
