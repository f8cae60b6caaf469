"""Sends one request once and returns its outcome, for ``iamcli doctor``.

Nothing is sent again, and nothing is raised for what the network or the service does: the outcome
is the result. The request goes the way of the requests of the commands.
"""

from __future__ import annotations

import errno
import re
import ssl
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import botocore
from botocore import exceptions
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.parsers import ResponseParserError
from urllib3.util.ssl_match_hostname import CertificateError

from iamcli import __version__
from iamcli.client.messages import clock_skew, refusal
from iamcli.client.parser import SUCCESS_LIMIT, ResponseParser
from iamcli.connection.responses import BoundedSession
from iamcli.connection.transport import causes, is_no_tls, proxied, reason
from iamcli.errors import ServiceError, UnexpectedResponse, of_service, one_line
from iamcli.output.redaction import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from iamcli.connection.endpoints import Destination

#: What prevented an answer of the service. The network or the proxy:
PROXY = "proxy"
UNREACHABLE = "unreachable"
REFUSED = "refused"
LOST = "lost"
#: The secure connection:
UNKNOWN_CA = "unknown CA"
OTHER_HOST = "certificate of another host"
NO_TLS = "no TLS"
TLS = "TLS"
#: Something answered that is not the service, or the request could not be made.
FOREIGN = "foreign"
INVALID = "invalid"

#: The problems that other exceptions report.
_PROBLEMS = {
    exceptions.ConnectTimeoutError: UNREACHABLE,
    exceptions.ReadTimeoutError: LOST,
    exceptions.ConnectionClosedError: LOST,
    ResponseParserError: FOREIGN,
    UnexpectedResponse: FOREIGN,
}

#: The problems by OpenSSL's numbers for a certificate that is not valid yet, and not any more; and
#: for one that is not for the host name, and not for the address.
_VERIFICATION = {9: TLS, 10: TLS, 62: OTHER_HOST, 64: OTHER_HOST}


class Operation(NamedTuple):
    """An operation without parameters: the ``service``, its API ``version``, and its ``name``.

    ``required``: the path from the root of a success to the one element with its value.
    """

    service: str
    version: str
    name: str
    required: str = "."


class Outcome(NamedTuple):
    """The outcome of a request: the ``problem``, or "" if the service answered.

    ``reason``: the problem in words; ``code`` and ``message``: the error, "" for a success and most
    problems; the message may contain secrets. ``clock``: the seconds by which the clock of this
    machine is ahead of the service, or None if that is not known; ``texts``: the text of each
    element of a success, by its name.
    """

    problem: str
    reason: str = ""
    code: str = ""
    message: str = ""
    clock: float | None = None
    texts: Mapping[str, str] = {}


def send(
    operation: Operation, target: Destination, key: Any, way: tuple[Any, str], seconds: float
) -> Outcome:
    """Send ``operation`` to ``target``, signed with ``key``, and return the outcome.

    ``way``: what ``iamcli.connection.transport.transport`` returns; ``seconds``: the time for the
    connection, and for the complete response.
    """
    session, proxy = way
    request = AWSRequest(
        "POST",
        f"{target.url.rstrip('/')}/",
        headers={
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "User-Agent": f"iamcli/{__version__} botocore/{botocore.__version__}",
        },
        data=f"Action={operation.name}&Version={operation.version}",
    )
    SigV4Auth(key, operation.service, target.region).add_auth(request)
    try:
        response = BoundedSession(timeout=seconds, **session).send(request.prepare())
    except (exceptions.BotoCoreError, ResponseParserError, UnexpectedResponse) as error:
        if at_proxy := proxied(error, target.url, proxy):
            return Outcome(PROXY, one_line(at_proxy))
        return Outcome(problem(error), one_line(reason(error)))
    secrets = Secrets()
    secrets.add(*parts_of(key))
    return _answer(operation, response, (target.url, proxy), secrets.redact)


def parts_of(key: Any) -> list[str]:
    """Return what no text may contain of the access ``key``, as botocore has it."""
    return [*filter(None, (key.access_key, key.secret_key, key.token))]


def problem(error: BaseException) -> str:
    """Return the problem that an exception of botocore reports."""
    if isinstance(error, exceptions.EndpointConnectionError):
        numbers = {cause.errno for cause in causes(error) if isinstance(cause, OSError)}
        return REFUSED if errno.ECONNREFUSED in numbers else UNREACHABLE
    if isinstance(error, exceptions.SSLError):
        return _tls_problem(error)
    return next((found for kind, found in _PROBLEMS.items() if isinstance(error, kind)), INVALID)


def _tls_problem(error: BaseException) -> str:
    for cause in causes(error):
        if isinstance(cause, CertificateError):
            return OTHER_HOST
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _VERIFICATION.get(cause.verify_code, UNKNOWN_CA)
    return NO_TLS if is_no_tls(error) else TLS


def _answer(
    operation: Operation, response: Any, sender: tuple[str, str], redact: Callable[[str], str]
) -> Outcome:
    """Return the outcome of a ``response``; the same parser as that of the commands reads it."""
    status, body = response.status_code, response.content
    context = {"operation_name": operation.name}
    clock, refused = clock_skew(response.headers), None
    raw = {"status_code": status, "headers": response.headers, "body": body, "context": context}
    try:
        parsed = ResponseParser().parse(raw, None)
    except ResponseParserError:
        parsed = None
    if parsed is not None and status < SUCCESS_LIMIT:
        # The encoding is the one that botocore uses, whatever the declaration says.
        tree = ET.fromstring(body, ET.XMLParser(encoding="utf-8"))  # noqa: S314 - no document type
        if len(tree.findall(operation.required)) == 1:
            texts = {
                _name(element): of_service(element.text or "", redact) for element in tree.iter()
            }
            return Outcome("", clock=clock, texts=texts)
    elif parsed is not None:
        refused = refusal(response, parsed, (operation.name, {}), sender, redact)
        # Other services, such as S3, send errors without the root element of IAM.
        if isinstance(refused, ServiceError) and "Code" not in parsed:
            # Any server can send this; a code of AWS consists of letters, digits and dots.
            code = re.sub(r"[^\w.]", "", refused.shown_code)[:100] or f"HTTP {status}"
            return Outcome("", code=code, message=refused.message, clock=clock)
    if at_proxy := proxied(status, *sender):
        return Outcome(PROXY, at_proxy, clock=clock)
    code = getattr(refused, "code", "")
    return Outcome(FOREIGN, f"HTTP {status}, not an answer of AWS", code=code, clock=clock)


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
