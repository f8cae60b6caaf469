"""The command that a wrong name means. Wherever such a name is typed, ``suggest`` finds it.

A name is read as words: "iam-create-users" has the verb "create" and the noun "user". The command
with these words is suggested, or else the one whose name has almost the same letters.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import takewhile
from typing import NamedTuple

from iamcli.parsing.suggestions import missing_option, nearest
from iamcli.quoting import command_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

_LIKE_A_COMMAND = re.compile("iam[-_][A-Za-z_-]+")
#: Longer names are not read as words.
_LONGEST = 64
#: The most words of a command line that are read as one name.
_MOST = 8
#: The verbs, each with its other spellings. No command attaches, detaches or simulates.
_VERBS = {
    "attach": (),
    "change": (),
    "create": ("add", "make", "mk", "new"),
    "deactivate": ("disable",),
    "del": ("delete", "remove", "rm"),
    "detach": (),
    "enable": ("activate",),
    "get": ("describe", "show", "view"),
    "list": ("ls",),
    "mod": ("edit", "modify", "rename", "reset", "set", "update"),
    "resync": (),
    "simulate": (),
    "upload": ("put",),
}
#: The nouns, each with its other spellings. Each can also end with an "s".
_NOUNS = {
    "account": (),
    "alias": ("aliase",),
    "assumepolicy": ("assumerolepolicy", "trustpolicy"),
    "cert": ("certificate",),
    "group": (),
    "instanceprofile": ("profile",),
    "key": ("accesskey",),
    "loginprofile": ("login", "password"),
    "mfadevice": ("device", "mfa"),
    "passwordpolicy": (),
    "policy": ("policie",),
    "role": (),
    "server": (),
    "summary": (),
    # The commands for signing certificates begin with iam-user.
    "user": ("signing",),
    "virtual": (),
}
#: Words before the owner, as in "groups for user".
_PREPOSITIONS = ("for", "from", "in", "of", "to")
#: Words that distinguish no command.
_IGNORED = ("all", "attributes", "by", "inline", "path")
#: Verbs, each with others that can mean the same.
_SIMILAR = {
    "change": ("mod",),
    "create": ("upload",),
    "del": ("deactivate",),
    "get": ("list",),
    "list": ("get",),
    "mod": ("change", "upload"),
    "upload": ("create",),
}
#: Names that are no command's, each with the command that does what they say.
_ALSO = {
    "deactivate user cert": "iam-usermodcert",
    "deactivate user key": "iam-usermodkey",
    "enable user cert": "iam-usermodcert",
    "enable user key": "iam-usermodkey",
    "get group": "iam-grouplistusers",
    "list mfadevice": "iam-userlistmfadevices",
}


class _Words(NamedTuple):
    """What a name says: its verb, and its nouns, the owner first; ``certain``: it has a verb."""

    verb: str
    nouns: tuple[str, ...]
    certain: bool


def suggest(wrong: str, commands: Iterable[str], others: Mapping[str, str] | None = None) -> str:
    """Return what the name ``wrong`` means, or "" if nothing is near.

    ``commands``: the names of all commands; ``wrong`` can lack the beginning "iam-", or have other
    characters in its place, as in "iam_create-user". ``others``: what can be meant besides
    commands, each with what to suggest.
    """
    names = list(commands)
    words = _read(wrong)
    if words and words.nouns:
        return _same_words(words, names)
    # The beginning, which all have, would make them more alike than they are.
    bare = re.sub("^iam[-_]", "", wrong.lower())
    known = {name.removeprefix("iam-"): name for name in names}
    known |= (others or {}) if bare == wrong.lower() else {}
    near = nearest(bare, known)
    return known[near] if near else (others or {}).get(nearest(wrong, others or {}), "")


def line_of(words: Sequence[str], commands: Iterable[str], load: Callable[[str], Any]) -> str:
    """Return the command line that ``words`` mean, as "create user bob" does; "" if there is none.

    A verb and nouns are the command; a single word after them is a value, if only one option can
    take it. Options follow, if none can be a secret. ``commands``: the names of all; ``load``:
    returns the one with a name.
    """
    names = list(commands)
    for count in range(min(len(words), _MOST), 0, -1):
        read = _read(" ".join(words[:count]))
        if not (read and read.certain and read.nouns and (name := _same_words(read, names))):
            continue
        values = [*takewhile(lambda word: word[:1] != "-", words[count:])]
        options = load(name).options
        if values[1:] or any(option.secret for option in options):
            return "" if values[1:] else name
        option = missing_option(options, (), values[0]) if values else None
        typed = words[count + len(values) :]
        if values and not option:
            return name
        return command_line(name, *((option.name, *values) if option else ()), *typed)
    return ""


def is_meant(name: str, commands: Iterable[str]) -> bool:
    """Return whether ``name`` means one of the ``commands``, as "iam_user-create" does."""
    return bool(_LIKE_A_COMMAND.fullmatch(name)) and suggest(name, commands) != ""


def _same_words(words: _Words, names: list[str]) -> str:
    """Return the first of ``names`` with these ``words``, or with some more nouns; "" if none."""
    meanings = _ALSO | {name: name for name in names}
    read = [(other, name) for text, name in meanings.items() if (other := _read(text))]
    nouns = words.nouns
    alike: tuple[Callable[[tuple[str, ...]], bool], ...] = (
        lambda others: nouns == others,
        lambda others: sorted(nouns) == sorted(others),
        # Only the owner is lacking: ("key",) is the end of ("user", "key").
        lambda others: nouns == others[-len(nouns) :],
    )
    for is_alike in alike:
        for verb in (words.verb, *_SIMILAR.get(words.verb, ())):
            for other, name in read:
                if other.verb == verb and is_alike(other.nouns):
                    return name
    return ""


@cache
def _read(name: str) -> _Words | None:
    """Return the words of ``name``, None if a part of it is no word.

    Without a verb, a list is meant. "groups for user" is read as "user groups".
    """
    letters = re.sub("[-_ ]", "", name.lower()).removeprefix("iam")
    words = next(_split(letters), None) if len(letters) <= _LONGEST else None
    if words is None:
        return None
    verbs = [word for word in words if word in _VERBS]
    if len(verbs) > 1:
        return None
    nouns: list[str] = []
    owners: list[str] = []
    current = nouns
    for word in words:
        if word in _PREPOSITIONS:
            current = owners
        elif word in _NOUNS:
            current.append(word)
    return _Words(verbs[0] if verbs else "list", (*owners, *nouns), certain=bool(verbs))


@cache
def _spellings() -> dict[str, str]:
    """Return each spelling of a word, with the word; the longest first."""
    known = {spelling: spelling for spelling in (*_PREPOSITIONS, *_IGNORED)}
    for verb, others in _VERBS.items():
        known |= dict.fromkeys((verb, *others), verb)
    for noun, others in _NOUNS.items():
        known |= {f"{spelling}{end}": noun for spelling in (noun, *others) for end in ("", "s")}
    return dict(sorted(known.items(), key=lambda item: -len(item[0])))


def _split(letters: str) -> Iterator[list[str]]:
    """Yield each way in which ``letters`` are words."""
    if not letters:
        yield []
    for spelling, word in _spellings().items():
        if letters.startswith(spelling):
            for rest in _split(letters[len(spelling) :]):
                yield [word, *rest]
