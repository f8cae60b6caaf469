"""The fork that is ready before its command comes: what takes a command, and what is left.

Nothing here depends on when the fork is ready; a command that comes before runs all the same.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.forked import Done
from support.processes import blocked, wait_until
from support.requirements import PATH
from support.served import KEYS, found, servers, statistics
from support.shell import BIN
from support.users import other_user, two_users

from iamcli.cli.run import spare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.shell import Shell
    from support.stub import Endpoint, Stub

pytestmark = pytest.mark.usefixtures("patient", "nothing_left")

READ, SHOWN = "iam-usergetattributes -u bob", "arn:aws:iam::123456789012:user/bob\nAIDA\n"
#: A command that waits for its response until the test releases it.
LIST = "AWS_IAM_URL=$SLOW iam-userlistkeys -u bob"


class Fed:
    """``iamcli run --stats`` with a shell that runs one line after the other."""

    def __init__(self, shell: Shell, *prefix: str) -> None:
        self.home = shell.home
        pipes = {"stdin": -1, "stdout": -1, "stderr": -1}
        start = prefix or ("iamcli",)
        self._process = shell.start(*start, "run", "--stats", "sh", **pipes)

    def begin(self, line: str) -> None:
        """Give the shell a line, which prints its status and ``=`` at its end."""
        self._process.stdin.write(f"{line}; echo $?=\n".encode())
        self._process.stdin.flush()

    def ended(self) -> str:
        """Wait for the end of the line, and return what it has printed."""
        shown = b""
        while not shown.endswith(b"=\n"):
            part = self._process.stdout.readline()
            assert part, self._process.communicate()
            shown += part
        return shown.decode().removesuffix("0=\n")

    def run(self, line: str) -> str:
        """Run a line, and return what it has printed."""
        self.begin(line)
        return self.ended()

    def close(self) -> None:
        """End the shell if it still runs."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def end(self) -> Done:
        """End the shell, and return what ``iamcli run`` has printed."""
        out, err = self._process.communicate()
        return Done(self._process.returncode, out.decode(), err.decode())

    @property
    def forks(self) -> list[int]:
        """The forks of the server, without the connection pool."""
        return servers(self.home)[2:]

    @property
    def spare(self) -> int:
        """The fork that waits for the next command, when there is one."""
        found: list[int] = []

        def look() -> list[int]:
            found[:] = filter(is_spare, self.forks)
            return found

        wait_until(look)
        [process] = found
        return process


def descriptors(process: int) -> list[str]:
    """Return what a process has open, in the order of the numbers."""
    try:
        links = sorted(Path(f"/proc/{process}/fd").iterdir(), key=lambda link: int(link.name))
        return [str(link.readlink()) for link in links]
    except OSError:
        return []


def is_spare(process: int) -> bool:
    """Return whether a fork has nothing open but a socket to the server."""
    *null, pipe = descriptors(process) or [""]
    return null == [os.devnull] * 3 and pipe.startswith("socket:")


class Waiting(NamedTuple):
    """The endpoint of LIST, which responds when ``released`` is set."""

    endpoint: Endpoint
    released: threading.Event


@pytest.fixture
def waiting(shell: Shell, stub: Stub) -> Waiting:
    """The service that LIST waits for."""
    released = threading.Event()
    endpoint = stub.endpoint(KEYS._replace(released=released))
    shell.env["SLOW"] = endpoint.url
    return Waiting(endpoint, released)


@pytest.fixture
def fed(shell: Shell) -> Iterator[Fed]:
    """A shell in ``iamcli run``."""
    with contextlib.closing(Fed(shell)) as running:
        yield running


def folder(process: int) -> str:
    """Return the current directory of a process."""
    return str(Path(f"/proc/{process}/cwd").readlink())


def test_it_takes_the_next_command(waiting, fed):
    # The first command comes before anything is ready.
    assert fed.run(READ) == SHOWN
    first = fed.spare
    assert folder(first) == "/"
    fed.begin(f"cd /usr; {LIST} 9</dev/zero")
    wait_until(lambda: waiting.endpoint.requests)
    assert fed.forks == [first]
    assert (folder(first), "/dev/zero" in descriptors(first)) == ("/usr", True)
    waiting.released.set()
    assert "Active" in fed.ended()
    assert fed.spare != first
    assert statistics(fed.end()) == [2, 2, 1]


