"""The pages of lists.

A list is sorted, and a marker names the last entry of a page. So a page starts at the right place
also if entries were added or removed in between, as by a script that lists and deletes.
"""

from __future__ import annotations

import base64
import json

from iamcli.sandbox.corrections.protocol import instant
from iamcli.sandbox.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable
    from typing import Any

    from iamcli.sandbox.corrections.protocol import Request, Result

    Key = tuple[str, ...]

#: The number of entries in a page if the request does not say.
DEFAULT = "100"


def page(
    request: Request, entries: Iterable[Any], key: Callable[[Any], Key]
) -> tuple[list[Any], Result]:
    """Return the entries of one page, and ``IsTruncated`` and ``Marker``.

    ``key``: what the list is sorted by, different for each entry. Raises Refusal if ``Marker`` is
    not from a response to the same operation. Source: API reference, ListUsers: 100 entries if
    nothing is said. ``Invalid Marker.`` was recorded for ListVirtualMFADevices. ListUserTags sorts
    by key; the reference says nothing about the order of other lists.
    """
    size = int(request.get("MaxItems", DEFAULT))
    marker = request.given("Marker")
    start = None if marker is None else _read(request.operation, marker)
    found = sorted(entries, key=key)
    if start is not None:
        found = [entry for entry in found if key(entry) > start]
    shown = found[:size]
    if len(found) <= size:
        return shown, {"IsTruncated": False}
    return shown, {"IsTruncated": True, "Marker": _marker(request.operation, key(shown[-1]))}


def _marker(operation: str, key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps([operation, *key]).encode()).decode()


def _read(operation: str, marker: str) -> Key:
    try:
        made_for, *key = json.loads(base64.urlsafe_b64decode(marker))
    except (TypeError, ValueError):
        made_for, key = "", []
    if made_for != operation or not all(isinstance(part, str) for part in key):
        raise Refusal("ValidationError", "Invalid Marker.")
    return tuple(key)


def under(request: Request, entities: Iterable[Any]) -> list[Any]:
    """Return the entities whose path starts with ``PathPrefix``, as text.

    Source: API reference, ListUsers: the prefix ``/division_abc/subdivision_xyz/`` gets all users
    whose path starts with it. It was recorded that a part of a path is a prefix too.
    """
    prefix = request.get("PathPrefix", "/")
    return [entity for entity in entities if entity.path.startswith(prefix)]


def named(name: str) -> Key:
    """Return the key that sorts by ``name``, whose letters the service compares in any case."""
    return name.lower(), name


def by_name(entity: Any) -> Key:
    """Return the key that sorts entities by name."""
    return named(entity.name)


def dated(date: dt.datetime | None, identity: str) -> Key:
    """Return the key that sorts by ``date``, which may be unknown in a copy."""
    return f"{instant(date):%Y-%m-%dT%H:%M:%S.%f}" if date else "", identity
