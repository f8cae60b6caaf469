"""What is still running when the command in the sandbox has ended, and how long it is awaited."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import time
from pathlib import Path

import pytest
from support import prepared
from support.limits import NEVER, TIMEOUT
from support.patience import iamcli
from support.processes import activity, run, running, state
from support.selection import in_full, usual
from support.terminal import Terminal


@pytest.fixture
def ended(tmp_path):
    """End what the test has left running; return the names of these processes and their IDs."""

    def end():
        left = running(tmp_path)
        for number in left:
            # One may end meanwhile.
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        return sorted((Path(line.split()[0]).name, number) for number, line in left.items())

    yield end
    end()


def limited(session, daemons, note=1.0):
    """Return what starts the sandbox with limits for processes of its session, and for daemons."""
    limits = {"SESSION": session, "DAEMONS": daemons, "NOTE": note}
    module = "iamcli.cli.sandbox.launch.descendants"
    constants = {f"{module}.{name}": limit for name, limit in limits.items()}
    return *iamcli(constants, prepared.setting()), "sandbox"


def impatient(env, *arguments, limits=(1.5, 0.5)):
    return run(*limited(*limits), *arguments, env=env)


#: Each process starts the next one and ends, so that one look may see none of them.
CHAIN = f"""{sys.executable} -c '
import os
for _ in range(1000):
    if os.fork():
        os._exit(0)
os.execvp("iam-usercreate", ["iam-usercreate", "-u", "bob"])
' & exit 3"""


@pytest.mark.parametrize(
    "script",
    [
        "(sleep 0.3; iam-usercreate -u bob) & exit 3",
        in_full("iam-usercreate -u bob & exit 3"),
        in_full("(setsid sh -c 'sleep 1; iam-usercreate -u bob' &); exit 3"),
        in_full("nohup sh -c 'sleep 0.5; iam-usercreate -u bob' >/dev/null 2>&1 & exit 3"),
        in_full("sh -c '(sleep 1; iam-usercreate -u bob) &' & exit 3"),
        in_full(CHAIN),
    ],
)
def test_the_report_is_made_after_the_commands_in_the_background(env, script):
    done = impatient(env, "--changes", "sh", "-c", script, limits=(TIMEOUT, TIMEOUT))
    assert done.stderr == "changes in the private IAM: 1 created\nuser/bob\n  + user bob\n"
    assert done.returncode == 3


@pytest.mark.full
def test_a_command_in_the_background_ends_in_the_sandbox(env, tmp_path):
    script = "(sleep 1; iam-userlistbypath >list) &"
    done = run(prepared.program(), "sandbox", "sh", "-c", script, env=env, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "list").read_text() == "IsTruncated: false\n"


SLEEP = f"(exec sleep {NEVER} >/dev/null 2>&1) &"
DAEMON = f"(setsid sleep {NEVER} >/dev/null 2>&1 &);"
STOPPED = "(kill -STOP $(exec sh -c 'echo $PPID')) >/dev/null 2>&1 & sleep 0.2;"
#: A debugger, which is a daemon, has stopped a process of the session.
DEBUGGED = f"""{sys.executable} -c '
import ctypes, os, signal, time
child = os.fork()
if child == 0:
    ctypes.CDLL(None).ptrace(0, 0, 0, 0)
    os.kill(os.getpid(), signal.SIGSTOP)
os.waitpid(child, os.WUNTRACED)
os.setsid()
open("ready", "w")
time.sleep({NEVER})
' >/dev/null 2>&1 & until [ -e ready ]; do sleep 0.02; done; exit 3"""


@pytest.mark.parametrize(
    ("script", "limits", "names", "status"),
    [
        (f"{DAEMON} {STOPPED} exit 3", (NEVER, 0.5), ["sh", "sleep"], 3),
        in_full(f"{SLEEP} exit 3", (0.5, NEVER), ["sleep"], 3),
        in_full(DEBUGGED, (NEVER, 0.5), ["python", "python"], 3),
        # Whatever they are, if a signal has ended the script.
        in_full(f"{SLEEP} {DAEMON} kill $$", (NEVER, NEVER), ["sleep", "sleep"], 143),
    ],
)
def test_what_does_not_end_does_not_keep_the_sandbox(
    env, tmp_path, monkeypatch, ended, script, limits, names, status
):
    monkeypatch.chdir(tmp_path)
    done = impatient(env, "--changes", "sh", "-c", script, limits=limits)
    left = ended()
    first, *more = done.stderr.splitlines()
    assert first == "changes in the private IAM: none; no request reached it"
    (found,) = (line.partition("still running, but no longer in the sandbox: ")[2] for line in more)
    shown = re.findall(r"(\w+) \((\d+)\)", found)
    assert sorted((name, int(number)) for name, number in shown) == left
    assert [name for name, _ in left] == names
    # The oldest is the first.
    assert shown == sorted(shown, key=lambda one: int(one[1]))
    assert done.returncode == status


