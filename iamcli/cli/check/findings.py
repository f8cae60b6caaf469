"""What a check finds, and the codes of findings."""

from __future__ import annotations

from typing import NamedTuple

ERROR = "error"
WARNING = "warning"
#: The code of a warning about lines that only the parser cannot read: no fault of the script.
PARSER = "W212"
#: The reason of a note about lines that were not understood.
UNREAD = "cannot be parsed"


class Finding(NamedTuple):
    """A fault in a script.

    ``file``: the file as named on the command line or in the script; ``line`` and ``column``: where
    the word is, from 1, the column in characters; ``code``: "E103"; ``command``: the command that
    the fault is in ("iam-usercreate"); ``message``: what is wrong; ``fix``: what to do. Both are
    phrases without a full stop.
    """

    file: str
    line: int
    column: int
    code: str
    command: str
    message: str
    fix: str

    @property
    def level(self) -> str:
        """ERROR or WARNING."""
        return ERROR if self.code.startswith("E") else WARNING


class Note(NamedTuple):
    """What was not checked: the ``lines`` of ``file`` (the first and the last), and the reason."""

    file: str
    lines: tuple[int, int]
    reason: str


class Result(NamedTuple):
    """The result of a check.

    ``findings`` are in the order of the files and lines; ``commands`` is the number of iam-*
    commands in the scripts; ``unreadable`` has the files that cannot be checked, with the reasons.
    """

    findings: list[Finding]
    commands: int
    notes: list[Note]
    unreadable: list[tuple[str, str]]

    @property
    def unread(self) -> list[Note]:
        """The notes about lines that were not understood."""
        return [note for note in self.notes if note.reason == UNREAD]
