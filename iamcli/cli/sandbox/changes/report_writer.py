"""Writes the report of changes: to standard error, or to a new file."""

from __future__ import annotations

import os

from iamcli.cli.color import CHANGES, coloring
from iamcli.errors import Failure, file_error
from iamcli.protection import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.cli.sandbox.changes.report import Report
    from iamcli.output.streams import Output

#: The name for standard error.
STANDARD_ERROR = "-"


class ReportWriter:
    """Writes the report of changes.

    ``file``: the file, or STANDARD_ERROR. It is created at once, readable by its owner only, so
    that a command does not run in vain. ``as_json``: as JSON, not text;
    ``color``: the value of the option, for standard error. Raises Failure if the file
    exists or cannot be created.
    """

    def __init__(self, file: str, output: Output, *, as_json: bool, color: str = "auto") -> None:
        self._file = file
        self._output = output
        self._paint = coloring(color, 2, CHANGES)
        self._as_json = as_json
        self._number: int | None = None
        if file != STANDARD_ERROR:
            try:
                self._place = Place(file)
                self._number = self._place.create(self._place.name)
            except (OSError, ValueError) as error:
                problem = f"cannot create {file} for the changes: {file_error(error)}"
                raise Failure(f"{problem}; the command was not run") from None

    @property
    def is_standard_error(self) -> bool:
        """Whether the changes are reported on standard error."""
        return self._file == STANDARD_ERROR

    def close(self) -> None:
        """Remove the file if nothing was written."""
        if self._number is not None:
            unchanged = not self._lost()
            os.close(self._number)
            if unchanged:
                self._place.discard(self._place.name)

    def _lost(self) -> str:
        """Return what has happened to the file since it was created; "" if it is still there."""
        assert self._number is not None  # noqa: S101 - for mypy
        now = self._place.state(self._place.name)
        if now is None:
            return "it was removed"
        return "" if os.path.samestat(now, os.fstat(self._number)) else "it was replaced"

    def write(self, report: Report) -> None:
        """Write ``report``.

        If the file cannot be written, it goes to standard error, and Failure is raised.
        """
        if self._number is None:
            if not self._output.error_text(report.as_text(), color=self._paint):
                raise Failure("cannot write the changes to standard error")
            return
        text = report.as_json() if self._as_json else report.as_text()
        problem = self._lost()
        try:
            if not problem:
                # The command may have written to it.
                os.ftruncate(self._number, 0)
                with open(self._number, "w", encoding="utf-8", errors="backslashreplace") as file:
                    self._number = None
                    file.write(text)
        except OSError as error:
            self._place.discard(self._place.name)
            problem = str(error.strerror)
        if problem:
            shown = "; they are above" if self._output.error_text(text) else ""
            raise Failure(f"cannot write the changes to {self._file}: {problem}{shown}")
        for warning in report.warnings() if self._as_json else ():
            self._output.error(f"warning: {warning}")
