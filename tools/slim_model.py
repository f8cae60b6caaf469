"""Make iamcli/client/model.json, the reduced copy of the IAM service model that the client reads.

Reads botocore's model and keeps what the commands use: the operations that the package names, the
shapes of these operations, and the parts of a shape that a request or a response needs. The copy
has no documentation and is not compressed, because it is read at every start. Snapshots and the
sandbox use botocore's own model.

With --check, writes nothing. Exits 1 if the copy lacks an operation or contradicts the installed
botocore, which may be older or newer than the copy.

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

OPERATION_KEYS = ("name", "http", "input", "output")
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
SHAPE_KEYS = ("type", "members", "member", "key", "value", "flattened", "sensitive", "xmlNamespace")
MEMBER_KEYS = ("shape", "locationName", "flattened", "xmlNamespace")

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
    kept = {name: _pick(model["operations"][name], OPERATION_KEYS) for name in operations}
    for operation in kept.values():
        for side in ("input", "output"):
            if side in operation:
                operation[side] = _pick(operation[side], ("shape", "resultWrapper"))
    shapes: dict[str, Any] = {}
    waiting = [
        op[side]["shape"] for op in kept.values() for side in ("input", "output") if side in op
    ]
    while waiting:
        name = waiting.pop()
        if name in shapes:
            continue
        shape = _slim_shape(name, model["shapes"][name])
        shapes[name] = shape
        waiting += [part["shape"] for part in _parts(shape)]
    return {
        "version": model["version"],
        "metadata": _pick(model["metadata"], METADATA_KEYS),
        "operations": kept,
        "shapes": dict(sorted(shapes.items())),
    }


def _slim_shape(shape_name: str, shape: dict[str, Any]) -> dict[str, Any]:
    slimmed = _pick(shape, SHAPE_KEYS)
    whole = shape_name.endswith("Request") or shape_name in READ_WHOLE
    if "members" in slimmed:
        slimmed["members"] = {
            name: _pick(member, MEMBER_KEYS)
            for name, member in slimmed["members"].items()
            if whole or name not in UNREAD
        }
    for part in ("member", "key", "value"):
        if part in slimmed:
            slimmed[part] = _pick(slimmed[part], MEMBER_KEYS)
    return slimmed


def _parts(shape: dict[str, Any]) -> list[dict[str, Any]]:
    single = [shape[part] for part in ("member", "key", "value") if part in shape]
    return [*shape.get("members", {}).values(), *single]


def _pick(whole: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: whole[key] for key in keys if key in whole}


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
        complete = set(ours["operations"]) == set(operations_used())
        return 0 if complete and agrees(ours, fresh) else 1
    SLIM.write_text(json.dumps(fresh, separators=(",", ":")) + "\n")
    print(f"{SLIM.relative_to(ROOT)}: {SLIM.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
