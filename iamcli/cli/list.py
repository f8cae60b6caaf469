"""``iamcli list``."""

from __future__ import annotations

import click

from iamcli.cli import listing, search
from iamcli.cli.group import DocumentedCommand, group, hint, show
from iamcli.errors import Failure


@click.command(cls=DocumentedCommand, options_metavar="")
@click.argument("words", metavar="[WORD]...", nargs=-1)
@click.pass_context
def list(ctx: click.Context, words: tuple[str, ...]) -> None:  # noqa: A001 - its name for users
    """List all commands, or those that match a word.

    A command matches if its name or its summary contains WORD or a synonym, or if WORD is the name
    of its group, such as users, keys or certificates. With several words, a command must match
    each. If none matches, the text of the manual pages is searched for words that begin with WORD.
    """
    groups = search.matching(words, group.own(ctx.find_root()))
    if not groups:
        text = " ".join(words)
        names = (*listing.names(), *listing.GROUPS)
        near = hint(text, {name: f"iamcli list {name}" for name in names})
        raise Failure(
            f"no command matches {text}{near or '; to list all commands, run iamcli list'}"
        )
    show(ctx, listing.text(groups), paged=True)
