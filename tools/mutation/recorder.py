"""A pytest plugin that tells ``executed`` which test runs, and records how long the tests take."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import executed
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The tests that ran in this process, and whether each needs the server of moto.
_ran: dict[str, bool] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Record for ``item`` while it runs."""
    _ran[item.nodeid] = "moto_server" in getattr(item, "fixturenames", ())
    executed.begin(_name(item.nodeid))
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Record the duration of a test that passed."""
    if report.when == "call" and report.passed and report.nodeid in _ran:
        record = _name(report.nodeid), report.nodeid, report.duration, _ran[report.nodeid]
        with Path(executed.RECORDS, f"{os.getpid()}.durations").open("a") as file:
            file.write(json.dumps(record) + "\n")


def _name(test: str) -> str:
    return hashlib.sha256(test.encode()).hexdigest()[:16]
