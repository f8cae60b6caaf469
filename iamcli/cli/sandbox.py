"""``iamcli sandbox``."""

from __future__ import annotations

import click

from iamcli.cli.documented import DocumentedCommand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output


@click.command(
    cls=DocumentedCommand, options_metavar="", context_settings={"allow_interspersed_args": False}
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def sandbox(output: Output, command: tuple[str, ...]) -> int:
    """Run a command or a shell with a private IAM on this machine.

    COMMAND runs with the iam-* commands on PATH, dummy credentials and an empty IAM. No request
    reaches AWS, and the IAM is deleted when COMMAND ends. Without COMMAND, an interactive shell is
    started. The exit status is that of COMMAND.

    The IAM refuses what AWS refuses, for the same reasons. But it accepts any two six-digit codes
    for an MFA device, it does not check permissions, and it has no default password policy.
    """
    from iamcli.sandbox.launcher import run

    return run(command, output.error)
