"""The entities of a snapshot that the user names, in the order in which they can be created."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from iamcli.cli.account_file import arns
from iamcli.errors import Failure
from iamcli.quoting import quoted

Record = Mapping[str, Any]

#: Its alias and its password policy.
ACCOUNT = "the account"
#: The kinds that can be named: their list in the snapshot, and the member with the name.
_LISTS = {
    "group": ("groups", "GroupName"),
    "user": ("users", "UserName"),
    "role": ("roles", "RoleName"),
    "instance-profile": ("instance_profiles", "InstanceProfileName"),
}


class Selection(NamedTuple):
    """What is to be created of ``snapshot``: ``entities``, the records by names such as user/bob.

    For ``all``, there are the managed policies, too, and ACCOUNT, whose record is the snapshot.
    ``file``: the name of the snapshot; ``account``: its account; ``target``: that of the script.
    """

    snapshot: Record
    entities: Mapping[str, Record]
    file: str
    account: str
    target: str


def select(snapshot: Record, names: Sequence[str], file: str, target: str | None) -> Selection:
    """Return the entities that ``names`` (``user/bob``, or ``all``) mean.

    The instance profiles of a role are included. ``file``: the name of the snapshot; ``target``:
    the account of the script, None for that of the snapshot. Raises Failure if the snapshot lacks
    one of ``names`` or the account.
    """
    known = {
        f"{kind}/{record[member]}": record
        for kind, (key, member) in _LISTS.items()
        for record in snapshot[key]
    }
    missing = next((name for name in names if name not in known and name != "all"), None)
    if missing is not None:
        raise Failure(f"{file} has no {missing}; {_advice(missing, known)}")
    account = snapshot["account"] or arns.account(snapshot) or target
    if account is None:
        raise Failure(f"{file} does not say of which account it is; use --account ID")
    if "all" in names:
        policies = {
            f"policy/{policy['PolicyName']}": policy
            for policy in snapshot["policies"]
            if arns.owner_of(policy["Arn"]) != "aws"
        }
        entities = {**policies, **known, ACCOUNT: snapshot}
    else:
        entities = {
            entity: record
            for entity, record in known.items()
            if entity in names
            or any(f"role/{role['RoleName']}" in names for role in record.get("Roles", ()))
        }
    return Selection(snapshot, entities, file, account, target or account)


def versions(policy: Record) -> list[Record]:
    """Return the versions of a managed policy, the oldest first: v9, v10."""
    return sorted(
        policy["PolicyVersionList"], key=lambda one: (len(one["VersionId"]), one["VersionId"])
    )


def _advice(missing: str, known: Iterable[str]) -> str:
    """Return what can be meant by a name that the snapshot lacks."""
    kind, _, name = missing.lower().partition("/")
    if kind not in _LISTS:
        kind, name = "", missing.lower()
    names = [(entity.partition("/")[2].lower(), entity) for entity in known]
    of_kind = [bare for bare, entity in names if entity.startswith(kind)]
    near = difflib.get_close_matches(name, of_kind) or [name]
    meant = [entity for bare in dict.fromkeys(near) for own, entity in names if own == bare]
    if meant:
        return f"did you mean {' or '.join(map(quoted, meant[:3]))}?"
    return "write an entity of it as user/NAME, group/NAME, role/NAME or instance-profile/NAME"
