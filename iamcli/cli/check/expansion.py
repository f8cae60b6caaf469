"""The values of words: quotes, escapes and variables."""

from __future__ import annotations

import re

from iamcli.cli.check.state import filled
from iamcli.cli.check.words import Gap, Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from iamcli.cli.check.state import State
    from iamcli.cli.check.words import Value, Word

#: The nodes whose source is their value, apart from quotes and escapes.
PLAIN = {
    *("word", "number", "raw_string", "ansi_c_string", "string_content", "extglob_pattern"),
    *("regex", "variable_name", "test_operator", "special_variable_name", "heredoc_content"),
    *("=", "==", "=~", "!=", "$", "<", ">", "{", "}", "[", "]", "!"),
}
_ESCAPED = re.compile(r"\\(\n|.)", re.DOTALL)
_ESCAPED_IN_QUOTES = re.compile(r'\\([$`"\\\n])')
_EXPANSION = re.compile(r"\$\{(#?)(!?)([A-Za-z_]\w*|[0-9]+|[@*?$!#-])(\[[^]]*\])?(.*)\}", re.DOTALL)
_ALL_ELEMENTS = re.compile(r'"?\$\{(\w+)\[@\]\}"?')
_SPECIAL = {"#", "?", "$", "!", "-"}


def pieces(node: Node) -> Iterator[Part | Node]:
    """Yield the parts of a string or a concatenation: known text, and nodes to be expanded.

    The parser leaves out spaces before an expansion in a string; they are text, too.
    """
    source = node.text or b""
    quoted = node.type == "string"
    at = 1
    for child in node.children:
        if child.type == '"' or (not child.is_named and child.type == "$" and quoted):
            continue
        begin = child.start_byte - node.start_byte
        # The token of an expansion can include the spaces before it.
        inner = child.text or b""
        spaces = len(inner) - len(inner.lstrip()) if child.type in _EXPANSIONS else 0
        if quoted and begin + spaces > at:
            yield Part(_in_quotes(source[at : begin + spaces]), quoted=True)
        if child.type == "string_content":
            yield Part(_in_quotes(inner), quoted=True)
        else:
            yield child
        at = child.end_byte - node.start_byte
    end = len(source) - 1
    if quoted and end > at:
        yield Part(_in_quotes(source[at:end]), quoted=True)
    elif quoted and len(source) <= len('""'):
        yield Part("", quoted=True)


_EXPANSIONS = {"simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"}


def _in_quotes(source: bytes) -> str:
    text = source.decode("utf-8", "replace")
    return _ESCAPED_IN_QUOTES.sub(lambda match: "" if match[1] == "\n" else match[1], text)


def plain(kind: str, source: str, *, quoted: bool) -> Iterator[Part]:
    """Yield the parts of a node of the ``kind``, one of PLAIN."""
    if kind == "raw_string":
        yield Part(source[1:-1], quoted=True)
    elif kind == "$" and source == "$$":
        yield Part(Gap(single=True, filled=True), quoted)
    elif kind == "ansi_c_string":
        yield Part(_ansi(source[2:-1]), quoted=True)
    elif quoted or "\\" not in source:
        yield Part(source, quoted)
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
