"""Every kind of fault at every request: what a command reports about the account is true.

boto3 reads the account after each run: what is reported as created or left exists, what is reported
as not created or removed does not, and with exit status 0 everything is done. What is printed
exists. A run creates no access key and no device twice, and it reports each one.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from support import resettable
from support.certificates import self_signed
from support.relay import FAULTS, Relay
from support.selection import usual
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
SERIAL = "arn:aws:iam::123456789012:mfa/phone"
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

    def __init__(self, url: str, relay: Relay) -> None:
        self.relay = relay
        #: The ID of the access key that was prepared.
        self.key = ""
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
        return self._response(operation, parameters) is not None

    def read(self, operation: str, key: str, **parameters: str) -> Any:
        """Return the member ``key`` of a response; None if the entity does not exist."""
        response = self._response(operation, parameters)
        return None if response is None else response[key]

    def _response(self, operation: str, parameters: dict[str, str]) -> Any:
        try:
            return getattr(self.iam, operation)(**parameters)
        except ClientError as error:
            if error.response["Error"]["Code"].startswith("NoSuch"):
                return None
            raise

    def listed(self, operation: str, key: str, member: str, **parameters: str) -> list[str]:
        """Return the names that a list has; none if its owner does not exist."""
        entries = self.read(operation, key, **parameters) or []
        return [entry[member] if member else entry for entry in entries]

    def members(self, operation: str, key: str, *names: str, **parameters: str) -> list[str]:
        """Return these members of an entity; none if it does not exist."""
        entity = self.read(operation, key, **parameters)
        return [entity[name] for name in names] if entity else []

    def changed(self, operation: str) -> bool:
        """Return whether the server carried out this operation for the command."""
        return any(operation == answered for answered, _ in self.relay.answered)

    def given(self, element: str) -> list[str]:
        """Return the texts of an XML element in all responses of the server to the command."""
        answers = (content for _, content in self.relay.answered)
        return [text for content in answers for text in _texts(element, content)]


def _texts(element: str, content: str) -> list[str]:
    return re.findall(f"<{element}>(.*?)</{element}>", content)


# How a state line names a thing, and how to see whether it is there.


class Case(NamedTuple):
    """A command line, how its account is made, and how each thing that it names is looked up."""

    #: "KEY" stands for the ID of the access key that was prepared.
    line: str
    prepare: Callable[[Account], object]
    #: The beginning of each name in a state line, with its check.
    things: dict[str, Callable[[Account, str], bool]]
    #: Whether all that the command was to do is done.
    done: Callable[[Account], bool]
    #: What is printed with exit status 0.
    output: Callable[[Account], list[str]] = lambda _account: []
    #: What is left or lost with exit status 0, and not reported on standard error.
    unreported: Callable[[Account, str], list[str]] = lambda _account, _err: []
    #: The device that takes the place of standard output; if there is one, the command fails.
    stdout: str = ""


def nothing(_account: Account) -> None:
    """Prepare an empty account."""


def with_group(account: Account) -> None:
    account.iam.create_group(GroupName="Admin")


def with_role(account: Account) -> None:
    account.iam.create_role(RoleName="web", AssumeRolePolicyDocument=TRUST)


def with_user(account: Account) -> None:
    account.iam.create_user(UserName="bob")


def with_key(account: Account) -> None:
    with_user(account)
    account.key = account.iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]


def with_password(account: Account) -> None:
    with_user(account)
    account.iam.create_login_profile(UserName="bob", Password="not-a-secret-1")


def with_device(account: Account) -> None:
    with_user(account)
    account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")


def with_password_policy(account: Account) -> None:
    account.iam.update_account_password_policy(MinimumPasswordLength=14, MaxPasswordAge=90)


def full_group(account: Account) -> None:
    iam = account.iam
    with_group(account)
    with_user(account)
    iam.add_user_to_group(GroupName="Admin", UserName="bob")
    iam.put_group_policy(GroupName="Admin", PolicyName="read", PolicyDocument=POLICY)
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="Admin", PolicyArn=arn)


def full_profile(account: Account) -> None:
    with_role(account)
    account.iam.create_instance_profile(InstanceProfileName="front")
    account.iam.add_role_to_instance_profile(InstanceProfileName="front", RoleName="web")


def full_user(account: Account) -> None:
    iam = account.iam
    with_user(account)
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
    full_profile(account)
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


def devices(account: Account) -> list[str]:
    return account.listed("list_virtual_mfa_devices", "VirtualMFADevices", "SerialNumber")


def device(account: Account, serial: str) -> bool:
    return serial in devices(account)


def certificates(account: Account) -> list[str]:
    return account.listed(
        "list_signing_certificates", "Certificates", "CertificateId", UserName="bob"
    )


def aliases(account: Account) -> list[str]:
    return account.listed("list_account_aliases", "AccountAliases", "")


def group(account: Account, name: str) -> bool:
    return account.has("get_group", GroupName=name)


def users_in(account: Account, name: str) -> list[str]:
    return account.listed("get_group", "Users", "UserName", GroupName=name)


def password(account: Account) -> bool:
    return account.has("get_login_profile", UserName="bob")


def key_status(account: Account) -> list[str]:
    return account.listed("list_access_keys", "AccessKeyMetadata", "Status", UserName="bob")


def password_rules(account: Account) -> dict[str, Any]:
    return account.read("get_account_password_policy", "PasswordPolicy") or {}


def key_lines(account: Account) -> list[str]:
    """Return the lines about an access key: boto3 reads the ID, but only the relay the secret."""
    return [*keys(account), *account.given("SecretAccessKey")]


def user_lines(account: Account) -> list[str]:
    return account.members("get_user", "User", "Arn", "UserId", UserName="bob")


def role_lines(account: Account) -> list[str]:
    found = account.read("get_role", "Role", RoleName="web")
    if not found:
        return []
    trust = json.dumps(found["AssumeRolePolicyDocument"], separators=(",", ":"))
    return [found["Arn"], found["RoleId"], trust]


def device_lines(account: Account) -> list[str]:
    seeds = account.given("Base32StringSeed")
    return [*devices(account), *(base64.b64decode(seed).decode() for seed in seeds)]


def certificate_lines(account: Account) -> list[str]:
    found = account.read(
        "get_server_certificate", "ServerCertificate", ServerCertificateName="site"
    )
    metadata = found["ServerCertificateMetadata"] if found else {}
    return [metadata[name] for name in ("Arn", "ServerCertificateId") if found]


def left_of_user(account: Account, err: str) -> list[str]:
    """Return the devices and memberships that a removed user leaves without a word."""
    left = [serial for serial in devices(account) if f"{serial} still exists" not in err]
    return left + users_in(account, "Admin")


def lost_of_rules(account: Account, err: str) -> list[str]:
    """Return what a new password policy says falsely about the age, which has no option."""
    age = password_rules(account).get("MaxPasswordAge")
    if "may have been reset: MaxPasswordAge," in err:
        return []
    kept = "kept from the current policy: MaxPasswordAge 90\n" in err
    return [] if kept and age == 90 else [f"MaxPasswordAge {age}"]


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
        "iam-usercreate -u bob -g Admin -k -v",
        with_group,
        {
            "user ": user,
            "membership of group ": member,
            "access key": lambda account, _name: bool(keys(account)),
        },
        lambda account: member(account, "Admin") and len(keys(account)) == 1,
        lambda account: key_lines(account) + user_lines(account),
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
        unreported=left_of_user,
    ),
    "rolecreate": Case(
        "iam-rolecreate -r web -s ec2.amazonaws.com -v",
        nothing,
        {},
        lambda account: role(account, "web"),
        role_lines,
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
        lambda account: len(devices(account)) == 1,
        device_lines,
    ),
    "virtualmfadevicecreate-unprinted": Case(
        "iam-virtualmfadevicecreate -s phone -b Base32String",
        nothing,
        {},
        lambda _account: False,
        stdout="/dev/full",
    ),
    "useraddkey": Case(
        "iam-useraddkey -u bob",
        with_user,
        {},
        lambda account: len(keys(account)) == 1,
        key_lines,
    ),
    "useraddkey-unprinted": Case(
        "iam-useraddkey -u bob", with_user, {}, lambda _account: False, stdout="/dev/full"
    ),
    "usermodkey": Case(
        "iam-usermodkey -u bob -k KEY -s Inactive",
        with_key,
        {},
        lambda account: key_status(account) == ["Inactive"],
    ),
    "userdelkey": Case(
        "iam-userdelkey -u bob -k KEY", with_key, {}, lambda account: not keys(account)
    ),
    "useraddloginprofile": Case(
        "iam-useraddloginprofile -u bob -p not-a-secret-1", with_user, {}, password
    ),
    "usermodloginprofile": Case(
        "iam-usermodloginprofile -u bob -p not-a-secret-2",
        with_password,
        {},
        # No operation reads a password.
        lambda account: account.changed("UpdateLoginProfile"),
    ),
    "userdelloginprofile": Case(
        "iam-userdelloginprofile -u bob",
        with_password,
        {},
        lambda account: not password(account),
    ),
    "userenablemfadevice": Case(
        f"iam-userenablemfadevice -u bob -s {SERIAL} -c1 123456 -c2 654321",
        with_device,
        {},
        lambda account: assigned_device(account, SERIAL),
    ),
    "userdeactivatemfadevice": Case(
        f"iam-userdeactivatemfadevice -u bob -s {SERIAL}",
        full_user,
        {},
        lambda account: not assigned_device(account, SERIAL) and device(account, SERIAL),
    ),
    "useruploadpolicy": Case(
        "iam-useruploadpolicy -u bob -p read -f policy.json",
        with_user,
        {},
        lambda account: policy(account, "read"),
    ),
    "useraddcert": Case(
        "iam-useraddcert -u bob -f cert.pem",
        with_user,
        {},
        lambda account: len(certificates(account)) == 1,
        certificates,
    ),
    "servercertupload": Case(
        "iam-servercertupload -s site -b cert.pem -k key.pem -v",
        nothing,
        {},
        lambda account: bool(certificate_lines(account)),
        certificate_lines,
    ),
    "groupcreate": Case(
        "iam-groupcreate -g Admin -v",
        nothing,
        {},
        lambda account: group(account, "Admin"),
        lambda account: account.members("get_group", "Group", "Arn", "GroupId", GroupName="Admin"),
    ),
    "groupdel": Case(
        "iam-groupdel -g Admin", with_group, {}, lambda account: not group(account, "Admin")
    ),
    "groupdel-r": Case(
        "iam-groupdel -g Admin -r",
        full_group,
        {
            "membership of user ": lambda account, name: name in users_in(account, "Admin"),
            "policy ": lambda account, name: (
                name in account.listed("list_group_policies", "PolicyNames", "", GroupName="Admin")
            ),
            "attached policy ": lambda account, arn: (
                arn
                in account.listed(
                    "list_attached_group_policies",
                    "AttachedPolicies",
                    "PolicyArn",
                    GroupName="Admin",
                )
            ),
            "group ": group,
        },
        lambda account: not group(account, "Admin"),
        # The member itself must stay.
        unreported=lambda account, _err: [] if user(account, "bob") else ["user bob"],
    ),
    "instanceprofiledel-r": Case(
        "iam-instanceprofiledel -s front -r",
        full_profile,
        {
            "place of role ": lambda account, name: role_in(account, "front", name),
            "instance profile ": profile,
        },
        lambda account: not profile(account, "front"),
        unreported=lambda account, _err: [] if role(account, "web") else ["role web"],
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
        lambda account: aliases(account) == ["example"],
    ),
    "accountaliasdelete": Case(
        "iam-accountaliasdelete -a example",
        lambda account: account.iam.create_account_alias(AccountAlias="example"),
        {},
        lambda account: not aliases(account),
    ),
    "accountmodpasswordpolicy": Case(
        "iam-accountmodpasswordpolicy -m 8",
        with_password_policy,
        {},
        lambda account: password_rules(account).get("MinimumPasswordLength") == 8,
        unreported=lost_of_rules,
    ),
    "accountdelpasswordpolicy": Case(
        "iam-accountdelpasswordpolicy",
        with_password_policy,
        {},
        lambda account: not password_rules(account),
    ),
    "usermod": Case(
        "iam-usermod -u bob -n robert",
        with_user,
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
UNKNOWN = re.compile("may have taken effect|may still exist|is unknown|; unknown: ")
#: What has a secret that is printed only once, by the operation that creates it.
ONCE = {"CreateAccessKey": keys, "CreateVirtualMFADevice": devices}


def things(text: str | None) -> list[str]:
    return [] if text in (None, "nothing") else str(text).split(", ")


def check_state(case: Case, account: Account, state: re.Match[str]) -> list[str]:
    """Return what is false in a state line."""
    false = []
    for label, expected in (("done", "removed" not in state[0]), ("rest", "removed" in state[0])):
        for thing in things(state[label]):
            begin = next(begin for begin in case.things if thing.startswith(begin))
            if case.things[begin](account, thing.removeprefix(begin)) != expected:
                false.append(f"{label}: {thing}")
    return false


def check_notes(account: Account, err: str) -> list[str]:
    """Return what is false about an access key or a device that still exists, or no longer."""
    there = [*keys(account), *devices(account)]
    false = [match[0] for match in AGAIN.finditer(err) if match["name"] in there]
    return false + [match[0] for match in STILL.finditer(err) if match["name"] not in there]


def check_output(case: Case, account: Account, done: Done) -> list[str]:
    """Return the printed lines that do not agree with the account, and those that are missing."""
    lines = done.out.splitlines()
    again = [match["name"] for match in AGAIN.finditer(done.err)]
    expected = case.output(account)
    false = [f"printed: {line}" for line in lines if line not in (*expected, *again)]
    if done.status == 0 and lines != expected:
        false.append(f"printed: {lines}, not {expected}")
    return false


def check_created_once(account: Account, done: Done) -> list[str]:
    """Return what was created twice, or is there and neither printed nor reported."""
    operations = [operation for operation, _ in account.relay.answered]
    false = [f"{name} twice" for name in ONCE if operations.count(name) > 1]
    if UNKNOWN.search(done.err):
        return false
    made = [name for operation in {*operations} & {*ONCE} for name in ONCE[operation](account)]
    said = done.out + done.err
    return false + [f"not reported: {name}" for name in made if name not in said]


def check(case: Case, account: Account, done: Done) -> list[str]:
    """Return what a run said that is not so."""
    lines = done.err.splitlines()
    name = case.line.split()[0]
    false = [line for line in lines if not line.startswith(f"{name}: ")]
    false += check_notes(account, done.err)
    false += check_output(case, account, done)
    false += check_created_once(account, done)
    finished = case.done(account)
    if done.status == 0:
        false += [f"not reported: {what}" for what in case.unreported(account, done.err)]
        return false if finished else [*false, "status 0, and it is not done"]
    state = next((match for line in lines if (match := STATE.fullmatch(line))), None)
    if state:
        false += check_state(case, account, state)
        if finished and not state["unknown"] and "nothing" in state["rest"]:
            false.append("a failure although all is done")
    elif finished and not UNKNOWN.search(done.err) and not STILL.search(done.err):
        false.append("a failure although it is done")
    return false


@pytest.fixture(scope="module")
def relay(moto_server: str) -> Iterator[Relay]:
    running = Relay(moto_server)
    yield running
    running.close()


def requests_of(case: Case, account: Account, run_fast: ForkRunner) -> list[str]:
    """Return the requests of a run without a fault."""
    account.relay.arm(None, -1)
    done = run_case(case, account, run_fast)
    assert (done.status == 0) == (not case.stdout), done
    assert not check(case, account, done)
    return list(account.relay.operations)


def run_case(case: Case, account: Account, run_fast: ForkRunner, **env: str) -> Done:
    """Prepare the account and run the command of a case."""
    case.prepare(account)
    arguments = case.line.replace("KEY", account.key).split()
    return run_fast(*arguments, stdout=case.stdout, env={"AWS_IAM_URL": account.relay.url, **env})


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
    account: Account,
    run_fast: ForkRunner,
    *,
    reads: tuple[str, ...] = tuple(FAULTS),
) -> list[str]:
    """Run a case with each fault at each request, and return everything false that was said.

    ``reads``: the faults that are tried at requests that only read.
    """
    case = CASES[name]
    reset()
    operations = requests_of(case, account, run_fast)
    false = []
    for number, fault, always in itertools.product(range(len(operations)), faults, (False, True)):
        if operations[number].startswith(("Get", "List")) and fault not in reads:
            continue
        reset()
        account.relay.arm(FAULTS[fault], number, always=always)
        begun = time.monotonic()
        done = run_case(case, account, run_fast, **ENV)
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


@pytest.fixture
def account(moto_server: str, relay: Relay) -> Account:
    return Account(moto_server, relay)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A private key and its certificate."""
    return self_signed(tmp_path_factory.mktemp("certificate") / "pem").read_text()


