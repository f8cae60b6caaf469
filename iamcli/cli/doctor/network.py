"""The checks that send requests: ``identity``, ``tls`` and ``clock``, and whether IAM answers.

Two requests are sent, one after the other: to STS, if there is one, and to IAM. The answer of IAM
decides whether commands work. That of STS, which commands do not need, tells why they do not.
"""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from iamcli.cli.doctor import request
from iamcli.cli.doctor.configuration import described
from iamcli.cli.doctor.credential_sources import LONGEST_WAIT
from iamcli.cli.doctor.diagnosis import failed, ok, skipped, warning, wrong
from iamcli.cli.doctor.request import Operation, Outcome
from iamcli.cli.doctor.sts import CALLER, Sts, sts_target
from iamcli.config.settings import is_this_machine
from iamcli.connection.regions import is_of_aws
from iamcli.connection.transport import timeout, transport, without_tls
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

    from iamcli.cli.doctor.configuration import Configuration
    from iamcli.cli.doctor.diagnosis import Diagnosis
    from iamcli.connection.endpoints import Destination
    from iamcli.connection.sources import Origin

#: A request that only reads, and that commands send too.
_USER = Operation("iam", "2010-05-08", "GetUser", "{*}GetUserResult/{*}User/{*}Arn")

#: The error codes of a signature that is wrong for any reason; the message tells which.
_SIGNATURE_CODES = ("InvalidSignature", "InvalidSignatureException", "SignatureDoesNotMatch")
#: The error codes of a key that the service does not know.
_UNKNOWN_KEY_CODES = ("InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException")
#: The error codes of a key or a signature that is not accepted, and of a time that is not.
_KEY_CODES = (
    *_SIGNATURE_CODES,
    *_UNKNOWN_KEY_CODES,
    "AuthFailure",
    "IncompleteSignature",
    "InvalidToken",
    "MissingAuthenticationToken",
    "OptInRequired",
)
_CLOCK_CODES = ("RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed")
#: The error codes of credentials that have expired.
_EXPIRED_CODES = ("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired")
#: The error codes of a fault of the service.
_FAULTS = ("InternalError", "InternalFailure", "ServiceFailure", "ServiceUnavailable")
#: The error code of other services and of Ceph, which do not know a request or its operation.
_NO_METHOD = "MethodNotAllowed"
#: Error codes of other services, which do not know requests of this form.
_OTHER_SERVICE = (_NO_METHOD, "NoSuchBucket", "UnknownOperationException", "UnsupportedOperation")

#: The causes of a refusal that is one of the key.
_OF_THE_KEY = ("token-expired", "wrong-key")

_WITHOUT_STS = "commands do not use STS"
#: The difference from which on the clocks are shown, not the difference (seconds).
_DAY = 86400
_NOT_ENABLED = "with Ceph, IAM may not be enabled (rgw enable apis), or the key is of no account"
_SET_CLOCK = "set the clock of this machine, for example with NTP"

#: The checks that report problems on the way to a service; ``endpoint`` reports the others.
_CHECKS = {request.PROXY: "proxy", request.UNKNOWN_CA: "ca", request.TLS: "tls"}
#: The cause of each problem, and what to do; ``{source}``: "; check", and what sets the address.
_OBSTACLES: dict[str, tuple[str | None, str]] = {
    request.UNREACHABLE: (
        "no-network",
        "check the network, its name server and the proxy variables{source}",
    ),
    request.REFUSED: ("no-network", "check that the service is running{source}"),
    request.LOST: ("no-network", "try again{source}"),
    request.UNKNOWN_CA: (
        "unknown-ca",
        "set AWS_CA_BUNDLE to a file with the certificate of the authority",
    ),
    request.OTHER_HOST: ("endpoint-wrong", "use the host name that the certificate is for{source}"),
    request.NO_TLS: ("endpoint-wrong", "{tls}"),
    request.TLS: (None, "check the certificate of the service and the clock of this machine"),
    request.FOREIGN: (None, "use the address of an IAM service{source}"),
    request.INVALID: (None, "correct the address{source}"),
}


def obstructed(text: str, problem: str, url: str, source: str = "") -> Diagnosis:
    """Return the diagnosis for a problem of ``iamcli.cli.doctor.request`` on the way to a service.

    ``text``: the problem in words; ``url``: the address, or "" if it is not known; ``source``: what
    sets the address, if the user does.
    """
    cause, advice = _OBSTACLES[problem]
    of_user = bool(url) and not is_of_aws(url)
    if of_user and problem in (request.REFUSED, request.LOST, request.FOREIGN):
        cause = "endpoint-wrong"
    check = f"; check {source}" if of_user and source else ""
    return wrong(text, advice.format(source=check, tls=without_tls(url, source)), cause)


