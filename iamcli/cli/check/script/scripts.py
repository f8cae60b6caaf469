"""Reads scripts, and texts in them that are scripts, without the lines that have faults."""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_right
from contextlib import suppress
from enum import Enum
from functools import cached_property
from itertools import accumulate, islice
from operator import itemgetter
from shutil import which
from typing import NamedTuple

from iamcli.cli.check.findings import UNREAD, FileNote
from iamcli.cli.check.script import kinds
from iamcli.cli.check.script.nodes import Redirect, first
from iamcli.cli.check.script.shfmt import Parser, SyntaxFault, UnreadableError
from iamcli.config import files
from iamcli.quoting import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamcli.cli.check.script.nodes import Statement

#: The largest script, and the largest file in another language, which is only searched (bytes).
MAX_SIZE, MAX_TEXT = 256 << 10, 16 << 20
_NAME = re.compile(rb"iam[-_]|com\.amazonaws\.|IAMCli")
_COMMENT = re.compile(rb"^[ \t]*#.*", re.MULTILINE)
_SILENCED = re.compile(r"#\s*iamcli:\s*ignore=\s*([A-Z]\d+(?:\s*,\s*[A-Z]\d+)*)")
#: A command that ends in a format of date.
_DATE = re.compile(rb"\bdate\b[^;&|]{0,99}\s\+\S*\Z")
#: How many lines with faults are passed over.
_MAX_FAULTS = 20
#: Whether names of commands are checked. Those in a value are if it is run as a command.
Coverage = Enum("Coverage", "CHECKED NOT_CHECKED IN_VALUE")


class UnreadLine(NamedTuple):
    """A line from the byte ``start`` to ``end`` that cannot be read, because of the byte ``at``.

    ``message``: what the parser says, "" if it read the line wrongly; ``error``: the shell refuses
    the script, too; ``first``: it is the first fault of the script, which others may follow from;
    ``fix``: what to do about it, "" if it is a syntax error.
    """

    start: int
    end: int
    at: int
    message: str
    error: bool = False
    first: bool = False
    fix: str = ""


class ShellText:
    """Text that a shell runs: a script or a part of it.

    ``root``: the script that it is, or that it is in; ``statements``: what the parser made of it.
    """

    statements: Sequence[Statement] = ()

    def __init__(self, root: Script, source: bytes) -> None:
        self.root = root
        self.source = source

    def parsed(self) -> Sequence[Statement]:
        """Return the statements in it without the lines that have a fault."""
        source, root = self.source, self.root
        for faults in range(_MAX_FAULTS):
            try:
                return self._read(source, root.dialect)
            except SyntaxFault as error:
                # It is at the end of the script that something is not closed.
                fault = _line(source, min(error.at, len(source.rstrip())), str(error))
            if not faults and root is self and root.dialect == "bash" and not self.refused:
                # It is for both bash and zsh.
                with suppress(SyntaxFault):
                    return self._read(source, "zsh")
            self._skip(fault._replace(error=self.refused, first=not faults))
            source = source[: fault.start].ljust(fault.end) + source[fault.end :]
        self._skip(UnreadLine(0, len(source), 0, "there are too many faults", self.refused))
        return []

    def _read(self, source: bytes, dialect: str) -> Sequence[Statement]:
        """Return the statements of ``source``; note comments, and what is left out."""
        statements, unread, comments = self.root.parser.parse(source, dialect)
        for at in unread:
            self._skip(_line(source, at, ""))
        for start, end in comments:
            self.cover(start, end, Coverage.CHECKED)
        return statements

    def _skip(self, fault: UnreadLine) -> None:
        """Note that a line was not understood, in a part if a command may be in what is lost."""
        root = self.root
        lost = self.source if fault.error else self.source[fault.start : fault.end]
        if root is self or b"iam-" in lost:
            start, end, at = map(self.outer, fault[:3])
            root.faults.append(fault._replace(start=start, end=max(start, end), at=at))
            root.note(start, max(start, end - 1), UNREAD)

    def cover(self, start: int, end: int, coverage: Coverage) -> None:
        """Note the ``coverage`` of the names of commands from the byte ``start`` to ``end``."""
        covered = self.root.covered
        for match in _NAME.finditer(self.source, start, end):
            at = self.outer(match.start())
            smallest = covered.setdefault(at, (end - start, coverage))
            covered[at] = min(smallest, (end - start, coverage), key=lambda part: part[0])

    @cached_property
    def refused(self) -> bool:
        """Whether bash, or zsh for its scripts, finds a syntax error in it; it runs nothing."""
        shell = which(self.root.dialect)
        # zsh would read the start-up files of the user.
        options = ["-f", "-n"] if self.root.dialect == "zsh" else ["-n"]
        with suppress(UnreadableError):
            run = self.root.parser.run
            return shell is not None and run([shell, *options], self.source)[0] != 0
        return False

    def place(self, at: int) -> tuple[int, int]:
        """Return the line and the column of the byte ``at``, from 1, the column in characters."""
        at, root = self.outer(at), self.root
        line = root.line(at)
        return line, len(root.source[root.starts[line - 1] : at].decode("utf-8", "replace")) + 1

    def outer(self, at: int) -> int:
        """Return which byte of the root the byte ``at`` is."""
        return at


