"""Checks files: reads them, follows them, and applies the rules."""

from __future__ import annotations

import os
import re
import sys
from contextlib import ExitStack

from iamcli.cli.check.findings import PARSER, Finding, Result
from iamcli.cli.check.rules import arguments, outputs, secrets, statuses, values
from iamcli.cli.check.rules.commands import Commands
from iamcli.cli.check.script import scripts as reading
from iamcli.cli.check.script.shfmt import Parser, UnreadableError, program
from iamcli.cli.check.script.walk import Walker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamcli.cli.check.findings import Note
    from iamcli.cli.check.rules.commands import Fault
    from iamcli.cli.check.script.scripts import Script

RULES = (arguments.check, values.check, outputs.check, secrets.check, statuses.check)
#: How deeply functions may call each other, because scripts are nested: a chain of && is as deep
#: as it is long.
_MAX_DEPTH = 8000
#: These findings make others about the same command unreliable.
OVERRIDING = ("E101", "E106", "E107")
_WORD = re.compile(rb"(?<![\w.-])iam-\w[\w-]*")


def check(files: Sequence[str]) -> Result:
    """Return what is wrong in the scripts ``files`` and in the scripts that they read.

    Raises Failure if shfmt is not installed. Source: "iamcli check" in iamcli(1).
    """
    scripts: dict[str, Script] = {}
    parser = Parser()

    def load(file: str) -> Script:
        path = os.path.realpath(file)
        if path not in scripts:
            scripts[path] = reading.read(file, parser)
        return scripts[path]

    program()
    findings: dict[tuple[str, int, int, str], Finding] = {}
    notes: dict[Note, None] = {}
    unreadable: list[tuple[str, str]] = []
    commands: set[tuple[str, int]] = set()
    order: dict[str, int] = {}
    for file in files:
        parser.begin()
        try:
            with ExitStack() as stack:
                stack.callback(sys.setrecursionlimit, sys.getrecursionlimit())
                sys.setrecursionlimit(max(sys.getrecursionlimit(), _MAX_DEPTH))
                walker = Walker(load(file), load)
            for finding in list(_findings(walker)):
                findings.setdefault(finding[:4], finding)
        except (UnreadableError, RecursionError) as error:
            deep = isinstance(error, RecursionError)
            unreadable.append((file, "too large or nested too deeply" if deep else str(error)))
            continue
        # One place can contain several commands, if a variable does.
        places = ((call.script, call.node.start) for call in walker.calls if call.iam)
        commands |= {(script.file, script.outer(start)) for script, start in places}
        for script in walker.scripts:
            order.setdefault(script.file, len(order))
            notes |= dict.fromkeys(sorted(script.notes, key=lambda note: note.lines))
    sequence = sorted(findings.values(), key=lambda each: (order[each.file], *each[1:4]))
    return Result(sequence, len(commands), list(notes), unreadable)


def _findings(walker: Walker) -> Iterator[Finding]:
    """Yield the findings in the scripts that ``walker`` has followed, without silenced ones."""
    commands = Commands(walker)
    faults: list[Fault] = [each for rule in RULES for each in rule(commands)]
    overridden = {id(call) for call, finding in faults if finding.code in OVERRIDING}
    searched = {id(call) for call, finding in faults if finding.code == "W206"}
    for call, finding in faults:
        if id(call) in overridden and finding.code not in OVERRIDING:
            continue
        # A search for an error is a test, although it does not find one.
        if id(call) in searched and finding.code == "W207":
            continue
        if not _silenced(call.script, finding, call.script.place(call.node.start)[0]):
            yield finding
    for script, finding in _syntax(walker):
        if not _silenced(script, finding, finding.line):
            yield finding


def _syntax(walker: Walker) -> Iterator[tuple[Script, Finding]]:
    """Yield E109 for the first syntax error, and W212 for commands that the parser cannot read."""
    for script in walker.scripts:
        lines: set[int] = set()
        for fault in script.faults:
            word = _WORD.search(script.source, fault.start, fault.end)
            name = word[0].decode("utf-8", "replace") if word else ""
            if fault.error and fault.first:
                at, code, fix = fault.at, "E109", "correct the script"
                message = f"syntax error: {fault.message}"
            elif word and not fault.error:
                at, code = word.start(), PARSER
                fix = "check it yourself, or write it in a simpler form"
                reason = f": {fault.message}" if fault.message else ""
                message = f"the parser of iamcli check cannot read this line, with {name}{reason}"
            else:
                continue
            place = script.place(at)
            if place[0] not in lines:
                lines.add(place[0])
                yield script, Finding(script.file, *place, code, name, message, fix)


def _silenced(script: Script, finding: Finding, first: int) -> bool:
    """Return whether a comment on or above the line, or the command, silences ``finding``."""
    return any(
        finding.code in script.silenced.get(line, ())
        and (line in (finding.line, first) or script.lines[line - 1].lstrip().startswith(b"#"))
        for line in (finding.line, finding.line - 1, first, first - 1)
    )
