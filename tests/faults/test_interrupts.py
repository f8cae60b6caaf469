"""Ctrl-C, SIGTERM and SIGHUP at any time: no traceback, no stray file, and what may be done.

The signal ends the process after it has reported what may have been changed.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from support.faults import CLOSED, SILENT, headed, raw, silent
from support.forked import Done
from support.interrupting import AT_IMPORT, fill, full_pipe, shows_key
from support.limits import NEVER, TIMEOUT
from support.processes import blocked, running, wait_until
from support.selection import every, in_full, usual
from support.shell import BIN
from support.stub import canned, faulty, ok, refused
from support.terminal import Terminal

from iamcli import interrupts
from iamcli.errors import Terminated
from iamcli.output import streams
from iamcli.runner import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler

    from support.forked import Forked, ForkRunner
    from support.shell import Shell
    from support.stub import Answer, Endpoint, Stub

# ruff: noqa: SLF001 - the handlers of the signals

UNKNOWN = "interrupted; {} may have taken effect, check first: {}"
SERIAL = "arn:aws:iam::123456789012:mfa/phone"
DEVICE = ok(
    "CreateVirtualMFADevice",
    f"<VirtualMFADevice><SerialNumber>{SERIAL}</SerialNumber>"
    "<Base32StringSeed>SkJTV1kzRFA=</Base32StringSeed></VirtualMFADevice>",
)
DEVICE_LINE = "iam-virtualmfadevicecreate -s phone -b Base32String -o seed"
KEY_LINE = "iam-useraddkey -u bob -o seed"


@pytest.fixture(
    params=[signal.SIGINT, in_full(signal.SIGHUP), signal.SIGTERM], ids=lambda number: number.name
)
def number(request: pytest.FixtureRequest) -> signal.Signals:
    """A signal that ends commands."""
    return request.param


def interrupted(
    run: Shell | ForkRunner,
    endpoint: Endpoint,
    *arguments: str,
    number: signal.Signals = signal.SIGINT,
    requests: int = 1,
) -> tuple[int, str, str]:
    """Run ``arguments``, interrupt after ``requests``; return status, output and errors."""
    env = {**run.env, "AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": str(NEVER)}
    process = run.start(*arguments, env=env, stdout=-1, stderr=-1)
    wait_until(lambda: len(endpoint.requests) >= requests)
    process.send_signal(number)
    out, err = process.communicate(timeout=TIMEOUT)
    return Done(process.returncode, out.decode(), err.decode()).data(arguments, env)


# While it starts.


@pytest.mark.parametrize(
    "module",
    every(
        5,
        [
            "iamcli.commands.users",
            "iamcli.command",
            "iamcli.parsing.shared",
            "iamcli.runner",
            "iamcli.operations.service",
            "iamcli.client.client",
            "botocore.endpoint",
            "urllib3",
            "ssl",
            "botocore.parsers",
        ],
    ),
)
def test_while_importing(module, number, run, stub):
    endpoint = stub.endpoint(canned("GetUser"))
    arguments = (AT_IMPORT, module, str(int(number)), str(BIN / "iam-usergetattributes"))
    done = run(sys.executable, "-c", *arguments, env={"AWS_IAM_URL": endpoint.url})
    assert done == (-number, "", "")
    assert endpoint.requests == []


def status_of(function: Callable[[], object]) -> int:
    """Return how a process ends that calls ``function``, which is to end it."""
    child = os.fork()
    if child == 0:
        try:
            function()
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def status_of_version(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how a process ends in which a command prints its version."""
    monkeypatch.setattr(sys, "argv", ["iam-x", "--version"])
    return status_of(Program("iam-x", (), lambda _iam: None))


def test_before_the_work_begins(number, monkeypatch):
    monkeypatch.setattr(streams, "_keep_open", lambda _: os.kill(os.getpid(), number))
    assert status_of_version(monkeypatch) == -number


def test_when_the_work_is_done(number, monkeypatch):
    def end() -> None:
        guard()
        os.kill(os.getpid(), number)

    guard = interrupts.guard
    monkeypatch.setattr(interrupts, "guard", end)
    assert status_of_version(monkeypatch) == 0


