"""The commands, loops and tests of a script, with what is known of their words before it runs."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from itertools import chain, islice, product
from typing import NamedTuple

from iamcli.cli.check.script import nodes
from iamcli.cli.check.script.other_programs import PRINTING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from iamcli.cli.check.script.nodes import Node
    from iamcli.cli.check.script.scripts import Script, ShellText

#: The variables that decide which commands run, what they need of the machine, and in which mode.
ENVIRONMENT = ("PATH", "AWS_IAM_HOME", "AWS_CREDENTIAL_FILE", "CLIENT_CONFIG_FILE", "IAMCLI_STRICT")
_SPACES = re.compile(r"([ \t\n]+)")
#: A name of a command with NULs for what is not known, after a bin or what is not known.
UNFINISHED = re.compile(r"(?:\A|/bin/+|\0/+)iam-(?=[a-z\0]*\Z)[a-z]*\0")
#: How many words of one value are followed.
MAX_WORDS = 32


class PipelineCommand:
    """A command of a pipeline: a ``Call`` or a ``CompoundCommand``.

    ``program``: the name without the folder, None if unknown or no simple command; ``words``: the
    arguments, or the words of ``for``; ``node``: where it is; ``origin``: the command of the
    toolkit whose output it prints, itself or as a variable, if any; ``redirects``: what is
    redirected.
    """

    program: str | None = None
    words: Sequence[ExpandedWord]
    node: Node
    origin: Call | None = None
    redirects: tuple[ExpandedRedirect, ...] = ()

    @property
    def literals(self) -> list[str | None]:
        """The words, None for those that are not known."""
        return [word.literal for word in self.words]


Pipeline = tuple[PipelineCommand, ...]


class Unknown(NamedTuple):
    """Text that is not known before the script runs.

    ``name``: its variable, "" if none; ``output``: the pipeline whose output it is; ``many``: can
    be any number of words, even in double quotes; ``single``: is one word, even without quotes;
    ``filled``: is never empty; ``private``: names a file that only its owner can read;
    ``elements``: the words of an array, if known; ``removed``: a policy variable that the shell
    takes for its own, or ""; ``inherited``: the script has not set the variable; ``hidden``: its
    value in a file whose words are not shown; ``choices``: what it is in a loop, if known.
    """

    name: str = ""
    output: Pipeline = ()
    many: bool = False
    single: bool = False
    filled: bool = False
    private: bool = False
    elements: tuple[ExpandedWord, ...] | None = None
    removed: str = ""
    inherited: bool = False
    hidden: Value = ()
    choices: tuple[str, ...] = ()


#: The value of a variable: text, known or not.
Value = tuple["str | Unknown", ...]


#: The value of AWS_CREDENTIAL_FILE that sudo or ``su -`` has removed.
REMOVED: Value = (Unknown("-"),)


def revealed(value: Value) -> Value:
    """Return ``value`` with the values that are hidden in it."""
    parts = ((part,) if isinstance(part, str) else part.hidden or (part,) for part in value)
    return tuple(chain.from_iterable(parts))


class Part(NamedTuple):
    """A part of a word; ``expanded``: the value of a variable, in which braces have no meaning."""

    text: str | Unknown
    quoted: bool
    expanded: bool = False


class ExpandedWord(NamedTuple):
    """A word as the shell expands it, its line and column ``place`` (from 1), its node if any."""

    parts: tuple[Part, ...]
    source: str
    place: tuple[int, int]
    node: nodes.Word | None = None

    @property
    def literal(self) -> str | None:
        """The word if all of it is known, else None."""
        return None if self.unknowns else self.known

    @property
    def known(self) -> str:
        """The parts of the word that are known, joined."""
        return self.with_unknowns_as("")

    def with_unknowns_as(self, text: str) -> str:
        """Return the word with ``text`` for every part that is not known."""
        return "".join(text if isinstance(each, Unknown) else each for each in self.value)

    @property
    def unknowns(self) -> list[Unknown]:
        """The parts of the word that are not known."""
        return [part.text for part in self.parts if isinstance(part.text, Unknown)]

    @property
    def may_split(self) -> bool:
        """Whether it can become no word or several words."""
        return self.braces or any(
            unknown.many or not (part.quoted or unknown.single)
            for part in self.parts
            if isinstance(unknown := part.text, Unknown)
        )

    @property
    def glob(self) -> bool:
        """Whether the shell may replace it with file names because of ``*`` or ``?``."""
        return any(char in text for text in self.unquoted for char in "*?")

    @property
    def braces(self) -> bool:
        """Whether it has braces with commas or ``..`` that are not in quotes."""
        typed = tuple(part for part in self.parts if not part.expanded)
        text = "".join(self._replace(parts=typed).unquoted)
        inner = text[: text.rfind("}") + 1].partition("{")[2]
        return "," in inner or ".." in inner

    @property
    def unquoted(self) -> list[str]:
        """The known parts of the word that are not in quotes."""
        return [part.text for part in self.parts if isinstance(part.text, str) and not part.quoted]

    @property
    def texts(self) -> list[str]:
        """What the word can be, if that is known, also in a file whose words are not shown."""
        choices = [[p] if isinstance(p, str) else p.choices for p in revealed(self.value)]
        return ["".join(each) for each in islice(product(*choices), MAX_WORDS)]

    @property
    def file(self) -> str:
        """The word as the name of a file, to compare it with another one."""
        name = self.literal
        return self.source.strip("\"'") if name is None else os.path.normpath(name)

    @property
    def program(self) -> str | None:
        """The name of the program that the word names, without its folder; None if unknown."""
        if self.literal is not None:
            return self.literal.rpartition("/")[2] or self.literal
        end = self.with_unknowns_as("\0").rpartition("\0")[2]
        return end.rpartition("/")[2] if "/" in end else None

    @property
    def value(self) -> Value:
        """The word as the value of a variable."""
        return tuple(part.text for part in self.parts)


def split(word: ExpandedWord) -> Iterator[ExpandedWord]:
    """Yield the words that a shell makes of ``word``: it splits what is not in quotes."""
    current: list[Part] = []
    for part in word.parts:
        if part.quoted or isinstance(part.text, Unknown):
            current.append(part)
            continue
        for piece in filter(None, _SPACES.split(part.text, MAX_WORDS - 1)):
            if not piece.isspace():
                several = _SPACES.search(piece)
                current.append(part._replace(text=Unknown(many=True) if several else piece))
            elif current:
                yield word._replace(parts=tuple(current))
                current = []
    if current:
        yield word._replace(parts=tuple(current))


class Flags(NamedTuple):
    """The settings of the shell at one place of a script, true if they may be on.

    ``folder``: the current directory, if known; ``errexit``: a command that fails ends the script,
    or runs what ``trap`` has set; ``private``: a umask that keeps others from new files;
    ``remote``: on another machine.
    """

    folder: str | None = None
    errexit: bool = False
    pipefail: bool = False
    noglob: bool = False
    private: bool = False
    remote: bool = False


class ExpandedRedirect(NamedTuple):
    """A redirection: operator, descriptor ("" if none) and word; ``private``: as in ``Flags``."""

    operator: str
    descriptor: str
    word: ExpandedWord
    private: bool = False


class SubstitutionContext(NamedTuple):
    """The substitution that a statement is in: its node, pipelines, and if its status is tested."""

    node: nodes.Substitution
    tested: bool
    pipelines: list[Pipeline]

    @property
    def receiver(self) -> nodes.Assignment | nodes.Redirect | None:
        """The assignment or the here-string that gets the output, None if it is neither."""
        inside = nodes.Word | nodes.DoubleQuoted
        pairs = nodes.ancestry(self.node)
        node, parent = next(pair for pair in pairs if not isinstance(pair[1], inside))
        if isinstance(parent, nodes.Assignment):
            return None if parent.naked or node is parent.index else parent
        return parent if isinstance(parent, nodes.Redirect) and parent.operator == "<<<" else None


class Context(NamedTuple):
    """Where a statement is.

    ``tested``: its status is tested; ``redirects``: those of the statements around it;
    ``substitution``: what it is directly in; ``replaced``: the text that xargs or find replaces in
    it; ``captured``: something else reads its output.
    """

    script: ShellText
    tested: bool = False
    redirects: tuple[ExpandedRedirect, ...] = ()
    substitution: SubstitutionContext | None = None
    replaced: str = ""
    captured: bool = False

    def of_part(self) -> Context:
        """Return the context of a command in the statement, which adds no pipeline of its own."""
        substitution = self.substitution
        return self._replace(substitution=substitution and substitution._replace(pipelines=[]))


class CompoundCommand(PipelineCommand):
    """A loop, or another statement in a pipeline, but not a ``Call``."""

    def __init__(self, node: Node, words: Sequence[ExpandedWord] = ()) -> None:
        self.node = node
        self.words = words


class InnerCommand(NamedTuple):
    """The command that a command line runs in the end: iam-userdel in ``sudo nice iam-userdel``.

    ``words``: its name and its arguments; ``arguments_added``: it gets others, too; ``plain``: it
    can also be a function of the script; ``noglob``: the shell expands no ``*`` for it;
    ``run_by``: the programs that run it; ``replaced``: the text that they replace in arguments;
    ``iam``: it is or should be a command of the toolkit; ``shell_function``: it is a function;
    ``environment``: the values of the variables that ENVIRONMENT names.
    """

    words: list[ExpandedWord]
    arguments_added: bool = False
    plain: bool = True
    noglob: bool = False
    run_by: tuple[str, ...] = ()
    replaced: str = ""
    iam: bool = False
    shell_function: bool = False
    environment: Mapping[str, Value] = {}


class Call(PipelineCommand):
    """A simple command, with what its ``Context`` says.

    ``inner``: what it runs in the end, the word ``head`` and its arguments; ``iam``: as ``inner``
    says; ``flags``: the settings that it is run with.
    """

    words: list[ExpandedWord]

    def __init__(self, node: Node, inner: InnerCommand, context: Context, flags: Flags) -> None:
        self.node = node
        self.inner = inner
        self.script = context.script
        self.redirects = context.redirects
        self.substitution = context.substitution
        self.captured = context.captured
        self.flags = flags
        self.head, *self.words = inner.words
        self.program = self.head.program
        self.iam = inner.iam
        if self.iam:
            self.origin = self
        elif self.program in PRINTING:
            # The output of echo can contain that of an echo before, and so on.
            outputs = [unknown.output for word in self.words for unknown in word.unknowns]
            printed = [each[0].origin for each in outputs if len(each) == 1 and each[0].origin]
            self.origin = printed[0] if len(printed) == 1 else None


class ScriptFacts:
    """What a script contains, and the ``scripts`` that it reads; ``complete``: whether all is here.

    ``pipelines``: those of several commands, an outer one after those in it; ``tests``: the words
    and patterns of each comparison; ``defined``: the functions and aliases;
    ``tested``: the variables that are tested for being empty; ``values``: those of each variable
    that is set; ``settings``: AWS_IAM_JVM_OPTS and others with JAVA_HOME; ``unread``: what reads a
    file that could not be followed, with the path of the file, "" if it is not known.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.loops: list[CompoundCommand] = []
        self.pipelines: list[Pipeline] = []
        self.tests: list[list[ExpandedWord]] = []
        self.scripts: list[Script] = []
        self.settings: list[Call] = []
        self.unread: list[tuple[Call, str]] = []
        self.defined: set[str] = set()
        #: $_ stands for what is not known.
        self.tested = {"_"}
        self.all_read = True
        self.values: dict[str, list[Value]] = defaultdict(list)


def output_files(call: Call) -> list[ExpandedWord]:
    """Return the words that name the files that ``call`` writes to."""
    out = [each for each in call.redirects if ">" in each.operator and "<" not in each.operator]
    written = [each.word for each in out if each.descriptor in ("", "1")]
    # The last redirection counts, which is the innermost; 1>&2 is no file.
    words = [word for word in written[-1:] if not re.fullmatch(r"\d*-?", word.literal or "x")]
    if call.program == "tee":
        words += [word for word in call.words if not word.known.startswith("-")]
    return words


def joins_lines(command: PipelineCommand) -> bool:
    """Return whether ``command`` joins lines: echo does with a variable that is not in quotes."""
    if isinstance(command, Call) and command.iam:
        return False
    parts = [part for word in command.words for part in word.parts]
    return not all(part.quoted for part in parts if isinstance(part.text, Unknown))
