"""The checks that send requests: ``identity``, ``tls`` and ``clock``, and whether IAM answers.

Two requests are sent, one after the other: to STS, if there is one, and to IAM. If the first one
shows that no command can work, the second one is not sent, so that each cause is reported once.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from iamcli.client import probe
from iamcli.client.inspection import EXPIRED_CODES
from iamcli.client.settings import is_of_aws
from iamcli.config.connection import is_this_machine
from iamcli.doctor.check import OK, WRONG, ok, skipped, warning, wrong
from iamcli.doctor.configuration import described
from iamcli.errors import Failure
from iamcli.hints.credentials import MAX_SKEW, TIMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.client.inspection import Inspection
    from iamcli.client.probe import Outcome
    from iamcli.client.settings import Destination
    from iamcli.doctor.check import Check

#: The error codes of a key or a signature that is not accepted, and of a time that is not.
_KEY_CODES = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignature",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_CLOCK_CODES = frozenset({"RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed"})

_SET_CLOCK = "set the clock of this machine, for example with NTP"
_KEY_ADVICE = (
    "check that the access key is active and that both of its lines are complete; if it is a key "
    "of another partition, such as China or GovCloud, set AWS_REGION to a region of it"
)
#: What to do about temporary credentials that have expired.
EXPIRED_ADVICE = "get new temporary credentials"

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
    probe.UNREACHABLE: "check the network and its name server{source}",
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
    """Return the cause of a problem of ``iamcli.client.probe``.

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


def examine(inspection: Inspection, target: Destination, key: Any) -> dict[str, Check]:
    """Send the requests, signed with ``key``, and return the checks that they decide, by name.

    ``target``: where requests to IAM go. What the checks without network found stays, unless the
    result has that check.
    """
    sts_target, named, found = _sts_target(inspection, target)
    sts = inspection.ask_sts(sts_target, key) if sts_target else None
    if sts and sts_target:
        found["identity"] = _identity(sts, sts_target)
    known = found["identity"].result == OK
    refusal = _verdict(sts)
    if sts and refusal == "clock-skew":
        found["clock"] = _clock(sts)
    elif sts and refusal:
        found["identity"] = _refused("identity", refusal, sts)
    elif sts and known and named and _is_elsewhere(sts, target):
        found["partition"] = _partition(sts, target)
    stop = next((check for check in found.values() if check.result == WRONG), None)
    if stop:
        why = f"not checked until {stop.check} is right"
        return {name: skipped(name, why) for name in ("endpoint", "tls", "clock")} | found
    if sts and known and sts_target and sts_target.url.rstrip("/") == target.url.rstrip("/"):
        return found | _way(sts, target, known=True)
    return found | _way(inspection.ask_iam(target, key), target, known=known)


def _sts_target(
    inspection: Inspection, target: Destination
) -> tuple[Destination | None, bool, dict[str, Check]]:
    """Return where STS is asked, whether that is configured, and the check if it is not asked."""
    try:
        found, named = inspection.sts(target)
    except Failure as failure:
        why = warning("identity", None, f"{failure}", "commands do not use STS")
        return None, False, {"identity": why}
    why = skipped(
        "identity",
        "the endpoint is private, and no endpoint of STS is configured",
        "set AWS_ENDPOINT_URL_STS to see whose key it is",
    )
    return found, named, {} if found else {"identity": why}


def _identity(sts: Outcome, target: Destination) -> Check:
    arn, account = sts.found.get("Arn"), sts.found.get("Account")
    if arn and account:
        return ok("identity", f"{arn} in account {account}, by STS at {target.url}")
    answer = sts.reason or f"it answers {sts.code or 'without an ARN'}"
    return skipped("identity", f"not known from STS at {target.url}: {answer}")


def verdict(code: str, message: str) -> str | None:
    """Return the cause if an error of a service means that it accepts no signature."""
    if code in _CLOCK_CODES or (code in _KEY_CODES and message.startswith(TIMES)):
        return "clock-skew"
    if code in EXPIRED_CODES:
        return "token-expired"
    return "wrong-key" if code in _KEY_CODES else None


def _verdict(answer: Outcome | None) -> str | None:
    """Return the cause if the service, or its clock, shows that it accepts no signature."""
    if answer is None or answer.problem:
        return None
    if abs(answer.clock or 0) > MAX_SKEW:
        return "clock-skew"
    return verdict(answer.code, answer.message)


def _refused(check: str, refusal: str, answer: Outcome) -> Check:
    expired = refusal == "token-expired"
    what = "has expired" if expired else "is not accepted"
    advice = EXPIRED_ADVICE if expired else _KEY_ADVICE
    return wrong(check, refusal, f"the access key {what}: {answer.code}", advice)


def _is_elsewhere(sts: Outcome, target: Destination) -> bool:
    """Return whether the caller is in another partition of AWS than the endpoint."""
    callers = _partition_of(sts)
    return callers.startswith("aws") and callers != target.partition


def _partition_of(sts: Outcome) -> str:
    return sts.found["Arn"].partition("arn:")[2].partition(":")[0]


def _partition(sts: Outcome, target: Destination) -> Check:
    callers = _partition_of(sts)
    found = (
        f"the access key is of {callers}, but requests go to {target.url}, signed for "
        f"{target.region} in {target.partition}"
    )
    advice = f"set AWS_REGION to a region of {callers}, or use another key"
    return wrong("partition", "partition-wrong", found, advice)


def _way(answer: Outcome, target: Destination, *, known: bool) -> dict[str, Check]:
    """Return the checks that the ``answer`` of IAM decides.

    ``known``: whether STS has accepted the key.
    """
    if answer.problem:
        return _obstacle(answer, target)
    found = {
        "endpoint": ok("endpoint", f"{described(target)}; it answers"),
        "tls": _tls(target),
        "clock": _clock(answer),
    }
    refusal = _verdict(answer)
    if refusal in ("token-expired", "wrong-key") and known:
        what = f"{described(target)}, refuses the access key that STS accepts: {answer.code}"
        advice = "check that the endpoints of IAM and STS are of the same service"
        return found | {"endpoint": wrong("endpoint", "endpoint-wrong", what, advice)}
    if refusal in ("token-expired", "wrong-key"):
        return found | {"credentials": _refused("credentials", refusal, answer)}
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
    advice = _ADVICE[answer.problem].format(source=f"; check {target.source}" if of_user else "")
    what = f"{target.url}: {answer.reason}"
    problem = wrong(check, cause(answer.problem, of_user=of_user), what, advice)
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
    if difference is None and answer.code:
        found = f"the service does not accept the time of requests: {answer.code}"
    elif difference is None:
        return skipped("clock", "the response has no date")
    else:
        # The date has whole seconds.
        side = "ahead of" if difference > 0 else "behind"
        found = f"{max(1, abs(difference)):.0f} s {side} the service, or less"
    if _verdict(answer) == "clock-skew":
        return wrong("clock", "clock-skew", found, _SET_CLOCK)
    return ok("clock", found)
