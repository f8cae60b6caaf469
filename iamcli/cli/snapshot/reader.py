"""Reads an account. Sends only requests that read."""

from __future__ import annotations

from functools import partial
from urllib.parse import unquote

from iamcli.cli.account_file import schema
from iamcli.cli.account_file.arns import account, owner_of
from iamcli.cli.account_file.values import pick
from iamcli.cli.snapshot import content
from iamcli.cli.snapshot.pace import Pace, Remaining
from iamcli.errors import Failure, ServiceError, UnexpectedResponse
from iamcli.operations.pagination import all_pages, list_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from iamcli.operations.service import IAM

#: The page size of GetAccountAuthorizationDetails (entities). Each can have several documents, and
#: the client limits the size of a response.
_DETAILS_PAGE = 200

#: The operations that return members of the snapshot, and the members of the responses.
_ACCOUNT_OPERATIONS = {
    "instance_profiles": ("ListInstanceProfiles", "InstanceProfiles"),
    "password_policy": ("GetAccountPasswordPolicy", "PasswordPolicy"),
    "summary": ("GetAccountSummary", "SummaryMap"),
    "virtual_mfa_devices": ("ListVirtualMFADevices", "VirtualMFADevices"),
}
#: The operations that return members of a user.
_USER_OPERATIONS = {
    "AccessKeyMetadata": "ListAccessKeys",
    "Certificates": "ListSigningCertificates",
    "MFADevices": "ListMFADevices",
    "LoginProfile": "GetLoginProfile",
    "SSHPublicKeys": "ListSSHPublicKeys",
    "ServiceSpecificCredentials": "ListServiceSpecificCredentials",
}

#: The parameters that name what is read, for the list of what could not be read.
_NAMES = ("PolicyArn", "ServerCertificateName", "AccessKeyId", "SSHPublicKeyId")
#: What a list of roles has of each, and GetAccountAuthorizationDetails lacks.
_LISTED_ROLE = {
    name: schema.ROLE[name] for name in ("RoleName", "Description?", "MaxSessionDuration?")
}

#: Errors, besides denials, that concern one entity or one operation. They are listed in the
#: snapshot; any other error ends the reading.
_LISTED = frozenset(
    {"InvalidAction", "NoSuchEntity", "NotSupportedService", "UnrecognizedPublicKeyEncoding"}
)


def read(iam: IAM, names: Sequence[str]) -> dict[str, Any]:
    """Return a snapshot of the account.

    ``names``: the users that it is limited to; all if there are none. What the service denies is
    listed in the snapshot. Raises Failure if the users, groups, roles and policies cannot be read,
    if one of ``names`` is not a user, and if a request fails for another reason than a denial, such
    as throttling. Source: GetAccountAuthorizationDetails and the other operations that are named in
    this module.
    """
    step = iam.reporter.progress.step
    step("reading users, groups, roles and policies")
    details: dict[str, list[Any]] = {key: [] for key in content.DETAILS}
    for page, _ in all_pages(iam, "GetAccountAuthorizationDetails", MaxItems=_DETAILS_PAGE):
        for key in details:
            details[key] += page.get(key, ())
    # A document that is not UTF-8 keeps its bytes.
    decode = partial(unquote, errors="surrogateescape")
    snapshot = content.begin_snapshot("service", details, {schema.DOCUMENT: decode})
    content.limit_users(snapshot, names)
    reader = _Reader(iam, snapshot["unread"])
    _complete_roles(reader, snapshot["roles"])
    _complete_policies(reader, snapshot["policies"])
    step("reading what belongs to the account")
    snapshot |= _of_account(reader)
    content.limit_devices(snapshot)
    snapshot["account"] = account(snapshot)
    total = len(snapshot["users"])
    remaining = Remaining(total, reader.pace)
    for number, user in enumerate(snapshot["users"]):
        left = remaining.text(number)
        step(f"reading user {number + 1} of {total}{left}: {user['UserName']}")
        user.update(_of_user(reader, user["UserName"]))
    return snapshot


