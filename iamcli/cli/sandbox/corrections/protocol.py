"""What a request has, and the XML of a response, by botocore's model of IAM.

moto 5.1 has a template for each response, and moto 5.2 a serializer. A correction returns the
members of the response, so that it is the same for both.
"""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any, NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape

from moto.iam.models import IAMBackend

from iamcli.client.model import full_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Operation = Callable[[IAMBackend, "Request"], dict[str, Any] | None]

#: moto's IAM of an account.
Backend = IAMBackend
Result = dict[str, Any]

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"

#: The operations that are corrected, by their names in the API.
CORRECTIONS: dict[str, Operation] = {}


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register a function as the operation ``name``."""

    def register(function: Operation) -> Operation:
        CORRECTIONS[name] = function
        return function

    return register


class Request(NamedTuple):
    """A request: the name of its ``operation``, and the ``access_key`` and ``region`` that sign.

    ``parameters``: those of the operation, nested and typed as in the model.
    """

    operation: str
    parameters: Mapping[str, Any]
    access_key: str
    region: str

    def get(self, name: str, default: Any = "") -> Any:
        """Return a parameter, ``default`` if it was not sent."""
        return self.parameters.get(name, default)


def document(name: str, result: Result | None) -> str:
    """Return the response of the operation ``name``; members that are None are left out.

    It lacks the ID of the request. Source: the query protocol, and botocore's model.
    """
    shape = full_model().operation_model(name).output_shape
    body = _element(f"{name}Result", shape, result or {}) if shape else ""
    return (
        f'<{name}Response xmlns="{NAMESPACE}">{body}'
        "<ResponseMetadata><RequestId/></ResponseMetadata>"
        f"</{name}Response>"
    )


def _element(name: str, shape: Any, value: Any) -> str:
    return f"<{name}>{_content(shape, value)}</{name}>"


def _content(shape: Any, value: Any) -> str:  # noqa: PLR0911 - one for each type
    if shape.type_name == "structure":
        return "".join(
            _element(name, member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        )
    if shape.type_name == "list":
        return "".join(_element("member", shape.member, entry) for entry in value)
    if shape.type_name == "map":
        return "".join(
            f"<entry><key>{key}</key><value>{entry}</value></entry>" for key, entry in value.items()
        )
    if shape.type_name == "timestamp":
        return timestamp(value)
    if shape.type_name == "blob":
        return base64.b64encode(value).decode()
    if shape.type_name == "boolean":
        return str(value).lower()
    if shape.name == "policyDocumentType":  # the service sends documents URL-encoded
        return quote(value, safe="", errors="surrogateescape")
    # A parser reads a carriage return as a line feed, except as a reference.
    return escape(str(value), {"\r": "&#13;"})


def timestamp(date: dt.datetime) -> str:
    """Return ``date`` as responses show it."""
    return f"{instant(date):%Y-%m-%dT%H:%M:%SZ}"


def instant(date: dt.datetime) -> dt.datetime:
    """Return ``date`` in UTC; moto's dates have no time zone and are in UTC."""
    utc = dt.timezone.utc
    return date.replace(tzinfo=utc) if date.tzinfo is None else date.astimezone(utc)
