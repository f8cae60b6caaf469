"""The process that keeps the connections of the commands in ``iamcli run`` open between requests.

It opens a connection for a command, or takes one that is idle, and passes it on: over plain HTTP
the descriptor itself, over TLS one end of a pair of sockets, between which and the service it
copies. It sees signed requests and their responses, but no secret key. It does not understand them:
the command says whether the connection can be used again.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import ssl
import threading
import time
from collections import Counter

from botocore.httpsession import URLLib3Session

from iamcli.cli.listing import counted
from iamcli.cli.run import pooled
from iamcli.cli.running import messages
from iamcli.handover import is_own

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, NoReturn

#: The time after which an idle connection is not used again, because the service may close it at
#: that moment (seconds).
MAX_IDLE = 3.0
#: The time in which the process says what it has done (seconds).
TIMEOUT = 5.0
UNKNOWN = "unknown requests, unknown connections"
_PART = 1 << 16
#: The pause after a command that could not be served (seconds).
_PAUSE = 0.01


@contextlib.contextmanager
def started(path: str, server: socket.socket) -> Iterator[socket.socket]:
    """Start the process, which listens at ``path`` and ends when this process ends.

    ``server``: the socket at which this process takes commands, which the new process closes.
    Yields a socket for ``statistics``.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(1 << 12)
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        server.close()
        _run(listener, theirs, path)
    theirs.close()
    listener.close()
    with ours:
        yield ours


def statistics(pipe: socket.socket) -> str:
    """End the process, which first lets commands finish; return what it says that it has done.

    Returns UNKNOWN if that is not known within TIMEOUT.
    """
    pipe.settimeout(TIMEOUT)
    try:
        pipe.shutdown(socket.SHUT_WR)
        return pipe.recv(_PART).decode() or UNKNOWN
    except OSError:
        return UNKNOWN


def _run(listener: socket.socket, pipe: socket.socket, path: str) -> NoReturn:
    # In a session of its own, it outlives the process group of the script and removes the folder.
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # iamcli run waits for the end of the server's standard output.
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    try:
        _Pool().serve(listener, pipe, os.path.dirname(path))
    finally:
        os._exit(0)


class _Pool:
    """The idle connections, by what they are for; ``clock`` returns the time (seconds)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._idle: dict[object, list[tuple[Any, float]]] = {}
        self._sessions: dict[object, URLLib3Session] = {}
        self._counts = Counter(request=0, connection=0)

    def serve(self, listener: socket.socket, pipe: socket.socket, folder: str) -> None:
        """Serve until the other end of ``pipe`` is closed, then until no command is served.

        Then the server has ended, and its ``folder`` is removed.
        """
        threads: list[threading.Thread] = []
        while True:
            ready, _, _ = select.select([listener, pipe], [], [], MAX_IDLE)
            self._drop_old()
            if pipe in ready:
                break
            if listener in ready:
                threads = [other for other in threads if other.is_alive()]
                try:
                    threads += self._accept(listener)
                except (OSError, RuntimeError):
                    # There are too many descriptors or threads; a command connects itself then.
                    time.sleep(_PAUSE)
        listener.close()
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            sent = (counted(number, what) for what, number in self._counts.items())
            pipe.sendall(", ".join(sent).encode())
        pipe.close()
        for thread in threads:
            thread.join()

    def _accept(self, listener: socket.socket) -> list[threading.Thread]:
        """Return the thread that serves the next command; none if it is another user's."""
        connection, _ = listener.accept()
        if not is_own(connection, socket, listener.getsockname()):
            connection.close()
            return []
        thread = threading.Thread(target=self._serve_one, args=(connection,))
        try:
            thread.start()
        except RuntimeError:
            connection.close()
            raise
        return [thread]

    def _serve_one(self, command: socket.socket) -> None:
        """Serve one request of a ``command``, which connects itself if that fails."""
        with command, contextlib.suppress(Exception):
            with command.makefile("rb") as file:
                order = messages.read(pooled.Order, file.readline())
            with self._lock:
                self._counts["request"] += 1
            key = _key(order)
            channel = self._take(key) or self._open(order, key)
            with contextlib.suppress(OSError):
                if _lend(channel, command, order.timeout):
                    with self._lock:
                        self._idle.setdefault(key, []).append((channel, self._clock()))
                    return
            _close(channel)

    def _take(self, key: object) -> Any:
        """Return an idle connection that is still open, or None."""
        while True:
            with self._lock:
                idle = self._idle.get(key)
                if not idle:
                    return None
                channel, _ = idle.pop()
            if not _is_closed(channel):
                return channel
            _close(channel)

    def _drop_old(self) -> None:
        """Close the connections that have been idle for too long."""
        limit = self._clock() - MAX_IDLE
        with self._lock:
            for idle in self._idle.values():
                # The oldest is the first.
                while idle and idle[0][1] < limit:
                    _close(idle.pop(0)[0])

    def _open(self, order: pooled.Order, key: object) -> Any:
        """Return a new connection, opened and verified as a command does; raise what it raises."""
        scheme, host, port = order.url
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                session = self._sessions[key] = URLLib3Session(
                    socket_options=[tuple(option) for option in order.options]
                )
        address = f"[{host}]" if ":" in host else host
        url = f"{scheme}://{address}:{port}/"
        pool = session._manager.connection_from_url(url)  # noqa: SLF001 - as the session does
        pool.cert_reqs, pool.ca_certs = ssl.CERT_REQUIRED, order.bundle
        connection = pool._new_conn()  # noqa: SLF001
        # The command gives up first. If the pool did, the command would try again itself.
        connection.timeout = order.timeout and order.timeout + 1
        connection.connect()
        with self._lock:
            self._counts["connection"] += 1
        channel, connection.sock = connection.sock, None
        return channel


