"""A signal that comes just before a system call that waits takes effect, wherever that is.

Python only records such a signal, and the handler runs when something else ends the call. The
library in support/syscalls.c raises the signal at exactly that moment. Nothing else ends the calls
here, so the speed of the machine makes no difference: if the signal is lost, the process does not
end.
"""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from support.connecting import assuming
from support.faults import SILENT
from support.selection import usual
from support.shell import BIN, ROOT
from support.stub import ok
from support.syscalls import logged, needs_compiler, variables
from support.terminal import Terminal

from iamcli import interrupts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.shell import Shell

#: The time after which a signal counts as lost (seconds); a quiet machine needs 0.1 after it came.
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
    run: Shell, number: int, *command: str, whose: str = STARTED, **more: object
) -> tuple[int, str]:
    """Run ``command`` with the signal; return its status and its errors."""
    env = with_signal(run, number, whose=whose, **more)
    errors = run.home / "errors"
    with errors.open("wb") as file:
        # Standard input stays open.
        process = run.start(*command, env=env, stdin=-1, stderr=file, start_new_session=True)
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
    usual(PROMPTS[:1], PROMPTS),
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
def full() -> Iterator[str]:
    """The address of a listener that accepts no more connections."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = []
        for _ in range(4):
            waiting.append(socket.socket())
            waiting[-1].settimeout(0)
            waiting[-1].connect_ex(address)
        yield f"127.0.0.1:{address[1]}"
        for one in waiting:
            one.close()


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
        run.env["AWS_IAM_URL"] = f"{scheme}://{request.getfixturevalue('full')}/"
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
@pytest.mark.parametrize("number", usual([signal.SIGTERM], ENDING), ids=name)
@pytest.mark.parametrize("place", usual(["response"], PLACES), ids=name)
def test_in_the_network(place, number, run, request):
    wait_at(place, run, request)
    status, errors = ended(run, number, *READ, after=LONG)
    assert status == -number
    assert "Traceback" not in errors


@needs_compiler
@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
@pytest.mark.parametrize("place", [one for one in PLACES if one != "credentials"], ids=name)
def test_in_the_network_in_iamcli_run(place, number, run, request):
    wait_at(place, run, request)
    status, errors = ended(run, number, "iamcli", "run", *READ, whose=FORKED, after=LONG)
    assert status == (-number if number == signal.SIGINT else 128 + number)
    assert "Traceback" not in errors


@needs_compiler
@pytest.mark.parametrize("place", usual(["response"], [*PLACES[:-1]]), ids=name)
def test_the_time_limit(place, run, request):
    """The signal of the timer comes just before the command waits."""
    wait_at(place, run, request)
    status, errors = ended(run, signal.SIGALRM, *READ, after=LONG)
    assert status == 1
    assert errors.count("\n") == 1
    assert errors.startswith("iam-usergetattributes: ")


# Other waits of a command.

#: Opens so many descriptors that the numbers of others are too large for select(2).
MANY = """
import os, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (2000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
opened = [os.dup(0) for _ in range(1100)]
"""


@needs_compiler
@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
def test_while_standard_input_is_read(number, run, stub):
    endpoint = stub.endpoint(ok("CreateLoginProfile"))
    run.env["AWS_IAM_URL"] = endpoint.url
    assert ended(run, number, *PASSWORD)[0] == -number
    assert endpoint.requests == []


@needs_compiler
@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
def test_while_a_pipe_is_read_as_a_file(number, run, stub):
    endpoint = stub.endpoint(ok("PutUserPolicy"))
    run.env["AWS_IAM_URL"] = endpoint.url
    command = ("iam-useruploadpolicy", "-u", "bob", "-p", "p", "-f", "/dev/stdin")
    assert ended(run, number, *command)[0] == -number
    assert endpoint.requests == []


@needs_compiler
@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
@pytest.mark.parametrize("program", ["sleep 600", "sh -c 'exec >&- 2>&-; sleep 600'"])
def test_while_a_program_gets_credentials(program, number, run, stub):
    endpoint = stub.endpoint(ok("GetUser"))
    (run.home / "config").write_text(f"[default]\ncredential_process={program}\n")
    run.env |= {"AWS_IAM_URL": endpoint.url, "AWS_CREDENTIAL_FILE": ""}
    run.env["AWS_CONFIG_FILE"] = str(run.home / "config")
    status, _ = ended(run, number, *READ, after=LONG)
    assert status == -number
    assert endpoint.requests == []


@needs_compiler
@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
@pytest.mark.parametrize("many", [False, True], ids=["few descriptors", "many descriptors"])
@pytest.mark.parametrize("call", ["pause(600)", "wait(0)", "read(0, 1)"])
def test_each_way_to_wait(call, number, run, *, many):
    code = f"from iamcli import interrupts as i; i.install_handlers(); {MANY * many}i.{call}"
    status, errors = ended(run, number, sys.executable, "-c", code)
    assert errors.count("Traceback") == 1
    assert status in (1, -signal.SIGINT)
    assert errors.splitlines()[-1].startswith(("KeyboardInterrupt", "iamcli.errors.Terminated"))


# Launchers.


@needs_compiler
@pytest.mark.parametrize("number", usual([signal.SIGTERM], ENDING), ids=name)
@pytest.mark.parametrize("launcher", usual(["run"], ["run", "sandbox"]))
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
@pytest.mark.parametrize("launcher", usual(["run"], ["run", "sandbox"]))
def test_a_launcher_sees_the_end_of_its_script(launcher, how, run):
    """The signal that announces it is in the script as it was before."""
    begin, shown = HOW[how]
    command = (launcher, sys.executable, "-c", SCRIPT.format(shown))
    done = run(sys.executable, "-c", STARTING.format(begin), *command)
    assert (done.status, done.out) == (3, "True\n")


# In other programs.


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The two ends of a pipe."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@pytest.fixture
def theirs(pipe: tuple[int, int]) -> Iterator[int]:
    """The descriptor that another part of the program reads, to which Python writes signals."""
    reader, writer = pipe
    for end in pipe:
        os.set_blocking(end, False)
    handler = signal.signal(signal.SIGUSR1, lambda *_: None)
    before = signal.set_wakeup_fd(writer)
    yield reader
    assert signal.set_wakeup_fd(before) == writer
    signal.signal(signal.SIGUSR1, handler)


def test_what_was_set_before_is_told_and_restored(theirs):
    with interrupts.Wakeup() as wakeup:
        signal.raise_signal(signal.SIGUSR1)
        assert wakeup.wait() == []
    assert os.read(theirs, 10) == bytes([signal.SIGUSR1])
    interrupts.pause(0)
    with pytest.raises(BlockingIOError):
        os.read(theirs, 10)


def test_in_another_thread(pipe):
    """Python handles signals in the main thread; the pool of iamcli run has others."""
    reader, writer = pipe
    seen: list[list[int]] = []
    thread = threading.Thread(target=lambda: seen.append(interrupts.wait(reader)))
    thread.start()
    os.write(writer, b"x")
    thread.join()
    assert seen == [[reader]]


def test_wait_returns_nothing_after_its_time(pipe):
    reader, writer = pipe
    assert interrupts.wait(reader, seconds=0) == []
    assert interrupts.wait(reader, writable=[writer], seconds=60) == [writer]


#: The functions that wait, and where they are called for a reason.
WAITS = {"sleep", "select", "poll", "waitpid", "waitid", "communicate", "getpass", "setitimer"}
ELSEWHERE = {
    "interrupts.py": "the one place; _send_again is a thread",
    "output/streams.py": "never waits longer than a second for a reader",
    "connection/programs.py": "the status of the program",
    "client/http.py": "the timer of the time limit",
    "cli/programs/script.py": "the timer that repeats a signal, and the status of the script",
    "cli/sandbox/launch/started.py": "asks what has ended, and does not wait",
    "cli/check/script/shfmt.py": "programs that end soon, with a time limit",
    "cli/sandbox/kept.py": "a thread of the server, which has no handlers of signals",
    "cli/run/pool.py": "a process without handlers of signals",
    "cli/run/server.py": "ignores signals; a wakeup descriptor of its own tells what has ended",
}


def test_nothing_else_waits():
    found = set()
    for file in (ROOT / "iamcli").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in WAITS:
                found.add(str(file.relative_to(ROOT / "iamcli")))
    assert found == ELSEWHERE.keys()
