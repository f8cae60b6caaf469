"""``iamcli snapshot``: when the file is written, who can read it, and its format."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support.faults import SILENT
from support.limits import TIMEOUT
from support.processes import wait_until
from support.selection import in_full
from support.shell import NO_BYTE_CODE, ROOT
from support.snapshot import ACCOUNT, BOB, DATE, SNAPSHOT, WEB, answers, files, loaded, succeeded
from support.stub import Endpoint

from iamcli.cli.account_file import arns, file, schema, values
from iamcli.errors import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from support.stub import Answer, Request


def test_the_file_is_readable_only_by_its_owner(served_account, run):
    done = run("sh", "-c", f"umask 0; exec {sys.executable} -m iamcli snapshot account.json")
    succeeded(done)
    assert stat.S_IMODE((run.home / "account.json").stat().st_mode) == 0o600
    assert files(run) == {"account.json"}


def test_an_existing_file_is_refused_before_anything_is_sent(served_account, run_fast):
    path = run_fast.home / "account.json"
    path.write_text("mine")
    done = run_fast("iamcli", "snapshot", "account.json")
    assert done == (1, "", "iamcli: account.json exists; use --force to overwrite it\n")
    assert (served_account.requests, path.read_text(), files(run_fast)) == (
        [],
        "mine",
        {"account.json"},
    )


def test_force_replaces_the_file_in_one_step(served_account, run_fast):
    path = run_fast.home / "account.json"
    path.write_text("mine")
    path.chmod(0o644)
    with path.open() as old:
        succeeded(run_fast("iamcli", "snapshot", "--force", "account.json"))
        assert old.read() == "mine"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert loaded(run_fast)["account"] == ACCOUNT
    assert files(run_fast) == {"account.json"}


def test_force_keeps_a_symbolic_link(served_account, run_fast):
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
    served_account, run_fast, reason
):
    (run_fast.home / "real").mkdir()
    done = run_fast("iamcli", "snapshot", *UNUSABLE[reason])
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("iamcli: ")
    assert done.err.endswith(f"{reason}\n")
    assert served_account.requests == []
    assert files(run_fast) == {"real"}


class Meddling(Endpoint):
    """The service; while a user is read, somebody creates the file."""

    path: Path

    def answer(self, request: Request) -> Answer:
        if request.operation == "ListMFADevices":
            self.path.write_text("another's")
        return super().answer(request)


def test_a_file_that_appears_meanwhile_is_not_overwritten(stub, run_fast):
    endpoint = stub.add(lambda url: Meddling(url, []))
    endpoint.path = run_fast.home / "account.json"
    for operation, given in answers().items():
        endpoint.on(operation, *given)
    done = run_fast("iamcli", "snapshot", "account.json", env={"AWS_IAM_URL": endpoint.url})
    assert (done.status, done.err) == (1, "iamcli: cannot write account.json: File exists\n")
    assert endpoint.path.read_text() == "another's"
    assert files(run_fast) == {"account.json"}


def test_nothing_is_left_if_the_file_cannot_be_written_completely(served_account, run):
    limited = f"ulimit -f 1; exec {sys.executable} -m iamcli snapshot account.json"
    done = run("sh", "-c", limited, env=NO_BYTE_CODE)
    assert (done.status, done.err) == (1, "iamcli: cannot write account.json: File too large\n")
    assert files(run) == set()


@pytest.mark.parametrize("number", [signal.SIGINT, in_full(signal.SIGTERM), in_full(signal.SIGHUP)])
def test_interrupts_leave_nothing(served_account, run, number):
    served_account.on("GetLoginProfile", SILENT)
    command = [sys.executable, "-m", "iamcli", "snapshot", "account.json"]
    process = run.start(*command, stderr=subprocess.PIPE)
    wait_until(lambda: "GetLoginProfile" in served_account.operations)
    process.send_signal(number)
    assert process.communicate(timeout=TIMEOUT)[1] == b""
    assert process.returncode == -number
    assert files(run) == set()


# The format.


def test_the_document_describes_each_member():
    """Each list has the members of the schema in their order, with the mark of optional ones."""
    text = (ROOT / "docs" / "snapshot.md").read_text()
    sections = {
        title: re.findall(
            r"`(\w+)`\**( \?)?(?=[,:])", "".join(re.findall(r"^\* [^:]*:", body, re.MULTILINE))
        )
        for title, body in re.findall(r"^##+ (.*)\n((?:(?!#).*\n)*)", text, re.MULTILINE)
    }
    described = {
        title: [f"{name}{mark.strip()}" for name, mark in rows]
        for title, rows in sections.items()
        if rows
    }
    assert described == {
        "Members of the file": list(schema.SNAPSHOT),
        "Users": list(schema.USER),
        "Access keys": list(schema.ACCESS_KEY),
        "Signing certificates": list(schema.SIGNING_CERTIFICATE),
        "MFA devices": list(schema.MFA_DEVICE),
        "Login profile": list(schema.LOGIN_PROFILE),
        "SSH public keys": list(schema.SSH_KEY),
        "Service-specific credentials": list(schema.SERVICE_CREDENTIAL),
        "Groups": list(schema.GROUP),
        "Roles": list(schema.ROLE),
        "Instance profiles": list(schema.INSTANCE_PROFILE),
        "Managed policies": list(schema.POLICY),
        "Server certificates": list(schema.SERVER_CERTIFICATE),
        "Virtual MFA devices": list(schema.VIRTUAL_MFA_DEVICE),
        "Failures": list(schema.UNREAD),
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
def test_a_damaged_snapshot_is_not_read(tmp_path, content):
    name = tmp_path / "account.json"
    name.write_text(content)
    with pytest.raises(Failure) as raised:
        file.read(str(name))
    assert str(raised.value) == f"{name}{DAMAGED[content]}"


def test_what_is_no_json_is_not_read(tmp_path):
    name = tmp_path / "account.json"
    for content, said in (
        (b'"\xff"', f"{name} is not JSON: it is not text in a Unicode encoding"),
        (b"[" * 1_000_000, f"{name}: nested too deeply"),
        (b"{\n x}", f"{name}, line 2, column 2: not JSON ("),
        (b'{"version": %s}' % (b"1" * 5000), f"{name} has a number with too many digits"),
    ):
        name.write_bytes(content)
        with pytest.raises(Failure, match=re.escape(said)):
            file.load(str(name))
    for missing, why in (
        (f"{name}s", "No such file or directory"),
        ("a\0b", "(open: |stat: )?embedded .*"),
    ):
        with pytest.raises(Failure, match=f"^cannot read {missing}: {why}"):
            file.load(missing)
        with pytest.raises(Failure, match=f"^cannot write {missing}/x: {why}$"):
            file.SnapshotFile(f"{missing}/x", force=False)
    for encoding in ("utf-8", "utf-16", "utf-32"):
        name.write_text('{"a": "\u00e9"}', encoding=encoding)
        assert file.load(str(name)) == {"a": "\u00e9"}


def test_the_largest_snapshot_is_read(tmp_path, monkeypatch):
    name = tmp_path / "a.json"
    monkeypatch.setattr(file, "MAX_SIZE", 9)
    name.write_text('{"a": 1}\n')
    assert file.load(str(name)) == {"a": 1}
    name.write_text('{"a": 10}\n')
    with pytest.raises(Failure, match="is larger than 9 bytes, too large for a snapshot"):
        file.load(str(name))


def test_a_snapshot_is_standard_input_or_open(tmp_path):
    name = tmp_path / "account.json"
    name.write_text("[1]")
    # The name of a file that is open is only for messages.
    assert file.load("-", os.open(name, os.O_RDONLY)) == [1]
    assert file.load("nowhere", os.open(name, os.O_RDONLY)) == [1]
    before = os.dup(0)
    with name.open() as opened:
        os.dup2(opened.fileno(), 0)
    try:
        assert file.load("-") == [1]
    finally:
        os.dup2(before, 0)
        os.close(before)


OF_ACCOUNT = "x is not an account number of 12 digits"
#: Values, and what is wrong with them, if something is.
VALUES: list[tuple[Any, Any, str]] = [
    (schema.TEXT, "", ""),
    (schema.TEXT, None, "x is not a text"),
    (schema.DATE, 7, "x is not a date"),
    (schema.DOCUMENT, {}, "x is not a text"),
    (schema.ACCOUNT, "123456789012", ""),
    (schema.ACCOUNT, 123456789012, OF_ACCOUNT),
    *(
        (schema.ACCOUNT, text, OF_ACCOUNT)
        for text in ("", "1" * 11, "1" * 13, "\u0661" * 12, f"{'1' * 12}\n", "a\ntouch canary")
    ),
    (schema.FLAG, False, ""),
    (schema.FLAG, 0, "x is not true or false"),
    (schema.NUMBER, 0, ""),
    (schema.NUMBER, True, "x is not a number"),
    (schema.COUNTS, {"a": 1}, ""),
    (schema.COUNTS, [], "x is not an object"),
    (schema.COUNTS, {"a": "1"}, "x.a is not a number"),
    (schema.OrNull([schema.TEXT]), None, ""),
    (schema.OrNull([schema.TEXT]), ["a", 7], "x[1] is not a text"),
    ([schema.TEXT], {}, "x is not a list"),
    ({"a": schema.TEXT, "b?": schema.TEXT}, {"a": "", "other": 7}, ""),
    ({"a": schema.TEXT}, {}, "x.a is missing"),
    ({"a?": schema.TEXT}, {"a": None}, "x.a is not a text"),
    ({"a": [{"b": schema.FLAG}]}, {"a": [{"b": True}, {"b": 1}]}, "x.a[1].b is not true or false"),
    ({"a": schema.TEXT}, [], "x is not an object"),
]


@pytest.mark.parametrize(("value_type", "value", "said"), VALUES)
def test_the_type_of_each_value_is_checked(value_type, value, said):
    found = ""
    try:
        values.check(value_type, value, "x")
    except Failure as failure:
        found = str(failure)
    assert found == said


def test_only_what_the_schema_has_is_picked():
    record = {
        "text": schema.TEXT,
        "list": [{"date": schema.DATE}],
        "absent?": schema.TEXT,
        "null": schema.OrNull({"text": schema.TEXT}),
        "some?": schema.OrNull([schema.TEXT]),
    }
    convert = {schema.DATE: str.upper}
    value = {"null": None, "other": 1, "list": [{"date": "a", "x": 2}], "text": "t", "some": ["b"]}
    picked = {"text": "t", "list": [{"date": "A"}], "null": None, "some": ["b"]}
    assert values.pick(record, value, convert) == picked
    assert list(values.pick(record, value, convert)) == list(picked)
    assert values.pick(record, {"text": "t", "null": {"text": 7, "y": 8}}, convert) == {
        "text": "t",
        "list": [],
        "null": {"text": 7},
    }
    with pytest.raises(KeyError, match="text"):
        values.pick(record, {"null": None}, convert)
    # What has another type is left to the check.
    for value_type, wrong in (([schema.TEXT], "abc"), ({"a": schema.TEXT}, [1]), (schema.TEXT, {})):
        assert values.pick(value_type, wrong, {}) == wrong


def test_the_account_is_that_of_any_entity():
    lists = ("users", "groups", "roles", "policies", "instance_profiles")
    none: dict[str, Any] = {name: [] for name in lists}
    arn = "arn:aws-cn:iam::210987654321:x/y"
    assert (arns.account(none), list(arns.arns(none))) == (None, [])
    others: dict[str, Any] = {
        "server_certificates": [{"ServerCertificateMetadata": {"Arn": arn}}],
        "virtual_mfa_devices": [{"SerialNumber": arn}],
    }
    # Policies of AWS, and hardware devices, have no account.
    aws = {"policies": [{"Arn": "arn:aws-cn:iam::aws:policy/x"}]}
    for name in (*lists, *others):
        content = none | aws | {"virtual_mfa_devices": [{"SerialNumber": "GAHT1"}]}
        content[name] = [*content.get(name, []), *others.get(name, [{"Arn": arn}])]
        assert arns.account(content) == "210987654321", name
        assert arn in list(arns.arns(content))
    assert arns.account(none | aws) is None
    for odd in ("arn:aws:iam::1", "", "arn:aws:iam::210987654321"):
        assert arns.owner_of(odd) == ""
    assert arns.owner_of("arn:aws:iam::210987654321:user/a:b/bob") == "210987654321"


@pytest.mark.parametrize("force", [True, False])
def test_a_file_system_without_links_has_the_file_too(tmp_path, monkeypatch, *, force):
    def link(*_: object, **_places: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    path = tmp_path / "account.json"
    written = file.SnapshotFile(str(path), force=force)
    written.write({**SNAPSHOT, "taken": DATE})
    assert file.read(str(path))["account"] == ACCOUNT
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["account.json"]
    path.write_text("another's")
    if not force:
        with pytest.raises(Failure, match="exists; use --force to overwrite it"):
            written.write({**SNAPSHOT, "taken": DATE})
        assert path.read_text() == "another's"
        assert [each.name for each in tmp_path.iterdir()] == ["account.json"]


def test_a_snapshot_is_read_as_it_was_written(tmp_path):
    snapshot = {**SNAPSHOT, "taken": DATE}
    # A byte that is not UTF-8.
    snapshot["roles"] = [{**WEB, "AssumeRolePolicyDocument": "caf\udce9"}]
    name = str(tmp_path / "account.json")
    file.SnapshotFile(name, force=False).write(snapshot)
    assert file.read(name) == snapshot
