"""What gives botocore credentials: the program of a ``credential_process``, and the user."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # as in iamcli.interrupts
import contextlib
import errno
import json
import math
import os
import selectors
import subprocess
import time
from types import SimpleNamespace

from iamcli.config import files, readpassphrase
from iamcli.errors import Failure
from iamcli.interrupts import DeferredSignals, Interruptible, install_handlers
from iamcli.output.redaction import CREDENTIAL_SECRETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The time until it is seen that a program has ended whose output is open, or closed (seconds).
_INTERVAL, _SHORT = 0.1, 0.005
_FAILED = "the credential_process {}; run it to see why"
#: The maximum size of each output of a program (bytes), as that of a response with credentials.
MAX_OUTPUT = 1 << 20
#: The time for what a program that has ended leaves to print the credentials (seconds).
AFTER_END = 10.0


def credential_program(
    arguments: list[str], *, prompts: bool, limits: tuple[float, float], **settings: Any
) -> SimpleNamespace:
    """Run the program of a ``credential_process``, which can read only from a terminal.

    Otherwise standard input may be a list of the script. ``prompts``: whether it may ask on the
    terminal; if not, or without one, it has a session of its own. ``limits``: its maximum time
    there, and with the terminal (seconds). Takes what Popen takes, with pipes, and returns what
    botocore uses of a Popen. Raises Failure if it needs longer. Source: docs/decisions.md (a
    credential_process).
    """
    asks = prompts and _has_terminal()
    source = None if asks and os.isatty(0) else subprocess.DEVNULL
    if not asks:
        # No signal for the group of this process ends the program.
        install_handlers()
    process = None
    try:
        # A signal while the program starts would leave it running.
        with DeferredSignals():
            process = subprocess.Popen(  # noqa: S603 - as botocore does
                arguments, stdin=source, start_new_session=not asks, **settings
            )
        with Interruptible():
            printed, errors = _read(process, limits[asks])
    except BaseException as error:
        if process and not asks:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, _signal.SIGKILL)
        elif process and not isinstance(error, KeyboardInterrupt):
            # A terminal sends Ctrl-C to the program itself.
            process.kill()
        raise
    with contextlib.suppress(ValueError, RecursionError):
        CREDENTIAL_SECRETS.gather(json.loads(printed))
    if printed:
        errors = b"it failed, but has printed something, maybe a secret; run it to see why"
    return SimpleNamespace(communicate=lambda: (printed, errors), returncode=process.wait())


def _read(process: subprocess.Popen[bytes], limit: float) -> tuple[bytes, bytes]:
    """Return what a program writes to standard output and to standard error.

    What it has started may keep them open after its end; then it is enough that it has failed, or
    has printed a complete JSON object or other text. Raises Failure after ``limit`` (seconds), or
    AFTER_END after its end, and if an output is larger than MAX_OUTPUT.
    """
    printed, errors = contents = bytearray(), bytearray()
    late, ended = time.monotonic() + limit, math.inf
    with selectors.PollSelector() as outputs:
        for pipe, content in zip((process.stdout, process.stderr), contents, strict=True):
            outputs.register(pipe, selectors.EVENT_READ, content)  # type: ignore[arg-type]
        while outputs.get_map() or process.poll() is None:
            status, now = process.poll(), time.monotonic()
            ended = ended if status is None else min(ended, now)
            for output, _ in outputs.select(_INTERVAL if outputs.get_map() else _SHORT):
                part = os.read(output.fd, MAX_OUTPUT)
                output.data.extend(part)
                if not part:
                    outputs.unregister(output.fd)
            if max(map(len, contents)) > MAX_OUTPUT:
                raise Failure(_FAILED.format(f"printed more than {MAX_OUTPUT} bytes"))
            # All that it wrote was read after its end.
            if status or (status == 0 and _is_complete(printed)):
                break
            if now > late:
                why = _FAILED.format(f"did not end within {limit:g} seconds")
                raise Failure(f"{why}, or increase IAMCLI_TIMEOUT, the limit of commands")
            if now > ended + AFTER_END:
                raise Failure(_FAILED.format("has ended without complete credentials"))
    return bytes(printed), bytes(errors)


def _is_complete(printed: bytearray) -> bool:
    """Return whether ``printed`` is text that does not begin as a JSON object, or a whole one."""
    text = printed.decode(errors="replace").lstrip()
    with contextlib.suppress(ValueError, RecursionError):
        json.JSONDecoder().raw_decode(text)
        return True
    return text[:1] not in ("", "{")


def _has_terminal() -> bool:
    with contextlib.suppress(OSError):
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
        return True
    return False


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
        line = files.read_from(0, files.MAX_LINE, line=True)
        if not line:
            raise EOFError from None
    return line.decode().rstrip("\r\n")
