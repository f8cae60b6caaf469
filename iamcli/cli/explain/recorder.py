"""Runs the function of a command with an IAM service that records requests instead of sending them.

Requests are answered by ``iamcli.cli.explain.answers``.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from iamcli.cli.explain.answers import Source
from iamcli.errors import MissingOperation, ServiceError
from iamcli.operations.sender import without_none
from iamcli.operations.service import IAM
from iamcli.output.lines import Note, RequireOutput
from iamcli.output.streams import Reporter, strictness
from iamcli.runner import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from iamcli.cli.explain.answers import Answers
    from iamcli.cli.explain.inputs import Inputs
    from iamcli.command import Command
    from iamcli.config.settings import Settings


#: Stand among error codes for an answer without entries, and for a server without the operation.
EMPTY, LACKING = "empty", "InvalidAction"


class Event:
    """A request or a line of output; its ``identity`` is the same in each run of the command.

    ``sources``: where its values come from; ``requests``: the requests whose answers have them;
    ``loops``: the lists for whose entries it is sent or printed, each as the number of the request
    and the list; ``marks``: those of the entries; ``needs``: the other requests that must find
    something; ``confirms``: it reads what the answer to a creation does not show; ``ignored``: the
    errors after which the command goes on.
    """

    def __init__(self, parts: Sequence[str | Source]) -> None:
        self.identity = tuple(
            (part.list, part.member) if isinstance(part, Source) else part for part in parts
        )
        self.sources = [part for part in parts if isinstance(part, Source)]
        self.requests = {source.request for source in self.sources}
        of_lists = [source for source in self.sources if source.list]
        self.loops = list(dict.fromkeys((source.request, source.list) for source in of_lists))
        self.marks = {source.mark for source in of_lists}
        self.needs: list[int] = []
        self.confirms = False
        self.ignored: list[str] = []


class Step(Event):
    """A request: its ``number``, ``operation``, ``parameters``; ``paged``: for pages of a list."""

    def __init__(
        self, number: int, operation: str, parameters: dict[str, Any], answers: Answers
    ) -> None:
        parts = (part for value in parameters.values() for part in answers.parts(value) if part)
        super().__init__([operation, *parts])
        # Values that are kept from an answer may be missing in another run.
        self.identity = tuple(part for part in self.identity if part[:1] != ("",))
        self.number = number
        self.operation = operation
        self.parameters = parameters
        self.paged = False


class Line(Event):
    """A line of the command's output; ``text``: the line without its values."""

    def __init__(self, parts: list[str | Source]) -> None:
        super().__init__(parts)
        self.text = "".join(part for part in parts if isinstance(part, str))


class Recorder(IAM):
    """Records the requests in ``events``, and answers them.

    The request ``varied``, a number, is refused with the error ``code``, or its answer is EMPTY.
    """

    def __init__(self, answers: Answers, varied: int, code: str) -> None:
        nothing = cast("Settings", SimpleNamespace(secrets=(), warnings=(), sandbox=""))
        super().__init__(nothing, Reporter())
        self.strict = strictness() == "1"
        self.events: list[Step | Line] = []
        self._answers = answers
        self._varied = varied
        self._code = code
        self._steps: list[Step] = []

    def send(self, operation: str, *, resent: bool = False, **parameters: Any) -> dict[str, Any]:  # noqa: ARG002 - as in IAM
        """Record a request and return the answer; raise ServiceError if it is to be refused."""
        before = self._answers.sources(parameters.get("Marker"))
        if before:
            self._steps[before[0].request].paged = True
            return self._answers.answer(operation, before[0].request, empty=True)
        step = Step(len(self._steps), operation, without_none(parameters), self._answers)
        step.confirms = f"Create{operation[3:]}" in [other.operation for other in self._steps]
        self._steps.append(step)
        self.events.append(step)
        code = self._code if step.number == self._varied else ""
        if code in {"", EMPTY}:
            return self._answers.answer(operation, step.number, empty=code == EMPTY)
        raise (MissingOperation if code == LACKING else ServiceError)(code, "")

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
    command: Command, inputs: Inputs, answers: Answers, varied: int = -1, code: str = ""
) -> tuple[list[Step | Line], list[str]]:
    """Run ``command`` with the values of ``inputs``. Raises Failure as the command does.

    ``varied``, ``code``: as for Recorder. Returns the requests and the lines of output in order,
    without footers, and the notes.
    """
    inputs.draft.unlink(missing_ok=True)
    iam = Recorder(answers, varied, code)
    arguments = {option.dest: inputs.values[option.dest] for option in command.options}
    notes: list[str] = []
    for line in call(command, iam, arguments) or ():
        if isinstance(line, Note):
            notes.append(line)
        elif not (isinstance(line, RequireOutput) or line.startswith("IsTruncated: ")):
            iam.events += [Line(answers.parts(text)) for text in line.split("\n")]
    return iam.events, notes
