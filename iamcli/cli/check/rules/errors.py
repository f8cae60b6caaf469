"""W206: errors that are looked for where lists and secrets do not print them."""

from __future__ import annotations

import re

from iamcli.cli.check.rules.commands import STRICT, fault
from iamcli.cli.check.script.calls import output_files, read_from
from iamcli.cli.check.script.flows import Flows, contents, possible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules.commands import Commands, Fault
    from iamcli.cli.check.script.calls import Call, ExpandedWord

#: Words of error messages: the codes, and what the service and the commands say.
ERRORS = re.compile(
    r"malformed|nosuch|(?<!id)entity|access ?denied|deleteconflict|limitexceeded|invalidinput"
    r"|invalidclienttoken|signaturedoesnotmatch|validationerror|throttling|not authorized"
    r"|cannot be found|already ?exist|rate exceeded|^\W*iam-"
    r"|not a valid (?:option|value)|takes an operand|is required|argument is allowed",
    re.IGNORECASE,
)
_GREP = ("egrep", "fgrep", "grep", "zgrep")
#: Programs that look for something in what they read or in their arguments.
_SEARCHING = (*_GREP, "awk", "expr", "gawk", "mawk", "perl", "python", "sed")
#: Options of grep, and programs for sed and awk, that leave out the lines that they find.
_INVERTS, _LEAVES_OUT = re.compile(r"-\w*v\w*|--invert.*"), re.compile(r"\s*!\s*/.*|/[^/]*/I?d")
_READS_PATTERNS = re.compile(r"-\w*f")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the errors that are looked for in output in which they are not."""
    walker = commands.walker
    flows: Flows | None = None
    searches = [(call.script, _operands(commands, call), call) for call in walker.calls]
    tests = [(script, [*words, *patterns], None) for script, words, patterns in walker.tests]
    for script, words, call in [*searches, *tests]:
        for word in words:
            if not any(_names_error(each, word) for each in possible(word, walker.words)):
                continue
            flows = flows or Flows(walker)
            if call and flows.is_written(word):
                continue
            others = [each for each in words if each is not word or "${" in each.source]
            compared = (place for each in others for place in contents(each))
            places = flows.places(flows.read(call) if call else compared)
            for source in walker.calls:
                separate = source.flags.separate or commands.prints(source)
                merged = source.flags.strict or (source, "2") in places
                if source.iam and (source, "1") in places and separate and not merged:
                    sought = word.known or word.source
                    message = (
                        f'"{sought}" is looked for on standard output, but errors are not there'
                    )
                    fix = "test the exit status, or add 2>&1 to the command"
                    fix += "" if source.flags.separate else STRICT
                    found = fault(source, word, "W206", message, fix)[1]
                    yield source, found._replace(file=script.file)


def _operands(commands: Commands, call: Call) -> list[ExpandedWord]:
    """Return the words that ``call`` may look for, if it is a search."""
    leaves_out = _INVERTS if call.program in _GREP else _LEAVES_OUT
    literals = [text or "" for text in call.literals]
    if call.program not in _SEARCHING or any(map(leaves_out.fullmatch, literals)):
        return []
    calls = [call]
    if call.program in _GREP and any(map(_READS_PATTERNS.fullmatch, literals)):
        names = {word.file for word in call.words}
        calls += [each for each in commands.walker.calls if _writes(each, names)]
        return [word for each in calls for word in (*each.words, *read_from(each.redirects))]
    return call.words


def _writes(call: Call, names: set[str]) -> bool:
    return not names.isdisjoint(word.file for word in output_files(call))


def _names_error(possible: ExpandedWord, word: ExpandedWord) -> bool:
    """Return whether ``word``, or what it may stand for, has a word of an error."""
    texts = [possible.known] if possible is word else [possible.literal or ""]
    # ${NAME#*PATTERN}
    texts += [word.source] if "${" in word.source else []
    return any(map(ERRORS.search, texts))
