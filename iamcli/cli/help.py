"""``iamcli help``."""

from __future__ import annotations

import click

from iamcli.cli import index, listing, manual, search
from iamcli.cli.group import DocumentedCommand, group, hint, show
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from iamcli.output.streams import Output

#: Each topic, by its name and by that of its page, with its page and section.
TOPICS = manual.TOPICS | {page: (page, section) for page, section in manual.TOPICS.values()}


@click.command(cls=DocumentedCommand, options_metavar="")
@click.argument("words", metavar="[COMMAND|TOPIC|WORD...]", nargs=-1)
@click.pass_context
def help(ctx: click.Context, words: tuple[str, ...]) -> None:  # noqa: A001 - its name for users
    """Show the manual page of a command or a topic.

    COMMAND can be without iam-, as in iamcli help usercreate. The topics are toolkit (what all
    commands have in common), moving (old scripts to iamcli), differences (from the toolkit), today
    (IAM as it is today), credential-file, snapshot-file, iamcli and its subcommands. On a terminal,
    your pager shows the page. If neither man nor mandoc is installed, the help of COMMAND is shown.
    For a code, what iamcli check --explain shows; for other words, what iamcli list finds is shown.
    """
    name = " ".join(words) or "iamcli"
    command = f"iam-{''.join(words).removeprefix('iam-')}"
    if topic := TOPICS.get(name.replace(" ", "-")):
        page, section = topic
    elif command in index.names():
        page, section = command, 1
    elif listing.modules(name):
        show(ctx, listing.text(listing.of_groups(listing.modules(name))))
    elif name[0] in "EeWw" and name[1:].isdecimal() and (check := group.get_command(ctx, "check")):
        ctx.find_root().invoke(check, code=name)
    elif found := search.matching(words, group.own(ctx.find_root())):
        show(ctx, listing.text(found), paged=True)
    else:
        known = {each: each for each in TOPICS}
        raise click.UsageError(f"unknown command or topic {name}{hint(name, known)}", ctx)
    try:
        lines = manual.lines(page, section)
    except Failure as failure:
        if section != 1:
            raise
        _help_instead(ctx, page, failure)
    show(ctx, "\n".join(lines))


def _help_instead(ctx: click.Context, name: str, failure: Failure) -> NoReturn:
    """Report that the page ``name`` of a command cannot be shown, and print the command's help."""
    output: Output = ctx.obj
    own = name.removeprefix("iamcli-")
    subcommand = group.get_command(ctx, own)
    shown = f"iamcli {own}" if subcommand else name
    output.note(f"{failure}. This is the help of {shown}:")
    if subcommand:
        show(ctx, subcommand.get_help(click.Context(subcommand, ctx.find_root(), own)))
    if name == "iamcli":
        show(ctx, ctx.find_root().get_help())
    program = index.load(name)
    ctx.exit(program.run(["-h"], [], program.make_output([])))
