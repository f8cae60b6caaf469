"""An account at the wire stub that does not delete an entity with dependencies.

Its lists have pages of one entry, so that a caller which reads only the first page misses the rest.
"""

from __future__ import annotations

from typing import NamedTuple

from support.stub import Answer, Endpoint, Request, ok, refused

ARN = "arn:aws:iam::123456789012:"


class Held(NamedTuple):
    """A kind of dependency of an entity: the operations that list and remove it."""

    listing: str
    key: str
    removing: str
    #: The parameter that names it when it is removed, and the member that names it in the list.
    named: str
    #: The prefix of its ARN, if it has one.
    arn: str = ""


class Kind(NamedTuple):
    """A kind of entity: its name in requests and responses, and its kinds of dependencies."""

    name: str
    holds: tuple[Held, ...]


KINDS = (
    Kind(
        "User",
        (
            Held("ListAccessKeys", "AccessKeyMetadata", "DeleteAccessKey", "AccessKeyId"),
            Held("ListUserPolicies", "PolicyNames", "DeleteUserPolicy", "PolicyName"),
            Held(
                "ListSigningCertificates",
                "Certificates",
                "DeleteSigningCertificate",
                "CertificateId",
            ),
            Held("ListGroupsForUser", "Groups", "RemoveUserFromGroup", "GroupName", f"{ARN}group/"),
            Held("ListMFADevices", "MFADevices", "DeactivateMFADevice", "SerialNumber"),
            Held("ListSSHPublicKeys", "SSHPublicKeys", "DeleteSSHPublicKey", "SSHPublicKeyId"),
            Held(
                "ListServiceSpecificCredentials",
                "ServiceSpecificCredentials",
                "DeleteServiceSpecificCredential",
                "ServiceSpecificCredentialId",
            ),
            Held("ListAttachedUserPolicies", "AttachedPolicies", "DetachUserPolicy", "PolicyArn"),
        ),
    ),
    Kind(
        "Group",
        (
            Held("GetGroup", "Users", "RemoveUserFromGroup", "UserName", f"{ARN}user/"),
            Held("ListGroupPolicies", "PolicyNames", "DeleteGroupPolicy", "PolicyName"),
            Held("ListAttachedGroupPolicies", "AttachedPolicies", "DetachGroupPolicy", "PolicyArn"),
        ),
    ),
    Kind(
        "Role",
        (
            Held(
                "ListInstanceProfilesForRole",
                "InstanceProfiles",
                "RemoveRoleFromInstanceProfile",
                "InstanceProfileName",
                f"{ARN}instance-profile/",
            ),
            Held("ListRolePolicies", "PolicyNames", "DeleteRolePolicy", "PolicyName"),
            Held("ListAttachedRolePolicies", "AttachedPolicies", "DetachRolePolicy", "PolicyArn"),
        ),
    ),
    Kind(
        "InstanceProfile",
        (
            Held(
                "GetInstanceProfile",
                "Roles",
                "RemoveRoleFromInstanceProfile",
                "RoleName",
                f"{ARN}role/",
            ),
        ),
    ),
)


class Account(Endpoint):
    """An account with one entity, which is of ``kind``; ``on`` gives an operation other answers.

    ``things``: the names of its dependencies, by the operation that lists them. ``refuse``: an
    operation, and how often it succeeds before it is refused.
    """

    def __init__(
        self, url: str, kind: str, things: dict[str, list[str]], *, login: bool = False
    ) -> None:
        super().__init__(url, [])
        self.kind = next(entry for entry in KINDS if entry.name == kind)
        self.things = {name: list(names) for name, names in things.items()}
        self.login = login
        self.exists = True
        self.refuse: tuple[str, int] | None = None

    @property
    def changes(self) -> list[str]:
        """The requested operations that change something, in order."""
        return [name for name in self.operations if not name.startswith(("Get", "List"))]

    def answer(self, request: Request) -> Answer:  # noqa: PLR0911 - one for each operation
        """Carry out a request or refuse it."""
        if request.operation in self._by_operation:
            return super().answer(request)
        self.requests.append(request)
        operation = request.operation
        if self.refuse and self.refuse[0] == operation and self._often(*self.refuse):
            return refused("ServiceFailure", "not now", 400)
        if operation == "DeleteVirtualMFADevice":
            return self._delete_device(request)
        if not self.exists:
            return refused("NoSuchEntity", "there is no such entity", 404)
        for held in self.kind.holds:
            names = self.things.get(held.listing, [])
            if operation == held.listing:
                return self._page(held, names, int(request.parameters.get("Marker", 0)))
            if operation == held.removing:
                name = request.parameters[held.named]
                if name not in names:
                    return refused("NoSuchEntity", f"there is no {name}", 404)
                names.remove(name)
                return ok(operation)
        return self._entity(operation)

    def _delete_device(self, request: Request) -> Answer:
        serial = request.parameters["SerialNumber"]
        if self.exists and serial in self.things.get("ListMFADevices", []):
            return refused("DeleteConflict", "MFA VirtualDevice in use.", 409)
        return ok(request.operation)

    def _often(self, operation: str, times: int) -> bool:
        return self.operations.count(operation) > times

    def _page(self, held: Held, names: list[str], place: int) -> Answer:
        shown = names[place : place + 1] if self.kind.name != "InstanceProfile" else names
        entries = "".join(f"<member>{_entry(held, name)}</member>" for name in shown)
        result = f"<{held.key}>{entries}</{held.key}>"
        if self.kind.name == "InstanceProfile":
            return ok(held.listing, f"<InstanceProfile>{result}</InstanceProfile>")
        if place + 1 < len(names):
            result += f"<IsTruncated>true</IsTruncated><Marker>{place + 1}</Marker>"
        return ok(held.listing, f"<Group/>{result}" if held.listing == "GetGroup" else result)

    def _entity(self, operation: str) -> Answer:
        name = self.kind.name
        if operation == f"Delete{name}":
            if any(self.things.values()) or self.login:
                return refused("DeleteConflict", "Cannot delete entity, it holds something.", 409)
            self.exists = False
            return ok(operation)
        return self._login(operation)

    def _login(self, operation: str) -> Answer:
        if not self.login:
            return refused("NoSuchEntity", "there is no login profile", 404)
        self.login = operation != "DeleteLoginProfile"
        return ok(operation, "<LoginProfile><UserName>jack</UserName></LoginProfile>")


def _entry(held: Held, name: str) -> str:
    if held.key == "PolicyNames":
        return name
    arn = f"<Arn>{held.arn}{name}</Arn>" if held.arn else ""
    return f"<{held.named}>{name}</{held.named}>{arn}"
