"""``iamcli snapshot``: when the file is written, who can read it, and its format."""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.faults import SILENT
from support.processes import wait_until
from support.selection import every
from support.shell import NO_BYTE_CODE, ROOT
from support.snapshot import (
    ACCOUNT,
    BOB,
    DATE,
    SNAPSHOT,
    WEB,
    answers,
    files,
    loaded,
    serving,
    succeeded,
)
from support.stub import Endpoint

from iamcli.cli.account_file import file, schema
from iamcli.errors import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Answer, Request, Stub


@pytest.fixture
def service(stub: Stub, run: Shell) -> Endpoint:
    """The account of two users, as a stub of the service."""
    return serving(stub, run)


def test_the_file_is_readable_only_by_its_owner(service: Endpoint, run: Shell) -> None:
    done = run("sh", "-c", f"umask 0; exec {sys.executable} -m iamcli snapshot account.json")
    succeeded(done)
    assert stat.S_IMODE((run.home / "account.json").stat().st_mode) == 0o600
    assert files(run) == {"account.json"}


def test_an_existing_file_is_refused_before_anything_is_sent(
    service: Endpoint, run_fast: ForkRunner
) -> None:
    path = run_fast.home / "account.json"
    path.write_text("mine")
    done = run_fast("iamcli", "snapshot", "account.json")
    assert (done.status, done.out) == (1, "")
    assert done.err == "iamcli: account.json exists; use --force to overwrite it\n"
    assert (service.requests, path.read_text(), files(run_fast)) == ([], "mine", {"account.json"})


def test_force_replaces_the_file_in_one_step(service: Endpoint, run_fast: ForkRunner) -> None:
    path = run_fast.home / "account.json"
    path.write_text("mine")
    path.chmod(0o644)
    with path.open() as old:
        succeeded(run_fast("iamcli", "snapshot", "--force", "account.json"))
        assert old.read() == "mine"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert loaded(run_fast)["account"] == ACCOUNT
    assert files(run_fast) == {"account.json"}


def test_force_keeps_a_symbolic_link(service: Endpoint, run_fast: ForkRunner) -> None:
    (run_fast.home / "real").mkdir()
    (run_fast.home / "account.json").symlink_to("real/file.json")
    done = run_fast("iamcli", "snapshot", "account.json")
    assert done.err == "iamcli: account.json exists; use --force to overwrite it\n"
    succeeded(run_fast("iamcli", "snapshot", "account.json", "--force"))
    assert (run_fast.home / "account.json").is_symlink()
    assert loaded(run_fast, "real/file.json")["account"] == ACCOUNT


UNUSABLE = {
    "is not a regular file; specify another name": ["real", "--force"],
    "No such file or directory": ["nonexistent/account.json"],
    "Not a directory": ["credentials/account.json"],
}


@pytest.mark.parametrize("reason", UNUSABLE)
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_sent(
    service: Endpoint, run_fast: ForkRunner, reason: str
) -> None:
    (run_fast.home / "real").mkdir()
    done = run_fast("iamcli", "snapshot", *UNUSABLE[reason])
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("iamcli: ")
    assert done.err.endswith(f"{reason}\n")
    assert service.requests == []
    assert files(run_fast) == {"real"}


class Meddling(Endpoint):
    """The service; while a user is read, somebody creates the file."""

    path: Path

    def answer(self, request: Request) -> Answer:
        if request.operation == "ListMFADevices":
            self.path.write_text("another's")
        return super().answer(request)


def test_a_file_that_appears_meanwhile_is_not_overwritten(stub: Stub, run_fast: ForkRunner) -> None:
    endpoint = stub.add(lambda url: Meddling(url, []))
    endpoint.path = run_fast.home / "account.json"
    for operation, given in answers().items():
        endpoint.on(operation, *given)
    done = run_fast("iamcli", "snapshot", "account.json", env={"AWS_IAM_URL": endpoint.url})
    assert (done.status, done.err) == (1, "iamcli: cannot write account.json: File exists\n")
    assert endpoint.path.read_text() == "another's"
    assert files(run_fast) == {"account.json"}


