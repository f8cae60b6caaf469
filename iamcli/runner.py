"""Runs a command: parses the arguments, connects, prints the output and reports errors."""

from __future__ import annotations

import os
import sys

from iamcli import interrupts
from iamcli.command import Command
from iamcli.errors import FAILED, INTERRUPTED, Failure, InvalidPolicy, OutputLost, ServiceError
from iamcli.output.streams import Output
from iamcli.parsing import parser
from iamcli.parsing.options import UsageError
from iamcli.parsing.shared import POLICY_TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from iamcli.client.service import IAM
    from iamcli.command import Function
    from iamcli.config.connection import Connection
    from iamcli.output.lines import Lines
    from iamcli.output.redaction import Secrets
    from iamcli.parsing.options import Option


class Program(Command):
    """A command as a console program."""

    def __call__(self) -> None:
        """Run with the arguments of the process, and end the process with the exit status.

        After SIGTERM or SIGHUP, the process is ended by that signal.
        """
        # A normal exit takes longer and only frees what ends with the process anyway.
        os._exit(self.status())

    def status(self) -> int:
        """Run with the arguments of the process, and return the exit status.

        After SIGTERM or SIGHUP, the process is ended by that signal.
        """
        try:
            interrupts.install_handlers()
            status = self.run(sys.argv[1:])
            interrupts.stop_raising()
        except KeyboardInterrupt:
            status = INTERRUPTED
        if status and interrupts.Pending.number:
            interrupts.end_process(interrupts.Pending.number)
        return status

    def run(self, arguments: Sequence[str]) -> int:
        """Run with the ``arguments`` that follow the command's name; return the exit status.

        The status is 0 on success, 130 after an interrupt, and 1 otherwise. Raises nothing.
        """
        strict = os.environ.get("IAMCLI_STRICT") == "1"
        output = Output(self.name, strict=strict)
        try:
            return self._run(arguments, output, strict=strict)
        except InvalidPolicy as failure:
            self._explain(failure, arguments, output)
        except Failure as failure:
            for line in filter(None, (str(failure), failure.hint, failure.state)):
                output.error(line)
        except KeyboardInterrupt:
            return INTERRUPTED
        finally:
            output.progress.stop()
        return FAILED

    def _run(self, arguments: Sequence[str], output: Output, *, strict: bool) -> int:
        try:
            values = parser.parse(self.name, self.all_options, arguments)
        except parser.HelpRequested:
            return self._print_help(output, strict=strict)
        except parser.VersionRequested:
            from iamcli import __version__

            _print_text(f"{self.name} (iamcli) {__version__}", output)
            return 0
        except UsageError as error:
            if not self._explain(error, arguments, output):
                self._print_usage(error, output, strict=strict)
            return FAILED
        execute(self, values, output, strict=strict)
        return 0

    def _print_help(self, output: Output, *, strict: bool) -> int:
        """Print the help and return the exit status. Source: LEGACY.md (``-h``)."""
        from iamcli.help import style
        from iamcli.help.text import help_text

        styled = not strict and style.wanted(os.environ, terminal=output.data_on_terminal)
        _print_text(help_text(self, styled=styled), output, styled=styled)
        return FAILED if strict else 0

    def _print_usage(self, error: UsageError, output: Output, *, strict: bool) -> None:
        """Print what follows the message of ``error``: on a terminal no more than fits on it."""
        from iamcli.help.text import help_text, usage_text

        if strict or not output.on_terminal():
            output.error_text(help_text(self))
            return
        if error.hint:
            output.error(error.hint)
        output.error_text(usage_text(self, error.option))

    def _explain(
        self, error: InvalidPolicy | UsageError, arguments: Sequence[str], output: Output
    ) -> bool:
        """Print ``error``, or the explanation if the reason is an unquoted policy.

        Returns whether it is.
        """
        explanation = None
        if POLICY_TEXT in self.options:
            from iamcli.policies import unquoted

            explanation = unquoted.explain(self.name, arguments)
        if explanation:
            output.error_lines(explanation)
        else:
            output.error(str(error))
        return explanation is not None


def command(name: str, *options: Option) -> Callable[[Function], Program]:
    """Return a decorator that makes a function the command ``name`` with these ``options``."""

    def declare(function: Function) -> Program:
        return Program(name, options, function)

    return declare


