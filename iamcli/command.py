"""Commands: a declaration and a function that yields lines make a console program."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal itself costs a start 4 ms
import os
import sys

from iamcli import grammar, interrupts
from iamcli.errors import FAILED, INTERRUPTED, Failure, NotJson, OutputLost, one_line
from iamcli.options import COMMON, POLICY_TEXT
from iamcli.output import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iamcli.grammar import Option
    from iamcli.text import Lines

    Function = Callable[..., Lines]


class Command:
    """A console program: ``name``, ``options`` (its own), and the ``function`` that does the work.

    The function takes the service and the value of each option by name, and yields lines. Its
    docstring is the command's documentation: a summary, a description, and sections that begin
    with a word and a colon (``Output:``, ``Differs:``, ``Example:``, ``Calls:``).
    """

    def __init__(self, name: str, options: Sequence[Option], function: Function) -> None:
        self.name = name
        self.options = tuple(options)
        self.function = function
        self.__doc__ = function.__doc__

    @property
    def summary(self) -> str:
        """What the command does, in one line."""
        return (self.__doc__ or self.name).partition("\n")[0]

    @property
    def all_options(self) -> list[Option]:
        """The command's options and the common ones, sorted by name."""
        return sorted((*self.options, *COMMON), key=lambda option: option.name)

    def __call__(self) -> None:
        """Run as the program that was called, and leave the process with its status.

        After SIGTERM or SIGHUP the process is ended by that signal.
        """
        try:
            interrupts.heed()
            status = self.run(sys.argv[1:])
        except KeyboardInterrupt:
            status = INTERRUPTED
        if status and interrupts.Ending.number:
            # No function of ours is called: nothing may raise any more.
            _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
            _signal.signal(interrupts.Ending.number, _signal.SIG_DFL)
            _signal.raise_signal(interrupts.Ending.number)
            # The first process of a container does not die of it.
            status = 128 + interrupts.Ending.number
        # Whatever a normal exit would still tidy up is gone with the process anyway.
        os._exit(status)

    def run(self, words: Sequence[str]) -> int:
        """Run with the ``words`` behind the command's name; return the exit status.

        0 where all was done, 130 after an interrupt, else 1. Nothing is raised.
        """
        strict = os.environ.get("IAMCLI_STRICT") == "1"
        output = Output(self.name, strict=strict)
        try:
            return self._run(words, output, strict=strict)
        except NotJson as failure:
            output.error(self._torn(words) or one_line(str(failure)))
        except Failure as failure:
            output.error(one_line(str(failure)))
            if failure.state:
                output.error(one_line(failure.state))
        except KeyboardInterrupt:
            return INTERRUPTED
        return FAILED

    def _run(self, words: Sequence[str], output: Output, *, strict: bool) -> int:
        try:
            values = grammar.read(self.name, self.all_options, words)
        except grammar.HelpWanted:
            return self._show(self._help(), output, FAILED if strict else 0)
        except grammar.VersionWanted:
            from iamcli import __version__

            return self._show(f"{self.name} (iamcli) {__version__}", output, 0)
        except grammar.UsageError as error:
            torn = self._torn(words)
            output.error(torn or str(error))
            if not torn:
                output.help(self._help())
            return FAILED
        from iamcli.run import run

        run(self, values, output, strict=strict)
        return 0

    def _show(self, text: str, output: Output, status: int) -> int:
        try:
            for line in text.splitlines():
                output.line(line)
            output.flush()
        except OutputLost as lost:
            if not lost.reader_left:
                raise
        return status

    def _help(self) -> str:
        from iamcli import help as help_text

        return help_text.text(self)

    def _torn(self, words: Sequence[str]) -> str | None:
        if POLICY_TEXT not in self.options:
            return None
        from iamcli import torn

        return torn.explain(self.name, words)


def command(name: str, *options: Option) -> Callable[[Function], Command]:
    """Declare the function below to be the command ``name`` with these ``options``."""

    def declare(function: Function) -> Command:
        return Command(name, options, function)

    return declare
