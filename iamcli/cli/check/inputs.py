"""W209 and W211: what read gets: a single line, and a line that a command should get."""

from __future__ import annotations

import re

from iamcli.cli.check import builtins
from iamcli.cli.check.calls import direct, joins_lines
from iamcli.cli.check.rules import fault
from iamcli.cli.check.syntax import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.calls import Call
    from iamcli.cli.check.rules import Commands, Fault
    from iamcli.cli.check.syntax import Node
    from iamcli.cli.check.words import Word

#: The options of read that name another descriptor, or are for people who type.
_OTHER = re.compile(r"-[A-Za-z]*[up]")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the findings about ``read``."""
    yield from _shared_inputs(commands)
    yield from _reads(commands)


def _shared_inputs(commands: Commands) -> Iterator[Fault]:
    """Yield the commands that read a password from what a loop around them reads."""
    loops = {id(loop) for call in commands.walker.calls for loop in _condition(call)}
    for invocation in commands.invocations if loops else ():
        for value in invocation.values:
            option, call = value.option, invocation.call
            reads = option.reads and value.text == "-"
            if reads and any(id(node) in loops for node in _around(commands, call, set())):
                message = f"{option.name} - and the loop read the same standard input"
                fix = "let the loop read another one: while read ... <&3; do ... done 3<FILE"
                yield fault(call, value.word or value.name, "W211", message, fix)
                break


def _condition(call: Call) -> Iterator[Node]:
    """Yield the loop that ``call`` reads the lines for, if it does."""
    if call.program != "read" or any(_OTHER.match(literal or "") for literal in call.literals):
        return
    for inner, node in _sharing(call.node):
        if node.Type == "WhileClause" and inner in node.Cond:
            yield node


def _around(commands: Commands, call: Call, followed: set[str]) -> Iterator[Node]:
    """Yield what has the same standard input as ``call``, also where its function is called."""
    if "xargs" in call.target.through:
        return
    for _, node in _sharing(call.node):
        yield node
        name = text(node.Name)
        if node.Type != "FuncDecl" or name in followed:
            continue
        followed.add(name)
        for other in commands.walker.calls:
            if other.shell_function and other.program == name:
                yield from _around(commands, other, followed)


def _sharing(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield what is around ``node`` and has the same standard input, after what is in it."""
    around = node.parent
    while around is not None and node.Type != "FuncDecl":
        # A command in the background reads /dev/null.
        redirected = any(
            each.operator[:1] == "<" and text(each.N) in ("", "0") for each in node.Redirs
        )
        piped = around.Type == "BinaryCmd" and "|" in around.operator != "||" and node is around.Y
        if redirected or node.Background or piped:
            return
        yield node, around
        node, around = around, around.parent


def _reads(commands: Commands) -> Iterator[Fault]:
    for call in commands.walker.calls:
        if call.program != "read" or len(builtins.read_names(call)) < 2:  # noqa: PLR2004
            continue
        if any(re.match("-.*d", literal or "") for literal in call.literals):
            continue
        for redirect in call.redirects:
            if redirect.operator != "<<<" or redirect.word is None:
                continue
            source = _single(redirect.word)
            invocation = commands.of(source) if source else None
            if invocation and invocation.prints_two_lines:
                message = "read reads one line, but the command prints two"
                fix = "use { read a; read b; } < <(...), or mapfile"
                yield fault(invocation.call, redirect.word, "W209", message, fix)


def _single(word: Word) -> Call | None:
    """Return the command whose lines ``word`` is, None if they are not known or may be joined."""
    gaps = word.gaps
    stages = gaps[0].output if len(gaps) == 1 else ()
    source = direct(stages)
    return None if source is None or joins_lines(stages[0]) else source
