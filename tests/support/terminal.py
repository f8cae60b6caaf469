"""A shell on a terminal, and what it shows while somebody types."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIMEOUT = 30
#: A terminal so large that nothing is wrapped or shown page by page.
ROWS, COLUMNS = 200, 150
READY = b"READY> "
#: The cursor goes elsewhere: what follows is another line.
MOVE = re.compile(rb"\x1b\[[0-9;]*[A-DH]|\r")
CONTROL = re.compile(rb"\x1b[\[(][0-9;?]*[A-Za-z]|\x1b[=>]|[\x00\x07\x08]")


class Terminal:
    """A ``shell`` that runs in ``env`` on a terminal of its own, after the line ``setup``."""

    def __init__(self, shell: Sequence[str], env: Mapping[str, str], setup: str) -> None:
        self._terminal, other = pty.openpty()
        # Whoever leads a session and opens a terminal has it for its own.
        script = 'terminal=$1; shift; exec "$@" <"$terminal" >"$terminal" 2>&1'
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", os.ttyname(other), *shell],
            env=dict(env),
            start_new_session=True,
        )
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)
        self._send(f"{setup}; PS1='REA''DY> '\r")
        self._until(READY)
        # Not before the shell has it: a terminal that nobody has open cannot be read.
        os.close(other)

    def typed(self, keys: str) -> str:
        """Type ``keys``, drop the line, and return what was shown."""
        self._send(f"{keys}\x15echo DO''NE\r")
        shown = MOVE.sub(b"\n", self._until(b"DONE\r\n", READY))
        return CONTROL.sub(b"", shown).decode(errors="replace")

    def line(self, keys: str) -> list[str]:
        """Type ``keys``, and return the words of the line that stands there then."""
        shown = self.typed(f"{keys}\x01printf '{{%s}}' \r")
        return re.findall(r"\{([^%}]*)\}", shown)

    def close(self) -> None:
        """End the shell."""
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def _send(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def _until(self, *marks: bytes) -> bytes:
        """Read until the ``marks`` have come, one behind the other."""
        end = time.monotonic() + TIMEOUT
        shown = b""
        while True:
            at = 0
            for mark in marks:
                at = shown.find(mark, at)
                if at < 0:
                    break
                at += len(mark)
            else:
                return shown
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._terminal], [], [], left)[0]:
                raise TimeoutError(shown)
            shown += os.read(self._terminal, 1 << 16)
