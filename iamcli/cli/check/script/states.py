"""The variables and settings of the shell at one place of a script, and what changes them."""

from __future__ import annotations

import os
import re
from glob import glob
from itertools import takewhile

from iamcli.cli.check.script.calls import ENVIRONMENT, Call, Flags, Unknown, Value, revealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamcli.cli.check.script.calls import ExpandedWord

_ASSIGNED = re.compile(r"(?<![\w$])([A-Za-z_]\w*)(?:\[[^]\n]*\])?(?:\+|-|\*)?=")
_NAMING = re.compile(
    r"\b(?:read|mapfile|readarray|getopts|unset|for|select|foreach|printf\s+-v)\b([^;|&\n]*)"
)
_WORD = re.compile(r"[A-Za-z_]\w*")
#: Tests of a variable, NAME, for being empty or for its form, and expansions that fail if it is
#: empty. VALUE is the variable with braces or quotes.
_TESTED = re.compile(
    "|".join(
        form.replace("VALUE", r"\"?\$\{?NAME\}?\"?").replace("NAME", r"(\w+)")
        for form in (
            # [ -n "$NAME" ], [ "$NAME" ], test "$NAME"
            r"-[nz]\s+VALUE",
            r"\[\[?\s+(?:!\s+)?VALUE\s+\]",
            r"\btest\s+VALUE\s*(?:$|[;&|])",
            # [ "$NAME" = "" ], [ "x$NAME" = "x" ]
            r"VALUE\s*!?==?\s*(?:\"\"|'')",
            r"[\w.:-]VALUE\s*!?==?\s*[\"']?[\w.:-][\"']?(?=[\s;)])",
            r"VALUE\s+=~",
            r"\$\{#NAME\}",
            r"\$\{NAME:?\?",
            r"\bcase\s+\"?\w?VALUE\s+in\b",
            r"\becho\s+VALUE\s*\|\s*[ef]?grep\b",
            r"\bexpr\s+\"?\w?VALUE\s+:",
        )
    ),
    re.MULTILINE,
)
#: Tests of the number of arguments.
_COUNTED = re.compile(r"\$(?:#(?![\w#])|\{#\})")
#: The ways to write the directory of the script itself inside ``$()``.
OWN_FOLDER = re.compile(
    r"\s*(?![\s$])(?:cd\s+(?:--\s+)?)?[\"']?(?:\$?\(\s*)?(?:dirname\s+(?:--\s+)?)?[\"']?"
    r"\$(?:0|BASH_SOURCE|\{(?:0|BASH_SOURCE(?:\[0\])?)(?:%/\*)?\})[\"']?(?:\s*\)[\"']?)?"
    r"(?:\s*(?:&&|;)\s*pwd(?:\s+-P)?)?\s*"
)
#: The longest value that is followed (characters, or elements of an array).
_MAX_VALUE = 4096
_LETTERS = {"e": "errexit", "f": "noglob"}
_NAMES = {"errexit", "pipefail", "noglob"}
#: A mask that takes all rights from others.
_PRIVATE = re.compile(r"^[0-7]{0,2}77$|(^|,)(go|og)(=|-rwx)(,|$)|g=,o=")
#: The options that take a value, of commands that set variables; the -a of ``read`` names one.
_READ_VALUES = {"read": "dinNptu", "mapfile": "dnOsuCc", "readarray": "dnOsuCc"}


class State:
    """The variables and the settings at one place of a script; ``taken``: after a sure branch."""

    def __init__(
        self, flags: Flags, variables: dict[str, Value] | None = None, *, taken: bool = False
    ) -> None:
        self.flags = flags
        self.taken = taken
        self.variables = dict(variables or {})

    def copy(self) -> State:
        """Return the state of a subshell or a branch."""
        return State(self.flags, self.variables)

    def set(self, name: str, value: Value) -> Value:
        """Set the variable ``name``, and return its value: unknown if it is too long to follow."""
        known = revealed(value)
        parts = (part if isinstance(part, str) else part.elements or "?" for part in known)
        if sum(map(len, parts)) > _MAX_VALUE:
            value = (Unknown(name, filled=filled(value)),)
        self.variables[name] = value
        return value

    def value(self, name: str) -> Value:
        """Return the value of the variable ``name``."""
        return self.variables.get(name, (Unknown(name, inherited=True),))

    def forget(self, names: Iterable[str] | None = None) -> None:
        """Forget the values of variables, by default of all, because they may have changed."""
        known = self.variables.keys() | ENVIRONMENT
        for name in known - {"HOME"} if names is None else known & set(names):
            self.variables[name] = (Unknown(name, filled=filled(self.variables.get(name, ()))),)

    def join(self, first: State, others: Iterable[State]) -> None:
        """Become what is true after each of the branches ``first`` and ``others``.

        A branch can be made when it is read: thousands of them need little memory.
        """
        variables, flags = dict(first.variables), first.flags
        #: Of each variable that differs in a branch, whether it has text in all these branches.
        changed: dict[str, bool] = {}
        taken: State | None = None
        for branch in others:
            taken = taken or (branch if branch.taken else None)
            flags = joined_flags([flags, branch.flags])
            theirs = branch.variables
            for name in variables.keys() | theirs.keys():
                if variables.get(name) != theirs.get(name):
                    changed[name] = filled(theirs.get(name, ())) and changed.get(name, True)
        for name, always in changed.items():
            variables[name] = (Unknown(name, filled=always and filled(variables.get(name, ()))),)
        if taken:
            variables, flags = taken.variables, taken.flags
        self.variables, self.flags = variables, flags


