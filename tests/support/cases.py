"""The commands that change something, each with an account and how to see what became of it.

They are the rows of ``tests/faults/test_matrix.py``, and what ``tests/faults/fuzz.py`` runs.
"""

from __future__ import annotations

import base64
import json
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from support import account as stubbed
from support import resettable
from support.account import ARN
from support.certificates import self_signed
from support.shell import KEY_ID, SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from support.relay import Relay
    from support.stub import Stub

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)
#: What no error may contain.
SECRETS = (SECRET, "not-a-secret-1", "not-a-secret-2", "PRIVATE KEY")
SERIAL = f"{ARN}mfa/phone"
#: A file for a secret, which exists only if it has the secret of what was created.
SECRET_FILE = "secret.txt"
#: What policies.statement makes of the options below.
STATEMENT = (
    '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],'
    '"Resource":["*"]}]}'
)
ADDED = "-p read -e Allow -a s3:GetObject"
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
    """The account behind a relay, as the oracle sees it."""

    def __init__(self, relay: Relay, home: Path) -> None:
        self.relay = relay
        #: The directory of the command.
        self.home = home
        #: The ID of the access key or certificate that was prepared: "ID" in the command line.
        self.id = ""
        #: More variables for the command.
        self.env: dict[str, str] = {}

    def changed(self, operation: str, **parameters: str) -> bool:
        """Return whether the server carried out this operation for the command."""
        return any(
            entry.acted
            and entry.operation == operation
            and parameters.items() <= entry.parameters.items()
            for entry in self.relay.exchanges
        )

    def given(self, element: str) -> list[str]:
        """Return the texts of an XML element in all responses of the server to the command."""
        answers = (content for _, content in self.relay.answered)
        return [text for content in answers for text in texts(element, content)]


class MotoAccount(Account):
    """An account of moto, as boto3 sees it."""

    def __init__(self, url: str, relay: Relay, home: Path) -> None:
        super().__init__(relay, home)
        self.url = url
        self.iam = boto3.client(
            "iam",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
            config=Config(retries={"max_attempts": 1}),
        )

    def empty(self) -> None:
        """Empty the account."""
        resettable.reset(self.url)
        self.relay.upstream = self.url

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


class StubAccount(Account):
    """An account at the wire stub, which has what moto lacks, and lists of several pages."""

    def __init__(self, stub: Stub, relay: Relay, home: Path) -> None:
        super().__init__(relay, home)
        self._stub = stub
        self.entity: stubbed.Account

    def fill(self, kind: str, things: dict[str, list[str]], *, login: bool = False) -> None:
        """Begin with an entity of ``kind`` that holds ``things``."""
        self.entity = self._stub.add(lambda url: stubbed.Account(url, kind, things, login=login))
        self.relay.upstream = self.entity.url

    def holds(self, listing: str, name: str) -> bool:
        """Return whether the entity exists and holds this."""
        return self.entity.exists and name in self.entity.things.get(listing, ())


def texts(element: str, content: str) -> list[str]:
    """Return the texts of an element of an XML document."""
    return re.findall(f"<{element}>(.*?)</{element}>", content)


class Case(NamedTuple):
    """A command line, how its account is made, and how each thing that it names is looked up."""

    #: "ID" stands for the ID of what was prepared.
    line: str
    prepare: Callable[[Any], object]
    #: Whether all that the command was to do is done.
    done: Callable[[Any], bool]
    #: What is printed with exit status 0.
    output: Callable[[Any], list[str]] = lambda _account: []
    #: The beginning of each name in a state line, with its check.
    things: Mapping[str, Callable[[Any, str], bool]] = MappingProxyType({})
    #: What is left or lost with exit status 0, and not reported on standard error.
    unreported: Callable[[Any, str], list[str]] = lambda _account, _err: []
    #: The device that takes the place of standard output; if there is one, the command fails.
    stdout: str = ""
    #: Whether the account is at the stub.
    stubbed: bool = False


