"""Reads scripts, and parses them with shfmt, the parser of mvdan/sh.

A script that it refuses is parsed again without the line that it names, so that the lines before
and after a fault are read.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from bisect import bisect_right
from functools import cache, cached_property
from shutil import which
from typing import NamedTuple

from iamcli.cli.check.findings import UNREAD, Note
from iamcli.errors import Failure
from iamcli.installation.extras import advice, shfmt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Files that are larger are not scripts that people wrote (bytes).
MAX_SIZE = 256 << 10
SHELLS = re.compile(rb"^#!\s*\S*?\b(?:env\s+(?:-S\s*)?)?(?:\S*/)?(a?sh|bash|dash|k?sh|mksh|zsh)\b")
_CSH = re.compile(rb"^#!.*\bt?csh\b")
EXTENSIONS = (".sh", ".bash", ".zsh", ".ksh")
_SILENCED = re.compile(r"#\s*iamcli:\s*ignore=\s*([A-Z]\d+(?:\s*,\s*[A-Z]\d+)*)")
_MAX_FIRST_LINE = 200
#: How many lines with faults are passed over.
_MAX_FAULTS = 20
_TIMEOUT = 60
_OPERATOR = re.compile(rb"<<<|<<-?|<>|<&|>>|>&|>\||&>>?|&&|\|\||\|&|[<>|]")
_FAULT = re.compile(r"(?:<standard input>:)?(\d+):(\d+): (.*)")


class UnreadableError(Exception):
    """A file is not a script that can be checked; the message is the reason."""


class Faulty(Exception):  # noqa: N818 - the shell's word
    """shfmt refuses a text, because of what is ``at`` that byte."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class Node:
    """A part of a script; the members that begin with a capital are those of the JSON of shfmt.

    ``parent``: what it is in; ``source``: the text that it is in, from ``Pos`` to ``End``.
    """

    Type = ""
    Pos = End = DoPos = OpPos = 0
    Background = Negated = Naked = Append = Dollar = False
    # Those of words and commands, None or empty if there are none.
    Cmd: Node | None = None
    Else: Node | None = None
    X: Node | None = None
    Y: Node | None = None
    Stmt: Node | None = None
    Body: Node | None = None
    Name: Node | None = None
    Index: Node | None = None
    Array: Node | None = None
    Loop: Node | None = None
    Word: Node | None = None
    Hdoc: Node | None = None
    N: Node | None = None
    Variant: Node | None = None
    Value: Node | str | None = None
    Args: Sequence[Node] = ()
    Assigns: Sequence[Node] = ()
    Redirs: Sequence[Node] = ()
    Stmts: Sequence[Node] = ()
    Cond: Sequence[Node] = ()
    Then: Sequence[Node] = ()
    Do: Sequence[Node] = ()
    Items: Sequence[Node] = ()
    Patterns: Sequence[Node] = ()
    Parts: Sequence[Node] = ()
    Elems: Sequence[Node] = ()
    parent: Node | None = None

    def __init__(self, source: bytes, members: dict[str, object]) -> None:
        self.source = source
        self.__dict__.update(members)
        for child in self.children:
            child.parent = self

    @property
    def children(self) -> Iterator[Node]:
        """The nodes in it."""
        for name, value in self.__dict__.items():
            if name != "parent":
                if isinstance(value, Node):
                    yield value
                elif isinstance(value, list):
                    yield from value

    @property
    def operator(self) -> str:
        """The operator at OpPos; its name in the JSON depends on the version of shfmt."""
        match = _OPERATOR.match(self.source, self.OpPos)
        return match[0].decode() if match else ""

    @property
    def string(self) -> str:
        """The Value of a text."""
        return self.Value if isinstance(self.Value, str) else ""


def text(node: Node | None) -> str:
    """Return the source of ``node``."""
    return node.source[node.Pos : node.End].decode("utf-8", "replace") if node else ""


def find(node: Node, kinds: set[str]) -> Iterator[Node]:
    """Yield the first nodes of the ``kinds`` in each branch of ``node``."""
    for child in node.children:
        if child.Type in kinds:
            yield child
        else:
            yield from find(child, kinds)


def sequence(statement: Node) -> Sequence[Node]:
    """Return the statements that ``statement`` is one of."""
    for value in statement.parent.__dict__.values() if statement.parent else ():
        if isinstance(value, list) and statement in value:
            return value
    return [statement]


def parse(source: bytes, dialect: str = "bash") -> Sequence[Node]:
    """Return the statements of ``source``. Raises Faulty, and Failure if there is no shfmt."""
    # Bytes that are not UTF-8 are letters to the shell.
    known = re.sub("[\udc80-\udcff]", "_", source.decode("utf-8", "surrogateescape")).encode()
    document = _run(known, dialect)
    if isinstance(document, str):
        match = _FAULT.match(document)
        if not match:
            raise UnreadableError(f"shfmt fails: {document.partition(chr(10))[0]}")
        starts = [0, *(each.end() for each in re.finditer(b"\n", source))]
        row = min(int(match[1]), len(starts)) - 1
        raise Faulty(match[3], min(starts[row] + int(match[2]) - 1, len(source)))
    continued: list[int] = []

    def node(members: dict[str, object]) -> object:
        if "Offset" in members:
            return members["Offset"]
        if str(members.get("Text", "")).endswith("\\\n"):
            continued.append(source.index(b"\\\n", int(str(members["Hash"]))))
        return Node(source, members)

    root: Node = json.loads(document, object_hook=node)
    if continued:
        # shfmt up to 3.14 goes on in the next line after a comment that ends with a backslash.
        letters = bytearray(source)
        for at in continued:
            letters[at] = ord(" ")
        return parse(bytes(letters), dialect)
    return root.Stmts


