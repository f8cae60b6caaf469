"""The transcripts with localstack, an IAM that is independent of moto: make test-localstack.

differences.txt lists what localstack shows differently, and why.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.differences import Differences
from support.ports import free_port
from support.requirements import PATH
from support.shell import ROOT, SECRET
from support.transcripts import TRANSCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.shell import Shell

HERE = Path(__file__).resolve().parent
PYTHON = os.environ.get("LOCALSTACK_PYTHON", "")
if not PYTHON:
    pytest.skip(
        "a second server has a run of its own: make test-localstack", allow_module_level=True
    )

#: localstack takes this key id for the number of the account, and it is moto's number.
ACCOUNT = "123456789012"

#: What changes from run to run, in the forms it has here.
VOLATILE = re.compile(
    r"(?P<KEYID>\bAKIA[A-Z0-9]{16}\b)"
    r"|(?P<ROLEID>\bAROA[A-Z0-9]{17}\b)"
    r"|(?P<ID>\bA(?:GPA|IDA|IPA|SCA)[A-Z0-9]{17}\b)"
    r"|(?P<SEED>^[A-Z2-7]{32}$)"
    r"|(?P<SECRET>^[A-Za-z0-9/+]{40}$)"
    r"|(?P<CERTID>^[A-Z0-9]{24}$)"
    r"|(?P<DATE>\b\d{4}-\d\d-\d\dT[0-9:.+]+Z?)"
    r"|(?P<PORT>(?<=http://127\.0\.0\.1:)\d+)",
    re.MULTILINE,
)

DIFFERENCES = Differences(HERE / "differences.txt", VOLATILE)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """A running server; it ends with the session, and if the session is killed."""
    home = tmp_path_factory.mktemp("localstack")
    address = f"127.0.0.1:{free_port()}"
    with subprocess.Popen(
        [PYTHON, "-P", HERE / "server.py"],
        env={
            "HOME": str(home),
            "TMPDIR": str(home),
            "PATH": PATH,
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DISABLE_EVENTS": "1",
            "GATEWAY_LISTEN": address,
            "LOCALSTACK_HOST": address,
            "PARITY_AWS_ACCESS_KEY_ID": "1",
            "SERVICES": "iam,sts",
            "STRICT_SERVICE_LOADING": "1",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        yield process
    assert process.returncode == 0


@pytest.fixture
def localstack(server: subprocess.Popen[str]) -> str:
    """The URL of an empty localstack."""
    assert server.stdin
    assert server.stdout
    server.stdin.write("\n")
    server.stdin.flush()
    return server.stdout.readline().strip()


@pytest.fixture
def run_in_account(run: Shell, credential_file: Path) -> Shell:
    """Run commands as ``run`` does, with a key of the account of the transcripts."""
    credential_file.write_text(f"AWSAccessKeyId={ACCOUNT}\nAWSSecretKey={SECRET}\n")
    return run


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_transcript(file, run_in_account, stub, localstack, monkeypatch):
    shown, known = DIFFERENCES.compared(file, run_in_account, stub, localstack, monkeypatch)
    assert shown == known


def test_each_difference_has_a_transcript_and_a_reason():
    assert DIFFERENCES.without_reason() == []
