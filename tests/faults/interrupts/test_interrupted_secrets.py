"""While a secret is made and shown: it is shown or saved, or what it is for is deleted again."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import moments
from support.faults import SILENT
from support.interrupting import (
    DEVICE_LINE,
    KEY_LINE,
    UNKNOWN,
    fill,
    full_pipe,
    interrupted,
    shows_key,
)
from support.limits import NEVER
from support.one_time_secrets import DEVICE, SERIAL
from support.processes import blocked, running, wait_until
from support.selection import in_full
from support.stub import canned, ok, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.forked import Forked, ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub


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


@pytest.mark.parametrize("function", [("os.open", "seed"), ("os.fsync",)], ids=["open", "fsync"])
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
    signal_after = moments.code(moments.after_call, number, *function)
    done = run_fast(command, *arguments, env={"AWS_IAM_URL": endpoint.url}, before=signal_after)
    message = f"{command}: interrupted; {what} was deleted again\n"
    expected = ("", []) if function[0] == "os.open" else (message, created_and_deleted)
    assert (done.status, done.err, endpoint.operations) == (-number, *expected)
    assert sorted(run_fast.home.iterdir()) == before


def test_the_file_of_a_secret_does_not_stay_after_a_refusal(number, run_fast, stub):
    endpoint = stub.endpoint(refused("NoSuchEntity", "no Admin", 404))
    before = sorted(run_fast.home.iterdir())
    line = "iam-usercreate -u bob -g Admin -k -o new"
    at_end = moments.code(moments.before_call, number, "iamcli.protection.Folder.remove")
    done = run_fast(*line.split(), env={"AWS_IAM_URL": endpoint.url}, before=at_end)
    assert (done.status, endpoint.operations) == (-number, ["GetGroup"])
    assert done.err.startswith("iam-usercreate: NoSuchEntity: no Admin")
    assert sorted(run_fast.home.iterdir()) == before


STATE = "created: user bob; not created: access key"
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
    ("arguments", "strict", "state"),
    [
        (("iam-useraddkey", "-u", "bob"), "", ""),
        (("iam-usercreate", "-u", "bob", "-k"), "", f"\niam-usercreate: {STATE}"),
        # Standard output still takes nothing, so standard error gets the line.
        (("iam-usercreate", "-u", "bob", "-k"), "1", f"; {STATE}"),
    ],
    ids=["key", "user", "strict"],
)
def test_key_that_is_being_shown_is_taken_back(arguments, strict, state, number, run, stuck, stub):
    endpoint = with_key(stub).on("CreateUser", canned("CreateUser"))
    run.env["IAMCLI_STRICT"] = strict
    process = stuck(endpoint, *arguments)
    wait_until(lambda: shows_key(endpoint, process.pid))
    process.send_signal(number)
    err = process.communicate()[1].decode()
    assert process.returncode == -number
    assert err == f"{arguments[0]}: {DELETED_AGAIN.rstrip()}{state}\n"
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


@pytest.mark.parametrize("strict", ["0", in_full("1")])
@pytest.mark.parametrize("debug", [("-d",), in_full(())], ids=["debug", "plain"])
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
