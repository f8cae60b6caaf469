"""Compares what the private IAM contained with what it contains.

Things are the same if they have the same ID, so that a renamed user is one change, and its keys are
none. What was created and deleted again is in neither of the two states.
"""

from __future__ import annotations

from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    Record = Mapping[str, Any]
    Change = dict[str, Any]

#: Members that are no part of an entity itself: things of their own, and what follows from others.
_PARTS = frozenset(
    {
        "AccessKeyMetadata",
        "AttachedManagedPolicies",
        "AttachmentCount",
        "Certificates",
        "GroupList",
        "GroupPolicyList",
        "LoginProfile",
        "MFADevices",
        "PermissionsBoundaryUsageCount",
        "RoleLastUsed",
        "RolePolicyList",
        "Roles",
        "SSHPublicKeys",
        "ServiceSpecificCredentials",
        "UserPolicyList",
        "mark",
    }
)
#: Members that are shown, but whose change alone is no change: each request changes them.
_INCIDENTAL = frozenset({"AccessKeyLastUsed", "UpdateDate"})

#: What belongs to a user: its member, its type, and the member that has its name.
_OF_USER = (
    ("AccessKeyMetadata", "access-key", "AccessKeyId"),
    ("Certificates", "signing-certificate", "CertificateId"),
    ("MFADevices", "mfa-device", "SerialNumber"),
    ("SSHPublicKeys", "ssh-key", "SSHPublicKeyId"),
    ("ServiceSpecificCredentials", "service-credential", "ServiceSpecificCredentialId"),
)

#: The order of the types in reports.
TYPES = (
    *("user", "group", "role", "instance-profile", "policy", "server-certificate"),
    *("virtual-mfa-device", "alias", "password-policy", "membership", "attachment"),
    *("login-profile", "access-key", "signing-certificate", "mfa-device"),
    *("ssh-key", "service-credential"),
)


class _Thing(NamedTuple):
    """Something that can be created, changed and deleted.

    ``of``: what it belongs to, such as ``user/bob``, or None for the account; ``record``: its
    members as reports show them; ``compared``: what makes a difference; ``mark``: changes with the
    secret, which no member shows.
    """

    type: str
    name: str | None
    of: str | None
    record: Record
    compared: Any
    mark: str | None = None


def changes(before: Record, after: Record) -> list[Change]:
    """Return the changes from ``before`` to ``after``, two results of ``state``.

    Each has the members ``action`` (create, update, delete), ``type``, ``name``, ``of``, ``before``
    and ``after``, which is None if the thing does not exist. If the password has changed, ``after``
    has a member ``password`` too.
    """
    old, new = dict(_things(before)), dict(_things(after))
    changed: list[Change] = []
    for key in old | new:
        was, now = old.get(key), new.get(key)
        if was and now and (was.compared, was.mark) == (now.compared, now.mark):
            continue
        if was and now and was.mark != now.mark:
            now = now._replace(record={**now.record, "password": "changed"})
        thing = now or was
        assert thing  # noqa: S101 - for mypy
        changed.append(
            {
                "action": "update" if was and now else "create" if now else "delete",
                "type": thing.type,
                "name": thing.name,
                "of": _present_owner(thing.of, key, new),
                "before": was and dict(was.record),
                "after": now and dict(now.record),
            }
        )
    return sorted(changed, key=_order)


def _present_owner(
    of: str | None, key: tuple[str, ...], new: Mapping[tuple[str, ...], _Thing]
) -> str | None:
    """Return ``of``; if what it names has been renamed, under the new name.

    ``key``: that of the thing, whose second part is the ID of its owner.
    """
    if of is None:
        return None
    kind = of.partition("/")[0]
    renamed = new.get((kind, key[1]))
    return f"{kind}/{renamed.name}" if renamed else of


def owner(change: Change) -> str:
    """Return what a change is about: ``user/bob``, also for a key of bob's, or ``account``."""
    if change["of"]:
        return str(change["of"])
    if change["type"] in TYPES[: TYPES.index("alias")]:
        return f"{change['type']}/{change['name']}"
    return "account"


def deleted(changed: Iterable[Change]) -> list[str]:
    """Return the users, groups, roles and instance profiles that do not exist any more."""
    kinds = TYPES[: TYPES.index("policy")]
    entities = [change for change in changed if change["type"] in kinds]
    present = {owner(change) for change in entities if change["after"]}
    gone = [owner(change) for change in entities if change["action"] == "delete"]
    return [name for name in gone if name not in present]


