"""Generate the completions for bash, zsh and fish from the declarations of the commands.

Writes completions/bash, completions/zsh and completions/fish. Prints what changed; with --check,
changes nothing and exits 1 if something would change.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import generated
from subcommands import LINE, Row, Subcommand, program, subcommands

from iamcli.cli import index
from iamcli.cli.manual import TOPICS
from iamcli.help import synopsis
from iamcli.help.text import brief
from iamcli.operations.names import KINDS
from iamcli.parsing.shared import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from iamcli.command import Command
    from iamcli.parsing.options import Option

FOLDER = generated.ROOT / "completions"
TEMPLATES = generated.ROOT / "tools" / "completions"

#: Fixed values, by the kind of value that an option completes.
FIXED_VALUES = {"path": ("/",), "assignment": ("Assigned", "Unassigned", "Any")}


def described(options: Iterable[Option]) -> list[Row]:
    """Return the ``options`` of a command as rows."""
    rows = []
    for option in options:
        excluded = () if option.repeatable else option.names
        if option.alternative:
            excluded = (*excluded, option.alternative)
        placeholder = (option.metavar or "").lower()
        rows.append(Row(option.names, kind(option), brief(option), excluded, placeholder))
    return rows


def kind(option: Option) -> str:
    """Return the kind of the value of ``option``, as in a ``Row``."""
    if option.switch:
        return "switch"
    if values := option.choices or FIXED_VALUES.get(option.complete):
        return " ".join(["values", *values])
    if option.complete == "policy" or option.complete in KINDS:
        return f"names {option.complete}"
    return option.complete or "text"


def own(command: Command) -> list[Row]:
    """Return the options of ``command`` without the common ones, required ones first."""
    return described(synopsis.ordered(command.options))


def filled(template: str, **parts: Iterable[str]) -> str:
    """Return the text of ``template`` with lines in place of ``@PART@`` for each of ``parts``."""
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    for name, lines in parts.items():
        text = text.replace(f"@{name.upper()}@", "\n".join(lines))
    # What iamcli help shows besides commands.
    text = text.replace("@PAGES@", " ".join(TOPICS))
    return text.replace("@NAMES@", " ".join(command.name for command in index.commands()))


def quoted(text: str) -> str:
    """Return ``text`` quoted for bash and zsh."""
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"


# bash: four fields per option: its name, the kind of its value (after "optional " if it can be left
# out), the options that it excludes, its description.


def bash() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file for bash."""
    cases = [
        line
        for command in index.commands()
        for line in _bash_case(command.name, "table+=", own(command))
    ]
    common = _bash_rows(described(COMMON), 8)
    text = filled("iamcli.bash", common=common, commands=cases, subcommands=_bash_program())
    yield "iamcli", text
    for command in index.commands():
        comment = f"# Completion of {command.name}(1) for bash, which loads it by its file name."
        yield command.name, f'{comment}\n. "${{BASH_SOURCE[0]%/*}}/iamcli"\n'


def _bash_program() -> Iterator[str]:
    names = [Row((one.name,), "switch", one.summary, (one.name,)) for one in subcommands()]
    yield from _bash_case("iamcli", "table=", [*names, *program().rows], "")
    for one in subcommands():
        yield from _bash_case(f"'iamcli {one.name}'", "table=", one.rows, one.operand)


def _bash_case(
    pattern: str, assignment: str, rows: Sequence[Row], operand: str | None = None
) -> Iterator[str]:
    yield f"        {pattern})"
    if operand is not None:
        yield f"            operand={quoted(operand)}"
    if rows:
        yield f"            {assignment}("
        yield from _bash_rows(rows, 16)
        yield "            )"
    yield "            ;;"


def _bash_rows(rows: Iterable[Row], indent: int) -> Iterator[str]:
    for row in rows:
        value = f"optional {row.kind}" if row.optional else row.kind
        for name in row.names:
            fields = [name, value, " ".join(row.excluded), row.description]
            yield " " * indent + " ".join(map(quoted, fields))


# zsh: the specifications for _arguments.

#: What completes a value, by its kind. Their descriptions are the kinds.
_ZSH_ACTIONS = {
    "command": "compadd -a commands",
    "directory": "_files -/",
    "entity": "_iamcli_entities",
    "file": "_files",
    "page": "{compadd -a pages; [[ -z $PREFIX ]] || compadd -a commands short}",
}
_ZSH_LINE = ("(-)1:command:_command_names -e", "*::arguments:_normal")


