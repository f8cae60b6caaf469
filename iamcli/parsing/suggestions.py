"""Words that no option takes: what was probably meant."""

from __future__ import annotations

import difflib
import shlex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamcli.parsing.options import Option


#: Characters that word processors and web pages put in place of the ASCII hyphen.
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"


def explain(program: str, options: Sequence[Option], words: Sequence[str], word: str) -> str:
    """Return what is wrong with ``word``, one of the ``words`` that stands where an option does.

    A word without a dash is an argument, which no command takes; one with a pasted dash is shown
    as it should be typed, in the whole line, with secrets left out; an unknown option is answered
    with the nearest known one, where one is near.
    """
    if word[:1] in DASHES and word:
        line = shlex.join([program, *_straightened(options, words)])
        return (
            f'"{word}" begins with a dash that is not the ASCII "-", as pasted from a web page; '
            f"type: {line}"
        )
    if not word.startswith("-") or word == "-":
        return f"No argument is allowed: {word}"
    meant = _nearest(options, word)
    hint = f'; did you mean "{meant}"?' if meant else ""
    return f'"{word}" is not a valid option{hint}'


def _straightened(options: Sequence[Option], words: Sequence[str]) -> list[str]:
    """Return the line with ASCII dashes, its secrets replaced by their placeholders."""
    named = {name: option for option in options for name in option.names}
    line: list[str] = []
    waiting = iter(words)
    for word in waiting:
        straight = _straight(named, word)
        line.append(straight)
        option = named.get(straight)
        if option and not option.switch:
            operand = next(waiting, None)
            if operand is not None:
                line.append(_straightened_operand(named, option, operand))
    return line


def _straightened_operand(named: dict[str, Option], option: Option, word: str) -> str:
    straight = _straight(named, word)
    if straight in named and named[straight].dest == "help":
        # No option takes this word for a value.
        return straight
    return str(option.metavar) if option.secret else word


def _straight(named: dict[str, Option], word: str) -> str:
    if word[:1] not in DASHES or not word:
        return word
    bare = word.lstrip(DASHES + "-")
    return f"--{bare}" if f"--{bare.partition('=')[0]}" in named else f"-{bare}"


def _nearest(options: Sequence[Option], word: str) -> str | None:
    """Return the name of the option that ``word`` resembles: its name, placeholder or meaning."""
    known: dict[str, str] = {}
    for option in options:
        for alike in (*option.names, option.dest, option.metavar or "", *option.dest.split("_")):
            known.setdefault(alike.lower().lstrip("-"), option.name)
    bare = word.partition("=")[0].lower().lstrip("-")
    near = difflib.get_close_matches(bare, known, n=1, cutoff=0.75)
    return known[near[0]] if near else None
