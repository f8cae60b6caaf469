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


def commands() -> Sequence[Command]:
    """Return every command, in the order of setup.cfg."""
    return index.commands()


def fixed_values(option: Option) -> tuple[str, ...]:
    """Return the values of ``option`` if they are fixed, else an empty tuple."""
    return option.choices or FIXED_VALUES.get(option.complete, ())


def excluded(option: Option) -> list[str]:
    """Return the options that are no longer offered after ``option``."""
    alternatives = [option.alternative] if option.alternative else []
    return alternatives if option.repeatable else [*option.names, *alternatives]


def quoted(text: str) -> str:
    """Return ``text`` quoted for bash and zsh."""
    escaped = text.replace("'", "'\\''")
    return f"'{escaped}'"


# bash: four fields per option: its name, the kind of its value (after "optional " if it can be left
# out), the options that it excludes, its description.


def bash() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file for bash."""
    known = commands()
    rows = [line for command in known for line in _bash_case(command)]
    text = _template("iamcli.bash").replace("@COMMON@", "\n".join(_bash_rows(COMMON, 8)))
    text = text.replace("@COMMANDS@", "\n".join(rows))
    text = text.replace("@SUBCOMMANDS@", "\n".join(_bash_program()))
    yield "iamcli", text.replace("@NAMES@", _names(known))
    for command in known:
        comment = f"# Completion of {command.name}(1) for bash, which loads it by its file name."
        yield command.name, f'{comment}\n. "${{BASH_SOURCE[0]%/*}}/iamcli"\n'


def _bash_case(command: Command) -> Iterator[str]:
    own = sorted(command.options, key=lambda option: option.name)
    yield f"        {command.name})"
    if own:
        yield "            table+=("
        yield from _bash_rows(own, 16)
        yield "            )"
    yield "            ;;"


def _bash_program() -> Iterator[str]:
    names = [Row((one.name,), "switch", one.summary, repeatable=False) for one in subcommands()]
    whole = program()
    yield from _bash_subcommand(whole._replace(rows=(*names, *whole.rows)), "iamcli")
    for one in subcommands():
        yield from _bash_subcommand(one, f"'iamcli {one.name}'")


def _bash_subcommand(one: Subcommand, pattern: str) -> Iterator[str]:
    yield f"        {pattern})"
    yield f"            operand={quoted(one.operand)}"
    yield "            table=("
    for row in one.rows:
        others = "" if row.repeatable else " ".join(row.names)
        kind = f"optional {row.kind}" if row.optional else row.kind
        for name in row.names:
            yield " " * 16 + " ".join(map(quoted, [name, kind, others, row.description]))
    yield "            )"
    yield "            ;;"


def _bash_rows(options: Iterable[Option], indent: int) -> Iterator[str]:
    for option in options:
        for name in option.names:
            row = [name, _bash_value(option), " ".join(excluded(option)), brief(option)]
            yield " " * indent + " ".join(map(quoted, row))


def _bash_value(option: Option) -> str:
    if option.switch:
        return "switch"
    if fixed_values(option):
        return " ".join(["values", *fixed_values(option)])
    return f"names {option.complete}" if _dynamic(option) else option.complete or "text"


def _dynamic(option: Option) -> bool:
    return option.complete == "policy" or option.complete in KINDS


# zsh: the specifications for _arguments.


def zsh() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of the file for zsh."""
    known = commands()
    rows = [line for command in known for line in _zsh_case(command)]
    text = _template("iamcli.zsh").replace("@COMMON@", "\n".join(_zsh_rows(COMMON, 4)))
    text = text.replace("@COMMANDS@", "\n".join(rows))
    summaries = [f"        {quoted(_zsh_named(one))}" for one in subcommands()]
    text = text.replace("@SUBCOMMANDS@", "\n".join(summaries))
    options = [f"{' ' * 12}{spec} \\" for spec in _zsh_specs(program())]
    text = text.replace("@PROGRAM@", "\n".join(options))
    text = text.replace("@ARGUMENTS@", "\n".join(_zsh_arguments()))
    yield "_iamcli", text.replace("@NAMES@", _names(known))


def _zsh_case(command: Command) -> Iterator[str]:
    own = sorted(command.options, key=lambda option: option.name)
    yield f"    {command.name})"
    if own:
        yield "        specs+=("
        yield from _zsh_rows(own, 12)
        yield "        )"
    yield "        ;;"


def _zsh_rows(options: Iterable[Option], indent: int) -> Iterator[str]:
    for option in options:
        for name in option.names:
            others = [other for other in excluded(option) if other != name]
            group = f"({' '.join(others)})" if others else ""
            star = "*" if option.repeatable else ""
            equals = "=" if name.startswith("--") and not option.switch else ""
            text = _zsh_escaped(brief(option))
            spec = f"{group}{star}{name}{equals}[{text}]{_zsh_value(option)}"
            yield " " * indent + quoted(spec)


#: How zsh completes each kind of value, and the arguments of a subcommand.
_ZSH_KINDS = {
    "": (),
    "command": (":command:compadd -a commands",),
    "directory": (":directory:_files -/",),
    "file": (":file:_files",),
    "line": ("(-)1:command:_command_names -e", "*::arguments:_normal"),
    "switch": ("",),
    "text": (":value: ",),
}


