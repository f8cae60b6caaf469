"""Many commands as processes, quickly: each is forked from one that has imported everything.

A start costs a quarter of a second, nearly all of it imports; a fork costs some milliseconds. What
runs in it is the command as the user has it, with streams, variables, a folder and an exit status
of its own. What happens while a command is imported is for tests that start it from the shell.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.shell import Shell

ROOT = Path(__file__).resolve().parent.parent.parent
#: Seconds after which a command that has not ended is taken to hang.
TIMEOUT = 30


class Done(NamedTuple):
    """A process that has ended: its status and what it wrote."""

    status: int
    out: str
    err: str


class ForkServer:
    """The process that fork_server, and the line to it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            env={
                "PATH": os.environ["PATH"],
                "LANG": "C.UTF-8",
                "HOME": "/nonexistent",
                # The checkout whose tests these are, wherever the environment was made for.
                "PYTHONPATH": str(ROOT),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(
        self,
        *words: str,
        env: Mapping[str, str],
        folder: Path,
        stdin: bytes = b"",
        stdout: str | None = "",
    ) -> Done:
        """Run ``words`` and return how that ended.

        ``stdout`` names a device to write to instead, None closes the descriptor.
        """
        with tempfile.TemporaryDirectory() as place:
            (Path(place) / "in").write_bytes(stdin)
            order = {
                "words": words,
                "env": dict(env),
                "folder": str(folder),
                "in": f"{place}/in",
                "out": stdout if stdout != "" else f"{place}/out",
                "err": f"{place}/err",
            }
            status = self._sent(order)
            out = Path(place) / "out"
            return Done(
                status,
                out.read_bytes().decode("utf-8", "surrogateescape") if out.exists() else "",
                (Path(place) / "err").read_bytes().decode("utf-8", "surrogateescape"),
            )

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _sent(self, order: dict[str, Any]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


class ForkRunner:
    """Runs commands like a Shell does, in forks."""

    def __init__(self, fork_server: ForkServer, shell: Shell) -> None:
        self._forks = fork_server
        self.home = shell.home
        self.env = shell.env

    def __call__(
        self,
        *words: str,
        stdin: str | bytes = b"",
        stdout: str | None = "",
        env: Mapping[str, str] | None = None,
    ) -> Done:
        """Run ``words``; ``env`` changes variables, "" removes one."""
        changed = {**self.env, **(env or {})}
        return self._forks.run(
            *words,
            env={name: value for name, value in changed.items() if value != ""},
            folder=self.home,
            stdin=stdin.encode() if isinstance(stdin, str) else stdin,
            stdout=stdout,
        )


def serve() -> None:
    """Fork a command for each line of standard input, and answer with its exit status."""
    # What a command imports before it sends something.
    import iamcli.client.client
    import iamcli.runner  # noqa: F401
    from iamcli.commands import index

    commands = {command.name: command for command in index.commands()}
    for line in sys.stdin.buffer:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            become(order, commands[order["words"][0]])
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def become(order: dict[str, Any], command: Any) -> None:
    """Be the command: its streams, variables and folder, then its program; never return."""
    import signal

    signal.alarm(TIMEOUT)
    os.dup2(os.open(order["in"], os.O_RDONLY), 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - ends with the process
    os.dup2(os.open(order["err"], os.O_WRONLY | os.O_CREAT, 0o600), 2)
    if order["out"] is None:
        os.close(1)
    else:
        os.dup2(os.open(order["out"], os.O_WRONLY | os.O_CREAT, 0o600), 1)
    os.closerange(3, 64)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    sys.argv = order["words"]
    try:
        command()
    except BaseException:  # noqa: BLE001 - Python would show it, and so does this
        import traceback

        traceback.print_exc()
    finally:
        os._exit(99)


if __name__ == "__main__":
    serve()
