"""An account at the wire stub that does not delete an entity with dependencies.

Its lists have pages of one entry, so that a caller which reads only the first page misses the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from support.stub import Answer, Endpoint, Request, ok, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.stub import Stub

ARN = "arn:aws:iam::123456789012:"
#: The commands that delete an entity with what it holds, in the order in which that is removed.
#: Each thing is listed by an operation, in a list of its response, and removed by an operation with
#: a parameter that names it; its ARN may begin so. Below are the heading of -p, what the line about
#: the state calls it, and its names.
HELD = f"""
user: iam-userdel -u jack -r
  ListAccessKeys AccessKeyMetadata DeleteAccessKey AccessKeyId
    accesskeys: access key: AKIA1 AKIA2
  ListUserPolicies PolicyNames DeleteUserPolicy PolicyName
    policies: policy: read write list
  ListSigningCertificates Certificates DeleteSigningCertificate CertificateId
    certificates: signing certificate: CERT1 CERT2
  ListGroupsForUser Groups RemoveUserFromGroup GroupName {ARN}group/
    groups: membership of group: Admin Staff
  GetLoginProfile LoginProfile DeleteLoginProfile UserName
    loginprofile: login profile of: jack
  ListMFADevices MFADevices DeactivateMFADevice SerialNumber
    mfadevices: MFA device: {ARN}mfa/jack GAHT12345678 {ARN}u2f/user/jack/key
  ListSSHPublicKeys SSHPublicKeys DeleteSSHPublicKey SSHPublicKeyId
    sshkeys: SSH public key: APKA1 APKA2
  ListServiceSpecificCredentials ServiceSpecificCredentials DeleteServiceSpecificCredential \
ServiceSpecificCredentialId
    servicecredentials: service credential: ACCA1 ACCA2
  ListAttachedUserPolicies AttachedPolicies DetachUserPolicy PolicyArn
    attachedpolicies: attached policy: {ARN}policy/a {ARN}policy/b
group: iam-groupdel -g Admin -r
  GetGroup Users RemoveUserFromGroup UserName {ARN}user/
    users: membership of user: bob susan
  ListGroupPolicies PolicyNames DeleteGroupPolicy PolicyName
    policies: policy: read write
  ListAttachedGroupPolicies AttachedPolicies DetachGroupPolicy PolicyArn
    attachedpolicies: attached policy: {ARN}policy/a {ARN}policy/b
role: iam-roledel -r web -c
  ListInstanceProfilesForRole InstanceProfiles RemoveRoleFromInstanceProfile InstanceProfileName \
{ARN}instance-profile/
    instance profiles: place in instance profile: web1 web2
  ListRolePolicies PolicyNames DeleteRolePolicy PolicyName
    policies: policy: read write
  ListAttachedRolePolicies AttachedPolicies DetachRolePolicy PolicyArn
    attachedpolicies: attached policy: {ARN}policy/a {ARN}policy/b
instance profile: iam-instanceprofiledel -s web -r
  GetInstanceProfile Roles RemoveRoleFromInstanceProfile RoleName {ARN}role/
    roles: place of role: web1 web2
"""


class Held(NamedTuple):
    """Things of a kind that an entity holds, as a row of HELD has them."""

    listing: str
    key: str
    removing: str
    named: str
    arn: str
    heading: str
    what: str
    names: list[str]

    def steps(self) -> Iterator[tuple[str, str]]:
        """Yield each removal as the line about the state names it, and its operation."""
        for name in self.names:
            # A FIDO security key, which has an ARN, is no virtual device.
            virtual = "virtual " * name.startswith(f"{ARN}mfa/")
            yield f"{virtual}{self.what} {name}", self.removing


class Case(NamedTuple):
    """A recursive deletion: the entity's kind, its arguments, and what the entity holds."""

    name: str
    arguments: tuple[str, ...]
    holds: list[Held]

    @property
    def kind(self) -> str:
        """The kind as operations name it."""
        return self.name.title().replace(" ", "")

    @property
    def lists(self) -> list[Held]:
        """What is held besides the login profile, of which there is no list."""
        return [held for held in self.holds if held.key != "LoginProfile"]

    @property
    def things(self) -> dict[str, list[str]]:
        """The names of what is held, by the operation that lists it."""
        return {held.listing: held.names for held in self.lists}

    @property
    def more(self) -> dict[str, bool]:
        """Whether there is a login profile, as Account has it."""
        return {"login": True} if self.holds != self.lists else {}

    @property
    def listed(self) -> str:
        """What -p lists."""
        return "".join(
            "".join([f"{held.heading}\n", *(f"\t{held.arn}{name}\n" for name in held.names)])
            for held in self.holds
        )

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Each step as the line about the state names it, in order, and its operation."""
        last = (f"{self.name} {self.arguments[2]}", f"Delete{self.kind}")
        return [*(step for held in self.holds for step in held.steps()), last]


def _cases() -> Iterator[Case]:
    for block in re.split(r"\n(?=\w)", HELD)[1:]:
        first, *rows = block.strip().split("\n")
        name, _, line = first.partition(": ")
        held = []
        for operations, names in zip(rows[::2], rows[1::2], strict=True):
            heading, what, things = names.strip().split(": ")
            listing, key, removing, named, *arn = operations.split()
            held.append(
                Held(listing, key, removing, named, "".join(arn), heading, what, things.split())
            )
        yield Case(name, tuple(line.split()), held)


CASES = {case.name: case for case in _cases()}


def account_of(stub: Stub, case: str, **things: list[str]) -> Account:
    """Return the account of a case; ``things``: what some lists have instead."""
    what = CASES[case]
    return stub.add(lambda url: Account(url, what.kind, what.things | things, **what.more))


class Account(Endpoint):
    """An account with one entity, which is of ``kind``; ``on`` gives an operation other answers.

    ``things``: the names of its dependencies, by the operation that lists them. ``refuse``: an
    operation, and how often it succeeds before it is refused.
    """

    def __init__(
        self, url: str, kind: str, things: dict[str, list[str]], *, login: bool = False
    ) -> None:
        super().__init__(url, [])
        self.case = next(case for case in CASES.values() if case.kind == kind)
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
        for held in self.case.lists:
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
        shown = names[place : place + 1] if self.case.kind != "InstanceProfile" else names
        entries = "".join(f"<member>{_entry(held, name)}</member>" for name in shown)
        result = f"<{held.key}>{entries}</{held.key}>"
        if self.case.kind == "InstanceProfile":
            return ok(held.listing, f"<InstanceProfile>{result}</InstanceProfile>")
        if place + 1 < len(names):
            result += f"<IsTruncated>true</IsTruncated><Marker>{place + 1}</Marker>"
        return ok(held.listing, f"<Group/>{result}" if held.listing == "GetGroup" else result)

    def _entity(self, operation: str) -> Answer:
        if operation == f"Delete{self.case.kind}":
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
