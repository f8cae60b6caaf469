"""``iamcli doctor``: what its parts find, in tables; the other tests run it as users do."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import ssl
import sys
from datetime import datetime, timedelta, timezone
from functools import partial
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import certifi
import pytest
from botocore import exceptions
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError
from support.connecting import USER
from support.doctor import ARN, caller
from support.faults import CLOSED, headed, raw
from support.shell import KEY_ID, ROOT
from support.stub import Answer, ok, refused
from urllib3.util.ssl_match_hostname import CertificateError

from iamcli import __version__, quoting
from iamcli.cli.doctor import (
    credentials,
    examination,
    inspection,
    installed,
    network,
    places,
    probe,
    programs,
    report,
    variables,
)
from iamcli.cli.doctor import finding as findings
from iamcli.cli.doctor.configuration import Configuration
from iamcli.cli.doctor.identity import CALLER
from iamcli.cli.doctor.inspection import (
    Expired,
    Inspection,
    NoProfile,
    Profile,
    Unobtainable,
    Unreadable,
    files,
)
from iamcli.cli.doctor.places import Place
from iamcli.client import http
from iamcli.client.credentials import InvalidNumber, find_keys
from iamcli.client.endpoints import Destination
from iamcli.client.login import NoLogin
from iamcli.client.regions import UnknownRegion
from iamcli.client.sources import Origin
from iamcli.errors import Failure, UnexpectedResponse
from iamcli.hints.credentials import MISMATCH
from iamcli.installation import checkout, completions, home
from iamcli.output.redaction import Secrets

if TYPE_CHECKING:
    from support.stub import Stub

    from iamcli.cli.doctor.finding import Finding

# ruff: noqa: SLF001 - the parts of the program

NO_REGION = "no region is set"
AWS = Destination(
    "https://iam.amazonaws.com", "us-east-1", "the rules", specified=False, setting=NO_REGION
)
OWN = Destination(
    "http://127.0.0.1:9", "us-east-1", "AWS_IAM_URL", specified=True, setting=NO_REGION
)
STS = Destination(
    "https://sts.amazonaws.com", "us-east-1", "the rules", specified=False, setting=NO_REGION
)
OWN_STS = STS._replace(specified=True, source="AWS_ENDPOINT_URL_STS")
ORIGIN = Origin("profile work", "run: aws sso login", of_anybody=False)
SESSION = ORIGIN._replace(of_anybody=True)
KEY = SimpleNamespace(access_key=KEY_ID, secret_key="s", token=None)
ROLE_ARN = "arn:aws:sts::123456789012:assumed-role/r/s"


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No variable that iamcli doctor looks at is set, and there is a home directory."""
    for name in [*os.environ]:
        known = any(name in names for names in (*variables.READ.values(), variables.OLD))
        if known or name in ("PYTHONPATH", "SHELL", "IAMCLI_COMPLETION", "XDG_DATA_HOME"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


def shown(finding: Finding | None) -> tuple[str, str | None, str] | None:
    """Return the result, the cause, and both texts, as a line of the report."""
    if finding is None:
        return None
    texts = "; ".join(filter(None, (finding.found, finding.advice)))
    return (finding.result, finding.cause, texts)


# The way to the service.

#: For each problem, its causes with an address of AWS and with one of the user.
CAUSES = {
    probe.PROXY: ("proxy-refused", "proxy-refused"),
    probe.UNREACHABLE: ("no-network", "no-network"),
    probe.REFUSED: ("no-network", "endpoint-wrong"),
    probe.LOST: ("no-network", "endpoint-wrong"),
    probe.UNKNOWN_CA: ("unknown-ca", "unknown-ca"),
    probe.OTHER_HOST: ("endpoint-wrong", "endpoint-wrong"),
    probe.NO_TLS: ("endpoint-wrong", "endpoint-wrong"),
    probe.TLS: (None, None),
    probe.FOREIGN: (None, "endpoint-wrong"),
    probe.INVALID: (None, None),
}


def test_the_cause_of_a_problem_on_the_way() -> None:
    for of_aws in (AWS.url, ""):
        found = {
            problem: tuple(
                network.obstructed("it fails", problem, url).cause for url in (of_aws, OWN.url)
            )
            for problem in CAUSES
        }
        assert found == CAUSES
    advice = [
        network.obstructed("it fails", probe.LOST, url, source).advice
        for url in (OWN.url, AWS.url)
        for source in ("AWS_IAM_URL", "")
    ]
    assert advice == ["try again; check AWS_IAM_URL", "try again", "try again", "try again"]


REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
NO_ROUTE = OSError(errno.EHOSTUNREACH, "No route to host")


def not_verified(code: int) -> ssl.SSLError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return error


def without_tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


#: The reasons in some releases of OpenSSL.
NO_TLS_REASONS = (
    *("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST"),
)


def of_tls(error: Exception) -> Any:
    return SSLError(endpoint_url="x", error=error)


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (ProxyConnectionError(proxy_url="x", error=REFUSED), probe.PROXY),
        (ConnectTimeoutError(endpoint_url="x"), probe.UNREACHABLE),
        (ReadTimeoutError(endpoint_url="x"), probe.LOST),
        (ConnectionClosedError(endpoint_url="x"), probe.LOST),
        (ResponseParserError("x"), probe.FOREIGN),
        (UnexpectedResponse("x"), probe.FOREIGN),
        (EndpointConnectionError(endpoint_url="x", error=REFUSED), probe.REFUSED),
        (EndpointConnectionError(endpoint_url="x", error=NO_ROUTE), probe.UNREACHABLE),
        (HTTPClientError(error=REFUSED), probe.INVALID),
        (of_tls(CertificateError("x")), probe.OTHER_HOST),
        *((of_tls(not_verified(code)), probe.TLS) for code in (9, 10)),
        *((of_tls(not_verified(code)), probe.OTHER_HOST) for code in (62, 64)),
        *((of_tls(not_verified(code)), probe.UNKNOWN_CA) for code in (18, 19, 20)),
        *((of_tls(without_tls(reason)), probe.NO_TLS) for reason in NO_TLS_REASONS),
        (of_tls(without_tls("TLSV1_ALERT_INTERNAL_ERROR")), probe.TLS),
    ],
    ids=repr,
)
def test_the_problem_that_an_exception_reports(error: Exception, problem: str) -> None:
    assert probe.problem(error) == problem


def answered(answer: Answer, *, proxied: bool = False, question: Any = network._USER) -> Any:
    response = SimpleNamespace(status_code=answer.status, content=answer.body, headers={})
    return probe._answer(question, response, proxied=proxied)


def test_what_counts_as_an_answer() -> None:
    assert answered(ok("GetUser", USER)).texts["Arn"].startswith("arn:aws:iam::")
    by_sts = answered(caller(), question=CALLER)
    assert (by_sts.problem, by_sts.texts["Arn"], by_sts.texts["Account"]) == (
        "",
        ARN,
        "123456789012",
    )
    # Of another operation, of no user, of two, and of one without an ARN; and what is no answer.
    xml = "<?xml version='1.0' encoding='{}'?><GetUserResponse/>"
    for answer in (
        caller(),
        ok("Whatever", USER),
        ok("GetUser"),
        ok("GetUser", USER + USER),
        ok("GetUser", "<User><UserName>bob</UserName></User>"),
        refused("AccessDenied", "no", 200),
        *(Answer(xml.format(encoding).encode()) for encoding in ("none", "utf-7", "utf-8")),
        Answer(b"<GetUserResponse>" + b"<a/>" * 1000 + b"</GetUserResponse>"),
        Answer(b"<ErrorResponse/>", 500),
        Answer(b"<ErrorResponse><Error><Code>404</Code></Error></ErrorResponse>", 404),
        Answer(b"<Response><b>no</b></Response>", 404),
        Answer(b"<Error><Code>NoSuchBucket</Code></Error>", 404),
    ):
        expected = (probe.FOREIGN, f"HTTP {answer.status}, not an answer of AWS")
        assert answered(answer)[:2] == expected, answer


@pytest.mark.parametrize("body", [b"<html><p>Welcome</p></html>", b"<br>Welcome", b""])
def test_an_answer_of_a_proxy_or_of_anything_else(body: bytes) -> None:
    of_proxy = (403, 407, 502, 503, 504)
    expected, found = {}, {}
    for status in (200, 302, 404, 500, *of_proxy):
        for proxied in (False, True):
            answer = answered(Answer(body, status), proxied=proxied)
            problem = probe.PROXY if proxied and status in of_proxy else probe.FOREIGN
            expected[status, proxied] = (problem, f"HTTP {status}, not an answer of AWS")
            found[status, proxied] = answer[:2]
    assert found == expected


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("AccessDenied", "AccessDenied"),
        ("Signature.Does-Not Match!", "Signature.DoesNotMatch"),
        ("x" * 101, "x" * 100),
        ("!", "HTTP 403"),
    ],
)
def test_the_code_of_a_refusal_has_nothing_that_a_terminal_obeys(code: str, known: str) -> None:
    outcome = answered(refused(code, "the message", 403), proxied=True)
    assert (outcome.problem, outcome.code, outcome.message) == ("", known, "the message")


@pytest.mark.parametrize(
    ("answer", "problem", "through_proxy"),
    [
        (CLOSED, probe.LOST, probe.PROXY),
        (raw(headed(b"x", "Content-Length: 2")), probe.LOST, probe.PROXY),
        (raw(b"220 mail.example.com\r\n\r\n"), probe.LOST, probe.PROXY),
        (Answer(b"x" * 2000), probe.FOREIGN, probe.FOREIGN),
        (Answer(b"x", 407), probe.FOREIGN, probe.PROXY),
        (ok("GetUser", USER), "", ""),
    ],
    ids=["closed", "short", "not HTTP", "too large", "login", "ok"],
)
def test_what_the_network_does_is_an_outcome(
    answer: Answer,
    problem: str,
    through_proxy: str,
    stub: Stub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "MAX_RESPONSE", 1000)
    endpoint = stub.endpoint(answer)
    proxy = {"http": f"http://127.0.0.1:{stub.port}"}
    found = [
        probe.ask(network._USER, OWN._replace(url=endpoint.url), KEY, {"proxies": proxies}, 5)
        for proxies in ({}, {"https": proxy["http"]}, proxy)
    ]
    assert [outcome.problem for outcome in found] == [problem, problem, through_proxy]
    # Each was asked once, with a signature.
    signed = [request.headers["authorization"].split("/")[3] for request in endpoint.requests]
    assert (endpoint.operations, signed) == (["GetUser"] * 3, ["iam"] * 3)


@pytest.mark.parametrize(
    ("url", "problem"), [("closed", probe.REFUSED), ("http://a..b", probe.INVALID)]
)
def test_an_address_that_cannot_be_used_is_an_outcome(url: str, problem: str, closed: str) -> None:
    """If there is a proxy, it is that of the proxy."""
    target = OWN._replace(url=closed if url == "closed" else url)
    for proxies, expected in (({}, problem), ({"http": closed}, probe.PROXY)):
        asked = probe.ask(network._USER, target, KEY, {"proxies": proxies}, 5)
        assert asked.problem == expected
        assert asked.reason


# What the services answer.


def outcome(
    code: str = "", message: str = "", clock: float | None = None, **texts: str
) -> probe.Outcome:
    return probe.Outcome("", code=code, message=message, clock=clock, texts=texts)


EARLY = "Signature not yet current: 2 is later than 1"
LATE = "Signature expired: 1 is earlier than 2"
KEY_CODES = (
    *("AuthFailure", "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId"),
    *("InvalidSignature", "InvalidSignatureException", "InvalidToken"),
    *("MissingAuthenticationToken", "OptInRequired", "SignatureDoesNotMatch"),
    "UnrecognizedClientException",
)
CLOCK_CODES = ("RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed")
OTHER_SERVICE = (
    "MethodNotAllowed",
    "NoSuchBucket",
    "UnknownOperationException",
    "UnsupportedOperation",
)
FAULTS = ("InternalError", "InternalFailure", "ServiceFailure", "ServiceUnavailable")
SCOPE = "Credential should be scoped to a valid region, not 'x'."


