"""Shows the result of a check: as text, as JSON, or as annotations for GitHub Actions."""

from __future__ import annotations

from iamcli.cli.check.findings import ERROR, STATES, SUMS, WARNING
from iamcli.cli.check.script.kinds import READ
from iamcli.cli.homes.choice import INSTALLED, STRICT
from iamcli.cli.homes.directory import and_others
from iamcli.cli.listing import counted, joined
from iamcli.errors import visible
from iamcli.help.text import advice, fitted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.findings import File, Result

#: The characters that GitHub Actions needs escaped in a message, and besides in a property.
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_MESSAGE, **str.maketrans({":": "%3A", ",": "%2C"})}
#: How many lines with mentions are shown.
_MAX_LINES = 20


def text(result: Result) -> Iterator[str]:
    """Yield two lines for each finding, a line for each of several files, and one with numbers."""
    for finding in result.findings:
        place = f"{finding.file}:{finding.line}:{finding.column}"
        yield from fitted(visible(f"{place}: {finding.code} {finding.message}"))
        yield from advice(visible(finding.fix), "    ")
    if result.findings:
        yield f"To read more about a code, run: iamcli check --explain {result.findings[0].code}"
    if len(result.files) > 1:
        yield from _table(result)
    for (name, line), users in result.missing.items():
        yield from fitted(visible(f"this machine does not have {name}, which {_do(users, 'need')}"))
        yield from (visible(f"    {each}") for each in line.splitlines())
    for (found, lines), users in result.installed.items():
        yield from fitted(visible(f"{_do(users, 'find')} {found}"))
        single = found == INSTALLED and len(lines) == 1 and lines[0][0] != "#"
        begin = "as in the toolkit: " * single
        either = f", or {STRICT}" * (single and lines != (STRICT,))
        yield from (visible(f"    {begin}{each}{either}") for each in lines)
    numbered = ((each.file, range(each.lines[0], each.lines[1] + 1)) for each in result.unread)
    unread = {(file, line) for file, lines in numbered for line in lines}
    levels = [finding.level for finding in result.findings]
    mentions = sum(len(file.mentions) for file in result.files)
    numbers = [
        counted(result.commands, "command"),
        *(counted(levels.count(level), level) for level in (ERROR, WARNING)),
        f"{counted(len(unread), 'line')} not read" if unread else "",
        f"{counted(mentions, 'mention')} not checked" if mentions else "",
        f"{counted(len(result.unreadable), 'file')} not read" if result.unreadable else "",
    ]
    yield from fitted(visible(", ".join(filter(None, numbers))))


def _table(result: Result) -> Iterator[str]:
    """Yield a line for each file, and one with the number of files in each state."""
    width = max(map(len, STATES))
    for file in result.files:
        details = "; ".join(filter(None, [file.reason, ", ".join(file.codes), _mentions(file)]))
        yield from fitted(visible(f"{file.state:{width}}  {file.name}{details and f': {details}'}"))
    states = [file.state for file in result.files]
    numbers = zip(SUMS, map(states.count, STATES), strict=True)
    sums = (f"{said} {number}" for said, number in numbers if number)
    yield from fitted(visible(f"{counted(len(states), 'file')}: {', '.join(sums)}"))


def _do(users: list[str], verb: str) -> str:
    """Return that the scripts ``users`` do what ``verb`` says; of more than two, name the first."""
    names = users[0] + and_others(users) if users[2:] else joined(users)
    return f"{names} {verb}{'s' * (len(users) == 1)}"


def _mentions(file: File) -> str:
    """Return what a file is if it is no shell script, and which names were not checked.

    Of a crontab that names no command, return the number of its jobs.
    """
    lines = list(dict.fromkeys(str(line) for line, _ in file.mentions))
    texts = [] if file.language in ("", *READ) else [f"{file.language}, which is not checked"]
    if lines:
        where = joined(lines[:_MAX_LINES] + ["others"] * (len(lines) > _MAX_LINES))
        number = counted(len(file.mentions), "mention")
        texts.append(f"{number} not checked: line{'s' * (len(lines) > 1)} {where}")
    texts += [f"write {joined(file.java)} instead of java and its class"] if file.java else []
    texts += [f"{counted(file.jobs, 'job')}, whose programs are not checked"] if file.jobs else []
    return "; ".join(texts)


def json(result: Result) -> Iterator[str]:
    """Yield one line with a JSON object."""
    from json import dumps

    whole = [(file, (None, None), reason) for file, reason in result.unreadable]
    found = {
        "findings": [{**each._asdict(), "level": each.level} for each in result.findings],
        "commands": result.commands,
        "unread": [
            {"file": file, "line": lines[0], "last": lines[1], "reason": reason}
            for file, lines, reason in (*result.unread, *whole)
        ],
        "mentions": [
            {"file": file.name, "line": line, "command": name}
            for file in result.files
            for line, name in file.mentions
        ],
        "files": [
            {"file": each.name, "language": each.language, "state": each.state, "codes": each.codes}
            for each in result.files
        ],
        "missing": [
            {"name": name, "files": users, "fix": line}
            for (name, line), users in result.missing.items()
        ],
        "installed": [
            {"files": users, "found": found, "fix": "\n".join(lines)}
            for (found, lines), users in result.installed.items()
        ],
    }
    yield dumps(found)


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
    for file in result.files:
        for note in file.notes:
            first, last = note.lines
            lines = f"line {first}" if first == last else f"lines {first} to {last}"
            checked = "" if "checked" in note.reason else ", not checked"
            yield f"{note.file}: {lines} {note.reason}{checked}"
        if file.reason:
            yield f"cannot check {file.name}: {file.reason}"
        elif mentions := _mentions(file):
            yield f"{file.name}: {mentions}"
