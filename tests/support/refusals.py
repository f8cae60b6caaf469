"""What the service says when it refuses, and an account in which everything can be refused."""

from __future__ import annotations

import itertools
import json
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from iamcli.cli.sandbox.refusals import Refusal
from iamcli.client.model import full_model
from support.certificates import certificate, public_key
from support.clients import client
from support.forked import tell
from support.populated import CODES
from support.shell import KEY_ID, SECRET

ACCOUNT = "123456789012"
ARN = f"arn:aws:iam::{ACCOUNT}:"
LATEST = "2012-10-17"


class ExpectedRefusal(NamedTuple):
    """An error of the service: its code, its message and the status of the response."""

    code: str
    message: str
    status: int


def invalid(*texts: str) -> ExpectedRefusal:
    """The error for parameters that are out of bounds; each text starts with the parameter."""
    listed = "; ".join(
        f"Value at '{text.partition(': ')[0]}' failed to satisfy constraint: "
        f"Member must {text.partition(': ')[2]}"
        for text in texts
    )
    plural = "s" if len(texts) > 1 else ""
    message = f"{len(texts)} validation error{plural} detected: {listed}"
    return ExpectedRefusal("ValidationError", message, 400)


def in_words(place: str, text: str) -> ExpectedRefusal:
    return ExpectedRefusal(
        "ValidationError", f"The specified value for {place} is invalid. {text}", 400
    )


def malformed(message: str) -> ExpectedRefusal:
    return ExpectedRefusal("MalformedPolicyDocument", message, 400)


def absent(message: str) -> ExpectedRefusal:
    return ExpectedRefusal("NoSuchEntity", message, 404)


def taken(message: str) -> ExpectedRefusal:
    return ExpectedRefusal("EntityAlreadyExists", message, 409)


def conflict(what: str) -> ExpectedRefusal:
    return ExpectedRefusal("DeleteConflict", f"Cannot delete entity, must {what} first.", 409)


def too_many(quota: str, limit: int) -> ExpectedRefusal:
    return ExpectedRefusal("LimitExceeded", f"Cannot exceed quota for {quota}: {limit}", 409)


def told(rule: Any, account: dict[str, Any], **parameters: Any) -> str:
    """Return what a rule says of a request, "" if it accepts it; ``account``: lists of moto's."""
    lists = ("users", "groups", "roles", "instance_profiles", "virtual_mfa_devices")
    empty: dict[str, Any] = {name: {} for name in lists}
    backend = SimpleNamespace(partition="aws", account_id=ACCOUNT, **(empty | account))
    try:
        rule(backend, parameters)
    except Refusal as refusal:
        return f"{refusal.error}: {refusal.message}"
    return ""


# Documents and certificates.


def policy(version: str | None = None, **elements: Any) -> str:
    """Return a policy with one statement; an element that is None is left out."""
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **elements}
    statement = {name: value for name, value in statement.items() if value is not None}
    document: dict[str, Any] = {"Statement": [statement]}
    return json.dumps({"Version": version, **document} if version else document)


def second(**elements: Any) -> str:
    """Return a policy of the latest version whose first statement is valid, with a second one."""
    statements = [json.loads(one)["Statement"][0] for one in (policy(), policy(**elements))]
    return json.dumps({"Version": LATEST, "Statement": statements})


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
    "mfa": ("EnableMFADevice", {"SerialNumber": "GAHT12345678", **CODES}),
    "ssh": ("UploadSSHPublicKey", {"SSHPublicKeyBody": SSH_KEY}),
    "member": ("AddUserToGroup", {"GroupName": "Admin"}),
}


class Iam:
    """IAM as a client that sends what it is given, also what botocore knows to be wrong."""

    def __init__(self, url: str, key: str = KEY_ID, secret: str = SECRET) -> None:
        self.url = url
        self.client = client(url, key, secret)

    def __call__(self, operation: str, **parameters: Any) -> Any:
        return getattr(self.client, xform_name(operation))(**parameters)

    def refused(self, operation: str, **parameters: Any) -> ExpectedRefusal:
        """Return what the service says when it refuses; fail if it does not."""
        request = f"{operation} {json.dumps(parameters, default=str)}"
        try:
            self(operation, **parameters)
        except ClientError as refusal:
            error = refusal.response["Error"]
            status = refusal.response["ResponseMetadata"]["HTTPStatusCode"]
            said = ExpectedRefusal(error["Code"], error.get("Message") or "", status)
            tell(request, f"{said.status} {said.code}: {said.message}")
            return said
        pytest.fail(f"{request} was not refused")


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


#: Two or more: the oldest botocore does not know Expired.
STATUSES: Any = full_model().shape_for("statusType").enum


