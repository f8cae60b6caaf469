"""Conversion of prose to mdoc(7): one sentence per line; options, pages and others as macros."""

from __future__ import annotations

import re
import textwrap

WIDTH = 78

_WORD = re.compile(r"\*\*[^*]+\*\*\S*|[^\s`]*`[^`]*`[^\s`]*|\S+")
_PARTS = re.compile(
    r"(?P<opening>\(*)(?P<core>\*\*[^*]+\*\*|`[^`]*`|[a-z][a-z-]+\([1-9]\)|.*?)(?P<closing>[.,:;)]*)"
)
_OPTION = re.compile(r"-(-[a-z][a-z-]+|[a-z][0-9]?)")
_PAGE = re.compile(r"([a-z-]+)\(([1-9])\)")
_VARIABLE = re.compile(r"[A-Z]+(_[A-Z]+)+")
#: Arguments that mdoc would interpret as a macro or as punctuation.
_SPECIAL = re.compile(r"[A-Z%][A-Za-z0-9]{1,2}|[][().,:;?!|]")


def prose(text: str, page: str = "") -> list[str]:
    """Return ``text`` as lines of mdoc; ``page`` is the name of the page that contains it."""
    lines: list[str] = []
    pending: list[str] = []
    words = _WORD.findall(text)
    for word, following in zip(words, [*words[1:], ""], strict=False):
        macro = _macro(word, page)
        if not macro:
            pending.append(word)
        if macro or (word.rstrip(")").endswith(".") and not following[:1].islower()):
            lines += [*filled(" ".join(pending)), *filter(None, [macro])]
            pending.clear()
    return lines + filled(" ".join(pending))


def filled(text: str) -> list[str]:
    """Return ``text`` without macros as lines of at most WIDTH columns."""
    lines = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    return [guarded(line) for line in lines]


#: ASCII characters that groff would replace by typographic ones.
_ESCAPES = str.maketrans(
    {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "~": r"\(ti", "^": r"\(ha"}
)


def literal(text: str) -> str:
    """Return ``text`` as a line that mdoc prints unchanged."""
    return guarded(text.translate(_ESCAPES))


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


def _macro(word: str, page: str) -> str | None:
    """Return the macro line for ``word``, or None if it is plain text."""
    parts = _PARTS.fullmatch(word)
    if not parts:
        return None
    core = parts["core"]
    if reference := _PAGE.fullmatch(core):
        name, section = reference.groups()
        macro = ["Nm"] if name == page else ["Xr", name, section]
    elif core.startswith("**"):
        macro = ["Sy", argument(core.strip("*`"))]
    elif core.startswith("`"):
        macro = ["Ql", argument(core.strip("`"))]
    elif _OPTION.fullmatch(core):
        macro = ["Fl", core[1:]]
    elif _VARIABLE.fullmatch(core):
        macro = ["Ev", core]
    else:
        return None
    return " ".join([f".{macro[0]}", *parts["opening"], *macro[1:], *parts["closing"]])
