"""W202, W203, W206 and W209: output that a script does not read as it is."""

from __future__ import annotations

import re
import warnings
from typing import NamedTuple

from iamcli.cli.check import builtins, syntax
from iamcli.cli.check.calls import Call, Loop, direct, origin, outputs
from iamcli.cli.check.rules import fault
from iamcli.cli.check.state import assigned
from iamcli.cli.check.words import Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.calls import Redirect
    from iamcli.cli.check.rules import Commands, Fault
    from iamcli.cli.check.words import Stage, Word

_FOOTER = "IsTruncated: false"
#: What shows that the body of a loop does not treat the footer as an entry.
_SKIPS_FOOTER = re.compile(r"Truncated|arn:|\barn\*|\*:\*|Alias:|\b[ef]?grep\b")
#: Tests, and those that compare a value with something or look for a file.
_TESTS = re.compile(r"\[\[?\s[^;]*?\s\]|\(\([^;\n]*|\bcase\s[^;\n]*|\b(?:test|expr)\s[^;|&\n]*")
_COMPARES = re.compile(r"=|\s(?:-(?:eq|ne|lt|le|gt|ge|[defrswx])|:|in)\s|\bcase\b|\bexpr\b|\(\(")
_VARIABLE = re.compile(r"\$\{?#?(\w+)")
#: A program for awk that prints a part of each line, and one for sed that changes lines.
_PRINTS = re.compile(r"\s*\{\s*print(?:\s+\$(\w+))?\s*;?\s*\}\s*")
_CHANGES = re.compile(
    r"(?:;?\s*s([/#|,@!%])(?:\\.|(?!\1)[^\\])*\1(?:\\.|(?!\1)[^\\])*\1[gI\d]*\s*)+"
)
#: A count that is compared with 1 instead of 0, with the pattern for its end.
_COUNTED = r"(?:{})\"?\s+(?:-(?:gt|le|eq|ne)|[!=]?=)\s+1\b"
_STATUS_LISTS = ("iam-userlistkeys", "iam-userlistcerts")
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
    """Yield the findings about how output is read."""
    yield from _lists(commands)
    yield from _greps(commands)
    yield from _tests(commands)
    yield from _reads(commands)


# W202


def _lists(commands: Commands) -> Iterator[Fault]:
    for loop in commands.walker.loops:
        if loop.kind == "while" and not loop.reads:
            continue
        words = loop.words if loop.kind == "for" else _read_from(loop.redirects)
        if not _skips_footer(loop):
            yield from _footers(commands, words, f"the {loop.kind} loop")
    for call in commands.walker.calls:
        yield from _pipe(commands, call)
        if _counts(call) or call.program in ("mapfile", "readarray"):
            yield from _footers(commands, _read_from(call.redirects), str(call.program))


def _footers(commands: Commands, words: list[Word], reader: str) -> Iterator[Fault]:
    for word in words:
        for first, *filters in (gap.output for gap in word.gaps if gap.output):
            source = origin(first)
            if source is None or not all(map(_passes, filters)) or (filters and _joins(first)):
                continue
            yield from _footer(commands, source, word, reader)


def _skips_footer(loop: Loop) -> bool:
    """Return whether ``loop`` may leave out the footer, because it tests what it reads."""
    source = loop.condition + loop.body
    # while read key && read status: the second line is missing.
    if _SKIPS_FOOTER.search(source) or len(re.findall(r"\bread\b", loop.condition)) > 1:
        return True
    made = assigned(loop.body)
    # The footer leaves variables empty that are made from entries, or are parts of them.
    parts = made | (loop.names if re.search("IFS=[\"']?/", loop.condition) else set())
    for test in _TESTS.findall(source):
        names = made | loop.names if _COMPARES.search(test) else parts
        if names & set(_VARIABLE.findall(test)):
            return True
    return False


def _read_from(redirects: tuple[Redirect, ...]) -> list[Word]:
    return [
        redirect.word
        for redirect in redirects
        if redirect.word is not None and redirect.operator in ("<", "<<", "<<<")
    ]


def _pipe(commands: Commands, call: Call) -> Iterator[Fault]:
    """Yield the findings about the pipe that begins with ``call``."""
    if len(call.stages) < 2 or call.stage != 0:  # noqa: PLR2004 - a pipe has two ends
        return
    source = origin(call)
    reader = next((stage for stage in call.stages[1:] if not _passes(stage)), None)
    if source is None or reader is None:
        return
    word = call.head if source is call else call.words[-1]
    if isinstance(reader, Loop):
        reads = reader.kind == "while" and reader.reads and not _joins(call)
        if reads and not _skips_footer(reader):
            yield from _footer(commands, source, word, "the while loop")
    elif isinstance(reader, Call):
        if _counts(reader):
            if not _joins(call):
                yield from _footer(commands, source, word, str(reader.program))
        elif reader.iam and "xargs" in reader.target.through:
            yield from _footer(commands, source, word, "xargs")


