"""Which rows of a table ``make test`` runs does not depend on the other rows."""

from __future__ import annotations

from support.selection import every, one_of_each

ROWS = [("user", number) for number in range(40)]


def runs(parameters):
    """Return the rows that make test runs."""
    return [row for row in parameters if row in ROWS]


def test_a_row_on_top_changes_only_its_own_selection():
    selected = runs(every(4, ROWS))
    assert 5 <= len(selected) <= 15
    assert runs(every(4, [("a new row", 1), ("another", 2), *ROWS])) == selected
    assert runs(every(4, ROWS[::-1])) == selected[::-1]


def test_one_row_with_each_value_is_selected():
    rows = [(kind, value) for kind in ("user", "group", "role") for value in range(20)]

    def selected(table):
        return {row for row in one_of_each(1, table) if row in table}

    assert [*map(len, (selected(rows), {value for _, value in selected(rows)}))] == [20, 20]
    assert selected([("user", 20), *rows]) == {("user", 20), *selected(rows)}
