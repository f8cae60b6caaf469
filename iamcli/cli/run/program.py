"""A process of the server that becomes the console program which handed its command over."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the enumerations of signal take time
import ast
import contextlib
import fcntl
import io
import os
import resource
import socket
import sys
import time

from botocore.credentials import SSOProvider
from botocore.loaders import Loader
from botocore.tokens import SSOTokenProvider

from iamcli import handover, interrupts
from iamcli.cli import index
from iamcli.connection import processes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from iamcli.runner import Program

#: A second SIGINT within this time is ignored: the terminal sends one to this process, and the
#: console program passes its own on (seconds).
_REPEAT_INTERVAL = 0.2
#: The exit status of this process if it did not run the command; if something differs, its place
#: among what is compared is added.
NOT_RUN = 100
#: The time in which a program sends everything (seconds).
SENDING = 2.0
#: The maximum size of what a program sends (bytes): more than the kernel lets a program have.
_MAX_SIZE = 64 << 20
#: A program may have less memory than this process, which has imported everything.
_MEMORY_LIMITS = {
    getattr(resource, name) for name in ("RLIMIT_AS", "RLIMIT_DATA") if hasattr(resource, name)
}


#: What may differ between the program and this process, besides ``handover.identity``.
SESSION, RIGHTS, MEMORY = COMPARED = ("the session", "what it may see or do", "the memory limit")


class Refused(Exception):  # noqa: N818 - not an error: the program runs the command itself
    """This process cannot become that program; the text is what differs."""


class Handover:
    """What a program has sent over ``connection``; the arguments are as for ``become``.

    Raises Refused if it is incomplete, or meant for another server. ``process``: the process ID of
    the program; ``numbers``: the numbers of its descriptors; ``received``: these descriptors in
    this process, the program's directory first.
    """

    def __init__(self, connection: socket.socket, peer: int, identity: dict[str, str]) -> None:
        begin, descriptors, _, _ = socket.recv_fds(connection, 8, handover.MAX_DESCRIPTORS)
        size = int.from_bytes(begin, "big")
        if size > _MAX_SIZE:
            raise ValueError
        with connection.makefile("rb") as file:
            parts = file.read(size).split(b"\0")
        theirs = parts[0].decode("utf-8", "surrogateescape").split("\n")
        for (name, own), other in zip(identity.items(), theirs, strict=True):
            if own != other:
                raise Refused(name)
        self.process = int(parts[1])
        self.mask = int(parts[2], 8)
        self.ignored, self.blocked, self.numbers = (
            [int(number) for number in part.split(b",") if number] for part in parts[3:6]
        )
        self.limits = parts[6]
        count = 8 + int(parts[7])
        self.arguments = [os.fsdecode(part) for part in parts[8:count]]
        self.variables = dict(part.split(b"=", 1) for part in parts[count:])
        self.received = descriptors
        if peer and peer != self.process:
            raise Refused(RIGHTS)


def become(connection: socket.socket, peer: int, identity: dict[str, str]) -> NoReturn:
    """Run the command of the program at the other end of ``connection``, then end the process.

    ``connection`` does not block until the command starts. ``peer``: the process ID of the program
    as the kernel reports it, 0 if it does not; ``identity``: what the program must have in common
    with the server. If this process cannot do exactly what the program would do, or if the program
    does not confirm that it waits, the process ends without running the command, with NOT_RUN or
    more.
    """
    status = NOT_RUN
    try:
        connection.settimeout(SENDING)
        order = Handover(connection, peer, identity)
        program = index.load(os.path.basename(order.arguments[0]))
        connection, pipe = _take_over(connection, order)
        connection.sendall(b"%s %d\n" % (handover.READY, os.getpid()))
        if connection.recv(1) == handover.START:
            connection.settimeout(None)
            processes.begin_with(order.process)
            _end_with(pipe)
            _run(program, connection, order.numbers)
    except Refused as refused:
        status += 1 + [*identity, *COMPARED].index(str(refused))
    finally:
        # Also after any exception. The program reads the end of the connection as a refusal.
        os._exit(status)


def _run(program: Program, connection: socket.socket, numbers: list[int]) -> NoReturn:
    """Run ``program`` and report its exit status."""
    interrupts.SignalState.repeat_interval = _REPEAT_INTERVAL
    try:
        status = program.main()
    finally:
        # The program may be followed by one that waits until nobody has its descriptors open.
        for number in numbers:
            with contextlib.suppress(OSError):
                os.close(number)
    with contextlib.suppress(OSError):
        connection.sendall(b"%s %d\n" % (handover.EXIT, status))
    os._exit(0)


def _take_over(connection: socket.socket, order: Handover) -> tuple[socket.socket, int]:
    """Make this process like the program in everything that a command can notice.

    Returns the connection and the pipe of the program, which have other descriptors then.
    """
    if _view(order.process) != _view("self"):
        raise Refused(RIGHTS)
    # The terminal sends signals to a process group, and only the foreground one may read from it.
    try:
        os.setpgid(0, os.getpgid(order.process))
    except OSError:
        raise Refused(SESSION) from None
    os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, order.process))
    if hasattr(os, "sched_getaffinity"):
        os.sched_setaffinity(0, os.sched_getaffinity(order.process))
    _set_limits(order)
    moved = _set_descriptors(connection, order)
    os.umask(order.mask)
    _set_variables(order.variables)
    sys.argv = order.arguments
    _set_signals(order)
    return moved


def _view(process: int | str) -> list[str]:
    """Return what decides what a ``process`` sees and may do, as far as it is known."""
    if sys.platform != "linux":
        return []
    names = ("root", "ns/mnt", "ns/net", "ns/user", "ns/uts")
    seen = [os.readlink(f"/proc/{process}/{name}") for name in names]
    with open(f"/proc/{process}/status", encoding="utf-8") as file:
        rights = [line for line in file if line.startswith(("Cap", "NoNewPrivs", "Seccomp"))]
    return seen + rights


def _set_limits(order: Handover) -> None:
    names = {getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")}
    if hasattr(resource, "prlimit"):
        limits = [(number, resource.prlimit(order.process, number)) for number in sorted(names)]
    else:
        limits = ast.literal_eval(order.limits.decode())
    for number, limit in limits:
        if number in _MEMORY_LIMITS and limit[0] != resource.RLIM_INFINITY:
            raise Refused(MEMORY)
        if limit != resource.getrlimit(number):
            resource.setrlimit(number, limit)


def _set_descriptors(connection: socket.socket, order: Handover) -> tuple[socket.socket, int]:
    """Give the received descriptors their numbers; close all others but those it returns."""
    above = max(order.numbers, default=0) + 1
    folder, pipe, *streams = (
        fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, above) for descriptor in order.received
    )
    moved = fcntl.fcntl(connection, fcntl.F_DUPFD_CLOEXEC, above)
    os.fchdir(folder)
    close_all_but({moved, pipe, *streams})
    for number, descriptor in zip(order.numbers, streams, strict=True):
        os.dup2(descriptor, number)
        os.close(descriptor)
    result = socket.socket(fileno=moved)
    result.settimeout(connection.gettimeout())
    connection.detach()
    sys.stdin = _stream(0, "r", "strict")
    sys.stdout = _stream(1, "w", "strict")
    sys.stderr = _stream(2, "w", "backslashreplace")
    return result, pipe


def close_all_but(kept: set[int]) -> None:
    """Close all descriptors of this process but those ``kept``."""
    for number in {*map(int, os.listdir("/dev/fd"))} - kept:
        with contextlib.suppress(OSError):
            os.close(number)


def _stream(number: int, mode: str, errors: str) -> io.TextIOWrapper:
    """Return a standard stream as Python makes it, None if the descriptor is closed."""
    try:
        os.fstat(number)
    except OSError:
        return None  # type: ignore[return-value]  # as Python does
    raw = io.FileIO(number, mode, closefd=False)
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED")) and mode == "w"
    buffer = io.BufferedReader if mode == "r" else io.BufferedWriter
    return io.TextIOWrapper(
        raw if unbuffered else buffer(raw),
        encoding="utf-8",
        errors=errors,
        line_buffering=raw.isatty() or number == 2,  # noqa: PLR2004 - standard error
        write_through=unbuffered,
    )


def _set_variables(variables: dict[bytes, bytes]) -> None:
    os.environb.clear()
    os.environb.update(variables)
    time.tzset()
    # botocore has looked for the home directory when it was imported.
    tokens = os.path.expanduser("~/.aws/sso/cache")
    SSOProvider._SSO_TOKEN_CACHE_DIR = SSOTokenProvider._SSO_TOKEN_CACHE_DIR = tokens  # noqa: SLF001
    Loader.CUSTOMER_DATA_PATH = os.path.expanduser("~/.aws/models")


def _set_signals(order: Handover) -> None:
    """Handle signals as Python does when it starts."""
    for number in _signal.valid_signals() - {_signal.SIGKILL, _signal.SIGSTOP}:
        ignored = number in order.ignored or number in (_signal.SIGPIPE, _signal.SIGXFSZ)
        wanted = _signal.SIG_IGN if ignored else _signal.SIG_DFL
        if _signal.getsignal(number) is not wanted:
            _signal.signal(number, wanted)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, order.blocked)


def _end_with(pipe: int) -> None:
    """Let the kernel end this process if the program ends, where it can; else the server does.

    ``pipe``: only the program can write to it. The kernel would also report the confirmation that
    was just received over the connection, if the program was interrupted while it sent it.
    """
    if sys.platform == "linux":
        os.set_blocking(pipe, False)
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETSIG, _signal.SIGKILL)
        flags = fcntl.fcntl(pipe, fcntl.F_GETFL)
        fcntl.fcntl(pipe, fcntl.F_SETFL, flags | os.O_ASYNC)
        # The program may have ended before.
        with contextlib.suppress(BlockingIOError):
            if not os.read(pipe, 1):
                os._exit(0)
