"""Compares what the private IAM contained with what it contains.

Things are the same if they have the same ID, so that a renamed user is one change, and its keys are
none. What was created and deleted again is in neither of the two states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

Record = Mapping[str, Any]
Change = dict[str, Any]

#: What belongs to a user: its member, its type, and the member that has its name.
_CREDENTIAL_TYPES = (
    ("AccessKeyMetadata", "access-key", "AccessKeyId"),
    ("Certificates", "signing-certificate", "CertificateId"),
    ("MFADevices", "mfa-device", "SerialNumber"),
    ("SSHPublicKeys", "ssh-key", "SSHPublicKeyId"),
    ("ServiceSpecificCredentials", "service-credential", "ServiceSpecificCredentialId"),
)
#: Members that are no part of an entity itself: things of their own, and what follows from others.
_PARTS = frozenset(
    {
        *(member for member, _, _ in _CREDENTIAL_TYPES),
        "AttachedManagedPolicies",
        "AttachmentCount",
        "GroupList",
        "GroupPolicyList",
        "LoginProfile",
        "PermissionsBoundaryUsageCount",
        "RoleLastUsed",
        "RolePolicyList",
        "Roles",
        "UserPolicyList",
        "mark",
    }
)
#: Members that are shown, but whose change alone is no change: each request changes them.
_INCIDENTAL = frozenset({"AccessKeyLastUsed", "UpdateDate"})

#: The entities that ``iamcli recreate`` creates again, and those that a report has a section about.
RECREATED = ("user", "group", "role", "instance-profile")
ENTITIES = (*RECREATED, "policy", "server-certificate", "virtual-mfa-device")
#: The order of the types in reports.
TYPES = (
    *ENTITIES,
    "alias",
    "password-policy",
    "membership",
    "attachment",
    "login-profile",
    *(credential_type for _, credential_type, _ in _CREDENTIAL_TYPES),
)


class _Thing(NamedTuple):
    """Something that can be created, changed and deleted.

    ``key``: its type, and what identifies it, first the ID of its owner if it has one; ``of``: what
    it belongs to, such as ``user/bob``, or None for the account; ``record``: its members as reports
    show them; ``compared``: what makes a difference, None if it exists or does not but never
    changes; ``mark``: changes with the secret, which no member shows.
    """

    key: tuple[str, ...]
    name: str | None
    of: str | None
    record: Record
    compared: Any = None
    mark: str | None = None


def changes(before: Record, after: Record) -> list[Change]:
    """Return the changes from ``before`` to ``after``, two results of ``state``.

    Each has the members ``action`` (create, update, delete), ``type``, ``name``, ``of``, ``before``
    and ``after``, which is None if the thing does not exist. If the password has changed, ``after``
    has a member ``password`` too.
    """
    old, new = ({thing.key: thing for thing in _things(state)} for state in (before, after))
    changed: list[Change] = []
    for key in old | new:
        was, now = old.get(key), new.get(key)
        if was and now and (was.compared, was.mark) == (now.compared, now.mark):
            continue
        if was and now and was.mark != now.mark:
            now = now._replace(record={**now.record, "password": "changed"})
        thing = now or old[key]
        changed.append(
            {
                "action": "update" if was and now else "create" if now else "delete",
                "type": key[0],
                "name": thing.name,
                "of": _present_owner(thing, new),
                "before": was and dict(was.record),
                "after": now and dict(now.record),
            }
        )
    return sorted(changed, key=_order)


def _present_owner(thing: _Thing, new: Mapping[tuple[str, ...], _Thing]) -> str | None:
    """Return what ``thing`` belongs to; if that has been renamed, under the new name."""
    if thing.of is None:
        return None
    owner_type = thing.of.partition("/")[0]
    renamed = new.get((owner_type, thing.key[1]))
    return f"{owner_type}/{renamed.name}" if renamed else thing.of


def subject(change: Change) -> str:
    """Return what a change is about: ``user/bob``, also for a key of bob's, or ``account``."""
    if change["of"]:
        return str(change["of"])
    if change["type"] in ENTITIES:
        return f"{change['type']}/{change['name']}"
    return "account"


