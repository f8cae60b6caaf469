"""The operations that only list something, and the pages of all lists.

moto gives no pages, or takes any marker. A list is sorted, and a marker names the last entry of a
page. So a page starts at the right place also if entries were added or removed in between, as by a
script that lists and deletes. If the last entry has a long path or name, it must still be there.
"""

from __future__ import annotations

import base64
import hashlib
import json

from iamcli.cli.sandbox.corrections.caller import shown_name
from iamcli.cli.sandbox.corrections.protocol import CORRECTIONS, Backend, Request, Result, instant
from iamcli.cli.sandbox.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable
    from typing import Any

Key = tuple[str, ...]

#: What returns the entries of a user in lists, by the member of the response.
ENTRIES_OF_USER: dict[str, Callable[[Any], list[Result]]] = {}

#: The number of entries in a page if the request does not say.
DEFAULT = 100
#: The maximum length of a marker (characters). Source: the service model, markerType.
_LONGEST = 320


def page(
    request: Request, entries: Iterable[Any], key: Callable[[Any], Key]
) -> tuple[list[Any], Result]:
    """Return the entries of one page, and ``IsTruncated`` and ``Marker``.

    ``key``: what the list is sorted by, different for each entry. Raises Refusal if ``Marker`` is
    not from a response to the same operation. Source: API reference, ListUsers: 100 entries if
    nothing is said. ``Invalid Marker.`` was recorded for ListVirtualMFADevices. ListUserTags sorts
    by key; the reference says nothing about the order of other lists.
    """
    size = request.get("MaxItems", DEFAULT)
    marker = request.get("Marker", None)
    rest = sorted(entries, key=key)
    if marker is not None:
        start = _read(request.operation, marker, map(key, rest))
        rest = [entry for entry in rest if key(entry) > start]
    on_page = rest[:size]
    if len(rest) <= size:
        return on_page, {"IsTruncated": False}
    return on_page, {"IsTruncated": True, "Marker": _marker(request.operation, key(on_page[-1]))}


def _marker(operation: str, key: Key) -> str:
    """Return the marker for ``key``: the key itself, or its digest if that would be too long."""
    marker = _encoded(operation, *key)
    return marker if len(marker) <= _LONGEST else _encoded(operation, [_digest(key)])


def _encoded(*parts: str | list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


def _digest(key: Key) -> str:
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()


def _read(operation: str, marker: str, keys: Iterable[Key]) -> Key:
    """Return the key that ``marker`` is for; ``keys``: those of the list."""
    try:
        made_for, *key = json.loads(base64.urlsafe_b64decode(marker))
    except (TypeError, ValueError):
        made_for, key = "", []
    if made_for == operation and all(isinstance(part, str) for part in key):
        return tuple(key)
    same = [other for other in keys if made_for == operation and key == [[_digest(other)]]]
    if not same:
        raise Refusal("ValidationError", "Invalid Marker.")
    return same[0]


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


def listing(
    operation: str,
    member: str,
    entries: Callable[[Backend, Request], Iterable[Any]],
    show: Callable[[Any], Any],
    key: Callable[[Any], Key] = by_name,
) -> None:
    """Register an ``operation`` that lists ``entries`` in pages.

    ``member``: the list in the response; ``show``: returns an entry as the response has it;
    ``key``: what the list is sorted by. Source: API reference of the operation.
    """

    def correction(iam: Backend, request: Request) -> Result:
        on_page, rest = page(request, entries(iam, request), key)
        return {member: [show(entry) for entry in on_page], **rest}

    CORRECTIONS[operation] = correction


def listing_of_user(
    operation: str,
    member: str,
    entries: Callable[[Any], Iterable[Any]],
    show: Callable[[Any], Result],
    sorted_by: tuple[str, str],
) -> None:
    """Register an ``operation`` that lists what a user, or the account, has.

    ``entries``: returns that; ``member`` and ``show``: as for ``listing``; ``sorted_by``: the
    members of an entry that have its date and its ID. Source: API reference of the operation;
    recorded for each.
    """
    date, identity = sorted_by

    def of_user(user: Any) -> list[Result]:
        return [{"UserName": shown_name(user.name), **show(entry)} for entry in entries(user)]

    def of_request(iam: Backend, request: Request) -> list[Result]:
        return of_user(iam.get_user(request.get("UserName")))

    def by_date(entry: Result) -> Key:
        return dated(entry[date], entry[identity])

    ENTRIES_OF_USER[member] = of_user
    listing(operation, member, of_request, dict, by_date)
