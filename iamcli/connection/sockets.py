"""Sockets that wait as ``iamcli.interrupts`` does, so that no signal is lost meanwhile.

The system never lets such a socket wait: each call is tried, and if it would wait, it is made again
when the socket is ready. ``settimeout`` and ``gettimeout`` work as for other sockets.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import ssl
import time

from iamcli import interrupts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    Result = TypeVar("Result")


class _Waiting(socket.socket):
    """What both kinds of sockets have in common."""

    _seconds: float | None = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        super().settimeout(0)

    def settimeout(self, value: float | None) -> None:
        """Set the seconds that a call may wait, None for any time."""
        self._seconds = value

    def gettimeout(self) -> float | None:
        """Return the seconds that a call may wait, None for any time."""
        return self._seconds

    def _complete(
        self, call: Callable[..., Result], *arguments: Any, writes: bool = False
    ) -> Result:
        """Return what ``call`` returns, as soon as it does not have to wait.

        ``writes``: whether it waits until the socket can be written. Raises TimeoutError after the
        time of the socket, and what ``call`` raises.
        """
        limit = self._limit()
        while True:
            try:
                return call(*arguments)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError) as error:
                if self._seconds == 0:
                    raise
                if isinstance(error, ssl.SSLError):
                    writes = isinstance(error, ssl.SSLWantWriteError)
            self._wait(limit, writes=writes)

    def _limit(self) -> float | None:
        return None if self._seconds is None else time.monotonic() + self._seconds

    def _wait(self, limit: float | None, *, writes: bool) -> None:
        seconds = None if limit is None else max(0.0, limit - time.monotonic())
        own = (self.fileno(),)
        readable, writable = ((), own) if writes else (own, ())
        if not interrupts.wait(*readable, writable=writable, seconds=seconds):
            raise TimeoutError("timed out")


class Socket(_Waiting):
    """A socket without TLS."""

    def connect(self, address: Any) -> None:
        """Connect to ``address``."""
        limit = self._limit()
        number = self.connect_ex(address)
        if number == errno.EINPROGRESS:
            self._wait(limit, writes=True)
            number = self.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, os.strerror(number))

    def recv(self, *arguments: Any) -> bytes:
        """Receive as ``socket.recv`` does."""
        return self._complete(super().recv, *arguments)

    def recv_into(self, *arguments: Any) -> int:
        """Receive as ``socket.recv_into`` does."""
        return self._complete(super().recv_into, *arguments)

    def recvmsg(self, *arguments: Any) -> Any:
        """Receive as ``socket.recvmsg`` does; ``socket.recv_fds`` calls this."""
        return self._complete(super().recvmsg, *arguments)

    def send(self, *arguments: Any) -> int:
        """Send as ``socket.send`` does."""
        return self._complete(super().send, *arguments, writes=True)

    def sendall(self, data: Any, *arguments: Any) -> None:
        """Send all ``data``."""
        with memoryview(data).cast("B") as left:
            sent = 0
            while sent < len(left):
                sent += self.send(left[sent:], *arguments)


class TLSSocket(ssl.SSLSocket, _Waiting):
    """A socket with TLS: the ``sslsocket_class`` of a context."""

    def do_handshake(self, *arguments: Any) -> None:
        """Do the handshake."""
        self._complete(super().do_handshake, *arguments)

    def read(self, *arguments: Any) -> Any:
        """Read and decrypt; all methods that receive call this."""
        return self._complete(super().read, *arguments)

    def send(self, *arguments: Any) -> int:
        """Encrypt and send; ``sendall`` calls this."""
        return self._complete(super().send, *arguments, writes=True)


def connect(
    host: str,
    port: int,
    seconds: float | None,
    *,
    family: int = socket.AF_UNSPEC,
    options: Iterable[tuple[Any, ...]] = (),
) -> Socket:
    """Return a socket that is connected to the first address of ``host`` that can be reached.

    ``seconds``: the maximum for each address, None for any; ``family``: that of the addresses;
    ``options``: as ``setsockopt`` takes them. Raises OSError if no address can be reached. While
    the system looks up the addresses, a signal has no effect.
    """
    error = OSError("no address")
    addresses = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    for found, kind, protocol, _, address in addresses:
        with contextlib.ExitStack() as stack:
            try:
                made = stack.enter_context(Socket(found, kind, protocol))
                for option in options:
                    made.setsockopt(*option)
                made.settimeout(seconds)
                made.connect(address)
            except OSError as failure:
                error = failure
            else:
                stack.pop_all()
                return made
    raise error
