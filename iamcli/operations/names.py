"""The names of the entities in the account, for completion and for what was almost typed."""

from __future__ import annotations

from iamcli.operations.pagination import MAX_PAGE, list_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.operations.sender import Sender

#: Characters that names may have besides letters and digits. Other names are not shown, so that no
#: server can send anything else to the terminal or the shell.
_PUNCTUATION = frozenset("+=,.@-_:/")


class Query:
    """A list to request: the ``operation``, the ``key`` of its entries, and its ``parameters``.

    ``member``: the member of an entry that holds its name; None if the entry is the name.
    """

    def __init__(self, operation: str, key: str, member: str | None, **parameters: str) -> None:
        self.operation = operation
        self.key = key
        self.member = member
        self.parameters: dict[str, Any] = parameters

    def names(self, iam: Sender) -> list[str]:
        """Return the names from the service; raise Failure if the request fails."""
        entries = list_all(iam, self.operation, self.key, MaxItems=MAX_PAGE, **self.parameters)
        return self._names(entries)

    def first_names(self, iam: Sender) -> list[str]:
        """Return the names of the first page, with one request; raise Failure if it fails."""
        page = iam.send(self.operation, MaxItems=MAX_PAGE, **self.parameters)
        return self._names(page.get(self.key, ()))

    def _names(self, entries: Any) -> list[str]:
        names = (entry[self.member] if self.member else entry for entry in entries)
        return [name for name in names if is_name(name)]


#: How to list the names of each kind. For ``policy`` this depends on the owner of the policy.
KINDS = {
    "user": Query("ListUsers", "Users", "UserName"),
    "group": Query("ListGroups", "Groups", "GroupName"),
    "role": Query("ListRoles", "Roles", "RoleName"),
    "profile": Query("ListInstanceProfiles", "InstanceProfiles", "InstanceProfileName"),
    "servercert": Query(
        "ListServerCertificates", "ServerCertificateMetadataList", "ServerCertificateName"
    ),
    "mfa": Query(
        "ListVirtualMFADevices", "VirtualMFADevices", "SerialNumber", AssignmentStatus="Any"
    ),
    "key": Query("ListAccessKeys", "AccessKeyMetadata", "AccessKeyId"),
    "signingcert": Query("ListSigningCertificates", "Certificates", "CertificateId"),
}

#: The kinds that have inline policies, each with the parameter that names its owner.
OWNERS = {"user": "UserName", "group": "GroupName", "role": "RoleName"}


def policies(kind: str, name: str) -> Query:
    """Return how to list the inline policies of ``name``, which is of this ``kind`` ("user")."""
    return Query(f"List{kind.title()}Policies", "PolicyNames", None, **{OWNERS[kind]: name})


def is_name(name: str) -> bool:
    """Return whether ``name`` can be a name, an ID or an ARN."""
    return bool(name) and name.isascii() and all(c.isalnum() or c in _PUNCTUATION for c in name)
