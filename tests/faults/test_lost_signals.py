"""A signal that comes just before a system call that waits takes effect, wherever that is.

Python only records such a signal, and the handler runs when something else ends the call: the next
tick. The library in support/syscalls.c raises the signal at exactly that moment. Nothing else ends
the calls here, so the speed of the machine makes no difference: if the signal is lost, the process
does not end.
"""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.connecting import assuming
from support.faults import SILENT
from support.interrupting import full_pipe
from support.selection import in_full, pairs, usual
from support.shell import BIN, ROOT
from support.stub import canned, ok
from support.syscalls import logged, needs_compiler, variables
from support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from support.shell import Shell

#: The time after which a signal counts as lost (seconds); a quiet machine needs 0.3 after it came.
LOST = 30
#: The time limit of the commands: longer (seconds).
NEVER = "3000"
#: A wait that takes longer than this is the one that nothing ends (milliseconds).
LONG = 1500
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READ = ("iam-usergetattributes", "-u", "bob")
PASSWORD = ("iam-useraddloginprofile", "-u", "bob", "-p", "-")


def name(value: object) -> str:
    return value.name if isinstance(value, signal.Signals) else str(value).replace(" ", "-")


#: Whose signal it is: that of the process that a test starts, that of the fork in which iamcli run
#: runs a command, or that of another process, for which the test sets the variable.
STARTED, FORKED, OTHER = "signal", "forked", "other"


def with_signal(run: Shell, number: int, *, whose: str = STARTED, **more: object) -> dict[str, str]:
    """Return the variables with which a process gets the signal just before it waits."""
    env = {name: value for name, value in run.env.items() if value}
    env |= {"IAMCLI_TIMEOUT": NEVER, "AWS_MAX_ATTEMPTS": "1"}
    return env | variables(run.home / "log", **{whose: int(number)}, **more)


def came(run: Shell, number: int) -> None:
    """Check that the signal was raised, once."""
    lines = logged(run.home / "log", "signal")
    assert [line.split()[1] for line in lines] == [str(int(number))]


def ended(
    run: Shell,
    number: int,
    *command: str,
    whose: str = STARTED,
    env: Mapping[str, str] | None = None,
    stdout: int | None = None,
    **more: object,
) -> tuple[int, str]:
    """Run ``command`` with the signal and ``env``; return its status and its errors."""
    env = with_signal(run, number, whose=whose, **more) | (env or {})
    errors = run.home / "errors"
    with errors.open("wb") as file:
        # Standard input stays open.
        process = run.start(
            *command, env=env, stdin=-1, stdout=stdout, stderr=file, start_new_session=True
        )
    try:
        process.wait(LOST)
    except subprocess.TimeoutExpired:
        came(run, number)
        pytest.fail("the signal is lost")
    finally:
        # What it has started is in its session.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    came(run, number)
    return process.returncode, errors.read_text()


# Prompts.

PROMPTS = [
    ("Password: ", PASSWORD, STARTED),
    ("Password: ", ("iamcli", "run", *PASSWORD), FORKED),
    ("Enter MFA code", READ, STARTED),
]


@needs_compiler
@pytest.mark.parametrize("number", usual([signal.SIGTERM], ENDING), ids=name)
@pytest.mark.parametrize(
    ("prompt", "command", "whose"),
    usual([("Password: ", PASSWORD, STARTED)], PROMPTS),
    ids=["a password", "a password in iamcli run", "the code of a role"],
)
def test_at_a_prompt(prompt, command, whose, number, run, stub):
    run.env["AWS_IAM_URL"] = stub.endpoint(ok("GetUser")).url
    if command == READ:
        assuming(run, "mfa_serial=arn:aws:iam::1:mfa/phone\n")
        run.env["AWS_CONFIG_FILE"] = str(run.home / "config")
    env = with_signal(run, number, whose=whose, after=LONG if whose == FORKED else 0)
    terminal = Terminal(BIN / command[0], *command[1:], env=env)
    try:
        terminal.wait_for(prompt)
        status = terminal.wait()
    finally:
        terminal.close()
    came(run, number)
    through_run = command[0] == "iamcli" and number != signal.SIGINT
    assert status == (128 + number if through_run else -number)


# Responses, connections and TLS.


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and sends nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield f"127.0.0.1:{listener.getsockname()[1]}"


PLACES = (
    "response",
    "response over TLS",
    "connection",
    "connection over TLS",
    "handshake",
    "proxy",
    "credentials",
)


