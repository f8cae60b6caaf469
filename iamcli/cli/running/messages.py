"""What processes of iamcli tell each other, each message as a line of JSON."""

from __future__ import annotations

import json
from typing import NamedTuple, TypeVar

Message = TypeVar("Message", bound=NamedTuple)


def as_line(message: NamedTuple) -> bytes:
    """Return the line of a message."""
    return json.dumps(message._asdict()).encode() + b"\n"


def read(kind: type[Message], line: bytes | str) -> Message:
    """Return the message in ``line``; raise ValueError if it has not the members of ``kind``."""
    members = json.loads(line)
    if members.keys() != {*kind._fields}:
        raise ValueError(f"not a {kind.__name__}")
    return kind._make(members[name] for name in kind._fields)