@pytest.fixture(autouse=True)
def _files(run_fast: ForkRunner, certificate: str) -> None:
    """Write the files that the command lines name."""
    key, begin, rest = certificate.partition("-----BEGIN CERTIFICATE-----")
    for name, content in (("policy.json", POLICY), ("cert.pem", begin + rest), ("key.pem", key)):
        (run_fast.home / name).write_text(content)


#: Cases of many requests. A read changes nothing: a few faults are enough for ten reads.
LONG = {"userdel", "roledel", "groupdel-r"}
#: The cases of make test.
DEFAULT = ("usercreate", "useraddkey", "useraddkey-unprinted")


@pytest.mark.parametrize("name", usual(DEFAULT, CASES))
def test_no_false_word(
    name: str, reset: Callable[[], None], account: Account, run_fast: ForkRunner
) -> None:
    false = run_all(name, QUICK, reset, account, run_fast)
    assert not false, "\n".join(false)


def test_no_false_word_of_a_recursive_removal(
    reset: Callable[[], None], account: Account, run_fast: ForkRunner
) -> None:
    faults = ("done, closed", "refused, AccessDenied")
    false = run_all("userdel", faults, reset, account, run_fast, reads=())
    assert not false, "\n".join(false)


#: The faults of a case are tried in this many tests, so that workers share them.
PARTS = 7


@pytest.mark.full
@pytest.mark.longest
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", CASES)
def test_no_false_word_with_every_fault(
    name: str, part: int, reset: Callable[[], None], account: Account, run_fast: ForkRunner
) -> None:
    reads = QUICK if name in LONG else tuple(FAULTS)
    false = run_all(name, tuple(FAULTS)[part::PARTS], reset, account, run_fast, reads=reads)
    assert not false, "\n".join(false)
