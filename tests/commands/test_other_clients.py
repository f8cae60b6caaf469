"""Two other clients, `aws` and boto3, read the same as the commands, whichever client wrote it.

The commands and `aws` each build the same account. The complete output of the commands about it is
compared with what they must show according to each client.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from botocore import xform_name
from support import resettable
from support.clients import encoded
from support.shell import TESTS
from support.transcripts import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from support.forked import ForkRunner
    from support.shell import Shell

    #: Asks a client: an operation, as `aws iam` spells it, and parameters; None: no such entity.
    Ask = Callable[..., Any]

#: A policy whose bytes mean something to a shell, a URL, XML or an editor.
ODD = (
    '{ "Statement" : [\n\t{"Effect":"Allow", "Action":"s3:*",'
    ' "Resource":"arn:aws:s3:::a+b/%20/<é>&/*"}  ]\n}\n'
)
#: What iam-roleaddpolicy and iam-rolecreate generate.
ALLOW = '{"Version":"2008-10-17","Statement":[{"Effect":"Allow",'
READ = f'{ALLOW}"Action":["s3:Get*"],"Resource":["*"]}}]}}'
EC2 = '"Principal":{"Service":["ec2.amazonaws.com"]}'
TRUST = f'{ALLOW}{EC2},"Action":["sts:AssumeRole"]}}]}}'
DOCUMENTS = {"odd": ODD, "read": READ, "trust": TRUST, "odd-trust": TRUST.replace('{"', '{ "')}
DEVICE = "arn:aws:iam::123456789012:mfa/bob-phone"

#: Runs `aws` with the arguments in each line of standard input, as JSON, and prints the exit status
#: and what `aws` printed. A process for each line would take half a second.
AWS = """
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
driver = create_clidriver()
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = driver.main(json.loads(line))
    print(json.dumps([status, out.getvalue(), err.getvalue()]), flush=True)