@pytest.mark.parametrize("tenths", usual([0, 2, 4, 6], range(8)))
def test_while_starting(tenths, run, stub):
    """Before the program's own first line it is Python that is interrupted, and says so."""
    endpoint = stub.endpoint(SILENT)
    env = {**run.env, "AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": str(NEVER)}
    process = run.start("iam-usergetattributes", env=env, stdout=-1, stderr=-1)
    time.sleep(0.04 * tenths)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=TIMEOUT)
    assert process.returncode == -signal.SIGINT or b"iamcli" not in err
    assert out == b""
    assert not re.search(rb"iamcli/\w+", err)


#: Interrupts Python while it checks whether the program is an archive.
INTERRUPTING = """
import os, signal, sys
def interrupt(path):
    if path.endswith("/iam-usergetattributes"):
        os.kill(os.getpid(), signal.SIGINT)
    raise ImportError
sys.path_hooks.insert(0, interrupt)
"""


def test_while_python_looks_for_the_program(run, endpoint):
    """Python itself prints the KeyboardInterrupt and continues."""
    (run.home / "sitecustomize.py").write_text(INTERRUPTING)
    done = run("iam-usergetattributes", env={"PYTHONPATH": str(run.home)})
    assert (done.status, done.out, endpoint.requests) == (-signal.SIGINT, "", [])
    assert "KeyboardInterrupt" in done.err


@pytest.mark.parametrize("arguments", [("-h",), ("-z",), ("--version",)])
def test_ignored_where_the_caller_ignores_it(arguments, number, run):
    """As a shell's background jobs are called."""
    script = f'trap "" {number.name[3:]}; exec "$0" "$@"'
    command = ("sh", "-c", script, "iam-usergetattributes", *arguments)
    process = run.start(*command, stdout=-1, stderr=-1)
    deadline = time.monotonic() + TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        process.send_signal(number)
        time.sleep(0.005)
    process.communicate()
    # A signal that comes before sh has read its script ends sh.
    assert process.returncode in (0, 1, -number)


def test_nohup(run, stub):
    released = threading.Event()
    endpoint = stub.endpoint(canned("GetUser")._replace(released=released))
    run.env |= {"AWS_IAM_URL": endpoint.url}
    process = run.start("nohup", "iam-usergetattributes", stdin=-3, stdout=-1, stderr=-3)
    wait_until(lambda: endpoint.requests)
    process.send_signal(signal.SIGHUP)
    released.set()
    assert process.communicate(timeout=TIMEOUT)[0].startswith(b"arn:")
    assert process.returncode == 0


#: Runs a command as its script does; a signal comes while Python tidies up, where nothing can be
#: raised.
AT_TIDYING = AT_IMPORT.replace(
    "            os.kill(os.getpid(), cls.number)", "            Untidy()"
).replace(
    "class Interrupting:",
    """class Untidy:
    def __del__(self):
        os.kill(os.getpid(), Interrupting.number)
        for _ in range(9):
            pass

class Interrupting:""",
)


def test_while_python_tidies_up(number, run, stub):
    endpoint = stub.endpoint(SILENT)
    command = str(BIN / "iam-usergetattributes")
    arguments = (sys.executable, "-c", AT_TIDYING, "urllib3", str(int(number)), command)
    run.env |= {"AWS_IAM_URL": endpoint.url}
    process = run.start(*arguments, stdout=-1, stderr=-1)
    assert process.communicate(timeout=TIMEOUT) == (b"", b"")
    assert process.returncode == -number


#: A signal comes while the name of the host is encoded, where Python gives the exception a text of
#: its own. The encoding is looked up again.
AT_ENCODING = """
import codecs, encodings.idna, os

real = encodings.idna.Codec.encode

def encode(*given):
    encodings.idna.Codec.encode = real
    os.kill(os.getpid(), number)
    return real(*given)

encodings.idna.Codec.encode = encode
codecs.unregister(encodings.search_function)
encodings._cache.clear()
codecs.register(encodings.search_function)
"""


@pytest.mark.parametrize("command", ["iam-usergetattributes", "iam-accountdelpasswordpolicy"])
def test_while_the_name_of_the_host_is_encoded(command, number, run_fast, stub):
    endpoint = stub.endpoint(SILENT)
    env = {"AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": str(NEVER)}
    done = run_fast(command, env=env, before=f"number = {number:d}\n{AT_ENCODING}")
    assert "codec" not in done.err
    assert (done.status, done.out) == (-number, "")


