"""iamcli check: what is found in which place, in the words that a user reads.

findings.txt has scripts, whose lines begin with a bar, each followed by what is found.
``pytest --accept`` writes it again; read what has changed.
"""

from __future__ import annotations

from shutil import which
from typing import TYPE_CHECKING

import pytest
from support.checking import write
from support.expected import compare
from support.selection import every
from support.shell import TESTS

from iamcli.cli.check.check import check
from iamcli.cli.check.script import shfmt
from iamcli.installation import extras

if TYPE_CHECKING:
    from pathlib import Path


def shown(script: str, folder: Path) -> str:
    """Return the ``script`` and what is found, as in the file; line 1 is the first after #!."""
    result = check([write(folder, script)])
    lines = [f"| {line}" for line in script.split("\n")]
    for each in result.findings:
        found = f"{each.code} {each.message}; {each.fix}".replace("\n", "\\n")
        lines.append(f"{each.line - 1}:{each.column}: {found}".replace(str(folder), "FOLDER"))
    lines += [f"{note.lines[0] - 1}-{note.lines[1] - 1}: {note.reason}" for note in result.notes]
    return "\n".join([*lines, f"commands: {result.commands}"])


@pytest.mark.parametrize("program", every(2, sorted({extras.shfmt(), which("shfmt")} - {None})))
def test_what_is_found_and_where(
    program: str, tmp_path: Path, environ: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Each version of shfmt that is here gives the same findings."""
    environ.setattr(shfmt, "program", lambda: program)
    environ.chdir(tmp_path)
    file = "cli/check/findings.txt"
    scripts = (TESTS / file).read_text(encoding="utf-8").split("\n\n")
    found = []
    for each in scripts:
        lines = [line[2:] for line in each.splitlines() if line.startswith("|")]
        found.append(shown("\n".join(lines), tmp_path))
    compare("\n\n".join(found) + "\n", file, request)