def calling(operation: str, **parameters: object) -> Callable[[MotoAccount], object]:
    """Return the function that prepares an account with one call."""
    return lambda account: getattr(account.iam, operation)(**parameters)


with_group = calling("create_group", GroupName="Admin")
with_role = calling("create_role", RoleName="web", AssumeRolePolicyDocument=TRUST)
with_user = calling("create_user", UserName="bob")
with_password_policy = calling(
    "update_account_password_policy", MinimumPasswordLength=14, MaxPasswordAge=90
)


def nothing(_account: MotoAccount) -> None:
    """Prepare an empty account."""


def with_key(account: MotoAccount) -> None:
    with_user(account)
    account.id = account.iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]


def with_password(account: MotoAccount) -> None:
    with_user(account)
    account.iam.create_login_profile(UserName="bob", Password="not-a-secret-1")


def with_device(account: MotoAccount) -> None:
    with_user(account)
    account.iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")


def full_group(account: MotoAccount) -> None:
    iam = account.iam
    with_group(account)
    with_user(account)
    iam.add_user_to_group(GroupName="Admin", UserName="bob")
    iam.put_group_policy(GroupName="Admin", PolicyName="read", PolicyDocument=POLICY)
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="Admin", PolicyArn=arn)


def full_profile(account: MotoAccount) -> None:
    with_role(account)
    account.iam.create_instance_profile(InstanceProfileName="front")
    account.iam.add_role_to_instance_profile(InstanceProfileName="front", RoleName="web")


def full_user(account: MotoAccount) -> None:
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


def full_role(account: MotoAccount) -> None:
    iam = account.iam
    full_profile(account)
    iam.put_role_policy(RoleName="web", PolicyName="read", PolicyDocument=POLICY)
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=POLICY)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="web", PolicyArn=arn)


def with_signing_certificate(account: MotoAccount) -> None:
    with_user(account)
    body = (account.home / "cert.pem").read_text()
    uploaded = account.iam.upload_signing_certificate(UserName="bob", CertificateBody=body)
    account.id = uploaded["Certificate"]["CertificateId"]


def with_server_certificate(account: MotoAccount) -> None:
    account.iam.upload_server_certificate(
        ServerCertificateName="site",
        CertificateBody=(account.home / "cert.pem").read_text(),
        PrivateKey=(account.home / "key.pem").read_text(),
    )


def as_user(account: MotoAccount) -> None:
    """Prepare a user who has a password, and whose key signs."""
    with_password(account)
    key = account.iam.create_access_key(UserName="bob")["AccessKey"]
    file = account.home / "bob"
    file.touch(mode=0o600)
    file.write_text(f"AWSAccessKeyId={key['AccessKeyId']}\nAWSSecretKey={key['SecretAccessKey']}\n")
    account.env = {"AWS_CREDENTIAL_FILE": str(file)}


def two_users(account: MotoAccount) -> None:
    with_group(account)
    for name in ("bob", "susan"):
        account.iam.create_user(UserName=name)


def two_members(account: MotoAccount) -> None:
    two_users(account)
    for name in ("bob", "susan"):
        account.iam.add_user_to_group(GroupName="Admin", UserName=name)


def with_profile(account: MotoAccount) -> None:
    with_role(account)
    account.iam.create_instance_profile(InstanceProfileName="front")


def filled(
    kind: str, *, login: bool = False, **things: list[str]
) -> Callable[[StubAccount], object]:
    """Return the function that prepares an entity of ``kind`` at the stub."""
    return lambda account: account.fill(kind, things, login=login)


stubbed_user = filled(
    "User",
    login=True,
    ListAccessKeys=["AKIA1", "AKIA2"],
    ListUserPolicies=["read", "write"],
    ListSigningCertificates=["CERT1"],
    ListGroupsForUser=["Admin", "Staff"],
    ListMFADevices=[f"{ARN}mfa/jack", "GAHT12345678"],
    ListSSHPublicKeys=["APKA1"],
    ListServiceSpecificCredentials=["ACCA1"],
    ListAttachedUserPolicies=[f"{ARN}policy/a"],
)
stubbed_group = filled(
    "Group",
    GetGroup=["bob", "susan"],
    ListGroupPolicies=["read", "write"],
    ListAttachedGroupPolicies=[f"{ARN}policy/a"],
)
stubbed_role = filled(
    "Role",
    ListInstanceProfilesForRole=["front", "back"],
    ListRolePolicies=["read", "write"],
    ListAttachedRolePolicies=[f"{ARN}policy/a"],
)
stubbed_profile = filled("InstanceProfile", GetInstanceProfile=["web1", "web2"])


