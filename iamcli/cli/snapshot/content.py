"""What a snapshot is made from: the account, whichever way it was read, and the parts of it."""

from __future__ import annotations

from datetime import datetime, timezone

from iamcli.cli.account_file.arns import owner_of
from iamcli.cli.account_file.schema import GROUP, INSTANCE_PROFILE, POLICY, ROLE, USER, VERSION
from iamcli.cli.account_file.values import check, pick
from iamcli.cli.listing import counted
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

#: The lists of GetAccountAuthorizationDetails, with the members of a snapshot for them.
DETAILS = {
    "UserDetailList": ("users", [USER]),
    "GroupDetailList": ("groups", [GROUP]),
    "RoleDetailList": ("roles", [ROLE]),
    "Policies": ("policies", [POLICY]),
}

#: What a summary counts.
_ENTITIES = {
    "users": "user",
    "groups": "group",
    "roles": "role",
    "instance_profiles": "instance profile",
    "policies": "managed policy",
    "server_certificates": "server certificate",
}


def begin_snapshot(
    source: str, details: Mapping[str, Any], convert: Mapping[str, Callable[[Any], Any]]
) -> dict[str, Any]:
    """Return a snapshot of what ``details``, the result of GetAccountAuthorizationDetails, has.

    ``source``: the member ``source``; ``convert``: as for ``pick``. Raises Failure or KeyError if
    ``details`` is not such a result.
    """
    snapshot: dict[str, Any] = {
        "version": VERSION,
        "source": source,
        "taken": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "account": None,
        "documents": "exact",
        "only_users": None,
        "unread": [],
        "unknown": [],
    }
    for key, (member, value_type) in DETAILS.items():
        snapshot[member] = pick(value_type, details[key], convert)
        check(value_type, snapshot[member], member)
    snapshot["instance_profiles"] = [
        pick(INSTANCE_PROFILE, profile, convert)
        for role in details["RoleDetailList"]
        for profile in role.get("InstanceProfileList", ())
    ]
    check([INSTANCE_PROFILE], snapshot["instance_profiles"], "instance_profiles")
    snapshot["policies"] = _policies_in_use(snapshot)
    return snapshot


def limit_users(snapshot: dict[str, Any], names: Sequence[str]) -> None:
    """Remove the users that are not among ``names``, if there are any.

    Raises Failure if one of ``names`` is not a user.
    """
    if not names:
        return
    known = {user["UserName"] for user in snapshot["users"]}
    if missing := [name for name in names if name not in known]:
        raise Failure(f"no such user: {', '.join(missing)}; the names are case-sensitive")
    snapshot["users"] = [user for user in snapshot["users"] if user["UserName"] in names]
    snapshot["only_users"] = list(dict.fromkeys(names))


def limit_devices(snapshot: dict[str, Any]) -> None:
    """Remove the virtual MFA devices of the users that ``limit_users`` removed."""
    devices = snapshot.get("virtual_mfa_devices")
    names = snapshot["only_users"]
    if devices and names:
        # The root user has no name.
        names = [None, *names]
        snapshot["virtual_mfa_devices"] = [
            device for device in devices if device.get("User", {}).get("UserName") in names
        ]


def summary(snapshot: Mapping[str, Any]) -> str:
    """Return how many entities the ``snapshot`` has: "40 users, 1 group, ..."."""
    return ", ".join(
        counted(len(snapshot.get(member, ())), name) for member, name in _ENTITIES.items()
    )


def refusals(snapshot: Mapping[str, Any]) -> str:
    """Return how many requests for the ``snapshot`` were refused, and the error codes."""
    unread = snapshot["unread"]
    codes = ", ".join(sorted({entry["code"] for entry in unread}))
    verb = "was" if len(unread) == 1 else "were"
    return f"{counted(len(unread), 'request')} {verb} refused ({codes})"


def _policies_in_use(snapshot: Mapping[str, Any]) -> list[Any]:
    """Return the customer managed policies, and those AWS managed ones that an entity has."""
    used = set()
    for entity in (*snapshot["users"], *snapshot["groups"], *snapshot["roles"]):
        used |= {policy["PolicyArn"] for policy in entity["AttachedManagedPolicies"]}
        used.add(entity.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"))
    return [
        policy
        for policy in snapshot["policies"]
        if policy["Arn"] in used or owner_of(policy["Arn"]) != "aws"
    ]
