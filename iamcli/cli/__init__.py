"""The program ``iamcli``: one module for each subcommand. The work is in other packages."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import os
import sys

from iamcli import interrupts
from iamcli.cli import index
from iamcli.errors import FAILED, Failure, ReaderLeft, one_line, unexpected


def main() -> None:
    """Run ``iamcli`` with the arguments in ``sys.argv``, and end the process.

    If the first argument is the name of a command, run that command as its console program does.
    A signal that interrupted the subcommand ends the process.
    """
    if sys.argv[1:] and sys.argv[1] in index.names():
        # This ends the process.
        index.load(sys.argv.pop(1))()
    try:
        interrupts.install_handlers()
        status = _run()
        interrupts.defer_signals()
    except KeyboardInterrupt:
        status = -_signal.SIGINT
    except Exception as error:  # noqa: BLE001 - users see no traceback
        # There is no memory to report an error in the usual way, or a module cannot be read.
        os.write(2, f"iamcli: {unexpected(error, 'please report it')}\n".encode())
        status = FAILED
    if status == -_signal.SIGINT or (status and interrupts.SignalState.number):
        interrupts.end_process(interrupts.SignalState.number or _signal.SIGINT)
    # In a normal exit, a signal would be lost.
    os._exit(status)


def _run() -> int:
    """Run a subcommand; return its exit status, or -SIGINT if it or its command was interrupted.

    Raises KeyboardInterrupt if it was interrupted, too.
    """
    import click

    from iamcli.cli.group import group
    from iamcli.output.streams import Output

    output = Output("iamcli", strict=False)
    try:
        try:
            with group.make_context("iamcli", sys.argv[1:], obj=output) as context:
                status = group.invoke(context)
        except click.exceptions.Exit as end:
            status = end.exit_code
        output.flush()
    except click.UsageError as error:
        from iamcli.cli.usage import report

        output.error_text(report(error, sys.argv[1:]))
    except ReaderLeft:
        return 0
    except Failure as failure:
        for line in filter(None, (str(failure), failure.hint if output.shows_hints() else "")):
            output.error(one_line(line))
    except Exception as error:  # noqa: BLE001 - users never see a traceback
        if isinstance(interrupts.without_wrapper(error), KeyboardInterrupt):
            raise KeyboardInterrupt from None
        output.error(unexpected(error, "please report it"))
    else:
        return int(status or 0)
    return FAILED
