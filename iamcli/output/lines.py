"""What a command can yield, and the line formats of the legacy toolkit."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from typing import Any


class Note(str):
    """A line for standard error that is not an error."""

    __slots__ = ()


class Secret(str):
    """A line that is shown only once.

    It is flushed immediately. If it cannot be written, OutputLost is raised where it was yielded.
    """

    __slots__ = ()


class Drawing(Secret):
    """A secret with control sequences, which a terminal obeys."""

    __slots__ = ()


class RequireOutput:
    """Checks that standard output can be written, before a secret is created.

    If it cannot, OutputLost is raised where this was yielded. ``terminal``: standard output must
    be a terminal. ``widths``: the terminal must show rows with these numbers of columns at once.
    """

    def __init__(self, *, terminal: bool = False, widths: Sequence[int] = ()) -> None:
        self.terminal = terminal
        self.widths = widths


if TYPE_CHECKING:
    #: An item that a command can yield.
    Line = str | RequireOutput
    #: The output of a command, in order.
    Lines = Generator[Line, None, None]


def arn_and_id(entity: dict[str, Any], id_key: str) -> Lines:
    """Yield the ARN and the unique ID of ``entity``, which is its member ``id_key``.

    Source: LEGACY.md (output of ``-v``).
    """
    yield entity["Arn"]
    yield entity[id_key]


def document(text: str) -> str:
    """Return a document as a line: unchanged, but without its last newline."""
    return text.removesuffix("\n")


def stored_document(encoded: str) -> str:
    """Return a policy document as a line, decoded from the form in which the service sends it.

    The service percent-encodes documents (RFC 3986). A document with a brace is not encoded; some
    servers that emulate IAM send those. Bytes that are not UTF-8 are kept.
    """
    if "{" in encoded:
        return document(encoded)
    from urllib.parse import unquote

    return document(unquote(encoded, errors="surrogateescape"))
