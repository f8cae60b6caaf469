"""The interactive shell of the sandbox: the history of the user, and what is typed ahead."""

from __future__ import annotations

import os
import re
import shutil
import signal
from pathlib import Path

import pytest
from support import prepared
from support.requirements import needs
from support.selection import in_full, usual
from support.terminal import Terminal

SHELLS = ("bash", "zsh", "fish", "dash", "mksh", "ksh", "busybox")
WITH_HISTORY = {"bash", "fish", "mksh", "ksh", "busybox", "zsh"}
PROMPT = "(iamcli sandbox) $ "
#: The prompt of the shell in which the sandbox is started.
OUTSIDE = "outside $ "
#: What is said when a sandbox has ended, and one in another sandbox.
ENDED = "the sandbox has ended; commands now use the real account"
INNER_ENDED = "the sandbox has ended; commands now use the sandbox around it"


@pytest.fixture
def as_shell(env, tmp_path):
    """Return variables with which the sandbox starts the shell of this name."""

    def variables(name):
        path = shutil.which(name)
        if name == "busybox":
            (tmp_path / "ash").symlink_to(path)
            path = str(tmp_path / "ash")
        return {**env, "SHELL": path, "TERM": "dumb"}

    return variables


def shown_prompt(name):
    """Return the end of the greeting and of the prompt; mksh has a prompt of its own for root."""
    return "# " if name == "mksh" and os.geteuid() == 0 else PROMPT


# The user's history.

LINES = "".join(f"echo {number}\n" for number in range(5000))
FISH_LINES = "".join(f"- cmd: echo {number}\n  when: 1700000000\n" for number in range(5000))
#: The files of the history, and files that set its length or its file.
HISTORIES = {
    ".ash_history": LINES,
    ".bash_history": LINES,
    ".exported": LINES,
    ".history": LINES,
    ".local/share/fish/fish_history": FISH_LINES,
    ".mksh_history": LINES,
    ".sh_history": LINES,
    ".zsh_history": LINES,
}
START_UP = {
    ".bashrc": "HISTSIZE=100000\nHISTFILESIZE=100000\n",
    ".kshrc": "HISTFILE=~/.sh_history\n",
    ".mkshrc": "HISTFILE=~/.mksh_history\n",
    ".zshrc": "HISTFILE=~/.zsh_history\nHISTSIZE=100000\nSAVEHIST=100000\n",
}


@pytest.mark.parametrize("exported", usual({True}, (False, True)))
@pytest.mark.parametrize("name", usual({"bash"}, SHELLS))
@needs("{name}")
def test_the_history_of_the_user_is_left_as_it_was(as_shell, tmp_path, name, *, exported):
    env = as_shell(name)
    for file, content in (HISTORIES | START_UP).items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    if exported:
        sizes = dict.fromkeys(("HISTSIZE", "HISTFILESIZE", "SAVEHIST"), "100")
        env |= {"HISTFILE": str(tmp_path / ".exported"), **sizes}
    terminal = Terminal(prepared.program(), "sandbox", env=env)
    prompt = shown_prompt(name)
    terminal.wait_for("iam-userlistpolicies -u bob -v\r\n")
    terminal.wait_for(prompt)
    terminal.type("echo fir''st\r")
    terminal.wait_for("first\r\n")
    if name in WITH_HISTORY:
        # Up shows the line again.
        terminal.type("\x1b[A\r")
        terminal.wait_for("first\r\n")
    terminal.type("exit\r")
    assert terminal.status() == 0
    left = {file for file in HISTORIES if (tmp_path / file).read_text() != HISTORIES[file]}
    assert left == set()


# What is typed ahead.

#: How a shell ends: the line that is typed, and what else ends the sandbox.
ENDS = {"exit": "exit", "killed": "kill -9 $$", "failed": "set -e; false", "signal": ""}
#: The line if a signal ends it.
RUNNING = "echo be''gun; sleep 1"
#: What is typed after that line.
AHEAD = {"some lines": "", "a long paste": f": {'x' * 60}\r" * 900}
USUAL_ENDS = {("bash", "exit", "some lines"), ("dash", "killed", "a long paste")}


