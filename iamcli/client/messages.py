"""Error messages for requests that failed."""

from __future__ import annotations

from http import HTTPStatus

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConfigParseError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError
from urllib3.exceptions import LocationValueError

from iamcli.errors import Failure, ServiceError, UnexpectedResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

#: What to check if the endpoint is that of AWS.
_NETWORK = "check the network and the proxy variables, or run: iamcli doctor"

#: What to check if the proxy, or what is behind it, does not answer.
RULES = "check the address, the login and the rules of the proxy"
#: How http.client begins the text of an error, before the status line of the proxy.
_TUNNEL = "Tunnel connection failed: "
_TIMEOUTS = (ConnectTimeoutError, ReadTimeoutError)

#: The message for each kind of exception; the first one that matches is used.
MESSAGES = {
    SSLError: (
        "cannot make a secure connection to {url}: {reason}; set AWS_CA_BUNDLE to trust other CAs"
    ),
    ConnectTimeoutError: "cannot connect to {url}: timed out; set IAMCLI_TIMEOUT to wait longer",
    EndpointConnectionError: "cannot connect to {url}: {reason}; {where}",
    ReadTimeoutError: (
        "timed out before {url} sent a complete response; set IAMCLI_TIMEOUT to wait longer"
    ),
    ConnectionClosedError: (
        "the connection to {url} was lost before the response was complete{again}"
    ),
    ResponseParserError: (
        "unexpected response from {url}, not an IAM response; is this an IAM endpoint?"
    ),
    HTTPClientError: "the request to {url} failed: {reason}{settings}",
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
            "again": "" if changes else "; try again",
            "where": f"check {source}" if source else _NETWORK,
            "settings": f"; check {proxy}" if proxy else "",
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
            if self._values["proxy"] and isinstance(error, (ProxyConnectionError, *_TIMEOUTS)):
                raise Failure(proxied(error, self._values["url"], self._values["proxy"])) from None
            message = next(text for kind, text in MESSAGES.items() if isinstance(error, kind))
            raise Failure(message.format(reason=reason(error), **self._values)) from None


def proxied(error: BaseException, url: str, proxy: str) -> str:
    """Return the message for an error of a request to ``url``; ``proxy``: what names the proxy."""
    why = "timed out" if isinstance(error, _TIMEOUTS) else reason(error)
    if isinstance(error, ProxyConnectionError) and not why.startswith(_TUNNEL):
        return f"cannot reach the proxy: {why}; check {proxy}"
    return unanswered(url, why.removeprefix(_TUNNEL), proxy)


def unanswered(url: str, why: str, proxy: str) -> str:
    """Return the message if the ``proxy`` was reached, but not ``url``; ``why``: a few words."""
    return f"no answer from {url} through the proxy: {why}; {RULES} in {proxy}"


def reason(error: BaseException) -> str:
    """Return the message of the system error that caused ``error``, else the first line of it."""
    message = str(error).partition("\n")[0]
    values = getattr(error, "kwargs", {})
    invalid = values.get("error")
    if isinstance(error, ConfigParseError) and isinstance(invalid, UnicodeDecodeError):
        encoding = invalid.encoding.upper()
        message = f"{values['path']} is not text in {encoding}; save it in {encoding}"
    elif isinstance(invalid, ValueError) and not isinstance(error, ConfigParseError):
        # The text of such an error may contain a password or a token.
        message = "an address or a header is invalid"
    for cause in causes(error):
        if isinstance(cause, OSError) and (cause.strerror or str(cause).startswith(_TUNNEL)):
            message = cause.strerror or str(cause)
    return message


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error``, the error that caused it, and so on."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        inner = getattr(cause, "kwargs", {}).get("error")
        cause = inner if isinstance(inner, BaseException) else cause.__cause__ or cause.__context__


def refusal(
    status: int, parsed: dict[str, Any], url: str, operation: str, proxy: str = ""
) -> Failure:
    """Return the failure that an error response to ``operation`` reports.

    ``proxy``: what names the proxy that may have sent it, or "".
    ServiceError if the response has an error code of the service, else UnexpectedResponse.
    """
    error = parsed.get("Error", {})
    code = str(error.get("Code") or "")
    failure: ServiceError | UnexpectedResponse = ServiceError(code, str(error.get("Message") or ""))
    if not code or code.isdigit():
        text = f"unexpected HTTP {status} from {url} for {operation}, not an IAM response"
        by_proxy = proxy and status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED
        failure = UnexpectedResponse(unanswered(url, f"HTTP {status}", proxy) if by_proxy else text)
    failure.status = status
    return failure


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
