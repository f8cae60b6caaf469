"""``iamcli recreate``."""

from __future__ import annotations

import click

from iamcli.cli.group import DocumentedCommand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output


@click.command(cls=DocumentedCommand)
@click.argument("file", metavar="FILE")
@click.argument("entities", metavar="ENTITY...", nargs=-1, required=True)
@click.option("--account", metavar="ID", help="Make the script for this account.")
@click.pass_obj
def recreate(output: Output, file: str, entities: tuple[str, ...], account: str | None) -> None:
    """Print a script that creates deleted entities again.

    FILE is a snapshot that iamcli snapshot has written. ENTITY is user/NAME, group/NAME, role/NAME,
    instance-profile/NAME, or all. No request is sent; the script sends them when sh runs it. It
    checks the account, and that none of the entities exists, before it changes anything.

    Comments in the script name what cannot be created again, such as access keys, and what the
    snapshot does not say.
    """
    from iamcli.cli.account_file.arns import is_account
    from iamcli.cli.account_file.file import read
    from iamcli.cli.account_file.schema import SNAPSHOT
    from iamcli.cli.account_file.values import pick
    from iamcli.cli.recreate.script import script
    from iamcli.cli.recreate.selection import select
    from iamcli.cli.recreate.shell import is_writable
    from iamcli.errors import Failure

    if account is not None and not is_account(account):
        raise click.UsageError("--account needs an account number of 12 digits")
    snapshot = pick(SNAPSHOT, read(file), {})
    text = script(select(snapshot, entities, file, account))
    if not is_writable(text):
        raise Failure(
            f"{file} is damaged: no script can contain one of its names; make a new one with "
            "iamcli snapshot"
        )
    output.line(text)
