"""Checks files: reads them, follows them, and applies the rules."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections import defaultdict

from iamcli import interrupts
from iamcli.cli.check.findings import PARSER, File, Finding, Result
from iamcli.cli.check.rules import arguments, outputs, policies, secrets, statuses, values
from iamcli.cli.check.rules.commands import Commands
from iamcli.cli.check.rules.machine import Machine
from iamcli.cli.check.script import kinds
from iamcli.cli.check.script.calls import output_files
from iamcli.cli.check.script.other_programs import KEEPERS, PRINTING
from iamcli.cli.check.script.scripts import Coverage, read_script
from iamcli.cli.check.script.shfmt import MAX_TIME, Parser, UnreadableError, program
from iamcli.cli.check.script.walk import Walker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from iamcli.cli.check.rules.commands import Fault
    from iamcli.cli.check.script.calls import ScriptFacts
    from iamcli.cli.check.script.scripts import Script

#: Programs that only show or look for names, unless their output is read or written to a file.
_SHOWING = PRINTING | {"command", "which", "type", "hash", "[", "[[", "test"}
_FAMILIES = (arguments, policies, values, outputs, secrets, statuses)
#: How deeply functions may call each other: a chain of && is as deep as it is long.
_MAX_DEPTH = 8000
#: These findings make others about the same command unreliable.
OVERRIDING = ("E101", "E106", "E107")
_WORD = re.compile(rb"(?<![\w.-])iam-\w[\w-]*")


class FileTimeError(Exception):
    """The check of a file takes longer than MAX_TIME."""


class _FileTime:
    """Raises FileTimeError in a ``with`` block after MAX_TIME of CPU time, and each second then."""

    def __enter__(self) -> None:
        self._handler = signal.signal(signal.SIGPROF, self._end) or signal.SIG_DFL
        self._timer = signal.setitimer(signal.ITIMER_PROF, MAX_TIME, 1)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, *self._timer)
        signal.signal(signal.SIGPROF, self._handler)

    def _end(self, _number: int, frame: FrameType | None) -> None:
        leaving = frame is not None and frame.f_code is _FileTime.__exit__.__code__
        if not (leaving or interrupts.must_complete(frame)):
            raise FileTimeError(f"takes longer than {MAX_TIME} seconds")


def check_files(names: Sequence[str], excluded: Sequence[str] = ()) -> Result:
    """Return what is wrong in scripts and in the scripts that they read.

    ``names``: those of the scripts, "-" for standard input, and of directories with scripts;
    ``excluded``: codes that are not reported. Raises Failure if shfmt is not installed. Source:
    iamcli-check(1).
    """
    named: dict[str, str] = {}
    for name in kinds.scripts(names):
        named.setdefault(os.path.realpath(name), name)
    typed = {*map(os.path.realpath, names)}
    scripts: dict[str, Script] = {}
    program()
    parser = Parser()

    def load(file: str) -> Script:
        path = os.path.realpath(file)
        if path not in scripts:
            given, name = path in named, named.get(path, file)
            scripts[path] = read_script(name, parser, typed=path in typed, given=given)
        return scripts[path]

    findings: dict[tuple[str, int, int, str], Finding] = {}
    places: set[tuple[str, int]] = set()
    machine = Machine()
    #: By file: its place in the order, after that of the file that reads it.
    order = {file: (number, 0) for number, file in enumerate(named.values())}
    #: By file: the script, or why it cannot be read.
    read: dict[str, Script | str] = {}
    #: By file: the functions, aliases and variables of the scripts that it is read with.
    defined: dict[str, set[str]] = defaultdict(set)
    limit = sys.getrecursionlimit()
    for number, file in enumerate(named.values()):
        parser.begin_file()
        sys.setrecursionlimit(max(limit, _MAX_DEPTH))
        try:
            with _FileTime():
                facts = Walker(load).walk(load(file))
                commands = Commands(facts)
                found = [finding for finding in _findings(commands) if finding.code not in excluded]
                checked = _cover(commands)
                machine.compare(commands)
        except RecursionError:
            read[file] = "too large or nested too deeply"
        except (UnreadableError, FileTimeError) as error:
            read[file] = str(error)
        else:
            places |= checked
            shown = {script.file for script in facts.scripts if script.shown}
            for finding in found:
                shown_finding = finding if finding.file in shown else finding.hidden
                findings.setdefault(shown_finding[:4], shown_finding)
            for script in facts.scripts:
                order.setdefault(script.file, (number, len(order)))
                read[script.file] = script
                defined[script.file] |= facts.defined | facts.values.keys()
        finally:
            sys.setrecursionlimit(limit)
    kept = sorted(findings.values(), key=lambda finding: (order[finding.file], *finding[1:4]))
    in_order = sorted(order, key=order.__getitem__)
    files = [_file(name, read[name], defined[name], kept) for name in in_order]
    return Result(kept, len(places), files, machine.missing, machine.installed)


def _cover(commands: Commands) -> set[tuple[str, int]]:
    """Note which parts of the scripts are commands that are checked, and return their places."""
    facts = commands.facts
    for call in commands.unseen:
        name = str(call.program) if call.iam else "iam-*"
        call.script.root.unseen.add((*call.head.place, name))
    for call in facts.calls:
        written = [word for word in output_files(call) if not word.known.startswith("/dev/")]
        shown = call.program in _SHOWING and not (call.captured or written)
        value = call.program == "alias" or call.program in KEEPERS
        coverage = Coverage.IN_VALUE if value else Coverage.NOT_CHECKED
        if call.iam or shown:
            coverage = Coverage.CHECKED
        statement = call.node.parent or call.node
        call.script.cover(statement.start, statement.end, coverage)
        if call.iam and str(call.program) not in call.node.text:
            call.script.root.indirect.add(str(call.program))
    # One place can contain several commands, if a variable does.
    places = ((call.script, call.node.start) for call in facts.calls if call.iam)
    return {(script.root.file, script.outer(start)) for script, start in places}


def _file(name: str, read: Script | str, defined: set[str], findings: list[Finding]) -> File:
    """Return what becomes of the file ``name``, which is a script, or why it cannot be read."""
    if isinstance(read, str):
        return File(name, reason=read)
    codes = sorted({finding.code for finding in findings if finding.file == name})
    notes = sorted(read.notes, key=lambda note: note.lines)
    found = read.mentions(defined)
    mentions = tuple((line, mention if read.shown else "") for line, mention in found)
    lines = ((each, read.lines[line - 1]) for line, each in mentions)
    java = {each for each, line in lines if each.encode() not in line and b"View" in line}
    names = read.language != kinds.CRONTAB or kinds.mentions(read.source)
    jobs = (
        0 if names else sum(bool(each["command"]) for each in kinds.CRON_LINE.finditer(read.text))
    )
    parts = tuple(codes), mentions, tuple(notes), "", tuple(sorted(java))
    return File(name, read.language, *parts, jobs)


def _findings(commands: Commands) -> Iterator[Finding]:
    """Yield the findings in the scripts with ``commands``, without silenced ones."""
    faults: list[Fault] = [each for family in _FAMILIES for each in family.check(commands)]
    overridden = {call for call, finding in faults if finding.code in OVERRIDING}
    scripts = {script.file: script for script in commands.facts.scripts}
    for call, finding in faults:
        others = finding.code in OVERRIDING or call not in overridden
        script = scripts[finding.file]
        if others and not _silenced(script, finding, call.script.place(call.node.start)[0]):
            yield _for_make(finding) if call.script.root.language == kinds.MAKEFILE else finding
    for script, finding in _syntax(commands.facts):
        if not _silenced(script, finding, finding.line):
            yield finding


def _for_make(finding: Finding) -> Finding:
    """Return ``finding`` as a recipe is written; what make replaces is not known."""
    texts = finding.message, finding.fix
    message, fix = (text.replace("$", "$$").replace("$$_", "$(...)") for text in texts)
    return finding._replace(message=message, fix=fix)


def _syntax(facts: ScriptFacts) -> Iterator[tuple[Script, Finding]]:
    """Yield E109 for the first syntax error, and W212 for commands that the parser cannot read."""
    for script in facts.scripts:
        for fault in script.faults:
            word = _WORD.search(script.source, fault.start, fault.end)
            name = word[0].decode("utf-8", "replace") if word else ""
            at, code, fix = fault.at, "E109", fault.fix or "correct the script"
            message = fault.message if fault.fix else f"syntax error: {fault.message}"
            if word and not fault.error:
                at, code = word.start(), PARSER
                fix = "check it yourself, or write it in a simpler form"
                message = f"the parser of iamcli check cannot read this line, with {name}"
                message += f": {fault.message}" if fault.message else ""
            line, column = script.place(at)
            if fault.first if fault.error else word:
                yield script, Finding(script.file, line, column, code, name, message, fix)


def _silenced(script: Script, finding: Finding, first: int) -> bool:
    """Return whether a comment on or above the line, or the command, silences ``finding``."""
    return finding.code in script.silenced.get(0, ()) or any(
        finding.code in script.silenced.get(line, ())
        and (line in (finding.line, first) or script.lines[line - 1].lstrip().startswith(b"#"))
        for line in (finding.line, finding.line - 1, first, first - 1)
    )
