"""Start a cluster of Ceph, run the tests with it, and end everything: see ``run``.

However it ends, no process stays, and no file outside build/: each process that a test has started
becomes a child of this one when its own parent ends, and is killed by its ID.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import packages
from support.ceph import PATIENCE, Cluster, Failed, end_with_parent

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NOT_POSSIBLE = 77
#: A directory in memory, and the room that it has to have (bytes).
MEMORY, ROOM = Path("/dev/shm"), 600 << 20
_PR_SET_CHILD_SUBREAPER = 36
#: How long the tests may take to end after a signal (seconds).
GRACE = 20


class Stopped(BaseException):
    """A signal has come, the first one."""


def main() -> NoReturn:
    """Run the tests, with the arguments of pytest; end as they did, or by the signal that came."""
    stopped: list[int] = []

    def stop(number: int, _frame: object) -> None:
        stopped.append(number)
        if len(stopped) == 1:
            raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    status = 1
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(prefix="iamcli-ceph-", dir=_place()))
        status = _tests(folder)
    except packages.Impossible as why:
        print(f"test-ceph: {why}; not tested", file=sys.stderr)
        status = NOT_POSSIBLE
    except Failed as failure:
        print(f"test-ceph: {failure}", file=sys.stderr)
    except Stopped:
        pass
    finally:
        stopped.append(0)  # from now on, no signal interrupts
        _end_children()
        if folder:
            shutil.rmtree(folder)
    if stopped[0]:
        signal.signal(stopped[0], signal.SIG_DFL)
        os.kill(os.getpid(), stopped[0])
    sys.exit(status)


def _place() -> Path | None:
    """Return where the temporary directory is to be; None for the usual place."""
    with contextlib.suppress(OSError):
        if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
            return MEMORY
    return None


def _tests(folder: Path) -> int:
    """Start the cluster in ``folder`` and run the tests; return their exit status."""
    root = packages.unpacked(folder / "download")
    began = time.monotonic()
    data = folder / "cluster"
    data.mkdir()
    cluster = Cluster(root, data)
    cluster.start()
    _, url = cluster.gateway()
    print(f"test-ceph: the gateway answers after {time.monotonic() - began:.0f} s", flush=True)
    settings = {
        "CEPH_ROOT": str(root),
        "CEPH_FOLDER": str(data),
        "CEPH_URL": url,
        # Otherwise, files would be beside the tests.
        "PYTHONPYCACHEPREFIX": str(packages.UNPACKED.with_name("ceph-byte-code")),
    }
    words = ["-p", "no:cacheprovider", f"--basetemp={folder / 'tests'}", "-n", "3"]
    tests = subprocess.Popen(
        [ROOT / ".venv/bin/pytest", *words, *sys.argv[1:], HERE],
        cwd=ROOT,
        env={**os.environ, **settings},
        preexec_fn=end_with_parent,  # noqa: PLW1509 - there are no other threads
    )
    try:
        return tests.wait()
    except Stopped:
        # Ctrl-C has reached them as well. They say which test was interrupted.
        tests.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            tests.wait(GRACE)
        raise


def _end_children() -> None:
    """Kill all processes that were started here, also by others, and wait until they have ended."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        for child in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        try:
            # Those of a child become children of this process when it has ended.
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> Iterator[int]:
    """Yield the IDs of the children of this process."""
    for task in Path("/proc/self/task").iterdir():
        yield from map(int, (task / "children").read_text().split())


main()
