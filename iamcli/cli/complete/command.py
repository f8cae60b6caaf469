"""``iamcli complete``, which the completion scripts of the shells run."""

from __future__ import annotations

import click

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output


@click.command(
    hidden=True, context_settings={"allow_interspersed_args": False}, add_help_option=False
)
@click.argument("kind", metavar="KIND")
@click.argument("arguments", metavar="WORD...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def complete(output: Output, /, kind: str, arguments: tuple[str, ...]) -> None:
    """Print the names of KIND that can follow ARGUMENTS, for completion in the shell."""
    from iamcli.cli.complete.names import complete as names

    names(kind, arguments, output.line)