# While it waits for the service.


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


# While a secret is made and shown.


@pytest.mark.parametrize(
    ("line", "operation", "check"),
    [
        (DEVICE_LINE, "CreateVirtualMFADevice", "iam-virtualmfadevicelist -t Any"),
        (KEY_LINE, "CreateAccessKey", "iam-userlistkeys -u bob"),
    ],
)
def test_the_file_of_a_secret_does_not_stay(line, operation, check, number, run_fast, stub):
    command = line.split()
    before = sorted(run_fast.home.iterdir())
    status, _, err = interrupted(run_fast, stub.endpoint(SILENT), *command, number=number)
    assert (status, err) == (-number, f"{command[0]}: {UNKNOWN.format(operation, check)}\n")
    assert sorted(run_fast.home.iterdir()) == before


#: A signal comes when a command has ended, before its process ends.
AT_EXIT = """
import os

real = os._exit

def exit(status):
    os.kill(os.getpid(), number)
    real(status)

os._exit = exit
"""


@pytest.mark.parametrize("code", [None, "AccessDenied"])
def test_signal_after_the_last_line_changes_nothing(code, number, run_fast, stub):
    endpoint = stub.endpoint(refused(code, "not you", 403) if code else canned("GetUser"))
    command = "iam-usergetattributes"
    env = {"AWS_IAM_URL": endpoint.url}
    done = run_fast(command, env=env, before=f"number = {number:d}\n{AT_EXIT}")
    assert done.status == (1 if code else 0)
    assert done.err == (f"{command}: {code}: not you\n" if code else "")


#: A signal comes once a function of ``os`` has had a new file in hand for the first time.
AT_FILE = """
import os

real = getattr(os, name)

def function(*given, **named):
    result = real(*given, **named)
    if name == "fsync" or given[0] == "seed":
        setattr(os, name, real)
        os.kill(os.getpid(), number)
    return result

setattr(os, name, function)
"""


