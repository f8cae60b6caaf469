"""Which command or shell ``iamcli run`` starts, and its exit status."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from support.processes import WITH_ENTRY
from support.requirements import PATH, needs
from support.served import statistics
from support.terminal import Terminal
from support.users import OTHER, other_user, two_users

from iamcli import interrupts
from iamcli.cli.running import user_command
from iamcli.cli.running.unstarted import start_error
from iamcli.errors import visible

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = pytest.mark.usefixtures("patient", "nothing_left")


def test_stdin_without_command_is_a_shell(shell):
    shell.env["SHELL"] = "/bin/sh"
    done = shell("iamcli", "run", "--stats", stdin="iam-usergetattributes -u bob\nexit 3\n")
    assert done.status == 3
    assert statistics(done)[0] == 1


#: SHELL, the shell of the passwd entry, what PATH has, and the shell that starts. In PLACE, ``own``
#: and ``other`` are programs.
SHELLS = [
    ("PLACE/other", "PLACE/own", "PLACE/bin", "other"),
    ("", "PLACE/own", "PLACE/bin", "own"),
    ("", "PLACE/nologin", "PLACE/bin", "bash"),
    ("", "PLACE/false", "PLACE/bin", "bash"),
    ("", "PLACE/not-executable", "PLACE/bin", "bash"),
    ("", "PLACE/absent", "PLACE/bin", "bash"),
    ("", "", "PLACE/bin", "bash"),
    ("", "no entry", "PLACE/bin", "bash"),
    ("", "no entry", "PLACE", "sh"),
]


@pytest.fixture
def login_shells(tmp_path: Path) -> Path:
    """A directory with the programs of SHELLS."""
    (tmp_path / "bin").mkdir()
    for name in ("own", "other", "nologin", "false", "not-executable", "bin/bash"):
        (tmp_path / name).write_text("#!/bin/sh\necho ${0##*/}\n")
        (tmp_path / name).chmod(0o644 if name == "not-executable" else 0o755)
    return tmp_path


@pytest.fixture
def _same_handlers() -> Iterator[None]:
    """Restore the handlers of signals, which the function under test changes."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
    before = [(number, signal.getsignal(number)) for number in numbers]
    yield
    for number, handler in before:
        signal.signal(number, handler)


PLAIN = "cannot be executed: Permission denied; run: chmod +x"
NO_INTERPRETER = "cannot be executed: its first line names the interpreter"


@pytest.mark.usefixtures("_same_handlers")
@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        (["old-script", "7"], 7, ""),
        (["old-script", "$(kill -9 $$)"], 137, ""),
        # The caller ends in the same way.
        (["old-script", "$(kill -2 $$)"], -signal.SIGINT, ""),
        (["absent"], 127, "absent: not found; is it installed and on PATH?"),
        (["./absent"], 127, "./absent: not found; is it installed and on PATH?"),
        (["iam-userlist"], 127, "iam-userlist: not found; did you mean iam-userlistbypath?"),
        (
            ["uninterpreted"],
            127,
            f"uninterpreted: {NO_INTERPRETER} /absent/interpreter, which does not exist",
        ),
        (["plain"], 126, f"plain: {PLAIN} PLACE/plain, or run: iamcli run sh PLACE/plain"),
        (["/"], 126, "/: cannot be executed: Permission denied; it is a directory"),
    ],
)
def test_a_command_is_registered_until_it_has_ended(command, status, said, tmp_path, monkeypatch):
    """The script has no interpreter line, and another one has its name in a later directory."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{tmp_path}/later:{PATH}")
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "old-script").write_text("#!/bin/sh\nexit 99\n")
    (tmp_path / "later" / "old-script").chmod(0o755)
    (tmp_path / "old-script").write_text(f'echo $$ >{tmp_path}/process; eval "exit $1"\n')
    (tmp_path / "uninterpreted").write_text("#!/absent/interpreter\n")
    for name in ("old-script", "uninterpreted"):
        (tmp_path / name).chmod(0o755)
    (tmp_path / "plain").touch()
    (tmp_path / "process").touch()
    errors: list[str] = []

    def register(number: int) -> None:
        with (tmp_path / "registered").open("a") as file:
            file.write(f"{number}\n")

    ended = user_command.run(command, os.environ, errors.append, register=register)
    # A command that cannot be executed is registered before that is known.
    registered = (tmp_path / "registered").read_text().split()[-2:]
    ran = (tmp_path / "process").read_text().split() or registered[:1]
    said = said.replace("PLACE", str(tmp_path))
    assert (ended, errors, registered) == (status, [said] if said else [], [*ran, "0"])


@two_users
@needs("setpriv")
@pytest.mark.usefixtures("_same_handlers")
def test_a_command_that_becomes_another_user_is_waited_for():
    """The kernel refuses to send it a signal, as to the programs that sudo runs."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        program = shutil.copy(shutil.which("setpriv"), name)
        os.chown(program, 0, OTHER)
        Path(program).chmod(0o4750)
        if os.statvfs(name).f_flag & os.ST_NOSUID:
            pytest.skip("programs with the set-user-ID bit have no effect here")
        ended = "kill -TERM $PPID; kill -HUP $PPID; exit 7"

        def act() -> None:
            # As iamcli does: the command may send the signals before its start was noticed.
            interrupts.install_handlers()
            interrupts.defer_signals()
            status = user_command.run([program, "--reuid=0", "sh", "-c", ended], os.environ, print)
            assert status == 7

        other_user(act)


