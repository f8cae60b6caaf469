"""In the sandbox, all requests go to the private IAM, whose address is in IAMCLI_SANDBOX.

Old scripts set their own credential file and endpoint, and would change a real account. So would a
command after ``sudo``, ``su -`` or ``env -i``, which remove the variable: it sends nothing.
"""

from __future__ import annotations

import contextlib
import copy
import os
import sys
from urllib.parse import urlsplit

from iamcli.config.settings import KEPT, SANDBOX
from iamcli.connection import processes
from iamcli.connection.aws_config import AWSConfig, endpoint_variable
from iamcli.connection.credentials import CREDENTIAL_SERVICES
from iamcli.connection.endpoints import endpoint
from iamcli.connection.regions import NoEndpoint
from iamcli.connection.transport import proxy
from iamcli.errors import Failure
from iamcli.handover import VARIABLE
from iamcli.interrupts import Interruptible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.config.settings import Settings

#: An address that is reached as those of AWS are, so that the same proxy applies.
_AWS_URL = "https://iam.amazonaws.com"
#: The variables of the addresses from which botocore gets the credentials of a container.
_CONTAINER = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")

#: Where a command that sends nothing reports itself to the private IAM, and how long it tries.
REPORT_PATH = "/command-without-environment"
#: The maximum length of a report, which is the name of the command (bytes).
MAX_REPORT = 64
_TIMEOUT = 2.0


def refuse_outside(settings: Settings) -> None:
    """Raise Failure if this process is in a sandbox, and ``settings`` does not lead to its IAM.

    The private IAM is told that this command has failed. If this process is in none, raises Failure
    if another user may have taken the address of the private IAM to which ``settings`` leads.
    Source: docs/decisions.md (the sandbox).
    """
    private = processes.sandbox_left_by(settings)
    if not private:
        if settings.sandbox and not processes.sandbox():
            _require_own(settings.sandbox)
        return
    _report(private)
    if settings.sandbox:
        raise Failure(
            f"{SANDBOX} was changed, so nothing was sent; keep the value that iamcli sandbox sets"
        )
    raise Failure(
        "the environment of iamcli sandbox was reset, so nothing was sent; keep "
        f"{', '.join(KEPT[:-1])} and {KEPT[-1]} (with sudo: --preserve-env={','.join(KEPT)})"
    )


def _require_own(url: str) -> None:
    """Raise Failure if nothing of this user or of root listens at ``url``; not without /proc."""
    parts = urlsplit(url)
    try:
        address = (str(parts.hostname), parts.port or 0)
        owners = processes.users(address, processes.NOBODY, processes.LISTENING)
    except FileNotFoundError:
        return
    except OSError:
        # It is not an address of IPv4, and so not one of a sandbox.
        owners = set()
    if not owners or owners - {os.geteuid(), 0}:
        raise Failure(
            f"no sandbox of yours is at {parts.scheme}://{parts.netloc}, which {SANDBOX} names, so "
            "nothing was sent; run the command in a new sandbox"
        )


def _report(private: str) -> None:
    """Report this command to the ``private`` IAM, which may be out of reach."""
    from http.client import HTTPConnection, HTTPException

    program = os.path.basename(sys.argv[0])
    name = os.fsencode("iamcli" if program == "__main__.py" else program)[:MAX_REPORT]
    peer = HTTPConnection(private.removeprefix("http://"), timeout=_TIMEOUT)
    with contextlib.suppress(HTTPException, OSError), Interruptible(), contextlib.closing(peer):
        peer.request("POST", REPORT_PATH, name)
        peer.getresponse()


def is_first(line: str) -> bool:
    """Return whether no command of this sandbox has printed ``line`` yet, as far as is known."""
    from zlib import crc32

    # Beside the socket of the server that starts the commands; below a file, there is nothing.
    server = os.environ.get(VARIABLE) or f"{os.devnull}/"
    try:
        os.mkdir(f"{server}-{crc32(os.fsencode(line)):08x}")
    except OSError as error:
        return not isinstance(error, FileExistsError)
    return True


def confined(settings: Settings, aws_config: AWSConfig) -> Settings:
    """Return ``settings``; in the sandbox, a copy that leads to the private IAM.

    There, it changes the environment so that botocore uses the private IAM, too. Raises Failure if
    an address that was specified is invalid, as outside the sandbox. Source: docs/decisions.md (the
    sandbox).
    """
    if not settings.sandbox:
        return settings
    inside = copy.copy(settings)
    source = "the default"
    try:
        specified = endpoint(settings, aws_config)
        url = destination = specified.url
        inside.url_warning = specified.warning
        source = specified.source if specified.specified else source
    except NoEndpoint:
        # Outside the sandbox, nothing would be sent.
        url, destination = _AWS_URL, f"an endpoint for {aws_config.region}"
    address, proxy_source = proxy(settings, aws_config, url)
    unused = []
    if url.rstrip("/") != settings.sandbox.rstrip("/"):
        unused.append(f"not to {destination} ({source})")
    if address:
        unused.append(f"not through {address} ({proxy_source})")
    unused += [f"not with {what} {why}" for what, why in settings.unread.items()]
    if unused:
        inside.diversion = f"requests go to the sandbox, {' and '.join(unused)}"
    inside.url, inside.url_source = settings.sandbox, SANDBOX
    inside.proxy, inside.proxy_source = None, ""
    os.environ |= dict.fromkeys(map(endpoint_variable, CREDENTIAL_SERVICES), settings.sandbox)
    os.environ |= {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "NO_PROXY": "*",
        "no_proxy": "*",
    }
    for name in _CONTAINER:
        os.environ.pop(name, None)
    return inside