def _joins(stage: Stage) -> bool:
    """Return whether ``stage`` joins lines, as echo does with a variable that is not in quotes."""
    if not isinstance(stage, Call) or stage.iam:
        return False
    parts = [part for word in stage.words for part in word.parts]
    return not all(part.quoted for part in parts if isinstance(part.text, Gap))


def _passes(stage: Stage) -> bool:
    """Return whether ``stage`` prints something for the footer if it reads it."""
    if not isinstance(stage, Call):
        return False
    if stage.program == "cut":
        return _cuts(stage)
    if stage.program in ("awk", "gawk", "mawk", "sed"):
        return _edits(stage)
    return stage.program in ("cat", "rev", "sort", "tr") or (
        stage.program == "uniq" and not stage.words
    )


def _cuts(call: Call) -> bool:
    """Return whether ``cut`` prints a part of the footer."""
    options = "\0".join(word.known for word in call.words)
    if re.search(r"(?:^|\0)(?:-s|--only)", options):
        return False
    delimiter = re.search(r"-d\0?(.)", options)
    fields = _FOOTER.split(delimiter[1]) if delimiter else [_FOOTER]
    field = re.search(r"-f\0?(\d+)", options)
    character = re.search(r"-[bc]\0?(\d+)", options)
    if character:
        return int(character[1]) <= len(_FOOTER)
    # A line without the delimiter is printed as a whole.
    return field is None or len(fields) == 1 or int(field[1]) <= len(fields)


def _edits(call: Call) -> bool:
    """Return whether the program of awk or sed prints a part of every line."""
    literals = [text or "" for text in call.literals]
    if not literals:
        return False
    if call.program == "sed":
        options = [text for text in literals if text.startswith("-")]
        programs = [text for text in literals if not text.startswith("-")]
        silent = any(re.match("-[A-Za-z]*n|--quiet|--silent", option) for option in options)
        return bool(programs) and not silent and all(map(_changes, programs))
    printed = _PRINTS.fullmatch(literals[-1])
    separated = any(text.startswith("-F") for text in literals)
    # Another field of the footer is empty.
    fields = (None, "0", "NF", "1") if separated else (None, "0", "NF", "1", "2")
    return printed is not None and printed[1] in fields


def _changes(program: str) -> bool:
    """Return whether a ``program`` for sed removes no line, and does not change the footer."""
    return bool(_CHANGES.fullmatch(program)) and not re.search("runcated|false", program)


def _counts(call: Call) -> bool:
    """Return whether ``call`` counts lines, and the script does not subtract the footer."""
    if not _counts_all(call):
        return False
    node = call.node.parent
    for _ in range(8):
        if node is None:
            break
        source = syntax.text(node)
        if node.type == "arithmetic_expansion" or source.startswith("(("):
            return False
        if node.type == "command" and re.match(r"(?:expr|let)\b.*-\s*1\b", source, re.DOTALL):
            return False
        if node.type == "test_command" and re.search(_COUNTED.format("\\)|`"), source):
            return False
        node = node.parent
    name = call.capture.use.name if call.capture else ""
    if not name:
        return True
    variable = re.escape(name)
    subtracted = rf"\b{variable}\}}?\s*-\s*1\b|\b{variable}(--|\s*-=)|--{variable}"
    compared = _COUNTED.format(rf"\b{variable}\}}?")
    search = re.compile(f"{subtracted}|{compared}").search
    # Most lines of a long script do not contain the name, and "in" is faster than the search.
    return not any(search(line) for line in call.script.text.splitlines() if name in line)


def _counts_all(call: Call) -> bool:
    """Return whether ``call`` counts all lines."""
    literals = [text or "" for text in call.literals]
    last = literals[-1] if literals else ""
    if call.program == "wc":
        return not {"-l", "--lines"}.isdisjoint(literals)
    if call.program in ("awk", "gawk", "mawk"):
        return bool(re.fullmatch(r"\s*END\s*\{\s*print\s+NR\s*;?\s*\}\s*", last))
    if call.program == "sed":
        return literals == ["-n", "$="]
    search = grep(call)
    counts = search is not None and not search.inverted and search.word.literal in ("", ".", "^")
    return counts and any(re.fullmatch(r"-\w*c\w*", each) for each in literals)


def _footer(commands: Commands, source: Call, word: Word, reader: str) -> Iterator[Fault]:
    invocation = commands.of(source)
    if invocation is None or not invocation.lists:
        return
    inline = source.head.line == word.line
    message = f'{reader} also reads the footer of the list, "IsTruncated: false"'
    fix = "remove the footer: | grep -v '^IsTruncated:'"
    yield fault(source, source.head if inline else word, "W202", message, fix)


