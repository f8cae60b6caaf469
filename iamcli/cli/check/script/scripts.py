"""Reads scripts, and texts in them that are scripts, without the lines that have faults."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from contextlib import suppress
from functools import cached_property
from shutil import which
from typing import NamedTuple

from iamcli.cli.check.findings import UNREAD, Note
from iamcli.cli.check.script.shfmt import SyntaxFault, UnreadableError
from iamcli.config import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamcli.cli.check.script.nodes import Statement
    from iamcli.cli.check.script.shfmt import Parser

#: Files that are larger are not scripts that people wrote, and take too much memory (bytes).
MAX_SIZE = 256 << 10
#: The longest line, and the most operators and parentheses in one: shfmt needs memory for each of
#: them within the one before.
MAX_LINE = 64 << 10
_MAX_OPERATORS = 1000
SHELLS = re.compile(rb"^#!\s*\S*?\b(?:env\s+(?:-S\s*)?)?(?:\S*/)?(a?sh|bash|dash|k?sh|mksh|zsh)\b")
_CSH = re.compile(rb"^#!.*\bt?csh\b")
EXTENSIONS = (".sh", ".bash", ".zsh", ".ksh")
_SILENCED = re.compile(r"#\s*iamcli:\s*ignore=\s*([A-Z]\d+(?:\s*,\s*[A-Z]\d+)*)")
_MAX_FIRST_LINE = 200
#: How many lines with faults are passed over.
_MAX_FAULTS = 20


class Fault(NamedTuple):
    """A line from the byte ``start`` to ``end`` that cannot be read, because of what is ``at`` one.

    ``message``: what the parser says, "" if it does not know that it reads the line wrongly;
    ``error``: whether the shell refuses the script, too; ``first``: whether it is the first fault
    of the script, which others may follow from.
    """

    start: int
    end: int
    at: int
    message: str
    error: bool = False
    first: bool = True


class Script:
    """A script: its file, its source, and what the parser made of it.

    ``file``: its name for messages; ``statements``: its statements; ``notes`` and ``faults``: what
    was not understood; ``silenced``: the codes that comments silence, by line; ``parser``: see
    ``Parser``; ``root``: the script that a fragment is in, or this one.
    """

    def __init__(self, file: str, source: bytes, parser: Parser) -> None:
        self.root = self
        self.parser = parser
        self.file = file
        self.folder = os.path.dirname(os.path.abspath(file))
        self.source = self._source = source
        self.text = source.decode("utf-8", "replace")
        first = source[:_MAX_FIRST_LINE].partition(b"\n")[0]
        self.first_line = first.decode("utf-8", "replace")
        self.notes: list[Note] = []
        self.faults: list[Fault] = []
        is_zsh = file.endswith(".zsh") or re.match("#!.*zsh", self.first_line)
        self.dialect = "zsh" if is_zsh else "bash"
        self.starts = [0, *(match.end() for match in re.finditer(b"\n", source))]
        #: The last line that is not blank.
        self._last = source.rstrip().count(b"\n") + 1
        self.lines = source.split(b"\n")
        self.plain_sh = bool(re.match(r"#!\s*\S*?/(da)?sh\b", self.first_line))
        self.statements = self._parsed(source)
        self.silenced = {
            number: set(re.findall(r"[A-Z]\d+", match[1]))
            for number, line in enumerate(self.text.split("\n"), 1)
            if "iamcli" in line and (match := _SILENCED.search(line))
        }

    def _parsed(self, source: bytes) -> Sequence[Statement]:
        """Return the statements of ``source`` without the lines that have a fault."""
        for faults in range(_MAX_FAULTS):
            try:
                statements, unread = self.parser.parse(source, self.dialect)
            except SyntaxFault as error:
                # It is at the end of the script that something is not closed.
                fault = _line(source, min(error.at, len(source.rstrip())), str(error))
            else:
                for at in unread:
                    self.skip(_line(source, at, ""))
                return statements
            if not faults and self.dialect == "bash" and self.root is self and not self.refused:
                # It is for both bash and zsh.
                with suppress(SyntaxFault):
                    return self.parser.parse(source, "zsh")[0]
            self.skip(fault._replace(error=self.refused, first=not faults))
            blanks = b" " * (fault.end - fault.start)
            source = source[: fault.start] + blanks + source[fault.end :]
        self.skip(Fault(0, len(source), 0, "there are too many faults", self.refused, first=False))
        return []

    def skip(self, fault: Fault) -> None:
        """Note that a line was not understood."""
        self.faults.append(fault)
        lines = (self.line(fault.start), self.line(max(fault.start, fault.end - 1)))
        note = Note(self.file, lines, UNREAD)
        if note not in self.notes:
            self.notes.append(note)

    @cached_property
    def refused(self) -> bool:
        """Whether bash, or zsh for its scripts, finds a syntax error in it; it runs nothing."""
        shell = which(self.dialect)
        # zsh would read the start-up files of the user.
        options = ["-f", "-n"] if self.dialect == "zsh" else ["-n"]
        try:
            return shell is not None and self.parser.run([shell, *options], self._source)[0] != 0
        except UnreadableError:
            return False

    def line(self, at: int) -> int:
        """Return the number of the line, from 1, that the byte ``at`` is in."""
        return min(bisect_right(self.starts, at), self._last)

    def place(self, at: int) -> tuple[int, int]:
        """Return the line and the column of the byte ``at``, from 1, the column in characters."""
        at = self.outer(at)
        line = self.line(at)
        return line, len(self.source[self.starts[line - 1] : at].decode("utf-8", "replace")) + 1

    def outer(self, at: int) -> int:
        """Return which byte of the root the byte ``at`` is."""
        return at


class Fragment(Script):
    """A script in the text of another: each byte of ``source`` is at one of ``places`` in it."""

    def __init__(self, around: Script, source: bytes, places: list[int]) -> None:
        self.__dict__.update(around.__dict__)
        self.__dict__.pop("refused", None)
        self._around = around
        self._source = source
        self._places = [*places, places[-1] + 1 if places else 0]
        self.statements = self._parsed(source)

    def skip(self, fault: Fault) -> None:
        """Note that a line was not understood, if a command of the toolkit may not be read."""
        lost = self._source if fault.error else self._source[fault.start : fault.end]
        if b"iam-" in lost:
            start, end, at = map(self.outer, fault[:3])
            self.root.skip(fault._replace(start=start, end=max(start, end), at=at))

    def outer(self, at: int) -> int:
        """Return which byte of the root the byte ``at`` is."""
        return self._around.outer(self._places[min(at, len(self._places) - 1)])


def _line(source: bytes, at: int, message: str) -> Fault:
    """Return a fault in the line of the byte ``at``."""
    start = source.rfind(b"\n", 0, at) + 1
    end = source.find(b"\n", start)
    return Fault(start, len(source) if end < 0 else end, at, message)


def read(file: str, parser: Parser) -> Script:
    """Read and parse the script ``file``.

    Raises UnreadableError, RecursionError if it is nested too deeply, and Failure as ``program``.
    """
    try:
        source = files.read(file, MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        raise UnreadableError(getattr(error, "strerror", None) or str(error)) from None
    _refuse(file, source)
    source = source.removeprefix(b"\xef\xbb\xbf")
    carriage = source.count(b"\r\n")
    source = source.replace(b"\\\r\n", b" \\\n").replace(b"\r\n", b" \n").replace(b"\r", b" ")
    script = Script(file, source, parser)
    if carriage:
        reason = "end in CR LF, which shells do not accept; checked as if they ended in LF"
        script.notes.insert(0, Note(file, (1, len(script.lines)), reason))
    return script


def _refuse(file: str, source: bytes) -> None:
    """Raise UnreadableError if ``source`` is not a script that can be checked."""
    if len(source) > MAX_SIZE:
        raise UnreadableError(f"larger than {MAX_SIZE} bytes")
    if b"\0" in source:
        raise UnreadableError("not a text file")
    first = source.removeprefix(b"\xef\xbb\xbf")[:_MAX_FIRST_LINE].partition(b"\n")[0]
    known = SHELLS.match(first) or (file.endswith(EXTENSIONS) and not _CSH.match(first))
    if first.startswith(b"#!") and not known:
        line = first.decode("utf-8", "replace").strip()
        raise UnreadableError(f"not a sh, bash or zsh script; its first line is {line}")
    for number, row in enumerate(source.split(b"\n"), 1):
        if len(row) > MAX_LINE:
            raise UnreadableError(f"line {number} is longer than {MAX_LINE} bytes")
        if row.count(b"|") + row.count(b"&&") + row.count(b"(") > _MAX_OPERATORS:
            raise UnreadableError(f"line {number} has more than {_MAX_OPERATORS} operators")
