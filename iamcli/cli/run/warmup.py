"""Does once what every request needs, so that commands of ``iamcli run`` find it done."""

from __future__ import annotations

import contextlib
import pkgutil
import socket
from importlib import import_module
from typing import Any

import iamcli
from iamcli.cli.run.pooled import Pool
from iamcli.client.client import Client
from iamcli.config.settings import Settings
from iamcli.output.streams import Reporter

#: What starts a program. Whether the second is imported says how iamcli is installed.
_STARTING = ("iamcli.__main__", "iamcli.installation.onefile")
#: Values that are never sent.
_OPTIONS = {"url": "http://127.0.0.1:1"}
_VARIABLES = {"AWS_ACCESS_KEY_ID": "unused", "AWS_SECRET_ACCESS_KEY": "unused"}
_CONTENT = b"<GetUserResponse><GetUserResult><User/></GetUserResult></GetUserResponse>"
_RESPONSE = b"HTTP/1.1 200 OK\r\nDate: \r\nContent-Length: %d\r\n\r\n%b" % (len(_CONTENT), _CONTENT)


class _SimulatedPool(Pool):
    """Lends a connection to a peer that has already sent its response, and that reads nothing."""

    def lend(self, connection: Any) -> socket.socket | None:
        """Return a socket that is connected to the peer."""
        ours, peer = socket.socketpair()
        peer.sendall(_RESPONSE)
        peer.shutdown(socket.SHUT_WR)
        self._lent = connection, peer
        return ours


class _SimulatedClient(Client):
    make_session = _SimulatedPool("").session
    # Its requests do not leave this process.
    refuse_outside = staticmethod(lambda _settings: None)


def import_all(*left_out: str) -> None:
    """Import every module of iamcli, but those in the packages ``left_out``, and what they import.

    This includes what commands import while they run.
    """
    for module in pkgutil.walk_packages(iamcli.__path__, "iamcli."):
        if not module.name.startswith((*_STARTING, *left_out)):
            import_module(module.name)
    # Only some commands need botocore's session, which imports what else they need of botocore.
    for name in ("botocore.session", "encodings.idna"):
        import_module(name)


def warm_up() -> None:
    """Make a client, and let it sign, send and read, with a peer in this process."""
    with contextlib.suppress(Exception):
        settings = Settings(_OPTIONS, _VARIABLES)
        _SimulatedClient(settings, Reporter()).call("GetUser", {"UserName": "unused"})