def check(configuration: Configuration, key: Any) -> dict[str, Diagnosis]:
    """Send the requests, signed with ``key``, and return the checks that they decide, by name.

    Call it only if the target of requests is known. What the checks without network found stays,
    unless the result has that check.
    """
    target = configuration.target
    assert target  # noqa: S101 - for mypy
    try:
        at_sts = sts_target(configuration, target)
    except Failure as failure:
        sts = None
        identity = warning(str(failure), _WITHOUT_STS)
    else:
        sts = Sts(at_sts, _send(CALLER, configuration, at_sts, key)) if at_sts else None
        identity = _identity(sts) if sts else _unasked(target)
    iam = _send(_USER, configuration, target, key)
    not_accepted = _not_accepted(iam, target, configuration.origin(configuration.keys), key, sts)
    return {"identity": identity, **_way(iam, target), **not_accepted}


def _send(
    operation: Operation, configuration: Configuration, target: Destination, key: Any
) -> Outcome:
    try:
        way = transport(configuration.settings, configuration.aws_config, target.url)
    except Failure as failure:
        return Outcome(request.PROXY, str(failure))
    return request.send(operation, target, key, way, min(timeout(), LONGEST_WAIT))


def _unasked(target: Destination) -> Diagnosis:
    kind = "in a partition that botocore does not know" if is_of_aws(target.url) else "private"
    return skipped(
        f"the endpoint is {kind}, and no endpoint of STS is configured",
        "set AWS_ENDPOINT_URL_STS to see whose key it is",
    )


def _identity(sts: Sts) -> Diagnosis:
    answer, url = sts.answer, sts.target.url
    if sts.caller:
        account = answer.texts["Account"]
        found = ok(f"{sts.caller} in account {account}, by STS at {url}")
        return found._replace(account=account)
    reason = answer.reason or f"it answers {answer.code or 'without an ARN'}"
    unknown, _, advice = f"not known from STS at {url}: {reason}".partition("; ")
    return skipped(unknown, advice)


def _way(iam: Outcome, target: Destination) -> dict[str, Diagnosis]:
    """Return the checks of the way to IAM."""
    if iam.problem:
        check = _CHECKS.get(iam.problem, "endpoint")
        unknown = skipped(f"not checked, because of {check}")
        diagnosis = failed(Failure(iam.reason), "proxy-refused")
        if iam.problem != request.PROXY:
            text = f"{target.url}: {iam.reason}"
            diagnosis = obstructed(text, iam.problem, target.url, target.source)
            if iam.code and target.is_another_service:
                diagnosis = diagnosis._replace(advice=f"{diagnosis.advice}; {_NOT_ENABLED}")
        return {**dict.fromkeys(("endpoint", "tls", "clock"), unknown), check: diagnosis}
    return {"endpoint": _endpoint(iam, target), "tls": _tls(target), "clock": _clock(iam)}


def _not_accepted(
    iam: Outcome, target: Destination, origin: Origin, key: Any, sts: Sts | None
) -> dict[str, Diagnosis]:
    """Return the check that reports what IAM, or only STS, does not accept; {} if there is none."""
    refusal = _verdict(iam)
    if iam.code in _KEY_CODES and is_about_region(iam.message):
        return {"region": wrong(*scope(target))}
    if sts and sts.target.specified and _is_elsewhere(sts, target):
        return {"partition": _partition(sts, target, refused=refusal in _OF_THE_KEY)}
    if sts and sts.caller and refusal == "wrong-key" and iam.code not in _UNKNOWN_KEY_CODES:
        problem = f"{described(target)}, refuses the access key that STS accepts: {iam.code}"
        advice = "check that the endpoints of IAM and STS are of the same service"
        return {"endpoint": wrong(problem, advice, "endpoint-wrong")}
    if refusal in _OF_THE_KEY:
        return {"credentials": _refused(iam, target, origin, key, sts.caller if sts else "")}
    if sts and refusal is None and _verdict(sts.answer):
        problem = f"STS at {sts.target.url} does not accept the request: {sts.answer.code}"
        return {"identity": warning(problem, _WITHOUT_STS, _verdict(sts.answer))}
    return {}


def verdict(code: str, message: str) -> str | None:
    """Return the cause if an error of a service means that it accepts no signature of the key."""
    if code in _CLOCK_CODES or (code in _KEY_CODES and message.startswith(TIMES)):
        return "clock-skew"
    if code in _EXPIRED_CODES:
        return "token-expired"
    return "wrong-key" if code in _KEY_CODES and not is_about_region(message) else None


