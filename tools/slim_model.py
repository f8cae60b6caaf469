"""Make iamcli/client/model.json, the reduced copy of the IAM service model that the client reads.

Reads botocore's model and keeps what the commands use: the operations that the package names, the
shapes of these operations, and the parts of a shape that a request or a response needs. The copy
has no documentation and is not compressed, because it is read at every start. Snapshots and the
sandbox use botocore's own model.

make model runs it. With --check, it writes nothing, and exits 1 if the copy lacks an operation or
contradicts the installed botocore, which may be older or newer than the copy.

Usage: python tools/slim_model.py [--check]
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from botocore.loaders import Loader

ROOT = Path(__file__).resolve().parent.parent
SLIM = ROOT / "iamcli" / "client" / "model.json"

METADATA_KEYS = (
    "apiVersion",
    "endpointPrefix",
    "protocol",
    "protocols",
    "serviceAbbreviation",
    "serviceId",
    "signatureVersion",
    "xmlNamespace",
)
OPERATION_KEYS = ("name", "http", "input", "output")
MEMBER_KEYS = ("shape", "resultWrapper", "locationName")
SHAPE_KEYS = ("type", "members", "member", "key", "value", "flattened", "sensitive", "xmlNamespace")
KEYS = (*OPERATION_KEYS, *MEMBER_KEYS, *SHAPE_KEYS)
#: The keys whose value names a shape.
PARTS = ("input", "output", "member", "key", "value")

#: Members of responses that no command prints. They would take a third of the time of a long list.
UNREAD = frozenset(
    {
        "CreateDate",
        "Description",
        "MaxSessionDuration",
        "PasswordLastUsed",
        "RoleLastUsed",
        "Tags",
        "UploadDate",
    }
)
#: Those of them that are read nevertheless: a list does not have them.
READ = frozenset({"User.Tags"})
#: Shapes of responses of which every member is read.
READ_WHOLE = frozenset({"AccessKeyMetadata"})


def operations_used() -> list[str]:
    """Return the names of the API operations in the source of the package, sorted."""
    known = set(full_model()["operations"])
    others = {ROOT / "iamcli" / "cli" / name for name in ("sandbox", "snapshot")}
    sources = [path for path in (ROOT / "iamcli").rglob("*.py") if not others & {*path.parents}]
    words = {word for path in sources for word in re.findall(r'"([A-Z]\w+)"', path.read_text())}
    return sorted(known & words)


def full_model() -> dict[str, Any]:
    """Return the IAM model of the installed botocore."""
    model: dict[str, Any] = Loader().load_service_model("iam", "service-2")
    return model


def slim(model: dict[str, Any], operations: list[str]) -> dict[str, Any]:
    """Return ``model``, reduced to ``operations`` and what they need."""
    kept = {name: _reduced(model["operations"][name]) for name in operations}
    shapes: dict[str, Any] = {}
    waiting = [part for operation in kept.values() for part in _parts(operation)]
    while waiting:
        name = waiting.pop()["shape"]
        if name not in shapes:
            shapes[name] = _slim_shape(name, model["shapes"][name])
            waiting += _parts(shapes[name])
    return {
        "version": model["version"],
        "metadata": _picked(model["metadata"], METADATA_KEYS),
        "operations": kept,
        "shapes": dict(sorted(shapes.items())),
    }


def _slim_shape(name: str, shape: dict[str, Any]) -> dict[str, Any]:
    reduced = _reduced(shape)
    if "members" in shape:
        unread = set() if name.endswith("Request") or name in READ_WHOLE else UNREAD
        reduced["members"] = {
            member: _reduced(part)
            for member, part in shape["members"].items()
            if member not in unread or f"{name}.{member}" in READ
        }
    return reduced


def _reduced(whole: dict[str, Any]) -> dict[str, Any]:
    parts = {key: _picked(part, KEYS) for key, part in _picked(whole, PARTS).items()}
    return _picked(whole, KEYS) | parts


def _picked(whole: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: whole[key] for key in keys if key in whole}


def _parts(whole: dict[str, Any]) -> list[dict[str, Any]]:
    return [*whole.get("members", {}).values(), *_picked(whole, PARTS).values()]


def agrees(ours: Any, theirs: Any) -> bool:
    """Return whether two models have the same values for all keys that both have.

    Members that only one of them has are ignored: an older botocore has fewer, a newer one more.
    """
    if isinstance(ours, dict):
        return isinstance(theirs, dict) and all(
            agrees(value, theirs[key]) for key, value in ours.items() if key in theirs
        )
    return bool(ours == theirs)


def main() -> int:
    """Write the copy, or with ``--check`` only compare it. Return the exit status."""
    fresh = slim(full_model(), operations_used())
    if "--check" in sys.argv[1:]:
        ours = json.loads(SLIM.read_text())
        if set(ours["operations"]) == set(operations_used()) and agrees(ours, fresh):
            return 0
        print(f"{SLIM.relative_to(ROOT)}: not up to date; run: make model")
        return 1
    SLIM.write_text(json.dumps(fresh, separators=(",", ":")) + "\n")
    print(f"{SLIM.relative_to(ROOT)}: {SLIM.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
