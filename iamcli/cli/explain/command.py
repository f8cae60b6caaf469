"""``iamcli explain``."""

from __future__ import annotations

import click

from iamcli.cli.group import DocumentedCommand, page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output

_FORMATS = click.Choice(["text", "json", "aws"])


@click.command(cls=DocumentedCommand, context_settings={"allow_interspersed_args": False})
@click.option(
    "--format", "form", type=_FORMATS, default="text", help="The format of the explanation."
)
@click.option("--policy", is_flag=True, help="Print a policy that allows what COMMAND does.")
@click.argument("command", metavar="-- COMMAND...", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def explain(output: Output, /, form: str, command: tuple[str, ...], *, policy: bool) -> None:
    """Preview a command, without sending a request.

    COMMAND is an iam-* command with its options. The explanation lists the requests with their
    parameters and conditions, first those that change something, the permissions that they need,
    and an aws command that does the same; if that needs a script, --format aws prints it. No access
    key is needed. A file that is not there is named instead of its contents. If a new secret cannot
    be shown, the command deletes it again; that request and its permission are not listed.
    """
    from iamcli.cli.explain.explanation import Explanation
    from iamcli.cli.explain.report import FORMATS, as_policy

    explanation = Explanation(command)
    text = as_policy(explanation) if policy else FORMATS[form](explanation)
    if form == "text" and not policy:
        page(output, text)
    elif text:
        output.line(text)