def _verdict(answer: Outcome) -> str | None:
    """Return the cause if the service accepts no signature; its date tells whether it is a time."""
    cause = verdict(answer.code, answer.message)
    return "clock-skew" if cause == "wrong-key" and _is_skewed(answer) else cause


def _is_skewed(answer: Outcome) -> bool:
    return abs(answer.clock or 0) > MAX_SKEW


def _refused(
    answer: Outcome, target: Destination, origin: Origin, key: Any, caller: str
) -> Diagnosis:
    """Return the diagnosis of a key that IAM refuses; ``caller``: whose it is if STS accepts it."""
    if answer.code in _EXPIRED_CODES:
        expired = f"the temporary credentials from {origin.place} have expired: {answer.code}"
        return wrong(expired, origin.renewal, "token-expired")
    advice = "check that the access key is active and that both of its parts are complete"
    if answer.code in _UNKNOWN_KEY_CODES:
        advice = _unknown_key(target, origin, key, caller)
    elif answer.message.startswith(MISMATCH):
        advice = f"check the secret access key from {origin.place}"
    elif answer.code in _SIGNATURE_CODES:
        # A server other than AWS may not say which of them it is.
        first = "" if answer.message else f"the secret access key from {origin.place}, then "
        advice = f"check {first}the endpoint and the Region for which requests are signed"
    problem = f"the access key from {origin.place} is not accepted: {answer.code}"
    if caller:
        problem = f"{problem}; STS accepts it as {caller}"
    return wrong(problem, advice, "wrong-key")


def _unknown_key(target: Destination, origin: Origin, key: Any, caller: str) -> str:
    """Return why IAM may not know a key."""
    is_session = is_session_key(key.access_key, origin) and ":assumed-role/" not in caller
    if caller and not is_session:
        same = "not of the same service or partition"
        return f"it may be less than a minute old, or the endpoints of IAM and STS are {same}"
    return f"it {refused_because(key.access_key, origin, target, has_token=bool(key.token))}"


def _is_elsewhere(sts: Sts, target: Destination) -> bool:
    """Return whether the caller is in another partition of AWS than the endpoint."""
    return sts.partition.startswith("aws") and target.partition not in (sts.partition, "unknown")


def _partition(sts: Sts, target: Destination, *, refused: bool) -> Diagnosis:
    report = wrong if refused else warning
    return report(
        f"the access key is of {sts.partition}, but requests go to {target.url}, signed for "
        f"{target.region} in {target.partition}",
        f"set AWS_REGION to a region of {sts.partition}, or use another key",
        "partition-wrong",
    )


def _endpoint(answer: Outcome, target: Destination) -> Diagnosis:
    error = f"{described(target)}; it answers {answer.code}"
    if answer.code in _OTHER_SERVICE:
        advice = f"check {target.source}; use the address of an IAM service"
        if answer.code == _NO_METHOD and target.is_another_service:
            advice = f"{advice}; {_NOT_ENABLED}"
        return wrong(error, advice, "endpoint-wrong")
    if answer.code == "InvalidAction":
        return warning(error, f"check {target.source}; is it IAM?")
    if answer.code in _FAULTS:
        return warning(error, "try again later")
    return ok(f"{described(target)}; it answers")


def _tls(target: Destination) -> Diagnosis:
    parts = urlsplit(target.url)
    if parts.scheme == "https":
        return ok(f"the certificate of {parts.hostname} is valid")
    if is_this_machine(parts.hostname or ""):
        return skipped("the endpoint is http, on this machine")
    return warning(
        f"{target.url} is not encrypted", "use https, because responses can contain secrets"
    )


def _clock(answer: Outcome) -> Diagnosis:
    difference = answer.clock
    refused = _verdict(answer) == "clock-skew"
    if difference is not None:
        # The date has whole seconds.
        side = "ahead of" if difference > 0 else "behind"
        state = f"at most {max(1, abs(difference)):.0f} s {side} the service"
        if abs(difference) > _DAY:
            times = (time.gmtime(time.time() - ahead) for ahead in (0, difference))
            state = "this machine has {}, the service {}".format(
                *(time.strftime("%Y-%m-%d %H:%M UTC", one) for one in times)
            )
    elif refused:
        state = f"the service does not accept the time of requests: {answer.code}"
    else:
        return skipped("the response has no date")
    if refused:
        return wrong(state, _SET_CLOCK, "clock-skew")
    return warning(state, _SET_CLOCK, "clock-skew") if _is_skewed(answer) else ok(state)
