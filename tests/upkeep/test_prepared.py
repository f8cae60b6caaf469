"""A prepared server is, and is seen, as one that is started, so that tests can use it instead."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support import leftovers, prepared, processes
from support.processes import environment, fields, running, wait_until
from support.selection import in_full

from iamcli.cli.running import command_server, messages
from iamcli.cli.sandbox.pipe_messages import ServerSettings, StartReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Starts its arguments with what a launcher can have set.
UNUSUAL = """
import os, resource, signal, sys
os.umask(0o037)
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
for number in (signal.SIGINT, signal.SIGUSR1):
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_SETMASK, [signal.SIGUSR2])
os.execv(sys.argv[1], sys.argv[1:])
"""


@contextlib.contextmanager
def started(home: Path, module: str, before: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
    """Run a server, or the client of one, in the directory ``home``, until it has its account."""
    with subprocess.Popen(
        [*before, *command_server.python(module)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(home, TZ="Asia/Tokyo", A="b\udcff"),
        cwd=home,
        start_new_session=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(messages.as_line(ServerSettings()).decode())
        process.stdin.flush()
        assert messages.read(StartReport, process.stdout.readline()).url
        yield process


def seen(process: int) -> dict[str, object]:
    """Return what the system shows of a server, without the numbers of its pipes."""
    place = Path(f"/proc/{process}")
    status = (place / "status").read_text()
    descriptors = [str(path.readlink()) for path in (place / "fd").iterdir()]
    variables = (place / "environ").read_bytes().rstrip(b"\0").split(b"\0")
    caught = int(re.findall(r"^SigCgt:\t(.*)", status, re.MULTILINE)[0], 16)
    return {
        "status": re.findall(r"^(?:Umask|[GU]id|Sig(?:Blk|Ign)):.*", status, re.MULTILINE),
        # The module readline, which Python may import, handles the signal.
        "caught": hex(caught & ~(1 << signal.SIGWINCH - 1)),
        "limits": (place / "limits").read_text(),
        "descriptors": sorted(re.sub(r"\d+", "", name) for name in descriptors),
        "directory": (place / "cwd").readlink(),
        "variables": sorted(variables),
        "is the leader of its session": fields(process)[3] == str(process),
    }


@pytest.mark.parametrize("command", [in_full(()), (sys.executable, "-c", UNUSUAL)])
def test_it_has_what_the_client_hands_over(tmp_path, command):
    with started(tmp_path, prepared.SERVER, command) as server:
        expected = seen(server.pid)
    with started(tmp_path, prepared.module(prepared.SERVER), command) as client:
        (process,) = running(tmp_path).keys() - {client.pid}
        assert seen(process) == expected


def test_it_is_seen_when_its_client_was_killed(tmp_path, monkeypatch):
    # What stays has had long enough to end.
    monkeypatch.setattr(processes, "TIMEOUT", 0.1)
    with started(tmp_path, prepared.module(prepared.SERVER)) as client:
        client.kill()
        client.wait()
        # The pipe whose end it waits for is still open.
        ((_, line),) = running(tmp_path).items()
        assert "prepared.py" in line
        killed, *files = leftovers.left(tmp_path)
    assert (killed, len(files)) == (line, 1)
    wait_until(lambda: not running(tmp_path))
    shutil.rmtree(files[0])


def test_what_fails_before_it_runs_is_on_standard_error(tmp_path):
    """A client can have too many descriptors."""
    with contextlib.ExitStack() as opened:
        many = [opened.enter_context(open(os.devnull)).fileno() for _ in range(prepared.MOST)]  # noqa: PTH123
        done = subprocess.run(
            command_server.python(prepared.module(prepared.SERVER)),
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            pass_fds=many,
            check=False,
        )
    *_, last = done.stderr.splitlines()
    expected = f"AssertionError: of {prepared.MOST + 3} descriptors, {prepared.MOST - 1} came"
    assert (done.returncode, done.stdout, last) == (1, "", expected)
