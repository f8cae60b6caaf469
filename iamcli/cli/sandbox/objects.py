"""The objects of moto's IAM as JSON, and JSON as such objects.

The JSON lists each object once, so that two of them can refer to a third one, or to each other. An
object is a list: its class, and what it contains. What it contains are values: null, booleans,
numbers, strings, and lists with one member, the position of another object.

Whatever the JSON contains, reading it makes lists, dictionaries, dates, bytes and instances of the
known classes, and sets attributes of instances. It calls and changes nothing else.
"""

from __future__ import annotations

import base64
import datetime as dt
import importlib
import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

#: The modules whose classes an account consists of.
MODULES = (
    "iamcli.cli.sandbox.corrections.caller",
    "iamcli.cli.sandbox.corrections.keys",
    "moto.iam.models",
    "moto.utilities.tagging_service",
)
_PLAIN = (type(None), bool, int, float, str)


def serialize() -> bytes:
    """Return the state of moto's IAM in all partitions, as one line of JSON.

    Raises TypeError if something in it is of another class.
    """
    from moto.iam.models import iam_backends

    listed = _Listed()
    attributes = [
        # What cannot be written is made by the constructor.
        [
            account,
            partition,
            listed.members(i for i in vars(one).items() if type(i[1]) is not re.Pattern),
        ]
        for account, partition, one in iam_backends.iter_backends()
    ]
    # The list grows: each object may lead to more.
    written = [listed.written(one) for one in listed.found]
    return json.dumps({"backends": attributes, "objects": written}).encode()


def restore(content: bytes) -> None:
    """Put a result of ``serialize`` into moto.

    Raises ValueError, TypeError, LookupError or RecursionError if it is damaged.
    """
    from moto.iam.models import iam_backends

    loaded = json.loads(content)
    value = _Objects(loaded["objects"]).value
    for account, partition, attributes in loaded["backends"]:
        backend = iam_backends[account][partition]
        vars(backend).update({name: value(inner) for name, inner in attributes})


class _Listed:
    """The objects that were ``found``, each once."""

    def __init__(self) -> None:
        self.found: list[Any] = []
        self._positions: dict[int, int] = {}

    def value(self, thing: Any) -> Any:
        """Return the value for ``thing``, which is added to the objects if it is a new one."""
        if type(thing) in _PLAIN:
            return thing
        position = self._positions.setdefault(id(thing), len(self.found))
        if position == len(self.found):
            self.found.append(thing)
        return [position]

    def members(self, items: Iterable[tuple[Any, Any]]) -> list[list[Any]]:
        """Return the values of keys or attributes, and those of what they have."""
        return [[self.value(key), self.value(inner)] for key, inner in items]

    def written(self, thing: Any) -> list[Any]:
        """Return an object as a list."""
        if type(thing) is bytes:
            return ["bytes", base64.b64encode(thing).decode()]
        if type(thing) is dt.datetime:
            return ["datetime", thing.isoformat()]
        if type(thing) is list:
            return ["list", *map(self.value, thing)]
        if type(thing) is dict:
            return ["dict", *self.members(thing.items())]
        name = f"{type(thing).__module__}.{type(thing).__qualname__}"
        if name == "moto.iam.models.IAMBackend":
            return ["backend", thing.account_id, thing.region_name]
        _class(name)
        return [name, *self.members(vars(thing).items())]


class _Objects:
    """The objects in a list as ``serialize`` makes it."""

    def __init__(self, listed: list[list[Any]]) -> None:
        self._made = [_empty(*entry) for entry in listed]
        for made, (_, *content) in zip(self._made, listed, strict=True):
            if type(made) is list:
                made.extend(map(self.value, content))
            elif type(made) is dict:
                made.update(self._members(content))
            elif type(made).__module__ in MODULES and type(made).__name__ != "IAMBackend":
                vars(made).update(self._members(content))

    def value(self, written: Any) -> Any:
        """Return what a value stands for."""
        if type(written) in _PLAIN:
            return written
        (position,) = written
        return self._made[position]

    def _members(self, content: list[list[Any]]) -> dict[Any, Any]:
        return {self.value(key): self.value(inner) for key, inner in content}


def _empty(class_name: str, *content: Any) -> Any:
    """Return an object of this class, without what it contains if that may be other objects."""
    if class_name == "bytes":
        return base64.b64decode(content[0], validate=True)
    if class_name == "datetime":
        return dt.datetime.fromisoformat(content[0])
    if class_name == "list":
        return []
    if class_name == "dict":
        return {}
    if class_name == "backend":
        from moto.iam.models import iam_backends

        account, partition = content
        return iam_backends[account][partition]
    known: Any = _class(class_name)
    return known.__new__(known)


def _class(name: str) -> type:
    """Return a class of an account; raise TypeError if ``name`` is not the name of one."""
    module, _, own = name.rpartition(".")
    if module in MODULES:
        found = vars(importlib.import_module(module)).get(own)
        if isinstance(found, type) and found.__module__ == module and own != "IAMBackend":
            return found
    raise TypeError(f"{name} is not part of an account")
