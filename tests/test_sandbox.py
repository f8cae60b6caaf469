"""The sandbox: what a command sees in it, how it ends, and that it removes everything."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import io
import json
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest
from support import resettable
from support.processes import (
    BIN,
    ROOT,
    environment,
    left_behind,
    run,
    running,
    wait_until,
)
from support.requirements import need
from support.selection import every
from support.terminal import USUAL_SIZE, Terminal
from test_run import WITH_ENTRY

from iamcli import __version__
from iamcli.cli import command_server
from iamcli.cli.sandbox import kept, started, wsgi
from iamcli.cli.sandbox import launcher as sandbox
from iamcli.cli.sandbox import server as sandbox_server
from iamcli.cli.sandbox.rules import layer
from iamcli.cli.sandbox.shell import LATER_COMMANDS, greeting
from iamcli.cli.sandbox.shell import start as start_shell
from iamcli.client.confinement import REPORT_PATH
from iamcli.client.parents import Process
from iamcli.errors import Failure
from iamcli.handover import VARIABLE
from iamcli.installation import completions

IAMCLI = BIN / "iamcli"
TRUST = (
    '{"Version":"2008-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
)
POLICY = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


@pytest.fixture
def env(tmp_path):
    return environment(tmp_path)


def in_sandbox(env, *arguments, **more):
    return run(IAMCLI, "sandbox", *arguments, env=env, **more)


# What a command sees.


def test_only_the_sandbox_can_be_reached(env, tmp_path):
    env |= {
        "AWS_PROFILE": "work",
        "AWS_IAM_URL": "https://iam.example.com",
        "AWS_ENDPOINT_URL_IAM": "https://iam.example.com",
        "AWS_SESSION_TOKEN": "token",
        "CLIENT_CONFIG_FILE": "/proxy",
        "BASH_ENV": "/elsewhere",
        "ENV": "/elsewhere",
        **{
            name: "http://proxy.example.com"
            for scheme in ("http", "https", "all")
            for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
        },
        "KEPT": "yes",
    }
    done = in_sandbox(env, "env")
    assert done.returncode == 0
    assert done.stderr == ""
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines())
    url = seen["AWS_IAM_URL"]
    assert url.startswith("http://127.0.0.1:")
    folder = str(tmp_path / "tmp" / "iamcli-sandbox-")
    assert seen.pop("AWS_CREDENTIAL_FILE").startswith(folder)
    assert seen["PATH"] == f"{BIN}:{env['PATH']}"
    assert seen["KEPT"] == "yes"
    removed = ("BASH_ENV", "ENV", "CLIENT_CONFIG_FILE")
    assert [name for name in seen if name.lower().endswith("_proxy") or name in removed] == []
    assert {name: seen[name] for name in seen if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID": sandbox.ACCESS_KEY,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_IAM_HOME": str(ROOT),
        "AWS_IAM_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_SECRET_ACCESS_KEY": sandbox.SECRET_KEY,
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }
    assert left_behind(tmp_path) == []


@pytest.mark.full
def test_the_credential_file_is_an_old_one_and_private(env):
    done = in_sandbox(env, "sh", "-c", 'cat "$AWS_CREDENTIAL_FILE"; ls -l "$AWS_CREDENTIAL_FILE"')
    key, secret, listed = done.stdout.splitlines()
    assert key == f"AWSAccessKeyId={sandbox.ACCESS_KEY}"
    assert secret == f"AWSSecretKey={sandbox.SECRET_KEY}"
    assert listed.startswith("-rw------- ")


@pytest.mark.full
def test_aws_sees_the_same_account_whatever_its_files_say(env, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(
        "[default]\nignore_configured_endpoint_urls = true\nregion = eu-west-1\n"
    )
    done = in_sandbox(
        env, "sh", "-c", "iam-usercreate -u david && aws iam get-user --user-name david"
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["User"]["UserName"] == "david"


def test_the_first_walk(env):
    done = in_sandbox(env, ROOT / "examples" / "first-user.sh")
    assert done.stderr == ""
    assert done.returncode == 0
    shown = done.stdout.split("\n")
    arn = "arn:aws:iam::123456789012:user/iam_user"
    assert shown[:3] == ["$ iam-usercreate -u iam_user -p / -v", arn, shown[2]]
    assert shown[3] == f"$ iam-useruploadpolicy -u iam_user -p AllAccessPolicy -o '{POLICY}'"
    assert shown[4] == "$ iam-useraddkey -u iam_user"
    assert [len(line) for line in shown[5:7]] == [20, 40]
    assert shown[7:] == [
        "$ iam-useraddloginprofile -u iam_user -p somePassword",
        "$ iam-accountaliascreate -a example",
        "$ iam-usergetattributes -u iam_user",
        arn,
        shown[2],
        "$ iam-userlistpolicies -u iam_user",
        "AllAccessPolicy",
        "IsTruncated: false",
        "$ iam-userlistpolicies -u iam_user -p AllAccessPolicy",
        POLICY,
        "",
    ]


REMOVED = (
    *("CLIENT_CONFIG_FILE", "BASH_ENV", "ENV"),
    *("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"),
)


def test_commands_are_found_without_a_path():
    private = sandbox.Server("http://127.0.0.1:1", "/folder/credentials", {}, None, {})
    inherited = {"HOME": "/home", "AWS_PROFILE": "work"} | dict.fromkeys(REMOVED, "x")
    env = sandbox.environment(private, inherited)
    assert env.keys() & {"AWS_PROFILE", *REMOVED} == set()
    folder, _, others = env["PATH"].partition(":")
    assert (folder.endswith("/bin"), others, env["HOME"]) == (True, os.defpath, "/home")
    assert (env["IAMCLI_SANDBOX"], env["AWS_CREDENTIAL_FILE"]) == (
        "http://127.0.0.1:1",
        "/folder/credentials",
    )


# How it ends.


@pytest.mark.parametrize(
    ("arguments", "status"),
    every(
        5,
        [
            (["sh", "-c", "exit 7"], 7),
            (["sh", "-c", "kill -9 $$"], 137),
            (["sh", "-c", "kill -2 $$"], -signal.SIGINT),
            (["sh", "-c", "exit 130"], 130),
            (["sh", "-c", 'test "$1" = --help', "--", "--help"], 0),
            (["--", "true"], 0),
            (["sh", "-c", "cat >/dev/null"], 0),
        ],
    ),
)
def test_the_status_is_the_commands(env, arguments, status):
    done = in_sandbox(env, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")


@pytest.mark.full
def test_a_command_that_cannot_be_run_is_named(env, tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    done = in_sandbox(env, "no-such-command")
    assert (done.returncode, done.stderr) == (
        127,
        "iamcli: no-such-command: not found; is it installed and on PATH?\n",
    )
    done = in_sandbox(env, plain)
    assert (done.returncode, done.stderr) == (
        126,
        f"iamcli: {plain}: cannot be executed: Permission denied\n",
    )
    assert left_behind(tmp_path) == []


@pytest.mark.full
def test_a_script_without_interpreter_line_is_for_sh(env, tmp_path):
    script = tmp_path / "old.sh"
    script.write_text('echo "$1"\n')
    script.chmod(0o755)
    assert in_sandbox(env, script, "word").stdout == "word\n"


@pytest.mark.parametrize(
    ("number", "status"),
    every(
        3,
        [
            (signal.SIGINT, -signal.SIGINT),
            (signal.SIGTERM, 143),
            (signal.SIGHUP, 129),
            (signal.SIGKILL, -signal.SIGKILL),
        ],
    ),
)
def test_a_signal_leaves_nothing_behind(env, tmp_path, number, status):
    started = tmp_path / "started"
    script = f"touch {started}; exec sleep 300"
    process = subprocess.Popen([IAMCLI, "sandbox", "sh", "-c", script], env=env)
    wait_until(started.exists)
    # Two folders, the sandbox, its server, sleep, the server of the commands and its pool.
    wait_until(lambda: len(left_behind(tmp_path)) >= 7)
    process.send_signal(number)
    assert process.wait(10) == status
    wait_until(lambda: left_behind(tmp_path) == [])


@pytest.mark.full
def test_a_kill_before_the_server_listens_leaves_nothing_behind(env, tmp_path):
    process = subprocess.Popen([IAMCLI, "sandbox", "sleep", "300"], env=env)
    wait_until(lambda: len(left_behind(tmp_path)) >= 2)
    process.kill()
    process.wait()
    wait_until(lambda: left_behind(tmp_path) == [])


@pytest.mark.full
def test_a_server_that_is_killed_leaves_nothing_behind(env, tmp_path):
    started = tmp_path / "started"
    script = f"touch {started}; read line; exit 3"
    process = subprocess.Popen(
        [IAMCLI, "sandbox", "sh", "-c", script], env=env, stdin=subprocess.PIPE
    )
    wait_until(started.exists)
    (server,) = (pid for pid, line in running(tmp_path).items() if "sandbox.server" in line)
    os.kill(server, signal.SIGKILL)
    process.communicate(b"\n")
    assert process.returncode == 3
    assert left_behind(tmp_path) == []


COUNT_INTERRUPTS = """
import signal, subprocess
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
print("ready", flush=True)
signal.sigwaitinfo([signal.SIGINT])
again = signal.sigtimedwait([signal.SIGINT], 0.5)
print("twice" if again else "once", flush=True)
raise SystemExit(subprocess.call(["iam-userlistbypath"]) or 5)
"""


@pytest.mark.full
def test_ctrl_c_reaches_the_command_once_and_the_server_not_at_all(env, tmp_path):
    terminal = Terminal(IAMCLI, "sandbox", sys.executable, "-c", COUNT_INTERRUPTS, env=env)
    terminal.wait_for("ready")
    terminal.type("\x03")
    assert terminal.status() == 5
    assert "once\r\nIsTruncated: false\r\n" in terminal.shown
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("shell", every(4, ["bash", "dash", "fish", "zsh"]))
def test_a_shell_is_ready_and_ignores_start_up_files_that_lead_elsewhere(env, tmp_path, shell):
    need(shell)
    path = shutil.which(shell)
    files = [tmp_path / name for name in (".bashrc", ".zshrc", ".zshenv", ".profile")]
    files += [tmp_path / "own" / name for name in (".zshrc", ".zshenv")]
    files += [tmp_path / ".bash_completion"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text("export AWS_IAM_URL=https://iam.example.com\n")
    fish = tmp_path / ".config" / "fish" / "config.fish"
    fish.parent.mkdir(parents=True)
    fish.write_text("set -x AWS_IAM_URL https://iam.example.com\n")
    env |= {"SHELL": path, "ENV": str(tmp_path / ".profile"), "TERM": "dumb"}
    env |= {"ZDOTDIR": str(tmp_path / "own")}
    terminal = Terminal(IAMCLI, "sandbox", env=env)
    greeting = terminal.wait_for("(iamcli sandbox) $ ")
    assert "requests do not reach AWS; type exit to leave\r\nTry these commands." in greeting
    assert [line.split()[0] for line in greeting.splitlines() if line.startswith("  iam-")] == [
        "iam-usercreate",
        "iam-useraddpolicy",
        "iam-userlistpolicies",
    ]
    assert ("TAB completes options and names." in greeting) == (shell != "dash")
    terminal.type("iam-usercreate -u robert; iam-usercreate -u ben\n")
    terminal.wait_for("(iamcli sandbox) $ ")
    if shell != "dash":
        terminal.type("iam-usergetatt\t -u ro\t\n")
        terminal.wait_for("arn:aws:iam::123456789012:user/robert")
        # A name that was made after the last list.
        terminal.type("iam-usercreate -u rufus\n")
        terminal.wait_for("(iamcli sandbox) $ ")
        terminal.type("iam-usergetatt\t -u ru\t\n")
        terminal.wait_for("arn:aws:iam::123456789012:user/rufus")
        terminal.wait_for("(iamcli sandbox) $ ")
    terminal.type("echo at=$AWS_IAM_URL= zdotdir=$ZDOTDIR=; exit 3\n")
    assert terminal.status() == 3
    assert "at=http://127.0.0.1:" in terminal.shown
    assert f"zdotdir={tmp_path}/own=" in terminal.shown
    assert not (tmp_path / ".cache" / "iamcli").exists()
    assert not (tmp_path / ".zcompdump").exists()
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("name", ["fish", "zsh"])
def test_the_start_up_file_of_a_shell(env, tmp_path, name):
    need(name)
    for file in (tmp_path / ".zshrc", tmp_path / ".config" / "fish" / "config.fish"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("echo read\n")
    folder = tmp_path / "it's"
    folder.mkdir()
    command = folder / "iam-userdel"
    command.write_text('#!/bin/sh\necho "<$*>"\n')
    command.chmod(0o755)
    env |= {"SHELL": shutil.which(name), "TERM": "dumb", "PATH": f"{folder}:{env['PATH']}"}
    terminal = Terminal(*start_shell(env, str(folder)), env=env)
    terminal.wait_for("(iamcli sandbox) $ ")
    # TAB completes the option.
    terminal.type("iam-userdel --aws-cred\t\n")
    terminal.wait_for("<--aws-credential-file")
    terminal.type('echo "zdotdir=$ZDOTDIR="; exit 3\n')
    terminal.wait_for("zdotdir==")
    assert terminal.status() == 3
    assert "read\r\n" not in terminal.shown


@pytest.mark.full
def test_a_shell_of_80_columns_without_shell(env, tmp_path):
    program = ("-c", WITH_ENTRY, "/usr/sbin/nologin", "sandbox", "--keep", str(tmp_path / "kept"))
    terminal = Terminal(sys.executable, *program, env=env, size=USUAL_SIZE)
    greeting = terminal.wait_for("(iamcli sandbox) $ ")
    lines = greeting.partition("TAB completes options and names.")[0].split("\r\n")
    assert lines[-1] == "Try these commands. "
    said = rf"iamcli: private IAM at \S+, kept in {tmp_path}/kept; requests do not reach AWS; type"
    assert re.search(rf"{said} exit to leave$", " ".join(lines[:-1]))
    assert [line for line in lines if len(line) > 80 and " " in line] == []
    # Control-A is line editing.
    terminal.type("cho $0 $SHELL; exit\x01e\n")
    assert terminal.status() == 0
    assert re.search(r"\n(/\S+/bash) \1\r", terminal.shown)
    assert left_behind(tmp_path) == []


@pytest.mark.full
def test_a_shell_ends_with_sigterm(env, tmp_path):
    terminal = Terminal(IAMCLI, "sandbox", env={**env, "SHELL": "/bin/bash"})
    terminal.wait_for("(iamcli sandbox) $")
    terminal.send_signal(signal.SIGTERM)
    assert terminal.status() == 129
    assert left_behind(tmp_path) == []


@pytest.mark.full
def test_a_shell_that_misses_the_signal_gets_it_again(env, tmp_path):
    # bash does so while it shows its prompt.
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\ntrap 'trap - HUP' HUP\necho ready\nwhile :; do sleep 0.1; done\n")
    shell.chmod(0o755)
    terminal = Terminal(IAMCLI, "sandbox", env={**env, "SHELL": str(shell)})
    terminal.wait_for("ready")
    terminal.send_signal(signal.SIGTERM)
    assert terminal.status() == 129
    assert left_behind(tmp_path) == []


# What is still running when the command has ended.


#: ``iamcli sandbox``, which waits less long: LIMIT and DAEMON_LIMIT are the first two arguments.
IMPATIENT = """
import sys
from iamcli.cli.sandbox import started
started.LIMIT, started.DAEMON_LIMIT = (float(sys.argv.pop(1)) for _ in range(2))
from iamcli.cli import main
sys.exit(main())
"""


def impatient(env, *arguments, limits=("1.5", "0.5")):
    return run(sys.executable, "-c", IMPATIENT, *limits, "sandbox", *arguments, env=env)


@pytest.mark.parametrize(
    "script",
    every(
        5,
        [
            "(sleep 1; iam-usercreate -u bob) & exit 3",
            "iam-usercreate -u bob & exit 3",
            "(setsid sh -c 'sleep 1; iam-usercreate -u bob' &); exit 3",
            "nohup sh -c 'sleep 0.5; iam-usercreate -u bob' >/dev/null 2>&1 & exit 3",
            "sh -c '(sleep 1; iam-usercreate -u bob) &' & exit 3",
        ],
    ),
)
def test_the_report_is_made_after_the_commands_in_the_background(env, tmp_path, script):
    done = in_sandbox(env, "--changes", "sh", "-c", script)
    assert done.stderr == "changes in the private IAM: 1 created\nuser/bob\n  + user bob\n"
    assert done.returncode == 3
    assert left_behind(tmp_path) == []


@pytest.mark.full
def test_a_command_in_the_background_ends_in_the_sandbox(env, tmp_path):
    done = in_sandbox(env, "sh", "-c", "(sleep 1; iam-userlistbypath >list) &", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "list").read_text() == "IsTruncated: false\n"


SLEEP = "(exec sleep 20 >/dev/null 2>&1) &"
DAEMON = "(setsid sleep 20 >/dev/null 2>&1 &);"
STOPPED = "(kill -STOP $(exec sh -c 'echo $PPID')) >/dev/null 2>&1 & sleep 0.2;"


@pytest.mark.parametrize(
    ("script", "limits", "names", "status"),
    every(
        2,
        [
            (f"{DAEMON} {STOPPED} exit 3", ("60", "0.5"), ["sh", "sleep"], 3),
            (f"{SLEEP} exit 3", ("0.5", "60"), ["sleep"], 3),
            # Whatever they are, if a signal has ended the script.
            (f"{SLEEP} {DAEMON} kill $$", ("60", "60"), ["sleep", "sleep"], 143),
        ],
    ),
)
def test_what_does_not_end_does_not_keep_the_sandbox(env, tmp_path, script, limits, names, status):
    begun = time.monotonic()
    done = impatient(env, "--changes", "sh", "-c", script, limits=limits)
    assert time.monotonic() - begun < 15
    left = running(tmp_path)
    for number in left:
        os.kill(number, signal.SIGKILL)
    first, *more = done.stderr.splitlines()
    assert first == "changes in the private IAM: none"
    (found,) = (line.partition("still running, but no longer in the sandbox: ")[2] for line in more)
    assert sorted(re.findall(r"(\w+) \((\d+)\)", found)) == sorted(
        (line.split()[0], str(number)) for number, line in left.items()
    )
    assert sorted(line.split()[0] for line in left.values()) == names
    assert done.returncode == status
    wait_until(lambda: left_behind(tmp_path) == [])


@pytest.mark.full
def test_what_still_runs_is_also_said_without_a_report_and_in_json(env, tmp_path):
    script = "(exec sleep 20 >/dev/null 2>&1) & true"
    done = impatient(env, "sh", "-c", script)
    line = r"iamcli: still running, but no longer in the sandbox: (sleep \(\d+\))\n"
    assert re.fullmatch(line, done.stderr)
    assert done.returncode == 0
    file = tmp_path / "changes.json"
    done = impatient(env, f"--changes={file}", "--format", "json", "sh", "-c", script)
    found = re.fullmatch(line, done.stderr)
    report = json.loads(file.read_text())
    assert (report["running"], report["status"]) == ([found[1]], 0)
    for number in running(tmp_path):
        os.kill(number, signal.SIGKILL)


def test_ctrl_c_stops_waiting(env, tmp_path):
    script = "sleep 20 & exit 3"
    terminal = Terminal(IAMCLI, "sandbox", "--changes", "sh", "-c", script, env=env)
    terminal.wait_for("iamcli: waiting for sleep (")
    terminal.wait_for("; Ctrl-C stops waiting\r\n")
    terminal.type("\x03")
    assert terminal.status() == 3
    assert "still running, but no longer in the sandbox: sleep (" in terminal.shown
    for number in running(tmp_path):
        os.kill(number, signal.SIGKILL)
    wait_until(lambda: left_behind(tmp_path) == [])


@pytest.mark.full
def test_processes_that_iamcli_had_before_are_not_waited_for(env, tmp_path):
    script = f"sleep 20 >/dev/null 2>&1 & exec {IAMCLI} sandbox --changes true"
    done = run("sh", "-c", script, env=env)
    assert (done.returncode, done.stderr) == (0, "changes in the private IAM: none\n")
    for number in running(tmp_path):
        os.kill(number, signal.SIGKILL)


@pytest.mark.full
def test_orphans_that_ended_do_not_pile_up(env):
    script = (
        "for i in 1 2 3 4 5 6 7 8 9; do (true &); done; sleep 0.5; "
        'cat /proc/[0-9]*/stat 2>/dev/null | grep -c "^[0-9]* (.*) Z $PPID "'
    )
    assert in_sandbox(env, "sh", "-c", script).stdout == "0\n"


OWN_SESSION, OTHER_SESSION = os.getsid(0), -1


@pytest.mark.parametrize(
    ("state", "session", "after_signal", "limit"),
    [
        ("S", OWN_SESSION, False, started.LIMIT),
        ("S", OTHER_SESSION, False, started.DAEMON_LIMIT),
        ("S", OWN_SESSION, True, started.LIMIT_AFTER_SIGNAL),
        ("R", OTHER_SESSION, True, started.LIMIT_AFTER_SIGNAL),
        # Stopped by a signal, or by a debugger.
        ("T", OWN_SESSION, False, 0),
        ("t", OWN_SESSION, True, 0),
    ],
)
def test_how_long_a_process_is_waited_for(state, session, after_signal, limit):
    process = Process(7, "sh", state, 1, session)
    assert started.Started._limit(process, after_signal) == limit  # noqa: SLF001


@pytest.fixture
def waiting(monkeypatch):
    """What waits for the processes of a table that a test fills, which nobody reaps."""
    table, own = [], os.getpid()
    table += [Process(2, "before", "S", own, 1), Process(20, "other", "S", 1, 1)]
    monkeypatch.setattr(started, "_processes", lambda: list(table))
    monkeypatch.setattr(started, "_become_subreaper", lambda: True)
    monkeypatch.setattr(started, "_reap", lambda _command=0: False)
    return started.Started(None), table


def test_what_is_still_running(waiting):
    one, table = waiting
    own = os.getpid()
    table += [
        Process(9, "grandchild", "R", 8, 1),
        Process(8, "ended", "Z", own, 1),
        Process(7, "dead", "X", own, 1),
        Process(6, "stopped", "T", own, 1),
        Process(5, "of-before", "S", 2, 1),
        Process(4, "another", "S", 1, 1),
        # IDs that were used again.
        Process(20, "new", "S", own, 1),
        Process(11, "circle", "S", 12, 1),
        Process(12, "circle", "S", 9, 1),
        Process(9, "grandchild", "R", 11, 1),
    ]
    names = [str(process) for process in one._running()]  # noqa: SLF001
    assert names == [
        "stopped (6)",
        "grandchild (9)",
        "grandchild (9)",
        "circle (11)",
        "circle (12)",
        "new (20)",
    ]


def test_signals_that_are_ignored_do_not_stop_waiting(waiting, monkeypatch):
    one, _ = waiting
    ignored, handled = signal.SIGHUP, {}
    monkeypatch.setattr(
        started.signal,
        "getsignal",
        lambda number: signal.SIG_IGN if number == ignored else signal.SIG_DFL,
    )
    monkeypatch.setattr(started.signal, "signal", handled.__setitem__)
    one._wait_for_others(after_signal=False)  # noqa: SLF001
    assert handled.keys() == {signal.SIGINT, signal.SIGTERM}
    ignored = signal.SIGINT
    one._wait_for_others(after_signal=False)  # noqa: SLF001
    assert handled.keys() == {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@pytest.mark.parametrize("on_terminal", [True, False])
def test_waiting_is_said_once_after_a_second(waiting, monkeypatch, on_terminal):
    one, table = waiting
    own, clock, said = os.getpid(), [0.0], []
    table += [Process(7, "sleep", "S", own, OWN_SESSION), Process(8, "daemon", "S", own, 1)]
    monkeypatch.setattr(started.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(started.signal, "signal", lambda *_: None)

    slept = []

    def sleep(seconds):
        slept.append(seconds)
        clock[0] += seconds

    class Output:
        def on_terminal(self):
            return on_terminal

        def error(self, text):
            said.append((text, started.NOTE <= clock[0] < started.NOTE + started.MAX_INTERVAL))

    monkeypatch.setattr(started.time, "sleep", sleep)
    monkeypatch.setattr(one, "_output", Output())
    one._wait_for_others(after_signal=False)  # noqa: SLF001
    line = "waiting for sleep (7), daemon (8); Ctrl-C stops waiting"
    assert said == ([(line, True)] if on_terminal else [])
    assert slept[:6] == [0.02, 0.04, 0.08, 0.16, 0.32, 0.5]
    assert set(slept[6:]) == {0.5}
    assert 0 <= clock[0] - started.LIMIT <= started.MAX_INTERVAL
    assert [str(process) for process in one.left] == ["sleep (7)", "daemon (8)"]


def test_what_was_left_by_a_child_that_ended_meanwhile_is_waited_for(waiting, monkeypatch):
    one, table = waiting
    ended = iter([False, True, False, False])
    monkeypatch.setattr(started.signal, "signal", lambda *_: None)

    def reap():
        found = next(ended)
        if found:
            table.append(Process(7, "orphan", "T", os.getpid(), OWN_SESSION))
        return found

    monkeypatch.setattr(started, "_reap", reap)
    one._wait_for_others(after_signal=False)  # noqa: SLF001
    assert [str(process) for process in one.left] == ["orphan (7)"]


def test_a_signal_stops_waiting(waiting, monkeypatch):
    one, table = waiting
    table.append(Process(7, "sleep", "S", os.getpid(), OWN_SESSION))
    handled = {}
    monkeypatch.setattr(started.signal, "signal", handled.__setitem__)
    # It comes while the sandbox sleeps.
    monkeypatch.setattr(started.time, "sleep", lambda _: handled.pop(signal.SIGHUP)(1, None))
    one._wait_for_others(after_signal=False)  # noqa: SLF001
    assert [str(process) for process in one.left] == ["sleep (7)"]
    assert handled.keys() == {signal.SIGINT, signal.SIGTERM}


@pytest.mark.parametrize("reaps", [True, False])
@pytest.mark.parametrize(("status", "after_signal"), [(0, False), (3, False), (-15, True)])
def test_what_the_command_has_started_is_waited_for_after_it(
    waiting, monkeypatch, reaps, status, after_signal
):
    one, _ = waiting
    done = []
    ended = iter([5, 6, 7])
    monkeypatch.setattr(one, "_reaps", reaps)
    monkeypatch.setattr(started, "_ended_child", lambda: next(ended))
    monkeypatch.setattr(started, "_reap", done.append)
    monkeypatch.setattr(one, "_wait_for_others", lambda **how: done.append(how))
    command = SimpleNamespace(pid=7, wait=lambda: done.append("command") or status)
    assert one.wait(command) == status
    others = {"after_signal": after_signal}
    assert done == ([7, 7, "command", others] if reaps else ["command"])


def test_only_linux_makes_it_the_parent_of_orphans(monkeypatch):
    asked = []

    def libc(answer):
        def prctl(*arguments):
            asked.append(arguments)
            return answer

        return lambda _name: SimpleNamespace(prctl=prctl)

    def none(_name):
        raise OSError

    for platform, load, possible in (
        ("linux", libc(0), True),
        ("linux", libc(-1), False),
        ("linux", none, False),
        ("linux", lambda _name: SimpleNamespace(), False),
        ("darwin", libc(0), False),
    ):
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr("ctypes.CDLL", load)
        assert started._become_subreaper() is possible  # noqa: SLF001
    assert asked == [(36, 1, 0, 0, 0)] * 2
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(sys.modules, "ctypes", None)
    assert started._become_subreaper() is False  # noqa: SLF001


#: Reaps two children that have ended, one of which is the command.
REAPING = """
import os, signal
from iamcli.cli.sandbox import started
signal.alarm(20)
assert not started._reap()
command = os.fork() or os._exit(7)
assert started._ended_child() == command
assert [started._reap(command), started._reap(command)] == [False, False]
assert os.waitpid(command, 0) == (command, 7 << 8)
for _ in "12":
    os.waitid(os.P_PID, os.fork() or os._exit(0), os.WEXITED | os.WNOWAIT)
