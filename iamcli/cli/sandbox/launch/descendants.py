"""The processes that a command in the sandbox has started, and that are left when it has ended.

The private IAM ends with the sandbox, so a command in the background would fail that changes the
account in production. The sandbox therefore waits for such processes, but not for ever: a script
may start a daemon. On Linux, this process becomes the parent of those whose own parent has ended;
on other systems it does not know what is left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

from iamcli.cli.running import user_command
from iamcli.cli.sandbox import peers
from iamcli.interrupts import Interruptible

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

    from iamcli.connection.processes import Process
    from iamcli.output.streams import Output

#: The maximum time to wait for processes of the session of the command, and for daemons (seconds).
SESSION, DAEMONS = 60.0, 5.0
#: The maximum time to wait for any process if a signal has ended the command (seconds).
SIGNALLED = 1.0
#: The time after which a terminal shows what the sandbox waits for (seconds).
NOTE = 1.0
#: The interval in which the sandbox looks again at first, and at most (seconds).
_INTERVAL, _MAX_INTERVAL = 0.02, 0.5
#: The option of prctl(2) that makes orphans children of this process.
_SET_CHILD_SUBREAPER = 36
#: The states of a process that does not run: it has ended, or it was stopped.
_ENDED = "ZX"
_STOPPED = "Tt"


class Descendants:
    """The processes that will be started in the sandbox, which is this process.

    ``output``: where to show what it waits for; ``command_started``: whether the command was;
    ``still_running``: those that are after ``wait``. The processes that this process has started
    before do not belong to them.
    """

    def __init__(self, output: Output) -> None:
        self.command_started = False
        self.still_running: list[Process] = []
        self._output = output
        self._signalled = self._stopped = False
        self._reaps = _become_subreaper()
        self._others = {one.number for one in peers.processes() if one.parent == os.getpid()}

    def wait(self, command: subprocess.Popen[bytes]) -> int:
        """Wait for the end of ``command`` and of what it has started; return its status.

        SIGINT, SIGTERM and SIGHUP stop waiting for the latter.
        """
        self.command_started = True
        if not self._reaps:
            return user_command.wait_for(command)
        how = os.WEXITED | os.WNOWAIT  # the status of the command is left to Popen
        with Interruptible():
            while (ended := os.waitid(os.P_ALL, 0, how)) and ended.si_pid != command.pid:
                os.waitpid(ended.si_pid, 0)
        status = command.wait()
        self._signalled = status < 0
        self._wait_for_others()
        return status

    def _wait_for_others(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._stop)
        begun = time.monotonic()
        interval, noted = _INTERVAL, False
        while True:
            _reap()
            passed = time.monotonic() - begun
            started = [one for one in peers.processes() if one.number not in self._others]
            running = peers.descendants(started, os.getpid())
            # The oldest is the first.
            self.still_running = sorted(one for one in running if one.state not in _ENDED)
            awaited = [one for one in self.still_running if passed < self._limit(one)]
            # A child that ended meanwhile may have left others, which were not seen.
            if self._stopped or not (awaited or _reap()):
                return
            if awaited and passed >= NOTE and not noted and self._output.on_terminal():
                names = ", ".join(map(str, awaited))
                self._output.error(f"waiting for {names}; Ctrl-C stops waiting")
                noted = True
            time.sleep(interval)
            interval = min(2 * interval, _MAX_INTERVAL)

    def _limit(self, process: Process) -> float:
        """Return how long to wait for ``process``; one that was stopped may never continue."""
        if process.state in _STOPPED:
            return 0.0
        if self._signalled:
            return SIGNALLED
        return SESSION if process.session == os.getsid(0) else DAEMONS

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopped = True


def _become_subreaper() -> bool:
    """Become the parent of all descendants whose parent ends; return whether that is possible."""
    if sys.platform != "linux":
        return False
    try:
        import ctypes

        return not ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        return False


def _reap() -> bool:
    """Let the children that have ended disappear; return whether there were any."""
    ended_any = False
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            ended_any = True
    return ended_any