def wait_at(place: str, run: Shell, request: pytest.FixtureRequest) -> None:
    """Let the command wait at ``place``."""
    if place == "response":
        run.env["AWS_IAM_URL"] = request.getfixturevalue("stub").endpoint(SILENT).url
    elif place == "response over TLS":
        stub, certificate = request.getfixturevalue("tls")
        run.env |= {"AWS_CA_BUNDLE": str(certificate), "AWS_IAM_URL": stub.endpoint(SILENT).url}
    elif place.startswith("connection"):
        scheme = "https" if place.endswith("TLS") else "http"
        run.env["AWS_IAM_URL"] = request.getfixturevalue("full").replace("http", scheme)
    elif place == "handshake":
        run.env["AWS_IAM_URL"] = f"https://{request.getfixturevalue('silent')}/"
    elif place == "proxy":
        run.env["AWS_IAM_URL"] = "https://iam.example.com/"
        run.env["https_proxy"] = f"http://{request.getfixturevalue('silent')}"
    else:
        assuming(run, "")
        run.env["AWS_CONFIG_FILE"] = str(run.home / "config")
        run.env["AWS_ENDPOINT_URL_STS"] = f"http://{request.getfixturevalue('silent')}/"


@needs_compiler
@pytest.mark.parametrize(
    ("place", "forked", "number"),
    pairs(PLACES, (False, True), ENDING, first=[("response", False, signal.SIGTERM)]),
)
def test_in_the_network(place, number, run, request, *, forked):
    wait_at(place, run, request)
    status, errors = ended_in(run, number, *READ, forked=forked, after=LONG)
    assert status == -number
    assert "Traceback" not in errors


@needs_compiler
@pytest.mark.parametrize("place", usual(["response"], [*PLACES[:-1]]), ids=name)
def test_the_time_limit(place, run, request):
    """A tick comes just before the command waits."""
    wait_at(place, run, request)
    limit = {"IAMCLI_TIMEOUT": "2"}
    status, errors = ended(run, signal.SIGALRM, *READ, env=limit, after=LONG)
    assert status == 1
    assert errors.count("\n") == 1
    assert errors.startswith("iam-usergetattributes: ")


# Other waits of a command.


UPLOAD = ("iam-useruploadpolicy", "-u", "bob", "-p", "p", "-f")
#: What a command waits for: its line, and when the signal comes.
AWAITED: dict[str, tuple[tuple[str, ...], dict[str, object]]] = {
    "a password": (PASSWORD, {}),
    "a policy in a pipe": ((*UPLOAD, "/dev/stdin"), {}),
    "who writes to a named pipe": ((*UPLOAD, "fifo"), {"when": "poll"}),
    "a reader": (READ, {"when": "write"}),
    "a reader of the help": ((READ[0], "-h"), {"when": "write"}),
    "a program for credentials": (READ, {"after": LONG}),
    "a program that closes its output": (READ, {"after": LONG}),
}
PROGRAMS = {
    "a program for credentials": "sleep 600",
    "a program that closes its output": "sh -c 'exec >&- 2>&-; sleep 600'",
}


