"""E107 and E111: policies that the shell changes, or does not change although it should."""

from __future__ import annotations

import json
import re
from itertools import takewhile

from iamcli.cli.check.rules.commands import Commands, Fault, Invocation, OptionValue, fault
from iamcli.cli.check.script.calls import Call, ExpandedWord, PipelineCommand
from iamcli.cli.check.script.expansion import POLICY_VARIABLE
from iamcli.cli.check.script.other_programs import PRINTING
from iamcli.errors import InvalidPolicy
from iamcli.policies import documents
from iamcli.quoting import typographic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.findings import Finding

#: A document: its words, and the commands that print or get them.
Document = list[tuple[Call, ExpandedWord]]
#: What the shell would expand if it were not quoted: a variable, or the output of a command.
_LETTERS = re.compile(
    r"\$(?:\{(?P<braces>\w+)(?!\w|:[A-Za-z])[^{}]*\}|(?P<plain>[A-Za-z_]\w*|\d)(?![\w$])|\([^()]*\)?)"
)
_VERSION = '"Version":"2012-10-17"'


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the policies in which the shell or the service does not expand what it should."""
    for invocation in commands.invocations:
        call, name = invocation.call, invocation.command.name
        for value in () if invocation.helps else invocation.values:
            made = value.option.dest in ("actions", "resources")
            upload = name.replace("addpolicy", "uploadpolicy") if made else ""
            for document in _documents(commands, call, value):
                old = made or _without_variables(document)
                for writer, word in document:
                    for text, *found in _variables(commands, word, upload, old=old):
                        yield call, _finding(fault(call, word, "E111", *found), writer, word, text)


def unquoted_policy(invocation: Invocation) -> Iterator[Fault]:
    """Yield the policy of ``-o`` that the shell changes, or that is not JSON."""
    call = invocation.call
    takes_policy = any(option.dest == "document" for option in invocation.command.options)
    if not takes_policy or "-o" not in call.literals[:-1]:
        return
    words = call.words[call.literals.index("-o") + 1 :]
    first = words[0]
    # The next option ends the policy.
    policy = " ".join(takewhile(lambda source: source[0] != "-", (each.source for each in words)))
    in_quotes = policy[:2] == '"{' and policy[-2:] == '}"' and bool(first.unquoted)
    reason = _reason(first)
    typed = in_quotes or (policy[:1] == "{" and re.search(r'"|(?<!\$)\{', policy[1:]))
    split = all(part.expanded for part in first.parts) and first.known[:1] == "{"
    if split and [each.place for each in words[:2]] == [first.place] * 2:
        message = "the shell splits this policy, because the variable is not in quotes"
        yield fault(call, first, "E107", message, f'type "{first.source}"')
    elif (reason or typed) and typographic(first.known):
        message = "the policy has curly quotes, as pasted from a web page"
        yield fault(call, first, "E106", message, "type straight double quotes in it")
    elif typed and (reason or first.may_split or first.literal is None):
        message = "the shell changes this policy: it removes double quotes and expands braces"
        fix = _quoted(policy[1:-1] if in_quotes else policy)
        yield fault(call, first, "E107", message, f"write: {fix}")
    elif reason:
        yield fault(call, first, "E107", reason, "correct it, or specify a file with -f")


def _reason(word: ExpandedWord) -> str:
    """Return why a policy is not valid, "" if it is valid or not known."""
    if word.literal is not None and not word.may_split:
        try:
            documents.given(None, word.literal)
        except InvalidPolicy as error:
            return str(error)
    return ""


def _quoted(policy: str) -> str:
    """Return the ``policy`` in quotes, in which the shell expands its own variables."""
    if not re.search("[$`]", policy):
        return f"'{policy}'"
    escaped = POLICY_VARIABLE.sub(r"\\\g<0>", re.sub(r'["\\]', r"\\\g<0>", policy))
    return f'"{escaped}"'


def _documents(commands: Commands, call: Call, value: OptionValue) -> list[Document]:
    """Return the texts that ``value`` may be, or that the file that it names may contain."""
    word, option = value.word, value.option
    if word is None:
        return []
    printed = [
        _printed(commands, unknown.output[-1]) for unknown in word.unknowns if unknown.output
    ]
    if option.dest in ("document", "actions", "resources"):
        return [[(call, word)], *printed]
    if option.metavar != "POLICYDOCUMENTFILE":
        return []
    written = commands.written.get(word.file)
    texts = printed if written is None else [_printed(commands, each) for each in written]
    return [_input(commands, call)] if word.literal == "/dev/stdin" else texts


def _printed(commands: Commands, command: PipelineCommand) -> Document:
    """Return what ``command`` prints, if the script contains it: cat or echo prints it."""
    if not isinstance(command, Call):
        return []
    if command.program in PRINTING:
        return [(command, word) for word in command.words]
    passes = command.program == "tee" or (command.program == "cat" and not command.words)
    return _input(commands, command) if passes else []


def _input(commands: Commands, call: Call) -> Document:
    """Return what ``call`` reads, if the script contains it."""
    words = [each.word for each in call.redirects if each.operator in ("<<", "<<<")]
    if words:
        return [(call, words[-1])]
    before = commands.before(call)
    return _printed(commands, before[-1]) if before else []


def _variables(
    commands: Commands, word: ExpandedWord, upload: str, *, old: bool
) -> Iterator[tuple[str, str, str]]:
    """Yield what the wrong side expands in ``word``, with the message and the fix.

    ``upload``: the command to use instead of one that makes the policy, "" if it is given; ``old``:
    whether policy variables are plain text in it.
    """
    values = commands.facts.values
    known = word.with_unknowns_as("\0")
    removed = [each.removed for each in word.unknowns if each.removed]
    kept = [match[0] for match in POLICY_VARIABLE.finditer(known)]
    for name in (removed + kept * old)[:1]:
        message = f"{name} is plain text in this policy, because it has no {_VERSION}"
        fixes = [f"add {_VERSION}"] * old + [f"type \\{name}"] * bool(removed)
        if upload:
            fixes = [f"upload a document that has {_VERSION} with {upload}"]
        lost = f"the shell replaces {name}, so the policy does not have it"
        yield name, message if old else lost, " and ".join(fixes)
    for match in _LETTERS.finditer(known):
        name = match["braces"] or match["plain"] or "1"
        if name in values or name.isdigit():
            message = f"the shell does not expand {match[0]}, so the policy has these letters"
            yield match[0], message, _expanded(word, match[0])
            break


def _expanded(word: ExpandedWord, name: str) -> str:
    """Return what to do so that the shell expands ``name`` in ``word``."""
    if f"\\{name}" in word.source:
        return f"remove the backslash before {name}"
    if "\n" in word.source and word.source[:1] not in ("'", '"', "$"):
        end = "remove the quotes from the end of the here-document"
        return f"{end}, and write \\$ for a $ that stays"
    if name not in word.source:
        return f"quote it where {word.source} is set, so that the shell expands it"
    if '"' in word.source:
        return f"end the single quotes around it: '\"{name}\"'"
    return f'type "{word.known}"'


def _without_variables(document: Document) -> bool:
    """Return whether ``document`` has a version in which policy variables are plain text."""
    text = " ".join(word.with_unknowns_as("\0") for _, word in document)
    try:
        policy = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return isinstance(policy, dict) and policy.get("Version", "2008-10-17") == "2008-10-17"


def _finding(found: Fault, call: Call, word: ExpandedWord, text: str) -> Finding:
    """Return ``found`` at the ``text`` in a ``word`` of ``call``, which may be in another file."""
    node = word.node
    at = node.source.find(text.encode(), node.start, node.end) if node else -1
    line, column = word.place if at < 0 else call.script.place(at)
    return found[1]._replace(file=call.script.root.file, line=line, column=column)
