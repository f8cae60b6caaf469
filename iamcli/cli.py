"""The program ``iamcli``: lists the commands, runs the sandbox, sets up AWS_IAM_HOME."""

from __future__ import annotations

import os
import textwrap

import click

from iamcli import __version__
from iamcli.command import docstring
from iamcli.commands import index
from iamcli.errors import FAILED, INTERRUPTED, Failure, OutputLost, one_line
from iamcli.output.streams import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

WIDTH = 80

HEAD = """\
The commands of the legacy AWS IAM Command Line Toolkit. Each is a separate
program. For its help, run it with -h: iam-usercreate -h
"""


def main() -> int:
    """Run ``iamcli`` with the arguments in ``sys.argv``; return the exit status."""
    output = Output("iamcli", strict=False)
    try:
        status = group.main(obj=output, prog_name="iamcli", standalone_mode=False)
        output.flush()
    except click.UsageError as error:
        program = error.ctx.command_path if error.ctx else "iamcli"
        output.error(f"{error.format_message().removesuffix('.')}; see {program} --help")
    except OutputLost as lost:
        # Python flushes the buffer again at exit; that must not fail a second time.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if lost.reader_left:
            return 0
        output.error(str(lost))
    except Failure as failure:
        output.error(one_line(str(failure)))
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - users never see a traceback
        output.error(f"internal error, please report it: {type(error).__name__}: {error}")
    else:
        return int(status or 0)
    return FAILED


class DocumentedCommand(click.Command):
    """A command that reports an error if its help cannot be written."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        function = self.callback
        if function:
            self.help = docstring(function.__module__, function.__name__, self.help)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return click's help option, changed to print the help through ``Output``."""
        option = super().get_help_option(ctx)
        if option:
            option.callback = lambda ctx, _, wanted: _show(ctx, ctx.get_help()) if wanted else None
        return option


class CommandGroup(DocumentedCommand, click.Group):
    """A group that includes the iam-* programs in its help and in suggestions for wrong names."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the subcommand; raise UsageError with the closest name if there is none."""
        if self.get_command(ctx, args[0]):
            return super().resolve_command(ctx, args)
        from difflib import get_close_matches

        known = {name: f"iamcli {name}" for name in self.commands}
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
        own = [command for command in self.commands.values() if not command.hidden]
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


def _show(ctx: click.Context, text: str) -> None:
    output: Output = ctx.obj
    for line in text.splitlines():
        output.line(line)
    ctx.exit()


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
        _show(ctx, f"iamcli {__version__}")
    if ctx.invoked_subcommand is None:
        _show(ctx, ctx.get_help())


@group.command(
    cls=DocumentedCommand, options_metavar="", context_settings={"allow_interspersed_args": False}
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def sandbox(output: Output, command: tuple[str, ...]) -> int:
    """Run a command or a shell with a private IAM on this machine.

    COMMAND runs with the iam-* commands on PATH, dummy credentials and an empty IAM. No request
    reaches AWS, and the IAM is deleted when COMMAND ends. Without COMMAND, an interactive shell is
    started. The exit status is that of COMMAND.
    """
    from iamcli.sandbox.launcher import run

    return run(command, output.error)


@group.command(
    hidden=True, context_settings={"allow_interspersed_args": False}, add_help_option=False
)
@click.argument("kind")
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_obj
def complete(output: Output, kind: str, arguments: tuple[str, ...]) -> None:
    """Print the names of KIND that can follow ARGUMENTS, for completion in the shell."""
    from iamcli.completion import complete as names

    names(kind, arguments, output.line)


@group.command(cls=DocumentedCommand, options_metavar="[--strict]")
@click.option("--strict", is_flag=True, help="Make commands that behave as with IAMCLI_STRICT=1.")
@click.argument("folder", metavar="DIR")
@click.pass_context
def home(ctx: click.Context, folder: str, *, strict: bool) -> None:
    """Set up a directory that scripts can use as AWS_IAM_HOME.

    Creates the iam-* commands in DIR/bin, two templates and a README. DIR is the directory that
    your scripts expect, for example /opt/aws/apitools/iam. Files that iamcli did not create are
    never overwritten. Run it again after you upgrade or move iamcli.

    With --strict, the commands behave as with IAMCLI_STRICT=1, for scripts that read errors from
    standard output. Run it again without --strict to change that back.
    """
    from iamcli.installation.home import lay_out

    names = [command.name for command in index.commands()]
    for line in lay_out(folder, names, strict=strict):
        ctx.obj.line(line)
