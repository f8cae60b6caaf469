"""What a check finds, and the report of all checks, as text and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import NamedTuple

from iamcli.cli.listing import counted
from iamcli.errors import message
from iamcli.help.text import advice, fitted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: What a check can find; problems, the worst last.
RESULTS = ("ok", "skipped", "warning", "wrong")
PROBLEMS = RESULTS[2:]


class Diagnosis(NamedTuple):
    """What a check finds: the ``result``, its ``cause`` or None, and two texts of one line.

    ``result``: ok, warning, wrong or skipped; commands would work, unless one is wrong. ``found``:
    what was looked at and found; ``advice``: what to do, or "". iamcli-doctor(1) lists the
    causes. ``account``: the number of the account, if the check has found it.
    """

    result: str
    cause: str | None
    found: str
    advice: str
    account: str | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether no command works."""
        return self.result == "wrong"

    def shown(self, redact: Callable[[str], str]) -> Diagnosis:
        """Return this with texts that can be printed; ``redact``: removes secrets from them."""
        found, advice = (message(text, redact) for text in (self.found, self.advice))
        return self._replace(found=found, advice=advice)


def ok(found: str) -> Diagnosis:
    """Return that there is no problem."""
    return Diagnosis("ok", None, found, "")


def warning(found: str, advice: str, cause: str | None = None) -> Diagnosis:
    """Return something with which commands work."""
    return Diagnosis("warning", cause, found, advice)


def wrong(found: str, advice: str, cause: str | None = None) -> Diagnosis:
    """Return something with which no command works."""
    return Diagnosis("wrong", cause, found, advice)


def skipped(why: str, advice: str = "") -> Diagnosis:
    """Return that the check was not made, or does not apply."""
    return Diagnosis("skipped", None, why, advice)


def failed(failure: Exception, cause: str | None = None, advice: str = "correct this") -> Diagnosis:
    """Return an error that commands report: what is wrong; what to do, by default ``advice``."""
    problem, _, own = str(failure).rpartition("; ")
    return wrong(problem, own, cause) if problem else wrong(own, advice, cause)


def is_ok(diagnoses: Mapping[str, Diagnosis]) -> bool:
    """Return whether commands would work."""
    return not any(diagnosis.is_wrong for diagnosis in diagnoses.values())


def text(
    diagnoses: Mapping[str, Diagnosis], *, on_terminal: bool = False
) -> tuple[list[str], list[str]]:
    """Return a line for each check: its name, the result, what was found; what to do.

    The second list has a line that counts the results, then what has a problem, the worst last.
    ``on_terminal``: what to do is a line of its own, so that a command in it can be copied.
    """
    width = max(map(len, diagnoses))
    shown: dict[str, list[str]] = {result: [] for result in RESULTS}
    for name, diagnosis in diagnoses.items():
        begin = f"{name:{width}}  {diagnosis.result:7}  "
        found, told = diagnosis.found, diagnosis.advice
        lines = [begin + "; ".join(filter(None, (found, told)))]
        if on_terminal:
            indent = " " * len(begin)
            lines = [*fitted(found, begin, indent), *(advice(told, indent) if told else ())]
        shown[diagnosis.result if diagnosis.result in PROBLEMS else "ok"] += lines
    numbers = Counter(diagnosis.result for diagnosis in diagnoses.values())
    each = {"warning": counted(numbers["warning"], "warning")}
    results = [each.get(name, f"{numbers[name]} {name}") for name in RESULTS if numbers[name]]
    count = f"{counted(len(diagnoses), 'check')}: {', '.join(results)}"
    return shown["ok"], [count, *(line for result in PROBLEMS for line in shown[result])]


def as_json(diagnoses: Mapping[str, Diagnosis]) -> Iterator[str]:
    """Yield the lines of a JSON object: ``ok``, ``checks``, and ``account`` or None."""
    checks = [
        {
            "check": name,
            "result": diagnosis.result,
            "cause": diagnosis.cause,
            "found": diagnosis.found,
            "advice": diagnosis.advice,
        }
        for name, diagnosis in diagnoses.items()
    ]
    account = diagnoses["identity"].account
    report = {"ok": is_ok(diagnoses), "checks": checks, "account": account}
    yield from json.dumps(report, indent=2).splitlines()
