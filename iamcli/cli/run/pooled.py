"""Connections that the pool of ``iamcli run`` has opened; see ``iamcli.cli.run.pool``.

The pool passes an open connection to a command, which sends one request over it and reads the
response as over its own. If there is no pool, or if it cannot connect, the command connects
itself, and reports what is wrong.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl

from botocore.awsrequest import AWSHTTPConnectionPool, AWSHTTPSConnectionPool
from botocore.httpsession import create_urllib3_context
from urllib3.exceptions import ConnectTimeoutError

from iamcli.client.http import BoundedSession, HTTPConnection, HTTPSConnection
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
_OF_CONNECTIONS = ("HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "SSLKEYLOGFILE")


class _Pooled:
    """A connection of urllib3 that the pool may open. ``pool``: the connection to the pool.

    While a request is under way, ``current`` is its connection.
    """

    current: _Pooled | None = None
    scheme = ""
    pool: socket.socket | None = None
    host: str
    port: int
    timeout: Any
    socket_options: Any
    sock: Any
    ca_certs: str | None = None

    def obtain(self) -> bool:
        """Get a connection from the pool; return whether there is one."""
        if any(map(os.environ.get, _OF_CONNECTIONS)):
            return False
        pool = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
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
        self.sock = socket.socket(fileno=descriptor)
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

    def give_back(self, *, reusable: bool) -> None:
        """Give the connection back to the pool, which closes it if it is not ``reusable``."""
        if self.pool:
            with contextlib.suppress(OSError):
                if reusable:
                    self.pool.sendall(REUSABLE)
            self.pool.close()
            self.pool = None


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


def install(address: str) -> None:
    """Let the sessions of this process, and of its forks, use the pool at ``address``."""
    global ADDRESS  # noqa: PLW0603 - set once, before the server forks
    ADDRESS = address
    BoundedSession.pools = POOLS
    BoundedSession.tls = create_urllib3_context()
    BoundedSession.finished = staticmethod(_finished)


def _finished(complete: bool) -> None:  # noqa: FBT001 - as the session calls it
    """Give the current connection back."""
    connection, _Pooled.current = _Pooled.current, None
    if connection is None:
        return
    # http.client closes its end before it reads the response, if the service will close its own.
    reusable = complete and connection.sock is not None
    connection.close()  # type: ignore[attr-defined]  # of http.client
    connection.give_back(reusable=reusable)