@pytest.mark.full
def test_what_still_runs_is_also_said_without_a_report_and_in_json(env, tmp_path, ended):
    script = f"{SLEEP} true"
    done = impatient(env, "sh", "-c", script)
    line = r"iamcli: still running, but no longer in the sandbox: (sleep \(\d+\))\n"
    assert re.fullmatch(line, done.stderr)
    assert done.returncode == 0
    file = tmp_path / "changes.json"
    done = impatient(env, f"--changes={file}", "--format", "json", "sh", "-c", script)
    found = re.fullmatch(line, done.stderr)
    report = json.loads(file.read_text())
    assert (report["running"], report["status"]) == ([found[1]], 0)
    ended()


#: Leaves a process of the session and a daemon, both of which have begun.
BOTH = f"""
setsid sh -c 'echo $$ >daemon; exec sleep {NEVER}' >/dev/null 2>&1 &
sleep {NEVER} >/dev/null 2>&1 & own=$!
until [ "$(cat /proc/$own/comm /proc/$(cat daemon)/comm | tr '\\n' ' ')" = "sleep sleep " ]; do
    sleep 0.02
done 2>/dev/null
exit 3
"""


@pytest.mark.parametrize(
    ("before", "number"),
    [
        (":", signal.SIGHUP),
        in_full(":", signal.SIGINT),
        in_full(":", signal.SIGTERM),
        # As nohup(1) does.
        in_full("trap '' HUP", signal.SIGINT),
    ],
)
def test_a_terminal_shows_what_is_awaited_until_a_signal(env, tmp_path, ended, before, number):
    """The signal comes after the command has ended, because it ends the wait after that."""
    line = f'cd {tmp_path}; {before}; exec "$@"'
    program = (*limited(NEVER, NEVER, note=0.1), "--changes", "sh", "-c", BOTH)
    terminal = Terminal("sh", "-c", line, "sh", *program, env=env)
    terminal.wait_for("iamcli: waiting for ")
    awaited = terminal.wait_for("; Ctrl-C stops waiting\r\n")
    if before != ":":
        terminal.send_signal(signal.SIGHUP)
        # It goes on, and looks rarely whether they have ended.
        begun, (_, looked) = time.monotonic(), activity(terminal.pid)
        time.sleep(1.5)
        assert state(terminal.pid) != "Z"
        assert activity(terminal.pid)[1] - looked < 20 * (time.monotonic() - begun)
    if number == signal.SIGINT:
        terminal.type("\x03")
    else:
        terminal.send_signal(number)
    assert terminal.status() == 3
    assert re.sub(r"\d+", "N", awaited) == "sleep (N), sleep (N)"
    assert terminal.shown.count("waiting for") == 1
    assert f"still running, but no longer in the sandbox: {awaited}\r\n" in terminal.shown
    # The end of the terminal may have ended the other one.
    daemon = ("sleep", int((tmp_path / "daemon").read_text()))
    left = ended()
    assert daemon in left
    assert all(f"{name} ({one})" in awaited for name, one in left)


@pytest.mark.full
def test_processes_that_iamcli_had_before_are_not_waited_for(env, ended):
    script = f"sleep {NEVER} >/dev/null 2>&1 & exec {prepared.program()} sandbox --changes true"
    done = run("sh", "-c", script, env=env)
    assert (done.returncode, done.stderr) == (
        0,
        "changes in the private IAM: none; no request reached it\n",
    )
    ended()


@pytest.mark.full
def test_orphans_that_ended_do_not_pile_up(env):
    script = (
        "for i in 1 2 3 4 5 6 7 8 9; do (true &); done; "
        'while cat /proc/[0-9]*/stat 2>/dev/null | grep -q "^[0-9]* (.*) Z $PPID "; '
        "do sleep 0.1; done; echo none; exit 3"
    )
    done = run(prepared.program(), "sandbox", "sh", "-c", script, env=env)
    assert (done.stdout, done.returncode) == ("none\n", 3)


#: What makes it impossible for the sandbox to become the parent of orphans.
NO_PARENT = {
    "another system": (
        "import sys, sysconfig; sysconfig.get_config_vars(); sys.platform = 'darwin'"
    ),
    "no ctypes": "import sys; sys.modules['ctypes'] = None",
    "no C library": "import ctypes\ndef load(_): raise OSError\nctypes.CDLL = load",
    "no prctl": "import ctypes; ctypes.CDLL = lambda _: object()",
}


@pytest.mark.parametrize("case", usual(("no ctypes",), NO_PARENT))
def test_where_orphans_cannot_be_seen_only_the_command_is_waited_for(env, ended, case):
    command, code, program, *rest = limited(NEVER, NEVER)
    # The fault comes before iamcli is imported.
    given = (command, code, f"{NO_PARENT[case]}\n{program}", *rest)
    done = run(*given, "sh", "-c", f"{SLEEP} exit 3", env=env)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")
    assert [name for name, _ in ended()] == ["sleep"]
