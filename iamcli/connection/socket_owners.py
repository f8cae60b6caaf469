"""Which users own the TCP sockets of this machine, as /proc/net/tcp lists them."""

from __future__ import annotations

import socket
import sys

#: The sockets of IPv4. A process that connects with IPv6 is not in it; iam-* commands do not.
_SOCKETS = "/proc/net/tcp"
#: The states of a connection and of a socket that waits for connections there.
ESTABLISHED = "01"
LISTENING = "0A"
#: The other end of a socket that waits for connections.
NOBODY = ("0.0.0.0", 0)  # noqa: S104 - nothing listens there
#: How often the sockets are read to find one.
_ATTEMPTS = 3


def users(local: tuple[str, int], remote: tuple[str, int], state: str) -> set[int]:
    """Return the users of the sockets with these two addresses of IPv4 in ``state``.

    Raises OSError if an address is another one, and FileNotFoundError if there is no /proc.
    """
    wanted = [_written(*local), _written(*remote), state]
    # While connections end, the kernel can list a socket twice, or not at all.
    return next(filter(None, (_users(wanted) for _ in range(_ATTEMPTS))), set())


def _users(wanted: list[str]) -> set[int]:
    with open(_SOCKETS, encoding="ascii") as file:
        lines = [line.split() for line in file.readlines()[1:]]
    # Of a socket that was closed, the kernel shows root as the user, and no inode.
    return {int(line[7]) for line in lines if line[1:4] == wanted and line[9] != "0"}


def _written(host: str, port: int) -> str:
    """Return an address as the kernel writes it: a number in the byte order of the machine."""
    number = int.from_bytes(socket.inet_aton(host), sys.byteorder)
    return f"{number:08X}:{port:04X}"
