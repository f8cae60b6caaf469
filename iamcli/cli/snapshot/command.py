"""``iamcli snapshot``."""

from __future__ import annotations

import click

from iamcli.cli.group import DocumentedCommand
from iamcli.parsing.shared import CLIENT_CONFIG_FILE, CREDENTIAL_FILE, DEBUG, URL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from iamcli.operations.service import IAM
    from iamcli.output.streams import Output

#: The names of standard output as FILE.
STANDARD_OUTPUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


class SeveralNames(DocumentedCommand):
    """A command whose option --users takes all arguments up to the next option.

    So the argument comes before the options.
    """

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the argument and the options, in the order that users must follow."""
        return super().collect_usage_pieces(ctx)[::-1]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat --users before each of its names, which is what click expects."""
        return super().parse_args(ctx, list(_repeated("--users", args)))


def _repeated(option: str, arguments: list[str]) -> Iterator[str]:
    before, taking = "", False
    for argument in arguments:
        if argument.startswith("-"):
            taking = argument == option
        elif taking and before != option:
            yield option
        yield argument
        before = argument


def connection_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for the connection. ``function`` gets their values by their ``dest``."""
    for option in (DEBUG, URL, CLIENT_CONFIG_FILE, CREDENTIAL_FILE):
        names = [name for name in (option.name, option.alias) if name]
        text = f"{option.help[0].upper()}{option.help[1:]}."
        # To click, is_flag=False means that the value can be left out.
        flag = option.metavar is None or None
        function = click.option(
            *names, option.dest, metavar=option.metavar, is_flag=flag, help=text
        )(function)
    return function


@click.command(cls=SeveralNames)
@click.argument("file", metavar="FILE")
@click.option("--from", "details", metavar="DETAILS", help="Convert this file; send nothing.")
@click.option("--users", multiple=True, metavar="NAME ...", help="Read these users only.")
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
@connection_options
@click.pass_obj
def snapshot(
    output: Output,
    /,
    file: str,
    details: str | None,
    users: tuple[str, ...],
    *,
    force: bool,
    **connection: Any,
) -> None:
    """Save the account's IAM entities to a file.

    Only requests that read are sent. FILE, or standard output if FILE is -, is readable only by
    you, contains no secrets, and lists what the key may not read. With --from, DETAILS is the
    output of aws iam get-account-authorization-details, and no request is sent.
    """
    try:
        from iamcli.cli.account_file.file import SnapshotFile, StandardOutput
        from iamcli.cli.snapshot.content import refusals, summary
        from iamcli.cli.snapshot.converter import convert
        from iamcli.command import Command
        from iamcli.runner import execute

        to_file = file not in STANDARD_OUTPUT
        written = SnapshotFile(file, force=force) if to_file else StandardOutput(output)

        def save(content: dict[str, Any]) -> None:
            written.write(content)
            if output.on_terminal():
                output.note(f"wrote {written.name}: {summary(content)}")
            if content["unread"]:
                where = f"{written.name} lists them in its member unread"
                output.note(f"{refusals(content)}; {where}")

        def read_account(iam: IAM) -> None:
            from iamcli.cli.snapshot.reader import read
            from iamcli.operations.snapshots import remember

            content = read(iam, users)
            save(content)
            if to_file:
                remember(iam, file, content["account"])

        if details is None:
            command = Command("iamcli snapshot", (), read_account)
            execute(command, connection, output, complete_model=True)
        else:
            save(convert(details, users))
    finally:
        output.progress.stop()