assert [started._reap(), started._reap()] == [True, False]
reader, writer = os.pipe()
running = os.fork() or os._exit(len(os.read(reader, 1)))
assert [started._ended_child(os.WNOHANG), started._reap(), started._reap(running)] == [0, 0, 0]
os.write(writer, b"x")
assert os.waitpid(running, 0) == (running, 1 << 8)
"""


def test_children_that_have_ended_disappear_but_not_the_command():
    done = run(sys.executable, "-c", REAPING, env=dict(os.environ))
    assert (done.returncode, done.stderr) == (0, "")


def test_a_process_that_ends_while_it_is_read_is_left_out(monkeypatch):
    def read(name):
        if name == "5":
            raise FileNotFoundError
        if name == "6":
            raise ValueError
        return name

    monkeypatch.setattr(started, "read", read)
    monkeypatch.setattr(started.os, "listdir", lambda _: ["4", "5", "self", "6", "7"])
    assert started._processes() == ["4", "7"]  # noqa: SLF001

    def none(_folder):
        raise FileNotFoundError

    monkeypatch.setattr(started.os, "listdir", none)
    assert started._processes() == []  # noqa: SLF001


# The account that is kept.


def identity(done):
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_an_account_is_kept(env, tmp_path):
    folder = tmp_path / "kept"
    # What was saved is not written again if nothing has changed since.
    script = (
        'made=$(iam-usercreate -u david -k -v); echo "$made"; '
        'until grep -qs "${made%%[!A-Z0-9]*}" "$0"; do sleep 0.1; done; stat -c %i "$0"'
    )
    *made, written = identity(
        in_sandbox(env, "--keep", folder, "sh", "-c", script, folder / "account")
    )
    assert (folder / "account").stat().st_ino == int(written)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()} == {
        "account": 0o600,
        "lock": 0o600,
    }
    key, secret, arn, user_id = made
    # Its key still signs requests as the user, and the shell knows that it is not empty.
    terminal = Terminal(IAMCLI, "sandbox", "--keep", str(folder), env={**env, "SHELL": "/bin/sh"})
    greeting = terminal.wait_for("(iamcli sandbox) $ ")
    assert f", kept in {folder}; requests do not reach AWS" in greeting.replace("\r\n", " ")
    assert "  iam-userlistbypath\r\n" in greeting
    terminal.type(f"export AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret}\n")
    terminal.type("unset AWS_CREDENTIAL_FILE; iam-usergetattributes; iam-userlistkeys\n")
    terminal.wait_for(f"{arn}\r\n{user_id}\r\n{key}\r\nActive\r\n")
    terminal.type("exit\n")
    assert terminal.status() == 0
    assert left_behind(tmp_path) == []


@pytest.mark.full
def test_a_second_sandbox_on_the_same_directory_is_refused(env, tmp_path):
    folder = tmp_path / "kept"
    inner = f"{IAMCLI} sandbox --keep {folder} true"
    done = in_sandbox(env, "--keep", folder, "sh", "-c", inner)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"iamcli: cannot start the sandbox: another sandbox uses {folder}; leave that one, or "
        "specify another directory\n"
    )


HEADER = {"iamcli": __version__, "format": kept.FORMAT, "moto": version("moto")}


NOT_OURS = "was not written by iamcli sandbox; specify another directory"


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"", NOT_OURS),
        (b"a letter\n", NOT_OURS),
        (b"[1]\n", NOT_OURS),
        (b"{}\n", NOT_OURS),
        (b'{"moto": "5"}\n', NOT_OURS),
        (b'{"iamcli": "1", "format": 1}\n', NOT_OURS),
        (
            {"moto": "4.0"},
            f"was kept by iamcli {__version__} with moto 4.0; this is iamcli {__version__}",
        ),
        ({"iamcli": "9", "format": 9}, f"kept by iamcli 9 with moto {version('moto')}; this is "),
        ({"iamcli": "0.1"}, ""),
    ],
)
def test_a_file_of_another_version_or_program_is_refused_and_left(tmp_path, content, shown):
    file = tmp_path / "account"
    if isinstance(content, dict):
        content = json.dumps(HEADER | content).encode() + b"\n" + pickle.dumps({})
    file.write_bytes(content)
    try:
        assert kept.Kept(str(tmp_path)).existed
        said = ""
    except Failure as failure:
        said = str(failure)
    assert (said.count("\n"), shown in said, bool(said)) == (0, True, bool(shown)), said
    assert file.read_bytes() == content


def test_what_is_no_file_is_no_account(tmp_path):
    for make, why in (
        (os.mkfifo, "{}/account is not a file of yours; specify another directory"),
        (lambda file: file.symlink_to("elsewhere"), "cannot use {}: "),
        (Path.mkdir, "cannot use {}: Is a directory"),
    ):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        make(folder / "account")
        with pytest.raises(Failure, match=f"^{why.format(folder)}"):
            kept.Kept(str(folder))


def test_what_is_saved_and_when(tmp_path, monkeypatch):
    file, state = tmp_path / "account", [b"one"]
    monkeypatch.setattr(kept, "_state", lambda: state[0])
    # A sandbox that was killed has left this.
    (tmp_path / "account.new").write_text("half")
    account = kept.Kept(str(tmp_path))
    assert not account.existed

    def saved(change=lambda: None):
        """Return what is in the file, and whether it is another one."""
        change()
        before = file.stat().st_ino if file.exists() else None
        account.save()
        header, content = file.read_bytes().split(b"\n")
        assert json.loads(header) == HEADER
        assert sorted(each.name for each in tmp_path.iterdir()) == ["account", "lock"]
        return content, file.stat().st_ino != before

    assert saved() == (b"one", True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert saved() == (b"one", False)
    state[0] = b"two"
    assert saved() == (b"two", True)
    assert saved() == (b"two", False)

    def replace():
        (tmp_path / "other").write_text("other")
        shutil.copystat(file, tmp_path / "other")
        (tmp_path / "other").rename(file)

    assert saved(replace) == (b"two", True)
    assert saved(file.unlink) == (b"two", True)
    assert saved(lambda: file.write_text("other")) == (b"two", True)
    (tmp_path / "account.new").mkdir()
    state[0] = b"three"
    with pytest.raises(Failure, match=f"^cannot write {file}: "):
        account.save()
    state[0] = None
    (tmp_path / "account.new").rmdir()
    with pytest.raises(Failure, match=r"^cannot save moto's objects: "):
        account.save()
    assert file.read_bytes().endswith(b"\ntwo")


@pytest.mark.skipif(os.geteuid() != 0, reason="requires root, to be two users")
def test_the_account_of_another_user_is_refused(env, tmp_path):
    file = tmp_path / "kept" / "account"
    file.parent.mkdir()
    file.write_bytes(json.dumps(HEADER).encode() + b"\n" + pickle.dumps({}))
    os.chown(file, 65534, 65534)
    done = in_sandbox(env, "--keep", file.parent, "true")
    why = f"cannot start the sandbox: {file} is not a file of yours; specify another directory"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"iamcli: {why}\n")


class Evil:
    def __reduce__(self):
        return subprocess.Popen, (["touch", "made"],)


def test_a_kept_account_runs_no_code(env, tmp_path):
    file = tmp_path / "kept" / "account"
    file.parent.mkdir()
    file.write_bytes(json.dumps(HEADER).encode() + b"\n" + pickle.dumps(Evil()))
    done = in_sandbox(env, "--keep", file.parent, "true", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"{file} is damaged (UnpicklingError: " in done.stderr
    assert " is not part of an account); move it away to start with" in done.stderr
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("iamcli.cli.sandbox.corrections.caller", "Root"),
        ("iamcli.cli.sandbox.corrections.keys", "ServiceCredential"),
        ("moto.iam.models", "User"),
        ("moto.utilities.tagging_service", "TaggingService"),
        ("collections", "OrderedDict"),
        ("collections", "defaultdict"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
    ],
)
def test_what_a_kept_account_is_made_of(module, name):
    pytest.importorskip("moto.iam.models")
    made = kept._Reader(io.BytesIO(f"c{module}\n{name}\n.".encode())).load()  # noqa: SLF001
    assert (made.__module__, made.__name__) == (module, name)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("builtins", "exec"),
        ("datetime", "sys"),
        ("os", "system"),
        ("subprocess", "Popen"),
        # A function and a class that the modules of the account import.
        ("moto.iam.models", "random_access_key"),
        ("moto.iam.models", "BackendDict"),
        ("moto.iam.models", "json"),
        ("iamcli.cli.sandbox.corrections.keys", "Refusal"),
    ],
)
def test_a_kept_account_has_no_other_things(module, name):
    pytest.importorskip("moto.iam.models")
    with pytest.raises(pickle.UnpicklingError, match=f"^{module}.{name} is not part of an account"):
        kept._Reader(io.BytesIO(f"c{module}\n{name}\n.".encode())).load()  # noqa: SLF001


@pytest.mark.full
def test_a_directory_that_cannot_be_used_is_reported(env, tmp_path):
    for name, why in (
        ("", "the directory name is empty; specify a directory"),
        ("/dev/null", "cannot start the sandbox: cannot use /dev/null: File exists"),
        ("/dev/null/x", "cannot start the sandbox: cannot use /dev/null/x: Not a directory"),
    ):
        done = in_sandbox(env, "--keep", name, "true")
        assert (done.returncode, done.stdout, done.stderr) == (1, "", f"iamcli: {why}\n")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "account").symlink_to(tmp_path / "elsewhere")
    done = in_sandbox(env, "--keep", tmp_path / "kept", "true")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


@pytest.mark.full
def test_an_account_that_cannot_be_kept_is_no_success(env, tmp_path):
    folder = tmp_path / "kept"
    saved = f"until [ -f {folder}/account ]; do sleep 0.05; done"
    script = f"iam-usercreate -u david; {saved}; rm -r {folder}"
    done = in_sandbox(env, "--keep", folder, "sh", "-c", script)
    why = f"cannot write {folder}/account: No such file or directory"
    assert done.stderr == f"iamcli: the account was not kept: {why}\n"
    assert done.returncode == 1


def test_a_kept_account_that_cannot_be_used_is_refused(tmp_path):
    with (tmp_path / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for folder, why in (
            (tmp_path, f"another sandbox uses {tmp_path}; leave that one, or specify another dire"),
            (tmp_path / "lock", f"cannot use {tmp_path}/lock: File exists"),
        ):
            with pytest.raises(Failure, match=f"cannot start the sandbox: {why}"):
                sandbox.server(keep=str(folder)).__enter__()


def reported(names, body=b"sh", **more):
    """Report that a command sent nothing; return the status. ``more``: of the request."""
    application = sandbox_server.private({}, names)
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": REPORT_PATH, "HTTP_HOST": "127.0.0.1:1"}
    sent = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "SERVER_PORT": "1"}
    seen = []
    application({**environ, **sent, **more}, lambda status, _headers: seen.append(status))
    return seen


def test_only_names_of_commands_are_reported_as_they_are(monkeypatch):
    names, sent = [], [b"iam-userdel", b"iamcli", b"iam-\x1b[2J", b"sh", b"iam-userdel x"]
    for name in sent:
        assert reported(names, name) == ["204 No Content"]
    known = ["iam-userdel", "iamcli", *["another name"] * 3]
    assert names == known
    # No more than some.
    monkeypatch.setattr(sandbox_server, "MAX_COMMANDS", 6)
    for _ in range(3):
        assert reported(names, b"iamcli") == ["204 No Content"]
    assert names == [*known, "iamcli"]


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_ORIGIN": "http://evil.example.com"},
        {"HTTP_HOST": "evil.example.com"},
        {"HTTP_HOST": "127.0.0.1:2"},
        {"REQUEST_METHOD": "GET"},
        {"PATH_INFO": f"{REPORT_PATH}/"},
    ],
)
def test_web_pages_cannot_report_a_command(more):
    names = []
    assert (reported(names, **more), names) == (["403 Forbidden"], [])


@pytest.mark.parametrize("path", ["", "/"])
def test_a_request_has_an_empty_path_or_none(path):
    environ = {"SERVER_PORT": "1", "HTTP_HOST": "127.0.0.1:1", "REQUEST_METHOD": "POST"}
    environ |= {"PATH_INFO": path, "HTTP_AUTHORIZATION": signed()}
    assert sandbox_server.refusal(environ) == ""


def test_the_first_of_two_equal_fields_counts_as_for_moto():
    body = b"Action=ListUsers&A=1&A=2&B="
    environ = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    expected = {"Action": "ListUsers", "A": "1", "B": ""}
    assert wsgi.fields(environ) == expected
    # The body can be read again.
    assert wsgi.fields(environ) == expected
    query = {"QUERY_STRING": body.decode(), "CONTENT_LENGTH": ""}
    assert wsgi.fields({"wsgi.input": io.BytesIO(), **query}) == expected
    strange = {"wsgi.input": io.BytesIO(b"A=\xff"), "CONTENT_LENGTH": "3", "QUERY_STRING": ""}
    assert wsgi.fields(strange) == {"A": "\ufffd"}


def test_fields_are_added_to_the_query_or_to_the_body():
    for query in ("", "A=1"):
        environ = {"wsgi.input": io.BytesIO(b"B=2"), "CONTENT_LENGTH": "3", "QUERY_STRING": query}
        given = dict(environ)
        wsgi.add_fields(environ, {})
        assert environ == given
        wsgi.add_fields(environ, {"C": "a&b"})
        body = wsgi.content(environ)
        assert (environ["QUERY_STRING"], body, environ["CONTENT_LENGTH"]) == (
            ("A=1&C=a%26b", b"B=2", "3") if query else ("", b"B=2&C=a%26b", "11")
        )


def test_a_refusal_is_an_error_as_of_the_service():
    seen = []
    [sent] = wsgi.refuse(lambda *given: seen.append(given), 403, "Denied", "a < b & c")
    [(status, headers)] = seen
    identity = dict(headers).pop("x-amzn-RequestId")
    assert sent.decode() == (
        '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n'
        "  <Error><Type>Sender</Type><Code>Denied</Code><Message>a &lt; b &amp; c</Message>"
        f"</Error>\n  <RequestId>{identity}</RequestId>\n</ErrorResponse>\n"
    )
    assert (status, dict(headers)) == (
        "403 Forbidden",
        {
            "Content-Type": "text/xml",
            "Content-Length": str(len(sent)),
            "x-amzn-RequestId": identity,
        },
    )


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, ""),
        ({"REQUEST_METHOD": "GET"}, ""),
        ({"REQUEST_METHOD": "HEAD"}, "only GET and POST requests to /"),
        ({"PATH_INFO": "/x"}, "only GET and POST requests to /"),
        ({"PATH_INFO": None}, "only GET and POST requests to /"),
        ({"HTTP_AUTHORIZATION": None}, "only requests that are signed for IAM or STS"),
        ({"HTTP_AUTHORIZATION": "AWS x"}, "only requests that are signed for IAM or STS"),
        ({"HTTP_HOST": None}, "no request for another host"),
        ({"HTTP_HOST": "127.0.0.1:2"}, "no request for another host"),
        ({"HTTP_HOST": "Localhost:1"}, ""),
        ({"HTTP_ORIGIN": "null"}, "no request from a web page"),
        # What is wrong whatever the request is for is said first.
        ({"HTTP_ORIGIN": "null", "REQUEST_METHOD": "OPTIONS"}, "no request from a web page"),
        ({"HTTP_HOST": "x", "PATH_INFO": "/x"}, "no request for another host"),
        ({"PATH_INFO": "/x", "HTTP_AUTHORIZATION": ""}, "only GET and POST requests to /"),
    ],
)
def test_why_a_request_is_refused(more, reason):
    environ = {"SERVER_PORT": "1", "HTTP_HOST": "127.0.0.1:1", "REQUEST_METHOD": "POST"}
    environ |= {"PATH_INFO": "/", "HTTP_AUTHORIZATION": signed(), **more}
    environ = {name: value for name, value in environ.items() if value is not None}
    assert sandbox_server.refusal(environ) == (f"the sandbox accepts {reason}" if reason else "")


def test_no_header_lets_a_web_page_read_a_response():
    def application(_environ, start):
        start("200 OK", [("Access-Control-Allow-Origin", "*"), ("X", "y")], "error")
        return [b"sts"]

    seen = []
    environ = {"SERVER_PORT": "1", "HTTP_HOST": "127.0.0.1:1", "REQUEST_METHOD": "POST"}
    environ |= {"PATH_INFO": "/", "HTTP_AUTHORIZATION": signed("sts")}
    served = sandbox_server.private({"sts": application}, [])
    assert served(environ, lambda *given: seen.append(given)) == [b"sts"]
    assert seen == [("200 OK", [("X", "y")], "error")]


def test_the_command_gets_a_signal_if_the_sandbox_ends_before_it(monkeypatch):
    sent = []
    for lines, expected in (("", []), ("7\n", [(7, signal.SIGHUP)]), ("7\n0\n", [])):
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        monkeypatch.setattr(os, "kill", lambda *given: sent.append(given))
        sandbox_server._wait()  # noqa: SLF001
        assert sent == expected, lines
        sent.clear()

    def ended(*_given):
        raise ProcessLookupError

    monkeypatch.setattr(sys, "stdin", io.StringIO("7\n"))
    monkeypatch.setattr(os, "kill", ended)
    sandbox_server._wait()  # noqa: SLF001


def test_what_the_server_reports_at_its_end():
    def full():
        raise Failure("no space")

    assert [
        sandbox_server._saved(account)  # noqa: SLF001
        for account in (
            None,
            SimpleNamespace(save=lambda: None),
            SimpleNamespace(save=full),
        )
    ] == [{}, {}, {"failure": "no space"}]


@pytest.mark.parametrize("watched", [False, True])
def test_the_server_reports_twice_and_removes_its_files(monkeypatch, tmp_path, watched):
    seen, changes = [], {"changes": [], "refused": []}
    folder = tmp_path / "files"

    def start(_change, settings, watch, reset):
        folder.mkdir()
        reset.append("iam-userdel")
        seen.append((settings, watch is not None))
        return {"url": "here"}, str(folder), None

    def exit_at_once(status):
        raise SystemExit(status)

    settings = {"watch": True} if watched else {}
    line = f"{json.dumps(settings)}\n" if watched else ""
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    monkeypatch.setattr(os, "_exit", exit_at_once)
    for name, function in (
        ("Watch", lambda: SimpleNamespace(report=lambda: changes)),
        ("_start", start),
        ("_report", lambda report: seen.append((report, folder.exists()))),
        ("_wait", lambda: seen.append("wait")),
    ):
        monkeypatch.setattr(sandbox_server, name, function)
    with pytest.raises(SystemExit) as ended:
        sandbox_server.main()
    last = {"without_environment": ["iam-userdel"], **(changes if watched else {})}
    assert seen == [(settings, watched), ({"url": "here"}, True), "wait", (last, True)]
    assert (ended.value.code, folder.exists()) == (0, False)

    def fail():
        raise ValueError

    # Whatever happens, no secret stays.
    monkeypatch.setattr(sandbox_server, "_wait", fail)
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    with pytest.raises(ValueError, match=r"^$"):
        sandbox_server.main()
    assert not folder.exists()


def test_what_the_server_says_of_a_copy(monkeypatch, tmp_path):
    loading = pytest.importorskip("iamcli.cli.sandbox.loading")
    file = tmp_path / "account.json"
    content = {"taken": DAY, "unread": ["one", "two"]}
    monkeypatch.setattr(sandbox_server.file, "read", lambda *given: {given: content}[file, 7])
    monkeypatch.setattr(loading, "load", lambda *given: given)
    monkeypatch.setattr(loading, "region_of", lambda _: "cn-north-1")
    monkeypatch.setattr(loading, "unknown", lambda _, iam: [iam[1]])
    assert sandbox_server._copied(file, 7) == (  # noqa: SLF001
        {"taken": DAY, "unread": 2, "unknown": [file]},
        "cn-north-1",
    )


@pytest.fixture
def starting(monkeypatch, tmp_path):
    """Start the server as ``settings`` say, but do not listen; return what it did, and the rest."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    did = []
    watch = SimpleNamespace(begin=lambda: did.append("watch"))
    listening = SimpleNamespace(server_port=7, serve_forever=lambda: None)

    class Kept:
        def __init__(self, folder):
            self.existed = folder != "new"
            did.append(f"keep {folder}")

        def restore(self):
            did.append("restore")

        def watched(self, application):
            return f"watched {application}"

    def copied(name, number):
        did.append(f"copy {name} {number}")
        return {"taken": DAY, "unread": 1, "unknown": ["role"]}, "cn-north-1"

    def application(_watch, _reset):
        did.append("correct")
        return "private"

    monkeypatch.setattr(sandbox_server, "Kept", Kept)
    monkeypatch.setattr(sandbox_server, "_copied", copied)
    monkeypatch.setattr(sandbox_server, "_application", application)
    monkeypatch.setattr(sandbox_server, "in_region", lambda *given: did.append(given))
    monkeypatch.setattr(sandbox_server, "_make_server", lambda _: listening)

    def start(change=None, *, watched=False, **settings):
        did.clear()
        return did, *sandbox_server._start(  # noqa: SLF001
            change, settings, watch if watched else None, []
        )

    return start


