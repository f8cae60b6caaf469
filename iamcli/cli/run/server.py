"""The server of ``iamcli run``: a process that has imported everything, and forks for each command.

It listens on a socket that ``iamcli run`` has opened, ends when ``iamcli run`` has ended and no
command runs any more, and prints statistics then. It only waits and forks: the fork reads what the
console program sends, and the connection pool is another process.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import shutil
import signal
import socket
import sys
from collections import Counter

from iamcli import handover
from iamcli.cli.run import pool, program, spare
from iamcli.cli.run.pooled import Pool
from iamcli.cli.run.warmup import import_all, warm_up
from iamcli.cli.running import messages
from iamcli.cli.running.command_server import Done
from iamcli.client.client import Client

#: Signals that the server does not ignore: those of faults, and those that it needs. The others are
#: for the script, whose process group the server is in; the server ends with ``iamcli run``.
_NOT_IGNORED = {
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGABRT,
    signal.SIGTRAP,
    signal.SIGKILL,
    signal.SIGSTOP,
    signal.SIGCHLD,
}
#: The variables of the server, which reads no configuration and asks no service for credentials.
_VARIABLES = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
#: That a command was started in the server, and why it was not, if nothing differs.
STARTED = "started"
NOT_AT_ONCE = "not taken at once by the server"


def main() -> None:
    """Run the server.

    The arguments are the path of the socket and its descriptor. Standard input ends when
    ``iamcli run`` ends.
    """
    path, descriptor = sys.argv[-2:]
    os.chdir("/")
    for number in signal.valid_signals() - _NOT_IGNORED:
        signal.signal(number, signal.SIG_IGN)
    # A parent may have blocked SIGCHLD, without which the server would not end.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    identity = handover.identity()
    # A fork sets the variables of its program. Until then, the user's have no effect.
    for name in list(os.environ):
        if not name.startswith(handover.START_PREFIXES):
            del os.environ[name]
    os.environ.update(_VARIABLES)
    # To search what imports create for garbage would take a tenth of the time.
    gc.disable()
    import_all("iamcli.cli")
    gc.freeze()
    gc.enable()
    listener = socket.socket(fileno=int(descriptor))
    with pool.started(path + "-connections", listener) as pipe:
        Client.make_session = Pool(path + "-connections").session
        warm_up()
        gc.collect()
        gc.freeze()
        server = ForkServer(listener, identity)
        # Tells iamcli run that commands are taken at once from now on.
        os.write(1, b"\n")
        alone = server.serve()
        shutil.rmtree(os.path.dirname(path), ignore_errors=True)
        listener.close()
        of_pool = pool.statistics(pipe)
    report = Done(alone.pop(STARTED, 0), alone, of_pool)
    with contextlib.suppress(OSError):
        os.write(1, messages.as_line(report))
    # iamcli run waits for the end of standard output, and it does not wait for commands.
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    server.finish()
    os._exit(0)


class ForkServer:
    """Forks for each connection to ``listener``, and counts what becomes of the commands.

    After a command, a spare fork waits for the next one while no command runs.

    ``identity``: as for ``program.become``.
    """

    def __init__(self, listener: socket.socket, identity: dict[str, str]) -> None:
        self._identity = identity
        self._listener = listener
        # The connections, and what became of the commands.
        self._accepted = 0
        self._counts: Counter[str] = Counter()
        differing = enumerate((*identity, *program.COMPARED), program.NOT_RUN + 1)
        self._differing = {status: f"{name} differs" for status, name in differing}
        # The forks that run commands, each with the connection to its program.
        self._running: dict[int, socket.socket] = {}
        self._spare: spare.Spare | None = None
        self._wants_spare = False
        self._ended, wake = os.pipe()
        for end in (self._ended, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._poll = select.poll()
        self._poll.register(self._ended, select.POLLIN)

    def serve(self) -> Counter[str]:
        """Serve until standard input ends; return how many commands started, and why others not."""
        self._listener.settimeout(0)
        for source in (self._listener, sys.stdin):
            self._poll.register(source, select.POLLIN)
        while True:
            ready = self._wait()
            if sys.stdin.fileno() in ready:
                break
            if self._listener.fileno() in ready:
                self._accept()
            elif self._wants_spare and not self._running:
                self._wants_spare = False
                self._spare = spare.make(self._identity)
        if self._spare:
            os.kill(self._spare.process, signal.SIGKILL)
        self._poll.unregister(self._listener)
        self._poll.unregister(sys.stdin)
        with contextlib.suppress(OSError):
            while True:
                self._listener.accept()[0].close()
                self._accepted += 1
        for connection in self._running.values():
            self._count(connection, 0)
        return self._counts + Counter({NOT_AT_ONCE: self._accepted - self._counts.total()})

    def _count(self, connection: socket.socket, status: int) -> None:
        """Count a command whose fork still runs or has ended with ``status``."""
        # The fork, which shares this flag, sets it when the command starts.
        if os.get_blocking(connection.fileno()):
            self._counts[STARTED] += 1
        elif status in self._differing:
            self._counts[self._differing[status]] += 1

    def finish(self) -> None:
        """Wait for the commands that still run, and for the end of the spare fork."""
        while self._running or self._spare:
            self._wait()

    def _wait(self) -> set[int]:
        """Wait until something happens; deal with programs and forks that ended."""
        ready = {number for number, _ in self._poll.poll()}
        for process, connection in self._running.items():
            if connection.fileno() in ready:
                # The program has ended.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
                self._poll.unregister(connection)
        if self._ended in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._ended, 1 << 12)
            self._reap()
        return ready

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        self._accepted += 1
        connection.settimeout(0)
        peer = _peer(connection)
        if peer is None:
            connection.close()
            return
        ready, self._spare = self._spare, None
        if ready and ready.take(connection, peer):
            process = ready.process
        else:
            try:
                process = os.fork()
            except OSError:
                connection.close()
                return
            if process == 0:
                signal.set_wakeup_fd(-1)
                program.become(connection, peer, self._identity)
        self._running[process] = connection
        # Only the end of the program is reported, not what it sends to the fork. Linux reports it
        # always, but macOS only if it is asked for.
        self._poll.register(connection, select.POLLHUP)

    def _reap(self) -> None:
        """Forget the forks that have ended, and end a spare fork that somebody has stopped."""
        # On macOS, Python has waitid only from 3.13 on.
        with contextlib.suppress(ChildProcessError):
            while (changed := os.waitpid(-1, os.WNOHANG | os.WUNTRACED))[0]:
                process, status = changed
                stopped = os.WIFSTOPPED(status)
                if self._spare and process == self._spare.process:
                    self._spare.pipe.close()
                    self._spare = None
                    if stopped:
                        os.kill(process, signal.SIGKILL)
                elif not stopped:
                    self._forget(process, status)

    def _forget(self, process: int, status: int) -> None:
        """Report to its program how a fork ended that could not do so itself."""
        connection = self._running.pop(process, None)
        if connection is None:
            return
        status = os.waitstatus_to_exitcode(status)
        self._count(connection, status)
        # The spare fork would be of no use to programs that are refused.
        self._wants_spare = os.get_blocking(connection.fileno())
        if status < 0:
            with contextlib.suppress(OSError):
                connection.send(b"%s %d\n" % (handover.SIGNAL, -status), socket.MSG_DONTWAIT)
        with contextlib.suppress(KeyError, ValueError):
            self._poll.unregister(connection)
        connection.close()


def _peer(connection: socket.socket) -> int | None:
    """Return the process ID of the program, 0 if the system has none.

    Returns None if the program is another user's, or has ended.
    """
    try:
        process, user = handover.peer(connection, socket) or (0, os.geteuid())
    except OSError:
        return None
    return process if user == os.geteuid() else None