# W203 and W206


class Grep(NamedTuple):
    """A search: the word of the pattern, the pattern in the syntax of Python, and whether -v."""

    word: Word
    pattern: re.Pattern[str]
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
            flags += {"--ignore-case": "i", "--word-regexp": "w", "--invert-match": "v"}.get(
                text, ""
            )
        else:
            operands.append(word)
    if not patterns:
        patterns, operands = operands[:1], operands[1:]
    if operands or len(patterns) != 1 or patterns[0].literal is None:
        return None
    return _compiled(call, patterns[0], flags)


def _compiled(call: Call, word: Word, flags: str) -> Grep | None:
    source = str(word.literal)
    if call.program == "fgrep" or "F" in flags:
        source = re.escape(source)
    elif call.program != "egrep" and "E" not in flags and "P" not in flags:
        # In a basic regular expression, \( and \| are special, and ( and | are not.
        source = re.sub(r"\\([(){}|+?])|([(){}|+?])", lambda m: m[1] or f"\\{m[2]}", source)
    source = source.replace("[[:space:]]", r"\s").replace(r"\<", r"\b").replace(r"\>", r"\b")
    if "w" in flags:
        source = rf"\b(?:{source})\b"
    if "x" in flags:
        source = rf"^(?:{source})$"
    if "[:" in source:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pattern = re.compile(source, re.IGNORECASE if set("iy") & set(flags) else 0)
    except (re.error, RecursionError, OverflowError):
        return None
    return Grep(word, pattern, "v" in flags)


def _greps(commands: Commands) -> Iterator[Fault]:
    for call in commands.walker.calls:
        searched = _searched(call)
        if searched and call.program in _FILTERS and call.words:
            program = call.words[0 if not call.words[0].known.startswith("-") else -1]
            if re.search(r"/[^/]*/", program.known):
                for source, merged in searched:
                    yield from _error(source, program, merged=merged)
        search = grep(call) if searched else None
        if search is None or search.inverted:
            continue
        for source, merged in searched:
            yield from _status(call, source, search)
            yield from _error(source, search.word, merged=merged)


def _searched(call: Call) -> list[tuple[Call, bool]]:
    """Return the commands of the toolkit whose output ``call`` reads, and if with their errors."""
    before: tuple[Stage, ...] = call.stages[: call.stage]
    if before:
        source = origin(before[0])
        return [(source, source.merged)] if source else []
    return [
        (source, source.merged)
        for word in _read_from(call.redirects)
        for source in outputs(word.gaps)
    ]


def _status(call: Call, source: Call, search: Grep) -> Iterator[Fault]:
    if source.program not in _STATUS_LISTS:
        return
    word = str(search.word.literal).lower()
    meant = "ctive" in word and "nactive" not in word
    others = [grep(stage) for stage in call.stages if isinstance(stage, Call) and stage is not call]
    removed = any(other and other.inverted and other.pattern.search("Inactive") for other in others)
    if meant and search.pattern.search("Inactive") and not removed:
        message = f"{call.program} also finds Inactive"
        fix = "search for the whole line: grep -x Active"
        yield fault(source, search.word, "W203", message, fix)


def _error(source: Call, word: Word, *, merged: bool) -> Iterator[Fault]:
    if merged or source.flags.strict or not _ERRORS.search(word.known):
        return
    message = f'"{word.known}" is looked for on standard output, but errors are on standard error'
    fix = "add 2>&1 to the command or test its exit status, or use iamcli home --strict"
    yield fault(source, word, "W206", message, fix)


def _tests(commands: Commands) -> Iterator[Fault]:
    for test in commands.walker.tests:
        for source in outputs(test.gaps):
            for word in test.patterns:
                if _ERRORS.search(word.known):
                    yield from _error(source, word, merged=source.merged)
                    break


# W209


def _reads(commands: Commands) -> Iterator[Fault]:
    for call in commands.walker.calls:
        if call.program != "read" or len(builtins.read_names(call)) < 2:  # noqa: PLR2004
            continue
        if any((text or "").startswith("-") and "d" in (text or "") for text in call.literals):
            continue
        for redirect in call.redirects:
            if redirect.operator != "<<<" or redirect.word is None:
                continue
            source = _single(redirect.word)
            invocation = commands.of(source) if source else None
            if invocation and invocation.prints_two_lines:
                message = "read reads one line, but the command prints two"
                fix = "use { read a; read b; } < <(...), or mapfile"
                yield fault(invocation.call, redirect.word, "W209", message, fix)


def _single(word: Word) -> Call | None:
    """Return the command whose lines ``word`` is, None if they are not known or may be joined."""
    gaps = word.gaps
    stages = gaps[0].output if len(gaps) == 1 else ()
    source = direct(stages)
    return None if source is None or _joins(stages[0]) else source
