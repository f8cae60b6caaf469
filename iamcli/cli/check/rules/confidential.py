"""W205: secrets that other users can see."""

from __future__ import annotations

import re

from iamcli.cli.check.rules.commands import fault
from iamcli.cli.check.script.calls import Call
from iamcli.parsing.options import SECRET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.rules.commands import Commands, Fault
    from iamcli.cli.check.script.calls import PipelineCommand, Word

#: Programs that do not remove the secret from what they read.
_PASSING = ("cat", "tee", "tr", "paste", "tail", "sort", "xargs")
#: The programs for sed and awk that keep the second line, which is the secret.
_KEEPS_SECOND = re.compile(r"2p|\$p|1d|\s*NR\s*(?:==\s*2|>\s*1|!=\s*1)\b.*", re.DOTALL)
_PASSWORDS = ("password", "old", "new")


def check(commands: Commands) -> Iterator[Fault]:
    """Yield the findings about passwords and new secrets."""
    for invocation in commands.invocations:
        for value in invocation.values:
            if value.option.secret and value.option.dest in _PASSWORDS and value.text != "-":
                message = "other users can see a password on the command line"
                name = value.option.name
                fix = f"use {name} - and pass the password on standard input"
                yield fault(invocation.call, value.word or value.name, "W205", message, fix)
                break
    for call in commands.walker.calls:
        source = _secret(commands, call)
        if source is None or call.flags.private:
            continue
        for word in _files(call):
            if not _kept(commands, word):
                message = f"other users may be able to read the new secret in {word.source}"
                yield fault(source, word, "W205", message, "run umask 077 before")
                break


def _secret(commands: Commands, call: Call) -> Call | None:
    """Return the command whose new secret ``call`` writes to its standard output, if any."""
    source = call.origin
    if source is None and call.position:
        passed = all(map(_passes, call.pipeline[1 : call.position + 1]))
        source = call.pipeline[0].origin if passed else None
    invocation = commands.of(source) if source else None
    return source if invocation and SECRET in invocation.prints else None


def _passes(stage: PipelineCommand) -> bool:
    """Return whether ``stage`` prints the secret that it reads."""
    if not isinstance(stage, Call):
        return False
    if stage.program in ("sed", "awk", "gawk", "mawk") and stage.words:
        return bool(_KEEPS_SECOND.fullmatch(stage.words[-1].known))
    return stage.program in _PASSING


def _files(call: Call) -> list[Word]:
    """Return the words that name the files that ``call`` writes to."""
    written = [
        redirect.word
        for redirect in call.redirects
        if redirect.descriptor in ("", "1")
        and redirect.operator in (">", ">>", ">|", "&>", "&>>", ">&")
    ]
    # The last one wins, which is the innermost; 1>&2 is no file.
    words = [word for word in written[-1:] if not re.fullmatch(r"\d*-?", word.literal or "x")]
    if call.program == "tee":
        words += [word for word in call.words if not word.known.startswith("-")]
    return words


def _kept(commands: Commands, word: Word) -> bool:
    """Return whether the file is a device, or only its owner can read it."""
    literal = word.literal or ""
    if literal.startswith("/dev/") or any(unknown.private for unknown in word.unknowns):
        return True
    return any(_restricts(call) and _names(call, word) for call in commands.walker.calls)


def _restricts(call: Call) -> bool:
    modes = [text or "" for text in call.literals]
    return call.program in ("chmod", "install") and any(
        mode.endswith("00") or mode.startswith(("go-", "go=", "og-", "og=")) for mode in modes
    )


def _names(call: Call, word: Word) -> bool:
    return any(
        each.source.strip("\"'") == word.source.strip("\"'")
        and (each.line, each.column) < (word.line, word.column)
        for each in call.words
    )
