"""``iamcli home``."""

from __future__ import annotations

from pathlib import Path

import click

from iamcli.cli.group import DocumentedCommand
from iamcli.protection import PROTECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output


@click.command(cls=DocumentedCommand)
@click.option("--no-strict", is_flag=True, help="Make commands that behave as the installed ones.")
@click.option("--strict", is_flag=True, hidden=True, expose_value=False)  # now the default
@click.argument("folder", metavar="DIR")
@click.pass_obj
def home(output: Output, folder: str, *, no_strict: bool) -> None:
    """Set up a directory that scripts can use as AWS_IAM_HOME.

    Creates the iam-* commands in DIR/bin, two templates and a README. DIR is the directory that
    your scripts expect, for example /opt/aws/apitools/iam. Files that iamcli did not create are
    never overwritten. Run this again after you upgrade or move iamcli.

    A command of DIR is run with PATH=/usr/bin:/bin, as cron runs it. If the one file finds no
    Python 3.10 or later then, the commands in DIR/bin name the Python that runs this one.

    Unless IAMCLI_STRICT is set, the commands behave as if it were 1, as old scripts expect; to read
    how, run: iamcli help differences. --no-strict changes that.
    """
    from iamcli.cli import index
    from iamcli.cli.homes.directory import CLOSED, closed, exposure
    from iamcli.cli.homes.layout import lay_out
    from iamcli.help.text import fitted

    names = index.names()
    for line in lay_out(folder, names, strict=not no_strict):
        for row in fitted(line):
            output.line(row)
    if exposed := exposure(folder, names):
        output.error(f"{exposed}; {PROTECT}")
    program, advice = closed(Path(folder), names)
    if program:
        output.error(f"{folder}: {CLOSED} {program}; {advice}")
