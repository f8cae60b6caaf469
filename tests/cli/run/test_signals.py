"""Signals, terminals, and what happens if a program, the script or the server ends first.

The signals come while the server has a command of the script, because they are about this command.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest
from support.faults import SILENT
from support.limits import TIMEOUT
from support.processes import state, wait_until
from support.requirements import PATH
from support.selection import every
from support.served import KEYS, LINE, NEW_KEY, Slow, servers, statistics
from support.shell import BIN
from support.terminal import Terminal

pytestmark = pytest.mark.usefixtures("patient", "nothing_left")


NEEDS_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the server ends the command")


@pytest.mark.parametrize(
    "stopped",
    [
        pytest.param(False, id="server runs"),
        pytest.param(True, id="server is stopped", marks=[NEEDS_LINUX, pytest.mark.full]),
    ],
)
def test_a_command_ends_with_its_program(shell, stub, *, stopped):
    slow = Slow(shell, stub, LINE)
    server = slow.servers[0]
    if stopped:
        os.kill(server, signal.SIGSTOP)
    forks = set(slow.servers)
    os.kill(slow.program, signal.SIGKILL)
    wait_until(lambda: forks - set(slow.servers))
    if stopped:
        os.kill(server, signal.SIGCONT)
    assert slow.end().out == "137\n"
    assert slow.endpoint.operations == ["ListAccessKeys"]


#: Hands a command over, and sends something when it runs.
SENDING = """
import sys, time
sys.argv = ["iam-userlistkeys", "-u", "bob"]
from iamcli import handover
end = handover._end
def late(connection, waiting):
    time.sleep(0.3)
    connection.sendall(handover.START)
    return end(connection, waiting)
