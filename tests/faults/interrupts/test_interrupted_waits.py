"""While a command waits for the service, or for a password: what may have been changed is said."""

from __future__ import annotations

import random
import re
import signal
import time
from typing import TYPE_CHECKING

import pytest
from support.faults import SILENT, headed, silent
from support.interrupting import DEVICE, UNKNOWN, interrupted
from support.limits import NEVER, TIMEOUT
from support.processes import blocked, wait_until
from support.selection import in_full
from support.stub import canned, faulty, ok, refused
from support.terminal import Terminal

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler


def test_while_reading(number, run_fast, stub):
    endpoint = stub.endpoint(SILENT)
    ended = interrupted(run_fast, endpoint, "iam-usergetattributes", number=number)
    assert ended == (-number, "", "")


def test_amid_an_answer(number, run_fast, stub):
    def begin(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(headed(b"<List", "Content-Length: 999"))
        silent(handler)

    endpoint = stub.endpoint(faulty(begin))
    ended = interrupted(run_fast, endpoint, "iam-userlistbypath", number=number)
    assert ended == (-number, "", "")


def test_amid_a_list(number, run_fast, stub):
    endpoint = stub.endpoint(canned("ListUsers-truncated"), SILENT)
    ended = interrupted(run_fast, endpoint, "iam-userlistbypath", number=number, requests=2)
    status, out, err = ended
    assert (status, err) == (-number, "")
    assert out.startswith("arn:aws:iam::123456789012:user/")
    assert "IsTruncated" not in out


def test_between_two_attempts(number, run_fast, stub):
    endpoint = stub.endpoint(refused("Throttling", "Rate exceeded"))
    run_fast.env |= {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "9"}
    ended = interrupted(run_fast, endpoint, "iam-usergetattributes", number=number, requests=2)
    assert ended == (-number, "", "")


@pytest.mark.parametrize(
    ("line", "operation", "check"),
    [
        ("iam-usercreate -u bob", "CreateUser", "iam-usergetattributes -u bob"),
        in_full("iam-useraddkey -u bob", "CreateAccessKey", "iam-userlistkeys -u bob"),
        in_full("iam-userdel -u bob", "DeleteUser", "iam-usergetattributes -u bob"),
        in_full("iam-userdelkey -k AKIA1", "DeleteAccessKey", "iam-userlistkeys"),
    ],
)
def test_while_something_is_changed(line, operation, check, number, run_fast, stub):
    command, *arguments = line.split()
    ended = interrupted(run_fast, stub.endpoint(SILENT), command, *arguments, number=number)
    assert ended == (-number, "", f"{command}: {UNKNOWN.format(operation, check)}\n")


THREE_STEPS = ("iam-groupadduser", "-g", "Admin", "-u", "a", "-u", "b", "-u", "c")
AMID_THREE_STEPS = (
    f"iam-groupadduser: {UNKNOWN.format('AddUserToGroup', 'iam-userlistgroups -u b')}\n"
    "iam-groupadduser: added: user a; unknown: user b; not added: user c\n"
)


def test_amid_several_steps(number, run_fast, stub):
    endpoint = stub.endpoint(ok("AddUserToGroup"), SILENT)
    ended = interrupted(run_fast, endpoint, *THREE_STEPS, number=number, requests=2)
    assert ended == (-number, "", AMID_THREE_STEPS)


def test_while_looking_what_to_remove(number, run_fast, stub):
    endpoint = stub.endpoint().on("ListAccessKeys", SILENT)
    ended = interrupted(run_fast, endpoint, "iam-userdel", "-u", "bob", "-r", number=number)
    assert ended == (-number, "", "")
    assert endpoint.operations == ["ListAccessKeys"]


@pytest.mark.parametrize("name", ["INT", in_full("TERM"), in_full("HUP")])
def test_time_limit_of_timeout(name, run, stub):
    """It sends the signal twice: to the process, and to its group."""
    endpoint = stub.endpoint(ok("AddUserToGroup"), SILENT)
    limited = ("timeout", "--preserve-status", "-s", name, str(NEVER), *THREE_STEPS)
    # What timeout is sent when its time is up.
    ended = interrupted(run, endpoint, *limited, number=signal.SIGALRM, requests=2)
    assert ended == (128 + signal.Signals[f"SIG{name}"], "", AMID_THREE_STEPS)


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


# At any time.


@pytest.mark.full
def test_at_random(number, run, stub):
    """At any time: what was created is shown, deleted again or reported; no file is left empty."""
    arguments = ("iam-virtualmfadevicecreate", "-s", "phone", "-b", "Base32String")
    choice = random.Random(number)
    seed = run.home / "seed"
    for shot in range(10):
        endpoint = stub.endpoint().on("CreateVirtualMFADevice", DEVICE._replace(delay=0.03))
        endpoint.on("DeleteVirtualMFADevice", ok("DeleteVirtualMFADevice"))
        run.env |= {"AWS_IAM_URL": endpoint.url}
        where = ("-o", "seed") if shot % 2 else ()
        process = run.start(*arguments, *where, stdout=-1, stderr=-1)
        time.sleep(choice.uniform(0, 0.4))
        process.send_signal(number)
        process.send_signal(number)
        out, err = process.communicate(timeout=TIMEOUT)
        # Where Python itself is starting, it may report a signal and go on.
        err = re.sub(rb"(?ms)\AFailed checking if argv.*?^KeyboardInterrupt: *\n", b"", err)
        shown = b"JBSWY3DP" in (seed.read_bytes() if seed.exists() else out)
        assert not seed.exists() or shown
        if not endpoint.requests:
            # Python may have been interrupted before it runs the command. Its traceback names
            # iamcli if the installation is editable with an import hook.
            fatal = err.startswith(b"Fatal Python error: init_import_site")
            assert process.returncode == -number or b"iamcli" not in err or fatal
            assert not re.search(rb"iamcli/\w+", err)
        else:
            assert process.returncode in (0, -number)
            assert re.fullmatch(rb"(iam-\S+: interrupted; .*\n)?", err)
            assert shown or err or len(endpoint.requests) == 2
            assert shown or process.returncode != 0
        seed.unlink(missing_ok=True)


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
