"""Lists of one page or of all pages, with the footer."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

#: The page size when the whole list is read (entries): the maximum of the service.
MAX_PAGE = 1000
#: The page size with a marker alone and in strict mode (entries): that of the original.
LEGACY_PAGE_SIZE = 100


class Listing:
    """A list that the service returns in pages.

    ``operation``: the API operation; ``max_items`` and ``marker``: the values of ``-i`` and ``-m``,
    either of which limits the list to a single page; ``parameters``: the other parameters of the
    operation. Source: LEGACY.md (lists).
    """

    def __init__(
        self, iam: IAM, operation: str, max_items: int | None, marker: str | None, **parameters: Any
    ) -> None:
        self._iam = iam
        self._operation = operation
        self._parameters = parameters
        self._marker = marker
        self._single = iam.strict or max_items is not None or marker is not None
        self._size = max_items or (LEGACY_PAGE_SIZE if self._single else MAX_PAGE)

    def pages(self) -> Iterator[dict[str, Any]]:
        """Yield each page as it arrives; raise Failure if a page cannot be read."""
        from iamcli.operations.pages import all_pages

        pages = all_pages(
            self._iam, self._operation, self._marker, MaxItems=self._size, **self._parameters
        )
        for page, self._marker in pages:
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
