"""W207 and W213: lost exit statuses, errors that are not seen, tests for Java or the toolkit."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain, islice

from iamcli.cli.check.rules.commands import Commands, Fault, fault
from iamcli.cli.check.script import nodes
from iamcli.cli.check.script.calls import revealed
from iamcli.cli.check.script.kinds import MAKEFILE
from iamcli.cli.check.script.other_programs import AWKS, GREPS
from iamcli.cli.check.script.states import assigned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamcli.cli.check.script.calls import Call, ExpandedWord, Pipeline

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
#: Programs that test for another, or for files; what Java and the files of the toolkit that no home
#: has are in their arguments; and programs that need Java.
_TESTING = {"[", "[[", "case", "test", "command", "which", "type", "hash", "ls", "java"}
_READING = {"cat", "find", "head", *GREPS}
_JAVA = re.compile(r"(?m)(?:^|[/ ])java(?:$|[ )`])|\bJAVA")
_FILE = re.compile(
    r"(?:apitools(?:/iam)?|AWS_IAM_HOME\}?|IAMCli[\w.-]*)[\"']?/"
    r"(?:lib\b|\S*\.jar\b|README\.TXT|VERSION|bin/service\b)"
)
_REQUIRED = re.compile(r"\$\{JAVA\w*:?\?")
_NEED_JAVA = re.compile("java|ant|mvn|(?:ec2|as|elb|mon|rds|cfn)-.*")
#: A test that succeeds if something is missing.
_MISSING = re.compile(
    r"(?<!\S)(?:!|-z)\s|\s(?:-eq\s+\S?0|-l[te]\s|==?\s+(?:\"\"|''|[\"']?x[\"']?(?!\S)))"
)
_ENDS = re.compile(r"(?m)(?:^|[;{(&|)]|then|do|else)[ \t]*(?:exit|return|die|fail|\w+_exit)\b")
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
    """Yield the tests that end a script, or without which its commands are run.

    Tests for Java are right if the script runs another program that needs Java.
    """
    facts, unseen = commands.facts, set(commands.unseen)
    calls = [*facts.calls, *facts.settings] if commands.invocations or unseen else []
    others = (each for each in calls if each not in unseen and "-version" not in each.literals)
    needed = {"Java"} if any(_NEED_JAVA.fullmatch(each.program or "") for each in others) else set()
    for call in calls:
        for word, what in islice(_asked(call), 1):
            required = _REQUIRED.search(word.source) and "JAVA_HOME" not in facts.values
            effect = "the script ends" if required else _effect(commands, call)
            if effect and what not in needed:
                message = f"{effect} without {what}, which the commands do not need"
                yield fault(call, word, "W213", message, "remove this test")


def _asked(call: Call) -> Iterator[tuple[ExpandedWord, str]]:
    """Yield the words of ``call`` that ask for Java, or a file of the toolkit that no home has."""
    tests = call.program in _TESTING
    for word in call.words[:1] if call.program == "case" else [call.head, *call.words]:
        if tests or call.program in _READING:
            known = (
                part
                if isinstance(part, str)
                else " | ".join(each.node.text for each in part.output) or part.name
                for part in revealed(word.value)
            )
            text = word.source.strip("\"'") + "\n" + "".join(known)
            if tests and _JAVA.search(text):
                yield word, "Java"
            elif _FILE.search(text):
                yield word, "the files of the toolkit"
        elif "JAVA" in word.source and _REQUIRED.search(word.source):
            yield word, "Java"


def _effect(commands: Commands, call: Call, *, missing: bool = False, inside: str = "") -> str:
    """Return what happens if ``call`` does not find what it tests for, "" if nothing.

    ``missing``: it succeeds then; ``inside``: the functions that it is the last command of.
    """
    tested = False
    for node, parent in chain([(call.node, call.node)], nodes.ancestry(call.node)):
        if isinstance(node, nodes.Word) and not isinstance(parent, nodes.Assignment):
            # Another command tests the output.
            return ""
        if node is not parent:
            simple = isinstance(node, nodes.Simple | nodes.Test) and _MISSING.search(node.text)
            missing ^= bool(simple or (isinstance(node, nodes.Statement) and node.negated))
        if branches := _branches(node, parent, missing=missing):
            tested = True
            if any(_ENDS.search(each.text) for each in branches[0]):
                return "the script ends"
            if any(_runs(commands, each) for each in branches[1]):
                return "no command is run"
        if isinstance(parent, nodes.Function) and parent.name not in inside.split():
            inside = f"{inside} {parent.name}"
            users = (each for each in commands.facts.calls if each.program == parent.name)
            effects = (_effect(commands, each, missing=missing, inside=inside) for each in users)
            return next(filter(None, effects), "")
        body = parent.body if isinstance(parent, nodes.Group) else [node]
        if node not in (parent, body[-1]) or (branches and not isinstance(parent, nodes.Binary)):
            break
    alone = call.flags.errexit or call.script.root.language == MAKEFILE
    return "the script ends" if alone and not (tested or missing) else ""


def _branches(
    node: nodes.Node, parent: nodes.Node, *, missing: bool
) -> tuple[Sequence[nodes.Node], Sequence[nodes.Node]] | None:
    """Return what is run if the test ``node`` does not find something, and what else.

    ``missing``: it succeeds if it does not. None if ``parent`` does not depend on it.
    """
    if isinstance(parent, nodes.Case) and node is parent:
        others = ("*", '""', "''")
        return [i for i in parent.items if any(each.text in others for each in i.patterns)], []
    if isinstance(parent, nodes.If | nodes.While) and node in parent.condition:
        other = parent.other if isinstance(parent, nodes.If) else None
        fails: Sequence[nodes.Node] = [other] if other else []
        works: Sequence[nodes.Node] = parent.body
    elif isinstance(parent, nodes.Binary) and node is parent.left and parent.operator == "||":
        fails, works = [parent.right], []
    elif isinstance(parent, nodes.Binary) and node is parent.left and parent.operator == "&&":
        fails, works = [], [parent.right]
    else:
        return None
    return (works, fails) if missing else (fails, works)


def _runs(commands: Commands, node: nodes.Node) -> bool:
    """Return whether a command of the toolkit is in ``node``."""
    places = ((each.call.node.source, each.call.node.start) for each in commands.invocations)
    return any(at in range(node.start, node.end) and on is node.source for on, at in places)


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
