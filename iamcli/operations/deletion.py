"""Deletes an entity, alone or with everything that belongs to it."""

from __future__ import annotations

from typing import Any, NamedTuple

from iamcli.errors import Failure, MissingOperation, ServiceError, UnexpectedResponse
from iamcli.operations.lookups import ENTITIES, LOOKUPS, Lookup
from iamcli.operations.outcomes import entries
from iamcli.operations.plan import Plan
from iamcli.output.lines import Note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

#: The HTTP status of a server other than AWS that lacks an operation, and those without a document.
_NOT_IMPLEMENTED = 501
_LACKING = (400, 404, 405, 500)
#: How to list what LOOKUPS lists for another entity, or not at all, by heading.
_OWN_LOOKUPS = {
    "loginprofile": Lookup("GetLoginProfile", member="UserName"),
    "users": Lookup("GetGroup", "Users", "UserName"),
    "instance profiles": Lookup(
        "ListInstanceProfilesForRole", "InstanceProfiles", "InstanceProfileName"
    ),
}


class Dependent(NamedTuple):
    """A type of resource that belongs to an entity and must be removed before it.

    ``heading`` and ``what``: its names in listings and state lines ("accesskeys", "access key");
    ``remove``: the operation that removes it; ``original``: whether the original toolkit removed
    it; ``arn``: whether listings show its ARN.

    Types that the original did not remove are skipped if the key may not list them or IAM lacks the
    operation; all that a server other than AWS lacks, unless it lists none. If there are such
    resources, the service rejects the last step. Source: docs/decisions.md (operations that a
    server lacks).
    """

    heading: str
    what: str
    remove: str
    original: bool = False
    arn: bool = False

    @property
    def lookup(self) -> Lookup:
        """How to list it."""
        return _OWN_LOOKUPS.get(self.heading) or LOOKUPS[self.remove]

    def entries(self, iam: IAM, named: dict[str, str]) -> list[Any]:
        """Return the entries of the entity ``named``; raise Failure if they cannot be listed."""
        if self.lookup.key:
            return entries(iam, self.lookup, named)
        try:
            iam.call(self.lookup.operation, **named)
        except ServiceError as error:
            if error.code == "NoSuchEntity":
                return []
            raise
        return [named]


class Entity:
    """A type of entity and its dependents, in the order in which they are removed.

    ``what``: its kind, one of ENTITIES ("user"); ``delete``: the operation that deletes it;
    ``recursive``: the option that also removes the dependents.
    """

    def __init__(self, what: str, delete: str, recursive: str, *dependents: Dependent) -> None:
        self.what = what
        self.delete = delete
        self.recursive = recursive
        self.dependents = dependents


USER = Entity(
    "user",
    "DeleteUser",
    "-r",
    Dependent("accesskeys", "access key", "DeleteAccessKey", original=True),
    Dependent("policies", "policy", "DeleteUserPolicy", original=True),
    Dependent("certificates", "signing certificate", "DeleteSigningCertificate", original=True),
    Dependent("groups", "membership of group", "RemoveUserFromGroup", original=True, arn=True),
    Dependent("loginprofile", "login profile of", "DeleteLoginProfile"),
    Dependent("mfadevices", "MFA device", "DeactivateMFADevice"),
    Dependent("sshkeys", "SSH public key", "DeleteSSHPublicKey"),
    Dependent("servicecredentials", "service credential", "DeleteServiceSpecificCredential"),
    Dependent("attachedpolicies", "attached policy", "DetachUserPolicy"),
)
GROUP = Entity(
    "group",
    "DeleteGroup",
    "-r",
    Dependent("users", "membership of user", "RemoveUserFromGroup", original=True, arn=True),
    Dependent("policies", "policy", "DeleteGroupPolicy", original=True),
    Dependent("attachedpolicies", "attached policy", "DetachGroupPolicy"),
)
ROLE = Entity(
    "role",
    "DeleteRole",
    "-c",
    Dependent(
        "instance profiles",
        "place in instance profile",
        "RemoveRoleFromInstanceProfile",
        original=True,
        arn=True,
    ),
    Dependent("policies", "policy", "DeleteRolePolicy", original=True),
    Dependent("attachedpolicies", "attached policy", "DetachRolePolicy"),
)
INSTANCE_PROFILE = Entity(
    "instance profile",
    "DeleteInstanceProfile",
    "-r",
    Dependent("roles", "place of role", "RemoveRoleFromInstanceProfile", original=True, arn=True),
)


