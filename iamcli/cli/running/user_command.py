"""Runs the command that a subcommand of iamcli is given, as a shell would run it."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import pwd
import shutil
import signal
import subprocess

from iamcli.cli.running.unstarted import start_error
from iamcli.interrupts import Interruptible, SignalState, call_each_tick, raise_due

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: The number of ticks after which a signal that ends an interactive shell is sent again: a second.
REPEAT = 4

#: Programs that the passwd entry of a user who must not log in names as the shell.
_NO_LOGIN = ("nologin", "false")


def user_shell(env: Mapping[str, str]) -> str:
    """Return the interactive shell of the user: ``SHELL`` in ``env``, or else the passwd entry.

    If that is no shell, bash and then sh. Source: docs/decisions.md (the interactive shell).
    """
    if env.get("SHELL"):
        return env["SHELL"]
    with contextlib.suppress(KeyError):  # in a container, the user may have no entry
        shell = pwd.getpwuid(os.getuid()).pw_shell
        if os.path.basename(shell) not in _NO_LOGIN and shutil.which(shell):
            return shell
    return shutil.which("bash", path=env.get("PATH")) or "/bin/sh"


def wait_for(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of ``process``, and return its status."""
    with Interruptible():
        return process.wait()


def run(  # noqa: PLR0913 - what differs between iamcli run and the sandbox
    command: Sequence[str],
    env: Mapping[str, str],
    say: Callable[[str], None],
    *,
    runner: str = "iamcli run",
    interactive: bool = False,
    register: Callable[[int], None] = lambda _process: None,
    wait: Callable[[subprocess.Popen[bytes]], int] = wait_for,
) -> int:
    """Run ``command`` with the variables ``env``, forward signals to it, and wait for its end.

    ``say``: called with an error for the user; ``runner``: the subcommand that runs it;
    ``interactive``: whether it is an interactive shell, which ignores SIGTERM, so that it gets
    SIGHUP instead; ``register``: called with the process ID in the new process, and with 0 when it
    has ended; ``wait``: waits for the process that it is called with, and returns its status.
    Returns the exit status as a shell does: 128 + N if signal N ended the command, 127 if it is not
    found, 126 if it cannot be executed. But if SIGINT ended it, returns -SIGINT, so that ``iamcli``
    ends in the same way.
    """

    def forward(number: int, _frame: object) -> None:
        if number != signal.SIGINT or not _in_foreground():
            # In the foreground, the terminal also sends Ctrl-C to the command.
            send(process, number)

    def send(process: subprocess.Popen[bytes], number: int) -> None:
        sent = signal.SIGHUP if interactive and number == signal.SIGTERM else number
        _send(process, sent)
        if interactive and sent == signal.SIGHUP:
            # bash misses a signal that arrives while it shows its prompt.
            ticks = itertools.cycle(range(REPEAT))
            call_each_tick(lambda: None if next(ticks) else _send(process, sent))

    try:
        process = _start(command, env, register)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup(1) sets it
                signal.signal(number, forward)
        if SignalState.due:
            send(process, SignalState.number)
            SignalState.due, SignalState.number = None, 0
        status = wait(process)
    except subprocess.SubprocessError:
        raise_due()
        raise
    except OSError as error:
        register(0)
        say(f"{command[0]}: {start_error(command[0], env, error, runner)}")
        return 127 if isinstance(error, FileNotFoundError) else 126
    register(0)
    return status if status >= 0 or status == -signal.SIGINT else 128 - status


def _start(
    command: Sequence[str], env: Mapping[str, str], register: Callable[[int], None]
) -> subprocess.Popen[bytes]:
    # If it were ignored, the exit status of the command would be lost.
    before = signal.signal(signal.SIGCHLD, signal.SIG_DFL)

    def registered() -> None:
        # In the new process, before it runs the command: iamcli may be killed at any time.
        signal.signal(signal.SIGCHLD, before)
        # After a signal that came before, the command does not run.
        raise_due()
        register(os.getpid())

    def started(program: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        # The command also inherits the descriptors that iamcli was given. There are no threads.
        return subprocess.Popen(  # noqa: S603 - the command of the user
            arguments,
            executable=program,
            env=env,
            close_fds=False,
            preexec_fn=registered,  # noqa: PLW1509
        )

    program = shutil.which(command[0], path=env.get("PATH")) or command[0]
    try:
        return started(program, command)
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise
        # Run a script without #! with sh, as shells do.
        return started("/bin/sh", ["/bin/sh", program, *command[1:]])


def _send(process: subprocess.Popen[bytes], number: int) -> None:
    # Popen.send_signal would take the status of the process, for which the sandbox waits.
    with contextlib.suppress(PermissionError, ProcessLookupError):  # sudo runs as another user
        if process.returncode is None:
            os.kill(process.pid, number)


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
