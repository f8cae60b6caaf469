"""Reads the pages of lists."""

from __future__ import annotations

from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iamcli.operations.sender import Sender

#: The maximum number of pages, far more than a list has.
MAX_PAGES = 1000
#: The first page whose request the progress line shows; shorter lists do not take long.
_LONG = 3


def list_all(iam: Sender, operation: str, key: str, **parameters: Any) -> list[Any]:
    """Return the entries of the list ``key`` of all pages of ``operation``."""
    entries: list[Any] = []
    for page, _ in all_pages(iam, operation, **parameters):
        entries += page.get(key, ())
    return entries


def all_pages(
    iam: Sender, operation: str, marker: str | None = None, **parameters: Any
) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield each page from ``marker`` on, with the marker of the next one, None for the last.

    Raises Failure if a truncated page has no new marker, or after MAX_PAGES pages.
    """
    read = 0
    for number in range(1, MAX_PAGES + 1):
        if number >= _LONG:
            iam.progress.step(f"{read} entries read")
        page = iam.send(operation, Marker=marker, **parameters)
        following: str | None = page.get("Marker") if page.get("IsTruncated") else None
        if page.get("IsTruncated") and following in (None, "", marker):
            raise Failure("unexpected response: the list is truncated but has no new marker")
        read += sum(len(value) for value in page.values() if isinstance(value, list))
        yield page, following
        marker = following
        if marker is None:
            return
    raise Failure(f"the list has more than {MAX_PAGES} pages; is this an IAM endpoint?")
