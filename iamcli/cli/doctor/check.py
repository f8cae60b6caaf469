"""What a check reports."""

from __future__ import annotations

from typing import NamedTuple

#: The results. Commands would work, unless one is WRONG.
OK = "ok"
WARNING = "warning"
WRONG = "wrong"
SKIPPED = "skipped"

#: The checks, in the order of the report.
CHECKS = (
    "credentials",
    "identity",
    "endpoint",
    "partition",
    "region",
    "proxy",
    "ca",
    "tls",
    "clock",
    "environment",
    "path",
    "home",
    "man",
    "completion",
    "extras",
    "versions",
)


class Check(NamedTuple):
    """One check: its name, the ``result``, its ``cause`` or None, and two texts of one line.

    ``found``: what was looked at and found; ``advice``: what to do, or "". The causes are listed in
    iamcli(1).
    """

    check: str
    result: str
    cause: str | None
    found: str
    advice: str


def ok(check: str, found: str) -> Check:
    """Return a check that found no problem."""
    return Check(check, OK, None, found, "")


def warning(check: str, cause: str | None, found: str, advice: str) -> Check:
    """Return a check that found something with which commands work."""
    return Check(check, WARNING, cause, found, advice)


def wrong(check: str, cause: str | None, found: str, advice: str) -> Check:
    """Return a check that found something with which no command works."""
    return Check(check, WRONG, cause, found, advice)


def skipped(check: str, why: str, advice: str = "") -> Check:
    """Return a check that was not made, or does not apply."""
    return Check(check, SKIPPED, None, why, advice)


def failed(check: str, cause: str | None, message: str) -> Check:
    """Return a check that found an error that commands report: what is wrong; what to do."""
    found, _, advice = message.rpartition("; ")
    return wrong(check, cause, found or advice, advice if found else "correct this")
