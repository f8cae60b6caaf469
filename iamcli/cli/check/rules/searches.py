"""W206: searches in output for errors, which are not there."""

from __future__ import annotations

import re
from typing import NamedTuple

from iamcli.cli.check.rules.commands import fault
from iamcli.cli.check.script.calls import Call, origin, outputs, read_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules.commands import Commands, Fault
    from iamcli.cli.check.script.words import Word

#: Words of error messages: the codes, and what the service says about them.
_ERRORS = re.compile(
    r"(?<![\w-])errors?(?![\w-])|\[e+\]rror|malformed|nosuch|alreadyexists|access ?denied"
    r"|deleteconflict|limitexceeded|invalidclienttoken|signaturedoesnotmatch|invalidinput"
    r"|validationerror|throttling|\bexception\b|not authorized|cannot be found|already exist"
    r"|cannot delete entity|rate exceeded",
    re.IGNORECASE,
)
#: Programs whose first argument can contain /PATTERN/.
_FILTERS = ("awk", "gawk", "mawk", "sed")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the searches and comparisons that do not find what the script looks for."""
    for call in commands.walker.calls:
        yield from _searches(call)
    for test in commands.walker.tests:
        for source in outputs(test.gaps):
            for word in test.patterns:
                if _ERRORS.search(word.known):
                    yield from _error(source, word)
                    break


class Grep(NamedTuple):
    """A search: the word of the pattern, and whether it is for lines without it (-v)."""

    word: Word
    inverted: bool


def grep(call: Call) -> Grep | None:
    """Return what ``call`` searches its input for, None if it is no such search."""
    if call.program not in ("grep", "egrep", "fgrep"):
        return None
    flags = ""
    patterns: list[Word] = []
    operands: list[Word] = []
    remaining = iter(call.words)
    for word in remaining:
        text = word.literal
        if text is not None and re.fullmatch(r"-\w+", text):
            flags += text[1:]
            last = text[-1]
            if last in "eABCmfd":
                value = next(remaining, None)
                patterns += [value] if last == "e" and value is not None else []
        elif text is not None and text.startswith("--"):
            flags += "v" if text == "--invert-match" else ""
        else:
            operands.append(word)
    if not patterns:
        patterns, operands = operands[:1], operands[1:]
    if operands or len(patterns) != 1 or patterns[0].literal is None:
        return None
    return Grep(patterns[0], "v" in flags)


def _searches(call: Call) -> Iterator[Fault]:
    sources = _searched(call)
    if sources and call.program in _FILTERS and call.words:
        program = call.words[0 if not call.words[0].known.startswith("-") else -1]
        if re.search(r"/[^/]*/", program.known):
            for source in sources:
                yield from _error(source, program)
    search = grep(call) if sources else None
    if search is None or search.inverted:
        return
    for source in sources:
        yield from _error(source, search.word)


def _searched(call: Call) -> list[Call]:
    """Return the commands of the toolkit whose output ``call`` reads."""
    before = call.stages[: call.stage]
    if before:
        source = origin(before[0])
        return [source] if source else []
    return [source for word in read_from(call.redirects) for source in outputs(word.gaps)]


def _error(source: Call, word: Word) -> Iterator[Fault]:
    if source.merged or source.flags.strict or not _ERRORS.search(word.known):
        return
    message = f'"{word.known}" is looked for on standard output, but errors are on standard error'
    fix = "add 2>&1 to the command or test its exit status, or use iamcli home --strict"
    yield fault(source, word, "W206", message, fix)
