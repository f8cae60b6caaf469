"""Which rows of a long table run in ``make test``, and which only in ``make test-full``."""

from __future__ import annotations

import os
import zlib
from itertools import combinations, product
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any


def in_full(*values: Any) -> Any:
    """Return the row with these ``values``, which runs in make test-full."""
    return pytest.param(*values, marks=pytest.mark.full)


def every(number: int, rows: Iterable[Any], *also: Any) -> list[Any]:
    """Return ``rows`` as parameters; one in about ``number``, and ``also``, run in make test.

    Only the name of a row decides, so that others can be added and moved. A short table, of which
    this might select nothing, needs ``usual``, or ``in_full`` in its rows.
    """
    table = list(rows)
    selected = [row for row in table if _number(row) % number == 0]
    if not selected:
        raise ValueError("make test would run no row of this table; name those that it runs")
    return usual([*selected, *also], table)


def one_of_each(part: int, rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Return ``rows`` as parameters; one row with each value of a ``part`` runs in make test."""
    table = list(rows)
    values = {_name(row[part]): row[part] for row in table}.values()
    return usual([min((r for r in table if r[part] == one), key=_number) for one in values], table)


def usual(included: Collection[Any], rows: Iterable[Any]) -> list[Any]:
    """Return ``rows`` as parameters; all but those ``included`` run in make test-full."""
    return [row if row in included else in_full(*_values(row)) for row in rows]


#: Whether all rows of each product of tables run: ``make test-full ROWS=all``, for hours.
ALL = os.environ.get("ROWS") == "all"


def pairs(*tables: Collection[Any], first: Collection[tuple[Any, ...]] = ()) -> list[Any]:
    """Return rows of the product of the ``tables`` in which each two of their values meet.

    The rows ``first`` are among them and run in make test, the others in make test-full.
    """
    rows = [*product(*tables)]
    pairs_of = [*map(_pairs, rows)]
    left = set().union(*pairs_of)
    chosen: list[tuple[Any, ...]] = []
    waiting = [*map(rows.index, first)]
    numbers = range(len(rows))
    while left or waiting:
        at = waiting.pop() if waiting else max(numbers, key=lambda at: len(left & pairs_of[at]))
        left -= pairs_of[at]
        chosen.append(rows[at])
    return usual(first, [row for row in rows if ALL or row in chosen])


def _pairs(row: tuple[Any, ...]) -> set[tuple[tuple[int, str], ...]]:
    """Return each two values of a row, with the numbers of their tables."""
    return {*combinations(enumerate(map(_name, row)), 2)}


def _number(row: Any) -> int:
    return zlib.crc32(_name(row).encode())


def _values(row: Any) -> tuple[Any, ...]:
    return row if isinstance(row, tuple) and not hasattr(row, "_fields") else (row,)


def _name(row: Any) -> str:
    """Return a name of a row that is the same in each process and with each Python."""
    if isinstance(row, (list, tuple)):
        return " ".join(map(_name, row))
    if isinstance(row, dict):
        return _name([*row.items()])
    if isinstance(row, str):
        return row
    if row is None or isinstance(row, (bytes, int, float)):
        return repr(row)
    return str(row.__qualname__)
