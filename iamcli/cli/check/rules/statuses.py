"""W207 and W213: exit statuses that are lost, errors that a script cannot see, tests for Java."""

from __future__ import annotations

import re
from functools import cache

from iamcli.cli.check.rules.commands import Commands, Fault, fault
from iamcli.cli.check.script import nodes
from iamcli.cli.check.script.other_programs import AWKS, GREPS
from iamcli.cli.check.script.states import assigned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.script.calls import Call, Pipeline

_TESTS = re.compile(r"(?:\[\[?\s|\btest\s|\bcase\s|\(\(|\bexpr\s)[^;]*|\$\{\w+:?\?")
_VARIABLE = re.compile(r"\$\{?#?([A-Za-z_]\w*)")
#: A part of an error message, or of a pattern for one, and a search for it.
_WORDS = (
    "(?:[]e]rror|exception|nosuch|entity|denied|not auth|cannot|exceed|exist|invalid|malformed"
    "|conflict|throttl)"
)
_ERRORS = re.compile(f"(?i){_WORDS}")
_SEARCHES = re.compile(rf"(?i)(?:grep\b(?!\s+-\w*v)|awk\b(?!\s+'!))[^|;&\n]*?{_WORDS}")
#: The programs whose arguments say what they search for.
_SEARCHING = {"expr", "sed", *AWKS, *GREPS}
_ASSIGN = "assign the output to a variable first, and test the status"
#: Programs that test for another, what Java is in their arguments, and programs that need it.
_TESTING = {"[", "[[", "test", "command", "which", "type", "hash", "ls", "java"}
_JAVA = re.compile(r"(?:^|/)java$|\bJAVA|(?:apitools|AWS_IAM_HOME\}?)/.*\.jar$")
_NEED_JAVA = re.compile("java|ant|mvn|(?:ec2|as|elb|mon|rds|cfn)-.*")
_MISSING = re.compile(r"(?<!\S)(?:!|-z)\s")
_ENDS = re.compile(r"(?m)(?:^|[;{(&|]|then|do|else)[ \t]*(?:exit|return|die|\w+_exit)\b(?!\s+0)")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=([^\n]*)")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the commands whose exit status is lost, or whose errors are."""
    yield from _java_tests(commands)
    for call in dict.fromkeys(_searched(commands)):
        strict = call.inner.environment["IAMCLI_STRICT"] if call.iam else ()
        if strict == ("0",) and not _merged(call):
            message = "errors are only on standard error, because IAMCLI_STRICT is 0"
            yield fault(call, call.head, "W213", message, "test the exit status, or add 2>&1")
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
    if substitution and substitution.node.text[0] not in "$`":
        return None if _file_tested(substitution.node, text) else ("in <(...)", _ASSIGN)
    following = commands.after(call)
    lost = _lost_in_pipe(call, following) if following else None
    if lost or (following and not call.flags.pipefail):
        return lost
    if substitution is None or not isinstance(command, nodes.Simple) or command.words:
        return None
    tested = substitution.tested or call.flags.errexit or known or _status_read(command.parent)
    return None if tested else ("because it is not tested", "add || exit 1, or run set -e before")


def _file_tested(node: nodes.Substitution, text: str) -> bool:
    """Return whether the script asks for the status of ``<(...)``, or tests what it reads of it."""
    above = (each for each, _ in nodes.ancestry(node) if isinstance(each, nodes.Statement))
    reader = next(above).text
    tested = _SEARCHES.search(reader) or re.search(r"\bwait\b", text)
    return bool(tested) or not _tested(text).isdisjoint(assigned(reader))


def _lost_in_pipe(call: Call, following: Pipeline) -> tuple[str, str] | None:
    text = call.script.root.text
    if re.match(r"#!.*ksh", text) and _merged(call):
        kept = re.search(r"\bwait\b", text)
        return None if kept else ("in the coprocess", "run wait $! after it, and test its status")
    return None if _pipe_fails(call, following) else ("in the pipe", _ASSIGN)


def _searched(commands: Commands) -> Iterator[Call]:
    """Yield the commands whose output the script searches for an error."""
    tests = commands.facts.tests
    words = [word for test in tests if any(_ERRORS.search(w.source) for w in test) for word in test]
    for call in commands.facts.calls:
        if call.program in _SEARCHING and _ERRORS.search(call.node.text):
            words += [*call.words, *(redirect.word for redirect in call.redirects)]
    outputs = [unknown.output for word in words for unknown in word.unknowns]
    outputs += map(commands.contents, words)
    for pipeline in commands.facts.pipelines:
        if any(_ERRORS.search(each.node.text) for each in pipeline[1:]):
            outputs.append(commands.from_file(pipeline))
    yield from (output[0].origin for output in outputs if output and output[0].origin)


def _merged(call: Call) -> bool:
    """Return whether the output of ``call`` has what it prints on standard error."""
    redirects = {(each.operator, each.descriptor, each.word.literal) for each in call.redirects}
    above = [parent for _, parent in nodes.ancestry(call.node) if isinstance(parent, nodes.Binary)]
    return (">&", "2", "1") in redirects or "|&" in {binary.operator for binary in above}


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
