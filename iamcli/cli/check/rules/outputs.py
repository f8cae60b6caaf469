"""W202, W206 and W213: what scripts read of the output of commands: footers, "error"."""

from __future__ import annotations

import re

from iamcli.cli.check.rules import errors
from iamcli.cli.check.rules.commands import fault
from iamcli.cli.check.script.calls import Call, joins_lines, read_from
from iamcli.cli.check.script.nodes import Assignment, For, Other, Simple, While, Words, ancestry
from iamcli.cli.check.script.programs import AWKS, GREPS
from iamcli.cli.check.script.states import assigned
from iamcli.parsing.options import FOOTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from iamcli.cli.check.rules.commands import Commands, Fault
    from iamcli.cli.check.script.calls import (
        CompoundCommand,
        ExpandedWord,
        Pipeline,
        PipelineCommand,
    )

_LAST_LINE = "IsTruncated: false"
#: What shows that the body of a loop does not treat the footer as an entry.
_SKIPS_LAST_LINE = re.compile(r"Truncated|arn:|\barn\*|\*:\*|Alias:|\b[ef]?grep\b")
#: Tests, and those that compare a value with something or look for a file.
_TESTS = re.compile(r"\[\[?\s[^;]*?\s\]|\(\([^;\n]*|\bcase\s[^;\n]*|\b(?:test|expr)\s[^;|&\n]*")
_COMPARES = re.compile(r"=|\s(?:-(?:eq|ne|lt|le|gt|ge|[defrswx])|:|in)\s|\bcase\b|\bexpr\b|\(\(")
_READS = re.compile(r"(?:IFS=\S*\s+)?read\b")
_VARIABLE = re.compile(r"\$\{?#?(\w+)")
#: A program for awk that prints a part of each line, and one for sed that changes lines.
_PRINTS = re.compile(r"\s*\{\s*print(?:\s+\$(?:[012]|NF))?\s*;?\s*\}\s*")
_CHANGES = re.compile(
    r"\s*(?:s([/#|,@!%])(?:\\.|(?!\1)[^\\])*\1(?:\\.|(?!\1)[^\\])*\1[gI\d]*[ \t]*"
    r"(?:[;\n][;\s]*|$))+"
)
#: A command that removes the footer, and nothing else.
_ONLY_FOOTER = re.compile(
    r"\w+(?: -\w+)* \W*IsTruncated:?(?: false|.\*)?\W*d?|sed \$ ?d|head -n ?-1", re.IGNORECASE
)
#: The arguments of grep if it counts all lines.
_COUNTS = re.compile(
    r"(?=.*(?:^| )-\w*[cq])(?:-(?!\w*v)\w+ (?:\d+ )?)*(?:|[.^]|\.[*+]|\.\.\*)", re.DOTALL
)
#: After a count: a comparison with 1 instead of 0.
_COMPARED = r"\"?\s+(?:-(?:gt|le|eq|ne)|[!=]?=)\s+1\b"
#: Around a count: a calculation, or such a comparison.
_SUBTRACTS = re.compile(
    rf"(?:expr|let)\b.*-\s*1\b|\$?\(\(|\$\[|(?:\[|test\b).*[)`]{_COMPARED}", re.DOTALL
)


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the loops and counts that take a footer for an entry, and searches for errors."""
    yield from errors.check(commands)
    for loop in commands.walk.loops:
        yield from _loop(commands, loop)
    for call in commands.walk.calls:
        if call.program in ("mapfile", "readarray"):
            yield from _redirected(commands, call, str(call.program))
        elif (by_xargs := call.iam and "xargs" in call.inner.run_by) or _counts(call):
            quiet = any(re.match(r"-\w*q", text or "") for text in call.literals)
            yield from _read(
                commands, call, "xargs" if by_xargs else "" if quiet else str(call.program)
            )
    for _, words in commands.walk.tests:
        captured = (word for word in words if any(each.output for each in word.unknowns))
        yield from _footers(commands, filter(_asks_for_text, captured), "")


def _loop(commands: Commands, loop: CompoundCommand) -> Iterator[Fault]:
    """Yield the lists that ``loop`` reads, unless it may leave out what is no entry."""
    node = loop.node
    reads = isinstance(node, While) and any(_READS.match(each.text) for each in node.condition)
    if isinstance(node, For | While):
        words = _footers(commands, loop.words, "the for loop")
        for call, finding in _read(commands, loop, "the while loop") if reads else words:
            if not _skips(node, footer=not commands.several(call)):
                yield call, finding


def _footers(commands: Commands, words: Iterable[ExpandedWord], reader: str) -> Iterator[Fault]:
    """Yield the lists in ``words`` that ``reader`` reads with their footers."""
    for word in words:
        for output in (each.output for each in word.unknowns if each.output):
            if not (output[1:] and joins_lines(output[0])):
                yield from _footer(commands, output, word, reader)


def _read(commands: Commands, reader: Call | CompoundCommand, name: str) -> Iterator[Fault]:
    """Yield the lists that ``reader`` reads with their footers, from a pipe or by redirection."""
    yield from _redirected(commands, reader, name)
    before = commands.from_file(reader.pipeline[: reader.position])
    first = before[0] if before else None
    if isinstance(first, Call) and first.origin and (name == "xargs" or not joins_lines(first)):
        word = first.head if first.iam else first.words[-1]
        yield from _footer(commands, before, word, name)


def _redirected(commands: Commands, reader: Call | CompoundCommand, name: str) -> Iterator[Fault]:
    yield from _footers(commands, read_from(reader.redirects), name)
    for redirect in reader.redirects:
        if redirect.operator == "<" and (output := commands.contents(redirect.word)):
            yield from _footer(commands, output, redirect.word, name)


def _asks_for_text(word: ExpandedWord) -> bool:
    """Return whether a test asks whether ``word``, one of its words, is empty."""
    test = word.node.parent.text if word.node and word.node.parent else ""
    source, known = re.escape(word.source), re.escape(word.known)
    asks = rf"(?:^|\s)-[nz]\s+{source}(?!\S)|^(?:\[\[?|test|!)(?:\s+!)?\s+{source}(?:\s+\]\]?)?$"
    compares = rf"{source}\s+!?==?\s+[\"']?{known}[\"']?(?!\S)"
    return bool(re.search(compares if known else f"{asks}|{compares}", test))


def _skips(loop: For | While, *, footer: bool) -> bool:
    """Return whether ``loop`` may leave out the footer, because it tests what it reads.

    ``footer``: a test for the footer is enough.
    """
    parts = loop.source[loop.start : loop.do], loop.source[loop.do : loop.end]
    condition, body = (part.decode("utf-8", "replace") for part in parts)
    if not footer:
        body = _TESTS.sub(lambda match: "" if "IsTr" in match[0] else match[0], body)
    names = assigned(condition) | {"REPLY"}
    if isinstance(loop, For):
        names = {loop.loop.name} if isinstance(loop.loop, Words) else set()
        condition = ""
    # while read key && read status: the second line is missing.
    if _SKIPS_LAST_LINE.search(condition + body) or len(re.findall(r"\bread\b", condition)) > 1:
        return True
    made = assigned(body)
    # The footer leaves variables empty that are made from entries, or are parts of them.
    pieces = made | (names if re.search("IFS=[\"']?/", condition) else set())
    return any(
        (made | names if _COMPARES.search(test) else pieces) & set(_VARIABLE.findall(test))
        for test in _TESTS.findall(condition + body)
    )


def _passes(command: PipelineCommand, *, several: bool) -> bool:
    """Return whether ``command`` prints something for the footer, or removes only that.

    ``several``: also other lines are no entries.
    """
    literals = [literal or "" for literal in command.literals]
    if several and _ONLY_FOOTER.fullmatch(" ".join([str(command.program), *literals])):
        return True
    passes = _FILTERS.get(str(command.program))
    return passes is not None and passes(literals)


def _cuts(arguments: list[str]) -> bool:
    """Return whether ``cut`` prints a part of the footer."""
    options = "\0".join(arguments)
    delimiter = re.search(r"(?:^|\0)-d\0?(.)", options)
    first = re.search(r"-[fbc]\0?(\d+)", options)
    fields = _LAST_LINE.split(delimiter[1] if delimiter else "\t")
    pieces: Sequence[str] = _LAST_LINE if re.search("-[bc]", options) else fields
    if len(pieces) == 1:
        # A line without the delimiter is printed as a whole, unless -s removes it.
        return not re.search(r"(?:^|\0)(?:-s|--only)", options)
    return first is None or int(first[1]) <= len(pieces)


def _prints(arguments: list[str]) -> bool:
    """Return whether the program of awk prints a part of every line."""
    program = arguments[-1] if arguments else ""
    # Other fields of the footer are empty, with another separator also the second.
    second = "$2" not in program or not any(each.startswith("-F") for each in arguments)
    return bool(_PRINTS.fullmatch(program)) and second


def _changes(arguments: list[str]) -> bool:
    """Return whether the programs of sed remove no line, and do not change the footer."""
    programs = [argument for argument in arguments if not argument.startswith("-")]
    other = re.search("(?:^|\0)-[A-Za-z]*n|--quiet|--silent|runcated|false", "\0".join(arguments))
    return bool(programs) and not other and all(map(_CHANGES.fullmatch, programs))


#: The programs that pass the footer on, and with which arguments.
_FILTERS: dict[str, Callable[[list[str]], bool]] = {
    **dict.fromkeys(("cat", "rev", "sort", "tee", "tr"), lambda _arguments: True),
    **dict.fromkeys(AWKS, _prints),
    "uniq": lambda arguments: not arguments,
    "cut": _cuts,
    "sed": _changes,
}


def _counts(call: Call) -> bool:
    """Return whether ``call`` counts lines, and the script does not subtract the footer."""
    if not _counts_all(call):
        return False
    around = (node.text for node, _ in ancestry(call.node) if isinstance(node, Simple | Other))
    if any(map(_SUBTRACTS.match, around)):
        return False
    receiver = call.substitution.receiver if call.substitution else None
    name = receiver.name if isinstance(receiver, Assignment) else ""
    if not name:
        return True
    search = re.compile(rf"\b{name}(?:\}}?(?:\s*-\s*1\b|{_COMPARED})|--|\s*-=)|--{name}").search
    # Most lines of a long script do not contain the name, and "in" is faster than the search.
    return not any(search(line) for line in call.script.root.text.splitlines() if name in line)


def _counts_all(call: Call) -> bool:
    """Return whether ``call`` counts all lines."""
    literals = [literal or "" for literal in call.literals]
    if call.program == "wc":
        return not {"-l", "--lines"}.isdisjoint(literals)
    if call.program in AWKS:
        return bool(re.fullmatch(r"\s*END\s*\{\s*print\s+NR\s*;?\s*\}\s*", "".join(literals[-1:])))
    if call.program == "sed":
        return literals == ["-n", "$="]
    if call.program in GREPS:
        return bool(_COUNTS.fullmatch(" ".join(literals)))
    return False


def _footer(commands: Commands, output: Pipeline, word: ExpandedWord, name: str) -> Iterator[Fault]:
    """Yield that the reader ``name`` reads a footer in the ``output`` of a pipe, at ``word``."""
    output = commands.from_file(output)
    source = output[0].origin if output else None
    if source is None or not commands.prints(source, FOOTER):
        return
    several = bool(name) and commands.several(source)
    if not all(_passes(each, several=several) for each in output[1:]):
        return
    inline = source.head.place[0] == word.place[0]
    reads = f"{name} also reads" if name else "the output is never empty because of"
    message = f'{reads} the footer of the list, "IsTruncated: false"'
    fix = "remove the footer: | grep -v '^IsTruncated:'"
    if several:
        message = f"{name} reads single lines, but an entry of {source.program} has several"
        fix = "keep one line of each, or read them all: while read -r id && read -r status"
    yield fault(source, source.head if inline else word, "W202", message, fix)
