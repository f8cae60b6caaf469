"""What the script of an explanation has: loops, answers in variables, and what is printed."""

from __future__ import annotations

import re

from iamcli.cli.explain.recorder import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.cli.explain.answers import Source
    from iamcli.cli.explain.explanation import Explanation
    from iamcli.cli.explain.recorder import Line


class DataFlow:
    """Which requests and lines of output use the answers to other requests.

    ``steps``: the requests by number; ``loops``: the lists for whose entries requests are sent;
    ``kept``: the requests whose answers decide about others, or are printed later.
    """

    def __init__(self, explanation: Explanation) -> None:
        # Without what is read only for a note about tags.
        self.events = [each for each in explanation.events if not (each.confirms and each.ignored)]
        self.steps = {each.number: each for each in self.events if isinstance(each, Step)}
        self.lines = explanation.lines
        self._answers = explanation.answers
        self.loops = {loop for step in self.steps.values() for loop in step.loops}
        self.kept = {
            number
            for event in self.events
            if not self.loop(event) and (isinstance(event, Step) or not event.sources)
            for number in event.needs
        }
        self.kept |= {step.number for step in self.steps.values() if self._is_printed_later(step)}

    def loop(self, event: Step | Line) -> tuple[int, str] | None:
        """Return the loop with requests that the event is in, or None."""
        outer = [loop for source in event.sources for loop in self.steps[source.request].loops]
        return next((loop for loop in [*event.loops, *outer] if loop in self.loops), None)

    def variable(self, number: int) -> str:
        """Return the variable for the answer to a request ("access_keys")."""
        return spelled(self.steps[number].operation).partition("-")[2].replace("-", "_")

    def values(self, step: Step, *, looped: bool) -> list[Source]:
        """Return the values of the answer that a loop uses, or those that are printed without."""
        values = (
            source._replace(mark="")
            for event in (self.events if looped else self.lines)
            for source in event.sources
            if source.request == step.number
            and ((source.request, source.list) in self.loops) is looped
        )
        return list(dict.fromkeys(values))

    def resent(self, step: Step) -> list[tuple[Step, str, Source]]:
        """Return the values outside lists that are sent again: the request, its parameter, each."""
        return [
            (later, name, source)
            for later in self.steps.values()
            for name, value in later.parameters.items()
            for source in self._answers.sources(value)
            if source.request == step.number and not source.list
        ]

    def is_text(self, line: Line) -> bool:
        """Return whether the script prints the line as it is."""
        # Text without values is a QR code here, which aws writes to a file.
        drawn = any(step.operation == "CreateVirtualMFADevice" for step in self.steps.values())
        return not (line.sources or self._is_heading(line) or drawn)

    def is_marker(self, line: Line) -> bool:
        """Return whether the line has the marker of a list for whose entries requests are sent."""
        looped = {number for number, _ in self.loops}
        return any(s.member == "Marker" and s.request in looped for s in line.sources)

    def _is_printed_later(self, step: Step) -> bool:
        """Return whether another request or a line of text comes before what is printed of it."""
        if self.loop(step):
            return False
        for event in self.events[self.events.index(step) + 1 :]:
            if isinstance(event, Step) or self.is_text(event):
                break
            if step.number in event.requests:
                return False
        return bool(self.values(step, looped=False))

    def _is_heading(self, line: Line) -> bool:
        """Return whether the line is between values that one request prints."""
        position = self.lines.index(line)
        before, after = (
            next((other.sources[0].request for other in lines if other.sources), None)
            for lines in (self.lines[:position][::-1], self.lines[position + 1 :])
        )
        return before is not None and before == after


def variable(name: str) -> str:
    """Return the variable for a member or a parameter ("user_name")."""
    return spelled(name.rpartition(".")[2]).replace("-", "_")


def spelled(name: str) -> str:
    """Return the name of an operation or a parameter as aws spells it ("list-mfa-devices")."""
    partly = re.sub(r"(.)([A-Z][a-z]+)", r"\1-\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", partly).lower()
