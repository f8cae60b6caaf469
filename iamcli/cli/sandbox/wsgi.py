"""What the sandbox's own layers share: the fields of a request, and error responses like IAM's."""

from __future__ import annotations

import io
import uuid
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BODY = """<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>
  <RequestId>{request_id}</RequestId>
</ErrorResponse>
"""


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


def refuse(start: StartResponse, status: int, code: str, message: str) -> list[bytes]:
    """Start an error response with ``status``, and return its body.

    The request ID is also in a header, from which the SDK for JavaScript reads it. Source of the
    header: reported (github.com/hashicorp/terraform-provider-aws/issues/34698).
    """
    request_id = str(uuid.uuid4())
    text = body(code, message, request_id).encode()
    headers = {
        "Content-Type": "text/xml",
        "Content-Length": str(len(text)),
        "x-amzn-RequestId": request_id,
    }
    start(f"{status} {HTTPStatus(status).phrase}", [*headers.items()])
    return [text]


def body(code: str, message: str, request_id: str = "") -> str:
    """Return the body of an error response; moto sets a ``request_id`` if it sends the body."""
    return BODY.format(code=escape(code), message=escape(message), request_id=request_id)
