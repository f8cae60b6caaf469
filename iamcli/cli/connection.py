"""The connection options of the iam-* commands, for the subcommands that send requests."""

from __future__ import annotations

import click

from iamcli.parsing.shared import CLIENT_CONFIG_FILE, CREDENTIAL_FILE, DEBUG, URL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def connection_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a subcommand. Its function gets their values by their ``dest``."""
    for option in (DEBUG, URL, CLIENT_CONFIG_FILE, CREDENTIAL_FILE):
        names = [name for name in (option.name, option.alias) if name]
        text = f"{option.help[0].upper()}{option.help[1:]}."
        function = click.option(
            *names, option.dest, metavar=option.metavar, is_flag=option.metavar is None, help=text
        )(function)
    return function
