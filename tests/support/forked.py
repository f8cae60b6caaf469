"""Run many commands as processes quickly: each is a fork of a process with all imports done.

A start takes a quarter of a second, nearly all of it for imports; a fork takes a few milliseconds.
The fork runs the command as for a user, with its own streams, variables, directory and exit status.
Tests of what happens while a command is imported start it from a shell instead.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from support.limits import TIMEOUT
from support.streams import data, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import NoReturn

    from support.shell import Shell

    Commands = Mapping[str, Callable[[], object]]

TESTS = Path(__file__).resolve().parent.parent
#: The maximum length of what is told about a command (characters).
MAX_TOLD = 4000
#: A short pause (seconds).
SHORT = 0.02
#: The variable with code that a fork runs before the command, which does not see it.
BEFORE = "FORKED_BEFORE"
#: The processes that fork commands.
SERVERS: set[int] = set()
#: Code that makes the pauses short after which a request is sent again.
HASTY = f"""
from iamcli import interrupts
from iamcli.connection import botocore_patches
botocore_patches.pause = lambda seconds: interrupts.pause(min(seconds, {SHORT}))
"""
#: Code that makes all pauses end at once.
AT_ONCE = "import time; time.sleep = lambda _: None"
#: What ``ForkedPrograms`` puts on PATH: sends its streams, directory, arguments and variables to
#: the server as ``ForkServer.start`` does, and ends as the fork did.
CLIENT = """#!{python} -IS
import _signal, _socket, posix, sys
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
server.connect({path!r})
arguments = [sys.argv[0].rpartition("/")[2], *sys.argv[1:]]
message = [posix.getcwd(), str(len(arguments)), *arguments]
rest = "\\0".join(message).encode("utf-8", "surrogateescape")
rest += b"".join(b"\\0%b=%b" % variable for variable in posix.environ.items())
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
server.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
while rest:
    rest = rest[server.send(rest):]
server.shutdown(_socket.SHUT_WR)
answer = b"".join(iter(lambda: server.recv(64), b""))
status = int((answer.split() or [99])[-1])
if status < 0:
    if -status != _signal.SIGKILL:
        _signal.signal(-status, _signal.SIG_DFL)
    posix.kill(posix.getpid(), -status)
posix._exit(status)
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

    def data(self, arguments: Sequence[str], env: Mapping[str, str], *, seen: bool = True) -> Done:
        """Return this without the errors in ``out``, which are checked.

        ``env``: the variables of the command. ``seen``: whether ``err`` is what it wrote there.
        """
        errors = self.err if seen else None
        return self._replace(out=data(arguments, env, self.status, self.out, errors))


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
            # The code of this checkout, wherever the environment is, and this package.
            "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


class Forked:
    """A command that runs in a fork, used as one that is a process."""

    def __init__(self, connection: socket.socket, files: list[BinaryIO | None]) -> None:
        self._answers = connection.makefile("rb")
        self._files = files
        self._lock = threading.Lock()
        #: The process of the command, and its status as subprocess has it, None while it runs.
        self.pid = int(self._answers.readline())
        self.returncode: int | None = None
        # With it, a signal cannot reach another process. macOS has none.
        self._descriptor: int | None = None
        with contextlib.suppress(ProcessLookupError, AttributeError):
            self._descriptor = os.pidfd_open(self.pid)

    def send_signal(self, number: int) -> bool:
        """Send a signal to the command; return False if it has ended."""
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self._descriptor is not None:
                signal.pidfd_send_signal(self._descriptor, number)
                return True
            if self.returncode is None and not hasattr(os, "pidfd_open"):
                os.kill(self.pid, number)
                return True
        return False

    def wait(self) -> int:
        """Wait until the command ends; return its status."""
        if self.returncode is None:
            self.returncode = int(self._answers.readline())
            self._answers.close()
            with self._lock:
                if self._descriptor is not None:
                    os.close(self._descriptor)
                self._descriptor = None
        return self.returncode

    def communicate(self, timeout: float = TIMEOUT) -> tuple[bytes, bytes]:  # noqa: ARG002
        """Wait until the command ends; return what it wrote, b"" for a stream of the caller.

        ``timeout``: as subprocess has it; here every command is killed after TIMEOUT.
        """
        self.wait()
        out, err = map(_content, self._files)
        return out, err