def zsh() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of the file for zsh."""
    found = subcommands()
    text = filled(
        "iamcli.zsh",
        common=(f"    {spec}" for spec in _zsh_specs(described(COMMON))),
        commands=(line for command in index.commands() for line in _zsh_case(command)),
        subcommands=(f"        {quoted(_zsh_named(one))}" for one in found),
        program=(f"            {spec} \\" for spec in _zsh_specs(program().rows)),
        arguments=(f"        {one.name}) _arguments {_zsh_arguments(one)} ;;" for one in found),
    )
    yield "_iamcli", text


def _zsh_case(command: Command) -> Iterator[str]:
    yield f"    {command.name})"
    if command.options:
        yield "        specs+=("
        yield from (f"            {spec}" for spec in _zsh_specs(own(command)))
        yield "        )"
    yield "        ;;"


def _zsh_specs(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        text = _zsh_escaped(row.description)
        value = _zsh_value(row.kind, row.placeholder)
        for name in row.names:
            others = "- *" if row.ends else " ".join(each for each in row.excluded if each != name)
            group = f"({others})" if others else ""
            star = "" if name in row.excluded else "*"
            equals = "=" if name.startswith("--") and value else ""
            # "=-" and a second colon: only the word of the option can contain the value.
            equals, colon = ("=-", ":") if row.optional else (equals, "")
            yield quoted(f"{group}{star}{name}{equals}[{text}]{colon}{value}")


def _zsh_arguments(one: Subcommand) -> str:
    operands = _ZSH_LINE if one.operand == LINE else (_zsh_value(one.operand),)
    star = "*" if one.many and one.operand != LINE else ""
    return " ".join([*_zsh_specs(one.rows), *(quoted(star + each) for each in operands if each)])


def _zsh_value(kind: str, placeholder: str = "") -> str:
    if kind in ("", "switch"):
        return ""
    first, _, rest = kind.partition(" ")
    actions = _ZSH_ACTIONS | {"values": f"({rest})", "names": f"_iamcli_names {rest}"}
    description = placeholder or (kind if kind in _ZSH_ACTIONS else "value")
    return f":{description}:{actions.get(first, ' ')}"


def _zsh_named(one: Subcommand) -> str:
    return f"{one.name}:{_zsh_escaped(one.summary)}"


def _zsh_escaped(text: str) -> str:
    for letter in "\\[]:":
        text = text.replace(letter, f"\\{letter}")
    return text


# fish: one file per command.

#: How fish completes each kind of value.
_FISH_KINDS = {
    "command": " -x -a '$__iamcli_commands'",
    "directory": " -x -a '(__fish_complete_directories)'",
    "entity": " -x -a '(__iamcli_entities)'",
    "file": " -r -F",
    "page": " -x -a '(__iamcli_pages)'",
    "text": " -x",
}


def fish() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file for fish."""
    yield "iamcli.fish", filled("iamcli.fish", subcommands=_fish_program())
    for command in index.commands():
        lines = [
            f"# Completion of {command.name}(1) for fish.",
            "source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish",
            f"complete -c {command.name} -f",
        ]
        for row in described(command.all_options):
            # -o, not -s: with -s, fish would combine short options, which the commands do not
            # accept.
            lines += [
                _fish_option(f"complete -c {command.name}", [name], "-o", row) for name in row.names
            ]
        yield f"{command.name}.fish", "\n".join(lines) + "\n"


def _fish_program() -> Iterator[str]:
    first = "complete -c iamcli -n __fish_is_first_token"
    yield from _fish_options(first, program())
    for one in subcommands():
        yield f"{first} -a {one.name} -d {_fish_quoted(one.summary)}"
        known = f"__iamcli_in {one.name}"
        operand = _fish_value(one.operand)
        if one.operand == LINE:
            taking = [row for row in one.rows if row.kind != "switch" and not row.optional]
            takers = [name for row in taking for name in row.names]
            known = " ".join(["__iamcli_before_operand", one.name, *takers])
            # Without "" before them, these would be taken for options of the function.
            skipped = " ".join(["--fcs-skip=2", '""', *takers])
            operand = f" -a '(__fish_complete_subcommand {skipped})'"
        yield from _fish_options(f"complete -c iamcli -n '{known}'", one)
        if operand:
            yield f"complete -c iamcli -n '__iamcli_in {one.name}'{operand}"


def _fish_options(start: str, one: Subcommand) -> Iterator[str]:
    # click accepts short options that are combined, so -s is right here.
    yield from (_fish_option(start, row.names, "-s", row) for row in one.rows)


def _fish_option(start: str, names: Iterable[str], short: str, row: Row) -> str:
    flags = [f"{'-l' if name[:2] == '--' else short} {name.lstrip('-')}" for name in names]
    # -r: the value cannot be left out.
    value = _fish_value(row.kind).removeprefix(" -r" if row.optional else "")
    return f"{start} {' '.join(flags)}{value} -d {_fish_quoted(row.description)}"


def _fish_value(kind: str) -> str:
    first, _, rest = kind.partition(" ")
    if first == "values":
        # A tab without a description after it keeps fish from repeating that of the option.
        values = " ".join(f"{value}\t" for value in rest.split())
        return f" -x -a {_fish_quoted(values)}".replace("\t", "\\t")
    if first == "names":
        return f" -x -a '(__iamcli_names {rest})'"
    return _FISH_KINDS.get(kind, "")


def _fish_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def wanted() -> dict[Path, str]:
    """Return the text of each file that this program generates."""
    shells = {"bash": bash(), "zsh": zsh(), "fish": fish()}
    return {FOLDER / shell / name: text for shell, made in shells.items() for name, text in made}


if __name__ == "__main__":
    sys.exit(generated.update(wanted, FOLDER, "*/*", check="--check" in sys.argv[1:]))
