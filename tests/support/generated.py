"""Accounts that Hypothesis generates, with everything that a snapshot can contain."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from support.certificates import public_key
from support.populated import BOUNDARY, CODES, READ_ONLY
from support.shell import TESTS

if TYPE_CHECKING:
    from collections.abc import Callable

#: The numbers of some things are drawn from these: mostly few.
FEW = st.sampled_from([0, 0, 1, 1, 2, 3])
#: Every character that a name may have. Some of the names are options, or words that zsh expands.
NAMES = st.text(string.ascii_letters + string.digits + "+=,.@_-" * 4, min_size=1, max_size=12)
ODD_NAMES = st.sampled_from(["-v", "--version", "=cat", "-", "--", "-n", "-rf", ".", "..", "a@b.c"])
#: A path may have every printable ASCII character, also those that a shell expands.
PRINTABLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
PATHS = st.just("/") | st.text(PRINTABLE, min_size=1, max_size=20).map("/{}/".format)
POLICY_PATHS = st.sampled_from(["/", "/a/", "/a.b/c-d/", "/x,y/+=@_/"])
#: Letters, spaces and signs that tags may have, in and outside ASCII.
TAG_TEXT = "aZ0 _.:/=+-@\u00e9\u65e5\u3000\U00010400"
KEYS = st.text(TAG_TEXT, min_size=1, max_size=8)
VALUES = st.just("") | st.text(TAG_TEXT, max_size=12)
#: What documents may contain.
TEXTS = st.text(
    st.sampled_from("'\"`$\\%!*?~#&;|<>(){}[]=\t\n\r \u00e9\u00ff")
    | st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"]),
    max_size=20,
) | st.sampled_from(["$(touch made)", "'; touch made; '", "`touch made`", "\\", "%s%n", "!!", "'"])
SPACE = st.sampled_from(["", "", " ", "\n", "\n\n", "\r\n", "\t ", " \n "])
#: Descriptions of managed policies and of roles, which have no space that does not break.
DESCRIPTIONS = st.just("") | TEXTS.map(lambda text: text.replace("\xa0", ""))
TRUSTED = ["ec2.amazonaws.com", "lambda.amazonaws.com"]
SERVICES = ["autoscaling.amazonaws.com", "elasticbeanstalk.amazonaws.com"]


def _text_of(policy: dict[str, Any], draw: Callable[..., Any]) -> str:
    """Return ``policy`` as JSON in one of the forms in which people write it."""
    text = json.dumps(
        policy,
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, None, 1, "\t"])),
    )
    return f"{draw(SPACE)}{text}{draw(SPACE)}"


@st.composite
def documents(draw: Callable[..., Any]) -> str:
    """Return the text of a policy of a user, a group or a role, or of a managed policy."""
    statement = {
        "Effect": "Allow",
        "Action": draw(st.sampled_from(["s3:Get*", ["ec2:*", "s3:?"]])),
        "Resource": f"arn:aws:s3:::bucket/{draw(TEXTS)}",
        "Condition": {"StringLike": {"aws:UserAgent": draw(TEXTS)}},
    }
    return _text_of({"Version": "2012-10-17", "Statement": [statement]}, draw)


@st.composite
def trust_policies(draw: Callable[..., Any], roles: list[str]) -> str:
    """Return the text of a trust policy; ``roles``: the ARNs of roles that it may name."""
    service = {"Service": draw(st.sampled_from(TRUSTED))}
    principal = draw(st.sampled_from([service, service, *({"AWS": role} for role in roles)]))
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": draw(TEXTS)}},
    }
    return _text_of({"Version": "2012-10-17", "Statement": statement}, draw)


@st.composite
def tags(draw: Callable[..., Any]) -> list[dict[str, str]]:
    """Return the tags of an entity."""
    keys = draw(st.lists(KEYS, max_size=draw(FEW), unique_by=str.lower))
    return [{"Key": key, "Value": draw(VALUES)} for key in keys]


class _Filler:
    """Draws an account while it creates it with ``iam``, a client of boto3."""

    def __init__(self, iam: Any, draw: Callable[..., Any]) -> None:
        self.iam = iam
        self.draw = draw
        self.policies = [READ_ONLY, BOUNDARY]
        self.groups: list[str] = []
        self.users: list[str] = []
        self.roles: list[str] = []
        self.role_arns: list[str] = []

    def fill(self) -> None:
        for name in self.names():
            self.policy(name)
        self.groups = self.names()
        for name in self.groups:
            self.group(name)
        self.users = self.names()
        for number, name in enumerate(self.users):
            self.user(name, number)
        self.roles = self.names()
        for name in self.roles:
            self.role(name)
        for name in self.roles:
            # It may trust itself, or a role that is later in the list.
            if self.seldom():
                trust = self.draw(trust_policies(self.role_arns))
                self.iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
        for number, name in enumerate(self.names()):
            self.profile(name, number)
        self.account()

    # What is drawn.

    def names(self) -> list[str]:
        """Draw the names of the entities of a kind, which are unique in any case."""
        names = NAMES | ODD_NAMES
        drawn: list[str] = self.draw(st.lists(names, max_size=3, unique_by=str.lower))
        return drawn

    def often(self) -> bool:
        return bool(self.draw(st.booleans()))

    def seldom(self) -> bool:
        return bool(self.draw(st.integers(0, 5)) == 5)

    def some(self, values: list[Any]) -> list[Any]:
        """Draw some of ``values``."""
        drawn: list[Any] = self.draw(st.lists(st.sampled_from(values), max_size=3, unique=True))
        return drawn

    def boundary(self) -> dict[str, str]:
        if self.seldom():
            return {"PermissionsBoundary": self.draw(st.sampled_from(self.policies))}
        return {}

    def path(self) -> str:
        return str(self.draw(PATHS))

    # What is created.

    def policy(self, name: str) -> None:
        """Create a managed policy with versions, of which some are deleted again."""
        iam, draw = self.iam, self.draw
        description = draw(DESCRIPTIONS)
        arn = iam.create_policy(
            PolicyName=name,
            Path=draw(POLICY_PATHS),
            PolicyDocument=draw(documents()),
            Tags=draw(tags()),
            **({"Description": description} if description else {}),
        )["Policy"]["Arn"]
        for _ in range(draw(FEW)):
            iam.create_policy_version(
                PolicyArn=arn, PolicyDocument=draw(documents()), SetAsDefault=self.often()
            )
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"] and self.seldom():
                iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        self.policies.append(arn)

    def belongings(self, kind: str, name: str) -> None:
        """Give a user, group or role its inline and its attached policies."""
        own = {f"{kind.capitalize()}Name": name}
        for policy in self.draw(st.lists(NAMES | ODD_NAMES, max_size=self.draw(FEW), unique=True)):
            getattr(self.iam, f"put_{kind}_policy")(
                **own, PolicyName=policy, PolicyDocument=self.draw(documents())
            )
        for arn in self.some(self.policies):
            getattr(self.iam, f"attach_{kind}_policy")(**own, PolicyArn=arn)

    def group(self, name: str) -> None:
        self.iam.create_group(GroupName=name, Path=self.path())
        self.belongings("group", name)

    def user(self, name: str, number: int) -> None:
        iam = self.iam
        own = {"UserName": name}
        iam.create_user(**own, Path=self.path(), Tags=self.draw(tags()), **self.boundary())
        self.belongings("user", name)
        for group in self.some(self.groups) if self.groups else ():
            iam.add_user_to_group(**own, GroupName=group)
        if self.seldom():
            iam.create_login_profile(
                **own, Password="some-Password-1", PasswordResetRequired=self.often()
            )
        for _ in range(self.draw(st.sampled_from([0, 0, 1, 2]))):
            key = iam.create_access_key(**own)["AccessKey"]["AccessKeyId"]
            if self.often():
                iam.update_access_key(**own, AccessKeyId=key, Status="Inactive")
        for place in range(self.draw(FEW) if self.often() else 0):
            body = (
                f"{public_key(number * 10 + place)}{self.draw(st.sampled_from(['', ' me', ' -x']))}"
            )
            key = iam.upload_ssh_public_key(**own, SSHPublicKeyBody=body)["SSHPublicKey"]
            if self.often():
                iam.update_ssh_public_key(
                    **own, SSHPublicKeyId=key["SSHPublicKeyId"], Status="Inactive"
                )
        if number == 0 and self.seldom():
            # The service refuses the same certificate for another user.
            iam.upload_signing_certificate(
                **own, CertificateBody=(TESTS / "answers" / "cert.pem").read_text()
            )
        if self.seldom():
            device = iam.create_virtual_mfa_device(VirtualMFADeviceName=f"phone{number}")
            serial = device["VirtualMFADevice"]["SerialNumber"]
            iam.enable_mfa_device(**own, SerialNumber=serial, **CODES)
        if self.seldom():
            iam.enable_mfa_device(**own, SerialNumber=f"GAHT1234567{number}", **CODES)

    def role(self, name: str) -> None:
        iam, draw = self.iam, self.draw
        own = {"RoleName": name}
        more: dict[str, Any] = {}
        description = draw(DESCRIPTIONS)
        if description:
            more["Description"] = description
        if self.often():
            more["MaxSessionDuration"] = draw(st.sampled_from([3600, 3601, 43200]))
        role = iam.create_role(
            **own,
            Path=self.path(),
            AssumeRolePolicyDocument=draw(trust_policies(self.role_arns)),
            Tags=draw(tags()),
            **self.boundary(),
            **more,
        )["Role"]
        self.role_arns.append(role["Arn"])
        self.belongings("role", name)

    def profile(self, name: str, number: int) -> None:
        self.iam.create_instance_profile(
            InstanceProfileName=name, Path=self.path(), Tags=self.draw(tags())
        )
        if number < len(self.roles) and self.draw(st.integers(0, 3)):
            self.iam.add_role_to_instance_profile(
                InstanceProfileName=name, RoleName=self.roles[number]
            )

    def account(self) -> None:
        """Create what does not belong to one of the entities above."""
        iam = self.iam
        if self.seldom():
            iam.create_service_linked_role(AWSServiceName=self.draw(st.sampled_from(SERVICES)))
        if self.seldom():
            iam.create_virtual_mfa_device(VirtualMFADeviceName="spare", Path="/spares/")
        if self.seldom():
            body, key = (
                (TESTS / "answers" / f"{name}.pem").read_text() for name in ("cert", "key")
            )
            iam.upload_server_certificate(
                ServerCertificateName="www", CertificateBody=body, PrivateKey=key
            )
        if self.often():
            iam.create_account_alias(AccountAlias="example")
        if self.often():
            rules = {
                "MinimumPasswordLength": st.integers(6, 12),
                "RequireNumbers": st.booleans(),
                "RequireSymbols": st.booleans(),
                "AllowUsersToChangePassword": st.booleans(),
                "MaxPasswordAge": st.integers(1, 99),
                "PasswordReusePrevention": st.integers(1, 24),
                "HardExpiry": st.booleans(),
            }
            iam.update_account_password_policy(
                **{name: self.draw(rule) for name, rule in rules.items() if self.often()}
            )


def fill(iam: Any, data: st.DataObject) -> list[str]:
    """Fill the empty account of ``iam``, a client of boto3; return entities that can be deleted.

    They are named as ``iamcli recreate`` names them.
    """
    filler = _Filler(iam, data.draw)
    filler.fill()
    return [
        *(f"user/{name}" for name in filler.users),
        *(f"group/{name}" for name in filler.groups),
        *(f"role/{name}" for name in filler.roles),
    ]


#: Texts with which a script could do something else, if it did not quote them.
HOSTILE = st.sampled_from(
    [
        "$(touch made)",
        "`touch made`",
        "'; touch made; '",
        '"; touch made; "',
        "\ntouch made\n",
        "' touch made '",
        "| touch made",
        "& touch made",
        "; touch made #",
        "> made",
        "'\\''",
        "-v",
        "--version",
        "-",
        "--",
        "-f/etc/passwd",
        "=cat",
        "~",
        "~root",
        "*",
        "?",
        "[a-z]*",
        "file:///etc/passwd",
        "fileb://x",
        "http://127.0.0.1:1/",
        "{a,b}",
        "%s%n",
        "!!",
        "a\\",
        "\x1b[2J",
        "\r",
        "\u2028touch made",
        "\x85touch made",
        "\u202etouch",
        "$IFS",
        "${x:=made}",
        "EOF\ntouch made",
        "#",
        "# ",
        "a b",
        "\t",
        "\U0001f600",
        "'",
        '"',
        "\\",
        "\n",
        "\ufeff",
    ]
) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@st.composite
def hostile_snapshots(draw: Callable[..., Any]) -> dict[str, Any]:
    """Return a snapshot of which every text is hostile that can be any text."""
    names = iter(draw(st.lists(HOSTILE, min_size=16, max_size=16, unique=True)))

    def text() -> str:
        return str(draw(HOSTILE))

    def entity(kind: str, **members: Any) -> dict[str, Any]:
        name = next(names)
        return {
            "Path": f"/{text()}/",
            f"{kind}Name": name,
            f"{kind}Id": "ID",
            "Arn": f"arn:aws:iam::123456789012:{kind.lower()}/{name}",
            **members,
        }

    def tag() -> list[dict[str, str]]:
        return [{"Key": text(), "Value": text()}]

    def inline() -> list[dict[str, str]]:
        return [{"PolicyName": text(), "PolicyDocument": text()}]

    own = entity("Policy", Description=text(), Tags=tag(), DefaultVersionId="v1")
    own["PolicyVersionList"] = [{"VersionId": "v1", "IsDefaultVersion": True, "Document": text()}]
    attached = [{"PolicyName": text(), "PolicyArn": own["Arn"]}]
    boundary = {"PermissionsBoundaryArn": f"arn:aws:iam::aws:policy/{text()}"}
    group = entity("Group", GroupPolicyList=inline(), AttachedManagedPolicies=attached)
    key = {"SSHPublicKeyId": text(), "Status": text(), "SSHPublicKeyBody": text()}
    user = entity(
        "User",
        GroupList=[group["GroupName"]],
        UserPolicyList=inline(),
        AttachedManagedPolicies=attached,
        PermissionsBoundary=boundary,
        Tags=tag(),
        AccessKeyMetadata=[{"AccessKeyId": text(), "Status": text()}],
        Certificates=[{"CertificateId": text(), "CertificateBody": text(), "Status": text()}],
        MFADevices=[{"SerialNumber": text()}],
        LoginProfile=None,
        SSHPublicKeys=[key],
        ServiceSpecificCredentials=[
            {"ServiceSpecificCredentialId": text(), "ServiceName": text(), "Status": text()}
        ],
    )
    role = entity(
        "Role",
        Description=text(),
        MaxSessionDuration=7200,
        AssumeRolePolicyDocument=text(),
        RolePolicyList=inline(),
        AttachedManagedPolicies=attached,
        PermissionsBoundary=boundary,
        Tags=tag(),
    )
    linked = entity("Role", RolePolicyList=[], AttachedManagedPolicies=[], Tags=[])
    linked["Path"] = f"/aws-service-role/{text()}/"
    profile = entity("InstanceProfile", Roles=[{"RoleName": role["RoleName"]}], Tags=tag())
    return {
        "version": 1,
        "source": "service",
        "taken": "2013-01-01T00:00:00Z",
        "account": "123456789012",
        "documents": "exact",
        "only_users": None,
        "users": [user],
        "groups": [group],
        "roles": [role, linked],
        "instance_profiles": [profile],
        "policies": [own],
        "account_alias": text(),
        "password_policy": None,
        "server_certificates": [],
        "virtual_mfa_devices": [{"SerialNumber": text()}],
        "unread": [],
        "unknown": [],
    }