def execute(command: Command, values: Mapping[str, Any], output: Output, *, strict: bool) -> None:
    """Run ``command`` with the ``values`` of its options.

    Raises Failure if the command fails, completely or partly, and KeyboardInterrupt if it is
    interrupted. The messages of both contain no secret.
    """
    from iamcli.output.redaction import Secrets

    secrets = Secrets()
    try:
        _execute(command, values, output, secrets, strict=strict)
    except Failure as failure:
        failure.args = (secrets.redact(str(failure)),)
        failure.hint = secrets.redact(failure.hint)
        failure.state = secrets.redact(failure.state)
        raise
    except Exception as error:  # noqa: BLE001 - users see a traceback only with -d
        if values["debug"]:
            output.error_text(secrets.redact(_traceback(error)))
        what = secrets.redact(f"{type(error).__name__}: {error}")
        internal_error = Failure(f"internal error, please report it with the output of -d: {what}")
        internal_error.state = secrets.redact(getattr(error, "state", ""))
        raise internal_error from None


def _execute(
    command: Command,
    values: Mapping[str, Any],
    output: Output,
    secrets: Secrets,
    *,
    strict: bool,
) -> None:
    from iamcli.client.service import IAM
    from iamcli.config.connection import Connection

    connection = Connection(values, os.environ)

    def before() -> None:
        # The client, once made, may have added a warning about the configured endpoint.
        _warn(connection, output, strict=strict)
        output.flush()

    _warn(connection, output, strict=strict)

    def debug(line: str) -> None:
        output.error(f"debug: {line}")

    on_terminal = output.on_terminal() and not strict
    if values["debug"]:
        # The log shows more.
        output.progress.stop()
    iam = IAM(
        connection,
        secrets=secrets,
        log=debug if values["debug"] else None,
        note=(lambda _line: None) if strict else output.note,
        before=before,
        strict=strict,
        on_terminal=on_terminal,
        interactive=on_terminal and os.isatty(0),
        progress=output.progress,
    )
    arguments = {option.dest: values[option.dest] for option in command.options}
    try:
        _call_function(command, arguments, iam, output)
    except KeyboardInterrupt as interrupt:
        # A second signal does not keep these lines from being printed.
        with interrupts.BlockedSignals():
            interrupts.defer_termination()
            if iam.changed:
                known = secrets.redact(str(interrupt) or _outcome(iam))
                output.error(f"interrupted; {known}")
            state = getattr(interrupt, "state", "")
            if state:
                output.error(secrets.redact(state))
        raise


def _warn(connection: Connection, output: Output, *, strict: bool) -> None:
    """Print the warnings of ``connection``, and that requests go to the sandbox, once."""
    while connection.warnings:
        warning = connection.warnings.pop(0)
        if output.on_terminal():
            output.note(warning)
    if connection.diversion and not strict:
        output.note(connection.diversion)
    connection.diversion = ""


def _call_function(
    command: Command, arguments: Mapping[str, Any], iam: IAM, output: Output
) -> None:
    """Call the function of ``command`` and print its lines; add the hint to a ServiceError."""
    try:
        _print_lines(command.function(iam, **arguments), iam, output)
    except ServiceError as error:
        if iam.on_terminal:
            from iamcli.hints.table import hint

            error.hint = hint(error, command, arguments, iam)
        raise


def _outcome(iam: IAM) -> str:
    """Return the message about the changes that an interrupted command has made."""
    if iam.pending is None:
        return "changes already made remain"
    from iamcli.client import outcomes

    operation, parameters = iam.pending
    return outcomes.unknown_advice(operation, outcomes.check(operation, parameters))


def _print_lines(lines: Lines, iam: IAM, output: Output) -> None:
    try:
        _print_each(lines, output)
        output.flush()
    except OutputLost as lost:
        if iam.changed:
            raise Failure(f"{lost}; changes already made remain") from None
        if not lost.reader_left:
            raise


def _print_each(lines: Lines, output: Output) -> None:
    """Print each line; if one cannot be printed, raise the error in the command at its yield."""
    from iamcli.output.lines import Note, RequireOutput, Secret

    lost: BaseException | None = None
    while True:
        try:
            line = lines.throw(lost) if lost else next(lines, None)
            lost = None
            if line is None:
                return
            if isinstance(line, Note):
                output.note(line)
            elif isinstance(line, RequireOutput):
                output.require(terminal=line.terminal)
            else:
                output.line(line)
                if isinstance(line, Secret):
                    output.flush()
        except (OutputLost, KeyboardInterrupt) as error:  # noqa: PERF203 - any line may fail
            if lines.gi_frame is None:  # type: ignore[attr-defined]  # all generators have it
                # The command has already ended, so it raised the error itself.
                raise
            output.discard()
            lost = error


def _print_text(text: str, output: Output, *, styled: bool = False) -> None:
    """Print ``text``; ``styled``: with the control sequences that it contains."""
    try:
        for line in text.splitlines():
            output.line(line, escaped=not styled)
        output.flush()
    except OutputLost as lost:
        if not lost.reader_left:
            raise


def _traceback(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception(error))
