"""Records which lines of iamcli a test executes, also in the processes that the test starts.

``insert.py`` inserts the calls of ``hit``. A process belongs to the test that runs in the nearest
ancestor that has called ``begin``. A record is a line ``FILE LINE`` in a file that is named after
the test.

Usage: python tools/mutation/executed.py [PART], which prints the files of a part, or the parts
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

#: The parts of iamcli whose lines are recorded, and their folders or files.
PARTS = {
    **{
        part: f"iamcli/{part}"
        for part in (
            *("client", "config", "help", "hints", "installation", "operations", "output"),
            *("parsing", "policies"),
        )
    },
    **{
        part: f"iamcli/cli/{part}"
        for part in (
            *("check", "completion", "doctor", "explain", "recreate", "run", "sandbox"),
            "snapshot",
        )
    },
    "runner": "iamcli/runner.py",
}
#: The folder of the records.
RECORDS = str(Path(__file__).resolve().parents[2] / "build" / "executed")

_seen: set[str] = set()
#: The process that the rest belongs to, the file with the name of its test, the time at which that
#: was written (nanoseconds), and the file of its record.
_process = 0
_test_file: Path | None = None
_written = 0
_file = ""


def files(part: str) -> list[str]:
    """Return the files of a part, relative to the current directory."""
    path = Path(PARTS[part])
    return sorted(str(file) for file in (path.rglob("*.py") if path.is_dir() else [path]))


def begin(test: str) -> None:
    """Record for ``test``, which this process runs, and so do the processes that it starts."""
    global _process  # noqa: PLW0603 - one per process
    _process = 0
    Path(RECORDS, f"{os.getpid()}.test").write_text(test, encoding="utf-8")


def hit(name: str, line: int) -> None:
    """Record that ``line`` of the file ``name`` is executed."""
    global _process, _test_file, _written, _file  # noqa: PLW0603 - one per process
    if _process != os.getpid():
        _process = os.getpid()
        _test_file = _file_of_test()
        _written = -1
    # A server runs for several tests.
    written = _test_file.stat().st_mtime_ns if _test_file else 0
    if written != _written:
        _written = written
        test = _test_file.read_text(encoding="utf-8") if _test_file else "none"
        _file = f"{RECORDS}/{test}.lines"
        _seen.clear()
    record = f"{name} {line}\n"
    if record not in _seen:
        _seen.add(record)
        # A test may limit the files of its processes.
        with contextlib.suppress(OSError), Path(_file).open("a", encoding="utf-8") as file:
            file.write(record)


def _file_of_test() -> Path | None:
    """Return the file with the test of the nearest ancestor that has one, None if none has."""
    process = os.getpid()
    while process > 1:
        file = Path(RECORDS, f"{process}.test")
        if file.exists():
            return file
        status = Path(f"/proc/{process}/stat").read_text(encoding="latin-1")
        process = int(status.rpartition(")")[2].split()[1])
    return None


if __name__ == "__main__":
    print(*(files(sys.argv[1]) if sys.argv[1:] else PARTS), sep="\n")
