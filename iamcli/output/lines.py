"""The text shapes of the legacy toolkit: what a line may be besides plain data."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any


class Note(str):
    """A line for standard error, about what was done or not done."""

    __slots__ = ()


class Secret(str):
    """A line that is shown once: it is written at once, and OutputLost is raised if it is lost."""

    __slots__ = ()


class RequireOutput:
    """Asks, before something is done that must be shown, whether lines can be printed.

    If they cannot, OutputLost is raised where it is yielded. ``terminal``: standard output must be
    a terminal.
    """

    def __init__(self, *, terminal: bool = False) -> None:
        self.terminal = terminal


if TYPE_CHECKING:
    #: What a command may yield.
    Line = str | RequireOutput
    #: What a command yields, in the order in which it is printed.
    Lines = Generator[Line, None, None]


def arn_and_id(entity: dict[str, Any], id_key: str) -> Lines:
    """Yield the ARN and the unique id of ``entity``; the id stands under ``id_key``.

    Ledger: two lines an entity.
    """
    yield entity["Arn"]
    yield entity[id_key]


def document(text: str) -> str:
    """Return a document as a line: byte for byte, its last newline being the line's own."""
    return text.removesuffix("\n")


def stored_document(encoded: str) -> str:
    """Return a policy document as the service stores it, from the form in which it is sent.

    The service percent-encodes documents (RFC 3986). Servers that do not are recognised by a
    brace, which no encoded document holds. Bytes that are no UTF-8 pass through unchanged.
    """
    if "{" in encoded:
        return document(encoded)
    from urllib.parse import unquote

    return document(unquote(encoded, errors="surrogateescape"))