#: A program, and where Linux names what loads it.
TRUE, LOADER = Path("/bin/true").read_bytes() if Path("/bin/true").exists() else b"", b"/ld-linux"
#: Files in the current directory: the content, what is run, and what is said. Those that are not
#: executable are refused with the status 126.
FILES = {
    "no directory": ("#!/bin/sh\n", "x.sh", "not found on PATH; write ./x.sh"),
    "a name to quote": ("#!/bin/sh\n", "a b", "not found on PATH; write './a b'"),
    "Windows": (
        "#!/bin/sh\r\necho\r\n",
        "./x.sh",
        (
            f"{NO_INTERPRETER} /bin/sh\\x0d with a carriage return, as lines of Windows files end "
            "with one; run: tr -d '\\r' <./x.sh >NEWFILE"
        ),
    ),
    "no interpreter": (
        "#! /usr/local/bin/ksh88 -p\n",
        "./x.sh",
        f"{NO_INTERPRETER} /usr/local/bin/ksh88, which does not exist",
    ),
    "no loader": (
        TRUE.replace(LOADER, b"/xx-linux"),
        "./x.sh",
        "cannot be executed: the program that loads it does not exist",
    ),
    "no script": ("echo\n", "./x.sh", f"{PLAIN} ./x.sh, or run: iamcli run sh ./x.sh"),
    "a script for bash": (
        "#!/usr/bin/env bash\n",
        "./a b",
        f"{PLAIN} './a b', or run: iamcli run bash './a b'",
    ),
    "a script for bash with lines of Windows": (
        "#!/usr/bin/env\tbash\r\n",
        "./x.sh",
        f"{PLAIN} ./x.sh, or run: iamcli run bash ./x.sh",
    ),
    "an absent interpreter": (
        "#!/opt/ksh88\n",
        "./x.sh",
        f"{PLAIN} ./x.sh, or run: iamcli run sh ./x.sh",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_why_a_file_does_not_start(tmp_path, monkeypatch, case):
    monkeypatch.chdir(tmp_path)
    content, name, said = FILES[case]
    error: OSError = PermissionError(13, "Permission denied")
    if not said.startswith(PLAIN):
        error = FileNotFoundError(2, "No such file or directory")
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert visible(start_error(name, os.environ, error, "iamcli run")) == said
    if said.startswith(PLAIN):
        # It is executable, but not for this user or not on this file system.
        (tmp_path / name).chmod(0o755)
        said = re.sub("chmod .*, or run: ", "", said)
        assert start_error(name, os.environ, error, "iamcli run") == said


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("./the-srcipt.sh", "./the-script.sh"),
        ("the-srcipt.sh", "./the-script.sh"),
        ("./my srcipt", "'./my script'"),
        ("iam-userlist", "iam-userlistbypath"),
    ],
)
def test_a_name_that_is_almost_right_is_named(name, near, shell):
    for file in ("the-script.sh", "my script"):
        (shell.home / file).touch(mode=0o755)
    said = f"iamcli: {name}: not found; did you mean {near}?\n"
    assert shell("iamcli", "run", name) == (127, "", said)


def test_a_file_that_is_there_but_does_not_start(shell):
    (shell.home / "x.sh").touch(mode=0o755)
    said = "iamcli: x.sh: not found on PATH; write ./x.sh\n"
    assert shell("iamcli", "run", "x.sh") == (127, "", said)


@pytest.mark.full
def test_the_advice_of_the_sandbox(shell):
    (shell.home / "x.sh").write_text("#!/bin/sh\necho $1\n")
    done = shell("iamcli", "sandbox", "./x.sh")
    line = done.err.rpartition("or run: ")[2]
    assert (done.status, line) == (126, "iamcli sandbox sh ./x.sh\n")
    assert shell(*line.split(), "7") == (0, "7\n", "")


@pytest.mark.full
def test_a_terminal_is_told_of_the_shell(shell):
    (shell.home / ".bashrc").write_text("PS1='READY> '\n")
    env = {**shell.env, "SHELL": "/bin/bash"}
    terminal = Terminal("iamcli", "run", env=env)
    terminal.wait_for("READY> ")
    assert terminal.shown.startswith(
        "iamcli: starting an interactive shell; type exit to leave iamcli run\r\n"
    )
    terminal.type("exit\r")
    assert terminal.status() == 0
    done = shell("iamcli", "run", stdin="echo in a script\n", env=env)
    assert done == (0, "in a script\n", "")
    terminal = Terminal("iamcli", "run", "true", env=env)
    assert (terminal.status(), terminal.shown) == (0, "")


def test_which_shell_is_the_users(login_shells, monkeypatch):
    found = []
    for variable, entry, path, _ in SHELLS:

        def one(_uid: int, entry: str = entry) -> SimpleNamespace:
            if entry == "no entry":
                raise KeyError
            return SimpleNamespace(pw_shell=entry.replace("PLACE", str(login_shells)))

        monkeypatch.setattr("pwd.getpwuid", one)
        env = {"SHELL": variable, "PATH": path}
        shell = user_command.user_shell(
            {name: text.replace("PLACE", str(login_shells)) for name, text in env.items()}
        )
        found.append((variable, entry, path, Path(shell).name))
    assert found == SHELLS


def test_the_shell_without_shell(shell, login_shells):
    env = {"SHELL": "", "PATH": str(login_shells / "bin")}
    program = (sys.executable, "-c", WITH_ENTRY, str(login_shells / "false"), "run")
    assert shell(*program, stdin="echo ${0##*/}\n", env=env) == (0, "bash\n", "")
