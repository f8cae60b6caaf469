"""Reads the words of a statement: arguments, assigned values and redirections."""

from __future__ import annotations

from iamcli.cli.check import embedded, expansion
from iamcli.cli.check.calls import Redirect, Use
from iamcli.cli.check.syntax import is_here_string, text
from iamcli.cli.check.words import Gap, Part, Word, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from iamcli.cli.check.calls import Context
    from iamcli.cli.check.state import State
    from iamcli.cli.check.words import Value


class WordReader:
    """Reads words as the shell expands them.

    ``run``: follows a command substitution, and returns its output.
    """

    def __init__(self, run: Callable[[Node, State, Context, Use], Value]) -> None:
        self._run = run

    def words(self, nodes: list[Node], state: State, context: Context) -> list[Word]:
        """Return the words that the shell makes of ``nodes``, as in the arguments of a command."""
        found: list[Word] = []
        for node in nodes:
            elements = self._elements(node, state, context)
            if elements is None:
                parts = self.parts(node, state, context, Use(), quoted=False)
                elements = list(split(parts, text(node), *context.script.position(node)))
            found += elements
        return found

    @staticmethod
    def _elements(node: Node, state: State, context: Context) -> list[Word] | None:
        """Return the elements of the array that ``node`` stands for, None if they are not known."""
        source = text(node)
        elements = expansion.elements(source, state)
        if elements is None:
            return None
        line, column = context.script.position(node)
        return [Word(each.parts, source, line, column) for each in elements]

    def word(self, node: Node, state: State, context: Context, use: Use) -> Word:
        """Return the node as one word, as in an assignment or a redirection."""
        parts = self.parts(node, state, context, use, quoted=False)
        return Word(tuple(parts), text(node), *context.script.position(node))

    def parts(
        self, node: Node, state: State, context: Context, use: Use, *, quoted: bool
    ) -> list[Part]:
        """Return the parts of the node, before the shell splits them into words."""
        found = self._expanded(node, state, context, use, quoted=quoted)
        known = "".join(part.text for part in found if isinstance(part.text, str))
        if context.replaced and context.replaced in known:
            return [Part(Gap(filled=True), quoted=True)]
        return found

    def _expanded(
        self, node: Node, state: State, context: Context, use: Use, *, quoted: bool
    ) -> list[Part]:
        kind = node.type
        if kind in ("string", "concatenation", "translated_string"):
            return self._joined(node, state, context, use, quoted=quoted or kind == "string")
        if kind in expansion.PLAIN:
            return list(expansion.plain(kind, text(node), quoted=quoted))
        if kind in ("command_substitution", "process_substitution"):
            used = use if kind == "command_substitution" else Use()
            return [Part(each, quoted) for each in self._run(node, state, context, used)]
        if kind == "array":
            return [Part(self._array(node, state, context, use), quoted)]
        # A default value, an index or a calculation can contain command substitutions.
        for child in node.children:
            if child.child_count and child.type != "simple_expansion":
                self.parts(child, state, context, Use(), quoted=True)
            else:
                self._hidden(child, state, context)
        if kind in ("simple_expansion", "expansion"):
            values = expansion.variable(text(node), state)
            return [Part(each, quoted, expanded=True) for each in values]
        number = kind == "arithmetic_expansion"
        return [Part(Gap(single=number, filled=number, many=not number), quoted)]

    def _hidden(self, node: Node, state: State, context: Context) -> None:
        """Follow the command substitutions in what the parser read as text."""
        source = node.text or b""
        if b"`" in source or b"$(" in source:
            for inner in embedded.substitutions(context.script, node):
                self._run(inner, state, context, Use())

    def _joined(
        self, node: Node, state: State, context: Context, use: Use, *, quoted: bool
    ) -> list[Part]:
        """Return the parts of a string or a concatenation."""
        found: list[Part] = []
        for piece in expansion.pieces(node):
            if isinstance(piece, Part):
                found.append(piece)
            else:
                found += self.parts(piece, state, context, use, quoted=quoted)
        return found

    def _array(self, node: Node, state: State, context: Context, use: Use) -> Gap:
        """Follow the elements of an array; return the array."""
        found: list[Part] = []
        words: list[Word] = []
        for child in node.children:
            if child.is_named and child.type != "comment":
                parts = self.parts(child, state, context, use, quoted=False)
                place = context.script.position(child)
                known = self._elements(child, state, context)
                words += split(parts, text(child), *place) if known is None else known
                found += parts
        only = found[0].text if len(found) == 1 else None
        output = only.output if isinstance(only, Gap) else ()
        elements = None if any(word.glob for word in words) else tuple(words)
        return Gap(output=output, many=True, elements=elements)

    def redirects(self, nodes: list[Node], state: State, context: Context) -> Iterator[Redirect]:
        """Yield the redirections; for a here-document, yield each expansion in it."""
        for node in nodes:
            if node.type == "heredoc_redirect":
                yield from self._heredoc(node, state, context)
                others = [child for child in node.children if child.type == "file_redirect"]
                yield from self.redirects(others, state, context)
            elif node.type == "herestring_redirect":
                for child in node.children:
                    if child.is_named:
                        word = self.word(child, state, context, Use("herestring"))
                        yield Redirect("<<<", "", word)
            else:
                yield self._redirect(node, state, context)

    def _redirect(self, node: Node, state: State, context: Context) -> Redirect:
        descriptor, operator = "", ""
        word: Word | None = None
        use = Use("herestring") if is_here_string(node) else Use()
        for child in node.children:
            if child.type == "file_descriptor":
                descriptor = text(child)
            elif child.is_named:
                word = self.word(child, state, context, use)
            elif not operator:
                operator = "<<<" if is_here_string(node) else child.type
        return Redirect(operator, descriptor, word)

    def _heredoc(self, node: Node, state: State, context: Context) -> Iterator[Redirect]:
        """Yield the variables and command substitutions in a here-document."""
        for child in node.children:
            if child.type == "heredoc_body":
                self._hidden(child, state, context)
                for inner in child.children:
                    if inner.is_named and inner.type != "heredoc_content":
                        yield Redirect("<<", "", self.word(inner, state, context, Use()))
