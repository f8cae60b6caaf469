"""What the subcommands share: help that goes through ``Output``."""

from __future__ import annotations

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from iamcli.output.streams import Output


class DocumentedCommand(click.Command):
    """A command that reports an error if its help cannot be written."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return click's help option, changed to print the help through ``Output``."""
        option = super().get_help_option(ctx)
        if option:
            option.callback = lambda ctx, _, wanted: show(ctx, ctx.get_help()) if wanted else None
        return option


def show(ctx: click.Context, text: str) -> NoReturn:
    """Print ``text`` and end the command. Raises OutputLost if it cannot be written."""
    output: Output = ctx.obj
    for line in text.splitlines():
        output.line(line)
    ctx.exit()
