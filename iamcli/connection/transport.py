"""The way to an endpoint: the proxy, certificates, time limits and socket options."""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

from botocore import utils

from iamcli.config.connection import is_proxy
from iamcli.connection.settings import VARIABLES
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.config.connection import Connection
    from iamcli.connection.settings import Settings

#: Seconds to wait for a connection, and for a complete response; and the maximum of both.
TIMEOUT = 60.0
MAX_TIMEOUT = 3600.0


def transport(connection: Connection, settings: Settings, url: str) -> tuple[dict[str, Any], str]:
    """Return how to reach ``url``: settings of a botocore HTTP session, and the proxy's source.

    The source is "" if there is no proxy. Raises Failure as ``environment_proxies`` does.
    """
    if connection.proxy:
        proxies = {"http": connection.proxy, "https": connection.proxy}
        source = connection.proxy_source
    else:
        proxies, source = environment_proxies(url)
    # Without this, each request after the first waits 40 ms for an acknowledgement.
    options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    if settings.switch("tcp_keepalive"):
        options.append((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1))
    return {
        # An empty name would switch the verification off.
        "verify": ca_bundle(settings)[0] or True,
        "proxies": proxies,
        "proxies_config": settings.get("proxies_config"),
        "socket_options": options,
    }, source


def proxy(connection: Connection, settings: Settings, url: str) -> tuple[str, str]:
    """Return the address of the proxy for ``url``, without a login, and its source; else "".

    Raises Failure as ``environment_proxies`` does.
    """
    session_settings, source = transport(connection, settings, url)
    address = session_settings["proxies"].get(urlsplit(url).scheme, "")
    return address.rpartition("@")[2].rpartition("//")[2].rstrip("/"), source


def ca_bundle(settings: Settings) -> tuple[str, str]:
    """Return the file of certificate authorities to trust and its source; "" for botocore's own."""
    bundle = settings.get("ca_bundle")
    if bundle:
        variable = VARIABLES["ca_bundle"]
        of_variable = os.environ.get(variable) == bundle
        return str(bundle), variable if of_variable else "ca_bundle of the AWS configuration"
    bundle = os.environ.get("REQUESTS_CA_BUNDLE", "")
    return bundle, "REQUESTS_CA_BUNDLE" if bundle else ""


def environment_proxies(url: str) -> tuple[dict[str, str], str]:
    """Return the proxies of the environment for ``url``, by scheme, and the variable that counts.

    Raises Failure if that variable is not the address of a proxy. The message does not show the
    value, which may contain a password.
    """
    proxies = utils.get_environ_proxies(url)
    scheme = urlsplit(url).scheme
    proxy = proxies.get(scheme)
    if not proxy:
        return proxies, ""
    # The name in lower case counts first.
    names = [f"{scheme}_proxy", *sorted(os.environ)]
    same = (name for name in names if name.lower() == names[0] and os.environ.get(name) == proxy)
    source = next(same)
    if not is_proxy(proxy):
        raise Failure(
            f"{source} is not the address of an HTTP proxy; use http://HOST:PORT or "
            "http://USER:PASSWORD@HOST:PORT, with special characters of the password as %XX"
        )
    return proxies, source


def timeout() -> float:
    """Return the seconds to wait for a connection, and for a complete response (IAMCLI_TIMEOUT).

    Raises Failure if the value is invalid.
    """
    value = os.environ.get("IAMCLI_TIMEOUT") or str(TIMEOUT)
    try:
        # float() takes underscores and digits of other scripts, too.
        seconds = float(value) if value.isascii() and "_" not in value else 0.0
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MAX_TIMEOUT:
        raise Failure(
            f"invalid IAMCLI_TIMEOUT: {value}; use a number of seconds, at most {MAX_TIMEOUT:.0f}"
        )
    return seconds
