"""Reads scripts, and parses them with tree-sitter.

The grammar is that of bash, which includes nearly all of sh and much of zsh. What the parser does
not understand is skipped: it goes on after it, at the next line that begins a statement.
"""

from __future__ import annotations

import os
import re
from functools import cache
from typing import TYPE_CHECKING

from iamcli.check.findings import Note
from iamcli.errors import Failure
from iamcli.extras import advice

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tree_sitter import Node, Parser

    from iamcli.check.words import Word

#: Files that are larger are not scripts that people wrote (bytes).
MAX_SIZE = 8 << 20
SHELLS = re.compile(rb"^#!\s*\S*?\b(?:env\s+(?:-S\s*)?)?(?:\S*/)?(a?sh|bash|dash|k?sh|mksh|zsh)\b")
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
    was not understood; ``silenced``: the codes that comments silence, by line.
    """

    def __init__(self, file: str, source: bytes) -> None:
        self.file = file
        self.folder = os.path.dirname(os.path.abspath(file))
        self.source = source
        self.text = source.decode("utf-8", "replace")
        first = source[:_MAX_FIRST_LINE].partition(b"\n")[0]
        self.first_line = first.decode("utf-8", "replace")
        self.notes: list[Note] = []
        self.silenced: dict[int, set[str]] = {}
        self.zsh = file.endswith(".zsh") or (
            self.first_line.startswith("#!") and "zsh" in self.first_line
        )
        # The grammar does not know the flags of zsh: ${(f)x} is read as ${__-x}, which is as long.
        readable = _ZSH_FLAGS.sub(_readable, source) if self.zsh else source
        self.lines = readable.split(b"\n")
        self.plain_sh = bool(re.match(r"#!\s*\S*?/(da)?sh\b", self.first_line))
        self.statements = list(self._statements())
        for number, line in enumerate(self.text.split("\n"), 1):
            if "iamcli" in line and (match := _SILENCED.search(line)):
                self.silenced[number] = set(re.findall(r"[A-Z]\d+", match[1]))

    def skip(self, node: Node) -> None:
        """Note that the lines of ``node`` were not understood."""
        self.skip_lines(node.start_point.row, max(node.start_point.row, node.end_point.row))

    def skip_lines(self, first: int, last: int) -> None:
        """Note that lines were not understood; ``first`` and ``last`` are counted from 0."""
        last = min(last, len(self.lines) - 1)
        while last > 0 and not self.lines[last].strip():
            last -= 1
        first = min(first, last)
        note = Note(self.file, (first + 1, last + 1), "cannot be parsed")
        if note not in self.notes:
            self.notes.append(note)

    def position(self, node: Node) -> tuple[int, int]:
        """Return the line and the column of ``node``, from 1, the column in characters."""
        row, column = node.start_point
        line = self.lines[row] if row < len(self.lines) else b""
        return row + 1, len(line[:column].decode("utf-8", "replace")) + 1

    def quoted(self, word: Word) -> list[Node]:
        """Return the statements in a ``word`` of this script, such as 'iam-groupdel -g tmp'.

        The list is empty if the word is not one string in quotes or cannot be parsed.
        """
        quote, inside = word.source[:1], word.source[1:-1]
        unclear = quote if quote == "'" else '"\\`('
        if quote not in ("'", '"') or word.source[1:][-1:] != quote or set(unclear) & set(inside):
            return []
        row = word.line - 1
        before = self.lines[row].decode("utf-8", "replace")[: word.column]
        start = sum(len(line) + 1 for line in self.lines[:row]) + len(before.encode())
        readable = b"\n".join(self.lines)
        if readable[start : start + len(inside.encode())] != inside.encode():
            return []
        # The positions of the nodes are those in the script.
        blank = re.sub(rb"[^\n]", b" ", readable[:start])
        if quote == '"' and "$" in inside:
            # Variables are expanded before single quotes are seen.
            inside = inside.replace("'", '"')
        root = parser().parse(blank + inside.encode()).root_node
        return [] if root.has_error else root.children

    def _statements(self) -> Iterator[Node]:
        start: int | None = 0
        budget = max(_BUDGET, len(self.lines))
        while start is not None:
            budget -= len(self.lines) - start
            if budget < 0:
                self.skip_lines(start, len(self.lines) - 1)
                return
            source = b"\n" * start + b"\n".join(self.lines[start:])
            root = parser().parse(source).root_node
            found = yield from self._top(root)
            start = found if found is None or found > start else start + 1

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
                    self.skip_lines(child.start_point.row, resume - 1)
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
        self.skip_lines(row, end if resume is None else resume - 1)
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
        with open(file, "rb") as opened:
            source = opened.read(MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        raise UnreadableError(getattr(error, "strerror", None) or str(error)) from None
    if len(source) > MAX_SIZE:
        raise UnreadableError(f"larger than {MAX_SIZE} bytes")
    if b"\0" in source:
        raise UnreadableError("not a text file")
    source = source.removeprefix(b"\xef\xbb\xbf")
    first = source[:_MAX_FIRST_LINE].partition(b"\n")[0]
    if first.startswith(b"#!") and not SHELLS.match(first) and not file.endswith(EXTENSIONS):
        shown = first.decode("utf-8", "replace").strip()
        raise UnreadableError(f"not a sh, bash or zsh script; its first line is {shown}")
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
