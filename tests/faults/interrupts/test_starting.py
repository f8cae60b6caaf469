"""While a command starts: no traceback, and nothing is sent."""

from __future__ import annotations

import re
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest
from support import moments
from support.faults import SILENT
from support.limits import NEVER, TIMEOUT
from support.processes import wait_until
from support.selection import every, in_full, usual
from support.stub import canned

if TYPE_CHECKING:
    from support.forked import Done


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
    env = moments.variables(moments.importing, number, module)
    done = run("iam-usergetattributes", env={**env, "AWS_IAM_URL": endpoint.url})
    assert done == (-number, "", "")
    assert endpoint.requests == []


def test_before_the_work_begins(number, run_fast):
    """The command looks which of its streams are open."""
    before = moments.code(moments.after_call, number, "os.fstat")
    done = run_fast("iam-usergetattributes", "--version", before=before)
    assert done == (-number, "", "")


def test_when_the_work_is_done(number, run_fast):
    """At the end, the command stops the line that shows its progress."""

    def ended_by(number: signal.Signals) -> Done:
        stop = "iamcli.output.progressline.ProgressLine.stop"
        before = moments.code(moments.before_call, number, stop)
        return run_fast("iam-usergetattributes", "--version", before=before)

    assert ended_by(signal.SIGKILL).status == -signal.SIGKILL
    done = ended_by(number)
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("iam-usergetattributes (iamcli) ")


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


def test_while_python_looks_for_the_program(run, endpoint):
    """Python itself prints the KeyboardInterrupt and continues."""
    env = moments.variables(moments.looking_for, signal.SIGINT, "iam-usergetattributes")
    done = run("iam-usergetattributes", env=env)
    assert (done.status, done.out, endpoint.requests) == (-signal.SIGINT, "", [])
    assert "KeyboardInterrupt" in done.err


@pytest.mark.parametrize("option", ["-h", in_full("-z"), in_full("--version")])
def test_ignored_where_the_caller_ignores_it(option, number, run):
    """As a shell's background jobs are called."""
    script = f'trap "" {number.name[3:]}; exec "$0" "$@"'
    command = ("sh", "-c", script, "iam-usergetattributes", option)
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


def test_while_python_tidies_up(number, run, stub):
    endpoint = stub.endpoint(SILENT)
    env = moments.variables(moments.tidying_up, number, "urllib3")
    run.env |= {"AWS_IAM_URL": endpoint.url, **env}
    process = run.start("iam-usergetattributes", stdout=-1, stderr=-1)
    assert process.communicate(timeout=TIMEOUT) == (b"", b"")
    assert process.returncode == -number


@pytest.mark.parametrize("command", ["iam-usergetattributes", "iam-accountdelpasswordpolicy"])
def test_while_the_name_of_the_host_is_encoded(command, number, run_fast, stub):
    endpoint = stub.endpoint(SILENT)
    env = {"AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": str(NEVER)}
    done = run_fast(command, env=env, before=moments.code(moments.encoding_host, number))
    assert "codec" not in done.err
    assert (done.status, done.out) == (-number, "")
