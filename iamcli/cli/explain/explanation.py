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
from iamcli.cli.explain.answers import VIRTUAL, Answers
from iamcli.cli.explain.inputs import Inputs, is_absent
from iamcli.cli.explain.recorder import EMPTY, LACKING, Line, Step, run
from iamcli.cli.group import no_such_command
from iamcli.client.changes import only_reads
from iamcli.config.characters import require_visible
from iamcli.config.settings import Settings
from iamcli.errors import Failure, concealed
from iamcli.parsing import parser
from iamcli.parsing.options import UsageError
from iamcli.protection import temporary_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from iamcli.runner import Program

#: The errors that a command may ignore, each with what it means.
_ERRORS = {
    "NoSuchEntity": "there is none",
    "AccessDenied": "access is denied",
    LACKING: "the server lacks the operation",
}
#: What the entries of a list are; others are named as the list.
_NOUNS = {
    "AccessKeyMetadata": "access key",
    "AttachedPolicies": "attached policy",
    "Certificates": "signing certificate",
    "PolicyNames": "inline policy",
    "ServiceSpecificCredentials": "service-specific credential",
}


class Explanation:
    """What the command line would do.

    ``command``: the command and its arguments; ``summary``: what it does, in words; ``events``: the
    requests (``steps``, by number) and the ``lines`` of output, in order. If it does not just print
    its help: ``inputs``: the files; ``answers``: those to the requests; ``method``: the format in
    which a seed is written, "" if none; ``endpoint``: the URL of ``--url``, or "". Raises Failure
    if the command line would be refused.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self.events: list[Step | Line] = []
        self.steps: dict[int, Step] = {}
        self.lines: list[Line] = []
        self._program = _program(command[0])
        try:
            self._explain(command[1:])
        except parser.HelpRequested:
            self.summary = "Print the help of the command."
        except parser.VersionRequested:
            self.summary = "Print the version of the command."
        except (Failure, UsageError) as error:
            failure = Failure(concealed(f"{self._program.name}: {error}"))
            failure.hint = error.hint
            raise failure from None

    @property
    def refused(self) -> str:
        """The request that lacks a required parameter, in words; "" if there is none."""
        # The only required parameter that a command may omit, as the original does.
        operation, name = "UpdateAccessKey", "AccessKeyId"
        sent = [step.parameters for step in self.steps.values() if step.operation == operation]
        return f"{operation} without {name}" if any(name not in given for given in sent) else ""

    def _explain(self, arguments: Sequence[str]) -> None:
        values = parser.parse(self._program.name, self._program.all_options, arguments)
        require_visible(self._program.options, values)
        files = ("credential_file", "client_config_file")
        absent = [name for name in files if values[name] and is_absent(values[name])]
        self.endpoint = Settings({**values, **dict.fromkeys(absent)}, {}).url or ""
        self.answers = Answers(self.endpoint)
        self.method = ""
        with temporary_folder("iamcli-explain-") as folder:
            self.inputs = Inputs(self._program.options, values, Path(folder))
            events, notes = run(self._program, self.inputs, self.answers)
            if self.inputs.written:
                written = self.inputs.draft.read_text(encoding="utf-8")
                self.method = self.answers.sources(written)[0].member.rpartition(".")[2]
            kept: dict[object, Step | Line] = {}
            for event in events:
                # Those for several entries of a list are kept once.
                same = kept.setdefault(event.identity if event.loops else event, event)
                same.marks |= event.marks
            self.events = list(kept.values())
            self.steps = {event.number: event for event in self.events if isinstance(event, Step)}
            self.lines = [event for event in self.events if isinstance(event, Line)]
            self.summary = " ".join(self._sentences(values, notes))
            for step in self.steps.values():
                self._vary(step)

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
        # After a request, a note is about its answer.
        yield from (f"{note}." for note in notes if not self.steps)
        if self.refused:
            yield f"The service and the AWS CLI refuse {self.refused}."

    def _vary(self, step: Step) -> None:
        """Find out what depends on the answer to ``step``."""
        reads = only_reads(step.operation)
        for code in (EMPTY, *_ERRORS) if reads else ("AccessDenied",):
            try:
                events, _ = run(self._program, self.inputs, self.answers, step.number, code)
            except Failure:
                continue
            if code in _ERRORS:
                step.ignored.append(code)
            if code in {EMPTY, "NoSuchEntity"}:
                remaining = {event.identity for event in events}
                for event in self.events:
                    known = {*event.needs, *(number for number, _ in event.loops)}
                    if event.identity not in remaining and step.number not in known:
                        event.needs.append(step.number)

    def when(self, step: Step) -> str:
        """Return in words when the request is sent."""
        virtual = "virtual " * (step.marks == {VIRTUAL})
        conditions = ["if the answer does not show them"] * step.confirms
        conditions += [f"for each {virtual}{_noun(name)}" for _, name in step.loops]
        for number in step.needs:
            noun = _words(self.steps[number].operation).partition(" ")[2]
            conditions.append(f"if there is a {noun}")
        if step.paged:
            conditions.append("for each page of the list")
        text = ", ".join(conditions) or "always"
        if reasons := [_ERRORS[code] for code in step.ignored]:
            text += f"; the command goes on if {listing.joined(reasons, 'or')}"
        return text

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
            operation = self.steps[source.request].operation
            return f"{source.member.rpartition('.')[2]} in the answer to {operation}, if it has one"
        entry = _noun(source.list)
        return f"each {entry}" if source.member == "@" else f"{source.member} of each {entry}"


def _program(name: str) -> Program:
    """Return the command ``name``, which may have a folder and may lack ``iam-``."""
    wanted = os.path.basename(name)
    for known in (wanted, f"iam-{wanted}"):
        if known in index.names():
            return index.load(known)
    raise no_such_command(name)


def _noun(name: str) -> str:
    """Return what the entries of a list are ("access key")."""
    key = name.rpartition(".")[2]
    return _NOUNS.get(key) or _words(key.removesuffix("s"))


def _words(name: str) -> str:
    """Return a name of the API as words ("MFADevice": "MFA device")."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]*", name)
    return " ".join(word if word.isupper() else word.lower() for word in words)
