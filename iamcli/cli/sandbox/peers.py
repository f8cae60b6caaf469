"""Which user is at the other end of a connection, and who owns a process in the sandbox.

Both are read from /proc. Without it, nobody is known: but then no command finds the sandbox among
its parents either, and none reports itself (``iamcli.connection.parents``).
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys

from iamcli.connection.parents import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: The connections of IPv4. A process that connects with IPv6 is not in it; iam-* commands do not.
_CONNECTIONS = "/proc/net/tcp"
#: The state of an established connection there.
_ESTABLISHED = "01"
#: How often they are read to find one.
_ATTEMPTS = 3


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
        ends = [_written(*end) for end in (connection.getpeername(), connection.getsockname())]
        # While other connections end, the kernel can list one twice, or not at all.
        found = (_users(ends) for _ in range(_ATTEMPTS))
        users = next(filter(None, found), set())
        # If it is closed now, another process may have taken its port.
        return users.pop() if len(users) == 1 and _is_open(connection) else None
    except (OSError, ValueError, LookupError):
        return None


def _users(ends: list[str]) -> set[int]:
    """Return the users of the established connections between these two addresses."""
    with open(_CONNECTIONS, encoding="ascii") as file:
        # Of a socket that was closed, the kernel shows root as the user, and no inode.
        return {
            int(user)
            for local, remote, state, user, inode in map(_columns, file.readlines()[1:])
            if [local, remote, state] == [*ends, _ESTABLISHED] and inode != "0"
        }


def _written(host: str, port: int) -> str:
    """Return an address as the kernel writes it: a number in the byte order of the machine."""
    number = int.from_bytes(socket.inet_aton(host), sys.byteorder)
    return f"{number:08X}:{port:04X}"


def _columns(line: str) -> list[str]:
    """Return the addresses of both ends, the state, the user and the inode in a line."""
    columns = line.split()
    return [*columns[1:4], columns[7], columns[9]]


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
