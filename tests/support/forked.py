"""Run many commands as processes quickly: each is a fork of a process with all imports done.

A start takes a quarter of a second, nearly all of it for imports; a fork takes a few milliseconds.
The fork runs the command as for a user, with its own streams, variables, directory and exit status.
Tests of what happens while a command is imported start it from a shell instead.
"""

from __future__ import annotations

import array
import contextlib
import importlib
import json
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from support.shell import Shell

    Commands = Mapping[str, Callable[[], object]]

ROOT = Path(__file__).resolve().parent.parent.parent
#: Seconds after which a command that has not ended is killed.
TIMEOUT = 30
#: The maximum length of what is told about a command (characters).
MAX_TOLD = 4000
#: A short pause (seconds).
SHORT = 0.02
#: What commands import while they run.
IMPORTED = (
    "botocore.configprovider",
    "botocore.retries.adaptive",
    "botocore.retries.special",
    "botocore.retries.standard",
    "encodings.idna",
    "iamcli.cli.group",
    "iamcli.cli.check.command",
    "iamcli.cli.doctor.command",
    "iamcli.cli.explain.command",
    "iamcli.cli.snapshot.command",
    "iamcli.client.client",
    "iamcli.client.lookups",
    "iamcli.client.pages",
    "iamcli.client.service",
    "iamcli.client.sources",
    "iamcli.client.waiting",
    "iamcli.config.characters",
    "iamcli.hints.table",
    "iamcli.operations.deletion",
    "iamcli.operations.one_time_secrets",
    "iamcli.operations.pagination",
    "iamcli.quoting",
    "iamcli.cli.doctor.examination",
    "iamcli.cli.explain.report",
    "segno",
    "iamcli.output.redaction",
    "iamcli.runner",
    "iamcli.cli.snapshot.converter",
    "iamcli.cli.snapshot.reader",
)
#: What ``ForkedPrograms`` puts on PATH: sends its streams, directory, arguments and variables to
#: the server, and ends as the fork did.
CLIENT = """#!{python} -IS
import _socket, array, os, sys
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
server.connect({path!r})
arguments = [os.path.basename(sys.argv[0]), *sys.argv[1:]]
message = [os.getcwd(), str(len(arguments)), *arguments, *map("=".join, os.environ.items())]
streams = array.array("i", [0, 1, 2])
server.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
rest = os.fsencode("\\0".join(message))
while rest:
    rest = rest[server.send(rest):]
server.shutdown(_socket.SHUT_WR)
status = int(server.recv(16) or 99)
if status < 0:
    os.kill(os.getpid(), -status)
os._exit(status)
"""


class Done(NamedTuple):
    """A process that has ended: its status and what it wrote."""

    status: int
    out: str
    err: str

    def told(self, arguments: Iterable[object], env: Mapping[str, str] | None = None) -> Done:
        """Return this, after it was told; ``env``: the variables that were changed for it."""
        changed = [f"{name}={value}" for name, value in (env or {}).items()]
        line = shlex.join([*changed, *map(str, arguments)])
        tell(f"$ {line}", f"{self.out}{self.err}(status {self.status})")
        return self


