"""From where commands read, and where they write to: pipes, files and variables, in any order."""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict

from iamcli.cli.check.script import nodes
from iamcli.cli.check.script.programs import COPYING, FILTERS, SETTING, SHELLS, SHOWING
from iamcli.cli.check.script.scripts import Fragment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from iamcli.cli.check.script.calls import Call, ExpandedRedirect, ExpandedWord
    from iamcli.cli.check.script.walk import Walker

    #: A variable ("NAME"), the arguments of a function ("NAME()"), a file (">NAME"), a descriptor
    #: of a function ("1 NAME"), a pipe, a substitution, or the word of a redirection; or a command
    #: with "1" for its output, "2" for its errors.
    Place = str | nodes.Node | tuple[Call, str]

#: A file whose name is not known at all.
_ANY = ">$"


class Flows:
    """What the commands that a ``walker`` has followed read and write."""

    def __init__(self, walker: Walker) -> None:
        self._values = walker.words
        #: By place: from where text gets there.
        self._sources: dict[Place, set[Place]] = defaultdict(set)
        #: By function: the descriptors after exec.
        self._after_exec: dict[str, dict[str, Place]] = {}
        for name, words in self._values.items():
            self._sources[name] = {place for word in words for place in contents(word)}
        for call in walker.calls:
            self._add(call)
        names = (place for place in self._sources if isinstance(place, str))
        self._written = {name for name in names if name.startswith(">")}

    def places(self, read: Iterable[Place]) -> set[Place]:
        """Return from where text may get to the places that are ``read``."""
        found: set[Place] = set()
        waiting = [*read]
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += self._sources.get(place, ())
                if isinstance(place, str) and place.startswith(">"):
                    names = fnmatch.filter(self._written, place)
                    waiting += [name for name in (_ANY, *names) if name in self._sources]
        return found

    def is_written(self, word: ExpandedWord) -> bool:
        """Return whether a command writes to the file that ``word`` names."""
        return word.literal is not None and not self._written.isdisjoint(self._files(word))

    def read(self, call: Call) -> Iterator[Place]:
        """Yield from where ``call`` gets what it searches, compares or passes on."""
        streams, own = self._streams(call)
        filters = call.program in FILTERS
        files = [word for word in call.words if not word.known.startswith("-")][1:]
        # In a loop over a list, other programs need not read the list.
        if own or (filters and (call.program in SETTING or not files)):
            yield streams["0"]
        for word in call.words:
            if filters:
                yield from self._files(word)
                yield from substitutions(word)
            # awk -v NAME=VALUE
            if call.program in SHOWING or (filters and "=" in word.known):
                yield from contents(word)

    def _add(self, call: Call) -> None:
        """Note what ``call`` writes."""
        streams, _ = self._streams(call)
        made: list[set[Place]] = [{(call, "1")}, {(call, "2")}]
        name = str(call.program or nodes.function(call.node))
        if name == "exec":
            self._after_exec[nodes.function(call.node)] = streams
        elif call.inner.shell_function or call.program in (None, "eval", "ssh", *SHELLS):
            name = "" if name in ("eval", "ssh", *SHELLS) else name
            self._sources[f"0 {name}"].add(streams["0"])
            made = [{f"1 {name}"}, {f"2 {name}"}]
        elif not call.iam:
            made[0] |= {*self.read(call)}
        # A function may run its arguments: "$@".
        for number, places in zip("12", made, strict=True):
            self._sources[streams[number]] |= places
            self._sources[f"{number} {call.node.text.split()[0]}"] |= places if call.iam else set()
        for word in call.words if call.program in SETTING | COPYING else ():
            for place in [word.known] if call.program in SETTING else self._files(word):
                self._sources[place] |= made[0]

    def _streams(self, call: Call) -> tuple[dict[str, Place], bool]:
        """Return where the descriptors of ``call`` lead, and if it alone has its standard input."""
        name = "" if isinstance(call.script, Fragment) else "-"
        streams: dict[str, Place] = {number: f"{number} {name}" for number in "012"}
        streams |= self._after_exec.get(nodes.function(call.node), {})
        redirects = {id(each.word.node): each for each in call.redirects}
        own = False
        for inner, outer in reversed([*nodes.ancestry(call.node)]):
            before = streams["0"]
            if isinstance(outer, nodes.Function):
                streams |= {number: f"{number} {outer.name}" for number in "012"}
            elif isinstance(outer, nodes.Substitution):
                streams["1"] = outer
            elif isinstance(outer, nodes.Binary) and outer.operator in ("|", "|&"):
                left = "12"[: len(outer.operator)]
                streams |= dict.fromkeys(left if inner is outer.left else "0", outer)
            for each in inner.redirects if isinstance(inner, nodes.Statement) else ():
                if found := redirects.get(id(each.document or each.word)):
                    self._redirect(streams, found)
            shared = not isinstance(inner, nodes.Statement | nodes.Binary | nodes.Simple)
            own = streams["0"] != before or (own and not shared)
        return streams, own

    def _redirect(self, streams: dict[str, Place], redirect: ExpandedRedirect) -> None:
        """Change ``streams`` as ``redirect`` does."""
        operator, descriptor, word = redirect
        reads = operator.startswith("<")
        numbers = [descriptor or str(int(not reads))]
        place: Place = word.node or ""
        if operator in (">&", "<&") and (word.literal or "").isdigit():
            place = streams.get(word.known, "&")
        elif reads:
            files = self._files(word) if operator == "<" else set()
            self._sources[place] |= {*contents(word), *files}
        else:
            numbers = ["1", "2"] if "&" in operator and not descriptor else numbers
            for file in self._files(word):
                self._sources[file].add(place)
        streams |= dict.fromkeys(numbers, place)

    def _files(self, word: ExpandedWord) -> set[str]:
        """Return the names of the files that ``word`` may stand for, without the directory."""
        found: set[str] = set()
        for each in possible(word, self._values):
            text = each.with_unknowns_as("\0")
            for name in _variables(each):
                text = text.replace("\0", f"${name}", 1)
            last = text.rpartition("/")[2]
            file = f">{text if last.startswith('$') else last}"
            found |= {file} if each is word or file != _ANY else set()
        return found


def possible(word: ExpandedWord, values: Mapping[str, list[ExpandedWord]]) -> list[ExpandedWord]:
    """Return ``word``, and the words in the ``values`` of the variables if it has no other text."""
    found: dict[int, ExpandedWord] = {}
    waiting = [word]
    while waiting:
        each = waiting.pop()
        if id(each) not in found:
            found[id(each)] = each
            for name in [] if re.search(r"\w", each.known) else _variables(each):
                waiting += values.get(name, ())
    return [*found.values()]


def contents(word: ExpandedWord) -> Iterator[Place]:
    """Yield the variables and the substitutions in ``word``."""
    for unknown, name in zip(word.unknowns, _variables(word), strict=True):
        made = unknown.output[-1].substitution if unknown.output else None
        yield made.node if made else name
    yield from substitutions(word)


def substitutions(word: ExpandedWord) -> Iterator[Place]:
    """Yield the substitutions in ``word``."""
    return nodes.first(word.node, nodes.Substitution) if word.node else iter(())


def _variables(word: ExpandedWord) -> list[str]:
    """Return the variables in ``word``; all arguments of a function are one."""
    names = [unknown.name for unknown in word.unknowns]
    positional = re.compile(r"\d+|[@*]").fullmatch
    return [f"{nodes.function(word.node)}()" if positional(name) else name for name in names]
