"""Work of several steps: told, where it ends early, by what is done and what is not."""

from __future__ import annotations

from iamcli.errors import DONE, NOT_DONE, UNKNOWN, ServiceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Any

    from iamcli.client.service import IAM


class Progress:
    """Keeps count of a plan; what ends it early gets a line with what is done, its ``state``.

    ``done`` and ``left`` are the words for the two halves ("created", "not created"); ``plan``
    names the steps in order. A plan of one step needs no such line. A step whose outcome is unknown
    belongs to neither half.
    """

    def __init__(self, done: str, left: str, plan: Sequence[str]) -> None:
        self._done = done
        self._left = left
        self._plan = list(plan)
        self._finished = 0

    def finish(self) -> None:
        """Note that the next step is done."""
        self._finished += 1

    def __enter__(self) -> Progress:  # noqa: PYI034 - Self costs a dependency or an import
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None or isinstance(error, GeneratorExit) or len(self._plan) == 1:
            return
        # An interrupt that says nothing of its own leaves open what became of the step.
        interrupted = isinstance(error, KeyboardInterrupt)
        outcome = getattr(error, "outcome", UNKNOWN if interrupted else NOT_DONE)
        finished = self._finished + (outcome == DONE)
        begun = finished + (outcome == UNKNOWN)
        halves = [(self._done, self._plan[:finished])]
        if begun > finished:
            halves.append(("unknown", self._plan[finished:begun]))
        halves.append((self._left, self._plan[begun:]))
        error.state = "; ".join(  # type: ignore[attr-defined]  # an interrupt has one, too
            f"{word}: {', '.join(steps) or 'nothing'}" for word, steps in halves
        )


class Step:
    """A request: ``what`` names what it is about ("access key AKIA..."), then the call."""

    def __init__(self, what: str, operation: str, **parameters: Any) -> None:
        self.what = what
        self.operation = operation
        self.parameters = parameters


def run_steps(iam: IAM, done: str, left: str, steps: Sequence[Step]) -> None:
    """Send the requests in order; the words are those of Progress. Raises Failure."""
    with Progress(done, left, [step.what for step in steps]) as progress:
        for step in steps:
            iam.call(step.operation, **step.parameters)
            progress.finish()


def remove(iam: IAM, steps: Sequence[Step]) -> None:
    """Send the requests, the last of which deletes the entity that the others empty.

    Somebody else may remove the same things meanwhile: what is gone does not stop the rest.
    Raises Failure, whose state says what is removed and what is left.
    """
    with Progress("removed", "left", [step.what for step in steps]) as progress:
        for step in steps:
            try:
                iam.call(step.operation, **step.parameters)
            except ServiceError as error:
                # A single step means that nothing was looked up: the name may be wrong.
                if error.code != "NoSuchEntity" or len(steps) == 1:
                    raise
            progress.finish()
