"""The help text, which is printed for ``-h``, and what is printed after a usage error."""

from __future__ import annotations

import os

from iamcli.help import docstring as documentation
from iamcli.help import synopsis
from iamcli.installation import is_one_file
from iamcli.output import progressline
from iamcli.parsing.shared import COMMON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamcli.command import Command
    from iamcli.parsing.options import Option

#: The width in a pipe or a file, and the largest one on a terminal (columns).
WIDTH, WIDEST = 80, 120
#: The fewest columns for the description of an option; if fewer are left, it has lines of its own.
_FEWEST = 24


def columns(descriptor: int) -> int:
    """Return the width for what is printed to ``descriptor``."""
    return min(progressline.columns(descriptor), WIDEST)


def fitted(text: str, first: str = "", rest: str = "  ", descriptor: int = 1) -> Iterator[str]:
    """Yield ``text`` after ``first``; on a terminal, ``wrapped``."""
    width = columns(descriptor) if os.isatty(descriptor) else None
    return wrapped(text.split(" "), width, first, rest)


def advice(text: str, indent: str) -> Iterator[str]:
    """Yield ``text``, which says what to do, as ``fitted`` does; a line to copy is not broken."""
    copied = ": " in text and not text.startswith("allowed: ")
    return iter([indent + text]) if copied else fitted(text, indent, indent)


def help_text(command: Command, width: int = WIDTH, *, strict: bool = False) -> str:
    """Return the help text of ``command``, in ``strict`` mode or not, wrapped to ``width`` columns.

    At 80 columns it fits on a screen of 24 rows. The rest is in the manual page.
    """
    document = documentation.of(command)
    lines = [*_usage(command, width), ""]
    for sentences in (document.summary, document.warning):
        lines += wrapped(plain(sentences).split(), width)
    if command.options:
        ordered = synopsis.ordered(command.options)
        rows = [(option, brief(option, strict=strict)) for option in ordered]
        lines += ["", *_table(rows, width)]
    lines += ["", "Common options:"]
    lines += wrapped([f"[{_use(option, ' | ')}]" for option in COMMON], width, "  ", "  ")
    for example in document.examples[:1]:
        lines += ["", "Example:", *(f"  {line}" for line in continued(example, width - 2))]
    # man does not find the pages of the one file, nor those of make demo without MANPATH.
    manual = "" if is_one_file() else f"man {command.name} or "
    lines += ["", *wrapped(f"See {manual}iamcli help {command.name}".split(), width)]
    return _joined(lines)


def usage_text(command: Command, option: Option | None, width: int = WIDTH) -> str:
    """Return what follows a usage error on a terminal, wrapped to ``width`` columns.

    It has few lines, so that the message stays on the screen: the ``option`` that the message is
    about, if it is about one, the usage, and how to see the help.
    """
    about = [option] if option else []
    about += [other for other in command.options if option and other.name == option.alternative]
    lines = [*_usage(command, width), f"For all options, type: {command.name} -h"]
    return options_text(about, width) + _joined(lines)


def options_text(options: Sequence[Option], width: int = WIDTH) -> str:
    """Return what each of ``options`` does, wrapped to ``width`` columns; "" if there is none."""
    return _joined([*_table([(option, meaning(option)) for option in options], width)])


def meaning(option: Option) -> str:
    """Return what ``option`` does and what it requires, with all its limits, on one line."""
    notes = _notes(option, required_alternative(option) if option.alternative else "")
    choices = f": {join_or(option.choices)}" if option.choices else ""
    return _clauses(option.help + notes + choices, option.limits, option.default)


def brief(option: Option, *, strict: bool = False) -> str:
    """Return what ``option`` does and what it requires, on a line of the help or a completion.

    ``strict``: in strict mode.
    """
    notes = _notes(option, f"or {option.alternative}" if option.alternative else "")
    what = join_or(option.choices) if option.choices else option.help
    default = (strict and option.strict_default) or option.default
    return _clauses(what + notes, option.brief, default)


