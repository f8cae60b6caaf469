"""W206 and W213: what scripts look for in output that does not contain it."""

from __future__ import annotations

import re
from itertools import islice

from iamcli.cli.check.rules.commands import STRICT, fault
from iamcli.cli.check.script.calls import output_files, read_from
from iamcli.cli.check.script.flows import Flows, contents
from iamcli.cli.check.script.programs import AWKS, GREPS
from iamcli.parsing.options import FOOTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules.commands import Commands, Fault
    from iamcli.cli.check.script.calls import Call, ExpandedWord
    from iamcli.cli.check.script.scripts import ShellText

#: Words of error messages: the codes, and what the service and the commands say.
ERRORS = re.compile(
    r"malformed|nosuch|(?<!id)entity|access ?denied|deleteconflict|limitexceeded|invalidinput"
    r"|invalidclienttoken|signaturedoesnotmatch|validationerror|throttling|not authorized"
    r"|cannot be found|already ?exist|rate exceeded|^\W*iam-"
    r"|not a valid (?:option|value)|takes an operand|is required|argument is allowed",
    re.IGNORECASE,
)
#: Words that most error messages do not have, or none has.
_ABSENT = re.compile(
    r"(?<![\w-])errors?(?![\w-])|\[e+\]rror|\bexception\b|unable to execute|amazonaws",
    re.IGNORECASE,
)
#: What follows a page of a list that is not the last one.
_MORE = re.compile(r"IsTruncated\W*true|^\W*(?:s/\^?)?Marker:")
_SOUGHT = (ERRORS, _ABSENT, _MORE)
#: Programs that look for something in what they read or in their arguments.
_SEARCHING = AWKS | GREPS | {"expr", "perl", "python", "sed", "zgrep"}
#: For how many commands one search is reported: they become one finding.
_MAX_SOURCES = 32
#: Options of grep, and programs for sed and awk, that leave out the lines that they find.
_INVERTS, _LEAVES_OUT = re.compile(r"-\w*v\w*|--invert.*"), re.compile(r"\s*!\s*/.*|/[^/]*/I?d")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the errors and markers that are looked for in output that has none."""
    walk = commands.walk
    if not any(call.iam for call in walk.calls):
        return
    searches: list[tuple[ShellText, list[ExpandedWord], Call | None]]
    searches = [(call.script, _operands(call), call) for call in walk.calls]
    searches += [(script, words, None) for script, words in walk.tests]
    named = {
        name for name, words in walk.words.items() if any(_has(word, ERRORS) for word in words)
    }
    if not (named or any(_has(word, *_SOUGHT) for _, words, _ in searches for word in words)):
        return
    flows = Flows(walk)
    for script, operands, call in searches:
        words = [word for word in operands if not (call and flows.writes(word))]
        codes = [
            w for w in words if _has(w, ERRORS) or (named and named & flows.places(contents(w)))
        ]
        sought = codes or [word for word in words if _has(word, *_SOUGHT)][:1]
        compared = (place for word in words for place in contents(word))
        sources = flows.sources(flows.read(call) if call else compared) if sought else []
        for word in sought:
            faults = (
                each
                for source, merged in sources
                if not (codes and (merged or source.flags.strict))
                for each in _faults(commands, source, word)
            )
            for source, found in islice(faults, _MAX_SOURCES):
                yield source, found._replace(file=script.root.file)


def _faults(commands: Commands, source: Call, word: ExpandedWord) -> Iterator[Fault]:
    """Yield that ``word`` is looked for in the output of ``source``."""
    given = commands.by_call.get(source)
    paged = given is None or given.incomplete or source.flags.strict or given.names & {"-i", "-m"}
    sought = f'"{word.known or word.source}" is looked for'
    if _MORE.search(word.known):
        if commands.prints(source, FOOTER) and not paged:
            message = f"{sought}, but the list is complete without it"
            fix = f"read pages with -i 1000, or do not look for it{STRICT}"
            yield fault(source, word, "W213", message, fix)
    elif _ABSENT.search(word.known) and not _has(word, ERRORS):
        if not output_files(source):
            message = f"{sought}, but most error messages do not contain it"
            yield fault(source, word, "W206", message, "test the exit status")
    elif source.flags.separate or commands.prints(source):
        message = f"{sought} on standard output, but errors are not there"
        fix = "test the exit status, or add 2>&1 to the command"
        yield fault(source, word, "W206", message, fix + STRICT * (not source.flags.separate))


def _operands(call: Call) -> list[ExpandedWord]:
    """Return the words that ``call`` may look for, if it is a search."""
    leaves_out = _INVERTS if call.program in GREPS | {"zgrep"} else _LEAVES_OUT
    if call.program not in _SEARCHING or any(leaves_out.fullmatch(w.known) for w in call.words):
        return []
    return [*call.words, *read_from(call.redirects)]


def _has(word: ExpandedWord, *patterns: re.Pattern[str]) -> bool:
    """Return whether ``word`` has one of the ``patterns``, also as in ${NAME#*PATTERN}."""
    texts = word.known, word.source if "${" in word.source else ""
    return any(pattern.search(text) for pattern in patterns for text in texts)
