"""What gives botocore credentials: the program of a ``credential_process``, and the user."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess

from iamcli import interrupts
from iamcli.config import readpassphrase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The time for the program to end after Ctrl-C, which the terminal sends to it, too (seconds).
_GRACE = 0.25
#: The maximum size of a line with a code (bytes).
_MAX_LINE = 1 << 12


class CredentialProgram(subprocess.Popen[bytes]):
    """The program of a ``credential_process``, which can read only from a terminal.

    Otherwise standard input may be a list of the script. The parameters are those of Popen, with
    pipes for what it writes. Source: LEGACY.md (programs for credentials).
    """

    def __init__(self, arguments: list[str], **settings: Any) -> None:
        source = None if os.isatty(0) else subprocess.DEVNULL
        super().__init__(arguments, stdin=source, **settings)

    def communicate(self, *_: Any, **__: Any) -> tuple[bytes, bytes]:
        """Wait for the end of the program; return what it wrote to both streams."""
        assert self.stdout  # noqa: S101 - for mypy
        assert self.stderr  # noqa: S101
        numbers = (self.stdout.fileno(), self.stderr.fileno())
        written = {number: bytearray() for number in numbers}
        reading = list(numbers)
        try:
            while reading:
                for number in interrupts.wait(*reading):
                    part = os.read(number, 1 << 16)
                    written[number] += part
                    if not part:
                        reading.remove(number)
            interrupts.wait_for_child(self.poll)
        except KeyboardInterrupt:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.wait(_GRACE)
            raise
        finally:
            self.stdout.close()
            self.stderr.close()
        return bytes(written[numbers[0]]), bytes(written[numbers[1]])


def code(prompt: str) -> str:
    """Return the code of an MFA device, which is typed at ``prompt`` without echo.

    If there is no terminal, it is a line of standard input. Raises EOFError if there is no line.
    """
    try:
        line = readpassphrase.read(prompt)
    except OSError as error:
        if error.errno != errno.ENOTTY:
            raise
        os.write(2, prompt.encode())
        line = interrupts.read(0, _MAX_LINE, line=True)
        if not line:
            raise EOFError from None
    return line.decode().rstrip("\r\n")
