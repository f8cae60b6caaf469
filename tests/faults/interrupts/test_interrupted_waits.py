"""While a command waits for the service, or for a password: what may have been changed is said."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import pytest
from support.faults import SILENT, headed, silent
from support.interrupting import UNKNOWN, interrupted
from support.limits import NEVER
from support.processes import blocked, wait_until
from support.selection import in_full
from support.stub import canned, faulty, ok, refused
from support.terminal import Terminal

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler


def begin(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(headed(b"<List", "Content-Length: 999"))
    silent(handler)


def unknown(operation: str, check: str) -> str:
    return f"{{}}: {UNKNOWN.format(operation, check)}\n"


#: Code with which the pause before the next attempt does not end.
ENDLESS = f"""
from iamcli import interrupts
from iamcli.connection import botocore_patches
botocore_patches.pause = lambda seconds: interrupts.pause({NEVER})
"""
THREE_STEPS = "iam-groupadduser -g Admin -u a -u b -u c"
AMID_THREE_STEPS = (
    f"{unknown('AddUserToGroup', 'iam-userlistgroups -u b')}"
    "{}: added: user a; unknown: user b; not added: user c\n"
)


@pytest.mark.parametrize(
    ("line", "answers", "out", "err"),
    [
        ("iam-usergetattributes", [SILENT], "", ""),
        ("iam-userlistbypath", [faulty(begin)], "", ""),
        (
            "iam-userlistbypath",
            [canned("ListUsers-truncated"), SILENT],
            "arn:aws:iam::123456789012:user/andrew\narn:aws:iam::123456789012:user/bob\n",
            "",
        ),
        # Between two attempts.
        ("iam-usergetattributes", [refused("Throttling", "Rate exceeded")], "", ""),
        # While it looks what to remove.
        ("iam-userdel -u bob -r", [SILENT], "", ""),
        (THREE_STEPS, [ok("AddUserToGroup"), SILENT], "", AMID_THREE_STEPS),
        (
            "iam-usercreate -u bob",
            [SILENT],
            "",
            unknown("CreateUser", "iam-usergetattributes -u bob"),
        ),
        in_full(
            "iam-useraddkey -u bob",
            [SILENT],
            "",
            unknown("CreateAccessKey", "iam-userlistkeys -u bob"),
        ),
        in_full(
            "iam-userdel -u bob",
            [SILENT],
            "",
            unknown("DeleteUser", "iam-usergetattributes -u bob"),
        ),
        in_full(
            "iam-userdelkey -k AKIA1", [SILENT], "", unknown("DeleteAccessKey", "iam-userlistkeys")
        ),
    ],
)
def test_while_the_service_is_waited_for(line, answers, out, err, number, run_fast, stub):
    endpoint = stub.endpoint(*answers)
    run_fast.env["AWS_MAX_ATTEMPTS"] = "9"
    command = line.split()
    how: Any = {"number": number, "requests": len(answers), "before": ENDLESS}
    ended = interrupted(run_fast, endpoint, *command, **how)
    assert ended == (-number, out, err.format(*[command[0]] * 2))
    assert len(endpoint.requests) == len(answers)


@pytest.mark.parametrize("name", ["INT", in_full("TERM"), in_full("HUP")])
def test_time_limit_of_timeout(name, run, stub):
    """It sends the signal twice: to the process, and to its group."""
    endpoint = stub.endpoint(ok("AddUserToGroup"), SILENT)
    limited = ("timeout", "--preserve-status", "-s", name, str(NEVER), *THREE_STEPS.split())
    # What timeout is sent when its time is up.
    ended = interrupted(run, endpoint, *limited, number=signal.SIGALRM, requests=2)
    said = AMID_THREE_STEPS.format(*["iam-groupadduser"] * 2)
    assert ended == (128 + signal.Signals[f"SIG{name}"], "", said)


# While it asks for a password.

ASKING = ("iam-useraddloginprofile", "-u", "bob", "-p", "-")


def test_terminal_echoes_again(number, run, stub):
    endpoint = stub.endpoint(SILENT)
    terminal = Terminal(*ASKING, env=run.env | {"AWS_IAM_URL": endpoint.url})
    terminal.wait_for("Password: ")
    wait_until(lambda: not terminal.echoes() and blocked(terminal.pid))
    terminal.send_signal(number)
    assert terminal.wait() == -number
    assert terminal.echoes()
    terminal.close()
    assert terminal.shown.split() == ["Password:"]
    assert endpoint.requests == []


@pytest.mark.parametrize("arguments", [ASKING, (*ASKING[:-1], "secret")], ids=["asking", "waiting"])
def test_terminal_that_is_closed(arguments, run, stub):
    """Failed reads and writes there are not reported: SIGHUP ends the command."""
    endpoint = stub.endpoint(SILENT)
    script = 'exec "$0" "$@" 2>err'
    env = run.env | {"AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": str(NEVER)}
    terminal = Terminal("sh", "-c", f"cd && {script}", *arguments, env=env)
    if arguments == ASKING:
        terminal.wait_for("Password: ")
        wait_until(lambda: blocked(terminal.pid))
    else:
        wait_until(lambda: endpoint.requests)
    assert terminal.hang_up() == -signal.SIGHUP
    message = UNKNOWN.format("CreateLoginProfile", "iam-usergetloginprofile -u bob")
    expected = f"{arguments[0]}: {message}\n" if arguments != ASKING else ""
    assert (run.home / "err").read_text() == expected


@pytest.mark.parametrize("pause", [0, in_full(0.001), 0.002, in_full(0.004)])
@pytest.mark.parametrize("second", [signal.SIGTERM, in_full(signal.SIGINT)])
def test_a_second_signal_hides_no_outcome(second, pause, run_fast, stub):
    first = signal.SIGINT if second == signal.SIGTERM else signal.SIGTERM
    endpoint = stub.endpoint(SILENT)
    env = {"AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": str(NEVER)}
    process = run_fast.start("iam-usercreate", "-u", "bob", env=env, stderr=-1)
    wait_until(lambda: endpoint.requests)
    if not pause:
        # Both signals arrive when the process continues.
        process.send_signal(signal.SIGSTOP)
    process.send_signal(first)
    time.sleep(pause)
    process.send_signal(second)
    process.send_signal(signal.SIGCONT)
    line = UNKNOWN.format("CreateUser", "iam-usergetattributes -u bob")
    assert process.communicate()[1].decode() == f"iam-usercreate: {line}\n"
    if pause and first == signal.SIGINT:
        # On a busy machine, the command may have ended before the second signal.
        assert process.returncode in (-signal.SIGINT, -signal.SIGTERM)
    else:
        assert process.returncode == -signal.SIGTERM
