"""What the rules share: the commands in a script with their options, and how findings are made."""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from iamcli.cli import index
from iamcli.cli.check.findings import Finding
from iamcli.cli.check.script.calls import UNFINISHED, Call, output_files, revealed
from iamcli.cli.check.script.kinds import mentions
from iamcli.cli.check.script.other_programs import KEEPERS
from iamcli.errors import concealed
from iamcli.parsing.options import Option, match
from iamcli.parsing.suggestions import meant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamcli.cli.check.script.calls import (
        ExpandedWord,
        Pipeline,
        PipelineCommand,
        ScriptFacts,
        Value,
    )
    from iamcli.command import Command

#: Lists that quotas keep below a page of 100 entries. Source: the IAM User Guide (quotas).
_SHORT = re.compile("iam-(?:accountaliaslist|userlist(?:certs|groups|keys|mfadevices))")
#: What java runs: a jar or class of the toolkit.
_OF_TOOLKIT = re.compile(r"apitools/|(?i:\biam[\w.-]*\.jar)|^com\.amazonaws\.")
#: The options of java before its class or jar.
_CLASS = {"-cp", "-classpath", "-jar"}
#: A finding and the command that it concerns.
Fault = tuple["Call", Finding]


class OptionValue(NamedTuple):
    """An option, the words of its name and its value, and the value as far as it is known.

    ``word``: the word of the value, the same as ``name`` if it is attached; None for a switch.
    """

    option: Option
    name: ExpandedWord
    word: ExpandedWord | None
    text: str | None


class Invocation:
    """A ``call`` of a ``command`` of the toolkit, with its arguments.

    ``values``: its options; ``unknown``: words that look like options but are none; ``joined``:
    words such as ``-u=bob`` and ``-uBob``, with their options; ``extra``: unexpected words, the
    first of each run; ``without_value``: an option that lacks it; ``incomplete``: there may be
    other options; ``open``: these are not only further words of a value; ``helps``: the command
    only shows help or its version.
    """

    def __init__(self, call: Call, command: Command) -> None:
        self.call = call
        self.command = command
        self.values: list[OptionValue] = []
        self.unknown: list[ExpandedWord] = []
        self.joined: list[tuple[Option, ExpandedWord]] = []
        self.extra: list[ExpandedWord] = []
        self.without_value: ExpandedWord | None = None
        self.incomplete = call.inner.arguments_added
        self.helps = not {"-h", "--help", "--version"}.isdisjoint(call.literals)
        #: Whether the next word may be the value of an option that is not known.
        self._may_be_value = False
        remaining = iter(call.words)
        self.open = self.incomplete
        for word in remaining:
            self._read(word, remaining)

    @property
    def names(self) -> set[str]:
        """The names of its options."""
        return {value.option.name for value in self.values}

    def _read(self, word: ExpandedWord, remaining: Iterator[ExpandedWord]) -> None:
        """Read an argument, and the value after it from the ``remaining`` words."""
        known, unknown, _ = word.with_unknowns_as("\0").partition("\0")
        options = self.command.all_options
        option, attached = match(options, known)
        # What follows -u may be any text, but not what follows -user.
        joined, value = meant(options, known + "a" * len(unknown))
        if joined and (value or unknown or "=" in known):
            # Its value need not be known.
            self.joined.append((joined, word))
            self.values.append(OptionValue(joined, word, word, None))
        else:
            joined = None
        before, self._may_be_value = self._may_be_value, True
        if joined or unknown or word.may_split:
            self.incomplete = self.incomplete or word.may_split or not joined
            self.open = self.open or not joined
        elif option is None:
            # One fault is reported once.
            if known.startswith("-") and known != "-":
                self.unknown.append(word)
            elif not before:
                self.extra.append(word)
        elif option.switch or attached is not None:
            self._may_be_value = False
            self.values.append(OptionValue(option, word, None if option.switch else word, attached))
        elif operand := next(remaining, None):
            self._may_be_value = operand.may_split
            self.incomplete = self.incomplete or operand.may_split
            text = None if operand.may_split else operand.literal
            self.values.append(OptionValue(option, word, operand, text))
        elif self.call.inner.arguments_added:
            # Another program adds the value.
            self.open = False
        else:
            self.without_value = word


