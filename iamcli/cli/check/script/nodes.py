"""The parts of a script, as the parser gives them.

``source`` is the text that a part is in, from the byte ``start`` to ``end``, and ``around`` is the
part that it is in.
"""

from __future__ import annotations

from typing import TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any


_Kind = TypeVar("_Kind", bound="Node")


class Node:
    """A part of a script; ``members``: what its class declares."""

    def __init__(self, source: bytes, start: int, end: int, **members: Any) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.__dict__.update(members)
        self.around: Node | None = None
        for each in self.inner:
            each.around = self

    @property
    def inner(self) -> Iterator[Node]:
        """The parts in it."""
        for name, value in self.__dict__.items():
            if isinstance(value, Node) and name != "around":
                yield value
            elif isinstance(value, list):
                yield from value

    @property
    def text(self) -> str:
        """Its source."""
        return self.source[self.start : self.end].decode("utf-8", "replace")


class Root(Node):
    """A whole script."""

    body: list[Statement]


class Statement(Node):
    """A command with its redirections; ``negated``: by ``!``; ``background``: by ``&``."""

    command: Node | None
    redirects: list[Redirect]
    negated: bool
    background: bool


class Redirect(Node):
    """A redirection: its operator, the number before it, and its word or here-document."""

    operator: str
    descriptor: str
    word: Word | None
    document: Word | None


class Simple(Node):
    """Variables that are set, and the words of a command."""

    assignments: list[Assignment]
    words: list[Word]


class Binary(Node):
    """Two statements with ``&&``, ``||``, ``|`` or ``|&`` between them."""

    operator: str
    left: Statement
    right: Statement


class Declaration(Node):
    """``export``, ``local`` and others, the ``keyword``, with what they declare."""

    keyword: str
    assignments: list[Assignment]


class If(Node):
    """``if`` or ``elif``; ``other``: the ``elif`` or ``else``, which has no condition."""

    condition: list[Statement]
    body: list[Statement]
    other: If | None


class Loop(Node):
    """A loop, whose body begins at the byte ``do``."""

    do: int
    body: list[Statement]

    @property
    def head_text(self) -> str:
        """The source before the body."""
        return self.source[self.start : self.do].decode("utf-8", "replace")

    @property
    def body_text(self) -> str:
        """The source of the body."""
        return self.source[self.do : self.end].decode("utf-8", "replace")


class While(Loop):
    """``while`` or ``until``."""

    condition: list[Statement]


class For(Loop):
    """``for`` or ``select``; ``loop``: its Words, or what is in ``for ((...))``."""

    loop: Node


class Words(Node):
    """The variable of ``for``, and its words."""

    name: str
    words: list[Word]


class Case(Node):
    """``case``."""

    word: Word
    items: list[Item]


class Item(Node):
    """An item of ``case``."""

    patterns: list[Word]
    body: list[Statement]


class Function(Node):
    """The definition of a function."""

    name: str
    body: Statement


class Group(Node):
    """Statements in braces."""

    body: list[Statement]


class Subshell(Group):
    """Statements in parentheses."""


class Test(Node):
    """``[[ ]]``."""

    children: list[Node]


class Prefixed(Node):
    """``coproc`` or ``time`` with its statement."""

    statement: Statement | None


class Time(Prefixed):
    """``time``."""


class Word(Node):
    """A word of a command."""

    parts: list[Node]


class Literal(Node):
    """Text without quotes, or in double quotes; ``value`` has its backslashes."""

    value: str


class SingleQuoted(Node):
    """Text in single quotes; ``escapes``: whether they are ``$'...'``."""

    value: str
    escapes: bool


class DoubleQuoted(Node):
    """Parts in double quotes."""

    parts: list[Node]


class Substitution(Node):
    """The output of statements, ``$(...)``."""

    body: list[Statement]


class File(Substitution):
    """The output or the input of statements as a file, ``<(...)``."""


class Variable(Node):
    """``$NAME`` or ``${NAME...}``."""

    children: list[Node]


class Glob(Node):
    """A pattern such as ``@(a|b)``."""


class Other(Node):
    """A calculation, and what else only contains words."""

    children: list[Node]


class Assignment(Node):
    """A variable that is set; ``naked``: that is only declared, or a word after the keyword.

    ``elements``: those of an ``array``.
    """

    name: str
    index: Node | None
    value: Word | None
    array: bool
    elements: list[Word]
    append: bool
    naked: bool


def first(node: Node, kind: type[_Kind]) -> Iterator[_Kind]:
    """Yield the first nodes of the ``kind`` in each branch of ``node``."""
    for each in node.inner:
        if isinstance(each, kind):
            yield each
        else:
            yield from first(each, kind)


def sequence(statement: Node) -> Sequence[Node]:
    """Return the statements that ``statement`` is one of."""
    for value in vars(statement.around).values() if statement.around else ():
        if isinstance(value, list) and statement in value:
            return value
    return [statement]
