"""Confirms what a server other than AWS may ignore without a word when it creates something."""

from __future__ import annotations

from iamcli.errors import Failure
from iamcli.output.lines import Note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from iamcli.operations.plan import Plan
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

_BOUNDARY = "permissions boundary"


def confirm(iam: IAM, plan: Plan, what: str, created: Mapping[str, Any], **wanted: Any) -> Lines:
    """Read a user or role again if the response to its creation lacks what was ``wanted``.

    ``what``: its kind and its name ("User bob"); ``wanted``: PermissionsBoundary, and Tags if they
    are to be compared. Yields a note about tags that are not shown. Raises Failure if the boundary
    is not, or if that is not known. Source: docs/decisions.md (what a server ignores).
    """
    kind, _, name = what.partition(" ")
    if not (_hidden(created, wanted) and iam.is_another_service):
        return
    why = f"the server shows no {_BOUNDARY} of {kind.lower()} {name}"
    try:
        hidden = _hidden(iam.call(f"Get{kind}", **{f"{kind}Name": name})[kind], wanted)
        label = "not set"
    except Failure as failure:
        hidden = [_BOUNDARY] if wanted["PermissionsBoundary"] else []
        label, why = "unknown", f"the response has no {_BOUNDARY}, and Get{kind} failed: {failure}"
    if hidden == [_BOUNDARY]:
        plan.missed.append((label, hidden))
        raise Failure(why)
    if hidden:
        yield Note(f"the server does not show these tags of user {name}: {', '.join(hidden)}")


def _hidden(entity: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Return what ``entity`` does not show: the boundary, else the keys of tags."""
    if wanted["PermissionsBoundary"] and not entity.get("PermissionsBoundary"):
        return [_BOUNDARY]
    return [tag["Key"] for tag in wanted.get("Tags") or () if tag not in entity.get("Tags", ())]
