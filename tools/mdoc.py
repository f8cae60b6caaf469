"""Conversion of prose to mdoc(7): one sentence per line; options, pages and variables as macros."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDTH = 78

_WORD = re.compile(r"[^\s`]*`[^`]*`[^\s`]*|\S+")
_PARTS = re.compile(r"(?P<opening>\(*)(?P<core>`[^`]*`|.*?)(?P<closing>[.,:;)]*)")
_OPTION = re.compile(r"-(-[a-z][a-z-]+|[a-z][0-9]?)")
_PAGE = re.compile(r"(\(*)([a-z][a-z-]+)\(([1-9])\)([.,:;)]*)")
_VARIABLE = re.compile(r"[A-Z]+(_[A-Z]+)+")
#: Arguments that mdoc would interpret as a macro or as punctuation.
_SPECIAL = re.compile(r"[A-Z%][A-Za-z0-9]{1,2}|[][().,:;?!|]")


def prose(text: str, page: str = "") -> list[str]:
    """Return ``text`` as lines of mdoc; ``page`` is the name of the page that contains it."""
    lines: list[str] = []
    pending: list[str] = []

    def flush() -> None:
        lines.extend(filled(" ".join(pending)))
        pending.clear()

    words = _WORD.findall(text)
    for word, following in zip(words, [*words[1:], ""], strict=True):
        macro = _macro(word, page)
        if macro:
            flush()
            lines.append(macro)
        else:
            pending.append(word)
        if word.rstrip(")").endswith(".") and following[:1] not in _LOWER:
            flush()
    flush()
    return lines


_LOWER = "abcdefghijklmnopqrstuvwxyz"


def filled(text: str) -> Iterator[str]:
    """Yield ``text`` without macros as lines of at most WIDTH columns."""
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > WIDTH:
            yield guarded(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        yield guarded(line)


def literal(text: str) -> str:
    """Return ``text`` as a line that mdoc prints unchanged."""
    for letter, escape in _ESCAPES:
        text = text.replace(letter, escape)
    return guarded(text)


#: ASCII characters that groff would replace by typographic ones; the backslash must be first.
_ESCAPES = (
    ("\\", r"\e"),
    ("-", r"\-"),
    ("'", r"\(aq"),
    ("`", r"\(ga"),
    ("~", r"\(ti"),
    ("^", r"\(ha"),
)


def argument(text: str) -> str:
    """Return ``text`` as one argument of a macro, printed unchanged."""
    escaped = literal(text).replace('"', r"\(dq")
    if _SPECIAL.fullmatch(text):
        escaped = rf"\&{escaped}"
    elif text.endswith((".", ",", ":", ";")):
        escaped = rf"{escaped}\&"
    return f'"{escaped}"' if " " in text else escaped


def guarded(line: str) -> str:
    """Return ``line`` so that roff does not interpret it as a request."""
    return rf"\&{line}" if line.startswith((".", "'")) else line


def tagged(items: Iterable[tuple[str, list[str]]]) -> list[str]:
    """Return a list of terms, each with the lines that describe it."""
    lines = [".Bl -tag -width Ds"]
    for term, text in items:
        lines += [f".It {term}", *text]
    return [*lines, ".El"]


def _macro(word: str, page: str) -> str | None:
    """Return the macro line for ``word``, or None if it is plain text."""
    reference = _PAGE.fullmatch(word)
    if reference:
        opening, name, section, closing = reference.groups()
        macro = ["Nm"] if name == page else ["Xr", name, section]
        return " ".join([f".{macro[0]}", *opening, *macro[1:], *closing])
    parts = _PARTS.fullmatch(word)
    core = parts["core"] if parts else ""
    if not parts or not core:
        return None
    if core.startswith("`"):
        macro = ["Ql", argument(core.strip("`"))]
    elif _OPTION.fullmatch(core):
        macro = ["Fl", core[1:]]
    elif _VARIABLE.fullmatch(core):
        macro = ["Ev", core]
    else:
        return None
    return " ".join([f".{macro[0]}", *parts["opening"], *macro[1:], *parts["closing"]])
