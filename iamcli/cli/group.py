"""The group of the subcommands: lists all commands, and loads a subcommand when it is used."""

from __future__ import annotations

import textwrap
from importlib import import_module

import click

from iamcli import __version__
from iamcli.cli.documented import DocumentedCommand, show
from iamcli.commands import index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 80

HEAD = """\
The commands of the legacy AWS IAM Command Line Toolkit. Each is a separate
program. For its help, run it with -h: iam-usercreate -h
"""

#: The subcommands. Each is the function of that name in the module of that name.
SUBCOMMANDS = ("sandbox", "home", "complete")


class CommandGroup(DocumentedCommand, click.Group):
    """A group that includes the iam-* programs in its help and in suggestions for wrong names."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click passes it
        """Return the names of the subcommands."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the subcommand, imported now; None if there is none."""
        if cmd_name not in SUBCOMMANDS:
            return None
        found: click.Command = getattr(import_module(f"iamcli.cli.{cmd_name}"), cmd_name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the subcommand; raise UsageError with the closest name if there is none."""
        if args[0] in SUBCOMMANDS:
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        known = {name: f"iamcli {name}" for name in SUBCOMMANDS}
        for command in index.commands():
            known[command.name] = known[command.name.removeprefix("iam-")] = command.name
        near = get_close_matches(args[0], known, 1)
        hint = f" (did you mean {known[near[0]]}?)" if near else ""
        raise click.UsageError(f"unknown subcommand {args[0]}{hint}", ctx)

    def get_help(self, ctx: click.Context) -> str:
        """Return the iam-* programs by group, then the subcommands, each with its summary."""
        listed = [
            (title, [(command.name, command.summary) for command in commands])
            for title, commands in index.groups().items()
        ]
        loaded = [self.get_command(ctx, name) for name in SUBCOMMANDS]
        own = [command for command in loaded if command and not command.hidden]
        lines = [(_usage(command, ctx), command.get_short_help_str(WIDTH)) for command in own]
        listed.append(("iamcli", lines))
        return "\n".join([HEAD, *(line for part in listed for line in _part(*part))]).rstrip()


def _usage(command: click.Command, ctx: click.Context) -> str:
    return " ".join(["iamcli", str(command.name), *command.collect_usage_pieces(ctx)])


def _part(title: str, lines: list[tuple[str, str]]) -> Iterator[str]:
    yield title
    width = max(len(name) for name, _ in lines)
    for name, summary in lines:
        left = f"  {name:{width}}  "
        yield textwrap.fill(summary, WIDTH, initial_indent=left, subsequent_indent=" " * len(left))
    yield ""


@click.group(
    cls=CommandGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--version", "version_wanted", is_flag=True)
@click.pass_context
def group(ctx: click.Context, *, version_wanted: bool) -> None:
    """List all commands."""
    if version_wanted:
        show(ctx, f"iamcli {__version__}")
    if ctx.invoked_subcommand is None:
        show(ctx, ctx.get_help())
