"""Run ``iamcli check`` in this process; a test that fails shows the script and what was found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from iamcli.cli.check.check import check_files
from iamcli.errors import visible
from support.forked import tell
from support.shell import TESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.cli.check.findings import Result

#: The scripts with what is found in them; Script describes the files.
SCRIPTS = TESTS / "cli" / "check" / "scripts"

#: A directory that looks like that of the toolkit, and that no machine has.
TOOLKIT = "/opt/none/apitools/iam"
#: A policy that is valid JSON.
POLICY = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
_UNKNOWN = re.compile(r'"(-\w)" is not an option')
#: A variable or an alias that contains an option.
_EXPANDED = re.compile(r"\"?\$|[a-z]+$")
#: A line of a script in a file of SCRIPTS, and the words of a finding in it.
_LINE = re.compile(r"((?:[EW]\d{3} |unread )*) *([|:])(?: (.*))?")
_CODE = re.compile(r"[EW]\d{3}")
_WORDS = "       at"


class Script(NamedTuple):
    """A script in a file of SCRIPTS: the ``heading`` above it, its text, and the codes in it.

    "|" is before its first line, ":" before each other line, and before that are the codes of the
    findings in the line, and "unread" if it, or a file that it reads, is not read. Below a line can
    be the ``words`` of its findings, "at COLUMN: (NUMBER) MESSAGE; FIX"; a script has those of all
    its findings or of none. What the file has above is not repeated after its number. Below the
    script is "commands: N" if it has not one command of the toolkit, but N.
    """

    heading: str
    text: str
    codes: list[str]
    words: bool = False

    def rows(self, folder: Path, said: dict[str, int]) -> Iterator[str]:
        """Check the script, and yield its rows with what is found.

        ``said``: the numbers of the words that the rows above have.
        """
        result = checked(folder, self.text)
        unread = [line for note in result.notes for line in range(note.lines[0], note.lines[1] + 1)]
        # The first line of the file is that of the shell.
        for number, line in enumerate(self.text.split("\n"), 2):
            found = [each for each in result.findings if each.line == number]
            marks = " ".join(["unread"] * unread.count(number) + [each.code for each in found])
            yield f"{marks:4} {'|' if number == 2 else ':'}{' ' if line else ''}{line}"
            for each in found if self.words else ():
                words = visible(f"{each.message}; {each.fix}").replace(str(folder), "FOLDER")
                new = "" if words in said else f" {words}"
                place = said.setdefault(words, len(said) + 1)
                yield f"{_WORDS} {each.column}: ({place}){new}"
        if result.commands != 1:
            yield f"       commands: {result.commands}"


def scripts(name: str) -> list[Script]:
    """Return the scripts in the file ``name`` of SCRIPTS."""
    return [part for part in parts(name) if isinstance(part, Script)]


def parts(name: str) -> list[Script | str]:
    """Return the scripts in the file ``name`` of SCRIPTS, and its headings and blank lines."""
    found: list[Script | str] = []
    heading = ""
    for row in (SCRIPTS / f"{name}.txt").read_text(encoding="utf-8")[:-1].split("\n"):
        match = _LINE.fullmatch(row)
        last = found[-1] if found else ""
        if match and match[2] == "|":
            found.append(Script(heading, match[3] or "", _CODE.findall(match[1])))
        elif match and isinstance(last, Script):
            last.codes.extend(_CODE.findall(match[1]))
            found[-1] = last._replace(text=f"{last.text}\n{match[3] or ''}")
        elif row.startswith(_WORDS) and isinstance(last, Script):
            found[-1] = last._replace(words=True)
        elif not row.startswith(" "):
            heading = row.removeprefix("# ") or heading
            found.append(row)
    return found


def write(folder: Path, script: str, name: str = "old.sh", shebang: str = "#!/bin/bash\n") -> str:
    """Write ``script`` to a file, and return its name."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(shebang + script + "\n", encoding="utf-8")
    return str(path)


def made_program(folder: Path, script: str, name: str = "shfmt") -> str:
    """Write ``script`` to a program for sh, and return its name."""
    file = write(folder, script, name, "#!/bin/sh\n")
    Path(file).chmod(0o755)
    return file


def checked(folder: Path, script: str, **options: str) -> Result:
    """Return what is found in ``script``; ``options`` are those of ``write``."""
    name = write(folder, script, **options)
    result = check_files([name])
    found = [f"{each.line}:{each.column}: {each.code} {each.message}" for each in result.findings]
    tell(script, "\n".join(["found:", *found, *(note.reason for note in result.notes)]))
    assert not result.unreadable
    source = Path(name).read_text(encoding="utf-8").splitlines()
    for each in result.findings:
        if each.file == name and (match := _UNKNOWN.match(each.message)):
            rest = source[each.line - 1][each.column - 1 :]
            right = rest.startswith(match[1]) or _EXPANDED.match(rest)
            assert right, f"line {each.line}, column {each.column}: {rest!r} is no {match[1]}"
    return result


def codes(folder: Path, script: str, **options: str) -> list[str]:
    """The codes of the findings in ``script``, in the order of the lines."""
    return [finding.code for finding in checked(folder, script, **options).findings]
