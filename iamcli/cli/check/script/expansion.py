"""The words of a statement as the shell expands them: quotes, escapes, variables and arrays."""

from __future__ import annotations

import os
import re
from itertools import chain
from typing import NamedTuple

from iamcli.cli.check.script import calls, nodes
from iamcli.cli.check.script.calls import ExpandedRedirect, ExpandedWord, Part, Unknown, split
from iamcli.cli.check.script.nodes import Literal, Node, SingleQuoted, Substitution
from iamcli.cli.check.script.states import State, filled, single_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

#: An escaped character, or others.
_ESCAPED = re.compile(r"\\(\n|.)|[^\\]+|\\", re.DOTALL)
_ESCAPED_IN_QUOTES = re.compile(r'\\([$`"\\\n])')
_EXPANSION = re.compile(r"\$\{(#?)(!?)([A-Za-z_]\w*|[0-9]+|[@*?$!#-])(\[[^]]*\])?(.*)\}", re.DOTALL)
_DEFAULT = re.compile(":?([?=-])(.*)", re.DOTALL)
#: A policy variable. A shell takes what is after the colon for a number.
POLICY_VARIABLE = re.compile(r"\$\{([A-Za-z]\w*|[\w-]+(?:\.[\w-]+)+):[A-Za-z][^{}]*\}")
#: All elements of an array, ``"${NAME[@]}"``.
_ALL_ELEMENTS = re.compile(r'"?\$\{(\w+)\[@\]\}"?')
_SPECIAL = {"#", "?", "$", "!", "-"}
#: A home, at the beginning of a word, and in an assignment also after a colon.
_HOME = re.compile(r"((?:(?<=:)|\A)~[\w.-]*(?=[/:]|\Z))")
_ANSI = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}


class WordReader(NamedTuple):
    """Reads words as the shell expands them; ``run`` returns the output of a substitution."""

    run: Callable[[Substitution, State, calls.Context], calls.Value]
    state: State
    context: calls.Context

    def words(self, found: Iterable[nodes.Word]) -> list[ExpandedWord]:
        """Return the words that the shell makes of ``nodes``, as in the arguments of a command."""
        return [word for node in found for word in self._split(node)]

    def word(self, node: nodes.Word) -> ExpandedWord:
        """Return the node as a single word, as in an assignment or a redirection."""
        parts = [part for each in node.parts for part in self._expanded(each)]
        known = "".join(part.text for part in parts if isinstance(part.text, str))
        if self.context.replaced and self.context.replaced in known:
            parts = [Part(Unknown(filled=True), quoted=True)]
        return self._word(node, parts)

    def redirects(self, found: Iterable[nodes.Redirect]) -> Iterator[ExpandedRedirect]:
        """Yield the redirections; the word of a here-document is its text."""
        for node in found:
            if node.document is not None:
                # A part of a quoted here-document has no expansions.
                inner = node.document.parts
                parts = [part for each in inner for part in self._expanded(each, quoted=True)]
                yield ExpandedRedirect("<<", "", self._word(node.document, parts))
            elif node.word is not None:
                word, private = self.word(node.word), self.state.flags.private
                yield ExpandedRedirect(node.operator, node.descriptor, word, private)

    def array(self, words: Sequence[ExpandedWord]) -> calls.Value:
        """Return an array with the elements ``words``."""
        only = single_unknown(tuple(text for word in words for text in word.value))
        known = None if any(word.glob for word in words) else tuple(words)
        return (Unknown(output=only.output if only else (), many=True, elements=known),)

    def substitutions(self, node: Node) -> None:
        """Follow the command substitutions in a calculation, a default value or an index."""
        for inner in nodes.first(node, nodes.Substitution):
            self.run(inner, self.state, self.context)

    def _word(self, node: nodes.Word, parts: Iterable[Part]) -> ExpandedWord:
        return ExpandedWord(tuple(parts), node.text, self.context.script.place(node.start), node)

    def _split(self, node: nodes.Word) -> list[ExpandedWord]:
        """Return the words that the shell makes of ``node``: elements of an array, or its parts."""
        array = _ALL_ELEMENTS.fullmatch(node.text)
        elements = joined_elements(self.state.value(array[1])) if array else None
        if elements is not None:
            more = [(Part(Unknown(many=True), quoted=False),)] * (len(elements) > calls.MAX_WORDS)
            parts = [*(each.parts for each in elements[: calls.MAX_WORDS]), *more]
            return [self._word(node, each) for each in parts]
        return list(split(self.word(node)))

    def _expanded(self, node: Node, *, quoted: bool = False) -> list[Part]:
        if isinstance(node, nodes.DoubleQuoted):
            parts = [part for each in node.parts for part in self._expanded(each, quoted=True)]
            return parts or [Part("", quoted=True)]
        if isinstance(node, Literal) and "~" in node.value and not quoted:
            return list(self._with_home(node))
        if isinstance(node, Literal | SingleQuoted):
            return list(_plain(node, node.value, quoted=quoted))
        if isinstance(node, nodes.Substitution):
            return [Part(each, quoted) for each in self.run(node, self.state, self.context)]
        self.substitutions(node)
        if isinstance(node, nodes.Variable):
            values = _variable(node.text.replace("\\\n", ""), self.state)
            return [Part(each, quoted, expanded=True) for each in values]
        return [Part(Unknown(single=True, filled=True), quoted)]

    def _with_home(self, node: Literal) -> Iterator[Part]:
        """Yield the parts of a text with the home of the user for each ``~``."""
        word = node.parent
        first = isinstance(word, nodes.Word) and word.parts[0] is node
        assigned = word is not None and isinstance(word.parent, nodes.Assignment)
        for number, piece in enumerate(_HOME.split(node.value, maxsplit=0 if assigned else 1)):
            at_start = number == 1 and node.value.startswith("~")
            if number % 2 == 0 or not (first if at_start else assigned):
                yield from _plain(node, piece, quoted=False)
            elif piece == "~":
                yield from (Part(each, quoted=True) for each in self.state.value("HOME"))
            else:
                yield Part(os.path.expanduser(piece), quoted=True)


