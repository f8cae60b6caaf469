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

    ``iam``: sends the requests; ``done`` and ``left``: the labels of the steps that were done and
    of the others ("created", "not created"); ``plan``: the names of the steps in order. A step with
    an unknown outcome is listed as "unknown", and one that was skipped with those that are left. A
    plan of one step gets no state.
    """

    def __init__(self, iam: IAM, done: str, left: str, plan: Sequence[str]) -> None:
        self._iam = iam
        self._done = done
        self._left = left
        self._plan = list(plan)
        self._finished = 0
        self._skipped: list[str] = []

    def finish(self) -> None:
        """Record that the next step is done."""
        self._iam.pending = None
        self._finished += 1

    def skip(self) -> None:
        """Record that the next step is not done, and that the command goes on."""
        self._skipped.append(self._plan.pop(self._finished))

    def __enter__(self) -> Progress:  # noqa: PYI034 - Self costs a dependency or an import
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        single = len(self._skipped) + len(self._plan) == 1
        if error is None or isinstance(error, GeneratorExit) or single:
            return
        known = isinstance(error, KeyboardInterrupt) and not self._iam.pending
        # All Failures have an outcome; interrupts and internal errors may have none.
        outcome = getattr(error, "outcome", NOT_DONE if known else UNKNOWN)
        finished = self._finished + (outcome == DONE)
        begun = finished + (outcome == UNKNOWN)
        parts = [(self._done, self._plan[:finished])]
        if begun > finished:
            parts.append(("unknown", self._plan[finished:begun]))
        parts.append((self._left, self._skipped + self._plan[begun:]))
        error.state = "; ".join(  # type: ignore[attr-defined]  # the runner prints it
            f"{label}: {', '.join(steps) or 'nothing'}" for label, steps in parts
        )


class Step:
    """A request: ``what`` is its name in the state line ("access key AKIA...").

    ``then``: a second request of the same step, or None. If the key may not send it, the command
    goes on and prints a note.
    """

    def __init__(self, what: str, operation: str, **parameters: Any) -> None:
        self.what = what
        self.operation = operation
        self.parameters = parameters
        self.then: Step | None = None


def run_steps(iam: IAM, done: str, left: str, steps: Sequence[Step]) -> None:
    """Send the requests in order. Raises Failure, with a state that uses ``done`` and ``left``."""
    with Progress(iam, done, left, [step.what for step in steps]) as progress:
        for step in steps:
            iam.call(step.operation, **step.parameters)
            progress.finish()


def remove(iam: IAM, steps: Sequence[Step], *, recursive: bool) -> None:
    """Send the requests; the last one deletes the entity, the others what belongs to it.

    If ``recursive``, the entity was found before: a NoSuchEntity is ignored, because someone else
    may have removed the same resource meanwhile. Raises Failure, with a state that lists what was
    removed and what is left.
    """
    with Progress(iam, "removed", "left", [step.what for step in steps]) as progress:
        for number, step in enumerate(steps, 1):
            if recursive:
                iam.progress.step(f"removing {number} of {len(steps)}: {step.what}")
            _remove(iam, step, may_be_gone=recursive)
            if step.then and not _remove_or_note(iam, step.then):
                progress.skip()
            else:
                progress.finish()


def _remove(iam: IAM, step: Step, *, may_be_gone: bool) -> None:
    try:
        iam.call(step.operation, **step.parameters)
    except ServiceError as error:
        if error.code != "NoSuchEntity" or error.looked_up or not may_be_gone:
            raise


def _remove_or_note(iam: IAM, step: Step) -> bool:
    """Remove what is left of a step; if the key may not do so, print a note and return False."""
    try:
        _remove(iam, step, may_be_gone=True)
    except ServiceError as error:
        if not error.denied:
            raise
        iam.note(f"{step.what} still exists: {step.operation} is not permitted ({error})")
        return False
    return True