class Commands:
    """The iam-* commands in ``facts``; ``unknown``: those that the toolkit lacks.

    ``unseen``: calls that may run others, or with options that are not known.
    """

    def __init__(self, facts: ScriptFacts) -> None:
        self.facts = facts
        self.unknown: list[Call] = []
        self.by_call: dict[Call, Invocation] = {}
        names = set(index.names())
        for call in facts.calls:
            name = str(call.program)
            if call.iam and name in names:
                self.by_call[call] = Invocation(call, index.load(name))
            elif call.iam:
                self.unknown.append(call)
        paths = facts.values.get("CLASSPATH", [])
        self.unseen = [call for call in facts.calls if _is_unseen(call, paths)]
        self.invocations = list(self.by_call.values())
        self.unseen += [each.call for each in self.invocations if self._may_pretend(each)]
        self._pipelines = {command: each for each in facts.pipelines for command in each}

    def _may_pretend(self, invocation: Invocation) -> bool:
        """Return whether it is not known if the original removed what ``-p`` now keeps."""
        given = {value.option.dest for value in invocation.values}
        options = {option.dest for option in invocation.command.options}
        if not invocation.open or "recursive" in given or "pretend" not in options:
            return False
        names = {unknown.name for word in invocation.call.words for unknown in word.unknowns}
        typed = any("-p" in word.source for word in invocation.call.words)
        return typed or any(("-p",) in self.facts.values.get(name, ()) for name in names)

    def before(self, command: PipelineCommand) -> Pipeline:
        """Return the commands before ``command`` in its pipeline."""
        pipeline = self._pipelines.get(command, (command,))
        return pipeline[: pipeline.index(command)]

    def after(self, command: PipelineCommand) -> Pipeline:
        """Return the commands after ``command`` in its pipeline."""
        pipeline = self._pipelines.get(command, (command,))
        return pipeline[pipeline.index(command) + 1 :]

    def prints(self, call: Call, what: str) -> bool:
        """Return whether ``call`` prints ``what``: SECRET or FOOTER."""
        found = self.by_call.get(call)
        return bool(found and not found.helps and what in found.command.prints(found.names))

    def multiline(self, call: Call) -> bool:
        """Return whether ``call`` prints a list with several lines for each entry."""
        found = self.by_call[call]
        return found.command.multiline or bool(found.names & {"-v", "-l"})

    def paged(self, call: Call) -> bool:
        """Return whether the list of ``call`` may end with a marker, after a page."""
        names, mode = self.by_call[call].names, call.inner.environment["IAMCLI_STRICT"]
        short = mode == ("0",) or "-a" in names or _SHORT.fullmatch(str(call.program))
        return not (short and names.isdisjoint({"-i", "-m"}))

    @cached_property
    def written(self) -> dict[str, list[Call]]:
        """The files that the script writes, with what writes them, if no program changes them."""
        written: dict[str, list[Call]] = {}
        changed: set[str] = set()
        for call in self.facts.calls:
            for word in output_files(call):
                written.setdefault(word.file, []).append(call)
            if not (call.iam or call.program in KEEPERS or call.program == "tee"):
                changed |= {word.file for word in call.words}
        return {file: calls for file, calls in written.items() if file not in changed}

    def contents(self, word: ExpandedWord) -> Pipeline:
        """Return the pipeline that has written the file ``word``, if exactly one has."""
        calls = self.written.get(word.file, [])
        return (*self.before(calls[0]), *calls) if len(calls) == 1 else ()

    def from_file(self, output: Pipeline) -> Pipeline:
        """Return ``output``, and instead of ``cat`` and a file what has written the file."""
        if output and output[0].program == "cat" and len(output[0].words) == 1:
            return self.contents(output[0].words[0]) + output[1:]
        return output


def _is_unseen(call: Call, paths: list[Value]) -> bool:
    """Return whether the name is not known to its end, or java runs a class of the toolkit.

    ``paths``: where the script looks for classes.
    """
    unknown = call.program is None and not _CLASS.isdisjoint(call.literals)
    if not (unknown or call.program in ("java", "service")):
        return UNFINISHED.search(call.head.with_unknowns_as("\0")) is not None
    values = [call.inner.environment["AWS_IAM_HOME"], *paths, call.head.value]
    values += [each.value for each in call.words]
    home, *texts = (
        "".join(part if isinstance(part, str) else part.name for part in revealed(value))
        for value in values
    )
    below = any(_OF_TOOLKIT.search(text) or (home and f"{home}/" in text) for text in texts)
    return below and not mentions(" ".join(texts).encode())


def fault(call: Call, word: ExpandedWord, code: str, message: str, fix: str) -> Fault:
    """Return a finding about ``call`` at ``word``, without what may be a secret."""
    file = call.script.root.file
    if concealed(fix) != fix:
        fix = "correct it; the advice is not shown, because it may contain a secret"
    return call, Finding(file, *word.place, code, str(call.program), concealed(message), fix)


def with_variables(value: Value, variables: Mapping[str, str], unknown: str = "") -> str:
    """Return ``value``, with ``variables`` that the script has not set; or else ``unknown``."""
    texts = [
        part if isinstance(part, str) else variables.get(part.name) if part.inherited else None
        for part in value
    ]
    return unknown if None in texts else "".join(map(str, texts))
