"""``iamcli sandbox``."""

from __future__ import annotations

import click

from iamcli.cli.documented import DocumentedCommand
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output


@click.command(
    cls=DocumentedCommand,
    options_metavar="[--keep DIR]",
    context_settings={"allow_interspersed_args": False},
)
@click.option("--keep", metavar="DIR", help="Keep the account in this directory.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def sandbox(output: Output, command: tuple[str, ...], keep: str | None) -> int:
    """Run a command or a shell with a private IAM on this machine.

    COMMAND runs with the iam-* commands on PATH, dummy credentials and an empty IAM. No request
    reaches AWS, and the IAM is deleted when COMMAND ends. Without COMMAND, an interactive shell is
    started, in which TAB completes options and names. The exit status is that of COMMAND.

    With --keep, the account is saved in DIR, and the next sandbox with the same DIR continues with
    it. DIR is created if it does not exist. Secrets in it are not encrypted.

    The IAM refuses what AWS refuses, for the same reasons. But it accepts any two six-digit codes
    for an MFA device, it does not check permissions, and it has no default password policy.
    """
    from iamcli.sandbox.launcher import run

    if keep == "":
        raise Failure("the directory name is empty; specify a directory")
    return run(command, output, keep or "")
