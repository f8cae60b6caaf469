"""What the sandbox refuses: the rules of the service, with its code, words and status.

One account is built for all refusals, because a refused request changes nothing. Each pair of an
operation and a rule in the sandbox's table is refused here at least once, and each recorded refusal
of the service is compared with the sandbox's, or is listed with the reason why not.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from support import resettable
from support.forked import tell
from support.selection import every
from support.shell import KEY_ID, SECRET, Shell
from support.ssh_keys import public_key

from iamcli.cli.sandbox.rules.table import RULES
from iamcli.client.full_model import full_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.forked import ForkRunner

HERE = Path(__file__).resolve().parent
RECORDED = HERE / "recorded" / "refusals.txt"

ACCOUNT = "123456789012"
ARN = f"arn:aws:iam::{ACCOUNT}:"
LATEST = "2012-10-17"


class Said(NamedTuple):
    """An error of the service: its code, its message and the status of the response."""

    code: str
    message: str
    status: int


def invalid(*texts: str) -> Said:
    """The error for parameters that are out of bounds; each text starts with the parameter."""
    listed = "; ".join(
        f"Value at '{text.partition(': ')[0]}' failed to satisfy constraint: "
        f"Member must {text.partition(': ')[2]}"
        for text in texts
    )
    plural = "s" if len(texts) > 1 else ""
    message = f"{len(texts)} validation error{plural} detected: {listed}"
    return Said("ValidationError", message, 400)


def in_words(place: str, text: str) -> Said:
    return Said("ValidationError", f"The specified value for {place} is invalid. {text}", 400)


def malformed(message: str) -> Said:
    return Said("MalformedPolicyDocument", message, 400)


def absent(message: str) -> Said:
    return Said("NoSuchEntity", message, 404)


def taken(message: str) -> Said:
    return Said("EntityAlreadyExists", message, 409)


def conflict(what: str) -> Said:
    return Said("DeleteConflict", f"Cannot delete entity, must {what} first.", 409)


def too_many(quota: str, limit: int) -> Said:
    return Said("LimitExceeded", f"Cannot exceed quota for {quota}: {limit}", 409)


# Documents and certificates.


def policy(version: str | None = None, **elements: Any) -> str:
    """Return a policy with one statement; an element that is None is left out."""
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **elements}
    statement = {name: value for name, value in statement.items() if value is not None}
    document: dict[str, Any] = {"Statement": [statement]}
    return json.dumps({"Version": version, **document} if version else document)


def trust(**elements: Any) -> str:
    """Return a trust policy without a version; an element that is None is left out."""
    principal = {"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Resource": None}
    return policy(**{**principal, **elements})


def padded(document: str, size: int) -> str:
    """Return ``document``, with a Sid that makes it ``size`` characters long, and with spaces."""
    plain = json.loads(document)
    plain["Statement"][0]["Sid"] = ""
    missing = size - len(json.dumps(plain, separators=(",", ":")))
    plain["Statement"][0]["Sid"] = "x" * missing
    return json.dumps(plain, indent=8)


@cache
def certificate(
    name: str, issuer: str = "", *, years: tuple[int, int] = (2026, 2126)
) -> tuple[str, str]:
    """Return a certificate that ``issuer`` signed, itself if it has none, and its private key.

    It is valid from the beginning of the first year to that of the second.
    """
    key = ec.generate_private_key(ec.SECP256R1())

    def named(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

    start, end = (dt.datetime(year, 1, 1, tzinfo=dt.timezone.utc) for year in years)
    built = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer or name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    return (
        built.public_bytes(Encoding.PEM).decode(),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )


# The account.

INLINE = policy()
MANAGED = policy(LATEST)
PASSWORD = "Correct-Horse-1"
PHONE = f"{ARN}mfa/phone"
WEB = f"{ARN}policy/Web"
VERSIONED = f"{ARN}policy/Versioned"
BOUNDARY = f"{ARN}policy/Boundary"
SPARE = f"{ARN}policy/Spare"
PROTECTED = "AWSServiceRoleForSupport"
SSH_KEY = f"{public_key()} bob"
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEe0/yAy/6hvSVXhQYMu03EQfOwvKIQcX2y6KqP6KDMB"
#: A user for each obstacle to its deletion: the operation that adds it, and its parameters.
OBSTACLES: dict[str, tuple[str, dict[str, Any]]] = {
    "attached": ("AttachUserPolicy", {"PolicyArn": WEB}),
    "inline": ("PutUserPolicy", {"PolicyName": "p", "PolicyDocument": INLINE}),
    "password": ("CreateLoginProfile", {"Password": PASSWORD}),
    "key": ("CreateAccessKey", {}),
    "cert": ("UploadSigningCertificate", {"CertificateBody": certificate("signing")[0]}),
    "mfa": (
        "EnableMFADevice",
        {
            "SerialNumber": "GAHT12345678",
            "AuthenticationCode1": "123456",
            "AuthenticationCode2": "654321",
        },
    ),
    "ssh": ("UploadSSHPublicKey", {"SSHPublicKeyBody": SSH_KEY}),
    "member": ("AddUserToGroup", {"GroupName": "Admin"}),
}


#: One for all clients, because each would load the model again.
SESSION = boto3.Session(region_name="us-east-1")


class Iam:
    """IAM as a client that sends what it is given, also what botocore knows to be wrong."""

    def __init__(self, url: str, key: str = KEY_ID, secret: str = SECRET) -> None:
        self.url = url
        self.client = SESSION.client(
            "iam",
            endpoint_url=url,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(parameter_validation=False, retries={"max_attempts": 0}),
        )

    def __call__(self, operation: str, **parameters: Any) -> Any:
        return getattr(self.client, xform_name(operation))(**parameters)

    def refused(self, operation: str, **parameters: Any) -> Said:
        """Return what the service says when it refuses; fail if it does not."""
        request = f"{operation} {json.dumps(parameters, default=str)}"
        try:
            self(operation, **parameters)
        except ClientError as refusal:
            error = refusal.response["Error"]
            status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
            said = Said(error["Code"], error.get("Message") or "", status)
            tell(request, f"{said.status} {said.code}: {said.message}")
            return said
        pytest.fail(f"{request} was not refused")


@pytest.fixture(scope="module")
def iam() -> Iterator[Iam]:
    """An account with one of everything, and with what is full."""
    with resettable.server() as url:
        built = Iam(url)
        build(built)
        yield built


def build(iam: Iam) -> None:
    build_entities(iam)
    build_full(iam)
    for name, (operation, parameters) in OBSTACLES.items():
        iam(operation, UserName=name, **parameters)
    for name in ("phone", "spare"):
        iam("CreateVirtualMFADevice", VirtualMFADeviceName=name)
    iam("EnableMFADevice", UserName="bob", SerialNumber=PHONE, **CODES)
    iam("CreateLoginProfile", UserName="bob", Password="old")
    iam("CreateAccountAlias", AccountAlias="example")
    iam(
        "UpdateAccountPasswordPolicy",
        MinimumPasswordLength=8,
        RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True,
        RequireNumbers=True,
        RequireSymbols=True,
        PasswordReusePrevention=2,
    )


def build_entities(iam: Iam) -> None:
    for name in ("bob", "many", "plain", *OBSTACLES):
        iam("CreateUser", UserName=name)
    iam("CreateGroup", GroupName="Admin")
    iam("CreateGroup", GroupName="Readers", Path="/staff/")
    for name in ("web", "spare", "profiled"):
        iam("CreateRole", RoleName=name, AssumeRolePolicyDocument=trust())
    iam("CreateServiceLinkedRole", AWSServiceName="Support.amazonaws.com")
    for name in ("Web", "Versioned", "Boundary", "Spare"):
        iam("CreatePolicy", PolicyName=name, PolicyDocument=MANAGED)
    iam("PutRolePermissionsBoundary", RoleName="web", PermissionsBoundary=BOUNDARY)
    iam("AttachGroupPolicy", GroupName="Readers", PolicyArn=WEB)
    iam("AttachRolePolicy", RoleName="spare", PolicyArn=WEB)
    for name in ("web", "empty", "profiled"):
        iam("CreateInstanceProfile", InstanceProfileName=name)
    for name in ("web", "profiled"):
        iam("AddRoleToInstanceProfile", InstanceProfileName=name, RoleName=name)
    body, key = certificate("example.com")
    for name in ("example.com", "other"):
        uploaded = {"CertificateBody": body, "PrivateKey": key}
        iam("UploadServerCertificate", ServerCertificateName=name, **uploaded)


def build_full(iam: Iam) -> None:
    """Fill what has a quota."""
    many = {"UserName": "many"}
    for n in range(10):
        policy_arn = {"PolicyArn": f"{ARN}policy/p{n}"}
        iam("CreatePolicy", PolicyName=f"p{n}", PolicyDocument=MANAGED)
        iam("CreateGroup", GroupName=f"g{n}")
        iam("AddUserToGroup", GroupName=f"g{n}", **many)
        iam("AttachUserPolicy", **many, **policy_arn)
        iam("AttachGroupPolicy", GroupName="Admin", **policy_arn)
        iam("AttachRolePolicy", RoleName="web", **policy_arn)
    for n in range(2):
        iam("CreateAccessKey", **many)
        iam("UploadSigningCertificate", CertificateBody=certificate(f"signing {n}")[0], **many)
    for _ in range(4):
        iam("CreatePolicyVersion", PolicyArn=VERSIONED, PolicyDocument=MANAGED)
    for n in range(1, 6):
        iam("UploadSSHPublicKey", SSHPublicKeyBody=public_key(n), **many)
    for n in range(8):
        iam("EnableMFADevice", SerialNumber=f"GAHT0000000{n}", **CODES, **many)


CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}

# What does not exist.

NO_USER = absent("The user with name nobody cannot be found.")
NO_POLICY = f"{ARN}policy/nothing"
#: The rules about things that must exist: parameters that name nothing, and what is said.
ABSENT: dict[str, tuple[dict[str, Any], Said]] = {
    "user_exists": ({"UserName": "nobody"}, NO_USER),
    "group_exists": (
        {"GroupName": "nothing"},
        absent("The group with name nothing cannot be found."),
    ),
    "role_exists": ({"RoleName": "nothing"}, absent("The role with name nothing cannot be found.")),
    "instance_profile_exists": (
        {"InstanceProfileName": "nothing"},
        absent("Instance Profile nothing cannot be found."),
    ),
    "policy_arn_is_valid": (
        {"PolicyArn": "not-an-arn-of-a-policy"},
        Said("ValidationError", "ARN not-an-arn-of-a-policy is not valid.", 400),
    ),
    "policy_exists": ({"PolicyArn": NO_POLICY}, absent(f"Policy {NO_POLICY} was not found.")),
    "policy_is_attachable": (
        {"PolicyArn": NO_POLICY},
        absent(f"Policy {NO_POLICY} does not exist or is not attachable."),
    ),
    "policy_version_exists": (
        {"PolicyArn": WEB, "VersionId": "v9"},
        absent(f"Policy {WEB} version v9 does not exist or is not attachable."),
    ),
    "policy_is_of_this_account": (
        {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        Said(
            "AccessDenied",
            "Cannot delete policy versions for policies outside your own account.",
            403,
        ),
    ),
    "policy_is_attached_to_user": (
        {"UserName": "plain", "PolicyArn": WEB},
        absent(f"Policy {WEB} was not found."),
    ),
    "policy_is_attached_to_group": (
        {"GroupName": "Admin", "PolicyArn": WEB},
        absent(f"Policy {WEB} was not found."),
    ),
    "policy_is_attached_to_role": (
        {"RoleName": "web", "PolicyArn": WEB},
        absent(f"Policy {WEB} was not found."),
    ),
    "user_policy_exists": (
        {"UserName": "plain", "PolicyName": "none"},
        absent("The user policy with name none cannot be found."),
    ),
    "group_policy_exists": (
        {"GroupName": "Admin", "PolicyName": "none"},
        absent("The group policy with name none cannot be found."),
    ),
    "role_policy_exists": (
        {"RoleName": "web", "PolicyName": "none"},
        absent("The role policy with name none cannot be found."),
    ),
    "access_key_exists": (
        {"UserName": "key", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        absent("The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found."),
    ),
    "signing_certificate_exists": (
        {"UserName": "cert", "CertificateId": "NONEXISTENTCERTID12345678901"},
        absent("The Certificate with id NONEXISTENTCERTID12345678901 cannot be found."),
    ),
    "ssh_public_key_exists": (
        {"UserName": "ssh", "SSHPublicKeyId": "APKAXXXXXXXXXXXXXXXXX"},
        absent("The Public Key with id APKAXXXXXXXXXXXXXXXXX cannot be found."),
    ),
    "login_profile_exists": (
        {"UserName": "plain"},
        absent("Login Profile for User plain cannot be found."),
    ),
    "server_certificate_exists": (
        {"ServerCertificateName": "nothing"},
        absent("The Server Certificate with name nothing cannot be found."),
    ),
    "account_alias_exists": (
        {"AccountAlias": "another"},
        absent("The Account Alias with name another cannot be found."),
    ),
    "virtual_mfa_device_exists": (
        {"SerialNumber": f"{ARN}mfa/nothing"},
        absent(f"MFA Device with serial number {ARN}mfa/nothing does not exist."),
    ),
    "mfa_device_can_be_known": (
        {"UserName": "plain", "SerialNumber": f"{ARN}mfa/nothing"},
        absent(f"MFA Device with serial number {ARN}mfa/nothing does not exist."),
    ),
    "mfa_device_is_assigned": (
        {"UserName": "plain", "SerialNumber": PHONE},
        absent(f"MFA Device with serial number {PHONE} does not exist."),
    ),
    "role_is_not_protected": (
        {"RoleName": PROTECTED},
        Said(
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{PROTECTED}' - this role is only "
            "modifiable by AWS",
            400,
        ),
    ),
}
#: Parameters with which an operation is refused for no other reason.
USUAL: dict[str, Any] = {
    "UserName": "plain",
    "GroupName": "Admin",
    "RoleName": "web",
    "InstanceProfileName": "empty",
    "PolicyArn": WEB,
    "PolicyName": "p",
    "PolicyDocument": INLINE,
    "AssumeRolePolicyDocument": trust(),
    "PermissionsBoundary": BOUNDARY,
    "Password": PASSWORD,
    "OldPassword": "old",
    "NewPassword": PASSWORD,
    "VersionId": "v1",
    "ServerCertificateName": "example.com",
    "SerialNumber": PHONE,
    "Status": "Active",
    "Tags": [{"Key": "team", "Value": "web"}],
    "TagKeys": ["team"],
    "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
    "CertificateId": "NONEXISTENTCERTID12345678901",
    "CertificateBody": certificate("usual")[0],
    "SSHPublicKeyId": "APKAXXXXXXXXXXXXXXXXX",
    "SSHPublicKeyBody": SSH_KEY,
    "Encoding": "SSH",
    "ServiceName": "codecommit.amazonaws.com",
    "ServiceSpecificCredentialId": "ACCAXXXXXXXXXXXXXXXXX",
    "AccountAlias": "example",
    "VirtualMFADeviceName": "new",
    "Description": "text",
    **CODES,
}


def usual(operation: str, **parameters: Any) -> dict[str, Any]:
    """Return the required parameters of ``operation``, and ``parameters`` that it has."""
    shape = full_model().operation_model(operation).input_shape
    assert shape
    members: Any = shape.members
    required = {name: USUAL[name] for name in shape.required_members if name not in parameters}
    return required | {name: value for name, value in parameters.items() if name in members}


ABSENT_PAIRS = [
    (operation, rule.__name__)
    for operation, rules in RULES.items()
    for rule in rules
    if rule.__name__ in ABSENT
    # The user is the one whose key signs.
    and (operation, rule.__name__) != ("ChangePassword", "login_profile_exists")
]


@pytest.mark.parametrize(("operation", "rule"), every(3, ABSENT_PAIRS))
def test_what_a_request_names_must_exist(iam: Iam, operation: str, rule: str) -> None:
    parameters, said = ABSENT[rule]
    assert iam.refused(operation, **usual(operation, **parameters)) == said


# Everything else that is refused.


class Case(NamedTuple):
    """A request that is refused: the rule, the operation, its parameters, and what is said."""

    rule: str
    operation: str
    parameters: dict[str, Any]
    said: Said


EQUAL = "Duplicate tag keys found."
UNEQUAL = f"{EQUAL} Please note that Tag keys are case insensitive."
TWICE = {"Tags": [{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}]}
BODY, KEY = certificate("example.com")
UPLOAD = {"ServerCertificateName": "new", "CertificateBody": BODY, "PrivateKey": KEY}
NOT_PEM = "Unable to parse certificate. Please ensure the certificate is in PEM format."
EXPIRED = (
    "Certificate is no longer valid. The 'Not After' date restriction on the certificate has "
    "passed."
)
NO_CHAIN = (
    "Unable to validate certificate chain. The certificate chain must start with the immediate "
    "signing certificate, followed by any intermediaries in order. The index within the chain of "
    "the invalid certificate is: "
)
BOUND = f"{ARN}policy/nothing"
#: Two or more: the oldest botocore does not know Expired.
STATUSES: Any = full_model().shape_for("statusType").enum  # type: ignore[attr-defined]


def tagged(operation: str, **parameters: Any) -> list[Case]:
    in_any_case = operation.endswith(("User", "Role"))
    rule = "tag_keys_are_unique" + ("_in_any_case" if in_any_case else "")
    twice = Said("InvalidInput", UNEQUAL if in_any_case else EQUAL, 400)
    reserved = Said(
        "InvalidInput",
        "Tag keys and values cannot begin with aws:, which is reserved for AWS.",
        400,
    )
    rows = [
        (rule, [{"Key": "team", "Value": "a"}, {"Key": "team", "Value": "b"}], twice),
        ("tags_are_not_reserved", [{"Key": "aws:team", "Value": ""}], reserved),
        (
            "tags_are_not_reserved",
            [{"Key": "a", "Value": ""}, {"Key": "AWS:b", "Value": ""}],
            reserved,
        ),
        ("tags_are_not_reserved", [{"Key": "team", "Value": "aws:web"}], reserved),
        *([(rule, TWICE["Tags"], twice)] if in_any_case else []),
    ]
    return [Case(rule, operation, {**parameters, "Tags": tags}, said) for rule, tags, said in rows]


def bounded(operation: str, **parameters: Any) -> list[Case]:
    wrong = f"{ARN}not_a_policy/invalid"
    nothing = absent(f"Scope ARN: {BOUND} does not exist or is not attachable.")
    bad = Said("InvalidInput", f"ARN {wrong} is not valid.", 400)
    return [
        Case("boundary_exists", operation, {**parameters, "PermissionsBoundary": arn}, said)
        for arn, said in ((BOUND, nothing), (wrong, bad))
    ]


def password(operation: str, name: str, **parameters: Any) -> list[Case]:
    return [
        Case(
            "password_conforms",
            operation,
            {**parameters, name: text},
            Said("PasswordPolicyViolation", message, 400),
        )
        for text, message in (
            ("Short-1", "Password should have a minimum length of 8"),
            ("lower-case-1", "Password should have at least one uppercase letter"),
            ("UPPER-CASE-1", "Password should have at least one lowercase letter"),
            ("Number-less", "Password should have at least one number"),
            ("Symbolless1", "Password should have at least one symbol"),
            ("Ünicode-1-x", "Password should have at least one uppercase letter"),
            (
                "secret",
                ", ".join(
                    f"Password should have {text}"
                    for text in (
                        "a minimum length of 8",
                        "at least one uppercase letter",
                        "at least one number",
                        "at least one symbol",
                    )
                ),
            ),
        )
    ]


def sized(kind: str, limit: int, name: str) -> Said:
    text = f"Maximum policy size of {limit} bytes exceeded for {kind} {name}"
    return Said("LimitExceeded", text, 409)


CASES = [
    # names
    Case(
        "user_name_is_free",
        "CreateUser",
        {"UserName": "BOB"},
        taken("User with name BOB already exists."),
    ),
    Case(
        "new_user_name_is_free",
        "UpdateUser",
        {"UserName": "bob", "NewUserName": "Plain"},
        taken("User with name Plain already exists."),
    ),
    Case(
        "new_user_name_is_free",
        "UpdateUser",
        {"UserName": "bob", "NewUserName": "Bob"},
        taken("User with name Bob already exists."),
    ),
    Case(
        "group_name_is_free",
        "CreateGroup",
        {"GroupName": "admin"},
        taken("Group with name admin already exists."),
    ),
    Case(
        "new_group_name_is_free",
        "UpdateGroup",
        {"GroupName": "Admin", "NewGroupName": "READERS"},
        taken("Group with name READERS already exists."),
    ),
    Case(
        "new_group_name_is_free",
        "UpdateGroup",
        {"GroupName": "Admin", "NewGroupName": "ADMIN"},
        taken("Group with name ADMIN already exists."),
    ),
    Case(
        "role_name_is_free",
        "CreateRole",
        {"RoleName": "WEB", "AssumeRolePolicyDocument": trust()},
        taken("Role with name WEB already exists."),
    ),
    Case(
        "instance_profile_name_is_free",
        "CreateInstanceProfile",
        {"InstanceProfileName": "Empty"},
        taken("Instance Profile Empty already exists."),
    ),
    Case(
        "policy_name_is_free",
        "CreatePolicy",
        {"PolicyName": "WEB", "Path": "/other/", "PolicyDocument": MANAGED},
        taken("A policy called WEB already exists. Duplicate names are not allowed."),
    ),
    Case(
        "server_certificate_name_is_free",
        "UploadServerCertificate",
        {**UPLOAD, "ServerCertificateName": "Example.com"},
        taken("The Server Certificate with name Example.com already exists."),
    ),
    Case(
        "new_server_certificate_name_is_free",
        "UpdateServerCertificate",
        {"ServerCertificateName": "other", "NewServerCertificateName": "EXAMPLE.COM"},
        taken("The Server Certificate with name EXAMPLE.COM already exists."),
    ),
    Case(
        "login_profile_is_new",
        "CreateLoginProfile",
        {"UserName": "bob", "Password": PASSWORD},
        taken("Login Profile for user bob already exists."),
    ),
    Case(
        "virtual_mfa_device_is_new",
        "CreateVirtualMFADevice",
        {"VirtualMFADeviceName": "phone"},
        taken("MFA device already exists."),
    ),
    Case(
        "mfa_device_is_not_in_use",
        "EnableMFADevice",
        {"UserName": "plain", "SerialNumber": PHONE, **CODES},
        taken("MFA Device is already in use."),
    ),
    Case(
        "mfa_device_is_not_in_use",
        "EnableMFADevice",
        {"UserName": "bob", "SerialNumber": PHONE, **CODES},
        taken("MFA Device is already in use."),
    ),
    Case(
        "account_alias_is_new",
        "CreateAccountAlias",
        {"AccountAlias": "example"},
        taken("The account alias example already exists."),
    ),
    *tagged("CreateUser", UserName="new"),
    *tagged("TagUser", UserName="plain"),
    *tagged("CreateRole", RoleName="new", AssumeRolePolicyDocument=trust()),
    *tagged("TagRole", RoleName="web"),
    *tagged("CreateInstanceProfile", InstanceProfileName="new"),
    *tagged("TagInstanceProfile", InstanceProfileName="empty"),
    *tagged("CreatePolicy", PolicyName="new", PolicyDocument=MANAGED),
    *tagged("TagPolicy", PolicyArn=WEB),
    *tagged("UploadServerCertificate", **UPLOAD),
    *tagged("TagServerCertificate", ServerCertificateName="other"),
    *tagged("CreateVirtualMFADevice", VirtualMFADeviceName="new"),
    *tagged("TagMFADevice", SerialNumber=PHONE),
    # what does not belong together
    Case(
        "role_is_in_instance_profile",
        "RemoveRoleFromInstanceProfile",
        {"InstanceProfileName": "web", "RoleName": "spare"},
        absent("The role with name spare cannot be found."),
    ),
    # deletions
    *(
        Case("user_is_not_referenced", "DeleteUser", {"UserName": name}, conflict(what))
        for name, what in {
            "attached": "detach all policies",
            "inline": "delete policies",
            "password": "delete login profile",
            "key": "delete access keys",
            "cert": "delete certificates",
            "mfa": "delete MFA device",
            "ssh": "remove referenced objects",
            "member": "remove users from group",
            "many": "detach all policies",
        }.items()
    ),
    Case(
        "group_is_not_referenced",
        "DeleteGroup",
        {"GroupName": "g0"},
        conflict("remove users from group"),
    ),
    Case(
        "group_is_not_referenced",
        "DeleteGroup",
        {"GroupName": "Admin"},
        conflict("detach all policies"),
    ),
    Case(
        "group_is_not_referenced",
        "DeleteGroup",
        {"GroupName": "Readers"},
        conflict("detach all policies"),
    ),
    Case(
        "role_is_not_referenced",
        "DeleteRole",
        {"RoleName": "profiled"},
        conflict("remove roles from instance profile"),
    ),
    Case(
        "role_is_not_referenced",
        "DeleteRole",
        {"RoleName": "web"},
        conflict("detach all policies"),
    ),
    Case(
        "role_is_not_referenced",
        "DeleteRole",
        {"RoleName": "spare"},
        conflict("detach all policies"),
    ),
    Case(
        "instance_profile_is_empty",
        "DeleteInstanceProfile",
        {"InstanceProfileName": "web"},
        conflict("remove roles from instance profile"),
    ),
    *(
        Case(
            "policy_is_not_attached",
            "DeletePolicy",
            {"PolicyArn": arn},
            Said("DeleteConflict", "Cannot delete a policy attached to entities.", 409),
        )
        for arn in (WEB, BOUNDARY)
    ),
    Case(
        "policy_has_one_version",
        "DeletePolicy",
        {"PolicyArn": VERSIONED},
        Said(
            "DeleteConflict",
            "This policy has more than one version. Before you delete a policy, you must delete "
            "the policy's versions. The default version is deleted with the policy.",
            409,
        ),
    ),
    Case(
        "policy_version_is_not_default",
        "DeletePolicyVersion",
        {"PolicyArn": VERSIONED, "VersionId": "v1"},
        Said("DeleteConflict", "Cannot delete the default version of a policy.", 409),
    ),
    Case(
        "virtual_mfa_device_is_not_assigned",
        "DeleteVirtualMFADevice",
        {"SerialNumber": PHONE},
        Said("DeleteConflict", "MFA VirtualDevice in use. Must deactivate first.", 409),
    ),
    # quotas
    Case(
        "access_keys_fit", "CreateAccessKey", {"UserName": "many"}, too_many("AccessKeysPerUser", 2)
    ),
    Case(
        "signing_certificates_fit",
        "UploadSigningCertificate",
        {"UserName": "many", "CertificateBody": BODY},
        too_many("CertificatesPerUser", 2),
    ),
    Case(
        "ssh_public_keys_fit",
        "UploadSSHPublicKey",
        {"UserName": "many", "SSHPublicKeyBody": SSH_KEY},
        too_many("SSHPublicKeysPerUser", 5),
    ),
    Case(
        "mfa_devices_fit",
        "EnableMFADevice",
        {"UserName": "many", "SerialNumber": "GAHT00000009", **CODES},
        too_many("MFADevicesPerUser", 8),
    ),
    Case(
        "groups_of_user_fit",
        "AddUserToGroup",
        {"UserName": "many", "GroupName": "Admin"},
        too_many("GroupsPerUser", 10),
    ),
    Case(
        "policies_of_user_fit",
        "AttachUserPolicy",
        {"UserName": "many", "PolicyArn": WEB},
        too_many("PoliciesPerUser", 10),
    ),
    Case(
        "policies_of_group_fit",
        "AttachGroupPolicy",
        {"GroupName": "Admin", "PolicyArn": WEB},
        too_many("PoliciesPerGroup", 10),
    ),
    Case(
        "policies_of_role_fit",
        "AttachRolePolicy",
        {"RoleName": "web", "PolicyArn": WEB},
        too_many("PoliciesPerRole", 10),
    ),
    Case(
        "instance_profile_has_no_role",
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "web", "RoleName": "spare"},
        too_many("InstanceSessionsPerInstanceProfile", 1),
    ),
    Case(
        "policy_versions_fit",
        "CreatePolicyVersion",
        {"PolicyArn": VERSIONED, "PolicyDocument": MANAGED},
        Said(
            "LimitExceeded",
            "A managed policy can have up to 5 versions. Before you create a new version, you must "
            "delete an existing version.",
            409,
        ),
    ),
    Case(
        "managed_policy_is_short",
        "CreatePolicy",
        {"PolicyName": "new", "PolicyDocument": padded(MANAGED, 6145)},
        too_many("PolicySize", 6144),
    ),
    Case(
        "managed_policy_is_short",
        "CreatePolicyVersion",
        {"PolicyArn": WEB, "PolicyDocument": padded(MANAGED, 6145)},
        too_many("PolicySize", 6144),
    ),
    Case(
        "trust_policy_is_short",
        "CreateRole",
        {"RoleName": "new", "AssumeRolePolicyDocument": padded(trust(), 2049)},
        too_many("ACLSizePerRole", 2048),
    ),
    Case(
        "trust_policy_is_short",
        "UpdateAssumeRolePolicy",
        {"RoleName": "web", "PolicyDocument": padded(trust(), 2049)},
        too_many("ACLSizePerRole", 2048),
    ),
    # The user has a policy already, and the sum counts.
    Case(
        "inline_policies_of_user_are_short",
        "PutUserPolicy",
        {"UserName": "inline", "PolicyName": "q", "PolicyDocument": padded(INLINE, 2000)},
        sized("user", 2048, "inline"),
    ),
    Case(
        "inline_policies_of_group_are_short",
        "PutGroupPolicy",
        {"GroupName": "Admin", "PolicyName": "q", "PolicyDocument": padded(INLINE, 5121)},
        sized("group", 5120, "Admin"),
    ),
    Case(
        "inline_policies_of_role_are_short",
        "PutRolePolicy",
        {"RoleName": "web", "PolicyName": "q", "PolicyDocument": padded(INLINE, 10241)},
        sized("role", 10240, "web"),
    ),
    # boundaries
    *bounded("CreateUser", UserName="new"),
    *bounded("PutUserPermissionsBoundary", UserName="plain"),
    *bounded("CreateRole", RoleName="new", AssumeRolePolicyDocument=trust()),
    *bounded("PutRolePermissionsBoundary", RoleName="web"),
    # passwords
    *password("CreateLoginProfile", "Password", UserName="plain"),
    *password("UpdateLoginProfile", "Password", UserName="bob"),
    # SSH keys
    *(
        Case(
            "ssh_public_key_is_one",
            "UploadSSHPublicKey",
            {"UserName": "plain", "SSHPublicKeyBody": body},
            Said("InvalidPublicKey", "The public key is malformed or otherwise invalid.", 400),
        )
        for body in (
            "garbage",
            "ssh-rsa AAAA bob",
            ED25519,
            public_key(bits=1024),
            KEY,
            f"{SSH_KEY}\n{KEY}",
            f"{public_key(pem=True)}{KEY}",
            BODY,
        )
    ),
    *(
        Case(
            "ssh_public_key_is_new",
            "UploadSSHPublicKey",
            {"UserName": "ssh", "SSHPublicKeyBody": body},
            Said(
                "DuplicateSSHPublicKey",
                "The SSH public key is already associated with the specified IAM user.",
                400,
            ),
        )
        for body in (SSH_KEY, public_key(), public_key(pem=True))
    ),
    # certificates
    Case(
        "signing_certificate_is_one",
        "UploadSigningCertificate",
        {"UserName": "plain", "CertificateBody": "invalid-certificate-body"},
        Said("MalformedCertificate", "Certificate invalid-certificate-body is malformed.", 400),
    ),
    Case(
        "signing_certificate_is_one",
        "UploadSigningCertificate",
        {"UserName": "plain", "CertificateBody": BODY + KEY},
        Said("MalformedCertificate", f"Certificate {BODY}{KEY} is malformed.", 400),
    ),
    *(
        Case(
            "server_certificate_is_one",
            "UploadServerCertificate",
            {**UPLOAD, "CertificateBody": body},
            Said("MalformedCertificate", NOT_PEM, 400),
        )
        for body in (KEY, BODY + KEY, KEY + BODY)
    ),
    *(
        Case(
            "server_certificate_is_valid_now",
            "UploadServerCertificate",
            {**UPLOAD, "CertificateBody": certificate("example.com", years=years)[0]},
            Said("MalformedCertificate", message, 400),
        )
        for years, message in (((2020, 2021), EXPIRED), ((2126, 2127), NOT_PEM))
    ),
    Case(
        "private_key_matches",
        "UploadServerCertificate",
        {**UPLOAD, "PrivateKey": BODY},
        Said("MalformedCertificate", "Invalid Private Key.", 400),
    ),
    Case(
        "private_key_matches",
        "UploadServerCertificate",
        {**UPLOAD, "PrivateKey": certificate("another")[1]},
        Said(
            "KeyPairMismatch",
            "The public key certificate and the private key do not match.",
            400,
        ),
    ),
    Case(
        "chain_leads_on",
        "UploadServerCertificate",
        {**UPLOAD, "CertificateChain": certificate("another")[0]},
        Said("MalformedCertificate", f"{NO_CHAIN}-1", 400),
    ),
    Case(
        "chain_leads_on",
        "UploadServerCertificate",
        {**UPLOAD, "CertificateChain": BODY + certificate("another")[0]},
        Said("MalformedCertificate", f"{NO_CHAIN}0", 400),
    ),
    Case(
        "chain_leads_on",
        "UploadServerCertificate",
        {**UPLOAD, "CertificateChain": "chain"},
        Said("MalformedCertificate", NOT_PEM, 400),
    ),
    Case(
        "chain_leads_on",
        "UploadServerCertificate",
        {**UPLOAD, "CertificateChain": BODY + KEY},
        Said("MalformedCertificate", NOT_PEM, 400),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.operation}-{case.rule}")
def test_what_the_service_refuses(iam: Iam, case: Case) -> None:
    assert iam.refused(case.operation, **case.parameters) == case.said


# Policies.

#: What IAM says about a managed policy, and policies about which it says so.
MALFORMED: dict[str, list[str]] = {
    "Syntax errors in policy.": [
        "no policy",
        "[]",
        '"policy"',
        "[" * 100_000,
        MANAGED.replace('"Allow"', "NaN"),
        policy("2013-10-17"),
        json.dumps({"Version": LATEST}),
        json.dumps({"Version": LATEST, "Statement": []}),
        json.dumps({"Version": LATEST, "Statement": ["text"]}),
        MANAGED.replace("{", '{"Extra":"field",', 1),
        MANAGED.replace("{", '{"Id":["list"],', 1),
        policy(LATEST, Extra="field"),
        policy(LATEST, Effect=None),
        policy(LATEST, Effect="Perhaps"),
        policy(LATEST, Effect=["Allow"]),
        policy(LATEST, NotAction="s3:*"),
        policy(LATEST, NotResource="*"),
        policy(LATEST, Action={}),
        policy(LATEST, Action=[["s3:*"]]),
        policy(LATEST, Resource={"a": "*"}),
        policy(LATEST, Resource=["*", {}]),
        policy(LATEST, Sid={}),
        policy(LATEST, Condition=[]),
        policy(LATEST, Condition={"StringEquals": "text"}),
        policy(LATEST, Condition={"StringEquals": {"aws:username": {}}}),
        policy(LATEST, Condition={"StringSimilar": {"aws:username": "bob"}}),
        policy(LATEST, Condition={"ForAnyValue::StringLike": {"aws:username": "bob"}}),
    ],
    "Policy document must be version 2012-10-17 or greater.": [policy(), policy("2008-10-17")],
    "Policy document should not specify a principal.": [
        policy(LATEST, Principal={"AWS": "*"}),
        policy(LATEST, NotPrincipal={"AWS": "*"}),
    ],
    "The policy failed legacy parsing": [
        policy(LATEST, Effect="allow"),
        policy(LATEST, Effect="denY", Action=None),
        policy(LATEST, Resource="arn:aws:s3::bucket"),
        policy(LATEST, Resource="arn:aws:s3::bucket", Action=None),
        policy(LATEST, Resource="arn:aws::::bucket"),
        policy(LATEST, Condition={"DateLessThan": {"aws:CurrentTime": "soon"}}),
        policy(LATEST, Condition={"DateLessThan": {"aws:CurrentTime": "2026-13"}}),
        policy(LATEST, Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-01T25:00:00Z"}}),
        policy(LATEST, Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-01T01:00:00+1"}}),
        policy(LATEST, Condition={"DateLessThan": {"aws:CurrentTime": ["9223372036854775808"]}}),
    ],
    "Statement IDs (SID) in a single policy must be unique.": [
        json.dumps({"Version": LATEST, "Statement": 2 * json.loads(policy(Sid="a"))["Statement"]})
    ],
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
    "expression [0-9A-Za-z]*": [policy(LATEST, Sid="two words")],
    "Policy statement must contain actions.": [
        policy(LATEST, Action=None),
        policy(LATEST, Action=[]),
        policy(LATEST, Action=None, Resource=None),
    ],
    "Policy statement must contain resources.": [
        policy(LATEST, Resource=None),
        policy(LATEST, Resource=[]),
    ],
    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.": [
        policy(LATEST, Action="everything"),
        policy(LATEST, Action=None, NotAction=""),
        policy(LATEST, Action=["s3:*", "everything"], Resource=None),
    ],
    "Actions/Condition can contain only one colon.": [policy(LATEST, Action="s3:List:Bucket")],
    "Vendor a a is not valid": [policy(LATEST, Action="a a:ListBucket")],
    'Resource  must be in ARN format or "*".': [policy(LATEST, Resource="")],
    'Resource adf must be in ARN format or "*".': [policy(LATEST, Resource=["*", "adf"])],
    "Resource vendor must be fully qualified and cannot contain regexes.": [
        policy(LATEST, Resource="arn:aws")
    ],
    'Partition "bsdfdsafsad" is not valid for resource "arn:bsdfdsafsad:*:*:*:*".': [
        policy(LATEST, Resource="a:bsdfdsafsad")
    ],
    'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".': [
        policy(LATEST, Resource="arn:b:c:d:e:f:g:h")
    ],
    'Partition "error" is not valid for resource "arn:error:s3:::example_bucket".': [
        policy(LATEST, Resource=["arn:error:s3::example_bucket", "arn:error:s3:::example_bucket"])
    ],
    'Partition "aws-cn" is not valid for resource "arn:aws-cn:s3:::bucket".': [
        policy(LATEST, Resource="arn:aws-cn:s3:::bucket")
    ],
    "Resource arn:aws:s3:us-east-1::example_bucket can not contain region information.": [
        policy(LATEST, Resource="arn:aws:s3:us-east-1::example_bucket")
    ],
    "IAM resource arn:aws:iam:us-east-1::user/bob cannot contain region information.": [
        policy(LATEST, Resource="arn:aws:iam:us-east-1::user/bob")
    ],
    'IAM resource path must either be "*" or start with user/, federated-user/, role/, group/, '
    "instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, "
    "oidc-provider/, report/, access-report/.": [policy(LATEST, Resource="arn:aws:iam:::bob")],
}
VERSIONS = "Policy document must be version 2012-10-17 or greater."
#: The operations with an inline policy, and the user, group or role of each.
INLINE_OPERATIONS = {
    "PutUserPolicy": {"UserName": "plain"},
    "PutGroupPolicy": {"GroupName": "Admin"},
    "PutRolePolicy": {"RoleName": "web"},
}
#: What IAM says about a trust policy, and policies about which it says so.
MALFORMED_TRUST: dict[str, list[str]] = {
    "This policy contains invalid Json": ["no policy", "[]"],
    "Syntax errors in policy.": [
        trust().replace("{", '{"Version":"2011-01-01",', 1),
        trust(Effect="Perhaps"),
        trust(Action={}),
    ],
    "The policy failed legacy parsing": [trust(Effect="allow")],
    "Could not parse the policy: Statement is empty!": ["{}", '{"Statement":[]}'],
    "Has prohibited field Extra": [
        trust(Extra="field"),
        trust().replace("{", '{"Extra":"field",', 1),
    ],
    "Has prohibited field Resource": [INLINE, trust(Resource="*")],
    "AssumeRole policy must not contain resources.": [trust(NotResource="*")],
    "Allow with NotPrincipal is not allowed.": [trust(Principal=None, NotPrincipal={"AWS": "*"})],
    "Missing required field Principal": [trust(Principal=None)],
    "Missing required field Principal cannot be empty!": [trust(Principal={})],
    "Missing required field Action": [trust(Action=None)],
    "AssumeRole policy may only specify STS AssumeRole actions.": [
        trust(Action="*"),
        trust(Action=["sts:AssumeRole", "s3:GetObject"]),
    ],
    'AssumeRolepolicy contained an invalid principal: "STAR":"*".': [trust(Principal="*")],
    f'Invalid principal in policy: "AWS":"{ARN}user/nobody"': [
        trust(Principal={"AWS": ["*", f"{ARN}user/nobody"]})
    ],
    f'Invalid principal in policy: "AWS":"{ARN}group/Admin"': [
        trust(Principal={"AWS": f"{ARN}group/Admin"})
    ],
    'Invalid principal in policy: "AWS":"AIDACKCEVSQ6C2EXAMPLE"': [
        trust(Principal={"AWS": "AIDACKCEVSQ6C2EXAMPLE"})
    ],
    'Invalid principal in policy: "SERVICE":"amazonaws.com"': [
        trust(Principal={"Service": "amazonaws.com"}),
        trust(Principal={"Service": ["ec2.amazonaws.com", "amazonaws.com"]}),
    ],
    **{
        f'Invalid principal in policy: "SERVICE":"{name}"': [trust(Principal={"Service": name})]
        for name in ("ec2", "", "ec2.amazonaws.com ", "ec2.example.com", "e_c2.amazonaws.com")
    },
    'Invalid principal in policy: "User":"bob"': [trust(Principal={"User": "bob"})],
    "Statement IDs (SID) in a single policy must be unique.": [
        json.dumps({"Statement": 2 * json.loads(trust(Sid="a"))["Statement"]})
    ],
}


@pytest.mark.parametrize("message", every(3, MALFORMED))
def test_the_grammar_of_managed_and_inline_policies(iam: Iam, message: str) -> None:
    for number, document in enumerate(MALFORMED[message]):
        given = {"PolicyDocument": document}
        assert iam.refused("CreatePolicy", PolicyName="new", **given) == malformed(message)
        if number == 0:
            version = iam.refused("CreatePolicyVersion", PolicyArn=WEB, **given)
            assert version == malformed(message)
        if message != VERSIONS:
            operation = list(INLINE_OPERATIONS)[number % 3]
            owner = INLINE_OPERATIONS[operation]
            refused = iam.refused(operation, PolicyName="new", **owner, **given)
            assert refused == malformed(message)


@pytest.mark.parametrize("message", MALFORMED_TRUST)
def test_the_grammar_of_trust_policies(iam: Iam, message: str) -> None:
    for document in MALFORMED_TRUST[message]:
        new = {"RoleName": "new", "AssumeRolePolicyDocument": document}
        assert iam.refused("CreateRole", **new) == malformed(message)
        given = {"RoleName": "web", "PolicyDocument": document}
        assert iam.refused("UpdateAssumeRolePolicy", **given) == malformed(message)


VALID = [
    policy(Sid=""),
    policy(Action=["iam:*", "s3-x.y:List Bucket", None]),
    policy(Action=None, NotAction="iam:*"),
    policy(Resource=None, NotResource=["arn:aws:s3:::a", "arn:aws:s3:::a/*"]),
    policy(Resource="arn:aws:iam::*:user/${aws:username}"),
    policy(Resource="arn:*:s3:::bucket"),
    policy(Resource="arn:aws:s3:us-west-2:123456789012:accesspoint/name"),
    policy(Resource="arn:aws:ec2:*:*:instance/*"),
    policy(Condition={"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}),
    policy(Condition={"DateLessThanIfExists": {"aws:CurrentTime": ["2016-12-13T1:02:03.5+01:00"]}}),
    policy(Condition={"DateEquals": {"aws:EpochTime": "1600000000"}}),
    policy(Condition={"ForAllValues:StringNotEqualsIgnoreCase": {"aws:TagKeys": ["a"]}}),
    policy(Condition={"Bool": {"aws:SecureTransport": True}, "NumericLessThan": {"s3:x": 10}}),
    policy(Condition={"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}, "Unknown": {}}),
]


@pytest.mark.parametrize("document", every(3, VALID))
def test_valid_policies_of_any_version_are_accepted(iam: Iam, document: str) -> None:
    for version in ("", '"Version":"2008-10-17",', '"Version":"2012-10-17",'):
        given = {"PolicyName": "valid", "PolicyDocument": "{" + version + document[1:]}
        for operation, owner in INLINE_OPERATIONS.items():
            iam(operation, **owner, **given)
    for operation, owner in INLINE_OPERATIONS.items():
        iam(operation.replace("Put", "Delete"), PolicyName="valid", **owner)
    latest = "{" + f'"Version":"{LATEST}",' + document[1:]
    arn = iam("CreatePolicy", PolicyName="valid", PolicyDocument=latest)["Policy"]["Arn"]
    iam("DeletePolicy", PolicyArn=arn)


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "*"},
        {"AWS": ["111122223333", "arn:aws:iam::111122223333:root"]},
        {"AWS": [f"{ARN}root", f"{ARN}user/bob", f"{ARN}role/web"]},
        {"AWS": "arn:aws:iam::111122223333:role/theirs"},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/theirs/session"},
        {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
        {"Service": ["ec2.amazonaws.com.cn", "logs.us-east-1.amazonaws.com", "ec2.c2s.ic.gov"]},
        {"Service": ["no-service-that-exists.amazonaws.com", "rds.aws.internal"]},
        {"Federated": "cognito-identity.amazonaws.com"},
    ],
)
def test_valid_trust_policies_of_any_version_are_accepted(iam: Iam, principal: Any) -> None:
    document = trust(Principal=principal, Action=["sts:AssumeRole", "sts:TagSession"])
    for version in ("", '"Version":"2008-10-17",', '"Version":"2012-10-17",'):
        text = "{" + version + document[1:]
        iam("UpdateAssumeRolePolicy", RoleName="spare", PolicyDocument=text)


def test_sizes_do_not_count_white_space_and_end_exactly(iam: Iam) -> None:
    iam("CreateUser", UserName="sizes")
    iam("CreateGroup", GroupName="sizes")
    document = padded(trust(), 2048)
    assert len(document) > 2048
    iam("CreateRole", RoleName="sizes", AssumeRolePolicyDocument=document)
    for kind, limit in (("User", 2048), ("Group", 5120), ("Role", 10240)):
        owner = {f"{kind}Name": "sizes"}
        half = {"PolicyDocument": padded(INLINE, limit // 2)}
        iam(f"Put{kind}Policy", PolicyName="a", **owner, **half)
        iam(f"Put{kind}Policy", PolicyName="b", **owner, **half)
        # A policy that replaces another counts once.
        iam(f"Put{kind}Policy", PolicyName="a", **owner, **half)
        more = {"PolicyName": "c", "PolicyDocument": INLINE}
        assert iam.refused(f"Put{kind}Policy", **owner, **more) == sized(
            kind.lower(), limit, "sizes"
        )
        for name in "ab":
            iam(f"Delete{kind}Policy", PolicyName=name, **owner)
        iam(f"Delete{kind}", **owner)
    managed = {"PolicyName": "sizes", "PolicyDocument": padded(MANAGED, 6144)}
    iam("DeletePolicy", PolicyArn=iam("CreatePolicy", **managed)["Policy"]["Arn"])


# Parameters.

NAMES = "It must contain only alphanumeric characters and/or the following: +=,.@_-"
PATHS = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
TEXTS = "It must contain only printable ASCII characters."
PREFIXES = (
    "It must begin with the / character and contain only alphanumeric characters and/or / "
    "characters."
)
TAG_KEYS = (
    r"tagKeys: satisfy constraint: [Member must have length less than or equal to 128, Member must "
    r"have length greater than or equal to 1, Member must satisfy regular expression pattern: "
    r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+, Member must not be null]"
)


def tag(key: str = "team", value: str = "web") -> dict[str, Any]:
    return {"UserName": "plain", "Tags": [{"Key": key, "Value": value}]}


PARAMETERS = [
    ("CreateUser", {}, invalid("userName: not be null")),
    ("CreateUser", {"UserName": ""}, in_words("userName", NAMES)),
    ("CreateUser", {"UserName": "b b"}, in_words("userName", NAMES)),
    ("CreateUser", {"UserName": "bøb"}, in_words("userName", NAMES)),
    ("CreateUser", {"UserName": "bob\n"}, in_words("userName", NAMES)),
    ("CreateUser", {"UserName": "b/b", "Path": "x"}, in_words("path", PATHS)),
    (
        "CreateUser",
        {"UserName": "x" * 65},
        invalid("userName: have length less than or equal to 64"),
    ),
    (
        "DeleteUser",
        {"UserName": "x" * 129},
        invalid("userName: have length less than or equal to 128"),
    ),
    (
        "CreateRole",
        {"RoleName": "x" * 65},
        invalid(
            "roleName: have length less than or equal to 64",
            "assumeRolePolicyDocument: not be null",
        ),
    ),
    ("CreateUser", {"UserName": "new", "Path": "staff/"}, in_words("path", PATHS)),
    ("CreateUser", {"UserName": "new", "Path": "/a b/"}, in_words("path", PATHS)),
    (
        "CreateUser",
        {"UserName": "new", "Path": f"/{'x' * 511}/"},
        invalid("path: have length less than or equal to 512"),
    ),
    (
        "CreatePolicy",
        {"PolicyName": "a", "PolicyDocument": MANAGED, "Path": "//"},
        in_words("path", PATHS),
    ),
    ("ListUsers", {"PathPrefix": "staff"}, in_words("pathPrefix", PREFIXES)),
    ("ListUsers", {"MaxItems": 0}, invalid("maxItems: have value greater than or equal to 1")),
    ("ListUsers", {"MaxItems": 1001}, invalid("maxItems: have value less than or equal to 1000")),
    ("ListUsers", {"MaxItems": "many"}, Said("MalformedInput", "", 400)),
    ("ListUsers", {"Marker": "\n"}, in_words("marker", TEXTS)),
    (
        "PutUserPolicy",
        {"UserName": "bob", "PolicyName": "p", "PolicyDocument": "☃"},
        in_words("policyDocument", TEXTS),
    ),
    (
        "PutUserPolicy",
        {"UserName": "bob", "PolicyName": "p", "PolicyDocument": "x" * 131073},
        invalid("policyDocument: have length less than or equal to 131072"),
    ),
    (
        "DeleteAccessKey",
        {"UserName": "bob", "AccessKeyId": "AKIA"},
        invalid("accessKeyId: have length greater than or equal to 16"),
    ),
    (
        "DeleteAccessKey",
        {"UserName": "bob", "AccessKeyId": "AKIA-IOSFODNN7-EXAMPLE"},
        in_words("accessKeyId", "It must contain only alphanumeric characters."),
    ),
    (
        "UpdateAccessKey",
        {"UserName": "bob", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "active"},
        invalid(f"status: satisfy enum value set: [{', '.join(STATUSES)}]"),
    ),
    (
        "EnableMFADevice",
        {"UserName": "bob", "SerialNumber": PHONE, **CODES, "AuthenticationCode1": "12345"},
        invalid("authenticationCode1: have length greater than or equal to 6"),
    ),
    (
        "EnableMFADevice",
        {"UserName": "bob", "SerialNumber": PHONE, **CODES, "AuthenticationCode2": "١٢٣٤٥٦"},
        invalid(r"authenticationCode2: satisfy regular expression pattern: [\d]+"),
    ),
    (
        "CreateAccountAlias",
        {"AccountAlias": "Example"},
        invalid(
            "accountAlias: satisfy regular expression pattern: "
            "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
        ),
    ),
    (
        "CreateAccountAlias",
        {"AccountAlias": "a--b"},
        invalid(
            "accountAlias: satisfy regular expression pattern: "
            "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
        ),
    ),
    (
        "UpdateAccountPasswordPolicy",
        {"MinimumPasswordLength": 5, "MaxPasswordAge": 0, "PasswordReusePrevention": 25},
        invalid(
            "minimumPasswordLength: have value greater than or equal to 6",
            "maxPasswordAge: have value greater than or equal to 1",
            "passwordReusePrevention: have value less than or equal to 24",
        ),
    ),
    (
        "GetAccountAuthorizationDetails",
        {"Filter": ["User", "Usr"]},
        invalid(
            "filter: satisfy constraint: [Member must satisfy enum value set: "
            "[User, Role, Group, LocalManagedPolicy, AWSManagedPolicy], Member must not be null]"
        ),
    ),
    (
        "CreateRole",
        {"RoleName": "new", "AssumeRolePolicyDocument": trust(), "Description": "☃"},
        invalid(
            r"description: satisfy regular expression pattern: "
            r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*"
        ),
    ),
    (
        "TagUser",
        tag(key="x" * 129),
        invalid("tags.1.member.key: have length less than or equal to 128"),
    ),
    (
        "TagUser",
        tag(key=""),
        invalid(
            "tags.1.member.key: have length greater than or equal to 1",
            r"tags.1.member.key: satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+",
        ),
    ),
    (
        "TagUser",
        tag(value="a*b"),
        invalid(
            r"tags.1.member.value: satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*"
        ),
    ),
    (
        "TagUser",
        {"UserName": "plain", "Tags": [{"Key": "a", "Value": "b"}, {"Value": "c"}]},
        invalid("tags.2.member.key: not be null"),
    ),
    ("UntagUser", {"UserName": "plain", "TagKeys": ["ok", "x" * 129]}, invalid(TAG_KEYS)),
    (
        "UntagUser",
        {"UserName": "plain", "TagKeys": [f"k{n}" for n in range(51)]},
        invalid("tagKeys: have length less than or equal to 50"),
    ),
    # Bounds come before everything else.
    ("DeleteUser", {"UserName": "many!"}, in_words("userName", NAMES)),
    ("GetRole", {"RoleName": "b b"}, in_words("roleName", NAMES)),
]


@pytest.mark.parametrize(("operation", "parameters", "said"), PARAMETERS)
def test_parameters_are_within_the_bounds_of_the_model(
    iam: Iam, operation: str, parameters: dict[str, Any], said: Said
) -> None:
    assert iam.refused(operation, **parameters) == said


def test_names_and_texts_at_the_bounds_are_accepted(iam: Iam) -> None:
    name = "+=,.@_-" + "aZ09" * 14 + "x"
    assert len(name) == 64
    path = f"/{'~' * 510}/"
    tags = [{"Key": "Größe / + - = . _ : / @ ²\u2028", "Value": ""}]
    made = iam("CreateUser", UserName=name, Path=path, Tags=tags)
    assert made["User"]["UserName"] == name
    iam("UntagUser", UserName=name, TagKeys=[tags[0]["Key"]])
    iam("PutUserPolicy", UserName=name, PolicyName="x" * 128, PolicyDocument=policy(Sid="") + "\n")
    iam("DeleteUserPolicy", UserName=name, PolicyName="x" * 128)
    iam("DeleteUser", UserName=name)


def bounds() -> Iterator[tuple[str, str, Any, str]]:
    """Yield each parameter with a bound, a value that is out of it, and how IAM calls the bound.

    Of the operations that commands, their deletions and a snapshot use.
    """
    for operation in full_model().operation_names:
        shape: Any = full_model().operation_model(operation).input_shape
        for name, member in shape.members.items() if shape and operation in used() else ():
            limits = member.metadata
            if member.type_name == "string" and "max" in limits:
                limit = limits["max"]
                value = "/" + "x" * limit
                yield operation, name, value, f"have length less than or equal to {limit}"
            elif member.type_name == "integer" and "min" in limits:
                limit = limits["min"]
                yield operation, name, limit - 1, f"have value greater than or equal to {limit}"
            elif "enum" in limits:
                yield operation, name, "?", f"satisfy enum value set: [{', '.join(limits['enum'])}]"


def used() -> set[str]:
    """The operations of the commands, and of the rules."""
    slim = json.loads((HERE.parent / "iamcli" / "client" / "model.json").read_text())
    return {*slim["operations"], *RULES, "GetAccountAuthorizationDetails", "ListPolicies"}


@pytest.mark.full
def test_every_bound_of_the_model_holds_for_every_operation(iam: Iam) -> None:
    seen = set()
    for operation, name, value, text in bounds():
        said = iam.refused(operation, **{name: value})
        place = name[0].lower() + name[1:]
        assert said.code == "ValidationError", (operation, name)
        assert (
            f"Value at '{place}' failed to satisfy constraint: Member must {text}" in said.message
        )
        seen.add(operation)
    assert len(seen) > 100


# Passwords.


def own(iam: Iam, name: str) -> Iam:
    """Return IAM as the user ``name`` calls it."""
    key = iam("CreateAccessKey", UserName=name)["AccessKey"]
    return Iam(iam.url, key["AccessKeyId"], key["SecretAccessKey"])


def test_a_user_chooses_a_password_that_conforms_and_is_new(iam: Iam) -> None:
    iam("CreateUser", UserName="choosy")
    choosy = own(iam, "choosy")
    change = {"OldPassword": "Old-Pass-0", "NewPassword": "New-Pass-1"}
    assert choosy.refused("ChangePassword", **change) == absent(
        "Login Profile for User choosy cannot be found."
    )
    iam("CreateLoginProfile", UserName="choosy", Password="Old-Pass-0")
    for case in password("ChangePassword", "NewPassword", OldPassword="Old-Pass-0"):
        assert choosy.refused("ChangePassword", **case.parameters) == case.said
    again = Said("PasswordPolicyViolation", "Password should not be one of the last passwords", 400)
    change["NewPassword"] = "Old-Pass-0"
    assert choosy.refused("ChangePassword", **change) == again
    # The policy prevents the last two; who administers the user is free.
    for number in (1, 2):
        iam("UpdateLoginProfile", UserName="choosy", Password=f"New-Pass-{number}")
    for word in ("New-Pass-1", "New-Pass-2"):
        change["NewPassword"] = word
        assert choosy.refused("ChangePassword", **change) == again
    change["NewPassword"] = "Old-Pass-0"
    # This one is new again, but the old password is wrong.
    assert choosy.refused("ChangePassword", **change).code == "AccessDenied"


# Names that stay free, and who calls.


def test_a_rename_to_the_same_name_and_a_second_membership_are_accepted(iam: Iam) -> None:
    iam("UpdateUser", UserName="plain", NewUserName="plain", NewPath="/")
    iam("AddUserToGroup", UserName="many", GroupName="g0")
    iam("AttachUserPolicy", UserName="many", PolicyArn=f"{ARN}policy/p0")


def test_without_a_user_name_it_is_the_caller_who_must_have_it(iam: Iam) -> None:
    iam("CreateUser", UserName="self")
    caller = own(iam, "self")
    assert caller.refused("DeleteAccessKey", AccessKeyId="AKIAIOSFODNN7EXAMPLE") == absent(
        "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found."
    )
    iam("CreateAccessKey", UserName="self")
    assert caller.refused("CreateAccessKey") == too_many("AccessKeysPerUser", 2)


ACCOUNT_QUOTAS = {
    "account_has_room_for_user": (
        "UsersPerAccount",
        "UsersQuota",
        "CreateUser",
        {"UserName": "new"},
    ),
    "account_has_room_for_group": (
        "GroupsPerAccount",
        "GroupsQuota",
        "CreateGroup",
        {"GroupName": "new"},
    ),
    "account_has_room_for_role": (
        "RolesPerAccount",
        "RolesQuota",
        "CreateRole",
        {"RoleName": "new", "AssumeRolePolicyDocument": trust()},
    ),
    "account_has_room_for_instance_profile": (
        "InstanceProfilesPerAccount",
        "InstanceProfilesQuota",
        "CreateInstanceProfile",
        {"InstanceProfileName": "new"},
    ),
    "account_has_room_for_policy": (
        "PoliciesPerAccount",
        "PoliciesQuota",
        "CreatePolicy",
        {"PolicyName": "new", "PolicyDocument": MANAGED},
    ),
    "account_has_room_for_server_certificate": (
        "ServerCertificatesPerAccount",
        "ServerCertificatesQuota",
        "UploadServerCertificate",
        UPLOAD,
    ),
}


def test_an_account_has_as_many_server_certificates_as_its_summary_says(iam: Iam) -> None:
    summary = iam("GetAccountSummary")["SummaryMap"]
    left = summary["ServerCertificatesQuota"] - summary["ServerCertificates"]
    for number in range(left):
        iam("UploadServerCertificate", **{**UPLOAD, "ServerCertificateName": f"full{number}"})
    said = iam.refused("UploadServerCertificate", **UPLOAD)
    assert said == too_many("ServerCertificatesPerAccount", summary["ServerCertificatesQuota"])
    for number in range(left):
        iam("DeleteServerCertificate", ServerCertificateName=f"full{number}")


@pytest.mark.full
@pytest.mark.parametrize("rule", ACCOUNT_QUOTAS)
def test_an_account_has_no_more_than_its_summary_says(moto: str, rule: str) -> None:
    quota, key, operation, parameters = ACCOUNT_QUOTAS[rule]
    iam = Iam(moto)
    limit = iam("GetAccountSummary")["SummaryMap"][key]
    name = next(iter(parameters))
    for number in range(limit):
        iam(operation, **{**parameters, name: f"n{number}"})
    assert iam.refused(operation, **parameters) == too_many(quota, limit)


# All rules, all recorded refusals.

#: Rules that other tests break: of the grammar, of passwords that change, and of whole accounts.
ELSEWHERE = {
    "managed_policy_is_valid",
    "inline_policy_is_valid",
    "trust_policy_is_valid",
    "remember_password",
    *ACCOUNT_QUOTAS,
}


def test_each_rule_of_each_operation_is_tested() -> None:
    table = {(operation, rule.__name__) for operation, rules in RULES.items() for rule in rules}
    tested = {(case.operation, case.rule) for case in CASES} | set(ABSENT_PAIRS)
    left = {pair for pair in table - tested if pair[1] not in ELSEWHERE}
    of_passwords = ("login_profile_exists", "password_conforms", "password_is_new")
    assert left == {("ChangePassword", rule) for rule in of_passwords}
    assert tested <= table


class Row(NamedTuple):
    """A recorded refusal: where, and what the service said."""

    where: str
    code: str
    message: str


ROWS = [
    Row(*(part.strip() for part in line.split(" | ", 2)))
    for line in RECORDED.read_text().splitlines()
]
#: Refusals that are not of these rules, and why.
NOT_HERE = {
    r"credential_(invalid_|different_)": "the sandbox makes no credentials, and lists all",
    r"update-wrong-": "the sandbox changes no credentials",
    r"TestIAMServiceRoles": "moto makes up the names of service-linked roles",
}
WRONG_ID = {"ServiceSpecificCredentialId": "totally-wrong-credential-id-with-hyphens"}
ANY_ID = {"ServiceSpecificCredentialId": "ACCAXXXXXXXXEXAMPLE1"}
#: The requests that are refused as in a recorded row, by the end of its name.
REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "delete-wrong-id": ("DeleteServiceSpecificCredential", {"UserName": "bob", **WRONG_ID}),
    # The words are those of another operation with credentials.
    "reset-wrong-id": (
        "DeleteServiceSpecificCredential",
        {"UserName": "bob", "ServiceSpecificCredentialId": "satisfiesregexbutstillinvalid"},
    ),
    "delete-wrong-user-name": (
        "DeleteServiceSpecificCredential",
        {"UserName": "wrong-user-name", **ANY_ID},
    ),
    "get-last-used-nonexistent-key-error": (
        "GetAccessKeyLastUsed",
        {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
    ),
    "invalid-json": (
        "CreateRole",
        {"RoleName": "new", "AssumeRolePolicyDocument": "malformed"},
    ),
    "existing_policy_name_provided": (
        "AttachUserPolicy",
        {"UserName": "bob", "PolicyArn": "name-of-a-policy-that-exists"},
    ),
    "delete-non-existent-policy-exc": (
        "DeletePolicy",
        {"PolicyArn": f"{ARN}policy/non-existent-policy"},
    ),
    "create-group-duplicate": ("CreateGroup", {"GroupName": "Admin"}),
    "delete-unknown-group": ("DeleteGroup", {"GroupName": "unknown-group"}),
    "update-nonexistent-group": (
        "UpdateGroup",
        {"GroupName": "nonexisting", "NewGroupName": "x"},
    ),
    "add-unknown-user": ("AddUserToGroup", {"GroupName": "Admin", "UserName": "non-existent-user"}),
    "remove-from-unknown-group": (
        "RemoveUserFromGroup",
        {"GroupName": "unknown", "UserName": "any-user"},
    ),
    "detach-unattached-error": ("DetachGroupPolicy", {"GroupName": "Admin", "PolicyArn": SPARE}),
    "get-deleted-error": ("GetInstanceProfile", {"InstanceProfileName": "deleted"}),
    "create-duplicate-error": ("CreateInstanceProfile", {"InstanceProfileName": "web"}),
    "add-second-role-error": (
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "web", "RoleName": "spare"},
    ),
    "add-nonexistent-role-error": (
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "empty", "RoleName": "nonexistent-role"},
    ),
    "remove-nonexistent-role-error": (
        "RemoveRoleFromInstanceProfile",
        {"InstanceProfileName": "web", "RoleName": "nonexistent-role"},
    ),
    "list-profiles-nonexistent-role-error": (
        "ListInstanceProfilesForRole",
        {"RoleName": "nonexistent-role"},
    ),
    "untag-nonexistent-error": (
        "UntagInstanceProfile",
        {"InstanceProfileName": "nonexistent-profile", "TagKeys": ["a"]},
    ),
    "get-version-error": ("GetPolicyVersion", {"PolicyArn": WEB, "VersionId": "1"}),
    "delete-managed-policy-version-error": (
        "DeletePolicyVersion",
        {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "VersionId": "v1"},
    ),
    "enable-mfa-nonexistent-user-error": (
        "EnableMFADevice",
        {"UserName": "nonexistent-user", "SerialNumber": PHONE, **CODES},
    ),
    "deactivate-nonexistent-mfa-error": (
        "DeactivateMFADevice",
        {"UserName": "bob", "SerialNumber": f"{ARN}mfa/nonexistent-mfa"},
    ),
    "create-invalid-path-no-leading-slash-error": (
        "CreateVirtualMFADevice",
        {"VirtualMFADeviceName": "new", "Path": "path/"},
    ),
    "create-path-too-long-error": (
        "CreateVirtualMFADevice",
        {"VirtualMFADeviceName": "new", "Path": f"/{'x' * 511}/"},
    ),
    "enable-mfa-already-attached-error": (
        "EnableMFADevice",
        {"UserName": "bob", "SerialNumber": PHONE, **CODES},
    ),
    "err-version-limit-exceeded": (
        "CreatePolicyVersion",
        {"PolicyArn": VERSIONED, "PolicyDocument": MANAGED},
    ),
    "err-get-nonexistent-version": ("GetPolicyVersion", {"PolicyArn": WEB, "VersionId": "v9"}),
    "err-delete-nonexistent-version": (
        "DeletePolicyVersion",
        {"PolicyArn": WEB, "VersionId": "v9"},
    ),
    "err-set-default-invalid-version-format": (
        "SetDefaultPolicyVersion",
        {"PolicyArn": WEB, "VersionId": "1"},
    ),
    "err-too-many-tags": (
        "TagPolicy",
        {"PolicyArn": WEB, "Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]},
    ),
    "err-large-key": (
        "TagPolicy",
        {"PolicyArn": WEB, "Tags": [{"Key": "x" * 129, "Value": ""}]},
    ),
    "err-invalid-character": (
        "TagPolicy",
        {"PolicyArn": WEB, "Tags": [{"Key": "a*b", "Value": ""}]},
    ),
    "err-tag-duplicate-keys": (
        "TagPolicy",
        {"PolicyArn": WEB, "Tags": 2 * [{"Key": "a", "Value": ""}]},
    ),
    "err-tag-large-value": (
        "TagPolicy",
        {"PolicyArn": WEB, "Tags": [{"Key": "a", "Value": "x" * 257}]},
    ),
    "err-tag-nonexistent-policy": (
        "TagPolicy",
        {"PolicyArn": f"{ARN}policy/NotAPolicy", "Tags": [{"Key": "a", "Value": ""}]},
    ),
    "err-untag-large-key": ("UntagPolicy", {"PolicyArn": WEB, "TagKeys": ["x" * 129]}),
    "err-untag-nonexistent-policy": (
        "UntagPolicy",
        {"PolicyArn": f"{ARN}policy/NotAPolicy", "TagKeys": ["a"]},
    ),
    # The words are those of ListEntitiesForPolicy too.
    "err-nonexistent-policy": (
        "AttachUserPolicy",
        {"UserName": "bob", "PolicyArn": f"{ARN}policy/NonExistentPolicy"},
    ),
    "update-role-error": ("UpdateRole", {"RoleName": "test-nonexistent-role"}),
    "create-role-already-exists-error": (
        "CreateRole",
        {"RoleName": "web", "AssumeRolePolicyDocument": trust()},
    ),
    "get-role-after-deletion-error": ("GetRole", {"RoleName": "deleted"}),
    "invalid-action-error": (
        "UpdateAssumeRolePolicy",
        {"RoleName": "web", "PolicyDocument": trust(Action="s3:GetObject")},
    ),
    "get-deleted-policy-error": ("GetRolePolicy", {"RoleName": "web", "PolicyName": "deleted"}),
    "detach-not-attached-policy-error": (
        "DetachRolePolicy",
        {"RoleName": "web", "PolicyArn": SPARE},
    ),
    "existing-policy-name-provided": (
        "AttachRolePolicy",
        {"RoleName": "web", "PolicyArn": "name-of-a-policy-that-exists"},
    ),
    "delete-attached-policy-error": ("DeletePolicy", {"PolicyArn": WEB}),
    "untag-nonexistent-role-error": (
        "UntagRole",
        {"RoleName": "test-nonexistent-role", "TagKeys": ["a"]},
    ),
    "create-role-too-many-tags": (
        "CreateRole",
        {
            "RoleName": "new",
            "AssumeRolePolicyDocument": trust(),
            "Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)],
        },
    ),
    "create-role-duplicate-tags": (
        "CreateRole",
        {
            "RoleName": "new",
            "AssumeRolePolicyDocument": trust(),
            "Tags": 2 * [{"Key": "a", "Value": ""}],
        },
    ),
    "create-role-tag-key-too-long": (
        "CreateRole",
        {
            "RoleName": "new",
            "AssumeRolePolicyDocument": trust(),
            "Tags": [{"Key": "x" * 129, "Value": ""}],
        },
    ),
    "create-role-tag-invalid-char": (
        "CreateRole",
        {
            "RoleName": "new",
            "AssumeRolePolicyDocument": trust(),
            "Tags": [{"Key": "a*b", "Value": ""}],
        },
    ),
    "tag-role-duplicate-tags-different-case": ("TagRole", {"RoleName": "web", **TWICE}),
    "tag-role-tag-value-too-long": (
        "TagRole",
        {"RoleName": "web", "Tags": [{"Key": "a", "Value": "x" * 257}]},
    ),
    "untag-role-too-many-keys": (
        "UntagRole",
        {"RoleName": "web", "TagKeys": [f"k{n}" for n in range(51)]},
    ),
    "untag-role-invalid-char": ("UntagRole", {"RoleName": "web", "TagKeys": ["a*b"]}),
    "create-role-invalid-boundary-error": (
        "CreateRole",
        {
            "RoleName": "new",
            "AssumeRolePolicyDocument": trust(),
            "PermissionsBoundary": f"{ARN}not_a_policy/invalid",
        },
    ),
    "create-role-nonexistent-policy-error": (
        "CreateRole",
        {
            "RoleName": "new",
            "AssumeRolePolicyDocument": trust(),
            "PermissionsBoundary": f"{ARN}policy/nonexistent-policy",
        },
    ),
    "get-nonexistent-policy-error": (
        "GetRolePolicy",
        {"RoleName": "web", "PolicyName": "non-existent-policy"},
    ),
    "put-policy-nonexistent-role-error": (
        "PutRolePolicy",
        {"RoleName": "nonexistent-role", "PolicyName": "p", "PolicyDocument": "malformed"},
    ),
    "delete-policy-nonexistent-role-error": (
        "DeleteRolePolicy",
        {"RoleName": "nonexistent-role", "PolicyName": "p"},
    ),
    "detach-nonexistent-policy-error": (
        "DetachRolePolicy",
        {"RoleName": "web", "PolicyArn": "arn:aws:iam::aws:policy/Nonexistent"},
    ),
    "get-deleted-certificate-error": (
        "GetServerCertificate",
        {"ServerCertificateName": "deleted"},
    ),
    "get-nonexistent-certificate-error": (
        "GetServerCertificate",
        {"ServerCertificateName": "nonexistent-certificate"},
    ),
    "upload-duplicate-certificate-error": (
        "UploadServerCertificate",
        {**UPLOAD, "ServerCertificateName": "other"},
    ),
    "list-certificates-nonexistent-user-error": (
        "ListSigningCertificates",
        {"UserName": "nonexistent-user"},
    ),
    "update-certificate-nonexistent-user-error": (
        "UpdateSigningCertificate",
        {
            "UserName": "nonexistent-user",
            "CertificateId": "NONEXISTENTCERTID12345678901",
            "Status": "Active",
        },
    ),
    "update-nonexistent-certificate-error": (
        "UpdateSigningCertificate",
        {
            "UserName": "cert",
            "CertificateId": "NONEXISTENTCERTID12345678901",
            "Status": "Active",
        },
    ),
    "upload-exceeds-limit-error": (
        "UploadSigningCertificate",
        {"UserName": "many", "CertificateBody": BODY},
    ),
    "update-not-found": (
        "UpdateSSHPublicKey",
        {"UserName": "ssh", "SSHPublicKeyId": "APKAXXXXXXXXXXXXXXXXX", "Status": "Active"},
    ),
    "get-deleted-user-error": ("GetUser", {"UserName": "deleted"}),
    "create-duplicate-user-error": ("CreateUser", {"UserName": "bob"}),
    "update-nonexistent-user-error": (
        "UpdateUser",
        {"UserName": "nonexistent-user", "NewUserName": "x"},
    ),
    "delete-user-with-attached-policy-error": ("DeleteUser", {"UserName": "attached"}),
    "delete-user-with-inline-policy-error": ("DeleteUser", {"UserName": "inline"}),
    "get-deleted-login-profile-error": ("GetLoginProfile", {"UserName": "plain"}),
    "create-duplicate-login-profile-error": (
        "CreateLoginProfile",
        {"UserName": "bob", "Password": PASSWORD},
    ),
    "delete-login-profile-unknown-user-error": (
        "DeleteLoginProfile",
        {"UserName": "nonexistent-user"},
    ),
    "create-access-key-unknown-user-error": ("CreateAccessKey", {"UserName": "nonexistent-user"}),
    "attach-nonexistent-policy-error": (
        "AttachUserPolicy",
        {"UserName": "bob", "PolicyArn": f"{ARN}policy/nonexistent"},
    ),
    "tag-nonexistent-user-error": (
        "TagUser",
        {"UserName": "nonexistent-user", "Tags": [{"Key": "a", "Value": ""}]},
    ),
    "list-tags-nonexistent-user-error": ("ListUserTags", {"UserName": "nonexistent-user"}),
    "add-user-to-nonexistent-group-error": (
        "AddUserToGroup",
        {"UserName": "bob", "GroupName": "nonexistent-group"},
    ),
}
#: Those of an account without a password policy.
WITHOUT_POLICY = {
    "policy-not-found": "GetAccountPasswordPolicy",
    "delete-not-found": "DeleteAccountPasswordPolicy",
}


def pattern(recorded: str) -> re.Pattern[str]:
    """Return what a recorded message looks like here: its placeholders stand for names."""
    text = re.escape(recorded)
    here = {"<partition>": "aws", "1" * 12: ACCOUNT, "<caller>": f"{ARN}root"}
    for placeholder, value in here.items():
        text = text.replace(re.escape(placeholder), value)
    text = re.sub(r"<[^>]*>", r"[\\w.-]+", text)
    # The recordings are cut after 230 characters.
    return re.compile(text + (".*" if len(recorded) >= 230 else ""))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where.replace("::", " "))
def test_refusals_are_those_that_were_recorded(iam: Iam, moto: str, row: Row) -> None:
    if any(re.search(name, row.where) for name in NOT_HERE):
        return
    name = row.where.rsplit(" ", 1)[1]
    if "DocumentValidity" in row.where:
        (text,) = (text for text in MALFORMED if pattern(row.message).fullmatch(text))
        operation, parameters = (
            "CreatePolicy",
            {
                "PolicyName": "new",
                "PolicyDocument": MALFORMED[text][0],
            },
        )
    elif name in WITHOUT_POLICY:
        iam, operation, parameters = Iam(moto), WITHOUT_POLICY[name], {}
    else:
        operation, parameters = REQUESTS[name]
    said = iam.refused(operation, **parameters)
    assert said.code == row.code
    assert pattern(row.message).fullmatch(said.message), said.message


def test_each_reason_not_to_compare_a_recorded_refusal_is_needed() -> None:
    for name in NOT_HERE:
        assert any(re.search(name, row.where) for row in ROWS), name


#: The requests that are refused with an error that was seen: a part of the message of each.
SEEN: dict[str, tuple[str, dict[str, Any]]] = {
    "must detach all policies": ("DeleteUser", {"UserName": "attached"}),
    "must delete login profile": ("DeleteUser", {"UserName": "password"}),
    "must delete access keys": ("DeleteUser", {"UserName": "key"}),
    "must remove referenced objects": ("DeleteUser", {"UserName": "ssh"}),
    "protected role": ("DeleteRole", {"RoleName": PROTECTED}),
    "AccessKeysPerUser": ("CreateAccessKey", {"UserName": "many"}),
    "InstanceSessionsPerInstanceProfile": (
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "web", "RoleName": "spare"},
    ),
    "Syntax errors": (
        "PutUserPolicy",
        {"UserName": "plain", "PolicyName": "p", "PolicyDocument": "file"},
    ),
    "invalid Json": ("UpdateAssumeRolePolicy", {"RoleName": "web", "PolicyDocument": "file"}),
    "value for privateKey": ("UploadServerCertificate", {**UPLOAD, "PrivateKey": "☃"}),
    "Unable to validate certificate chain": (
        "UploadServerCertificate",
        {**UPLOAD, "CertificateChain": certificate("another")[0]},
    ),
    "aws-elasticbeanstalk-ec2-role": (
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "empty", "RoleName": "aws-elasticbeanstalk-ec2-role"},
    ),
    "le-kevin.deldycke.com": (
        "DeleteServerCertificate",
        {"ServerCertificateName": "le-kevin.deldycke.com"},
    ),
    "minimum length of 8": (
        "CreateLoginProfile",
        {"UserName": "plain", "Password": "Short-1"},
    ),
    "<server-certificate-name:1>": (
        "GetServerCertificate",
        {"ServerCertificateName": "nothing"},
    ),
    "non-existent-policy": ("DeletePolicy", {"PolicyArn": f"{ARN}policy/non-existent-policy"}),
    "wrong-user-name": ("GetUser", {"UserName": "wrong-user-name"}),
    "serviceSpecificCredentialId": (
        "DeleteServiceSpecificCredential",
        {"UserName": "plain", "ServiceSpecificCredentialId": "wrong-id-with-many-hyphens"},
    ),
}
#: The errors that are of no rule, by a part of the message of each, and why.
NOT_RULES = {
    "RolesPerAccount: 1500": "the quota of that account was raised",
    "10240 bytes exceeded for role iantest01": "the name of the role; there is a case for it",
    'Partition "aws"': "that account is in China",
    "is not authorized": "nobody's permissions are checked",
    "non-User credentials": "it is about keys of an assumed role",
    "cannot be modified while": "nothing takes time",
    "security token": "keys are not checked",
    "Signature expired": "signatures are not checked",
    "valid region": "signatures are not checked",
    "Invalid ARN": "a later recording of the same test says it in other words",
    "No such service": "the sandbox makes no service-specific credentials",
    "suffix": "moto makes up the names of service-linked roles",
}
ERRORS = json.loads((HERE / "recorded" / "errors.json").read_text())


@pytest.mark.parametrize("row", ERRORS, ids=lambda row: row["message"][:40])
def test_refusals_are_those_that_were_seen(iam: Iam, row: dict[str, Any]) -> None:
    if any(part in row["message"] for part in NOT_RULES):
        return
    (request,) = (request for part, request in SEEN.items() if part in row["message"])
    said = iam.refused(request[0], **request[1])
    assert (said.code, said.status) == (row["code"], row["status"])
    assert pattern(row["message"]).fullmatch(said.message), said.message


def test_each_reason_not_to_compare_an_error_is_needed() -> None:
    for part in [*SEEN, *NOT_RULES]:
        assert sum(part in row["message"] for row in ERRORS) >= 1, part


# Whoever asks.


def test_the_commands_report_the_refusals(iam: Iam, run: Shell, run_fast: ForkRunner) -> None:
    run.env |= {"IAMCLI_SANDBOX": iam.url, "AWS_IAM_URL": iam.url}
    for command, said in {
        "iam-usercreate -u BOB": "EntityAlreadyExists: User with name BOB already exists.",
        "iam-userdel -u member": (
            "DeleteConflict: Cannot delete entity, must remove users from group first."
        ),
        "iam-useraddkey -u many": "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2",
        "iam-groupcreate -g a/b": f"ValidationError: {in_words('groupName', NAMES).message}",
        "iam-useraddloginprofile -u plain -p short": (
            "PasswordPolicyViolation: Password should have a minimum length of 8, "
        ),
        "iam-roleupdateassumepolicy -r web -f policy": (
            "MalformedPolicyDocument: Has prohibited field Resource"
        ),
    }.items():
        (run.home / "policy").write_text(INLINE)
        name, *arguments = command.split()
        done = run_fast(name, *arguments)
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith(f"{name}: {said}"), done.err


def test_the_help_says_what_the_sandbox_does_not_do(moto: str, run: Shell) -> None:
    said = " ".join(run("iamcli", "sandbox", "-h").out.split())
    iam = Iam(moto)
    assert "accepts any two six-digit codes for an MFA device" in said
    iam("CreateUser", UserName="bob")
    iam("CreateVirtualMFADevice", VirtualMFADeviceName="phone")
    iam("EnableMFADevice", UserName="bob", SerialNumber=PHONE, **CODES)
    assert "does not check permissions" in said
    own(iam, "bob")("CreateGroup", GroupName="Admin")
    assert "has no default password policy" in said
    iam("CreateLoginProfile", UserName="bob", Password="x")


@pytest.mark.full
def test_aws_reports_the_refusals(iam: Iam, run: Shell) -> None:
    run.env |= {
        "AWS_ENDPOINT_URL": iam.url,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    done = run("aws", "iam", "delete-role", "--role-name", "profiled")
    assert done.status != 0
    assert conflict("remove roles from instance profile").message in done.err
