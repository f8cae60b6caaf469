"""The help text, which is printed for ``-h`` and after a usage error."""

from __future__ import annotations

from iamcli.errors import FAILED, INTERRUPTED
from iamcli.help import docstring as documentation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.command import Command
    from iamcli.parsing.options import Option

_WIDTH = 80

#: When a command ends with each exit status.
STATUSES = {0: "on success", FAILED: "on failure", INTERRUPTED: "if interrupted"}


def help_text(command: Command) -> str:
    """Return the help text of ``command``, wrapped to 80 columns except for the example."""
    document = documentation.of(command)
    lines = list(_wrapped(document.summary, _WIDTH))
    for paragraph in document.description:
        lines += ["", *_wrapped(plain(paragraph), _WIDTH)]
    lines += ["", f"{command.name} [options...]", "", *_table(command.all_options)]
    statuses = ", ".join(f"{status} {condition}" for status, condition in STATUSES.items())
    lines += ["", f"Exit status: {statuses}"]
    for example in document.examples[:1]:
        lines += ["", "Example:", f"  {example}"]
    lines += ["", f"See man {command.name}"]
    return "\n".join(lines) + "\n"


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


def _table(options: list[Option]) -> Iterator[str]:
    names = [_names(option) for option in options]
    width = max(map(len, names)) + 2
    for name, option in zip(names, options, strict=True):
        first, *rest = _wrapped(meaning(option), _WIDTH - width)
        yield f"{name:{width}}{first}"
        for line in rest:
            yield f"{'':{width}}{line}"


def _names(option: Option) -> str:
    names = ", ".join(option.names)
    return names if option.switch else f"{names} {option.metavar}"


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Yield ``text`` in lines of at most ``width`` columns (importing textwrap takes 4 ms)."""
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line