@pytest.mark.parametrize(
    ("name", "end", "ahead"),
    usual(
        USUAL_ENDS,
        [(name, end, "some lines") for name in SHELLS for end in ENDS]
        + [(name, "killed", "a long paste") for name in SHELLS],
    ),
)
@needs("{name}")
def test_what_is_typed_ahead_does_not_run_outside(as_shell, tmp_path, name, end, ahead):
    env = as_shell(name)
    line = ENDS[end]
    if name == "fish" and end in ("killed", "failed"):
        line = "kill -9 $fish_pid" if end == "killed" else "exit 1"
    terminal = Terminal("bash", "--norc", env={**env, "PS1": OUTSIDE})
    terminal.wait_for(OUTSIDE)
    terminal.type(f"{prepared.program()} sandbox\r")
    terminal.wait_for("iam-userlistpolicies -u bob -v\r\n")
    terminal.wait_for(shown_prompt(name))
    # The shell leaves to others what is typed while a command runs.
    outside = f"""sh -c 'test "$IAMCLI_SANDBOX" || touch {tmp_path}/outside'\r"""
    terminal.paste(f"{line or RUNNING}\r{AHEAD[ahead]}{outside * 2}")
    if end == "signal":
        terminal.wait_for("begun")
        [sandbox] = Path(f"/proc/{terminal.pid}/task/{terminal.pid}/children").read_text().split()
        os.kill(int(sandbox), signal.SIGTERM)
    terminal.wait_for(OUTSIDE)
    terminal.type("echo DO''NE; exit\r")
    terminal.wait_for("DONE\r\n")
    terminal.status()
    assert not (tmp_path / "outside").exists()
    assert f"iamcli: {ENDED}\r\n" in terminal.shown


@needs("dash")
def test_a_sandbox_in_another_one_says_that_it_is_still_there(as_shell, tmp_path):
    terminal = Terminal(prepared.program(), "sandbox", env=as_shell("dash"))
    terminal.wait_for(PROMPT)
    terminal.type("iamcli sandbox\r")
    terminal.wait_for("(iamcli sandbox in a sandbox) $ ")
    terminal.type(f"exit\rtouch {tmp_path}/outside\r")
    terminal.wait_for(PROMPT)
    terminal.type("exit\r")
    assert terminal.status() == 0
    assert not (tmp_path / "outside").exists()
    assert re.findall("iamcli: (the sandbox has .*)\r\n", terminal.shown) == [INNER_ENDED, ENDED]


@pytest.mark.parametrize(
    "line",
    [in_full("{} sandbox sh -c true"), "{} sandbox sh -ic true", in_full("echo | {} sandbox")],
)
def test_what_is_typed_ahead_for_others_is_kept(env, line):
    env = {**env, "SHELL": "/bin/sh"}
    terminal = Terminal("bash", "--norc", env=env)
    # The lines are on the terminal before the sandbox starts.
    line = line.format(prepared.program())
    terminal.type(f"echo BE''GIN; sleep 0.1; {line}; echo EN''D\recho af''ter; exit\r")
    terminal.wait_for("END\r\n")
    terminal.wait_for("after\r\n")
    terminal.status()
    assert "has ended" not in terminal.shown


@needs("dash")
def test_a_sandbox_in_the_background_discards_nothing(env):
    # Unlike bash, dash takes only the line that it runs from the terminal.
    terminal = Terminal("dash", env={**env, "SHELL": "/bin/true"})
    line = f"{prepared.program()} sandbox & wait; echo EN''D; read -r line; echo =$line=; exit"
    terminal.type(f"set -m\r{line}\rtyped\r")
    terminal.wait_for("=typed=\r\n")
    assert terminal.status() == 0
    assert "has ended" not in terminal.shown
