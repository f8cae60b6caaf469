"""What /proc says: the sandbox that a process was started in, and the users of sockets.

A process finds its sandbox whatever has become of its environment. ``iamcli sandbox`` gives its own
process a name that contains the port of the private IAM. All that was started in it finds this name
among its parents in /proc, also as another user, and also if its own parent has ended
(``iamcli.cli.sandbox.launch.descendants``).
"""

from __future__ import annotations

import re
import sys
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.config.settings import Settings

#: The form of the name, which may have 15 characters.
_NAME = re.compile(r"iamcli:(\d{1,5})", re.ASCII)
#: The file that contains and sets the name of this process.
_OWN_NAME = "/proc/self/comm"
#: The sockets of IPv4. A process that connects with IPv6 is not in it; iam-* commands do not.
_SOCKETS = "/proc/net/tcp"
#: The states of a connection and of a socket that waits for connections there.
ESTABLISHED = "01"
LISTENING = "0A"
#: The other end of a socket that waits for connections.
NOBODY = ("0.0.0.0", 0)  # noqa: S104 - nothing listens there
#: How often all is read again if a parent or a connection has ended meanwhile.
_ATTEMPTS = 3


class Process(NamedTuple):
    """A process, as /proc shows it: the ``state`` is a letter, "T" if it was stopped."""

    number: int
    name: str
    state: str
    parent: int
    session: int

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"


#: The ID of the process with which the search begins.
_first = "self"


def begin_with(process: int) -> None:
    """Search the parents of the ``process`` with this ID, not those of this one.

    A server of ``iamcli run`` names the console program whose command it runs.
    """
    global _first  # noqa: PLW0603 - set once, after the server has forked
    _first = str(process)


def sandbox() -> str:
    """Return the address of the nearest sandbox's private IAM, without its secret path.

    Returns "" if there is none, or if /proc does not exist or hides the processes of other users.
    """
    for _ in range(_ATTEMPTS):
        process = _first
        try:
            while process != "0":
                one = read(process)
                if match := _NAME.fullmatch(one.name):
                    return address(int(match[1]))
                process = str(one.parent)
        except (FileNotFoundError, ProcessLookupError):
            # It has ended, and its children have another parent now.
            continue
        except (OSError, ValueError):
            break
        return ""
    return ""


def sandbox_left_by(settings: Settings) -> str:
    """Return the address of the private IAM to which ``settings`` should lead, but does not.

    Returns "" if it does, or if this process is in no sandbox.
    """
    private = sandbox()
    known = "/".join(settings.sandbox.split("/", 3)[:3])
    return "" if private == known else private


def address(port: int) -> str:
    """Return the address of the private IAM with this port, without its secret path."""
    return f"http://127.0.0.1:{port}"


def announce(port: int) -> bool:
    """Let what this process starts find the private IAM with this ``port``; return if it can."""
    try:
        with open(_OWN_NAME, "w", encoding="ascii") as file:
            file.write(f"iamcli:{port}")
        with open("/proc/self/mountinfo", "rb") as file:
            # With this option, other users do not see its name. Source: proc(5).
            hidden = any(b" /proc " in mount and b"hidepid=" in mount for mount in file)
    except OSError:
        return False
    return sandbox() == address(port) and not hidden


def read(process: str) -> Process:
    """Return the ``process`` with this ID, or this one for "self"; raise OSError or ValueError."""
    with open(f"/proc/{process}/stat", encoding="utf-8", errors="backslashreplace") as file:
        # The name is in parentheses, and can contain some itself.
        before, _, after = file.read().rpartition(") ")
    number, _, name = before.partition(" (")
    state, parent, _group, session = after.split(" ", 4)[:4]
    return Process(int(number), name, state, int(parent), int(session))


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
    import socket

    number = int.from_bytes(socket.inet_aton(host), sys.byteorder)
    return f"{number:08X}:{port:04X}"
