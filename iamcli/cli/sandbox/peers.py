"""Which user is at the other end of a connection, and who owns a process in the sandbox.

Both are read from /proc. Without it, nobody is known: but then no command finds the sandbox among
its parents either, and none reports itself (``iamcli.connection.parents``).
"""

from __future__ import annotations

import contextlib
import os
import socket

from iamcli.connection.parents import read
from iamcli.connection.socket_owners import ESTABLISHED, users

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def may_report(connection: socket.socket) -> bool:
    """Return whether the user at the other end may report a command of the sandbox.

    They are the user of this process, root, and each user who owns a process in the sandbox.
    """
    user = owner(connection)
    if user is None:
        return False
    return user in (os.geteuid(), 0) or user in _owners(os.getppid())


def owner(connection: socket.socket) -> int | None:
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


def _owners(sandbox: int) -> set[int]:
    """Return the users of all processes whose parents include the process ``sandbox``."""
    processes = list(_processes())
    inside = {sandbox}
    # An ID that is used again meanwhile must not lead in a circle.
    while children := {number for number, parent, _ in processes if parent in inside} - inside:
        inside |= children
    return {user for number, _, user in processes if number in inside - {sandbox}}


def _processes() -> Iterator[tuple[int, int, int]]:
    """Yield the ID of each process that can be seen, that of its parent, and its effective user."""
    for name in filter(str.isdecimal, os.listdir("/proc")):
        with contextlib.suppress(OSError, ValueError):
            parent = read(name).parent
            with open(f"/proc/{name}/status", "rb") as file:
                users = next(line for line in file if line.startswith(b"Uid:")).split()
            yield int(name), parent, int(users[2])
