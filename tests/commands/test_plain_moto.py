"""All commands against a plain moto server, as many people's tests use it.

The other tests use a moto with the corrections of the sandbox.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.forked import ForkRunner
    from support.shell import Shell

pytestmark = pytest.mark.releases

#: What a plain moto refuses, although the service does not: the text of the error.
_VERSION = "MalformedPolicyDocument: Policy document must be version 2012-10-17 or greater."
_LACKS = "unexpected HTTP 500 from {url} for {}, not an IAM response; {} may have taken effect"
REFUSED = {
    "iam-groupaddpolicy": _VERSION,
    "iam-roleaddpolicy": _VERSION,
    "iam-roleupdateassumepolicy": _VERSION,
    "iam-servercertmod": "UpdateServerCertificate",
    "iam-useraddpolicy": _VERSION,
    "iam-userchangepassword": "ChangePassword",
    "iam-userresyncmfadevice": "ResyncMFADevice",
}
#: The list that a plain moto lacks.
LIST = "ListServiceSpecificCredentials"
SERVER = """
import time
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(*server.get_host_and_port(), flush=True)
time.sleep(3600)
"""


@pytest.fixture
def plain(run: Shell) -> Iterator[str]:
    """The URL of a plain moto server."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = run.start(sys.executable, "-c", SERVER, **pipes)
    try:
        host, port = process.stdout.readline().decode().split()
        yield f"http://{host}:{port}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def run_plain(plain: str, run_fast: ForkRunner) -> ForkRunner:
    """Run commands against a plain moto server."""
    run_fast.env |= {"AWS_IAM_URL": plain, "AWS_MAX_ATTEMPTS": "1"}
    return run_fast


def test_all_commands(run_plain):
    for line, done in walk(run_plain):
        name = line.split()[0]
        if name in REFUSED:
            operation = REFUSED[name]
            text = _LACKS.format(operation, operation, url=run_plain.env["AWS_IAM_URL"])
            reason = operation if operation == _VERSION else text
            assert (done.status, done.out) == (1, ""), line
            assert done.err.startswith(f"{name}: {reason}"), line
        elif line.endswith(" -p"):
            note = f"{LIST} failed with HTTP 500, not an IAM response; the list may be incomplete"
            assert (done.status, done.err) == (0, f"{name}: {note}\n"), line
            assert "groups\n\tarn:aws:iam::123456789012:group/staff/Admins\n" in done.out, line
        else:
            assert (done.status, done.err) == (0, ""), line
    for listing in ("iam-userlistbypath", "iam-grouplistbypath", "iam-rolelistbypath"):
        left = "arn:aws:iam::123456789012:group/Developers\n" if "group" in listing else ""
        assert run_plain(listing).out == f"{left}IsTruncated: false\n"


BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"


def test_a_boundary_that_moto_does_not_show(run_plain):
    done = run_plain(*f"iam-usercreate -u bob -b {BOUNDARY} -k".split())
    shown = "the server shows no permissions boundary of user bob"
    state = "created: user bob; not set: permissions boundary; not created: access key"
    assert (done.status, done.err) == (1, f"iam-usercreate: {shown}\niam-usercreate: {state}\n")
