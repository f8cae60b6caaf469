"""The commands that messages suggest, quoted so that they can be pasted into a shell."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_SAFE = re.compile(r"[\w@%+:,./-][\w@%+=:,./-]*", re.ASCII)
#: A parameter of a command, such as ``{UserName}``.
_PLACE = re.compile(r"\{(\w+)\}")
#: Quotation marks that word processors and web pages substitute for the ASCII ones.
_TYPOGRAPHIC = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f"


def typographic(text: str) -> list[int]:
    """Return the indexes of the typographic quotation marks in ``text``."""
    return [index for index, character in enumerate(text) if character in _TYPOGRAPHIC]


def pasted(number: int, place: str) -> str:
    """Return what is said about ``number`` typographic quotation marks, the first at ``place``."""
    counted = f"{number} typographic quotes (the first: {place})"
    one = f"a typographic quote ({place})"
    return f"{counted if number > 1 else one}, as pasted from a web page"


def quoted(word: str) -> str:
    """Return ``word`` as one word of a command line for sh, bash and zsh."""
    # A word that begins with = is a command to zsh.
    return word if _SAFE.fullmatch(word) else "'" + word.replace("'", "'\"'\"'") + "'"


def command_line(*words: str) -> str:
    """Return the command line with these ``words``."""
    return " ".join(map(quoted, words))


def file(name: str) -> str:
    """Return the ``name`` of a file as a word that no command takes for an option."""
    return quoted(f"./{name}" if name.startswith("-") else name)


def option(name: str, value: str) -> str:
    """Return the option ``name``, such as ``-u`` or ``--profile``, with its ``value``.

    After a long name, a value that begins with a dash is attached: ``aws`` takes it for an option.
    """
    attached = name.startswith("--") and value.startswith("-")
    return f"{name}{'=' if attached else ' '}{quoted(value)}"


def filled(command: str, parameters: Mapping[str, Any]) -> str:
    """Return ``command`` with the values of ``parameters`` in place of their names in braces.

    Raises KeyError if one of them has no value.
    """
    return _PLACE.sub(lambda place: quoted(str(parameters[place[1]])), command)
