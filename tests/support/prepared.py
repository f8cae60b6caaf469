"""Servers of the sandbox as forks of a process that has imported moto, which most of a start takes.

``iamcli`` here is the program whose sandboxes have such a server. What is started instead of the
server hands all it has over to that process, and ends as the fork does: descriptors, directory,
variables, umask, limits, ignored and blocked signals. The parent of the fork is another one. Tests
of how a server starts, of one that is killed, and of what it finds at its parent, use the program
of the checkout.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from support.processes import fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

TESTS = Path(__file__).resolve().parent.parent
SERVER = "iamcli.cli.sandbox.server"
#: The module that is started instead of the server, for each module that has the ``main`` of one.
MODULES = {SERVER: "prepared_server", "support.resettable": "prepared_resettable"}
#: The space in the process for the variables of a client (bytes).
SPACE = 32_768
#: The maximum number of descriptors that a client hands over.
MOST = 64
_CLIENT = """
import _signal, _socket, json, os, resource, sys
def main():
    server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    server.connect({address!r})
    numbers = []
    for name in os.listdir("/dev/fd"):
        try:
            if os.get_inheritable(int(name)):
                numbers.append(int(name))
        except OSError:
            pass
    # Standard error comes first: the fork writes there what fails before it has the others.
    numbers.sort(key=lambda number: number != 2)
    mask = os.umask(0)
    os.umask(mask)
    # The directory may have been removed, or not be readable.
    here = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))
    limits = [getattr(resource, name) for name in dir(resource) if name[:7] == "RLIMIT_"]
    message = dict(
        module={module!r},
        numbers=numbers,
        mask=mask,
        variables=dict(os.environ),
        limits=[(number, resource.getrlimit(number)) for number in limits],
        ignored=[n for n in _signal.valid_signals() if _signal.getsignal(n) == _signal.SIG_IGN],
        blocked=[*map(int, _signal.pthread_sigmask(_signal.SIG_BLOCK, ()))],
    )
    sent = b"".join(number.to_bytes(4, sys.byteorder) for number in [here, *numbers])
    server.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, sent)])
    server.sendall(json.dumps(message).encode())
    server.shutdown(_socket.SHUT_WR)
    # Only the fork has the pipes then, so that their end is its end.
    for number in numbers:
        if number != 2:
            os.close(number)
    process, status = map(int, b"".join(iter(lambda: server.recv(64), b"")).split())
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status)
"""
_SETTING = """
import sys
sys.path.append({folder!r})
from iamcli.cli.sandbox.launch.launcher import SandboxServer
SandboxServer.module = {module!r}
"""
_PROGRAM = """#!{python}
{setting}
from iamcli.startup import start
# That of the checkout, beside which the iam-* commands are.
sys.argv[0] = {bin!r}
sys.exit(start("iamcli.cli", "main"))
"""


class _Prepared:
    """The process, which ends when this one does, and the directory with the program."""

    def __init__(self) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="iamcli-programs-")
        self.folder = Path(self._place.name)
        address = str(self.folder / "socket")
        for module, name in MODULES.items():
            text = _CLIENT.format(address=address, module=module)
            (self.folder / f"{name}.py").write_text(text)
        self.program = self.folder / "iamcli"
        own = str(TESTS.parent / "bin" / "iamcli")
        self.setting = _SETTING.format(folder=str(self.folder), module=MODULES[SERVER])
        text = _PROGRAM.format(python=sys.executable, setting=self.setting, bin=own)
        self.program.write_text(text)
        self.program.chmod(0o755)
        self._process = subprocess.Popen(
            [sys.executable, __file__, address],
            env={
                "PATH": os.environ["PATH"],
                "LANG": "C.UTF-8",
                "HOME": "/nonexistent",
                "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}",
                "SPACE": " " * SPACE,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        self._process.stdout.readline()
        # SandboxServer looks for the modules where this process does.
        sys.path.append(str(self.folder))

    def close(self) -> None:
        self._process.communicate()
        self._place.cleanup()


_prepared = functools.cache(_Prepared)


def program() -> Path:
    """Return the program ``iamcli`` whose sandboxes have prepared servers."""
    return _prepared().program


def setting() -> str:
    """Return the statements with which ``iamcli`` becomes that program."""
    return _prepared().setting


def module(name: str) -> str:
    """Return the module to start instead of the module ``name`` of a server."""
    _prepared()
    return MODULES[name]


def close() -> None:
    """End the process, if it was needed."""
    if _prepared.cache_info().currsize:
        _prepared().close()


def become(connection: socket.socket) -> NoReturn:
    """Run the server for a client in this process; it ends with status 1 if that fails."""
    import gc
    from importlib import import_module

    from moto.moto_api._internal import mock_random

    try:
        _, (here, *descriptors), _, _ = socket.recv_fds(connection, 1, MOST)
        os.dup2(descriptors[0], 2)
        asked = json.loads(b"".join(iter(lambda: connection.recv(1 << 16), b"")))
        numbers = asked["numbers"]
        came = len(descriptors)
        assert came == len(numbers), f"of {len(numbers)} descriptors, {came} came"
        os.fchdir(here)
        above = max(*numbers, *descriptors, here, connection.fileno()) + 1
        for number, descriptor in enumerate(descriptors, above):
            os.dup2(descriptor, number)
        os.closerange(0, above)
        for place, number in enumerate(numbers, above):
            os.dup2(place, number)
        os.closerange(above, above + len(numbers))
        _set_variables(asked["variables"])
        for kind, limits in asked["limits"]:
            resource.setrlimit(kind, limits)
        os.umask(asked["mask"])
        for each in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            ignored = each in asked["ignored"]
            signal.signal(each, signal.SIG_IGN if ignored else signal.SIG_DFL)
        if signal.SIGINT not in asked["ignored"]:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, asked["blocked"])
        os.setsid()
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - ends with the process
        # Otherwise all servers would make the same IDs.
        mock_random.seed()
        tempfile.tempdir = None
        gc.enable()
        import_module(asked["module"]).main()
    except BaseException:  # noqa: BLE001 - Python would show it, and so does this
        import traceback

        traceback.print_exc()
    finally:
        os._exit(1)


def _set_variables(variables: Mapping[str, str]) -> None:
    """Set the variables, also those that the system shows of this process (Linux).

    By its HOME, tests find what was left. It comes first: what is too long is cut.
    """
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    with contextlib.suppress(FileNotFoundError):
        first, last = map(int, fields(os.getpid())[47:49])  # env_start, env_end
        named = sorted(os.environb.items(), key=lambda one: one[0] != b"HOME")
        text = b"".join(b"%b=%b\0" % one for one in named)[: last - first]
        ctypes.memset(first, 0, last - first)
        ctypes.memmove(first, text, len(text))


if __name__ == "__main__":
    import gc
    from importlib import import_module

    from support.forked import listen

    gc.disable()
    for each in (*MODULES, *(f"iamcli.cli.sandbox.{n}" for n in ("loading", "private_iam"))):
        import_module(each)
    for each in ("changes.comparison", "changes.state"):
        import_module(f"iamcli.cli.sandbox.{each}")
    import_module("werkzeug.serving")
    gc.collect()
    gc.freeze()
    listen(become, sys.argv[1])
