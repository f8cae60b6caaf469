"""The plan of a command of several steps, and the state line that reports a partial failure."""

from __future__ import annotations

from iamcli.errors import DONE, MAX_MESSAGE, NOT_DONE, UNKNOWN, CommandEnd, message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamcli.operations.service import IAM


class Plan:
    """The steps of a command; tells ``iam`` its state if an exception ends it early.

    ``iam``: sends the requests; ``done`` and ``left``: the labels of the steps that were done and
    of the others ("created", "not created"), with which those that were skipped are listed;
    ``steps``: their names in order. A plan of one step sets no state, unless it lacks something; in
    strict mode, nor does one of which nothing was done.
    """

    def __init__(self, iam: IAM, done: str, left: str, steps: Sequence[str]) -> None:
        self._iam = iam
        self._done = done
        self._left = left
        self._steps = list(steps)
        self._finished = 0
        self._skipped: list[str] = []
        #: What a step lacks, after its label in the state: the last one that is done ("not set"),
        #: or the one that is next ("not read").
        self.missed: list[tuple[str, list[str]]] = []

    def finish(self) -> None:
        """Record that the next step is done."""
        self._finished += 1

    def skip(self) -> None:
        """Record that the next step is not done, and that the command goes on."""
        self._skipped.append(self._steps.pop(self._finished))

    def __enter__(self) -> Plan:  # noqa: PYI034 - Self costs a dependency or an import
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        single = len(self._skipped) + len(self._steps) == 1
        if error is None or isinstance(error, GeneratorExit) or (single and not self.missed):
            return
        known = isinstance(error, KeyboardInterrupt) and not self._iam.pending
        # Signals and internal errors have no outcome.
        outcome = error.outcome if isinstance(error, CommandEnd) else NOT_DONE if known else UNKNOWN
        finished = self._finished + (outcome == DONE)
        begun = finished + (outcome == UNKNOWN)
        # What was skipped was done in part.
        if self._iam.strict and not (begun or self._skipped):
            return
        parts = [(self._done, self._steps[:finished])]
        if begun > finished:
            parts.append(("unknown", self._steps[finished:begun]))
        parts += self.missed
        if not (single and self.missed):
            parts.append((self._left, self._skipped + self._steps[begun:]))
        redact = self._iam.reporter.secrets.redact
        shown = (
            (label, ", ".join(message(step, redact, MAX_MESSAGE) for step in steps))
            for label, steps in parts
        )
        texts = (f"{label}: {steps or 'nothing'}" for label, steps in shown)
        self._iam.record_state("; ".join(texts))
