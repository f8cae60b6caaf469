"""What the subcommands share: help that goes through ``Output``."""

from __future__ import annotations

import click

from iamcli.command import docstring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.output.streams import Output


class DocumentedCommand(click.Command):
    """A command that reports an error if its help cannot be written."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        function = self.callback
        if function:
            self.help = docstring(function.__module__, function.__name__, self.help)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return click's help option, changed to print the help through ``Output``."""
        option = super().get_help_option(ctx)
        if option:
            option.callback = lambda ctx, _, wanted: show(ctx, ctx.get_help()) if wanted else None
        return option


def show(ctx: click.Context, text: str) -> None:
    """Print ``text`` and end the command. Raises OutputLost if it cannot be written."""
    output: Output = ctx.obj
    for line in text.splitlines():
        output.line(line)
    ctx.exit()
