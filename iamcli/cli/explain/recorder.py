"""Runs the function of a command with an IAM service that records requests instead of sending them.

Requests are answered by ``iamcli.cli.explain.answers``.
"""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import NamedTuple, cast

from iamcli.errors import ServiceError
from iamcli.operations.service import IAM
from iamcli.output.lines import Note, RequireOutput
from iamcli.runner import call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from iamcli.cli.explain.answers import Answers
    from iamcli.command import Command
    from iamcli.config.connection import Connection


class Request:
    """A request that the command sends: its ``number``, ``operation`` and ``parameters``.

    ``paged``: whether it is sent for each page of a list.
    """

    def __init__(self, number: int, operation: str, parameters: dict[str, Any]) -> None:
        self.number = number
        self.operation = operation
        self.parameters = parameters
        self.paged = False


class Run(NamedTuple):
    """A run of a command: its requests and lines of output in order, and its notes."""

    events: list[Request | str]
    notes: list[str]


class Case(NamedTuple):
    """How one request is answered differently: with no entries, or with an error ``code``.

    ``bare``: with no values at all.
    """

    number: int
    code: str = ""
    bare: bool = False


#: Every request is answered with entries.
PLAIN = Case(-1)


class Recorder(IAM):
    """Records the requests in ``events``, and answers them."""

    def __init__(self, answers: Answers, case: Case) -> None:
        nothing = cast("Connection", SimpleNamespace(secrets=(), sandbox=""))
        super().__init__(nothing, strict=os.environ.get("IAMCLI_STRICT") == "1")
        self.events: list[Request | str] = []
        self._answers = answers
        self._case = case
        self._requests: list[Request] = []

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
            self._requests[before[0].request].paged = True
            return self._answers.answer(operation, before[0].request, empty=True)
        sent = {name: value for name, value in parameters.items() if value is not None}
        request = Request(len(self._requests), operation, sent)
        self._requests.append(request)
        self.events.append(request)
        if self._case.number == request.number and self._case.code:
            raise ServiceError(self._case.code, "")
        empty = self._case.number == request.number
        if empty and self._case.bare:
            return self._answers.bare(operation)
        return self._answers.answer(operation, request.number, empty=empty)

    def pause(self, seconds: float, reason: str) -> None:
        """Do not wait."""

    def signs_with(self, access_key_id: str) -> bool:  # noqa: ARG002 - as in IAM
        """Return False: no key is known."""
        return False


def run(command: Command, values: Mapping[str, Any], answers: Answers, case: Case = PLAIN) -> Run:
    """Run ``command`` with the ``values`` of its options. Raises Failure as the command does."""
    iam = Recorder(answers, case)
    arguments = {option.dest: values[option.dest] for option in command.options}
    notes: list[str] = []
    for line in call(command, iam, arguments) or ():
        if isinstance(line, Note):
            notes.append(line)
        elif not isinstance(line, RequireOutput):
            iam.events += line.split("\n")
    return Run(iam.events, notes)
