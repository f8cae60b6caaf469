"""botocore's HTTP connections, over sockets that wait as ``iamcli.interrupts`` does."""

from __future__ import annotations

import ssl

from botocore.awsrequest import AWSHTTPConnection, AWSHTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    LocationParseError,
    NewConnectionError,
    ProtocolError,
)
from urllib3.util.connection import allowed_gai_family

from iamcli.connection import sockets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class HTTPConnection(AWSHTTPConnection):  # type: ignore[misc]  # botocore has no types
    """A connection over plain HTTP."""

    def _new_conn(self) -> sockets.Socket:
        host = self._dns_host
        try:
            return sockets.connect(
                host.strip("[]"),
                self.port,
                self.timeout,
                family=allowed_gai_family(),
                options=self.socket_options or (),
            )
        except UnicodeError:
            raise LocationParseError(f"'{host}', label empty or too long") from None
        except TimeoutError as error:
            raise ConnectTimeoutError(self, "timed out") from error
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error

    def getresponse(self) -> Any:
        """Return the response; raise ProtocolError if the connection fails.

        urllib3 reports some of these failures as errors of the proxy or of TLS, as if the request
        had not been sent.
        """
        try:
            return super().getresponse()
        except (ConnectionError, ssl.SSLError) as error:
            raise ProtocolError("Connection aborted.", error) from error


class HTTPSConnection(HTTPConnection, AWSHTTPSConnection):  # type: ignore[misc]
    """A connection over TLS."""

    def connect(self) -> None:
        """Connect; raise urllib3's ConnectTimeoutError if the TLS handshake takes too long.

        urllib3 itself raises ReadTimeoutError then, as if the request had been sent.
        """
        # Old releases of urllib3 use no TLS to a proxy.
        of_proxy = getattr(self, "proxy_config", None)
        for context in (self.ssl_context, getattr(of_proxy, "ssl_context", None)):
            if context is not None:
                context.sslsocket_class = sockets.TLSSocket
        try:
            super().connect()
        except TimeoutError:
            raise ConnectTimeoutError(self, "timed out") from None
