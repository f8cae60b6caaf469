"""W202: what scripts read of the output of commands besides entries: the footer of a list."""

from __future__ import annotations

import re

from iamcli.cli.check.rules.commands import fault
from iamcli.cli.check.script.calls import Call, joins_lines, output_files
from iamcli.cli.check.script.nodes import Assignment, For, Other, Simple, While, Words, ancestry
from iamcli.cli.check.script.other_programs import AWKS, GREPS, PRINTING, SHELLS
from iamcli.cli.check.script.states import assigned, read_names
from iamcli.parsing.options import FOOTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from iamcli.cli.check.findings import Finding
    from iamcli.cli.check.rules.commands import Commands, Fault
    from iamcli.cli.check.script.calls import CompoundCommand, ExpandedWord, Pipeline

_LAST_LINE = "IsTruncated: false"
#: What shows that the body of a loop does not treat the footer as an entry.
_SKIPS_LAST_LINE = re.compile(r"Truncated|(?<![$\w{])arn:|\barn\*|\*:\*|Alias:|\b[ef]?grep\b")
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
#: A test or a search, with the first pattern of a case, and those that ask only for the footer.
_ASKS = re.compile(rf"\bcase\s.*\sin\n[^;\n]*|{_TESTS.pattern}|\bgrep\b[^;|&\n]*")
_ASKS_FOR_FOOTER = re.compile(r"IsTr|=\s*[\"']?(?:true|false)\b")
#: What a loop that skips or does not reach the marker contains.
_SKIPS_MARKER = re.compile(r"Marker|\b(?:break|exit|return)\b")
#: A command that removes footers, and nothing else.
_ONLY_FOOTER = re.compile(
    r"(?i)(?:\w*grep (?=.*-\w*v)|sed (?!-\w*n)(?=.*d)|\w*awk (?=!))(?:-\w*(?!\w)|[^\w-]"
    r"|IsTruncated|Marker|false|true|d(?!\w))+|sed \$ ?d|head -n ?-1"
)
#: The readers that take each line, or each word, for an entry.
_READERS = ("the for loop", "the while loop", "xargs", "mapfile", "readarray")
_ENTRIES = "| sed '/^IsTruncated:/d; /^Marker:/d'"
#: The arguments, joined with null bytes, of programs that count all lines, or grep ask for a line.
_COUNTS = {
    "wc": r"(?:.*\0)?(?:-l|--lines)(?:\0.*)?",
    "sed": r"-n\0\$=",
    **dict.fromkeys(AWKS, r"(?:[^\0]*\0)*\s*END\s*\{\s*print\s+NR\s*;?\s*\}\s*"),
    **dict.fromkeys(
        GREPS, r"(?=.*(?:^|\0)-\w*[cq])(?:-(?!\w*v)\w+\0(?:\d+\0)?)*(?:|[.^]|\.[*+]|\.\.\*)"
    ),
}
#: The programs that print the words that xargs adds, or their parts.
_PRINTS_WORDS = PRINTING | {"xargs", "basename", "dirname"}
#: After a count: a comparison with 1 instead of 0.
_COMPARED = r"\"?\s+(?:-(?:gt|le|eq|ne)|[!=]?=)\s+1\b"
#: Around a count: a calculation, or such a comparison.
_SUBTRACTS = re.compile(
    r"(?s)(?:expr|let)\b.*-\s*1\b|(?:echo\b|\w+=).*[)`] ?- ?1\"?\Z|\$?\(\(|\$\["
    rf"|(?:\[|test\b).*[)`]{_COMPARED}"
)
#: After a count: a program that subtracts the footer.
_LESS = re.compile(r"(?:\$\{?\w+\}?|\{\}|\(\(\s*\w+)\s*-\s*1\b")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the loops and counts that take a footer for an entry."""
    for loop in commands.facts.loops:
        yield from _loop(commands, loop)
    for call in commands.facts.calls:
        if call.program in ("mapfile", "readarray"):
            name = [*read_names(call), "MAPFILE"][0]
            # It removes elements, or reads a slice.
            changes = rf"\bunset\s[^;|&\n]*?\b{name}\[|\$\{{{name}\[[@*]\]:[^:{{}}]*:"
            if not re.search(changes, call.script.root.text):
                yield from _redirected(commands, call, str(call.program))
        elif _by_xargs(call) and call.program not in SHELLS:
            printed = call.captured or commands.after(call) or output_files(call)
            if not (printed and call.program in _PRINTS_WORDS):
                yield from _read(commands, call, "xargs")
        elif _counts(call) and not any(_LESS.search(n.node.text) for n in commands.after(call)):
            quiet = any(re.match(r"-\w*q", text or "") for text in call.literals)
            yield from _read(commands, call, "" if quiet else str(call.program))
    for words in commands.facts.tests:
        captured = (word for word in words if any(each.output for each in word.unknowns))
        yield from _footers(commands, filter(_asks_for_text, captured), "")


def _by_xargs(call: object) -> bool:
    """Return whether xargs runs ``call`` with what it reads; without a command it runs echo."""
    return isinstance(call, Call) and (call.program == "xargs" or "xargs" in call.inner.run_by)


def _loop(commands: Commands, loop: CompoundCommand) -> Iterator[Fault]:
    """Yield the lists that ``loop`` reads, unless it may leave out what is no entry."""
    node = loop.node
    reads = isinstance(node, While) and any(_READS.match(each.text) for each in node.condition)
    if isinstance(node, For | While):
        name = _READERS[reads]
        words = _footers(commands, loop.words, name)
        for call, finding in _read(commands, loop, name) if reads else words:
            multiline = commands.multiline(call)
            marker = not multiline and commands.paged(call) and not _SKIPS_MARKER.search(node.text)
            if not _skips(node, footer=not multiline):
                yield call, finding
            elif marker and not _skips(node, footer=False):
                yield call, _of_pages(finding, name)


def _footers(commands: Commands, words: Iterable[ExpandedWord], reader: str) -> Iterator[Fault]:
    """Yield the lists in ``words`` that ``reader`` reads with their footers."""
    for word in words:
        for output in (each.output for each in word.unknowns if each.output):
            if not (output[1:] and joins_lines(output[0])):
                yield from _footer(commands, output, word, reader)


def _read(commands: Commands, reader: Call | CompoundCommand, name: str) -> Iterator[Fault]:
    """Yield the lists that ``reader`` reads with their footers, from a pipe or by redirection."""
    yield from _redirected(commands, reader, name)
    before = commands.from_file(commands.before(reader))
    first = before[0] if before else None
    if isinstance(first, Call) and first.origin and (name == "xargs" or not joins_lines(first)):
        word = first.head if first.iam else first.words[-1]
        yield from _footer(commands, before, word, name)


def _redirected(commands: Commands, reader: Call | CompoundCommand, name: str) -> Iterator[Fault]:
    for redirect in reader.redirects:
        if redirect.operator in ("<", "<<", "<<<"):
            yield from _footers(commands, [redirect.word], name)
        if redirect.operator == "<" and (output := commands.contents(redirect.word)):
            yield from _footer(commands, output, redirect.word, name)


def _asks_for_text(word: ExpandedWord) -> bool:
    """Return whether the test that contains ``word`` asks whether it is empty."""
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
        body = _ASKS.sub(lambda ask: "" if _ASKS_FOR_FOOTER.search(ask[0]) else ask[0], body)
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
    arguments = "\0".join(literal or "" for literal in call.literals)
    if not re.fullmatch(_COUNTS.get(str(call.program), "(?!)"), arguments, re.DOTALL):
        return False
    around = (n.text for n, _ in ancestry(call.node) if isinstance(n, Simple | Assignment | Other))
    if any(map(_SUBTRACTS.match, around)):
        return False
    receiver = call.substitution.receiver if call.substitution else None
    name = receiver.name if isinstance(receiver, Assignment) else ""
    if not name:
        return True
    search = re.compile(rf"\b{name}(?:\}}?\"?(?:\s*-\s*1\b|{_COMPARED})|--|\s*-=)|--{name}").search
    # Most lines of a long script do not contain the name, and "in" is faster than the search.
    return not any(search(line) for line in call.script.root.text.splitlines() if name in line)


def _footer(commands: Commands, output: Pipeline, word: ExpandedWord, name: str) -> Iterator[Fault]:
    """Yield that the reader ``name`` reads a footer in the ``output`` of a pipe, at ``word``."""
    output = commands.from_file(output)
    source = output[0].origin if output else None
    if source is None or not commands.prints(source, FOOTER):
        return
    removed = ""
    for each in output[1:]:
        literals = [literal or "" for literal in each.literals]
        text = " ".join([str(each.program), *literals])
        if _ONLY_FOOTER.fullmatch(text):
            removed += text.lower()
        elif _by_xargs(each) and each.program in _PRINTS_WORDS:
            # It splits the footer, which a loop does, too.
            continue
        elif not (passes := _FILTERS.get(str(each.program))) or not passes(literals):
            return
    inline = source.head.place[0] == word.place[0]
    reads = f"{name} also reads" if name else "the output is never empty because of"
    message = f'{reads} the footer of the list, "IsTruncated: false"'
    fix = f"remove the footer: {_ENTRIES}"
    if multiline := bool(name) and commands.multiline(source):
        message = f"{name} reads single lines, but an entry of {source.program} has several"
        fix = "keep one line of each, or read them all: while read -r id && read -r status"
    found = fault(source, source.head if inline else word, "W202", message, fix)
    if multiline or not removed:
        yield found
    elif "marker" not in removed and name in _READERS and commands.paged(source):
        yield source, _of_pages(found[1], name)


def _of_pages(finding: Finding, name: str) -> Finding:
    """Return the ``finding`` that the reader ``name`` gets a part of the footer after a page."""
    message = f"{name} also reads a line of the footer if the list has more than one page"
    return finding._replace(message=message, fix=f"remove both lines: {_ENTRIES}")
