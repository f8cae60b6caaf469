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


def confirm(iam: IAM, plan: Plan, created: Mapping[str, Any], **wanted: Any) -> Lines:
    """Read a user or role again if the response to its creation lacks what was ``wanted``.

    ``created``: the response; ``wanted``: PermissionsBoundary, and Tags if they have to be shown,
    each None if it was not sent. Yields a note about tags that are not shown. Raises Failure if the
    boundary is not, or may not be. Source: docs/decisions.md (what a server ignores).
    """
    kind = next(iter(created))
    name = created[kind][f"{kind}Name"]
    if not iam.is_another_service or not _hidden(created[kind], wanted):
        return
    try:
        hidden = _hidden(iam.send(f"Get{kind}", **{f"{kind}Name": name})[kind], wanted)
    except Failure as failure:
        if wanted["PermissionsBoundary"]:
            plan.miss("unknown", _BOUNDARY)
            reason = f"the response to Create{kind} has no {_BOUNDARY}"
            raise Failure(f"{reason}, and Get{kind} failed: {failure}") from None
        return
    if _BOUNDARY in hidden:
        plan.miss("not set", _BOUNDARY)
        raise Failure(f"the server shows no {_BOUNDARY} of {kind.lower()} {name}")
    if hidden:
        yield Note(f"the server does not show these tags of user {name}: {', '.join(hidden)}")


def _hidden(entity: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """Return what ``entity`` does not show: the boundary, else the keys of tags."""
    if wanted["PermissionsBoundary"] and not entity.get("PermissionsBoundary"):
        return [_BOUNDARY]
    shown = entity.get("Tags", ())
    return [tag["Key"] for tag in wanted.get("Tags") or () if tag not in shown]