def _plain(node: Literal | SingleQuoted, source: str, *, quoted: bool) -> Iterator[Part]:
    """Yield the parts of the ``source`` of a text, in quotes or not."""
    if isinstance(node, SingleQuoted):
        if node.escapes:
            source = _ESCAPED.sub(lambda match: _ANSI.get(match[1], match[1] or match[0]), source)
        yield Part(source, quoted=True)
    elif quoted:
        text = _ESCAPED_IN_QUOTES.sub(lambda match: "" if match[1] == "\n" else match[1], source)
        yield Part(text, quoted=True)
    else:
        for match in _ESCAPED.finditer(source):
            if match[1] != "\n":
                yield Part(match[1] or match[0], quoted=match[1] is not None)


def _variable(source: str, state: State) -> calls.Value:
    """Return the value of ``$NAME`` or ``${NAME...}``."""
    if not source.startswith("${"):
        return _simple(source[1:], state)
    if not (match := _EXPANSION.fullmatch(source)):
        return (Unknown(many=True),)
    length, indirect, name, index, rest = match.groups()
    if length and not indirect and name not in _SPECIAL:
        return (Unknown(single=True, filled=True),)
    if index or indirect or (rest and name in ("@", "*")):
        # The last elements, which a slice can leave out, may be the footer.
        whole = index in ("[@]", "[*]") and not re.match(":[^:]*:", rest)
        only = single_unknown(state.value(name)) if whole else None
        return (Unknown(name, only.output if only else (), many=True),)
    return _changed(name, rest, state) if rest else _simple(name, state)


def joined_elements(*arrays: calls.Value) -> tuple[ExpandedWord, ...] | None:
    """Return the elements of the ``arrays``, None if a value is unknown or no array."""
    found = [only.elements if (only := single_unknown(array)) else None for array in arrays]
    known = [elements for elements in found if elements is not None]
    return tuple(chain(*known)) if len(known) == len(found) else None


def _simple(name: str, state: State) -> calls.Value:
    if name in ("@", "*"):
        return (Unknown(name, many=True),)
    if name in _SPECIAL:
        return (Unknown(single=True, filled=True),)
    if "IFS" in state.variables and name in state.variables:
        return (Unknown(name, filled=filled(state.variables[name])),)
    return state.value(name)


def _changed(name: str, rest: str, state: State) -> calls.Value:
    """Return the value of ``${NAME`` and ``rest``, an operator with its operand."""
    policy = POLICY_VARIABLE.fullmatch(f"${{{name}{rest}}}")
    if policy and policy[1] not in state.variables:
        return (Unknown(name, removed=policy[0]),)
    value = _simple(name, state)
    known = all(isinstance(part, str) for part in value)
    if default := _DEFAULT.fullmatch(rest):
        given = default[1] == "?" or (bool(default[2].strip("\"'")) and "$" not in default[2])
        return value if known and filled(value) else (Unknown(name, filled=given),)
    text = "".join(part for part in value if isinstance(part, str))
    folder, slash, last = text.rpartition("/")
    cut = {"%/": text.removesuffix("/"), "%/*": folder if slash else text, "##*/": last}
    return (cut[rest],) if known and rest in cut else (Unknown(name),)