class Script(ShellText):
    """A script: its file, its source, and what the parser made of it.

    ``file``: its name for messages; ``shown``: its words may be shown: it was ``given``, and is no
    file of credentials; ``parts``: what is run of it, by default itself; ``notes`` and ``faults``:
    what was not understood; ``silenced``: the codes that comments silence, by line, and by 0 those
    of all lines; ``covered``: by the first byte of the name of a command, the length of the
    smallest part that it is in, and its coverage; ``indirect``: the names in values that are run;
    ``unseen``: the places of commands that are not known, and their names.
    """

    def __init__(self, file: str, source: bytes, parser: Parser, *, given: bool) -> None:
        super().__init__(self, source)
        self.parser = parser
        self.file = file
        self.folder = os.path.dirname(os.path.abspath(file))
        self.text = source.decode("utf-8", "replace")
        self.shown = given and (b"iam-" in source or not kinds.CREDENTIAL.search(self.text))
        self.notes: list[FileNote] = []
        self.faults: list[UnreadLine] = []
        shown = kinds.language(file, self.text)
        self.language = shown or kinds.SHELL
        self.dialect = "zsh" if self.language == kinds.ZSH else "bash"
        self.covered: dict[int, tuple[int, Coverage]] = {}
        self.indirect: set[str] = set()
        self.unseen: set[tuple[int, int, str]] = set()
        self.silenced: dict[int, set[str]] = {}
        self.lines = source.split(b"\n")
        self.starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        #: The last line that is not blank.
        self._last = source.rstrip().count(b"\n") + 1
        self.parts: list[ShellText] = []
        if self.language in kinds.SHELLS:
            self.parts = [self]
            self.statements = self.parsed()
        if not shown and given and file != "-" and any(fault.error for fault in self.faults):
            self.language, self.statements, self.parts = kinds.UNKNOWN, (), []
            self.faults, self.notes, self.covered = [], [], {}
        if self.language not in (*kinds.SHELLS, "Markdown", "text"):
            for comment in _COMMENT.finditer(source):
                self.cover(*comment.span(), Coverage.CHECKED)
        if self.language in (kinds.CRONTAB, kinds.MAKEFILE):
            found = kinds.commands(self.language, file, source)
            self.parts = [self._part(*each) for each in found]
        begin = [part.place(part.statements[0].start) for part in self.parts if part.statements]
        for match in _SILENCED.finditer(self.text):
            line = self.text.count("\n", 0, match.start()) + 1
            # Before the first command, for the whole file.
            at = 0 if begin and line < begin[0][0] else line
            self.silenced.setdefault(at, set()).update(re.findall(r"[A-Z]\d+", match[1]))

    def _part(self, script: bytes, places: list[int]) -> Fragment:
        """Return the ``script``, in a crontab up to a "%" without a backslash if it can end there.

        Source: crontab(5).
        """
        crontab = self.language == kinds.CRONTAB
        ends = (n for n, at in enumerate(places) if crontab and self.source[at] == ord("%"))
        for end in islice(ends, 1):
            cut = script[:end]
            if not (_DATE.search(cut) or self._refuses(cut)) or self._refuses(script):
                return Fragment(self, cut, places[:end])
            fault = _line(self.source, places[end], "in a crontab, % ends the command")
            self.faults.append(fault._replace(error=True, first=True, fix="write \\%"))
        return Fragment(self, script, places)

    def note(self, start: int, last: int, reason: str) -> None:
        """Note that the lines of the bytes from ``start`` to ``last`` are not checked, and why."""
        note = FileNote(self.file, (self.line(start), self.line(last)), reason)
        if note not in self.notes:
            self.notes.append(note)

    def _refuses(self, source: bytes) -> bool:
        with suppress(SyntaxFault):
            return self.parser.parse(source, self.dialect) is None
        return True

    def mentions(self, defined: set[str]) -> list[tuple[int, str]]:
        """Return the names of commands that are not checked, with their lines.

        The smallest part around a name says whether it is, except in lines that are not read. Names
        that are ``defined``, as functions, aliases or variables, are not those of commands.
        """
        unread = [note.lines for note in self.notes if note.reason == UNREAD]
        found: list[tuple[int, str]] = []
        words = kinds.wrong_names(self.source) if self.language in kinds.READ else []
        wrong = [each for each in words if each[1] not in defined]
        for at, name in sorted([*kinds.mentions(self.source), *wrong]):
            line = self.line(at)
            coverage = self.covered.get(at, (0, Coverage.NOT_CHECKED))[1]
            checked = coverage is Coverage.CHECKED
            if coverage is Coverage.IN_VALUE:
                # In a value, a wrong name is no command.
                checked = name in self.indirect or (at, name) in wrong
            if not (checked or any(first <= line <= last for first, last in unread)):
                found.append((line, name))
        found += ((line, name) for line, _, name in sorted(self.unseen))
        return sorted(found, key=itemgetter(0))

    def line(self, at: int) -> int:
        """Return the number of the line, from 1, that the byte ``at`` is in."""
        return min(bisect_right(self.starts, at), self._last)


