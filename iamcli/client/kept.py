"""Connections that the keeper of ``iamcli run`` has opened; see ``iamcli.client.keeper``.

The keeper passes an open connection to a command, which sends one request over it and reads the
response as over its own. If there is no keeper, or if it cannot connect, the command connects
itself, and reports what is wrong.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import ssl

from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.httpsession import create_urllib3_context
from urllib3.exceptions import ConnectTimeoutError

from iamcli.client.http import BoundedSession

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The path of the keeper's socket, "" if there is no keeper. The server of ``iamcli run`` sets it.
ADDRESS = ""
#: The answers of the keeper, and what it is sent when a connection can be used again.
CONNECTED, FAILED, TIMED_OUT = b"Y", b"N", b"T"
REUSABLE = b"R"
#: Variables that the C library or OpenSSL reads for a connection; the keeper does not have them.
_OF_CONNECTIONS = ("HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "SSLKEYLOGFILE")


class _Kept:
    """A connection of urllib3 that the keeper may open. ``keeper``: the connection to the keeper.

    While a request is under way, ``current`` is its connection.
    """

    current: _Kept | None = None
    scheme = ""
    keeper: socket.socket | None = None
    host: str
    port: int
    timeout: Any
    socket_options: Any
    sock: Any
    ca_certs: str | None = None

    def taken(self) -> bool:
        """Get a connection from the keeper; return whether there is one."""
        if any(map(os.environ.get, _OF_CONNECTIONS)):
            return False
        keeper = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            descriptor = self._ask(keeper)
        except TimeoutError:
            keeper.close()
            raise ConnectTimeoutError(self, "timed out") from None
        except OSError:
            # Nothing was sent to the service, so that this process can connect itself.
            descriptor = None
        if descriptor is None:
            keeper.close()
            return False
        self.sock = socket.socket(fileno=descriptor)
        self.sock.settimeout(self.timeout)
        self.keeper = keeper
        _Kept.current = self
        return True

    def _ask(self, keeper: socket.socket) -> int | None:
        bundle = self.ca_certs if self.scheme == "https" else None
        order = {
            "url": [self.scheme, self.host, self.port],
            "bundle": os.path.abspath(bundle) if bundle else None,
            "timeout": self.timeout,
            "options": self.socket_options,
        }
        keeper.settimeout(self.timeout)
        keeper.connect(ADDRESS)
        keeper.sendall(json.dumps(order).encode() + b"\n")
        answer, descriptors, _, _ = socket.recv_fds(keeper, 1, 1)
        if answer == TIMED_OUT:
            raise TimeoutError
        return descriptors[0] if answer == CONNECTED and descriptors else None

    def hang_up(self, *, reusable: bool) -> None:
        """Give the connection back to the keeper, which closes it if it is not ``reusable``."""
        if self.keeper:
            with contextlib.suppress(OSError):
                if reusable:
                    self.keeper.sendall(REUSABLE)
            self.keeper.close()
            self.keeper = None


class KeptHTTPConnection(_Kept, AWSHTTPConnection):  # type: ignore[misc]  # botocore has no types
    """A connection over plain HTTP."""

    scheme = "http"

    def connect(self) -> None:
        """Connect as urllib3 does."""
        if not self.taken():
            super().connect()


class KeptHTTPSConnection(_Kept, AWSHTTPSConnection):  # type: ignore[misc]
    """A connection over TLS, which the keeper encrypts."""

    scheme = "https"

    def connect(self) -> None:
        """Connect as urllib3 does; the keeper verifies the certificate in the same way."""
        verified = self.cert_reqs in ("CERT_REQUIRED", ssl.CERT_REQUIRED)
        if verified and not self.cert_file and self.taken():
            self.is_verified = True
        else:
            super().connect()


class _HTTPPool(AWSHTTPConnectionPool):  # type: ignore[misc]
    ConnectionCls = KeptHTTPConnection


class _HTTPSPool(AWSHTTPSConnectionPool):  # type: ignore[misc]
    ConnectionCls = KeptHTTPSConnection


#: The classes of connection pools, by scheme.
POOLS = {"http": _HTTPPool, "https": _HTTPSPool}


def install(address: str) -> None:
    """Let the sessions of this process, and of its forks, use the keeper at ``address``."""
    global ADDRESS  # noqa: PLW0603 - set once, before the server forks
    ADDRESS = address
    BoundedSession.pools = POOLS
    BoundedSession.tls = create_urllib3_context()
    BoundedSession.finished = staticmethod(_finished)


def _finished(complete: bool) -> None:  # noqa: FBT001 - as the session calls it
    """Give the current connection back."""
    connection, _Kept.current = _Kept.current, None
    if connection is None:
        return
    # http.client closes its end before it reads the response, if the service will close its own.
    reusable = complete and connection.sock is not None
    connection.close()  # type: ignore[attr-defined]  # of http.client
    connection.hang_up(reusable=reusable)
