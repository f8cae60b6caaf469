"""The operations that only list something: moto gives no pages, or takes any marker."""

from __future__ import annotations

from iamcli.cli.sandbox.corrections.caller import shown_name
from iamcli.cli.sandbox.corrections.paging import by_name, dated, page
from iamcli.cli.sandbox.corrections.protocol import OPERATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from moto.iam.models import IAMBackend

    from iamcli.cli.sandbox.corrections.paging import Key
    from iamcli.cli.sandbox.corrections.protocol import Request, Result

    Entries = Callable[[IAMBackend, Request], Iterable[Any]]


def listing(
    operation: str,
    member: str,
    entries: Entries,
    show: Callable[[Any], Any],
    key: Callable[[Any], Key] = by_name,
) -> None:
    """Register an ``operation`` that lists ``entries`` in pages.

    ``member``: the list in the response; ``show``: returns an entry as the response has it;
    ``key``: what the list is sorted by. Source: API reference of the operation.
    """

    def correction(iam: IAMBackend, request: Request) -> Result:
        on_page, rest = page(request, entries(iam, request), key)
        return {member: [show(entry) for entry in on_page], **rest}

    OPERATIONS[operation] = correction


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

    def with_user_name(iam: IAMBackend, request: Request) -> list[Result]:
        user: Any = iam.get_user(request.get("UserName"))
        return [{"UserName": shown_name(user.name), **show(entry)} for entry in entries(user)]

    def by_date(entry: Result) -> Key:
        return dated(entry[date], entry[identity])

    listing(operation, member, with_user_name, dict, by_date)
