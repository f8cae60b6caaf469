"""Writes the results of a part into the table of CONTRIBUTING.md.

Usage: python tools/mutation/results.py PART SESSION PAGE
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome


def row(part: str, session: str) -> str:
    """Return the line of the table: the part, its changes, how many were made and detected."""
    with use_db(session, WorkDB.Mode.open) as database:
        results = [result for _, result in database.results]
        skipped = sum(each.worker_outcome is WorkerOutcome.SKIPPED for each in results)
        made = [each for each in results if each.worker_outcome is WorkerOutcome.NORMAL]
        detected = sum(each.test_outcome is TestOutcome.KILLED for each in made)
        changes = len(database.work_items) - skipped
    today = dt.datetime.now(dt.timezone.utc).date()
    share = f"{detected / len(made):.0%}"
    return f"| `{part}` | {changes} | {len(made)} | {detected} ({share}) | {today} |\n"


def with_row(text: str, part: str, line: str) -> str:
    """Return the page ``text`` with ``line`` in place of the line of ``part``, in order."""
    head = "| part | changes | made | detected | date |\n|---|---|---|---|---|\n"
    before, _, rest = text.partition(head)
    lines = re.match(r"(\|.*\n)*", rest)
    assert lines
    others = [
        each for each in lines[0].splitlines(keepends=True) if not each.startswith(f"| `{part}` |")
    ]
    return before + head + "".join(sorted([*others, line])) + rest[lines.end() :]


def main(part: str, session: str, page: str) -> None:
    """Write the line of ``part``."""
    path = Path(page)
    text = path.read_text(encoding="utf-8")
    path.write_text(with_row(text, part, row(part, session)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