def _content(file: BinaryIO | None) -> bytes:
    if file is None:
        return b""
    with file:
        file.seek(0)
        return read(file.read())


class ForkServer:
    """A process that forks commands; ``names``: programs that are not of this project."""

    def __init__(self, *names: str) -> None:
        self._place = tempfile.TemporaryDirectory()
        #: The socket to which it listens.
        self.address = f"{self._place.name}/socket"
        self._process = _start(self.address, *names)
        SERVERS.add(self._process.pid)
        assert self._process.stdout
        self._process.stdout.readline()

    def start(
        self,
        *arguments: str,
        env: Mapping[str, str],
        folder: Path,
        stdin: BinaryIO,
        written: Iterable[int],
        before: str = "",
    ) -> Forked:
        """Start ``arguments``, the name of a command first.

        ``written``: descriptors for standard output and standard error, or PIPE for what
        ``communicate`` returns. ``before``: code that the fork runs first.
        """
        variables = [f"{name}={value}" for name, value in {**env, BEFORE: before}.items()]
        message = [str(folder), str(len(arguments)), *arguments, *variables]
        files: list[Any] = [tempfile.TemporaryFile() if n == PIPE else None for n in written]  # noqa: SIM115
        outputs = [
            file.fileno() if file else number for file, number in zip(files, written, strict=True)
        ]
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(self.address)
            socket.send_fds(connection, [b"."], [stdin.fileno(), *outputs])
            connection.sendall("\0".join(message).encode("utf-8", "surrogateescape"))
            connection.shutdown(socket.SHUT_WR)
            return Forked(connection, files)

    def close(self) -> None:
        """End the process."""
        SERVERS.remove(self._process.pid)
        self._process.communicate()
        self._place.cleanup()


class ForkRunner:
    """Runs commands as a Shell does, in forks."""

    def __init__(self, fork_server: ForkServer, shell: Shell) -> None:
        self._forks = fork_server
        self._running: Forked | None = None
        self.home = shell.home
        self.env = shell.env

    def __call__(
        self,
        *arguments: str,
        stdin: str | bytes = b"",
        stdout: str | None = "",
        stderr: str | None = None,
        env: Mapping[str, str] | None = None,
        before: str = "",
    ) -> Done:
        """Run ``arguments``; ``env`` changes variables, "" removes one.

        ``stdout`` names a device to write to instead, None closes the descriptor; ``stderr`` names
        a device for standard error. ``before``: code that the fork runs first.
        """
        changed = {**self.env, **(env or {})}
        if stdout is None:
            before = f"import os\nos.close(1)\n{before}"
        with contextlib.ExitStack() as opened:
            written = [PIPE, PIPE]
            for place, name in enumerate((stdout, stderr)):
                if name:
                    # A terminal must not become that of the tests.
                    written[place] = os.open(name, os.O_WRONLY | os.O_NOCTTY)
                    opened.callback(os.close, written[place])
            self._running = self.start(
                *arguments,
                env=env,
                stdin=stdin.encode() if isinstance(stdin, str) else stdin,
                stdout=written[0],
                stderr=written[1],
                before=before,
            )
            texts = self._running.communicate()
        out, err = (text.decode("utf-8", "surrogateescape") for text in texts)
        done = Done(self._running.wait(), out, err).told(arguments, env)
        # Nobody looks at a device for errors.
        return done if stdout != "" else done.data(arguments, changed, seen=stderr is None)

    def start(
        self,
        *arguments: str,
        stdin: bytes = b"",
        stdout: int | BinaryIO = PIPE,
        stderr: int | BinaryIO = PIPE,
        env: Mapping[str, str] | None = None,
        before: str = "",
    ) -> Forked:
        """Start ``arguments`` and return the process.

        ``stdout`` and ``stderr``: files, or PIPE for what ``communicate`` returns.
        """
        changed = {**self.env, **(env or {})}
        with tempfile.TemporaryFile() as given:
            given.write(stdin)
            given.seek(0)
            return self._forks.start(
                *arguments,
                env={name: value for name, value in changed.items() if value != ""},
                folder=self.home,
                stdin=given,
                written=[
                    file if isinstance(file, int) else file.fileno() for file in (stdout, stderr)
                ],
                before=before,
            )

    def kill(self, number: int) -> bool:
        """Send a signal to the command that is running; return False if none is."""
        return self._running is not None and self._running.send_signal(number)


