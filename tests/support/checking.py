"""Run ``iamcli check`` in this process; a test that fails shows the script and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamcli.cli.check.check import check
from support.forked import tell

if TYPE_CHECKING:
    from pathlib import Path

    from iamcli.cli.check.findings import Result

#: A policy that is valid JSON.
POLICY = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


def write(folder: Path, script: str, name: str = "old.sh", shebang: str = "#!/bin/bash\n") -> str:
    """Write ``script`` to a file, and return its name."""
    path = folder / name
    path.write_text(shebang + script + "\n", encoding="utf-8")
    return str(path)


def checked(folder: Path, script: str, **options: str) -> Result:
    """Return what is found in ``script``; ``options`` are those of ``write``."""
    result = check([write(folder, script, **options)])
    found = [f"{each.line}:{each.column}: {each.code} {each.message}" for each in result.findings]
    tell(script, "\n".join(["found:", *found, *(note.reason for note in result.notes)]))
    assert not result.unreadable
    return result


def codes(folder: Path, script: str, **options: str) -> list[str]:
    """The codes of the findings in ``script``, in the order of the lines."""
    return [finding.code for finding in checked(folder, script, **options).findings]
