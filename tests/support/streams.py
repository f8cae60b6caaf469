"""Errors on standard output, where old scripts look for them: what is data, and what is a copy."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COMMANDS = {path.name for path in Path(__file__).parents[2].glob("bin/iam-*")}
#: Commands that print a secret once, unless an option saves it, and the option that asks for it.
_SECRETS = {"iam-useraddkey": "", "iam-virtualmfadevicecreate": "", "iam-usercreate": "-k"}
#: Commands of which one option prints a list.
_PRETENDING = ("iam-userdel", "iam-groupdel", "iam-roledel", "iam-instanceprofiledel")


def prints_list_or_secret(arguments: Sequence[str]) -> bool:
    """Return whether the success of a command prints a list or a secret, as users know it."""
    name, given = PurePath(arguments[0]).name, arguments[1:]
    if name in _SECRETS:
        saved = any(argument.startswith("-o") for argument in given[:-1])
        return not saved and (_SECRETS[name] in given or not _SECRETS[name])
    if name in _PRETENDING:
        return "-p" in given
    one = name.endswith("listpolicies") and any(each.startswith("-p") for each in given[:-1])
    return "list" in name and not one


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
    if status == 0 or strict == "0" or prints_list_or_secret(arguments):
        assert not copied, "an error is where data belongs"
    else:
        assert err is None or err.endswith(copied), "standard output has another error"
        assert copied or status != 1, "no error where old scripts look for it"
    return "".join(lines[:first])
