"""What a check finds."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
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


def ok(found: str) -> Finding:
    """Return that there is no problem."""
    return Finding("ok", None, found, "")


def warning(found: str, advice: str, cause: str | None = None) -> Finding:
    """Return something with which commands work."""
    return Finding("warning", cause, found, advice)


def wrong(found: str, advice: str, cause: str | None = None) -> Finding:
    """Return something with which no command works."""
    return Finding("wrong", cause, found, advice)


def skipped(why: str, advice: str = "") -> Finding:
    """Return that the check was not made, or does not apply."""
    return Finding("skipped", None, why, advice)


def failed(failure: Exception, cause: str | None = None) -> Finding:
    """Return an error that commands report: what is wrong; what to do."""
    problem, _, advice = str(failure).rpartition("; ")
    return wrong(problem, advice, cause) if problem else wrong(advice, "correct this", cause)
