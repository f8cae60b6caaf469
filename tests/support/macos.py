"""Takes from Python what macOS lacks.

Each process of ``tests/release/test_macos.py`` begins with it. It imports little, because it
precedes each program. What it cannot simulate: the framework that looks proxies up, what a fork may
not do, file systems that ignore case, and the system's programs.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import fcntl
import os
import posix
import resource
import select
import sys
from types import ModuleType
from typing import Any

#: The prefixes of the names that are missing, by module. os.waitid is there from Python 3.13 on.
LACKING: dict[ModuleType, tuple[str, ...]] = {
    module: tuple(names.split())
    for module, names in {
        os: "CLD_ O_PATH O_TMPFILE P_ALL P_PID RWF_ SCHED_ WNOWAIT copy_file_range eventfd "
        "fdatasync getrandom getresgid getresuid getxattr memfd_create pidfd_ pipe2 posix_fa "
        "pwritev2 sched_get sched_rr sched_set setns setresgid setresuid splice unshare waitid",
        _socket: "AF_ALG AF_NETLINK AF_PACKET MSG_CMSG_CLOEXEC MSG_NOSIGNAL SCM_CREDENTIALS "
        "SOCK_CLOEXEC SOCK_NONBLOCK SO_DOMAIN SO_PASS SO_PEERCRED SO_PROTOCOL TCP_CORK "
        "TCP_KEEPIDLE TCP_QUICKACK TCP_USER_TIMEOUT",
        _signal: "SIGPOLL SIGPWR SIGRT SIGSTKFLT sigtimedwait sigwaitinfo",
        fcntl: "DN_ F_ADD_SEALS F_GETPIPE_SZ F_GETSIG F_GET_SEALS F_NOTIFY F_OFD_ F_SETPIPE_SZ "
        "F_SETSIG F_SEAL_",
        resource: "RLIMIT_MSGQUEUE RLIMIT_NICE RLIMIT_RT RLIMIT_SIGPENDING RUSAGE_THREAD prlimit",
        select: "EPOLL epoll",
    }.items()
}
#: The maximum length of the path of a socket (bytes).
MAX_PATH = 103
#: The level SOL_LOCAL of Unix sockets, its options, and the size of struct xucred (bytes).
SOL_LOCAL, LOCAL_PEERCRED, LOCAL_PEERPID, XUCRED = 0, 1, 2, 76

_SO_PEERCRED = _socket.SO_PEERCRED
_poll = select.poll


class Socket(_socket.socket):
    """A socket whose path may be shorter, and whose peer is asked for in another way."""

    __slots__ = ()

    def bind(self, address: Any) -> None:
        self._check(address)
        super().bind(address)

    def connect(self, address: Any) -> None:
        self._check(address)
        super().connect(address)

    def getsockopt(self, level: int, option: int, *size: int) -> Any:
        if self.family != _socket.AF_UNIX or level != SOL_LOCAL:
            return super().getsockopt(level, option, *size)
        peer = super().getsockopt(_socket.SOL_SOCKET, _SO_PEERCRED, 12)
        if option == LOCAL_PEERPID and not size:
            return int.from_bytes(peer[:4], sys.byteorder)
        if option == LOCAL_PEERCRED and size == (XUCRED,):
            return (bytes(4) + peer[4:8]).ljust(XUCRED, b"\0")
        raise OSError(22, "Invalid argument")

    def _check(self, address: Any) -> None:
        if self.family == _socket.AF_UNIX and len(os.fsencode(address)) > MAX_PATH:
            raise OSError("AF_UNIX path too long")


class Poll:
    """select.poll, but without events it does not report the end of a connection either."""

    def __init__(self) -> None:
        self._poll = _poll()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._poll, name)

    def register(self, source: Any, events: int = select.POLLIN | select.POLLPRI) -> None:
        if events:
            self._poll.register(source, events)


def _ask_system(*_: object) -> None:
    """Leave a trace and crash, as the framework may in a process that was forked."""
    with open(f"{__file__}.asked", "a", encoding="utf-8") as file:  # noqa: PTH123
        file.write(f"{sys.argv}\n")
    os.abort()


def _hide(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what is below /proc, and prctl."""
    if event in ("open", "os.listdir", "os.scandir"):
        path = arguments[0]
        if isinstance(path, (str, bytes)) and os.fsencode(path).startswith(b"/proc"):
            raise FileNotFoundError(2, "No such file or directory", path)
    elif event == "ctypes.dlsym" and arguments[1] == "prctl":
        raise AttributeError(arguments[1])


def begin() -> None:
    """Be like macOS from now on, unless this is so already, or this process runs the tests."""
    if sys.platform == "darwin" or "IAMCLI_TEST_LINUX" in os.environ:
        return
    for module, prefixes in LACKING.items():
        for place in (module, posix) if module is os else (module,):
            for name in [name for name in dir(place) if name.startswith(prefixes)]:
                delattr(place, name)
    os.__all__ = [name for name in os.__all__ if hasattr(os, name)]
    _socket.socket = Socket  # type: ignore[misc]
    select.poll = Poll  # type: ignore[assignment,misc]
    proxies: Any = ModuleType("_scproxy")
    proxies._get_proxies = proxies._get_proxy_settings = _ask_system  # noqa: SLF001
    sys.modules["_scproxy"] = proxies
    sys.platform = "darwin"
    sys.addaudithook(_hide)
