"""Which rows of a table ``make test`` runs does not depend on the other rows."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.selection import every, in_full, one_of_each, usual
from support.shell import TESTS

ROWS = [("user", number) for number in range(40)]


def runs(parameters):
    """Return the rows that make test runs."""
    return [row for row in parameters if row in ROWS]


def test_a_row_on_top_changes_only_its_own_selection():
    selected = runs(every(4, ROWS))
    assert 5 <= len(selected) <= 15
    assert runs(every(4, [("a new row", 1), ("another", 2), *ROWS])) == selected
    assert runs(every(4, ROWS[::-1])) == selected[::-1]


def test_a_row_is_selected_in_each_process_alike():
    code = (
        "from support.selection import every; print(every(2, [*range(9), b'b', None, {'d': len}]))"
    )
    said = {
        subprocess.check_output(
            [sys.executable, "-c", code], env={"PYTHONPATH": str(TESTS), "PYTHONHASHSEED": seed}
        )
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_a_table_of_which_no_row_would_run_is_refused():
    with pytest.raises(ValueError, match="no row"):
        every(1000, ["only"])


def test_the_rows_of_a_short_table_are_named():
    long = [in_full("a", 1), *usual([], [("b", 2)])]
    assert [row.values for row in long] == [("a", 1), ("b", 2)]
    assert {mark.name for row in long for mark in row.marks} == {"full"}
    assert usual(["a"], ["a"]) == ["a"]


def test_one_row_with_each_value_is_selected():
    rows = [(kind, value) for kind in ("user", "group", "role") for value in range(20)]

    def selected(table):
        return {row for row in one_of_each(1, table) if row in table}

    assert [*map(len, (selected(rows), {value for _, value in selected(rows)}))] == [20, 20]
    assert selected([("user", 20), *rows]) == {("user", 20), *selected(rows)}
