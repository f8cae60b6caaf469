"""Run the programs of the checkout in an environment of their own."""

from __future__ import annotations

import contextlib
import functools
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.forked import Done
from support.limits import TIMEOUT
from support.requirements import PATH
from support.streams import read

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = ROOT / "bin"


@functools.cache
def _short_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def temporary_folder(home: Path) -> Path:
    """Make ``home`` and the directory ``tmp`` in it, if they are not there; return that.

    It is a link to one with a short name. If its name were long, ``iamcli run`` would have its
    sockets in ``/tmp``, where nobody would see what is left.
    """
    place = home / "tmp"
    if not place.exists():
        home.mkdir(parents=True, exist_ok=True)
        place.symlink_to(tempfile.mkdtemp(dir=_short_folder().name))
    return place


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return variables for a process whose files, temporary ones included, are in ``home``."""
    return {
        "HOME": str(home),
        "TMPDIR": str(temporary_folder(home)),
        "PATH": f"{Path(sys.executable).parent}:{PATH}",
        "LC_ALL": "C.UTF-8",
        **more,
    }


def run(
    *arguments: str | Path, env: dict[str, str], **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run a program until it ends; return its status and what it printed."""
    more = {"stdin": subprocess.DEVNULL, "timeout": TIMEOUT, **more}
    done = subprocess.run(arguments, env=env, capture_output=True, text=True, check=False, **more)
    Done(done.returncode, read(done.stdout), read(done.stderr)).told(arguments)
    return done


def wait_until(true: Callable[[], object]) -> None:
    """Wait until ``true()`` is true; fail if that takes longer than TIMEOUT seconds."""
    limit = time.monotonic() + TIMEOUT
    while not true():
        assert time.monotonic() < limit, f"timed out after {TIMEOUT} s"
        time.sleep(0.02)


def running(home: Path) -> dict[int, str]:
    """Return the processes whose HOME is ``home``: process ID and command line."""
    marker = f"\0HOME={home}\0".encode()
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker in b"\0" + (process / "environ").read_bytes():
                words = os.fsdecode((process / "cmdline").read_bytes())
                found[int(process.name)] = words.replace("\0", " ")
    return found


def left_behind(home: Path) -> list[str]:
    """Return the processes whose HOME is ``home``, and its temporary files."""
    return [*running(home).values(), *map(str, (home / "tmp").iterdir())]


def assert_nothing_left(home: Path) -> None:
    """Assert that the processes whose HOME is ``home`` end, and that no temporary file stays.

    A server may need a moment to end after the program that has started it.
    """
    with contextlib.suppress(AssertionError):
        wait_until(lambda: not left_behind(home))
    assert left_behind(home) == []


def blocked(process: int) -> bool:
    """Return whether a process sleeps for a while: it waits for something, not for a processor."""
    before = fields(process)[11:13]  # the processor's time that it has used
    for _ in range(5):
        if state(process) != "S":
            return False
        time.sleep(0.02)
    return state(process) == "S" and fields(process)[11:13] == before


def fields(process: int) -> list[str]:
    """Return what Linux says about a process, from its state on; see proc_pid_stat(5)."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()


def state(process: int) -> str:
    """Return the state of a process: "R" if it runs or could, "S" if it sleeps, "T" if stopped."""
    return fields(process)[0]


def activity(process: int) -> tuple[float, int]:
    """Return the processor time that a process has used (seconds), and how often it has waited."""
    place = Path(f"/proc/{process}")
    switches = (place / "status").read_text().partition("\nvoluntary_ctxt_switches:")[2].split()[0]
    return sum(map(int, fields(process)[11:13])) / os.sysconf("SC_CLK_TCK"), int(switches)


#: ``iamcli``, for a user whose passwd entry has the shell in the first argument, or who has none.
WITH_ENTRY = """
import os, pwd, sys

def entry(uid):
    if uid != os.getuid() or shell == "no entry":
        raise KeyError(uid)
    return pwd.struct_passwd(("bob", "x", uid, uid, "", "/", shell))

pwd.getpwuid, shell = entry, sys.argv.pop(1)
from iamcli.cli import main
sys.exit(main())
"""
