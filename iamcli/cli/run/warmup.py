"""Does once what every request needs, so that commands of ``iamcli run`` find it done."""

from __future__ import annotations

import contextlib
import socket

from iamcli.cli.run.pooled import POOLS, PooledHTTPConnection
from iamcli.client.client import Client
from iamcli.config.connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Values that are never sent.
_OPTIONS = {"credential_file": None, "client_config_file": None, "url": "http://127.0.0.1:1"}
_VARIABLES = {"AWS_ACCESS_KEY_ID": "unused", "AWS_SECRET_ACCESS_KEY": "unused"}
_CONTENT = b"<GetUserResponse><GetUserResult><User/></GetUserResult></GetUserResponse>"
_RESPONSE = b"HTTP/1.1 200 OK\r\nDate: \r\nContent-Length: %d\r\n\r\n%b" % (len(_CONTENT), _CONTENT)


class _Simulated(PooledHTTPConnection):
    """A connection to a peer that has already sent its response, and that reads nothing."""

    def obtain(self) -> bool:
        """Connect; return that it is connected."""
        self.sock, peer = socket.socketpair()
        peer.sendall(_RESPONSE)
        peer.shutdown(socket.SHUT_WR)
        self._peer = peer
        return True


def warm_up() -> None:
    """Make a client, and let it sign, send and read, with a peer in this process."""
    with contextlib.suppress(Exception):
        connection = Connection(_OPTIONS, _VARIABLES, simulated=True)
        client = Client(connection, lambda _line: None)
        pool: Any = POOLS["http"]
        before, pool.ConnectionCls = pool.ConnectionCls, _Simulated
        try:
            client.call("GetUser", {"UserName": "unused"})
        finally:
            pool.ConnectionCls = before
