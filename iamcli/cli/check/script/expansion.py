"""The values of words: quotes, escapes and variables."""

from __future__ import annotations

import re

from iamcli.cli.check.script import nodes
from iamcli.cli.check.script.state import filled
from iamcli.cli.check.script.words import Gap, Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.script.nodes import Literal, SingleQuoted
    from iamcli.cli.check.script.state import State
    from iamcli.cli.check.script.words import Value, Word

_ESCAPED = re.compile(r"\\(\n|.)", re.DOTALL)
_ESCAPED_IN_QUOTES = re.compile(r'\\([$`"\\\n])')
_ESCAPED_BYTE = re.compile(rb"\\(.)|[^\\]+|\\", re.DOTALL)
_ESCAPED_BYTE_IN_QUOTES = re.compile(rb'\\([$`"\\\n])|[^\\]+|\\')
_EXPANSION = re.compile(r"\$\{(#?)(!?)([A-Za-z_]\w*|[0-9]+|[@*?$!#-])(\[[^]]*\])?(.*)\}", re.DOTALL)
_RANGE = re.compile(r"\{[\w-]+\.\.[\w.-]+\}")
_ALL_ELEMENTS = re.compile(r'"?\$\{(\w+)\[@\]\}"?')
_SPECIAL = {"#", "?", "$", "!", "-"}


def plain(node: Literal | SingleQuoted, *, quoted: bool) -> Iterator[Part]:
    """Yield the parts of a text, in quotes or not."""
    source = node.value
    if isinstance(node, nodes.SingleQuoted):
        yield Part(_ansi(source) if node.escapes else source, quoted=True)
    elif quoted:
        text = _ESCAPED_IN_QUOTES.sub(lambda match: "" if match[1] == "\n" else match[1], source)
        yield Part(text, quoted=True)
    elif _RANGE.search(source):
        yield Part(Gap(many=True), quoted=False)
    else:
        at = 0
        for match in _ESCAPED.finditer(source):
            if match.start() > at:
                yield Part(source[at : match.start()], quoted=False)
            if match[1] != "\n":
                yield Part(match[1], quoted=True)
            at = match.end()
        if at < len(source):
            yield Part(source[at:], quoted=False)


def unquoted(word: nodes.Word | nodes.DoubleQuoted) -> Iterator[tuple[bytes, int, bool]]:
    """Yield the bytes that the shell makes of ``word``, where they are, and whether as a variable.

    A variable stays as it is: it is expanded there. What a command prints is unknown.
    """
    around = word.around
    document = isinstance(around, nodes.Redirect) and around.document is word
    if document and _is_raw(around):
        yield word.source[word.start : word.end], word.start, False
        return
    quotes = document or isinstance(word, nodes.DoubleQuoted)
    escaped = _ESCAPED_BYTE_IN_QUOTES if quotes else _ESCAPED_BYTE
    for part in word.parts:
        if isinstance(part, nodes.DoubleQuoted):
            yield from unquoted(part)
        elif isinstance(part, nodes.SingleQuoted):
            start = part.start + (2 if part.escapes else 1)
            yield part.source[start : part.end - 1], start, False
        elif isinstance(part, nodes.Literal):
            for match in escaped.finditer(part.source, part.start, part.end):
                if match[1] is None:
                    yield match[0], match.start(), False
                elif match[1] != b"\n":
                    yield match[1], match.start(1), False
        elif isinstance(part, nodes.Variable):
            yield part.source[part.start : part.end], part.start, True
        else:
            yield b"$_", part.start, True


def _is_raw(redirect: nodes.Node | None) -> bool:
    """Return whether the shell expands nothing in a here-document, because its end is quoted."""
    end = redirect.word if isinstance(redirect, nodes.Redirect) else None
    return end is not None and any(
        not isinstance(each, nodes.Literal) or "\\" in each.value for each in end.parts
    )


_ANSI = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}


def _ansi(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ANSI.get(match[1], match[1]), text, flags=re.DOTALL)


def variable(source: str, state: State) -> Value:
    """Return the value of ``$NAME`` or ``${NAME...}``."""
    source = source.strip()
    if not source.startswith("${"):
        return _simple(source[1:], state)
    match = _EXPANSION.fullmatch(source)
    if not match:
        return (Gap(many=True),)
    length, indirect, name, index, rest = match.groups()
    if length and not indirect and name not in _SPECIAL:
        return (Gap(single=True, filled=True),)
    if index or indirect or (rest and name in ("@", "*")):
        value = state.value(name)
        only = value[0] if len(value) == 1 and index in ("[@]", "[*]") else None
        return (Gap(name, only.output if isinstance(only, Gap) else (), many=True),)
    if not rest:
        return _simple(name, state)
    return _changed(name, rest, state)


def elements(source: str, state: State) -> tuple[Word, ...] | None:
    """Return the elements of the array if ``source`` is ``"${NAME[@]}"`` and they are known."""
    match = _ALL_ELEMENTS.fullmatch(source)
    return joined(state.value(match[1])) if match else None


def joined(*arrays: Value) -> tuple[Word, ...] | None:
    """Return the elements of the ``arrays``, None if one of them is unknown or no array."""
    words: list[Word] = []
    for array in arrays:
        only = array[0] if len(array) == 1 else None
        if not isinstance(only, Gap) or only.elements is None:
            return None
        words += only.elements
    return tuple(words)


def _simple(name: str, state: State) -> Value:
    if name in ("@", "*"):
        return (Gap(name, many=True),)
    if name in _SPECIAL:
        return (Gap(single=True, filled=True),)
    if "IFS" in state.variables and name in state.variables:
        return (Gap(name, filled=filled(state.variables[name])),)
    return state.value(name)


def _changed(name: str, rest: str, state: State) -> Value:
    """Return the value of ``${NAME`` and ``rest``, an operator with its operand."""
    operator = rest[:2] if rest[0] == ":" and rest[1:2] in ("?", "-", "=") else rest[:1]
    operand = rest[len(operator) :]
    value = _simple(name, state)
    if operator in (":?", "?"):
        known = all(isinstance(part, str) for part in value)
        return value if known and filled(value) else (Gap(name, filled=True),)
    if operator in (":-", ":=", "-", "="):
        if filled(value) and all(isinstance(part, str) for part in value):
            return value
        return (Gap(name, filled=bool(operand.strip("\"'")) and "$" not in operand),)
    text = "".join(part for part in value if isinstance(part, str))
    folder, slash, last = text.rpartition("/")
    cut = {"%/": text.removesuffix("/"), "%/*": folder if slash else text, "##*/": last}
    known = rest in cut and all(isinstance(part, str) for part in value)
    return (cut[rest],) if known else (Gap(name),)
