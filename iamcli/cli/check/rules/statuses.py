"""W207 and W213: exit statuses that are lost, and tests for Java that end a script."""

from __future__ import annotations

import re
from functools import cache

from iamcli.cli.check.rules.commands import Commands, Fault, fault
from iamcli.cli.check.script import nodes
from iamcli.cli.check.script.other_programs import GREPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.script.calls import Call, Pipeline

_TESTS = re.compile(r"(?:\[\[?\s|\btest\s|\bcase\s|\(\(|\bexpr\s)[^;]*|\$\{\w+:?\?")
_VARIABLE = re.compile(r"\$\{?#?([A-Za-z_]\w*)")
#: A search for a word of an error message.
_SEARCHES = re.compile(
    r"(?i)(?:grep\b(?!\s+-\w*v)|awk\b(?!\s+'!))[^|;&\n]*?(?:error|exception|nosuch|entity|denied"
    r"|not auth|cannot|exceed|exist|invalid|malformed|conflict|throttl|required|amazonaws|iam-)"
)
_ASSIGN = "assign the output to a variable first, and test the status"
#: Programs that test for another, what Java is in their arguments, and programs that need it.
_TESTING = {"[", "[[", "test", "command", "which", "type", "hash", "ls", "java"}
_JAVA = re.compile(r"(?:^|/)java$|\bJAVA|(?:apitools|AWS_IAM_HOME\}?)/.*\.jar$")
_NEED_JAVA = re.compile("java|ant|mvn|(?:ec2|as|elb|mon|rds|cfn)-.*")
_MISSING = re.compile(r"(?<!\S)(?:!|-z)\s")
_ENDS = re.compile(r"(?m)(?:^|[;{(&|]|then|do|else)[ \t]*(?:exit|return|die|\w+_exit)\b(?!\s+0)")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=([^\n]*)")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the commands whose exit status is lost."""
    yield from _java_tests(commands)
    for invocation in commands.invocations:
        call = invocation.call
        if invocation.command.creates and (lost := _lost(commands, call)):
            message = f"the exit status of {call.program} is lost {lost[0]}"
            yield fault(call, call.head, "W207", message, lost[1])


def _java_tests(commands: Commands) -> Iterator[Fault]:
    """Yield the tests for Java that end a script, unless it runs a program that needs Java."""
    calls = commands.facts.calls if commands.invocations or commands.unseen else []
    runs = (call.program or "" for call in calls if "-version" not in call.literals)
    if any(map(_NEED_JAVA.fullmatch, runs)):
        return
    for call in calls:
        words = [call.head, *call.words] if call.program in _TESTING else []
        java = [word for word in words if _JAVA.search(word.source.strip("\"'"))]
        if java and _ends(call):
            message = "the script ends without Java, but the commands do not need it"
            yield fault(call, java[0], "W213", message, "remove this test")


def _ends(call: Call) -> bool:
    """Return whether the script ends if ``call`` does not find what it tests for."""
    missing = False
    for node, parent in nodes.ancestry(call.node):
        simple = isinstance(node, nodes.Simple | nodes.Test) and _MISSING.search(node.text)
        missing ^= bool(simple or (isinstance(node, nodes.Statement) and node.negated))
        if isinstance(parent, nodes.If):
            branch = parent.body if missing else [parent.other] if parent.other else []
            return node in parent.condition and any(_ENDS.search(each.text) for each in branch)
        if isinstance(parent, nodes.Binary) and node is parent.left:
            after = parent.operator == ("&&" if missing else "||")
            if after and _ENDS.search(parent.right.text):
                return True
    return False


def _lost(commands: Commands, call: Call) -> tuple[str, str] | None:
    """Return where the status is lost, and what to do; None if it is not lost."""
    substitution, text = call.substitution, call.script.root.text
    receiver = substitution.receiver if substitution else None
    if isinstance(receiver, nodes.Redirect):
        return "in the here-string", _ASSIGN
    command = receiver.parent if receiver else None
    known = receiver is not None and receiver.name in _tested(text)
    if receiver and isinstance(command, nodes.Declaration) and not known:
        return "in the declaration", f"assign {receiver.name} in a statement of its own"
    if following := commands.after(call):
        # Not every sh has the option, and make has a shell for each line.
        fix = _ASSIGN if call.script.root.plain_sh else "run set -o pipefail before"
        lost, kept = "in the pipe", _pipe_fails(call, following)
        statement = call.node.parent or call.node
        merged = statement.source[statement.end :].lstrip().startswith(b"|&")
        if merged and re.match(r"#!.*ksh", text):
            lost, kept = "in the coprocess", re.search(r"\bwait\b", text) is not None
            fix = "run wait $! after it, and test its status"
        return None if kept else (lost, fix)
    if substitution is None or not isinstance(command, nodes.Simple) or command.words:
        return None
    if substitution.tested or call.flags.errexit or known or _status_read(command.parent):
        return None
    return "because it is not tested", "add || exit 1, or run set -e before"


def _pipe_fails(call: Call, following: Pipeline) -> bool:
    """Return whether the script notices if ``call``, before others in its pipe, fails."""
    if call.flags.pipefail or re.search("PIPESTATUS|pipestatus", call.script.root.text):
        return True
    found = following[0].program in GREPS and not following[1:] and _is_tested(call)
    # What looks for an error asks whether the command has failed.
    return found or any(_SEARCHES.search(each.node.text) for each in following)


def _is_tested(call: Call) -> bool:
    for node, parent in nodes.ancestry(call.node):
        if isinstance(parent, nodes.Binary) and parent.operator in ("&&", "||"):
            return True
        if not isinstance(parent, nodes.Statement | nodes.Binary):
            return isinstance(parent, nodes.If | nodes.While) and node in parent.condition
    return False


def _status_read(statement: nodes.Node | None) -> bool:
    """Return whether the statement after this one reads ``$?``, and not only if it is 127."""
    parent = statement.parent if statement else None
    following = [parent.right] if isinstance(parent, nodes.Binary) else []
    for statements in vars(parent).values() if parent else ():
        if isinstance(statements, list) and statement in statements:
            following = statements[statements.index(statement) + 1 :]
    return any("$?" in node.text and "127" not in node.text for node in following[:1])


@cache
def _tested(source: str) -> set[str]:
    """Return the variables that ``source`` tests, and those whose values go into them."""
    waiting: list[str] = []
    for line in re.sub(r"(?<=\|)(?:\s*(?:#.*)?\n)+|\\\n", " ", source).split("\n"):
        for test in [line] if "grep" in line else _TESTS.findall(line):
            waiting += _VARIABLE.findall(test)
    used: dict[str, list[str]] = {}
    for name, value in _ASSIGNMENT.findall(source):
        used.setdefault(name, []).extend(_VARIABLE.findall(value))
    names: set[str] = set()
    while waiting:
        names.add(waiting[-1])
        waiting += used.pop(waiting.pop(), [])
    return names
