"""Plans of several steps, and the state line that reports a partial failure."""

from __future__ import annotations

from iamcli.errors import DONE, NOT_DONE, UNKNOWN, ServiceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Any

    from iamcli.client.service import IAM


class Progress:
    """Tracks a plan, and sets the ``state`` of an exception that ends it early.

    ``done`` and ``left``: the labels of the steps that were done and of the others ("created", "not
    created"); ``plan``: the names of the steps in order. A step with an unknown outcome is listed
    as "unknown". A plan of one step gets no state.
    """

    def __init__(self, done: str, left: str, plan: Sequence[str]) -> None:
        self._done = done
        self._left = left
        self._plan = list(plan)
        self._finished = 0

    def finish(self) -> None:
        """Record that the next step is done."""
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
        # Unless an interrupt has an outcome, that of the current step is unknown.
        interrupted = isinstance(error, KeyboardInterrupt)
        outcome = getattr(error, "outcome", UNKNOWN if interrupted else NOT_DONE)
        finished = self._finished + (outcome == DONE)
        begun = finished + (outcome == UNKNOWN)
        parts = [(self._done, self._plan[:finished])]
        if begun > finished:
            parts.append(("unknown", self._plan[finished:begun]))
        parts.append((self._left, self._plan[begun:]))
        error.state = "; ".join(  # type: ignore[attr-defined]  # the runner prints it
            f"{label}: {', '.join(steps) or 'nothing'}" for label, steps in parts
        )


class Step:
    """A request: ``what`` is its name in the state line ("access key AKIA...")."""

    def __init__(self, what: str, operation: str, **parameters: Any) -> None:
        self.what = what
        self.operation = operation
        self.parameters = parameters


def run_steps(iam: IAM, done: str, left: str, steps: Sequence[Step]) -> None:
    """Send the requests in order. Raises Failure, with a state that uses ``done`` and ``left``."""
    with Progress(done, left, [step.what for step in steps]) as progress:
        for step in steps:
            iam.call(step.operation, **step.parameters)
            progress.finish()


def remove(iam: IAM, steps: Sequence[Step]) -> None:
    """Send the requests; the last one deletes the entity, the others what belongs to it.

    A NoSuchEntity is ignored, because someone else may have removed the same resource meanwhile.
    Raises Failure, with a state that lists what was removed and what is left.
    """
    with Progress("removed", "left", [step.what for step in steps]) as progress:
        for step in steps:
            try:
                iam.call(step.operation, **step.parameters)
            except ServiceError as error:
                # With a single step, nothing was listed before, so the name may be wrong.
                if error.code != "NoSuchEntity" or len(steps) == 1:
                    raise
            progress.finish()
