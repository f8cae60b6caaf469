"""The report, as text and as JSON."""

from __future__ import annotations

import json

from iamcli.errors import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamcli.cli.doctor.finding import Finding


def is_ok(findings: Mapping[str, Finding]) -> bool:
    """Return whether commands would work."""
    return not any(finding.is_wrong for finding in findings.values())


def text(findings: Mapping[str, Finding]) -> Iterator[str]:
    """Yield a line for each check: its name, the result, what was found; what to do."""
    width = max(map(len, findings))
    for name, finding in findings.items():
        texts = "; ".join(filter(None, (finding.found, finding.advice)))
        yield f"{name:{width}}  {finding.result:7}  {visible(texts)}"


def as_json(findings: Mapping[str, Finding]) -> Iterator[str]:
    """Yield the lines of a JSON object: ``ok``, ``checks``, and ``account`` or None."""
    checks = [
        {
            "check": name,
            "result": finding.result,
            "cause": finding.cause,
            "found": visible(finding.found),
            "advice": visible(finding.advice),
        }
        for name, finding in findings.items()
    ]
    account = findings["identity"].account
    report = {"ok": is_ok(findings), "checks": checks, "account": account}
    yield from json.dumps(report, indent=2).splitlines()
