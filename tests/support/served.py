"""Commands in iamcli run."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from support.forked import Done
from support.limits import TIMEOUT
from support.processes import fields, running, wait_until
from support.stub import Stub, ok

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from support.shell import Shell
    from support.stub import Answer

USER_ELEMENT = "<User><Arn>arn:aws:iam::123456789012:user/bob</Arn><UserId>AIDA</UserId></User>"

USER = ok("GetUser", USER_ELEMENT)

KEYS = ok(
    "ListAccessKeys",
    "<AccessKeyMetadata><member><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId>"
    "<Status>Active</Status></member></AccessKeyMetadata><IsTruncated>false</IsTruncated>",
)

NEW_KEY = ok(
    "CreateAccessKey",
    "<AccessKey><UserName>bob</UserName><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId>"
    "<Status>Active</Status><SecretAccessKey>wJalrXUtnFEMI</SecretAccessKey></AccessKey>",
)

STATISTICS = re.compile(
    r"iamcli: (\d+) commands?, (\d+) requests?, (\d+) connections?\n"
    r"((?:iamcli: \d+ commands? started by (?:itself|themselves): .*\n)*)\Z"
)


def statistics(done: Done) -> list[int]:
    """Return the commands, requests and connections that ``iamcli run`` reports."""
    found = STATISTICS.search(done.err)
    assert found, done.err
    return [int(number) for number in found.groups()[:3]]


def begun(process: int) -> int:
    """Return when a process started; its number may be smaller than that of an older one."""
    try:
        return int(fields(process)[19])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def found(home: Path, word: str) -> list[int]:
    """Return the processes whose command line contains ``word``, the oldest first."""
    numbers = [number for number, line in running(home).items() if word in line]
    return sorted(numbers, key=lambda number: (begun(number), number))


def servers(home: Path) -> list[int]:
    """Return the server of ``iamcli run``, its connection pool, and their forks."""
    return found(home, "iamcli.cli.run.server")


class Slow:
    """A command in ``iamcli run`` that waits for the response to its first request.

    ``answer`` is what it is sent when ``respond`` is called.
    """

    def __init__(
        self,
        shell: Shell,
        stub: Stub,
        script: str,
        answer: Answer = KEYS,
        prefix: tuple[str, ...] = ("iamcli", "run"),
        **options: object,
    ) -> None:
        self.endpoint = stub.endpoint(ok("DeleteAccessKey"))
        self._released = threading.Event()
        for name in ("ListAccessKeys", "GetLoginProfile", "CreateAccessKey"):
            self.endpoint.on(name, answer._replace(released=self._released))
        self.env = {**shell.env, "AWS_IAM_URL": self.endpoint.url}
        self.home = shell.home
        self.process: subprocess.Popen[bytes] = shell.start(
            *prefix, "sh", "-c", script, env=self.env, stdout=-1, stderr=-1, **options
        )
        wait_until(lambda: self.endpoint.requests)

    def found(self, word: str) -> list[int]:
        """Return the processes whose command line contains ``word``, the oldest first."""
        return found(self.home, word)

    @property
    def program(self) -> int:
        """The console program."""
        return self.found("bin/iam-userlistkeys")[0] if self.found("bin/iam-userlistkeys") else 0

    @property
    def servers(self) -> list[int]:
        """The server, the connection pool, and their forks."""
        return servers(self.home)

    def respond(self) -> None:
        """Send the responses to this request and to the next ones."""
        self._released.set()

    def end(self) -> Done:
        """Wait for the end."""
        out, err = self.process.communicate(timeout=TIMEOUT)
        return Done(self.process.returncode, out.decode(), err.decode())


LINE = "iam-userlistkeys -u bob; echo $?"
