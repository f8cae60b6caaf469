"""The prompt for a password in a shell: Ctrl-Z, fg and Ctrl-C, and what the screen shows."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.processes import running, wait_until
from support.requirements import needs
from support.selection import in_full, usual
from support.stub import ok
from support.terminal import PROMPT, USUAL_SIZE, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.shell import Shell
    from support.stub import Endpoint, Stub

#: Shells, and how each sets its prompt; the quotes keep the echo from being taken for the prompt.
SHELLS = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--no-config", "-i"),
}
SETUP = {"fish": "function fish_prompt; printf '%s' REA DY'> '; end"}
LINE = "iam-useraddloginprofile -u bob -p -"
PASSWORD = "s3cret-word"


@pytest.fixture
def password_endpoint(run: Shell, stub: Stub) -> Endpoint:
    """An endpoint that sets the password."""
    made = stub.endpoint(
        ok("CreateLoginProfile", "<LoginProfile><UserName>bob</UserName></LoginProfile>")
    )
    run.env |= {"AWS_IAM_URL": made.url, "TERM": "xterm"}
    return made


class Typing:
    """A shell on a terminal of the usual size, which has typed ``line`` and shows a prompt."""

    def __init__(self, shell: str, line: str, run: Shell) -> None:
        self._home = run.home
        self.terminal = Terminal(*SHELLS[shell], env=run.env, size=USUAL_SIZE)
        self.terminal.type(SETUP.get(shell, "PS1='REA''DY> '") + "\r")
        self.terminal.wait_for(PROMPT)
        self.terminal.type(f"{line}\r")
        self.asked("Password: ")

    def asked(self, prompt: str) -> str:
        """Wait for a prompt; return what came before it."""
        before = self.terminal.wait_for(prompt)
        wait_until(lambda: not self.terminal.echoes())
        return before

    def stop(self) -> None:
        """Type a part of a password and Ctrl-Z."""
        self.terminal.type("half\x1a")
        self.terminal.wait_for(PROMPT)
        # A process that waits for input reads what is typed before the kernel has stopped it.
        time.sleep(0.3)

    def processes(self) -> list[int]:
        """Return the processes that run the command."""
        return [number for number, words in running(self._home).items() if LINE in words]

    def answer(self) -> None:
        """Type the password at both prompts, and wait for the shell."""
        self.terminal.type(f"{PASSWORD}\r")
        self.asked("Password again: ")
        self.terminal.type(f"{PASSWORD}\r")
        self.terminal.wait_for(PROMPT)


@pytest.fixture
def typing(shell: str, line: str, run: Shell, password_endpoint: Endpoint) -> Iterator[Typing]:
    """The prompt of the command in a shell."""
    made = Typing(shell, line, run)
    yield made
    made.terminal.close()


SCRIPT = f"sh -c '{LINE}; true'"
PLACES = [
    (shell, prefix + line)
    for shell in SHELLS
    for prefix in ("", "iamcli run ")
    for line in (LINE, SCRIPT)
]


@pytest.mark.parametrize(
    ("shell", "line"), usual([("zsh", LINE), ("bash", f"iamcli run {SCRIPT}")], PLACES)
)
@needs("{shell}")
def test_the_password_after_fg_is_not_shown(typing, password_endpoint):
    for _ in range(2):
        typing.stop()
        # The shell has its terminal back.
        typing.terminal.type("echo a''b\r")
        typing.terminal.wait_for("ab\r\n")
        typing.terminal.wait_for(PROMPT)
        typing.terminal.type("fg\r")
        typing.asked("Password: ")
    typing.answer()
    shown = typing.terminal.shown
    assert PASSWORD not in shown
    assert "half" not in shown
    # Each of the two continuations has prompted once.
    assert shown.count("Password: ") == 3
    assert [request.parameters["Password"] for request in password_endpoint.requests] == [PASSWORD]


def assert_read_after_fg(typing: Typing, endpoint: Endpoint) -> None:
    """Check that the prompt goes on in the foreground, and that the password is not shown."""
    typing.terminal.type("fg\r")
    typing.asked("Password: ")
    typing.answer()
    assert PASSWORD not in typing.terminal.shown
    assert [request.parameters["Password"] for request in endpoint.requests] == [PASSWORD]


@pytest.mark.parametrize(("shell", "line"), [("bash", LINE), in_full("zsh", LINE)])
@needs("{shell}")
def test_a_prompt_in_the_background_waits(typing, password_endpoint):
    typing.stop()
    for line in ("bg", "echo a''b"):
        typing.terminal.type(f"{line}\r")
        typing.terminal.wait_for(PROMPT)
    wait_until(lambda: "T" in states(typing))
    assert_read_after_fg(typing, password_endpoint)


@pytest.mark.parametrize(("shell", "line"), [("fish", LINE)])
@needs("{shell}")
def test_a_prompt_that_stopped_by_itself_in_the_background(typing, password_endpoint):
    """With fish, the echo stays off, which does not tell then that the prompt is needed."""
    [process] = typing.processes()
    os.kill(process, signal.SIGSTOP)
    typing.terminal.wait_for(PROMPT)
    wait_until(lambda: states(typing) == "T")
    paused = pauses(process)
    os.kill(process, signal.SIGCONT)
    wait_until(lambda: pauses(process) > paused and states(typing) == "T")
    assert_read_after_fg(typing, password_endpoint)


def states(typing: Typing) -> str:
    """Return the letters of the states of the command's processes."""
    found = ""
    for number in typing.processes():
        with open(f"/proc/{number}/stat", encoding="utf-8") as file:  # noqa: PTH123 - of the kernel
            found += file.read().rpartition(") ")[2][0]
    return found


def pauses(process: int) -> int:
    """Return how often a process has given up the processor, which it does when it stops."""
    text = Path(f"/proc/{process}/status").read_text()
    return sum(map(int, re.findall(r"ctxt_switches:\s*(\d+)", text)))


@pytest.mark.parametrize(("shell", "line"), [("bash", LINE)])
@needs("{shell}")
def test_a_prompt_that_another_process_stops(typing, password_endpoint):
    """SIGSTOP cannot be handled; bash switches the echo on before fg."""
    for number in typing.processes():
        os.kill(number, signal.SIGSTOP)
    typing.terminal.wait_for(PROMPT)
    assert_read_after_fg(typing, password_endpoint)


@pytest.mark.parametrize(("shell", "line"), usual([("bash", LINE)], PLACES))
@needs("{shell}")
def test_ctrl_c_ends_the_line(typing, password_endpoint):
    typing.terminal.type("half\x03")
    assert typing.terminal.wait_for(PROMPT).startswith("\r\n")
    typing.terminal.type("echo a''b\r")
    typing.terminal.wait_for("ab\r\n")
    assert "half" not in typing.terminal.shown
    assert password_endpoint.requests == []


@pytest.mark.parametrize(("shell", "line"), [("bash", LINE)])
@needs("{shell}")
def test_a_prompt_in_the_background_can_be_killed(typing):
    typing.stop()
    typing.terminal.type("kill %1\r")
    typing.terminal.wait_for(PROMPT)
    wait_until(lambda: not typing.processes())
