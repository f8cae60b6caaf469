"""Finds out what a command line would do, by running the command with canned answers.

The command is run several times. Values of an answer that come back in a later request show which
requests are sent for each entry of a list. One request at a time is then refused, or answered
without entries: what the command does no longer depends on it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from iamcli.cli import index, listing
from iamcli.cli.explain import recorder
from iamcli.cli.explain.answers import Answers, Source
from iamcli.cli.explain.inputs import Inputs, is_absent
from iamcli.cli.explain.recorder import Case, Request
from iamcli.cli.wrong_names import no_such_command
from iamcli.config.characters import require_visible
from iamcli.config.connection import Connection
from iamcli.errors import Failure
from iamcli.operations.deletion import UNKNOWN_OPERATION
from iamcli.parsing import parser
from iamcli.parsing.options import UsageError
from iamcli.protection import temporary_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from iamcli.cli.explain.recorder import Run
    from iamcli.runner import Program

#: The errors that a command may ignore, each with what it means.
ERRORS = {
    "NoSuchEntity": "there is none",
    "AccessDenied": "access is denied",
    **dict.fromkeys(sorted(UNKNOWN_OPERATION), "the server lacks the operation"),
}
#: What the entries of a list are; others are named as the list.
_NOUNS = {"AccessKeyMetadata": "access key", "PolicyNames": "inline policy"}
_NOUNS |= {"Certificates": "signing certificate", "AttachedPolicies": "attached policy"}
_NOUNS |= {"ServiceSpecificCredentials": "service-specific credential"}
#: The required parameters that a command may omit, as the original does. All others are given.
_OMITTED = {"UpdateAccessKey": "AccessKeyId"}
#: What distinguishes the entries that are first in a list from the others.
_FIRST = {"MFADevices": "virtual "}


class Event:
    """A request or a line of output; its ``identity`` is the same in each run of the command.

    ``sources``: where its values come from; ``loops``: the lists for whose entries it is sent or
    printed, each as the number of the request and the list; ``entries``: the numbers of the
    entries; ``needs``: the requests that must find something.
    """

    def __init__(self, identity: str, sources: Sequence[Source]) -> None:
        self.identity = identity
        self.sources = sources
        of_lists = [source for source in sources if source.list]
        self.loops = list(dict.fromkeys((source.request, source.list) for source in of_lists))
        self.entries = {source.entry for source in of_lists}
        self.needs: list[int] = []


class Step(Event):
    """A request; ``ignored``: the errors after which the command goes on."""

    def __init__(self, identity: str, sources: Sequence[Source], request: Request) -> None:
        super().__init__(identity, sources)
        self.number = request.number
        self.operation = request.operation
        self.parameters = request.parameters
        self.paged = request.paged
        self.ignored: list[str] = []


class Line(Event):
    """A line of the command's output: its ``parts``, text and sources."""

    def __init__(self, identity: str, parts: list[str | Source]) -> None:
        super().__init__(identity, [part for part in parts if isinstance(part, Source)])
        self.parts = parts

    @property
    def text(self) -> str:
        """The text without the values."""
        return "".join(part for part in self.parts if isinstance(part, str))


