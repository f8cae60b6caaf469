"""Reads input that an option refers to: a file, or a secret on standard input."""

from __future__ import annotations

import errno
import os
import stat
import sys

from iamcli import interrupts
from iamcli.errors import Failure, file_error
from iamcli.quoting import quoted

#: The maximum size of a file (bytes), far more than the service accepts.
MAX_SIZE = 1 << 20
#: The maximum size of a line of standard input (bytes), far more than a password or a code has.
MAX_LINE = 1 << 12
#: How long a named pipe that no program has opened for writing is waited for (seconds).
WRITER_TIMEOUT = 60.0


def read(file: str | int, size: int = sys.maxsize) -> bytes:
    """Return at most ``size`` bytes of ``file``: its name, or a descriptor, which is closed.

    Raises OSError or ValueError if it cannot be read, or if it is a named pipe to which no program
    writes. Source: LEGACY.md (named pipes).
    """
    number = file if isinstance(file, int) else descriptor(file)
    try:
        named = not isinstance(file, int) and stat.S_ISFIFO(os.fstat(number).st_mode)
        ready = not named or is_ready(number, WRITER_TIMEOUT)
        # A pipe is at its end at once if no program has opened it.
        if not (content := read_from(number, size)) and not ready:
            raise OSError(errno.EPIPE, f"no program wrote to it for {WRITER_TIMEOUT:.0f} seconds")
        return content
    finally:
        os.close(number)


def read_from(number: int, size: int, *, line: bool = False) -> bytes:
    """Return ``size`` bytes of a descriptor, or what there is until the end.

    ``line``: only the next line. All other bytes are left to the next reader. Waits also if another
    process has set the descriptor to non-blocking. Raises OSError.
    """
    content = bytearray()
    with _interruptible(os.fstat(number)):
        while len(content) < size and not (line and content.endswith(b"\n")):
            try:
                part = os.read(number, 1 if line else min(size - len(content), 1 << 16))
            except BlockingIOError:
                is_ready(number)
                continue
            if not part:
                break
            content += part
    return bytes(content)


def is_ready(number: int, seconds: float | None = None) -> bool:
    """Wait for ``seconds``, or any time, and return whether a descriptor can be read.

    On macOS, at once for a terminal.
    """
    import select

    with interrupts.Interruptible():
        poll = select.poll()
        poll.register(number, select.POLLIN)
        return bool(poll.poll(None if seconds is None else seconds * 1000))


def _interruptible(state: os.stat_result) -> interrupts.Interruptible:
    """Return the block in which a file with this ``state`` is opened and read."""
    return interrupts.Interruptible(ticks=not stat.S_ISREG(state.st_mode))


def descriptor(name: str) -> int:
    """Return a descriptor of the file ``name``, open for reading, of a named pipe without waiting.

    Pipes of ksh93 and Node.js are sockets, which Linux cannot open by a name such as
    ``/dev/stdin``; their descriptor is duplicated.
    """
    try:
        with _interruptible(state := os.stat(name)):
            waiting = os.O_NONBLOCK if stat.S_ISFIFO(state.st_mode) else 0
            return os.open(name, os.O_RDONLY | waiting)
    except OSError as error:
        number = _named_descriptor(name)
        if error.errno != errno.ENXIO or number is None:
            raise
        return os.dup(number)


def _named_descriptor(name: str) -> int | None:
    """Return the descriptor of this process that ``name`` means, or None. Source: proc(5)."""
    if name == "/dev/stdin":
        return 0
    folder, _, number = name.rpartition("/")
    known = folder in {"/dev/fd", "/proc/self/fd"} and number.isascii() and number.isdecimal()
    return int(number) if known else None


def text(name: str, what: str) -> str:
    """Return the text of the file ``name``, which contains ``what`` ("the policy"), unchanged.

    Raises Failure if it is no file, unreadable, empty, larger than MAX_SIZE or not UTF-8. Source:
    LEGACY.md (named files).
    """
    if not name:
        raise Failure(f"the file name for {what} is empty")
    try:
        if stat.S_ISDIR(os.stat(name).st_mode):
            raise Failure(f"{name} is a directory; {what} must be a file")
        content = read(name, MAX_SIZE + 1)
    except (OSError, ValueError) as error:
        stdin = "; to read standard input, specify /dev/stdin" if name == "-" else ""
        failure = Failure(f"cannot read {what} from {name}: {file_error(error)}{stdin}")
        bare = name.removeprefix("file://")
        if bare != name and os.path.isfile(bare):
            failure.hint = f"type the name without file://, which only aws takes: {quoted(bare)}"
        raise failure from None
    if not content:
        raise Failure(f"{name} is empty; it must contain {what}")
    if len(content) > MAX_SIZE:
        raise Failure(f"{name} is larger than {MAX_SIZE} bytes, which is too large for {what}")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Failure(f"{name}, line {line}: not UTF-8; {what} must be text") from None


