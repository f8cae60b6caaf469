"""The parts of a script. A class declares its members, and their names in the JSON of shfmt."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_Node = TypeVar("_Node", bound="Node")


class Node:
    """A part of a script, from the byte ``start`` to ``end`` of ``source``, in its ``parent``."""

    #: By the type in the JSON: the class.
    types: ClassVar[dict[str, type[Node]]] = {}
    #: By the member: its name in the JSON ("." for all that it contains), and its annotation.
    members: ClassVar[dict[str, tuple[str, str]]] = {}

    def __init_subclass__(cls, json: str = "", members: str = "") -> None:
        """Record the class for the types ``json``, and its ``members`` with their names there."""
        for name in json.split():
            cls.types[name] = cls
        declared = zip(cls.__annotations__.items(), members.split(), strict=True)
        own = {name: (place, annotation) for (name, annotation), place in declared}
        cls.members = {**cls.members, **own}

    def __init__(self, source: bytes, start: int, end: int, **members: Any) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.__dict__.update(members)
        self.parent: Node | None = None
        for part in self.inner:
            part.parent = self

    @property
    def inner(self) -> Iterator[Node]:
        """The parts in it."""
        for name, value in self.__dict__.items():
            if isinstance(value, Node) and name != "parent":
                yield value
            elif isinstance(value, list):
                yield from value

    @property
    def text(self) -> str:
        """Its source."""
        return self.source[self.start : self.end].decode("utf-8", "replace")


class Statement(Node, json="Stmt", members="Cmd Redirs Negated Background"):
    """A command with its redirections; ``negated``: by ``!``; ``background``: by ``&``."""

    command: Node | None
    redirects: list[Redirect]
    negated: bool
    background: bool


class Redirect(Node, json="Redirect", members="Op N Word Hdoc"):
    """A redirection: its operator, the number before it, and its word or here-document."""

    operator: str
    descriptor: str
    word: Word | None
    document: Word | None


class Simple(Node, json="CallExpr", members="Assigns Args"):
    """Variables that are set, and the words of a command."""

    assignments: list[Assignment]
    words: list[Word]


class Binary(Node, json="BinaryCmd", members="Op X Y"):
    """Two statements with ``&&``, ``||``, ``|`` or ``|&`` between them."""

    operator: str
    left: Statement
    right: Statement


class Declaration(Node, json="DeclClause", members="Variant Args"):
    """``export``, ``local`` and others, the ``keyword``, with what they declare."""

    keyword: str
    assignments: list[Assignment]


class If(Node, json="IfClause", members="Cond Then Else"):
    """``if`` or ``elif``; ``other``: the ``elif`` or ``else``, which has no condition."""

    condition: list[Statement]
    body: list[Statement]
    other: If | None


class Loop(Node, members="DoPos Do"):
    """A loop, whose body begins at the byte ``do``."""

    do: int
    body: list[Statement]


class While(Loop, json="WhileClause", members="Cond"):
    """``while`` or ``until``."""

    condition: list[Statement]


class For(Loop, json="ForClause", members="Loop"):
    """``for`` or ``select``; ``loop``: its Words, or what is in ``for ((...))``."""

    loop: Node


class Words(Node, json="WordIter", members="Name Items"):
    """The variable of ``for``, and its words."""

    name: str
    words: list[Word]


class Function(Node, json="FuncDecl", members="Name Body"):
    """The definition of a function."""

    name: str
    body: Statement


class Group(Node, json="File Block Subshell", members="Stmts Lparen"):
    """A whole script, or statements in braces, or in parentheses: a ``subshell``."""

    body: list[Statement]
    subshell: bool


class Item(Group, json="CaseItem", members="Patterns"):
    """An item of ``case``."""

    patterns: list[Word]


class Case(Node, json="CaseClause", members="Word Items"):
    """``case``."""

    word: Word
    items: list[Item]


class Substitution(Group, json="CmdSubst ProcSubst"):
    """The output of statements, ``$(...)``, or a file with it or for their input, ``<(...)``."""


class Prefixed(Node, json="CoprocClause TimeClause", members="Stmt"):
    """``coproc`` or ``time`` with its statement."""

    statement: Statement | None


class Word(Node, json="Word", members="Parts"):
    """A word of a command."""

    parts: list[Node]


class Literal(Node, json="Lit", members="Value"):
    """Text without quotes, or in double quotes; ``value`` has its backslashes."""

    value: str


class SingleQuoted(Node, json="SglQuoted", members="Value Dollar"):
    """Text in single quotes; ``escapes``: whether they are ``$'...'``."""

    value: str
    escapes: bool


class DoubleQuoted(Node, json="DblQuoted", members="Parts"):
    """Parts in double quotes."""

    parts: list[Node]


class Other(Node, members="."):
    """A calculation, and what else only contains words and their parts."""

    children: list[Node]


class Test(Other, json="TestClause"):
    """``[[ ]]``."""


class Variable(Other, json="ParamExp"):
    """``$NAME`` or ``${NAME...}``."""


class Assignment(Node, json="Assign", members="Name Index Value Array Array Append Naked"):
    """A variable that is set; ``naked``: that is only declared, or a word after the keyword."""

    name: str
    index: Node | None
    value: Word | None
    array: bool
    elements: list[Word]
    append: bool
    naked: bool


def first(node: Node, node_type: type[_Node]) -> Iterator[_Node]:
    """Yield the first nodes of the ``node_type`` in each branch of ``node``."""
    for part in node.inner:
        if isinstance(part, node_type):
            yield part
        else:
            yield from first(part, node_type)


def ancestry(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield ``node`` and what it is in, each with its parent."""
    while node.parent is not None:
        yield node, node.parent
        node = node.parent
