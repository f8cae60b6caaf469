"""The snapshots that ``iamcli snapshot`` has written, and which of them has an entity.

Their names are in a file of the user. A deletion names a snapshot only if the signing key, or an
ARN that the service has sent, shows that it is one of this account.
"""

from __future__ import annotations

import contextlib
import json
import os
import re

from iamcli import quoting
from iamcli.config import files
from iamcli.operations.lookups import ENTITIES
from iamcli.protection import Folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.operations.service import IAM

#: How many snapshots are remembered, and the largest one that a deletion reads (bytes).
_NUMBER, _MAX_SIZE = 20, 1 << 26


_FILE = "snapshots.json"


def _folder() -> str:
    """Return the directory of the file. Raises OSError if it has no absolute name."""
    state = os.environ.get("XDG_STATE_HOME", "")
    state = state if os.path.isabs(state) else os.path.expanduser("~/.local/state")
    if not os.path.isabs(state):
        raise FileNotFoundError(state)
    return os.path.join(state, "iamcli")


def _known() -> list[dict[str, str]]:
    """Return the snapshots, the newest first; [] if the file is missing or damaged."""
    try:
        known = json.loads(files.read(os.path.join(_folder(), _FILE), _MAX_SIZE))
        return [{name: str(one[name]) for name in ("file", "account", "key")} for one in known]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return []


def remember(iam: IAM, file: str, account: str | None) -> None:
    """Record that ``file`` is a snapshot of ``account``, unless that is a copy in the sandbox."""
    if iam.sandbox or not account:
        return
    path = os.path.realpath(file)
    known = [{"file": path, "account": account, "key": str(iam.client.key.access_key)}]
    known += [one for one in _known() if one["file"] != path]
    # Without this file, a deletion names no snapshot; that is no failure of the snapshot.
    with contextlib.suppress(OSError, ValueError), Folder(_folder(), make=0o700) as folder:
        temporary = f".{_FILE}-{os.urandom(8).hex()}"
        folder.replace(_FILE, json.dumps(known[:_NUMBER]).encode(), temporary=temporary)


def advice(iam: IAM, what: str, name: str, sent: Any) -> str:
    """Return how to create an entity again from the newest snapshot that has it, or "".

    ``what``: its kind, one of ENTITIES; ``sent``: what the service has sent about it.
    """
    accounts = re.findall(r":iam::([0-9]{12}):", repr(sent))
    for one in _known() if iam.on_terminal and not iam.sandbox else ():
        if one["key"] == iam.client.key.access_key or one["account"] in accounts:
            with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
                snapshot = json.loads(files.read(one["file"], _MAX_SIZE))
                entities = snapshot[f"{what}s".replace(" ", "_")]
                names = [entity[ENTITIES[what]] for entity in entities]
                if snapshot["account"] == one["account"] and name in names:
                    words = quoting.file(one["file"]), f"{what.replace(' ', '-')}/{name}"
                    line = f"iamcli recreate {words[0]} {quoting.quoted(words[1])} >recreate.sh"
                    day = str(snapshot["taken"])[:10]
                    return f"to create {what} {name} again as of {day}, make a script: {line}"
    return ""
