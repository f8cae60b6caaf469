"""Invisible characters in names: a list that was made on Windows ends each line with one."""

from __future__ import annotations

from iamcli.errors import Failure, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from iamcli.parsing.options import Option

#: The names of invisible characters; others are named by their code.
_NAMES = {
    "\t": "a tab",
    "\n": "a line feed",
    "\r": "a carriage return",
    "\xa0": "a no-break space",
    "\u202f": "a narrow no-break space",
    "\ufeff": "a byte order mark",
}
_ADVICE = {"\r": "remove it, as lines of Windows files end with one"}

#: The service accepts this control character in paths, and so in ARNs.
_DELETE = "\x7f"


def require_visible(options: Iterable[Option], values: Mapping[str, Any]) -> None:
    """Raise Failure if a name, path, ID or ARN in ``values`` contains an invisible character.

    ``options``: those of the command. The service accepts none of these characters in them; other
    values may contain some (``Option.free``). Source: LEGACY.md (invisible characters).
    """
    for option in options:
        value = values[option.dest]
        if option.free or option.secret or option.complete == "file":
            continue
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and not text.isprintable():
                _require_visible(option, text)


def _require_visible(option: Option, text: str) -> None:
    for position, character in enumerate(text, 1):
        if not character.isprintable() and not (character == _DELETE and "/" in text):
            name = _NAMES.get(character, f"the invisible character U+{ord(character):04X}")
            where = f"character {position} of {visible(text)}"
            advice = _ADVICE.get(character, "remove it")
            raise Failure(f"{option.name} contains {name} ({where}); {advice}")
