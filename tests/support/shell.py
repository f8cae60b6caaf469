"""Run commands as a user does: as processes in an environment of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from support.forked import Done
from support.limits import TIMEOUT
from support.requirements import PATH
from support.streams import read

if TYPE_CHECKING:
    from collections.abc import Mapping

TESTS = Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
BIN = Path(sys.executable).parent
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#: Some releases of Python write incomplete byte code if the size of files is limited.
NO_BYTE_CODE = {"PYTHONDONTWRITEBYTECODE": "1"}


class Process(subprocess.Popen[bytes]):
    """A process for which a test waits no longer than TIMEOUT, as for a ``Forked`` command."""

    def wait(self, timeout: float | None = TIMEOUT) -> int:
        """Wait until the process ends; return its status."""
        return super().wait(timeout)

    def communicate(
        self,
        input: bytes | None = None,  # noqa: A002 - the name of the parameter
        timeout: float | None = TIMEOUT,
    ) -> tuple[bytes, bytes]:
        """Wait until the process ends; return what it wrote."""
        out, err = super().communicate(input, timeout)
        return read(out or b""), read(err or b"")


class Shell:
    """Runs commands as a user does: as processes in the environment ``env``."""

    def __init__(self, home: Path, variables: Mapping[str, str]) -> None:
        self.home = home
        self.env = {
            "HOME": str(home),
            "PATH": f"{BIN}:{PATH}",
            "LANG": "C.UTF-8",
            "TMPDIR": str(home),
            "AWS_EC2_METADATA_DISABLED": "true",
            **variables,
        }

    def __call__(
        self, *arguments: str, stdin: str | bytes | None = "", env: Mapping[str, str] | None = None
    ) -> Done:
        """Run ``arguments``; ``env`` changes variables, "" removes one."""
        changed = {**self.env, **(env or {})}
        done = subprocess.run(
            arguments,
            env={name: value for name, value in changed.items() if value != ""},
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=self.home,
            timeout=TIMEOUT,
            check=False,
        )
        texts = map(read, (done.stdout, done.stderr))
        out, err = (text.decode("utf-8", "surrogateescape") for text in texts)
        return Done(done.returncode, out, err).told(arguments, env).data(arguments, changed)

    def start(self, *arguments: str, **options: object) -> Process:
        """Start ``arguments`` and return the process."""
        settings = {"env": self.env, "cwd": self.home, **options}
        return Process(arguments, **settings)  # type: ignore[call-overload,no-any-return]