def _key(order: pooled.Order) -> tuple[object, ...]:
    """Return what must be equal for a connection to be used again: also the trusted CAs."""
    if not order.bundle:
        return (json.dumps(order),)
    bundle = os.stat(order.bundle)
    return json.dumps(order), bundle.st_mtime_ns, bundle.st_ino, bundle.st_size


def _lend(channel: Any, command: socket.socket, timeout: float | None) -> bool:
    """Let the ``command`` use a connection; return whether it can be used again."""
    if not isinstance(channel, ssl.SSLSocket):
        socket.send_fds(command, [pooled.CONNECTED], [channel.fileno()])
        return bool(command.recv(1))
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            socket.send_fds(command, [pooled.CONNECTED], [theirs.fileno()])
        return _copy(channel, ours, command, timeout)


def _copy(
    channel: ssl.SSLSocket, ours: socket.socket, command: socket.socket, timeout: float | None
) -> bool:
    """Copy in both directions until the ``command`` ends its request; return as ``_lend`` does.

    Raises OSError if a connection is lost; the command then finds that ``ours`` is closed.
    """
    poll = select.poll()
    for source in (channel, ours, command):
        poll.register(source, select.POLLIN)
    while True:
        ready = {number for number, _ in poll.poll()}
        if command.fileno() in ready:
            return bool(command.recv(1))
        if ours.fileno() in ready:
            content = ours.recv(_PART)
            if content:
                channel.settimeout(timeout)
                channel.sendall(content)
            else:
                poll.unregister(ours)
        if channel.fileno() in ready:
            channel.settimeout(0)
            try:
                # A TLS record is never larger, so nothing decrypted is left.
                content = channel.recv(_PART)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                # Not a part of the response, such as a session ticket.
                continue
            if content:
                ours.sendall(content)
            else:
                poll.unregister(channel)
                with contextlib.suppress(OSError):
                    ours.shutdown(socket.SHUT_WR)


def _is_closed(channel: Any) -> bool:
    """Return whether the service has closed an idle connection, or sent what nobody asked for."""
    poll = select.poll()
    poll.register(channel, select.POLLIN)
    return bool(poll.poll(0))


def _close(channel: Any) -> None:
    with contextlib.suppress(OSError):
        channel.shutdown(socket.SHUT_RDWR)
    channel.close()
