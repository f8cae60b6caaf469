"""Which rows of a long table run in ``make test``, and which only in ``make test-full``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any


def every(number: int, rows: Iterable[Any]) -> list[Any]:
    """Return ``rows`` as parameters; all but each ``number``-th of them run in make test-full."""
    return [row if index % number == 0 else _full(row) for index, row in enumerate(rows)]


def usual(included: Collection[Any], rows: Iterable[Any]) -> list[Any]:
    """Return ``rows`` as parameters; all but those ``included`` run in make test-full."""
    return [row if row in included else _full(row) for row in rows]


def _full(row: Any) -> Any:
    values = row if isinstance(row, tuple) and not hasattr(row, "_fields") else (row,)
    return pytest.param(*values, marks=pytest.mark.full)