def delete(iam: IAM, entity: Entity, name: str, *, recursive: bool, pretend: bool) -> Lines:
    """Delete the entity ``name``; if ``recursive``, first remove everything that belongs to it.

    Everything is listed before anything is removed. With ``pretend`` nothing is removed; yields the
    headings and the resources that would be removed, or a note if not ``recursive``. Raises
    Failure, with a state that lists what was removed and what is left. Source: LEGACY.md (``-r``).
    """
    named = {ENTITIES[entity.what]: name}
    if not recursive:
        if pretend:
            yield Note(
                f"-p lists what {entity.recursive} would remove, but {entity.recursive} is "
                "missing; nothing was sent"
            )
        else:
            iam.call(entity.delete, **named)
        return
    what = f"{entity.what} {name}"
    iam.reporter.progress.step(f"reading what belongs to {what}")
    belongings = [_Belongings(iam, dependent, named) for dependent in entity.dependents]
    missing = ", ".join(part.missing for part in belongings if part.missing)
    missing = missing and f"the server has no {missing}"
    if missing and not any(part.answered for part in belongings):
        raise Failure(f"{missing}; nothing was removed")
    if pretend:
        for part in belongings:
            yield from part.lines()
        reasons = [*(part.reason for part in belongings), missing]
        yield from (Note(f"{why}; the list may be incomplete") for why in reasons if why)
        return
    steps = [step for part in belongings for step in part.steps()]
    for step in steps:
        if step.operation == "DeleteAccessKey" and iam.signs_with(step.parameters["AccessKeyId"]):
            raise Failure(
                f"{what} owns the access key that signs the requests, so the deletion could not "
                "be completed; use an access key of another user; nothing was removed"
            )
    unread = [part.dependent.lookup.operation for part in belongings if not part.answered]
    if iam.on_terminal:
        from iamcli.operations import snapshots

        sent = [part.sent for part in belongings]
        if line := snapshots.advice(iam, entity.what, name, sent):
            iam.reporter.note_on_terminal(line)
    _remove_all(iam, [*steps, Removal(what, entity.delete, named)], unread)


class Removal(NamedTuple):
    """A request that removes ``what``, as the state line names it ("access key AKIA...").

    ``then``: a second request of the same step, or None. If the key may not send it, the command
    goes on and prints a note.
    """

    what: str
    operation: str
    parameters: dict[str, str]
    then: Removal | None = None


def _remove_all(iam: IAM, steps: Sequence[Removal], unread: list[str]) -> None:
    """Send the requests in order; the last one needs all that the lists ``unread`` would show."""
    with Plan(iam, "removed", "left", [step.what for step in steps]) as plan:
        for number, step in enumerate(steps, 1):
            if unread and number == len(steps):
                plan.missed = [("not read", unread)]
            iam.reporter.progress.step(f"removing {number} of {len(steps)}: {step.what}")
            _remove(iam, step)
            if step.then and not _remove_or_note(iam, step.then):
                plan.skip()
            else:
                plan.finish()


def _remove(iam: IAM, step: Removal) -> None:
    """Send the request of a step. What was listed before may have been removed by someone else."""
    try:
        iam.call(step.operation, **step.parameters)
    except ServiceError as error:
        # With a cause, a lost response, the account was looked up: it still has the resource.
        if error.code != "NoSuchEntity" or error.__cause__:
            raise


def _remove_or_note(iam: IAM, step: Removal) -> bool:
    """Remove what is left of a step; if the key may not do so, print a note and return False."""
    try:
        _remove(iam, step)
    except ServiceError as error:
        if not error.denied:
            raise
        denied = f"{step.operation} is not permitted ({error})"
        iam.reporter.note_unless_strict(f"{step.what} still exists: {denied}")
        return False
    return True


class _Belongings:
    """The resources of one type that belong to the entity ``named``.

    ``reason``: why there may be others that could not be listed, else ""; ``missing``: the
    operation that the server lacks, else ""; ``answered``: whether they were listed; ``sent``:
    their entries. Raises Failure if they were not, and may not be skipped; at AWS, the text names
    the operation.
    """

    def __init__(self, iam: IAM, dependent: Dependent, named: dict[str, str]) -> None:
        self.dependent = dependent
        self.reason = self.missing = ""
        self.answered = False
        self._named = named
        self.sent: Sequence[Any] = ()
        try:
            self.sent = dependent.entries(iam, named)
            self.answered = True
        except Failure as failure:
            if self._may_skip(iam, failure):
                return
            read = dependent.lookup.operation
            if not (dependent.original or iam.is_another_service or read in str(failure)):
                failure.args = (f"{read}: {failure}",)
            raise

    def _may_skip(self, iam: IAM, failure: Failure) -> bool:
        read, newer = self.dependent.lookup.operation, not self.dependent.original
        if isinstance(failure, MissingOperation):
            self.missing = read
            return newer or iam.is_another_service
        if isinstance(failure, ServiceError) and failure.denied:
            self.reason = f"access to {read} is denied"
            return newer
        status = getattr(failure, "status", 0)
        self.reason = f"{read} failed with HTTP {status}, not an IAM response"
        page = isinstance(failure, UnexpectedResponse) and status in _LACKING
        return newer and iam.is_another_service and (page or status == _NOT_IMPLEMENTED)

    def steps(self) -> Iterator[Removal]:
        """Yield the requests that remove the resources."""
        lookup, operation = self.dependent.lookup, self.dependent.remove
        for name in map(lookup.name, self.sent):
            what, then = f"{self.dependent.what} {name}", None
            if operation == "DeactivateMFADevice" and ":mfa/" in name:
                # A virtual device is also deleted. Source: DeleteVirtualMFADevice.
                what = f"virtual MFA device {name}"
                then = Removal(what, "DeleteVirtualMFADevice", {"SerialNumber": name})
            yield Removal(what, operation, {**self._named, lookup.member: name}, then)

    def lines(self) -> list[str]:
        """Return the heading and the resources, as ``-p`` lists them."""
        if not self.sent and not self.dependent.original:
            return []
        arn, name = self.dependent.arn, self.dependent.lookup.name
        listed = [f"\t{entry['Arn'] if arn else name(entry)}" for entry in self.sent]
        return [self.dependent.heading, *listed]
