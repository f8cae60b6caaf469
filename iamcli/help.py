"""The help text: what ``-h`` shows, and what follows a usage error."""

from __future__ import annotations

from iamcli import documentation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.command import Command
    from iamcli.options import Option

_WIDTH = 80


def text(command: Command) -> str:
    """Return the help of ``command``: description, synopsis, options, example; 80 columns."""
    document = documentation.of(command)
    lines = list(_wrapped(document.summary, _WIDTH))
    for paragraph in document.description:
        lines += ["", *_wrapped(paragraph, _WIDTH)]
    lines += ["", f"{command.name} [options...]", "", *_table(command.all_options)]
    for example in document.examples[:1]:
        lines += ["", "Example:", f"  {example}"]
    lines += ["", f"See man {command.name}"]
    return "\n".join(lines) + "\n"


def marks(option: Option) -> str:
    """Return what a reader must know of how often ``option`` stands, in brackets."""
    words = []
    if option.required:
        words.append("required")
    if option.repeatable:
        words.append("repeatable")
    return f" ({', '.join(words)})" if words else ""


def _table(options: list[Option]) -> Iterator[str]:
    left = [_left(option) for option in options]
    width = max(map(len, left)) + 2
    for name, option in zip(left, options, strict=True):
        meaning = option.help + marks(option)
        if option.choices:
            meaning += f": {' or '.join(option.choices)}"
        if option.default:
            meaning += f"; default: {option.default}"
        first, *rest = _wrapped(meaning, _WIDTH - width)
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
