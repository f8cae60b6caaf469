"""The way to an endpoint: the proxy, certificates, time limits, and why it cannot be used."""

from __future__ import annotations

import os
import socket
import ssl
from urllib.parse import urlsplit

from botocore import utils
from botocore.exceptions import (
    ConfigParseError,
    ConnectionClosedError,
    ConnectTimeoutError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
)

from iamcli.config.settings import is_proxy
from iamcli.connection.botocore_patches import BundleError, ca_source
from iamcli.connection.regions import is_of_aws
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iamcli.config.settings import Settings
    from iamcli.connection.aws_config import AWSConfig

#: Seconds to wait for a connection, and for a complete response; and the maximum of both.
TIMEOUT = 60.0
MAX_TIMEOUT = 3600.0

#: How http.client begins the text of an error, before the status line of the proxy.
_TUNNEL = "Tunnel connection failed: "
#: The errors of which all that is known is what happened at the proxy, in words; "": their reason.
_AT_PROXY = {
    ProxyConnectionError: "",
    ConnectTimeoutError: "timed out",
    ReadTimeoutError: "timed out",
    ConnectionClosedError: "the connection was lost",
    HTTPClientError: "",
}
#: OpenSSL's reasons if the server does not use TLS; they depend on its release.
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST")
#: Statuses with which proxies answer in place of the service.
_PROXY_STATUSES = (403, 407, 502, 503, 504)


def transport(settings: Settings, aws_config: AWSConfig, url: str) -> tuple[dict[str, Any], str]:
    """Return how to reach ``url``: settings of a botocore HTTP session, and the proxy's source.

    The source is "" if there is no proxy. Raises Failure as ``environment_proxies`` does.
    """
    if settings.proxy:
        proxies = {"http": settings.proxy, "https": settings.proxy}
        source = settings.proxy_source
    else:
        proxies, source = environment_proxies(url)
    # Without this, each request after the first waits 40 ms for an acknowledgement.
    options = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
    if aws_config.switch("tcp_keepalive"):
        options.append((socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1))
    return {
        # An empty name would switch the verification off.
        "verify": ca_bundle(aws_config)[0] or True,
        "proxies": proxies,
        "proxies_config": aws_config.get("proxies_config"),
        "socket_options": options,
    }, source


def proxy(settings: Settings, aws_config: AWSConfig, url: str) -> tuple[str, str]:
    """Return the address of the proxy for ``url``, without a login, and its source; else "".

    Raises Failure as ``environment_proxies`` does.
    """
    session_settings, source = transport(settings, aws_config, url)
    address = session_settings["proxies"].get(urlsplit(url).scheme, "")
    return address.rpartition("@")[2].rpartition("//")[2].rstrip("/"), source


def ca_bundle(aws_config: AWSConfig) -> tuple[str, str]:
    """Return the file of certificate authorities to trust and its source; "" for botocore's own."""
    bundle = str(aws_config.get("ca_bundle") or os.environ.get("REQUESTS_CA_BUNDLE", ""))
    return bundle, bundle and ca_source(bundle)


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
    """Return the seconds that an attempt, with its connection and response, may take.

    Raises Failure if the value of IAMCLI_TIMEOUT is invalid.
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


class ProxyFailure(Failure):
    """There is no answer because of the proxy, or of what is behind it."""


def proxied(failed: BaseException | int, url: str, proxy: str) -> str:
    """Return the message if a request to ``url`` has failed because of its proxy, else "".

    ``failed``: the error, or the status of a response that is not one of the service; ``proxy``:
    what names the proxy, "" if there is none.
    """
    lost = f"HTTP {failed}" if failed in _PROXY_STATUSES else None
    why = lost or ""
    if isinstance(failed, BaseException):
        lost = next((text for kind, text in _AT_PROXY.items() if isinstance(failed, kind)), None)
        why = lost or reason(failed)
    if lost is None or not proxy:
        return ""
    if lost or why.startswith(_TUNNEL):
        rules = f"check the address, the login and the rules of the proxy in {proxy}"
        return f"no answer from {url} through the proxy: {why.removeprefix(_TUNNEL)}; {rules}"
    unreached = isinstance(failed, ProxyConnectionError)
    what = "cannot reach the proxy" if unreached else f"the request to {url} failed"
    return f"{what}: {why}; check {proxy}"


def reason(error: BaseException) -> str:
    """Return the message of the system error that caused ``error``, else the first line of it."""
    message = str(error).partition("\n")[0]
    values = getattr(error, "kwargs", {})
    invalid = values.get("error")
    if isinstance(error, ConfigParseError) and isinstance(invalid, UnicodeDecodeError):
        encoding = invalid.encoding.upper()
        message = f"{values['path']} is not text in {encoding}; save it in {encoding}"
    elif isinstance(invalid, ValueError) and not isinstance(error, ConfigParseError):
        # The text of such an error may contain a password or a token.
        message = "an address or a header is invalid"
    for cause in causes(error):
        if isinstance(cause, BundleError):
            return str(cause)
        if isinstance(cause, OSError) and (cause.strerror or str(cause).startswith(_TUNNEL)):
            message = cause.strerror or str(cause)
    return message


def is_no_tls(error: BaseException) -> bool:
    """Return whether ``error`` is that the server does not use TLS."""
    return any(isinstance(c, ssl.SSLError) and c.reason in _NO_TLS for c in causes(error))


def without_tls(url: str, source: str) -> str:
    """Return what to do if a server does not use TLS; ``source``: what sets its address, or ""."""
    if is_of_aws(url):  # so another server has answered, and http would send it everything
        return "check the network and the proxy variables"
    return f"use http if the service does not use TLS{source and f'; check {source}'}"


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error``, the error that caused it, and so on."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        inner = getattr(cause, "kwargs", {}).get("error")
        cause = inner if isinstance(inner, BaseException) else cause.__cause__ or cause.__context__
