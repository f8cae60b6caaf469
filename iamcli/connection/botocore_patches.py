"""What is replaced in botocore, for everything that this process does with it."""

from __future__ import annotations

import ssl
from functools import partial
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]  # unknown to mypy

from botocore import utils
from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
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


def patch_connections() -> None:
    """Replace the connections, also those for credentials, and how botocore finds the proxy.

    The sockets of our connections lose no signal while they wait. Only the variables specify a
    proxy: botocore would ask macOS for that of the system, which may crash in a process that was
    forked, as those of ``iamcli run`` are. On Linux, its functions are these already.
    """
    AWSHTTPConnectionPool.ConnectionCls = HTTPConnection
    AWSHTTPSConnectionPool.ConnectionCls = HTTPSConnection
    utils.getproxies, utils.proxy_bypass = getproxies_environment, proxy_bypass_environment


def patch_credentials() -> None:
    """Replace how botocore runs a ``credential_process``, and asks for the code of an MFA device.

    Ours lose no signal, and leave standard input to the script. botocore makes these providers also
    for each profile whose credentials assume a role.
    """
    from botocore import credentials

    from iamcli.connection.programs import CredentialProgram, code

    credentials.ProcessProvider = partial(credentials.ProcessProvider, popen=CredentialProgram)
    credentials.AssumeRoleProvider = partial(credentials.AssumeRoleProvider, prompter=code)
