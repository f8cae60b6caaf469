"""A private IAM on this machine, to try things on: moto, and a command that sees nothing else."""

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

#: How long the server may take to listen, and to end (seconds).
TIMEOUT = 60

ACCESS_KEY = "AKIASANDBOXSANDBOX00"
SECRET_KEY = "nothing-here-is-secret"  # noqa: S105 - it opens nothing

#: Variables that could lead requests elsewhere, or read files that set such variables.
REMOVED_VARIABLES = (
    *("CLIENT_CONFIG_FILE", "BASH_ENV", "ENV"),
    *("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"),
)

#: The option that keeps a shell from its start-up files: a real endpoint may be set there.
WITHOUT_STARTUP = {
    "bash": "--norc",
    "csh": "-f",
    "fish": "--no-config",
    "tcsh": "-f",
    "zsh": "-f",
}

# The child runs the same iamcli, and imports what this process would import; nothing is imported
# from the current folder, which "python -c" puts first. Python 3.13 even does so before it begins.
_SAFELY = ("-P",) if sys.version_info >= (3, 11) else ()
_CHILD = (
    "import sys; sys.path = sys.argv[1:2]; import iamcli; sys.path = sys.argv[2:]; "
    "from iamcli.sandbox.server import main; main()"
)


class Server(NamedTuple):
    """A running server: its ``url``, and a ``credential_file`` with keys that it takes.

    ``pipe`` is what keeps it running; it ends when this is closed, or with this process.
    """

    url: str
    credential_file: str
    pipe: IO[bytes]

    def ends_with(self, process: int) -> None:
        """Name the process that is hung up if the sandbox is killed; 0 for none."""
        with contextlib.suppress(BrokenPipeError):  # without the server there is nobody to tell
            self.pipe.write(b"%d\n" % process)


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Run an empty private IAM on a free port of the loopback interface.

    It ends, and its files are removed, on leaving the context and whatever ends this process.
    Raises Failure where it does not come to listen.
    """
    ours = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    child = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, *_SAFELY, "-c", _CHILD, ours, *filter(None, sys.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=_without_aws_variables(os.environ),
        start_new_session=True,  # Ctrl-C is for the command; the pipe tells this one
    )
    assert child.stdin  # noqa: S101 - asked for above
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
            # Somebody may have killed the server, which removes it otherwise.
            shutil.rmtree(os.path.dirname(credential_file), ignore_errors=True)


def run(command: Sequence[str], say: Callable[[str], None]) -> int:
    """Run ``command``, or an interactive shell where it is empty, with a private IAM.

    ``say`` tells the user a line. Returns the exit status as a shell gives it: 128 + N where
    signal N ended the command, 127 where it is not found, 126 where it cannot be executed. Raises
    Failure where the server does not run.
    """
    with server() as private:
        env = environment(private, os.environ)
        terminate = signal.SIGTERM
        if not command:
            command = _shell(env)
            terminate = signal.SIGHUP  # interactive shells ignore SIGTERM
            say(f"a private IAM at {private.url}, and nothing here reaches AWS; exit ends it")
        try:
            return _run(command, env, private, terminate)
        except FileNotFoundError:
            say(f"{command[0]}: not found; is it installed, and on PATH?")
            return 127
        except OSError as error:
            say(f"{command[0]}: cannot be executed: {error.strerror}")
            return 126


def environment(private: Server, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the ``inherited`` variables, changed so that every client finds only ``private``.

    Raises Failure where the iam-* commands are not found.
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
        # For `aws` and whatever else uses an SDK: the files could name profiles and endpoints.
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
        raise Failure(f"the sandbox's server does not listen after {TIMEOUT} seconds; try again")
    report = json.loads(pipe.read() or "{}")
    if not report:
        raise Failure("the sandbox's server ended before it listened; try again")
    if "failure" in report:
        raise Failure(f"the sandbox cannot run: {report['failure']}")
    return report["url"], report["credential_file"]


def _shell(env: dict[str, str]) -> list[str]:
    shell = env.get("SHELL") or "/bin/sh"
    env["PS1"] = "(iamcli sandbox) $ "
    option = WITHOUT_STARTUP.get(os.path.basename(shell))
    return [shell, option] if option else [shell]


def _run(
    command: Sequence[str], env: Mapping[str, str], private: Server, terminate: signal.Signals
) -> int:
    """Run ``command`` and leave to it how signals end it; ``terminate`` stands for SIGTERM."""
    process = None
    early: list[int] = []

    def pass_on(number: int, _frame: object) -> None:
        if process is None:
            early.append(number)
        elif number != signal.SIGINT or not _in_foreground():
            # In the foreground the terminal has sent Ctrl-C to the command too.
            process.send_signal(terminate if number == signal.SIGTERM else number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, pass_on)
    try:
        process = _start(command, env, private)
    except OSError:
        private.ends_with(0)
        raise
    for missed in early:
        process.send_signal(terminate if missed == signal.SIGTERM else missed)
    status = process.wait()
    private.ends_with(0)
    return 128 - status if status < 0 else status


def _start(
    command: Sequence[str], env: Mapping[str, str], private: Server
) -> subprocess.Popen[bytes]:
    def named() -> None:
        # Before it is the command: this process may be killed as soon as there is one.
        private.ends_with(os.getpid())

    try:
        return subprocess.Popen(command, env=env, preexec_fn=named)  # noqa: PLW1509, S603 - no threads
    except OSError as error:
        found = shutil.which(command[0], path=env["PATH"])
        if error.errno != errno.ENOEXEC or not found:
            raise
        # A script without #! is for sh, as every shell has it.
        shell = ["/bin/sh", found, *command[1:]]
        return subprocess.Popen(shell, env=env, preexec_fn=named)  # noqa: PLW1509, S603


def _in_foreground() -> bool:
    """Tell whether this process belongs to the terminal's foreground, which Ctrl-C ends."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