@needs_compiler
@pytest.mark.parametrize(
    ("what", "forked", "number"),
    pairs(
        AWAITED,
        (False, True),
        ENDING,
        first=[
            ("who writes to a named pipe", False, signal.SIGTERM),
            ("a reader", False, signal.SIGTERM),
        ],
    ),
)
def test_other_waits(what, number, run, stub, *, forked):
    line, when = AWAITED[what]
    endpoint = stub.endpoint(canned("GetUser"))
    run.env["AWS_IAM_URL"] = endpoint.url
    os.mkfifo(run.home / "fifo")
    if what in PROGRAMS:
        (run.home / "config").write_text(f"[default]\ncredential_process={PROGRAMS[what]}\n")
        run.env |= {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": str(run.home / "config")}
    reader, writer = full_pipe()
    output = {"stdout": writer} if "reader" in what else {}
    try:
        status, _ = ended_in(run, number, *line, forked=forked, **when, **output)
    finally:
        os.close(reader)
        os.close(writer)
    assert status == -number
    assert endpoint.operations == ["GetUser"] * (what == "a reader")


def ended_in(
    run: Shell, number: int, *command: str, forked: bool, **more: object
) -> tuple[int, str]:
    """As ``ended``; ``forked``: in iamcli run, whose status is made one without it."""
    if not forked:
        return ended(run, number, *command, **more)  # type: ignore[arg-type]
    status, errors = ended(run, number, "iamcli", "run", *command, whose=FORKED, **more)  # type: ignore[arg-type]
    return status if number == signal.SIGINT else 128 - status, errors


#: One call each that waits, in an interruptible block and nothing else of iamcli.
WAITING = {
    "open": "os.open('fifo', os.O_RDONLY)",
    "read": "os.read(reader, 1)",
    "write": "[os.write(writer, bytes(1 << 16)) for _ in '12']",
    "sleep": "time.sleep(600)",
    "select": "select.select([reader], [], [])",
    "poll": "select.poll().poll()",
    "beside a thread": "threading.Thread(target=sleep, daemon=True).start(); os.read(reader, 1)",
    "recv": "one.recv(1)",
    "recvmsg": "one.recvmsg(1)",
    "waitpid": "os.waitpid(child.pid, 0)",
    "waitid": "os.waitid(os.P_ALL, 0, os.WEXITED)",
    "communicate": "child.communicate()",
}
WAIT = """
import os, select, socket, subprocess, threading, time
from iamcli import interrupts
interrupts.install_handlers()
os.mkfifo("fifo")
reader, writer = os.pipe()
one, other = socket.socketpair()
child = subprocess.Popen(["sleep", "600"], stdout=-1, stderr=-1)
sleep = lambda: time.sleep(600)
with interrupts.Interruptible():
    {}
"""


@needs_compiler
@pytest.mark.parametrize("number", usual([signal.SIGTERM], ENDING), ids=name)
@pytest.mark.parametrize("way", usual(["read", "sleep"], WAITING))
def test_each_way_to_wait(way, number, run):
    code = WAIT.format(WAITING[way])
    status, errors = ended(run, number, sys.executable, "-c", code)
    assert errors.count("Traceback") == 1
    assert status in (1, -signal.SIGINT)
    assert errors.splitlines()[-1].startswith(("KeyboardInterrupt", "iamcli.errors.Terminated"))


# Launchers.


@needs_compiler
@pytest.mark.parametrize("number", usual([signal.SIGTERM], ENDING), ids=name)
@pytest.mark.parametrize("launcher", ["run", in_full("sandbox")])
def test_a_launcher_passes_it_on(launcher, number, run):
    status, _ = ended(run, number, "iamcli", launcher, "sleep", "600", when="child")
    assert status == (-number if number == signal.SIGINT else 128 + number)


@needs_compiler
@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
def test_a_console_program_in_iamcli_run(number, run, stub):
    """It waits for the end of the command, which runs in the server."""
    endpoint = stub.endpoint(SILENT)
    run.env["AWS_IAM_URL"] = endpoint.url
    chosen = f"SYSCALLS_SIGNAL={int(number)}"
    status, _ = ended(run, number, "iamcli", "run", "env", chosen, *READ, whose=OTHER, after=LONG)
    assert status == (-number if number == signal.SIGINT else 128 + number)
    assert len(endpoint.requests) == 1


#: Starts a launcher with SIGCHLD ignored or blocked; and a script that shows how it is there.
STARTING = """
import os, sys
from signal import *
{}
os.execvp("iamcli", ["iamcli", *sys.argv[1:]])
"""
HOW = {
    "ignored": ("signal(SIGCHLD, SIG_IGN)", "getsignal(SIGCHLD) == SIG_IGN"),
    "blocked": ("pthread_sigmask(SIG_BLOCK, [SIGCHLD])", "SIGCHLD in pthread_sigmask(0, [])"),
}
SCRIPT = """
import sys, time
from signal import *
time.sleep(0.3)
print({})
sys.exit(3)
"""


@pytest.mark.parametrize("how", usual(["blocked"], HOW))
@pytest.mark.parametrize("launcher", ["run", in_full("sandbox")])
def test_a_launcher_sees_the_end_of_its_script(launcher, how, run):
    """The signal that announces it is in the script as it was before."""
    begin, shown = HOW[how]
    command = (launcher, sys.executable, "-c", SCRIPT.format(shown))
    done = run(sys.executable, "-c", STARTING.format(begin), *command)
    assert (done.status, done.out) == (3, "True\n")


#: The functions that wait, and where they are not called in such a block.
WAITS = {"sleep", "select", "poll", "waitpid", "waitid", "communicate", "getpass"}
ELSEWHERE = {
    "connection/credential_programs.py": "in the block of its caller, and not in poll",
    "cli/complete/names.py": "a thread, which ends the process in half a second",
    "output/streams.py": "waits a second for a reader, again and again",
    "cli/sandbox/launch/descendants.py": "half a second, again and again, and what has ended",
    "cli/sandbox/launch/shell.py": "a tenth of a second, again and again",
    "cli/sandbox/kept.py": "a thread of the server, which has no handlers of signals",
    "cli/run/pool.py": "a process without handlers of signals",
    "cli/run/server.py": "ignores signals; a wakeup descriptor of its own tells what has ended",
}


def test_what_waits_does_so_in_a_block():
    found = set()
    for file in (ROOT / "iamcli").rglob("*.py"):
        tree = ast.parse(file.read_text())
        inside = {
            node
            for block in ast.walk(tree)
            if isinstance(block, ast.With) and "nterruptible(" in ast.unparse(block.items[0])
            for node in ast.walk(block)
        }
        for node in set(ast.walk(tree)) - inside:
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in WAITS:
                found.add(str(file.relative_to(ROOT / "iamcli")))
    assert found == ELSEWHERE.keys()
