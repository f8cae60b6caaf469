"""The commands of the shell that change its state: cd, set, umask, read and others."""

from __future__ import annotations

import os
import re

from iamcli.cli.check.script.state import in_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamcli.cli.check.script.calls import Call, Flags
    from iamcli.cli.check.script.state import State

_LETTERS = {"e": "errexit", "u": "nounset", "f": "noglob"}
_NAMES = {"errexit", "nounset", "pipefail", "noglob"}
_NAME = re.compile(r"[A-Za-z_]\w*")
#: A variable or an element of an array, which may be in quotes.
_UNSET = re.compile(r"[\"']?(\w+)")
#: The options that take a value, of commands that set variables. What follows the -a of ``read``
#: is a variable, too.
_READ_VALUES = {"read": "dinNptu", "mapfile": "dnOsuCc", "readarray": "dnOsuCc"}


def apply(call: Call, state: State) -> Iterable[str]:
    """Change the settings in ``state`` as ``call`` does; return the variables that it sets."""
    name = call.program
    literals = call.literals
    if name in ("set", "setopt", "unsetopt", "umask", "trap"):
        state.flags = _settings(call, state.flags)
    elif name in ("cd", "pushd", "popd", "chdir"):
        state.flags = state.flags._replace(folder=_folder(state.flags, literals, str(name)))
    elif name in _READ_VALUES:
        return read_names(call)
    elif name == "unset":
        return [match[1] for word in call.words if (match := _UNSET.match(word.source))]
    elif name == "getopts" and len(literals) > 1:
        return [literals[1] or "", "OPTARG", "OPTIND"]
    elif name == "printf" and literals[:1] == ["-v"]:
        return [literals[1] or ""] if len(literals) > 1 else []
    return ()


def read_names(call: Call) -> list[str]:
    """Return the names of the variables that ``read`` sets."""
    valued = _READ_VALUES.get(str(call.program), "")
    names: list[str] = []
    remaining = iter(call.literals)
    for text in remaining:
        if text is None:
            continue
        if text.startswith("-") and len(text) > 1:
            if text[-1] in valued and not any(each in valued for each in text[1:-1]):
                next(remaining, None)
            continue
        if _NAME.fullmatch(text):
            names.append(text)
    return names


def with_options(flags: Flags, arguments: list[str | None]) -> Flags:
    """Return ``flags`` after ``set`` with the ``arguments``."""
    changed: dict[str, bool] = {}
    named: bool | None = None
    for argument in arguments:
        if argument is None or argument == "--":
            break
        if named is not None:
            if argument in _NAMES:
                changed[argument] = named
            named = None
            continue
        if argument[:1] not in ("-", "+"):
            break
        on = argument[0] == "-"
        for letter in argument[1:]:
            if letter == "o":
                named = on
            elif letter in _LETTERS:
                changed[_LETTERS[letter]] = on
    return flags._replace(**changed)  # type: ignore[arg-type]


def _settings(call: Call, flags: Flags) -> Flags:
    literals = call.literals
    if call.program == "set":
        return with_options(flags, literals)
    if call.program in ("setopt", "unsetopt"):
        names = {(text or "").replace("_", "").lower() for text in literals} & _NAMES
        on = call.program == "setopt"
        return flags._replace(**dict.fromkeys(names, on))  # type: ignore[arg-type]
    if call.program == "umask":
        return flags._replace(private=_private(literals[-1] if literals else ""))
    # What a script runs if a command fails. trap - ERR removes it.
    return flags._replace(errexit=flags.errexit or ("ERR" in literals and literals[0] != "-"))


def _private(mask: str | None) -> bool:
    if mask is None:
        return True
    if re.fullmatch(r"[0-7]{1,4}", mask):
        return int(mask, 8) & 0o077 == 0o077  # noqa: PLR2004 - the rights of others
    return bool(re.search(r"(^|,)(go|og)(=|-rwx)(,|$)", mask)) or "g=,o=" in mask


def _folder(flags: Flags, literals: list[str | None], name: str) -> str | None:
    folders = [text for text in literals if text not in ("-P", "-L", "--")]
    if name == "popd" or len(folders) != 1 or not folders[0] or folders[0] == "-":
        return None
    folder = in_folder(flags.folder, folders[0])
    # A directory that is not there may be one that the script makes.
    return folder if folder is not None and os.path.isdir(folder) else None
