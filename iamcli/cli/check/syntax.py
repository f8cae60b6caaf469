"""Reads scripts, and parses them with tree-sitter.

The grammar is that of bash, which includes nearly all of sh and much of zsh. Commands that it does
not know are set aside first. What the parser still does not understand is skipped: it goes on after
it, at the next line that begins a statement.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left, bisect_right
from functools import cache, cached_property

from iamcli.cli.check.findings import UNREAD, Note
from iamcli.cli.check.lexer import COMMAND, Lexer
from iamcli.cli.check.recovery import Recovery
from iamcli.config import files
from iamcli.errors import Failure
from iamcli.installation.extras import advice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tree_sitter import Node, Parser

    from iamcli.cli.check.lexer import Document

#: Files that are larger are not scripts that people wrote (bytes).
MAX_SIZE = 8 << 20
SHELLS = re.compile(rb"^#!\s*\S*?\b(?:env\s+(?:-S\s*)?)?(?:\S*/)?(a?sh|bash|dash|k?sh|mksh|zsh)\b")
_CSH = re.compile(rb"^#!.*\bt?csh\b")
EXTENSIONS = (".sh", ".bash", ".zsh", ".ksh")
#: The nodes that are statements.
STATEMENTS = {
    *("command", "pipeline", "list", "redirected_statement", "if_statement", "while_statement"),
    *("for_statement", "c_style_for_statement", "case_statement", "compound_statement"),
    *("subshell", "function_definition", "variable_assignment", "variable_assignments"),
    *("declaration_command", "unset_command", "negated_command", "test_command", "comment"),
}
#: The nodes that contain statements; what is wrong in one of them does not spoil the others.
COMPOUND = {
    *("program", "if_statement", "while_statement", "for_statement", "c_style_for_statement"),
    *("case_statement", "case_item", "compound_statement", "subshell", "function_definition"),
    *("do_group", "else_clause", "elif_clause"),
}
_SILENCED = re.compile(r"#\s*iamcli:\s*ignore=\s*([A-Z]\d+(?:\s*,\s*[A-Z]\d+)*)")
_ZSH_FLAGS = re.compile(rb"\$\{(\([^()\s]{1,20}\))(?=[\w\"'$:])")
#: How many lines are parsed again after faults, in a script with many.
_BUDGET = 80_000
_MAX_FIRST_LINE = 200


class UnreadableError(Exception):
    """A file is not a script that can be checked; the message is the reason."""


class Script:
    """A script: its file, its source, and what the parser made of it.

    ``file``: its name for messages; ``statements``: the nodes of its statements; ``notes``: what
    was not understood; ``set_aside``: where that is; ``silenced``: the codes that comments silence,
    by line.
    """

    def __init__(self, file: str, source: bytes) -> None:
        self.file = file
        self.folder = os.path.dirname(os.path.abspath(file))
        self.source = source
        self.text = source.decode("utf-8", "replace")
        first = source[:_MAX_FIRST_LINE].partition(b"\n")[0]
        self.first_line = first.decode("utf-8", "replace")
        self.notes: list[Note] = []
        self.set_aside: list[tuple[int, int]] = []
        self.silenced: dict[int, set[str]] = {}
        self.zsh = file.endswith(".zsh") or (
            self.first_line.startswith("#!") and "zsh" in self.first_line
        )
        # The grammar does not know the flags of zsh: ${(f)x} is read as ${__-x}, which is as long.
        known = _ZSH_FLAGS.sub(_readable, source) if self.zsh else source
        recovery = Recovery(known, is_faulty)
        self.readable = recovery.source
        self._plain = recovery.plain
        self._starts = [0, *(match.end() for match in re.finditer(b"\n", source))]
        #: The last line that is not blank.
        self._last = source.rstrip().count(b"\n") + 1
        self.lines = self.readable.split(b"\n")
        self.plain_sh = bool(re.match(r"#!\s*\S*?/(da)?sh\b", self.first_line))
        for start, end in sorted(recovery.unread):
            self.skip_part(start, end)
        self._replaced = {end - 1: start for start, end in recovery.unread}
        self.statements = list(self._statements())
        for number, line in enumerate(self.text.split("\n"), 1):
            if "iamcli" in line and (match := _SILENCED.search(line)):
                self.silenced[number] = set(re.findall(r"[A-Z]\d+", match[1]))

    @cached_property
    def lexer(self) -> Lexer:
        """What the lexer finds in the script."""
        return Lexer(self._plain)

    @cached_property
    def _commands(self) -> list[tuple[int, int]]:
        return sorted(piece[:2] for piece in self.lexer.pieces if piece.kind == COMMAND)

    def documents(self, start: int, end: int) -> list[Document]:
        """Return the here-documents of the command that is from ``start`` to ``end``."""
        number = bisect_left(self._commands, (start, 0))
        for first, last in self._commands[number : number + 1]:
            if first < end:
                return [each for each in self.lexer.documents if first <= each.operator[0] < last]
        return []

    def unread(self, node: Node) -> str:
        """Return what was set aside where the command ``node`` is now, "" if it is as written."""
        start = self._replaced.get(node.start_byte, node.end_byte)
        return self.source[start : node.end_byte].decode("utf-8", "replace")

    def substitutions(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return where the command substitutions are that begin from ``start`` to ``end``."""
        return sorted(each for each in self.lexer.substitutions if start <= each[0] < end)

    def skip(self, node: Node) -> None:
        """Note that the lines of ``node`` were not understood."""
        self.skip_part(node.start_byte, node.end_byte)

    def skip_lines(self, first: int, after: int) -> None:
        """Note that the lines from ``first`` to the one before ``after`` were not understood.

        Lines are counted from 0.
        """
        start, end = (
            self._starts[row] if row < len(self._starts) else len(self.source)
            for row in (first, after)
        )
        self.skip_part(start, end)

    def skip_part(self, start: int, end: int) -> None:
        """Note that the source from ``start`` to ``end`` was not understood."""
        self.set_aside.append((start, end))
        end = max(start, start + len(self.source[start:end].rstrip()) - 1)
        note = Note(self.file, (self.line(start), self.line(end)), UNREAD)
        if note not in self.notes:
            self.notes.append(note)

    def line(self, at: int) -> int:
        """Return the number of the line, from 1, that the byte ``at`` is in."""
        return min(bisect_right(self._starts, at), self._last)

    def place(self, at: int) -> tuple[int, int]:
        """Return the line and the column of the byte ``at``, from 1, the column in characters."""
        line = self.line(at)
        return line, len(self.source[self._starts[line - 1] : at].decode("utf-8", "replace")) + 1

    def offset(self, line: int, column: int) -> int:
        """Return the byte that is in ``column`` of ``line``; both are counted from 1."""
        before = self.lines[line - 1].decode("utf-8", "replace")[: column - 1]
        return self._starts[line - 1] + len(before.encode())

    def position(self, node: Node) -> tuple[int, int]:
        """Return the line and the column of ``node``, from 1, the column in characters."""
        row, column = node.start_point
        line = self.lines[row] if row < len(self.lines) else b""
        return row + 1, len(line[:column].decode("utf-8", "replace")) + 1

    def _statements(self) -> Iterator[Node]:
        start: int | None = 0
        budget = max(_BUDGET, len(self.lines))
        while start is not None:
            budget -= len(self.lines) - start
            if budget < 0:
                self.skip_lines(start, len(self.lines))
                return
            # The places of the nodes are those in the script.
            before = b"".join(b" " * len(line) + b"\n" for line in self.lines[:start])
            source = before + b"\n".join(self.lines[start:])
            root = parser().parse(source).root_node
            resume = yield from self._top(root)
            start = resume if resume is None or resume > start else start + 1

    def _top(self, root: Node) -> Generator[Node, None, int | None]:
        """Yield the statements of ``root``; return the line to go on at, None if all were read."""
        if root.type == "ERROR":
            return (yield from self._broken(root))
        for child in root.children:
            if child.has_error and child.type in COMPOUND:
                self._faults(child)
            lines = child.end_point.row - child.start_point.row
            if child.type == "ERROR" and lines:
                resume = yield from self._broken(child)
            elif child.has_error and child.type not in COMPOUND and lines:
                resume = self._resume(child.start_point.row, child.end_point.row, quotes=True)
                if resume is not None:
                    self.skip_lines(child.start_point.row, resume)
                else:
                    yield child
            else:
                yield child
                continue
            if resume is not None:
                return resume
        return None

    def _faults(self, node: Node) -> None:
        """Note what was not understood in ``node``."""
        remaining = [node]
        while remaining:
            for child in remaining.pop().children:
                if is_here_string(child.next_sibling):
                    continue
                if child.type == "ERROR" or child.is_missing:
                    self.skip(child)
                elif child.has_error:
                    remaining.append(child)

    def _broken(self, node: Node) -> Generator[Node, None, int | None]:
        """Yield the statements before the fault in ``node``; return the line to go on at."""
        fault = node
        for child in node.children:
            if child.has_error or child.type not in STATEMENTS:
                if child.type in (";", "\n", "&", ";;"):
                    continue
                fault = child
                break
            yield child
        row = fault.start_point.row
        quotes = any(
            child.type in ('"', "'", "`", "$(", "${", "string_content", "heredoc_start", "<<")
            or child.is_missing
            for child in node.children
        )
        end = node.end_point.row
        resume = self._resume(row, end, quotes=quotes)
        self.skip_lines(row, end + 1 if resume is None else resume)
        return resume

    def _resume(self, row: int, end: int, *, quotes: bool) -> int | None:
        """Return the next line after ``row`` that begins a statement, at most ``end``.

        ``quotes``: a quote may be open; only a line after an empty one then begins a statement.
        """
        for number in range(row + 1, min(end + 1, len(self.lines))):
            line = self.lines[number]
            begins = line.strip() and not line[:1].isspace()
            if begins and not (quotes and self.lines[number - 1].strip()):
                return number
        return None