def finds(operation: str, parameter: str) -> Callable[[MotoAccount, str], bool]:
    """Return the check whether an operation that reads one thing finds a name."""
    return lambda account, name: account.has(operation, **{parameter: name})


user = finds("get_user", "UserName")
login = finds("get_login_profile", "UserName")
group = finds("get_group", "GroupName")
role = finds("get_role", "RoleName")
profile = finds("get_instance_profile", "InstanceProfileName")
server_certificate = finds("get_server_certificate", "ServerCertificateName")


def listed(
    operation: str, key: str, member: str = "", **owner: str
) -> Callable[[MotoAccount], list[str]]:
    """Return the function that returns the names in a list."""
    return lambda account: account.listed(operation, key, member, **owner)


BOB = {"UserName": "bob"}
keys = listed("list_access_keys", "AccessKeyMetadata", "AccessKeyId", **BOB)
key_status = listed("list_access_keys", "AccessKeyMetadata", "Status", **BOB)
certificates = listed("list_signing_certificates", "Certificates", "CertificateId", **BOB)
certificate_status = listed("list_signing_certificates", "Certificates", "Status", **BOB)
devices = listed("list_virtual_mfa_devices", "VirtualMFADevices", "SerialNumber")
aliases = listed("list_account_aliases", "AccountAliases")


def in_list(
    operation: str, key: str, member: str = "", **owner: str
) -> Callable[[MotoAccount, str], bool]:
    """Return the check whether a list has a name."""
    return lambda account, name: name in account.listed(operation, key, member, **owner)


member = in_list("list_groups_for_user", "Groups", "GroupName", **BOB)
device = in_list("list_virtual_mfa_devices", "VirtualMFADevices", "SerialNumber")
assigned_device = in_list("list_mfa_devices", "MFADevices", "SerialNumber", **BOB)
policy = in_list("list_user_policies", "PolicyNames", **BOB)
group_policy = in_list("list_group_policies", "PolicyNames", GroupName="Admin")
role_policy = in_list("list_role_policies", "PolicyNames", RoleName="web")


def attached(kind: str, **owner: str) -> Callable[[MotoAccount, str], bool]:
    """Return the check whether a managed policy is attached to an entity of ``kind``."""
    return in_list(f"list_attached_{kind}_policies", "AttachedPolicies", "PolicyArn", **owner)


def has(check: Callable[..., object], *names: str) -> Callable[[MotoAccount], bool]:
    """Return whether a check finds these names, or anything."""
    return lambda account: bool(check(account, *names))


def lacks(check: Callable[..., object], *names: str) -> Callable[[MotoAccount], bool]:
    """Return the opposite of ``has``."""
    return lambda account: not check(account, *names)


def held_in(listing: str) -> Callable[[StubAccount, str], bool]:
    """Return the check of what an entity at the stub holds."""
    return lambda account, name: account.holds(listing, name)


def entity_exists(account: StubAccount, _name: str) -> bool:
    return account.entity.exists


def is_removed(account: StubAccount) -> bool:
    return not account.entity.exists


def stubbed_device(account: StubAccount, serial: str) -> bool:
    return not account.changed("DeleteVirtualMFADevice", SerialNumber=serial)


def users_in(account: MotoAccount, name: str) -> list[str]:
    return account.listed("get_group", "Users", "UserName", GroupName=name)


def password_rules(account: MotoAccount) -> dict[str, Any]:
    return account.read("get_account_password_policy", "PasswordPolicy") or {}


