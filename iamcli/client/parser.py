"""Whether an answer is IAM's: looked at before it is parsed, and while it is."""

from __future__ import annotations

from botocore.parsers import QueryParser, ResponseParserError

from iamcli.errors import UnexpectedResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from iamcli.errors import Failure

#: Far more elements than the service sends in one answer; each takes a hundred bytes of memory.
MAX_TAGS = 1 << 18

#: Statuses below are successes.
SUCCESSES = 300

#: The root elements of refusals: IAM's own, and those of servers that imitate it.
REFUSALS = frozenset({"Error", "ErrorResponse", "Response"})


class Answer(dict[str, "Any"]):
    """A structure of an answer; asking for a member that it lacks raises a Failure.

    ``missing`` makes that failure from the member's name.
    """

    __slots__ = ("_missing",)

    def __init__(self, members: dict[str, Any], missing: Callable[[str], Failure]) -> None:
        super().__init__(members)
        self._missing = missing

    def __missing__(self, key: str) -> Any:
        raise self._missing(key)


class Parser(QueryParser):  # type: ignore[misc]  # botocore has no types
    """botocore's parser, for which whatever cannot be parsed is not IAM's.

    ``missing``: makes the failure of an answer that lacks a member, from the member's name.
    """

    def __init__(self, missing: Callable[[str], Failure], **settings: Any) -> None:
        super().__init__(**settings)
        self._missing = missing

    def parse(self, response: dict[str, Any], shape: Any) -> Any:
        """Return the parsed answer; raise ResponseParserError if it is not what was asked for.

        A success of another operation is refused: the sign-in page of a hotel's network may be
        well-formed, and would pass for a deletion that was carried out. An error document that is
        not IAM's is parsed as one that says nothing.
        """
        operation = response["context"]["operation_name"]
        body = response["body"]
        name = _root(body) if body.count(b"<") <= MAX_TAGS else ""
        if response["status_code"] < SUCCESSES:
            if name != f"{operation}Response":
                raise ResponseParserError(f"{operation} is answered by {name}")
        elif name not in REFUSALS:
            response = {**response, "body": b"<ErrorResponse/>"}
        try:
            return super().parse(response, shape)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise ResponseParserError(str(error)) from error

    def _handle_structure(self, shape: Any, node: Any) -> Answer:
        return Answer(super()._handle_structure(shape, node), self._missing)

    def _handle_string(self, shape: Any, node: Any) -> str:
        text = super()._handle_string(shape, node)
        if not isinstance(text, str):
            raise ResponseParserError(f"{shape.name} is there more than once")
        return text


class ParserFactory:
    """Makes parsers, as botocore's factory does; ``missing`` is theirs."""

    def __init__(self) -> None:
        self.missing: Callable[[str], Failure] = UnexpectedResponse

    def create_parser(self, _protocol: str) -> Parser:
        """Return a parser that leaves dates as the service sends them."""
        # Parsing them takes most of a long list.
        return Parser(self.missing, timestamp_parser=str)


def _root(body: bytes) -> str:
    """Return the name of the root element, "" where anything but the XML declaration precedes it.

    No document type, with its entities that grow without end, ever comes from the service.
    """
    rest = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if rest.startswith(b"<?xml"):
        rest = rest.partition(b"?>")[2].lstrip()
    tag = rest[1:].partition(b">")[0].removesuffix(b"/").split(maxsplit=1)
    name = tag[0].decode("latin-1") if rest.startswith(b"<") and tag else ""
    return name if name.isalnum() else ""
