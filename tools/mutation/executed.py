"""Records which lines of iamcli a test executes, also in the processes that the test starts.

``insert.py`` inserts the calls of ``hit``. A process belongs to the test that runs in the nearest
ancestor that has called ``begin``. A record is a line ``FILE LINE`` in a file that is named after
the test.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

#: The folders of the modules whose lines are recorded.
PARTS = tuple(
    f"iamcli/{part}" for part in ("client", "config", "operations", "output", "parsing", "policies")
)
#: The folder of the records.
RECORDS = str(Path(__file__).resolve().parents[2] / "build" / "executed")

_seen: set[str] = set()
#: The process that the cached test belongs to, and the file of its record.
_process = 0
_file = ""


def begin(test: str) -> None:
    """Record for ``test``, which this process runs, and so do the processes that it starts."""
    global _process  # noqa: PLW0603 - one per process
    Path(RECORDS, f"{os.getpid()}.test").write_text(test, encoding="utf-8")
    _process = 0


def hit(name: str, line: int) -> None:
    """Record that ``line`` of the file ``name`` is executed."""
    global _process, _file  # noqa: PLW0603 - one per process
    if _process != os.getpid():
        _process = os.getpid()
        _file = f"{RECORDS}/{_test()}.lines"
        _seen.clear()
    record = f"{name} {line}\n"
    if record not in _seen:
        _seen.add(record)
        # A test may limit the files of its processes.
        with contextlib.suppress(OSError), Path(_file).open("a", encoding="utf-8") as file:
            file.write(record)


def _test() -> str:
    """Return the name of the test that this process belongs to, or "none"."""
    process = os.getpid()
    while process > 1:
        file = Path(RECORDS, f"{process}.test")
        if file.exists():
            return file.read_text(encoding="utf-8")
        status = Path(f"/proc/{process}/stat").read_text(encoding="latin-1")
        process = int(status.rpartition(")")[2].split()[1])
    return "none"
