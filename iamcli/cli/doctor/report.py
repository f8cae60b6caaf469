"""The report, as text and as JSON."""

from __future__ import annotations

import json

from iamcli.errors import visible
from iamcli.help.text import wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamcli.cli.doctor.diagnosis import Diagnosis


def is_ok(diagnoses: Mapping[str, Diagnosis]) -> bool:
    """Return whether commands would work."""
    return not any(diagnosis.is_wrong for diagnosis in diagnoses.values())


def text(diagnoses: Mapping[str, Diagnosis], columns: int | None = None) -> Iterator[str]:
    """Yield a line for each check: its name, the result, what was found; what to do.

    For a terminal with ``columns``, what was found is wrapped, and what to do is a line of its own,
    which is not broken, so that a command in it can be copied.
    """
    width = max(map(len, diagnoses))
    for name, diagnosis in diagnoses.items():
        begin = f"{name:{width}}  {diagnosis.result:7}  "
        found, *advice = map(visible, filter(None, (diagnosis.found, diagnosis.advice)))
        lines = ["; ".join([found, *advice])]
        if columns:
            lines = [*wrapped(found.split(), columns - len(begin)), *advice]
        for line in lines:
            yield begin + line
            begin = " " * len(begin)


def as_json(diagnoses: Mapping[str, Diagnosis]) -> Iterator[str]:
    """Yield the lines of a JSON object: ``ok``, ``checks``, and ``account`` or None."""
    checks = [
        {
            "check": name,
            "result": diagnosis.result,
            "cause": diagnosis.cause,
            "found": visible(diagnosis.found),
            "advice": visible(diagnosis.advice),
        }
        for name, diagnosis in diagnoses.items()
    ]
    account = diagnoses["identity"].account
    report = {"ok": is_ok(diagnoses), "checks": checks, "account": account}
    yield from json.dumps(report, indent=2).splitlines()