@pytest.mark.parametrize("function", ["open", "fsync"])
@pytest.mark.parametrize(
    ("line", "thing", "what"),
    [
        (DEVICE_LINE, "VirtualMFADevice", f"virtual MFA device {SERIAL}"),
        (KEY_LINE, "AccessKey", "access key AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_the_file_of_a_secret_does_not_stay_when_it_was_just_made_or_written(
    line, thing, what, function, number, run_fast, stub
):
    created_and_deleted = [f"Create{thing}", f"Delete{thing}"]
    endpoint = stub.endpoint().on("CreateVirtualMFADevice", DEVICE)
    endpoint.on("CreateAccessKey", canned("CreateAccessKey"))
    endpoint.on(created_and_deleted[1], ok(created_and_deleted[1]))
    command, *arguments = line.split()
    before = sorted(run_fast.home.iterdir())
    code = f"name, number = {function!r}, {number:d}\n{AT_FILE}"
    done = run_fast(command, *arguments, env={"AWS_IAM_URL": endpoint.url}, before=code)
    message = f"{command}: interrupted; {what} was deleted again\n"
    expected = ("", []) if function == "open" else (message, created_and_deleted)
    assert (done.status, done.err, endpoint.operations) == (-number, *expected)
    assert sorted(run_fast.home.iterdir()) == before


DELETED_AGAIN = "interrupted; access key AKIAIOSFODNN7EXAMPLE was deleted again\n"


def with_key(stub: Stub, **deletion: Any) -> Endpoint:
    """An account in which a key can be created and deleted; ``deletion``: how that is answered."""
    endpoint = stub.endpoint().on("CreateAccessKey", canned("CreateAccessKey"))
    return endpoint.on("DeleteAccessKey", ok("DeleteAccessKey")._replace(**deletion))


@pytest.fixture
def stuck(run: Shell, run_fast: ForkRunner) -> Callable[..., Forked]:
    """Start a command whose output nobody takes; ``timeout`` starts a process of its own."""

    def start(endpoint: Endpoint, *arguments: str) -> Forked:
        reader, writer = full_pipe()
        run.env |= {"AWS_IAM_URL": endpoint.url}
        start = run.start if arguments[0] == "timeout" else run_fast.start
        process = start(*arguments, stdout=writer, stderr=-1)
        os.close(writer)
        process.reader = reader
        return process

    return start


@pytest.mark.parametrize(
    ("arguments", "state"),
    [
        (("iam-useraddkey", "-u", "bob"), ""),
        (
            ("iam-usercreate", "-u", "bob", "-k"),
            "iam-usercreate: created: user bob; not created: access key\n",
        ),
    ],
    ids=["key", "user"],
)
def test_key_that_is_being_shown_is_taken_back(arguments, state, number, stuck, stub):
    endpoint = with_key(stub).on("CreateUser", canned("CreateUser"))
    process = stuck(endpoint, *arguments)
    wait_until(lambda: shows_key(endpoint, process.pid))
    process.send_signal(number)
    err = process.communicate()[1].decode()
    assert process.returncode == -number
    assert err == f"{arguments[0]}: {DELETED_AGAIN}{state}"
    assert endpoint.operations[-1] == "DeleteAccessKey"


@pytest.mark.parametrize("deletion", ["refused", in_full("interrupted")])
def test_key_that_cannot_be_taken_back_is_named(deletion, number, stuck, stub):
    """Ctrl-C ends the taking back, whatever began it."""
    denied = refused("AccessDenied", "not you", 403)
    endpoint = with_key(stub).on("DeleteAccessKey", denied if deletion == "refused" else SILENT)
    process = stuck(endpoint, "iam-useraddkey", "-u", "bob")
    wait_until(lambda: shows_key(endpoint, process.pid))
    process.send_signal(number)
    if deletion == "interrupted":
        wait_until(lambda: len(endpoint.requests) == 2)
        # Two in no time are one.
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
    err = process.communicate()[1].decode()
    assert process.returncode == -number
    reason = ": AccessDenied: not you" if deletion == "refused" else ""
    exists = "still exists" if deletion == "refused" else "may still exist"
    assert err == (
        f"iam-useraddkey: interrupted; access key AKIAIOSFODNN7EXAMPLE {exists} "
        f"but its secret is lost; delete it with iam-userdelkey{reason}\n"
    )


@pytest.mark.parametrize(
    "again", [signal.SIGTERM, in_full(signal.SIGHUP)], ids=lambda again: again.name
)
def test_taking_back_is_not_cut_short(again, number, stuck, stub):
    released = threading.Event()
    endpoint = with_key(stub, released=released)
    process = stuck(endpoint, "iam-useraddkey", "-u", "bob")
    wait_until(lambda: shows_key(endpoint, process.pid))
    process.send_signal(number)
    wait_until(lambda: len(endpoint.requests) == 2)
    process.send_signal(again)
    process.send_signal(again)
    released.set()
    err = process.communicate()[1].decode()
    assert process.returncode == -(again if number == signal.SIGINT else number)
    assert err == f"iam-useraddkey: {DELETED_AGAIN}"


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP], ids=lambda ending: ending.name)
def test_taking_back_after_a_failure_is_not_cut_short(ending, run_fast, stub):
    released = threading.Event()
    endpoint = with_key(stub, released=released)
    run_fast.env |= {"AWS_IAM_URL": endpoint.url}
    with Path("/dev/full").open("wb") as full:
        process = run_fast.start("iam-useraddkey", "-u", "bob", stdout=full, stderr=-1)
    wait_until(lambda: len(endpoint.requests) == 2)
    process.send_signal(ending)
    released.set()
    err = process.communicate()[1].decode()
    assert process.returncode == -ending
    assert err == (
        "iam-useraddkey: cannot write to standard output: No space left on device; "
        "access key AKIAIOSFODNN7EXAMPLE was deleted again\n"
    )


