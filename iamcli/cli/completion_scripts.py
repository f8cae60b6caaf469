"""Switches completion on in a shell, with the files of the running installation."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from iamcli.cli import index
from iamcli.cli.installed_commands import commands_folders
from iamcli.errors import Failure

#: The directory and the file that complete iamcli, by shell, below the prefix of an installation.
FILES = {
    "bash": ("share/bash-completion/completions", "iamcli"),
    "zsh": ("share/zsh/site-functions", "_iamcli"),
    "fish": ("share/fish/vendor_completions.d", "iamcli.fish"),
}

#: Tells ``iamcli doctor`` which shell has run these lines: its name and its process ID.
VARIABLE = "IAMCLI_COMPLETION"

_SCRIPTS = {
    "bash": """\
. {folder}/iamcli
export {variable}="bash $$"
""",
    "zsh": """\
fpath=({folder} $fpath)
(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit; }}
autoload -Uz _iamcli
compdef _iamcli iamcli {commands}
export {variable}="zsh $$"
""",
    # fish reads these files when they are needed, but only for commands on PATH.
    "fish": """\
contains -- {folder} $fish_complete_path
or set -g -p fish_complete_path {folder}
if not command -q iam-usercreate
    for __iamcli_file in {folder}/*.fish
        source $__iamcli_file
    end
    set -e __iamcli_file
end
set -gx {variable} "fish $fish_pid"
""",
}


def script(shell: str) -> str:
    """Return the lines that switch completion on in ``shell``, a key of ``FILES``.

    Raises Failure if the completion files of this installation are missing.
    """
    folder, file = FILES[shell]
    # The installation, or else the checkout or the one file, which have them beside the package.
    prefixes = [commands.parent for commands in commands_folders()]
    paths = [prefix / folder for prefix in (*prefixes, Path(__file__).resolve().parents[2])]
    path = next((path for path in paths if os.path.isfile(path / file)), None)
    if path is None:
        raise Failure(f"the completion files are not in {paths[0]}; install iamcli again")
    quoted = fish_quoted(str(path)) if shell == "fish" else shlex.quote(str(path))
    commands = " ".join(index.names())
    return _SCRIPTS[shell].format(folder=quoted, commands=commands, variable=VARIABLE)


def fish_quoted(text: str) -> str:
    """Return ``text`` quoted for fish."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