def deleted(changed: Iterable[Change]) -> list[str]:
    """Return the users, groups, roles and instance profiles that do not exist any more."""
    entities = [change for change in changed if change["type"] in RECREATED]
    present = {subject(change) for change in entities if change["after"]}
    gone = [subject(change) for change in entities if change["action"] == "delete"]
    return [name for name in gone if name not in present]


def _order(change: Change) -> tuple[object, ...]:
    about, _, name = subject(change).partition("/")
    first = TYPES.index(about) if about in TYPES else len(TYPES)
    # Sorting keeps a deletion before the creation of something else with the same name.
    return first, name.lower(), name, TYPES.index(change["type"]), change["name"]


def _things(state: Record) -> Iterator[_Thing]:
    group_ids = {group["GroupName"]: group["GroupId"] for group in state["groups"]}
    role_ids = {role["RoleName"]: role["RoleId"] for role in state["roles"]}
    for kind in ("user", "group", "role"):
        api = kind.title()
        for record in state[f"{kind}s"]:
            name, own = record[f"{api}Name"], record[f"{api}Id"]
            yield _entity(name, record, kind, own)
            yield from _policies(record, f"{api}PolicyList", own, f"{kind}/{name}")
    for user in state["users"]:
        own, of = user["UserId"], f"user/{user['UserName']}"
        yield from _credentials(user, own, of)
        for group in user["GroupList"]:
            record = {"GroupName": group, "UserName": user["UserName"]}
            yield _Thing(("membership", own, group_ids[group]), group, of, record)
    if state["root"]:
        yield from _credentials(state["root"], "root", None)
    for profile in state["instance_profiles"]:
        own, name = profile["InstanceProfileId"], profile["InstanceProfileName"]
        yield _entity(name, profile, "instance-profile", own)
        for role in profile["Roles"]:
            record = {"InstanceProfileName": name, **role}
            key = ("membership", role_ids[role["RoleName"]], own)
            yield _Thing(key, name, f"role/{role['RoleName']}", record)
    yield from _of_account(state)


def _of_account(state: Record) -> Iterator[_Thing]:
    for policy in state["policies"]:
        yield _entity(policy["PolicyName"], policy, "policy", policy["PolicyId"])
    for certificate in state["server_certificates"]:
        metadata = certificate["ServerCertificateMetadata"]
        name, own = metadata["ServerCertificateName"], metadata["ServerCertificateId"]
        yield _entity(name, certificate, "server-certificate", own)
    for device in state["virtual_mfa_devices"]:
        serial = device["SerialNumber"]
        record = {member: device[member] for member in ("SerialNumber", "Tags") if member in device}
        # A new device with an old serial number has another seed.
        yield _entity(serial, record, "virtual-mfa-device", serial, device["mark"])
    if alias := state["account_alias"]:
        yield _entity(alias, {"AccountAlias": alias}, "alias")
    if state["password_policy"]:
        yield _entity(None, state["password_policy"], "password-policy")


def _entity(name: str | None, record: Record, *key: str, of: str | None = None) -> _Thing:
    """Return a thing that has members of its own."""
    members = {member: value for member, value in record.items() if member not in _PARTS}
    compared = {member: value for member, value in members.items() if member not in _INCIDENTAL}
    return _Thing(key, name, of, members, compared, record.get("mark"))


def _policies(holder: Record, inline: str, own: str, of: str) -> Iterator[_Thing]:
    for policy in holder[inline]:
        name, document = policy["PolicyName"], policy["PolicyDocument"]
        yield _Thing(("policy", own, name), name, of, policy, document)
    for policy in holder["AttachedManagedPolicies"]:
        arn = policy["PolicyArn"]
        # The name in it may change with the policy, which is no change of the attachment.
        yield _Thing(("attachment", own, arn), arn, of, policy)


def _credentials(user: Record, own: str, of: str | None) -> Iterator[_Thing]:
    for member, credential_type, name in _CREDENTIAL_TYPES:
        for record in user[member]:
            yield _entity(record[name], record, credential_type, own, record[name], of=of)
    if user.get("LoginProfile"):
        yield _entity(None, user["LoginProfile"], "login-profile", own, of=of)
