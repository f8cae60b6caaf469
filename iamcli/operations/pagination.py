"""Reads lists: one page or all pages, with the footer."""

from __future__ import annotations

from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iamcli.operations.sender import Sender
    from iamcli.output.lines import Lines

#: The page size when the whole list is read (entries): the maximum of the service.
MAX_PAGE = 1000
#: The page size with a marker alone and in strict mode (entries): that of the original.
LEGACY_PAGE_SIZE = 100
#: The maximum number of pages, far more than a list has.
MAX_PAGES = 1000
#: The first page whose request the progress line shows; shorter lists do not take long.
_LONG = 3


class Listing:
    """A list that the service returns in pages.

    ``operation``: the API operation; ``max_items`` and ``marker``: the values of ``-i`` and ``-m``,
    either of which limits the list to a single page; ``parameters``: the other parameters of the
    operation. Source: LEGACY.md (lists).
    """

    def __init__(
        self,
        iam: Sender,
        operation: str,
        max_items: int | None,
        marker: str | None,
        **parameters: Any,
    ) -> None:
        self._marker = marker
        self._single = iam.strict or max_items is not None or marker is not None
        size = max_items or (LEGACY_PAGE_SIZE if self._single else MAX_PAGE)
        self._pages = all_pages(iam, operation, marker, MaxItems=size, **parameters)

    def pages(self) -> Iterator[dict[str, Any]]:
        """Yield each page as it arrives; raise Failure if a page cannot be read."""
        for page, marker in self._pages:
            self._marker = marker
            yield page
            if self._single:
                return

    def entries(self, key: str) -> Iterator[Any]:
        """Yield the entries of the list ``key`` of each page."""
        for page in self.pages():
            yield from page.get(key, ())

    def lines(self, key: str, member: str) -> Lines:
        """Yield the ``member`` of each entry of the list ``key``, then the footer."""
        for entry in self.entries(key):
            yield entry[member]
        yield from self.footer()

    def footer(self) -> Lines:
        """Yield whether the list is truncated, and the marker of the next page if it is."""
        if self._marker is None:
            yield "IsTruncated: false"
        else:
            yield "IsTruncated: true"
            yield f"Marker: {self._marker}"


def list_all(iam: Sender, operation: str, key: str, **parameters: Any) -> list[Any]:
    """Return the entries of the list ``key`` of all pages of ``operation``."""
    pages = all_pages(iam, operation, **parameters)
    return [entry for page, _ in pages for entry in page.get(key, ())]


def all_pages(
    iam: Sender, operation: str, marker: str | None = None, **parameters: Any
) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield each page from ``marker`` on, with the marker of the next one, None for the last.

    Raises Failure if a truncated page has no new marker, or after MAX_PAGES pages.
    """
    read = 0
    for number in range(1, MAX_PAGES + 1):
        if number >= _LONG:
            iam.reporter.progress.step(f"{read} entries read")
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
