"""``iamcli version``."""

from __future__ import annotations

import click

from iamcli import __version__
from iamcli.cli.documented import DocumentedCommand, show


@click.command(cls=DocumentedCommand, options_metavar="")
@click.pass_context
def version(ctx: click.Context) -> None:
    """Show the version."""
    show(ctx, f"iamcli {__version__}")
