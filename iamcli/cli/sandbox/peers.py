"""Which user is at the other end of a connection, which processes are in the sandbox, and whose.

All is read from /proc. Without it, nobody is known: but then no command finds the sandbox among
its parents either, and none reports itself (``iamcli.connection.processes``).
"""

from __future__ import annotations

import contextlib
import os
import socket

from iamcli.connection.processes import ESTABLISHED, read, users

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamcli.connection.processes import Process


def may_report(connection: socket.socket) -> bool:
    """Return whether the user at the other end may report a command of the sandbox.

    They are the user of this process, root, and each user who owns a process in the sandbox.
    """
    user = user_of(connection)
    return user is not None and (user in (os.geteuid(), 0) or user in _owners(os.getppid()))


def user_of(connection: socket.socket) -> int | None:
    """Return the user of the process at the other end of a TCP ``connection`` on this machine.

    Returns None if it is not known, or if the other end is closed.
    """
    try:
        owners = users(connection.getpeername(), connection.getsockname(), ESTABLISHED)
        # If it is closed now, another process may have taken its port.
        return owners.pop() if len(owners) == 1 and _is_open(connection) else None
    except (OSError, ValueError, LookupError):
        return None


def _is_open(connection: socket.socket) -> bool:
    """Return whether the other end has not closed ``connection``; raise OSError if it is reset."""
    try:
        return bool(connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except BlockingIOError:
        return True


def _owners(sandbox: int) -> Iterator[int]:
    """Yield the effective users of all processes whose parents include the process ``sandbox``."""
    for process in descendants(processes(), sandbox):
        with contextlib.suppress(OSError), open(f"/proc/{process.number}/status", "rb") as file:
            yield int(next(line for line in file if line.startswith(b"Uid:")).split()[2])


def processes() -> list[Process]:
    """Return all processes that can be seen."""
    seen = []
    with contextlib.suppress(OSError):
        for name in filter(str.isdecimal, os.listdir("/proc")):
            with contextlib.suppress(OSError, ValueError):
                seen.append(read(name))
    return seen


def descendants(among: Sequence[Process], process: int) -> set[Process]:
    """Return those ``among`` some processes whose parents there include ``process``."""
    found: set[Process] = set()
    parents = {process}
    # An ID that is used again meanwhile must not lead in a circle.
    while children := {one for one in among if one.parent in parents} - found:
        parents = {one.number for one in children}
        found |= children
    return found
