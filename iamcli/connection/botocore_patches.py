"""What is replaced in botocore, for everything that this process does with it."""

from __future__ import annotations

import base64  # noqa: F401 - this and the others: used when a request is sent, or after it
import binascii  # noqa: F401
import encodings.idna  # noqa: F401
import ipaddress  # noqa: F401
import os
import select  # noqa: F401
import ssl
from email import feedparser, parser  # noqa: F401
from functools import partial
from types import SimpleNamespace
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]  # unknown to mypy

import urllib3.response  # noqa: F401
from botocore import endpoint, httpchecksum, utils  # noqa: F401
from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.httpsession import URLLib3Session, get_cert_path
from urllib3.exceptions import ConnectTimeoutError, ProtocolError, SSLError
from urllib3.util import connection, response, ssl_match_hostname, wait  # noqa: F401

from iamcli.config.settings import Keys
from iamcli.connection.aws_config import VARIABLES
from iamcli.interrupts import Interruptible, pause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class BundleError(SSLError):
    """The ``file`` of certificate authorities that ``source`` names cannot be loaded."""

    def __init__(self, file: str, source: str, error: Exception) -> None:
        why = "no certificate can be read from it"
        if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
            why = str(error.strerror)
        super().__init__(f"{file} from {source}: {why}; correct {source} or unset it")


def ca_source(bundle: str) -> str:
    """Return what names the file ``bundle`` of certificate authorities."""
    for name in (VARIABLES["ca_bundle"], "REQUESTS_CA_BUNDLE"):
        if os.path.expanduser(os.environ.get(name, "")) == os.path.expanduser(bundle):
            return name
    own = get_cert_path(verify=True)
    return "the installation" if bundle == own else "ca_bundle of the AWS configuration"


class HTTPConnection(AWSHTTPConnection):  # type: ignore[misc]  # botocore has no types
    """A connection over plain HTTP."""

    def connect(self) -> None:
        """Connect."""
        with Interruptible():
            super().connect()

    def send(self, data: Any) -> Any:
        """Send ``data``."""
        with Interruptible():
            return super().send(data)

    def getresponse(self) -> Any:
        """Return the response; raise ProtocolError if the connection fails.

        urllib3 reports some of these failures as errors of the proxy or of TLS, as if the request
        had not been sent.
        """
        try:
            with Interruptible():
                return super().getresponse()
        except (ConnectionError, ssl.SSLError) as error:
            raise ProtocolError("Connection aborted.", error) from error


class HTTPSConnection(HTTPConnection, AWSHTTPSConnection):  # type: ignore[misc]
    """A connection over TLS."""

    ca_certs: str | None

    def connect(self) -> None:
        """Connect; raise urllib3's ConnectTimeoutError if the TLS handshake takes too long.

        urllib3 itself raises ReadTimeoutError then, as if the request had been sent.
        """
        bundle = self.ca_certs
        unloaded = None
        contexts = [self.ssl_context]
        if getattr(getattr(self, "proxy", None), "scheme", "") == "https":
            contexts.append(self.proxy_config.ssl_context)
        try:
            if bundle:
                # Before signals raise. If it cannot be loaded, urllib3 tries that again.
                try:
                    for context in filter(None, contexts):
                        context.load_verify_locations(bundle)
                    self.ca_certs = bundle if None in contexts else None
                except (OSError, ValueError) as error:
                    unloaded = BundleError(bundle, ca_source(bundle), error)
            super().connect()
        except TimeoutError:
            raise ConnectTimeoutError(self, "timed out") from None
        except (SSLError, ValueError) as error:
            raise (unloaded or error) from error.__cause__
        finally:
            self.ca_certs = bundle


def patch_connections() -> None:
    """Replace how botocore waits, also for credentials, and how it finds the proxy.

    Only the variables specify a proxy: botocore would ask macOS for that of the system, which may
    crash in a process that was forked, as those of ``iamcli run`` are. On Linux, its functions are
    these already.
    """
    endpoint.time = SimpleNamespace(sleep=pause)
    AWSHTTPConnectionPool.ConnectionCls = HTTPConnection
    AWSHTTPSConnectionPool.ConnectionCls = HTTPSConnection
    utils.getproxies, utils.proxy_bypass = getproxies_environment, proxy_bypass_environment


def patch_credentials(
    send: Callable[..., Any], pause: Callable[[float], None], *, prompts: bool, **limits: Any
) -> None:
    """Let botocore request credentials with ``send``, and wait with ``pause`` between requests.

    Also replace how it runs a ``credential_process``, and asks for the code of an MFA device: ours
    can be interrupted, and leave standard input to the script. Without ``prompts``, nobody is
    asked. ``limits``: those of ``credential_program``. botocore makes these providers also for each
    profile whose credentials assume a role. What it signs with, also for STS, is checked when
    ReadOnlyCredentials are made of it.
    """
    from botocore import credentials

    from iamcli.connection.credential_programs import code, credential_program

    URLLib3Session.send = send
    endpoint.time = SimpleNamespace(sleep=pause)
    fetcher = partial(credentials.ContainerMetadataFetcher, sleep=pause)
    credentials.ContainerMetadataFetcher = fetcher
    run = partial(credential_program, prompts=prompts, **limits)
    credentials.ProcessProvider = partial(credentials.ProcessProvider, popen=run)
    prompter = partial(code, prompts=prompts)
    credentials.AssumeRoleProvider = partial(credentials.AssumeRoleProvider, prompter=prompter)
    credentials.ReadOnlyCredentials = Keys
