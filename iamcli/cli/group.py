"""The group of the subcommands, which are loaded when they are used, and what these share."""

from __future__ import annotations

from importlib import import_module

import click

from iamcli import __version__
from iamcli.cli import index, listing, manual, pager
from iamcli.errors import Failure, data_on_terminal
from iamcli.parsing.command_names import line_of, suggest
from iamcli.quoting import command_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    from iamcli.output.streams import Output

WELCOME = "iamcli provides the 69 commands of the legacy AWS IAM Command Line Toolkit."
#: What ``iamcli`` alone suggests.
FIRST = (
    ("iamcli doctor", "Find out whether the commands work on this machine"),
    ("iamcli check DIR", "Find mistakes in old scripts, without running them"),
    ("iamcli home DIR", "Make the directory that old scripts expect"),
    ("iamcli sandbox", "Try the commands with a private IAM on this machine"),
    ("iamcli list WORD", "List the commands that have to do with a word"),
    ("iamcli help COMMAND", "Read the manual page of a command"),
    ("iamcli help moving", "Read how to move old scripts to iamcli, step by step"),
)
GROUPS = "Groups of commands. For the commands for users, run iamcli users:"
OTHERS = "Subcommands. For how to use them, run iamcli -h:"

USAGE = (
    ("iamcli SUBCOMMAND [ARGUMENT]...", "for its arguments: iamcli SUBCOMMAND -h"),
    ("iamcli GROUP", "list the commands of a group"),
    ("iamcli COMMAND [OPTION]...", "run an iam-* command, as without iamcli"),
)

OPTIONS = "Options: -h, --help  show this help; --version  show the version"

#: The subcommands. Each is the function of that name in the module of that name, or in the module
#: ``command`` of the package of that name. Shells run the last one.
SUBCOMMANDS = (*manual.SUBCOMMANDS, "complete")
#: Subcommands of other programs that sign in, or show who is signed in.
_ABOUT_CREDENTIALS = ("login", "configure", "whoami", "status")


class DocumentedCommand(click.Command):
    """A command that reports an error if its help cannot be written."""

    # For arguments that are too many, click raises an error that says nothing of them.
    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse ``args``. Raises UsageError, with the context, if they are wrong."""
        with click.core.augment_usage_errors(ctx):
            rest = super().parse_args(ctx, args)
            if rest and not isinstance(self, click.Group):
                raise click.NoSuchOption(rest[0])
        return rest

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return click's help option, changed to print the help through ``Output``."""
        option = super().get_help_option(ctx)
        if option:
            option.callback = lambda ctx, _, wanted: show(ctx, ctx.get_help()) if wanted else None
        return option


def show(ctx: click.Context, text: str, *, paged: bool = False) -> NoReturn:
    """Print ``text`` and end the command. Raises OutputLost if it cannot be written.

    ``paged``: the user's pager shows what does not fit on the terminal.
    """
    output: Output = ctx.obj
    if paged:
        page(output, text)
    else:
        for line in text.splitlines():
            output.line(line)
    ctx.exit()


def page(output: Output, text: str) -> None:
    """Print ``text``, in the user's pager if it does not fit on the terminal."""
    if command := pager.wanted(text):
        pager.run(command, data_on_terminal(text))
    else:
        for line in text.splitlines():
            output.line(line)


def hint(wrong: str, known: Mapping[str, str]) -> str:
    """Return the name that ``wrong`` means, as the second half of an error, or "".

    ``known``: what can be meant besides the commands, each with the name to suggest.
    """
    near = suggest(wrong, index.names(), known)
    return f"; did you mean {near}?" if near else ""


def no_such_command(name: str) -> Failure:
    """Return the error for a ``name`` that no command has, or that a shell has not found."""
    if name in index.names():
        from shutil import which

        from iamcli.cli.installed_commands import adding_to_path

        if which(name):
            return Failure(f"{name} follows --; run: iamcli {name}")
        return Failure(f"{name} is not in PATH; {adding_to_path()}")
    advice = hint(name, {}) or "; to list all commands, run iamcli list"
    return Failure(f"no such command: {name}{advice}")


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
        if args[0].startswith(("iam-", "iam_")):
            raise no_such_command(args[0])
        if args[1:] and (line := line_of(args, index.names(), index.load)):
            raise click.UsageError(f"this is not a subcommand; type: {line}", ctx)
        for count in (2, 1):
            if modules := listing.modules(" ".join(args[:count])):
                if not args[count:] or {"-h", "--help"} & {*args[count:]}:
                    show(ctx, listing.text(listing.of_groups(modules)))
                line = command_line("iamcli", *args[:count])
                raise click.UsageError(f"No argument is allowed: {args[count]}; type: {line}", ctx)
        names = (*SUBCOMMANDS, *listing.names(), *listing.GROUPS)
        known = {name: f"iamcli {name}" for name in names}
        known |= {"version": "iamcli --version", "create": "iamcli list create"}
        near = hint(args[0], known)
        if args[0] in _ABOUT_CREDENTIALS:
            near = "; to see which credentials commands use, run: iamcli doctor"
        raise click.UsageError(f"unknown subcommand {args[0]}{near}", ctx)

    def own(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return each subcommand ("iamcli list") and its summary; not those for programs."""
        found = {name: self.get_command(ctx, name) for name in SUBCOMMANDS}
        return [
            (f"iamcli {name}", command.get_short_help_str(listing.WIDTH))
            for name, command in found.items()
            if command and not command.hidden
        ]

    def welcome(self, ctx: click.Context) -> str:
        """Return what ``iamcli`` alone shows: at most 23 lines."""
        subcommands = [name.removeprefix("iamcli ") for name, _ in self.own(ctx)]
        lines = [listing.text({WELCOME: (), "To begin:": FIRST}), "", listing.filled(GROUPS)]
        lines += [listing.wrapped(listing.GROUPS), "", OTHERS, listing.wrapped(subcommands)]
        return "\n".join(lines)

    def get_help(self, ctx: click.Context) -> str:
        """Return the usage, the subcommands, the options and the groups: at most 23 lines."""
        rows = [(name.removeprefix("iamcli "), summary) for name, summary in self.own(ctx)]
        lines = [listing.text({"Usage:": USAGE, "Subcommands:": rows}), ""]
        lines += [listing.filled(OPTIONS), "", "Groups:"]
        return "\n".join([*lines, listing.wrapped(listing.GROUPS)])


@click.group(
    cls=CommandGroup,
    options_metavar="",
    subcommand_metavar="SUBCOMMAND [ARGUMENT]...",
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