@pytest.mark.full
@pytest.mark.parametrize("strict", ["0", "1"])
@pytest.mark.parametrize("debug", [("-d",), ()], ids=["debug", "plain"])
def test_nobody_reads_standard_error_either(debug, strict, run_fast, stub):
    """The command cannot report anything, and logs nothing; it deletes the key again and ends."""
    released = threading.Event()
    key = canned("CreateAccessKey")._replace(released=released)
    endpoint = with_key(stub).on("CreateAccessKey", key)
    reader, writer = os.pipe()
    run_fast.env |= {"AWS_IAM_URL": endpoint.url, "IAMCLI_STRICT": strict}
    process = run_fast.start("iam-useraddkey", "-u", "bob", *debug, stdout=writer, stderr=writer)
    wait_until(lambda: endpoint.requests)
    fill(writer)
    released.set()
    wait_until(lambda: shows_key(endpoint, process.pid))
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    assert process.wait() == -signal.SIGTERM
    assert endpoint.operations == ["CreateAccessKey", "DeleteAccessKey"]
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("name", ["INT", in_full("TERM"), in_full("HUP")])
def test_key_is_deleted_when_timeout_ends_the_command(name, run, stuck, stub):
    endpoint = with_key(stub)
    process = stuck(endpoint, "timeout", "-s", name, str(NEVER), "iam-useraddkey", "-u", "bob")
    wait_until(lambda: endpoint.answered)
    [command] = [pid for pid, line in running(run.home).items() if "bin/iam-useraddkey" in line]
    wait_until(lambda: blocked(command))
    # What timeout is sent when its time is up.
    process.send_signal(signal.SIGALRM)
    err = process.communicate()[1].decode()
    assert process.returncode == 124
    assert err == f"iam-useraddkey: {DELETED_AGAIN}"


# While a response is understood and reported.

#: Runs a command several times; each time, a signal comes after another number of the events that
#: Python has for profilers, from the end of the first bad response on. Prints a line for each run.
AT_EVENTS = """
import botocore.retries.adaptive, botocore.retries.standard
import json, os, shlex, signal, sys, tempfile
from iamcli.client import client
from iamcli.connection.responses import BoundedSession
from iamcli.operations import service
from iamcli.cli.run.warmup import warm_up
from iamcli.cli import index

number, step, begin = map(int, sys.argv[1:4])
del sys.argv[:4]
program = index.load(sys.argv[0])
warm_up()
after = due = 0
real_exit, real_send = os._exit, BoundedSession.send

def send(session, request):
    bad = True
    try:
        response = real_send(session, request)
        bad = response.status_code >= begin
        return response
    finally:
        if bad:
            sys.setprofile(follow)

def follow(*event):
    global due
    due -= 1
    if due == 0:
        sys.setprofile(None)
        os.kill(os.getpid(), number)

def run():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    BoundedSession.send = send
    os._exit = lambda status: real_exit(99 if due > 0 else status)
    program()

status = 0
while status != 99:
    due = after + 1
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            run()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        texts = [os.pread(file.fileno(), 9999, 0).decode() for file in (out, err)]
    seed = os.path.exists("seed")
    if seed:
        os.unlink("seed")
    if status != 99:
        print(json.dumps([after, status, *texts, seed]))
    after += step
"""
#: Responses after which a request may have taken effect.
UNKNOWN_OUTCOMES = {
    "truncated": raw(headed(b"<Crea", "Content-Length: 999")),
    "gateway": raw(headed(b"", status="504 Gateway Timeout")),
    "lost": CLOSED,
}
#: Commands with the request that is not answered well, how to check it, and a state line.
CHANGES = (
    ("iam-groupcreate -g Admin", "CreateGroup", "iam-grouplistusers -g Admin", ""),
    (DEVICE_LINE, "CreateVirtualMFADevice", "iam-virtualmfadevicelist -t Any", ""),
    (KEY_LINE, "CreateAccessKey", "iam-userlistkeys -u bob", ""),
    ("iam-usermodkey -u bob -k A1 -s Inactive", "UpdateAccessKey", "iam-userlistkeys -u bob", ""),
    (
        "iam-groupdel -g Admin -r",
        "DeleteGroupPolicy",
        "iam-grouplistpolicies -g Admin",
        "removed: nothing; unknown: policy read; left: group Admin",
    ),
    (
        "iam-groupadduser -g Admin -u bob -u susan",
        "AddUserToGroup",
        "iam-userlistgroups -u bob",
        "added: nothing; unknown: user bob; not added: user susan",
    ),
)