@cache
def program() -> str:
    """Return the path of shfmt. Raises Failure if it is not installed."""
    found = shfmt()
    if found is None:
        raise Failure(f"shfmt is not installed; {advice('check')}")
    return found


def _run(source: bytes, dialect: str) -> bytes | str:
    """Return the JSON of ``source``, or why it is refused."""
    done = subprocess.run(  # noqa: S603 - it only reads
        [program(), "-ln", dialect, "--to-json"],
        input=source,
        capture_output=True,
        timeout=_TIMEOUT,
        check=False,
    )
    message = done.stderr.decode("utf-8", "replace")
    if message.startswith("invalid value") and dialect == "zsh":
        # shfmt before 3.13 does not know it.
        return _run(source, "bash")
    return message if done.returncode else done.stdout


class Fault(NamedTuple):
    """A fault ``at`` a byte, which spoils the line from ``start`` to ``end``."""

    start: int
    end: int
    at: int
    message: str


def _fault(source: bytes, error: Faulty) -> Fault:
    # It is at the end of the script that something is not closed.
    at = min(error.at, len(source.rstrip()))
    start = source.rfind(b"\n", 0, at) + 1
    end = source.find(b"\n", start)
    return Fault(start, len(source) if end < 0 else end, at, str(error))


class Script:
    """A script: its file, its source, and what the parser made of it.

    ``file``: its name for messages; ``statements``: its statements; ``notes`` and ``faults``: what
    was not understood; ``silenced``: the codes that comments silence, by
    line; ``root``: the script that a fragment is in, or this one.
    """

    def __init__(self, file: str, source: bytes) -> None:
        self.root = self
        self.file = file
        self.folder = os.path.dirname(os.path.abspath(file))
        self.source = source
        self.text = source.decode("utf-8", "replace")
        first = source[:_MAX_FIRST_LINE].partition(b"\n")[0]
        self.first_line = first.decode("utf-8", "replace")
        self.notes: list[Note] = []
        self.faults: list[Fault] = []
        self.silenced: dict[int, set[str]] = {}
        self.zsh = file.endswith(".zsh") or (
            self.first_line.startswith("#!") and "zsh" in self.first_line
        )
        self.starts = [0, *(match.end() for match in re.finditer(b"\n", source))]
        #: The last line that is not blank.
        self._last = source.rstrip().count(b"\n") + 1
        self.lines = source.split(b"\n")
        self.plain_sh = bool(re.match(r"#!\s*\S*?/(da)?sh\b", self.first_line))
        self.statements = self.parsed(source)
        for number, line in enumerate(self.text.split("\n"), 1):
            if "iamcli" in line and (match := _SILENCED.search(line)):
                self.silenced[number] = set(re.findall(r"[A-Z]\d+", match[1]))

    def parsed(self, source: bytes) -> Sequence[Node]:
        """Return the statements of ``source`` without the lines that have a fault."""
        for _ in range(_MAX_FAULTS):
            try:
                return parse(source, "zsh" if self.zsh else "bash")
            except Faulty as error:
                fault = _fault(source, error)
            if not self.faults and not self.zsh and self.root is self and not self.refused:
                # It is for both bash and zsh.
                try:
                    return parse(source, "zsh")
                except Faulty:
                    pass
            self.skip(fault)
            blanks = b" " * (fault.end - fault.start)
            source = source[: fault.start] + blanks + source[fault.end :]
        self.skip(Fault(0, len(source), 0, "too many faults"))
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
        """Whether the shell of the script finds a syntax error in it; it runs nothing."""
        names = ("zsh",) if self.zsh else ("sh", "bash") if self.plain_sh else ("bash", "sh")
        shell = next(filter(None, map(which, names)), None)
        if shell is None:
            return False
        try:
            done = subprocess.run(  # noqa: S603 - the shell only reads the script
                [shell, "-n"],
                input=self.source,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode != 0

    def line(self, at: int) -> int:
        """Return the number of the line, from 1, that the byte ``at`` is in."""
        return min(bisect_right(self.starts, at), self._last)

    def place(self, at: int) -> tuple[int, int]:
        """Return the line and the column of the byte ``at``, from 1, the column in characters."""
        line = self.line(at)
        return line, len(self.source[self.starts[line - 1] : at].decode("utf-8", "replace")) + 1

    def position(self, node: Node) -> tuple[int, int]:
        """Return the line and the column of ``node``, from 1, the column in characters."""
        return self.place(node.Pos)

    def outer(self, at: int) -> int:
        """Return which byte of the root the byte ``at`` is."""
        return at


class Fragment(Script):
    """A script in the text of another: each byte of ``source`` is at one of ``places`` in it."""

    def __init__(self, around: Script, source: bytes, places: list[int]) -> None:
        self.__dict__.update(around.__dict__)
        self._around = around
        self._source = source
        self._places = [*places, places[-1] + 1 if places else 0]
        self.statements = self.parsed(source)

    def skip(self, fault: Fault) -> None:
        """Note that a line was not understood, if it has a command of the toolkit."""
        if b"iam-" in self._source[fault.start : fault.end]:
            start, end, at = map(self.outer, fault[:3])
            self.root.skip(Fault(start, max(start, end), at, fault.message))

    def place(self, at: int) -> tuple[int, int]:
        """Return the line and the column of the byte ``at``."""
        return self.root.place(self.outer(at))

    def outer(self, at: int) -> int:
        """Return which byte of the root the byte ``at`` is."""
        return self._around.outer(self._places[min(at, len(self._places) - 1)])


def read(file: str) -> Script:
    """Read and parse the script ``file``. Raises UnreadableError, and Failure as ``program``."""
    program()
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
