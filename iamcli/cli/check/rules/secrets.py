"""W205 and W211: secrets that other users can see, and passwords that are lines of a loop."""

from __future__ import annotations

import re

from iamcli.cli.check.rules.commands import Commands, Fault, fault
from iamcli.cli.check.script.calls import Call, ExpandedWord, PipelineCommand, output_files
from iamcli.cli.check.script.nodes import Binary, Function, Node, Statement, While, ancestry
from iamcli.cli.check.script.other_programs import AWKS
from iamcli.parsing.options import SECRET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: Programs that do not remove the secret from what they read.
_PASSING = ("cat", "tee", "tr", "paste", "tail", "sort", "xargs")
#: The programs for sed and awk that keep the second line, which is the secret.
_KEEPS_SECOND = re.compile(r"2p|\$p|1d|\s*NR\s*(?:==\s*2|>\s*1|!=\s*1)\b.*", re.DOTALL)
#: The modes with which only the owner can read a file.
_PRIVATE = re.compile(r".*00\Z|(?:go|og)[-=]", re.DOTALL)
_PASSWORDS = ("password", "old", "new")
#: The options of read that name another descriptor, or are for people who type.
_OTHER = re.compile(r"-[A-Za-z]*[up]")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the findings about passwords and new secrets."""
    loops: set[Node] = set()
    for call in commands.facts.calls:
        other = any(_OTHER.match(text or "") for text in call.literals)
        for inner, node in _sharing(call.node) if call.program == "read" and not other else ():
            if isinstance(node, While) and inner in node.condition:
                loops.add(node)
    for invocation in commands.invocations:
        call = invocation.call
        passwords = [each for each in invocation.values if each.option.dest in _PASSWORDS]
        for value in [each for each in passwords if each.text != "-"][:1]:
            message = "other users can see a password on the command line"
            fix = f"use {value.option.name} - and pass the password on standard input"
            yield fault(call, value.word or value.name, "W205", message, fix)
        lines = [each for each in invocation.values if each.option.reads and each.text == "-"]
        if lines and not loops.isdisjoint(_around(commands, call, set())):
            message = f"{lines[0].option.name} - and the loop read the same standard input"
            fix = "let the loop read another one: while read ... <&3; do ... done 3<FILE"
            yield fault(call, lines[0].word or lines[0].name, "W211", message, fix)
    for call in commands.facts.calls:
        source = _secret(commands, call)
        files = output_files(call) if source else []
        read = [word for word in files if not _kept(commands, call, word)]
        if source and read:
            file = read[0].source
            message = f"other users may be able to read the new secret in {file}"
            ends = (f"{each.operator}{file}" for each in call.redirects if each.word is read[0])
            fix = f"write: (umask 077; COMMAND {next(ends, f'| {call.node.text}')})"
            yield fault(source, read[0], "W205", message, fix)


def _secret(commands: Commands, call: Call) -> Call | None:
    """Return the command whose new secret ``call`` writes to its standard output, if any."""
    source = call.origin
    before = commands.before(call)
    if source is None and before and all(map(_passes, (*before[1:], call))):
        source = before[0].origin
    return source if source and commands.prints(source, SECRET) else None


def _passes(command: PipelineCommand) -> bool:
    """Return whether ``command`` prints the secret that it reads."""
    if command.program in {"sed", *AWKS}:
        return any(_KEEPS_SECOND.fullmatch(word.known) for word in command.words[-1:])
    return command.program in _PASSING


def _kept(commands: Commands, call: Call, word: ExpandedWord) -> bool:
    """Return whether the file that ``call`` writes is a device, or only its owner can read it."""
    opened = (each.private for each in call.redirects if each.word is word)
    own = next(opened, call.flags.private) or any(part.private for part in word.unknowns)
    if own or word.known.startswith("/dev/"):
        return True
    calls = [call for call in commands.facts.calls if call.program in ("chmod", "install")]
    private = [call for call in calls if any(_PRIVATE.match(text or "") for text in call.literals)]
    words = (each for call in private for each in call.words)
    return any(each.file == word.file and each.place < word.place for each in words)


def _around(commands: Commands, call: Call, followed: set[str]) -> Iterator[Node]:
    """Yield what has the same standard input as ``call``, also where its function is called."""
    if "xargs" in call.inner.run_by:
        return
    for _, node in _sharing(call.node):
        yield node
        if isinstance(node, Function) and node.name not in followed:
            followed.add(node.name)
            for other in commands.facts.calls:
                if other.inner.shell_function and other.program == node.name:
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
