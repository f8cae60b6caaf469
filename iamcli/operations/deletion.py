"""Deletes an entity, alone or with everything that belongs to it."""

from __future__ import annotations

from iamcli.client.pages import list_all
from iamcli.errors import Failure, ServiceError, UnexpectedResponse
from iamcli.operations.progress import Step, remove
from iamcli.output.lines import Note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

#: Error codes with which servers reject an operation that they lack.
UNKNOWN_OPERATION = frozenset(
    {
        "InvalidAction",
        "NotImplemented",
        "NotSupportedService",
        "UnknownAction",
        "UnknownOperation",
        "UnsupportedOperation",
    }
)
#: The HTTP status that means this with any error code, and those that do without one.
_NOT_IMPLEMENTED = 501
_NOT_FOUND = (400, 404, 405)


class Dependent:
    """A type of resource that belongs to an entity and must be removed before it.

    ``heading`` and ``what``: its names in listings and state lines ("accesskeys", "access key");
    ``read``: the operation that lists it; ``key``: the member of the response with the entries;
    ``member``: the member of an entry with its name, "" if the entry is the name; ``remove``: the
    operation that removes it; ``parameter``: the parameter for its name; ``original``: whether the
    original toolkit removed it; ``arn``: whether listings show its ARN; ``within``: the member of
    the response that contains ``key``.

    Types that the original did not remove are skipped if the key may not list them or the server
    lacks the operation. If there are resources of that type, the service rejects the last step.
    Source: LEGACY.md (operations that a server lacks).
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the columns of a table
        self,
        heading: str,
        what: str,
        read: str,
        key: str,
        member: str,
        remove: str,
        parameter: str,
        *,
        original: bool = False,
        arn: bool = False,
        within: str = "",
    ) -> None:
        self.heading = heading
        self.what = what
        self.read = read
        self.key = key
        self.member = member
        self.remove = remove
        self.parameter = parameter
        self.original = original
        self.arn = arn
        self.within = within

    def entries(self, iam: IAM, owner: dict[str, str]) -> list[Any]:
        """Return the entries that belong to ``owner``; raise Failure if they cannot be listed."""
        if self.within:
            return list(iam.call(self.read, **owner)[self.within].get(self.key, ()))
        if self.read == "GetLoginProfile":
            return self._login_profile(iam, owner)
        return list_all(iam, self.read, self.key, **owner)

    def _login_profile(self, iam: IAM, owner: dict[str, str]) -> list[Any]:
        try:
            iam.call(self.read, **owner)
        except ServiceError as error:
            if error.code == "NoSuchEntity":
                return []
            raise
        return [owner]


class Entity:
    """A type of entity and its dependents, in the order in which they are removed.

    ``what``: its name in messages ("user"); ``parameter``: the parameter for its name; ``delete``:
    the operation that deletes it; ``recursive``: the option that also removes the dependents.
    """

    def __init__(
        self, what: str, parameter: str, delete: str, recursive: str, *dependents: Dependent
    ) -> None:
        self.what = what
        self.parameter = parameter
        self.delete = delete
        self.recursive = recursive
        self.dependents = dependents


# fmt: off
USER = Entity(
    "user", "UserName", "DeleteUser", "-r",
    Dependent("accesskeys", "access key",
              "ListAccessKeys", "AccessKeyMetadata", "AccessKeyId",
              "DeleteAccessKey", "AccessKeyId", original=True),
    Dependent("policies", "policy",
              "ListUserPolicies", "PolicyNames", "",
              "DeleteUserPolicy", "PolicyName", original=True),
    Dependent("certificates", "signing certificate",
              "ListSigningCertificates", "Certificates", "CertificateId",
              "DeleteSigningCertificate", "CertificateId", original=True),
    Dependent("groups", "membership of group",
              "ListGroupsForUser", "Groups", "GroupName",
              "RemoveUserFromGroup", "GroupName", original=True, arn=True),
    Dependent("loginprofile", "login profile of",
              "GetLoginProfile", "LoginProfile", "UserName",
              "DeleteLoginProfile", "UserName"),
    Dependent("mfadevices", "MFA device",
              "ListMFADevices", "MFADevices", "SerialNumber",
              "DeactivateMFADevice", "SerialNumber"),
    Dependent("sshkeys", "SSH public key",
              "ListSSHPublicKeys", "SSHPublicKeys", "SSHPublicKeyId",
              "DeleteSSHPublicKey", "SSHPublicKeyId"),
    Dependent("servicecredentials", "service credential",
              "ListServiceSpecificCredentials", "ServiceSpecificCredentials",
              "ServiceSpecificCredentialId",
              "DeleteServiceSpecificCredential", "ServiceSpecificCredentialId"),
    Dependent("attachedpolicies", "attached policy",
              "ListAttachedUserPolicies", "AttachedPolicies", "PolicyArn",
              "DetachUserPolicy", "PolicyArn"),
)
GROUP = Entity(
    "group", "GroupName", "DeleteGroup", "-r",
    Dependent("users", "membership of user",
              "GetGroup", "Users", "UserName",
              "RemoveUserFromGroup", "UserName", original=True, arn=True),
    Dependent("policies", "policy",
              "ListGroupPolicies", "PolicyNames", "",
              "DeleteGroupPolicy", "PolicyName", original=True),
    Dependent("attachedpolicies", "attached policy",
              "ListAttachedGroupPolicies", "AttachedPolicies", "PolicyArn",
              "DetachGroupPolicy", "PolicyArn"),
)
ROLE = Entity(
    "role", "RoleName", "DeleteRole", "-c",
    Dependent("instance profiles", "place in instance profile",
              "ListInstanceProfilesForRole", "InstanceProfiles", "InstanceProfileName",
              "RemoveRoleFromInstanceProfile", "InstanceProfileName", original=True, arn=True),
    Dependent("policies", "policy",
              "ListRolePolicies", "PolicyNames", "",
              "DeleteRolePolicy", "PolicyName", original=True),
    Dependent("attachedpolicies", "attached policy",
              "ListAttachedRolePolicies", "AttachedPolicies", "PolicyArn",
              "DetachRolePolicy", "PolicyArn"),
)
INSTANCE_PROFILE = Entity(
    "instance profile", "InstanceProfileName", "DeleteInstanceProfile", "-r",
    Dependent("roles", "place of role",
              "GetInstanceProfile", "Roles", "RoleName",
              "RemoveRoleFromInstanceProfile", "RoleName", original=True, arn=True,
              within="InstanceProfile"),
)
# fmt: on


def delete(iam: IAM, entity: Entity, name: str, *, recursive: bool, pretend: bool) -> Lines:
    """Delete the entity ``name``; if ``recursive``, first remove everything that belongs to it.

    Everything is listed before anything is removed. With ``pretend`` nothing is removed; yields the
    headings and the resources that would be removed, or a note if not ``recursive``. Raises
    Failure, with a state that lists what was removed and what is left. Source: LEGACY.md (``-r``).
    """
    if pretend and not recursive:
        yield Note(
            f"-p lists what {entity.recursive} would remove, but {entity.recursive} is missing; "
            "nothing was sent"
        )
        return
    owner = {entity.parameter: name}
    if recursive:
        iam.progress.step(f"reading what belongs to {entity.what} {name}")
    found = [_Found(iam, dependent, owner) for dependent in entity.dependents if recursive]
    if not pretend:
        steps = [step for part in found for step in part.steps()]
        _check_own_key(iam, f"{entity.what} {name}", steps)
        last = Step(f"{entity.what} {name}", entity.delete, **owner)
        remove(iam, [*steps, last], recursive=recursive)
        return
    for part in found:
        yield from part.lines()
    for part in found:
        if part.reason:
            yield Note(f"{part.reason}; the list may be incomplete")


def _check_own_key(iam: IAM, what: str, steps: Sequence[Step]) -> None:
    """Raise Failure if one of the steps would delete the access key that signs the requests."""
    for step in steps:
        if step.operation == "DeleteAccessKey" and iam.signs_with(step.parameters["AccessKeyId"]):
            raise Failure(
                f"{what} owns the access key that signs the requests, so the deletion could not "
                "be completed; use an access key of another user; nothing was removed"
            )


def _virtual_device(step: Step, serial: str) -> Step:
    """Return the step for a virtual MFA device, which is also deleted.

    Source: DeactivateMFADevice, DeleteVirtualMFADevice.
    """
    step.what = f"virtual MFA device {serial}"
    step.then = Step(step.what, "DeleteVirtualMFADevice", SerialNumber=serial)
    return step


class _Found:
    """The resources of one type that belong to ``owner``.

    ``reason``: why there may be others that could not be listed, else "".
    """

    def __init__(self, iam: IAM, dependent: Dependent, owner: dict[str, str]) -> None:
        self.dependent = dependent
        self.reason = ""
        self._owner = owner
        self._entries: Sequence[Any] = ()
        try:
            self._entries = dependent.entries(iam, owner)
        except (ServiceError, UnexpectedResponse) as failure:
            if dependent.original or not self._may_skip(iam, failure):
                raise

    def _may_skip(self, iam: IAM, failure: ServiceError | UnexpectedResponse) -> bool:
        read = self.dependent.read
        if failure.status == _NOT_IMPLEMENTED:
            return True
        if isinstance(failure, ServiceError):
            self.reason = f"access to {read} is denied" if failure.denied else ""
            return failure.denied or failure.code in UNKNOWN_OPERATION
        if iam.lacks(failure):
            self.reason = f"{read} failed with HTTP {failure.status}, not an IAM response"
            return True
        return failure.status in _NOT_FOUND

    def steps(self) -> list[Step]:
        """Return the requests that remove the resources."""
        return [self._step(name) for name in map(self._name, self._entries)]

    def _step(self, name: str) -> Step:
        parameters = {**self._owner, self.dependent.parameter: name}
        step = Step(f"{self.dependent.what} {name}", self.dependent.remove, **parameters)
        if self.dependent.remove == "DeactivateMFADevice" and ":mfa/" in name:
            return _virtual_device(step, name)
        return step

    def lines(self) -> list[str]:
        """Return the heading and the resources, as ``-p`` lists them."""
        if not self._entries and not self.dependent.original:
            return []
        shown = [
            entry["Arn"] if self.dependent.arn else self._name(entry) for entry in self._entries
        ]
        return [self.dependent.heading, *(f"\t{text}" for text in shown)]

    def _name(self, entry: Any) -> str:
        name: str = entry[self.dependent.member] if self.dependent.member else entry
        return name
