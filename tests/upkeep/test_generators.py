"""The programs in tools/ that write files: if something is missing, they change nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.requirements import needs
from support.selection import every
from support.shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: What the programs read and write.
FILES = ("LEGACY.md", "setup.cfg")
COPIED = ("bin", "completions", "docs", "iamcli", "man", "tests/transcripts", "tools", *FILES)
#: Files and a link that complete runs of the programs delete, and a file that they write.
STALE = ("man/iam-x.1", "completions/bash/iam-x")
LINK = "bin/iam-x"
CHANGED = "man/whatis"


def copy(folder: Path) -> Path:
    """Copy what the programs read and write, with something for each of them to do."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=ignore)
        else:
            shutil.copy(ROOT / name, folder / name)
    for name in STALE:
        (folder / name).touch()
    (folder / LINK).symlink_to("launcher")
    (folder / CHANGED).write_text("")
    return folder


def contents(folder: Path) -> dict[str, object]:
    return {
        str(path.relative_to(folder)): path.readlink() if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def generate(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``arguments`` with Python; the first that is no option is the name of the program."""
    *options, tool = arguments
    command = [sys.executable, *options, folder / "tools" / f"{tool}.py"]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def without(name: str) -> Callable[[Path], None]:
    """Return what deletes the file ``name``."""
    return lambda folder: (folder / name).unlink()


def replaced(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Return what replaces ``old`` in the file ``name``."""

    def replace(folder: Path) -> None:
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new))

    return replace


class Row(NamedTuple):
    """``program`` after ``breaks`` has taken something away; ``reason``: a part of the error."""

    program: str
    breaks: Callable[[Path], None]
    reason: str


TRANSCRIPT = "tests/transcripts/iam-usercreate.txt"
TABLE = "iamcli/installation/table.py"
DOCSTRINGS = "PYTHONOPTIMIZE=2 remove the docstrings"
ROWS = [
    *(
        Row(f"-OO {tool}", without(CHANGED), DOCSTRINGS)
        for tool in ("pages", "completions", "site")
    ),
    Row("pages", without(TRANSCRIPT), f"{TRANSCRIPT}'"),
    Row("pages", replaced(TRANSCRIPT, "$ iam-usercreate -u", "$ iam-x -u"), f"{TRANSCRIPT} has no"),
    Row("pages", without("man/iam-today.7"), "man/iam-today.7'"),
    Row("pages", replaced("man/iam-toolkit.7", '.\\" End of', '.\\" End'), "lacks the line"),
    Row("pages", replaced("docs/moving.md", "(snapshot.md)", "(x.md)"), "lacks the link x.md"),
    Row("pages", replaced(TABLE, '"iam-userdel"', '"iam-y"'), f"{TABLE} is not up to date"),
    Row(
        "pages",
        replaced("iamcli/commands/mfa.py", '    """Deactivate', '    f"""Deactivate'),
        "iam-userdeactivatemfadevice has no docstring",
    ),
    Row(
        "pages",
        replaced("iamcli/commands/mfa.py", "\n    Output: ", "\n    Other: "),
        " has no Output:",
    ),
    Row("completions", without("tools/completions/iamcli.fish"), "iamcli.fish'"),
    Row("completions", replaced(TABLE, '"iam-userdel"', '"iam-y"'), f"{TABLE} is not up to date"),
    Row("index", without("setup.cfg"), "setup.cfg has no console_scripts"),
    Row("index", replaced("setup.cfg", "console_scripts", "scripts"), "setup.cfg has no"),
    *(
        Row("architecture", replaced("docs/architecture.md", mark, ""), "lacks a mark")
        for mark in ("<!-- end of the drawing -->", "made by tools/architecture.py")
    ),
]


@pytest.mark.parametrize("row", every(6, ROWS), ids=lambda row: f"{row.program}: {row.reason}")
@needs("mandoc")
def test_a_program_that_lacks_something_changes_nothing(row, tmp_path):
    folder = copy(tmp_path / "copy")
    row.breaks(folder)
    before = contents(folder)
    done = generate(folder, *row.program.split())
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert row.reason in done.stderr
    assert "nothing was changed" in done.stderr
    assert contents(folder) == before


def test_nothing_is_deleted_if_a_file_cannot_be_written(tmp_path):
    folder = copy(tmp_path / "copy")
    name = "man/iam-usercreate.1"
    (folder / name).unlink()
    (folder / name).mkdir()
    done = generate(folder, "pages")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.endswith(f"{name}'; nothing was deleted\n")
    assert all((folder / stale).exists() for stale in STALE)


def test_complete_files_are_written_and_others_deleted(tmp_path):
    folder = copy(tmp_path / "copy")
    for tool in ("pages", "completions", "index"):
        done = generate(folder, tool)
        assert (done.returncode, done.stderr) == (0, "")
        assert "iam-x" in done.stdout
    for name in (*STALE, LINK):
        assert not os.path.lexists(folder / name)
    assert (folder / CHANGED).read_text() == (ROOT / CHANGED).read_text()
