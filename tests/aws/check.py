"""Run the commands on a real account, with names of their own, and remove what they made.

Nothing is created unless IAMCLI_TEST_ACCOUNT is the number of the account that the credentials
belong to. boto3 finds the credentials and the endpoint, and the commands use the same ones. Nothing
else that is configured has an effect. Everything is created below the path /iamcli-test/ with
random names, a random password, and a policy that denies everything. The account alias and the
password policy are not touched. boto3 reads what is there. At the end, what this run created and is
still there is removed, and what could not be removed is named.

Usage: IAMCLI_TEST_ACCOUNT=123456789012 python tests/aws/check.py
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = "/iamcli-test/"
BIN = Path(sys.executable).parent
DENY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
)
#: How long a change may take to be visible (seconds).
VISIBLE_AFTER = 30.0


class Account:
    """The account of the session, the names of this run, and the commands."""

    def __init__(self, session: boto3.Session) -> None:
        self.iam: Any = session.client("iam", region_name="us-east-1")
        suffix = secrets.token_hex(4)
        self.user = f"iamcli-user-{suffix}"
        self.group = f"iamcli-group-{suffix}"
        self.role = f"iamcli-role-{suffix}"
        self.profile = f"iamcli-profile-{suffix}"
        self.device = f"iamcli-device-{suffix}"
        self.password = f"{secrets.token_urlsafe(18)}aA1!"
        self.folder = tempfile.TemporaryDirectory()
        self._environment = environment(session, self.iam.meta.endpoint_url, self.folder.name)

    def run(self, *arguments: str, status: int = 0, stdin: str = "") -> str:
        """Run a command and return what it prints; raise AssertionError for another status."""
        done = subprocess.run(
            [str(BIN / arguments[0]), *arguments[1:]],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.folder.name,
            env=self._environment,
            timeout=120,
            check=False,
        )
        if done.returncode != status:
            raise AssertionError(f"{arguments[0]}: status {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def exists(self, operation: str, **parameters: str) -> bool:
        """Return whether boto3 finds a thing."""
        try:
            getattr(self.iam, operation)(**parameters)
        except self.iam.exceptions.NoSuchEntityException:
            return False
        return True


def environment(session: Any, url: str, home: str) -> dict[str, str]:
    """Return the variables of the commands: only those here select the account and the endpoint.

    ``home``: a folder without any configuration.
    """
    keys = session.get_credentials().get_frozen_credentials()
    own = {
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token or "",
        "AWS_IAM_URL": url,
        "AWS_CA_BUNDLE": os.environ.get("AWS_CA_BUNDLE", ""),
        "HOME": home,
        # In a private IAM, the commands need its name.
        "IAMCLI_SANDBOX": os.environ.get("IAMCLI_SANDBOX", ""),
    }
    selecting = ("AWS_", "CLIENT_CONFIG_FILE", "IAMCLI_")
    others = {name: text for name, text in os.environ.items() if not name.startswith(selecting)}
    return {**others, **{name: text for name, text in own.items() if text}}


def until(true: Callable[[], bool]) -> None:
    """Wait until ``true()`` holds; raise AssertionError if it does not in time."""
    end = time.monotonic() + VISIBLE_AFTER
    while not true():
        if time.monotonic() > end:
            raise AssertionError("the account does not show it")
        time.sleep(1)


def check_user(account: Account) -> None:
    """Create a group and a user with a key, a policy, a password and a device."""
    account.run("iam-groupcreate", "-g", account.group, "-p", PATH)
    until(lambda: account.exists("get_group", GroupName=account.group))
    shown = account.run("iam-usercreate", "-u", account.user, "-p", PATH, "-g", account.group, "-k")
    key = shown.splitlines()[0]
    until(lambda: account.exists("get_user", UserName=account.user))
    upload = ("iam-useruploadpolicy", "-u", account.user, "-p", "deny", "-o", DENY)
    account.run(*upload)
    until(lambda: account.exists("get_user_policy", UserName=account.user, PolicyName="deny"))
    assert account.run("iam-userlistpolicies", "-u", account.user, "-p", "deny").strip() == DENY
    password = ("iam-useraddloginprofile", "-u", account.user, "-p", "-")
    account.run(*password, stdin=f"{account.password}\n")
    until(lambda: account.exists("get_login_profile", UserName=account.user))
    device = ("iam-virtualmfadevicecreate", "-s", account.device, "-p", PATH)
    serial = account.run(*device, "-b", "Base32String", "-o", "seed").strip()
    assert serial.endswith(f":mfa{PATH}{account.device}")
    assert key in account.run("iam-userlistkeys", "-u", account.user)
    account.run("iam-usermodkey", "-u", account.user, "-k", key, "-s", "Inactive")
    account.run("iam-virtualmfadevicedel", "-s", serial)


def check_lists(account: Account) -> None:
    """List what was created, below the path and page by page."""
    users = account.run("iam-userlistbypath", "-p", PATH)
    assert f":user{PATH}{account.user}\n" in users
    assert users.endswith("IsTruncated: false\n")
    assert f"{PATH}{account.group}\n" in account.run("iam-userlistgroups", "-u", account.user)
    assert f"\t{users.splitlines()[0]}"[:5] == "\tarn:"
    account.run("iam-userlistbypath", "-p", PATH, "-i", "1")


def check_role(account: Account) -> None:
    """Create a role in an instance profile."""
    account.run("iam-rolecreate", "-r", account.role, "-p", PATH, "-s", "ec2.amazonaws.com")
    until(lambda: account.exists("get_role", RoleName=account.role))
    profile = ("iam-instanceprofilecreate", "-s", account.profile, "-p", PATH)
    account.run(*profile, "-r", account.role)
    until(lambda: account.exists("get_instance_profile", InstanceProfileName=account.profile))
    shown = account.run("iam-instanceprofilelistforrole", "-r", account.role)
    assert f"{PATH}{account.profile}\n" in shown


def check_removal(account: Account) -> None:
    """Remove everything recursively."""
    for command, option, name, recursive in (
        ("iam-userdel", "-u", account.user, "-r"),
        ("iam-groupdel", "-g", account.group, "-r"),
        ("iam-roledel", "-r", account.role, "-c"),
        ("iam-instanceprofiledel", "-s", account.profile, "-r"),
    ):
        account.run(command, option, name, recursive, "-p")
        account.run(command, option, name, recursive)
    until(lambda: not account.exists("get_user", UserName=account.user))
    until(lambda: not account.exists("get_role", RoleName=account.role))
    account.run("iam-usergetattributes", "-u", account.user, status=1)


CHECKS = (check_user, check_lists, check_role, check_removal)


def clean(account: Account) -> list[str]:
    """Remove what this run created and is still there; return what could not be removed.

    Only its own names are touched.
    """
    left = []
    for name, operation, parameter, line in (
        (account.user, "get_user", "UserName", "iam-userdel -u {} -r"),
        (account.group, "get_group", "GroupName", "iam-groupdel -g {} -r"),
        (account.role, "get_role", "RoleName", "iam-roledel -r {} -c"),
        (
            account.profile,
            "get_instance_profile",
            "InstanceProfileName",
            "iam-instanceprofiledel -s {} -r",
        ),
    ):
        try:
            if account.exists(operation, **{parameter: name}):
                account.run(*line.format(name).split())
        except (AssertionError, BotoCoreError, ClientError) as error:  # noqa: PERF203 - each
            left.append(f"{name}: {error}")
    try:
        pages = account.iam.get_paginator("list_virtual_mfa_devices").paginate()
        for serial in pages.search("VirtualMFADevices[].SerialNumber"):
            if serial and serial.endswith(f"{PATH}{account.device}"):
                account.iam.delete_virtual_mfa_device(SerialNumber=serial)
    except (BotoCoreError, ClientError) as error:
        left.append(f"{account.device}: {error}")
    return left


def is_named(create_client: Callable[..., Any]) -> bool:
    """Return whether the credentials belong to the account that is named; print it if not."""
    wanted = os.environ.get("IAMCLI_TEST_ACCOUNT", "")
    if not (wanted.isascii() and wanted.isdigit()):
        print("IAMCLI_TEST_ACCOUNT is not set to an account number; nothing was sent")
        return False
    try:
        caller = create_client("sts", region_name="us-east-1").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        print(f"the account of the credentials is unknown: {error}; nothing was created")
        return False
    if caller["Account"] != wanted:
        print("the credentials belong to another account than IAMCLI_TEST_ACCOUNT names")
        return False
    return True


def main() -> int:
    """Check that the account is the one that is named, then run everything; return the status."""
    if not is_named(lambda *args, **more: boto3.Session().client(*args, **more)):
        return 1
    session = boto3.Session()
    account = Account(session)
    failed = 0
    try:
        for check in CHECKS:
            try:
                check(account)
                print(f"ok      {check.__name__}")
            except (AssertionError, BotoCoreError, ClientError) as error:  # noqa: PERF203 - each
                failed += 1
                print(f"FAILED  {check.__name__}: {error}")
    finally:
        left = clean(account)
        for line in left:
            print(f"LEFT    {line}")
        account.folder.cleanup()
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed or left else 0


if __name__ == "__main__":
    sys.exit(main())