@pytest.mark.parametrize(
    ("code", "message", "cause"),
    [
        ("", "", None),
        ("AccessDenied", "", None),
        ("AccessDenied", LATE, None),
        *((code, "", "clock-skew") for code in CLOCK_CODES),
        *((code, "", "wrong-key") for code in KEY_CODES),
        ("SignatureDoesNotMatch", EARLY, "clock-skew"),
        ("SignatureDoesNotMatch", LATE, "clock-skew"),
        ("SignatureDoesNotMatch", f"The {LATE}", "wrong-key"),
        ("SignatureDoesNotMatch", SCOPE, None),
        *(
            (code, "", "token-expired")
            for code in ("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired")
        ),
    ],
)
def test_what_an_error_of_a_service_means(code: str, message: str, cause: str | None) -> None:
    assert network.verdict(code, message) == cause


CLOCK = "; set the clock of this machine, for example with NTP"


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        (outcome(), ("skipped", None, "the response has no date")),
        (outcome(clock=0.2), ("ok", None, "1 s ahead of the service, or less")),
        (outcome(clock=-0.2), ("ok", None, "1 s behind the service, or less")),
        (outcome(clock=7), ("ok", None, "7 s ahead of the service, or less")),
        (outcome(clock=300), ("ok", None, "300 s ahead of the service, or less")),
        (outcome(clock=-300), ("ok", None, "300 s behind the service, or less")),
        (
            outcome(clock=301),
            ("warning", "clock-skew", f"301 s ahead of the service, or less{CLOCK}"),
        ),
        (
            outcome("AccessDenied", clock=-301),
            ("warning", "clock-skew", f"301 s behind the service, or less{CLOCK}"),
        ),
        (
            outcome("SignatureDoesNotMatch", clock=-301),
            ("wrong", "clock-skew", f"301 s behind the service, or less{CLOCK}"),
        ),
        (
            outcome("SignatureDoesNotMatch", clock=7),
            ("ok", None, "7 s ahead of the service, or less"),
        ),
        (
            outcome("RequestExpired", clock=7),
            ("wrong", "clock-skew", f"7 s ahead of the service, or less{CLOCK}"),
        ),
        (
            outcome("SignatureDoesNotMatch", EARLY),
            (
                "wrong",
                "clock-skew",
                "the service does not accept the time of requests: SignatureDoesNotMatch" + CLOCK,
            ),
        ),
    ],
)
def test_the_clock(answer: probe.Outcome, finding: tuple[str, str | None, str]) -> None:
    assert shown(network._clock(answer)) == finding


@pytest.mark.parametrize(
    ("name", "finding"),
    [
        (
            "absent",
            ("wrong", "no-file", "absent from x: No such file or directory; correct x or unset it"),
        ),
        (
            "empty",
            ("wrong", "unreadable", "empty from x: no certificate can be read from it; correct x"),
        ),
        # Only a file can contain such a name, as no variable can.
        (
            "a\0b",
            ("wrong", "unreadable", "a\0b from x: no certificate can be read from it; correct x"),
        ),
    ],
)
def test_a_file_of_authorities(
    name: str,
    finding: tuple[str, str | None, str],
    environ: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    environ.chdir(tmp_path)
    (tmp_path / "empty").touch()

    def checked(target: Destination | None) -> tuple[str, str | None, str] | None:
        inspection = SimpleNamespace(ca_bundle=lambda: (name, "x"))
        configuration: Any = SimpleNamespace(inspection=inspection, target=target)
        return shown(Configuration.check_ca(configuration))

    result, cause, text = finding
    text = f"{text.removesuffix(' or unset it')} or unset it"
    # Also if the target is not known.
    assert [checked(AWS), checked(None)] == [(result, cause, text)] * 2
    skipped = ("skipped", None, "the endpoint is http, so no certificate is verified")
    assert checked(OWN) == skipped


def test_where_the_region_is_from(environ: pytest.MonkeyPatch) -> None:
    inspection = SimpleNamespace(region="eu-west-1")
    configuration: Any = SimpleNamespace(inspection=inspection, failures={})
    found = [Configuration.check_region(configuration).found]
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        environ.setenv(name, "eu-west-1")
        found.append(Configuration.check_region(configuration).found)
    inspection.region = ""
    found.append(Configuration.check_region(configuration).found)
    assert found == [
        "eu-west-1 from the profile",
        "eu-west-1 from AWS_DEFAULT_REGION",
        "eu-west-1 from AWS_REGION",
        "none is set, and IAM needs none",
    ]


def test_the_encryption() -> None:
    urls = ("https://10.0.0.1:8/", "http://127.0.0.1:9", "http://[::1]", "http://10.0.0.1")
    assert [shown(network._tls(OWN._replace(url=url))) for url in urls] == [
        ("ok", None, "the certificate of 10.0.0.1 is valid"),
        ("skipped", None, "the endpoint is http, on this machine"),
        ("skipped", None, "the endpoint is http, on this machine"),
        (
            "warning",
            None,
            "http://10.0.0.1 is not encrypted; use https, because responses can contain secrets",
        ),
    ]


NO_IAM = "check AWS_IAM_URL; use the address of an IAM service"


@pytest.mark.parametrize(
    ("code", "result", "cause", "advice"),
    [
        ("AccessDenied", "ok", None, ""),
        *(
            (
                code,
                "wrong",
                "endpoint-wrong",
                "check AWS_IAM_URL; use the address of an IAM service",
            )
            for code in OTHER_SERVICE
        ),
        ("InvalidAction", "warning", None, "check AWS_IAM_URL; is it IAM?"),
        *((code, "warning", None, "try again later") for code in FAULTS),
    ],
)
def test_the_endpoint(code: str, result: str, cause: str | None, advice: str) -> None:
    finding = network._endpoint(outcome(code), OWN)
    assert (finding.result, finding.cause, finding.advice) == (result, cause, advice)
    answers = "it answers" if result == "ok" else f"it answers {code}"
    assert finding.found == f"{OWN.url} from AWS_IAM_URL; {answers}"


KNOWN = outcome(Arn=ARN, Account="123456789012")
OF_CHINA = outcome(Arn=ARN.replace(":aws:", ":aws-cn:"), Account="123456789012")
OF_ROLE = outcome(Arn=ROLE_ARN, Account="123456789012")
ELSEWHERE = (
    "the access key is of aws-cn, but requests go to http://127.0.0.1:9, signed for us-east-1 in "
    "aws; set AWS_REGION to a region of aws-cn, or use another key"
)
DIFFERENT = (
    "http://127.0.0.1:9 from AWS_IAM_URL, refuses the access key that STS accepts: {}; check that "
    "the endpoints of IAM and STS are of the same service"
)
USUAL = (
    "it may be mistyped, deleted, inactive or less than a minute old, or not of partition aws "
    "(AWS_IAM_URL; no region is set)"
)

ACTIVE = "; check that the access key is active and that both of its parts are complete"
NEW = (
    "it may be less than a minute old, or the endpoints of IAM and STS are not of the same service "
    "or partition"
)
REGION = (
    "requests to http://127.0.0.1:9 (AWS_IAM_URL) are signed for us-east-1 (no region is set), "
    "which it refuses; change AWS_REGION"
)
EXPIRED = (
    "the temporary credentials from profile work have expired: ExpiredToken; run: aws sso login"
)
BY_STS_ALONE = (
    "STS at https://sts.amazonaws.com does not accept the request: InvalidClientTokenId; commands "
    "do not use STS"
)


def not_accepted(code: str, more: str) -> dict[str, Any]:
    text = f"the access key from profile work is not accepted: {code}{more}"
    return {"credentials": ("wrong", "wrong-key", text)}


#: What IAM and STS answer, and the check that reports it; None if STS is not asked.
BLAMED: dict[str, tuple[probe.Outcome, probe.Outcome | None, dict[str, Any]]] = {
    "accepted": (outcome(), KNOWN, {}),
    "accepted, and there is no STS": (outcome(), None, {}),
    "denied": (outcome("AccessDenied"), KNOWN, {}),
    "a problem on the way": (probe.Outcome(probe.LOST), KNOWN, {}),
    "the time": (outcome("RequestExpired"), KNOWN, {}),
    "the region": (
        outcome("SignatureDoesNotMatch", SCOPE),
        KNOWN,
        {"region": ("wrong", None, REGION)},
    ),
    "the region, in the message of another error": (outcome("AccessDenied", SCOPE), KNOWN, {}),
    "a mistyped secret": (
        outcome("SignatureDoesNotMatch", f"{MISMATCH} x"),
        None,
        not_accepted("SignatureDoesNotMatch", "; check the secret access key from profile work"),
    ),
    "another signature": (
        outcome("InvalidSignature"),
        None,
        not_accepted(
            "InvalidSignature",
            "; check the endpoint and the Region for which requests are signed",
        ),
    ),
    "another reason": (outcome("AuthFailure"), None, not_accepted("AuthFailure", ACTIVE)),
    "a signature that STS accepts": (
        outcome("SignatureDoesNotMatch", f"{MISMATCH} x"),
        KNOWN,
        {"endpoint": ("wrong", "endpoint-wrong", DIFFERENT.format("SignatureDoesNotMatch"))},
    ),
    "a signature that STS refuses too": (
        outcome("AuthFailure"),
        outcome("AuthFailure"),
        not_accepted("AuthFailure", ACTIVE),
    ),
    "an unknown key": (
        outcome("InvalidClientTokenId"),
        None,
        not_accepted("InvalidClientTokenId", f"; {USUAL}"),
    ),
    "a key that only STS knows": (
        outcome("InvalidAccessKeyId"),
        KNOWN,
        not_accepted("InvalidAccessKeyId", f"; STS accepts it as {ARN}; {NEW}"),
    ),
    "an expired token": (
        outcome("ExpiredToken"),
        outcome("ExpiredToken"),
        {"credentials": ("wrong", "token-expired", EXPIRED)},
    ),
    "STS refuses alone": (
        outcome("AccessDenied"),
        outcome("InvalidClientTokenId"),
        {"identity": ("warning", "wrong-key", BY_STS_ALONE)},
    ),
    "both refuse the time": (outcome("RequestExpired"), outcome("RequestExpired"), {}),
    "STS has a fault": (outcome(), outcome("InternalFailure"), {}),
}


@pytest.mark.parametrize("case", BLAMED)
def test_which_check_reports_what_the_services_do_not_accept(case: str) -> None:
    iam, sts, checks = BLAMED[case]
    for target in (STS, OWN_STS):
        known = network.Sts(target, sts) if sts else None
        found = network._blame(iam, OWN, ORIGIN, KEY, known)
        assert {name: shown(finding) for name, finding in found.items()} == checks


def test_a_key_of_another_partition() -> None:
    def found(iam: probe.Outcome, target: Destination = OWN_STS, sent: Destination = OWN) -> Any:
        checks = network._blame(iam, sent, ORIGIN, KEY, network.Sts(target, OF_CHINA))
        return {name: shown(finding) for name, finding in checks.items()}

    assert found(outcome()) == {"partition": ("warning", "partition-wrong", ELSEWHERE)}
    for code in ("InvalidClientTokenId", "ExpiredToken"):
        assert found(outcome(code)) == {"partition": ("wrong", "partition-wrong", ELSEWHERE)}
    # The endpoint of STS that follows from that of IAM knows keys of one partition only.
    assert found(outcome(), STS) == {}
    for region in ("cn-north-1", "nowhere"):
        assert found(outcome(), sent=OWN._replace(region=region)) == {}
    moto = network.Sts(OWN_STS, outcome(Arn="arn:other:iam::1:user/bob", Account="1"))
    assert network._blame(outcome(), OWN, ORIGIN, KEY, moto) == {}


@pytest.mark.parametrize(
    ("key_id", "token", "origin", "sts", "advice"),
    [
        ("ASIAX", "t", SESSION, outcome(), "it is temporary; IAM refuses keys of get-federation-t"),
        ("ASIAX", "t", SESSION, KNOWN, "it is temporary; IAM refuses keys of get-federation-token"),
        ("ASIAX", "t", SESSION, OF_ROLE, "it may be less than a minute old, or the endpoints of I"),
        ("ASIAX", "t", ORIGIN, KNOWN, "it may be less than a minute old, or the endpoints of IAM"),
        ("ASIAX", "t", ORIGIN, outcome(), "it may not be of partition aws (AWS_IAM_URL; no region"),
        ("ASIAX", None, ORIGIN, outcome(), "it is temporary and was sent without its session tok"),
        (KEY_ID, None, SESSION, KNOWN, "it may be less than a minute old, or the endpoints of IAM"),
    ],
)
def test_a_key_that_iam_does_not_know(
    key_id: str, token: str | None, origin: Origin, sts: probe.Outcome, advice: str
) -> None:
    key = SimpleNamespace(access_key=key_id, secret_key="s", token=token)
    found = network._blame(outcome("InvalidClientTokenId"), OWN, origin, key, network.Sts(STS, sts))
    assert list(found) == ["credentials"]
    assert found["credentials"].advice[: len(advice)] == advice


def test_whose_key_it_is() -> None:
    at = "STS at https://sts.amazonaws.com"
    answers = (KNOWN, outcome("X"), outcome(), outcome(Arn=ARN), outcome(Account="1"))
    found = [network._identity(network.Sts(STS, answer)) for answer in answers]
    assert [(shown(finding), finding.account) for finding in found] == [
        (("ok", None, f"{ARN} in account 123456789012, by {at}"), "123456789012"),
        (("skipped", None, f"not known from {at}: it answers X"), None),
        *[(("skipped", None, f"not known from {at}: it answers without an ARN"), None)] * 3,
    ]
    lost = network.Sts(STS, probe.Outcome(probe.LOST, "Connection reset"))
    assert network._identity(lost).found == f"not known from {at}: Connection reset"


def test_why_sts_is_not_asked() -> None:
    elsewhere = AWS._replace(url="https://iam.nz-north-1.amazonaws.nz")
    what = "and no endpoint of STS is configured; set AWS_ENDPOINT_URL_STS to see whose key it is"
    assert [shown(network._unasked(target)) for target in (OWN, elsewhere)] == [
        ("skipped", None, f"the endpoint is private, {what}"),
        (
            "skipped",
            None,
            f"the endpoint is in a partition that botocore does not know, {what}",
        ),
    ]


@pytest.mark.parametrize(
    ("problem", "check", "others"),
    [
        (probe.LOST, "endpoint", ["tls", "clock"]),
        (probe.TLS, "tls", ["endpoint", "clock"]),
        (probe.PROXY, "proxy", ["endpoint", "tls", "clock"]),
        (probe.UNKNOWN_CA, "ca", ["endpoint", "tls", "clock"]),
    ],
)
def test_what_a_problem_on_the_way_leaves_unchecked(
    problem: str, check: str, others: list[str]
) -> None:
    found = network._way(probe.Outcome(problem, "it fails"), OWN)
    texts = {name: finding.found for name, finding in found.items()}
    unchecked = dict.fromkeys(others, f"not checked until {check} is right")
    assert texts == {check: f"{OWN.url}: it fails", **unchecked}
    assert {name: finding.result for name, finding in found.items()} == {
        check: "wrong",
        **dict.fromkeys(others, "skipped"),
    }


# Variables.

RETURN = (
    " a carriage return, as lines of Windows files end with it; remove it from the script that "
    "sets the variable: sed -i 's/\\r$//' SCRIPT"
)
JAVA = "is ignored, because Java is not used"
UNSET = "is set but empty, which counts as not set"
TOO_FEW = Failure("AWS_MAX_ATTEMPTS: 0; use a whole number")
NO_MODE = Failure("the defaults mode is no mode; correct it")


@pytest.mark.parametrize(
    ("env", "options", "finding"),
    [
        ({}, {}, ("ok", None, "no variable is set")),
        (
            {"AWS_REGION": "x", "AWS_PROFILE": "y", "AWS_CA_BUNDLE": ""},
            {"reported": ("AWS_CA_BUNDLE",)},
            ("ok", None, "set: AWS_PROFILE, AWS_REGION"),
        ),
        (
            {"AWS_REGION": "x\r"},
            {},
            ("warning", "carriage-return", f"AWS_REGION contains{RETURN}"),
        ),
        (
            {"AWS_REGION": "x\r", "AWS_IAM_URL": "\r"},
            {"stopping": True},
            ("wrong", "carriage-return", f"AWS_IAM_URL and AWS_REGION contain{RETURN}"),
        ),
        (
            {"IAMCLI_TIMEOUT": "1\r"},
            {"failure": TOO_FEW},
            ("wrong", "carriage-return", f"IAMCLI_TIMEOUT contains{RETURN}"),
        ),
        (
            {"AWS_REGION": "x\r"},
            {"failure": TOO_FEW},
            ("warning", "carriage-return", f"AWS_REGION contains{RETURN}"),
        ),
        # Nothing that a command needs.
        (
            {"AWS_IAM_HOME": "x\r"},
            {},
            ("warning", "carriage-return", f"AWS_IAM_HOME contains{RETURN}"),
        ),
        ({}, {"failure": TOO_FEW}, ("wrong", None, str(TOO_FEW))),
        ({}, {"failure": NO_MODE}, ("wrong", None, str(NO_MODE))),
        (
            {"AWS_DEFAULTS_MODE": ""},
            {"failure": NO_MODE},
            (
                "wrong",
                "empty-variable",
                (
                    "AWS_DEFAULTS_MODE is set but empty, which is no mode; run: unset "
                    "AWS_DEFAULTS_MODE"
                ),
            ),
        ),
        ({"AWS_DEFAULTS_MODE": ""}, {"failure": TOO_FEW}, ("wrong", None, str(TOO_FEW))),
        (
            {"JAVA_HOME": "x", "EC2_CERT": "x", "EC2_URL": "", "AWS_REGION": ""},
            {},
            (
                "warning",
                "old-variable",
                (
                    f"JAVA_HOME {JAVA}, EC2_CERT is not read, AWS_REGION {UNSET}; "
                    "run: unset JAVA_HOME EC2_CERT AWS_REGION"
                ),
            ),
        ),
        (
            {"AWS_CREDENTIALS_FILE": "x"},
            {},
            (
                "warning",
                "old-variable",
                (
                    "AWS_CREDENTIALS_FILE is not read, because the name is AWS_CREDENTIAL_FILE; "
                    "set AWS_CREDENTIAL_FILE instead, or run: unset AWS_CREDENTIALS_FILE"
                ),
            ),
        ),
        (
            {"AWS_CREDENTIALS_FILE": "x"},
            {"reported": ("AWS_CREDENTIALS_FILE",)},
            ("ok", None, "no variable is set"),
        ),
        (
            {"CLIENT_CONFIG_FILE": "", "https_proxy": "", "NO_PROXY": ""},
            {},
            (
                "warning",
                "empty-variable",
                f"CLIENT_CONFIG_FILE {UNSET}; run: unset CLIENT_CONFIG_FILE",
            ),
        ),
    ],
)
def test_the_environment(
    env: dict[str, str],
    options: dict[str, Any],
    finding: tuple[str, str | None, str],
    environ: pytest.MonkeyPatch,
) -> None:
    for name, value in env.items():
        environ.setenv(name, value)
    given = {"failure": None, "reported": (), "stopping": False, **options}
    failure, reported = given.pop("failure"), given.pop("reported")
    assert shown(variables.examine(failure, reported, **given)) == finding


#: Variables that the page summarizes.
OTHERS = (
    *("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION"),
    *("https_proxy", "http_proxy", "no_proxy", "NO_PROXY", "REQUESTS_CA_BUNDLE"),
    *("IAMCLI_COMPLETE", "IAMCLI_STRICT", "IAMCLI_TIMEOUT", "CLIENT_CONFIG_FILE"),
)


def test_each_variable_that_the_manual_names_is_looked_at(environ: pytest.MonkeyPatch) -> None:
    page = (ROOT / "man" / "iam-toolkit.7").read_text()
    lines = re.findall(r"^\.It Ev (.*)$", page, re.MULTILINE)
    named = {name for line in lines for name in re.findall(r"AWS_\w+|HTTPS?_PROXY", line)}
    assert len(named) > 20
    wanted = (named | {*OTHERS}) - {"AWS_CREDENTIALS_FILE"}
    missed = []
    for name in sorted(wanted):
        environ.setenv(name, "x\r")
        found = variables.examine(None, (), stopping=False)
        if found.found.partition(" ")[0] != name or found.result != "warning":
            missed.append(name)
        environ.delenv(name)
    assert missed == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("AWS_IAM_JVM_OPTS", JAVA),
        ("JAVA_HOME", JAVA),
        *((f"EC2_{name}", "is not read") for name in ("HOME", "PRIVATE_KEY", "CERT", "URL")),
    ],
)
def test_an_old_variable(name: str, why: str, environ: pytest.MonkeyPatch) -> None:
    environ.setenv(name, "x")
    found = variables.examine(None, (), stopping=False)
    assert shown(found) == ("warning", "old-variable", f"{name} {why}; run: unset {name}")