DAY = "2026-11-20T12:00:00Z"


def test_what_the_server_starts_with(starting):
    did, report, folder, account = starting()
    file = Path(report["credential_file"])
    about = {key: report[key] for key in ("url", "existed", "unread", "unknown")}
    assert about == {"url": "http://127.0.0.1:7", "existed": False, "unread": 0, "unknown": []}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report["taken"])
    assert (str(file.parent), file.stat().st_mode & 0o777) == (folder, 0o600)
    assert file.read_text().splitlines() == [
        f"AWSAccessKeyId={sandbox.ACCESS_KEY}",
        f"AWSSecretKey={sandbox.SECRET_KEY}",
    ]
    assert (did, account) == (["correct", ("private", "")], None)
    # What is there already is no change.
    did, report, _, account = starting(keep="dir", watched=True)
    assert did == ["keep dir", "correct", "restore", "watch", ("watched private", "")]
    assert (report["existed"], account.existed) == (True, True)
    assert starting(keep="new")[1]["existed"] is False
    did, report, *_ = starting(
        lambda given: f"changed {given}", account="f", number=5, watched=True
    )
    assert did == ["correct", "copy f 5", "watch", ("changed private", "cn-north-1")]
    about = {key: report[key] for key in ("existed", "taken", "unread", "unknown")}
    assert about == {"existed": False, "taken": DAY, "unread": 1, "unknown": ["role"]}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Failure("no file"), "no file"),
        (ImportError("no", name="moto"), "moto is not installed; "),
        (ImportError("no moto"), "no moto is not installed; "),
        (KeyError("x"), "KeyError: 'x'; install the tested moto[iam,server]=="),
    ],
)
def test_why_the_server_does_not_start(starting, monkeypatch, error, said):
    def fail(*_given):
        raise error

    monkeypatch.setattr(sandbox_server, "_make_server", fail)
    _, report, *rest = starting()
    assert (report["failure"][: len(said)], list(report), rest) == (said, ["failure"], [None, None])


