"""``iamcli help``."""

from __future__ import annotations

import click

from iamcli.cli import listing
from iamcli.cli.documented import DocumentedCommand, show
from iamcli.cli.group import SUBCOMMANDS
from iamcli.cli.wrong_names import hint
from iamcli.commands import index
from iamcli.errors import Failure
from iamcli.help import manual

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output

#: Each topic, by its name and by that of its page, with its page and section.
TOPICS = manual.TOPICS | {page: (page, section) for page, section in manual.TOPICS.values()}


@click.command(cls=DocumentedCommand, options_metavar="")
@click.argument("name", metavar="[COMMAND|TOPIC]", default="iamcli")
@click.pass_context
def help(ctx: click.Context, name: str) -> int:  # noqa: A001 - its name for users
    """Show the manual page of a command or a topic.

    COMMAND can be without iam-, as in iamcli help usercreate. The topics are toolkit (what all
    commands have in common), credential-file, today (IAM as it is today) and iamcli. On a terminal,
    your pager shows the page. If neither man nor mandoc is installed, the help of COMMAND is shown.
    """
    command = f"iam-{name.removeprefix('iam-')}"
    if name in TOPICS or name in SUBCOMMANDS:
        page, section = TOPICS.get(name, TOPICS["iamcli"])
    elif command in index.names():
        page, section = command, 1
    elif listing.modules(name):
        show(ctx, listing.text(listing.of_groups(listing.modules(name))))
    else:
        known = {topic: topic for topic in TOPICS}
        raise click.UsageError(f"unknown command or topic {name}{hint(name, known)}", ctx)
    try:
        lines = manual.lines(page, section)
    except Failure as failure:
        if section != 1:
            raise
        return _help_instead(ctx, page, failure)
    show(ctx, "\n".join(lines))
    return 0


def _help_instead(ctx: click.Context, name: str, failure: Failure) -> int:
    """Report that there is no page of the command ``name``, and print its help."""
    output: Output = ctx.obj
    output.note(f"{failure}. This is the help of {name}:")
    if name != "iamcli":
        return index.load(name).run(["-h"])
    group = ctx.find_root()
    show(group, group.get_help())
    return 0
