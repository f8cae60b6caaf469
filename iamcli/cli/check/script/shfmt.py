"""Runs shfmt, the parser of mvdan/sh, and makes nodes of the JSON that it prints.

shfmt reads the text on its standard input. It runs nothing and opens no file. Source: its option
``--to-json``, and the package ``syntax/typedjson`` of mvdan.cc/sh.
"""

from __future__ import annotations

import json
import re
import resource
import signal
import subprocess
import time
from contextlib import suppress
from functools import cache

from iamcli import interrupts
from iamcli.cli.check.script import nodes
from iamcli.cli.check.script.nodes import Node, Statement
from iamcli.errors import Failure
from iamcli.installation.extras import advice, shfmt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Members = dict[str, Any]
    #: The statements of a text; the bytes of texts in it that are not read, in backticks in
    #: backticks; and where its comments are.
    Tree = tuple[list[Statement], list[int], list[tuple[int, int]]]

#: How long everything that is run for one file may take (seconds).
MAX_TIME = 20
#: The memory that one run may use, and besides for each byte of the script (bytes). What is in
#: other parts is indented in the JSON, at each level: a script of 256 KiB takes up to 300 MB.
_MEMORY, _MEMORY_FOR_BYTE = 250 * 1000 * 1000, 1300
_OPERATOR = re.compile(rb"<<<|<<-?|<>|<&|>>|>&|>\||&>>?|&&|\|\||\|&|[<>|]")
_FAULT = re.compile(r"(?:<standard input>:)?(\d+):(\d+): (.*)")


class UnreadableError(Exception):
    """A file is not a script that can be checked; the message is the reason."""


