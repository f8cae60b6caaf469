"""Scripts in scripts: in quotes, in here-documents that a shell reads, and in aliases."""

from __future__ import annotations

import re

from iamcli.cli.check.calls import Call
from iamcli.cli.check.recovery import Recovery
from iamcli.cli.check.syntax import is_faulty, parse_after
from iamcli.cli.check.words import Part, Word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from iamcli.cli.check.syntax import Script
    from iamcli.cli.check.words import Stage

#: The programs that run the argument after an option like -c, or else what they read.
SHELLS = {"sh", "bash", "dash", "ksh", "zsh", "ash", "mksh", "su"}
_RUNS = re.compile(r"-[a-z]*c$")
_IAM = re.compile(r"(?<![\w.-])iam-\w")
_SUBSTITUTION = re.compile(r"(?<!\\)(?:\$\([^()]*\)|`[^`]*`)")
#: A quote with a backslash, at the beginning or at the end of a word, and a dollar sign after it.
_OPENING = re.compile(rb'(?<![^\s;&|(])\\"(\\\$)?')
_CLOSING = re.compile(rb'\\"(?=[\s;&|)]|\Z)')
#: What is read instead of a dollar sign with a backslash. In a word, another variable is read.
_DOLLARS = (
    (re.compile(rb"\\\$\("), rb"$( "),
    (re.compile(rb"(?<!\S)\\\$"), rb" $"),
    (re.compile(rb'(?<!\S)"\\\$'), rb' "$'),
    (re.compile(rb"\\\$\{(?=\w)"), rb"${_"),
    (re.compile(rb"\\\$(?=\w)"), rb"$_"),
)
_MAX_ALIASES = 10


def argument(call: Call) -> int:
    """Return which argument of a shell is its script, -1 if it reads its script."""
    options = (number for number, word in enumerate(call.words) if _RUNS.match(word.known))
    return next(options, -2) + 1


def quoted(call: Call, number: int) -> list[Node]:
    """Return the statements in the argument of that number, which is a script in quotes.

    If it contains a command of the toolkit but cannot be read, the script notes that.
    """
    word = call.words[number] if 0 <= number < len(call.words) else None
    if word is None or word.source[:1] not in ("'", '"'):
        return []
    return _read(call.script, [word])


def evaluated(call: Call) -> list[Node]:
    """Return the statements in the arguments of ``eval``, which it joins."""
    return _read(call.script, call.words) if call.words else []


def _read(script: Script, words: list[Word]) -> list[Node]:
    """Return the statements in ``words`` of ``script``, such as 'iam-groupdel -g tmp'.

    Words in quotes are read if nothing is escaped in them.
    """
    first = script.offset(words[0].line, words[0].column)
    end = first
    inside = b""
    clear = True
    for word in words:
        source = word.source.encode()
        start = script.offset(word.line, word.column)
        text = _unquoted(source)
        clear = clear and start >= end and script.readable.startswith(source, start) and bool(text)
        inside += _spaces(script.source[end:start]) + (text or source)
        end = start + len(source)
    root = parse_after(script.readable[:first], inside)
    if clear and not root.has_error:
        return root.children
    typed = script.source[first:end].decode("utf-8", "replace")
    if _IAM.search(_SUBSTITUTION.sub("", typed)):
        script.skip_part(first, end)
    return []


def _unquoted(source: bytes) -> bytes | None:
    """Return a word without its quotes and backslashes, as long as it was; None if it is unclear.

    Only a word that is one string in quotes, or has no quotes, is clear.
    """
    quote = source[:1]
    if quote in (b"'", b'"') and (source[-1:] != quote or len(source) < len("''")):
        return None
    inside = b" " + source[1:-1] + b" " if quote in (b"'", b'"') else source
    if quote == b"'":
        return None if b"'" in inside else inside
    if re.search(rb'(?<!\\)(?:"|\$\()', inside) or (quote != b'"' and b"'" in inside):
        return None
    if b"$" in inside and b'\\"' not in inside:
        # Variables are expanded before single quotes are seen.
        inside = inside.replace(b"'", b'"')
    inside = _OPENING.sub(lambda match: b'  "$' if match[1] else b' "', inside)
    inside = _without_backslashes(_CLOSING.sub(b'" ', inside))
    return None if re.search(rb"[\\`]" if quote == b'"' else rb"[\\`(]", inside) else inside


