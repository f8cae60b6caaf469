"""Lets the tests fork the commands from the process of pytest, which has done the imports."""

from __future__ import annotations

import importlib
import os
import sys
from typing import IO, Any


class ForkServer:
    """Takes the place of the process that ``tests/support/forked.py`` starts."""

    def __init__(self, *arguments: str) -> None:
        forked: Any = importlib.import_module("support.forked")
        orders, self._orders = os.pipe()
        answers, own_answers = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            _become(orders, own_answers)
            forked.listen(forked.all_commands(), *arguments)
            os._exit(0)
        os.close(orders)
        os.close(own_answers)
        self.stdin: IO[bytes] = os.fdopen(self._orders, "wb")
        self.stdout: IO[bytes] = os.fdopen(answers, "rb")

    def communicate(self) -> None:
        """End the process."""
        self.stdin.close()
        self.stdout.close()
        os.waitpid(self._child, 0)


def _become(stdin: int, stdout: int) -> None:
    os.dup2(stdin, 0)
    os.dup2(stdout, 1)
    os.closerange(3, 1024)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, "utf-8", "backslashreplace", closefd=False)


class Plugin:
    """A plugin of pytest that makes the tests use ``ForkServer``."""

    @staticmethod
    def pytest_configure(config: Any) -> None:
        """Register the marker of xdist, which is not used here."""
        config.addinivalue_line("markers", "xdist_group: tests that one worker runs")

    @staticmethod
    def pytest_collection_finish() -> None:
        """Replace the function that starts the process."""
        forked: Any = importlib.import_module("support.forked")
        forked._start = ForkServer  # noqa: SLF001 - it is for this only
