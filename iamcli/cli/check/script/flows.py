"""From where commands read, and where they write to: pipes, files and variables, in any order."""

from __future__ import annotations

import fnmatch
import re
import string
from collections import defaultdict

from iamcli.cli.check.script import nodes
from iamcli.cli.check.script.programs import COPYING, FILTERS, SETTING, SHELLS, SHOWING
from iamcli.cli.check.script.scripts import Fragment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamcli.cli.check.script.calls import Call, ExpandedRedirect, ExpandedWord, Walk

    #: A variable ("NAME"), the arguments of a function ("NAME()"), a file that is read ("<NAME") or
    #: written (">NAME"), a descriptor of a function ("1 NAME"), a pipe or a substitution; or a
    #: command with "1" for its output, "2" for its errors.
    Place = str | nodes.Node | tuple[Call, str]


class Flows:
    """What the commands of a ``walk`` read and write."""

    def __init__(self, walk: Walk) -> None:
        self._calls = walk.calls
        self._redirects = walk.redirects
        #: By the places that are read: what ``places`` and ``sources`` return.
        self._places: dict[frozenset[Place], set[Place]] = {}
        self._commands: dict[frozenset[Place], list[tuple[Call, bool]]] = {}
        #: By place: from where text gets there.
        self._sources: dict[Place, set[Place]] = defaultdict(set)
        for name, words in walk.words.items():
            for word in words:
                self._sources[name].update(contents(word))
                if (file := _file(word)) not in ("", "$"):
                    self._sources[f"<${name}"].add(f"<{file}")
                    self._sources[f">{file}"].add(f">${name}")
        for statement, redirects in walk.redirects.items():
            # $(<FILE)
            if statement.parent and statement.text.startswith("<"):
                self._sources[statement.parent].update(*map(_leads, redirects))
        for call in walk.calls:
            self._add(call)
        self._written = [
            each for each in self._sources if isinstance(each, str) and each[:1] == ">"
        ]

    def places(self, read: Iterable[Place]) -> set[Place]:
        """Return from where text may get to the places that are ``read``."""
        key = frozenset(read)
        if key in self._places:
            return self._places[key]
        found = self._places[key] = set()
        waiting = [*key]
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += self._sources.get(place, ())
                if isinstance(place, str) and place[:1] == "<":
                    # A file whose name is not known at all may be any file.
                    waiting += [">$", *fnmatch.filter(self._written, f">{place[1:]}")]
        return found

    def sources(self, read: Iterable[Place]) -> list[tuple[Call, bool]]:
        """Return the iam commands whose output may get to the places that are ``read``.

        Each is followed by whether its errors may get there, too.
        """
        key = frozenset(read)
        if key not in self._commands:
            found = self.places(key)
            self._commands[key] = [
                (call, (call, "2") in found)
                for call in self._calls
                if call.iam and (call, "1") in found
            ]
        return self._commands[key]

    def writes(self, word: ExpandedWord) -> bool:
        """Return whether a command writes to the file that ``word`` names."""
        written = self._sources.get(f">{_file(word)}", ())
        return any(not isinstance(place, str) or place[:1] != ">" for place in written)

    def read(self, call: Call) -> Iterator[Place]:
        """Yield from where ``call`` gets what it searches, compares or passes on."""
        filters = call.program in FILTERS
        files = [word for word in call.words if not word.known.startswith("-")][1:]
        own = (
            call.position
            or call.program in SETTING
            or self._redirects.get(call.node.parent or call.node)
        )
        # In a loop over a list, other programs need not read the list.
        if filters and (own or not files):
            yield from self._ends(call, "0")
        for word in call.words:
            if filters:
                yield from _read_by(word)
            # awk -v NAME=VALUE
            if call.program in SHOWING or (filters and "=" in word.known):
                yield from contents(word)

    def _add(self, call: Call) -> None:
        """Note what ``call`` writes."""
        made: list[set[Place]] = [{(call, "1")}, {(call, "2")}]
        name = str(call.program or nodes.function(call.node))
        if name == "exec":
            for number in string.digits:
                both = {*self._ends(call, number), *self._ends(call, number, outer=True)}
                for end in both:
                    self._sources[end] |= both
        elif call.inner.shell_function or call.program in (None, "eval", "ssh", *SHELLS):
            name = "" if name in ("eval", "ssh", *SHELLS) else name
            self._sources[f"0 {name}"].update(self._ends(call, "0"))
            made = [{f"1 {name}"}, {f"2 {name}"}]
        elif not call.iam:
            made[0] |= {*self.read(call)}
        # A function may run its arguments: "$@".
        run_by = call.node.text.split()[0]
        ends: list[Place] = [f"1 {run_by}", *self._ends(call, "1")]
        ends += [f">{_file(word)}" for word in call.words if call.program in COPYING]
        if call.program in SETTING:
            ends = [word.known for word in call.words]
        for end in ends:
            self._sources[end] |= made[0]
        for end in (f"2 {run_by}", *self._ends(call, "2")):
            self._sources[end] |= made[1]

    def _ends(self, call: Call, number: str, *, outer: bool = False) -> Iterable[Place]:
        """Return where the descriptor ``number`` of ``call`` leads, or ``outer``: of its shell."""
        for inner, around in [*nodes.ancestry(call.node)][outer:]:
            pipe = isinstance(around, nodes.Binary) and around.operator in ("|", "|&") and around
            if isinstance(around, nodes.Function):
                return [f"{number} {around.name}"]
            if isinstance(around, nodes.Substitution) and number == "1":
                return [around]
            if pipe and number in ("12"[: len(pipe.operator)] if inner is pipe.left else "0"):
                return [pipe]
            for redirect in reversed(self._redirects.get(around, ())):
                operator, target = redirect.operator, redirect.word.known
                copies = operator.endswith("&") and target.isdigit()
                written = "12" if "&" in operator and not copies else "1"
                if number in (redirect.descriptor or ("0" if operator[0] == "<" else written)):
                    if not copies:
                        return _leads(redirect)
                    number = target
        return [f"{number} {'' if isinstance(call.script, Fragment) else '-'}"]


def contents(word: ExpandedWord) -> Iterator[Place]:
    """Yield the variables and the substitutions in ``word``."""
    found = nodes.first(word.node, (nodes.Variable, nodes.Substitution)) if word.node else ()
    for part in found:
        name = re.match(r"\$\{?[#!]?(\w+|[@*])", part.text)
        yield _variable(name[1], word) if name else part
        # ${NAME:-$(...)}
        yield from nodes.first(part, nodes.Substitution) if name else ()


def _leads(redirect: ExpandedRedirect) -> list[Place]:
    """Return where a redirection leads."""
    if redirect.operator in ("<<", "<<<"):
        return [*contents(redirect.word)]
    return _read_by(redirect.word) if "<" in redirect.operator else [f">{_file(redirect.word)}"]


def _read_by(word: ExpandedWord) -> list[Place]:
    """Return what is read from a file that ``word`` names, or from <(...)."""
    inside = nodes.first(word.node, nodes.Substitution) if word.node else ()
    return [*inside, f"<{_file(word)}"]


def _variable(name: str, word: ExpandedWord) -> str:
    """Return the variable ``name``; all arguments of a function are one."""
    return f"{nodes.function(word.node)}()" if re.fullmatch(r"\d+|[@*]", name) else name


def _file(word: ExpandedWord) -> str:
    """Return the name of the file as the script writes it, without the directory."""
    text = "".join(
        each if isinstance(each, str) else f"${_variable(each.name, word)}" for each in word.value
    )
    last = text.rpartition("/")[2]
    return text if last.startswith("$") else last
