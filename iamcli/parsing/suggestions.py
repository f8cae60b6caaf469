"""Error messages for arguments that are not options, with a suggestion."""

from __future__ import annotations

import difflib
import shlex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamcli.parsing.options import Option


#: Characters that word processors and web pages substitute for the ASCII hyphen.
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"


def explain(
    program: str, options: Sequence[Option], arguments: Sequence[str], argument: str
) -> str:
    """Return the error message for ``argument``, one of the ``arguments`` of ``program``.

    An argument without a dash is never allowed. For a dash that is not ASCII, the message shows the
    corrected command line without its secrets. For an unknown option, the message suggests the
    most similar option, if there is one.
    """
    if argument[:1] in DASHES and argument:
        line = shlex.join([program, *_corrected(options, arguments)])
        return (
            f'"{argument}" begins with a dash that is not the ASCII "-", as pasted from a web '
            f"page; type: {line}"
        )
    if not argument.startswith("-") or argument == "-":
        return f"No argument is allowed: {argument}"
    similar = _most_similar(options, argument)
    hint = f'; did you mean "{similar}"?' if similar else ""
    return f'"{argument}" is not a valid option{hint}'


def _corrected(options: Sequence[Option], arguments: Sequence[str]) -> list[str]:
    """Return the arguments with ASCII dashes, and placeholders in place of secrets."""
    by_name = {name: option for option in options for name in option.names}
    corrected: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        name = _with_ascii_dashes(by_name, argument)
        corrected.append(name)
        option = by_name.get(name)
        if option and not option.switch:
            operand = next(remaining, None)
            if operand is not None:
                corrected.append(_corrected_operand(by_name, option, operand))
    return corrected


def _corrected_operand(by_name: dict[str, Option], option: Option, operand: str) -> str:
    name = _with_ascii_dashes(by_name, operand)
    if name in by_name and by_name[name].dest == "help":
        # -h and --help are never values.
        return name
    return str(option.metavar) if option.secret else operand


def _with_ascii_dashes(by_name: dict[str, Option], argument: str) -> str:
    if argument[:1] not in DASHES or not argument:
        return argument
    bare = argument.lstrip(DASHES + "-")
    return f"--{bare}" if f"--{bare.partition('=')[0]}" in by_name else f"-{bare}"


def _most_similar(options: Sequence[Option], argument: str) -> str | None:
    """Return the name of the option whose name, placeholder or ``dest`` resembles ``argument``."""
    known: dict[str, str] = {}
    for option in options:
        for alternative in (
            *option.names,
            option.dest,
            option.metavar or "",
            *option.dest.split("_"),
        ):
            known.setdefault(alternative.lower().lstrip("-"), option.name)
    bare = argument.partition("=")[0].lower().lstrip("-")
    matches = difflib.get_close_matches(bare, known, n=1, cutoff=0.75)
    return known[matches[0]] if matches else None
