"""Takes the files of a run that may be stopped in another order each time, and lists what is left.

``--order TEXT``: the order of the files is made from TEXT, such as the ID of a commit. SIGTERM,
with which timeout(1) stops a run, ends it as Ctrl-C does.
"""

from __future__ import annotations

import signal
import zlib
from collections import Counter
from typing import TYPE_CHECKING, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable


class Order:
    """The plugin of a run in the order that is made from ``text``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._collected: list[str] = []
        self._reached: set[str] = set()

    def pytest_report_header(self) -> str:
        return f"order of the files: made from {self.text}"

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput"):
            signal.signal(signal.SIGTERM, _interrupt)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: zlib.crc32(f"{self.text} {_file(item.nodeid)}".encode()))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected += [item.nodeid for item in session.items]

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        self._collected = [*ids]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # A test that is stopped has no such report.
        if report.when == "teardown":
            self._reached.add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        left = Counter(_file(name) for name in self._collected if name not in self._reached)
        for file, number in sorted(left.items()):
            terminalreporter.write_line(f"not reached: {file}, {number} tests")
        sums = f"{len(self._collected) - left.total()} of {len(self._collected)} tests"
        terminalreporter.write_line(f"order made from {self.text}: {sums} reached")


def _interrupt(*_: object) -> NoReturn:
    # timeout(1) sends it to the process group, and make passes it on: the second one is ignored.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _file(name: str) -> str:
    return name.partition("::")[0]
