"""Which rows of a long table run in ``make test``, and which only in ``make test-full``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def every(number: int, rows: Iterable[Any]) -> list[Any]:
    """Return ``rows`` as parameters; all but each ``number``-th of them run in make test-full."""
    return [row if index % number == 0 else _full(row) for index, row in enumerate(rows)]


def _full(row: Any) -> Any:
    values = row if isinstance(row, tuple) and not hasattr(row, "_fields") else (row,)
    return pytest.param(*values, marks=pytest.mark.full)
