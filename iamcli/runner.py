"""Runs a command: the console program, which reports what ends the command, and the work itself."""

from __future__ import annotations

import os
import sys

from iamcli import interrupts
from iamcli.command import Command
from iamcli.errors import (
    FAILED,
    INTERRUPTED,
    CommandEnd,
    Failure,
    Interrupted,
    InvalidPolicy,
    OutputLost,
    ReaderLeft,
    ServiceError,
    concealed,
    unexpected,
)
from iamcli.output.streams import Output, Reporter, check_strictness, strictness
from iamcli.parsing import parser
from iamcli.parsing.options import UsageError

#: How to report an error that no code expects.
REPORT = "please report it with the output of -d"
#: The bytes that are kept free for a report of what may have been changed, if memory runs out. They
#: are never written, so that the system only counts them.
_RESERVE = 4 << 20

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from iamcli.command import Function
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines
    from iamcli.output.redaction import Secrets
    from iamcli.parsing.options import Option
    from iamcli.parsing.parser import Item


class Program(Command):
    """A command as a console program."""

    def __call__(self, failure: str = "") -> None:
        """Run as ``main`` does, and end the process with the exit status."""
        # A normal exit takes longer and only frees what ends with the process anyway.
        os._exit(self.main(failure))

    def main(self, failure: str = "") -> int:
        """Run with the arguments of the process, and return the exit status.

        ``failure``: why the command has already failed in another process. A signal that ended the
        command, or that came before a failure was reported, ends the process.
        """
        output = None
        try:
            interrupts.install_handlers(deferred=bool(failure))
            arguments = sys.argv[1:]
            items = [*parser.parsed(self.all_options, arguments)]
            output = self.make_output(items)
            if failure:
                output.error(failure)
            status = FAILED if failure else self.run(arguments, items, output)
        except KeyboardInterrupt:
            status = INTERRUPTED
        except Exception as error:  # noqa: BLE001 - users see no traceback
            # There is no memory to report an error in the usual way, or a module cannot be read.
            interrupted = isinstance(interrupts.without_wrapper(error), KeyboardInterrupt)
            line = b"" if interrupted else f"{self.name}: {unexpected(error, REPORT)}\n".encode()
            usual = [1, 2] if strictness() == "1" else [2]
            copies = output.copy_descriptors if output else []
            for numbers in (output.error_descriptors if output else usual, copies):
                for number in numbers:
                    try:
                        if os.write(number, line) == len(line):
                            break
                    except OSError:
                        continue
            status = INTERRUPTED if interrupted else FAILED
        if status and interrupts.SignalState.number:
            interrupts.end_process(interrupts.SignalState.number)
        return status

    def make_output(self, items: Sequence[Item]) -> Output:
        """Return the output; errors are not copied if the command prints a list or a secret.

        A script would take the words of an error for names. ``items``: those of the command line.
        Source: LEGACY.md (errors on standard output).
        """
        given = {
            each.name for each, _, value in items if each and (each.switch or value is not None)
        }
        return Output(self.name, strict=strictness() == "1", copied=not self.prints(given))

    def run(self, arguments: Sequence[str], items: Sequence[Item], output: Output) -> int:
        """Run with the ``arguments`` that follow the command's name; report what ends the command.

        ``items``: what ``parsed`` yields of the arguments. Returns the exit status: 0 on success,
        130 after an interrupt, and 1 otherwise. Raises nothing, once it has begun to work.
        """
        status = FAILED
        try:
            try:
                values = parser.values_of(self.name, self.all_options, arguments, items)
                check_strictness()
                execute(self, values, output)
                status = 0
            except parser.HelpRequested:
                from iamcli.help.text import columns, help_text

                _print_text(help_text(self, columns(1), strict=output.strict), output)
                # Source: LEGACY.md (``-h``).
                status = FAILED if output.strict else 0
            except parser.VersionRequested:
                from iamcli import __version__

                _print_text(f"{self.name} (iamcli) {__version__}", output)
                status = 0
            finally:
                # At the end, nothing interrupts.
                interrupts.defer_signals()
        except KeyboardInterrupt as interrupt:
            status = INTERRUPTED
            if isinstance(interrupt, Interrupted):
                _report(interrupt, output)
        except (UsageError, InvalidPolicy) as error:
            if explanation := self._explanation(arguments):
                output.error_text(f"{self.name}: {explanation}\n")
            elif isinstance(error, InvalidPolicy):
                _report(error, output)
            else:
                self._print_usage(error, output)
        except Failure as failure:
            _report(failure, output)
        output.progress.stop()
        return status

    def _explanation(self, arguments: Sequence[str]) -> str | None:
        """Return the lines about a value that a shell has changed, None if there is none."""
        explain = next(filter(None, (option.explain for option in self.options)), None)
        return explain(self.name, arguments) if explain else None

    def _print_usage(self, error: UsageError, output: Output) -> None:
        """Print ``error`` and what follows it: on a terminal no more than fits on it."""
        from iamcli.help.text import columns, help_text, usage_text

        width = columns(1 if output.strict else 2)
        if not output.shows_hints():
            # A reader that ends after the first line, as head does, has had all of it.
            output.error(str(error), more=help_text(self, width, strict=output.strict))
            return
        output.error(str(error))
        if error.hint:
            output.error(error.hint, copy=False)
        output.error_text(usage_text(self, error.option, width), help_text(self))


