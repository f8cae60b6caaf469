"""A fork of the server of ``iamcli run`` that is ready before its command comes.

A command writes to 2,000 pages of memory that the server and a new fork share, and the kernel
copies each of them first. In a spare fork, they are copied before the command comes.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
from typing import NamedTuple

from iamcli.cli.run import program
from iamcli.cli.run.warmup import warm_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

#: A spare fork leaves so many processes to the script.
_OTHERS = 100


class Spare(NamedTuple):
    """A fork that waits for a command: its ``process`` ID, and the ``pipe`` to it."""

    process: int
    pipe: socket.socket

    def take(self, connection: socket.socket, peer: int) -> bool:
        """Let it run a command, as ``program.become`` does; return whether it could be told."""
        with self.pipe, contextlib.suppress(OSError):
            socket.send_fds(self.pipe, [b"%d" % peer], [connection.fileno()])
            return True
        return False


def make(identity: dict[str, str]) -> Spare | None:
    """Return a spare fork, None without memory, descriptors or enough processes for it.

    ``identity``: as for ``program.become``.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    with contextlib.suppress(OSError):
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                if soft != resource.RLIM_INFINITY:
                    resource.setrlimit(resource.RLIMIT_NPROC, (max(0, soft - _OTHERS), hard))
                process = os.fork()
                if process == 0:
                    _wait(theirs, identity)
            except OSError:
                ours.close()
                raise
            finally:
                resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard))
        return Spare(process, ours)
    return None


def _wait(pipe: socket.socket, identity: dict[str, str]) -> NoReturn:
    """Wait for a connection in the fork, with nothing open but the ``pipe``."""
    try:
        signal.set_wakeup_fd(-1)
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(null, number)
        program.close_all_but({0, 1, 2, pipe.fileno()})
        warm_up()
        peer, descriptors, _, _ = socket.recv_fds(pipe, 16, 1)
        # The server has ended if there are none.
        if descriptors:
            program.become(socket.socket(fileno=descriptors[0]), int(peer), identity)
    finally:
        os._exit(program.NOT_RUN)
