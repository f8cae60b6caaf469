"""Finds the sandbox that a process was started in, whatever has become of its environment.

``iamcli sandbox`` gives its own process a name that contains the port of the private IAM. All that
was started in it finds this name among its parents in /proc, also as another user, and also if its
own parent has ended (``iamcli.cli.sandbox.launch.started``).
"""

from __future__ import annotations

import re
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.config.connection import Connection

#: The form of the name, which may have 15 characters.
_NAME = re.compile(r"iamcli:(\d{1,5})", re.ASCII)
#: The file that contains and sets the name of this process.
_OWN_NAME = "/proc/self/comm"
#: How often the search begins again if a parent has ended meanwhile.
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
                match = _NAME.fullmatch(one.name)
                if match:
                    return address(int(match[1]))
                process = str(one.parent)
        except (FileNotFoundError, ProcessLookupError):
            # It has ended, and its children have another parent now.
            continue
        except (OSError, ValueError):
            break
        return ""
    return ""


def left(connection: Connection) -> str:
    """Return the address of the private IAM to which ``connection`` should lead, but does not.

    Returns "" if it does, or if this process is in no sandbox.
    """
    private = sandbox()
    known = "/".join(connection.sandbox.split("/", 3)[:3])
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
