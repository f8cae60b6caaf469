"""What a check finds."""

from __future__ import annotations

from typing import NamedTuple


class Diagnosis(NamedTuple):
    """What a check finds: the ``result``, its ``cause`` or None, and two texts of one line.

    ``result``: ok, warning, wrong or skipped; commands would work, unless one is wrong. ``found``:
    what was looked at and found; ``advice``: what to do, or "". The causes are listed in iamcli(1).
    ``account``: the number of the account, if the check has found it.
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