def key_lines(account: MotoAccount) -> list[str]:
    """Return the lines about an access key: boto3 reads the ID, but only the relay the secret."""
    return [*keys(account), *account.given("SecretAccessKey")]


def user_lines(account: MotoAccount) -> list[str]:
    return account.members("get_user", "User", "Arn", "UserId", UserName="bob")


def role_lines(account: MotoAccount) -> list[str]:
    found = account.read("get_role", "Role", RoleName="web")
    if not found:
        return []
    trust = json.dumps(found["AssumeRolePolicyDocument"], separators=(",", ":"))
    return [found["Arn"], found["RoleId"], trust]


def device_lines(account: MotoAccount) -> list[str]:
    seeds = account.given("Base32StringSeed")
    return [*devices(account), *(base64.b64decode(seed).decode() for seed in seeds)]


def certificate_lines(account: MotoAccount) -> list[str]:
    found = account.read(
        "get_server_certificate", "ServerCertificate", ServerCertificateName="site"
    )
    metadata = found["ServerCertificateMetadata"] if found else {}
    return [metadata[name] for name in ("Arn", "ServerCertificateId") if found]


def left_of_user(account: MotoAccount, err: str) -> list[str]:
    """Return the devices and memberships that a removed user leaves without a word."""
    left = [serial for serial in devices(account) if f"{serial} still exists" not in err]
    return left + users_in(account, "Admin")


def lost_of_rules(account: MotoAccount, err: str) -> list[str]:
    """Return what a new password policy says falsely about the age, which has no option."""
    age = password_rules(account).get("MaxPasswordAge")
    if "may have been reset: MaxPasswordAge," in err:
        return []
    kept = "kept from the current policy: MaxPasswordAge 90\n" in err
    return [] if kept and age == 90 else [f"MaxPasswordAge {age}"]


def trusted(account: MotoAccount) -> str:
    found = account.read("get_role", "Role", RoleName="web")
    return json.dumps(found["AssumeRolePolicyDocument"]) if found else ""


def seed_saved(account: MotoAccount) -> bool:
    file = account.home / SECRET_FILE
    return (
        bool(devices(account))
        and file.exists()
        and file.read_text() == "".join(f"{line}\n" for line in device_lines(account)[1:])
    )


def key_saved(account: MotoAccount) -> bool:
    file = account.home / SECRET_FILE
    names = ("AWSAccessKeyId", "AWSSecretKey")
    lines = (f"{name}={value}\n" for name, value in zip(names, key_lines(account), strict=False))
    return bool(keys(account)) and file.exists() and file.read_text() == "".join(lines)


def role_in(account: MotoAccount, profile_name: str, role_name: str) -> bool:
    if not profile(account, profile_name):
        return False
    found = account.iam.get_instance_profile(InstanceProfileName=profile_name)
    return role_name in [entry["RoleName"] for entry in found["InstanceProfile"]["Roles"]]


#: What iam-usercreate creates.
CREATED = {
    "user ": user,
    "membership of group ": member,
    "access key": lambda account, _name: bool(keys(account)),
}