def _notes(option: Option, alternative: str) -> str:
    """Return whether ``option`` is required and repeatable, in parentheses after a space."""
    notes = ["required"] * option.required + ["repeatable"] * option.repeatable
    return f" ({', '.join(filter(None, (alternative, *notes)))})" if alternative or notes else ""


def _clauses(what: str, limits: str, default: str) -> str:
    return plain("; ".join(filter(None, (what, limits, default and f"default: {default}"))))


def required_alternative(option: Option) -> str:
    """Return that ``option`` or its alternative is required."""
    names = sorted((option.name, option.alternative))
    return f"{' or '.join(names)} is required, not both"


def join_or(items: tuple[str, ...]) -> str:
    """Join two or more ``items`` as in prose: ``a, b or c``."""
    return " or ".join([", ".join(items[:-1]), items[-1]])


def plain(text: str) -> str:
    """Return ``text`` without the backquotes of literal text and the sections of manual pages."""
    return text.replace("`", "").replace("(1)", "")


def continued(line: str, width: int) -> list[str]:
    """Return the command ``line`` in lines of at most ``width`` columns, if its words allow that.

    It is broken before options, with a backslash.
    """
    pieces: list[str] = []
    quote = ""
    for word in line.split(" "):
        if pieces and (quote or not word.startswith("-") or word == "-"):
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
        for letter in word:
            if letter in "'\"" and quote in ("", letter):
                quote = "" if quote else letter
    if len(line) <= width:
        return [line]
    lines = [pieces[0]]
    for piece in pieces[1:]:
        if len(f"{lines[-1]} {piece} \\") <= width:
            lines[-1] += f" {piece}"
        else:
            lines[-1] += " \\"
            lines.append(f"    {piece}")
    return lines


def _usage(command: Command, width: int) -> Iterator[str]:
    """Yield the usage line, on several lines if it is long."""
    head = f"Usage: {command.name}"
    items = [*map(_item, synopsis.items(command)), f"[{synopsis.COMMON}]"]
    indent = len(head) + 1
    if indent > width // 2:
        yield head
        head, indent = " " * 3, 4
    yield from wrapped([*_narrow(items, width - indent)], width, f"{head} ", " " * indent)


def _narrow(items: Iterable[str], width: int) -> Iterator[str]:
    """Yield ``items``, those that are too wide as one word for each alternative."""
    for item in items:
        first, bar, last = item.partition(" | ") if len(item) > width else (item, "", "")
        yield first + bar.rstrip()
        if last:
            yield last


def _item(item: synopsis.SynopsisItem) -> str:
    text = " | ".join(_with_value(option.name, option) for option in item.options)
    if item.optional:
        return f"[{text}]{'...' * item.repeatable}"
    return f"{{{text}}}" if len(item.options) > 1 else text


def _use(option: Option, separator: str) -> str:
    """Return the names of ``option``, separated by ``separator``, and its placeholder."""
    return _with_value(separator.join(option.names), option)


def _with_value(names: str, option: Option) -> str:
    return f"{names} {option.metavar}" if option.metavar else names


def _table(rows: list[tuple[Option, str]], width: int) -> Iterator[str]:
    """Yield lines with the names of options and their descriptions."""
    names = [_use(option, ", ") for option, _ in rows]
    indent = max(map(len, names), default=0) + 4
    below = width - indent < _FEWEST
    if below:
        indent = 8
    for name, (_, text) in zip(names, rows, strict=True):
        left = f"  {name}"
        if below:
            yield left
            left = ""
        yield from wrapped(text.split(), width, f"{left:{indent}}", " " * indent)


def wrapped(words: list[str], width: int | None, first: str = "", rest: str = "") -> Iterator[str]:
    """Yield ``words``, none of them broken, in lines of at most ``width`` columns.

    The lines begin with ``first`` and ``rest``. Without ``width``, there is one.
    """
    # Importing textwrap takes 4 ms.
    line = ""
    for word in words:
        if line and width and len(f"{first}{line} {word}") > width:
            yield first + line.rstrip()
            first, line = rest, ""
        line = f"{line} {word}" if line else word
    if line:
        yield first + line


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
