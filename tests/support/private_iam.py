"""The private IAM without a command that runs in it, a kept account, and the shell of the sandbox.

Tests name what starts them only here.
"""

from __future__ import annotations

import contextlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from iamcli import __version__
from iamcli.cli.sandbox import kept
from iamcli.cli.sandbox.launch.launcher import SandboxServer, environment
from iamcli.cli.sandbox.launch.shell import PROMPT
from iamcli.cli.sandbox.launch.shell import start as start_shell
from iamcli.config.settings import ACCESS_KEY, SECRET_KEY
from support import prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.sandbox.pipe_messages import EndReport

__all__ = ["ACCESS_KEY", "HEADER", "PROMPT", "SECRET_KEY", "environment", "server", "start_shell"]


#: The first line of the file of a kept account, as this release writes it.
HEADER: dict[str, Any] = {"iamcli": __version__, "format": kept.FORMAT, "moto": version("moto")}


class Server(SandboxServer):
    """A private IAM; ``end_report``: what it told at its end."""

    end_report: EndReport | None


@contextlib.contextmanager
def server(
    module: str = SandboxServer.module, keep: str = "", account: str = "", *, watch: bool = False
) -> Iterator[Server]:
    """Run a private IAM in a prepared server; ``module``: has the ``main`` of the server."""
    private = Server(keep, account, watch=watch)
    private.module = prepared.module(module)
    try:
        private.start()
        yield private
    finally:
        private.end_report = private.stop()
