"""What gives botocore credentials: the program of a ``credential_process``, and the user."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # as in iamcli.interrupts
import contextlib
import errno
import json
import math
import os
import re
import subprocess
import time
from types import SimpleNamespace

from iamcli.config import files, readpassphrase
from iamcli.errors import Failure
from iamcli.interrupts import Deferred, Window
from iamcli.output.redaction import OF_CREDENTIALS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

#: The maximum size of a line with a code (bytes).
_MAX_LINE = 1 << 12
#: The time until it is seen that a program has ended whose output is still open (seconds).
_INTERVAL = 0.1
#: What is between words, and the length of those that are secrets even if they are letters.
_BETWEEN = re.compile(r"[\s\"'`,;<>(){}\[\]\\]+")
_LONG_WORD = 16


class Session:
    """The session of a program: its process ``group``, 0 if it is in that of the terminal."""

    group = 0

    @staticmethod
    def end(number: int = _signal.SIGKILL) -> None:
        """Send the signal ``number`` to all that the program has started, if it is not 0."""
        with contextlib.suppress(OSError):
            if Session.group:
                os.killpg(Session.group, number)


def credential_program(
    arguments: list[str],
    *,
    prompts: bool,
    timeout: Callable[[], float],
    longest: float,
    **settings: Any,
) -> SimpleNamespace:
    """Run the program of a ``credential_process``, which can read only from a terminal.

    Otherwise standard input may be a list of the script. ``prompts``: whether it may ask on the
    terminal; if not, or without one, it has the time of ``timeout``, and always at most ``longest``
    (seconds). Takes what Popen takes, with pipes, and returns what botocore uses of a Popen. Raises
    Failure if it needs longer. Source: docs/decisions.md (programs for credentials).
    """
    asks = prompts and _has_terminal()
    source = None if asks and os.isatty(0) else subprocess.DEVNULL
    seconds = longest
    with contextlib.suppress(Failure):
        # iamcli doctor reports an invalid value by itself, and the commands have refused it before.
        seconds = min(timeout(), longest)
    with Deferred():
        process = subprocess.Popen(  # noqa: S603 - as botocore does
            arguments, stdin=source, start_new_session=not asks, **settings
        )
        Session.group = 0 if asks else process.pid
        try:
            with Window():
                written = _read(process, seconds, longest, asks=asks)
        except BaseException as error:
            interrupted = isinstance(error, KeyboardInterrupt)
            if not interrupted:
                process.kill()
            # A terminal sends Ctrl-C to the program itself.
            Session.end(_signal.SIGTERM if interrupted else _signal.SIGKILL)
            raise
        finally:
            Session.group = 0
    _keep_secrets(*written)
    return SimpleNamespace(communicate=lambda: written, returncode=process.wait())


def _read(
    process: subprocess.Popen[bytes], seconds: float, longest: float, *, asks: bool
) -> tuple[bytes, bytes]:
    """Return what a program writes to standard output and to standard error.

    What it has started may keep them open after its end; then it is enough that it has failed, or
    has printed JSON. Raises Failure after ``seconds``, which a program that ``asks`` has only for
    what it has started; ``longest``: their maximum, if there is one, also for such a program.
    """
    end = time.monotonic() + seconds
    status = None
    while True:
        try:
            return process.communicate(timeout=_INTERVAL)
        except subprocess.TimeoutExpired as waiting:
            printed, errors = waiting.output or b"", waiting.stderr or b""
        # All that it wrote was read after its end.
        if status is not None and (status != 0 or _json(printed) is not None):
            return printed, errors
        limited = not asks or status is not None or longest < math.inf
        if limited and time.monotonic() > end:
            more = ", or increase IAMCLI_TIMEOUT" if seconds < longest else ""
            problem = f"the credential_process did not end within {seconds:g} seconds"
            raise Failure(f"{problem}; run it to see why{more}")
        status = _status(process)


def _status(process: subprocess.Popen[bytes]) -> int | None:
    """Return the status, 0 only for a success, or None; its group keeps its number, if possible."""
    try:
        state = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except (AttributeError, ChildProcessError):
        return process.poll()
    return state.si_status if state else None


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return os.isatty(0)
    return True


def _json(printed: bytes) -> Any:
    """Return what was ``printed`` in JSON, None if it is not."""
    with contextlib.suppress(ValueError, RecursionError):
        return json.loads(printed)


def _keep_secrets(printed: bytes, errors: bytes) -> None:
    """Note the secrets that a program has ``printed``: any words of its ``errors``, if not JSON."""
    key = _json(printed)
    if isinstance(key, dict) and "SecretAccessKey" in key:
        OF_CREDENTIALS.gather(key)
        return
    shown = errors.decode(errors="replace")
    for text in _BETWEEN.split(printed.decode(errors="replace")):
        for part in (text, text.partition("=")[2], *re.split("[=:]", text)):
            word = part.strip(".!?")
            if word in shown and (len(word) >= _LONG_WORD or not word.isalpha()):
                OF_CREDENTIALS.add(word)


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
