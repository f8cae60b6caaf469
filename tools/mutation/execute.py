"""Runs the mutants of a session of cosmic-ray, each with the tests that execute its line.

Usage: python tools/mutation/execute.py SESSION SECONDS

SECONDS limits the duration of the tests of a mutant. Tests that fail without a mutant are not used.
Mutants that were detected are not run again, and those that are not valid Python are skipped. It
does what ``cosmic-ray exec`` does, but starts pytest in a fork of a process that has imported it,
and only for some of the tests.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import cosmic_ray.mutating
import pytest
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkItem, WorkResult
from forks import Plugin
from selection import selected

#: If no test ends for this time (seconds), the mutant is in a loop, and so it was detected.
_TIMEOUT = 90
_UNUSED = ("cacheprovider", "xdist", "hypothesispytest", "unraisableexception")
#: What the tests and the commands import, but for iamcli.
IMPORTED = (
    "botocore.configprovider",
    "botocore.endpoint",
    "botocore.session",
    "click",
    "email.message",
    "http.server",
    "pexpect",
    "segno",
    "unittest.mock",
)
#: How many mutants each test has detected, and how pytest reports a test that failed.
_successful: Counter[str] = Counter()
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+::.*?)(?: - .*)?$", re.MULTILINE)
_OPTIONS = (
    *("-m", "", "--tb=line", "--basetemp=build/tests"),
    *(f"-pno:{name}" for name in _UNUSED),
)


def main(session: str, seconds: str) -> None:
    """Run the mutants and write the results to the file ``session``."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    with use_db(session, WorkDB.Mode.open) as database:
        results = dict(database.results)
        items = [item for item in database.work_items if not _is_skipped(results.get(item.job_id))]
        sample = _sample(items, int(os.environ.get("SAMPLE") or len(items)))
        items = [item for item in items if item in sample or item.job_id in results]
        items = [item for item in items if _is_open(results.get(item.job_id))]
        items.sort(key=lambda item: item.job_id in results)
        tests = {item.job_id: _tests(item, float(seconds)) for item in items}
        useless = failing(sorted({test for each in tests.values() for test in each}))
        print(f"{len(useless)} tests fail without a mutant: {', '.join(useless)}", flush=True)
        for number, item in enumerate(items, 1):
            [change] = item.mutations
            name, line = str(change.module_path), change.start_pos[0]
            usable = [test for test in tests[item.job_id] if test not in useless]
            result = _result(item, _ordered(usable))
            database.set_result(item.job_id, result)
            what = f"{name}:{line}: {change.operator_name}"
            print(f"{number} of {len(items)}: {what}: {result.test_outcome}", flush=True)
        ran = [each for _, each in database.results if each.worker_outcome is WorkerOutcome.NORMAL]
        found = sum(each.test_outcome is TestOutcome.KILLED for each in ran)
        print(f"{session}: {found} of {len(ran)} mutants detected ({found / len(ran):.1%})")


def _sample(items: list[WorkItem], size: int) -> list[WorkItem]:
    """Return at most ``size`` of ``items``, spread over the files; the same ones each time."""

    def place(item: WorkItem) -> tuple[str, tuple[int, int], str, int]:
        [change] = item.mutations
        name = str(change.module_path)
        return name, change.start_pos, change.operator_name, change.occurrence

    step = max(1, -(-len(items) // size))
    return sorted(items, key=place)[step // 2 :: step]


def _tests(item: WorkItem, seconds: float) -> list[str]:
    [change] = item.mutations
    return selected(str(change.module_path), change.start_pos[0], seconds)


def failing(tests: list[str]) -> set[str]:
    """Return those of ``tests`` that fail without a mutant; exit if one cannot be collected."""
    _, text = run(tests)
    if "ERROR collecting" in text:
        sys.exit(text)
    return set(FAILED.findall(text))


def _result(item: WorkItem, tests: list[str]) -> WorkResult:
    [change] = item.mutations
    file = change.module_path
    if "TYPE_CHECKING" in file.read_text(encoding="utf-8").splitlines()[change.start_pos[0] - 1]:
        return WorkResult(WorkerOutcome.NO_TEST, "for type checkers only")
    cosmic_ray.mutating.run_tests = lambda _command, _limit: (
        run(tests, "-x") if _is_valid(str(file)) else (TestOutcome.INCOMPETENT, "not valid Python")
    )
    result = cosmic_ray.mutating.mutate_and_test(item.mutations, "", 0)
    if result.test_outcome is TestOutcome.INCOMPETENT:
        return WorkResult(WorkerOutcome.NO_TEST, result.output)
    if result.test_outcome is TestOutcome.KILLED:
        _successful.update(FAILED.findall(result.output))
    return result


def _ordered(tests: list[str]) -> list[str]:
    """Return ``tests``, those first that have detected most mutants so far."""
    return sorted(tests, key=lambda test: -_successful[test])


def _is_valid(name: str) -> bool:
    try:
        compile(Path(name).read_text(encoding="utf-8"), name, "exec")
    except SyntaxError:
        return False
    return True


def _is_skipped(result: WorkResult | None) -> bool:
    return result is not None and result.worker_outcome is WorkerOutcome.SKIPPED


def _is_open(result: WorkResult | None) -> bool:
    return result is None or result.test_outcome is TestOutcome.SURVIVED


def run(tests: list[str], *options: str) -> tuple[TestOutcome, str]:
    """Run ``tests`` in a fork; return whether one of them failed, and what pytest printed."""
    if not tests:
        return TestOutcome.SURVIVED, "no test executes this line"
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            os.setsid()
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            os._exit(pytest.main([*_OPTIONS, *options, *tests], plugins=[Plugin()]))
        failed = _ended(child, output.fileno())
        _kill_programs()
        output.seek(0)
        text = output.read().decode(errors="replace")
    if "ERROR: not found: " in text:
        sys.exit(f"a test is not there any more; remove build and start again\n{text}")
    return (TestOutcome.KILLED if failed else TestOutcome.SURVIVED), f"{len(tests)} tests\n{text}"


def _ended(child: int, output: int) -> bool:
    """Wait until ``child`` ends; return whether it failed, or wrote nothing for too long."""
    size, limit = 0, time.monotonic() + _TIMEOUT
    while time.monotonic() < limit:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        if os.fstat(output).st_size > size:
            # pytest writes a character for each test.
            size, limit = os.fstat(output).st_size, time.monotonic() + _TIMEOUT
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _kill_programs() -> None:
    """Kill the programs that the tests have started and that still run, such as those in a loop."""
    marker = f"\0HOME={Path('build/tests').resolve()}/".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker in b"\0" + (process / "environ").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