def test_two_commands_at_once(waiting, fed):
    fed.run(READ)
    first = fed.spare
    fed.begin(f"{LIST} & {LIST} & wait")
    wait_until(lambda: len(waiting.endpoint.requests) == 2)
    assert len(fed.forks) == 2
    assert first in fed.forks
    waiting.released.set()
    assert fed.ended().count("Active") == 2
    assert fed.spare != first
    assert statistics(fed.end()) == [3, 3, 2]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_one_that_is_killed_or_stopped_is_replaced(number, waiting, fed):
    fed.run(READ)
    first = fed.spare
    os.kill(first, number)
    wait_until(lambda: first not in fed.forks)
    fed.begin(LIST)
    wait_until(lambda: waiting.endpoint.requests)
    assert len(fed.forks) == 1
    waiting.released.set()
    assert "Active" in fed.ended()
    assert fed.spare != first
    assert statistics(fed.end()) == [2, 2, 1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP])
def test_signals_for_the_script_do_not_end_it(number, fed):
    fed.run(READ)
    first = fed.spare
    os.kill(first, number)
    assert fed.run(READ) == SHOWN
    assert statistics(fed.end()) == [2, 2, 1]


def test_it_ends_with_the_server(shell, fed):
    fed.run(READ)
    first = fed.spare
    os.kill(servers(shell.home)[0], signal.SIGKILL)
    wait_until(lambda: first not in servers(shell.home))
    assert fed.run(READ) == SHOWN
    assert fed.end().err == "iamcli: the server ended early; what it has done is unknown\n"


def test_a_hundred_commands_leave_no_process(shell, fed):
    assert fed.run("for n in $(seq 100); do iam-userdel -h >/dev/null || echo $?; done") == ""
    one = fed.spare
    assert fed.forks == [one]
    assert statistics(fed.end()) == [100, 0, 0]
    assert servers(shell.home) == []


@pytest.mark.full
def test_a_command_after_a_long_pause(shell):
    """It is longer than any time limit of the server and of its pool."""
    shell.env["PATH"] = f"{BIN}:{PATH}"
    fed = Fed(shell)
    fed.run(READ)
    first = fed.spare
    fed.run("sleep 4")
    assert fed.spare == first
    assert fed.run(READ) == SHOWN
    assert fed.spare != first
    assert statistics(fed.end()) == [2, 2, 2]


#: Runs iamcli with a server whose spare forks are not ready before there is a file ``begin``.
UNREADY = """
import os, sys
from iamcli.cli import main
from iamcli.cli.running import command_server as module
begun = f"os.path.exists({os.path.abspath('begin')!r})"
wait = f"lambda: [time.sleep(0.01) for _ in iter(lambda: {begun}, True)]"
statements = f"import os, time, iamcli.cli.run.spare as spare; spare.warm_up = {wait}; "
module._SERVER_CODE = module._SERVER_CODE.replace("main()", statements + "main()")
sys.exit(main())
"""


def test_a_command_that_comes_before_it_is_ready(shell):
    fed = Fed(shell, sys.executable, "-c", UNREADY)
    fed.run(READ)
    first = fed.spare
    fed.begin(READ)
    wait_until(lambda: any(map(blocked, found(shell.home, "bin/iam-usergetattributes"))))
    assert fed.forks == [first]
    (shell.home / "begin").touch()
    assert fed.ended() == SHOWN
    assert statistics(fed.end()) == [2, 2, 1]


def test_a_script_does_not_wait_for_it(shell):
    fed = Fed(shell, sys.executable, "-c", UNREADY)
    fed.run(READ)
    assert fed.spare
    assert statistics(fed.end()) == [1, 1, 1]
    # It never became ready.
    assert servers(shell.home) == []


def test_programs_that_are_refused_run_alone(fed):
    fed.run(READ)
    first = fed.spare
    refused = f"PYTHONUNBUFFERED=1 {READ}"
    assert fed.run(f"{refused}; {refused}; {READ}") == SHOWN * 3
    assert fed.spare != first
    done = fed.end()
    assert statistics(done) == [2, 2, 1]
    assert "2 commands started by themselves: PYTHON* differs\n" in done.err


def test_there_is_none_with_a_memory_limit(shell):
    fed = Fed(shell, "sh", "-c", 'ulimit -v 4000000; exec iamcli "$@"', "sh")
    assert fed.run(f"{READ}; {READ}") == SHOWN * 2
    assert fed.forks == []
    done = fed.end()
    assert statistics(done) == [0, 0, 0]
    assert "2 commands started by themselves: the memory limit differs\n" in done.err


def make_one(most: int, *, made: bool) -> None:
    """Make a spare fork in a process that may have no more than so many processes."""
    limit = most, most + 1
    resource.setrlimit(resource.RLIMIT_NPROC, limit)
    one = spare.make({})
    assert resource.getrlimit(resource.RLIMIT_NPROC) == limit
    assert bool(one) == made
    if one:
        one.pipe.close()
        os.waitpid(one.process, 0)


@two_users
@pytest.mark.parametrize(("most", "made"), [(50, False), (1000, True)])
def test_it_leaves_processes_to_the_script(most, *, made):
    """The kernel does not limit root."""
    other_user(lambda: make_one(most, made=made))
