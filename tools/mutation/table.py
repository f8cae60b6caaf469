"""The table of the lines of iamcli that each test executes, made from the records.

Usage: python tools/mutation/table.py
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from executed import RECORDS

_TABLE = f"{RECORDS}.sqlite"


def tests_of(name: str, first: int, last: int) -> list[tuple[str, float, int, int]]:
    """Return what executes these lines: test, duration, whether it needs moto, and the line."""
    with sqlite3.connect(_TABLE) as table:
        return table.execute(
            "SELECT DISTINCT test, seconds, moto, number FROM tests JOIN lines USING (id)"
            " WHERE name = ? AND number BETWEEN ? AND ?",
            (name, first, last),
        ).fetchall()


def main() -> None:
    """Make the table."""
    Path(_TABLE).unlink(missing_ok=True)
    with sqlite3.connect(_TABLE) as table:
        table.execute("CREATE TABLE tests (id, test, seconds, moto)")
        table.execute("CREATE TABLE lines (id, name, number)")
        for file in Path(RECORDS).glob("*.durations"):
            durations = map(json.loads, file.read_text(encoding="utf-8").splitlines())
            table.executemany("INSERT INTO tests VALUES (?, ?, ?, ?)", durations)
        for file in Path(RECORDS).glob("*.lines"):
            # A test may limit the size of the files that its processes write.
            lines = set(file.read_text(encoding="utf-8").splitlines())
            rows = [(file.stem, *line.split(" ")) for line in lines if line.count(" ") == 1]
            table.executemany("INSERT INTO lines VALUES (?, ?, CAST(? AS INTEGER))", rows)
        table.execute("CREATE INDEX places ON lines (name, number)")
        table.execute("CREATE INDEX identifiers ON tests (id)")


if __name__ == "__main__":
    main()
