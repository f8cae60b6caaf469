"""The check for a real account (make test-aws), run with moto: it works and removes everything."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import boto3
import pytest
from support.selection import every
from support.shell import KEY_ID, ROOT, SECRET
from support.stub import refused

if TYPE_CHECKING:
    from support.shell import Done, Shell

CHECK = str(ROOT / "tests" / "aws" / "check.py")
#: moto's account number.
ACCOUNT = "123456789012"


def names(url: str) -> list[str]:
    iam = boto3.client(
        "iam",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )
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


@pytest.mark.parametrize("number", every(3, ["999999999999", "", "prod"]))
def test_it_touches_no_other_account(number, aws, moto):
    done = aws(sys.executable, CHECK, env={"IAMCLI_TEST_ACCOUNT": number})
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
@pytest.mark.parametrize(
    ("command", "failing"),
    [("iam-rolecreate", "check_role"), ("iam-virtualmfadevicedel", "check_user")],
)
def test_a_failure_is_counted_and_cleaned_up(command, failing, aws, moto):
    """Without a command, some checks fail, and what the others made is removed."""
    done = changed(aws, f'"{command}"', '"iam-rolelistbypath"')
    assert done.status == 1
    assert f"FAILED  {failing}" in done.out
    assert "LEFT" not in done.out
    assert names(moto) == []


@pytest.mark.full
def test_what_could_not_be_removed_is_named(aws, moto):
    done = changed(aws, "iam-groupdel", "iam-groupmod")
    assert done.status == 1
    (left,) = names(moto)
    assert re.search(rf"^LEFT    {left}: iam-groupmod: status 1: ", done.out, re.MULTILINE)
