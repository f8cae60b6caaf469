"""Runs a command with a private IAM: starts the server, and sets the environment."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from typing import NamedTuple

from iamcli.errors import Failure
from iamcli.sandbox import shell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO, Any

    from iamcli.output.streams import Output

#: The time that the server may take to start, and to end (seconds).
TIMEOUT = 60

#: The time after which a signal that ends an interactive shell is sent again (seconds).
REPEAT = 1.0

ACCESS_KEY = "AKIASANDBOXSANDBOX00"
SECRET_KEY = "nothing-here-is-secret"  # noqa: S105 - it is valid nowhere

#: Variables that could send requests elsewhere, or make a shell read files that set such variables.
REMOVED_VARIABLES = (
    *("CLIENT_CONFIG_FILE", "BASH_ENV", "ENV"),
    *("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"),
)

# The server runs the same iamcli with the import path of this process. "python -c" adds the current
# directory, from which nothing must be imported; Python 3.13 does so even before it runs the code.
_SAFE_PATH = ("-P",) if sys.version_info >= (3, 11) else ()
_SERVER_CODE = (
    "import sys; sys.path = sys.argv[1:2]; import iamcli; sys.path = sys.argv[2:]; "
    "from {module} import main; main()"
)


class Server(NamedTuple):
    """A running server: its ``url``, and a ``credential_file`` with keys for it.

    ``found``: whether its account had been kept. ``pipe``: the standard input of the server, which
    ends when the pipe is closed, by this process or because this process ended.
    """

    url: str
    credential_file: str
    found: bool
    pipe: IO[bytes]

    @property
    def folder(self) -> str:
        """The directory of the credential file, which the server removes at its end."""
        return os.path.dirname(self.credential_file)

    def set_command(self, process: int) -> None:
        """Set the process to which the server sends SIGHUP if this process ends; 0 for none."""
        with contextlib.suppress(BrokenPipeError):  # the server has ended
            self.pipe.write(b"%d\n" % process)


@contextlib.contextmanager
def server(module: str = "iamcli.sandbox.server", keep: str = "") -> Iterator[Server]:
    """Run a private IAM on a free port of the loopback interface.

    ``module``: has the ``main`` of the server; only tests set it. ``keep``: the directory of the
    account, or "" for an empty account that is not kept.
    It ends and its files are removed at the end of the context, or when this process ends for any
    reason. Raises Failure if the server does not start, and at its end if the account was not kept.
    """
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    code = _SERVER_CODE.format(module=module)
    child = subprocess.Popen(  # noqa: S603 - a module of this package
        [sys.executable, *_SAFE_PATH, "-c", code, root, *filter(None, sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=_without_aws_variables(os.environ),
        start_new_session=True,  # keeps Ctrl-C from the server, which ends when the pipe closes
    )
    assert child.stdin  # noqa: S101 - for mypy
    assert child.stdout  # noqa: S101
    folder = None
    last: dict[str, str] | None = None
    try:
        with contextlib.suppress(BrokenPipeError):  # it has ended, as the report shows
            child.stdin.write(json.dumps({"keep": keep}).encode() + b"\n")
        running = Server(*_report(child.stdout), child.stdin)
        folder = running.folder
        yield running
    finally:
        child.stdin.close()
        try:
            last = _read(child.stdout)
            child.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()
        if folder:
            # The server removes its files unless it was killed.
            shutil.rmtree(folder, ignore_errors=True)
    if keep and last is None:
        raise Failure(f"the sandbox server was killed; {keep} may lack the last changes")
    if last:
        raise Failure(f"the account was not kept: {last['failure']}")


def run(command: Sequence[str], output: Output, keep: str = "") -> int:
    """Run ``command``, or an interactive shell if it is empty, with a private IAM.

    ``output``: where to report; ``keep``: the directory of the account, or "" for an empty account
    that is not kept. Returns the exit status as a shell does: 128 + N if signal N ended the
    command, 127 if it is not found, 126 if it cannot be executed. Raises Failure if the server does
    not start, or if the account was not kept.
    """
    with server(keep=keep) as private:
        env = environment(private, os.environ)
        terminate = signal.SIGTERM
        if not command:
            command = shell.start(env, private.folder)
            terminate = signal.SIGHUP  # interactive shells ignore SIGTERM
            where = f"{private.url}, kept in {keep}" if keep else private.url
            output.error(f"private IAM at {where}; requests do not reach AWS; type exit to leave")
            if output.on_terminal():
                output.error_text(shell.greeting(env, kept=private.found))
        try:
            return _run(command, env, private, terminate)
        except FileNotFoundError:
            output.error(f"{command[0]}: not found; is it installed and on PATH?")
            return 127
        except OSError as error:
            output.error(f"{command[0]}: cannot be executed: {error.strerror}")
            return 126


def environment(private: Server, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the ``inherited`` variables, changed so that every client uses only ``private``.

    Raises Failure if the iam-* commands are not found.
    """
    from iamcli.installation.home import commands_folder

    folder = commands_folder()
    env = _without_aws_variables(inherited)
    path = env.get("PATH", os.defpath)
    return env | {
        "PATH": f"{folder}{os.pathsep}{path}",
        "AWS_IAM_HOME": str(folder.parent),
        "AWS_IAM_URL": private.url,
        # The iam-* commands use this address also if a script specifies another one.
        "IAMCLI_SANDBOX": private.url,
        "AWS_CREDENTIAL_FILE": private.credential_file,
        # For `aws` and other clients that use an SDK. The shared files could set other endpoints.
        "AWS_ENDPOINT_URL": private.url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _without_aws_variables(inherited: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in inherited.items()
        if not name.startswith("AWS_") and name not in REMOVED_VARIABLES
    }


def _report(pipe: IO[bytes]) -> tuple[str, str, bool]:
    """Return what the server reports: its URL, its credential file, whether an account was kept."""
    if not select.select([pipe], [], [], TIMEOUT)[0]:
        raise Failure(f"the sandbox server did not start within {TIMEOUT} seconds; try again")
    report = _read(pipe)
    if not report:
        raise Failure("the sandbox server ended before it was ready; try again")
    if "failure" in report:
        raise Failure(f"cannot start the sandbox: {report['failure']}")
    return report["url"], report["credential_file"], report["found"]


def _read(pipe: IO[bytes]) -> dict[str, Any] | None:
    """Return the next line of the server; None if it has ended."""
    if not select.select([pipe], [], [], TIMEOUT)[0]:
        return None
    line = pipe.readline()
    return json.loads(line) if line else None


def _run(
    command: Sequence[str], env: Mapping[str, str], private: Server, terminate: signal.Signals
) -> int:
    """Run ``command``, forward signals to it, and return its exit status.

    ``terminate``: the signal to send to the command instead of SIGTERM.
    """
    process = None
    early: list[int] = []

    def forward(number: int, _frame: object) -> None:
        if process is None:
            early.append(number)
        elif number != signal.SIGINT or not _in_foreground():
            # In the foreground, the terminal also sends Ctrl-C to the command.
            send(process, number)

    def send(process: subprocess.Popen[bytes], number: int) -> None:
        sent = terminate if number == signal.SIGTERM else number
        process.send_signal(sent)
        if sent == terminate == signal.SIGHUP:
            # bash misses a signal that arrives while it shows its prompt.
            signal.signal(signal.SIGALRM, lambda *_: process.send_signal(sent))
            signal.setitimer(signal.ITIMER_REAL, REPEAT, REPEAT)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup(1) sets it
            signal.signal(number, forward)
    try:
        process = _start(command, env, private)
    except OSError:
        private.set_command(0)
        raise
    for early_number in early:
        send(process, early_number)
    status = process.wait()
    signal.setitimer(signal.ITIMER_REAL, 0)
    private.set_command(0)
    return 128 - status if status < 0 else status


def _start(
    command: Sequence[str], env: Mapping[str, str], private: Server
) -> subprocess.Popen[bytes]:
    def register() -> None:
        # In the new process, before it runs the command: iamcli may be killed at any time.
        private.set_command(os.getpid())

    try:
        return subprocess.Popen(command, env=env, preexec_fn=register)  # noqa: PLW1509, S603 - no threads
    except OSError as error:
        found = shutil.which(command[0], path=env["PATH"])
        if error.errno != errno.ENOEXEC or not found:
            raise
        # Run a script without #! with sh, as shells do.
        shell = ["/bin/sh", found, *command[1:]]
        return subprocess.Popen(shell, env=env, preexec_fn=register)  # noqa: PLW1509, S603


def _in_foreground() -> bool:
    """Return whether this process is in the foreground process group of its terminal."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
