"""The state of the shell at one place of a script: variables, settings, the current directory."""

from __future__ import annotations

import os
import re

from iamcli.cli.check.script.words import Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamcli.cli.check.script.calls import Flags
    from iamcli.cli.check.script.words import Value

_ASSIGNED = re.compile(r"(?<![\w$])([A-Za-z_]\w*)(?:\[[^]\n]*\])?(?:\+|-|\*)?=")
_NAMING = re.compile(
    r"\b(?:read|mapfile|readarray|getopts|unset|for|select|foreach|printf\s+-v)\b([^;|&\n]*)"
)
_WORD = re.compile(r"[A-Za-z_]\w*")
#: Tests of a variable for being empty or for its form, and expansions that fail if it is empty.
#: NAME is the variable, VALUE the same with braces or quotes.
_TESTED = re.compile(
    "|".join(
        form.replace("VALUE", r"\"?\$\{?NAME\}?\"?").replace("NAME", r"(\w+)")
        for form in (
            # [ -n "$NAME" ], [ "$NAME" ], test "$NAME"
            r"-[nz]\s+VALUE",
            r"\[\[?\s+(?:!\s+)?VALUE\s+\]",
            r"\btest\s+VALUE\s*(?:$|[;&|])",
            # [ "$NAME" = "" ], [ "x$NAME" = "x" ], [[ $NAME =~ FORM ]]
            r"VALUE\s*!?==?\s*(?:\"\"|'')",
            r"[\w.:-]VALUE\s*!?==?\s*[\"']?[\w.:-][\"']?(?=[\s;)])",
            r"VALUE\s+=~",
            # ${#NAME}, ${NAME:?}
            r"\$\{#NAME\}",
            r"\$\{NAME:?\?",
            # The same with case, with echo and grep, and with expr
            r"\bcase\s+\"?\w?VALUE\s+in\b",
            r"\becho\s+VALUE\s*\|\s*[ef]?grep\b",
            r"\bexpr\s+\"?\w?VALUE\s+:",
        )
    ),
    re.MULTILINE,
)
#: Tests of the number of arguments.
_COUNTED = re.compile(r"\$(?:#(?![\w#])|\{#\})")
#: The ways to write the directory of the script itself.
_OWN_FOLDER = re.compile(
    r"(?:cd\s+(?:--\s+)?)?[\"']?\$?\(?\s*(?:dirname\s+(?:--\s+)?)?[\"']?"
    r"\$(?:0|BASH_SOURCE|\{(?:0|BASH_SOURCE(?:\[0\])?)(?:%/\*)?\})[\"']?\s*\)?[\"']?"
    r"(?:\s*(?:&&|;)\s*pwd(?:\s+-P)?)?"
)


#: The longest value that is followed, and how many variables (a script of people has fewer).
_MAX_VALUE = 4096
_MAX_VARIABLES = 1000


class State:
    """The variables and the settings at one place of a script."""

    def __init__(self, flags: Flags, variables: dict[str, Value] | None = None) -> None:
        self.flags = flags
        self.variables = variables if variables is not None else {}

    def copy(self) -> State:
        """Return the state of a subshell or a branch."""
        return State(self.flags, dict(self.variables))

    def set(self, name: str, value: Value) -> None:
        """Set the variable ``name``, unless there are too many or the value is too long."""
        if len(self.variables) >= _MAX_VARIABLES and name not in self.variables:
            return
        self.variables[name] = bounded(name, value)

    def value(self, name: str) -> Value:
        """Return the value of the variable ``name``."""
        return self.variables[name] if name in self.variables else (Gap(name),)

    def forget(self, names: Iterable[str]) -> None:
        """Forget the values of variables, because they may have changed."""
        for name in names:
            if name in self.variables:
                self.variables[name] = (Gap(name, filled=filled(self.variables[name])),)

    def join(self, first: State, others: Iterable[State]) -> None:
        """Become what is true after each of the branches ``first`` and ``others``.

        Only what a branch changed is kept, and a branch can be made when it is read, so that
        thousands of branches need little time and memory.
        """
        variables, flags = dict(first.variables), first.flags
        #: Of each variable that differs in a branch, whether it has text in all these branches.
        changed: dict[str, bool] = {}
        for branch in others:
            if branch.flags != flags:
                flags = joined_flags([flags, branch.flags])
            theirs = branch.variables
            names = [name for name, value in theirs.items() if variables.get(name) != value]
            if len(theirs) - len(names) < len(variables):
                names += [name for name in variables if name not in theirs]
            for name in names:
                changed[name] = filled(theirs.get(name, ())) and changed.get(name, True)
        for name, always in changed.items():
            variables[name] = (Gap(name, filled=always and filled(variables.get(name, ()))),)
        self.variables, self.flags = variables, flags


def joined_flags(flags: list[Flags]) -> Flags:
    """Return the settings that may be on, and the current directory if it is known."""
    first = flags[0]
    folder = first.folder if all(each.folder == first.folder for each in flags) else None
    settings = [any(each[number] for each in flags) for number in range(1, len(first))]
    return type(first)(folder, *settings)


def bounded(name: str, value: Value) -> Value:
    """Return ``value`` of the variable ``name``, unknown if it is too long to follow."""
    size = sum(len(part) if isinstance(part, str) else _size(part) for part in value)
    return value if size + len(value) <= _MAX_VALUE else (Gap(name, filled=filled(value)),)


def _size(gap: Gap) -> int:
    return sum(len(word.source) + len(word.parts) for word in gap.elements or ())


def filled(value: Value) -> bool:
    """Return whether ``value`` is certainly not empty."""
    return any(part.filled if isinstance(part, Gap) else bool(part) for part in value)


def tested_for_text(text: str) -> set[str]:
    """Return the names of the variables that a script tests for being empty."""
    names = {name for match in _TESTED.finditer(text) for name in match.groups() if name}
    return names | set("123456789") if _COUNTED.search(text) else names


def assigned(text: str) -> set[str]:
    """Return the names of the variables that a part of a script may change."""
    names = set(_ASSIGNED.findall(text))
    for match in _NAMING.finditer(text):
        names |= set(_WORD.findall(match[1]))
    return names


def is_own_folder(text: str) -> bool:
    """Return whether ``text``, inside ``$()``, is the directory of the script itself."""
    return bool(_OWN_FOLDER.fullmatch(text.strip())) and not text.strip().startswith("$")


def in_folder(folder: str | None, path: str) -> str | None:
    """Return the path of a file that a script names, None if its directory is not known."""
    path = os.path.expanduser(path)
    if os.path.isabs(path):
        return path
    return os.path.join(folder, path) if folder is not None else None


def existing(name: str, folders: list[str | None]) -> str | None:
    """Return the path of the file ``name`` in the first of the ``folders`` that has it."""
    paths = (in_folder(folder, name) for folder in folders)
    return next((path for path in paths if path is not None and os.path.isfile(path)), None)
