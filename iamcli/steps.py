"""Work of several steps: told, where it ends early, by what is done and what is not."""

from __future__ import annotations

from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Any

    from iamcli.iam import IAM


class Progress:
    """Keeps count of a plan; a Failure that leaves it gets a line with what is done.

    ``done`` and ``left`` are the words for the two halves ("created", "not created"); ``plan``
    names the steps in order. A plan of one step needs no such line.
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
        if isinstance(error, Failure) and len(self._plan) > 1:
            done = ", ".join(self._plan[: self._finished]) or "nothing"
            left = ", ".join(self._plan[self._finished :]) or "nothing"
            error.state = f"{self._done}: {done}; {self._left}: {left}"


class Step:
    """A request: ``what`` names what it is about ("access key AKIA..."), then the call."""

    def __init__(self, what: str, operation: str, **parameters: Any) -> None:
        self.what = what
        self.operation = operation
        self.parameters = parameters


def carry_out(iam: IAM, done: str, left: str, steps: Sequence[Step]) -> None:
    """Send the requests in order; the words are those of Progress. Raises Failure."""
    with Progress(done, left, [step.what for step in steps]) as progress:
        for step in steps:
            iam.call(step.operation, **step.parameters)
            progress.finish()