def at_events(
    run: Shell, endpoint: Endpoint, line: str, number: signal.Signals, step: int, begin: int = 400
) -> list[tuple[int, int, str, str, bool]]:
    """Run a command line; return how each run ended.

    That is the number of events, the status, output, errors, and whether a seed was saved. The last
    run is left out: its signal may come when the exit status is already decided.

    ``step``: how many events later a signal comes each time; ``begin``: the events after a response
    with this HTTP status are counted, or with a higher one.
    """
    code = (sys.executable, "-c", AT_EVENTS, str(int(number)), str(step), str(begin))
    env = {"AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "1", "IAMCLI_STRICT": "0"}
    done = run(*code, *line.split(), env=env)
    assert (done.status, done.err) == (0, "")
    runs = [tuple(json.loads(text)) for text in done.out.splitlines()]
    assert len(runs) > 2
    return runs[:-1]


def with_policy(stub: Stub, answer: Answer) -> Endpoint:
    """Return an account with a group that has a policy; ``answer`` is for what changes it."""
    names = "<PolicyNames><member>read</member></PolicyNames><IsTruncated>false</IsTruncated>"
    none = "<{0}/><IsTruncated>false</IsTruncated>"
    endpoint = stub.endpoint(answer)
    endpoint.on("ListGroupPolicies", ok("ListGroupPolicies", names))
    attached = ok("ListAttachedGroupPolicies", none.format("AttachedPolicies"))
    endpoint.on("ListAttachedGroupPolicies", attached)
    # Otherwise an addition is looked up for some seconds.
    endpoint.on("ListGroupsForUser", refused("AccessDenied", "not you", 403))
    group = "<Group><Arn>arn</Arn></Group>" + none.format("Users")
    return endpoint.on("GetGroup", ok("GetGroup", group))


@pytest.mark.parametrize("step", [1999, in_full(701)])
@pytest.mark.parametrize("answer", usual(["truncated"], UNKNOWN_OUTCOMES))
@pytest.mark.parametrize(("line", "operation", "check", "state"), every(6, CHANGES))
def test_a_signal_does_not_take_a_failure_away(
    line, operation, check, state, answer, step, number, run, stub
):
    endpoint = with_policy(stub, UNKNOWN_OUTCOMES[answer])
    advice = f"; {operation} may have taken effect, check first: {check}"
    for after, status, out, err, _saved in at_events(run, endpoint, line, number, step):
        where = f"after {after} events: {err}"
        first, *rest = err.splitlines() or [""]
        assert (status, out) == (-number, ""), where
        assert first.endswith(advice), where
        assert rest == [f"{line.partition(' ')[0]}: {state}"] * bool(state), where


@pytest.mark.full
def test_a_signal_does_not_take_a_refusal_away(number, run, stub):
    endpoint = stub.endpoint(refused("AccessDenied", "not you", 403))
    line = "iam-groupadduser -g Admin -u bob -u susan"
    for ended in at_events(run, endpoint, line, number, 701):
        error = (
            "iam-groupadduser: AccessDenied: not you\n"
            "iam-groupadduser: added: nothing; not added: user bob, user susan\n"
        )
        assert ended[1:4] == (-number, "", error)


@pytest.mark.full
@pytest.mark.parametrize("where", ["", "-o seed"])
def test_a_signal_does_not_take_a_device_away(where, number, run, stub):
    """Its seed is shown or saved, or it is deleted again."""
    endpoint = stub.endpoint().on("CreateVirtualMFADevice", DEVICE)
    endpoint.on("DeleteVirtualMFADevice", ok("DeleteVirtualMFADevice"))
    command = "iam-virtualmfadevicecreate"
    line = f"{command} -s phone -b Base32String {where}"
    for after, status, out, err, saved in at_events(run, endpoint, line, number, 97, begin=200):
        shown = "JBSWY3DP" in out or saved
        if err != f"{command}: interrupted; virtual MFA device {SERIAL} was deleted again\n":
            remain = f"{command}: interrupted; changes already made remain\n"
            assert (status, err) in {(0, ""), (-number, remain)}, after
            assert shown, after
        else:
            assert (status, saved) == (-number, False), after


# At random.


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


# What the handlers do, step by step.


@pytest.fixture
def pending(monkeypatch: pytest.MonkeyPatch) -> type[interrupts.Pending]:
    """The state of a process that has received no signal."""
    fresh = {name: value for name, value in vars(interrupts.Pending).items() if name[0] != "_"}
    state = type("Fresh", (), dict(fresh))
    monkeypatch.setattr(interrupts, "Pending", state)
    return state  # type: ignore[return-value]


class Windows:
    """Windows that are opened and closed step by step."""

    opened: ClassVar[list[interrupts.Window]] = []

    @classmethod
    def open(cls) -> None:
        window = interrupts.Window(ticks=False)
        window.__enter__()
        cls.opened.append(window)

    @classmethod
    def close(cls) -> None:
        while cls.opened:
            cls.opened.pop().__exit__()


STEPS: dict[str, Callable[[], object]] = {
    "INT": lambda: interrupts._handle_sigint(signal.SIGINT, None),
    "TERM": lambda: interrupts._handle_termination(signal.SIGTERM, None),
    "HUP": lambda: interrupts._handle_termination(signal.SIGHUP, None),
    "guard": interrupts.guard,
    "open": Windows.open,
    "close": Windows.close,
    "due": interrupts.raise_due,
    "tick": lambda: interrupts.Window()._tick(signal.SIGALRM, None),
    "defer": interrupts.defer_termination,
    "later": lambda: interrupts.postpone(KeyboardInterrupt()),
}


@pytest.mark.parametrize(
    ("steps", "ends_with"),
    [
        ("INT!", "INT"),
        ("TERM!", "TERM"),
        ("HUP!", "HUP"),
        # timeout(1) sends two, and a terminal that is closed too.
        ("INT! INT open", "INT"),
        ("TERM! TERM HUP open", "TERM"),
        # A user who presses Ctrl-C again.
        ("INT! wait INT open! open", "INT"),
        ("INT! almost INT open", "INT"),
        # What ends the process is the first SIGTERM or SIGHUP.
        ("INT! TERM open!", "TERM"),
        ("TERM! INT open!", "TERM"),
        ("HUP! TERM INT open! open", "HUP"),
        ("guard INT close open! open", "INT"),
        ("guard open INT! INT", "INT"),
        ("guard open close TERM open!", "TERM"),
        ("guard INT TERM open!", "TERM"),
        ("guard later open! open", ""),
        # While something is taken back, only Ctrl-C ends it.
        ("guard TERM defer open", "TERM"),
        ("guard defer open HUP INT!", "HUP"),
        ("guard later defer open", ""),
        ("INT! close wait TERM open!", "TERM"),
        ("guard INT due! due", "INT"),
        # A timer that still runs while an interrupt is handled.
        ("guard open INT! wait INT tick close open! close", "INT"),
        ("INT! close wait TERM tick close open!", "TERM"),
        # Windows may be nested, and the inner one ends.
        ("guard open open close TERM open!", "TERM"),
    ],
)
def test_when_a_signal_raises(steps, ends_with, pending, monkeypatch):
    """``!``: this step raises. ``wait``: longer than two signals of one Ctrl-C are apart."""
    now = 1000.0
    monkeypatch.setattr(interrupts.time, "monotonic", lambda: now)
    raised = []
    for step in steps.split():
        name = step.removesuffix("!")
        if name in ("wait", "almost"):
            now += pending.repeat_interval * (2 if name == "wait" else 0.9)
            raised.append(name)
            continue
        try:
            STEPS[name]()
        except KeyboardInterrupt:
            raised.append(f"{name}!")
        else:
            raised.append(name)
    assert " ".join(raised) == steps
    assert pending.number == (getattr(signal, f"SIG{ends_with}") if ends_with else 0)


def test_what_is_raised_tells_the_signal(pending):
    for name in ("TERM", "HUP"):
        pending.ending, pending.raises = False, True
        with pytest.raises(Terminated) as raised:
            STEPS[name]()
        assert raised.value.number == getattr(signal, f"SIG{name}")


def test_a_window_ends_also_by_an_exception(pending):
    def fail() -> None:
        assert pending.raises
        raise KeyError

    interrupts.guard()
    with pytest.raises(KeyError), interrupts.Window():
        fail()
    assert not pending.raises
    STEPS["INT"]()
    with pytest.raises(KeyboardInterrupt), interrupts.Window():
        pass


@pytest.mark.parametrize(
    "function",
    [interrupts.Window.__enter__, interrupts.Window.__exit__, interrupts._handle_termination],
)
def test_what_must_be_complete_is_not_interrupted(function, pending):
    """The timer would not stop, or another signal would be lost."""
    frame: Any = SimpleNamespace(f_code=function.__code__)
    interrupts._handle_sigint(signal.SIGINT, frame)
    interrupts.Window()._tick(signal.SIGALRM, frame)
    assert pending.number == signal.SIGINT
    with pytest.raises(KeyboardInterrupt):
        interrupts.Window()._tick(signal.SIGALRM, sys._getframe())


def test_a_signal_at_the_end_of_a_window(pending):
    """It raises at once as it would have outside, and else in the next window."""
    for raises in (True, False):
        pending.raises = True
        window = interrupts.Window()
        window.__enter__()
        pending.due = KeyboardInterrupt()
        window._outer = raises
        with pytest.raises(KeyboardInterrupt) if raises else contextlib.nullcontext():
            window.__exit__()
        assert (pending.raises, pending.due is None) == (False, raises)


@pytest.fixture
def handlers() -> Iterator[None]:
    """What the handlers of signals were is restored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    hook = sys.unraisablehook
    yield
    sys.unraisablehook = hook
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_which_handlers_are_replaced():
    def own(*_: object) -> None:
        """Do what a program that uses the commands wants."""

    found = []
    for handler in (signal.SIG_DFL, signal.default_int_handler, signal.SIG_IGN, own):
        for install in (interrupts.install_sigint_handler, interrupts.install_handlers):
            numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
            for number in numbers:
                signal.signal(number, handler)
            install()
            found.append([signal.getsignal(number) != handler for number in numbers])
    assert found == [
        [True, False, False],
        [True, True, True],
        [True, False, False],
        [True, False, False],
        *[[False, False, False]] * 4,
    ]


def test_which_signals_are_blocked():
    def blocked() -> set[int]:
        return set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))

    before = blocked()
    usual = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    with interrupts.BlockedSignals():
        assert blocked() == before | usual
        with interrupts.BlockedSignals(signal.SIGINT, signal.SIGUSR1):
            assert blocked() == before | usual | {signal.SIGUSR1}
        assert blocked() == before | usual
    assert blocked() == before
    with interrupts.BlockedSignals(signal.SIGHUP):
        assert blocked() == before | {signal.SIGHUP}
    assert blocked() == before


@pytest.mark.parametrize("ignored", [False, True])
def test_the_signal_ends_the_process(
    number: signal.Signals,
    ignored: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or, as the first process of a container, which no signal ends, the status tells it."""
    if ignored:
        monkeypatch.setattr(interrupts._signal, "raise_signal", lambda _: None)

    def end() -> None:
        signal.signal(number, lambda *_: os._exit(98))
        interrupts.end_process(number)

    assert status_of(end) == (128 + number if ignored else -number)


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
@pytest.mark.parametrize("window", [False, True])
def test_an_interrupt_that_python_ignores_raises_again(name, window, pending, monkeypatch):
    """One that came in ``__del__``; then it raises at the next tick, or in the next window."""
    shown: list[object] = []
    monkeypatch.setattr(sys, "__unraisablehook__", shown.append)
    if window:
        interrupts.guard()
        STEPS["open"]()
    for again in ("tick", "open", "due"):
        lost: Any = SimpleNamespace(exc_value=None)
        pending.interrupted, pending.ending = float("-inf"), False
        try:
            STEPS[name]()
        except KeyboardInterrupt as interrupt:
            lost.exc_value = interrupt
        interrupts._raise_later(lost)
        with pytest.raises(KeyboardInterrupt) as raised:
            STEPS[again]()
        assert raised.value is lost.exc_value
        STEPS[again]()
        pending.raises = True
    STEPS["close"]()
    other: Any = SimpleNamespace(exc_value=ValueError())
    interrupts._raise_later(other)
    assert shown == [other]
