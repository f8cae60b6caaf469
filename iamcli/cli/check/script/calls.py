"""What is followed in a script: commands, loops and tests, and where they are."""

from __future__ import annotations

from typing import NamedTuple

from iamcli.cli.check.script.prefixes import program
from iamcli.cli.check.script.words import Gap, Stage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.cli.check.script.nodes import Assignment, Node
    from iamcli.cli.check.script.prefixes import Target
    from iamcli.cli.check.script.scripts import Script
    from iamcli.cli.check.script.words import Word


class Flags(NamedTuple):
    """The settings of the shell at one place of a script.

    A setting is true if it may be on. ``errexit``: a command that fails ends the script, or runs
    what ``trap`` has set; ``private``: a umask that keeps others from new files; ``strict``:
    IAMCLI_STRICT is 1; ``folder``: the current directory, None if it is not known.
    """

    folder: str | None
    errexit: bool = False
    pipefail: bool = False
    nounset: bool = False
    noglob: bool = False
    private: bool = False
    strict: bool = False


class Redirect(NamedTuple):
    """A redirection: its operator (">", "<<<"), file descriptor ("" if none) and word."""

    operator: str
    descriptor: str
    word: Word


class Use(NamedTuple):
    """What the output of a command substitution is used for.

    ``kind``: "assignment", "declaration", "herestring" or "other"; ``name``: the variable that gets
    the output; ``statement``: the node of the assignment.
    """

    kind: str = "other"
    name: str = ""
    statement: Assignment | None = None


class Capture(NamedTuple):
    """A command substitution: its use, whether the status is tested, and the pipelines in it."""

    use: Use
    tested: bool
    pipelines: list[tuple[Stage, ...]]


class Context(NamedTuple):
    """Where a statement is.

    ``tested``: whether its status is tested; ``redirects``: those of the statements around it;
    ``capture``: the command substitution that it is directly in; ``replaced``: the text that xargs
    or find replaces in it.
    """

    script: Script
    tested: bool = False
    redirects: tuple[Redirect, ...] = ()
    capture: Capture | None = None
    replaced: str = ""


class Loop(Stage):
    """A loop, or another statement in a pipeline that is not a ``Call``.

    ``kind``: "for", "while" or "other"; ``words``: those of ``for``; ``redirects``: those of
    ``while``; ``names``: the variables that it sets; ``reads``: whether the condition of ``while``
    reads lines; ``condition`` and ``body``: their source texts.
    """

    def __init__(self, node: Node, kind: str = "other") -> None:
        self.node = node
        self.kind = kind
        self.words: list[Word] = []
        self.redirects: tuple[Redirect, ...] = ()
        self.names: set[str] = set()
        self.reads = False
        self.condition = ""
        self.body = ""


class Call(Stage):
    """A simple command.

    ``target``: what it runs in the end, which ``head``, ``words`` and ``program`` are of: the word
    of the name, the arguments, and the name without the folder, None if it is not known; ``iam``:
    whether it is or should be a command of the toolkit; ``shell_function``: whether it is a
    function of the script; ``redirects``: its redirections and those around it; ``flags``: the
    settings that it is run with; ``capture``: the command substitution that it is directly in;
    ``stages`` and ``stage``: its pipeline, if any, and its position in it; ``merging``: whether the
    pipe after it also takes standard error; ``origin``: see ``origin``.
    """

    def __init__(self, script: Script, node: Node, target: Target) -> None:
        self.script = script
        self.node = node
        self.target = target
        self.head, *self.words = target.words
        self.program = program(self.head)
        self.iam = False
        self.shell_function = False
        self.redirects: tuple[Redirect, ...] = ()
        self.flags = Flags(None)
        self.capture: Capture | None = None
        self.stages: tuple[Stage, ...] = ()
        self.stage = 0
        self.merging = False
        self.origin: Call | None = None

    @property
    def literals(self) -> list[str | None]:
        """The arguments, None for those that are not known."""
        return [word.literal for word in self.words]

    @property
    def merged(self) -> bool:
        """Whether its standard error goes where its standard output goes."""
        return self.merging or any(
            redirect.operator in ("&>", "&>>")
            or (redirect.operator == ">&" and redirect.descriptor == "2")
            for redirect in self.redirects
        )


class Test(NamedTuple):
    """A comparison: the parts of the values in it that are not known, and the patterns."""

    gaps: list[Gap]
    patterns: list[Word]


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
        sources = outputs([gap for word in stage.words for gap in word.gaps])
        return sources[0] if len(sources) == 1 else None
    return None


def outputs(gaps: list[Gap]) -> list[Call]:
    """Return the commands of the toolkit whose output the ``gaps`` are."""
    sources = [origin(gap.output[0]) for gap in gaps if len(gap.output) == 1]
    return [call for call in sources if call]


def read_from(redirects: tuple[Redirect, ...]) -> list[Word]:
    """Return the words that are read, or name the files that are read."""
    return [each.word for each in redirects if each.operator in ("<", "<<", "<<<")]


def joins_lines(stage: Stage) -> bool:
    """Return whether ``stage`` joins lines, as echo does with a variable that is not in quotes."""
    if not isinstance(stage, Call) or stage.iam:
        return False
    parts = [part for word in stage.words for part in word.parts]
    return not all(part.quoted for part in parts if isinstance(part.text, Gap))