def tell(what: str, came: str) -> None:
    """Write what was run or sent, and what came of it; pytest shows that if the test fails."""
    more = f"\n({len(came) - MAX_TOLD} characters more)" if len(came) > MAX_TOLD else ""
    text = f"{what}\n{came[:MAX_TOLD]}{more}\n"
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode())


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    """Start this file as the process that forks."""
    return subprocess.Popen(
        [sys.executable, str(Path(__file__)), *arguments],
        env={
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": "/nonexistent",
            # The code of this checkout, wherever the environment is.
            "PYTHONPATH": str(ROOT),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


class ForkServer:
    """A process that forks a command for each request."""

    def __init__(self) -> None:
        self._process = _start()
        self._lock = threading.Lock()
        #: A descriptor of the process of the command that is running.
        self._running: int | None = None

    def run(
        self,
        *arguments: str,
        env: Mapping[str, str],
        folder: Path,
        stdin: bytes = b"",
        stdout: str | None = "",
        stderr: str | None = None,
        hasty: bool = False,
    ) -> Done:
        """Run ``arguments``, the name of a command first, and return how that ended.

        ``stdout`` names a device to write to instead, None closes the descriptor; ``stderr`` names
        a device for standard error. ``hasty``: a pause before a request is sent again is short.
        """
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / "in").write_bytes(stdin)
            order = {
                "arguments": arguments,
                "env": dict(env),
                "folder": str(folder),
                "in": f"{place}/in",
                "out": stdout if stdout != "" else f"{place}/out",
                "err": stderr or f"{place}/err",
                "hasty": hasty,
            }
            status = self._sent(order)
            out, err = Path(place) / "out", Path(place) / "err"
            return Done(
                status,
                out.read_bytes().decode("utf-8", "surrogateescape") if out.exists() else "",
                err.read_bytes().decode("utf-8", "surrogateescape") if err.exists() else "",
            )

    def kill(self, number: int) -> bool:
        """Send a signal to the command that is running; return False if none is."""
        with self._lock:
            if self._running is None:
                return False
            try:
                signal.pidfd_send_signal(self._running, number)
            except ProcessLookupError:
                return False
            return True

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _sent(self, order: dict[str, Any]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        process = int(self._process.stdout.readline())
        # Without these descriptors, as on macOS, ``kill`` finds no command.
        with contextlib.suppress(ProcessLookupError, AttributeError):
            self._running = os.pidfd_open(process)
        status = int(self._process.stdout.readline())
        with self._lock:
            if self._running is not None:
                os.close(self._running)
            self._running = None
        return status


class ForkRunner:
    """Runs commands as a Shell does, in forks."""

    def __init__(self, fork_server: ForkServer, shell: Shell) -> None:
        self._forks = fork_server
        self.home = shell.home
        self.env = shell.env

    def __call__(
        self,
        *arguments: str,
        stdin: str | bytes = b"",
        stdout: str | None = "",
        stderr: str | None = None,
        env: Mapping[str, str] | None = None,
        hasty: bool = False,
    ) -> Done:
        """Run ``arguments``; ``env`` changes variables, "" removes one."""
        changed = {**self.env, **(env or {})}
        done = self._forks.run(
            *arguments,
            env={name: value for name, value in changed.items() if value != ""},
            folder=self.home,
            stdin=stdin.encode() if isinstance(stdin, str) else stdin,
            stdout=stdout,
            stderr=stderr,
            hasty=hasty,
        )
        return done.told(arguments, env)

    def kill(self, number: int) -> bool:
        """Send a signal to the command that is running; return False if none is."""
        return self._forks.kill(number)


class ForkedPrograms:
    """A directory for PATH: its programs run in forks, for scripts that call many.

    ``names``: programs of this project, and ``aws``.
    """

    def __init__(self, folder: Path, names: list[str]) -> None:
        self.folder = folder / "bin"
        self.folder.mkdir()
        address = str(folder / "socket")
        program = self.folder / names[0]
        program.write_text(CLIENT.format(python=sys.executable, path=address))
        program.chmod(0o755)
        for name in names[1:]:
            (self.folder / name).symlink_to(program.name)
        self._process = _start(address, *(["aws"] if "aws" in names else []))
        assert self._process.stdout
        self._process.stdout.readline()

    def close(self) -> None:
        """End the process that forks."""
        self._process.communicate()


def all_commands() -> Commands:
    """Import everything that commands import, also while they run."""
    for name in IMPORTED:
        importlib.import_module(name)
    from iamcli.cli import main
    from iamcli.cli.run.warmup import warm_up
    from iamcli.commands import index

    warm_up()
    commands: dict[str, Callable[[], object]] = {c.name: c for c in index.commands()}
    return commands | {"iamcli": lambda: os._exit(main())}


def aws() -> Callable[[], object]:
    """Return the program ``aws``, which has read its description of IAM."""
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()
    with contextlib.redirect_stdout(None):
        driver.main(["iam", "get-user", "--generate-cli-skeleton", "output"])
    return lambda: os._exit(driver.main(sys.argv[1:]))


def serve(commands: Commands) -> None:
    """Fork a command for each line of standard input; answer with its process and its status."""
    # A fork can be interrupted at any time.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for line in sys.stdin.buffer:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            streams = [
                os.open(order["in"], os.O_RDONLY),
                None
                if order["out"] is None
                else os.open(order["out"], os.O_WRONLY | os.O_CREAT, 0o600),
                os.open(order["err"], os.O_WRONLY | os.O_CREAT, 0o600),
            ]
            if order["hasty"]:
                make_hasty()
            become(commands, streams, order["folder"], order["arguments"], order["env"])
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        sys.stdout.write(f"{_status(child)}\n")
        sys.stdout.flush()


def listen(commands: Commands, address: str) -> None:
    """Fork a command for each connection to ``address``, until standard input ends."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(address)
        server.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # Passwords are asked for on the terminal of the script, not on that of the tests.
        os.setsid()
        while True:
            ready, _, _ = select.select([server, sys.stdin], [], [])
            if server not in ready:
                return
            connection, _ = server.accept()
            # The child waits for its command, so that the commands of a pipeline run together.
            if os.fork() == 0:
                answer(commands, connection)
            connection.close()
            while _reaped():
                pass


def answer(commands: Commands, connection: socket.socket) -> None:
    """Run the command that a CLIENT asks for, send its exit status; never return."""
    _, ancillary, _, _ = connection.recvmsg(1, socket.CMSG_SPACE(3 * array.array("i").itemsize))
    descriptors = array.array("i", ancillary[0][2])
    received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    folder, count, *rest = os.fsdecode(received).split("\0")
    arguments, variables = rest[: int(count)], rest[int(count) :]
    child = os.fork()
    if child == 0:
        env = dict(variable.split("=", 1) for variable in variables)
        become(commands, list(descriptors), folder, arguments, env)
    for descriptor in descriptors:
        os.close(descriptor)
    connection.sendall(str(_status(child)).encode())
    os._exit(0)


def make_hasty() -> None:
    """Make the pauses short after which botocore sends a request again."""
    from botocore import endpoint

    endpoint.time = SimpleNamespace(sleep=lambda seconds: time.sleep(min(seconds, SHORT)))


def _status(child: int) -> int:
    """Wait for a child; return its status as subprocess does."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _reaped() -> bool:
    """Return whether there was a child that had ended."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def become(
    commands: Commands,
    streams: list[int | None],
    folder: str,
    arguments: list[str],
    env: dict[str, str],
) -> None:
    """Run the command in this process with these streams, variables and folder; never return."""
    signal.alarm(TIMEOUT)
    if not arguments[0].startswith("iam-"):
        # As Python begins; iamcli.commands restores the default in a program of that name.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, descriptor in enumerate(streams):
        if descriptor is None:
            os.close(number)
        else:
            os.dup2(descriptor, number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - ends with the process
    os.closerange(3, 64)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = arguments
    try:
        commands[arguments[0]]()
    except BaseException:  # noqa: BLE001 - Python would show it, and so does this
        import traceback

        traceback.print_exc()
    finally:
        os._exit(99)


if __name__ == "__main__":
    if sys.argv[1:]:
        more = {"aws": aws()} if sys.argv[2:] else {}
        listen({**all_commands(), **more}, sys.argv[1])
    else:
        serve(all_commands())