def _order(change: Change) -> tuple[object, ...]:
    about = owner(change)
    kind, _, name = about.partition("/")
    first = TYPES.index(kind) if kind in TYPES else len(TYPES)
    own = TYPES.index(change["type"])
    # Sorting keeps a deletion before the creation of something else with the same name.
    return first, name.lower(), name, own, change["name"]


def _things(state: Record) -> Iterator[tuple[tuple[str, ...], _Thing]]:
    group_ids = {group["GroupName"]: group["GroupId"] for group in state["groups"]}
    for user in state["users"]:
        own, of = user["UserId"], f"user/{user['UserName']}"
        yield _entity("user", user["UserName"], own, user)
        yield from _policies(user, "UserPolicyList", own, of)
        yield from _credentials(user, own, of)
        for group in user["GroupList"]:
            record = {"GroupName": group, "UserName": user["UserName"]}
            yield _link("membership", group, of, (own, group_ids[group]), record)
    if state["root"]:
        yield from _credentials(state["root"], "root", None)
    for group in state["groups"]:
        own, of = group["GroupId"], f"group/{group['GroupName']}"
        yield _entity("group", group["GroupName"], own, group)
        yield from _policies(group, "GroupPolicyList", own, of)
    role_ids = {}
    for role in state["roles"]:
        own, of = role["RoleId"], f"role/{role['RoleName']}"
        role_ids[role["RoleName"]] = own
        yield _entity("role", role["RoleName"], own, role)
        yield from _policies(role, "RolePolicyList", own, of)
    for profile in state["instance_profiles"]:
        name = profile["InstanceProfileName"]
        own = profile["InstanceProfileId"]
        yield _entity("instance-profile", name, own, profile)
        for role in profile["Roles"]:
            record = {"InstanceProfileName": name, **role}
            key = (role_ids[role["RoleName"]], own)
            yield _link("membership", name, f"role/{role['RoleName']}", key, record)
    yield from _of_account(state)


def _of_account(state: Record) -> Iterator[tuple[tuple[str, ...], _Thing]]:
    for policy in state["policies"]:
        yield _entity("policy", policy["PolicyName"], policy["PolicyId"], policy)
    for certificate in state["server_certificates"]:
        metadata = certificate["ServerCertificateMetadata"]
        name, own = metadata["ServerCertificateName"], metadata["ServerCertificateId"]
        yield _entity("server-certificate", name, own, certificate)
    for device in state["virtual_mfa_devices"]:
        serial = device["SerialNumber"]
        record = {member: device[member] for member in ("SerialNumber", "Tags") if member in device}
        (kind, own), thing = _entity("virtual-mfa-device", serial, serial, record)
        # A new device with an old serial number has another seed.
        yield (kind, own, device["mark"]), thing
    alias = state["account_alias"]
    if alias:
        yield _entity("alias", alias, "", {"AccountAlias": alias})
    if state["password_policy"]:
        yield _entity("password-policy", None, "", state["password_policy"])


def _entity(
    kind: str, name: str | None, identifier: str, record: Record, of: str | None = None
) -> tuple[tuple[str, ...], _Thing]:
    """Return a thing that has members of its own, and its key."""
    members = {member: value for member, value in record.items() if member not in _PARTS}
    compared = {member: value for member, value in members.items() if member not in _INCIDENTAL}
    return (kind, identifier), _Thing(kind, name, of, members, compared, record.get("mark"))


def _link(
    kind: str, name: str, of: str | None, key: tuple[str, str], record: Record
) -> tuple[tuple[str, ...], _Thing]:
    """Return a thing that exists or does not, but never changes, and its key."""
    # The names in it may change with what they name, which is no change of the link.
    return (kind, *key), _Thing(kind, name, of, record, None)


def _policies(
    holder: Record, inline: str, own: str, of: str
) -> Iterator[tuple[tuple[str, ...], _Thing]]:
    for policy in holder[inline]:
        name, document = policy["PolicyName"], policy["PolicyDocument"]
        yield ("policy", own, name), _Thing("policy", name, of, policy, document)
    for policy in holder["AttachedManagedPolicies"]:
        arn = policy["PolicyArn"]
        yield _link("attachment", arn, of, (own, arn), policy)


def _credentials(
    user: Record, own: str, of: str | None
) -> Iterator[tuple[tuple[str, ...], _Thing]]:
    for member, kind, name in _OF_USER:
        for record in user[member]:
            (_, *key), thing = _entity(kind, record[name], record[name], record, of)
            yield (kind, own, *key), thing
    profile = user["LoginProfile"]
    if profile:
        (kind, _), thing = _entity("login-profile", None, own, profile, of)
        yield (kind, own), thing
