"""Reads an account. Sends only requests that read."""

from __future__ import annotations

from urllib.parse import unquote

from iamcli.cli.account_file.arns import account, owner_of
from iamcli.cli.account_file.schema import (
    ACCESS_KEY,
    DOCUMENT,
    POLICY,
    ROLE,
    SERVER_CERTIFICATE,
    SNAPSHOT,
    SSH_KEY,
    TEXT,
    USER,
    OrNull,
    kind_of,
)
from iamcli.cli.account_file.values import pick
from iamcli.cli.snapshot import content
from iamcli.cli.snapshot.pace import Pace
from iamcli.cli.snapshot.remaining import Remaining
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
_OF_ACCOUNT = {
    "instance_profiles": ("ListInstanceProfiles", "InstanceProfiles"),
    "password_policy": ("GetAccountPasswordPolicy", "PasswordPolicy"),
    "summary": ("GetAccountSummary", "SummaryMap"),
    "virtual_mfa_devices": ("ListVirtualMFADevices", "VirtualMFADevices"),
}
#: The operations that return members of a user.
_OF_USER = {
    "AccessKeyMetadata": "ListAccessKeys",
    "Certificates": "ListSigningCertificates",
    "MFADevices": "ListMFADevices",
    "LoginProfile": "GetLoginProfile",
    "SSHPublicKeys": "ListSSHPublicKeys",
    "ServiceSpecificCredentials": "ListServiceSpecificCredentials",
}

#: What a list of roles has of each, and GetAccountAuthorizationDetails lacks.
_LISTED_ROLE = {name: ROLE[name] for name in ("RoleName", "Description?", "MaxSessionDuration?")}

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
    iam.complete_model = True
    step = iam.progress.step
    step("reading users, groups, roles and policies")
    snapshot = content.begin("service", _details(iam), {DOCUMENT: _decoded})
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


def _decoded(document: str) -> str:
    # A document that is not UTF-8 keeps its bytes.
    return unquote(document, errors="surrogateescape")


def _details(iam: IAM) -> dict[str, list[Any]]:
    """Return the lists of GetAccountAuthorizationDetails, each of all pages."""
    details: dict[str, list[Any]] = {key: [] for key in content.DETAILS}
    for page, _ in all_pages(iam, "GetAccountAuthorizationDetails", MaxItems=_DETAILS_PAGE):
        for key in details:
            details[key] += page.get(key, ())
    return details


class _Reader:
    """Sends requests at a modest rate, and adds those that are denied to ``unread``.

    ``pace``: delays them.
    """

    def __init__(self, iam: IAM, unread: list[dict[str, Any]]) -> None:
        self._iam = iam
        self._unread = unread
        self.pace = Pace(iam.client.url)

    def ask(  # noqa: PLR0913 - what identifies a part of the account
        self,
        member: str,
        kind: Any,
        operation: str,
        key: str,
        *,
        name: str | None = None,
        user: str | None = None,
        **parameters: str,
    ) -> dict[str, Any]:
        """Return ``member`` with the value that ``operation`` returns; nothing if it is denied.

        ``kind``: the kind of the value; a list is read completely. ``key``: the member of the
        response. ``name`` and ``user``: what is read and whose it is, for the list of what could
        not be read.
        """
        self.pace.wait()
        try:
            if isinstance(kind, list):
                value = list_all(self._iam, operation, key, **parameters)
            else:
                value = self._iam.call(operation, **parameters)[key]
        except ServiceError as error:
            if isinstance(kind, OrNull) and _means_none(error):
                return {member: None}
            if not (error.denied or error.code in _LISTED):
                _add_context(error, operation, user)
                raise
            code, message = error.code, error.message
        except UnexpectedResponse as failure:
            if not self._iam.lacks(failure):
                _add_context(failure, operation, user)
                raise
            code, message = f"HTTP {failure.status}", str(failure)
        except Failure as failure:
            _add_context(failure, operation, user)
            raise
        else:
            return {member: pick(kind, value, {})}
        unread = {"operation": operation, "name": name, "of": user and f"user/{user}"}
        self._unread.append({**unread, "code": code, "message": message})
        return {}


def _add_context(failure: Failure, operation: str, user: str | None) -> None:
    """Add to the message of ``failure`` which of the many requests failed."""
    of = f" for user {user}" if user else ""
    failure.args = (f"{operation}{of}: {failure}",)


def _means_none(error: ServiceError) -> bool:
    """Return whether what was asked for does not exist, although its user, if any, does."""
    return error.code == "NoSuchEntity" and "user with name" not in error.message.lower()


def _complete_roles(reader: _Reader, roles: list[dict[str, Any]]) -> None:
    """Add to ``roles`` what only a list of roles has."""
    listed = reader.ask("all", [_LISTED_ROLE], "ListRoles", "Roles") if roles else {}
    of_role = {role["RoleName"]: role for role in listed.get("all", ())}
    for role in roles:
        role.update(of_role.get(role["RoleName"], {}))


def _complete_policies(reader: _Reader, policies: list[dict[str, Any]]) -> None:
    """Add their tags to the customer managed policies; others have none."""
    for policy in policies:
        arn = policy["Arn"]
        if owner_of(arn) != "aws":
            kind = kind_of(POLICY, "Tags")
            policy.update(
                reader.ask("Tags", kind, "ListPolicyTags", "Tags", name=arn, PolicyArn=arn)
            )


def _of_account(reader: _Reader) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for member, (operation, key) in _OF_ACCOUNT.items():
        members |= reader.ask(member, kind_of(SNAPSHOT, member), operation, key)
    aliases = reader.ask("all", [TEXT], "ListAccountAliases", "AccountAliases")
    if aliases:
        # An account has at most one.
        members["account_alias"] = next(iter(aliases["all"]), None)
    metadata = [SERVER_CERTIFICATE["ServerCertificateMetadata"]]
    listed = reader.ask("all", metadata, "ListServerCertificates", "ServerCertificateMetadataList")
    if listed:
        members["server_certificates"] = [_certificate(reader, entry) for entry in listed["all"]]
    return members


def _certificate(reader: _Reader, metadata: dict[str, str]) -> dict[str, Any]:
    name = metadata["ServerCertificateName"]
    body = reader.ask(
        "certificate",
        SERVER_CERTIFICATE,
        "GetServerCertificate",
        "ServerCertificate",
        name=name,
        ServerCertificateName=name,
    )
    return {"ServerCertificateMetadata": metadata, **body.get("certificate", {})}


def _of_user(reader: _Reader, user: str) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for member, operation in _OF_USER.items():
        members |= reader.ask(
            member, kind_of(USER, member), operation, member, user=user, UserName=user
        )
    for key in members.get("AccessKeyMetadata", ()):
        member = "AccessKeyLastUsed"
        name = key["AccessKeyId"]
        last_use = reader.ask(
            member,
            kind_of(ACCESS_KEY, member),
            "GetAccessKeyLastUsed",
            member,
            name=name,
            user=user,
            AccessKeyId=name,
        )
        key.update(last_use)
    for key in members.get("SSHPublicKeys", ()):
        name = key["SSHPublicKeyId"]
        body = reader.ask(
            "key",
            SSH_KEY,
            "GetSSHPublicKey",
            "SSHPublicKey",
            name=name,
            user=user,
            UserName=user,
            SSHPublicKeyId=name,
            Encoding="SSH",
        )
        key.update(body.get("key", {}))
    return members
