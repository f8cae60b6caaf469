"""The commands in a script, with what the rules need to know about their places."""

from __future__ import annotations

from typing import NamedTuple

from iamcli.cli.check.words import Stage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

    from iamcli.cli.check.syntax import Script
    from iamcli.cli.check.words import Gap, Part, Word


class Flags(NamedTuple):
    """The settings of the shell at one place of a script.

    A setting is true if it may be on. ``private``: a umask that keeps others from new files;
    ``merged``: standard error goes to standard output; ``strict``: IAMCLI_STRICT is 1; ``folder``:
    the current directory, None if it is not known.
    """

    folder: str | None
    errexit: bool = False
    pipefail: bool = False
    nounset: bool = False
    noglob: bool = False
    private: bool = False
    merged: bool = False
    strict: bool = False


class Redirect(NamedTuple):
    """A redirection: its operator (">", "<<<"), file descriptor ("" if none) and word."""

    operator: str
    descriptor: str
    word: Word | None


class Capture:
    """A command substitution: how its output is used, and the pipelines in it.

    ``use``: "assignment", "declaration", "herestring" or "other"; ``name``: the variable that gets
    the output; ``tested``: whether the status of the assignment is tested; ``statement``: the node
    of the assignment.
    """

    def __init__(self, use: str, name: str = "", *, tested: bool = False) -> None:
        self.use = use
        self.name = name
        self.tested = tested
        self.statement: Node | None = None
        self.pipelines: list[tuple[Stage, ...]] = []


class Loop(Stage):
    """A loop: ``kind`` ("for" or "while"), the words of ``for``, the redirections of ``while``.

    ``names``: the variables that it sets; ``reads``: whether the condition of ``while`` reads
    lines; ``condition`` and ``body``: their source texts.
    """

    def __init__(self, script: Script, node: Node, kind: str, words: list[Word]) -> None:
        self.script = script
        self.node = node
        self.kind = kind
        self.words = words
        self.redirects: tuple[Redirect, ...] = ()
        self.names: set[str] = set()
        self.reads = False
        self.condition = ""
        self.body = ""


class Call(Stage):
    """A simple command.

    ``program``: its name without the folder, None if it is not known; ``head``: the word of the
    name; ``words``: the arguments; ``iam``: whether it is or should be a command of the toolkit;
    ``open``: whether another program adds arguments; ``through``: the programs that run it
    ("sudo", "xargs"); ``replaced``: the text that they replace in arguments, "" if none;
    ``plain``: whether the name is a bare word that can also be a function; ``redirects``: its
    redirections and those around it; ``stages`` and ``stage``: its pipeline, if any, and its
    position in it; ``merging``: whether the pipe after it also takes standard error; ``capture``:
    the command substitution that it is directly in; ``origin``: see ``origin``.
    """

    def __init__(self, script: Script, node: Node, head: Word, words: list[Word]) -> None:
        self.script = script
        self.node = node
        self.head = head
        self.words = words
        self.program: str | None = None
        self.place = ""
        self.iam = False
        self.open = False
        self.through: tuple[str, ...] = ()
        self.replaced = ""
        self.plain = True
        self.noglob = False
        self.redirects: tuple[Redirect, ...] = ()
        self.stages: tuple[Stage, ...] = ()
        self.stage = 0
        self.merging = False
        self.capture: Capture | None = None
        self.flags = Flags(None)
        self.shell_function = False
        self.origin: Call | None = None

    @property
    def literals(self) -> list[str | None]:
        """The arguments, None for those that are not known."""
        return [word.literal for word in self.words]

    @property
    def merged(self) -> bool:
        """Whether its standard error goes where its standard output goes."""
        return (
            self.merging
            or self.flags.merged
            or any(
                redirect.operator in ("&>", "&>>")
                or (redirect.operator == ">&" and redirect.descriptor == "2")
                for redirect in self.redirects
            )
        )


class Test(NamedTuple):
    """A comparison: its source, the parts of the values in it, the patterns, and its position."""

    text: str
    gaps: list[Gap]
    patterns: list[Word]


def direct(stages: tuple[Stage, ...]) -> Call | None:
    """Return the command of the toolkit that alone makes the output of ``stages``, else None."""
    if len(stages) == 1 and isinstance(stages[0], Call):
        return origin(stages[0])
    return None


def origin(stage: Stage) -> Call | None:
    """Return the command of the toolkit whose output ``stage`` passes on, else None.

    This is the command itself, or the one whose output is in the variable that echo prints.
    """
    return stage.origin if isinstance(stage, Call) else None


def found_origin(stage: Call) -> Call | None:
    """Return what ``origin`` returns, from the words of a command that is followed just now.

    It is found once, because the output of echo can contain that of an echo before, and so on.
    """
    if stage.iam:
        return stage
    if stage.program in ("echo", "printf", "print"):
        found = [call for word in stage.words for call in outputs(word.parts)]
        return found[0] if len(found) == 1 else None
    return None


def outputs(parts: tuple[Part, ...] | list[Part]) -> list[Call]:
    """Return the commands of the toolkit whose output is in ``parts``."""
    return gap_outputs([part.text for part in parts if not isinstance(part.text, str)])


def gap_outputs(gaps: list[Gap]) -> list[Call]:
    """Return the commands of the toolkit whose output the ``gaps`` are."""
    found = [direct(gap.output) for gap in gaps if gap.output]
    return [call for call in found if call]
