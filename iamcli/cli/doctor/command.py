"""``iamcli doctor``."""

from __future__ import annotations

import click

from iamcli.cli.color import RESULTS, coloring, option
from iamcli.cli.group import DocumentedCommand, page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output


@click.command(cls=DocumentedCommand)
@click.option(
    "--offline", is_flag=True, help="Send nothing; skip the checks that need the network."
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json", "account"]),
    default="text",
    help="Print text (the default), JSON, or only the account.",
)
@option
@click.pass_obj
def doctor(output: Output, layout: str, color: str, *, offline: bool) -> int:
    """Check why commands do not work on this machine.

    Checks the credentials, the endpoint and the way to it, the environment and the installation.
    Each check is ok, skipped, a warning or wrong, and says what to do. Problems come last, after a
    line that counts the results. Sends at most two requests,
    which only read, one to STS and one to IAM, and those that get temporary credentials. Exits 0
    if commands would work, else 1; with --format account, 0 if the account is known, else 1.
    """
    from iamcli.cli.doctor import checks
    from iamcli.cli.doctor.diagnosis import as_json, is_ok, text
    from iamcli.errors import FAILED, Failure

    diagnoses = checks.make_all(offline=offline)
    if layout == "account":
        account = diagnoses["identity"].account
        if account is None:
            raise Failure("the account is unknown; to see why, run: iamcli doctor")
        output.line(account)
        return 0
    lines = [*as_json(diagnoses)]
    if layout == "text":
        fine, lines = text(diagnoses, on_terminal=output.data_on_terminal)
        page(output, "\n".join(fine))
    paint = coloring(color if layout == "text" else "never", 1, RESULTS)
    for line in lines:
        output.line(line, color=paint)
    return 0 if is_ok(diagnoses) else FAILED
