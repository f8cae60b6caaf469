"""W207: commands that create or upload something, whose exit status is lost."""

from __future__ import annotations

import re

from iamcli.cli.check.rules.commands import fault
from iamcli.cli.check.script.calls import Call, Use
from iamcli.cli.check.script.nodes import Binary, If, Statement, While

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules.commands import Commands, Fault

_TESTS = re.compile(r"(?:\[\[?\s|\btest\s|\bcase\s|\(\(|\bexpr\s)[^;]*|\$\{\w+:?\?")
_VARIABLE = re.compile(r"\$\{?#?([A-Za-z_]\w*)")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=([^\n]*)")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the commands whose exit status is lost."""
    tested: dict[str, set[str]] = {}
    for invocation in commands.invocations:
        call = invocation.call
        if not invocation.command.creates:
            continue
        script = call.script
        if script.file not in tested:
            tested[script.file] = _tested(script.text)
        reason = _lost(call, tested[script.file])
        if reason:
            message = f"the exit status of {call.program} is lost {reason[0]}"
            yield fault(call, call.head, "W207", message, reason[1])


def _lost(call: Call, tested: set[str]) -> tuple[str, str] | None:
    """Return where the status is lost, and what to do; None if it is not lost."""
    capture = call.capture
    use = capture.use if capture else Use()
    if use.kind == "declaration" and use.name not in tested:
        return "in the declaration", _separated(use)
    if use.kind == "herestring":
        return "in the here-string", "assign the output to a variable first, and test the status"
    if call.stages and call.stages[-1] is not call:
        return None if _pipe_fails(call) else ("in the pipe", "run set -o pipefail before")
    if capture is None or use.kind != "assignment":
        return None
    if capture.tested or call.flags.errexit or use.name in tested or _status_read(use):
        return None
    return "because it is not tested", "add || exit 1, or run set -e before"


def _separated(use: Use) -> str:
    """Return how the declaration and the assignment become two statements."""
    name = use.name
    declaration = use.statement.around if use.statement is not None else None
    keyword, *options = (declaration.text if declaration else "").partition("=")[0].split()[
        :-1
    ] or [""]
    if keyword in ("readonly", "export"):
        return f"assign {name} first, then run {keyword} {name}"
    if any(option.startswith("-") and "r" in option for option in options):
        return f"declare {name} without -r first, then assign it"
    return f"declare {name} first, then assign it"


def _pipe_fails(call: Call) -> bool:
    """Return whether the script notices if ``call``, which is not last in its pipe, fails."""
    last = call.stages[-1]
    grep = isinstance(last, Call) and last.program in ("grep", "egrep", "fgrep")
    searched = grep and call.stages[-2] is call
    known = call.flags.pipefail or re.search("PIPESTATUS|pipestatus", call.script.text)
    return bool(known) or (searched and _is_tested(call))


def _is_tested(call: Call) -> bool:
    node, around = call.node, call.node.around
    while around is not None:
        if isinstance(around, Binary) and around.operator in ("&&", "||"):
            return True
        if isinstance(around, If | While) and node in around.condition:
            return True
        if not isinstance(around, Statement | Binary):
            return False
        node, around = around, around.around
    return False


def _status_read(use: Use) -> bool:
    """Return whether the statement after the assignment reads ``$?``."""
    command = use.statement.around if use.statement is not None else None
    statement = command.around if command is not None else None
    around = statement.around if statement is not None else None
    if isinstance(around, Binary):
        return "$?" in around.right.text
    for statements in vars(around).values() if around is not None else ():
        if isinstance(statements, list) and statement in statements:
            following = statements[statements.index(statement) + 1 :]
            return bool(following) and "$?" in following[0].text
    return False


def _tested(source: str) -> set[str]:
    """Return the variables that ``source`` tests, and those whose values go into them."""
    names: set[str] = set()
    for line in source.split("\n"):
        tests = [line] if "grep" in line else _TESTS.findall(line)
        names |= {name for test in tests for name in _VARIABLE.findall(test)}
    assignments = [(name, _VARIABLE.findall(value)) for name, value in _ASSIGNMENT.findall(source)]
    for _ in range(10):
        more = {used for name, others in assignments if name in names for used in others} - names
        if not more:
            break
        names |= more
    return names