def _without_backslashes(source: bytes) -> bytes:
    for pattern, same in _DOLLARS:
        source = pattern.sub(same, source)
    return source


def document(call: Call) -> list[Node]:
    """Return the statements in the here-document that ``call`` reads, if there is one."""
    script = call.script
    at = call.node.start_byte
    if b"<<" not in script.source:
        return []
    documents = script.documents(at, call.node.end_byte)
    if not documents:
        return []
    start, end = documents[-1].body
    body = script.source[start:end]
    if not documents[-1].quoted:
        body = _without_backslashes(body)
    recovery = Recovery(body, is_faulty)
    for first, last in recovery.unread:
        script.skip_part(start + first, start + last)
    root = parse_after(script.readable[:start], recovery.source)
    if root.has_error:
        script.skip_part(start, end)
    return root.children


def substitutions(script: Script, node: Node) -> list[Node]:
    """Return the command substitutions in a ``node`` that the parser read as text.

    It does so with ${X:=`command`}, and in a here-document after a line of blanks.
    """
    nodes: list[Node] = []
    at = node.start_byte
    known = [(each.start_byte, each.end_byte) for each in _first(node, "command_substitution")]
    for start, end in script.substitutions(at, node.end_byte):
        if start >= at and not any(first <= start < last for first, last in known):
            at = end
            root = parse_after(script.readable[:start], script.readable[start:end])
            nodes += _first(root, "command_substitution")
    return nodes


def _first(node: Node, kind: str) -> list[Node]:
    """Return the first nodes of the ``kind`` in each branch of the tree."""
    if node.type == kind:
        return [node]
    return [first for child in node.children for first in _first(child, kind)]


def passed(stages: list[Stage]) -> list[Node]:
    """Return the statements in a here-document that cat passes to a shell, the last stage."""
    before, last = stages[-2:] if len(stages) > 1 else (None, None)
    if not isinstance(before, Call) or not isinstance(last, Call):
        return []
    shell = last.program in SHELLS and reads(last)
    return document(before) if shell and before.program == "cat" else []


def reads(call: Call) -> bool:
    """Return whether a shell reads its script from its standard input."""
    if argument(call) >= 0:
        return False
    operands = [word for word in call.words if not word.known.startswith("-")]
    return not operands or call.program == "su" or "-s" in call.literals


def _spaces(source: bytes) -> bytes:
    """Return ``source`` without its text, so that the places of what follows stay the same."""
    return re.sub(rb"[^\n]+", lambda match: b" " * len(match[0]), source)


class Aliases:
    """The aliases of a script that stand for a single command."""

    def __init__(self) -> None:
        self._words: dict[str, list[str]] = {}

    def define(self, call: Call) -> None:
        """Remember what ``call`` defines, if it is ``alias``."""
        for text in call.literals if call.program == "alias" else ():
            name, equals, value = (text or "").partition("=")
            if equals:
                self._words.pop(name, None)
                words = _single(value)
                if words:
                    self._words[name] = words

    def expanded(self, words: list[Word]) -> list[Word]:
        """Return the ``words`` of a command, with those that an alias stands for."""
        seen: set[str] = set()
        while words and words[0].source == words[0].literal and len(seen) < _MAX_ALIASES:
            name = words[0].source
            if name in seen or name not in self._words:
                break
            seen.add(name)
            head = words[0]
            first = [
                Word((Part(text, quoted=number > 0),), text, head.line, head.column)
                for number, text in enumerate(self._words[name])
            ]
            words = [*first, *words[1:]]
        return words


def _single(text: str) -> list[str]:
    """Return the words of ``text`` if it is one command without expansions, else none."""
    import shlex

    if set(text) & set("$`;&|<>(){}*?\n"):
        return []
    try:
        return shlex.split(text)
    except ValueError:
        return []
