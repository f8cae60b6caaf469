"""Commands that are interrupted at a given place."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from support.processes import blocked

if TYPE_CHECKING:
    from support.stub import Endpoint


#: Runs a command as its script does, and interrupts it where it begins to import a module.
AT_IMPORT = """
import os, signal, sys

class Interrupting:
    module = sys.argv.pop(1)
    number = int(sys.argv.pop(1))

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == cls.module:
            cls.module = None
            os.kill(os.getpid(), cls.number)

sys.meta_path.insert(0, Interrupting)
del sys.argv[0]
exec(compile(open(sys.argv[0]).read(), sys.argv[0], "exec"))
"""


def full_pipe() -> tuple[int, int]:
    """A pipe that takes nothing more until somebody reads."""
    reader, writer = os.pipe()
    fill(writer)
    return reader, writer


def fill(writer: int) -> None:
    """Write to a pipe until it takes nothing more."""
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        fcntl.fcntl(writer, fcntl.F_SETFL, 0)


def shows_key(endpoint: Endpoint, process: int) -> bool:
    """Return whether a process has received a new key and waits for a reader of its output."""
    return "CreateAccessKey" in answered(endpoint) and blocked(process)


def answered(endpoint: Endpoint) -> list[str]:
    """Return the operations whose responses were sent completely, if each waits for the last."""
    return endpoint.operations[: endpoint.answered]
