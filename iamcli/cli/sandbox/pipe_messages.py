"""What the launcher and the server of the sandbox tell each other; see running/messages.py."""

from __future__ import annotations

from typing import Any, NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ServerSettings(NamedTuple):
    """What the launcher tells first.

    ``keep``: the directory of an account to keep, or ""; ``account``: the name of a snapshot to
    start with, or "", and ``number``: the descriptor with which it is open; ``watch``: whether to
    report what changes.
    """

    keep: str = ""
    account: str = ""
    watch: bool = False
    number: int | None = None


class StartReport(NamedTuple):
    """What the server tells when it has started, or only the ``failure`` for which it cannot start.

    ``url``: the address with the secret path, and ``credential_file``: a file for it; ``existed``:
    whether there was a kept account; ``is_copy``: whether the account is one; ``taken``: its date;
    ``unread``: how many requests were refused when its snapshot was made; ``unknown``: the types
    that it lacks.
    """

    failure: str = ""
    url: str = ""
    credential_file: str = ""
    existed: bool = False
    is_copy: bool = False
    taken: str = ""
    unread: int = 0
    unknown: Sequence[str] = ()


class EndReport(NamedTuple):
    """What the server tells at its end.

    ``failure``: the reason why the account was not kept, or ""; ``changes``: those since the start,
    if they were watched; the rest is as in ``SeenRequests``. The defaults are for a lost report.
    """

    failure: str = ""
    changes: Sequence[dict[str, Any]] = ()
    reached: bool = True
    without_environment: Sequence[str] = ()
    refused: Sequence[Mapping[str, str]] = ()
