"""Removing a thing with everything that it holds: one list of steps, shown or carried out."""

from __future__ import annotations

from iamcli.errors import Failure, NotIam, ServiceError
from iamcli.iam import DENIED
from iamcli.paging import everything
from iamcli.steps import Step, remove
from iamcli.text import Note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from iamcli.iam import IAM
    from iamcli.text import Lines

#: Codes by which servers that imitate IAM say that they lack an operation.
_UNKNOWN_HERE = frozenset(
    {"InvalidAction", "NotImplemented", "InternalFailure", "UnknownOperation", "UnknownAction"}
)


class Section:
    """Things of one kind that stand under a heading.

    ``steps`` remove them; ``shown`` is how each is listed, by default its name; ``always``: the
    heading is listed even when nothing stands under it, as the original did.
    """

    def __init__(
        self,
        heading: str,
        steps: Sequence[Step],
        shown: Sequence[str],
        *,
        always: bool = False,
    ) -> None:
        self.steps = steps
        self.lines = [heading, *(f"\t{item}" for item in shown)] if shown or always else []


def nothing_pretended(recursive: str) -> Note:
    """Return what ``-p`` says without the option ``recursive`` that it belongs to."""
    return Note(
        f"-p lists what {recursive} would remove, and {recursive} is not given; nothing was sent"
    )


class Removal:
    """Gathers what a thing holds, and lists or removes it, the thing itself last."""

    def __init__(self, iam: IAM, last: Step) -> None:
        self._iam = iam
        self._last = last
        self._sections: list[Section] = []
        self._hidden: list[str] = []

    def holds(  # noqa: PLR0913 - the parts of a row
        self,
        heading: str,
        kind: str,
        operation: str,
        member: str,
        names: Sequence[str],
        *,
        shown: Sequence[str] = (),
        always: bool = False,
        **fixed: Any,
    ) -> None:
        """Add things of one ``kind`` ("access key"), each removed by ``operation``.

        The operation takes a thing's name as ``member``, and the ``fixed`` parameters.
        """
        steps = [Step(f"{kind} {name}", operation, **{member: name}, **fixed) for name in names]
        self._sections.append(Section(heading, steps, shown or names, always=always))

    def names(self, operation: str, key: str, member: str, **parameters: Any) -> list[str]:
        """Return the ``member`` of each entry of a list that the original did not know.

        A key may not be permitted to read it, and a server may not know it: then it is taken to
        be empty, and the service will refuse the last step if it is not.
        """
        try:
            return [entry[member] for entry in everything(self._iam, operation, key, **parameters)]
        except Failure as failure:
            self._pass_over(operation, failure)
            return []

    def exists(self, operation: str, **parameters: Any) -> bool:
        """Return whether a thing is there that the original did not know; like ``names``."""
        try:
            self._iam.call(operation, **parameters)
        except Failure as failure:
            if not (isinstance(failure, ServiceError) and failure.code == "NoSuchEntity"):
                self._pass_over(operation, failure)
            return False
        return True

    def _pass_over(self, operation: str, failure: Failure) -> None:
        """Note an ``operation`` that is not permitted; raise what is no matter of permission."""
        code = failure.code if isinstance(failure, ServiceError) else ""
        if code in DENIED:
            self._hidden.append(operation)
        elif not (code in _UNKNOWN_HERE or isinstance(failure, NotIam)):
            raise failure

    def lines(self, *, pretend: bool) -> Lines:
        """Yield the list of what would be removed, or remove it and yield nothing."""
        if not pretend:
            steps = [step for section in self._sections for step in section.steps]
            remove(self._iam, [*steps, self._last])
            return
        for section in self._sections:
            yield from section.lines
        for operation in self._hidden:
            yield Note(f"{operation} is not permitted; what it would find is not in the list")
