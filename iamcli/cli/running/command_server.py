"""Runs a command whose iam-* commands start in a server: the work of ``iamcli run``."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from typing import NamedTuple

import iamcli
from iamcli.cli.running import messages, user_command
from iamcli.config.files import is_ready
from iamcli.errors import file_error
from iamcli.handover import VARIABLE
from iamcli.interrupts import defer_signals
from iamcli.protection import protected_folder
from iamcli.startup import own_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: The time in which the server is ready, and in which it reports what it has done (seconds).
TIMEOUT = 5.0
#: The maximum length of the path of the folder with the sockets (bytes): macOS limits that of a
#: socket to 103.
_MAX_PATH = 103 - len("/socket-connections")

# A server runs the same iamcli with the import path of this process. "python -c" adds the current
# directory, from which nothing must be imported; Python 3.13 does so even before it runs the code.
_SAFE_PATH = ("-P",) if sys.version_info >= (3, 11) else ()
_SERVER_CODE = (
    "import sys; root, count = sys.argv[1], int(sys.argv[2]); sys.path = [root]; import iamcli; "
    "sys.path = sys.argv[3:3 + count]; from {module} import main; main()"
)


class Done(NamedTuple):
    """How many ``commands`` the server has started, not started by reason, and what it has sent."""

    commands: int
    alone: dict[str, int]
    sent: str


class CommandServer:
    """A running server: the ``address`` of its socket, "" if it could not be started.

    ``reason``: why it could not be started; ``report``: at its end, None if that is unknown.
    """

    def __init__(self) -> None:
        self.address = ""
        self.reason = ""
        self.report: Done | None = None
        self._folder = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server. If that fails, commands run without it, as they do alone."""
        try:
            self._folder = protected_folder("iamcli-run-", _MAX_PATH)
            address = os.path.join(self._folder, "socket")
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
                listener.bind(address)
                listener.listen(1 << 12)
                self._process = subprocess.Popen(  # noqa: S603 - a module of this package
                    python("iamcli.cli.run.server", address, str(listener.fileno())),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=own_environment(),
                    pass_fds=[listener.fileno()],
                    # In a process group of its own, the server would orphan that of the script
                    # whenever a command ends, and the kernel sends SIGHUP to an orphaned process
                    # group if a process in it is stopped. In a session of its own, commands could
                    # not use the terminal.
                )
            self.address = address
        except OSError as error:
            self.reason = file_error(error)

    def wait(self) -> None:
        """Wait until the server takes commands at once, but not longer than the time limit."""
        if self._process and self._process.stdout:
            is_ready(self._process.stdout.fileno(), TIMEOUT)

    def stop(self) -> None:
        """End the server.

        Commands that still run in it, such as background jobs, are not ended.
        """
        if self._process and self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            with contextlib.suppress(ValueError):
                self.report = messages.read(Done, _read(self._process.stdout.fileno(), TIMEOUT))
            self._process.stdout.close()
            # It still runs if it waits for a command.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.2)
        shutil.rmtree(self._folder, ignore_errors=True)


@contextlib.contextmanager
def started() -> Iterator[CommandServer]:
    """Run a server; see ``CommandServer.start``."""
    server = CommandServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


def run(command: Sequence[str], say: Callable[[str], None], *, statistics: bool) -> int:
    """Run ``command``, or a shell if it is empty, with a server; return its exit status.

    ``say``: called with each line for the user; ``statistics``: also with the number of commands,
    requests and connections at the end.
    """
    defer_signals()
    shell = [] if command else [user_command.user_shell(os.environ)]
    with started() as server:
        server.wait()
        env = {**os.environ, VARIABLE: server.address} if server.address else dict(os.environ)
        status = user_command.run(command or shell, env, say, interactive=bool(shell))
    if statistics:
        for line in (
            [f"no server: {server.reason}"] if server.reason else _statistics(server.report)
        ):
            say(line)
    return status


def _statistics(done: Done | None) -> list[str]:
    if not done:
        return ["the server ended early; what it has done is unknown"]
    which = {1: "1 command started by itself"}
    alone = [
        f"{which.get(number, f'{number} commands started by themselves')}: {why}"
        for why, number in done.alone.items()
    ]
    commands = "1 command" if done.commands == 1 else f"{done.commands} commands"
    return [f"{commands}, {done.sent}", *alone]


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs ``main`` of ``module``, which finds ``arguments`` at the end."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(iamcli.__file__)))
    folders = [os.path.abspath(folder) for folder in filter(None, sys.path)]
    code = _SERVER_CODE.format(module=module)
    options = (*_SAFE_PATH, "-c", code, root, str(len(folders)), *folders)
    return [sys.executable, *options, *arguments]


def _read(descriptor: int, timeout: float) -> bytes:
    """Read to the end, but not longer than ``timeout`` (seconds)."""
    content = b""
    limit = time.monotonic() + timeout
    while is_ready(descriptor, max(0.0, limit - time.monotonic())):
        part = os.read(descriptor, 1 << 16)
        if not part:
            break
        content += part
    return content
