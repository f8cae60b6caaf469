"""What all tests share: a clean environment, the commands as processes, moto and the wire stub."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from forked import Done, Fork, Forks
from stub import Stub

from iamcli import sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = Path(sys.executable).parent
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="take what the transcripts show now")


class Shell:
    """Runs commands as a user does: real processes with an environment of their own."""

    def __init__(self, home: Path, variables: Mapping[str, str]) -> None:
        self.home = home
        self.env = {
            "HOME": str(home),
            "PATH": f"{BIN}:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TMPDIR": str(home),
            "AWS_EC2_METADATA_DISABLED": "true",
            # Empty but for mutation testing, where the code is not that of the environment.
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            **variables,
        }

    def __call__(
        self, *words: str, stdin: str | bytes | None = "", env: Mapping[str, str] | None = None
    ) -> Done:
        """Run ``words`` and return how that ended; ``env`` changes variables, "" removes one."""
        changed = {**self.env, **(env or {})}
        done = subprocess.run(
            words,
            env={name: value for name, value in changed.items() if value != ""},
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            cwd=self.home,
            timeout=60,
            check=False,
        )
        return Done(
            done.returncode,
            done.stdout.decode("utf-8", "surrogateescape"),
            done.stderr.decode("utf-8", "surrogateescape"),
        )

    def start(self, *words: str, **options: object) -> subprocess.Popen[bytes]:
        """Start ``words`` and return the process."""
        settings = {"env": self.env, "cwd": self.home, **options}
        return subprocess.Popen(words, **settings)  # type: ignore[call-overload,no-any-return]


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """The URL of a moto server that ends with the session."""
    with sandbox.server() as server:
        yield server.url


@pytest.fixture
def moto(moto_server: str) -> str:
    """The URL of an empty moto server."""
    request = urllib.request.Request(f"{moto_server}/moto-api/reset", method="POST")
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()
    return moto_server


@pytest.fixture(scope="session")
def stub() -> Iterator[Stub]:
    """A wire stub that ends with the session."""
    running = Stub()
    yield running
    running.close()


@pytest.fixture
def credential_file(tmp_path: Path) -> Path:
    """A credential file as the toolkit's users have it."""
    file = tmp_path / "credentials"
    file.touch(mode=0o600)
    file.write_text(f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n")
    return file


@pytest.fixture
def run(tmp_path: Path, credential_file: Path) -> Shell:
    """Run commands with a credential file and no endpoint."""
    return Shell(tmp_path, {"AWS_CREDENTIAL_FILE": str(credential_file)})


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """What forks commands; it ends with the session."""
    running = Forks()
    yield running
    running.close()


@pytest.fixture
def fork(run: Shell, forks: Forks) -> Fork:
    """Run commands as ``run`` does, in forks: quickly."""
    return Fork(forks, run)


@pytest.fixture
def aws(run: Shell, moto: str) -> Shell:
    """Run commands against an empty moto server, with variables for other clients too."""
    run.env |= {
        "AWS_IAM_URL": moto,
        "AWS_ENDPOINT_URL": moto,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    return run


def pytest_configure() -> None:
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            del os.environ[name]