handover._end = late
handover.hand_over()
"""


def test_what_the_program_sends_does_not_end_the_command(shell, stub):
    """The kernel may report late that the program has confirmed that it waits."""
    endpoint = stub.endpoint(KEYS._replace(delay=1))
    env = {"AWS_IAM_URL": endpoint.url}
    done = shell("iamcli", "run", sys.executable, "-c", SENDING, env=env)
    assert (done.status, done.err, "Active" in done.out) == (0, "", True)
    assert len(endpoint.requests) == 1


def test_after_the_end_of_iamcli_run_the_script_goes_on(shell, stub):
    slow = Slow(shell, stub, f"{LINE}; {LINE}; iam-usergetattributes -z; echo $? end")
    slow.process.kill()
    slow.respond()
    assert slow.end().out.count("Active") == 2
    assert len(slow.endpoint.requests) == 2


def test_after_the_end_of_the_server_the_script_goes_on(shell, stub):
    slow = Slow(shell, stub, f"{LINE}; {LINE}")
    os.kill(slow.servers[0], signal.SIGKILL)
    slow.respond()
    done = slow.end()
    assert done.out.count("Active") == 2
    assert done.out.count("0\n") == 2
    assert len(slow.endpoint.requests) == 2


LISTED = "iam-userlistkeys -u bob"
ENDED = [
    ("iam-usergetloginprofile -u bob", "", True, True),
    ("iam-usergetloginprofile -u bob", "0", False, True),
    ("iam-usergetloginprofile -u bob", "1", True, False),
    (LISTED, "", False, True),
    (LISTED, "1", True, False),
    (f"{LISTED} >/dev/full", "1", False, True),
]


@pytest.mark.parametrize(("line", "mode", "on_out", "on_err"), every(2, ENDED))
def test_a_command_that_ended_with_the_server_is_not_run_again(
    line, mode, shell, stub, *, on_out, on_err
):
    shell.env["IAMCLI_STRICT"] = mode
    slow = Slow(shell, stub, f"{line}; echo $? end", prefix=("iamcli", "run", "--stats"))
    for process in slow.servers:
        os.kill(process, signal.SIGSTOP)
    for process in slow.servers:
        os.kill(process, signal.SIGKILL)
    done = slow.end()
    name = line.split()[0]
    reason = f"iamcli run ended before {name} did; the outcome is unknown, check it first"
    error = f"{name}: {reason}\n"
    end = "iamcli: the server ended early; what it has done is unknown\n"
    assert (done.out, done.err) == (error * on_out + "1 end\n", error * on_err + end)
    assert len(slow.endpoint.requests) == 1


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.full)]
)
def test_a_signal_to_iamcli_run_is_for_the_script(number, shell, stub):
    # The script waits for the signal, which may come after the response.
    wait = 'until [ "$got" ]; do sleep 0.1; done'
    slow = Slow(shell, stub, f"trap 'got=it; echo got it' {number.name[3:]}; {LINE}; {wait}")
    os.kill(slow.process.pid, number)
    slow.respond()
    done = slow.end()
    assert "got it" in done.out
    assert done.status == 0


@pytest.mark.full
def test_a_server_that_is_stopped_is_not_waited_for(shell, stub):
    shell.env["PATH"] = f"{BIN}:{PATH}"  # waits as briefly as for users
    slow = Slow(shell, stub, f"{LINE}; {LINE}")
    server = slow.servers[0]
    os.kill(server, signal.SIGSTOP)
    slow.respond()
    wait_until(lambda: len(slow.endpoint.requests) == 2)
    os.kill(server, signal.SIGCONT)
    assert slow.end().out.count("0\n") == 2
    assert len(slow.endpoint.requests) == 2


def closed_on_exec(information: Path) -> bool:
    """Return whether a process opened a descriptor for itself."""
    flags = information.read_text().partition("flags:")[2].split()[0]
    return bool(int(flags, 8) & os.O_CLOEXEC)


def inherited(process: int) -> dict[str, object]:
    """Return what a process has from its parent, and the descriptors that it would pass on.

    Without sockets.
    """
    place = Path(f"/proc/{process}")
    status = dict(line.split(":\t") for line in (place / "status").read_text().splitlines())
    files = {file.name: str(file.readlink()) for file in (place / "fd").iterdir()}
    return {
        "niceness": os.getpriority(os.PRIO_PROCESS, process),
        "group": os.getpgid(process),
        "session": os.getsid(process),
        "processors": os.sched_getaffinity(process),
        "limits": (place / "limits").read_text(),
        "folder": str((place / "cwd").readlink()),
        "files": {
            number: file
            for number, file in files.items()
            if not (file.startswith("socket:") or closed_on_exec(place / "fdinfo" / number))
        },
        **{name: status[name] for name in ("Umask", "SigIgn", "SigBlk")},
    }


#: Changes what a process has from its parent, and becomes a command.
PREPARED = """
import os, resource, signal, sys
os.setpgid(0, 0)
os.nice(5)
os.umask(0o27)
os.chdir("sub")
os.sched_setaffinity(0, [max(os.sched_getaffinity(0))])
resource.setrlimit(resource.RLIMIT_NOFILE, (90, 91))
signal.signal(signal.SIGUSR2, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
os.execvp(sys.argv[1], sys.argv[1:])
"""


def test_stop_and_continue(shell, stub):
    (shell.home / "sub").mkdir()
    (shell.home / "in").touch()
    (shell.home / "prepared").write_text(PREPARED)
    script = f"iam-userdel -h >/dev/null; {sys.executable} prepared {LINE}".replace(
        "; echo", " <in 7<in 8>&2; echo"
    )
    slow = Slow(shell, stub, script)
    waiting = slow.program
    niceness = os.getpriority(os.PRIO_PROCESS, waiting)
    [fork] = [one for one in slow.servers if os.getpriority(os.PRIO_PROCESS, one) == niceness]
    assert inherited(fork) == inherited(waiting)
    os.killpg(waiting, signal.SIGSTOP)
    wait_until(lambda: state(fork) == state(waiting) == "T")
    slow.respond()
    time.sleep(0.3)
    assert (slow.process.poll(), state(fork)) == (None, "T")
    # The program passes it on.
    os.kill(waiting, signal.SIGCONT)
    assert slow.end().out.endswith("\n0\n")


INTERRUPTED = (
    "iam-useraddkey: interrupted; CreateAccessKey may have taken effect, check first: "
    "iam-userlistkeys -u bob"
)


def test_signals_to_a_command(shell, stub):
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    script = "; ".join(["iam-useraddkey -u bob; echo $?"] * len(numbers))
    slow = Slow(shell, stub, script, NEW_KEY)
    assert len(slow.servers) >= 3
    ended: list[int] = []

    def waits() -> bool:
        return len(slow.endpoint.requests) > len(ended)

    for number in numbers:
        wait_until(waits)
        ended += set(slow.found("bin/iam-useraddkey")) - set(ended)
        os.kill(ended[-1], number)
    done = slow.end()
    assert done.out == "".join(f"{128 + number}\n" for number in numbers)
    found = [line for line in done.err.splitlines() if line.startswith("iam-")]
    assert found == [INTERRUPTED] * len(numbers)
    assert slow.endpoint.operations == ["CreateAccessKey"] * len(numbers)


def test_the_server_ends_with_the_last_command(shell, stub):
    line = "iam-userlistkeys -u bob >out 2>&1 & until [ -e done ]; do sleep 0.05; done"
    slow = Slow(shell, stub, line, prefix=("iamcli", "run", "--stats"))
    # The server, the pool and the command.
    before = slow.servers
    assert len(before) == 3
    (shell.home / "done").touch()
    assert statistics(slow.end()) == [1, 1, 1]
    assert slow.servers == before
    os.kill(slow.program, signal.SIGKILL)
    wait_until(lambda: not slow.servers)


def test_the_end_of_the_whole_process_group(shell, stub):
    slow = Slow(shell, stub, LINE, start_new_session=True)
    os.killpg(slow.process.pid, signal.SIGKILL)
    assert slow.end().out == ""


@pytest.mark.full
def test_signals_to_the_process_group_do_not_end_the_server(shell, stub):
    signals = ("INT", "HUP", "TERM", "USR1", "ALRM")
    trap = f"trap : {' '.join(signals)}; " + f"{LINE}; " * 4
    slow = Slow(shell, stub, trap, start_new_session=True)
    server = slow.servers[0]
    for name in signals[:3]:
        os.killpg(slow.process.pid, getattr(signal, f"SIG{name}"))
    for name in signals[3:]:
        os.kill(server, getattr(signal, f"SIG{name}"))
    slow.respond()
    wait_until(lambda: len(slow.endpoint.requests) > 1)
    assert server in slow.servers
    assert slow.end().out.endswith("IsTruncated: false\n0\n")


@pytest.mark.full
def test_a_stopped_process_in_a_group_without_a_terminal(shell):
    script = (
        "trap 'echo hung up' HUP; sleep 60 & kill -STOP $!; "
        "iamcli run sh -c 'iam-usergetattributes -u bob; iam-usergetattributes -u bob'; "
        "echo $?; kill -KILL $!"
    )
    done = shell("setsid", "--wait", "bash", "-c", script)
    assert "hung up" not in done.out
    assert done.out.endswith("AIDA\n0\n")


def test_background_jobs_outlive_the_script(shell, stub):
    # The job keeps the standard error of iamcli run open.
    slow = Slow(shell, stub, "iam-userlistkeys -u bob >f 2>&1 &")
    slow.process.wait(TIMEOUT)
    slow.respond()
    slow.end()
    wait_until(lambda: "Active" in (shell.home / "f").read_text())
    assert len(slow.endpoint.requests) == 1


def test_a_prompt_on_the_terminal(shell):
    line = "iam-useraddloginprofile -u bob -p -; echo status $?; iam-usergetattributes -u bob"
    terminal = Terminal("iamcli", "run", "--stats", "sh", "-c", line, env=shell.env)
    terminal.wait_for(": ")
    wait_until(lambda: not terminal.echoes())
    terminal.type("secret\r")
    terminal.wait_for("again: ")
    wait_until(lambda: not terminal.echoes())
    terminal.type("secret\r")
    terminal.wait_for("status 0")
    terminal.wait_for("2 commands")
    assert terminal.status() == 0
    assert "secret" not in terminal.shown


def test_interrupt_from_the_terminal(shell, stub):
    endpoint = stub.endpoint(SILENT)
    env = {**shell.env, "AWS_IAM_URL": endpoint.url}
    line = "trap 'echo trapped' INT; iam-usercreate -u bob; echo status $?"
    terminal = Terminal("iamcli", "run", "sh", "-c", line, env=env)
    wait_until(lambda: endpoint.requests)
    terminal.type("\x03")
    terminal.wait_for("interrupted; CreateUser may have taken effect")
    terminal.wait_for("status 130")
    terminal.status()
    assert terminal.shown.count("interrupted") == 1


def test_the_end_of_iamcli_run_ends_its_shell(shell):
    (shell.home / ".bashrc").write_text("PS1='READY> '\n")
    terminal = Terminal("iamcli", "run", env={**shell.env, "SHELL": "/bin/bash"})
    terminal.wait_for("READY> ")
    # bash ignores this signal if it is interactive.
    terminal.send_signal(signal.SIGTERM)
    assert terminal.status() == 128 + signal.SIGHUP


def test_jobs_of_the_shell(shell, stub):
    released = threading.Event()
    endpoint = stub.endpoint(KEYS._replace(released=released))
    env = {**shell.env, "AWS_IAM_URL": endpoint.url, "SHELL": "/bin/bash"}
    (shell.home / ".bashrc").write_text("PS1='READY> '\n")
    terminal = Terminal("iamcli", "run", "--stats", env=env)
    terminal.wait_for("READY> ")
    terminal.type("iam-userlistkeys -u bob\r")
    wait_until(lambda: endpoint.requests)
    terminal.type("\x1a")
    terminal.wait_for("Stopped")
    # The fork that waits for the response.
    wait_until(lambda: any(state(number) == "T" for number in servers(shell.home)))
    released.set()
    time.sleep(0.5)
    assert "Active" not in terminal.shown
    terminal.type("bg\r")
    terminal.wait_for("Active")
    released.clear()  # Ctrl-C comes before the response
    terminal.type("iam-userlistkeys -u bob\r")
    wait_until(lambda: len(endpoint.requests) == 2)
    terminal.type("\x03echo status $?\r")
    terminal.wait_for("status 130")
    released.set()
    terminal.type("exit\r")
    terminal.wait_for("2 commands, 2 requests")
    assert terminal.status() == 0


def test_hang_up(shell, stub):
    endpoint = stub.endpoint(SILENT)
    env = {**shell.env, "AWS_IAM_URL": endpoint.url}
    terminal = Terminal("iamcli", "run", "sh", "-c", "iam-userlistkeys -u bob", env=env)
    wait_until(lambda: endpoint.requests)
    terminal.hang_up()
