"""Hands a command over to the server of ``iamcli run``, which starts it in a few milliseconds.

A console program does so before it imports anything else, so this module uses only modules that are
built in. What is handed over: the arguments, the variables, the directory, the open descriptors,
the umask, and the ignored and blocked signals. The server reads the rest from the process itself.

The command starts only after this process has confirmed that it waits for it. So a command that was
not taken at once runs here, as always; one that was taken never runs twice.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import os
import sys
from _locale import CODESET, nl_langinfo

from iamcli import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The variable with the path of the server's socket.
VARIABLE = "IAMCLI_RUN"
#: The time in which the server must take the command (seconds).
AT_ONCE = 2.0
#: The time after which a signal is handled that came just before this process waits (seconds).
_TICK = 0.25
#: The maximum number of descriptors that the server takes, with those of the directory and of the
#: pipe; the kernel's limit is 253.
MAX_DESCRIPTORS = 202
#: The prefixes of variables that count when a process starts, or when a module is imported.
START_PREFIXES = ("PYTHON", "LD_", "DYLD_", "OPENSSL_", "BOTO_", "GLIBC_", "MALLOC_")
#: The signals that Python itself ignores.
_IGNORED_BY_PYTHON = (_signal.SIGPIPE, getattr(_signal, "SIGXFSZ", 0))
#: The signals that are passed on to the command.
_FORWARDED = (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGCONT)

#: The messages of the server, followed by a number: the process that will run the command, its exit
#: status, the signal that ended it; and of this program, that the command is to start.
READY, EXIT, SIGNAL = b"ready", b"exit", b"signal"
START = b"!"


def identity() -> dict[str, str]:
    """Return what must be equal here and in the server, by the name that ``--stats`` prints."""
    flags = sys.flags
    # With HOME, another directory of packages may be used.
    packages = getattr(sys.modules.get("site"), "USER_SITE", None)
    # Only in UTF-8 mode, it is not that of the locale.
    encoding = "utf-8" if flags.utf8_mode else nl_langinfo(CODESET).lower()
    own: dict[str, object] = {
        f"{prefix}*": sorted(one for one in os.environ.items() if one[0].startswith(prefix))
        for prefix in START_PREFIXES
    }
    own |= {
        "iamcli or Python": (
            (__version__, os.path.realpath(os.path.dirname(__file__)), sys.prefix, sys.version),
            (flags.optimize, flags.dev_mode, flags.isolated, flags.no_site),
            packages in sys.path and packages,
        ),
        "the encoding": (sys.getfilesystemencoding(), encoding),
        "the user or a group": (
            (os.getuid(), os.geteuid(), os.getgid(), os.getegid(), sorted(os.getgroups())),
        ),
    }
    return {name: repr(value) for name, value in own.items()}


def hand_over() -> str:
    """Run the command of this process in the server, and end the process as the command ended.

    Returns "" if there is no server, or if it does not take the command in time; why the command
    failed if the server took it, but ended before the command did.
    """
    address = os.environ.get(VARIABLE)
    if not address or _is_other_command():
        return ""
    import _socket

    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    waiting = _Waiting()
    pipe: tuple[int, ...] = ()
    try:
        # Nothing is written to it, so that the first event is the end of this process.
        pipe = os.pipe()
        connection.settimeout(AT_ONCE)
        connection.connect(address)
        if is_own(connection, _socket, address):
            _offer(connection, _socket, pipe[0], waiting.ignored)
            kind, process = _message(connection)
            if kind == READY and not waiting.received:
                connection.sendall(START)
                waiting.begin_forwarding(process)
    except (OSError, ValueError):
        # If the confirmation was not sent, the command does not start in the server.
        pass
    if waiting.taken:
        return _end(connection, waiting)
    for number in pipe:
        os.close(number)
    connection.close()
    waiting.restore()
    return ""


def _is_other_command() -> bool:
    """Return whether the program was started by a link with the name of another command.

    The server would run the command with that name.
    """
    name = os.path.basename(os.path.realpath(sys.argv[0]))
    return name.startswith("iam-") and name != os.path.basename(sys.argv[0])


class _Waiting:
    """The signals that this process receives while another one runs the command.

    ``ignored``: the signals that this process ignores; ``process``: the process that runs the
    command, 0 before it is known and after it has ended; ``received``: the signals that were
    received before; ``taken``: whether the command was started in the server.
    """

    def __init__(self) -> None:
        self.ignored = [
            number
            for number in range(1, _signal.NSIG)
            if _signal.getsignal(number) is _signal.SIG_IGN and number not in _IGNORED_BY_PYTHON
        ]
        self.process = 0
        self.received: list[int] = []
        self.taken = False
        self._before = {
            number: _signal.signal(number, self._forward)
            for number in _FORWARDED
            if number not in self.ignored
        }

    def begin_forwarding(self, process: int) -> None:
        """From now on, pass signals on to ``process``; those too that came just before."""
        self.process = process
        self.taken = True
        for number in self.received:
            self._forward(number, None)

    def restore(self) -> None:
        """Handle signals as before, those included that were received since."""
        self.process = 0
        for number, handler in self._before.items():
            _signal.signal(number, handler)
        for number in self.received:
            os.kill(os.getpid(), number)

    def _forward(self, number: int, _frame: object) -> None:
        if not self.taken:
            if number != _signal.SIGCONT:
                self.received.append(number)
        elif self.process:
            try:
                os.kill(self.process, number)
            except OSError:
                return


def is_own(connection: Any, sockets: Any, address: str) -> bool:
    """Return whether the other end of a ``connection`` is a process of the same user.

    ``sockets``: the module of the connection; ``address``: the path of the socket that listens.
    """
    other = peer(connection, sockets)
    # Without credentials of the other end: only its owner can make a socket in the folder.
    user = other[1] if other else os.stat(os.path.dirname(address)).st_uid
    return user == os.geteuid()


def peer(connection: Any, sockets: Any) -> tuple[int, int] | None:
    """Return the process and the user at the other end, None if the system does not know them.

    Raises OSError if the other end is closed, on macOS.
    """
    if sys.platform == "darwin":
        # Of SOL_LOCAL: LOCAL_PEERPID, and LOCAL_PEERCRED, a struct xucred: version, user, groups.
        process, credentials = connection.getsockopt(0, 2), connection.getsockopt(0, 1, 76)
        return process, int.from_bytes(credentials[4:8], sys.byteorder)
    option = getattr(sockets, "SO_PEERCRED", None)
    if option is None:
        return None
    credentials = connection.getsockopt(sockets.SOL_SOCKET, option, 12)
    process, user = (int.from_bytes(credentials[at : at + 4], sys.byteorder) for at in (0, 4))
    return process, user


def _offer(connection: Any, sockets: Any, pipe: int, ignored: list[int]) -> None:
    """Send everything that the server needs to become this process; raise OSError or ValueError."""
    numbers = _inherited()
    folder = os.open(".", getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # The first two are this process's own, so they have no number in the command.
        sent = b"".join(number.to_bytes(4, sys.byteorder) for number in (folder, pipe, *numbers))
        mask = os.umask(0o077)
        os.umask(mask)
        blocked = _signal.pthread_sigmask(_signal.SIG_BLOCK, ())
        arguments = [os.fsencode(argument) for argument in sys.argv]
        parts = [
            "\n".join(identity().values()).encode("utf-8", "surrogateescape"),
            b"%d" % os.getpid(),
            b"%o" % mask,
            *(b",".join(b"%d" % n for n in values) for values in (ignored, blocked, numbers)),
            _limits(),
            b"%d" % len(arguments),
            *arguments,
            *(b"=".join(map(os.fsencode, item)) for item in os.environ.items()),
        ]
        content = b"\0".join(parts)
        begin = len(content).to_bytes(8, "big")
        connection.sendmsg([begin], [(sockets.SOL_SOCKET, sockets.SCM_RIGHTS, sent)])
        connection.sendall(content)
    finally:
        os.close(folder)


def _inherited() -> list[int]:
    """Return the descriptors that this process inherited; Python makes its own not inheritable."""
    numbers = []
    for name in os.listdir("/dev/fd"):
        try:
            if os.get_inheritable(int(name)):
                numbers.append(int(name))
        except OSError:  # noqa: PERF203 - any may be closed
            # The descriptor that lists the folder.
            continue
    return sorted(numbers)


def _limits() -> bytes:
    """Return the resource limits, where the server cannot read those of another process."""
    if sys.platform == "linux":
        return b""
    import resource

    numbers = {getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")}
    return repr([(number, resource.getrlimit(number)) for number in sorted(numbers)]).encode()


def _message(connection: Any) -> tuple[bytes, int]:
    """Return the kind and the number of the server's next message, b"" and 0 if there is none."""
    answer = b""
    while not answer.endswith(b"\n"):
        part = connection.recv(64)
        if not part:
            return b"", 0
        answer += part
    kind, _, number = answer.partition(b" ")
    return kind, int(number)


def _end(connection: Any, waiting: _Waiting) -> str:
    """Wait for the end of the command, and end this process as the command ended.

    Returns why the command failed if the server ended before it.
    """
    connection.settimeout(_TICK)
    while True:
        try:
            kind, number = _message(connection)
        except TimeoutError:
            continue
        except (OSError, ValueError):
            kind, number = b"", 0
        break
    waiting.process = 0
    if kind == EXIT:
        os._exit(number)
    if kind == SIGNAL:
        if number != _signal.SIGKILL:
            _signal.signal(number, _signal.SIG_DFL)
            _signal.pthread_sigmask(_signal.SIG_UNBLOCK, [number])
        os.kill(os.getpid(), number)
        os._exit(128 + number)
    name = os.path.basename(sys.argv[0])
    return f"iamcli run ended before {name} did; the outcome is unknown, check it first"