def joined_flags(flags: list[Flags]) -> Flags:
    """Return the settings that may be on, and the current directory if it is known."""
    folders, *settings = zip(*flags, strict=True)
    folder = folders[0] if len(set(folders)) == 1 else None
    return type(flags[0])(folder, *map(any, settings))


def filled(value: Value) -> bool:
    """Return whether ``value`` is certainly not empty."""
    return any(part.filled if isinstance(part, Unknown) else bool(part) for part in value)


def single_unknown(value: Value) -> Unknown | None:
    """Return the only part of ``value`` if it is unknown, else None."""
    only = value[0] if len(value) == 1 else None
    return only if isinstance(only, Unknown) else None


def tested_for_text(text: str) -> set[str]:
    """Return the names of the variables that a script tests for being empty."""
    names = {name for match in _TESTED.finditer(text) for name in match.groups() if name}
    return names | set("123456789") if _COUNTED.search(text) else names


def assigned(text: str) -> set[str]:
    """Return the names of the variables that a part of a script may change."""
    named = (_WORD.findall(words) for words in _NAMING.findall(text))
    return set(_ASSIGNED.findall(text)).union(*named)


def in_folder(folder: str | None, path: str) -> str | None:
    """Return the path of a file that a script names, None if its directory is not known."""
    if os.path.isabs(path):
        return path
    # A directory that is not there may be one that the script makes.
    return os.path.join(folder, path) if folder is not None and os.path.isdir(folder) else None


def choices(words: Iterable[ExpandedWord], folder: str | None) -> tuple[str, ...]:
    """Return what the ``words`` of a loop are, with the files for ``*``; () if one is not known."""
    found: list[str] = []
    for word in words:
        text = word.literal or ""
        if not text or word.braces or (word.glob and in_folder(folder, text) is None):
            return ()
        found += sorted(glob(text, root_dir=folder) if word.glob else ()) or [text]
    return tuple(found)


def apply_builtin(call: Call, state: State) -> Iterable[str]:
    """Change the settings in ``state`` as ``call`` does; return the variables that it sets."""
    name, literals, flags = call.program, call.literals, state.flags
    if name == "set":
        state.flags = with_options(flags, literals)
    elif name in ("setopt", "unsetopt"):
        names = {(text or "").replace("_", "").lower() for text in literals} & _NAMES
        on = name == "setopt"
        state.flags = flags._replace(**dict.fromkeys(names, on))  # type: ignore[arg-type]
    elif name == "umask":
        # A mask that is not known is taken for a private one.
        private = any(text is None or _PRIVATE.search(text) for text in literals[-1:])
        state.flags = flags._replace(private=private)
    elif name == "trap":
        # What a script runs if a command fails. trap - ERR removes it.
        on = flags.errexit or ("ERR" in literals and literals[0] != "-")
        state.flags = flags._replace(errexit=on)
    elif name in ("cd", "pushd", "popd", "chdir"):
        folder = _folder(flags, literals, str(name)) if call.script.root.shown else None
        state.flags = flags._replace(folder=folder)
    elif name in _READ_VALUES:
        return read_names(call)
    elif name == "unset":
        # An element of an array may be in quotes.
        return [word.source.strip("\"'").partition("[")[0] for word in call.words]
    elif name == "getopts":
        return [*filter(None, literals[1:2]), "OPTARG", "OPTIND"]
    elif name == "printf" and literals[:1] == ["-v"]:
        return filter(None, literals[1:2])
    return ()


def read_names(call: Call) -> list[str]:
    """Return the names of the variables that ``read`` sets."""
    takes_value = re.compile("-[^{0}]*[{0}]".format(_READ_VALUES[str(call.program)]))
    names: list[str] = []
    remaining = iter(call.literals)
    for text in remaining:
        if takes_value.fullmatch(text or ""):
            next(remaining, None)
        elif text and _WORD.fullmatch(text):
            names.append(text)
    return names


def with_options(flags: Flags, arguments: list[str | None]) -> Flags:
    """Return ``flags`` after ``set`` with the ``arguments``."""
    changed: dict[str, bool] = {}
    remaining = takewhile(lambda argument: argument is not None, arguments)
    for argument in remaining:
        if not argument or argument[0] not in "-+" or argument == "--":
            break
        for letter in argument[1:]:
            name = next(remaining, "") if letter == "o" else _LETTERS.get(letter)
            if name in _NAMES:
                changed[name] = argument[0] == "-"
    return flags._replace(**changed)  # type: ignore[arg-type]


def _folder(flags: Flags, literals: list[str | None], name: str) -> str | None:
    folders = [text for text in literals if text not in ("-P", "-L", "--")]
    if name == "popd" or len(folders) != 1 or not folders[0] or folders[0] == "-":
        return None
    known = flags.folder is not None or os.path.isabs(folders[0])
    return os.path.join(flags.folder or "/", folders[0]) if known else None
