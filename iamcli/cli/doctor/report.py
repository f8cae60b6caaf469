"""The report, as text and as JSON."""

from __future__ import annotations

import json

from iamcli.cli.doctor.check import CHECKS, WRONG
from iamcli.errors import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamcli.cli.doctor.check import Check

_WIDTH = max(map(len, CHECKS))


def is_ok(checks: Sequence[Check]) -> bool:
    """Return whether commands would work."""
    return all(check.result != WRONG for check in checks)


def text(checks: Sequence[Check]) -> Iterator[str]:
    """Yield a line for each check: its name, the result, what was found; what to do."""
    for check in checks:
        said = "; ".join(filter(None, (check.found, check.advice)))
        yield f"{check.check:{_WIDTH}}  {check.result:7}  {visible(said)}"


def as_json(checks: Sequence[Check]) -> Iterator[str]:
    """Yield the lines of a JSON object: ``ok``, and ``checks`` with the members of each check."""
    shown = [
        check._replace(found=visible(check.found), advice=visible(check.advice))._asdict()
        for check in checks
    ]
    yield from json.dumps({"ok": is_ok(checks), "checks": shown}, indent=2).splitlines()
