"""What is replaced in botocore, for everything that this process does with it."""

from __future__ import annotations

from functools import partial
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]  # unknown to mypy

from botocore import utils
from botocore.awsrequest import AWSHTTPConnectionPool, AWSHTTPSConnectionPool

from iamcli.connection.http_connections import HTTPConnection, HTTPSConnection


def patch_connections() -> None:
    """Replace the connections, and where botocore finds the proxy.

    Our connections lose no signal while they wait, also those for credentials. Only the variables
    specify a proxy: botocore would ask macOS for that of the system, which may crash in a process
    that was forked, as those of ``iamcli run`` are. On Linux, its functions are these already.
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
