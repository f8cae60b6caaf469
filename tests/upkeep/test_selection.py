"""Which tests run: the rows of a table that ``make test`` runs, and a run that is stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from support.processes import wait_until
from support.selection import every, one_of_each
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


def test_one_row_with_each_value_is_selected():
    rows = [(kind, value) for kind in ("user", "group", "role") for value in range(20)]

    def selected(table):
        return {row for row in one_of_each(1, table) if row in table}

    assert [*map(len, (selected(rows), {value for _, value in selected(rows)}))] == [20, 20]
    assert selected([("user", 20), *rows]) == {("user", 20), *selected(rows)}


#: A test that says that it runs, and another one, which is not reached.
STOPPED = """
import time
from pathlib import Path

def test_first():
    Path("begun").touch()
    time.sleep(100)

def test_second():
    pass
"""


@pytest.mark.full
def test_a_run_that_is_stopped_lists_what_it_did_not_reach(tmp_path):
    (tmp_path / "test_x.py").write_text(STOPPED)
    shutil.copy(TESTS / "conftest.py", tmp_path)
    command = [sys.executable, "-m", "pytest", "-n", "1", "--order", "one", "--rootdir", tmp_path]
    running = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{tmp_path}:{TESTS}:{TESTS.parent}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with running:
        wait_until((tmp_path / "begun").exists)
        # The signal comes from timeout(1), from make, and to the whole process group.
        while running.poll() is None:
            os.killpg(running.pid, signal.SIGTERM)
            time.sleep(0.01)
        printed = running.communicate()[0]
    assert "not reached: test_x.py, 2 tests\norder made from one: 0 of 2 tests reached\n" in printed
    assert "Traceback" not in printed