"""


class Aws:
    """The client `aws`."""

    def __init__(self, shell: Shell) -> None:
        self._process = shell.start(
            sys.executable, "-c", AWS, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __call__(self, line: str) -> Any:
        """Run ``aws iam`` with the arguments of ``line``; return what it shows."""
        return self._run(line.split())

    def ask(self, operation: str, **parameters: str) -> Any:
        """Ask for an ``operation``."""
        options = ((f"--{xform_name(name, '-')}", value) for name, value in parameters.items())
        return self._run([operation, *(argument for option in options for argument in option)])

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _run(self, arguments: list[str]) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(["iam", *arguments]).encode() + b"\n")
        self._process.stdin.flush()
        status, out, err = json.loads(self._process.stdout.readline())
        if "(NoSuchEntity)" in err:
            return None
        assert status == 0, (arguments, err)
        return json.loads(out or "{}")


def boto3_client(url: str) -> Ask:
    """Return a function that asks boto3, with policy documents as they were sent."""
    client = encoded(url)

    def ask(operation: str, **parameters: str) -> Any:
        try:
            return getattr(client, operation.replace("-", "_"))(**parameters)
        except client.exceptions.NoSuchEntityException:
            return None

    return ask


# What the commands must show according to another client.


def document(seen: str | dict[str, Any]) -> str:
    return unquote(seen).removesuffix("\n") if isinstance(seen, str) else json.dumps(seen)


def date(seen: Any) -> str:
    return seen if isinstance(seen, str) else seen.strftime("%Y-%m-%dT%H:%M:%SZ")


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
        entities = ask(f"list-{name}s")[key]
        shown[f"iam-{name}listbypath"] = listing(entity["Arn"] for entity in entities)
        for entity in entities:
            shown |= dict(lines_about(ask, entity))
    profiles = ask("list-instance-profiles")["InstanceProfiles"]
    shown["iam-instanceprofilelistbypath"] = listing(profile["Arn"] for profile in profiles)
    for profile in profiles:
        line = f"iam-instanceprofilegetattributes -s {profile['InstanceProfileName']} -r"
        roles = (role["Arn"] for role in profile["Roles"])
        shown[line] = lines([profile["Arn"], profile["InstanceProfileId"], *roles])
    certificates = ask("list-server-certificates")["ServerCertificateMetadataList"]
    shown["iam-servercertlistbypath"] = listing(each["Arn"] for each in certificates)
    for each in certificates:
        line = f"iam-servercertgetattributes -s {each['ServerCertificateName']}"
        shown[line] = lines([each["Arn"], each["ServerCertificateId"]])
    devices = ask("list-virtual-mfa-devices")["VirtualMFADevices"]
    shown["iam-virtualmfadevicelist -t Any -v"] = listing(
        line for device in devices for line in (device["SerialNumber"], *assignment(device))
    )
    aliases = ask("list-account-aliases")["AccountAliases"]
    shown["iam-accountaliaslist"] = listing(f"Alias: {alias}" for alias in aliases)
    policy = ask("get-account-password-policy")["PasswordPolicy"]
    shown["iam-accountgetpasswordpolicy"] = attributes(policy)
    shown["iam-accountgetsummary"] = attributes(ask("get-account-summary")["SummaryMap"])
    return shown


def assignment(device: dict[str, Any]) -> list[str]:
    return [device["User"]["Arn"], date(device["EnableDate"])] if "User" in device else []


def user(ask: Ask, entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    name = entity["UserName"]
    yield f"iam-usergetattributes -u {name}", lines([entity["Arn"], entity["UserId"]])
    groups = ask("list-groups-for-user", UserName=name)["Groups"]
    yield f"iam-userlistgroups -u {name}", listing(group["Arn"] for group in groups)
    keys = ask("list-access-keys", UserName=name)["AccessKeyMetadata"]
    printed = (line for key in keys for line in (key["AccessKeyId"], key["Status"]))
    yield f"iam-userlistkeys -u {name}", listing(printed)
    certificates = ask("list-signing-certificates", UserName=name)["Certificates"]
    members = ("CertificateId", "CertificateBody", "Status")
    printed = (each[member].removesuffix("\n") for each in certificates for member in members)
    yield f"iam-userlistcerts -u {name} -v", listing(printed)
    devices = ask("list-mfa-devices", UserName=name)["MFADevices"]
    yield f"iam-userlistmfadevices -u {name}", listing(each["SerialNumber"] for each in devices)
    profile = ask("get-login-profile", UserName=name)
    exists = [f"Login Profile Exists for User {name}"] if profile else []
    yield f"iam-usergetloginprofile -u {name}", lines(exists)
    yield from policies(ask, "user", UserName=name)


def group(ask: Ask, entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    name = entity["GroupName"]
    members = (f"\t{user['Arn']}" for user in ask("get-group", GroupName=name)["Users"])
    yield f"iam-grouplistusers -g {name}", listing([entity["Arn"], "\tusers", *members])
    yield from policies(ask, "group", GroupName=name)


def role(ask: Ask, entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    name = entity["RoleName"]
    trust = ask("get-role", RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    attributes = [entity["Arn"], entity["RoleId"], document(trust)]
    yield f"iam-rolegetattributes -r {name}", lines(attributes)
    profiles = ask("list-instance-profiles-for-role", RoleName=name)["InstanceProfiles"]
    yield f"iam-instanceprofilelistforrole -r {name}", listing(each["Arn"] for each in profiles)
    yield from policies(ask, "role", RoleName=name)


def policies(ask: Ask, kind: str, **holder: str) -> Iterator[tuple[str, str]]:
    line = f"iam-{kind}listpolicies -{kind[0]} {next(iter(holder.values()))}"
    names = ask(f"list-{kind}-policies", **holder)["PolicyNames"]
    yield line, listing(names)
    for name in names:
        policy = ask(f"get-{kind}-policy", **holder, PolicyName=name)
        yield f"{line} -p {name}", lines([document(policy["PolicyDocument"])])


def parsed(shown: dict[str, str]) -> dict[str, str]:
    """Return what is ``shown`` with documents as JSON has them: `aws` shows them so."""

    def without_bytes(text: str) -> str:
        before, brace, _ = text.partition("{")
        if not brace:
            return text
        text = text.removeprefix(before)
        found, end = json.JSONDecoder().raw_decode(text)
        return before + json.dumps(found) + without_bytes(text[end:])

    return {line: without_bytes(text) for line, text in shown.items()}


# The account, built twice.


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


def built_by_aws(do: Callable[[str], Any]) -> None:
    do("create-group --group-name Admin")
    do("create-group --group-name Testers --path /qa/")
    odd = "--policy-name odd --policy-document file://odd.json"
    do(f"put-group-policy --group-name Admin {odd}")
    do("create-user --user-name bob --path /staff/")
    do("add-user-to-group --group-name Admin --user-name bob")
    do("create-user --user-name susan")
    do("add-user-to-group --group-name Admin --user-name susan")
    do("add-user-to-group --group-name Testers --user-name bob")
    do(f"put-user-policy --user-name bob {odd}")
    read = "--policy-name read --policy-document file://read.json"
    do(f"put-user-policy --user-name bob {read}")
    do("create-access-key --user-name susan")
    key = do("create-access-key --user-name bob")["AccessKey"]["AccessKeyId"]
    do(f"update-access-key --user-name bob --access-key-id {key} --status Inactive")
    do("create-access-key --user-name bob")
    upload = "upload-signing-certificate --user-name bob --certificate-body"
    do(f"{upload} file://chain.pem")
    certificate = do(f"{upload} file://cert.pem")["Certificate"]["CertificateId"]
    inactive = f"--certificate-id {certificate} --status Inactive"
    do(f"update-signing-certificate --user-name bob {inactive}")
    do("create-login-profile --user-name bob --password somePassword")
    create = "create-virtual-mfa-device --virtual-mfa-device-name"
    do(f"{create} bob-phone --outfile seed.txt --bootstrap-method Base32StringSeed")
    do(f"{create} spare --outfile code.png --bootstrap-method QRCodePNG")
    codes = "--authentication-code1 123456 --authentication-code2 654321"
    do(f"enable-mfa-device --user-name bob --serial-number {DEVICE} {codes}")
    trust = "--assume-role-policy-document file://"
    do(f"create-role --role-name webserver {trust}trust.json")
    do(f"create-role --role-name batch --path /jobs/ {trust}odd-trust.json")
    do(f"put-role-policy --role-name webserver {odd}")
    profile = "--instance-profile-name webserver-profile"
    do(f"create-instance-profile {profile}")
    do(f"add-role-to-instance-profile {profile} --role-name webserver")
    do("create-instance-profile --instance-profile-name plain --path /jobs/")
    upload = "--certificate-body file://cert.pem --private-key file://key.pem"
    chain = "--certificate-chain file://chain.pem"
    do(f"upload-server-certificate --server-certificate-name example.com {upload} {chain}")
    path = "--path /cloudfront/"
    do(f"upload-server-certificate --server-certificate-name cdn {upload} {path}")
    do("create-account-alias --account-alias example")
    rules = "--require-lowercase-characters --require-numbers --allow-users-to-change-password"
    do(f"update-account-password-policy --minimum-password-length 12 {rules}")


@pytest.fixture
def aws_client(aws: Shell) -> Iterator[Aws]:
    for name in ("cert.pem", "key.pem", "chain.pem"):
        (aws.home / name).write_bytes((TESTS / "answers" / name).read_bytes())
    for name, text in DOCUMENTS.items():
        (aws.home / f"{name}.json").write_bytes(text.encode())
    running = Aws(aws)
    yield running
    running.close()


@pytest.fixture
def command(run_fast: ForkRunner) -> Callable[[str], str]:
    """Run a command line that succeeds, and return what it shows."""

    def do(line: str) -> str:
        done = run_fast(*line.split())
        assert (done.status, done.err) == (0, ""), line
        return done.out

    return do


@pytest.mark.full
def test_what_the_commands_build_is_seen_by_both(aws_client, run_fast, command, moto):
    built_by_commands(command)
    all_see_the_same(aws_client, run_fast, moto)


@pytest.mark.full
def test_what_aws_builds_is_seen_by_both(aws_client, run_fast, moto):
    built_by_aws(aws_client)
    all_see_the_same(aws_client, run_fast, moto)


def all_see_the_same(aws_client: Aws, run_fast: ForkRunner, moto: str) -> None:
    seen_by_boto3 = account(boto3_client(moto))
    shown = {line: run_fast(*line.split()).out for line in seen_by_boto3}
    assert shown == seen_by_boto3
    assert parsed(shown) == account(aws_client.ask)


@pytest.mark.full
def test_both_build_the_same(aws_client, command, moto):
    ask = boto3_client(moto)
    built_by_commands(command)
    by_commands = without_ids(account(ask)), [*hidden(ask)]
    resettable.reset(moto)
    built_by_aws(aws_client)
    assert by_commands == (without_ids(account(ask)), [*hidden(ask)])
    assert by_commands[1][:3] == [ODD, ODD, ODD]


def without_ids(shown: dict[str, str]) -> dict[str, str]:
    """Return what is ``shown``, without what changes from run to run."""
    return {line: tokens(text) for line, text in shown.items()}


def hidden(ask: Ask) -> Iterator[str]:
    """Yield what no command shows: documents to their last byte, and server certificates."""
    for kind, holder in (
        ("user", {"UserName": "bob"}),
        ("group", {"GroupName": "Admin"}),
        ("role", {"RoleName": "webserver"}),
    ):
        policy = ask(f"get-{kind}-policy", **holder, PolicyName="odd")
        yield unquote(policy["PolicyDocument"])
    for name in ("example.com", "cdn"):
        certificate = ask("get-server-certificate", ServerCertificateName=name)["ServerCertificate"]
        yield certificate["CertificateBody"]
        yield certificate.get("CertificateChain", "no chain")
