"""Canned answers to requests, in which each value names the member that it comes from.

The answers are made from the output shapes of the API. A list has one entry, and two pages, of
which the second one is empty.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import iamcli
from iamcli.connection.regions import is_of_aws

_MODEL = Path(iamcli.__file__).resolve().parent / "client" / "model.json"

#: A value of an answer: its number, and the mark of its entry. No name has such characters.
_VALUE = re.compile("\ue000([0-9]+)[^\ue001]*\ue001")

#: What is in the serial number of a virtual MFA device only.
VIRTUAL = ":mfa/"
#: Lists whose entries the commands distinguish by a mark in a value: the mark of each entry.
_MARKS = {"MFADevices": (VIRTUAL, "")}


class Source(NamedTuple):
    """Where a value comes from.

    ``request``: the number of the request; ``list``: the list in its answer ("AccessKeyMetadata"),
    "" if none; ``member``: the member of the entry, or of the answer without a list ("User.Arn"),
    "@" if the entry is the value; ``mark``: what distinguishes the entry; ``document``: whether it
    is a policy document.
    """

    request: int
    list: str
    member: str
    mark: str = ""
    document: bool = False

    def of(self, name: str) -> Source:
        """Return the source of the member ``name`` of a structure."""
        return self._replace(member=f"{self.member}.{name}".removeprefix("."))


class Number(int):
    """A number or a truth value of an answer. As text, it is recognized like other values."""

    text: str

    def __str__(self) -> str:
        return self.text


class Structure(dict[str, Any]):
    """A structure of an answer. It records what a command takes for a member that is missing."""

    def __init__(self, members: dict[str, Any], where: Source, defaults: dict[Source, str]) -> None:
        super().__init__(members)
        self._where = where
        self._defaults = defaults

    def get(self, name: str, default: Any = None) -> Any:
        """Return a member; each entry of a list has it."""
        if isinstance(default, str) and not self._where.list:
            self._defaults[self._where.of(name)] = default
        return super().get(name, default)


class Answers:
    """Makes answers, and knows where each of their values comes from.

    ``defaults``: what a command takes in place of values that an answer lacks.
    """

    def __init__(self, endpoint: str = "") -> None:
        #: Whether the user named an endpoint that is not one of AWS.
        self.of_another_service = bool(endpoint) and not is_of_aws(endpoint)
        model = json.loads(_MODEL.read_text(encoding="utf-8"))
        self._operations = model["operations"]
        self._shapes = model["shapes"]
        self._sources: list[Source] = []
        self.defaults: dict[Source, str] = {}

    def answer(self, operation: str, request: int, *, empty: bool) -> dict[str, Any]:
        """Return the answer to a request; ``empty``: the last page of a list, without entries."""
        self._empty = empty
        output = self._operations[operation].get("output")
        if not output:
            return {}
        answer: dict[str, Any] = self._structure(output["shape"], Source(request, "", ""))
        # A server may ignore it.
        answer.get(operation.removeprefix("Create"), {}).pop("PermissionsBoundary", None)
        if "IsTruncated" in answer:
            answer["IsTruncated"] = not empty
        return answer

    def members(self, operation: str, shape: str) -> dict[str, str]:
        """Return the names and types of the parameters ("input") or of the members ("output")."""
        reference = self._operations[operation].get(shape)
        members = self._shapes[reference["shape"]]["members"] if reference else {}
        return {name: self._shapes[member["shape"]]["type"] for name, member in members.items()}

    def sources(self, value: Any) -> list[Source]:
        """Return where the values in ``value`` come from, in order."""
        return [part for part in self.parts(value) if isinstance(part, Source)]

    def parts(self, value: Any) -> list[str | Source]:
        """Return ``value`` as text and sources, in turn."""
        return [
            self._sources[int(part)] if number % 2 else part
            for number, part in enumerate(_VALUE.split(str(value)))
        ]

    def _structure(self, shape: str, where: Source) -> dict[str, Any]:
        members = self._shapes[shape]["members"].items()
        values = {name: self._value(member["shape"], where.of(name)) for name, member in members}
        return Structure(values, where, self.defaults)

    def _value(self, shape: str, where: Source) -> Any:
        shape_type = self._shapes[shape]["type"]
        if shape_type == "structure":
            return self._structure(shape, where)
        if shape_type == "list":
            entries = [] if self._empty else self._entries(where)
            return [self._value(self._shapes[shape]["member"]["shape"], each) for each in entries]
        where = where._replace(document=shape == "policyDocumentType")
        if shape_type == "map":
            return {self._new(where): self._number(where)}
        if shape_type in {"integer", "boolean"}:
            return self._number(where)
        text = self._new(where)
        return text.encode() if shape_type == "blob" else text

    def _entries(self, where: Source) -> list[Source]:
        if where.list:
            return [where._replace(member=f"{where.member}[]")]
        marks = _MARKS.get(where.member, ("",))
        return [Source(where.request, where.member, "", mark) for mark in marks]

    def _number(self, where: Source) -> Number:
        number = Number(1)
        number.text = self._new(where)
        return number

    def _new(self, where: Source) -> str:
        self._sources.append(where._replace(member=where.member or "@"))
        return f"\ue000{len(self._sources) - 1}{where.mark}\ue001"
