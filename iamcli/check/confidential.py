"""W205: secrets that other users can see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamcli.check.calls import origin
from iamcli.check.rules import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.check.calls import Call
    from iamcli.check.rules import Context, Found
    from iamcli.check.words import Word

_PASSWORDS = ("password", "old", "new")


def check(context: Context) -> Iterator[Found]:
    """Yield the findings about passwords and new secrets."""
    for invocation in context.invocations.values():
        for value in invocation.given.values if invocation.given else ():
            if value.option.secret and value.option.dest in _PASSWORDS and value.text != "-":
                message = "other users can see a password on the command line"
                name = value.option.name
                fix = f"use {name} - and pass the password on standard input"
                yield found(invocation.call, value.value or value.name, "W205", message, fix)
                break
    for call in context.walker.calls:
        source = origin(call)
        if source is None or not context.of(source).shows_secret or call.flags.private:
            continue
        for redirect in call.redirects:
            word = redirect.word
            if word is None or redirect.descriptor not in ("", "1"):
                continue
            if redirect.operator in (">", ">>", ">|", "&>", "&>>") and not _kept(context, word):
                message = f"other users may be able to read the new secret in {word.source}"
                yield found(source, word, "W205", message, "run umask 077 before")
                break


def _kept(context: Context, word: Word) -> bool:
    """Return whether the file is a device, or only its owner can read it."""
    literal = word.literal or ""
    if literal.startswith("/dev/") or any(gap.private for gap in word.gaps):
        return True
    return any(_restricts(call) and _names(call, word) for call in context.walker.calls)


def _restricts(call: Call) -> bool:
    modes = [text or "" for text in call.literals]
    return call.program in ("chmod", "install") and any(
        mode.endswith("00") or mode.startswith(("go-", "go=", "og-")) for mode in modes
    )


def _names(call: Call, word: Word) -> bool:
    return any(
        each.source.strip("\"'") == word.source.strip("\"'")
        and (each.line, each.column) < (word.line, word.column)
        for each in call.words
    )
