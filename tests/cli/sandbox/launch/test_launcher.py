"""What the sandbox does around the command: the server, the shell, and what it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support import patience, prepared
from support.limits import NEVER, TIMEOUT
from support.processes import BIN, run, running, wait_until
from support.selection import in_full
from support.terminal import Terminal

import iamcli

IAMCLI = BIN / "iamcli"
PROMPT = "(iamcli sandbox) $ "
ADDRESS = r"http://127\.0\.0\.1:\d+"


def impatient(**limits):
    """Return what starts the sandbox with these limits: constants of its modules."""
    of_server = ("START_TIMEOUT", "END_TIMEOUT")
    launch = "iamcli.cli.sandbox.launch"
    modules = {name: "launcher" if name in of_server else "descendants" for name in limits}
    constants = {f"{launch}.{modules[name]}.{name}": limit for name, limit in limits.items()}
    return *patience.iamcli(constants), "sandbox"


# The server.

#: Why no server starts: what the import of moto does, and what is said.
NOT_STARTED = [
    (
        "raise ModuleNotFoundError('no', name='moto')",
        # The programs of a checkout prefer the Python of its .venv.
        (
            r"cannot start the sandbox: moto is not installed; run: "
            r"\S+/bin/python[\d.]* -m pip install 'moto\[iam\]>=5\.1\.1' "
            r"'flask>=3\.0' 'flask-cors>=5\.0' 'segno>=1\.6'"
        ),
    ),
    in_full("os._exit(1)", "the sandbox server ended before it was ready; try again"),
    (f"time.sleep({NEVER})", r"the sandbox server did not start within 0\.2 seconds; try again"),
    # It answers after that, and before its end: its input ends when nobody waits any more.
    ("sys.stdin.read()", r"the sandbox server did not start within 0\.2 seconds; try again"),
]


@pytest.mark.parametrize(("statement", "said"), NOT_STARTED)
def test_a_server_that_does_not_start_is_reported_in_one_line(env, tmp_path, statement, said):
    folder = tmp_path / "start"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import os, sys, time\nclass Finder:\n    def find_spec(self, name, *_):\n"
        f"        if name == 'moto': {statement}\nsys.meta_path.insert(0, Finder())\n"
    )
    program = (IAMCLI, "sandbox")
    if "within" in said:
        end = 0.1 if "sleep" in statement else TIMEOUT
        program = impatient(START_TIMEOUT=0.2, END_TIMEOUT=end)
    done = run(*program, "touch", "ran", env={**env, "PYTHONPATH": str(folder)}, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(f"iamcli: {said}\n", done.stderr)
    assert not (tmp_path / "ran").exists()


@pytest.mark.full
def test_a_server_that_does_not_end_is_killed(env, tmp_path):
    """It is in a session of its own, without the variables of an account."""
    program = (
        *impatient(END_TIMEOUT=0.2),
        "--keep",
        "kept",
        "sh",
        "-c",
        "touch started; read line",
    )
    with subprocess.Popen(
        program,
        env={**env, "AWS_PROFILE": "work"},
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        wait_until((tmp_path / "started").exists)
        [server] = (one for one, line in running(tmp_path).items() if "sandbox.server" in line)
        variables = Path(f"/proc/{server}/environ").read_bytes().split(b"\0")
        assert [one for one in variables if one.startswith(b"AWS_")] == []
        assert os.getsid(server) == server
        os.kill(server, signal.SIGSTOP)
        said = process.communicate(b"\n", timeout=TIMEOUT)[1].decode()
    assert said == "iamcli: the sandbox server was killed; kept may lack the last changes\n"
    assert process.returncode == 1


# The shell.

REACHED = (
    "requests do not reach AWS; type exit to leave. Other programs, such as aws and ssh, are not "
    "stopped."
)

#: Shows how it was started, and copies its start-up file.
SHELL = """#!/bin/sh
printf '%s\\n' "$@" >arguments
env >variables
folder=${HISTFILE%/*}
ls -A "$folder" >names
for name in bashrc .zshrc config.fish; do
    [ ! -e "$folder/$name" ] || { cp "$folder/$name" . && stat -c %a "$folder/$name" >mode; }
done
exit 3
"""


@pytest.mark.parametrize(
    ("shell", "command", "file", "begin"),
    [
        in_full("bash", ["--norc"], "bashrc", "unset PROMPT_COMMAND\n"),
        ("zsh", ["-o", "no_global_rcs"], ".zshrc", "ZDOTDIR='/my own'\n"),
        in_full("fish", ["--no-config", "--init-command"], "config.fish", "function fish_prompt\n"),
        in_full("csh", ["-f"], None, None),
        in_full("tcsh", ["-f"], None, None),
        in_full("ksh", [], None, None),
    ],
)
def test_how_each_shell_is_started(env, tmp_path, shell, command, file, begin):
    """No file of the user is read or written."""
    program = tmp_path / shell
    program.write_text(SHELL)
    program.chmod(0o755)
    env |= {"SHELL": str(program), "ZDOTDIR": "/my own", "PROMPT_COMMAND": "date"}
    done = run(prepared.program(), "sandbox", "--keep", "kept", env=env, cwd=tmp_path)
    said = f"private IAM at {ADDRESS}, kept in kept; {REACHED}"
    assert re.fullmatch(f"iamcli: {said}\n", done.stderr)
    assert (done.returncode, done.stdout) == (3, "")
    lines = (tmp_path / "variables").read_text().splitlines()
    seen = dict(line.split("=", 1) for line in lines if "=" in line)
    folder = str(Path(seen["HISTFILE"]).parent)
    assert folder.startswith(str((tmp_path / "tmp").resolve()))
    assert (seen["PS1"], seen["SHELL"], seen["IAMCLI_COMPLETE"]) == (PROMPT, str(program), "1")
    assert seen["ENV"] == "/dev/null"
    assert seen["ZDOTDIR"] == (folder if shell == "zsh" else "/my own")
    reading = f". {shlex.quote(f'{folder}/bashrc')}" if shell == "bash" else "date"
    assert seen["PROMPT_COMMAND"] == reading
    last = [f"source '{folder}/config.fish'"] if shell == "fish" else []
    given = (tmp_path / "arguments").read_text().splitlines()
    assert [word for word in given if word] == [*command, *last]
    names = {*(tmp_path / "names").read_text().split()} - {"credentials", "home"}
    assert names == ({file} if file else set())
    if file:
        text = (tmp_path / file).read_text()
        assert text.startswith(begin)
        assert run(IAMCLI, "completion", shell, env=env).stdout.rstrip("\n") in text
        assert (tmp_path / "mode").read_text() == "600\n"


@pytest.mark.full
def test_a_shell_is_started_also_if_it_cannot_complete(env, tmp_path):
    """The package without the completion files, as in an incomplete installation."""
    shutil.copytree(Path(iamcli.__file__).parent, tmp_path / "copy" / "iamcli")
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from iamcli.cli import main; main()"
    program = (sys.executable, "-P", "-c", code, str(tmp_path / "copy"), "sandbox")
    terminal = Terminal(*program, env={**env, "SHELL": "/bin/bash"})
    assert "TAB" not in terminal.wait_for(PROMPT)
    terminal.type("iam-usercreate -u bob -v; complete -p iam-usercreate; exit 3\n")
    terminal.wait_for("arn:aws:iam::123456789012:user/bob\r\n")
    terminal.wait_for("no completion specification")
    terminal.status()


@pytest.mark.full
def test_the_greeting_breaks_no_name_and_controls_nothing(env, tmp_path):
    kept = tmp_path / f"{'x' * 50}-\x1b{'y' * 50}"
    arguments = ("sandbox", "--keep", str(kept))
    terminal = Terminal(
        prepared.program(), *arguments, env={**env, "SHELL": "/bin/dash"}, size=(24, 40)
    )
    lines = terminal.wait_for(PROMPT).splitlines()
    terminal.type("exit\n")
    terminal.status()
    path = f"{kept};".replace("\x1b", "\\x1b")
    hint = lines.index("Try these commands.")
    assert re.fullmatch(
        rf"iamcli: private IAM at {ADDRESS}, kept in {re.escape(path)} {REACHED}",
        " ".join(lines[:hint]),
    )
    assert max(len(line) for line in lines[:hint] if line != path) <= 40
    assert [line.split()[0] for line in lines[hint + 1 :]] == [
        "iam-usercreate",
        "iam-useraddpolicy",
        "iam-userlistpolicies",
    ]


# What is said and returned after the command.

RESET = "sent nothing, because the environment was reset: iam-userdel"
BARE = 'env -i PATH="$PATH" iam-userdel -u bob 2>/dev/null'
SLEEP = f"(exec sleep {NEVER} >/dev/null 2>&1) &"


@pytest.mark.full
@pytest.mark.parametrize(
    ("end", "status", "shown"),
    [("exit 0", 1, 0), ("exit 3", 3, 3), ("kill -2 $$", -signal.SIGINT, 130)],
)
def test_a_file_of_changes_has_the_status_of_a_shell(env, tmp_path, end, status, shown):
    program = (*impatient(SESSION=0.1, SIGNALLED=0.1), "--changes=changes", "--format", "json")
    done = run(*program, "sh", "-c", f"{BARE}; {SLEEP} {end}", env=env, cwd=tmp_path)
    # The server of commands ends a moment later.
    wait_until(lambda: len(running(tmp_path)) == 1)
    [left] = running(tmp_path)
    os.kill(left, signal.SIGKILL)
    report = json.loads((tmp_path / "changes").read_text())
    assert (done.returncode, report["status"]) == (status, shown)
    assert report["running"] == [f"sleep ({left})"]
    still = f"still running, but no longer in the sandbox: sleep ({left})"
    assert done.stderr.splitlines() == [f"iamcli: {RESET}", f"iamcli: {still}"]