def test_nothing_is_left_if_the_file_cannot_be_written_completely(
    service: Endpoint, run: Shell
) -> None:
    limited = f"ulimit -f 1; exec {sys.executable} -m iamcli snapshot account.json"
    done = run("sh", "-c", limited, env=NO_BYTE_CODE)
    assert (done.status, done.err) == (1, "iamcli: cannot write account.json: File too large\n")
    assert files(run) == set()


@pytest.mark.parametrize("number", every(3, [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
def test_interrupts_leave_nothing(service: Endpoint, run: Shell, number: signal.Signals) -> None:
    service.on("GetLoginProfile", SILENT)
    command = [sys.executable, "-m", "iamcli", "snapshot", "account.json"]
    process = run.start(*command, stderr=subprocess.PIPE)
    wait_until(lambda: "GetLoginProfile" in service.operations)
    process.send_signal(number)
    assert process.communicate(timeout=20)[1] == b""
    assert process.returncode == -number
    assert files(run) == set()


# The format.


def test_the_document_describes_each_member() -> None:
    """Each table has the members of the schema in their order, with the mark of optional ones."""
    text = (ROOT / "docs" / "snapshot.md").read_text()
    sections = {
        title: re.findall(r"^\| \**`(\w+)`\**( \?)? \|", body, re.MULTILINE)
        for title, body in re.findall(r"^##+ (.*)\n((?:(?!#).*\n)*)", text, re.MULTILINE)
    }
    described = {
        title: [f"{name}{mark.strip()}" for name, mark in rows]
        for title, rows in sections.items()
        if rows
    }
    assert described == {
        "The file": list(schema.SNAPSHOT),
        "A user": list(schema.USER),
        "An access key": list(schema.ACCESS_KEY),
        "A signing certificate": list(schema.SIGNING_CERTIFICATE),
        "An MFA device": list(schema.MFA_DEVICE),
        "A login profile": list(schema.LOGIN_PROFILE),
        "An SSH public key": list(schema.SSH_KEY),
        "A service-specific credential": list(schema.SERVICE_CREDENTIAL),
        "A group": list(schema.GROUP),
        "A role": list(schema.ROLE),
        "An instance profile": list(schema.INSTANCE_PROFILE),
        "A managed policy": list(schema.POLICY),
        "A server certificate": list(schema.SERVER_CERTIFICATE),
        "A virtual MFA device": list(schema.VIRTUAL_MFA_DEVICE),
        "What could not be read": list(schema.UNREAD),
    }
    for name in schema.PASSWORD_POLICY:
        assert f"`{name.removesuffix('?')}`" in text


REMEDY = "; make a new one with iamcli snapshot"
DAMAGED = {
    "": ", line 1, column 1: not JSON (Expecting value)",
    "[1]": f" is not a snapshot{REMEDY}",
    '{"version": 2}': " has version 2 of the snapshot format, but this iamcli reads version 1"
    + REMEDY,
    '{"version": 1}': f" is damaged: source is missing{REMEDY}",
    json.dumps({**SNAPSHOT, "taken": DATE, "users": [{**BOB, "GroupList": "dev"}]}): (
        f" is damaged: users[0].GroupList is not a list{REMEDY}"
    ),
    json.dumps({**SNAPSHOT, "taken": DATE, "summary": {"Users": True}}): (
        f" is damaged: summary.Users is not a number{REMEDY}"
    ),
    json.dumps({**SNAPSHOT, "taken": DATE, "password_policy": {"HardExpiry": "no"}}): (
        f" is damaged: password_policy.HardExpiry is not true or false{REMEDY}"
    ),
}


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_snapshot_is_not_read(tmp_path: Path, content: str) -> None:
    name = tmp_path / "account.json"
    name.write_text(content)
    with pytest.raises(Failure) as raised:
        file.read(str(name))
    assert str(raised.value) == f"{name}{DAMAGED[content]}"


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    snapshot = {**SNAPSHOT, "taken": DATE}
    # A byte that is not UTF-8.
    snapshot["roles"] = [{**WEB, "AssumeRolePolicyDocument": "caf\udce9"}]
    name = str(tmp_path / "account.json")
    file.Target(name, force=False).write(snapshot)
    assert file.read(name) == snapshot
