"""Connections that the pool of ``iamcli run`` has opened; see ``iamcli.cli.run.pool``.

The pool passes an open connection to a command, which sends one request over it and reads the
response as over its own. If there is no pool, or if it cannot connect, the command connects
itself, and reports what is wrong.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import socket
import ssl

from botocore.awsrequest import AWSHTTPConnectionPool, AWSHTTPSConnectionPool
from botocore.httpsession import create_urllib3_context
from urllib3.exceptions import ConnectTimeoutError

from iamcli.client.client import Client
from iamcli.client.http import BoundedSession
from iamcli.connection.botocore_patches import HTTPConnection, HTTPSConnection
from iamcli.connection.sockets import Socket
from iamcli.handover import is_own

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The path of the pool's socket, "" if there is no pool. The server of ``iamcli run`` sets it.
ADDRESS = ""
#: What the pool sends with the descriptor of a connection, and what it is sent if that connection
#: can be used again.
CONNECTED, REUSABLE = b"Y", b"R"
#: Variables that the C library or OpenSSL reads for a connection; the pool does not have them.
_CONNECTION_VARIABLES = ("HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "SSLKEYLOGFILE")


class _Pooled:
    """A connection of urllib3 that the pool may open. ``pool``: the connection to the pool.

    While a request is under way, ``current`` is its connection.
    """

    current: _Pooled | None = None
    scheme = ""
    pool: socket.socket
    host: str
    port: int
    timeout: Any
    socket_options: Any
    sock: Any
    ca_certs: str | None = None

    def obtain(self) -> bool:
        """Get a connection from the pool; return whether there is one."""
        if any(map(os.environ.get, _CONNECTION_VARIABLES)):
            return False
        pool = Socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            descriptor = self._ask(pool)
        except TimeoutError:
            pool.close()
            raise ConnectTimeoutError(self, "timed out") from None
        except OSError:
            # Nothing was sent to the service, so that this process can connect itself.
            descriptor = None
        if descriptor is None:
            pool.close()
            return False
        self.sock = Socket(fileno=descriptor)
        self.sock.settimeout(self.timeout)
        self.pool = pool
        _Pooled.current = self
        return True

    def _ask(self, pool: socket.socket) -> int | None:
        order = {
            "url": [self.scheme, self.host, self.port],
            "bundle": os.path.abspath(self.ca_certs) if self.ca_certs else None,
            "timeout": self.timeout,
            "options": self.socket_options,
        }
        pool.settimeout(self.timeout)
        pool.connect(ADDRESS)
        if not is_own(pool, socket, ADDRESS):
            return None
        pool.sendall(json.dumps(order).encode() + b"\n")
        _, descriptors, _, _ = socket.recv_fds(pool, 1, 1)
        return descriptors[0] if descriptors else None

    def finish(self, *, complete: bool) -> None:
        """Give the connection back; the pool closes it unless the response was read completely."""
        # http.client closes its end before it reads the response if the service will close its own.
        reusable = complete and self.sock is not None
        self.close()  # type: ignore[attr-defined]  # of http.client
        with self.pool, contextlib.suppress(OSError):
            if reusable:
                self.pool.sendall(REUSABLE)


class PooledHTTPConnection(_Pooled, HTTPConnection):
    """A connection over plain HTTP."""

    scheme = "http"

    def connect(self) -> None:
        """Connect as urllib3 does."""
        if not self.obtain():
            super().connect()


class PooledHTTPSConnection(_Pooled, HTTPSConnection):
    """A connection over TLS, which the pool encrypts."""

    scheme = "https"

    def connect(self) -> None:
        """Connect as urllib3 does; the pool verifies the certificate in the same way."""
        verified = self.cert_reqs in ("CERT_REQUIRED", ssl.CERT_REQUIRED)
        if verified and not self.cert_file and self.obtain():
            self.is_verified = True
        else:
            super().connect()


class _HTTPPool(AWSHTTPConnectionPool):  # type: ignore[misc]  # botocore has no types
    ConnectionCls = PooledHTTPConnection


class _HTTPSPool(AWSHTTPSConnectionPool):  # type: ignore[misc]
    ConnectionCls = PooledHTTPSConnection


#: The classes of connection pools, by scheme.
POOLS = {"http": _HTTPPool, "https": _HTTPSPool}
#: The TLS context of all commands: the server makes it before it forks, because it takes 20 ms.
_tls_context = functools.cache(create_urllib3_context)


class PooledSession(BoundedSession):
    """The session of a command, which gives a connection back after each request."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # Only without a proxy.
        self._manager.pool_classes_by_scheme = POOLS

    def send(self, request: Any) -> Any:
        """Send one request, as BoundedSession does."""
        complete = False
        try:
            response = super().send(request)
            complete = True
        finally:
            connection, _Pooled.current = _Pooled.current, None
            if connection:
                connection.finish(complete=complete)
        return response

    def _get_ssl_context(self) -> Any:
        # A TLS context uses this variable only if it is set when the context is made.
        return super()._get_ssl_context() if os.environ.get("SSLKEYLOGFILE") else _tls_context()


def install(address: str) -> None:
    """Let the clients of this process, and of its forks, use the pool at ``address``."""
    global ADDRESS  # noqa: PLW0603 - set once, before the server forks
    ADDRESS = address
    Client.session_class = PooledSession
