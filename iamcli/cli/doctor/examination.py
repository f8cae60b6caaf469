"""Makes all checks, in such an order that each cause is reported once."""

from __future__ import annotations

from iamcli.cli.doctor import credentials, installed, network, programs, variables
from iamcli.cli.doctor.check import CHECKS, WARNING, WRONG, skipped
from iamcli.cli.doctor.configuration import Configuration
from iamcli.output.redaction import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.cli.doctor.check import Check


def examine(*, offline: bool) -> list[Check]:
    """Return all checks, in the order of CHECKS, without secrets.

    ``offline``: send nothing. Requests are sent only if commands would send one: not if a check
    without network is wrong.
    """
    configuration = Configuration(offline=offline)
    # No check contains a secret, but messages of others are part of some.
    secrets = Secrets()
    secrets.add(*configuration.connection.secrets)
    access = credentials.examine(configuration, offline=offline)
    found = {check.check: check for check in (access.check, *configuration.checks(access.keys))}
    stopping = _without_damaged(found)
    failure = configuration.failures.get("environment")
    environment = variables.examine(failure, stopping, access.variables)
    found["environment"] = environment
    first = next((found[name] for name in CHECKS if name in found and _is_wrong(found[name])), None)
    why = "not checked with --offline" if offline else ""
    if first and not offline:
        why = f"not checked until {first.check} is right"
    found |= _ask(configuration, access.keys, secrets, why)
    found |= {check.check: check for check in (*programs.checks(), *installed.checks())}
    return [_redacted(found[name], secrets) for name in CHECKS]


def _ask(configuration: Configuration, keys: Any, secrets: Secrets, why: str) -> dict[str, Check]:
    """Return the checks that send requests, signed with ``keys``; skipped if ``why`` says so."""
    inspection, target = configuration.inspection, configuration.target
    found = {}
    if not why and inspection and target:
        key, refusal = credentials.obtain(inspection, keys)
        if refusal is None:
            secrets.add(*filter(None, (key.access_key, key.secret_key, key.token)))
            return network.examine(inspection, target, inspection.origin(keys), key)
        found["credentials"] = refusal
        why = "not checked until credentials is right"
    return found | {name: skipped(name, why) for name in ("identity", "tls", "clock")}


def _without_damaged(found: dict[str, Check]) -> list[str]:
    """Skip the checks that a carriage return in a variable makes fail; return these variables."""
    stopping = []
    for name, check in found.items():
        damaged = variables.damaged(name)
        if damaged and (_is_wrong(check) or (check.result == WARNING and check.cause is None)):
            found[name] = skipped(name, f"not checked until {' and '.join(damaged)} is right")
            stopping += damaged if _is_wrong(check) else []
    return stopping


def _is_wrong(check: Check) -> bool:
    return check.result == WRONG


def _redacted(check: Check, secrets: Secrets) -> Check:
    return check._replace(found=secrets.redact(check.found), advice=secrets.redact(check.advice))
