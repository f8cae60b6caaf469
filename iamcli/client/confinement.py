"""In the sandbox, all requests go to the private IAM, whatever address a script specifies.

``iamcli sandbox`` sets IAMCLI_SANDBOX to the address of the private IAM. A script of old days sets
its own credential file and endpoint; without this rule it would change a real account.
"""

from __future__ import annotations

import os

from iamcli.client.settings import CREDENTIAL_SERVICES, endpoint, proxy
from iamcli.config.connection import SANDBOX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.client.settings import Settings
    from iamcli.config.connection import Connection

#: The variables of the addresses from which botocore gets the credentials of a container.
_CONTAINER = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")


def confine(connection: Connection, settings: Settings) -> None:
    """Make ``connection`` use the private IAM directly, and also botocore, in this process.

    Sets ``connection.diversion`` if another address or a proxy was specified. Raises Failure if
    that address is invalid, as outside the sandbox. Source: LEGACY.md (the sandbox).
    """
    specified = endpoint(connection, settings, None)
    address, proxy_source = proxy(connection, settings, specified.url)
    unused = []
    if specified.url.rstrip("/") != connection.sandbox.rstrip("/"):
        source = specified.source if specified.specified else "the default"
        unused.append(f"not to {specified.url} ({source})")
    if address:
        unused.append(f"not through {address} ({proxy_source})")
    if unused:
        connection.diversion = f"requests go to the sandbox, {' and '.join(unused)}"
    connection.url, connection.url_source = connection.sandbox, SANDBOX
    connection.proxy, connection.proxy_source = None, ""
    os.environ |= {
        **{
            f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}": connection.sandbox
            for service in CREDENTIAL_SERVICES
        },
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "NO_PROXY": "*",
        "no_proxy": "*",
    }
    for name in _CONTAINER:
        os.environ.pop(name, None)
