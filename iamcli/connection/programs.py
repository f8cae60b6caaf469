"""What gives botocore credentials: the program of a ``credential_process``, and the user."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
from types import SimpleNamespace

from iamcli.config import files, readpassphrase
from iamcli.interrupts import Window
from iamcli.output.redaction import OF_CREDENTIALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The maximum size of a line with a code (bytes).
_MAX_LINE = 1 << 12


def credential_program(arguments: list[str], **settings: Any) -> SimpleNamespace:
    """Run the program of a ``credential_process``, which can read only from a terminal.

    Otherwise standard input may be a list of the script. Takes what Popen takes, with pipes, and
    returns what botocore uses of a Popen. Source: docs/decisions.md (programs for credentials).
    """
    source = None if os.isatty(0) else subprocess.DEVNULL
    process = subprocess.Popen(arguments, stdin=source, **settings)  # noqa: S603 - as botocore does
    with Window():
        # After Ctrl-C, which the terminal sends to the program, too, this waits a moment for it.
        written = process.communicate()
    with contextlib.suppress(ValueError, RecursionError):
        OF_CREDENTIALS.gather(json.loads(written[0]))
    return SimpleNamespace(communicate=lambda: written, returncode=process.returncode)


def code(prompt: str, *, prompts: bool) -> str:
    """Return the code of an MFA device, which is typed at ``prompt`` without echo.

    If there is no terminal, it is a line of standard input. Raises EOFError if there is no line, or
    if nobody may be asked (not ``prompts``).
    """
    if not prompts:
        raise EOFError
    try:
        line = readpassphrase.read(prompt)
    except OSError as error:
        if error.errno != errno.ENOTTY:
            raise
        os.write(2, prompt.encode())
        line = files.read_from(0, _MAX_LINE, line=True)
        if not line:
            raise EOFError from None
    return line.decode().rstrip("\r\n")
