"""Running a command whose line has been read: connect, show its lines, tell what went wrong."""

from __future__ import annotations

import os

from iamcli import outcomes, text
from iamcli.connection import Connection
from iamcli.errors import Failure, OutputLost, one_line
from iamcli.iam import IAM
from iamcli.redact import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from iamcli.command import Command
    from iamcli.output import Output
    from iamcli.text import Lines


def run(command: Command, values: Mapping[str, Any], output: Output, *, strict: bool) -> None:
    """Run ``command`` with the ``values`` of its options.

    Raises Failure where it could not do all that it was asked for, and KeyboardInterrupt; the
    texts of both are fit to be shown.
    """
    secrets = Secrets()
    try:
        _run(command, values, output, secrets, strict=strict)
    except Failure as failure:
        failure.args = (secrets.clean(str(failure)),)
        failure.state = secrets.clean(failure.state)
        raise
    except Exception as error:  # noqa: BLE001 - no traceback ever reaches a user without -d
        if values["debug"]:
            output.help(secrets.clean(_trace(error)))
        what = secrets.clean(f"{type(error).__name__}: {error}")
        defect = Failure(f"defect in iamcli, please report it with what -d shows: {what}")
        defect.state = secrets.clean(getattr(error, "state", ""))
        raise defect from None


def _run(
    command: Command,
    values: Mapping[str, Any],
    output: Output,
    secrets: Secrets,
    *,
    strict: bool,
) -> None:
    connection = Connection(values, os.environ)

    def warn() -> None:
        while connection.warnings:
            warning, terminals_only = connection.warnings.pop(0)
            if output.on_terminal() or not terminals_only:
                output.error(warning)

    def before() -> None:
        # The client has looked at the endpoint of the AWS configuration.
        warn()
        output.flush()

    warn()

    def debug(line: str) -> None:
        output.error(f"debug: {one_line(line)}")

    iam = IAM(
        connection,
        secrets=secrets,
        log=debug if values["debug"] else None,
        note=(lambda _line: None) if strict else output.error,
        before=before,
        strict=strict,
    )
    arguments = {option.dest: values[option.dest] for option in command.options}
    try:
        _carry_out(command.function(iam, **arguments), iam, output)
    except KeyboardInterrupt as interrupt:
        if iam.changed:
            known = secrets.clean(str(interrupt) or _known(iam))
            output.error(one_line(f"interrupted; {known}"))
        state = getattr(interrupt, "state", "")
        if state:
            output.error(one_line(secrets.clean(state)))
        raise


def _known(iam: IAM) -> str:
    """Return what is known, after an interrupt, of a command that changes something."""
    if iam.pending is None:
        return "what was already done stays done"
    operation, parameters = iam.pending
    look = outcomes.check(operation, parameters)
    return f"whether {operation} was carried out is unknown, look first: {look}"


def _carry_out(lines: Lines, iam: IAM, output: Output) -> None:
    try:
        _show(lines, output)
        output.flush()
    except OutputLost as lost:
        if iam.changed:
            raise Failure(f"{lost}; what the command did stays done") from None
        if not lost.reader_left:
            raise


def _show(lines: Lines, output: Output) -> None:
    """Show each line, throwing back to the command what it must know: that one was lost."""
    lost: BaseException | None = None
    while True:
        try:
            line = lines.throw(lost) if lost else next(lines, None)
            lost = None
            if line is None:
                return
            _show_line(line, output)
        except (OutputLost, KeyboardInterrupt) as error:  # noqa: PERF203 - each line may be lost
            if lines.gi_frame is None:  # type: ignore[attr-defined]  # all generators have it
                # The command itself has raised it.
                raise
            output.drop()
            lost = error


def _show_line(line: str, output: Output) -> None:
    if isinstance(line, text.Note):
        output.error(line)
    elif line is text.READY:
        output.ready()
    elif line is text.ON_TERMINAL:
        output.ready_on_terminal()
    else:
        output.line(line)
        if isinstance(line, text.Secret):
            output.flush()


def _trace(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception(error))