class _Reader:
    """Sends requests at a modest rate, and adds those that are denied to ``unread``.

    ``pace``: delays them; ``user``: whose part of the account is read, None for the others.
    """

    def __init__(self, iam: IAM, unread: list[dict[str, Any]]) -> None:
        self._iam = iam
        self._unread = unread
        self.pace = Pace(iam.client.url)
        self.user: str | None = None

    def ask(self, value_type: Any, operation: str, key: str, **parameters: str) -> dict[str, Any]:
        """Return the member ``key`` of the response with its value; nothing if it is denied.

        ``value_type``: the type of the value; a list is read completely.
        """
        self.pace.wait()
        try:
            if isinstance(value_type, list):
                value = list_all(self._iam, operation, key, **parameters)
            else:
                value = self._iam.call(operation, **parameters)[key]
        except Failure as failure:
            code = self._listed_code(failure)
            of_user = "user with name" in str(failure).lower()
            if isinstance(value_type, schema.OrNull) and code == "NoSuchEntity" and not of_user:
                # It does not exist, although its user, if any, does.
                return {key: None}
            if not code:
                # Which of the many requests failed.
                whose = f" for user {self.user}" if self.user else ""
                failure.args = (f"{operation}{whose}: {failure}",)
                raise
            name = next((parameters[name] for name in _NAMES if name in parameters), None)
            message = (isinstance(failure, ServiceError) and failure.shown) or str(failure)
            of = self.user and f"user/{self.user}"
            refused = {"operation": operation, "name": name, "of": of}
            self._unread.append({**refused, "code": code, "message": message})
            return {}
        return {key: pick(value_type, value, {})}

    def _listed_code(self, failure: Failure) -> str:
        """Return the code with which a failure is listed; "" if it ends the reading."""
        if isinstance(failure, ServiceError):
            listed = failure.denied or failure.code in _LISTED or self._iam.lacks(failure)
            return failure.code if listed else ""
        if isinstance(failure, UnexpectedResponse) and self._iam.lacks(failure):
            return f"HTTP {failure.status}"
        return ""


def _complete_roles(reader: _Reader, roles: list[dict[str, Any]]) -> None:
    """Add to ``roles`` what only a list of roles has."""
    listed = reader.ask([_LISTED_ROLE], "ListRoles", "Roles") if roles else {}
    of_role = {role["RoleName"]: role for role in listed.get("Roles", ())}
    for role in roles:
        role.update(of_role.get(role["RoleName"], {}))


def _complete_policies(reader: _Reader, policies: list[dict[str, Any]]) -> None:
    """Add their tags to the customer managed policies; others have none."""
    for policy in policies:
        if owner_of(policy["Arn"]) != "aws":
            tags = reader.ask(schema.TAGS, "ListPolicyTags", "Tags", PolicyArn=policy["Arn"])
            policy.update(tags)


def _of_account(reader: _Reader) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for member, (operation, key) in _ACCOUNT_OPERATIONS.items():
        if found := reader.ask(schema.type_of(schema.SNAPSHOT, member), operation, key):
            members[member] = found[key]
    if listed := reader.ask([schema.TEXT], "ListAccountAliases", "AccountAliases"):
        # An account has at most one.
        members["account_alias"] = next(iter(listed["AccountAliases"]), None)
    key = "ServerCertificateMetadataList"
    metadata = [schema.SERVER_CERTIFICATE["ServerCertificateMetadata"]]
    if listed := reader.ask(metadata, "ListServerCertificates", key):
        members["server_certificates"] = [_certificate(reader, entry) for entry in listed[key]]
    return members


def _certificate(reader: _Reader, metadata: dict[str, str]) -> dict[str, Any]:
    name, key = metadata["ServerCertificateName"], "ServerCertificate"
    found = reader.ask(
        schema.SERVER_CERTIFICATE, "GetServerCertificate", key, ServerCertificateName=name
    )
    return {"ServerCertificateMetadata": metadata, **found.get(key, {})}


def _of_user(reader: _Reader, user: str) -> dict[str, Any]:
    reader.user = user
    members: dict[str, Any] = {}
    for member, operation in _USER_OPERATIONS.items():
        members |= reader.ask(schema.type_of(schema.USER, member), operation, member, UserName=user)
    for key in members.get("AccessKeyMetadata", ()):
        used, name = schema.ACCESS_KEY["AccessKeyLastUsed?"], key["AccessKeyId"]
        key.update(reader.ask(used, "GetAccessKeyLastUsed", "AccessKeyLastUsed", AccessKeyId=name))
    for key in members.get("SSHPublicKeys", ()):
        of_key = {"UserName": user, "SSHPublicKeyId": key["SSHPublicKeyId"], "Encoding": "SSH"}
        body = reader.ask(schema.SSH_KEY, "GetSSHPublicKey", "SSHPublicKey", **of_key)
        key.update(body.get("SSHPublicKey", {}))
    return members
