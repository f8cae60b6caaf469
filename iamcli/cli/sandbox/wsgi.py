"""The fields of a request, and responses, of which errors are like IAM's."""

from __future__ import annotations

import io
import uuid
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ERROR = """<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>
  <RequestId/>
</ErrorResponse>
"""


class Response(NamedTuple):
    """A response: its ``status``, such as ``200 OK``, its ``headers`` and its ``body``."""

    status: str
    headers: Sequence[tuple[str, str]]
    body: bytes

    def send(self, start: StartResponse) -> list[bytes]:
        """Start the response, and return its body."""
        start(self.status, [*self.headers])
        return [self.body]


def content(environ: WSGIEnvironment) -> bytes:
    """Return the body of a request."""
    sent: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return sent


def fields(environ: WSGIEnvironment) -> dict[str, str]:
    """Return the fields of a request; its body can be read again afterwards."""
    sent = content(environ)
    environ["wsgi.input"] = io.BytesIO(sent)
    encoded = environ.get("QUERY_STRING", "") or sent.decode("utf-8", "replace")
    return dict(reversed(parse_qsl(encoded, keep_blank_values=True)))


def add_fields(environ: WSGIEnvironment, more: dict[str, str]) -> None:
    """Add fields to a request."""
    if not more:
        return
    added = f"&{urlencode(more)}"
    if environ.get("QUERY_STRING"):
        environ["QUERY_STRING"] += added
        return
    sent = content(environ) + added.encode()
    environ["wsgi.input"] = io.BytesIO(sent)
    environ["CONTENT_LENGTH"] = str(len(sent))


def xml(status: int, text: str) -> Response:
    """Return the response with ``status`` and the XML ``text``, in which ``RequestId`` is empty.

    The request ID is also in a header, from which the SDK for JavaScript reads it. Source of the
    header: reported (github.com/hashicorp/terraform-provider-aws/issues/34698).
    """
    request_id = str(uuid.uuid4())
    body = text.replace("<RequestId/>", f"<RequestId>{request_id}</RequestId>").encode()
    headers = {
        "Content-Type": "text/xml",
        "Content-Length": str(len(body)),
        "x-amzn-RequestId": request_id,
    }
    return Response(f"{status} {HTTPStatus(status).phrase}", [*headers.items()], body)


def error(status: int, code: str, message: str) -> Response:
    """Return an error response with ``status``, like one of IAM."""
    return xml(status, ERROR.format(code=escape(code), message=escape(message)))