class Explanation:
    """What the command line would do.

    ``command``: the command and its arguments; ``summary``: what it does, in words; ``events``: the
    requests and the lines of output in order; ``inputs``: the files; ``method``: the format in
    which a seed is written, "" if none; ``endpoint``: the URL of ``--url``, or ""; ``defaults``:
    what is printed in place of values that an answer lacks. Raises Failure if the command line
    would be refused.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self.answers = Answers()
        self.events: list[Step | Line] = []
        self.endpoint = ""
        self.defaults: dict[Source, str] = {}
        self.method = ""
        self._program = _program(command[0])
        try:
            self._explain(command[1:])
        except parser.HelpRequested:
            self.summary = "Print the help of the command."
        except parser.VersionRequested:
            self.summary = "Print the version of the command."
        except (Failure, UsageError) as error:
            raise Failure(f"{self._program.name}: {error}") from None

    @property
    def steps(self) -> list[Step]:
        """The requests in order."""
        return [event for event in self.events if isinstance(event, Step)]

    @property
    def lines(self) -> list[Line]:
        """The lines of output in order."""
        return [event for event in self.events if isinstance(event, Line)]

    @property
    def refused(self) -> list[str]:
        """The requests that lack a required parameter, in words."""
        return [
            f"{step.operation} without {name}"
            for step in self.steps
            if (name := _OMITTED.get(step.operation)) and name not in step.parameters
        ]

    def _explain(self, arguments: Sequence[str]) -> None:
        values = parser.parse(self._program.name, self._program.all_options, arguments)
        require_visible(self._program.options, values)
        self.endpoint = Connection(_with_present_files(values), {}).url or ""
        with temporary_folder("iamcli-explain-") as folder:
            self.inputs = Inputs(self._program.options, values, Path(folder))
            run = self._run(recorder.PLAIN)
            self.method = self._seed_format()
            self._collect(run)
            self.summary = " ".join(self._sentences(values, run.notes))
            for step in self.steps:
                self._vary(step)
                self._find_defaults(step)

    def _sentences(self, values: Mapping[str, Any], notes: Sequence[str]) -> Iterator[str]:
        """Yield what the command does with its options, the file that it creates, and problems."""
        yield self._program.summary
        for option in self._program.options:
            if option.switch and values[option.dest]:
                joined = option.help.startswith("with ")
                rest = f" and {option.help[5:]}" if joined else f": {option.help}"
                yield f"With {option.name}{rest}."
        if self.inputs.written:
            yield f"The file {self.inputs.written} is created."
        # A note with values of an answer is about what the account has.
        yield from (f"{note}." for note in notes if not self.answers.sources(note))
        yield from (f"The service and the AWS CLI refuse {request}." for request in self.refused)

    def _run(self, case: Case) -> Run:
        if self.inputs.draft.exists():
            self.inputs.draft.unlink()
        return recorder.run(self._program, self.inputs.values, self.answers, case)

    def _seed_format(self) -> str:
        if not self.inputs.written:
            return ""
        sources = self.answers.sources(self.inputs.draft.read_text(encoding="utf-8"))
        return sources[0].member.rpartition(".")[2]

    def _collect(self, run: Run) -> None:
        """Keep the events of ``run``, those for several entries of a list once."""
        kept: dict[str, Event] = {}
        for event in map(self._event, run.events):
            if event.loops and event.identity in kept:
                kept[event.identity].entries |= event.entries
            else:
                kept[event.identity] = event
                self.events.append(event)

    def _event(self, recorded: Request | str) -> Step | Line:
        identity = self._identity(recorded)
        if isinstance(recorded, str):
            return Line(identity, self.answers.parts(recorded))
        values = recorded.parameters.values()
        sources = [source for value in values for source in self.answers.sources(value)]
        return Step(identity, sources, recorded)

    def _identity(self, recorded: Request | str) -> str:
        """Return what the same event is recognized by in another run."""
        if isinstance(recorded, str):
            return "".join(map(_named, self.answers.parts(recorded)))
        parameters = [f"{name}={self._value(value)}" for name, value in recorded.parameters.items()]
        # Parameters that are kept from an answer may be missing in another run.
        return " ".join([recorded.operation, *(text for text in parameters if "<.:" not in text)])

    def _value(self, value: Any) -> str:
        if self.answers.sources(value):
            return "".join(map(_named, self.answers.parts(str(value))))
        return repr(value)

    def _vary(self, step: Step) -> None:
        """Find out what depends on the answer to ``step``."""
        reads = step.operation.startswith(("Get", "List"))
        for code in ("", *ERRORS) if reads else ("AccessDenied",):
            if step.ignored and ERRORS[code] == ERRORS.get(step.ignored[-1]):
                # A command does the same after all errors of the same meaning.
                step.ignored.append(code)
                continue
            try:
                run = self._run(Case(step.number, code))
            except Failure:
                continue
            if code:
                step.ignored.append(code)
            if code in {"", "NoSuchEntity"}:
                remaining = {self._identity(recorded) for recorded in run.events}
                for event in self.events:
                    if event.identity not in remaining and step.number not in event.needs:
                        event.needs.append(step.number)

    def _find_defaults(self, step: Step) -> None:
        """Find out what is printed in place of values that the answer to ``step`` lacks."""
        # Other lines are not printed without their values.
        lines = [line for line in self.lines if _is_shared(line, step)]
        if not lines:
            return
        try:
            run = self._run(Case(step.number, bare=True))
        except (Failure, LookupError):
            # The command needs the values.
            return
        printed = [self._identity(event) for event in run.events if isinstance(event, str)]
        for line in lines:
            own = [s for s in line.sources if s.request == step.number]
            pattern = "".join(
                "([^<>]*)" if part in own else re.escape(_named(part)) for part in line.parts
            )
            for match in filter(None, (re.fullmatch(pattern, text) for text in printed)):
                self.defaults |= dict(zip(own, match.groups(), strict=True))

    def when(self, step: Step) -> str:
        """Return in words when the request is sent."""
        conditions = [f"for each {_looped_noun(step, name)}" for _, name in step.loops]
        looped = {number for number, _ in step.loops}
        for needed in step.needs:
            if needed not in looped:
                operation = next(s.operation for s in self.steps if s.number == needed)
                conditions.append(f"if there is a {_words(operation).partition(' ')[2]}")
        if step.paged:
            conditions.append("for each page of the list")
        text = ", ".join(conditions) or "always"
        reasons = list(dict.fromkeys(ERRORS[code] for code in step.ignored))
        return (
            f"{text}; the command goes on if {listing.joined(reasons, 'or')}" if reasons else text
        )

    def parameters(self, step: Step) -> dict[str, Any]:
        """Return the parameters of a request, with values that are not known in words."""
        return {name: self._described(name, value) for name, value in step.parameters.items()}

    def _described(self, name: str, value: Any) -> Any:
        file = self.inputs.file(value)
        if file and not (file.known and name != "PrivateKey"):
            return f"contents of {file.name}"
        sources = self.answers.sources(value)
        if not sources:
            return value
        source = sources[0]
        if not source.list:
            operation = next(s.operation for s in self.steps if s.number == source.request)
            return f"{source.member.rpartition('.')[2]} in the answer to {operation}, if it has one"
        entry = _noun(source.list)
        return f"each {entry}" if source.member == "@" else f"{source.member} of each {entry}"


def _named(part: str | Source) -> str:
    """Return a part of a line or of a value, with the member in place of the value."""
    return part if isinstance(part, str) else f"<{part.list or '.'}:{part.member}>"


def _is_shared(line: Line, step: Step) -> bool:
    """Return whether the line has values of the answer to ``step``, and of another one."""
    requests = {source.request for source in line.sources}
    return len(requests) > 1 and step.number in requests


def _with_present_files(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without the names of configuration files that are not there."""
    absent = {
        name: None
        for name in ("credential_file", "client_config_file")
        if values[name] and is_absent(values[name])
    }
    return {**values, **absent}


def _program(name: str) -> Program:
    """Return the command ``name``, which may have a folder and may lack ``iam-``."""
    wanted = os.path.basename(name)
    for known in (wanted, f"iam-{wanted}"):
        if known in index.names():
            return index.load(known)
    raise no_such_command(name)


def _looped_noun(step: Step, name: str) -> str:
    """Return what the entries of the list ``name`` are for which the request is sent."""
    first = _FIRST.get(name.rpartition(".")[2], "") if step.entries == {0} else ""
    return first + _noun(name)


def _noun(name: str) -> str:
    """Return what the entries of a list are ("access key")."""
    key = name.rpartition(".")[2]
    return _NOUNS.get(key) or _words(key.removesuffix("s"))


def _words(name: str) -> str:
    """Return a name of the API as words ("MFADevice": "MFA device")."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*", name)
    return " ".join(word if word.isupper() else word.lower() for word in words)
