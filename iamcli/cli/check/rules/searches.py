"""W206: searches in output for errors, which are not there."""

from __future__ import annotations

import re

from iamcli.cli.check.rules.commands import fault
from iamcli.cli.check.script.calls import Call, outputs, read_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules.commands import Commands, Fault
    from iamcli.cli.check.script.calls import Word

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
        for source in outputs(test.words):
            for word in test.patterns:
                if _ERRORS.search(word.known):
                    yield from _error(source, word)
                    break


def searched(call: Call) -> Word | None:
    """Return the pattern that grep searches its input for, None if ``call`` is no such search."""
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
    if operands or len(patterns) != 1 or patterns[0].literal is None or "v" in flags:
        return None
    return patterns[0]


def _searches(call: Call) -> Iterator[Fault]:
    sources = _sources(call)
    if sources and call.program in _FILTERS and call.words:
        program = call.words[0 if not call.words[0].known.startswith("-") else -1]
        if re.search(r"/[^/]*/", program.known):
            for source in sources:
                yield from _error(source, program)
    pattern = searched(call)
    if pattern is not None:
        for source in sources:
            yield from _error(source, pattern)


def _sources(call: Call) -> list[Call]:
    """Return the commands of the toolkit whose output ``call`` reads."""
    before = call.pipeline[: call.position]
    if before:
        source = before[0].origin
        return [source] if source else []
    return outputs(read_from(call.redirects))


def _error(source: Call, word: Word) -> Iterator[Fault]:
    if source.merged or source.flags.strict or not _ERRORS.search(word.known):
        return
    message = f'"{word.known}" is looked for on standard output, but errors are on standard error'
    fix = "add 2>&1 to the command or test its exit status, or use iamcli home --strict"
    yield fault(source, word, "W206", message, fix)