class ForkedPrograms:
    """A directory for PATH: its programs run in forks, for scripts that call many."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bin"
        self.folder.mkdir()

    def add(self, names: Sequence[str], server: ForkServer) -> None:
        """Add programs that ``server`` forks."""
        program, python = self.folder / names[0], Path(sys.executable).resolve()
        program.write_text(CLIENT.format(python=python, path=server.address))
        program.chmod(0o755)
        for name in names[1:]:
            (self.folder / name).symlink_to(program.name)


def all_commands() -> Commands:
    """Import everything that commands import, also while they run."""
    from iamcli.cli import index, main
    from iamcli.cli.run.warmup import import_all, warm_up

    import_all("iamcli.cli.sandbox")
    warm_up()
    # This reads a large file.
    sysconfig.get_config_vars()
    commands: dict[str, Callable[[], object]] = {c.name: c for c in index.commands()}
    return commands | {"iamcli": main}


def aws() -> Callable[[], object]:
    """Return the program ``aws``, which has read its description of IAM."""
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()
    with contextlib.redirect_stdout(None):
        driver.main(["iam", "get-user", "--generate-cli-skeleton", "output"])
    return lambda: os._exit(driver.main(sys.argv[1:]))


def listen(run: Callable[[socket.socket], NoReturn], address: str) -> None:
    """Call ``run`` in a fork for each connection to ``address``, until standard input ends.

    The process of the command is sent at once, and its status when it has ended.
    """
    ended, woken = socket.socketpair()
    woken.setblocking(False)  # noqa: FBT003 - it has no name
    running: dict[int, socket.socket] = {}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(address)
        server.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
        # Passwords are asked for on the terminal of the script, not on that of the tests.
        os.setsid()
        while True:
            ready, _, _ = select.select([server, sys.stdin, ended], [], [])
            if sys.stdin in ready:
                return
            if ended in ready:
                ended.recv(1 << 16)
            if server in ready:
                connection, _ = server.accept()
                # The child waits for its command, so that the commands of a pipeline run together.
                child = os.fork()
                if child == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    run(connection)
                running[child] = connection
                _send(connection, child)
            for child, status in _ended():
                with running.pop(child) as connection:
                    _send(connection, status)


def _send(connection: socket.socket, number: int) -> None:
    # The client may have been killed.
    with contextlib.suppress(BrokenPipeError):
        connection.sendall(b"%d\n" % number)


def _ended() -> Iterator[tuple[int, int]]:
    """Yield the children that have ended, and their statuses."""
    with contextlib.suppress(ChildProcessError):
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            yield child, os.waitstatus_to_exitcode(status)


def become(commands: Commands, connection: socket.socket) -> NoReturn:
    """Run in this process the command that a CLIENT asks for; never return."""
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    received = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    folder, count, *rest = os.fsdecode(received).split("\0")
    arguments, variables = rest[: int(count)], rest[int(count) :]
    env = dict(variable.split("=", 1) for variable in variables)
    # A command that does not end is killed.
    signal.alarm(TIMEOUT)
    if not arguments[0].startswith("iam-"):
        # As Python begins.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - ends with the process
    os.closerange(3, 64)
    os.environ.clear()
    before = env.pop(BEFORE, "")
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = arguments
    try:
        exec(before, {})
        commands[arguments[0]]()
    except BaseException:  # noqa: BLE001 - Python would show it, and so does this
        import traceback

        traceback.print_exc()
    finally:
        os._exit(99)


if __name__ == "__main__":
    gc.disable()
    programs = {"aws": aws()} if sys.argv[2:] else all_commands()
    # Garbage collection in a fork would copy what it has in common with this process.
    gc.collect()
    gc.freeze()
    gc.enable()
    listen(functools.partial(become, programs), sys.argv[1])
