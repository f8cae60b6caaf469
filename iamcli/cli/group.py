"""The group of the subcommands, which are loaded when they are used, and the groups of commands."""

from __future__ import annotations

from importlib import import_module

import click

from iamcli import __version__
from iamcli.cli import listing
from iamcli.cli.documented import DocumentedCommand, show
from iamcli.cli.wrong_names import hint, no_such_command

WELCOME = """\
iamcli provides the 69 commands of the legacy AWS IAM Command Line Toolkit.

  iamcli sandbox           Try the commands with a private IAM on this machine
  iamcli list password     List the commands that have to do with a word
  iam-usercreate -h        Show what a command does, its options and an example
  iamcli help usercreate   Read the manual page of a command
  iamcli home DIR          Set up a directory for scripts that use AWS_IAM_HOME

Groups of commands. For the commands for users, run iamcli users:
"""

USAGE = """\
Usage: iamcli [SUBCOMMAND [ARGUMENT]...]
       iamcli GROUP
       iamcli COMMAND [OPTION]...

With GROUP, the commands of that group are listed. COMMAND is one of the iam-*
commands, which you can also run without iamcli.

Options:
  -h, --help  Show this help and exit; after a subcommand, show its help
  --version   Show the version and exit
"""

#: The subcommands. Each is the function of that name in the module of that name, or in the module
#: ``command`` of the package of that name.
SUBCOMMANDS = (
    "list",
    "help",
    "version",
    "doctor",
    "check",
    "explain",
    "run",
    "sandbox",
    "snapshot",
    "recreate",
    "home",
    "completion",
    "complete",
)


class CommandGroup(DocumentedCommand, click.Group):
    """A group that accepts names of groups of commands, and suggests names for wrong ones."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the subcommand, imported now; None if there is none."""
        if cmd_name not in SUBCOMMANDS:
            return None
        module = import_module(f"iamcli.cli.{cmd_name}")
        if hasattr(module, "__path__"):
            module = import_module(f"iamcli.cli.{cmd_name}.command")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the subcommand, or one that lists the group of commands that ``args`` name.

        Raises Failure or UsageError with the closest name if there is neither.
        """
        if args[0] in SUBCOMMANDS:
            return super().resolve_command(ctx, args)
        for count in (2, 1):
            modules = listing.modules(" ".join(args[:count]))
            if modules:
                return args[0], GroupListing(args[0], modules), args[count:]
        if args[0].startswith(("iam-", "iam_")):
            raise no_such_command(args[0])
        names = (*SUBCOMMANDS, *listing.names(), *listing.GROUPS)
        similar = hint(args[0], {name: f"iamcli {name}" for name in names})
        raise click.UsageError(f"unknown subcommand {args[0]}{similar}", ctx)

    def own(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return how to run each subcommand, with its summary; those for programs are left out."""
        rows = []
        for name in SUBCOMMANDS:
            command = self.get_command(ctx, name)
            if command and not command.hidden:
                usage = " ".join(["iamcli", name, *command.collect_usage_pieces(ctx)])
                rows.append((usage, command.get_short_help_str(listing.WIDTH)))
        return rows

    def welcome(self, ctx: click.Context) -> str:
        """Return what ``iamcli`` alone shows: at most 20 lines."""
        subcommands = [usage.split()[1] for usage, _ in self.own(ctx)]
        lines = [WELCOME.rstrip(), listing.wrapped(listing.GROUPS), ""]
        lines += ["Subcommands. For how to use them, run iamcli -h:"]
        return "\n".join([*lines, listing.wrapped(subcommands)])

    def get_help(self, ctx: click.Context) -> str:
        """Return how to use ``iamcli``, its subcommands with summaries, and the groups."""
        lines = [USAGE, listing.text({"Subcommands:": self.own(ctx)}), "", "Groups:"]
        return "\n".join([*lines, listing.wrapped(listing.GROUPS)])


class GroupListing(DocumentedCommand):
    """The subcommand that lists the group of commands in ``modules``."""

    def __init__(self, name: str, modules: tuple[str, ...]) -> None:
        super().__init__(name)
        self._modules = modules

    def get_help(self, ctx: click.Context) -> str:  # noqa: ARG002 - click passes it
        """Return the list."""
        return listing.text(listing.of_groups(self._modules))

    def invoke(self, ctx: click.Context) -> None:
        """Print the list."""
        show(ctx, self.get_help(ctx))


@click.group(
    cls=CommandGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--version", "version_wanted", is_flag=True, help="Show the version and exit.")
@click.pass_context
def group(ctx: click.Context, *, version_wanted: bool) -> None:
    """Show where to begin."""
    if version_wanted:
        show(ctx, f"iamcli {__version__}")
    if ctx.invoked_subcommand is None:
        show(ctx, group.welcome(ctx))
