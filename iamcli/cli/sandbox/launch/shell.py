"""The interactive shell of the sandbox: its start-up file, its prompt, its greeting and its end.

The user's own start-up files are skipped, because they may set a real endpoint. In their place the
shell reads a file in the temporary directory of the server, which is removed with it. That file
sets the prompt, switches completion on, with names from the private account, and says which command
a wrong name means.
"""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import signal
import termios
import time

from iamcli.cli import completion_scripts
from iamcli.cli.running import user_command
from iamcli.errors import Failure, visible
from iamcli.help.text import columns, wrapped
from iamcli.interrupts import BlockedSignals, SignalState
from iamcli.protection import write_private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.output.streams import Output

PROMPT = "(iamcli sandbox) $ "
#: The prompt of a sandbox that was started in another one.
INNER_PROMPT = "(iamcli sandbox in a sandbox) $ "
#: What to know when a sandbox has ended, and when one in another sandbox has.
ENDED = "the sandbox has ended; commands now use the real account"
INNER_ENDED = "the sandbox has ended; commands now use the sandbox around it"

#: How long nothing must be typed until the rest of a paste is discarded, too, and the maximum time
#: to discard (seconds).
QUIET = 0.1
MAX_TIME = 5.0

#: What to try in an empty account, and in one that was kept or copied.
FIRST_COMMANDS = (
    "iam-usercreate -u bob -k",
    "iam-useraddpolicy -u bob -p read -e Allow -a 's3:Get*' -r '*'",
    "iam-userlistpolicies -u bob -v",
)
LATER_COMMANDS = ("iam-userlistbypath", "iam-grouplistbypath", "iam-accountgetsummary")

# If a shell finds no command, it calls a function, bash and zsh in a process of its own. Names that
# do not begin as those of the toolkit give the same error as without the function. If the
# environment has such a function for bash, that one is kept.

# bash has no option to read another file instead of both the user's and the system's: --rcfile
# replaces only the first. The variable is read before the first prompt.
_BASH = """\
unset PROMPT_COMMAND
PS1='{prompt}'
declare -F command_not_found_handle >/dev/null || command_not_found_handle() {{
    case $1 in
        iam[-_]*) iamcli -- "$1"; return 127 ;;
    esac
    unset -f command_not_found_handle
    "$@"
}}
{completion}
"""

_ZSH = """\
{zdotdir}
PS1='{prompt}'
command_not_found_handler() {{
    case $1 in
        iam[-_]*) iamcli -- "$1"; return 127 ;;
    esac
    local -a callers=("${{functrace[@]:#\\(eval\\):*}}")
    (( $#callers > 1 )) || callers=(zsh)
    print -ru2 -- "${{callers[1]%:0}}: command not found: $1"
    return 127
}}
autoload -Uz compinit && compinit -u -D
{completion}
"""

_FISH = """\
function fish_prompt
    printf '{prompt}'
end
function fish_greeting
end
functions --copy fish_command_not_found __iamcli_other_command_not_found
function fish_command_not_found
    if string match --quiet --regex '^iam[-_]' -- $argv[1]
        iamcli -- $argv[1]
    else
        __iamcli_other_command_not_found $argv
    end
end
{completion}
"""


def start(env: dict[str, str], folder: str, prompt: str = PROMPT) -> list[str]:
    """Return the command that starts the user's shell with this ``prompt``; change ``env`` for it.

    ``folder``: a private directory that is removed when the shell ends, for the start-up file.
    """
    shell = env["SHELL"] = user_command.user_shell(env)
    name = os.path.basename(shell)
    env["PS1"] = prompt
    env["IAMCLI_COMPLETE"] = "1"
    # The user's history would be cut, and get lines that are not for the real account.
    env["HISTFILE"] = os.path.join(folder, "history")
    # Without it, ksh and mksh read a file of the user.
    env["ENV"] = os.devnull
    texts = {"prompt": prompt, "completion": _completion(name)}
    if name == "bash":
        file = write_private(folder, "bashrc", os.fsencode(_BASH.format(**texts)))
        env["PROMPT_COMMAND"] = f". {shlex.quote(file)}"
        return [shell, "--norc"]
    if name == "zsh":
        old = env.get("ZDOTDIR")
        zdotdir = "unset ZDOTDIR" if old is None else f"ZDOTDIR={shlex.quote(old)}"
        write_private(folder, ".zshrc", os.fsencode(_ZSH.format(**texts, zdotdir=zdotdir)))
        env["ZDOTDIR"] = folder
        return [shell, "-o", "no_global_rcs"]
    if name == "fish":
        file = write_private(folder, "config.fish", os.fsencode(_FISH.format(**texts)))
        source = f"source {completion_scripts.fish_quoted(file)}"
        return [shell, "--no-config", "--init-command", source]
    return [shell, "-f"] if name in ("csh", "tcsh") else [shell]


def _completion(shell: str) -> str:
    """Return the lines that switch completion on in ``shell``; "" if it cannot be."""
    if shell in completion_scripts.FILES:
        with contextlib.suppress(Failure):
            return completion_scripts.script(shell)
    return ""


def greeting(env: dict[str, str], announcement: str, *, kept: bool) -> str:
    """Return the line ``announcement``, wrapped to the terminal, and lines with commands to try.

    ``kept``: the account has been used before, or is a copy.
    """
    first = wrapped(f"iamcli: {visible(announcement)}".split(), columns(2))
    commands = (f"  {line}" for line in (LATER_COMMANDS if kept else FIRST_COMMANDS))
    completing = _completion(os.path.basename(env.get("SHELL", "")))
    more = " TAB completes options and names." if completing else ""
    return "\n".join([*first, f"Try these commands.{more}", *commands, ""])


def is_on_terminal() -> bool:
    """Return whether this process is in the foreground of a terminal, which is standard input."""
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        # It controls no process, as after su -c.
        return True


def end(output: Output, *, inner: bool) -> None:
    """Discard what was typed ahead for the shell, which has ended, and say what commands use now.

    ``inner``: whether there is another sandbox around this one. What was typed would run there, or
    on the real account.
    """
    limit = time.monotonic() + MAX_TIME
    # A shell that was killed is still in the foreground of the terminal.
    with BlockedSignals(signal.SIGTTOU), contextlib.suppress(OSError, termios.error):
        termios.tcflush(0, termios.TCIFLUSH)
        # The system holds only the beginning of a long paste.
        while select.select([0], [], [], QUIET)[0] and time.monotonic() < limit:
            termios.tcflush(0, termios.TCIFLUSH)
        termios.tcflush(0, termios.TCIFLUSH)
        if output.on_terminal() and not SignalState.number:
            output.error(INNER_ENDED if inner else ENDED)
