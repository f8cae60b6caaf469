"""The style of the help text: marks in the text, which become bold and colour on a terminal.

The marks are control characters, which the text has no other use for, so that the width of a line
is the number of its other characters.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

#: The marks: headings and literal text; placeholders; the end of both.
_BOLD, _PLACEHOLDER, _END = _MARKS = "\x02", "\x03", "\x04"

#: What replaces the marks.
PLAIN: Mapping[int, str] = {ord(mark): "" for mark in _MARKS}
ANSI: Mapping[int, str] = {
    ord(_BOLD): "\x1b[1m",
    ord(_PLACEHOLDER): "\x1b[36m",
    ord(_END): "\x1b[0m",
}


def bold(text: str) -> str:
    """Return ``text`` marked as a heading or as literal text."""
    return f"{_BOLD}{text}{_END}"


def placeholder(text: str) -> str:
    """Return ``text`` marked as a placeholder."""
    return f"{_PLACEHOLDER}{text}{_END}"


def width(text: str) -> int:
    """Return the number of columns of ``text``."""
    return len(text) - sum(map(text.count, _MARKS))


def wanted(environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Return whether to print bold and colour; ``terminal``: the text goes to a terminal.

    Source: the conventions for NO_COLOR, CLICOLOR_FORCE and TERM. An empty variable is not set.
    """
    if environment.get("NO_COLOR"):
        return False
    if environment.get("CLICOLOR_FORCE", "") not in ("", "0"):
        return True
    return terminal and environment.get("TERM") != "dumb"