def is_here_string(node: Node | None) -> bool:
    """Return whether ``node`` ends the ``<<<`` after ``}`` or ``)``, which the grammar lacks."""
    before = node.prev_sibling if node is not None and node.type == "file_redirect" else None
    return before is not None and before.type == "ERROR" and text(before) == "<<"


def parse_after(before: bytes, source: bytes) -> Node:
    """Parse ``source`` as what follows ``before``: the places of the nodes are those in both."""
    from tree_sitter import Parser, Range

    start, end = (_point(text) for text in (before, before + source))
    known = parser().language
    if known is None:
        raise AssertionError
    part = Parser(known, included_ranges=[Range(start, end, len(before), len(before + source))])
    return part.parse(before + source).root_node


def _point(source: bytes) -> tuple[int, int]:
    return source.count(b"\n"), len(source) - source.rfind(b"\n") - 1


def is_faulty(source: bytes) -> bool:
    """Return whether the parser does not understand all of ``source``."""
    return parser().parse(source).root_node.has_error


def _readable(flags: re.Match[bytes]) -> bytes:
    return b"${" + b"_" * (len(flags[1]) - 1) + b"-"


@cache
def parser() -> Parser:
    """Return the parser. Raises Failure if tree-sitter is not installed."""
    try:
        import tree_sitter_bash
        from tree_sitter import Language, Parser
    except ImportError as error:
        raise Failure(f"{error.name or error} is not installed; {advice('check')}") from None
    try:
        return Parser(Language(tree_sitter_bash.language()))
    except (TypeError, ValueError) as error:
        raise Failure(
            f"tree-sitter does not fit its grammar ({error}); {advice('check')}"
        ) from None


