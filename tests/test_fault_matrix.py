"""Every kind of fault at every request: what a command reports about the account is true.

boto3 reads the account after each run: what is reported as created or left exists, what is reported
as not created or removed does not, and with exit status 0 everything is done.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from typing import TYPE_CHECKING, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from support import resettable
from support.relay import FAULTS, Relay
from support.selection import every
from support.shell import KEY_ID, SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.forked import Done, ForkRunner

    Check = Callable[["Account", str], bool]

ENV = {"AWS_MAX_ATTEMPTS": "2", "IAMCLI_TIMEOUT": "0.5"}
#: No run may take longer (seconds).
BOUND = 12.0
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


class Account:
    """The account behind the relay, as boto3 sees it."""

    def __init__(self, url: str) -> None:
        self.iam = boto3.client(
            "iam",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
            config=Config(retries={"max_attempts": 1}),
        )

    def has(self, operation: str, **parameters: str) -> bool:
        """Return whether an operation that reads one thing finds it."""
        try:
            getattr(self.iam, operation)(**parameters)
        except ClientError as error:
            if error.response["Error"]["Code"].startswith("NoSuch"):
                return False
            raise
        return True

    def listed(self, operation: str, key: str, member: str, **parameters: str) -> list[str]:
        """Return the names that a list has; none if its owner does not exist."""
        try:
            entries = getattr(self.iam, operation)(**parameters)[key]
        except ClientError:
            return []
        return [entry[member] if member else entry for entry in entries]


# How a state line names a thing, and how to see whether it is there.


class Case(NamedTuple):
    """A command line, how its account is made, and how each thing that it names is looked up."""

    line: str
    prepare: Callable[[Account], None]
    #: The beginning of each name in a state line, with its check.
    things: dict[str, Callable[[Account, str], bool]]
    #: Whether all that the command was to do is done.
    done: Callable[[Account], bool]


def nothing(_account: Account) -> None:
    """Prepare an empty account."""


def with_group(account: Account) -> None:
    account.iam.create_group(GroupName="Admin")


def with_role(account: Account) -> None:
    account.iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST)


def full_user(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="bob")
    iam.create_group(GroupName="Admin")
    iam.add_user_to_group(GroupName="Admin", UserName="bob")
    iam.create_access_key(UserName="bob")
    iam.put_user_policy(UserName="bob", PolicyName="read", PolicyDocument=POLICY)
    iam.create_login_profile(UserName="bob", Password="not-a-secret-1")
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="bob", PolicyArn=arn)
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"][
        "SerialNumber"
    ]
    iam.enable_mfa_device(
        UserName="bob",
        SerialNumber=serial,
        AuthenticationCode1="123456",
        AuthenticationCode2="654321",
    )


def full_role(account: Account) -> None:
    iam = account.iam
    with_role(account)
    iam.create_instance_profile(InstanceProfileName="front")
    iam.add_role_to_instance_profile(InstanceProfileName="front", RoleName="web")
    iam.put_role_policy(RoleName="web", PolicyName="read", PolicyDocument=POLICY)
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="web", PolicyArn=arn)


def user(account: Account, name: str) -> bool:
    return account.has("get_user", UserName=name)


def keys(account: Account) -> list[str]:
    return account.listed("list_access_keys", "AccessKeyMetadata", "AccessKeyId", UserName="bob")


def member(account: Account, group: str) -> bool:
    return group in account.listed("list_groups_for_user", "Groups", "GroupName", UserName="bob")


def policy(account: Account, name: str) -> bool:
    return name in account.listed("list_user_policies", "PolicyNames", "", UserName="bob")


def attached(account: Account, arn: str) -> bool:
    return arn in account.listed(
        "list_attached_user_policies", "AttachedPolicies", "PolicyArn", UserName="bob"
    )


def assigned_device(account: Account, serial: str) -> bool:
    devices = account.listed("list_mfa_devices", "MFADevices", "SerialNumber", UserName="bob")
    return serial in devices


def device(account: Account, serial: str) -> bool:
    return serial in account.listed("list_virtual_mfa_devices", "VirtualMFADevices", "SerialNumber")


def role(account: Account, name: str) -> bool:
    return account.has("get_role", RoleName=name)


def profile(account: Account, name: str) -> bool:
    return account.has("get_instance_profile", InstanceProfileName=name)


def role_in(account: Account, profile_name: str, role_name: str) -> bool:
    if not profile(account, profile_name):
        return False
    found = account.iam.get_instance_profile(InstanceProfileName=profile_name)
    return role_name in [entry["RoleName"] for entry in found["InstanceProfile"]["Roles"]]


CASES = {
    "usercreate": Case(
        "iam-usercreate -u bob -g Admin -k",
        with_group,
        {
            "user ": user,
            "membership of group ": member,
            "access key": lambda account, _name: bool(keys(account)),
        },
        lambda account: member(account, "Admin") and len(keys(account)) == 1,
    ),
    "userdel": Case(
        "iam-userdel -u bob -r",
        full_user,
        {
            "access key ": lambda account, name: name in keys(account),
            "policy ": policy,
            "membership of group ": member,
            "login profile of ": lambda account, name: account.has(
                "get_login_profile", UserName=name
            ),
            "virtual MFA device ": device,
            "MFA device ": assigned_device,
            "attached policy ": attached,
            "user ": user,
        },
        lambda account: not user(account, "bob"),
    ),
    "rolecreate": Case(
        "iam-rolecreate -r web -s ec2.amazonaws.com",
        nothing,
        {},
        lambda account: role(account, "web"),
    ),
    "roledel": Case(
        "iam-roledel -r web -c",
        full_role,
        {
            "place in instance profile ": lambda account, name: role_in(account, name, "web"),
            "policy ": lambda account, name: (
                name in account.listed("list_role_policies", "PolicyNames", "", RoleName="web")
            ),
            "attached policy ": lambda account, arn: (
                arn
                in account.listed(
                    "list_attached_role_policies", "AttachedPolicies", "PolicyArn", RoleName="web"
                )
            ),
            "role ": role,
        },
        lambda account: not role(account, "web"),
    ),
    "instanceprofilecreate": Case(
        "iam-instanceprofilecreate -s front -r web",
        with_role,
        {
            "instance profile ": profile,
            "role web in it": lambda account, _name: role_in(account, "front", "web"),
        },
        lambda account: role_in(account, "front", "web"),
    ),
    "virtualmfadevicecreate": Case(
        "iam-virtualmfadevicecreate -s phone -b Base32String",
        nothing,
        {},
        lambda account: bool(
            account.listed("list_virtual_mfa_devices", "VirtualMFADevices", "SerialNumber")
        ),
    ),
    "useraddkey": Case(
        "iam-useraddkey -u bob",
        lambda account: account.iam.create_user(UserName="bob"),
        {},
        lambda account: bool(keys(account)),
    ),
    "userdelpolicy": Case(
        "iam-userdelpolicy -u bob -p read",
        full_user,
        {},
        lambda account: not policy(account, "read"),
    ),
    "groupadduser": Case(
        "iam-groupadduser -g Admin -u bob",
        lambda account: (
            account.iam.create_group(GroupName="Admin") and account.iam.create_user(UserName="bob")
        ),
        {},
        lambda account: member(account, "Admin"),
    ),
    "groupremoveuser": Case(
        "iam-groupremoveuser -g Admin -u bob",
        full_user,
        {},
        lambda account: not member(account, "Admin"),
    ),
    "accountaliascreate": Case(
        "iam-accountaliascreate -a example",
        nothing,
        {},
        lambda account: account.listed("list_account_aliases", "AccountAliases", "") == ["example"],
    ),
    "usermod": Case(
        "iam-usermod -u bob -n robert",
        lambda account: account.iam.create_user(UserName="bob"),
        {},
        lambda account: user(account, "robert"),
    ),
}

STATE = re.compile(
    r"iam-\S+: (?:created|removed|added): (?P<done>.*?)(?:; unknown: (?P<unknown>.*?))?; "
    r"(?:not created|left|not added|not removed): (?P<rest>.*)"
)
AGAIN = re.compile(r"(?:access key|virtual MFA device) (?P<name>\S+) was deleted again")
STILL = re.compile(r"(?:access key|virtual MFA device) (?P<name>\S+) still exists")


def things(text: str | None) -> list[str]:
    return [] if text in (None, "nothing") else str(text).split(", ")


def check_state(case: Case, account: Account, state: re.Match[str]) -> list[str]:
    """Return what is false in a state line."""
    false = []
    for group, expected in (("done", "removed" not in state[0]), ("rest", "removed" in state[0])):
        for thing in things(state[group]):
            begin = next(begin for begin in case.things if thing.startswith(begin))
            if case.things[begin](account, thing.removeprefix(begin)) != expected:
                false.append(f"{group}: {thing}")
    return false


def check(case: Case, account: Account, done: Done) -> list[str]:
    """Return what a run said that is not so."""
    lines = done.err.splitlines()
    name = case.line.split()[0]
    false = [line for line in lines if not line.startswith(f"{name}: ")]
    finished = case.done(account)
    if done.status == 0:
        return false if finished else [*false, "status 0, and it is not done"]
    state = next((match for line in lines if (match := STATE.fullmatch(line))), None)
    if state:
        false += check_state(case, account, state)
        if finished and not state["unknown"] and "nothing" in state["rest"]:
            false.append("a failure although all is done")
        return false
    for match in AGAIN.finditer(done.err):
        if match["name"] in (*keys(account), *_devices(account)):
            false.append(match[0])
    for match in STILL.finditer(done.err):
        if match["name"] not in (*keys(account), *_devices(account)):
            false.append(match[0])
    unknown = re.search("may have taken effect|may still exist|is unknown", done.err)
    if finished and not unknown and not STILL.search(done.err):
        false.append("a failure although it is done")
    return false


def _devices(account: Account) -> list[str]:
    return account.listed("list_virtual_mfa_devices", "VirtualMFADevices", "SerialNumber")


@pytest.fixture(scope="module")
def relay(moto_server: str) -> Iterator[Relay]:
    running = Relay(moto_server)
    yield running
    running.close()


def requests_of(case: Case, relay: Relay, account: Account, run_fast: ForkRunner) -> list[str]:
    """Return the requests of a run without a fault."""
    case.prepare(account)
    relay.arm(None, -1)
    done = run_fast(*case.line.split(), env={"AWS_IAM_URL": relay.url})
    assert (done.status, done.err) == (0, "")
    return list(relay.operations)


#: Kinds that take the time of a time-out are tried with one repetition less.
SLOW = ("time-out", "no http")
QUICK = (
    "done, closed",
    "not done, closed",
    "done, 500 ServiceFailure",
    "done, half",
    "done, bare result",
    "refused, AccessDenied",
)


def run_all(
    name: str,
    faults: tuple[str, ...],
    reset: Callable[[], None],
    relay: Relay,
    account: Account,
    run_fast: ForkRunner,
) -> list[str]:
    """Run a case with each fault at each request, and return everything false that was said."""
    case = CASES[name]
    reset()
    operations = requests_of(case, relay, account, run_fast)
    false = []
    for number, fault, always in itertools.product(range(len(operations)), faults, (False, True)):
        # A read changes nothing: a few faults are enough for a command that reads ten times.
        if name in LONG and operations[number].startswith(("Get", "List")) and fault not in QUICK:
            continue
        reset()
        case.prepare(account)
        relay.arm(FAULTS[fault], number, always=always)
        begun = time.monotonic()
        done = run_fast(*case.line.split(), env={"AWS_IAM_URL": relay.url, **ENV})
        if time.monotonic() - begun > BOUND:
            false.append(f"{operations[number]}: {fault}: it took too long")
        said = check(case, account, done)
        false += [
            f"{operations[number]}, {fault}, {'always' if always else 'once'}: {text}\n{done}"
            for text in said
        ]
    return false


@pytest.fixture
def reset(moto_server: str) -> Callable[[], None]:
    return lambda: resettable.reset(moto_server)


#: Cases of many requests, which take long even with a few faults.
LONG = {"userdel", "roledel"}


@pytest.mark.parametrize(
    "name",
    every(4, [name for name in CASES if name not in LONG])
    + [pytest.param(name, marks=pytest.mark.full) for name in CASES if name in LONG],
)
def test_no_false_word(
    name: str,
    reset: Callable[[], None],
    relay: Relay,
    moto_server: str,
    run_fast: ForkRunner,
) -> None:
    account = Account(moto_server)
    false = run_all(name, QUICK, reset, relay, account, run_fast)
    assert not false, "\n".join(false)


#: The faults of a case are tried in this many tests, so that workers share them.
PARTS = 7


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", CASES)
def test_no_false_word_with_every_fault(
    name: str,
    part: int,
    reset: Callable[[], None],
    relay: Relay,
    moto_server: str,
    run_fast: ForkRunner,
) -> None:
    account = Account(moto_server)
    false = run_all(name, tuple(FAULTS)[part::PARTS], reset, relay, account, run_fast)
    assert not false, "\n".join(false)
