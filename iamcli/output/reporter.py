"""What a command prints besides its data and its errors: debug lines, notes, and its progress."""

from __future__ import annotations

from iamcli.output.progressline import ProgressLine
from iamcli.output.redaction import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.output.streams import Output


class Reporter:
    """Prints to ``output``; prints nothing if that is None, as in completion.

    ``debugging``: whether debug lines are printed; ``secrets``: what they must not contain.
    ``strict``: whether IAMCLI_STRICT is set; ``shows_hints``: whether standard error is a terminal,
    not in strict mode. ``progress``: the progress line; debug lines replace it, and show more.
    """

    def __init__(self, output: Output | None = None, *, debug: bool = False) -> None:
        self._output = output
        self.debugging = debug
        self.secrets = Secrets()
        self.strict = bool(output and output.strict)
        self.shows_hints = bool(output and output.shows_hints())
        self.progress = output.progress if output else ProgressLine()
        if debug:
            self.progress.stop()

    def debug(self, line: str, value: dict[str, Any] | None = None) -> None:
        """Print a line of ``-d``; ``value``: request parameters or a response that follow it."""
        if self._output and self.debugging:
            content = f": {self.secrets.structure(value)}" if value else ""
            text = f"debug: {self.secrets.redact(line)}{content}"
            self._output.error(text, whole=True, copy=False)

    def note_unless_strict(self, line: str) -> None:
        """Print a line that is not an error, but not in strict mode."""
        if self._output and not self.strict:
            self._output.note(line)

    def note_on_terminal(self, line: str) -> None:
        """Print a line that is not an error on a terminal only, also in strict mode."""
        if self._output and self._output.on_terminal():
            self._output.note(line)

    def flush(self) -> None:
        """Write the lines of data that wait; raise OutputLost if that fails."""
        if self._output:
            self._output.flush()
