"""The response parser, which rejects responses that are not from IAM."""

from __future__ import annotations

import re
from functools import lru_cache

from botocore.parsers import QueryParser, ResponseParserError

from iamcli.client.changes import unknown_if_changing
from iamcli.connection.responses import ROOT, tags
from iamcli.errors import UNKNOWN_OPERATION, UnexpectedResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    #: An operation and its parameters.
    Request = tuple[str, dict[str, Any]]

#: The maximum size of all responses to a command (bytes): their contents, and what their tags and
#: attributes take. The largest accounts have 5,000 users and as many roles and policies, with
#: documents of 10 kB.
MAX_IN_ALL = 1 << 29
_TAG_SIZE = 64

#: HTTP statuses below this one are successes.
SUCCESS_LIMIT = 300

#: The root elements of error responses, from IAM and from servers that emulate it.
ERROR_ROOTS = frozenset({"Error", "ErrorResponse", "Response"})
#: The member of an error response if the server lacks the operation; no element has this name.
MISSING = "missing operation"
_NOT_IMPLEMENTED = 501
#: What Ceph answers to DeleteUserPolicy: another root element, with the metadata only.
_OF_CEPH = re.compile(
    rb'\s*(?:<\?xml\s[^>]*>\s*)?<DeleteUserPoliciesResponse xmlns="https://iam\.amazonaws\.com/doc/'
    rb'2010-05-08/">\s*<ResponseMetadata>[^<]*(?:<RequestId>[^<]*</RequestId>)?[^<]*'
    rb"</ResponseMetadata>\s*</DeleteUserPoliciesResponse>\s*"
)

#: What botocore raises for a response of another form, or one that is nested too deeply.
_DEFECTS = (ArithmeticError, LookupError, RecursionError, TypeError, UnboundLocalError, ValueError)


class ResponseStructure(dict[str, "Any"]):
    """A structure in the response to a ``request``, of this ``shape``.

    A member that it lacks raises UnexpectedResponse, or UnknownOutcome after a change. One that the
    shape lacks raises LookupError, because the service may have sent it.
    """

    __slots__ = ("_request", "_shape")

    def __init__(self, request: Request, shape: Any) -> None:
        super().__init__()
        self._request, self._shape = request, shape

    def __missing__(self, key: str) -> Any:
        if key not in self._shape.members:
            name = self._shape.name
            raise LookupError(
                f"iamcli/client/model.json has no {key} in {name}; if it is in UNREAD in "
                f"tools/slim_model.py, remove it, or add {name} to READ_WHOLE; then run: make model"
            )
        failure = UnexpectedResponse(
            f"unexpected response: it has no {key}; is this an IAM endpoint?"
        )
        raise unknown_if_changing(failure, *self._request)


class ResponseParser(QueryParser):  # type: ignore[misc]  # botocore has no types
    """botocore's parser of the response to the current ``request``; checks that it is from IAM.

    ``another_service``: whether the user named an endpoint that is not one of AWS.
    """

    def __init__(self, *, another_service: bool = False) -> None:
        # Parsing the dates would take most of the time of a long list.
        super().__init__(timestamp_parser=str)
        self.request: Request = ("", {})
        #: The operation that may be answered as Ceph does, or "".
        self._odd = "DeleteUserPolicy" if another_service else ""
        self._size = 0

    def create_parser(self, _protocol: str) -> ResponseParser:
        """Return itself: botocore asks a factory for a parser of each response."""
        return self

    def parse(self, response: dict[str, Any], shape: Any) -> Any:
        """Return the parsed response; raise ResponseParserError if it is not from the operation.

        Otherwise the sign-in page of a public network would look like a successful deletion. An
        error response that is not from IAM is parsed as an empty one. Raises UnexpectedResponse if
        all responses together are too large.
        """
        operation = response["context"]["operation_name"]
        body = response["body"]
        root = ROOT.match(body)
        name = root[1].decode() if root else ""
        self._size += len(body) + tags(body) * _TAG_SIZE
        if self._size > MAX_IN_ALL:
            raise UnexpectedResponse(
                "unexpected response: the responses to this command are too large in all; is this "
                "an IAM endpoint?"
            )
        if response["status_code"] < SUCCESS_LIMIT:
            of_ceph = operation == self._odd and _OF_CEPH.fullmatch(body)
            if name != f"{operation}Response" and not of_ceph:
                raise ResponseParserError(f"the root element for {operation} is {name}")
        elif name not in ERROR_ROOTS:
            response = {**response, "body": b"<ErrorResponse/>"}
        try:
            parsed = super().parse(response, shape)
            # botocore does not look for an error in the root element.
            error = parsed if name == "Error" else parsed.get("Error", {})
            if name in ("Error", "ErrorResponse") and _lacks(response["status_code"], error):
                parsed = {**parsed, "Error": error, MISSING: True}
        except AttributeError as error:
            # botocore makes a list of an element that occurs more than once. Any other object lacks
            # an attribute because botocore has changed, whatever the response is.
            if not isinstance(error.obj, list):
                raise
            raise ResponseParserError(str(error)) from error
        except _DEFECTS as error:
            raise ResponseParserError(str(error)) from error
        return parsed

    def _handle_structure(self, shape: Any, node: Any) -> ResponseStructure:
        """Parse a structure, five times as fast as botocore; long lists consist of structures."""
        if isinstance(node, list):
            raise ResponseParserError("the result occurs more than once")
        members = _members(shape)
        parsed = ResponseStructure(self.request, shape)
        for child in node:
            name, member = members.get(child.tag.rpartition("}")[2], ("", None))
            if name in parsed:
                raise ResponseParserError(f"{name} occurs more than once")
            if member:
                parsed[name] = self._parse_shape(member, child)
            elif name:
                parsed[name] = child.text or ""
        return parsed


def _lacks(status: int, error: dict[str, Any]) -> bool:
    """Return whether an ``error`` says that the server has no such operation; see ``IAM.lacks``."""
    code = str(error.get("Code") or "")
    named = code in UNKNOWN_OPERATION or (status, code) == (405, "MethodNotAllowed")
    return named or (status == _NOT_IMPLEMENTED and not f"0{code}".isdigit())


@lru_cache(None)
def _members(shape: Any) -> dict[str, tuple[str, Any]]:
    """Return the members of ``shape`` by their elements: the name, and the shape if it is no text.

    In the model of IAM, each member is an element of its own.
    """
    members = {}
    for name, member in shape.members.items():
        text = member.type_name in ("string", "timestamp")
        members[member.serialization.get("name", name)] = (name, None if text else member)
    return members