def command(
    *options: Option, creates: bool = False, secret: bool = False, multiline: bool = False
) -> Callable[[Function], Program]:
    """Return a decorator that makes a function a command: ``usermod`` becomes iam-usermod.

    The parameters are those of Command.
    """

    def declare(function: Function) -> Program:
        name = f"iam-{function.__name__}"
        return Program(name, options, function, creates=creates, secret=secret, multiline=multiline)

    return declare


def call(command: Command, iam: IAM, arguments: Mapping[str, Any]) -> Lines | None:
    """Call the function of ``command``; ``arguments``: the values of its options, by ``dest``.

    Raises Failure if the options cannot be used together.
    """
    if conflict := command.conflict(arguments):
        raise Failure(conflict)
    return command.function(iam, **arguments)


def execute(
    command: Command, values: Mapping[str, Any], output: Output, *, complete_model: bool = False
) -> None:
    """Call the function of ``command`` with the ``values`` of its options, and print its lines.

    ``complete_model``: as for IAM. Raises Failure if the command fails, completely or partly, and
    Interrupted after a signal. Their texts contain no secret, and say what may have been changed.
    """
    from iamcli.config.characters import require_visible
    from iamcli.config.settings import Settings

    reporter = Reporter(output, debug=values["debug"])
    arguments = {option.dest: values[option.dest] for option in command.options}
    named = [option for option in command.all_options if option.complete == "file"]
    places = [values["url"], *(values[option.dest] for option in named)]
    reporter.secrets.add(*(each for each in places if each and concealed(each) == "..."))
    for name in dict.fromkeys(values.get("overridden", ())):
        reporter.note_on_terminal(f"only the last value of {name} counts")
    iam = None
    reserve = []
    try:
        reserve.append(bytes(_RESERVE))
        require_visible(command.options, values)
        settings = Settings(values, os.environ)
        from iamcli.operations.service import IAM

        iam = IAM(settings, reporter, complete_model=complete_model)
        lines = call(command, iam, arguments)
        if lines is not None:
            _print(lines, output, reporter.secrets)
        output.flush()
    except (Exception, KeyboardInterrupt) as raised:  # noqa: BLE001 - users see no traceback
        reserve.clear()
        error = interrupts.without_wrapper(raised)
        if isinstance(error, ReaderLeft) and not (iam and iam.outcome()):
            return
        if isinstance(error, ServiceError) and iam and iam.on_terminal:
            from iamcli.hints.table import attach_hint

            attach_hint(error, command, arguments, iam)
        if reporter.debugging and not isinstance(error, (Failure, KeyboardInterrupt)):
            import traceback

            text = reporter.secrets.redact("".join(traceback.format_exception(error)))
            output.error_text(text, "")
        raise _end(error, iam, reporter.secrets) from None


def _print(lines: Lines, output: Output, secrets: Secrets) -> None:
    """Print each line; if one cannot be printed, raise the error in the command at its yield."""
    from iamcli.output.lines import Drawing, Note, RequireOutput, Secret

    for line in lines:
        try:
            if isinstance(line, Note):
                output.note(secrets.redact(line))
            elif isinstance(line, RequireOutput):
                output.require(terminal=line.terminal, widths=line.widths)
            else:
                output.line(line, escaped=not isinstance(line, Drawing))
            if isinstance(line, Secret):
                output.flush()
        except (OutputLost, KeyboardInterrupt) as lost:  # noqa: PERF203 - any line may fail
            output.discard()
            lines.throw(lost)


def _end(error: BaseException, iam: IAM | None, secrets: Secrets) -> CommandEnd:
    """Return what ends the command because of ``error``, with texts to be printed."""
    outcome = iam.outcome() if iam else ""
    end: CommandEnd
    if isinstance(error, KeyboardInterrupt):
        # Python may have added a text of its own to an interrupt that is none of this program.
        known = str(error) if isinstance(error, Interrupted) else outcome
        end, texts = Interrupted(), ["interrupted", known] if known else []
    elif isinstance(error, Failure):
        end, texts = error, [str(error), outcome if isinstance(error, OutputLost) else ""]
    else:
        end, texts = Failure(), [unexpected(error, REPORT), outcome]
    end.args = (secrets.redact("; ".join(filter(None, texts))),)
    end.hint = secrets.redact(end.hint)
    end.state = iam.state if iam else ""
    return end


def _report(end: CommandEnd, output: Output) -> None:
    """Print the lines of ``end``, in strict mode as one, and the help of the options."""
    appended, separate = (end.state, "") if output.strict else ("", end.state)
    if str(end) or appended:
        output.error(str(end), appended)
    hint = end.hint or (end.make_hint() if end.make_hint else "")
    if hint and output.shows_hints():
        output.error(hint, copy=False)
    if separate:
        output.error("", separate)
    if end.options:
        from iamcli.help.text import columns, options_text

        output.error_text(options_text(end.options, columns(2)), "")


def _print_text(text: str, output: Output) -> None:
    """Print ``text`` of this program, with the control sequences that it contains."""
    try:
        for line in text.splitlines():
            output.line(line, escaped=False)
        output.flush()
    except ReaderLeft:
        return
