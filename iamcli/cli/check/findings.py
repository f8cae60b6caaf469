"""What a check finds, and the codes of findings."""

from __future__ import annotations

from typing import NamedTuple

from iamcli.cli.check.explanations import DIFFERENCE_CODES, EXPLANATIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.cli.homes.choice import Advice

ERROR = "error"
WARNING = "warning"
#: The code of a warning about lines that only the parser cannot read: no fault of the script.
PARSER = "W212"
#: The reason of a note about lines that were not understood.
UNREAD = "cannot be parsed"
#: What is said of a file in the end, and before the number of such files.
STATES = ("no difference found", "needs a change", "not all checked", "cannot be read")
SUMS = ("no difference found in", "change needed in", "not all checked in", "nothing read in")
SAME, CHANGE, PARTLY, UNREADABLE = STATES


class Finding(NamedTuple):
    """A fault in a script.

    ``file``: as named on the command line or in the script; ``line`` and ``column``: where the word
    is, from 1, the column in characters; ``command``: the command that the fault is in;
    ``message``: what is wrong; ``fix``: what to do. Both are phrases without a full stop.
    """

    file: str
    line: int
    column: int
    code: str
    command: str
    message: str
    fix: str

    @property
    def hidden(self) -> Finding:
        """The finding without the words of its file, and their lengths."""
        fix = "the file was not given or has credentials, so its words are not shown"
        return self._replace(column=1, command="", message=EXPLANATIONS[self.code].title, fix=fix)

    @property
    def level(self) -> str:
        """ERROR or WARNING."""
        return ERROR if self.code.startswith("E") else WARNING


class FileNote(NamedTuple):
    """What was not checked: the ``lines`` of ``file`` (the first and the last), and the reason."""

    file: str
    lines: tuple[int, int]
    reason: str


class File(NamedTuple):
    """A file that was checked.

    ``language``: one of ``kinds``; ``codes``: those of the findings in it; ``mentions``: the names
    of commands that were not checked, with their lines; ``notes``: other parts that were not
    checked; ``reason``: why it cannot be read, "" if it can; ``java``: what it runs with java;
    ``jobs``: how many jobs a crontab has that names no command, because scripts may.
    """

    name: str
    language: str = ""
    codes: tuple[str, ...] = ()
    mentions: tuple[tuple[int, str], ...] = ()
    notes: tuple[FileNote, ...] = ()
    reason: str = ""
    java: tuple[str, ...] = ()
    jobs: int = 0

    @property
    def changes(self) -> list[str]:
        """The codes that need a change, not those about the quality of a script that works."""
        return [code for code in self.codes if code[0] == "E" or code in DIFFERENCE_CODES]

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.reason or self.changes:
            return UNREADABLE if self.reason else CHANGE
        return PARTLY if self.mentions or self.notes else SAME


class Result(NamedTuple):
    """The result of a check.

    ``findings`` are in the order of the files and lines; ``commands``: how many iam-* commands are
    in the scripts; ``files``: those named or in a directory, each followed by those that it reads;
    ``missing``: what they expect of this machine, and the line that makes it, with the scripts;
    ``installed``: what they find instead of strict commands, with the scripts.
    """

    findings: list[Finding]
    commands: int
    files: list[File]
    missing: dict[tuple[str, str], list[str]]
    installed: dict[Advice, list[str]]

    @property
    def notes(self) -> list[FileNote]:
        """What was not checked."""
        return [note for file in self.files for note in file.notes]

    @property
    def unreadable(self) -> list[tuple[str, str]]:
        """The files that cannot be read, with the reasons."""
        return [(file.name, file.reason) for file in self.files if file.reason]

    @property
    def unread(self) -> list[FileNote]:
        """The notes about lines that were not understood."""
        return [note for note in self.notes if note.reason == UNREAD]
