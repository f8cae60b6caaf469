"""Canned answers to requests, in which each value names the member that it comes from.

The answers are made from the output shapes of the API. A list has one entry, and two pages, of
which the second one is empty.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

import iamcli

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_MODEL = Path(iamcli.__file__).resolve().parent / "client" / "model.json"

#: A value of an answer: its number, and what the commands look for in it. Private-use characters
#: are in no name.
_VALUE = re.compile("\ue000([0-9]+)[^\ue001]*\ue001")

#: Lists whose entries the commands distinguish by a value: what is in the value of each entry.
_DISTINGUISHED = {"MFADevices": (":mfa/", "")}


class Source(NamedTuple):
    """Where a value comes from.

    ``request``: the number of the request; ``list``: the list in its answer ("AccessKeyMetadata"),
    "" if none; ``member``: the member of the entry, or of the answer without a list ("User.Arn"),
    "@" if the entry is the value; ``entry``: the number of the entry; ``document``: whether it is a
    policy document.
    """

    request: int
    list: str
    member: str
    entry: int = 0
    document: bool = False


class Number(int):
    """A number or a truth value of an answer. As text, it is recognized like other values."""

    text: str

    def __str__(self) -> str:
        return self.text

    def __format__(self, specification: str) -> str:
        return self.text


class Answers:
    """Makes answers, and knows where each of their values comes from."""

    def __init__(self) -> None:
        model = json.loads(_MODEL.read_text(encoding="utf-8"))
        self._operations = model["operations"]
        self._shapes = model["shapes"]
        self._sources: list[Source] = []

    def answer(self, operation: str, request: int, *, empty: bool) -> dict[str, Any]:
        """Return the answer to a request; ``empty``: the last page of a list, without entries."""
        output = self._operations[operation].get("output")
        if not output:
            return {}
        answer: dict[str, Any] = self._structure(output["shape"], Source(request, "", ""))
        if empty:
            answer = _emptied(answer)
        if "IsTruncated" in answer:
            answer["IsTruncated"] = not empty
        return answer

    def bare(self, operation: str) -> dict[str, Any]:
        """Return an answer without values: its structures have no members."""
        output = self._operations[operation].get("output")
        members = self._shapes[output["shape"]]["members"] if output else {}
        kinds = {name: self._shapes[member["shape"]]["type"] for name, member in members.items()}
        return {name: {} for name, kind in kinds.items() if kind == "structure"}

    def answers(self, operation: str) -> bool:
        """Return whether the answer to ``operation`` has members."""
        return "output" in self._operations[operation]

    def is_switch(self, operation: str, parameter: str) -> bool:
        """Return whether ``parameter`` of ``operation`` is true or false."""
        shape = self._members(operation)[parameter]["shape"]
        return bool(self._shapes[shape]["type"] == "boolean")

    def parameters(self, operation: str) -> frozenset[str]:
        """Return the names of the parameters of ``operation``."""
        return frozenset(self._members(operation))

    def _members(self, operation: str) -> dict[str, Any]:
        shape = self._operations[operation].get("input")
        return dict(self._shapes[shape["shape"]]["members"]) if shape else {}

    def sources(self, value: Any) -> list[Source]:
        """Return where the values in ``value`` come from, in order."""
        text = str(value) if isinstance(value, str | Number) else ""
        return [self._sources[int(number)] for number in _VALUE.findall(text)]

    def parts(self, line: str) -> list[str | Source]:
        """Return the line as text and sources, in order."""
        parts: list[str | Source] = []
        end = 0
        for value in _VALUE.finditer(line):
            if value.start() > end:
                parts.append(line[end : value.start()])
            parts.append(self._sources[int(value[1])])
            end = value.end()
        return [*parts, line[end:]] if line[end:] else parts

    def _structure(self, shape: str, where: Source) -> dict[str, Any]:
        members = self._shapes[shape]["members"]
        return {
            name: self._value(member["shape"], _member(where, name))
            for name, member in members.items()
        }

    def _value(self, shape: str, where: Source) -> Any:
        kind = self._shapes[shape]["type"]
        if kind == "structure":
            return self._structure(shape, where)
        if kind == "list":
            return self._list(self._shapes[shape]["member"]["shape"], where)
        where = where._replace(document=shape == "policyDocumentType")
        if kind == "map":
            return {self._new(where): self._number(where)}
        if kind in {"integer", "boolean"}:
            return self._number(where)
        text = self._new(where)
        return text.encode() if kind == "blob" else text

    def _list(self, shape: str, where: Source) -> list[Any]:
        if where.list:
            return [self._value(shape, where._replace(member=f"{where.member}[]"))]
        return [
            self._value(shape, Source(where.request, where.member, "", entry))
            for entry in range(len(_DISTINGUISHED.get(where.member, ("",))))
        ]

    def _number(self, where: Source) -> Number:
        number = Number(1)
        number.text = self._new(where)
        return number

    def _new(self, where: Source) -> str:
        self._sources.append(where._replace(member=where.member or "@"))
        marks = _DISTINGUISHED.get(where.list, ("",))
        return f"\ue000{len(self._sources) - 1}{marks[where.entry]}\ue001"


def _member(where: Source, name: str) -> Source:
    return where._replace(member=f"{where.member}.{name}" if where.member else name)


def _emptied(value: Any) -> Any:
    """Return an answer without the entries of its lists."""
    if isinstance(value, dict):
        return {name: _emptied(member) for name, member in value.items()}
    return [] if isinstance(value, list) else value
