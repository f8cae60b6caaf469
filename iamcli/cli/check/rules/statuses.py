"""W207: commands that create or upload something, whose exit status is lost."""

from __future__ import annotations

import re
from functools import cache

from iamcli.cli.check.rules.commands import fault
from iamcli.cli.check.script import nodes
from iamcli.cli.check.script.calls import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules.commands import Commands, Fault

_TESTS = re.compile(r"(?:\[\[?\s|\btest\s|\bcase\s|\(\(|\bexpr\s)[^;]*|\$\{\w+:?\?")
_VARIABLE = re.compile(r"\$\{?#?([A-Za-z_]\w*)")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=([^\n]*)")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the commands whose exit status is lost."""
    for invocation in commands.invocations:
        call = invocation.call
        lost = _lost(call) if invocation.command.creates else None
        if lost:
            message = f"the exit status of {call.program} is lost {lost[0]}"
            yield fault(call, call.head, "W207", message, lost[1])


def _lost(call: Call) -> tuple[str, str] | None:
    """Return where the status is lost, and what to do; None if it is not lost."""
    substitution = call.substitution
    receiver = substitution.receiver if substitution else None
    if isinstance(receiver, nodes.Redirect):
        return "in the here-string", "assign the output to a variable first, and test the status"
    command = receiver.parent if receiver else None
    known = receiver is not None and receiver.name in _tested(call.script.text)
    if receiver and isinstance(command, nodes.Declaration) and not known:
        return "in the declaration", _separated(command, receiver.name)
    if call.pipeline and call.pipeline[-1] is not call:
        return None if _pipe_fails(call) else ("in the pipe", "run set -o pipefail before")
    if substitution is None or not isinstance(command, nodes.Simple) or command.words:
        return None
    if substitution.tested or call.flags.errexit or known or _status_read(command.parent):
        return None
    return "because it is not tested", "add || exit 1, or run set -e before"


def _separated(declaration: nodes.Declaration, name: str) -> str:
    """Return how the declaration and the assignment become two statements."""
    if declaration.keyword in ("readonly", "export"):
        return f"assign {name} first, then run {declaration.keyword} {name}"
    options = declaration.text.partition("=")[0].split()[1:-1]
    if any(option.startswith("-") and "r" in option for option in options):
        return f"declare {name} without -r first, then assign it"
    return f"declare {name} first, then assign it"


def _pipe_fails(call: Call) -> bool:
    """Return whether the script notices if ``call``, which is not last in its pipe, fails."""
    if call.flags.pipefail or re.search("PIPESTATUS|pipestatus", call.script.text):
        return True
    last = call.pipeline[-1]
    grep = isinstance(last, Call) and last.program in ("grep", "egrep", "fgrep")
    return grep and call.pipeline[-2] is call and _is_tested(call)


def _is_tested(call: Call) -> bool:
    for node, parent in nodes.ancestry(call.node):
        if isinstance(parent, nodes.Binary) and parent.operator in ("&&", "||"):
            return True
        if not isinstance(parent, nodes.Statement | nodes.Binary):
            return isinstance(parent, nodes.If | nodes.While) and node in parent.condition
    return False


def _status_read(statement: nodes.Node | None) -> bool:
    """Return whether the statement after this one reads ``$?``."""
    parent = statement.parent if statement else None
    if isinstance(parent, nodes.Binary):
        return "$?" in parent.right.text
    for statements in vars(parent).values() if parent else ():
        if isinstance(statements, list) and statement in statements:
            following = statements[statements.index(statement) + 1 :]
            return bool(following) and "$?" in following[0].text
    return False


@cache
def _tested(source: str) -> set[str]:
    """Return the variables that ``source`` tests, and those whose values go into them."""
    names: set[str] = set()
    for line in source.split("\n"):
        tests = [line] if "grep" in line else _TESTS.findall(line)
        names |= {name for test in tests for name in _VARIABLE.findall(test)}
    used: dict[str, set[str]] = {}
    for name, value in _ASSIGNMENT.findall(source):
        used.setdefault(name, set()).update(_VARIABLE.findall(value))
    waiting = list(names)
    while waiting:
        more = used.pop(waiting.pop(), set()) - names
        names |= more
        waiting += more
    return names
