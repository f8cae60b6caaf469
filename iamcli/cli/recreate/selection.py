"""The entities of a snapshot that the user names, in the order in which they can be created."""

from __future__ import annotations

import difflib
from typing import NamedTuple

from iamcli.cli.account_file import arns
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    Record = Mapping[str, Any]

#: Everything in the snapshot.
ALL = "all"
#: The kinds that can be named: the list of the snapshot with them, and the member with the name.
KINDS = {
    "group": ("groups", "GroupName"),
    "user": ("users", "UserName"),
    "role": ("roles", "RoleName"),
    "instance-profile": ("instance_profiles", "InstanceProfileName"),
}
#: How many names are suggested.
_NEAR = 3


class Selection(NamedTuple):
    """What is to be created: ``of``, the records by their names for each kind, of ``snapshot``.

    ``everything``: whether this is all; ``file``: the name of the snapshot; ``account``: its
    account; ``target``: the account of the script.
    """

    snapshot: Record
    of: Mapping[str, Mapping[str, Record]]
    everything: bool
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
        for kind, (key, member) in KINDS.items()
        for record in snapshot[key]
    }
    everything = ALL in names
    missing = next((name for name in names if name not in known and name != ALL), None)
    if missing is not None:
        raise Failure(f"{file} has no {missing}; {_advice(missing, known)}")
    wanted = set(known) if everything else set(names)
    wanted |= {
        f"instance-profile/{profile['InstanceProfileName']}"
        for profile in snapshot["instance_profiles"]
        if any(f"role/{role['RoleName']}" in wanted for role in profile["Roles"])
    }
    chosen = {
        kind: {
            name.removeprefix(f"{kind}/"): record
            for name, record in known.items()
            if name in wanted and name.startswith(f"{kind}/")
        }
        for kind in KINDS
    }
    account = snapshot["account"] or arns.account(snapshot) or target
    if account is None:
        raise Failure(f"{file} does not say of which account it is; use --account ID")
    return Selection(snapshot, chosen, everything, file, account, target or account)


def _advice(missing: str, known: Iterable[str]) -> str:
    """Return what can be meant by a name that the snapshot lacks."""
    kind, _, name = missing.lower().partition("/")
    if kind not in KINDS:
        kind, name = "", missing.lower()
    names = [(entity.partition("/")[2].lower(), entity) for entity in known]
    of_kind = [bare for bare, entity in names if entity.startswith(kind)]
    near = difflib.get_close_matches(name, of_kind, n=_NEAR) or [name]
    meant = [entity for bare in dict.fromkeys(near) for own, entity in names if own == bare]
    if meant:
        return f"did you mean {' or '.join(meant[:_NEAR])}?"
    return "write an entity of it as user/NAME, group/NAME, role/NAME or instance-profile/NAME"