def sized(kind: str, limit: int, name: str) -> ExpectedRefusal:
    text = f"Maximum policy size of {limit} bytes exceeded for {kind} {name}"
    return ExpectedRefusal("LimitExceeded", text, 409)


NAMES = "It must contain only alphanumeric characters and/or the following: +=,.@_-"


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
        json.dumps({"Version": LATEST, "Statement": "text"}),
        json.dumps({"Version": LATEST, "Statement": 7}),
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
        policy(LATEST, Action=None, NotAction={}),
        policy(LATEST, Resource=None, NotResource=[{}]),
        policy(LATEST, Sid={}),
        policy(LATEST, Condition=[]),
        policy(LATEST, Condition={"StringEquals": "text"}),
        policy(LATEST, Condition={"StringEquals": {"aws:username": {}}}),
        policy(LATEST, Condition={"StringEquals": {"aws:username": None}}),
        policy(LATEST, Condition={"StringSimilar": {"aws:username": "bob"}}),
        policy(LATEST, Condition={"ForAnyValue::StringLike": {"aws:username": "bob"}}),
        policy(LATEST, Condition={"StringEqualsIfExists ": {"aws:username": "bob"}}),
        second(Extra="field"),
    ],
    "Policy document must be version 2012-10-17 or greater.": [policy(), policy("2008-10-17")],
    "Policy document should not specify a principal.": [
        policy(LATEST, Principal={"AWS": "*"}),
        policy(LATEST, NotPrincipal={"AWS": "*"}),
        second(Principal={"AWS": "*"}),
    ],
    "The policy failed legacy parsing": [
        policy(LATEST, Effect="allow"),
        policy(LATEST, Effect="denY", Action=None),
        second(Effect="allow"),
        second(Resource="arn:aws:s3::bucket"),
        policy(LATEST, Resource="arn:aws:s3::bucket"),
        policy(LATEST, Resource="arn:aws:s3::bucket", Action=None),
        policy(LATEST, Resource="arn:aws::::bucket"),
        policy(LATEST, Condition={"DateLessThan": {"aws:CurrentTime": "soon"}}),
        policy(LATEST, Condition={"DateLessThan": {"aws:CurrentTime": "2026-13"}}),
        policy(LATEST, Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-01T25:00:00Z"}}),
        policy(LATEST, Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-01T01:00:00+1"}}),
        policy(LATEST, Condition={"DateLessThan": {"aws:CurrentTime": ["9223372036854775808"]}}),
        policy(LATEST, Condition={"ForAllValues:DateLessThan": {"aws:CurrentTime": "soon"}}),
        *(
            policy(LATEST, Condition={"DateEquals": {"aws:CurrentTime": ["2026", date]}})
            for date in (
                "",
                "2026-00",
                "2026-01-00",
                "2026-01-32",
                "2026-01-01T24",
                "2026-1-1T1:60",
                "2026-01-01T01:00:60",
                "2026-01-01T01:00:00.1234567890Z",
                "1600000000x",
                "2026-01-01T01:00:00+24:00",
                "2026-01-01T01:00:00+01:60",
                "292278994-01",
                "-292275055-01",
                "2026-01-01Z",
                "\u0662\u0660\u0662\u0666",
            )
        ),
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
        second(Action=None),
    ],
    "Policy statement must contain resources.": [
        policy(LATEST, Resource=None),
        policy(LATEST, Resource=[]),
        second(Resource=None),
    ],
    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.": [
        policy(LATEST, Action="everything"),
        policy(LATEST, Action=None, NotAction=""),
        policy(LATEST, Action=["s3:*", "everything"], Resource=None),
        second(Action="everything"),
    ],
    "Actions/Condition can contain only one colon.": [
        policy(LATEST, Action="s3:List:Bucket"),
        policy(LATEST, Action="*:*:*"),
    ],
    "Vendor a a is not valid": [policy(LATEST, Action="a a:ListBucket")],
    'Resource  must be in ARN format or "*".': [policy(LATEST, Resource="")],
    'Resource adf must be in ARN format or "*".': [
        policy(LATEST, Resource=["*", "adf"]),
        second(Resource="adf"),
    ],
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
        policy(LATEST, Resource=resources)
        for resources in itertools.permutations(
            ["arn:error:s3::example_bucket", "arn:error:s3:::example_bucket"]
        )
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
    "oidc-provider/, report/, access-report/.": [
        policy(LATEST, Resource="arn:aws:iam:::bob"),
        policy(LATEST, Resource="arn:aws:iam:::users/bob"),
    ],
}

TWICE = {"Tags": [{"Key": "Team", "Value": "a"}, {"Key": "team", "Value": "b"}]}


BODY, KEY = certificate("example.com")

UPLOAD = {"ServerCertificateName": "new", "CertificateBody": BODY, "PrivateKey": KEY}