NO_SHARED = "so that no shared file of credentials is read"
NO_CONFIG = "so that no file of the AWS configuration is read"
CONTAINER = "so that a container is asked for credentials"


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("AWS_SHARED_CREDENTIALS_FILE", NO_SHARED),
        ("AWS_CONFIG_FILE", NO_CONFIG),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", CONTAINER),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", CONTAINER),
        ("AWS_PROFILE", "which counts as not set"),
    ],
)
def test_the_effect_of_an_empty_variable(
    name: str, effect: str, environ: pytest.MonkeyPatch
) -> None:
    environ.setenv(name, "")
    text = f"{name} is set but empty, {effect}; run: unset {name}"
    found = variables.examine(None, (), stopping=False)
    assert shown(found) == ("warning", "empty-variable", text)
    assert variables.examine(None, (name,), stopping=False).result == "ok"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["other.py"], None),
        (["abc.py"], "abc"),
        (["json", "other.py", "ast.py"], "ast, json"),
        (["json", "enum.py", "ast.py"], "ast, enum, json"),
        (["json", "enum.py", "ast.py", "abc.pyc"], "abc, ast, enum, ..."),
    ],
)
def test_modules_that_hide_those_of_python(
    names: list[str], said: str | None, environ: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in names:
        (tmp_path / name).touch()
    environ.setenv("PYTHONPATH", os.pathsep.join(["", f"{tmp_path}/absent", str(tmp_path)]))
    found = variables._hidden_modules()
    start = f"PYTHONPATH has {tmp_path}, which can hide modules of Python: "
    assert (found.found.removeprefix(start) if found else None) == said


# Credentials.


def test_an_access_key_is_shown_in_part() -> None:
    """Less than half of it, and nothing of a short one, which need not be that of AWS."""
    keys = ("", "AKIA", "A" * 8, "AKIA12345678ABCD", "AKIA123456789ABCD", KEY_ID)
    assert [credentials._masked(key) for key in keys] == [
        *["***"] * 4,
        "AKIA...ABCD",
        "AKIA...MPLE",
    ]


def test_placeholders() -> None:
    placeholders = [("<id>", "s"), ("i", "<s>"), ("<id", "s"), ("i", "s>")]
    others: list[tuple[Any, Any]] = [("i<d>x", "s"), ("", ""), (None, 5)]
    found = [values for values in (*placeholders, *others) if credentials._has_brackets(*values)]
    assert found == placeholders


FAILED = Failure("it is bad; correct it")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("AWSAccessKeyId=<id>\nAWSSecretKey=s\n", "brackets"),
        ("AWSAccessKeyId=i\nAWSSecretKey=<s>\n", "brackets"),
        ("AWSAccessKeyId=i\n", "no-credentials"),
        ("AWSSecretKey=s\n", "no-credentials"),
        ("AWSAccessKeyId=i\nAWSSecretKey=\n", "no-credentials"),
        ("AWSAccessKeyId=a b\nAWSSecretKey=s\n", None),
        ("", "no-credentials"),
    ],
)
def test_an_invalid_credential_file(
    text: str, cause: str | None, environ: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environ.chdir(tmp_path)
    for name in ("keys", "~keys"):
        (tmp_path / name).write_text(text)
        environ.setenv("AWS_CREDENTIAL_FILE", name)
        expected = ("wrong", cause, "it is bad (from AWS_CREDENTIAL_FILE); correct it")
        assert shown(credentials._invalid(FAILED)) == expected


TILDE = 'a shell does not replace "~" between quotation marks; use $HOME instead'


@pytest.mark.parametrize(
    ("name", "cause", "advice"),
    [
        ("absent", "no-file", "correct it"),
        ("keys/x", "no-file", "correct it"),
        ("~/absent", "no-file", TILDE),
        (".", "unreadable", "correct it"),
        # It can be opened.
        ("/proc/self/mem", "unreadable", "correct it"),
        # It may have no end, or be read only once.
        ("/dev/null", None, "correct it"),
    ],
)
def test_a_credential_file_that_is_no_file(
    name: str, cause: str | None, advice: str, environ: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environ.chdir(tmp_path)
    (tmp_path / "keys").touch()
    environ.setenv("AWS_CREDENTIAL_FILE", name)
    found = credentials._invalid(FAILED)
    assert (found.found, found.cause, found.advice) == (
        "it is bad (from AWS_CREDENTIAL_FILE)",
        cause,
        advice,
    )


@pytest.mark.parametrize(
    ("failure", "finding"),
    [
        (Unreadable("it is bad; save it"), ("wrong", "unreadable", "it is bad; save it")),
        (Unreadable("it is bad"), ("wrong", "unreadable", "it is bad; correct a or b")),
        (
            NoProfile("no profile x"),
            (
                "wrong",
                "no-credentials",
                "no profile x; correct AWS_PROFILE or AWS_DEFAULT_PROFILE, or add the profile",
            ),
        ),
    ],
)
def test_a_configuration_that_cannot_be_used(
    failure: Failure, finding: tuple[str, str | None, str], environ: pytest.MonkeyPatch
) -> None:
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", "a")
    environ.setenv("AWS_CONFIG_FILE", "b")
    assert shown(credentials._invalid(failure)) == finding


@pytest.mark.parametrize(
    ("method", "hours", "finding"),
    [
        ("env", 1, ("ok", None, "temporary credentials that expire at {} from AWS_X")),
        (
            "env",
            -1,
            (
                "wrong",
                "token-expired",
                "the access key from AWS_X has expired at {}; run: aws sso login",
            ),
        ),
        # Others are renewed when a request needs them.
        ("iam-role", -1, ("ok", None, "temporary credentials that expire at {} from AWS_X")),
        ("iam-role", None, ("ok", None, "temporary credentials from AWS_X")),
    ],
)
def test_temporary_credentials(
    method: str,
    hours: int | None,
    finding: tuple[str, str | None, str],
    environ: pytest.MonkeyPatch,
) -> None:
    expiry = None if hours is None else datetime.now(timezone.utc) + timedelta(hours=hours)
    inspection: Any = SimpleNamespace(
        expiry=lambda _: expiry,
        is_static=lambda _: False,
        origin=lambda _: ORIGIN._replace(place="AWS_X"),
    )
    connection = SimpleNamespace(credential_file=None)
    configuration: Any = SimpleNamespace(connection=connection)
    environ.setenv("AWS_CONFIG_FILE", "")
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", "")
    keys = SimpleNamespace(method=method)
    found = credentials._used(configuration, inspection, keys, ())
    result, cause, text = finding
    time = f"{expiry:%Y-%m-%d %H:%M UTC}" if expiry else ""
    assert shown(found) == (result, cause, text.format(time))


@pytest.mark.parametrize(
    ("env", "cause"),
    [
        ({"AWS_ACCESS_KEY_ID": "<id>", "AWS_SECRET_ACCESS_KEY": "s"}, "brackets"),
        ({"AWS_ACCESS_KEY_ID": "i", "AWS_SECRET_ACCESS_KEY": "<s>"}, "brackets"),
        ({"AWS_ACCESS_KEY_ID": "a b", "AWS_SECRET_ACCESS_KEY": "s"}, None),
        ({"AWS_ACCESS_KEY_ID": "<id>"}, "brackets"),
        ({"AWS_CREDENTIAL_FILE": "", "AWS_ACCESS_KEY_ID": "<id>"}, "empty-variable"),
    ],
)
def test_invalid_variables_of_a_key(
    env: dict[str, str], cause: str | None, environ: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        environ.setenv(name, value)
    assert shown(credentials._invalid(FAILED)) == ("wrong", cause, "it is bad; correct it")


def failing(failure: Expired | Unobtainable, **attributes: str) -> Expired | Unobtainable:
    for name, value in attributes.items():
        setattr(failure, name, value)
    return failure


@pytest.mark.parametrize(
    ("failure", "finding"),
    [
        (Expired("it is old"), ("wrong", "token-expired", "it is old; renew it")),
        (
            failing(Expired("it is old"), login="aws sso login"),
            ("wrong", "token-expired", "it is old; run: aws sso login"),
        ),
        (
            failing(Unobtainable("no"), problem=probe.LOST, url=OWN.url),
            ("wrong", "endpoint-wrong", "no; try again"),
        ),
        (
            failing(Unobtainable("no"), problem=probe.LOST, url=STS.url),
            ("wrong", "no-network", "no; try again"),
        ),
        (
            failing(Unobtainable("no"), code="InvalidToken"),
            (
                "wrong",
                "wrong-key",
                "no; check the settings of the profile and the access key that it uses",
            ),
        ),
        (
            failing(Unobtainable("no"), code="SignatureDoesNotMatch", text=EARLY),
            (
                "wrong",
                "clock-skew",
                "no; check the settings of the profile and the access key that it uses",
            ),
        ),
    ],
)
def test_credentials_that_are_not_obtained(
    failure: Expired | Unobtainable, finding: tuple[str, str | None, str]
) -> None:
    assert shown(credentials._unobtainable(failure, "renew it")) == finding


@pytest.mark.parametrize(
    ("failure", "cause", "text"),
    [
        (Expired("it is old"), "token-expired", "it is old; {renewal}"),
        (
            Unobtainable("no"),
            None,
            "no; check the settings of the profile and the access key that it uses",
        ),
    ],
)
def test_credentials_that_are_not_obtained_sooner_or_later(
    failure: Failure, cause: str | None, text: str
) -> None:
    def fail(*_: object) -> None:
        raise failure

    inspection: Any = SimpleNamespace(keys=fail, key=fail, origin=lambda _: ORIGIN)
    configuration: Any = SimpleNamespace(failures={}, inspection=inspection)
    found = credentials.examine(configuration, offline=False)
    renewal = "get new temporary credentials"
    assert shown(found.finding) == ("wrong", cause, text.format(renewal=renewal))
    assert (found.keys, found.variables) == (None, ())
    key, refused_for = credentials.obtain(inspection, KEY)
    assert key is None
    assert shown(refused_for) == ("wrong", cause, text.format(renewal=ORIGIN.renewal))


def test_a_profile_that_lacks_a_package() -> None:
    def fail() -> None:
        raise NoLogin("it needs a package; install it")

    configuration: Any = SimpleNamespace(failures={}, inspection=SimpleNamespace(keys=fail))
    found = credentials.examine(configuration, offline=False)
    text = "it needs a package; install it"
    assert shown(found.finding) == ("wrong", "extra-missing", text)


NOT_SET = Place("A", "not set", filled=False)
FILLED = Place("B", "set", filled=True)
UNASKED = Place("C", places.NOT_ASKED, filled=False)
NONE = ("wrong", "no-credentials", f"looked at A (not set); {credentials._SET_A_FILE}")
MISSPELLED = (
    "looked at A (not set); AWS_CREDENTIALS_FILE is set, but the name is AWS_CREDENTIAL_FILE; set "
    "that instead"
)
EMPTY = f"looked at A (not set); AWS_ACCESS_KEY_ID is set but empty; {credentials._SET_A_FILE}"
UNREADABLE = "looked at A (not set); / cannot be read; make / a file that you can read"


@pytest.mark.parametrize(
    ("env", "finding", "reported"),
    [
        ({}, NONE, ()),
        (
            {"AWS_CREDENTIALS_FILE": "x", "AWS_ACCESS_KEY_ID": "", "AWS_CONFIG_FILE": "/"},
            ("wrong", "old-variable", MISSPELLED),
            ("AWS_CREDENTIALS_FILE",),
        ),
        (
            {"AWS_CREDENTIALS_FILE": "", "AWS_ACCESS_KEY_ID": "", "AWS_CONFIG_FILE": "/"},
            ("wrong", "empty-variable", EMPTY),
            ("AWS_ACCESS_KEY_ID",),
        ),
        ({"AWS_CONFIG_FILE": "/"}, ("wrong", "unreadable", UNREADABLE), ()),
    ],
)
@pytest.mark.parametrize("offline", [False, True])
def test_no_credentials(
    env: dict[str, str],
    finding: tuple[str, str | None, str],
    reported: tuple[str, ...],
    offline: bool,  # noqa: FBT001
    environ: pytest.MonkeyPatch,
) -> None:
    for name, value in env.items():
        environ.setenv(name, value)
    found = credentials._missing([NOT_SET], offline=offline)
    result, cause, text = finding
    expected = (result, cause, f"no credentials; {text}")
    assert (shown(found.finding), found.keys, found.variables) == (expected, None, reported)


def test_places_that_are_not_asked_offline(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("AWS_CREDENTIALS_FILE", "x")
    for place in (FILLED, UNASKED):
        known = [NOT_SET, place]
        offline, online = (credentials._missing(known, offline=off) for off in (True, False))
        said = f"{place.name} is not asked with --offline; looked at A (not set), {place}"
        assert shown(offline.finding) == ("skipped", None, said)
        assert online.finding.cause == "old-variable"


def test_the_state_of_a_variable(environ: pytest.MonkeyPatch) -> None:
    found = [places._variable("AWS_PROFILE")]
    for value in ("", "x"):
        environ.setenv("AWS_PROFILE", value)
        found.append(places._variable("AWS_PROFILE"))
    assert found == [
        Place("AWS_PROFILE", "not set", filled=False),
        Place("AWS_PROFILE", "empty", filled=False),
        Place("AWS_PROFILE", "set", filled=True),
    ]


ASKING = ("role_arn", "sso_session", "sso_start_url")
LATER_ASKING = ("credential_process", "login_session")


def test_what_is_asked_before_a_key_is_used(environ: pytest.MonkeyPatch) -> None:
    """With --offline, a key that commands would not use is not reported as theirs."""

    def asked(method: str, *settings: str) -> bool:
        profile = Profile("default", frozenset(("aws_access_key_id", *settings)), exists=True)
        inspection: Any = SimpleNamespace(profile=profile)
        return Inspection._would_ask_before(inspection, method)

    methods = ("env", "shared-credentials-file", "config-file")
    rows = [(), *((name,) for name in (*ASKING, *LATER_ASKING))]
    found = {row: [asked(method, *row) for method in methods] for row in rows}
    assert found == {
        (): [False, False, False],
        **{(name,): [False, True, True] for name in ASKING},
        **{(name,): [False, False, True] for name in LATER_ASKING},
    }
    without: Any = SimpleNamespace(profile=None)
    assert not Inspection._would_ask_before(without, "config-file")
    environ.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "token")
    assert [asked(method) for method in methods] == [False, True, True]
    assert Inspection._would_ask_before(without, "config-file")


def test_the_shared_files(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = [files()]
    environ.setenv("AWS_CONFIG_FILE", "~/config")
    found.append(files())
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", "")
    found.append(files())
    assert found == [
        [f"{tmp_path}/.aws/credentials", f"{tmp_path}/.aws/config"],
        [f"{tmp_path}/.aws/credentials", f"{tmp_path}/config"],
        [f"{tmp_path}/config"],
    ]


def test_a_key_that_lacks_a_part() -> None:
    for key_id, secret in (("", "s"), ("i", "")):
        with pytest.raises(Failure, match=r"^the access key is empty$"):
            Inspection.require_valid(Credentials(key_id, secret))
    Inspection.require_valid(Credentials("i", "s"))


KINDS = {
    "role_arn": "a role",
    "sso_session": "single sign-on",
    "sso_start_url": "single sign-on",
    "aws_access_key_id": "an access key",
    "login_session": "a login session",
    "credential_process": "credential_process",
}


def test_what_a_profile_has(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = [str(tmp_path / name) for name in ("credentials", "config")]
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", names[0])
    environ.setenv("AWS_CONFIG_FILE", names[1])
    both = " and ".join(names)

    def profile(*settings: str, exists: bool = True) -> Profile:
        return Profile("work", frozenset(settings), exists)

    for name in names:
        none = Place(both, "no such files", filled=False)
        assert places._shared_files(profile("role_arn")) == none
        Path(name).touch()
        assert places._shared_files(None) == Place(both, "not used", filled=False)
        Path(name).unlink()
    Path(names[0]).touch()
    absent = places._shared_files(profile(exists=False))
    assert absent == Place(both, "no profile work", filled=False)
    empty = places._shared_files(profile("region"))
    assert empty == Place(both, "profile work has no credentials", filled=False)
    found = {setting: places._shared_files(profile(setting, "region")) for setting in KINDS}
    assert found == {
        setting: Place(both, f"profile work has {kind}", filled=True)
        for setting, kind in KINDS.items()
    }
    # A role is assumed with the key beside it.
    whole = places._shared_files(profile(*KINDS))
    assert whole.state == "profile work has a role"


def test_the_places(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    inspection: Any = SimpleNamespace(profile=None)
    assert places._BOTO_FILES == ("~/.boto", "/etc/boto.cfg")  # as botocore looks for them
    environ.setattr(places, "_BOTO_FILES", ("~/.boto", str(tmp_path / "boto.cfg")))

    def states(*, offline: bool = False) -> list[str]:
        return [str(place) for place in places.places(inspection, offline=offline)[3:]]

    shared = f"{tmp_path}/.aws/credentials and {tmp_path}/.aws/config (no such files)"
    container = "the role of the container ({})"
    instance = "the role of the instance ({})"
    ends = [container.format("not set"), instance.format("gives no credentials")]
    assert states() == [shared, *ends]
    (tmp_path / "boto.cfg").touch()
    assert states() == [shared, f"the configuration of boto ({tmp_path}/boto.cfg)", *ends]
    (tmp_path / ".boto").touch()
    assert states() == [shared, "the configuration of boto (~/.boto)", *ends]
    assert states(offline=True)[-1] == instance.format("not asked with --offline")
    for name in ("RELATIVE", "FULL"):
        variable = f"AWS_CONTAINER_CREDENTIALS_{name}_URI"
        environ.setenv(variable, "")
        assert states()[-2] == container.format("set")
        environ.delenv(variable)
    for value, state in (("True", "disabled by AWS_EC2_METADATA_DISABLED"), ("false", "gives no ")):
        environ.setenv("AWS_EC2_METADATA_DISABLED", value)
        assert states()[-1].startswith(f"the role of the instance ({state}")
    assert [place.name for place in places.places(inspection, offline=False)[:3]] == [
        "AWS_CREDENTIAL_FILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
    ]


def test_what_was_passed_over() -> None:
    known = [NOT_SET, FILLED, UNASKED, Place("D", "set", filled=True)]
    assert [places.passed_over(known, used) for used in ("A x", "B", "C", "D", "E")] == [
        "; not used: B (set), D (set)",
        "; looked at before: A (not set); not used: D (set)",
        "; looked at before: A (not set), B (set); not used: D (set)",
        "; looked at before: A (not set), B (set), C (not asked with --offline)",
        "; looked at before: A (not set), B (set), C (not asked with --offline), D (set)",
    ]


def test_files_that_others_can_use(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    texts = {
        "keys": "AWSSecretKey=s\n",
        "credentials": "[default]\naws_secret_access_key=s\n",
        "config": "[default]\naws_secret_access_key=s\n",
        "client": "ClientProxyPassword=s\n",
    }
    names = {name: str(tmp_path / name) for name in texts}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", names["credentials"])
    environ.setenv("AWS_CONFIG_FILE", names["config"])
    environ.setenv("CLIENT_CONFIG_FILE", names["client"])
    configuration: Any = SimpleNamespace(
        connection=SimpleNamespace(credential_file=names["keys"]),
    )

    def exposed(mode: int) -> list[str]:
        for name in names:
            (tmp_path / name).chmod(mode)
        return places.exposed_files(configuration)

    assert exposed(0o600) == []
    for mode in (0o640, 0o604, 0o620, 0o602):
        assert exposed(mode) == list(names.values()), oct(mode)
    # Only those with a secret.
    for name in ("credentials", "config", "client"):
        (tmp_path / name).write_text("[default]\nregion=x\n")
    assert exposed(0o644) == [names["keys"]]
    configuration.connection.credential_file = None
    assert exposed(0o644) == []


# The installation.


def programs_in(folder: Path, *names: str, mode: int = 0o755) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch()
        (folder / name).chmod(mode)
    return folder


@pytest.fixture
def one_file(environ: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The one file, which runs."""
    file = programs_in(tmp_path / "dist", "iamcli.pyz") / "iamcli.pyz"
    for module in (home, programs):
        environ.setattr(module, "one_file", lambda: file)
    return file


def test_links_to_the_one_file(one_file: Path, environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    links = programs_in(tmp_path / "links")
    environ.setenv("PATH", str(links))
    none = (
        "warning",
        None,
        f"PATH has no links to {one_file}; run: {one_file} home DIR; then put DIR/bin in PATH",
    )
    assert shown(programs.check_path()) == none
    # The program iamcli is none of the commands.
    (links / "iamcli").symlink_to(one_file)
    assert shown(programs.check_path()) == none
    for number, name in enumerate(("iam-userdel", "iam-usercreate"), 1):
        (links / name).symlink_to(one_file)
        said = f"PATH has links to {one_file} for {number} of the 69 commands"
        assert shown(programs.check_path()) == ("ok", None, said)
    other = programs_in(tmp_path / "other", "iam-userdel")
    environ.setenv("PATH", f"{other}:{links}")
    assert shown(programs.check_path()) == (
        "warning",
        "shadowed",
        (
            f"{other}/iam-userdel would run instead of the commands in {one_file}; put links to "
            f"{one_file} before it in PATH, or remove it"
        ),
    )
    environ.setenv("PATH", f"{links}:{other}")
    assert programs.check_path().result == "ok"


def test_the_homes_of_scripts(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (second, first):
        home.lay_out(str(folder), programs._COMMANDS)
    other = programs_in(tmp_path / "other")

    def said(named: str | None, *path: Path | str) -> tuple[str, str | None, str] | None:
        environ.setenv("PATH", ":".join(map(str, path)))
        if named is not None:
            environ.setenv("AWS_IAM_HOME", named)
        return shown(programs.check_home())

    paths = (second / "bin", "", other, first / "bin", second / "bin")
    environ.chdir(first / "bin")
    for path in ((other,), (other, "")):
        assert said(None, *path) == ("skipped", None, "AWS_IAM_HOME is not set")
    environ.chdir(first)
    assert said(None, other, "") == ("skipped", None, "AWS_IAM_HOME is not set")
    both = f"{first} and {second}: ready for scripts"
    assert said(None, *paths) == ("ok", None, both)
    assert said("", *paths) == ("ok", None, both)
    assert said(str(second), *paths) == ("ok", None, f"{second} and {first}: ready for scripts")
    (first / "bin" / "iam-userdel").unlink()
    assert said(str(second), *paths) == (
        "warning",
        None,
        (
            f"{first}/bin/iam-userdel: missing or changed; run: iamcli home {first}; if it refuses "
            "a file, move the file and run it again"
        ),
    )
    assert said(str(second), second / "bin") == ("ok", None, f"{second}: ready for scripts")


def test_another_directory_as_a_home(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ.setenv("PATH", "/nonexistent")
    folders = {name: programs_in(tmp_path / name) for name in ("empty", "foreign", "toolkit")}
    for name in ("foreign", "toolkit"):
        programs_in(folders[name] / "bin", "iam-usercreate")
    programs_in(folders["toolkit"] / "lib", "iam.jar")
    (tmp_path / "file").touch()
    (tmp_path / "dangling").symlink_to("nowhere")
    expected = {
        "empty": "does not have the commands; run: ",
        "foreign": "does not have the commands; move it and run: ",
        "toolkit": "has the legacy toolkit; move it and run: ",
        "file": "is not a directory; move it and run: ",
        "dangling": "is not a directory; move it and run: ",
        "absent": "is not a directory; run: ",
    }
    for name, text in expected.items():
        folder = tmp_path / name
        environ.setenv("AWS_IAM_HOME", str(folder))
        said = f"AWS_IAM_HOME is {folder}, which {text}iamcli home {folder}"
        assert shown(programs.check_home()) == ("warning", None, said)
    # A copy of a home has no record, but its links run the commands.
    copy = programs_in(tmp_path / "copy" / "bin")
    (copy / "iam-usercreate").symlink_to(home.commands_folder() / "iam-usercreate")
    environ.setenv("AWS_IAM_HOME", str(copy.parent))
    assert shown(programs.check_home()) == ("ok", None, f"{copy.parent}: ready for scripts")


def test_where_the_legacy_toolkit_is(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where Amazon Linux had it, or in PATH behind the commands."""
    own = home.commands_folder()
    toolkits = [tmp_path / name for name in ("old", "other")]
    environ.setattr(programs, "_OLD_FOLDER", toolkits[0])
    environ.setenv("PATH", f"{own}:{toolkits[1]}/bin")
    for toolkit in toolkits:
        fine = ("ok", None, f"the commands in {own} are the first of their names in PATH")
        assert shown(programs.check_path()) == fine
        programs_in(toolkit / "bin", "iam-usercreate")
        assert shown(programs.check_path()) == fine
        jar = programs_in(toolkit / "lib", "iam.jar") / "iam.jar"
        assert shown(programs.check_path()) == (
            "warning",
            None,
            (
                f"{toolkit} still has the legacy toolkit, which scripts that name it run; move it "
                f"and run: iamcli home {toolkit}"
            ),
        )
        jar.unlink()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_an_empty_variable_names_no_directory_of_completion(
    shell: str, environ: pytest.MonkeyPatch
) -> None:
    def found() -> list[Path]:
        return list(installed._candidates(shell, "folder", "name"))

    names = ("XDG_DATA_HOME", "XDG_DATA_DIRS", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR")
    for name in names:
        environ.delenv(name, raising=False)
    unset = found()
    for name in names:
        environ.setenv(name, "")
    assert found() == unset
    assert Path("/usr/share/folder/name") in unset


def test_which_shell_completes(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ.setattr(os, "getppid", lambda: 4711)
    own = "4711"
    environ.setenv("PATH", "/nonexistent")
    environ.setenv("XDG_DATA_DIRS", str(tmp_path / "data"))

    def said(shell: str, names: str = "", program: str = "") -> tuple[str, str]:
        environ.setenv("IAMCLI_COMPLETION", shell)
        environ.setenv("IAMCLI_COMPLETE", names)
        environ.setenv("SHELL", program)
        found = installed.check_completion()
        return (found.result, found.found)

    none = ("skipped", "SHELL is not set; bash, zsh and fish have it")
    assert {shell: said(f"{shell} {own}") for shell in ("bash", "zsh", "fish", "ksh")} == {
        **{shell: ("ok", f"this {shell} completes options") for shell in ("bash", "zsh", "fish")},
        "ksh": none,
    }
    names = ("ok", "this bash completes options and names")
    assert [said(f"bash {own}", value) for value in ("1", "0")] == [
        names,
        ("ok", "this bash completes options"),
    ]
    assert [said(value) for value in ("bash 1", "bash", own)] == [none] * 3
    assert said("", "", "/bin/ksh")[1] == "SHELL is ksh; bash, zsh and fish have it"
    # The directories that a shell loads by itself, the one of the user first.
    places = {
        "fish": (".config/fish/completions", "data/fish/vendor_completions.d"),
        "bash": (".local/share/bash-completion/completions", "data/bash-completion/completions"),
        "zsh": (".local/share/zsh/site-functions", "data/zsh/site-functions"),
    }
    files = {"fish": "iam-usercreate.fish", "bash": "iam-usercreate", "zsh": "_iamcli"}
    for shell, folders in places.items():
        for folder in folders:
            assert said("", "", f"/bin/{shell}")[0] == "skipped", shell
            file = tmp_path / folder / files[shell]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
            assert said("", "", f"/bin/{shell}") == ("ok", f"{shell} finds {file}")
            file.unlink()


def test_extras_that_are_missing(environ: pytest.MonkeyPatch) -> None:
    environ.setattr(installed.extras, "advice", lambda *names: f"run: install {' '.join(names)}")
    found = []
    for missing in ([], ["qr"], ["sandbox", "check"]):
        environ.setattr(installed.extras, "missing", lambda missing=missing: missing)
        found.append(shown(installed.check_extras()))
    assert found == [
        ("ok", None, "sandbox, qr and check are installed"),
        ("warning", "extra-missing", "not installed: qr; if you need it, run: install qr"),
        (
            "warning",
            "extra-missing",
            "not installed: sandbox and check; if you need them, run: install sandbox check",
        ),
    ]


@pytest.mark.parametrize(
    ("missing", "what"),
    [
        (["click"], "click"),
        (["botocore"], "botocore"),
        (["click", "botocore"], "click and botocore"),
    ],
)
def test_a_checkout_without_its_packages(
    missing: list[str],
    what: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(checkout, "_is_installed", lambda package: package not in missing)
    assert checkout.main("/src", "iam-userdel") == 1
    said = f"{what} not installed for {sys.executable}; run make demo in /src, or pip install"
    assert capsys.readouterr() == ("", f"iam-userdel: {said} {' '.join(missing)}\n")


def test_a_checkout_without_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert checkout.main("/src", "iam-forgotten") == 1
    said = "iam-forgotten: no such command in /src/setup.cfg; run iamcli list\n"
    assert capsys.readouterr() == ("", said)
    found = [checkout._is_installed(name) for name in ("click", "botocore", "no_such_package")]
    assert found == [True, True, False]


@pytest.mark.parametrize("shell", completions.FILES)
def test_where_the_lines_for_a_shell_find_its_file(
    shell: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    prefixes = [tmp_path / name for name in ("it's one", "two", "checkout")]
    folders = [prefix / completions.FILES[shell][0] for prefix in prefixes]
    commands = [prefix / "bin" for prefix in prefixes[:2]]
    monkeypatch.setattr(completions, "commands_folders", lambda: iter(commands))
    place = prefixes[2] / "iamcli" / "installation" / "completions.py"
    monkeypatch.setattr(completions, "__file__", str(place))
    with pytest.raises(Failure) as raised:
        completions.script(shell)
    said = f"the completion files are not in {folders[0]}; install iamcli again"
    assert str(raised.value) == said
    quote = completions.fish_quoted if shell == "fish" else shlex.quote
    for folder in reversed(folders):
        programs_in(folder, completions.FILES[shell][1])
        script = completions.script(shell)
        found = [other for other in folders if quote(str(other)) in script]
        assert found == [folder]
        assert f'IAMCLI_COMPLETION{" " if shell == "fish" else "="}"{shell} $' in script


def test_versions_that_are_compared() -> None:
    rows = {"1.37.9": (1, 37, 9), "8.2": (8, 2), "1.2.3.4": (1, 2, 3), "1.2rc1": (1,)}
    assert {number: installed._numbers(number) for number in rows} == rows
    assert installed._numbers("unknown") > (9999, 0, 0)


# What is asked, and what is not.


def inspected(**attributes: Any) -> Any:
    """An inspection of which only these attributes are used."""
    session = attributes.pop("session", None)
    settings = SimpleNamespace(session=session, get=attributes.pop("get", None))
    return SimpleNamespace(
        **{"_connection": None, "_settings": settings, "_offline": False, **attributes}
    )


CLOCK_ERROR = ClientError({"Error": {"Code": "X", "Message": "the text"}}, "AssumeRole")
EXPIRED_TEXT = "Credentials were refreshed, but the refreshed credentials are still expired."


@pytest.mark.parametrize(
    ("cause", "text", "found"),
    [
        *(
            (getattr(exceptions, name)(error_msg="x", provider="x"), "it is old. Sign in.", login)
            for name, login in (
                ("UnauthorizedSSOTokenError", "aws sso login"),
                ("SSOTokenLoadError", "aws sso login"),
                ("TokenRetrievalError", "aws sso login"),
            )
        ),
        *(
            (type(name, (Exception,), {})(), "it is old. Sign in.", "aws login")
            for name in ("LoginRefreshRequired", "LoginTokenLoadError")
        ),
        (RuntimeError(EXPIRED_TEXT), "it is old.", ""),
        (CLOCK_ERROR, "no.", {"code": "X", "text": "the text"}),
        (ClientError({}, "AssumeRole"), "no.", {"code": "", "text": ""}),
        (
            ConnectTimeoutError(endpoint_url=STS.url),
            "no.",
            {"problem": probe.UNREACHABLE, "url": STS.url},
        ),
        (ProxyConnectionError(proxy_url="x", error=REFUSED), "no.", {"problem": probe.PROXY}),
        (HTTPClientError(error=REFUSED), "no.", {"problem": probe.INVALID}),
        (of_tls(without_tls("HTTP_REQUEST")), "no.", {"problem": probe.NO_TLS, "url": "x"}),
        (ValueError("x"), "no; a. b", {"said": "no; a. b"}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_why_credentials_are_not_obtained(
    cause: Exception, text: str, found: str | dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    methods = {"sso": "aws sso login", "login": "aws login", "": ""}
    monkeypatch.setattr(inspection, "login", lambda session, method: session + methods[method])

    def fail(*_: object, **__: object) -> None:
        failure = Failure(text)
        failure.__context__ = cause
        raise failure

    for name in ("find_keys", "frozen"):
        monkeypatch.setattr(inspection, name, fail)
    client = inspected(session="", _connection=SimpleNamespace(keys=None))
    client._explained = partial(Inspection._explained, client)
    for get in (Inspection.keys, partial(Inspection.key, keys=None)):
        with pytest.raises((Expired, Unobtainable)) as raised:
            get(client)
        failure = raised.value
        if isinstance(found, str):
            assert (str(failure), type(failure), vars(failure)) == (
                "it is old",
                Expired,
                {"login": found},
            )
        else:
            expected = {"said": "no", "problem": "", "url": "", "code": "", "text": "", **found}
            assert isinstance(failure, Unobtainable)
            assert {
                "said": str(failure),
                **{name: getattr(failure, name) for name in ("problem", "url", "code", "text")},
            } == expected


ASKED = ("assume-role", "assume-role-with-web-identity", "login", "sso")
RUN_OR_ASKED = (*ASKED, "custom-process", "container-role", "iam-role")


@pytest.mark.parametrize("before", [False, True])
def test_which_credentials_are_used(before: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """Offline, no method that asks is used, and no key that comes after one."""
    without = []
    keys: list[Any] = []

    def find(settings: Any, **more: Any) -> Any:
        without.append(tuple(more["without"]))
        return keys[0]

    monkeypatch.setattr(inspection, "find_keys", find)

    def used(*, offline: bool, own: Any = None) -> Any:
        client = inspected(_connection=SimpleNamespace(keys=own), _offline=offline)
        client._would_ask_before = lambda method: before and method == "config-file"
        return Inspection.keys(client)

    chain = SimpleNamespace(method="config-file")
    for found in (chain, None):
        keys[:] = [found]
        assert used(offline=False) is found
        assert used(offline=True) is (None if before else found)
    assert without == [(), RUN_OR_ASKED] * 2
    keys[:] = [SimpleNamespace(method="env")]
    assert used(offline=True) is keys[0]
    without.clear()
    assert [used(offline=offline, own=KEY) for offline in (False, True)] == [KEY, KEY]
    assert without == []


@pytest.mark.parametrize("failure", [None, Failure("no"), ValueError("no")])
def test_no_metadata_is_asked_for_offline(
    failure: Exception | None, environ: pytest.MonkeyPatch
) -> None:
    """Only until the configuration is read."""
    seen = []

    def read(_: object) -> Any:
        seen.append(os.environ.get("AWS_EC2_METADATA_DISABLED"))
        if failure:
            raise failure
        return SimpleNamespace(session=None)

    environ.setattr(inspection.Settings, "for_connection", read)
    environ.setattr(inspection, "refuse_outside", lambda _: None)
    environ.setattr(inspection, "confine", lambda *_: None)
    connection: Any = SimpleNamespace(keys=None)
    for before in (None, "false", ""):
        if before is not None:
            environ.setenv("AWS_EC2_METADATA_DISABLED", before)
        for offline in (False, True):
            if failure:
                kind = Unreadable if isinstance(failure, ValueError) else Failure
                with pytest.raises(kind, match=r"^no$"):
                    Inspection(connection, offline=offline)
            else:
                Inspection(connection, offline=offline)
            assert seen.pop() == ("true" if offline else before)
            assert os.environ.get("AWS_EC2_METADATA_DISABLED") == before


def test_credentials_that_are_renewed() -> None:
    now = datetime.now(timezone.utc)
    renewed = RefreshableCredentials("i", "s", "t", now, dict, "iam-role")
    found = [(Inspection.is_static(keys), Inspection.expiry(keys)) for keys in (renewed, KEY)]
    assert found == [(False, now), (True, None)]


def test_the_profile() -> None:
    config = {"profiles": {"work": {"region": "x", "role_arn": "y"}, "default": {}}}
    found = [
        Inspection.profile.__get__(
            inspected(session=SimpleNamespace(profile=name, full_config=full))
        )
        for name, full in (("work", config), (None, config), ("absent", config), ("work", {}))
    ]
    assert found == [
        Profile("work", frozenset({"region", "role_arn"}), exists=True),
        Profile("default", frozenset(), exists=True),
        Profile("absent", frozenset(), exists=False),
        Profile("work", frozenset(), exists=False),
    ]
    assert Inspection.profile.__get__(inspected()) is None


def test_the_region_and_the_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    regions = [inspected(get={"region": value}.get) for value in ("x", "", None)]
    assert [Inspection.region.__get__(each) for each in regions] == ["x", "", ""]
    found = []
    for bundle in (("file", "AWS_CA_BUNDLE"), ("", "")):
        monkeypatch.setattr(inspection, "ca_bundle", lambda _, bundle=bundle: bundle)
        found.append(Inspection.ca_bundle(inspected()))
    assert found == [("file", "AWS_CA_BUNDLE"), (certifi.where(), "the installation")]


def test_the_proxy_of_credentials(environ: pytest.MonkeyPatch) -> None:
    """A proxy that only the requests for credentials would use must be one, too."""
    environ.setattr(inspection, "proxy", lambda *_: ("p", "x"))
    environ.setenv("https_proxy", "http://[")
    for method in ASKED:
        with pytest.raises(Failure, match="https_proxy"):
            Inspection.proxy(inspected(), OWN.url, SimpleNamespace(method=method))
    for keys in (KEY, None, SimpleNamespace(method="env")):
        assert Inspection.proxy(inspected(), OWN.url, keys) == ("p", "x")


def test_how_a_service_is_asked(environ: pytest.MonkeyPatch) -> None:
    environ.setattr(inspection, "transport", lambda *arguments: (arguments[2], None))
    environ.setattr(probe, "ask", lambda *arguments: arguments)
    question: Any = object()
    for value, seconds in (("3", 3.0), ("", 10.0), ("3600", 10.0)):
        environ.setenv("IAMCLI_TIMEOUT", value)
        found: Any = Inspection.ask(inspected(), question, OWN, KEY)
        assert found == (question, OWN, KEY, OWN.url, seconds)

    def fail(*_: object) -> None:
        raise Failure("no proxy; correct it")

    environ.setattr(inspection, "transport", fail)
    found = Inspection.ask(inspected(), question, OWN, KEY)
    assert found == probe.Outcome(probe.PROXY, "no proxy; correct it")


@pytest.mark.parametrize("name", ["metadata_service_timeout", "metadata_service_num_attempts"])
def test_a_setting_of_the_chain_that_is_no_number(
    name: str, environ: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    environ.setenv("AWS_CONFIG_FILE", str(config))
    environ.setenv("AWS_EC2_METADATA_DISABLED", "true")
    variable = f"AWS_{name.upper()}"
    connection: Any = SimpleNamespace(keys=None, credential_file=None)
    for text, value, said in (
        ("abc", None, "abc"),
        ("", None, ""),
        ("5", "1.5", "1.5"),
        ("abc", "", ""),
        ("\n a = b", None, "{'a': 'b'}"),
        (" 5 ", None, None),
        ("abc", "5", None),
    ):
        config.write_text(f"[default]\n{name} = {text}\n")
        environ.delenv(variable, raising=False)
        if value is not None:
            environ.setenv(variable, value)
        settings = inspection.Settings.for_connection(connection)
        if said is None:
            assert find_keys(settings) is None
            continue
        with pytest.raises(InvalidNumber) as raised:
            find_keys(settings)
        assert str(raised.value) == f"invalid AWS setting {name}: {said}; use a whole number"
    config.write_text(f"[default]\n{name} = 1.5\n")
    environ.delenv(variable)
    for offline in (False, True):
        found = credentials.examine(Configuration(offline=offline), offline=offline).finding
        said = f"invalid AWS setting {name}: 1.5; use a whole number"
        assert shown(found) == ("wrong", None, said)


# Programs.


@pytest.fixture
def own(environ: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The directory of the commands."""
    folder = programs_in(tmp_path / "it's own", "iamcli", *programs._COMMANDS)
    environ.setattr(programs, "one_file", lambda: None)
    environ.setattr(programs, "commands_folder", lambda: folder)
    environ.setattr(programs, "own_places", lambda: frozenset([str(folder)]))
    environ.setattr(programs, "_OLD_FOLDER", tmp_path / "absent")
    return folder


def test_which_programs_are_on_path(own: Path, environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    links = programs_in(tmp_path / "links")
    for name in ("iamcli", *programs._COMMANDS[:-2]):
        (links / name).symlink_to(own / name)
    others = {
        "one": programs_in(tmp_path / "one", "iam-userdel"),
        "iamcli": programs_in(tmp_path / "iamcli", "iamcli"),
        "two": programs_in(tmp_path / "two", "iam-userdel", "iam-usercreate"),
        "three": programs_in(tmp_path / "three", "iam-userdel", "iam-usercreate", "iam-usermod"),
    }
    # None of these can be run.
    unusable = programs_in(tmp_path / "unusable", "iam-userdel", mode=0o644)
    (unusable / "iam-usercreate").mkdir()
    (unusable / "iam-usermod").symlink_to("absent")

    def said(*folders: Path | str) -> Any:
        environ.setenv("PATH", ":".join(map(str, folders)))
        return shown(programs.check_path())

    export = f'run: export PATH={quoting.quoted(str(own))}:"$PATH"'
    fine = ("ok", None, f"the commands in {own} are the first of their names in PATH")
    shadowed = f"would run instead of the commands in {own}; put {own} before it in PATH, or remove"
    assert {
        "fine": said(own),
        "after others": said(own, *others.values()),
        "after what cannot run": said(unusable, "", tmp_path / "absent", own),
        "by links": said(links, own),
        "nowhere": said(unusable),
        "some": said(links),
        **{name: said(folder, own) for name, folder in others.items()},
    } == {
        **dict.fromkeys(("fine", "after others", "after what cannot run", "by links"), fine),
        "nowhere": ("warning", None, f"{own} is not in PATH; {export}"),
        "some": (
            "warning",
            None,
            (
                f"PATH does not have {programs._COMMANDS[-2]} and 1 other of the commands in {own};"
                f" {export}"
            ),
        ),
        **{
            name: ("warning", "shadowed", f"{tmp_path}/{name}/{first} {shadowed} it")
            for name, first in (
                ("one", "iam-userdel"),
                ("iamcli", "iamcli"),
                ("two", "iam-usercreate and 1 other"),
                ("three", "iam-usercreate and 2 others"),
            )
        },
    }
    # What is missing is said after what is wrong.
    assert said(others["one"])[1] == "shadowed"
    (links / programs._COMMANDS[-2]).symlink_to(own / programs._COMMANDS[-2])
    missing = f"PATH does not have {programs._COMMANDS[-1]} of the commands in {own}; {export}"
    assert said(links) == ("warning", None, missing)

    def fail() -> None:
        raise Failure("the commands are missing; install them")

    environ.setattr(programs, "commands_folder", fail)
    lost = ("warning", None, "the commands are missing; install them")
    assert said(others["one"]) == lost


def test_a_toolkit_that_runs_the_commands(
    own: Path, environ: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A home that was made over the legacy toolkit still has its jars."""
    toolkit = programs_in(tmp_path / "toolkit" / "lib", "iam.jar").parent
    (toolkit / "bin").mkdir()
    program = toolkit / "bin" / "iam-usercreate"
    environ.setenv("PATH", f"{own}:{toolkit}/bin")
    found = []
    for content in (None, own / "iam-usercreate", ""):
        program.unlink(missing_ok=True)
        if isinstance(content, Path):
            program.symlink_to(content)
        elif content is not None:
            program.write_text(content)
        found.append(programs.check_path().result)
    assert found == ["ok", "ok", "warning"]


def test_a_home_that_cannot_be_searched(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home.lay_out(str(tmp_path / "home"), programs._COMMANDS)

    def fail(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/root/x")

    environ.setattr(programs, "problem", fail)
    environ.setenv("AWS_IAM_HOME", f"{tmp_path}/home")
    environ.setenv("PATH", "/nonexistent")
    assert shown(programs.check_home()) == (
        "warning",
        None,
        (
            f"/root/x: Permission denied; run: iamcli home {tmp_path}/home; if it refuses a file, "
            "move the file and run it again"
        ),
    )


# The manual, completion and versions.


def test_whether_man_finds_the_pages(
    environ: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    man = programs_in(tmp_path / "bin", "man") / "man"
    page = programs_in(tmp_path / "found", "page") / "page"
    prefixes = [tmp_path / name for name in ("first", "second")]
    environ.setenv("PATH", str(man.parent))
    environ.setattr(installed, "commands_folders", lambda: (each / "bin" for each in prefixes))
    environ.setattr(installed, "_TIMEOUT", 0.2)
    asked = f'[ "$*" = "-w iam-usercreate" ] || exit; echo why >&2; echo {page}'

    def said(script: str) -> Any:
        man.write_text(script)
        return shown(installed.check_man())

    assert said(f"#!/bin/sh\n{asked}\necho other") == ("ok", None, str(page))
    not_found = "man does not find the page of iam-usercreate; "
    again = ("warning", None, f"{not_found}install iamcli again, or use iam-usercreate -h")
    for script in (f"{asked}\nexit 1", f"echo {tmp_path}/absent", f"echo {tmp_path}", "exit 1", ""):
        assert said(f"#!/bin/sh\n{script}") == again
    for prefix in reversed(prefixes):
        programs_in(prefix / "share" / "man" / "man1", "iam-usercreate.1")
        add = f"{not_found}add {prefix}/share/man to MANPATH"
        assert said("#!/bin/sh\nexit 1") == ("warning", None, add)
    environ.setattr(installed.extras, "is_one_file", lambda: True)
    use = f"{not_found}use iamcli help iam-usercreate"
    assert said("#!/bin/sh\n") == ("warning", None, use)
    assert said("#!/nonexistent\n") == (
        "warning",
        None,
        f"{man} fails: FileNotFoundError; repair man",
    )
    slow = f"{man} fails: TimeoutExpired; repair man"
    assert said("#!/bin/sh\nexec /bin/sleep 9") == ("warning", None, slow)
    man.chmod(0o644)
    absent = "man is not installed; install it, or use iam-usercreate -h"
    assert shown(installed.check_man()) == ("warning", None, absent)
    assert capfd.readouterr() == ("", "")


def test_where_a_shell_finds_completions(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ.setenv("PATH", "/p/bin::/q/bin")
    for name in ("XDG_DATA_DIRS", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR"):
        environ.delenv(name, raising=False)

    def found() -> dict[str, list[str]]:
        return {
            shell: [str(path) for path in installed._candidates(shell, *place)]
            for shell, place in installed._COMPLETIONS.items()
        }

    own, bash = f"{tmp_path}/.local/share", "bash-completion/completions/iam-usercreate"
    zsh, vendor = "zsh/site-functions/_iamcli", "fish/vendor_completions.d/iam-usercreate.fish"
    usual = {
        "bash": [
            f"{place}/{bash}"
            for place in (own, "/usr/local/share", "/usr/share", "/p/share", "/q/share")
        ],
        "fish": [
            *(f"{place}/{vendor}" for place in (own, "/usr/local/share", "/usr/share")),
            f"{tmp_path}/.config/fish/completions/iam-usercreate.fish",
        ],
        "zsh": [
            *(f"{place}/{zsh}" for place in (own, "/usr/local/share", "/usr/share")),
            "/usr/share/zsh/vendor-completions/_iamcli",
        ],
    }
    assert found() == usual
    names = ("XDG_DATA_HOME", "XDG_DATA_DIRS", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR")
    for name in names:
        environ.setenv(name, "")
    assert found() == usual
    for name, value in zip(names, ("/data", "/d:/e", "/config", "/own"), strict=True):
        environ.setenv(name, value)
    assert found() == {
        "bash": [
            "/own/completions/iam-usercreate",
            *(f"{place}/{bash}" for place in ("/data", "/d", "/e", "/p/share", "/q/share")),
        ],
        "fish": [
            *(f"{place}/{vendor}" for place in ("/data", "/d", "/e")),
            "/config/fish/completions/iam-usercreate.fish",
        ],
        "zsh": [
            *(f"{place}/{zsh}" for place in ("/data", "/d", "/e")),
            "/usr/share/zsh/vendor-completions/_iamcli",
        ],
    }


def test_what_to_do_for_completion(environ: pytest.MonkeyPatch) -> None:
    environ.setattr(installed, "_candidates", lambda *_: iter(()))
    lines = {
        "bash": '~/.bashrc, add: export IAMCLI_COMPLETE=1; eval "$(iamcli completion bash)"',
        "fish": (
            "~/.config/fish/config.fish, add: set -gx IAMCLI_COMPLETE 1; iamcli completion fish | "
            "source"
        ),
        "zsh": '~/.zshrc, add: export IAMCLI_COMPLETE=1; eval "$(iamcli completion zsh)"',
    }
    why = {
        "bash": "iam-usercreate is in no directory that bash loads by itself",
        "fish": "iam-usercreate.fish is in no directory that fish loads by itself",
        "zsh": "only zsh itself knows where it looks",
    }
    found = {}
    for shell in lines:
        environ.setenv("SHELL", f"/bin/{shell}")
        found[shell] = shown(installed.check_completion())
    assert found == {
        shell: ("skipped", None, f"{why[shell]}; in {line}") for shell, line in lines.items()
    }


@pytest.mark.parametrize(
    ("versions", "advice"),
    [
        ({"botocore": "1.37.9", "click": "8.1.8"}, None),
        ({"botocore": "1.37.10", "click": "8.10.0"}, None),
        ({"botocore": "2.0", "click": "10"}, None),
        ({"botocore": "unknown", "click": "unknown"}, None),
        ({"botocore": "1.37.8", "click": "8.1.8"}, "'botocore>=1.37.9'"),
        ({"botocore": "1.37.9", "click": "8.1.7"}, "'click>=8.1.8'"),
        ({"botocore": "1.4.100", "click": "8.0"}, "'botocore>=1.37.9' 'click>=8.1.8'"),
    ],
)
def test_the_versions(
    versions: dict[str, str], advice: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(package: str) -> str:
        if versions[package] == "unknown":
            raise PackageNotFoundError
        return versions[package]

    monkeypatch.setattr(installed, "version", version)
    python = "{}.{}.{}".format(*sys.version_info)
    has = ", ".join(f"{package} {number}" for package, number in versions.items())
    said = f"iamcli {__version__}, Python {python}, {has}"
    result = "ok"
    if advice:
        old = ", ".join(re.findall("[a-z]+", advice))
        result, said = "warning", f"{said}; too old: {old}; pip install {advice}"
    assert shown(installed.check_versions()) == (result, None, said)


# The whole.


@pytest.mark.parametrize(
    ("keys", "more", "finding"),
    [
        (Credentials(KEY_ID, "s"), {}, ("ok", None, "access key AKIA...MPLE from AWS_X")),
        (
            Credentials(KEY_ID, "s", "t"),
            {},
            ("ok", None, "temporary access key AKIA...MPLE from AWS_X"),
        ),
        *(
            (
                Credentials(*values),
                {},
                (
                    "wrong",
                    "brackets",
                    (
                        "AWS_X has the placeholder in angle brackets instead of an access key; "
                        "fill in your access key"
                    ),
                ),
            )
            for values in (("<id>", "s"), ("i", "<s>"))
        ),
        *(
            (
                Credentials(*values),
                {},
                ("wrong", None, "AWS_X: the access key is empty; correct the access key there"),
            )
            for values in (("", "s"), ("i", ""))
        ),
        (
            Credentials(KEY_ID, "s"),
            {"expiry": datetime(2030, 1, 1)},  # noqa: DTZ001 - without a time zone
            (
                "wrong",
                None,
                (
                    "AWS_X: the time at which the credentials expire has no time zone: 2030-01-01 "
                    '00:00:00; add it to the time, such as "Z" for UTC'
                ),
            ),
        ),
        (
            Credentials(KEY_ID, "s"),
            {
                "known": [
                    Place("C", "not set", filled=False),
                    *(Place(name, "set", filled=True) for name in ("AWS_X", "B")),
                ]
            },
            (
                "ok",
                None,
                (
                    "access key AKIA...MPLE from AWS_X; looked at before: C (not set); not used: "
                    "B (set)"
                ),
            ),
        ),
        (
            Credentials(KEY_ID, "s"),
            {"exposed": ["a b", "c"]},
            (
                "warning",
                "readable-by-others",
                (
                    "access key AKIA...MPLE from AWS_X; a b and c can be used by other users; "
                    "run: chmod 600 'a b' c"
                ),
            ),
        ),
        (
            Credentials(KEY_ID, "s"),
            {"file": "keys"},
            ("ok", None, "access key AKIA...MPLE from AWS_CREDENTIAL_FILE keys"),
        ),
        (
            Credentials(KEY_ID, "s"),
            {"place": "profile work"},
            ("ok", None, "access key AKIA...MPLE from profile work in a and b"),
        ),
    ],
)
def test_an_access_key_that_is_used(
    keys: Credentials,
    more: dict[str, Any],
    finding: tuple[str, str | None, str],
    environ: pytest.MonkeyPatch,
) -> None:
    environ.setenv("AWS_SHARED_CREDENTIALS_FILE", "a")
    environ.setenv("AWS_CONFIG_FILE", "b")
    environ.setattr(credentials, "exposed_files", lambda _: more.get("exposed", []))
    origin = ORIGIN._replace(place=more.get("place", "AWS_X"))
    client: Any = SimpleNamespace(
        expiry=lambda _: more.get("expiry"),
        is_static=Inspection.is_static,
        require_valid=Inspection.require_valid,
        origin=lambda _: origin,
    )
    connection = SimpleNamespace(credential_file=more.get("file"))
    configuration: Any = SimpleNamespace(connection=connection)
    found = credentials._used(configuration, client, keys, more.get("known", ()))
    assert shown(found) == finding


def test_which_requests_are_sent() -> None:
    """STS is asked first, if there is one, and IAM always; what IAM does not accept goes before."""
    asked: list[tuple[str, Destination]] = []

    def found(sts: Any, iam: probe.Outcome = outcome()) -> dict[str, Any]:  # noqa: B008
        def target(_: Destination) -> Any:
            if isinstance(sts, Failure):
                raise sts
            return sts and STS

        def ask(question: probe.Question, where: Destination, key: Any) -> probe.Outcome:
            assert key is KEY
            asked.append((question.operation, where))
            return sts if where is STS else iam

        client: Any = SimpleNamespace(sts=target, ask=ask)
        checks = network.examine(client, OWN, ORIGIN, KEY)
        return {name: (finding.result, finding.found) for name, finding in checks.items()}

    way = {
        "endpoint": ("ok", f"{OWN.url} from AWS_IAM_URL; it answers"),
        "tls": ("skipped", "the endpoint is http, on this machine"),
        "clock": ("skipped", "the response has no date"),
    }
    of_sts = f"{ARN} in account 123456789012, by STS at {STS.url}"
    assert found(KNOWN) == {"identity": ("ok", of_sts), **way}
    assert asked == [("GetCallerIdentity", STS), ("GetUser", OWN)]
    asked.clear()
    private = "the endpoint is private, and no endpoint of STS is configured"
    assert found(None) == {"identity": ("skipped", private), **way}
    assert found(Failure("it is bad")) == {"identity": ("warning", "it is bad"), **way}
    assert asked == [("GetUser", OWN)] * 2
    refused_by_sts = found(outcome("InvalidClientTokenId"), outcome("AccessDenied"))
    assert refused_by_sts["identity"][0] == "warning"
    assert list(refused_by_sts) == ["identity", "endpoint", "tls", "clock"]
    lost = found(KNOWN, probe.Outcome(probe.LOST, "it fails"))
    assert lost == {
        "identity": ("ok", of_sts),
        "endpoint": ("wrong", f"{OWN.url}: it fails"),
        **dict.fromkeys(("tls", "clock"), ("skipped", "not checked until endpoint is right")),
    }


def test_checks_that_a_carriage_return_makes_fail(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("AWS_REGION", "x\r")
    environ.setenv("https_proxy", "x\r")
    environ.setenv("HTTP_PROXY", "y\r")
    bad, good = findings.wrong("it is bad", ""), findings.ok("it is good")
    for region, proxy in ((bad, bad), (good, bad), (bad, good), (good, good)):
        checks = {"credentials": bad, "region": region, "proxy": proxy}
        stopping = examination._skip_damaged(checks)
        expected = {
            "credentials": "it is bad",
            "region": "not checked until AWS_REGION is right" if region is bad else "it is good",
            "proxy": (
                "not checked until https_proxy and HTTP_PROXY is right"
                if proxy is bad
                else "it is good"
            ),
        }
        assert {name: check.found for name, check in checks.items()} == expected
        assert stopping == (bad in (region, proxy))


def test_the_forms_of_the_report() -> None:
    checks = {
        "identity": findings.Finding("ok", None, "a\x1b", "", "123456789012"),
        "ca": findings.warning("b", "c\n", "cause"),
    }
    lines = [
        "identity  ok       a\\x1b",
        "ca        warning  b; c\\x0a",
    ]
    assert [line.rstrip() for line in report.text(checks)] == lines
    told = json.loads("\n".join(report.as_json(checks)))
    names = ("check", "result", "cause", "found", "advice")
    assert told == {
        "ok": True,
        "checks": [
            dict(zip(names, row, strict=True))
            for row in (
                ("identity", "ok", None, "a\\x1b", ""),
                ("ca", "warning", "cause", "b", "c\\x0a"),
            )
        ],
        "account": "123456789012",
    }
    checks["tls"] = findings.wrong("x", "y")
    assert [*report.text(checks)][2] == "tls       wrong    x; y"
    assert json.loads("\n".join(report.as_json(checks)))["ok"] is False


def test_no_finding_has_a_part_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of one that a request has got; what a service says may contain it."""
    parts = ("AKIAI44QH8DHBEXAMPLE", "secret-of-the-key", "token-of-the-session")
    client = SimpleNamespace(origin=lambda _: ORIGIN)
    configuration: Any = SimpleNamespace(inspection=client, target=OWN)
    told = {"identity": findings.ok(" ".join(parts))}
    monkeypatch.setattr(network, "examine", lambda *_: told)
    for token in (parts[2], None):
        key = SimpleNamespace(access_key=parts[0], secret_key=parts[1], token=token)
        monkeypatch.setattr(credentials, "obtain", lambda *_, key=key: (key, None))
        secrets = Secrets()
        found = examination._ask(configuration, KEY, secrets)
        assert found == told
        redacted = examination._redacted(found["identity"], secrets)
        assert redacted.found == " ".join(["***", "***", "***" if token else parts[2]])
        advised = findings.warning("", f"use {parts[1]}")
        assert examination._redacted(advised, secrets).advice == "use ***"
    refusal = findings.wrong("it is old", "renew it")
    monkeypatch.setattr(credentials, "obtain", lambda *_: (None, refusal))
    found = examination._ask(configuration, KEY, Secrets())
    unasked = findings.skipped("not checked until credentials is right")
    assert found == {"credentials": refusal, "identity": unasked, "tls": unasked, "clock": unasked}


def test_what_is_known_of_the_way(environ: pytest.MonkeyPatch) -> None:
    def configured(**attributes: Any) -> Configuration:
        configuration = object.__new__(Configuration)
        known = {"failures": {}, "inspection": None, "target": None, "_keys": None, **attributes}
        vars(configuration).update(known)
        return configuration

    def found(**attributes: Any) -> list[Any]:
        it = configured(**attributes)
        checks = (it.check_endpoint, it.check_partition, it.check_region, it.check_proxy)
        return [shown(check()) for check in checks]

    unread = ("skipped", None, "not known until the configuration can be read")
    region = ("skipped", None, "not known until region is right")
    bad = ("wrong", None, "it is bad; correct it")
    assert found() == [unread] * 4
    proxies = {
        "": ("ok", None, "none is set"),
        "p": ("ok", None, "p from HTTP"),
        "q\r": ("wrong", None, "HTTP contains a carriage return; correct HTTP"),
    }
    for address, proxy in proxies.items():
        client = SimpleNamespace(region="x", proxy=lambda *_, address=address: (address, "HTTP"))
        assert found(inspection=client, target=OWN) == [
            ("ok", None, f"{OWN.url} from AWS_IAM_URL"),
            ("ok", None, "aws, because requests are signed for us-east-1"),
            ("ok", None, "x from the profile"),
            proxy,
        ]

    def fail(*_: object) -> None:
        raise FAILED

    assert found(inspection=SimpleNamespace(region="x", proxy=fail), target=OWN)[3] == bad
    client = SimpleNamespace(region="x")
    of_region = {"failures": {"region": FAILED}, "inspection": client}
    assert found(**of_region) == [region, region, bad, region]
    for address, cause in (("absent", "no-file"), ("/", "unreadable"), ("/dev/null", None)):
        environ.setenv("CLIENT_CONFIG_FILE", address)
        of_proxy = found(failures={"proxy": FAILED}, inspection=client, target=OWN)[3]
        assert of_proxy == ("wrong", cause, "it is bad; correct it")
    of_endpoint = found(failures={"endpoint": FAILED}, inspection=client)
    assert of_endpoint[0] == ("wrong", "endpoint-wrong", "it is bad; correct it")


def test_which_check_reports_an_address() -> None:
    """Of a service that is asked for credentials, too."""
    for failure, check in ((UnknownRegion("x"), "region"), (FAILED, "endpoint")):

        def fail(_: object, failure: Failure = failure) -> None:
            raise failure

        for inspection_, target in ((True, OWN), (True, None), (None, OWN)):
            configuration = object.__new__(Configuration)
            client: Any = inspection_ and SimpleNamespace(require_valid_services=fail)
            configuration.failures, configuration.target = {}, target
            configuration.inspection = client
            configuration.take(KEY)
            expected = {check: failure} if inspection_ and target else {}
            assert (configuration.failures, configuration._keys) == (expected, KEY)
