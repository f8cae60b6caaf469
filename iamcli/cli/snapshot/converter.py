"""Converts the output of ``aws iam get-account-authorization-details``. Sends nothing."""

from __future__ import annotations

import json
from urllib.parse import unquote

from iamcli.cli.account_file import file
from iamcli.cli.account_file.arns import account
from iamcli.cli.account_file.schema import DATE, DOCUMENT, parsed_date
from iamcli.cli.snapshot import content
from iamcli.errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

#: The kinds that the output lacks. It has instance profiles, but only those with a role.
UNKNOWN = (
    "access-key",
    "account-summary",
    "alias",
    "instance-profile",
    "login-profile",
    "mfa-device",
    "password-policy",
    "server-certificate",
    "service-credential",
    "signing-certificate",
    "ssh-key",
    "virtual-mfa-device",
)

_COMMAND = "aws iam get-account-authorization-details"


def convert(name: str, names: Sequence[str]) -> dict[str, Any]:
    """Return a snapshot of what the file ``name`` has, the output of version 1 or 2 of ``aws``.

    ``names``: the users that it is limited to; all if there are none. Raises Failure if the file
    cannot be read, is not such an output or has only a part of it, and if one of ``names`` is not a
    user.
    """
    details = file.load(name)
    if not isinstance(details, dict) or not set(content.DETAILS) <= set(details):
        lists = ", ".join(content.DETAILS)
        raise Failure(f"{name} is not the output of {_COMMAND}: it needs the lists {lists}")
    partial = Failure(
        f"{name} is only a part of the output; run {_COMMAND} without --filter, --max-items and "
        "--no-paginate"
    )
    if details.get("IsTruncated") or details.get("NextToken"):
        raise partial
    try:
        snapshot = content.begin_snapshot("file", details, {DATE: _date, DOCUMENT: _document})
    except (Failure, KeyError) as error:
        reason = f"no {error.args[0]}" if isinstance(error, KeyError) else error
        raise Failure(f"{name} is not the output of {_COMMAND}: {reason}") from None
    groups = {group["GroupName"] for group in snapshot["groups"]}
    if not all(groups.issuperset(user["GroupList"]) for user in snapshot["users"]):
        raise partial
    content.limit_users(snapshot, names)
    snapshot["account"] = account(snapshot)
    return snapshot | {"documents": "normalized", "unknown": list(UNKNOWN)}


def _date(value: Any) -> Any:
    """Return a date in the format of the service, which ``aws`` may have changed to +00:00.

    None if it is not a date between the years 1 and 9999; ``check`` names its member then.
    """
    if not isinstance(value, str):
        return value
    try:
        date = parsed_date(value)
    except ValueError:
        return None
    return date.isoformat(timespec="seconds").replace("+00:00", "Z")


def _document(document: Any) -> str:
    """Return the text of a document that ``aws`` has decoded, or could not decode."""
    if isinstance(document, str):
        return document if document.lstrip().startswith("{") else unquote(document)
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
