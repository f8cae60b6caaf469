"""Runs the function of a command with an IAM service that records requests instead of sending them.

Requests are answered by ``iamcli.cli.explain.answers``.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple, cast

from iamcli.cli.explain.answers import LACKING, Source
from iamcli.errors import MissingOperation, ServiceError
from iamcli.operations.sender import without_none
from iamcli.operations.service import IAM
from iamcli.output.lines import Note, RequireOutput
from iamcli.output.streams import Reporter, strictness
from iamcli.runner import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from iamcli.cli.explain.answers import Answers
    from iamcli.command import Command
    from iamcli.config.connection import Connection


class Event:
    """A request or a line of output; its ``identity`` is the same in each run of the command.

    ``sources``: where its values come from; ``requests``: the requests whose answers have them;
    ``loops``: the lists for whose entries it is sent or printed, each as the number of the request
    and the list; ``entries``: the numbers of the entries; ``needs``: the other requests that must
    find something; ``confirms``: it reads what the answer to a creation does not show; ``ignored``:
    the errors after which the command goes on.
    """

    def __init__(self, parts: Sequence[str | Source], sources: Sequence[Source]) -> None:
        self.identity = tuple(
            (part.list, part.member) if isinstance(part, Source) else part for part in parts
        )
        self.sources = sources
        self.requests = {source.request for source in sources}
        of_lists = [source for source in sources if source.list]
        self.loops = list(dict.fromkeys((source.request, source.list) for source in of_lists))
        self.entries = {source.entry for source in of_lists}
        self.needs: list[int] = []
        self.confirms = False
        self.ignored: list[str] = []


class Step(Event):
    """A request: its ``number``, ``operation``, ``parameters``; ``paged``: for pages of a list."""

    def __init__(
        self, number: int, operation: str, parameters: dict[str, Any], answers: Answers
    ) -> None:
        parts: list[str | Source] = [operation]
        sources: list[Source] = []
        for name, value in parameters.items():
            of_value = answers.sources(value)
            sources += of_value
            # Values that are kept from an answer may be missing in another run.
            if all(source.list for source in of_value):
                parts += [name, *answers.parts(value)]
        super().__init__(parts, sources)
        self.number = number
        self.operation = operation
        self.parameters = parameters
        self.paged = False


class Line(Event):
    """A line of the command's output: its ``parts``, text and sources."""

    def __init__(self, parts: list[str | Source]) -> None:
        super().__init__(parts, [part for part in parts if isinstance(part, Source)])
        self.parts = parts

    @property
    def text(self) -> str:
        """The text without the values."""
        return "".join(part for part in self.parts if isinstance(part, str))


class Variation(NamedTuple):
    """How the request ``number`` is answered: with no entries, or with an error ``code``.

    ``bare``: with no values at all. All others are answered with entries.
    """

    number: int = -1
    code: str = ""
    bare: bool = False


class Recorder(IAM):
    """Records the requests in ``events``, and answers them."""

    def __init__(self, answers: Answers, variation: Variation) -> None:
        nothing = cast("Connection", SimpleNamespace(secrets=(), warnings=(), sandbox=""))
        super().__init__(nothing, Reporter())
        self.strict = strictness() == "1"
        self.events: list[Step | Line] = []
        self._answers = answers
        self._variation = variation
        self._steps: list[Step] = []

    def send(
        self,
        operation: str,
        *,
        resent: bool = False,  # noqa: ARG002 - as in IAM
        **parameters: Any,
    ) -> dict[str, Any]:
        """Record a request and return the answer; raise ServiceError if it is to be refused."""
        before = self._answers.sources(parameters.get("Marker"))
        if before:
            self._steps[before[0].request].paged = True
            return self._answers.answer(operation, before[0].request, empty=True)
        step = Step(len(self._steps), operation, without_none(parameters), self._answers)
        step.confirms = f"Create{operation[3:]}" in [other.operation for other in self._steps]
        self._steps.append(step)
        self.events.append(step)
        differs = self._variation.number == step.number
        if differs and self._variation.code:
            missing = self._variation.code in LACKING
            raise (MissingOperation if missing else ServiceError)(self._variation.code, "")
        answer = self._answers.answer(operation, step.number, empty=differs)
        if differs and self._variation.bare:
            return {name: {} for name, value in answer.items() if isinstance(value, dict)}
        return answer

    @property
    def is_another_service(self) -> bool:
        """Whether the user named an endpoint that is not one of AWS."""
        return self._answers.of_another_service

    def pause(self, seconds: float, reason: str) -> None:
        """Do not wait."""

    def signs_with(self, access_key_id: str) -> bool:  # noqa: ARG002 - as in IAM
        """Return False: no key is known."""
        return False


def run(
    command: Command, values: Mapping[str, Any], answers: Answers, variation: Variation
) -> tuple[list[Step | Line], list[str]]:
    """Run ``command`` with the ``values`` of its options. Raises Failure as the command does.

    Returns its requests and lines of output in order, and its notes.
    """
    iam = Recorder(answers, variation)
    arguments = {option.dest: values[option.dest] for option in command.options}
    notes: list[str] = []
    for line in call(command, iam, arguments) or ():
        if isinstance(line, Note):
            notes.append(line)
        elif not isinstance(line, RequireOutput):
            iam.events += [Line(answers.parts(text)) for text in line.split("\n")]
    return iam.events, notes
