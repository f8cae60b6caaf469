"""Runs the pending mutants of a session of cosmic-ray, each with the tests that execute its line.

Usage: python tools/mutation/execute.py SESSION

It does what ``cosmic-ray exec`` does, but starts pytest in a fork of a process that has imported
it, and only for some of the tests.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import cosmic_ray.mutating
import pytest
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome
from selection import selected

if TYPE_CHECKING:
    from cosmic_ray.work_item import WorkItem

#: Seconds after which the tests of a mutant are ended. They found it, because it is in a loop.
_TIMEOUT = 300
_OPTIONS = ("-x", "--tb=line", "-pno:cacheprovider", "-pno:xdist", "-pno:hypothesispytest")


def main(session: str) -> None:
    """Run the mutants and write the results to the file ``session``."""
    with use_db(session, WorkDB.Mode.open) as database:
        pending = list(database.pending_work_items)
        for number, item in enumerate(pending, 1):
            tests = _tests(item)
            cosmic_ray.mutating.run_tests = lambda _command, _limit, tests=tests: _run(tests)
            result = cosmic_ray.mutating.mutate_and_test(item.mutations, "", 0)
            database.set_result(item.job_id, result)
            change = item.mutations[0]
            where = f"{change.module_path}:{change.start_pos[0]} {change.operator_name}"
            print(f"{number} of {len(pending)}: {where} {result.test_outcome}", flush=True)


def _tests(item: WorkItem) -> list[str]:
    change = item.mutations[0]
    return list(selected(str(change.module_path), change.start_pos[0]))


def _run(tests: list[str]) -> tuple[TestOutcome, str]:
    """Run ``tests``; return whether one of them failed, and what pytest printed."""
    if not tests:
        return TestOutcome.SURVIVED, "no test executes this line"
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            os.setsid()
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            os._exit(pytest.main([*_OPTIONS, "--basetemp=build/tests", *tests]))
        failed = _ended(child)
        output.seek(0)
        text = output.read().decode(errors="replace")
    return (TestOutcome.KILLED if failed else TestOutcome.SURVIVED), f"{len(tests)} tests\n{text}"


def _ended(child: int) -> bool:
    """Wait until ``child`` ends; return whether it failed or took too long."""
    limit = time.monotonic() + _TIMEOUT
    while time.monotonic() < limit:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
