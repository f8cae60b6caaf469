"""W211: lines of a loop that a command reads."""

from __future__ import annotations

import re

from iamcli.cli.check.rules.commands import fault
from iamcli.cli.check.script.nodes import Binary, Function, Statement, While, ancestry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules.commands import Commands, Fault
    from iamcli.cli.check.script.calls import Call
    from iamcli.cli.check.script.nodes import Node

#: The options of read that name another descriptor, or are for people who type.
_OTHER = re.compile(r"-[A-Za-z]*[up]")


def check(commands: Commands) -> Iterator[Fault]:
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
        if isinstance(node, While) and inner in node.condition:
            yield node


def _around(commands: Commands, call: Call, followed: set[str]) -> Iterator[Node]:
    """Yield what has the same standard input as ``call``, also where its function is called."""
    if "xargs" in call.target.run_by:
        return
    for _, node in _sharing(call.node):
        yield node
        if not isinstance(node, Function) or node.name in followed:
            continue
        followed.add(node.name)
        for other in commands.walker.calls:
            if other.shell_function and other.program == node.name:
                yield from _around(commands, other, followed)


def _sharing(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield what is around ``node`` and has the same standard input, after what is in it."""
    for inner, outer in ancestry(node):
        if isinstance(inner, Function):
            return
        if isinstance(inner, Statement):
            # A command in the background reads /dev/null.
            redirected = inner.background or any(
                each.operator[:1] == "<" and each.descriptor in ("", "0")
                for each in inner.redirects
            )
            pipe = outer if isinstance(outer, Binary) and "|" in outer.operator != "||" else None
            if redirected or (pipe and inner is pipe.right):
                return
        yield inner, outer
