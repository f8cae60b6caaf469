"""Reading what an option names: a file, or a secret from standard input."""

from __future__ import annotations

import os
import stat
import sys

from iamcli.errors import Failure
from iamcli.interrupts import Pending

#: Far more than the service takes of any document or certificate (bytes).
MAX_SIZE = 1 << 20


def text(name: str, what: str) -> str:
    """Return the text of the file ``name``, which holds ``what`` ("the policy").

    Line ends and blanks are kept. Raises Failure that names the file where it is absent, a
    folder, unreadable, empty, too large or not UTF-8. Ledger: a named file must exist.
    """
    if not name:
        raise Failure(f"no file is named for {what}")
    try:
        if stat.S_ISDIR(os.stat(name).st_mode):
            raise Failure(f"{name} is a folder; {what} has to be a file")
        with open(name, "rb") as file:
            content = file.read(MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Failure(f"cannot read {what} from {name}: {reason}") from None
    if not content:
        raise Failure(f"{name} is empty; {what} was expected in it")
    if len(content) > MAX_SIZE:
        raise Failure(f"{name} is larger than {MAX_SIZE} bytes; that cannot be {what}")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Failure(f"{name}, line {line}: not UTF-8; {what} has to be text") from None


def secret(value: str, what: str) -> str:
    """Return ``value``, or for ``-`` a line of standard input, asked for without echo on a
    terminal. ``what`` names it in the question ("New password"). Raises Failure where there is
    no line.
    """  # noqa: D205 - one sentence, two lines
    if value != "-":
        return value
    if sys.stdin is None:
        raise Failure(f"standard input is closed; the {what.lower()} was to come from it")
    line = _asked(what) if sys.stdin.isatty() else sys.stdin.buffer.readline(MAX_SIZE)
    try:
        text = line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Failure(f"the {what.lower()} on standard input is not UTF-8") from None
    if not text:
        raise Failure(f"standard input holds no line for the {what.lower()}")
    return text


def _asked(what: str) -> bytes:
    import getpass
    import warnings

    try:
        with warnings.catch_warnings():
            # A terminal whose echo cannot be switched off is gone.
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(f"{what}: ").encode("utf-8", "surrogateescape")
    except EOFError:
        return b""
    except (OSError, getpass.GetPassWarning):
        import time

        # A terminal that is gone sends SIGHUP, at times a moment later.
        time.sleep(0 if Pending.number else 0.1)
        if Pending.number:
            raise KeyboardInterrupt from None
        return b""
