"""The recipes of docs/architecture.md: a section's fenced blocks, applied to a copy of the tree.

A block in ``sh`` is run with bash in the copy. The line above any other block ends with its place:

* ``In `FILE`, below `TEXT`:``, below the only line of the file that contains the text, or "above";
* ``At the end of `FILE`:``;
* ``In the new file `FILE`:``.

Blocks can be indented, as those in numbered lists are. Another section is added to ``RECIPES`` in
``upkeep/test_recipes.py``, with a test that makes a ``Copy``, calls ``follow`` with the heading,
``check`` for the checks that every change has to pass, and ``run`` for what is to work then.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from support.requirements import PATH
from support.shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "docs/architecture.md"
_PLACE = re.compile(
    r"\b[Ii]n `(?P<file>[^`]+)`,\s+(?P<side>above|below)\s+`(?P<text>[^`]+)`:$"
    r"|\b[Aa]t the end of `(?P<end>[^`]+)`:$"
    r"|\b[Ii]n the new file `(?P<new>[^`]+)`:$"
)
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)

#: Runs pip without the network, with the setuptools of the environment.
_PIP = """\
import os, sys
others = [path for path in sys.path if path and os.path.dirname(__file__) != path]
settings = {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_INDEX": "1"}
env = {name: value for name, value in os.environ.items() if name != "PIP_BUILD_CONSTRAINT"}
run = f"import runpy, sys; sys.path = {others}; runpy.run_module('pip', None, '__main__')"
os.execve(sys.executable, [sys.executable, "-c", run, *sys.argv[1:]], env | settings)
"""


class Block(NamedTuple):
    """A fenced block: its ``text``, and the paragraph ``above`` it, which ends with its place."""

    above: str
    language: str
    text: str


def blocks(section: str) -> list[Block]:
    """Return the fenced blocks of the ``section`` with this heading, in order."""
    page = (ROOT / PAGE).read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return [*_blocks(page)]


def _blocks(page: str) -> Iterator[Block]:
    begin = 0
    for match in _FENCE.finditer(page):
        indent, language, text = match.groups()
        lines = [line.removeprefix(indent) for line in text.splitlines(keepends=True)]
        above = page[begin : match.start()].strip().rpartition("\n\n")[2]
        yield Block(" ".join(above.split()), language, "".join(lines))
        begin = match.end()


def write(block: Block, root: Path) -> None:
    """Write the lines of a ``block`` to their place in the tree at ``root``.

    A file that the tree lacks is copied from the real one. AssertionError if there is no place.
    """
    match = _PLACE.search(block.above)
    assert match, f"no place of a block at the end of: {block.above}"
    name = match["file"] or match["end"] or match["new"]
    file = root / name
    if not file.exists() and not match["new"]:
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, file)
    lines = [] if match["new"] else file.read_text().splitlines(keepends=True)
    places = [len(lines)]
    if match["new"]:
        assert not file.exists(), file
        file.parent.mkdir(parents=True, exist_ok=True)
    elif match["text"]:
        places = [number for number, line in enumerate(lines) if match["text"] in line]
        assert len(places) == 1, f"{match['text']} is in {len(places)} lines of {file}"
        places[0] += match["side"] == "below"
    lines.insert(places[0], block.text)
    file.write_text("".join(lines))


class Copy:
    """A copy of the tree at ``root``, with an environment in which make and the programs work."""

    def __init__(self, root: Path) -> None:
        self.root = root
        #: The variables of what is run.
        self.env = {"HOME": str(root.parent), "LANG": "C.UTF-8", "PATH": f"{root}/.venv/bin:{PATH}"}
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).exists():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, root / name, follow_symlinks=False)
        self._make_environment(Path(sys.prefix), root / ".venv")

    def _make_environment(self, old: Path, new: Path) -> None:
        """Make an environment that has the packages of the ``old`` one, and the copy."""
        (new / "bin").mkdir(parents=True)
        shutil.copy2(old / "pyvenv.cfg", new)
        for file in (old / "bin").iterdir():
            made = new / "bin" / file.name
            content = file.read_bytes()
            if file.is_symlink() or not content.startswith(b"#!"):
                made.symlink_to(file.readlink() if file.is_symlink() else file)
            elif not file.name.startswith("iam"):
                made.write_bytes(content.replace(str(old).encode(), str(new).encode()))
                made.chmod(0o755)
        packages = Path(sysconfig.get_path("purelib"))
        own = new / packages.relative_to(old)
        own.mkdir(parents=True)
        (own / "others.pth").write_text(f"{self.root}\n{packages}\n")
        (own / "pip.py").write_text(_PIP)

    def remove(self, name: str, text: str) -> None:
        """Remove from the file ``name`` the only line with ``text``."""
        lines = (self.root / name).read_text().splitlines(keepends=True)
        left = [line for line in lines if text not in line]
        assert len(left) == len(lines) - 1, f"{text} is in {len(lines) - len(left)} lines of {name}"
        (self.root / name).write_text("".join(left))

    def follow(self, section: str) -> None:
        """Do what the blocks of a section say, in order; AssertionError if one cannot be done."""
        found = blocks(section)
        assert found, f"{PAGE} has no blocks in {section}"
        for block in found:
            if block.language == "sh":
                self.run(block.text)
            else:
                write(block, self.root)

    def run(self, script: str, status: int = 0) -> str:
        """Run a ``script`` with bash in the copy; return what it prints, errors as well."""
        done = subprocess.run(
            ["bash", "-ec", script],
            cwd=self.root,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == status, f"{script}: status {done.returncode}\n{done.stdout}"
        return done.stdout

    def check(self, *tests: str) -> None:
        """Run what checks the tree after every change, and the ``tests`` of a part."""
        self.run("make lint")
        self.run(f"pytest -x -n 2 tests/upkeep {' '.join(tests)}")