CASES = {
    "usercreate": Case(
        "iam-usercreate -u bob -g Admin -k -v",
        with_group,
        lambda account: member(account, "Admin") and len(keys(account)) == 1,
        lambda account: key_lines(account) + user_lines(account),
        things=CREATED,
    ),
    "usercreate-o": Case(
        f"iam-usercreate -u bob -g Admin -k -v -o {SECRET_FILE}",
        with_group,
        lambda account: member(account, "Admin") and key_saved(account),
        lambda account: keys(account) + user_lines(account),
        things=CREATED,
    ),
    "userdel": Case(
        "iam-userdel -u bob -r",
        full_user,
        lacks(user, "bob"),
        things={
            "access key ": lambda account, name: name in keys(account),
            "policy ": policy,
            "membership of group ": member,
            "login profile of ": login,
            "virtual MFA device ": device,
            "MFA device ": assigned_device,
            "attached policy ": attached("user", **BOB),
            "user ": user,
        },
        unreported=left_of_user,
    ),
    "rolecreate": Case(
        "iam-rolecreate -r web -s ec2.amazonaws.com -v", nothing, has(role, "web"), role_lines
    ),
    "roledel": Case(
        "iam-roledel -r web -c",
        full_role,
        lacks(role, "web"),
        things={
            "place in instance profile ": lambda account, name: role_in(account, name, "web"),
            "policy ": role_policy,
            "attached policy ": attached("role", RoleName="web"),
            "role ": role,
        },
    ),
    "instanceprofilecreate": Case(
        "iam-instanceprofilecreate -s front -r web",
        with_role,
        has(role_in, "front", "web"),
        things={
            "instance profile ": profile,
            "role web in it": lambda account, _name: role_in(account, "front", "web"),
        },
    ),
    "virtualmfadevicecreate": Case(
        "iam-virtualmfadevicecreate -s phone -b Base32String",
        nothing,
        lambda account: len(devices(account)) == 1,
        device_lines,
    ),
    "virtualmfadevicecreate-unprinted": Case(
        "iam-virtualmfadevicecreate -s phone -b Base32String",
        nothing,
        lambda _account: False,
        stdout="/dev/full",
    ),
    "useraddkey": Case(
        "iam-useraddkey -u bob", with_user, lambda account: len(keys(account)) == 1, key_lines
    ),
    "useraddkey-unprinted": Case(
        "iam-useraddkey -u bob", with_user, lambda _account: False, stdout="/dev/full"
    ),
    "useraddkey-o": Case(f"iam-useraddkey -u bob -o {SECRET_FILE}", with_user, key_saved, keys),
    "usermodkey": Case(
        "iam-usermodkey -u bob -k ID -s Inactive",
        with_key,
        lambda account: key_status(account) == ["Inactive"],
    ),
    "userdelkey": Case("iam-userdelkey -u bob -k ID", with_key, lacks(keys)),
    "useraddloginprofile": Case(
        "iam-useraddloginprofile -u bob -p not-a-secret-1", with_user, has(login, "bob")
    ),
    "usermodloginprofile": Case(
        "iam-usermodloginprofile -u bob -p not-a-secret-2",
        with_password,
        # No operation reads a password.
        lambda account: account.changed("UpdateLoginProfile"),
    ),
    "userdelloginprofile": Case(
        "iam-userdelloginprofile -u bob", with_password, lacks(login, "bob")
    ),
    "userenablemfadevice": Case(
        f"iam-userenablemfadevice -u bob -s {SERIAL} -c1 123456 -c2 654321",
        with_device,
        has(assigned_device, SERIAL),
    ),
    "userdeactivatemfadevice": Case(
        f"iam-userdeactivatemfadevice -u bob -s {SERIAL}",
        full_user,
        lambda account: not assigned_device(account, SERIAL) and device(account, SERIAL),
    ),
    "useruploadpolicy": Case(
        "iam-useruploadpolicy -u bob -p read -f policy.json", with_user, has(policy, "read")
    ),
    "useraddcert": Case(
        "iam-useraddcert -u bob -f cert.pem",
        with_user,
        lambda account: len(certificates(account)) == 1,
        certificates,
    ),
    "servercertupload": Case(
        "iam-servercertupload -s site -b cert.pem -k key.pem -v",
        nothing,
        has(certificate_lines),
        certificate_lines,
    ),
    "groupcreate": Case(
        "iam-groupcreate -g Admin -v",
        nothing,
        has(group, "Admin"),
        lambda account: account.members("get_group", "Group", "Arn", "GroupId", GroupName="Admin"),
    ),
    "groupdel": Case("iam-groupdel -g Admin", with_group, lacks(group, "Admin")),
    "groupdel-r": Case(
        "iam-groupdel -g Admin -r",
        full_group,
        lacks(group, "Admin"),
        things={
            "membership of user ": lambda account, name: name in users_in(account, "Admin"),
            "policy ": group_policy,
            "attached policy ": attached("group", GroupName="Admin"),
            "group ": group,
        },
        # The member itself must stay.
        unreported=lambda account, _err: [] if user(account, "bob") else ["user bob"],
    ),
    "instanceprofiledel-r": Case(
        "iam-instanceprofiledel -s front -r",
        full_profile,
        lacks(profile, "front"),
        things={
            "place of role ": lambda account, name: role_in(account, "front", name),
            "instance profile ": profile,
        },
        unreported=lambda account, _err: [] if role(account, "web") else ["role web"],
    ),
    "userdelpolicy": Case("iam-userdelpolicy -u bob -p read", full_user, lacks(policy, "read")),
    "groupadduser": Case(
        "iam-groupadduser -g Admin -u bob",
        lambda account: (
            account.iam.create_group(GroupName="Admin") and account.iam.create_user(UserName="bob")
        ),
        has(member, "Admin"),
    ),
    "groupremoveuser": Case(
        "iam-groupremoveuser -g Admin -u bob", full_user, lacks(member, "Admin")
    ),
    "accountaliascreate": Case(
        "iam-accountaliascreate -a example",
        nothing,
        lambda account: aliases(account) == ["example"],
    ),
    "accountaliasdelete": Case(
        "iam-accountaliasdelete -a example",
        calling("create_account_alias", AccountAlias="example"),
        lacks(aliases),
    ),
    "accountmodpasswordpolicy": Case(
        "iam-accountmodpasswordpolicy -m 8",
        with_password_policy,
        lambda account: password_rules(account).get("MinimumPasswordLength") == 8,
        unreported=lost_of_rules,
    ),
    "accountdelpasswordpolicy": Case(
        "iam-accountdelpasswordpolicy", with_password_policy, lacks(password_rules)
    ),
    "usermod": Case("iam-usermod -u bob -n robert", with_user, has(user, "robert")),
    "groupmod": Case("iam-groupmod -g Admin -n Staff", with_group, has(group, "Staff")),
    "servercertmod": Case(
        "iam-servercertmod -s site -n page",
        with_server_certificate,
        has(server_certificate, "page"),
    ),
    "servercertdel": Case(
        "iam-servercertdel -s site", with_server_certificate, lacks(server_certificate, "site")
    ),
    "usermodcert": Case(
        "iam-usermodcert -u bob -c ID -s Inactive",
        with_signing_certificate,
        lambda account: certificate_status(account) == ["Inactive"],
    ),
    "userdelcert": Case(
        "iam-userdelcert -u bob -c ID", with_signing_certificate, lacks(certificates)
    ),
    "userdel-alone": Case("iam-userdel -u bob", with_user, lacks(user, "bob")),
    "roledel-alone": Case("iam-roledel -r web", with_role, lacks(role, "web")),
    "instanceprofiledel-alone": Case(
        "iam-instanceprofiledel -s front", with_profile, lacks(profile, "front")
    ),
    "instanceprofileaddrole": Case(
        "iam-instanceprofileaddrole -s front -r web", with_profile, has(role_in, "front", "web")
    ),
    "instanceprofileremoverole": Case(
        "iam-instanceprofileremoverole -s front -r web",
        full_profile,
        lacks(role_in, "front", "web"),
    ),
    "roleupdateassumepolicy": Case(
        "iam-roleupdateassumepolicy -r web -s lambda.amazonaws.com",
        with_role,
        lambda account: "lambda.amazonaws.com" in trusted(account),
    ),
    "virtualmfadevicedel": Case(
        f"iam-virtualmfadevicedel -s {SERIAL}", with_device, lacks(devices)
    ),
    "virtualmfadevicecreate-o": Case(
        f"iam-virtualmfadevicecreate -s phone -b Base32String -o {SECRET_FILE}",
        nothing,
        seed_saved,
        devices,
    ),
    "userresyncmfadevice": Case(
        f"iam-userresyncmfadevice -u bob -s {SERIAL} -c1 123456 -c2 654321",
        full_user,
        # No operation reads this, or a password.
        lambda account: account.changed("ResyncMFADevice"),
    ),
    "userchangepassword": Case(
        "iam-userchangepassword -o not-a-secret-1 -n not-a-secret-2",
        as_user,
        lambda account: account.changed("ChangePassword"),
    ),
    "useraddpolicy": Case(
        f"iam-useraddpolicy -u bob {ADDED} -r * -o",
        with_user,
        has(policy, "read"),
        lambda _account: [STATEMENT],
    ),
    "groupaddpolicy": Case(
        f"iam-groupaddpolicy -g Admin {ADDED} -r *", with_group, has(group_policy, "read")
    ),
    "roleaddpolicy": Case(
        f"iam-roleaddpolicy -r web {ADDED} -c *", with_role, has(role_policy, "read")
    ),
    "groupuploadpolicy": Case(
        "iam-groupuploadpolicy -g Admin -p read -f policy.json",
        with_group,
        has(group_policy, "read"),
    ),
    "roleuploadpolicy": Case(
        "iam-roleuploadpolicy -r web -p read -f policy.json", with_role, has(role_policy, "read")
    ),
    "groupdelpolicy": Case(
        "iam-groupdelpolicy -g Admin -p read", full_group, lacks(group_policy, "read")
    ),
    "roledelpolicy": Case(
        "iam-roledelpolicy -r web -p read", full_role, lacks(role_policy, "read")
    ),
    "groupadduser-two": Case(
        "iam-groupadduser -g Admin -u bob -u susan",
        two_users,
        lambda account: users_in(account, "Admin") == ["bob", "susan"],
        things={"user ": lambda account, name: name in users_in(account, "Admin")},
    ),
    "groupremoveuser-two": Case(
        "iam-groupremoveuser -g Admin -u bob -u susan",
        two_members,
        lacks(users_in, "Admin"),
        things={"user ": lambda account, name: name in users_in(account, "Admin")},
    ),
    "stubbed-userdel": Case(
        "iam-userdel -u jack -r",
        stubbed_user,
        is_removed,
        things={
            "access key ": held_in("ListAccessKeys"),
            "policy ": held_in("ListUserPolicies"),
            "signing certificate ": held_in("ListSigningCertificates"),
            "membership of group ": held_in("ListGroupsForUser"),
            "login profile of ": lambda account, _name: account.entity.login,
            "virtual MFA device ": stubbed_device,
            "MFA device ": held_in("ListMFADevices"),
            "SSH public key ": held_in("ListSSHPublicKeys"),
            "service credential ": held_in("ListServiceSpecificCredentials"),
            "attached policy ": held_in("ListAttachedUserPolicies"),
            "user ": entity_exists,
        },
        stubbed=True,
    ),
    "stubbed-groupdel": Case(
        "iam-groupdel -g Admin -r",
        stubbed_group,
        is_removed,
        things={
            "membership of user ": held_in("GetGroup"),
            "policy ": held_in("ListGroupPolicies"),
            "attached policy ": held_in("ListAttachedGroupPolicies"),
            "group ": entity_exists,
        },
        stubbed=True,
    ),
    "stubbed-roledel": Case(
        "iam-roledel -r web -c",
        stubbed_role,
        is_removed,
        things={
            "place in instance profile ": held_in("ListInstanceProfilesForRole"),
            "policy ": held_in("ListRolePolicies"),
            "attached policy ": held_in("ListAttachedRolePolicies"),
            "role ": entity_exists,
        },
        stubbed=True,
    ),
    "stubbed-instanceprofiledel": Case(
        "iam-instanceprofiledel -s front -r",
        stubbed_profile,
        is_removed,
        things={
            "place of role ": held_in("GetInstanceProfile"),
            "instance profile ": entity_exists,
        },
        stubbed=True,
    ),
}


def write_files(home: Path) -> None:
    """Write the files that the command lines name."""
    pem = self_signed(home / "pem").read_text()
    key, begin, rest = pem.partition("-----BEGIN CERTIFICATE-----")
    for name, content in (("policy.json", POLICY), ("cert.pem", begin + rest), ("key.pem", key)):
        (home / name).write_text(content)
