"""The help text, which is printed for ``-h``, and what is printed after a usage error."""

from __future__ import annotations

from iamcli.errors import FAILED, INTERRUPTED
from iamcli.help import docstring as documentation
from iamcli.help import style, synopsis
from iamcli.parsing.shared import COMMON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamcli.command import Command
    from iamcli.parsing.options import Option

_WIDTH = 80

#: When a command ends with each exit status.
STATUSES = {0: "on success", FAILED: "on failure", INTERRUPTED: "if interrupted"}


def help_text(command: Command, *, styled: bool = False) -> str:
    """Return the help text of ``command``, wrapped to 80 columns except for the example.

    ``styled``: with the control sequences of terminals for bold and colour.
    """
    document = documentation.of(command)
    lines = [*_usage(command), "", *_wrapped(document.summary.split(), _WIDTH)]
    for title, options in (("Options", command.options), ("Common options", COMMON)):
        if options:
            lines += ["", style.bold(f"{title}:"), *_table(synopsis.ordered(options))]
    for paragraph in document.description:
        lines += ["", *_wrapped(plain(paragraph).split(), _WIDTH)]
    statuses = ", ".join(f"{status} {condition}" for status, condition in STATUSES.items())
    lines += ["", f"{style.bold('Exit status:')} {statuses}"]
    for example in document.examples[:1]:
        lines += ["", style.bold("Example:"), f"  {example}"]
    lines += ["", f"See man {command.name}"]
    return _joined(lines).translate(style.ANSI if styled else style.PLAIN)


def usage_text(command: Command, option: Option | None) -> str:
    """Return what follows a usage error on a terminal, wrapped to 80 columns.

    It has few lines, so that the message stays on the screen: the ``option`` that the message is
    about, if it is about one, the usage, and how to see the help.
    """
    lines = list(_table([option])) if option else []
    lines += [*_usage(command), f"For all options, type: {command.name} -h"]
    return _joined(lines).translate(style.PLAIN)


def meaning(option: Option, *, limits: bool = True) -> str:
    """Return what ``option`` does, whether it is required, its choices and default, on one line.

    ``limits``: whether to include the requirements for its value, which are too long for
    completion.
    """
    parts = [option.help + option_annotations(option)]
    if option.choices:
        parts[0] += f": {join_or(option.choices)}"
    if option.limits and limits:
        parts.append(option.limits)
    if option.default:
        parts.append(f"default: {option.default}")
    return plain("; ".join(parts))


def option_annotations(option: Option) -> str:
    """Return whether ``option`` is required and repeatable, in parentheses after a space."""
    parts = []
    if option.required:
        parts.append("required")
    if option.alternative:
        parts.append(required_alternative(option))
    if option.repeatable:
        parts.append("repeatable")
    return f" ({', '.join(parts)})" if parts else ""


def required_alternative(option: Option) -> str:
    """Return that ``option`` or its alternative is required."""
    names = sorted((option.name, option.alternative))
    return f"{' or '.join(names)} is required, not both"


def join_or(items: tuple[str, ...]) -> str:
    """Join two or more ``items`` as in prose: ``a, b or c``."""
    return " or ".join([", ".join(items[:-1]), items[-1]])


def plain(text: str) -> str:
    """Return ``text`` without the backquotes that mark literal text."""
    return text.replace("`", "")


def _usage(command: Command) -> Iterator[str]:
    """Yield the usage line, on several lines if it is long."""
    head = f"{style.bold('Usage:')} {style.bold(command.name)} "
    items = [*map(_item, synopsis.items(command)), f"[{style.placeholder(synopsis.COMMON)}]"]
    indent = style.width(head)
    for line in _wrapped(items, _WIDTH - indent):
        yield f"{head}{line}"
        head = " " * indent


def _item(item: synopsis.Item) -> str:
    text = " | ".join(_use(option, option.name) for option in item.options)
    if item.optional:
        return f"[{text}]{'...' * item.repeatable}"
    return f"{{{text}}}" if len(item.options) > 1 else text


def _use(option: Option, *names: str) -> str:
    """Return the ``names`` of ``option`` and its placeholder."""
    named = ", ".join(map(style.bold, names))
    return f"{named} {style.placeholder(option.metavar)}" if option.metavar else named


def _table(options: list[Option]) -> Iterator[str]:
    names = [_use(option, *option.names) for option in options]
    width = max(map(style.width, names)) + 2
    for name, option in zip(names, options, strict=True):
        left = f"  {name}{' ' * (width - style.width(name))}"
        for line in _wrapped(meaning(option).split(), _WIDTH - width - 2):
            yield f"{left}{line}"
            left = " " * (width + 2)


def _wrapped(words: Iterable[str], width: int) -> Iterator[str]:
    """Yield ``words`` in lines of at most ``width`` columns (importing textwrap takes 4 ms)."""
    line, used = "", 0
    for word in words:
        columns = style.width(word)
        if line and used + 1 + columns <= width:
            line, used = f"{line} {word}", used + 1 + columns
            continue
        if line:
            yield line
        line, used = word, columns
    yield line


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
