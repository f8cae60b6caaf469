"""What the rules share: the commands with their options, and how findings are made."""

from __future__ import annotations

from iamcli.cli.check.findings import Finding
from iamcli.cli.check.given import Given
from iamcli.commands import index
from iamcli.installation.table import PROGRAMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.cli.check.calls import Call
    from iamcli.cli.check.walk import Walker
    from iamcli.cli.check.words import Word
    from iamcli.command import Command

#: A finding and the command that it concerns.
Found = tuple["Call", Finding]


class Invocation:
    """A command of the toolkit in a script: the ``call``, its ``command`` and what is ``given``.

    ``command`` is None if there is no command of that name; ``given`` is then None too.
    """

    def __init__(self, call: Call) -> None:
        self.call = call
        self.name = str(call.program)
        known = self.name in PROGRAMS and self.name.startswith("iam-")
        self.command: Command | None = index.load(self.name) if known else None
        self.given = Given(call, self.command) if self.command else None

    @property
    def creates(self) -> bool:
        """Whether it creates or uploads something."""
        return any(word in self.name for word in ("create", "upload", "add"))

    @property
    def lists(self) -> bool:
        """Whether its output ends with the footer of lists."""
        if self.command is None or self.given is None or self.given.helps:
            return False
        paged = any(option.dest == "marker" for option in self.command.options)
        return paged and not ("policies" in self.name and self._has("-p"))

    @property
    def shows_secret(self) -> bool:
        """Whether it prints a new secret."""
        return (
            self.name == "iam-useraddkey"
            or (self.name == "iam-usercreate" and self._has("-k"))
            or (self.name == "iam-virtualmfadevicecreate" and not self._has("-o"))
        )

    @property
    def prints_two_lines(self) -> bool:
        """Whether it prints two lines or more."""
        verbose = self.name.endswith(("create", "upload")) and self._has("-v")
        return self.shows_secret or verbose or self.name.endswith("getattributes") or self.lists

    def _has(self, name: str) -> bool:
        return self.given is not None and self.given.get(name) is not None


class Context:
    """What was found in a script: the ``walker``, and each call with its ``invocation``."""

    def __init__(self, walker: Walker) -> None:
        self.walker = walker
        self.invocations = {id(call): Invocation(call) for call in walker.calls if call.iam}

    def of(self, call: Call) -> Invocation:
        """Return the invocation that ``call`` is."""
        return self.invocations[id(call)]


def found(call: Call, word: Word, code: str, message: str, fix: str) -> Found:
    """Return a finding about ``call`` at ``word``."""
    file = call.script.file
    return call, Finding(file, word.line, word.column, code, str(call.program), message, fix)
