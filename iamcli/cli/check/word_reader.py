"""Reads the words of a statement: arguments, assigned values and redirections."""

from __future__ import annotations

from iamcli.cli.check import expansion
from iamcli.cli.check.calls import Redirect, Use
from iamcli.cli.check.syntax import find, text
from iamcli.cli.check.words import Gap, Part, Word, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from iamcli.cli.check.calls import Context
    from iamcli.cli.check.state import State
    from iamcli.cli.check.syntax import Node
    from iamcli.cli.check.words import Value

_SUBSTITUTIONS = {"CmdSubst", "ProcSubst"}


class WordReader:
    """Reads words as the shell expands them in this ``state`` and ``context``.

    ``run``: follows a command substitution, and returns its output.
    """

    def __init__(
        self, run: Callable[[Node, State, Context, Use], Value], state: State, context: Context
    ) -> None:
        self._state = state
        self._context = context
        self._run = run

    def words(self, nodes: Iterable[Node]) -> list[Word]:
        """Return the words that the shell makes of ``nodes``, as in the arguments of a command."""
        return [word for node in nodes for word in self._split(node, self._parts(node, Use()))]

    def word(self, node: Node, use: Use) -> Word:
        """Return the node as one word, as in an assignment or a redirection."""
        return self._word(node, self._parts(node, use))

    def redirects(self, nodes: Iterable[Node]) -> Iterator[Redirect]:
        """Yield the redirections; for a here-document, yield each expansion in it."""
        for node in nodes:
            operator = node.operator
            if node.Hdoc is not None:
                for part in node.Hdoc.Parts:
                    if part.Type != "Lit":
                        parts = self._expanded(part, Use(), quoted=False)
                        yield Redirect("<<", "", self._word(part, parts))
            elif node.Word is not None:
                use = Use("herestring") if operator == "<<<" else Use()
                descriptor = node.N.string if node.N else ""
                yield Redirect(operator, descriptor, self.word(node.Word, use))

    def array(self, node: Node, use: Use) -> Value:
        """Follow the elements of an array; return the array."""
        parts: list[Part] = []
        words: list[Word] = []
        for element in node.Elems:
            value = element.Value
            if not isinstance(value, str) and value is not None:
                of_element = self._parts(value, use)
                words += self._split(value, of_element)
                parts += of_element
        only = parts[0].text if len(parts) == 1 else None
        output = only.output if isinstance(only, Gap) else ()
        elements = None if any(word.glob for word in words) else tuple(words)
        return (Gap(output=output, many=True, elements=elements),)

    def substitutions(self, node: Node) -> None:
        """Follow the command substitutions in a calculation, a default value or an index."""
        for inner in find(node, _SUBSTITUTIONS):
            self._run(inner, self._state, self._context, Use())

    def _word(self, node: Node, parts: Iterable[Part]) -> Word:
        return Word(tuple(parts), text(node), *self._context.script.position(node), node)

    def _split(self, node: Node, parts: list[Part]) -> list[Word]:
        """Return the words that the shell makes of ``node``: elements of an array, or its parts."""
        elements = expansion.elements(text(node), self._state)
        if elements is not None:
            return [self._word(node, each.parts) for each in elements]
        return list(split(self._word(node, parts)))

    def _parts(self, node: Node, use: Use) -> list[Part]:
        """Return the parts of the word, before the shell splits them into words."""
        parts = [part for each in node.Parts for part in self._expanded(each, use, quoted=False)]
        known = "".join(part.text for part in parts if isinstance(part.text, str))
        if self._context.replaced and self._context.replaced in known:
            return [Part(Gap(filled=True), quoted=True)]
        return parts

    def _expanded(self, node: Node, use: Use, *, quoted: bool) -> list[Part]:
        kind = node.Type
        if kind == "DblQuoted":
            parts = [part for each in node.Parts for part in self._expanded(each, use, quoted=True)]
            return parts or [Part("", quoted=True)]
        if kind in ("Lit", "SglQuoted"):
            return list(expansion.plain(node, quoted=quoted))
        if kind == "ExtGlob":
            return [Part(text(node), quoted)]
        if kind in _SUBSTITUTIONS:
            used = use if kind == "CmdSubst" else Use()
            return [
                Part(each, quoted) for each in self._run(node, self._state, self._context, used)
            ]
        self.substitutions(node)
        if kind == "ParamExp":
            values = expansion.variable(text(node).replace("\\\n", ""), self._state)
            return [Part(each, quoted, expanded=True) for each in values]
        return [Part(Gap(single=True, filled=True), quoted)]
