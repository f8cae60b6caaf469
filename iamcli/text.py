"""The text shapes of the legacy toolkit: what a line may be besides plain data."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import Any

    #: What a command yields: its lines, to be shown one after the other.
    Lines = Generator[str, None, None]


class Note(str):
    """A line about what was done or left, for standard error."""

    __slots__ = ()


class Secret(str):
    """A line that is shown once: it is written through at once, and its loss is thrown back."""

    __slots__ = ()


class Ready(str):
    """No line: it asks whether lines can be shown, before something is done that needs them.

    Where they cannot, OutputLost is thrown back. ``ON_TERMINAL`` also asks for a terminal.
    """

    __slots__ = ()


READY = Ready("ready")
ON_TERMINAL = Ready("on a terminal")


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
