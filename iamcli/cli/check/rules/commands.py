"""What the rules share: the commands in a script, and how findings are made."""

from __future__ import annotations

from iamcli.cli.check.findings import Finding
from iamcli.cli.check.rules.invocation import Invocation
from iamcli.commands import index
from iamcli.installation.table import PROGRAMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.cli.check.script.calls import Call
    from iamcli.cli.check.script.walk import Walker
    from iamcli.cli.check.script.words import Word

#: A finding and the command that it concerns.
Fault = tuple["Call", Finding]


class Commands:
    """The commands of the toolkit that a ``walker`` has followed.

    ``invocations``: those that the toolkit has; ``unknown``: the others.
    """

    def __init__(self, walker: Walker) -> None:
        self.walker = walker
        self.unknown: list[Call] = []
        self._by_call: dict[int, Invocation] = {}
        for call in walker.calls:
            name = str(call.program)
            if call.iam and name in PROGRAMS and name.startswith("iam-"):
                self._by_call[id(call)] = Invocation(call, index.load(name))
            elif call.iam:
                self.unknown.append(call)
        self.invocations = list(self._by_call.values())

    def of(self, call: Call) -> Invocation | None:
        """Return the invocation that ``call`` is, None if the toolkit has no such command."""
        return self._by_call.get(id(call))


def fault(call: Call, word: Word, code: str, message: str, fix: str) -> Fault:
    """Return a finding about ``call`` at ``word``."""
    file = call.script.file
    return call, Finding(file, word.line, word.column, code, str(call.program), message, fix)
