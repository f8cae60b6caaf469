"""Running the checkout's programs as processes that see nothing of whoever runs the tests."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = ROOT / "bin"
TIMEOUT = 30


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return variables for a process that lives in ``home`` alone, its temporary files too."""
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        **more,
    }


def run(*words: str | Path, env: dict[str, str], **more) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; return its status and what it printed."""
    more = {"stdin": subprocess.DEVNULL, "timeout": TIMEOUT, **more}
    return subprocess.run(words, env=env, capture_output=True, text=True, check=False, **more)


def wait_until(true: Callable[[], object]) -> None:
    """Wait until ``true()``; fail where that takes too long."""
    limit = time.monotonic() + TIMEOUT
    while not true():
        assert time.monotonic() < limit, "it did not happen"
        time.sleep(0.02)


def running(home: Path) -> dict[int, str]:
    """Return the processes that live in ``home``: the id and the command line of each."""
    marker = f"\0HOME={home}\0".encode()
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker in b"\0" + (process / "environ").read_bytes():
                found[int(process.name)] = (process / "cmdline").read_text().replace("\0", " ")
    return found


def left_behind(home: Path) -> list[str]:
    """Return the processes that live in ``home``, and its temporary files."""
    return [*running(home).values(), *map(str, (home / "tmp").iterdir())]


class Terminal:
    """A program on a terminal of its own: what is typed goes in, what it shows is kept."""

    def __init__(self, *words: str | Path, env: dict[str, str]) -> None:
        """Start the program; ``words`` as for run()."""
        self.shown = ""
        self._master, slave = os.openpty()
        # The session's leader gets the terminal by opening it.
        opened = f'exec "$0" "$@" <{os.ttyname(slave)} >{os.ttyname(slave)} 2>&1'
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", opened, *words], env=env, start_new_session=True
        )
        self._slave = slave

    def type(self, text: str) -> None:
        """Type ``text``; a line ends with its newline."""
        os.write(self._master, text.encode())

    def wait_for(self, text: str) -> None:
        """Wait until ``text`` has been shown."""
        wait_until(lambda: self._read() or text in self.shown)

    def status(self) -> int:
        """Wait for the program's end; return its exit status."""
        wait_until(lambda: self._read() or self.process.poll() is not None)
        self._read()
        self.close()
        return self.process.returncode

    def echoes(self) -> bool:
        """Return whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._slave)[3] & termios.ECHO)

    def close(self) -> None:
        """Close the terminal, as its window would."""
        os.close(self._slave)
        os.close(self._master)

    def _read(self) -> None:
        while select.select([self._master], [], [], 0)[0]:
            self.shown += os.read(self._master, 4096).decode()
