"""Responses of the stub that are incomplete, late or not HTTP."""

from __future__ import annotations

import socket
import struct
import time
from typing import TYPE_CHECKING

from support.stub import faulty

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    from support.stub import Answer


def raw(*parts: bytes, pause: float = 0, reset: bool = False) -> Answer:
    """Return an answer that sends ``parts``, with a ``pause`` after each, and then closes.

    ``reset``: the connection is reset, not closed.
    """

    def send(handler: BaseHTTPRequestHandler) -> None:
        try:
            for part in parts:
                handler.wfile.write(part)
                handler.wfile.flush()
                time.sleep(pause)
        except OSError:
            return
        if reset:
            # Closing at once sends a reset.
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.shutdown(socket.SHUT_RD)
        handler.connection.close()

    return faulty(send)


def then_silent(*parts: bytes) -> Answer:
    """Return an answer that sends ``parts``, and nothing more until the client gives up."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        for part in parts:
            handler.wfile.write(part)
        silent(handler)

    return faulty(send)


def headed(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return a response with ``body``; without ``headers``, its length is correct."""
    given = headers or (f"Content-Length: {len(body)}",)
    return "\r\n".join((f"HTTP/1.1 {status}", *given, "", "")).encode() + body


def silent(handler: BaseHTTPRequestHandler) -> None:
    """Send nothing until the client closes the connection."""
    handler.connection.recv(1)


#: Closes the connection without a response.
CLOSED = raw()
#: Sends no response.
SILENT = faulty(silent)
