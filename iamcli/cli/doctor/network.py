"""The checks that send requests: ``identity``, ``tls`` and ``clock``, and whether IAM answers.

Two requests are sent, one after the other: to STS, if there is one, and to IAM. The answer of IAM
decides whether commands work. That of STS, which commands do not need, tells why they do not.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from iamcli.cli.doctor import probe
from iamcli.cli.doctor.check import OK, ok, skipped, warning, wrong
from iamcli.cli.doctor.configuration import described
from iamcli.cli.doctor.inspection import EXPIRED_CODES
from iamcli.client.regions import is_of_aws
from iamcli.config.connection import is_this_machine
from iamcli.errors import Failure
from iamcli.hints.credentials import (
    MAX_SKEW,
    MISMATCH,
    TIMES,
    is_about_region,
    is_session_key,
    refused_because,
    scope,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.cli.doctor.check import Check
    from iamcli.cli.doctor.inspection import Inspection
    from iamcli.cli.doctor.probe import Outcome
    from iamcli.client.endpoints import Destination
    from iamcli.client.sources import Origin

#: The error codes of a key or a signature that is not accepted, and of a time that is not.
_KEY_CODES = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignature",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_CLOCK_CODES = frozenset({"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"})

#: The error codes of a signature that is wrong for any reason; the message tells which.
_SIGNATURE_CODES = frozenset(
    {"InvalidSignature", "InvalidSignatureException", "SignatureDoesNotMatch"}
)
#: The error codes of a key that the service does not know.
_UNKNOWN_KEY_CODES = frozenset(
    {"InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"}
)

#: The causes of a refusal that is one of the key.
_OF_THE_KEY = ("token-expired", "wrong-key")

_WITHOUT_STS = "commands do not use STS"
_SET_CLOCK = "set the clock of this machine, for example with NTP"
_KEY_ADVICE = "check that the access key is active and that both of its parts are complete"
_SIGNATURE_ADVICE = "check the endpoint and the Region for which requests are signed"

#: The error codes of a fault of the service.
_FAULTS = frozenset({"InternalError", "InternalFailure", "ServiceFailure", "ServiceUnavailable"})

#: Error codes of other services, which do not know requests of this form.
_OTHER_SERVICE = frozenset(
    {"MethodNotAllowed", "NoSuchBucket", "UnknownOperationException", "UnsupportedOperation"}
)

#: The check that reports each problem on the way to IAM, if it is not ``endpoint``.
_CHECKS = {probe.PROXY: "proxy", probe.UNKNOWN_CA: "ca", probe.TLS: "tls"}
#: What to do about each problem; ``{source}`` is where the user has set the endpoint.
_ADVICE = {
    probe.PROXY: "check the address, the login and the rules of the proxy",
    probe.UNREACHABLE: "check the network, its name server and the proxy variables{source}",
    probe.REFUSED: "check that the service is running{source}",
    probe.LOST: "try again{source}",
    probe.UNKNOWN_CA: "set AWS_CA_BUNDLE to a file with the certificate of the authority",
    probe.OTHER_HOST: "use the host name that the certificate is for{source}",
    probe.NO_TLS: "use http if the service does not use TLS{source}",
    probe.TLS: "check the certificate of the service and the clock of this machine",
    probe.FOREIGN: "use the address of an IAM service{source}",
    probe.INVALID: "correct the address{source}",
}


def cause(problem: str, *, of_user: bool) -> str | None:
    """Return the cause of a problem of ``iamcli.cli.doctor.probe``.

    ``of_user``: whether the endpoint is one that the user has configured, and not one of AWS.
    """
    return {
        probe.PROXY: "proxy-refused",
        probe.UNREACHABLE: "no-network",
        probe.REFUSED: "endpoint-wrong" if of_user else "no-network",
        probe.LOST: "endpoint-wrong" if of_user else "no-network",
        probe.UNKNOWN_CA: "unknown-ca",
        probe.OTHER_HOST: "endpoint-wrong",
        probe.NO_TLS: "endpoint-wrong",
        probe.FOREIGN: "endpoint-wrong" if of_user else None,
    }.get(problem)


def advice(problem: str, source: str = "") -> str:
    """Return what to do about a problem; ``source``: what sets the address, if the user does."""
    return _ADVICE[problem].format(source=f"; check {source}" if source else "")


def examine(
    inspection: Inspection, target: Destination, origin: Origin, key: Any
) -> dict[str, Check]:
    """Send the requests, signed with ``key``, and return the checks that they decide, by name.

    ``target``: where requests to IAM go; ``origin``: where the key is from. What the checks without
    network found stays, unless the result has that check.
    """
    sts_target, found = _sts_target(inspection, target)
    sts = inspection.ask_sts(sts_target, key) if sts_target else None
    iam = inspection.ask_iam(target, key)
    refusal = _verdict(iam)
    refused = refusal in _OF_THE_KEY
    found |= _obstacle(iam, target) if iam.problem else _way(iam, target)
    if sts and sts_target:
        found["identity"] = _identity(sts, sts_target)
    known = found["identity"].result == OK
    if _is_of_the_region(iam):
        found["region"] = wrong("region", None, *scope(target))
    elif sts and sts_target and sts_target.specified and known and _is_elsewhere(sts, target):
        found["partition"] = _partition(sts, target, refused=refused)
    elif refused and known and refusal == "wrong-key" and iam.code not in _UNKNOWN_KEY_CODES:
        found["endpoint"] = _contradiction(iam, target)
    elif refused:
        found["credentials"] = _refused(iam, target, origin, key, sts if known else None)
    elif sts and sts_target and _verdict(sts) and refusal is None:
        what = f"STS at {sts_target.url} does not accept the request: {sts.code}"
        found["identity"] = warning("identity", _verdict(sts), what, _WITHOUT_STS)
    return found


def _sts_target(
    inspection: Inspection, target: Destination
) -> tuple[Destination | None, dict[str, Check]]:
    """Return where STS is asked, and the check if it is not asked."""
    try:
        found = inspection.sts(target)
    except Failure as failure:
        why = warning("identity", None, f"{failure}", _WITHOUT_STS)
        return None, {"identity": why}
    kind = "in a partition that botocore does not know" if is_of_aws(target.url) else "private"
    why = skipped(
        "identity",
        f"the endpoint is {kind}, and no endpoint of STS is configured",
        "set AWS_ENDPOINT_URL_STS to see whose key it is",
    )
    return found, {} if found else {"identity": why}


def _identity(sts: Outcome, target: Destination) -> Check:
    arn, account = sts.found.get("Arn"), sts.found.get("Account")
    if arn and account:
        return ok("identity", f"{arn} in account {account}, by STS at {target.url}")
    answer = sts.reason or f"it answers {sts.code or 'without an ARN'}"
    return skipped("identity", f"not known from STS at {target.url}: {answer}")


def verdict(code: str, message: str) -> str | None:
    """Return the cause if an error of a service means that it accepts no signature of the key."""
    if code in _CLOCK_CODES or (code in _KEY_CODES and message.startswith(TIMES)):
        return "clock-skew"
    if code in EXPIRED_CODES:
        return "token-expired"
    return "wrong-key" if code in _KEY_CODES and not is_about_region(message) else None


def _verdict(answer: Outcome) -> str | None:
    """Return the cause if the service accepts no signature; its date tells whether it is a time."""
    found = verdict(answer.code, answer.message)
    return "clock-skew" if found == "wrong-key" and _is_skewed(answer) else found


def _is_skewed(answer: Outcome) -> bool:
    return abs(answer.clock or 0) > MAX_SKEW


def _is_of_the_region(answer: Outcome) -> bool:
    return answer.code in _KEY_CODES and is_about_region(answer.message)


def _refused(
    answer: Outcome, target: Destination, origin: Origin, key: Any, sts: Outcome | None
) -> Check:
    """Return the check for a key that IAM refuses; ``sts``: the answer if STS accepts it."""
    if answer.code in EXPIRED_CODES:
        found = f"the temporary credentials from {origin.place} have expired: {answer.code}"
        return wrong("credentials", "token-expired", found, origin.renewal)
    found = f"the access key from {origin.place} is not accepted: {answer.code}"
    advice = _KEY_ADVICE
    if answer.code in _UNKNOWN_KEY_CODES:
        advice = _unknown_key(target, origin, key, sts)
    elif answer.message.startswith(MISMATCH):
        advice = f"check the secret access key from {origin.place}"
    elif answer.code in _SIGNATURE_CODES:
        advice = _SIGNATURE_ADVICE
    if sts:
        found = f"{found}; STS accepts it as {sts.found['Arn']}"
    return wrong("credentials", "wrong-key", found, advice)


def _unknown_key(target: Destination, origin: Origin, key: Any, sts: Outcome | None) -> str:
    """Return why IAM may not know a key."""
    arn = sts.found["Arn"] if sts else ""
    is_session = is_session_key(key.access_key, origin) and ":assumed-role/" not in arn
    if sts and not is_session:
        same = "not of the same service or partition"
        return f"it may be less than a minute old, or the endpoints of IAM and STS are {same}"
    why = refused_because(key.access_key, origin, target, has_token=bool(key.token))
    return f"it {why}"


def _is_elsewhere(sts: Outcome, target: Destination) -> bool:
    """Return whether the caller is in another partition of AWS than the endpoint."""
    callers = _partition_of(sts)
    return callers.startswith("aws") and target.partition not in (callers, "unknown")


def _partition_of(sts: Outcome) -> str:
    return sts.found["Arn"].partition("arn:")[2].partition(":")[0]


def _partition(sts: Outcome, target: Destination, *, refused: bool) -> Check:
    callers = _partition_of(sts)
    found = (
        f"the access key is of {callers}, but requests go to {target.url}, signed for "
        f"{target.region} in {target.partition}"
    )
    advice = f"set AWS_REGION to a region of {callers}, or use another key"
    how = wrong if refused else warning
    return how("partition", "partition-wrong", found, advice)


def _contradiction(answer: Outcome, target: Destination) -> Check:
    """Return the check if IAM refuses the key that STS accepts."""
    what = f"{described(target)}, refuses the access key that STS accepts: {answer.code}"
    advice = "check that the endpoints of IAM and STS are of the same service"
    return wrong("endpoint", "endpoint-wrong", what, advice)


def _way(answer: Outcome, target: Destination) -> dict[str, Check]:
    """Return the checks that an ``answer`` of IAM decides."""
    found = {
        "endpoint": ok("endpoint", f"{described(target)}; it answers"),
        "tls": _tls(target),
        "clock": _clock(answer),
    }
    what = f"{described(target)}; it answers {answer.code}"
    if answer.code in _OTHER_SERVICE:
        advice = f"check {target.source}; use the address of an IAM service"
        found["endpoint"] = wrong("endpoint", "endpoint-wrong", what, advice)
    elif answer.code == "InvalidAction":
        found["endpoint"] = warning("endpoint", None, what, f"check {target.source}; is it IAM?")
    elif answer.code in _FAULTS:
        found["endpoint"] = warning("endpoint", None, what, "try again later")
    return found


def _obstacle(answer: Outcome, target: Destination) -> dict[str, Check]:
    """Return the checks if a problem kept the request from IAM, or the response from here."""
    check = _CHECKS.get(answer.problem, "endpoint")
    of_user = not is_of_aws(target.url)
    what = f"{target.url}: {answer.reason}"
    to_do = advice(answer.problem, target.source if of_user else "")
    problem = wrong(check, cause(answer.problem, of_user=of_user), what, to_do)
    why = f"not checked until {check} is right"
    return {name: skipped(name, why) for name in ("endpoint", "tls", "clock")} | {check: problem}


def _tls(target: Destination) -> Check:
    parts = urlsplit(target.url)
    if parts.scheme == "https":
        return ok("tls", f"the certificate of {parts.hostname} is valid")
    if is_this_machine(parts.hostname or ""):
        return skipped("tls", "the endpoint is http, on this machine")
    found = f"{target.url} is not encrypted"
    return warning("tls", None, found, "use https, because responses can contain secrets")


def _clock(answer: Outcome) -> Check:
    difference = answer.clock
    refused = _verdict(answer) == "clock-skew"
    if difference is None and refused:
        found = f"the service does not accept the time of requests: {answer.code}"
    elif difference is None:
        return skipped("clock", "the response has no date")
    else:
        # The date has whole seconds.
        side = "ahead of" if difference > 0 else "behind"
        found = f"{max(1, abs(difference)):.0f} s {side} the service, or less"
    if refused:
        return wrong("clock", "clock-skew", found, _SET_CLOCK)
    if _is_skewed(answer):
        return warning("clock", "clock-skew", found, _SET_CLOCK)
    return ok("clock", found)