def test_requests_to_a_copy_are_signed_for_its_region():
    seen = []

    def application(environ, _start):
        seen.append(environ["HTTP_AUTHORIZATION"])
        return []

    given = signed()
    for region in ("", "cn-north-1"):
        sandbox_server.in_region(application, region)({"HTTP_AUTHORIZATION": given}, None)
    assert seen == [given, given.replace("us-east-1", "cn-north-1")]
    sandbox_server.in_region(application, "cn-north-1")({}, None)
    assert seen[2:] == [""]


def test_every_change_is_saved_soon(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "DELAY", 0)
    account, saved = kept.Kept(str(tmp_path / "kept")), []
    account.save = lambda: saved.append(True)
    application = account.watched(lambda *_: [b""])
    for number in range(1, 4):
        application({}, None)
        wait_until(lambda number=number: len(saved) == number)


def test_only_a_shell_that_completes_is_said_to_complete(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    folder = f"/{'x' * 50}-{'y' * 50}"
    for name, completes in (("bash", True), ("dash", False), ("zsh", True)):
        shown = greeting({"SHELL": f"/bin/{name}"}, f"kept in {folder}; \x1b to leave", kept=False)
        first, path, second, hint, *lines = shown.splitlines()
        # Names are not broken, and control nothing.
        assert [first, path, second] == ["iamcli: kept in", f"{folder};", "\\x1b to leave"]
        assert hint == "Try these commands." + " TAB completes options and names." * completes
        assert [line.split()[0] for line in lines] == [
            *("iam-usercreate", "iam-useraddpolicy", "iam-userlistpolicies"),
        ]
    shown = greeting({}, "private IAM", kept=True)
    assert shown.endswith("  iam-accountgetsummary\n")
    *_, hint, first, second, third = shown.splitlines()
    assert hint == "Try these commands."
    assert [first, second, third] == [
        *("  iam-userlistbypath", "  iam-grouplistbypath", "  iam-accountgetsummary"),
    ]


@pytest.mark.parametrize(
    ("shell", "command", "file", "first"),
    [
        ("bash", ["--norc"], "bashrc", "unset PROMPT_COMMAND"),
        ("zsh", ["-o", "no_global_rcs"], ".zshrc", "ZDOTDIR='/my own'"),
        ("fish", ["--no-config", "--init-command"], "config.fish", "function fish_prompt"),
        ("csh", ["-f"], None, None),
        ("tcsh", ["-f"], None, None),
        ("ksh", [], None, None),
    ],
)
def test_how_each_shell_is_started(tmp_path, shell, command, file, first):
    env = {"SHELL": f"/bin/{shell}", "ZDOTDIR": "/my own", "PROMPT_COMMAND": "date"}
    folder = tmp_path / "it's"
    folder.mkdir()
    program, *options = start_shell(env, str(folder))
    assert (program, options[: len(command)]) == (f"/bin/{shell}", command)
    assert (env["PS1"], env["IAMCLI_COMPLETE"]) == ("(iamcli sandbox) $ ", "1")
    assert [each.name for each in folder.iterdir()] == ([file] if file else [])
    assert env["ZDOTDIR"] == (str(folder) if shell == "zsh" else "/my own")
    assert (env["PROMPT_COMMAND"] == "date") == (shell != "bash")
    if file:
        written = folder / file
        assert written.read_text().splitlines()[0] == first
        assert written.stat().st_mode & 0o777 == 0o600
        assert completions.script(shell) in written.read_text()
    if shell == "fish":
        quoted = completions.fish_quoted(f"{folder}/config.fish")
        assert options[2:] == [f"source {quoted}"]
    if shell == "zsh":
        (folder / ".zshrc").unlink()
        start_shell({"SHELL": "/bin/zsh"}, str(folder))
        assert (folder / ".zshrc").read_text().startswith("unset ZDOTDIR\n")
    if file:
        # What another user has put there is not written to.
        with pytest.raises(FileExistsError):
            start_shell(env, str(folder))


def test_a_shell_is_started_also_if_it_cannot_complete(tmp_path, monkeypatch):
    def script(_shell):
        raise Failure("no completion")

    monkeypatch.setattr(completions, "script", script)
    start_shell({"SHELL": "/bin/bash"}, str(tmp_path))
    assert "PS1='(iamcli sandbox) $ '\n" in (tmp_path / "bashrc").read_text()


#: A server that says what its test wants, one line after the other.
SAYING = """
import json, os, sys
def main():
    settings = json.loads(sys.stdin.readline())
    if "number" in settings:
        settings["number"] = os.read(settings["number"], 100).decode()
    settings["aws"] = [name for name in os.environ if name.startswith("AWS_")]
    settings["leads"] = os.getsid(0) == os.getpid()
    print({first!r}, flush=True)
    sys.stdin.read()
    print(json.dumps(settings) if {last!r} == "settings" else {last!r}, end="", flush=True)
"""
READY = json.dumps({"url": "http://127.0.0.1:1", "credential_file": "", "existed": False})


@pytest.mark.parametrize(
    ("first", "last", "settings", "said"),
    [
        (READY, "", {}, ""),
        (READY, "settings", {"keep": "dir", "watch": True}, ""),
        (READY, "", {"keep": "dir"}, "the sandbox server was killed; dir may lack the last"),
        (
            READY,
            "",
            {"watch": True},
            "the sandbox server ended too early; it is not known what has changed",
        ),
        (READY, '{"failure": "no space"}', {"keep": "dir"}, "the account was not kept: no space"),
        ('{"failure": "no moto"}', "", {}, "cannot start the sandbox: no moto"),
    ],
)
def test_what_the_server_says_is_reported(tmp_path, monkeypatch, first, last, settings, said):
    (tmp_path / "saying.py").write_text(SAYING.format(first=first, last=last))
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("AWS_PROFILE", "work")
    failure, running_server = "", None
    try:
        with sandbox.server("saying", **settings) as running_server:
            assert (running_server.url, running_server.existed) == ("http://127.0.0.1:1", False)
            assert running_server.ended == {}
    except Failure as caught:
        failure = str(caught)
    assert (failure[: len(said)], bool(failure)) == (said, bool(said))
    assert (running_server is None) == (first != READY)
    if last == "settings":
        assert running_server.ended == {
            "keep": "dir",
            "account": "",
            "watch": True,
            "aws": [],
            "leads": True,
        }


def test_the_server_gets_the_open_file_and_leaves_none(tmp_path, monkeypatch):
    file, folder = tmp_path / "account.json", tmp_path / "credentials"
    file.write_text("the account")
    folder.mkdir()
    (folder / "file").touch()
    ready = json.dumps({"url": "", "credential_file": f"{folder}/file", "existed": True})
    (tmp_path / "saying.py").write_text(SAYING.format(first=ready, last="settings"))
    monkeypatch.syspath_prepend(str(tmp_path))
    with sandbox.server("saying", account=str(file)) as running_server:
        file.unlink()
        assert (running_server.folder, running_server.existed) == (str(folder), True)
    ended = running_server.ended
    assert (ended["account"], ended["number"]) == (str(file), "the account")
    # The server of this test has removed nothing, as one that was killed.
    assert not folder.exists()
    held = [str(each.resolve()) for each in Path("/proc/self/fd").iterdir()]
    assert [each for each in held if each.startswith(str(file))] == []
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    with os.fdopen(writer, "wb", buffering=0) as pipe:
        sandbox.Server("", "", {}, pipe, {}).set_command(7)
        assert os.read(reader, 10) == b"7\n"
        # One that has ended needs no command.
        os.close(reader)
        sandbox.Server("", "", {}, pipe, {}).set_command(7)


def test_a_server_that_does_not_end_is_killed(tmp_path, monkeypatch):
    (tmp_path / "hanging.py").write_text(
        "import json, os, time\n"
        "def main():\n"
        "    about = {'url': str(os.getpid()), 'credential_file': '', 'existed': False}\n"
        "    print(json.dumps(about), flush=True)\n"
        "    time.sleep(20)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    said = "^the sandbox server was killed; dir may lack the last changes$"
    begun = time.monotonic()
    with pytest.raises(Failure, match=said), sandbox.server("hanging", keep="dir") as private:
        monkeypatch.setattr(sandbox, "TIMEOUT", 0.01)
    assert time.monotonic() - begun < 15
    with pytest.raises(ProcessLookupError):
        os.kill(int(private.url), 0)


def sandboxed(monkeypatch, output, target=None, **given):
    """Run the sandbox without a server; return the status, and what it has done.

    ``given``: what the parts that it uses return, and the ``arguments``.
    """
    did, ended = [], {"changes": given.get("changes", [])}
    if "reset" in given:
        ended["without_environment"] = given["reset"]
    private = sandbox.Server(
        "http://127.0.0.1:7", "/f/c", {"unread": 0, "unknown": []}, None, ended
    )

    @contextlib.contextmanager
    def server(**settings):
        yield private
        did.append(settings)

    @contextlib.contextmanager
    def commands():
        yield SimpleNamespace(wait=lambda: did.append("wait"), address=given.get("address"))

    def command(_private, env, *_arguments):
        did.append(env)
        return given.get("status", 0), given.get("left", [])

    monkeypatch.setattr(sandbox, "server", server)
    monkeypatch.setattr(sandbox.command_server, "started", commands)
    monkeypatch.setattr(sandbox.parents, "announce", lambda port: given.get("proc", port == 7))
    monkeypatch.setattr(sandbox, "environment", lambda *_: {})
    monkeypatch.setattr(sandbox, "_run", command)
    status = sandbox.run(["true"], output, target=target, **given.get("arguments", {}))
    return status, did


def saying(said, *, on_terminal=False):
    return SimpleNamespace(
        error=said.append, error_text=said.append, on_terminal=lambda: on_terminal
    )


RESET = "sent nothing, because the environment was reset: iam-userdel"
LEFT = "still running, but no longer in the sandbox: sleep (7)"
SLEEP_7 = Process(7, "sleep", "S", 1, 1)


@pytest.mark.parametrize(
    ("given", "status", "lines"),
    [
        ({}, 0, []),
        ({"status": 3}, 3, []),
        ({"reset": ["iam-userdel"]}, 1, [RESET]),
        ({"reset": ["iam-userdel"], "status": -2}, -2, [RESET]),
        ({"reset": [], "left": [SLEEP_7]}, 0, [LEFT]),
        ({"proc": False}, 0, [sandbox.NO_PROC]),
        ({"arguments": {"account": "f"}}, 0, [sandbox.ONLY_IAM]),
    ],
)
def test_what_the_sandbox_returns_and_says_after_the_command(monkeypatch, given, status, lines):
    said = []
    found, did = sandboxed(monkeypatch, saying(said), **given)
    settings = {"keep": "", "account": "", "watch": False, **given.get("arguments", {})}
    assert (found, said, did) == (status, lines, ["wait", {}, settings])


@pytest.mark.parametrize(("status", "shown"), [(0, 0), (3, 3), (-2, 130)])
def test_changes_are_reported_with_the_status_of_a_shell(monkeypatch, tmp_path, status, shown):
    written, said = [], []
    change = {"action": "delete", "type": "user", "name": "b c", "of": "", "after": None}
    file = tmp_path / "account.json"
    given = {"reset": ["iam-userdel"], "left": [SLEEP_7], "status": status}
    for is_standard_error, on_terminal, exists, changed in (
        (True, True, True, [change]),
        (True, True, True, []),
        (True, True, False, [change]),
        (True, False, True, [change]),
        (False, True, True, [change]),
    ):
        (file.touch if exists else file.unlink)()
        target = SimpleNamespace(
            is_standard_error=is_standard_error, write=lambda *given: written.append(given)
        )
        found, did = sandboxed(
            monkeypatch,
            saying(said, on_terminal=on_terminal),
            target,
            **given,
            changes=changed,
            arguments={"keep": "dir", "account": str(file)},
            address="/run/commands",
        )
        assert found == (status or 1)
        assert did[1:] == [
            {VARIABLE: "/run/commands"},
            {"keep": "dir", "account": str(file), "watch": True},
        ]
        [(_, ended, with_status)] = written
        assert (ended["running"], with_status) == (["sleep (7)"], shown)
        line = f"iamcli recreate {file} 'user/b c' >recreate.sh"
        again = [f"to create again what was deleted, make a script: {line}"]
        recreate = again if is_standard_error and on_terminal and exists and changed else []
        expected = [*recreate, *([] if is_standard_error else [RESET, LEFT])]
        assert said == [sandbox.ONLY_IAM, *expected]
        written.clear()
        said.clear()


@pytest.mark.parametrize("on_terminal", [True, False])
@pytest.mark.parametrize("command", [["true"], []])
def test_a_shell_is_announced_and_a_command_is_not(monkeypatch, tmp_path, on_terminal, command):
    ran, said = [], []

    def script_run(command, env, say, **how):
        ran.append((command, env["SHELL"], how["terminate"]))
        assert say == output.error
        assert (how["register"], how["wait"].__name__) == (private.set_command, "wait")
        return 3

    monkeypatch.setattr(sandbox.script, "run", script_run)
    monkeypatch.setattr(sandbox, "Started", lambda _: Waiting())
    output = saying(said, on_terminal=on_terminal)
    credentials, env = f"{tmp_path}/credentials", {"SHELL": "/bin/dash"}
    private = sandbox.Server("http://127.0.0.1:7", credentials, {"existed": True}, None, {})
    for keep, where in (("", "http://127.0.0.1:7"), ("dir", "http://127.0.0.1:7, kept in dir")):
        assert sandbox._run(private, dict(env), command, output, keep) == (3, (7,))  # noqa: SLF001
        number = signal.SIGTERM if command else signal.SIGHUP
        assert ran == [(command or ["/bin/dash"], "/bin/dash", number)]
        line = f"private IAM at {where}; requests do not reach AWS; type exit to leave"
        if command:
            assert said == []
        elif on_terminal:
            assert [" ".join(each.split()) for each in said] == [
                f"iamcli: {line} Try these commands. {' '.join(LATER_COMMANDS)}"
            ]
        else:
            assert said == [line]
        ran.clear()
        said.clear()


class Waiting:
    left = (7,)

    def wait(self, _command):
        return 0


@pytest.mark.full
def test_a_killed_server_may_lose_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    keep = str(tmp_path / "kept")
    running_server = sandbox.server(keep=keep)
    private = running_server.__enter__()
    (server,) = running(tmp_path)
    os.kill(server, signal.SIGKILL)
    said = f"^the sandbox server was killed; {keep} may lack the last changes$"
    with pytest.raises(Failure, match=said):
        running_server.__exit__(None, None, None)
    assert not Path(private.folder).exists()


@pytest.mark.full
@pytest.mark.parametrize("killed", ["sandbox", "server"])
def test_what_a_kill_leaves_is_whole(env, tmp_path, killed):
    file = tmp_path / "kept" / "account"
    script = "iam-usercreate -u david; exec sleep 300"
    process = subprocess.Popen(
        [IAMCLI, "sandbox", "--keep", file.parent, "sh", "-c", script],
        env=env,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: file.exists() and b"david" in file.read_bytes())
    # The file is written before the command ends.
    wait_until(lambda: any(line.startswith("sleep") for line in running(tmp_path).values()))
    found = {line: pid for pid, line in running(tmp_path).items()}
    (server,) = (pid for line, pid in found.items() if "sandbox.server" in line)
    if killed == "sandbox":
        process.kill()
        assert process.communicate()[1] == ""
    else:
        os.kill(server, signal.SIGKILL)
        (sleeping,) = (pid for line, pid in found.items() if line.startswith("sleep"))
        os.kill(sleeping, signal.SIGTERM)
        assert process.communicate()[1] == (
            f"iamcli: the sandbox server was killed; {file.parent} may lack the last changes\n"
        )
        assert process.returncode == 1
    wait_until(lambda: left_behind(tmp_path) == [])
    done = in_sandbox(env, "--keep", file.parent, "iam-userlistbypath")
    assert done.stdout == "arn:aws:iam::123456789012:user/david\nIsTruncated: false\n"


def client(private, service="iam", key=sandbox.ACCESS_KEY, secret=sandbox.SECRET_KEY):
    boto3 = pytest.importorskip("boto3")
    session = boto3.Session(key, secret, region_name="us-east-1")
    return session.client(service, endpoint_url=private.url)


def everything(iam):
    """Return what the service shows of an account."""
    shown = {}
    for operation, arguments in {
        "get_account_authorization_details": {},
        "get_account_password_policy": {},
        "get_account_summary": {},
        "get_login_profile": {"UserName": "u"},
        "get_user": {"UserName": "u"},
        "list_access_keys": {"UserName": "u"},
        "list_attached_user_policies": {"UserName": "u"},
        "list_account_aliases": {},
        "list_groups_for_user": {"UserName": "u"},
        "list_mfa_devices": {"UserName": "u"},
        "list_open_id_connect_providers": {},
        "list_policy_versions": {"PolicyArn": "arn:aws:iam::123456789012:policy/m"},
        "list_saml_providers": {},
        "list_server_certificates": {},
        "list_signing_certificates": {"UserName": "u"},
        "list_user_tags": {"UserName": "u"},
        "list_virtual_mfa_devices": {},
    }.items():
        shown[operation] = getattr(iam, operation)(**arguments)
    shown["keys of the account"] = iam.list_access_keys()
    for response in shown.values():
        del response["ResponseMetadata"]
    return shown


@pytest.mark.full
def test_everything_in_an_account_is_kept(tmp_path, monkeypatch):
    for name in ("AWS_CA_BUNDLE", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    certificate = (ROOT / "tests" / "answers" / "cert.pem").read_text()
    private_key = (ROOT / "tests" / "answers" / "key.pem").read_text()
    versioned = POLICY.replace("{", '{"Version":"2012-10-17",', 1)
    tags = [{"Key": "team", "Value": "web"}]
    with sandbox.server(keep=str(tmp_path / "kept")) as private:
        iam = client(private)
        iam.create_user(UserName="u", Tags=tags)
        iam.create_group(GroupName="g")
        iam.add_user_to_group(UserName="u", GroupName="g")
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, Tags=tags)
        iam.create_instance_profile(InstanceProfileName="i")
        iam.add_role_to_instance_profile(InstanceProfileName="i", RoleName="r")
        arn = iam.create_policy(PolicyName="m", PolicyDocument=versioned)["Policy"]["Arn"]
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=versioned)
        iam.attach_user_policy(UserName="u", PolicyArn=arn)
        iam.attach_group_policy(GroupName="g", PolicyArn=arn)
        iam.attach_role_policy(RoleName="r", PolicyArn=arn)
        iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=POLICY)
        iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=POLICY)
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=POLICY)
        iam.attach_user_policy(UserName="u", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=arn)
        key = iam.create_access_key(UserName="u")["AccessKey"]
        iam.create_access_key()
        iam.create_login_profile(UserName="u", Password="firstPassword")
        iam.update_login_profile(UserName="u", Password="somePassword")
        iam.create_account_alias(AccountAlias="example")
        iam.update_account_password_policy(MinimumPasswordLength=9, PasswordReusePrevention=2)
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="v")["VirtualMFADevice"]
        iam.enable_mfa_device(
            UserName="u",
            SerialNumber=device["SerialNumber"],
            AuthenticationCode1="123456",
            AuthenticationCode2="123457",
        )
        iam.upload_server_certificate(
            ServerCertificateName="s", CertificateBody=certificate, PrivateKey=private_key
        )
        iam.upload_signing_certificate(UserName="u", CertificateBody=certificate)
        iam.create_saml_provider(Name="saml", SAMLMetadataDocument="x" * 1000)
        iam.create_open_id_connect_provider(Url="https://example.com", ThumbprintList=["a" * 40])
        before = everything(iam)
    assert before["get_user"]["User"]["PermissionsBoundary"]
    assert before["keys of the account"]["AccessKeyMetadata"]
    with sandbox.server(keep=str(tmp_path / "kept")) as private:
        assert everything(client(private)) == before
        assert private.existed
        user = client(private, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
        with pytest.raises(user.exceptions.PasswordPolicyViolationException):
            user.change_password(OldPassword="somePassword", NewPassword="firstPassword")


# The server.


def start_up(folder, statement):
    """Make a folder for PYTHONPATH with which the import of moto executes ``statement``."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import sys\nclass Finder:\n    def find_spec(self, name, *_):\n"
        f"        if name == 'moto': {statement}\nsys.meta_path.insert(0, Finder())\n"
    )
    return folder


def test_without_the_extra_one_line_says_what_to_install(env, tmp_path):
    stub = start_up(tmp_path / "stub", "raise ModuleNotFoundError('no', name='moto')")
    done = in_sandbox({**env, "PYTHONPATH": str(stub)}, "true")
    assert done.returncode == 1
    # The programs of a checkout prefer the Python of its .venv.
    assert re.fullmatch(
        r"iamcli: cannot start the sandbox: moto is not installed; run: "
        r"\S+/bin/python[\d.]* -m pip install 'moto\[iam,server\]>=5\.1\.1'\n",
        done.stderr,
    )
    assert left_behind(tmp_path) == []


def test_a_moto_that_fails_is_reported_in_one_line(env, tmp_path):
    stub = start_up(tmp_path / "stub", "raise RuntimeError('out of order')")
    done = in_sandbox({**env, "PYTHONPATH": str(stub)}, "true")
    assert done.returncode == 1
    assert done.stderr == (
        "iamcli: cannot start the sandbox: RuntimeError: out of order; "
        f"install the tested moto[iam,server]=={sandbox_server.TESTED}\n"
    )


def test_a_moto_that_has_changed_inside_is_refused(monkeypatch):
    moto = pytest.importorskip("moto.iam.policy_validation")
    kept = moto.IAMPolicyDocumentValidator
    monkeypatch.setattr(kept, "validate", kept.validate)  # restores it afterwards
    monkeypatch.delattr(moto, "IAMTrustPolicyDocumentValidator")
    with pytest.raises(AttributeError, match="IAMTrustPolicyDocumentValidator"):
        layer.without_validation()


def test_a_server_that_does_not_listen_is_reported(monkeypatch):
    monkeypatch.setattr(sandbox, "TIMEOUT", 0.01)
    with pytest.raises(Failure, match="did not start"), sandbox.server():
        pass
    monkeypatch.undo()
    monkeypatch.setattr(command_server, "_SERVER_CODE", "")
    with pytest.raises(Failure, match="ended before it was ready"), sandbox.server():
        pass


# The server is private.

LIST_USERS = "Action=ListUsers&Version=2010-05-08"
GET_USER = "Action=GetUser&Version=2010-05-08"
IDENTITY = "Action=GetCallerIdentity&Version=2011-06-15"


def signed(service="iam", key="AKIAIOSFODNN7EXAMPLE"):
    return (
        f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/{service}/aws4_request, "
        "SignedHeaders=host;x-amz-date, Signature=00"
    )


@pytest.fixture(scope="module")
def ask():
    """Ask a sandbox; return status, headers and body of the response."""
    with sandbox.server() as private:
        port = int(private.url.rsplit(":", 1)[1])

        def send(body=LIST_USERS, method="POST", path="/", **headers):
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            sent = {
                "Host": f"127.0.0.1:{port}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": signed(),
                **{name: value.format(port=port) for name, value in headers.items() if value},
            }
            if headers.get("Authorization") == "":
                del sent["Authorization"]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in (sent | {"Content-Length": str(len(body))}).items():
                if headers.get(name) != "":
                    connection.putheader(name, value)
            connection.endheaders(body.encode())
            response = connection.getresponse()
            content = response.read().decode()
            connection.close()
            return response.status, dict(response.getheaders()), content

        yield send


@pytest.mark.parametrize(
    ("request_", "shown"),
    [
        ({}, "<ListUsersResponse"),
        ({"Host": "localhost:{port}"}, "<ListUsersResponse"),
        ({"Host": "LOCALHOST:{port}"}, "<ListUsersResponse"),
        ({"Authorization": signed(key="AKIABROUGHTBYASCRIPT")}, "<ListUsersResponse"),
        ({"body": "", "method": "GET", "path": f"/?{LIST_USERS}"}, "<ListUsersResponse"),
        (
            {"body": "", "method": "GET", "path": f"/?{GET_USER}", "Content-Length": ""},
            "<Arn>arn:aws:iam::123456789012:root</Arn>",
        ),
        ({"Authorization": signed("sts"), "body": IDENTITY}, "<GetCallerIdentityResponse"),
    ],
)
def test_signed_requests_to_iam_and_sts_are_served(ask, request_, shown):
    status, headers, body = ask(**request_)
    assert (status, shown in body) == (200, True), body
    assert not [name for name in headers if name.lower().startswith("access-control")]


PRESIGNED = (
    f"/?{LIST_USERS}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1%2Fiam%2Faws4_request"
)


@pytest.mark.parametrize(
    "request_",
    [
        {"Authorization": ""},
        {"Authorization": "AWS AKIAIOSFODNN7EXAMPLE:00"},
        {"Authorization": signed("s3"), "method": "GET", "body": ""},
        {"Authorization": signed("ec2"), "body": "Action=DescribeInstances&Version=2016-11-15"},
        {"Authorization": signed(key="")},
        {"Authorization": signed("iam/sts")},
        {"Authorization": "", "method": "GET", "path": PRESIGNED, "body": ""},
        {"Authorization": "", "body": "Action=AssumeRoleWithSAML&Version=2011-06-15"},
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:{port}"},
        {"method": "OPTIONS", "Origin": "https://example.com", "body": ""},
        {"method": "OPTIONS", "body": ""},
        {"method": "HEAD", "body": ""},
        {"Host": ""},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "example.com:{port}"},
        {"Host": "iam.amazonaws.com"},
        {"Host": "127.0.0.1:{port}.example.com"},
        {"path": "http://iam.amazonaws.com/"},
        {"path": "/moto-api/reset"},
        {"path": "/moto-api/data.json", "method": "GET", "body": ""},
        {"path": "/moto-api/", "method": "GET", "body": "", "Authorization": ""},
        {"path": "//moto-api/reset"},
        {"path": "/%6doto-api/reset"},
        {"path": "/latest/meta-data/iam/security-credentials/", "method": "GET", "body": ""},
        {"path": "/favicon.ico", "method": "GET", "body": ""},
        {"path": "/static/x", "method": "GET", "body": ""},
        {"path": resettable.PATH, resettable.HEADER: "yes"},
        {"path": "/", "body": "x" * 3_000_000, "Authorization": ""},
    ],
)
def test_any_other_request_is_refused(ask, request_):
    status, headers, body = ask(**request_)
    assert status == 403
    assert not [name for name in headers if name.lower().startswith("access-control")]
    if request_.get("method") != "HEAD":
        assert "<Code>AccessDenied</Code><Message>the sandbox accepts " in body
        assert len(body) < 400


def test_a_command_reports_a_refusal_as_an_error_of_the_service(env):
    env |= {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"}
    with sandbox.server() as private:
        address = f"{private.url}/moto-api/reset"
        done = run(BIN / "iam-userlistbypath", "--url", address, env=env)
    assert done.returncode == 1
    assert "AccessDenied: the sandbox accepts only GET and POST requests to /" in done.stderr


@pytest.mark.full
def test_the_tests_own_server_empties_the_account_and_is_otherwise_private(env):
    env |= {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"}
    with resettable.server() as url:
        env["AWS_IAM_URL"] = url
        run(BIN / "iam-usercreate", "-u", "david", env=env)
        assert "david" in run(BIN / "iam-userlistbypath", env=env).stdout
        resettable.reset(url)
        assert run(BIN / "iam-userlistbypath", env=env).stdout == "IsTruncated: false\n"
