"""Programs that run on a terminal, with pexpect."""

from __future__ import annotations

import io
import os
import re
import select
import termios
import threading
from typing import TYPE_CHECKING

import pexpect

from support.limits import TIMEOUT
from support.streams import read

if TYPE_CHECKING:
    import signal
    from collections.abc import Mapping
    from pathlib import Path

#: Rows and columns: with so many, shells neither wrap lines nor page lists.
SIZE = (200, 150)
#: The size of the terminal that people are given.
USUAL_SIZE = (24, 80)
PROMPT = "READY> "
#: Sequences that move the cursor: what follows them is another line.
MOVE = re.compile(r"\x1b\[[0-9;]*[A-DH]|\r")
CONTROL = re.compile(r"\x1b[\[(][0-9;?]*[A-Za-z]|\x1b[=>]|[\x00\x07\x08]")


def rows(shown: str, columns: int = USUAL_SIZE[1]) -> list[str]:
    """Return the rows of a terminal that has shown ``shown``, those that scrolled away first.

    The last row is that of the cursor. Understands lines, carriage returns, the erasing of the rest
    of a line, and colours; anything else is an error.
    """
    done: list[str] = []
    row, column = "", 0
    for part in re.findall(r"\x1b\[K|\x1b\[\d*m|.|\n", shown):
        if part == "\n":
            done.append(row)
            row, column = "", 0
        elif part == "\r":
            column = 0
        elif part == "\x1b[K":
            row = row[:column]
        elif part[0] != "\x1b":
            assert part.isprintable(), part
            if column == columns:
                done.append(row)
                row, column = "", 0
            row = f"{row[:column]:{column}}{part}{row[column + 1 :]}"
            column += 1
    return [*done, row]


def terminal_pair() -> tuple[int, int]:
    """Return both ends of a terminal that changes nothing of what is written to it."""
    master, slave = os.openpty()
    modes = termios.tcgetattr(slave)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    return master, slave


def read_now(master: int) -> str:
    """Return what has been written to a terminal."""
    shown = b""
    while select.select([master], [], [], 0)[0]:
        shown += os.read(master, 1 << 16)
    return shown.decode()


class Terminal:
    """A program on its own terminal; ``size``: its rows and columns."""

    def __init__(
        self,
        program: str | Path,
        *arguments: str,
        env: Mapping[str, str],
        size: tuple[int, int] = SIZE,
    ) -> None:
        self._record = io.StringIO()
        self._child = pexpect.spawn(
            str(program),
            list(arguments),
            env=dict(env),
            encoding="utf-8",
            codec_errors="replace",
            timeout=TIMEOUT,
            dimensions=size,
        )
        self._child.logfile_read = self._record
        self._child.delaybeforesend = None
        # A program that has ended needs no time to do so.
        self._child.ptyproc.delayafterclose = 0

    @property
    def pid(self) -> int:
        """The process ID of the program."""
        return int(self._child.pid)

    @property
    def shown(self) -> str:
        """Everything that the terminal has shown."""
        return self._record.getvalue()

    def type(self, text: str) -> None:
        """Type ``text``, which includes the newline that ends a line."""
        self._child.send(text)

    def paste(self, text: str) -> None:
        """Type a long ``text``, and read meanwhile what is shown: else the program may wait."""
        typing = threading.Thread(target=self.type, args=(text,), daemon=True)
        typing.start()
        while typing.is_alive():
            self._child.expect_exact(pexpect.TIMEOUT, timeout=0.01)

    def wait_for(self, text: str) -> str:
        """Wait until the terminal shows ``text``; return what it showed before it."""
        self._child.expect_exact(text)
        return str(self._child.before)

    def echoes(self) -> bool:
        """Return whether the terminal shows what is typed."""
        return bool(self._child.getecho())

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self._child.kill(number)

    def wait(self) -> int:
        """Wait for the end of the program; return its status as subprocess does."""
        if not self._child.closed:
            self._child.expect(pexpect.EOF)
        self._child.wait()
        read(self.shown)
        killed_by = self._child.signalstatus
        return int(self._child.exitstatus if killed_by is None else -killed_by)

    def hang_up(self) -> int:
        """Close the terminal as its window would; return the status of the program."""
        # pexpect's close() sends signals itself; here the kernel's SIGHUP is the only one.
        self._child.ptyproc.fileobj.close()
        self._child.closed = True
        return self.wait()

    def status(self) -> int:
        """Wait for the end of the program and close the terminal; return the status."""
        status = self.wait()
        self.close()
        return status

    def close(self) -> None:
        """Close the terminal and kill the program if it still runs."""
        read(self.shown)
        try:
            self._child.close(force=True)
        except pexpect.ExceptionPexpect:
            # It was killed, and takes longer to end than pexpect waits.
            self._child.wait()


class Typist:
    """Types command lines on terminals; ``home`` is the current directory."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self.home = home
        self._env = env

    def __call__(
        self, line: str, env: Mapping[str, str] | None = None, size: tuple[int, int] = USUAL_SIZE
    ) -> str:
        """Type ``line`` into a shell, and return what its terminal of ``size`` has shown."""
        terminal = self.start(line, env, size)
        terminal.status()
        return terminal.shown

    def start(
        self, line: str, env: Mapping[str, str] | None = None, size: tuple[int, int] = USUAL_SIZE
    ) -> Terminal:
        """Type ``line`` into a shell, and return its terminal."""
        line = f"cd {self.home}; {line}"
        return Terminal("sh", "-c", line, env={**self._env, **(env or {})}, size=size)

    def at_prompt(self, program: str, *arguments: str, line: str, env: Mapping[str, str]) -> str:
        """Type ``line`` at the prompt of a shell; return what its usual screen has shown then.

        ``program`` and ``arguments``: the shell; ``env``: more variables. The text is without
        sequences that move the cursor.
        """
        # The terminal has few abilities, so that the shells use little of them.
        variables = {**self._env, "TERM": "dumb", "COLUMNS": "80", **env}
        shell = Terminal(program, *arguments, env=variables, size=USUAL_SIZE)
        try:
            shell.type(f"cd {self.home}; echo BE''GIN\r")
            shell.wait_for("BEGIN\r\n")
            shell.type(f"{line}; echo EN''D\r")
            return CONTROL.sub("", shell.wait_for("END\r\n"))
        finally:
            shell.close()


class InteractiveShell:
    """A shell on a terminal that runs the line ``setup`` first."""

    def __init__(self, program: str, *arguments: str, env: Mapping[str, str], setup: str) -> None:
        self._terminal = Terminal(program, *arguments, env=env)
        # The quotes keep the echo of this line from being taken for the prompt.
        self._terminal.type(f"{setup}; PS1='REA''DY> '\r")
        self._terminal.wait_for(PROMPT)

    def typed(self, keys: str) -> str:
        """Type ``keys``, discard the command line, and return what the terminal showed."""
        self._terminal.type(f"{keys}\x15echo DO''NE\r")
        shown = self._terminal.wait_for("DONE\r\n")
        self._terminal.wait_for(PROMPT)
        return CONTROL.sub("", MOVE.sub("\n", shown))

    def line(self, keys: str) -> list[str]:
        """Type ``keys``, and return the arguments that are on the command line then."""
        shown = self.typed(f"{keys}\x01printf '{{%s}}' \r")
        return re.findall(r"\{([^%}]*)\}", shown)

    def close(self) -> None:
        """End the shell."""
        self._terminal.close()
