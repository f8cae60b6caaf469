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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import IO

#: The time that the server may take to start, and to end (seconds).
TIMEOUT = 60

ACCESS_KEY = "AKIASANDBOXSANDBOX00"
SECRET_KEY = "nothing-here-is-secret"  # noqa: S105 - it is valid nowhere

#: Variables that could send requests elsewhere, or make a shell read files that set such variables.
REMOVED_VARIABLES = (
    *("CLIENT_CONFIG_FILE", "BASH_ENV", "ENV"),
    *("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"),
)

#: The option with which a shell skips its start-up files, which may set a real endpoint.
WITHOUT_STARTUP = {
    "bash": "--norc",
    "csh": "-f",
    "fish": "--no-config",
    "tcsh": "-f",
    "zsh": "-f",
}

# The server runs the same iamcli with the import path of this process. "python -c" adds the current
# directory, from which nothing must be imported; Python 3.13 does so even before it runs the code.
_SAFE_PATH = ("-P",) if sys.version_info >= (3, 11) else ()
_SERVER_CODE = (
    "import sys; sys.path = sys.argv[1:2]; import iamcli; sys.path = sys.argv[2:]; "
    "from {module} import main; main()"
)


class Server(NamedTuple):
    """A running server: its ``url``, and a ``credential_file`` with keys for it.

    ``pipe``: the standard input of the server, which ends when the pipe is closed, by this process
    or because this process ended.
    """

    url: str
    credential_file: str
    pipe: IO[bytes]

    def set_command(self, process: int) -> None:
        """Set the process to which the server sends SIGHUP if this process ends; 0 for none."""
        with contextlib.suppress(BrokenPipeError):  # the server has ended
            self.pipe.write(b"%d\n" % process)


@contextlib.contextmanager
def server(module: str = "iamcli.sandbox.server") -> Iterator[Server]:
    """Run an empty private IAM on a free port of the loopback interface.

    ``module``: has the ``main`` of the server; only tests set it.
    It ends and its files are removed at the end of the context, or when this process ends for any
    reason. Raises Failure if the server does not start.
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
    credential_file = None
    try:
        url, credential_file = _report(child.stdout)
        yield Server(url, credential_file, child.stdin)
    finally:
        child.stdin.close()
        child.stdout.close()
        try:
            child.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if credential_file:
            # The server removes its files unless it was killed.
            shutil.rmtree(os.path.dirname(credential_file), ignore_errors=True)


def run(command: Sequence[str], say: Callable[[str], None]) -> int:
    """Run ``command``, or an interactive shell if it is empty, with a private IAM.

    ``say``: called with each line for the user. Returns the exit status as a shell does: 128 + N if
    signal N ended the command, 127 if it is not found, 126 if it cannot be executed. Raises
    Failure if the server does not start.
    """
    with server() as private:
        env = environment(private, os.environ)
        terminate = signal.SIGTERM
        if not command:
            command = _shell(env)
            terminate = signal.SIGHUP  # interactive shells ignore SIGTERM
            say(f"private IAM at {private.url}; requests do not reach AWS; type exit to leave")
        try:
            return _run(command, env, private, terminate)
        except FileNotFoundError:
            say(f"{command[0]}: not found; is it installed and on PATH?")
            return 127
        except OSError as error:
            say(f"{command[0]}: cannot be executed: {error.strerror}")
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


def _report(pipe: IO[bytes]) -> tuple[str, str]:
    """Return the URL and the credential file that the server reports."""
    if not select.select([pipe], [], [], TIMEOUT)[0]:
        raise Failure(f"the sandbox server did not start within {TIMEOUT} seconds; try again")
    report = json.loads(pipe.read() or "{}")
    if not report:
        raise Failure("the sandbox server ended before it was ready; try again")
    if "failure" in report:
        raise Failure(f"cannot start the sandbox: {report['failure']}")
    return report["url"], report["credential_file"]


def _shell(env: dict[str, str]) -> list[str]:
    shell = env.get("SHELL") or "/bin/sh"
    env["PS1"] = "(iamcli sandbox) $ "
    option = WITHOUT_STARTUP.get(os.path.basename(shell))
    return [shell, option] if option else [shell]


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
            process.send_signal(terminate if number == signal.SIGTERM else number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup(1) sets it
            signal.signal(number, forward)
    try:
        process = _start(command, env, private)
    except OSError:
        private.set_command(0)
        raise
    for early_number in early:
        process.send_signal(terminate if early_number == signal.SIGTERM else early_number)
    status = process.wait()
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
