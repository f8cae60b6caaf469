"""Commands that are interrupted while they wait, and children that handle signals."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import traceback
from typing import TYPE_CHECKING, Any

from iamcli import interrupts
from support.forked import Done
from support.limits import NEVER, TIMEOUT
from support.processes import blocked, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint


#: What a command says after an interrupt.
UNKNOWN = "interrupted; {} may have taken effect, check first: {}"
#: Commands that save a secret.
DEVICE_LINE = "iam-virtualmfadevicecreate -s phone -b Base32String -o seed"
KEY_LINE = "iam-useraddkey -u bob -o seed"
#: What a program has recorded of signals when it starts.
_AT_START = {n: value for n, value in vars(interrupts.SignalState).items() if n[0] != "_"}


def interrupted(
    run: Shell | ForkRunner,
    endpoint: Endpoint,
    *arguments: str,
    number: signal.Signals = signal.SIGINT,
    requests: int = 1,
    **more: Any,
) -> tuple[int, str, str]:
    """Run ``arguments``, interrupt after ``requests``; return status, output and errors.

    ``more``: further arguments of ``run.start``.
    """
    env = {**run.env, "AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": str(NEVER)}
    process = run.start(*arguments, env=env, stdout=-1, stderr=-1, **more)
    wait_until(lambda: len(endpoint.requests) >= requests)
    process.send_signal(number)
    out, err = process.communicate(timeout=TIMEOUT)
    return Done(process.wait(), out.decode(), err.decode()).data(arguments, env)


def _begin() -> None:
    """Begin as a program does, whatever the tests before and pytest do with signals."""
    for number in (*interrupts.TERMINATING, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name, value in _AT_START.items():
        setattr(interrupts.SignalState, name, value)


def result_of(function: Callable[[], object]) -> Any:
    """Call ``function`` in a child of this process; return what it returns, as JSON has it.

    The handlers that it installs, and what they have recorded, end with the child.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _begin()
            text = json.dumps(function())
            status = 0
        except BaseException:  # noqa: BLE001 - the parent fails with it
            text = traceback.format_exc()
        os.write(writer, text.encode())
        os._exit(status)
    os.close(writer)
    with os.fdopen(reader) as file:
        text = file.read()
    assert os.waitpid(child, 0)[1] == 0, text
    return json.loads(text)


def status_of(function: Callable[[], object]) -> int:
    """Return how a child of this process ends that calls ``function``, which is to end it."""
    child = os.fork()
    if child == 0:
        try:
            _begin()
            function()
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def full_pipe() -> tuple[int, int]:
    """A pipe that takes nothing more until somebody reads."""
    reader, writer = os.pipe()
    fill(writer)
    return reader, writer


def fill(writer: int) -> None:
    """Write to a pipe until it takes nothing more."""
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        fcntl.fcntl(writer, fcntl.F_SETFL, 0)


def shows_key(endpoint: Endpoint, process: int) -> bool:
    """Return whether a process has received a new key and waits for a reader of its output."""
    answered = endpoint.operations[: endpoint.answered]
    return "CreateAccessKey" in answered and blocked(process)
