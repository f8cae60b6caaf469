"""Programs that run another command: sudo, env, xargs, time and others."""

from __future__ import annotations

import re
from itertools import dropwhile, takewhile

from iamcli.cli import index
from iamcli.cli.check.script import calls
from iamcli.cli.check.script.calls import ExpandedWord, InnerCommand, Part, Unknown
from iamcli.cli.check.script.other_programs import PREFIXES

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
#: Those that add arguments, unless they replace a part of the command.
_ADDING = ("xargs", "parallel")
#: Those with an argument of their own before the command.
_OPERANDS = {"timeout", "flock", "repeat"}
#: Options with which they do not run the command.
_NEVER = {"sudo": "-l -v -e", "command": "-v -V"}
_SHELLS = {"noglob", "nocorrect", "-", "builtin", "coproc", "time"}
_MAX_PREFIXES = 100
#: What names other credentials after sudo and env, and what makes sudo pass on AWS_CREDENTIAL_FILE.
_CREDENTIALS = re.compile(r"AWS_(?:CREDENTIAL_FILE|ACCESS_KEY_ID|PROFILE|DEFAULT_PROFILE)=")
_PASSED = re.compile(r"-[AbHnPSiks]*E|--preserve-env(?:=(?:.*,)?AWS_CREDENTIAL_FILE(?:,.*)?)?\Z")
#: What parallel replaces.
_PLACE = re.compile(r"\{[\d./#%]*\}")


def inner_command(words: list[ExpandedWord]) -> InnerCommand:
    """Return the command that ``words`` run in the end."""
    current = InnerCommand(words)
    for _ in range(_MAX_PREFIXES):
        name = current.words[0].program if current.words else None
        if name == "find":
            return _find(current)
        if name == "eval":
            # eval of eval is the same.
            rest = dropwhile(lambda word: word.literal == "eval", current.words)
            return current._replace(words=[current.words[0], *rest])
        inner = _strip(current, name) if name in PREFIXES else None
        if name is None or inner is None or (name in _ADDING and not inner.words):
            # It runs nothing, or else echo or what it reads.
            break
        current = inner
    return current


def unwrapped(wrapper: InnerCommand) -> InnerCommand:
    """Return the command that a function runs if a command of the toolkit is in its arguments."""
    for number, word in enumerate(wrapper.words[1:], 1):
        known = word.literal and word.program in index.names()
        if known or calls.UNFINISHED.search(word.with_unknowns_as("\0")):
            return wrapper._replace(words=wrapper.words[number:], plain=False)
    return wrapper


def _strip(outer: InnerCommand, name: str) -> InnerCommand | None:
    """Return what ``outer`` runs, a command line of the program ``name``; None if nothing."""
    words = outer.words
    at = 1
    replaced = ""
    while at < len(words):
        text = words[at].literal
        if text is None or not (text.startswith("-") and text != "-"):
            break
        if text in _NEVER.get(name, "").split():
            return None
        at += 1
        if name in _ADDING and text[:2] in ("-I", "-i"):
            following = words[at].literal if at < len(words) else ""
            replaced = text[2:] or ("{}" if text == "-i" else following or "")
        if text in PREFIXES[name].split():
            at += 1
    at += name in _OPERANDS
    while name in ("env", "sudo") and at < len(words) and _ASSIGNMENT.match(words[at].known):
        at += 1
    environment, options = outer.environment, [word.known for word in words[1:at]]
    if name in ("env", "sudo") and any(map(_CREDENTIALS.match, options)):
        environment = {"AWS_CREDENTIAL_FILE": (Unknown("AWS_CREDENTIAL_FILE"),)}
    elif name == "doas" or (name == "sudo" and not any(map(_PASSED.match, options))):
        environment = {"AWS_CREDENTIAL_FILE": calls.REMOVED}
    rest = words[at:]
    if name == "parallel":
        rest = list(takewhile(lambda word: not word.known.startswith(":::"), rest))
        # It replaces {}, {.}, {1} and others.
        replaced = replaced or "{" * any(_PLACE.search(word.known) for word in rest)
    return InnerCommand(
        _replaced(rest, replaced) if replaced else rest,
        outer.arguments_added or (name in _ADDING and not replaced),
        outer.plain and name in _SHELLS,
        outer.noglob or name == "noglob",
        (*outer.run_by, name),
        replaced or outer.replaced,
        environment=environment,
    )


def _find(outer: InnerCommand) -> InnerCommand:
    """Return the command of -exec."""
    words = iter(outer.words)
    if not any(word.literal in ("-exec", "-execdir", "-ok", "-okdir") for word in words):
        return outer
    command = list(takewhile(lambda word: word.literal != ";", words))
    several = [word.literal for word in command[-2:]] == ["{}", "+"]
    kept = command[:-2] if several else _replaced(command, "{}")
    return InnerCommand(kept, several, plain=False, run_by=(*outer.run_by, "find"), replaced="{}")


def _replaced(words: list[ExpandedWord], text: str) -> list[ExpandedWord]:
    """Return the ``words`` with an unknown value for those that contain ``text``."""
    unknown = (Part(Unknown(filled=True), quoted=True),)
    return [word._replace(parts=unknown) if text in word.known else word for word in words]
