"""Reads the words of a statement: arguments, assigned values and redirections."""

from __future__ import annotations

from iamcli.cli.check.script import expansion, nodes
from iamcli.cli.check.script.calls import Redirect, Use
from iamcli.cli.check.script.words import Gap, Part, Word, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from iamcli.cli.check.script.calls import Context
    from iamcli.cli.check.script.nodes import Node, Substitution
    from iamcli.cli.check.script.state import State
    from iamcli.cli.check.script.words import Value


class WordReader:
    """Reads words as the shell expands them in this ``state`` and ``context``.

    ``run``: follows a command substitution, and returns its output.
    """

    def __init__(
        self,
        run: Callable[[Substitution, State, Context, Use], Value],
        state: State,
        context: Context,
    ) -> None:
        self._state = state
        self._context = context
        self._run = run

    def words(self, found: Iterable[nodes.Word]) -> list[Word]:
        """Return the words that the shell makes of ``nodes``, as in the arguments of a command."""
        return [word for node in found for word in self._split(node, self._parts(node, Use()))]

    def word(self, node: nodes.Word, use: Use) -> Word:
        """Return the node as one word, as in an assignment or a redirection."""
        return self._word(node, self._parts(node, use))

    def redirects(self, found: Iterable[nodes.Redirect]) -> Iterator[Redirect]:
        """Yield the redirections; for a here-document, yield each expansion in it."""
        for node in found:
            if node.document is not None:
                for part in node.document.parts:
                    if not isinstance(part, nodes.Literal):
                        parts = self._expanded(part, Use(), quoted=False)
                        yield Redirect("<<", "", self._word(part, parts))
            elif node.word is not None:
                use = Use("herestring") if node.operator == "<<<" else Use()
                yield Redirect(node.operator, node.descriptor, self.word(node.word, use))

    def array(self, elements: Iterable[nodes.Word], use: Use) -> Value:
        """Follow the elements of an array; return the array."""
        parts: list[Part] = []
        words: list[Word] = []
        for element in elements:
            of_element = self._parts(element, use)
            words += self._split(element, of_element)
            parts += of_element
        only = parts[0].text if len(parts) == 1 else None
        output = only.output if isinstance(only, Gap) else ()
        known = None if any(word.glob for word in words) else tuple(words)
        return (Gap(output=output, many=True, elements=known),)

    def substitutions(self, node: Node) -> None:
        """Follow the command substitutions in a calculation, a default value or an index."""
        for inner in nodes.first(node, nodes.Substitution):
            self._run(inner, self._state, self._context, Use())

    def _word(self, node: Node, parts: Iterable[Part]) -> Word:
        whole = node if isinstance(node, nodes.Word) else None
        return Word(tuple(parts), node.text, *self._context.script.position(node), whole)

    def _split(self, node: nodes.Word, parts: list[Part]) -> list[Word]:
        """Return the words that the shell makes of ``node``: elements of an array, or its parts."""
        elements = expansion.elements(node.text, self._state)
        if elements is not None:
            return [self._word(node, each.parts) for each in elements]
        return list(split(self._word(node, parts)))

    def _parts(self, node: nodes.Word, use: Use) -> list[Part]:
        """Return the parts of the word, before the shell splits them into words."""
        parts = [part for each in node.parts for part in self._expanded(each, use, quoted=False)]
        known = "".join(part.text for part in parts if isinstance(part.text, str))
        if self._context.replaced and self._context.replaced in known:
            return [Part(Gap(filled=True), quoted=True)]
        return parts

    def _expanded(self, node: Node, use: Use, *, quoted: bool) -> list[Part]:
        if isinstance(node, nodes.DoubleQuoted):
            parts = [part for each in node.parts for part in self._expanded(each, use, quoted=True)]
            return parts or [Part("", quoted=True)]
        if isinstance(node, nodes.Literal | nodes.SingleQuoted):
            return list(expansion.plain(node, quoted=quoted))
        if isinstance(node, nodes.Glob):
            return [Part(node.text, quoted)]
        if isinstance(node, nodes.Substitution):
            used = Use() if isinstance(node, nodes.File) else use
            return [
                Part(each, quoted) for each in self._run(node, self._state, self._context, used)
            ]
        self.substitutions(node)
        if isinstance(node, nodes.Variable):
            values = expansion.variable(node.text.replace("\\\n", ""), self._state)
            return [Part(each, quoted, expanded=True) for each in values]
        return [Part(Gap(single=True, filled=True), quoted)]
