"""The help text: what ``-h`` shows, and what follows a usage error."""

from __future__ import annotations

from iamcli.errors import FAILED, INTERRUPTED
from iamcli.help import docstring as documentation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.command import Command
    from iamcli.parsing.options import Option

_WIDTH = 80

#: What each exit status says.
STATUSES = {0: "all was done", FAILED: "something failed", INTERRUPTED: "interrupted"}


def help_text(command: Command) -> str:
    """Return the help of ``command``: description, synopsis, options, example; 80 columns."""
    document = documentation.of(command)
    lines = list(_wrapped(document.summary, _WIDTH))
    for paragraph in document.description:
        lines += ["", *_wrapped(plain(paragraph), _WIDTH)]
    lines += ["", f"{command.name} [options...]", "", *_table(command.all_options)]
    statuses = ", ".join(f"{status} {meaning}" for status, meaning in STATUSES.items())
    lines += ["", f"Exit status: {statuses}"]
    for example in document.examples[:1]:
        lines += ["", "Example:", f"  {example}"]
    lines += ["", f"See man {command.name}"]
    return "\n".join(lines) + "\n"


def meaning(option: Option, *, limits: bool = True) -> str:
    """Return what ``option`` does and what else a reader must know of it, on one line.

    Completion does without the ``limits``: there is no room for them.
    """
    parts = [option.help + marks(option)]
    if option.choices:
        parts[0] += f": {listed(option.choices)}"
    if option.limits and limits:
        parts.append(option.limits)
    if option.default:
        parts.append(f"default: {option.default}")
    return plain("; ".join(parts))


def marks(option: Option) -> str:
    """Return how often ``option`` has to stand and may stand, in brackets."""
    words = []
    if option.required:
        words.append("required")
    if option.instead:
        words.append(f"exactly one of {' and '.join(sorted((option.name, option.instead)))}")
    if option.repeatable:
        words.append("repeatable")
    return f" ({', '.join(words)})" if words else ""


def listed(words: tuple[str, ...]) -> str:
    """Return ``words`` as a reader says them: a, b or c."""
    return " or ".join([", ".join(words[:-1]), words[-1]])


def plain(text: str) -> str:
    """Return ``text`` without the backquotes around what is meant letter by letter."""
    return text.replace("`", "")


def _table(options: list[Option]) -> Iterator[str]:
    left = [_left(option) for option in options]
    width = max(map(len, left)) + 2
    for name, option in zip(left, options, strict=True):
        first, *rest = _wrapped(meaning(option), _WIDTH - width)
        yield f"{name:{width}}{first}"
        for line in rest:
            yield f"{'':{width}}{line}"


def _left(option: Option) -> str:
    names = ", ".join(option.names)
    return names if option.switch else f"{names} {option.metavar}"


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Yield ``text`` in lines of at most ``width``, broken at blanks (textwrap costs 4 ms)."""
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line
