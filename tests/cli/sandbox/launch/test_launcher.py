"""What the sandbox does around the command, by its functions: shells, waiting and what it says."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.limits import NEVER
from support.processes import run

from iamcli.cli import completion_scripts
from iamcli.cli.programs import command_server
from iamcli.cli.sandbox import peers
from iamcli.cli.sandbox.launch import launcher as sandbox
from iamcli.cli.sandbox.launch import started
from iamcli.cli.sandbox.launch.shell import LATER_COMMANDS, greeting
from iamcli.cli.sandbox.launch.shell import start as start_shell
from iamcli.connection.parents import Process
from iamcli.errors import Failure
from iamcli.handover import VARIABLE

REMOVED = (
    *("CLIENT_CONFIG_FILE", "BASH_ENV", "ENV"),
    *("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"),
)


def test_commands_are_found_without_a_path():
    private = sandbox.SandboxServer("http://127.0.0.1:1", "/folder/credentials", {}, None, {})
    inherited = {"HOME": "/home", "AWS_PROFILE": "work"} | dict.fromkeys(REMOVED, "x")
    env = sandbox.environment(private, inherited)
    assert env.keys() & {"AWS_PROFILE", *REMOVED} == set()
    folder, _, others = env["PATH"].partition(":")
    assert (folder.endswith("/bin"), others, env["HOME"]) == (True, os.defpath, "/home")
    assert (env["IAMCLI_SANDBOX"], env["AWS_CREDENTIAL_FILE"]) == (
        "http://127.0.0.1:1",
        "/folder/credentials",
    )


# What is still running when the command has ended.

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
    monkeypatch.setattr(peers, "processes", lambda: list(table))
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
    pause = lambda _: handled.pop(signal.SIGHUP)(1, None)  # noqa: E731
    monkeypatch.setattr(started.time, "sleep", pause)
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
    # Two other processes end before the command does.
    ended = iter([8, 9, 7])
    monkeypatch.setattr(one, "_reaps", reaps)
    monkeypatch.setattr(started, "_ended_child", lambda *, wait: next(ended) if wait else 0)
    monkeypatch.setattr(started.os, "waitpid", lambda process, _: done.append(process))
    monkeypatch.setattr(one, "_wait_for_others", lambda **how: done.append(how))
    assert one.wait(SimpleNamespace(pid=7, wait=lambda: status)) == status
    assert done == ([8, 9, {"after_signal": after_signal}] if reaps else [])


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
from iamcli.cli.sandbox.launch import started
signal.alarm(100)
assert not started._reap()
command = os.fork() or os._exit(7)
os.waitid(os.P_PID, command, os.WEXITED | os.WNOWAIT)
assert started._ended_child() == command
assert started._ended_child(wait=True) == command
assert os.waitpid(command, 0) == (command, 7 << 8)
for _ in "12":
    os.waitid(os.P_PID, os.fork() or os._exit(0), os.WEXITED | os.WNOWAIT)
assert [started._reap(), started._reap()] == [True, False]
reader, writer = os.pipe()
running = os.fork() or os._exit(len(os.read(reader, 1)))
assert [started._ended_child(), started._reap()] == [0, 0]
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

    monkeypatch.setattr(peers, "read", read)
    monkeypatch.setattr(peers.os, "listdir", lambda _: ["4", "5", "self", "6", "7"])
    assert peers.processes() == ["4", "7"]

    def none(_folder):
        raise FileNotFoundError

    monkeypatch.setattr(peers.os, "listdir", none)
    assert peers.processes() == []


# Shells.


def test_only_a_shell_that_completes_is_said_to_complete(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    folder = f"/{'x' * 50}-{'y' * 50}"
    for name, completes in (("bash", True), ("dash", False), ("zsh", True)):
        shown = greeting({"SHELL": f"/bin/{name}"}, f"kept in {folder}; \x1b to leave", kept=False)
        first, path, second, hint, *lines = shown.splitlines()
        # Names are not broken, and control nothing.
        assert [first, path, second] == ["iamcli: kept in", f"{folder};", "\\x1b to leave"]
        assert hint == "Try these commands." + " TAB completes options and names." * completes
        first_commands = ["iam-usercreate", "iam-useraddpolicy", "iam-userlistpolicies"]
        assert [line.split()[0] for line in lines] == first_commands
    shown = greeting({}, "private IAM", kept=True)
    assert shown.endswith(
        "\nTry these commands.\n  iam-userlistbypath\n  iam-grouplistbypath\n"
        "  iam-accountgetsummary\n"
    )


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
    # No file of the user is read or written.
    assert (env["ENV"], env["HISTFILE"]) == ("/dev/null", f"{folder}/history")
    assert [each.name for each in folder.iterdir()] == ([file] if file else [])
    assert env["ZDOTDIR"] == (str(folder) if shell == "zsh" else "/my own")
    assert (env["PROMPT_COMMAND"] == "date") == (shell != "bash")
    if file:
        written = folder / file
        assert written.read_text().splitlines()[0] == first
        assert written.stat().st_mode & 0o777 == 0o600
        assert completion_scripts.script(shell) in written.read_text()
    if shell == "fish":
        quoted = completion_scripts.fish_quoted(f"{folder}/config.fish")
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

    monkeypatch.setattr(completion_scripts, "script", script)
    start_shell({"SHELL": "/bin/bash"}, str(tmp_path))
    assert "PS1='(iamcli sandbox) $ '\n" in (tmp_path / "bashrc").read_text()
    (tmp_path / "bashrc").unlink()
    start_shell({"SHELL": "/bin/bash"}, str(tmp_path), "{other} $ ")
    assert "PS1='{other} $ '\n" in (tmp_path / "bashrc").read_text()


# The server, from outside.


#: A server that says what its test wants, one line after the other.
SAYING = """
import json, os, sys
def main():
    settings = json.loads(sys.stdin.readline())
    number = settings.pop("number")
    if number is not None:
        settings["number"] = os.read(number, 100).decode()
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
            assert (running_server.url, running_server.about["existed"]) == (
                "http://127.0.0.1:1",
                False,
            )
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
        assert (running_server.folder, running_server.about["existed"]) == (str(folder), True)
    ended = running_server.ended
    assert (ended["account"], ended["number"]) == (str(file), "the account")
    # The server of this test has removed nothing, as one that was killed.
    assert not folder.exists()
    held = [str(each.resolve()) for each in Path("/proc/self/fd").iterdir()]
    assert [each for each in held if each.startswith(str(file))] == []
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    with os.fdopen(writer, "wb", buffering=0) as pipe:
        sandbox.SandboxServer("", "", {}, pipe, {}).set_command(7)
        assert os.read(reader, 10) == b"7\n"
        # One that has ended needs no command.
        os.close(reader)
        sandbox.SandboxServer("", "", {}, pipe, {}).set_command(7)