class SyntaxFault(Exception):  # noqa: N818 - a fault of the script
    """shfmt refuses a text, because of what is ``at`` that byte."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


@cache
def program() -> str:
    """Return the path of shfmt. Raises Failure if it is not installed."""
    found = shfmt()
    if found is None:
        raise Failure(f"shfmt is not installed; {advice('check')}")
    return found


class Parser:
    """Parses scripts and texts in them, every text once, and a file within MAX_TIME."""

    def __init__(self) -> None:
        self._trees: dict[tuple[bytes, str], Tree] = {}
        self.begin_file()

    def begin_file(self) -> None:
        """Start the time limit of a file, and forget the texts of the one before."""
        self._trees.clear()
        self._end = time.monotonic() + MAX_TIME

    def parse(self, source: bytes, dialect: str) -> Tree:
        """Return what ``source`` contains; ``dialect``: "bash" or "zsh".

        Raises SyntaxFault, UnreadableError if shfmt fails, and Failure if there is none.
        """
        key = (source, dialect)
        if key not in self._trees:
            self._trees[key] = self._parsed(source, dialect)
        return self._trees[key]

    def _parsed(self, source: bytes, dialect: str) -> Tree:
        # Bytes that are not UTF-8 are letters to the shell.
        known = re.sub("[\udc80-\udcff]", "_", source.decode("utf-8", "surrogateescape")).encode()
        status, out, message = self.run([program(), "-ln", dialect, "--to-json"], known)
        if status and dialect == "zsh" and message.startswith("invalid value"):
            # shfmt before 3.13 does not know it.
            return self._parsed(source, "bash")
        fault = _FAULT.match(message) if status else None
        if fault:
            before = source.split(b"\n")[: int(fault[1]) - 1]
            at = min(sum(len(line) + 1 for line in before) + int(fault[2]) - 1, len(source))
            # Versions before 3.13 have other quotes, or none.
            raise SyntaxFault(re.sub('["`]', "", fault[3]), at)
        if status:
            large = "memory" in message or "max depth" in message
            reason = f"shfmt fails: {message.partition(chr(10))[0] or status}"
            raise UnreadableError("too large or nested too deeply" if large else reason)
        builder = _Builder(source)
        try:
            # In texts, these characters are escaped.
            compact = out.translate(None, b"\t\n")
            del out
            body = builder.node(json.loads(compact, object_hook=builder.read), "Node").body
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnreadableError("shfmt does not print what it should; is it shfmt?") from None
        if builder.continued:
            # shfmt up to 3.14 goes on in the next line after a comment that ends with a backslash.
            letters = bytearray(source)
            for at in builder.continued:
                letters[at] = ord(" ")
            return self._parsed(bytes(letters), dialect)
        return body, builder.unread, builder.comments

    def run(self, command: list[str], source: bytes) -> tuple[int, bytes, str]:
        """Run ``command`` with ``source`` as its standard input and an empty environment.

        Return its exit status, and what it prints. Raises UnreadableError if it cannot be run or
        takes too long.
        """
        name = command[0].rpartition("/")[2]
        pipe = subprocess.PIPE
        child = None
        # FileTimeError would leave the child running.
        with interrupts.BlockedSignals(signal.SIGPROF):
            try:
                # A signal while the child starts would leave it running.
                with interrupts.DeferredSignals():
                    child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env={})  # noqa: S603 - it only reads
                if hasattr(resource, "prlimit"):
                    # Only Linux has it. The child may have ended, or have a lower limit.
                    with suppress(OSError, ValueError):
                        most = _MEMORY + _MEMORY_FOR_BYTE * len(source)
                        resource.prlimit(child.pid, resource.RLIMIT_DATA, (most, most))
                with interrupts.Interruptible():
                    out, err = child.communicate(source, max(0, self._end - time.monotonic()))
            except OSError as error:
                raise UnreadableError(f"cannot run {name}: {error.strerror}") from None
            except subprocess.TimeoutExpired:
                raise UnreadableError(f"{name} takes longer than {MAX_TIME} seconds") from None
            finally:
                if child:
                    with child:
                        # It may still run, also after Ctrl-C.
                        child.kill()
        return child.returncode, out, err.decode("utf-8", "replace")


class _Builder:
    """Makes nodes of the JSON of ``source``.

    ``unread``, ``comments``: as in ``Tree``; ``continued``: the backslashes that end comments.
    """

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.unread: list[int] = []
        self.comments: list[tuple[int, int]] = []
        self.continued: list[int] = []
        self._backticks = 0

    def read(self, members: Members) -> object:
        """Return the byte that a position in the JSON is, and other objects as they are."""
        if "Hash" in members:
            self.comments.append((members["Hash"], members["End"]))
            if str(members.get("Text", "")).endswith("\\\n"):
                self.continued.append(self.source.index(b"\\\n", members["Hash"]))
        return members.get("Offset", members)

    def node(self, members: Members, name: str) -> Any:
        """Return a node of the class of this ``name``; "Node": of the class for its Type."""
        node_class: type[Node] = getattr(nodes, name)
        if node_class is Node:
            node_class = Node.types.get(members["Type"], nodes.Other)
        backticks = bool(members.get("Backquotes"))
        self._backticks += backticks
        declared = node_class.members.items()
        values = {field: self._value(members, *place) for field, place in declared}
        self._backticks -= backticks
        if node_class is nodes.Literal and self._backticks > 1 and "\\`" in values["value"]:
            self.unread.append(members["Pos"])
        return node_class(self.source, members.get("Pos", 0), members.get("End", 0), **values)

    def _value(self, members: Members, member: str, annotation: str) -> Any:
        """Return the ``member`` as what its ``annotation`` says."""
        value = members.get(member)
        if member == "Op":
            # It is a number in versions before 3.13.
            match = _OPERATOR.match(self.source, members["OpPos"])
            return match[0].decode() if match else ""
        if member == ".":
            return self._children(members)
        if annotation in ("bool", "int"):
            return value is not None if annotation == "bool" else value
        if annotation == "str":
            return (value.get("Value") if isinstance(value, dict) else value) or ""
        if annotation.startswith("list["):
            if member == "Array":
                elements = value.get("Elems", ()) if value else ()
                value = [each["Value"] for each in elements if "Value" in each]
            return [self.node(each, annotation[5:-1]) for each in value or ()]
        return self.node(value, annotation.partition(" ")[0]) if value else None

    def _children(self, members: Members) -> list[Node]:
        """Return the words and the parts of words in ``members``."""
        found: list[Node] = []
        for value in members.values():
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict) and ("Type" in item or "Parts" in item):
                    found.append(self.node(item, "Node" if "Type" in item else "Word"))
                elif isinstance(item, dict):
                    found += self._children(item)
        return found
