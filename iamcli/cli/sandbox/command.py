"""``iamcli sandbox``."""

from __future__ import annotations

import click

from iamcli.cli.color import option
from iamcli.cli.group import DocumentedCommand
from iamcli.errors import Failure
from iamcli.installation import extras, is_one_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output

#: The value of --changes without a file: standard error.
_NO_FILE = "-"


class OptionalFile(click.Option):
    """An option that takes a value only after "="."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return what the help shows, without click's space before the value."""
        record = super().get_help_record(ctx)
        return record and (record[0].replace(" [=", "[="), record[1])


class SandboxCommand(DocumentedCommand):
    """A command with such options. click would take the word that follows for the value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give an option that has no value the one for standard error."""
        params = self.params
        optional = {name for one in params if isinstance(one, OptionalFile) for name in one.opts}
        values = {name for one in params for name in one.opts} - optional
        words: list[str] = []
        rest = list(args)
        while rest and rest[0].startswith("-") and rest[0] != "--":
            word = rest.pop(0)
            words.append(f"{word}={_NO_FILE}" if word in optional else word)
            if word in values:
                words += rest[:1]
                del rest[:1]
        return super().parse_args(ctx, words + rest)


@click.command(cls=SandboxCommand, context_settings={"allow_interspersed_args": False})
@click.option("--account", metavar="FILE.json", help="Start with a copy of an account.")
@click.option(
    "--changes", cls=OptionalFile, metavar="[=FILE]", help="Report what has changed at the end."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    help="The format of the changes.",
)
@option
@click.option("--keep", metavar="DIR", help="Keep the account in DIR, not encrypted.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def sandbox(  # noqa: PLR0913, PLR0917 - one for each option
    output: Output,
    /,
    command: tuple[str, ...],
    account: str | None,
    changes: str | None,
    form: str,
    color: str,
    keep: str | None,
) -> int:
    """Run a command or a shell with a private IAM on this machine.

    COMMAND runs with the iam-* commands on PATH, dummy credentials and an empty IAM, which is
    deleted at the end. Its iam-* commands send nothing to AWS, but other programs, such as aws and
    ssh, are not stopped. Without COMMAND, an interactive shell is started. The exit status is that
    of COMMAND. To read more, run: iamcli help sandbox

    With --account, the IAM starts as a copy of an account, which iamcli snapshot has written to
    FILE.json. Only IAM is a copy: COMMAND really writes files, sends mail and runs programs. With
    --changes, what was created (+), updated (~) and deleted (-) is printed on standard error, or
    written to the new file FILE, which --format json requires.
    """
    if is_one_file():
        raise Failure(extras.advice("sandbox"))
    if form == "json" and changes in (None, _NO_FILE):
        raise click.UsageError("--format json needs --changes=FILE")
    if account and keep:
        raise click.UsageError("--account cannot be used with --keep")
    from contextlib import closing

    from iamcli.cli.sandbox.changes.report_writer import ReportWriter
    from iamcli.cli.sandbox.launch.launcher import run
    from iamcli.interrupts import defer_signals

    if keep == "":
        raise Failure("the directory name is empty; specify a directory")
    if account == "":
        raise Failure("the file name is empty; specify a file that iamcli snapshot has written")
    defer_signals()
    arguments = (command, output, keep or "", account or "")
    if changes is None:
        return run(*arguments)
    with closing(ReportWriter(changes, output, as_json=form == "json", color=color)) as writer:
        return run(*arguments, writer)