def _zsh_named(one: Subcommand) -> str:
    return f"{one.name}:{_zsh_escaped(one.summary)}"


def _zsh_kind(kind: str) -> tuple[str, ...]:
    values = kind.removeprefix("values ")
    return _ZSH_KINDS[kind] if values == kind else (f":value:({values})",)


def _zsh_specs(one: Subcommand) -> Iterator[str]:
    for row in one.rows:
        for name in row.names:
            others = "- *" if row.ends else " ".join(other for other in row.names if other != name)
            group = f"({others})" if others and not row.repeatable else ""
            star = "*" if row.repeatable else ""
            equals = "=" if name.startswith("--") and row.kind != "switch" else ""
            # "=-" and a second colon: only the word of the option can contain the value.
            equals, colon = ("=-", ":") if row.optional else (equals, "")
            text = _zsh_escaped(row.description)
            value = "".join(_zsh_kind(row.kind))
            yield quoted(f"{group}{star}{name}{equals}[{text}]{colon}{value}")


def _zsh_arguments() -> Iterator[str]:
    for one in subcommands():
        operands = _zsh_kind(one.operand)
        star = "*" if one.many and one.operand != LINE else ""
        specs = [*_zsh_specs(one), *(quoted(f"{star}{operand}") for operand in operands)]
        yield f"        {one.name}) _arguments {' '.join(specs)} ;;"


def _zsh_value(option: Option) -> str:
    if option.metavar is None:
        return ""
    if fixed_values(option):
        action = f"({' '.join(fixed_values(option))})"
    elif option.complete == "file":
        action = "_files"
    else:
        action = f"_iamcli_names {option.complete}" if _dynamic(option) else " "
    return f":{option.metavar.lower()}:{action}"


def _zsh_escaped(text: str) -> str:
    for letter in "\\[]:":
        text = text.replace(letter, f"\\{letter}")
    return text


# fish: one file per command.


def fish() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file for fish."""
    known = commands()
    text = _template("iamcli.fish").replace("@NAMES@", _names(known))
    yield "iamcli.fish", text.replace("@SUBCOMMANDS@", "\n".join(_fish_program()))
    for command in known:
        lines = [
            f"# Completion of {command.name}(1) for fish.",
            "source (string replace -r '[^/]*$' '' -- (status filename))iamcli.fish",
            f"complete -c {command.name} -f",
        ]
        lines += [
            line for option in command.all_options for line in _fish_rows(command.name, option)
        ]
        yield f"{command.name}.fish", "\n".join(lines) + "\n"


#: How fish completes each kind of value.
_FISH_KINDS = {
    "command": " -x -a '$__iamcli_commands'",
    "directory": " -x -a '(__fish_complete_directories)'",
    "file": " -r -F",
    "switch": "",
    "text": " -x",
}


def _fish_program() -> Iterator[str]:
    first = "complete -c iamcli -n __fish_is_first_token"
    yield from _fish_options(first, program())
    for one in subcommands():
        yield f"{first} -a {one.name} -d {_fish_quoted(one.summary)}"
        known = f"__iamcli_in {one.name}"
        operand = _fish_kind(one.operand)
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
    for row in one.rows:
        # click accepts short options that are combined, so -s is right here.
        names = [f"-{'l' if name[:2] == '--' else 's'} {name.lstrip('-')}" for name in row.names]
        # -r: the value cannot be left out.
        value = _fish_kind(row.kind).removeprefix(" -r" if row.optional else "")
        yield f"{start} {' '.join(names)}{value} -d {_fish_quoted(row.description)}"


def _fish_kind(kind: str) -> str:
    values = kind.removeprefix("values ")
    return _FISH_KINDS.get(kind, "") if values == kind else f" -x -a {_fish_values(values.split())}"


def _fish_values(values: Iterable[str]) -> str:
    # A tab without a description after it keeps fish from repeating that of the option.
    return _fish_quoted(" ".join(f"{value}\t" for value in values)).replace("\t", "\\t")


def _fish_rows(command: str, option: Option) -> Iterator[str]:
    for name in option.names:
        # -o, not -s: with -s, fish would combine short options, which the commands do not accept.
        long = name.startswith("--")
        line = f"complete -c {command} {'-l' if long else '-o'} {name.lstrip('-')}"
        yield f"{line}{_fish_value(option)} -d {_fish_quoted(brief(option))}"


def _fish_value(option: Option) -> str:
    if option.switch:
        return ""
    if fixed_values(option):
        return f" -x -a {_fish_values(fixed_values(option))}"
    if option.complete == "file":
        return " -r -F"
    return f" -x -a '(__iamcli_names {option.complete})'" if _dynamic(option) else " -x"


def _fish_quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _names(known: Iterable[Command]) -> str:
    return " ".join(command.name for command in known)


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def wanted() -> dict[Path, str]:
    """Return the text of each file that this program generates."""
    shells = {"bash": bash(), "zsh": zsh(), "fish": fish()}
    return {FOLDER / shell / name: text for shell, made in shells.items() for name, text in made}


if __name__ == "__main__":
    sys.exit(generated.update(wanted, FOLDER, "*/*", check="--check" in sys.argv[1:]))
