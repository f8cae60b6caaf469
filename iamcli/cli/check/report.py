"""Shows the result of a check: as text, as JSON, or as annotations for GitHub Actions."""

from __future__ import annotations

from iamcli.cli.check.findings import ERROR, WARNING
from iamcli.cli.listing import counted
from iamcli.errors import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.findings import Result

#: The characters that GitHub Actions needs escaped in a message, and besides in a property.
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_MESSAGE, **str.maketrans({":": "%3A", ",": "%2C"})}


def text(result: Result) -> Iterator[str]:
    """Yield two lines for each finding, and at the end the numbers of findings and unread lines."""
    for finding in result.findings:
        place = f"{finding.file}:{finding.line}:{finding.column}"
        yield visible(f"{place}: {finding.code} {finding.message}")
        yield visible(f"    {finding.fix}")
    numbers = [
        counted(result.commands, "command"),
        counted(sum(each.level == ERROR for each in result.findings), "error"),
        counted(sum(each.level == WARNING for each in result.findings), "warning"),
    ]
    unread = {
        (note.file, line)
        for note in result.unread
        for line in range(note.lines[0], note.lines[1] + 1)
    }
    if unread:
        numbers.append(f"{counted(len(unread), 'line')} not read")
    yield ", ".join(numbers)
    if result.findings:
        yield f"To read more about a code, run: iamcli check --explain {result.findings[0].code}"


def json(result: Result) -> Iterator[str]:
    """Yield one line with a JSON object."""
    from json import dumps

    members = ("file", "line", "column", "code", "level", "command", "message", "fix")
    findings = [{name: getattr(each, name) for name in members} for each in result.findings]
    unread = [
        {"file": note.file, "line": note.lines[0], "last": note.lines[1]} for note in result.unread
    ]
    yield dumps({"findings": findings, "commands": result.commands, "unread": unread})


def github(result: Result) -> Iterator[str]:
    """Yield a workflow command for each finding, which GitHub Actions shows at the line."""
    for finding in result.findings:
        file = finding.file.translate(_PROPERTY)
        place = f"file={file},line={finding.line},col={finding.column},title={finding.code}"
        message = f"{finding.message}; {finding.fix}".translate(_MESSAGE)
        yield visible(f"::{finding.level} {place}::{message}")


FORMATS = {"text": text, "json": json, "github": github}


def notes(result: Result) -> Iterator[str]:
    """Yield what was not checked, and why."""
    for note in result.notes:
        first, last = note.lines
        lines = f"line {first}" if first == last else f"lines {first} to {last}"
        checked = "" if "checked" in note.reason else ", not checked"
        yield f"{note.file}: {lines} {note.reason}{checked}"
    for file, reason in result.unreadable:
        yield f"cannot check {file}: {reason}"
