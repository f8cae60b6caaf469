"""Another client, boto3, reads the same as the commands of what they have built.

The complete output of the commands about the account is compared with what they must show according
to boto3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from support.clients import encoded
from support.shell import TESTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from support.forked import ForkRunner
    from support.shell import Shell

    #: Asks boto3: a method, and parameters; None: no such entity.
    Ask = Callable[..., Any]

#: A policy whose bytes mean something to a shell, a URL, XML or an editor.
ODD = (
    '{ "Statement" : [\n\t{"Effect":"Allow", "Action":"s3:*",'
    ' "Resource":"arn:aws:s3:::a+b/%20/<é>&/*"}  ]\n}\n'
)
ODD_TRUST = (
    '{ "Version":"2008-10-17","Statement":[{"Effect":"Allow",'
    '"Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}'
)
DEVICE = "arn:aws:iam::123456789012:mfa/bob-phone"


def asking(url: str) -> Ask:
    """Return a function that asks boto3, with policy documents as they were sent."""
    client = encoded(url)

    def ask(operation: str, **parameters: str) -> Any:
        try:
            return getattr(client, operation)(**parameters)
        except client.exceptions.NoSuchEntityException:
            return None

    return ask


# What the commands must show according to boto3.


def document(seen: str) -> str:
    return unquote(seen).removesuffix("\n")


def lines(shown: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in shown)


def listing(shown: Iterable[str]) -> str:
    return lines([*shown, "IsTruncated: false"])


def attributes(shown: dict[str, Any]) -> str:
    return lines(
        f"{name}: {str(value).lower() if isinstance(value, bool) else value}"
        for name, value in sorted(shown.items())
    )


def account(ask: Ask) -> dict[str, str]:
    """Return what each command shows, by the command line."""
    shown = {}
    for name, key, lines_about in (
        ("user", "Users", user),
        ("group", "Groups", group),
        ("role", "Roles", role),
    ):
        entities = ask(f"list_{name}s")[key]
        shown[f"iam-{name}listbypath"] = listing(entity["Arn"] for entity in entities)
        for entity in entities:
            shown |= dict(lines_about(ask, entity))
    profiles = ask("list_instance_profiles")["InstanceProfiles"]
    shown["iam-instanceprofilelistbypath"] = listing(profile["Arn"] for profile in profiles)
    for profile in profiles:
        line = f"iam-instanceprofilegetattributes -s {profile['InstanceProfileName']} -r"
        roles = (role["Arn"] for role in profile["Roles"])
        shown[line] = lines([profile["Arn"], profile["InstanceProfileId"], *roles])
    certificates = ask("list_server_certificates")["ServerCertificateMetadataList"]
    shown["iam-servercertlistbypath"] = listing(each["Arn"] for each in certificates)
    for each in certificates:
        line = f"iam-servercertgetattributes -s {each['ServerCertificateName']}"
        shown[line] = lines([each["Arn"], each["ServerCertificateId"]])
    devices = ask("list_virtual_mfa_devices")["VirtualMFADevices"]
    shown["iam-virtualmfadevicelist -t Any -v"] = listing(
        line
        for device in devices
        for line in (
            device["SerialNumber"],
            *(
                [device["User"]["Arn"], f"{device['EnableDate']:%Y-%m-%dT%H:%M:%SZ}"]
                if "User" in device
                else []
            ),
        )
    )
    aliases = ask("list_account_aliases")["AccountAliases"]
    shown["iam-accountaliaslist"] = listing(f"Alias: {alias}" for alias in aliases)
    policy = ask("get_account_password_policy")["PasswordPolicy"]
    shown["iam-accountgetpasswordpolicy"] = attributes(policy)
    shown["iam-accountgetsummary"] = attributes(ask("get_account_summary")["SummaryMap"])
    return shown


def user(ask: Ask, entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    name = entity["UserName"]
    yield f"iam-usergetattributes -u {name}", lines([entity["Arn"], entity["UserId"]])
    groups = ask("list_groups_for_user", UserName=name)["Groups"]
    yield f"iam-userlistgroups -u {name}", listing(group["Arn"] for group in groups)
    keys = ask("list_access_keys", UserName=name)["AccessKeyMetadata"]
    printed = (line for key in keys for line in (key["AccessKeyId"], key["Status"]))
    yield f"iam-userlistkeys -u {name}", listing(printed)
    certificates = ask("list_signing_certificates", UserName=name)["Certificates"]
    members = ("CertificateId", "CertificateBody", "Status")
    printed = (each[member].removesuffix("\n") for each in certificates for member in members)
    yield f"iam-userlistcerts -u {name} -v", listing(printed)
    devices = ask("list_mfa_devices", UserName=name)["MFADevices"]
    yield f"iam-userlistmfadevices -u {name}", listing(each["SerialNumber"] for each in devices)
    profile = ask("get_login_profile", UserName=name)
    exists = [f"Login Profile Exists for User {name}"] if profile else []
    yield f"iam-usergetloginprofile -u {name}", lines(exists)
    yield from policies(ask, "user", UserName=name)


def group(ask: Ask, entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    name = entity["GroupName"]
    users = ask("get_group", GroupName=name)["Users"]
    members = (f"\t{user['Arn']}" for user in users)
    yield f"iam-grouplistusers -g {name}", listing([entity["Arn"], "\tusers", *members])
    yield from policies(ask, "group", GroupName=name)


def role(ask: Ask, entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    name = entity["RoleName"]
    trust = ask("get_role", RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    attributes = [entity["Arn"], entity["RoleId"], document(trust)]
    yield f"iam-rolegetattributes -r {name}", lines(attributes)
    profiles = ask("list_instance_profiles_for_role", RoleName=name)["InstanceProfiles"]
    yield f"iam-instanceprofilelistforrole -r {name}", listing(each["Arn"] for each in profiles)
    yield from policies(ask, "role", RoleName=name)


def policies(ask: Ask, kind: str, **holder: str) -> Iterator[tuple[str, str]]:
    line = f"iam-{kind}listpolicies -{kind[0]} {next(iter(holder.values()))}"
    names = ask(f"list_{kind}_policies", **holder)["PolicyNames"]
    yield line, listing(names)
    for name in names:
        policy = ask(f"get_{kind}_policy", **holder, PolicyName=name)
        yield f"{line} -p {name}", lines([document(policy["PolicyDocument"])])


def built_by_commands(do: Callable[[str], str]) -> None:
    do("iam-groupcreate -g Admin")
    do("iam-groupcreate -g Testers -p /qa/")
    do("iam-groupuploadpolicy -g Admin -p odd -f odd.json")
    do("iam-usercreate -u bob -p /staff/ -g Admin")
    do("iam-usercreate -u susan")
    do("iam-groupadduser -g Admin -u susan")
    do("iam-groupadduser -g Testers -u bob")
    do("iam-useruploadpolicy -u bob -p odd -f odd.json")
    do("iam-useraddpolicy -u bob -p read -e Allow -a s3:Get* -r *")
    do("iam-useraddkey -u susan")
    key = do("iam-useraddkey -u bob").split()[0]
    do(f"iam-usermodkey -u bob -k {key} -s Inactive")
    do("iam-useraddkey -u bob")
    do("iam-useraddcert -u bob -f chain.pem")
    certificate = do("iam-useraddcert -u bob -f cert.pem").strip()
    do(f"iam-usermodcert -u bob -c {certificate} -s Inactive")
    do("iam-useraddloginprofile -u bob -p somePassword")
    do("iam-virtualmfadevicecreate -s bob-phone -b Base32String -o seed.txt")
    do("iam-virtualmfadevicecreate -s spare -b QRCodePNG -o code.png")
    do(f"iam-userenablemfadevice -u bob -s {DEVICE} -c1 123456 -c2 654321")
    do("iam-rolecreate -r webserver -s ec2.amazonaws.com")
    do("iam-rolecreate -r batch -f odd-trust.json -p /jobs/")
    do("iam-roleuploadpolicy -r webserver -p odd -f odd.json")
    do("iam-instanceprofilecreate -s webserver-profile -r webserver")
    do("iam-instanceprofilecreate -s plain -p /jobs/")
    do("iam-servercertupload -s example.com -b cert.pem -k key.pem -c chain.pem")
    do("iam-servercertupload -s cdn -b cert.pem -k key.pem -p /cloudfront/")
    do("iam-accountaliascreate -a example")
    do("iam-accountmodpasswordpolicy -m 12 -l -n -a")


@pytest.fixture
def command(aws: Shell, run_fast: ForkRunner) -> Callable[[str], str]:
    """Run a command line that succeeds, and return what it shows."""
    for name in ("cert.pem", "key.pem", "chain.pem"):
        (aws.home / name).write_bytes((TESTS / "answers" / name).read_bytes())
    (aws.home / "odd.json").write_bytes(ODD.encode())
    (aws.home / "odd-trust.json").write_text(ODD_TRUST)

    def do(line: str) -> str:
        done = run_fast(*line.split())
        assert (done.status, done.err) == (0, ""), line
        return done.out

    return do


@pytest.mark.full
def test_what_the_commands_build_is_seen_by_boto3(command, run_fast, moto):
    built_by_commands(command)
    ask = asking(moto)
    seen = account(ask)
    assert {line: run_fast(*line.split()).out for line in seen} == seen
    for kind, holder in (
        ("user", {"UserName": "bob"}),
        ("group", {"GroupName": "Admin"}),
        ("role", {"RoleName": "webserver"}),
    ):
        policy = ask(f"get_{kind}_policy", **holder, PolicyName="odd")
        assert unquote(policy["PolicyDocument"]) == ODD
