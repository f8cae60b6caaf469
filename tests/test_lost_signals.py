"""A signal that comes just before a system call that waits takes effect, wherever that is.

Python only records such a signal, and the handler runs when something else ends the call. The library
in support/syscalls.c raises the signal at exactly that moment. Nothing else ends the calls here, so
the speed of the machine makes no difference: if the signal is lost, the process does not end.
"""

from __future__ import annotations

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
from support.selection import usual
from support.shell import BIN
from support.stub import ok
from support.syscalls import logged, needs_compiler, variables
from support.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.shell import Shell
    from support.stub import Stub

pytestmark = needs_compiler

#: The time after which a signal counts as lost; a quiet machine needs a tenth of a second (seconds).
LOST = float(os.environ.get("LOSTX", 30))
#: The time limit of the commands: longer (seconds).
NEVER = "3000"
#: A wait that takes longer than this is the one that nothing ends (milliseconds).
LONG = 1500
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READ = ("iam-usergetattributes", "-u", "bob")
PASSWORD = ("iam-useraddloginprofile", "-u", "bob", "-p", "-")


def name(value: object) -> str:
    return value.name if isinstance(value, signal.Signals) else str(value).replace(" ", "-")


#: Whose signal it is: that of the process that a test starts, of the fork in which iamcli run runs a
#: command, or of one that the command sets a variable for.
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
        process = run.start(
            *command, env=env, stdin=subprocess.PIPE, stderr=file, start_new_session=True
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


@pytest.mark.parametrize("number", usual([signal.SIGTERM], ENDING), ids=name)
@pytest.mark.parametrize(
    ("prompt", "command", "whose"),
    usual(PROMPTS[:1], PROMPTS),
    ids=["a password", "a password in iamcli run", "the code of a role"],
)
def test_at_a_prompt(
    prompt: str,
    command: tuple[str, ...],
    whose: str,
    number: signal.Signals,
    run: Shell,
    stub: Stub,
) -> None:
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
            waiting[-1].setblocking(False)
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
    if place.startswith("response"):
        if place.endswith("TLS"):
            stub, certificate = request.getfixturevalue("tls")
            run.env["AWS_CA_BUNDLE"] = str(certificate)
        else:
            stub = request.getfixturevalue("stub")
        run.env["AWS_IAM_URL"] = stub.endpoint(SILENT).url
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


@pytest.mark.parametrize("number", usual([signal.SIGTERM], ENDING), ids=name)
@pytest.mark.parametrize("place", usual(["response"], PLACES), ids=name)
def test_in_the_network(
    place: str, number: signal.Signals, run: Shell, request: pytest.FixtureRequest
) -> None:
    wait_at(place, run, request)
    status, errors = ended(run, number, *READ, after=LONG)
    assert status == -number
    assert "Traceback" not in errors


@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
@pytest.mark.parametrize("place", [one for one in PLACES if one != "credentials"], ids=name)
def test_in_the_network_in_iamcli_run(
    place: str, number: signal.Signals, run: Shell, request: pytest.FixtureRequest
) -> None:
    wait_at(place, run, request)
    status, errors = ended(run, number, "iamcli", "run", *READ, whose=FORKED, after=LONG)
    assert status == (-number if number == signal.SIGINT else 128 + number)
    assert "Traceback" not in errors


@pytest.mark.parametrize("place", usual(["response"], [*PLACES[:-1]]), ids=name)
def test_the_time_limit(place: str, run: Shell, request: pytest.FixtureRequest) -> None:
    """The signal of the timer comes just before the command waits."""
    wait_at(place, run, request)
    status, errors = ended(run, signal.SIGALRM, *READ, after=LONG)
    assert status == 1
    assert errors.count("\n") == 1
    assert errors.startswith("iam-usergetattributes: ")


# Other waits of a command.


@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
def test_while_standard_input_is_read(number: signal.Signals, run: Shell, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("CreateLoginProfile"))
    run.env["AWS_IAM_URL"] = endpoint.url
    assert ended(run, number, *PASSWORD)[0] == -number
    assert endpoint.requests == []


@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
def test_while_a_pipe_is_read_as_a_file(number: signal.Signals, run: Shell, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("PutUserPolicy"))
    run.env["AWS_IAM_URL"] = endpoint.url
    command = ("iam-useruploadpolicy", "-u", "bob", "-p", "p", "-f", "/dev/stdin")
    assert ended(run, number, *command)[0] == -number
    assert endpoint.requests == []


@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
@pytest.mark.parametrize("program", ["sleep 600", "sh -c 'exec >&- 2>&-; sleep 600'"])
def test_while_a_program_gets_credentials(
    program: str, number: signal.Signals, run: Shell, stub: Stub
) -> None:
    endpoint = stub.endpoint(ok("GetUser"))
    (run.home / "config").write_text(f"[default]\ncredential_process={program}\n")
    run.env |= {
        "AWS_IAM_URL": endpoint.url,
        "AWS_CREDENTIAL_FILE": "",
        "AWS_CONFIG_FILE": str(run.home / "config"),
    }
    status, _ = ended(run, number, *READ, after=LONG)
    assert status == -number
    assert endpoint.requests == []


@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
@pytest.mark.parametrize("call", ["pause(600)", "wait(0)", "read(0, 1)"])
def test_each_way_to_wait(call: str, number: signal.Signals, run: Shell) -> None:
    code = f"from iamcli import interrupts as i; i.install_handlers(); i.{call}"
    status, errors = ended(run, number, sys.executable, "-c", code)
    assert status in (1, -signal.SIGINT)
    assert errors.splitlines()[-1].startswith(("KeyboardInterrupt", "iamcli.errors.Terminated"))


# Launchers.


@pytest.mark.parametrize("number", usual([signal.SIGTERM], ENDING), ids=name)
@pytest.mark.parametrize("launcher", usual(["run"], ["run", "sandbox"]))
def test_a_launcher_passes_it_on(launcher: str, number: signal.Signals, run: Shell) -> None:
    status, _ = ended(run, number, "iamcli", launcher, "sleep", "600", when="child")
    assert status == (-number if number == signal.SIGINT else 128 + number)


@pytest.mark.full
@pytest.mark.parametrize("number", ENDING, ids=name)
def test_a_console_program_in_iamcli_run(number: signal.Signals, run: Shell, stub: Stub) -> None:
    """It waits for the end of the command, which runs in the server."""
    endpoint = stub.endpoint(SILENT)
    run.env["AWS_IAM_URL"] = endpoint.url
    chosen = f"SYSCALLS_SIGNAL={int(number)}"
    status, _ = ended(run, number, "iamcli", "run", "env", chosen, *READ, whose=OTHER, after=LONG)
    assert status == (-number if number == signal.SIGINT else 128 + number)
    assert len(endpoint.requests) == 1