class Fragment(ShellText):
    """A script in the text of another; ``places``: where the bytes of ``source`` are there."""

    def __init__(self, around: ShellText, source: bytes, places: list[int]) -> None:
        super().__init__(around.root, source)
        self._around = around
        self._places = array("L", [*places, places[-1] + 1 if places else 0])
        self.statements = self.parsed()

    def outer(self, at: int) -> int:
        """Return which byte of the root the byte ``at`` is."""
        return self._around.outer(self._places[min(at, len(self._places) - 1)])


def _line(source: bytes, at: int, message: str) -> UnreadLine:
    """Return a fault in the line of the byte ``at``."""
    start = source.rfind(b"\n", 0, at) + 1
    end = source.find(b"\n", start)
    return UnreadLine(start, len(source) if end < 0 else end, at, message)


def read_script(file: str, parser: Parser, *, typed: bool, given: bool) -> Script:
    """Read and parse the script ``file``, a regular file unless the user ``typed`` its name.

    ``given``: the user typed its name, or that of a directory that it is in.
    Raises UnreadableError, RecursionError if it is nested too deeply, and Failure as ``program``.
    """
    try:
        if not typed and kinds.SPECIAL.match(os.path.realpath(file)):
            raise UnreadableError("not a usual file: the system makes it")
        opened = files.regular(file) if not typed else "/dev/stdin" if file == "-" else file
        source = files.read(opened, MAX_TEXT + 1)
    except (OSError, ValueError) as error:
        raise UnreadableError(getattr(error, "strerror", None) or str(error)) from None
    other = kinds.language(file, source.decode("utf-8", "replace")) not in ("", *kinds.READ)
    size = MAX_TEXT if other else MAX_SIZE
    if len(source) > size:
        raise UnreadableError(f"larger than {size} bytes")
    if b"\0" in source:
        raise UnreadableError("not a text file")
    rows = source.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    ends = [number for number, row in enumerate(rows, 1) if row.endswith(b"\r")]
    rows = [row.rstrip(b"\r").replace(b"\r", b" ") for row in rows]
    script = Script(file, b"\n".join(rows), parser, given=given)
    # make removes them.
    if script.language in (*kinds.SHELLS, kinds.CRONTAB):
        _refuse(script, ends)
    return script


def _refuse(script: Script, ends: list[int]) -> None:
    """Note that the lines ``ends`` end in CR LF, unless all are in here-documents."""
    redirects = [each for node in script.statements for each in first(node, Redirect)]
    documents = [each.document for each in redirects if each.document]
    lines = [range(script.line(each.start), script.line(each.end)) for each in documents]
    wrong = [number for number in ends if not any(number in each for each in lines)]
    if wrong:
        reason = "must not end in CR LF, which shells do not accept; checked with LF instead"
        script.notes.insert(0, FileNote(script.file, (wrong[0], wrong[-1]), reason))
        message = "the line ends in CR LF, and the shell takes CR for a letter"
        fault = _line(script.source, script.starts[wrong[0]] - 1, message)
        file = "FILE" if script.file == "-" else quoted(script.file)
        fix = f"run: sed -i 's/\\r$//' {file}"
        script.faults.insert(0, fault._replace(error=True, first=True, fix=fix))
