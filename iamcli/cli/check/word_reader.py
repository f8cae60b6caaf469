"""Reads the words of a statement: arguments, assigned values and redirections."""

from __future__ import annotations

from iamcli.cli.check import embedded, expansion
from iamcli.cli.check.calls import Redirect, Use
from iamcli.cli.check.syntax import is_here_string, text
from iamcli.cli.check.words import Gap, Part, Word, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Node

    from iamcli.cli.check.calls import Context
    from iamcli.cli.check.state import State
    from iamcli.cli.check.words import Value


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
        words: list[Word] = []
        before: Node | None = None
        for node in nodes:
            new = self._split(node, self._parts(node, Use()))
            if before is not None and words and new and _is_continued(before, node):
                begin = words.pop()
                parts, source = begin.parts + new[0].parts, begin.source + new[0].source
                new[0] = begin._replace(parts=parts, source=source)
            words += new
            before = node
        return words

    def word(self, node: Node, use: Use) -> Word:
        """Return the node as one word, as in an assignment or a redirection."""
        return self._word(node, self._parts(node, use))

    def redirects(self, nodes: list[Node]) -> Iterator[Redirect]:
        """Yield the redirections; for a here-document, yield each expansion in it."""
        for node in nodes:
            if node.type == "heredoc_redirect":
                yield from self._heredoc(node)
                yield from self.redirects(
                    [child for child in node.children if child.type == "file_redirect"]
                )
            elif node.type == "herestring_redirect":
                for child in node.named_children:
                    yield Redirect("<<<", "", self.word(child, Use("herestring")))
            else:
                yield self._redirect(node)

    def _word(self, node: Node, parts: Iterable[Part]) -> Word:
        return Word(tuple(parts), text(node), *self._context.script.position(node))

    def _split(self, node: Node, parts: list[Part]) -> list[Word]:
        """Return the words that the shell makes of ``node``: elements of an array, or its parts."""
        elements = expansion.elements(text(node), self._state)
        if elements is not None:
            return [self._word(node, each.parts) for each in elements]
        return list(split(self._word(node, parts)))

    def _parts(self, node: Node, use: Use, *, quoted: bool = False) -> list[Part]:
        """Return the parts of the node, before the shell splits them into words."""
        parts = [] if _is_translation(node) else self._expanded(node, use, quoted=quoted)
        known = "".join(part.text for part in parts if isinstance(part.text, str))
        if self._context.replaced and self._context.replaced in known:
            return [Part(Gap(filled=True), quoted=True)]
        return parts

    def _expanded(self, node: Node, use: Use, *, quoted: bool) -> list[Part]:
        kind = node.type
        if kind in ("string", "concatenation", "translated_string"):
            return self._joined(node, use, quoted=quoted or kind == "string")
        if kind in expansion.PLAIN:
            return list(expansion.plain(kind, text(node), quoted=quoted))
        if kind in ("command_substitution", "process_substitution"):
            used = use if kind == "command_substitution" else Use()
            return [
                Part(each, quoted) for each in self._run(node, self._state, self._context, used)
            ]
        if kind == "array":
            return [Part(self._array(node, use), quoted)]
        # A default value, an index or a calculation can contain command substitutions.
        for child in node.children:
            if child.child_count and child.type != "simple_expansion":
                self._parts(child, Use(), quoted=True)
            else:
                self._hidden(child)
        if kind in ("simple_expansion", "expansion"):
            values = expansion.variable(text(node), self._state)
            return [Part(each, quoted, expanded=True) for each in values]
        number = kind == "arithmetic_expansion"
        return [Part(Gap(single=number, filled=number, many=not number), quoted)]

    def _hidden(self, node: Node) -> None:
        """Follow the command substitutions in what the parser read as text."""
        source = node.text or b""
        if b"`" in source or b"$(" in source:
            for inner in embedded.substitutions(self._context.script, node):
                self._run(inner, self._state, self._context, Use())

    def _joined(self, node: Node, use: Use, *, quoted: bool) -> list[Part]:
        """Return the parts of a string or a concatenation."""
        parts: list[Part] = []
        for piece in expansion.pieces(node):
            parts += [piece] if isinstance(piece, Part) else self._parts(piece, use, quoted=quoted)
        return parts

    def _array(self, node: Node, use: Use) -> Gap:
        """Follow the elements of an array; return the array."""
        parts: list[Part] = []
        words: list[Word] = []
        for child in node.named_children:
            if child.type != "comment":
                of_element = self._parts(child, use)
                words += self._split(child, of_element)
                parts += of_element
        only = parts[0].text if len(parts) == 1 else None
        output = only.output if isinstance(only, Gap) else ()
        elements = None if any(word.glob for word in words) else tuple(words)
        return Gap(output=output, many=True, elements=elements)

    def _redirect(self, node: Node) -> Redirect:
        descriptor, operator = "", ""
        word: Word | None = None
        use = Use("herestring") if is_here_string(node) else Use()
        for child in node.children:
            if child.type == "file_descriptor":
                descriptor = text(child)
            elif child.is_named:
                word = self.word(child, use)
            elif not operator:
                operator = "<<<" if is_here_string(node) else child.type
        return Redirect(operator, descriptor, word)

    def _heredoc(self, node: Node) -> Iterator[Redirect]:
        """Yield the variables and command substitutions in a here-document."""
        for child in node.children:
            if child.type == "heredoc_body":
                self._hidden(child)
                for inner in child.named_children:
                    if inner.type != "heredoc_content":
                        yield Redirect("<<", "", self.word(inner, Use()))


def _is_translation(node: Node) -> bool:
    """Return whether ``node`` is a $ that says that the string after it is translated: $"text"."""
    after = node.next_sibling if node.type == "$" else None
    return after is not None and after.type == "string" and after.start_byte == node.end_byte


def _is_continued(before: Node, node: Node) -> bool:
    """Return whether only backslashes before newlines separate two nodes: they are one word."""
    around = node.parent
    if node.start_point.row == before.end_point.row or around is None or not around.text:
        return False
    between = around.text[: node.start_byte - around.start_byte]
    between = between[before.end_byte - around.start_byte :]
    return bool(between) and not between.replace(b"\\\n", b"")
