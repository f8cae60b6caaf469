"""``iamcli run``."""

from __future__ import annotations

import click

from iamcli.cli.group import DocumentedCommand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output


@click.command(cls=DocumentedCommand, context_settings={"allow_interspersed_args": False})
@click.option("--stats", is_flag=True, help="Print what was done at the end.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def run(output: Output, /, command: tuple[str, ...], *, stats: bool) -> int:
    """Run a script whose iam-* commands start in a few milliseconds.

    COMMAND runs unchanged. Its iam-* commands are started by a server, which has imported
    everything and keeps connections open; they behave as always. The server ends with COMMAND.
    Without COMMAND, an interactive shell is started. The exit status is that of COMMAND.

    With --stats, the numbers of commands, requests and connections are printed on standard error
    at the end.
    """
    from iamcli.cli.running.command_server import run as run_with_server

    if not command and output.on_terminal():
        output.note("starting an interactive shell; type exit to leave iamcli run")
    return run_with_server(command, output.error, statistics=stats)
