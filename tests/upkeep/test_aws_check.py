"""The checks for a real account (make test-aws), run with moto: they work and leave nothing."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from support.clients import connected
from support.shell import ROOT
from support.stub import refused

from iamcli.help import docstring as documentation
from iamcli.installation.table import PROGRAMS

if TYPE_CHECKING:
    from support.shell import Done, Shell

CHECK = str(ROOT / "tests" / "aws" / "check.py")
#: moto's account number.
ACCOUNT = "123456789012"


def names(url: str) -> list[str]:
    iam = connected(url)
    profiles = iam.list_instance_profiles()["InstanceProfiles"]
    return [
        *(user["UserName"] for user in iam.list_users()["Users"]),
        *(group["GroupName"] for group in iam.list_groups()["Groups"]),
        *(role["RoleName"] for role in iam.list_roles()["Roles"]),
        *(found["InstanceProfileName"] for found in profiles),
        *(entry["SerialNumber"] for entry in iam.list_virtual_mfa_devices()["VirtualMFADevices"]),
    ]


@pytest.mark.full
def test_it_runs_everything_and_leaves_nothing(aws, moto):
    aws("iam-usercreate", "-u", "somebody", "-p", "/iamcli-test/")
    done = aws(sys.executable, CHECK, env={"IAMCLI_TEST_ACCOUNT": ACCOUNT})
    assert done.status == 0, done
    assert done.out.splitlines()[-1] == "4 passed, 0 failed"
    # What another run, or somebody, made below the same path stays.
    assert names(moto) == ["somebody"]


@pytest.mark.full
def test_what_else_is_configured_has_no_effect(aws, moto, stub):
    other = stub.endpoint(refused("AccessDenied"))
    (aws.home / ".aws").mkdir()
    (aws.home / ".aws" / "config").write_text(f"[default]\nendpoint_url = {other.url}\n")
    (aws.home / "client").write_text("ClientProxyHost=127.0.0.1\nClientProxyPort=1\n")
    (aws.home / "key").write_text("AWSAccessKeyId=AKIDOTHER\nAWSSecretKey=other\n")
    env = {
        "IAMCLI_TEST_ACCOUNT": ACCOUNT,
        "AWS_CREDENTIAL_FILE": str(aws.home / "key"),
        "AWS_IAM_URL": other.url,
        "CLIENT_CONFIG_FILE": str(aws.home / "client"),
        "IAMCLI_STRICT": "1",
    }
    done = aws(sys.executable, CHECK, env=env)
    assert done.status == 0, done
    assert other.requests == []
    assert names(moto) == []


def test_it_touches_no_other_account(aws, moto):
    done = aws(sys.executable, CHECK, env={"IAMCLI_TEST_ACCOUNT": "999999999999"})
    assert done.status == 1
    assert len(done.out.splitlines()) == 1
    assert names(moto) == []


def changed(aws: Shell, before: str, after: str) -> Done:
    """Run the check with ``after`` in the place of ``before``."""
    text = (ROOT / "tests" / "aws" / "check.py").read_text()
    assert before in text
    (aws.home / "check.py").write_text(text.replace(before, after))
    return aws(sys.executable, str(aws.home / "check.py"), env={"IAMCLI_TEST_ACCOUNT": ACCOUNT})


@pytest.mark.full
def test_a_failure_is_counted_and_cleaned_up(aws, moto):
    """Without a command, some checks fail, and what the others made is removed."""
    done = changed(aws, '"iam-virtualmfadevicedel"', '"iam-rolelistbypath"')
    assert done.status == 1
    assert "FAILED  check_user" in done.out
    assert "LEFT" not in done.out
    assert names(moto) == []


@pytest.mark.full
def test_what_could_not_be_removed_is_named(aws, moto):
    done = changed(aws, "iam-groupdel", "iam-groupmod")
    assert done.status == 1
    (left,) = names(moto)
    assert re.search(rf"^LEFT    {left}: iam-groupmod: status 1: ", done.out, re.MULTILINE)


# With READ_ONLY=1.


def reading(
    aws: Shell,
    *changes: tuple[str, str],
    rows: str = "",
    before: tuple[str, ...] = (),
    **variables: str,
) -> Done:
    """Run the check that only reads without its pauses, with ``changes`` of its text.

    ``rows``: a pattern of those that are made; "" for all; ``before``: what runs it.
    """
    folder = ROOT / "tests" / "aws"
    text = (folder / "read_only.py").read_text()
    lines = [line for line in text.splitlines() if " iam-" not in line or re.search(rows, line)]
    text = "\n".join(lines)
    for old, new in (("PAUSE, NUMBER = 0.2, 20", "PAUSE, NUMBER = 0, 2"), *changes):
        assert old in text
        text = text.replace(old, new)
    (aws.home / "read_only.py").write_text(text)
    (aws.home / "check.py").write_text((folder / "check.py").read_text())
    command = [*before, sys.executable, str(aws.home / "read_only.py")]
    return aws(*command, env={"IAMCLI_TEST_ACCOUNT": ACCOUNT, **variables})


#: The text after which a check has its result, and with one line more.
WRONG = ('return "", [line for line in found', 'return "", [line for line in [*found, "x"]')


def test_it_compares_what_commands_print(aws, moto, tmp_path):
    iam = connected(moto)
    for name in ("bob", "eve", "kim"):
        iam.create_user(UserName=name)
    slept = "import time\ntime.sleep = lambda seconds: print(f'slept {seconds}')\n"
    (tmp_path / "sitecustomize.py").write_text(slept)
    pause = ("PAUSE, NUMBER = 0, 2", "PAUSE, NUMBER = 0.2, 2")
    done = reading(aws, pause, rows="list_users|get_user", PYTHONPATH=str(tmp_path))
    # At most five requests are sent in a second: after each, and as many times for the command.
    assert done.out.count("slept 0.2\n") == 6
    shown = done.out.replace("slept 0.2\n", "")
    expected = table({"iam-userlistbypath": (1, 1), "iam-usergetattributes -u": (2, 2)})
    assert (done.status, shown, done.err) == (0, expected, "")
    # Every command prints a line that is not in the response.
    aws.env["DETAILS"] = "1"
    done = reading(aws, WRONG, rows="list_users")
    arn = f"arn:aws:iam::{ACCOUNT}:user/"
    arns = [f"{arn}bob", f"{arn}eve", f"{arn}kim"]
    columns, *details, row, total = done.out.splitlines(keepends=True)
    assert details == [
        "$ iam-userlistbypath\n",
        f"botocore: {('', arns)}\n",
        f"printed:  {('', [*arns, 'x'])}\n",
    ]
    assert (done.status, columns + row + total, done.err) == (
        1,
        table({"iam-userlistbypath": (1, 0, 1)}),
        "",
    )


def table(rows: dict[str, tuple[int, ...]]) -> str:
    """Return what is printed for ``rows``: runs, and how many are equal, different, not allowed."""
    numbers = {name: (*row, 0, 0)[:4] for name, row in rows.items()}
    columns = ("runs", "equal", "different", "not allowed")
    total = [sum(row[place] for row in numbers.values()) for place in range(4)]
    lines = [("command", columns), *numbers.items()]
    shown = [f"{name:35} " + " ".join(f"{cell:>12}" for cell in cells) for name, cells in lines]
    end = ", ".join(f"{number} {column}" for number, column in zip(total, columns, strict=True))
    return "\n".join([*shown, end, ""])


def test_what_is_not_allowed_is_no_difference(aws, moto, stub):
    aws.env["AWS_ENDPOINT_URL_IAM"] = stub.endpoint(refused("AccessDenied")).url
    done = reading(aws, rows="list_users|get_user")
    rows = {"iam-userlistbypath": (1, 0, 0, 1), "iam-usergetattributes -u": (0, 0)}
    # Then there is no evidence.
    assert done == (1, table(rows), "")


@pytest.mark.full
def test_all_commands_that_only_read_with_a_copy_of_an_account(aws, full_iam):
    aws.env |= {"AWS_IAM_URL": full_iam.url, "AWS_ENDPOINT_URL": full_iam.url}
    assert aws("iamcli", "snapshot", "account.json").status == 0
    copy = ("iamcli", "sandbox", "--account", "account.json")
    done = reading(aws, before=copy)
    assert done.status == 0, done
    assert re.search(r"^(\d+) runs, \1 equal, 0 different, 0 not allowed$", done.out, re.MULTILINE)
    # Each of them, with the same operation, and at least once.
    found = dict(re.findall(r"^(iam-\w+) .*?  +(\d+)  +\d+  +0  +0$", done.out, re.MULTILINE))
    places = {name: place.split(":") for name, place in PROGRAMS.items() if name != "iamcli"}
    reads = {
        name
        for name, (module, function) in places.items()
        for calls in [documentation.of(getattr(import_module(module), function)).calls]
        if all(call.startswith(("Get", "List")) for call in calls)
    }
    assert set(found) == reads
    assert "0" not in found.values()
    # Nothing in the table is of the account.
    names = re.findall(r"[\w:/.@-]+", done.out)
    assert not [name for name in names if name.startswith(("arn:", "A")) and len(name) > 15]
    # A wrong line of any command is noticed.
    done = reading(aws, WRONG, before=copy)
    assert done.status == 1
    assert re.search(r"^\d+ runs, 0 equal, ", done.out, re.MULTILINE) is None


def test_it_reads_no_other_account(aws, stub):
    other = stub.endpoint(refused("AccessDenied"))
    aws.env["AWS_ENDPOINT_URL_IAM"] = other.url
    check = str(ROOT / "tests" / "aws" / "read_only.py")
    done = aws(sys.executable, check, env={"IAMCLI_TEST_ACCOUNT": ""})
    assert (done.status, done.out.count("\n"), done.err) == (1, 1, "")
    assert other.requests == []
