"""Java properties files, the format of the credential file and the client configuration."""

from __future__ import annotations

import os

from iamcli.config import files
from iamcli.errors import Failure, file_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_BLANKS = " \t\f"


class Property(str):
    """A value, with the number of the ``line`` on which it starts, counted from 1."""

    __slots__ = ("line",)
    line: int


def read(name: str) -> dict[str, Property]:
    """Return the properties in the file ``name``; the last value of a repeated key is used.

    Raises Failure with the reason only ("is a directory"), to which the caller adds the file.
    Source: java.util.Properties.load.
    """
    try:
        if os.path.isdir(name):
            raise Failure("is a directory")
        content = files.read(name, files.MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        raise Failure(f"cannot be read: {file_error(error)}") from None
    if len(content) > files.MAX_SIZE:
        raise Failure(f"is larger than {files.MAX_SIZE} bytes")
    return parse(_decoded(content))


def parse(text: str) -> dict[str, Property]:
    """Return the properties in ``text``, without the blanks around keys and values."""
    entries = {}
    for number, line in _logical_lines(text):
        key, value = map(_unescaped, _split(line))
        entries[key] = Property(value.strip())
        entries[key].line = number
    return entries


def _decoded(content: bytes) -> str:
    # Java reads ISO-8859-1; current editors write UTF-8, some with a byte order mark.
    try:
        return content.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the number and text of each property, with its continuation lines joined."""
    pending: list[str] = []
    first = 0
    for number, natural in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        line = natural.lstrip(_BLANKS)
        if not pending:
            if not line or line[0] in "#!":
                continue
            first = number
        continued = (len(line) - len(line.rstrip("\\"))) % 2
        if part := line[: len(line) - continued]:
            pending.append(part)
        if not continued:
            yield first, "".join(pending)
            pending = []
    if pending:
        yield first, "".join(pending)


def _split(line: str) -> tuple[str, str]:
    """Split at the first separator: a blank, ``=`` or ``:``, with the blanks around it."""
    place = 0
    while place < len(line) and line[place] not in f"=:{_BLANKS}":
        place += 2 if line[place] == "\\" else 1
    rest = line[place:].lstrip(_BLANKS)
    if rest[:1] in ("=", ":"):
        rest = rest[1:]
    return line[:place], rest


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    import re

    plain = re.sub(r"\\(?:u(.{0,4})|(.?))", _character, text, flags=re.DOTALL)
    # Java escapes a character above U+FFFF as two surrogates.
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _character(escape: re.Match[str]) -> str:
    digits, letter = escape.groups()
    if digits is None:
        return _ESCAPES.get(letter, letter)
    try:
        return chr(int(digits, 16))
    except ValueError:
        return f"u{digits}"
