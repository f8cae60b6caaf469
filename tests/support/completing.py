"""Completion in shells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.shell import ROOT
from support.terminal import Terminal

if TYPE_CHECKING:
    from support.shell import Shell

SHELLS = ("bash", "zsh", "fish")

BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"


#: Lists are shown at the first TAB, whole.
LISTS = (
    "bind 'set show-all-if-ambiguous on' 'set completion-query-items 0' 'set page-completions off' "
    "'set enable-bracketed-paste off'"
)
BASH = f". {BASH_COMPLETION}; {LISTS}"

START_UP = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}


def line_of_readme(shell: str) -> str:
    """Return the line of README that switches completion on."""
    (line,) = [
        line.strip()
        for line in (ROOT / "README.md").read_text().splitlines()
        if f"iamcli completion {shell}" in line
    ]
    return line


def assert_completes(run: Shell, shell: str, line: str, command: str) -> None:
    """Assert that a shell whose start-up file is ``line`` completes a name from the account."""
    file = run.home / START_UP[shell]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{line}\n")
    here = Terminal(shell, "-i", env=run.env)
    try:
        here.type(f"{command} -u ro\t\r")
        here.wait_for("arn:aws:iam::123456789012:user/robert")
    finally:
        here.close()
