"""Ports for servers that cannot say which one they have taken."""

from __future__ import annotations

import contextlib
import random
import socket


def free_port() -> int:
    """Return a port of the loopback interface at which nobody listens.

    It is none of those that Linux gives out, which a client could get, and connect to itself.
    """
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
