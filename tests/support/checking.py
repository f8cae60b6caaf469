"""Run ``iamcli check`` in this process; a test that fails shows the script and what was found."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from iamcli.cli.check.check import check
from support.forked import tell

if TYPE_CHECKING:
    from iamcli.cli.check.findings import Result

#: A policy that is valid JSON.
POLICY = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
_UNKNOWN = re.compile(r'"(-\w)" is not an option')
#: A variable or an alias that contains an option.
_EXPANDED = re.compile(r"\"?\$|\w+$")


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
    result = check([name])
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
