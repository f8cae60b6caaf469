"""The program ``iamcli``: one module for each subcommand. The work is in other packages."""

from __future__ import annotations

import os
import sys

from iamcli.commands import index
from iamcli.errors import FAILED, INTERRUPTED, Failure, OutputLost, one_line


def main() -> int:
    """Run ``iamcli`` with the arguments in ``sys.argv``; return the exit status.

    If the first argument is the name of a command, run that command as its console program does.
    """
    if sys.argv[1:] and sys.argv[1] in index.names():
        # This ends the process.
        index.load(sys.argv.pop(1))()
    return _run()


def _run() -> int:
    import click

    from iamcli.cli.group import group
    from iamcli.output.streams import Output

    output = Output("iamcli", strict=False)
    try:
        status = group.main(obj=output, prog_name="iamcli", standalone_mode=False)
        output.flush()
    except click.UsageError as error:
        program = error.ctx.command_path if error.ctx else "iamcli"
        # click puts each choice on its own line.
        text = error.format_message().replace("\n\t", " ").removesuffix(".")
        output.error(f"{text}; see {program} --help")
    except OutputLost as lost:
        # Python flushes the buffer again at exit; that must not fail a second time.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if lost.reader_left:
            return 0
        output.error(str(lost))
    except Failure as failure:
        for line in filter(None, (str(failure), failure.hint)):
            output.error(one_line(line))
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - users never see a traceback
        output.error(f"internal error, please report it: {type(error).__name__}: {error}")
    else:
        return int(status or 0)
    return FAILED