def regular(name: str) -> int:
    """Return a descriptor of the regular file ``name``, opened without waiting.

    Raises OSError or ValueError, also if it is something else.
    """
    number = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
    if stat.S_ISREG(os.fstat(number).st_mode):
        return number
    os.close(number)
    raise OSError(errno.EINVAL, "not a regular file", name)


def content(name: str) -> bytes | None:
    """Return at most MAX_SIZE bytes of ``name``; None if it is no regular file, or unreadable."""
    try:
        return read(regular(name), MAX_SIZE)
    except (OSError, ValueError):
        return None


def certificate(name: str, what: str) -> str:
    """Return the text of ``what`` ("the certificate") in the file ``name``, unchanged.

    Raises Failure as ``text`` does, and if the file contains a private key. Source: LEGACY.md
    (private keys).
    """
    content = text(name, what)
    refuse_private_key(content, name, what, "a file that contains only certificates")
    return content


def refuse_private_key(content: str, where: str, what: str, instead: str) -> None:
    """Raise Failure if ``content``, which is to be sent as ``what``, contains a private key.

    ``where``: the name of the file or option; ``instead``: what the user can specify instead.
    """
    if _has_label(content, "PRIVATE KEY"):
        why = f"a private key, which must not be sent as {what}"
        raise Failure(f"{where} contains {why}; specify {instead}")


def private_key(name: str) -> str:
    """Return the private key in the file ``name``; raise as ``text``, and if it is encrypted."""
    content = text(name, "the private key")
    header = "".join(content.split()).upper()
    if _has_label(content, "ENCRYPTED PRIVATE KEY") or "PROC-TYPE:4,ENCRYPTED" in header:
        raise Failure(
            f"{name} is encrypted with a passphrase; specify the private key without one, for "
            "example as written by: openssl pkey -in FILE -out NEWFILE"
        )
    return content


def _has_label(content: str, label: str) -> bool:
    """Return whether a first or last line of PEM in ``content`` contains ``label``.

    A key that is damaged by line breaks, by case or by null characters (UTF-16) is still a key.
    """
    import re

    words = label.replace(" ", r"\s+")
    pattern = rf"--\s*(BEGIN|END)\s[^-]*\b{words}\b"
    return bool(re.search(pattern, content.replace("\0", ""), re.IGNORECASE))


def secret(value: str, what: str, *, new: bool = False) -> str:
    """Return ``value``, or a line of standard input if it is ``-``.

    A terminal is prompted for ``what`` ("New password") without echo; if ``new``, twice, until both
    lines are the same. Raises Failure if there is no line, or it is not UTF-8. Source: LEGACY.md
    (the password commands).
    """
    if value != "-":
        return value
    name = what.lower()
    if sys.stdin is None:
        raise Failure(f"cannot read the {name}: standard input is closed")
    try:
        if sys.stdin.isatty():
            line = _prompted(what, new=new)
        else:
            line = read_from(sys.stdin.fileno(), MAX_LINE, line=True)
        text = line.decode().rstrip("\r\n")
    except OSError as error:
        raise Failure(f"cannot read the {name}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"the {name} on standard input is not UTF-8") from None
    if not text:
        raise Failure(f"no {name} on standard input")
    return text


def _prompted(what: str, *, new: bool) -> bytes:
    """Return what is typed at a prompt, or nothing at the end of the input (Ctrl-D)."""
    from iamcli.config import readpassphrase

    try:
        typed = readpassphrase.read(f"{what}: ")
        while new and typed and readpassphrase.read(f"{what} again: ") != typed:
            typed = readpassphrase.read(f"The passwords do not match; try again.\n{what}: ")
    except EOFError:
        return b""
    except OSError:
        # When a terminal is closed, SIGHUP may arrive a moment later.
        interrupts.pause(0.1)
        return b""
    return typed
