"""Errors on standard output, where old scripts look for them: what is data, and what is a copy."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, TypeVar

from iamcli.cli import index
from iamcli.parsing import parser

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Written = TypeVar("Written", str, bytes)
_COMMANDS = {path.name for path in Path(__file__).parents[2].glob("bin/iam-*")}
#: What a command prints: values of the one entity that it names, or nothing; names of others; or a
#: new secret.
VALUES, LIST, SECRET = "values", "list", "secret"
_LIST = {"": LIST}
_POLICIES = {"": LIST, "-v": LIST, "-p": VALUES, "-a": LIST}
_SHOWN, _WITH_VALUES = {"": VALUES, "-o": VALUES}, {"": VALUES, "-v": VALUES}
#: What each command prints, as users know it, by the options that change that: the last entry whose
#: options are all given.
PRINTS = {
    **{name: {"": VALUES} for name in sorted(_COMMANDS)},
    "iam-accountaliaslist": _LIST,
    "iam-groupaddpolicy": _SHOWN,
    "iam-groupcreate": _WITH_VALUES,
    "iam-groupdel": {"": VALUES, "-p": LIST, "-r -p": LIST},
    "iam-grouplistbypath": _LIST,
    "iam-grouplistpolicies": _POLICIES,
    "iam-grouplistusers": _LIST,
    "iam-instanceprofiledel": {"": VALUES, "-p": LIST, "-r -p": LIST},
    "iam-instanceprofilegetattributes": {"": VALUES, "-r": LIST},
    "iam-instanceprofilelistbypath": _LIST,
    "iam-instanceprofilelistforrole": _LIST,
    "iam-roleaddpolicy": _SHOWN,
    "iam-rolecreate": _WITH_VALUES,
    "iam-roledel": {"": VALUES, "-p": LIST, "-c -p": LIST},
    "iam-rolelistbypath": _LIST,
    "iam-rolelistpolicies": _POLICIES,
    "iam-roleupdateassumepolicy": _SHOWN,
    "iam-servercertlistbypath": _LIST,
    "iam-servercertupload": _WITH_VALUES,
    "iam-useraddkey": {"": SECRET, "-o": VALUES},
    "iam-useraddpolicy": _SHOWN,
    "iam-usercreate": {"": VALUES, "-v": VALUES, "-k": SECRET, "-k -o": VALUES},
    "iam-userdel": {"": VALUES, "-p": LIST, "-r -p": LIST},
    "iam-userlistbypath": _LIST,
    "iam-userlistcerts": {"": LIST, "-v": LIST},
    "iam-userlistgroups": _LIST,
    "iam-userlistkeys": {"": LIST, "-l": LIST},
    "iam-userlistmfadevices": _LIST,
    "iam-userlistpolicies": _POLICIES,
    "iam-virtualmfadevicecreate": {"": SECRET, "-o": VALUES},
    "iam-virtualmfadevicelist": {"": LIST, "-v": LIST},
}


_internal_errors: list[str] = []


def read(written: Written) -> Written:
    """Return what a program has written, of which internal errors are noted."""
    text = written if isinstance(written, str) else written.decode(errors="replace")
    _internal_errors.extend(line for line in text.splitlines() if "internal error" in line)
    return written


def internal_errors() -> list[str]:
    """Return the internal errors since the last call; a test that expects one calls it."""
    noted = [*dict.fromkeys(_internal_errors)]
    _internal_errors.clear()
    return noted


def prints(name: str, arguments: Sequence[str]) -> str:
    """Return what the success of the command ``name`` prints, by the options in ``arguments``."""
    items = parser.parsed(index.load(name).all_options, arguments)
    options = {each.name for each, _, value in items if each and (each.switch or value is not None)}
    return [kind for given, kind in PRINTS[name].items() if options.issuperset(given.split())][-1]


def data(
    arguments: Sequence[str], env: Mapping[str, str], status: int, out: str, err: str | None
) -> str:
    """Return what ``out`` has besides errors, after a check of the errors there.

    They are there if a command of the toolkit fails that prints no list and no secret, after the
    data, in the bytes that standard error got. ``env``: the variables of the command; ``err``: None
    if standard error is a terminal, which gets other lines.
    """
    names = [PurePath(argument).name for argument in arguments]
    first = next((n for n, name in enumerate(names) if name in _COMMANDS), len(names))
    strict = env.get("IAMCLI_STRICT")
    # In other places, the name of a command is an argument of a subcommand.
    of_iamcli = names[0] == "iamcli" and first != 1
    if of_iamcli or first == len(names) or strict == "1":
        return out
    name, arguments = names[first], arguments[first:]
    lines = out.splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if line.startswith(f"{name}: ")), len(lines))
    copied = "".join(lines[first:])
    if status == 0 or strict == "0" or prints(name, arguments[1:]) != VALUES:
        assert not copied, "an error is where data belongs"
    else:
        assert err is None or err.endswith(copied), "standard output has another error"
        assert copied or status != 1, "no error where old scripts look for it"
    return "".join(lines[:first])