def test_a_server_that_does_not_end_is_killed(tmp_path, monkeypatch):
    (tmp_path / "hanging.py").write_text(
        "import json, os, time\n"
        "def main():\n"
        "    about = {'url': str(os.getpid()), 'credential_file': '', 'existed': False}\n"
        "    print(json.dumps(about), flush=True)\n"
        f"    time.sleep({NEVER})\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    said = "^the sandbox server was killed; dir may lack the last changes$"
    with pytest.raises(Failure, match=said), sandbox.server("hanging", keep="dir") as private:
        monkeypatch.setattr(sandbox, "TIMEOUT", 0.01)
    with pytest.raises(ProcessLookupError):
        os.kill(int(private.url), 0)


def test_a_server_that_does_not_listen_is_reported(monkeypatch):
    monkeypatch.setattr(sandbox, "TIMEOUT", 0.01)
    with pytest.raises(Failure, match="did not start"), sandbox.server():
        pass
    monkeypatch.undo()
    monkeypatch.setattr(command_server, "_SERVER_CODE", "")
    with pytest.raises(Failure, match="ended before it was ready"), sandbox.server():
        pass


# What is said after the command.


def sandboxed(monkeypatch, output, writer=None, **given):
    """Run the sandbox without a server; return the status, and what it has done.

    ``given``: what the parts that it uses return, and the ``arguments``.
    """
    did, ended = [], {"changes": given.get("changes", [])}
    ended |= {"without_environment": given["reset"]} if "reset" in given else {}
    ended |= {"failure": given["failure"]} if "failure" in given else {}
    about = given.get("about", {"unread": 0, "unknown": []})
    private = sandbox.SandboxServer("http://127.0.0.1:7", "/f/c", about, None, ended)

    started_there = SimpleNamespace(left=given.get("left", []), wait=lambda _command: 0)

    @contextlib.contextmanager
    def server(**settings):
        yield private
        did.append(settings)

    @contextlib.contextmanager
    def commands():
        yield SimpleNamespace(wait=lambda: did.append("wait"), address=given.get("address"))

    def command(words, env, say, **how):
        did.append(env)
        given.get("ended_by", []).append((words, how["terminate"]))
        assert say == output.error
        assert (how["register"], how["wait"]) == (private.set_command, started_there.wait)
        return given.get("status", 0)

    monkeypatch.setattr(sandbox, "server", server)
    monkeypatch.setattr(sandbox.command_server, "started", commands)
    monkeypatch.setattr(sandbox.parents, "announce", lambda port: given.get("proc", port == 7))
    monkeypatch.setattr(sandbox.parents, "sandbox", lambda: "")
    monkeypatch.delenv("IAMCLI_SANDBOX", raising=False)
    monkeypatch.setattr(sandbox, "environment", lambda *_: {})
    monkeypatch.setattr(sandbox.script, "run", command)
    monkeypatch.setattr(sandbox, "Started", lambda _: started_there)
    words = given.get("command", ["true"])
    status = sandbox.run(words, output, writer=writer, **given.get("arguments", {}))
    return status, did


def saying(said, *, on_terminal=False):
    return SimpleNamespace(
        error=lambda line, **_: said.append(line),
        error_text=said.append,
        on_terminal=lambda: on_terminal,
    )


ONLY_IAM = sandbox.ONLY_IAM.format("the command")
RESET = "sent nothing, because the environment was reset: iam-userdel"
LEFT = "still running, but no longer in the sandbox: sleep (7)"
LACKING = "not in the copy, or only partly: "
SLEEP_7 = Process(7, "sleep", "S", 1, 1)


@pytest.mark.parametrize(
    ("given", "status", "lines"),
    [
        ({}, 0, []),
        ({"status": 3}, 3, []),
        ({"reset": ["iam-userdel"]}, 1, [RESET]),
        ({"reset": ["iam-userdel"], "status": -2}, -2, [RESET]),
        ({"reset": [], "left": [SLEEP_7]}, 0, [LEFT]),
        ({"failure": "no space"}, 1, ["the account was not kept: no space"]),
        ({"failure": "no space", "status": 3}, 3, ["the account was not kept: no space"]),
        ({"proc": False}, 0, [sandbox.NO_PROC]),
        ({"arguments": {"account": "f"}}, 0, [ONLY_IAM]),
    ],
)
def test_what_the_sandbox_returns_and_says_after_the_command(monkeypatch, given, status, lines):
    said = []
    found, did = sandboxed(monkeypatch, saying(said), **given)
    settings = {"keep": "", "account": "", "watch": False, **given.get("arguments", {})}
    assert (found, said, did) == (status, lines, ["wait", {}, settings])


@pytest.mark.parametrize(
    ("unread", "unknown", "lines"),
    [
        (0, [], []),
        (1, [], ["1 request was refused when f was made"]),
        (2, ["alias"], ["2 requests were refused when f was made", f"{LACKING}alias"]),
        (0, ["alias", "role"], [f"{LACKING}alias, role"]),
    ],
)
def test_a_terminal_shows_what_a_copy_lacks(monkeypatch, unread, unknown, lines):
    given = {"about": {"unread": unread, "unknown": unknown}, "arguments": {"account": "f"}}
    for on_terminal in (True, False):
        said = []
        sandboxed(monkeypatch, saying(said, on_terminal=on_terminal), **given)
        assert said == [ONLY_IAM, *(lines if on_terminal else [])]


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
        writer = SimpleNamespace(
            is_standard_error=is_standard_error, write=lambda *given: written.append(given)
        )
        found, did = sandboxed(
            monkeypatch,
            saying(said, on_terminal=on_terminal),
            writer,
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
        assert said == [ONLY_IAM, *expected]
        written.clear()
        said.clear()


@pytest.mark.parametrize("on_terminal", [True, False])
def test_a_shell_is_announced(tmp_path, on_terminal):
    said = []
    output = saying(said, on_terminal=on_terminal)
    for keep, where, used in (
        ("", "http://127.0.0.1:7", "is_copy"),
        ("dir", "http://127.0.0.1:7, kept in dir", "existed"),
    ):
        about = {"existed": False, "is_copy": False, used: True}
        private = sandbox.SandboxServer(
            "http://127.0.0.1:7", f"{tmp_path}/credentials", about, None, {}
        )
        env = {"SHELL": "/bin/dash"}
        command = sandbox._shell(private, env, output, keep, inner=False)  # noqa: SLF001
        assert (command, env["SHELL"]) == (["/bin/dash"], "/bin/dash")
        line = f"private IAM at {where}; requests do not reach AWS; type exit to leave"
        if on_terminal:
            assert [" ".join(each.split()) for each in said] == [
                f"iamcli: {line} Try these commands. {' '.join(LATER_COMMANDS)}"
            ]
        else:
            assert said == [line]
        said.clear()


@pytest.mark.parametrize("command", [["true"], []])
def test_a_signal_ends_a_shell_and_a_command(monkeypatch, command):
    ended_by = []
    monkeypatch.setattr(sandbox, "_shell", lambda *_, **__: ["/bin/dash"])
    assert sandboxed(monkeypatch, saying([]), command=command, ended_by=ended_by)[0] == 0
    number = signal.SIGTERM if command else signal.SIGHUP
    assert ended_by == [(command or ["/bin/dash"], number)]