def read(file: str) -> Script:
    """Read and parse the script ``file``. Raises UnreadableError, and Failure as ``parser``."""
    parser()
    try:
        source = files.read(file, MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        raise UnreadableError(getattr(error, "strerror", None) or str(error)) from None
    if len(source) > MAX_SIZE:
        raise UnreadableError(f"larger than {MAX_SIZE} bytes")
    if b"\0" in source:
        raise UnreadableError("not a text file")
    source = source.removeprefix(b"\xef\xbb\xbf")
    first = source[:_MAX_FIRST_LINE].partition(b"\n")[0]
    known = SHELLS.match(first) or (file.endswith(EXTENSIONS) and not _CSH.match(first))
    if first.startswith(b"#!") and not known:
        line = first.decode("utf-8", "replace").strip()
        raise UnreadableError(f"not a sh, bash or zsh script; its first line is {line}")
    carriage = source.count(b"\r\n")
    source = source.replace(b"\\\r\n", b" \\\n").replace(b"\r\n", b" \n").replace(b"\r", b" ")
    try:
        script = Script(file, source)
    except RecursionError:
        raise UnreadableError("nested too deeply") from None
    if carriage:
        reason = "end in CR LF, which shells do not accept; checked as if they ended in LF"
        script.notes.insert(0, Note(file, (1, len(script.lines)), reason))
    return script


def text(node: Node) -> str:
    """Return the source of ``node``."""
    return (node.text or b"").decode("utf-8", "replace")
