"""Runs a command: the console program, which reports what ends the command, and the work itself."""

from __future__ import annotations

import os
import sys

from iamcli import interrupts
from iamcli.command import Command
from iamcli.errors import (
    FAILED,
    INTERRUPTED,
    Failure,
    InvalidPolicy,
    OutputLost,
    ServiceError,
    unexpected,
)
from iamcli.output.streams import Output
from iamcli.parsing import parser
from iamcli.parsing.options import UsageError
from iamcli.parsing.shared import POLICY_TEXT

#: How to report an error that no code expects.
REPORT = "please report it with the output of -d"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from iamcli.command import Function
    from iamcli.config.connection import Connection
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines
    from iamcli.output.redaction import Secrets
    from iamcli.parsing.options import Option


class Program(Command):
    """A command as a console program."""

    def __call__(self) -> None:
        """Run with the arguments of the process, and end the process with the exit status.

        A signal that ended the command ends the process.
        """
        # A normal exit takes longer and only frees what ends with the process anyway.
        os._exit(self.status())

    def status(self) -> int:
        """Run with the arguments of the process, and return the exit status.

        A signal that ended the command, or that came before a failure was reported, ends the
        process.
        """
        try:
            interrupts.install_handlers()
            status = self.run(sys.argv[1:])
        except KeyboardInterrupt:
            status = INTERRUPTED
        except (ImportError, MemoryError) as error:
            # There is not enough memory to report an error in the usual way.
            os.write(2, f"{self.name}: {unexpected(error, REPORT)}\n".encode())
            status = FAILED
        if status and interrupts.Pending.number:
            interrupts.end_process(interrupts.Pending.number)
        return status

    def run(self, arguments: Sequence[str]) -> int:
        """Run with the ``arguments`` that follow the command's name; report what ends the command.

        Returns the exit status: 0 on success, 130 after an interrupt, and 1 otherwise. Raises
        nothing, once it has begun to work.
        """
        output = Output(self.name, strict=os.environ.get("IAMCLI_STRICT") == "1")
        status = FAILED
        try:
            status = self._work(arguments, output)
        except UsageError as error:
            if not self._explain_policy(error, arguments, output):
                self._print_usage(error, output)
        except InvalidPolicy as failure:
            self._explain_policy(failure, arguments, output)
        except (Failure, KeyboardInterrupt) as end:
            self._report(end, output)
            if isinstance(end, KeyboardInterrupt):
                status = INTERRUPTED
        output.progress.stop()
        return status

    def _report(self, end: Failure | KeyboardInterrupt, output: Output) -> None:
        """Print the lines of ``end``, and the help of the options that it is about."""
        if str(end):
            output.error(str(end))
        ask = getattr(end, "ask", None)
        hint = getattr(end, "hint", "") or (ask() if ask else "")
        if hint:
            output.error(hint)
        state = getattr(end, "state", "")
        if state:
            output.error(state, whole=True)
        options = getattr(end, "options", ())
        if options:
            from iamcli.help.text import columns, options_text

            output.error_text(options_text(options, columns(2)))

    def _work(self, arguments: Sequence[str], output: Output) -> int:
        """Do what the ``arguments`` say; return the exit status. At the end, nothing interrupts."""
        try:
            values = parser.parse(self.name, self.all_options, arguments)
            execute(self, values, output)
        except parser.HelpRequested:
            return self._print_help(output)
        except parser.VersionRequested:
            from iamcli import __version__

            _print_text(f"{self.name} (iamcli) {__version__}", output)
        finally:
            interrupts.guard()
        return 0

    def _print_help(self, output: Output) -> int:
        """Print the help and return the exit status. Source: LEGACY.md (``-h``)."""
        from iamcli.help import style
        from iamcli.help.text import columns, help_text

        styled = not output.strict and style.wanted(os.environ, terminal=output.data_on_terminal)
        _print_text(help_text(self, columns(1), styled=styled), output)
        return FAILED if output.strict else 0

    def _print_usage(self, error: UsageError, output: Output) -> None:
        """Print what follows the message of ``error``: on a terminal no more than fits on it."""
        from iamcli.help.text import columns, help_text, usage_text

        width = columns(1 if output.strict else 2)
        if not _explains(output):
            output.error_text(help_text(self, width))
            return
        if error.hint:
            output.error(error.hint)
        output.error_text(usage_text(self, error.option, width))

    def _explain_policy(
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
            output.error_text(f"{self.name}: {explanation}\n")
        else:
            output.error(str(error))
            if isinstance(error, InvalidPolicy) and error.hint and _explains(output):
                output.error(error.hint)
        return explanation is not None


def command(
    name: str, *options: Option, creates: bool = False, secret: bool = False
) -> Callable[[Function], Program]:
    """Return a decorator that makes a function a command; the parameters are those of Command."""

    def declare(function: Function) -> Program:
        return Program(name, options, function, creates=creates, secret=secret)

    return declare


def call(command: Command, iam: IAM, arguments: Mapping[str, Any]) -> Lines | None:
    """Call the function of ``command``; ``arguments``: the values of its options, by ``dest``.

    Raises Failure if the options cannot be used together.
    """
    if conflict := command.conflict(arguments):
        raise Failure(conflict)
    return command.function(iam, **arguments)


def execute(command: Command, values: Mapping[str, Any], output: Output) -> None:
    """Call the function of ``command`` with the ``values`` of its options, and print its lines.

    Raises Failure if the command fails, completely or partly, and KeyboardInterrupt if it is
    interrupted. Their texts contain no secret, and say what may have been changed.
    """
    from iamcli.config.characters import require_visible
    from iamcli.config.connection import Connection
    from iamcli.output.redaction import Secrets

    secrets = Secrets()
    arguments = {option.dest: values[option.dest] for option in command.options}
    iam = None
    try:
        require_visible(command.options, values)
        iam = _service(Connection(values, os.environ), output, secrets, debug=values["debug"])
        lines = call(command, iam, arguments)
        if lines is not None:
            _print(lines, output)
        output.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - users see no traceback
        outcome = iam.outcome() if iam else ""
        if isinstance(error, OutputLost) and error.reader_left and not outcome:
            return
        if isinstance(error, ServiceError) and iam and iam.on_terminal:
            from iamcli.hints.table import explain

            explain(error, command, arguments, iam)
        if values["debug"] and not isinstance(error, (Failure, KeyboardInterrupt)):
            output.error_text(secrets.redact(_traceback(error)))
        raise _end(error, outcome, secrets) from None


def _service(connection: Connection, output: Output, secrets: Secrets, *, debug: bool) -> IAM:
    """Return the service, as the command is to call it, and print the warnings."""
    from iamcli.operations.service import IAM

    def warn(line: str) -> None:
        if output.on_terminal():
            output.note(line)

    for warning in connection.warnings:
        warn(warning)
    on_terminal = _explains(output)
    if debug:
        # The log shows more.
        output.progress.stop()
    return IAM(
        connection,
        secrets=secrets,
        log=(lambda line: output.error(f"debug: {line}", whole=True)) if debug else None,
        note=(lambda _line: None) if output.strict else output.note,
        warn=warn,
        before=output.flush,
        strict=output.strict,
        on_terminal=on_terminal,
        interactive=on_terminal and os.isatty(0),
        progress=output.progress,
    )


def _explains(output: Output) -> bool:
    """Return whether errors are followed by hints: on a terminal, not in strict mode."""
    return output.on_terminal() and not output.strict


def _print(lines: Lines, output: Output) -> None:
    """Print each line; if one cannot be printed, raise the error in the command at its yield."""
    from iamcli.output.lines import Drawing, Note, RequireOutput, Secret

    for line in lines:
        try:
            if isinstance(line, Note):
                output.note(line)
            elif isinstance(line, RequireOutput):
                output.require(terminal=line.terminal, widths=line.widths)
            else:
                output.line(line, escaped=not isinstance(line, Drawing))
            if isinstance(line, Secret):
                output.flush()
        except (OutputLost, KeyboardInterrupt) as lost:  # noqa: PERF203 - any line may fail
            output.discard()
            lines.throw(lost)


def _end(error: BaseException, outcome: str, secrets: Secrets) -> Failure | KeyboardInterrupt:
    """Return what ends the command because of ``error``, with texts to be printed.

    ``outcome``: what is known about the changes; some errors know more.
    """
    end = error if isinstance(error, (Failure, KeyboardInterrupt)) else Failure()
    texts = [str(error)]
    if isinstance(error, KeyboardInterrupt):
        # Python may have added a text of its own to an interrupt.
        known = str(error) if hasattr(error, "outcome") else outcome
        texts = ["interrupted", known] if known else []
    elif isinstance(error, OutputLost):
        texts.append(outcome)
    elif end is not error:
        texts = [unexpected(error, REPORT), outcome]
    end.args = (secrets.redact("; ".join(filter(None, texts))),)
    for name in ("hint", "state"):
        setattr(end, name, secrets.redact(getattr(error, name, "")))
    return end


def _print_text(text: str, output: Output) -> None:
    """Print ``text`` of this program, with the control sequences that it contains."""
    try:
        for line in text.splitlines():
            output.line(line, escaped=False)
        output.flush()
    except OutputLost as lost:
        if not lost.reader_left:
            raise


def _traceback(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception(error))
