"""The subcommands of ``iamcli`` as completion needs them, read from their declarations."""

from __future__ import annotations

import re
from typing import NamedTuple

import click

from iamcli.cli.check.explanations import EXPLANATIONS
from iamcli.cli.group import SUBCOMMANDS, group

#: What a value completes to, by how a word of its placeholder ends. Other values are free text.
KINDS = {
    # A command, a topic or a subcommand.
    "TOPIC": "page",
    **dict.fromkeys(("CODE", "CODES"), " ".join(["values", *EXPLANATIONS])),
    "COMMAND": "command",
    "DETAILS": "file",
    "DIR": "directory",
    # After a file, its entities.
    "ENTITY": "entity",
    "FILE": "file",
    "FILE.json": "file",
}
#: A command line, which is completed as if it had been typed alone.
LINE = "line"


class Row(NamedTuple):
    """An option: its ``names``, the ``kind`` of its value ("switch" for none), what it does.

    ``kind`` can also be "values", followed by the accepted values, or "names" and the kind of
    names. ``excluded``: the options that cannot follow it; ``placeholder``: that of its value;
    ``optional``: the value can be left out, and if there is one, it is in the same word, after "=";
    ``ends``: nothing follows the option.
    """

    names: tuple[str, ...]
    kind: str
    description: str
    excluded: tuple[str, ...]
    placeholder: str = ""
    optional: bool = False
    ends: bool = False


class Subcommand(NamedTuple):
    """A subcommand: its ``name``, its ``summary``, its options, the kind of its arguments.

    ``operand`` is "" if there are none; ``many``: whether there can be several.
    """

    name: str
    summary: str
    rows: tuple[Row, ...]
    operand: str
    many: bool


def program() -> Subcommand:
    """Return ``iamcli`` itself, with the options that can precede a subcommand."""
    return _described(group, _context())


def subcommands() -> list[Subcommand]:
    """Return the subcommands that users run, in the order in which ``iamcli`` lists them."""
    above = _context()
    found = [(name, group.get_command(above, name)) for name in SUBCOMMANDS]
    return [
        _described(command, click.Context(command, above, name))
        for name, command in found
        if command and not command.hidden
    ]


def _context() -> click.Context:
    return click.Context(group, info_name="iamcli", **group.context_settings)


def _described(command: click.Command, context: click.Context) -> Subcommand:
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    # Several words are searched in the pages; only one is the name of a page.
    many = any(one.nargs == -1 and _kind(one) != "page" for one in arguments)
    options = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    rows = sorted(_row(option) for option in options if not option.hidden)
    summary = _phrase(command.get_short_help_str(limit=200))
    name = context.info_name or ""
    return Subcommand(name, summary, tuple(rows), _operand(arguments), many)


def _row(option: click.Option) -> Row:
    names = tuple(sorted(option.opts, key=len))
    return Row(
        names,
        "switch" if option.is_flag else _kind(option),
        _phrase(option.help or ""),
        () if option.multiple else names,
        optional=(option.metavar or "").startswith("[="),
        ends=bool({"--help", "--version"} & set(names)),
    )


def _operand(arguments: list[click.Argument]) -> str:
    if not arguments:
        return ""
    last = arguments[-1]
    if last.nargs == -1 and isinstance(last.type, click.types.UnprocessedParamType):
        return LINE
    return _kind(last)


def _kind(parameter: click.Parameter) -> str:
    if isinstance(parameter.type, click.Choice):
        return " ".join(["values", *map(str, parameter.type.choices)])
    words = (parameter.metavar or "").strip("[].").split("|")
    return next((KINDS[end] for end in KINDS for word in words if word.endswith(end)), "text")


def _phrase(text: str) -> str:
    plain = re.sub(r"\.? +\[(default: .*)\]$", r"; \1", text)
    return plain[:1].lower() + plain[1:].removesuffix(".")
