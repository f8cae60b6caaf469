"""The error responses of the sandbox's own layers, in the form that IAM uses."""

from __future__ import annotations

import uuid
from http import HTTPStatus
from xml.sax.saxutils import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

BODY = """<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>
  <RequestId>{request_id}</RequestId>
</ErrorResponse>
"""


def refuse(start: StartResponse, status: int, code: str, message: str) -> list[bytes]:
    """Start an error response with ``status``, and return its body."""
    text = BODY.format(code=escape(code), message=escape(message), request_id=uuid.uuid4()).encode()
    start(
        f"{status} {HTTPStatus(status).phrase}",
        [("Content-Type", "text/xml"), ("Content-Length", str(len(text)))],
    )
    return [text]
