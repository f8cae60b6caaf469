"""Finds where the commands of a script begin and end, without the grammar of the parser.

The parser does not know all of the shell's grammar. This lexer knows less, only quotes, expansions,
here-documents, reserved words and operators, but what it does not know does not spoil the rest. It
tells which commands the parser has to read, and where they end if the parser cannot read one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: The reserved words before and after commands.
_RESERVED = re.compile(
    r"(?:if|then|elif|else|fi|while|until|do|done|esac|time|[!{}])(?=[\s;&|()<>`]|\Z)"
    r"|for(?=\s*\(\()"
)
_FUNCTION = re.compile(
    r"(?:function[ \t]+[^\s()]+(?:[ \t]*\([ \t]*\))?|[^\s()'\"`$=]+[ \t]*\([ \t]*\))"
)
_FOR = re.compile(r"(?:for|select)[ \t]+\w+\s*(?:;\s*)?(?:\bin\b)?")
_CASE = re.compile(r"case(?=\s)")
_IN = re.compile(r"(?:[ \t\n]|\\\n)+in(?=\s)")
_HERE = re.compile(r"<<(-?)[ \t]*((?:'[^'\n]*'|\"[^\"\n]*\"|\\.|[^\s'\"\\;&|()<>])+)")
#: What a command contains that has no meaning outside of it.
_PLAIN = re.compile(r"[^\\'\"`$;&|()<>\n \t#\[{}]+")
_IN_DOUBLE = re.compile(r"[^\\\"`$]+")
_SPACES = re.compile(r"(?:[ \t\n]|\\\n)*")
_CONTINUED = re.compile(r"(?:[ \t]|\\\n)+\Z")
_ESAC = re.compile(r"esac(?=[\s;&|()`]|\Z)")
_CONDITION = re.compile(r"\[\[(?=\s)")
_CONDITION_END = re.compile(r"\s\]\](?=[\s;&|)`]|\Z)")
_ITEM_END = re.compile(r";;&?|;&")
_BETWEEN = re.compile(r"[ \t;&|]|\\\n|#[^\n]*")
_BLANK = re.compile(r"[ \t\n]|\\\n|#[^\n]*")
_NOTE = re.compile(r"(?<=[ \t])#")
#: Operators that do not end a command.
_INSIDE = re.compile(r"(?<=[<>])&|&>|(?<=>)\||<<<")
_ANSI = re.compile(r"(?:[^\\']|\\.)*'?", re.DOTALL)
#: What ``(`` comes after, inside a word.
_OPENS = "<>=?*@+!"
_NESTED = re.compile(r"(?:\\\\)*\\`")
_ENDS = ";&|()\n"


COMMAND = "command"
WORDS = "words"
PATTERNS = "patterns"


class Piece(NamedTuple):
    """A part of a script, from ``start`` to ``end``: one of COMMAND, WORDS (of for), PATTERNS."""

    start: int
    end: int
    kind: str


class Document(NamedTuple):
    """A here-document: where its operator, its body and its last line are.

    ``quoted``: whether the shell expands nothing in it.
    """

    operator: tuple[int, int]
    body: tuple[int, int]
    end: int
    quoted: bool


class Lexer:
    """The ``pieces`` of ``source``, the inner ones first, and its here-documents.

    ``substitutions``: where the command substitutions begin and end; ``nested``: the escaped
    backticks in each one that is in backticks.
    """

    def __init__(self, source: bytes) -> None:
        self.pieces: list[Piece] = []
        self.documents: list[Document] = []
        self.substitutions: list[tuple[int, int]] = []
        self.nested: list[list[tuple[int, int]]] = []
        self._ticks = 0
        self._subshells: set[int] = set()
        # One character for each byte, so that places in it are places in ``source``.
        self._source = source.decode("ascii", "surrogateescape")
        self._pending: list[tuple[tuple[int, int], str, bool, bool]] = []
        self._commands(0, "")

    def _commands(self, at: int, closing: str) -> int:
        """Read commands from ``at`` on; return where ``closing`` ends, or the source."""
        source = self._source
        cases: list[int] = []
        depth = 0
        while at < len(source):
            char = source[at]
            if char == closing and not depth:
                return at + 1
            if char == "\n":
                at = self._newline(at)
            elif cases and (match := _ITEM_END.match(source, at)):
                at = self._pattern(match.end(), cases)
            elif match := _BETWEEN.match(source, at):
                at = match.end()
            elif source.startswith("((", at) and (end := self._arithmetic(at)) is not None:
                at = end
            elif char in "()":
                depth = max(0, depth + (1 if char == "(" else -1))
                at += 1
            else:
                at = self._command(at, cases, closing)
        return at

    def _command(self, at: int, cases: list[int], closing: str) -> int:
        """Read a command or a reserved word; ``cases``: where the cases around it begin."""
        source = self._source
        if match := _RESERVED.match(source, at):
            if match[0] == "esac" and cases:
                cases.pop()
            return match.end()
        if match := _CASE.match(source, at):
            return self._case(match, cases, closing)
        if match := _FOR.match(source, at):
            return self._for(match, closing)
        if match := _FUNCTION.match(source, at):
            return match.end()
        end = self._words(at, closing)
        self._add(at, end, COMMAND)
        return max(end, at + 1)

    def _case(self, case: re.Match[str], cases: list[int], closing: str) -> int:
        end = self._words(_skip(self._source, case.end()), closing, words=1)
        word_in = _IN.match(self._source, end)
        if not word_in:
            return end
        cases.append(case.start())
        return self._pattern(word_in.end(), cases)

    def _for(self, head: re.Match[str], closing: str) -> int:
        if not head[0].endswith("in"):
            return head.end()
        start = _skip(self._source, head.end())
        end = self._words(start, closing)
        self._add(start, end, WORDS)
        return end

    def _add(self, start: int, end: int, kind: str) -> None:
        text = _CONTINUED.sub("", self._source[start:end])
        if text:
            self.pieces.append(Piece(start, start + len(text), kind))

    def _pattern(self, at: int, cases: list[int]) -> int:
        """Read the patterns of an item of a case, also the ``)`` after them, or ``esac``."""
        source = self._source
        while match := _BLANK.match(source, at):
            at = self._newline(at) if match[0] == "\n" else match.end()
        if match := _ESAC.match(source, at):
            cases.pop()
            return match.end()
        at = _skip(source, at + source.startswith("(", at))
        start = at
        while at < len(source) and source[at] != ")":
            at = self._array(at + 1) if source[at] == "(" else self._step(at)
        self._add(start, at, PATTERNS)
        return at + 1

    def _words(self, at: int, closing: str, words: int = 0) -> int:
        """Return where the command ends that has words at ``at``, or that many words."""
        source = self._source
        start = at
        if _CONDITION.match(source, at):
            at = self._condition(at)
        while at < len(source):
            char = source[at]
            if char == closing == "`" or (words and char in " \t\n") or _NOTE.match(source, at):
                break
            if match := _INSIDE.match(source, at):
                at = match.end()
            elif source.startswith("<<", at):
                at = self._here(at)
            elif char == "(" and at > start and source[at - 1] in _OPENS:
                array = source[at - 1] == "="
                at = self._array(at + 1) if array else self._commands(at + 1, ")")
            elif char in _ENDS:
                break
            else:
                at = self._step(at)
        return at

    def _condition(self, at: int) -> int:
        """Return where the ``[[`` at ``at`` ends; operators have another meaning in it."""
        source = self._source
        while at < len(source):
            if match := _CONDITION_END.match(source, at):
                return match.end()
            at = at + 1 if source[at] in "()<>;&|" else self._step(at)
        return at

    def _array(self, at: int) -> int:
        """Return where the words in parentheses end that are at ``at``."""
        source = self._source
        while at < len(source) and source[at] != ")":
            if source[at] == "(":
                at = self._array(at + 1)
            elif source[at] == "#" and source[at - 1].isspace():
                at = self._line_end(at)
            else:
                at = self._step(at)
        return at + 1

    def _step(self, at: int) -> int:
        """Return the place after what is at ``at``: a quoted string, an expansion or text."""
        source = self._source
        char = source[at]
        if char == "\\":
            return self._escaped(at)
        if char == "'":
            end = source.find("'", at + 1)
            return len(source) if end < 0 else end + 1
        if char == '"':
            return self._double(at + 1)
        if char == "`":
            return self._backticks(at + 1)
        if char == "$":
            return self._dollar(at)
        match = _PLAIN.match(source, at)
        return match.end() if match else at + 1

    def _escaped(self, at: int) -> int:
        match = _NESTED.match(self._source, at) if self._ticks else None
        if not match:
            return at + 2
        self.nested[-1].append(match.span())
        return match.end()

    def _backticks(self, at: int) -> int:
        if not self._ticks:
            self.nested.append([])
        self._ticks += 1
        end = self._commands(at, "`")
        self._ticks -= 1
        self.substitutions.append((at - 1, end))
        return end

    def _double(self, at: int) -> int:
        """Return where the double quotes end that contain ``at``."""
        source = self._source
        while at < len(source):
            char = source[at]
            if char == '"':
                return at + 1
            if char == "\\":
                at = self._escaped(at)
            elif char == "`":
                at = self._backticks(at + 1)
            elif char == "$" and not source.startswith("'", at + 1):
                at = self._dollar(at)
            else:
                match = _IN_DOUBLE.match(source, at)
                at = match.end() if match else at + 1
        return at

    def _dollar(self, at: int) -> int:
        source = self._source
        if source.startswith("$((", at) and (end := self._arithmetic(at + 1)) is not None:
            return end
        if source.startswith("$(", at):
            end = self._commands(at + 2, ")")
            self.substitutions.append((at, end))
            return end
        if source.startswith("${", at):
            at += 2
            while at < len(source) and source[at] != "}":
                at = self._step(at)
            return at + 1
        if source.startswith("$'", at):
            match = _ANSI.match(source, at + 2)
            return match.end() if match else len(source)
        return at + 1

    def _arithmetic(self, at: int) -> int | None:
        """Return where ``((`` at ``at`` ends, None if it does not begin a calculation."""
        source = self._source
        start = at
        if start in self._subshells:
            return None
        depth = 0
        pieces, pending = len(self.pieces), len(self._pending)
        while at < len(source):
            char = source[at]
            if char not in "()":
                at = self._step(at)
                continue
            depth += 1 if char == "(" else -1
            at += 1
            if not depth and source[at - 2] == ")":
                return at
            if not depth:
                break
        # It is not tried again, because the time would double with each one around it.
        self._subshells.add(start)
        del self.pieces[pieces:], self._pending[pending:]
        return None

    def _here(self, at: int) -> int:
        match = _HERE.match(self._source, at)
        if not match:
            return at + 2
        quoted = bool(set(match[2]) & set("'\"\\"))
        word = re.sub(r"\\(.)|['\"]", r"\1", match[2])
        self._pending.append((match.span(), word, bool(match[1]), quoted))
        return match.end()

    def _newline(self, at: int) -> int:
        """Return the next line after ``at`` that is not in a here-document."""
        source = self._source
        at += 1
        pending, self._pending = self._pending, []
        for operator, word, stripped, quoted in pending:
            tabs = r"\t*" if stripped else ""
            last = re.compile(r"^" + tabs + re.escape(word) + r"$", re.MULTILINE)
            match = last.search(source, at)
            body = (at, match.start() if match else len(source))
            end = match.end() if match else len(source)
            self.documents.append(Document(operator, body, end, quoted))
            if not quoted:
                self._expansions(*body)
            at = min(end + 1, len(source))
        return at

    def _expansions(self, at: int, end: int) -> None:
        """Read the command substitutions in a here-document."""
        source = self._source
        while at < end:
            char = source[at]
            if char == "\\":
                at += 2
            elif source.startswith("$(", at) or char == "`":
                at = self._step(at)
            else:
                at += 1

    def _line_end(self, at: int) -> int:
        end = self._source.find("\n", at)
        return len(self._source) if end < 0 else end


def _skip(source: str, at: int) -> int:
    match = _SPACES.match(source, at)
    return match.end() if match else at
