"""Scripts in scripts: in quotes, in here-documents that a shell reads, and in aliases."""

from __future__ import annotations

import re
import shlex
from contextlib import suppress

from iamcli.cli.check.script import kinds, nodes
from iamcli.cli.check.script.calls import Call, ExpandedWord, Part, PipelineCommand
from iamcli.cli.check.script.other_programs import SHELLS
from iamcli.cli.check.script.scripts import Fragment, ShellText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_RUNS = re.compile(r"-[a-z]*c$")
#: An option of ssh: the letters without a value, and the first with one.
_SSH_OPTION = re.compile(r"-[1246AaCfGgKkMNnqsTtVvXxYy]*([bcDEeFIiJLlmOopQRSWwB]?)")
_ESCAPED = re.compile(rb"\\(.)|[^\\]+|\\", re.DOTALL)
_ESCAPED_IN_QUOTES = re.compile(rb'\\([$`"\\\n])|[^\\]+|\\')
_MAX_ALIASES = 10
_ARGUMENTS = ExpandedWord((), '"$@"', (0, 0))


def argument(call: Call) -> int:
    """Return which argument of a shell is its script, -1 if it reads its script."""
    options = (number for number, word in enumerate(call.words) if _RUNS.match(word.known))
    return next(options, -2) + 1


def quoted(call: Call, number: int) -> Fragment | None:
    """Return the script that the argument of that number is, None if it is not in quotes."""
    words = [word for word in call.words[number : number + 1] if word.source[:1] in ("'", '"')]
    return fragment(call.script, words)


def joined(call: Call) -> Fragment | None:
    """Return the script that ``parallel`` runs, if it gets a script in quotes."""
    added = [] if call.inner.replaced else [_ARGUMENTS]
    words = [call.head, *call.words, *added] if call.head.source[:1] in ("'", '"') else []
    return fragment(call.script, words)


def remote(call: Call) -> Fragment | None:
    """Return the script that ``ssh`` runs: the words after the host, joined, or a here-document."""
    command = _after_options(_after_options(call.words)[1:])
    shell = not command or command[0].known.partition(" ")[0] in SHELLS
    return (document(call) if shell else None) or fragment(call.script, command)


def _after_options(words: list[ExpandedWord]) -> list[ExpandedWord]:
    """Return the ``words`` without the options of ``ssh`` before the others."""
    while words and (option := _SSH_OPTION.match(words[0].known)):
        # The value of an option can be attached.
        words = words[2 if option[1] and option.end() == len(words[0].known) else 1 :]
    return words


def document(call: Call) -> Fragment | None:
    """Return the script in the here-document that ``call`` reads, if it reads one."""
    words = [each.word for each in call.redirects if each.operator == "<<"]
    return fragment(call.script, words[-1:])


def written(call: Call) -> Fragment | None:
    """Return the here-document that ``cat`` writes to a file, if the file is a script."""
    files = [each.word.known for each in call.redirects if each.operator in (">", ">|")]
    text = "".join(each.word.known for each in call.redirects if each.operator == "<<")
    is_script = call.program == "cat" and files and kinds.language(files[-1], text) in kinds.SHELLS
    return document(call) if is_script else None


def fragment(script: ShellText, words: list[ExpandedWord], start: int = 0) -> Fragment | None:
    """Return the script that the ``words`` are if they are joined with spaces.

    ``start``: how many bytes of them are left out.
    """
    source, places = b"", [0]
    before: nodes.Word | None = None
    for word in words:
        pieces = [(word.source.encode(), places[-1], False)]
        if word.node:
            pieces = list(_unquoted(word.node)) if word.node is not before else []
        before = word.node
        # Variables are expanded before the quotes in the script are seen.
        variables = any(variable for _, _, variable in pieces)
        for letters, at, variable in pieces:
            source += letters.replace(b"'", b'"') if variables and not variable else letters
            places += range(at, at + len(letters))
        places.append(places[-1] + 1)
        source += b" "
    return Fragment(script, source[start:], places[1 + start :]) if source.strip() else None


def _unquoted(word: nodes.Word | nodes.DoubleQuoted) -> Iterator[tuple[bytes, int, bool]]:
    """Yield the bytes that the shell makes of ``word``, where they are, and whether as a variable.

    A variable stays as it is: it is expanded there. What a command prints is unknown.
    """
    parent = word.parent
    document = parent if isinstance(parent, nodes.Redirect) and parent.document is word else None
    end = document.word.parts if document and document.word else []
    # If its end is quoted, the shell expands nothing in it.
    if any(not isinstance(each, nodes.Literal) or "\\" in each.value for each in end):
        yield word.source[word.start : word.end], word.start, False
        return
    in_quotes = document or isinstance(word, nodes.DoubleQuoted)
    form = _ESCAPED_IN_QUOTES if in_quotes else _ESCAPED
    for part in word.parts:
        if isinstance(part, nodes.DoubleQuoted):
            yield from _unquoted(part)
        elif isinstance(part, nodes.SingleQuoted):
            start = part.start + (2 if part.escapes else 1)
            yield part.source[start : part.end - 1], start, False
        elif isinstance(part, nodes.Literal):
            for match in form.finditer(part.source, part.start, part.end):
                if match[1] != b"\n":
                    escaped = match.lastindex or 0
                    yield match[escaped], match.start(escaped), False
        elif isinstance(part, nodes.Variable):
            yield part.source[part.start : part.end], part.start, True
        else:
            yield b"$_", part.start, True


def passed(commands: list[PipelineCommand]) -> Fragment | None:
    """Return the script in a here-document that cat passes to a shell, the last command."""
    before, last = commands[-2:]
    if isinstance(before, Call) and isinstance(last, Call) and before.program == "cat":
        return document(before) if last.program in SHELLS and reads(last) else None
    return None


def reads(call: Call) -> bool:
    """Return whether a shell reads its script from its standard input."""
    if argument(call) >= 0:
        return False
    operands = [word for word in call.words if not word.known.startswith("-")]
    return not operands or call.program == "su" or "-s" in call.literals


def aliases(call: Call) -> Iterator[tuple[str, list[str], Fragment | None]]:
    """Yield the aliases that ``call`` defines: the words of a single command, and the script."""
    for word in call.words if call.program == "alias" else ():
        name, _, value = word.known.partition("=")
        with suppress(ValueError):
            words = shlex.split(value)
            single = not set(value) & set("$`;&|<>(){}*?\n")
            # What follows the alias where it is used is added to it.
            script = fragment(call.script, [word, _ARGUMENTS], len(f"{name}=".encode()))
            yield name, words if single else [], script if value else None


def expanded(words: list[ExpandedWord], known: dict[str, list[str]]) -> list[ExpandedWord]:
    """Return the ``words`` of a command, with those of the aliases that are ``known``."""
    seen: set[str] = set()
    while words and words[0].source == words[0].literal and len(seen) < _MAX_ALIASES:
        head = words[0]
        if head.source in seen or not known.get(head.source):
            break
        seen.add(head.source)
        texts = enumerate(known[head.source])
        first = [ExpandedWord((Part(text, quoted=at > 0),), text, head.place) for at, text in texts]
        words = [*first, *words[1:]]
    return words
