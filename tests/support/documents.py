"""The command lines that users can copy from the help, the manual pages and the other documents."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from support.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

#: A line of a document that is a command of this project, after a prompt or not.
OURS = re.compile(r"(?:\w+=\S* )*(?:iam-[a-z]+|iamcli)\b")

#: How the paragraphs of docs/install.md begin before lines to run, each with what tests call it.
#: Those of the Debian package are for packaging/deb-test.
INSTALLATION = {
    "pipx": "To install iamcli with [pipx]",
    "uv": "To install iamcli with [uv]",
    "pip": "To install iamcli with pip in",
    "man -k": "`iamcli list WORD` always",
    "Debian package": "The Debian package is for",
    "one file": "Use the one file if",
    "one file with another Python": "If the `python3`",
    "checkout": "You can also run iamcli from",
    "extras with pipx": "Specify the extras",
    "extras with the Debian package": "With the Debian package",
}


def of_installation(name: str) -> str:
    """Return the lines to run in docs/install.md that have this ``name`` in INSTALLATION."""
    page = (ROOT / "docs" / "install.md").read_text()
    lines = page.partition(f"\n\n{INSTALLATION[name]}")[2].split("\n\n")[1].splitlines()
    assert all(line.startswith("    ") for line in lines)
    return "".join(f"{line[4:]}\n" for line in lines)


def of_help(text: str) -> str:
    """Return the example in the output of ``-h``, with the lines on which it continues."""
    return textwrap.dedent(text.partition("\nExample:\n")[2].partition("\n\n")[0])


def of_page(file: Path) -> list[str]:
    """Return the command lines that follow a prompt in a manual page, as a reader sees them."""
    text = file.read_text()
    for escaped, shown in (
        (r"\-", "-"),
        (r"\(aq", "'"),
        (r"\(ha", "^"),
        (r"\(dq", '"'),
        (r"\(ti", "~"),
        (r"\e", "\\"),
    ):
        text = text.replace(escaped, shown)
    return _prompted([line.removeprefix(".Dl ") for line in text.splitlines()])


def of_markdown(file: Path) -> list[str]:
    """Return the command lines in the blocks of a Markdown document.

    If a block has prompts, the lines after those; otherwise each line that is a command of ours.
    """
    text = file.read_text()
    indented = re.findall(r"(?:^ {4}.*\n)+", text, re.MULTILINE)
    fenced = re.findall(r"^```(?:sh|console)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    commands: list[str] = []
    for block in [*map(textwrap.dedent, indented), *fenced]:
        lines = block.splitlines()
        if not any(line.startswith("$ ") for line in lines):
            lines = [f"$ {line}" if OURS.match(line) else line for line in lines]
        commands += _prompted(lines)
    return commands


def _prompted(lines: list[str]) -> list[str]:
    """Return the commands after ``$ `` or ``# ``, with the lines on which they continue."""
    commands: list[str] = []
    goes_on = False
    for line in lines:
        if goes_on:
            commands[-1] += f"\n{line}"
        elif line.startswith(("$ ", "# iam")):
            commands.append(line[2:])
        else:
            continue
        goes_on = line.endswith("\\")
    return commands
