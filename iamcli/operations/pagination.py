"""Lists: one page or all of them, and what stands below."""

from __future__ import annotations

from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

#: Entries a page where the whole list is read: the service's maximum.
MAX_PAGE = 1000
#: Entries a page where a marker alone is given, and in strict mode: the original's.
LEGACY_PAGE_SIZE = 100
#: More than any account's list has, were its pages the original's.
MAX_PAGES = 1000


class Listing:
    """A list that the service hands out in pages.

    ``iam``: the service; ``operation``: the API operation; ``max_items`` and ``marker``: what the
    options ``-i`` and ``-m`` say, either of which asks for a single page; ``parameters``: the
    operation's own. Ledger: lists and their footer.
    """

    def __init__(
        self,
        iam: IAM,
        operation: str,
        max_items: int | None,
        marker: str | None,
        **parameters: Any,
    ) -> None:
        self._iam = iam
        self._operation = operation
        self._parameters = parameters
        self._marker = marker
        self._single = iam.strict or max_items is not None or marker is not None
        self._size = max_items or (LEGACY_PAGE_SIZE if self._single else MAX_PAGE)

    def pages(self) -> Iterator[dict[str, Any]]:
        """Yield each page as it arrives; raise Failure where the service loses the thread."""
        pages = _pages(
            self._iam, self._operation, self._marker, MaxItems=self._size, **self._parameters
        )
        for page, self._marker in pages:
            yield page
            if self._single:
                return

    def entries(self, key: str) -> Iterator[Any]:
        """Yield the entries under ``key`` of each page."""
        for page in self.pages():
            yield from page.get(key, ())

    def lines(self, key: str, member: str) -> Lines:
        """Yield the ``member`` of each entry under ``key``, one a line, then the footer."""
        for entry in self.entries(key):
            yield entry[member]
        yield from self.footer()

    def footer(self) -> Lines:
        """Yield whether there is more, and where it begins."""
        if self._marker is None:
            yield "IsTruncated: false"
        else:
            yield "IsTruncated: true"
            yield f"Marker: {self._marker}"


def list_all(iam: IAM, operation: str, key: str, **parameters: Any) -> list[Any]:
    """Return all entries under ``key`` of all pages of ``operation``."""
    entries: list[Any] = []
    for page, _ in _pages(iam, operation, None, **parameters):
        entries += page.get(key, ())
    return entries


def _pages(
    iam: IAM, operation: str, marker: str | None, **parameters: Any
) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield each page from ``marker`` on, and where the next one begins, None after the last.

    Raises Failure where following the service would never end.
    """
    for _ in range(MAX_PAGES):
        page = iam.call(operation, Marker=marker, **parameters)
        following: str | None = page.get("Marker") if page.get("IsTruncated") else None
        if page.get("IsTruncated") and following in (None, "", marker):
            raise Failure("the service says that the list goes on, but not where")
        yield page, following
        marker = following
        if marker is None:
            return
    raise Failure(f"the list has not ended after {MAX_PAGES} pages; is it an IAM endpoint?")
