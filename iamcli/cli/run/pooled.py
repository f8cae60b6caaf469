"""Connections that the pool of ``iamcli run`` has opened; see ``iamcli.cli.run.pool``.

The pool passes an open connection to a command, which sends one request over it and reads the
response as over its own. If there is no pool, or if it cannot connect, the command connects
itself, and reports what is wrong.
"""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import ssl
from typing import Any, NamedTuple

from botocore.awsrequest import AWSHTTPConnectionPool, AWSHTTPSConnectionPool
from botocore.httpsession import create_urllib3_context
from urllib3.exceptions import ConnectTimeoutError

from iamcli.cli.running import messages
from iamcli.connection.botocore_patches import HTTPConnection, HTTPSConnection
from iamcli.connection.responses import BoundedSession
from iamcli.handover import is_own
from iamcli.interrupts import Interruptible

#: What the pool sends with the descriptor of a connection, and what it is sent if that connection
#: can be used again.
CONNECTED, REUSABLE = b"Y", b"R"
#: Variables that the C library or OpenSSL reads for a connection; the pool does not have them.
_CONNECTION_VARIABLES = ("HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "SSLKEYLOGFILE")


class Order(NamedTuple):
    """The connection that a command asks for: its scheme, host and port, and what else counts."""

    url: tuple[str, str, int]
    bundle: str | None
    timeout: float | None
    options: list[tuple[int, int, int]]


class Pool:
    """The pool that listens at ``address``, as a command sees it.

    While a request is under way, it knows its connection, and the socket to give that back over.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._lent: tuple[Any, socket.socket] | None = None

    def session(self, **settings: Any) -> PooledSession:
        """Return an HTTP session that uses the pool."""
        return PooledSession(self, **settings)

    def lend(self, connection: Any) -> socket.socket | None:
        """Return an open socket for a ``connection`` of urllib3; None if the pool has none.

        Raises ConnectTimeoutError if the pool needs longer than the connection may.
        """
        if any(map(os.environ.get, _CONNECTION_VARIABLES)) or not _is_usual(connection):
            return None
        pool = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with Interruptible():
                descriptor = self._ask(pool, connection)
        except TimeoutError:
            pool.close()
            raise ConnectTimeoutError(connection, "timed out") from None
        except OSError:
            # Nothing was sent to the service, so that this process can connect itself.
            descriptor = None
        if descriptor is None:
            pool.close()
            return None
        self._lent = connection, pool
        lent = socket.socket(fileno=descriptor)
        lent.settimeout(connection.timeout)
        return lent

    def _ask(self, pool: socket.socket, connection: Any) -> int | None:
        bundle = getattr(connection, "ca_certs", None)  # only for TLS
        url = connection.scheme, connection.host, connection.port
        bundle = os.path.abspath(bundle) if bundle else None
        order = Order(url, bundle, connection.timeout, connection.socket_options)
        pool.settimeout(connection.timeout)
        pool.connect(self._address)
        if not is_own(pool, socket, self._address):
            return None
        pool.sendall(messages.as_line(order))
        _, descriptors, _, _ = socket.recv_fds(pool, 1, 1)
        return descriptors[0] if descriptors else None

    def take_back(self, *, complete: bool) -> None:
        """Give the connection back; the pool closes it unless the response was read completely."""
        if self._lent is None:
            return
        (connection, pool), self._lent = self._lent, None
        # http.client closes its end before it reads the response if the service will close its own.
        reusable = complete and connection.sock is not None
        connection.close()
        with pool, contextlib.suppress(OSError):
            if reusable:
                pool.sendall(REUSABLE)


def _is_usual(connection: Any) -> bool:
    """Return whether a connection over TLS is verified, without a certificate of the client."""
    if connection.scheme == "http":
        return True
    return connection.cert_reqs in ("CERT_REQUIRED", ssl.CERT_REQUIRED) and not connection.cert_file


class _Pooled:
    """A connection of urllib3 that the ``pool`` may open, and encrypt."""

    scheme: str
    sock: Any
    is_verified: bool

    def __init__(self, *arguments: Any, pool: Pool, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._pool = pool

    def connect(self) -> None:
        """Connect as urllib3 does; the pool verifies the certificate in the same way."""
        self.sock = self._pool.lend(self)
        if self.sock is None:
            super().connect()  # type: ignore[misc]  # of the other base class
        else:
            self.is_verified = self.scheme == "https"


class _HTTPConnection(_Pooled, HTTPConnection):
    scheme = "http"


class _HTTPSConnection(_Pooled, HTTPSConnection):
    scheme = "https"


class _HTTPPool(AWSHTTPConnectionPool):  # type: ignore[misc]  # botocore has no types
    ConnectionCls = _HTTPConnection


class _HTTPSPool(AWSHTTPSConnectionPool):  # type: ignore[misc]
    ConnectionCls = _HTTPSConnection


#: The TLS context of all commands: the server makes it before it forks, because it takes 20 ms.
_tls_context = functools.cache(create_urllib3_context)


class PooledSession(BoundedSession):
    """The session of a command, which gives connections back to the ``pool``."""

    def __init__(self, pool: Pool, **settings: Any) -> None:
        super().__init__(**settings)
        self._pool = pool
        # Only without a proxy.
        self._manager.pool_classes_by_scheme = {
            "http": functools.partial(_HTTPPool, pool=pool),
            "https": functools.partial(_HTTPSPool, pool=pool),
        }

    def send(self, request: Any) -> Any:
        """Send one request, as BoundedSession does."""
        complete = False
        try:
            response = super().send(request)
            complete = True
        finally:
            self._pool.take_back(complete=complete)
        return response

    def _get_ssl_context(self) -> Any:
        # A TLS context uses this variable only if it is set when the context is made.
        return super()._get_ssl_context() if os.environ.get("SSLKEYLOGFILE") else _tls_context()
