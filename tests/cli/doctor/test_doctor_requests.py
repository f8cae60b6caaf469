"""``iamcli doctor``: what it finds on the way to IAM and STS, and in what they answer."""

from __future__ import annotations

import errno
import ssl
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import certifi
import pytest
from botocore import exceptions
from botocore.parsers import ResponseParserError
from support.connecting import USER
from support.doctor import (
    ARN,
    AWS,
    EARLY,
    KEY,
    ORIGIN,
    OWN,
    REFUSED,
    STS,
    caller,
    of_tls,
    shown,
    without_tls,
)
from support.faults import CLOSED, headed, raw
from support.shell import KEY_ID
from support.stub import Answer, ok, refused
from urllib3.util.ssl_match_hostname import CertificateError

from iamcli.cli.doctor import configuration, network, request
from iamcli.cli.doctor.configuration import Configuration
from iamcli.cli.doctor.sts import CALLER, Sts
from iamcli.connection import responses
from iamcli.errors import Failure, UnexpectedResponse
from iamcli.hints.credentials import MISMATCH

if TYPE_CHECKING:
    from iamcli.connection.endpoints import Destination

# ruff: noqa: SLF001 - the parts of the program

OWN_STS = STS._replace(specified=True, source="AWS_ENDPOINT_URL_STS")
SESSION = ORIGIN._replace(of_anybody=True)


# The way to the service.

RULES = "check the address, the login and the rules of the proxy"
#: For each problem, its causes with an address of AWS and with one of the user.
CAUSES = {
    request.UNREACHABLE: ("no-network", "no-network"),
    request.REFUSED: ("no-network", "endpoint-wrong"),
    request.LOST: ("no-network", "endpoint-wrong"),
    request.UNKNOWN_CA: ("unknown-ca", "unknown-ca"),
    request.OTHER_HOST: ("endpoint-wrong", "endpoint-wrong"),
    request.NO_TLS: ("endpoint-wrong", "endpoint-wrong"),
    request.TLS: (None, None),
    request.FOREIGN: (None, "endpoint-wrong"),
    request.INVALID: (None, None),
}


def test_the_cause_of_a_problem_on_the_way():
    for of_aws in (AWS.url, ""):
        found = {
            problem: tuple(
                network.obstructed("it fails", problem, url).cause for url in (of_aws, OWN.url)
            )
            for problem in CAUSES
        }
        assert found == CAUSES
    advice = [
        network.obstructed("it fails", request.LOST, url, source).advice
        for url in (OWN.url, AWS.url)
        for source in ("AWS_IAM_URL", "")
    ]
    assert advice == ["try again; check AWS_IAM_URL", "try again", "try again", "try again"]


NO_ROUTE = OSError(errno.EHOSTUNREACH, "No route to host")


def not_verified(code: int) -> ssl.SSLError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return error


#: The reasons in some releases of OpenSSL.
NO_TLS_REASONS = (
    "WRONG_VERSION_NUMBER",
    "RECORD_LAYER_FAILURE",
    "PACKET_LENGTH_TOO_LONG",
    "HTTP_REQUEST",
)


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (exceptions.ConnectTimeoutError(endpoint_url="x"), request.UNREACHABLE),
        (exceptions.ReadTimeoutError(endpoint_url="x"), request.LOST),
        (exceptions.ConnectionClosedError(endpoint_url="x"), request.LOST),
        (ResponseParserError("x"), request.FOREIGN),
        (UnexpectedResponse("x"), request.FOREIGN),
        (exceptions.EndpointConnectionError(endpoint_url="x", error=REFUSED), request.REFUSED),
        (exceptions.EndpointConnectionError(endpoint_url="x", error=NO_ROUTE), request.UNREACHABLE),
        (exceptions.HTTPClientError(error=REFUSED), request.INVALID),
        (of_tls(CertificateError("x")), request.OTHER_HOST),
        *((of_tls(not_verified(code)), request.TLS) for code in (9, 10)),
        *((of_tls(not_verified(code)), request.OTHER_HOST) for code in (62, 64)),
        *((of_tls(not_verified(code)), request.UNKNOWN_CA) for code in (18, 19, 20)),
        *((of_tls(without_tls(reason)), request.NO_TLS) for reason in NO_TLS_REASONS),
        (of_tls(without_tls("TLSV1_ALERT_INTERNAL_ERROR")), request.TLS),
    ],
    ids=repr,
)
def test_the_problem_that_an_exception_reports(error, problem):
    assert request.problem(error) == problem


def answered(answer: Answer, *, proxy: str = "", operation: Any = network._USER) -> Any:
    response = SimpleNamespace(status_code=answer.status, content=answer.body, headers={})
    return request._answer(operation, response, ("URL", proxy), str)


def test_what_counts_as_an_answer():
    assert answered(ok("GetUser", USER)).texts["Arn"].startswith("arn:aws:iam::")
    by_sts = answered(caller(), operation=CALLER)
    assert by_sts.problem == ""
    assert (by_sts.texts["Arn"], by_sts.texts["Account"]) == (ARN, "123456789012")
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
        expected = (request.FOREIGN, f"HTTP {answer.status}, not an answer of AWS")
        assert answered(answer)[:2] == expected, answer


@pytest.mark.parametrize("body", [b"<html><p>Welcome</p></html>", b"<br>Welcome", b""])
def test_an_answer_of_a_proxy_or_of_anything_else(body):
    of_proxy = (403, 407, 502, 503, 504)
    expected, found = {}, {}
    for status in (200, 302, 404, 500, *of_proxy):
        for proxy in ("", "http_proxy"):
            answer = answered(Answer(body, status), proxy=proxy)
            expected[status, proxy] = (request.FOREIGN, f"HTTP {status}, not an answer of AWS")
            if proxy and status in of_proxy:
                said = f"no answer from URL through the proxy: HTTP {status}; {RULES} in {proxy}"
                expected[status, proxy] = (request.PROXY, said)
            found[status, proxy] = answer[:2]
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
def test_the_code_of_a_refusal_has_nothing_that_a_terminal_obeys(code, known):
    outcome = answered(refused(code, "the message", 403), proxy="http_proxy")
    assert (outcome.problem, outcome.code, outcome.message) == ("", known, "the message")


@pytest.mark.parametrize(
    ("answer", "problem", "through_proxy"),
    [
        (CLOSED, request.LOST, request.PROXY),
        (raw(headed(b"x", "Content-Length: 2")), request.LOST, request.PROXY),
        (raw(b"220 mail.example.com\r\n\r\n"), request.LOST, request.PROXY),
        (Answer(b"x" * 2000), request.FOREIGN, request.FOREIGN),
        (Answer(b"x", 407), request.FOREIGN, request.PROXY),
        (ok("GetUser", USER), "", ""),
    ],
    ids=["closed", "short", "not HTTP", "too large", "login", "ok"],
)
def test_what_the_network_does_is_an_outcome(answer, problem, through_proxy, stub, monkeypatch):
    monkeypatch.setattr(responses, "MAX_RESPONSE", 1000)
    endpoint = stub.endpoint(answer)
    proxy = {"http": f"http://127.0.0.1:{stub.port}"}
    found = [
        request.send(network._USER, OWN._replace(url=endpoint.url), KEY, way, 5)
        for way in (
            ({"proxies": {}}, ""),
            ({"proxies": {"https": proxy["http"]}}, ""),
            ({"proxies": proxy}, "http_proxy"),
        )
    ]
    assert [outcome.problem for outcome in found] == [problem, problem, through_proxy]
    # Each was asked once, with a signature.
    signed = [request.headers["authorization"].split("/")[3] for request in endpoint.requests]
    assert (endpoint.operations, signed) == (["GetUser"] * 3, ["iam"] * 3)


@pytest.mark.parametrize(
    ("url", "problem"), [("closed", request.REFUSED), ("http://a..b", request.INVALID)]
)
def test_an_address_that_cannot_be_used_is_an_outcome(url, problem, closed):
    """If there is a proxy, it is that of the proxy."""
    target = OWN._replace(url=closed if url == "closed" else url)
    for proxies, expected in (({}, problem), ({"http": closed}, request.PROXY)):
        way = ({"proxies": proxies}, "http_proxy" if proxies else "")
        asked = request.send(network._USER, target, KEY, way, 5)
        assert asked.problem == expected
        assert asked.reason


# What the services answer.


def outcome(
    code: str = "", message: str = "", clock: float | None = None, **texts: str
) -> request.Outcome:
    return request.Outcome("", code=code, message=message, clock=clock, texts=texts)


LATE = "Signature expired: 1 is earlier than 2"
KEY_CODES = (
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
)
CLOCK_CODES = ("RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed")
OTHER_SERVICE = ("NoSuchBucket", "UnknownOperationException", "UnsupportedOperation")
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
def test_what_an_error_of_a_service_means(code, message, cause):
    assert network.verdict(code, message) == cause


CLOCK = "; set the clock of this machine, for example with NTP"


@pytest.mark.parametrize(
    ("answer", "diagnosis"),
    [
        (outcome(), "skipped: the response has no date"),
        (outcome(clock=0.2), "ok: at most 1 s ahead of the service"),
        (outcome(clock=-0.2), "ok: at most 1 s behind the service"),
        (outcome(clock=7), "ok: at most 7 s ahead of the service"),
        (outcome(clock=300), "ok: at most 300 s ahead of the service"),
        (outcome(clock=-300), "ok: at most 300 s behind the service"),
        (
            outcome(clock=86400),
            f"warning (clock-skew): at most 86400 s ahead of the service{CLOCK}",
        ),
        (outcome(clock=301), f"warning (clock-skew): at most 301 s ahead of the service{CLOCK}"),
        (
            outcome("AccessDenied", clock=-301),
            f"warning (clock-skew): at most 301 s behind the service{CLOCK}",
        ),
        (
            outcome("SignatureDoesNotMatch", clock=-301),
            f"wrong (clock-skew): at most 301 s behind the service{CLOCK}",
        ),
        (outcome("SignatureDoesNotMatch", clock=7), "ok: at most 7 s ahead of the service"),
        (
            outcome("RequestExpired", clock=7),
            f"wrong (clock-skew): at most 7 s ahead of the service{CLOCK}",
        ),
        (
            outcome("SignatureDoesNotMatch", EARLY),
            (
                "wrong (clock-skew): the service does not accept the time of requests: "
                f"SignatureDoesNotMatch{CLOCK}"
            ),
        ),
    ],
)
def test_the_clock(answer, diagnosis):
    assert shown(network._clock(answer)) == diagnosis


def test_a_clock_that_is_more_than_a_day_wrong(environ):
    environ.setattr(network.time, "time", lambda: 1262304000.0)
    state = "this machine has 2010-01-01 00:00 UTC, the service 2026-11-29 18:15 UTC"
    found = network._clock(outcome(clock=-533672100.0))
    assert shown(found) == f"warning (clock-skew): {state}{CLOCK}"
    assert "the service 2010-01-02 00:00 UTC" in network._clock(outcome(clock=-86401)).found


@pytest.mark.parametrize(
    ("name", "diagnosis"),
    [
        ("absent", "wrong (no-file): absent from x: No such file or directory"),
        ("empty", "wrong (unreadable): empty from x: no certificate can be read from it"),
        # Only a file can contain such a name, as no variable can.
        ("a\0b", "wrong (unreadable): a\0b from x: no certificate can be read from it"),
    ],
)
def test_a_file_of_authorities(name, diagnosis, environ, tmp_path):
    environ.chdir(tmp_path)
    (tmp_path / "empty").touch()
    environ.setattr(configuration, "ca_bundle", lambda _: (name, "x"))

    def checked(target: Destination | None) -> str:
        fake: Any = SimpleNamespace(is_read=True, aws_config=None, target=target)
        return str(shown(Configuration.check_ca(fake)))

    # Also if the target is not known.
    assert [checked(AWS), checked(None)] == [f"{diagnosis}; correct x or unset it"] * 2
    assert checked(OWN) == "skipped: the endpoint is http, so no certificate is verified"
    name = "~/empty"
    assert checked(AWS).startswith(f"wrong (unreadable): {tmp_path}/empty from x: ")
    environ.setattr(configuration, "ca_bundle", lambda _: ("", ""))
    assert checked(AWS) == f"ok: {certifi.where()} from the installation"


def test_where_the_region_is_from(environ):
    aws_config = {"region": "eu-west-1"}
    fake: Any = SimpleNamespace(is_read=True, aws_config=aws_config, failures={})
    found = [Configuration.check_region(fake).found]
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        environ.setenv(name, "eu-west-1")
        found.append(Configuration.check_region(fake).found)
    aws_config["region"] = ""
    found.append(Configuration.check_region(fake).found)
    assert found == [
        "eu-west-1 from the profile",
        "eu-west-1 from AWS_DEFAULT_REGION",
        "eu-west-1 from AWS_REGION",
        "none is set, and IAM needs none",
    ]


def test_the_encryption():
    urls = ("https://10.0.0.1:8/", "http://127.0.0.1:9", "http://[::1]", "http://10.0.0.1")
    assert [shown(network._tls(OWN._replace(url=url))) for url in urls] == [
        "ok: the certificate of 10.0.0.1 is valid",
        "skipped: the endpoint is http, on this machine",
        "skipped: the endpoint is http, on this machine",
        (
            "warning: http://10.0.0.1 is not encrypted; use https, because responses can contain "
            "secrets"
        ),
    ]


OF_IAM = "check AWS_IAM_URL; use the address of an IAM service"
OF_CEPH = "with Ceph, IAM may not be enabled (rgw enable apis), or the key is of no account"


@pytest.mark.parametrize(
    ("code", "result", "cause", "advice"),
    [
        ("AccessDenied", "ok", None, ""),
        *((code, "wrong", "endpoint-wrong", OF_IAM) for code in OTHER_SERVICE),
        ("MethodNotAllowed", "wrong", "endpoint-wrong", f"{OF_IAM}; {OF_CEPH}"),
        ("InvalidAction", "warning", None, "check AWS_IAM_URL; is it IAM?"),
        *((code, "warning", None, "try again later") for code in FAULTS),
    ],
)
def test_the_endpoint(code, result, cause, advice):
    diagnosis = network._endpoint(outcome(code), OWN)
    assert (diagnosis.result, diagnosis.cause, diagnosis.advice) == (result, cause, advice)
    answers = "it answers" if result == "ok" else f"it answers {code}"
    assert diagnosis.found == f"{OWN.url} from AWS_IAM_URL; {answers}"


KNOWN = outcome(Arn=ARN, Account="123456789012")
OF_CHINA = outcome(Arn=ARN.replace(":aws:", ":aws-cn:"), Account="123456789012")
OF_ROLE = outcome(Arn="arn:aws:sts::123456789012:assumed-role/r/s", Account="123456789012")
ELSEWHERE = (
    "the access key is of aws-cn, but requests go to http://127.0.0.1:9, signed for us-east-1 in "
    "aws; set AWS_REGION to a region of aws-cn, or use another key"
)
DIFFERENT = (
    "http://127.0.0.1:9 from AWS_IAM_URL, refuses the access key that STS accepts: "
    "SignatureDoesNotMatch; check that the endpoints of IAM and STS are of the same service"
)
USUAL = (
    "it may be mistyped, deleted, inactive or less than a minute old, or not of partition aws "
    "(AWS_IAM_URL; no region is set)"
)

SCOPED = "check the endpoint and the Region for which requests are signed"
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
    return {"credentials": f"wrong (wrong-key): {text}"}


#: What IAM and STS answer, or its code, and the check that reports it; None if STS is not asked.
BLAMED: dict[str, tuple[str | request.Outcome, str | request.Outcome | None, dict[str, Any]]] = {
    "accepted": ("", KNOWN, {}),
    "accepted, and there is no STS": ("", None, {}),
    "denied": ("AccessDenied", KNOWN, {}),
    "a problem on the way": (request.Outcome(request.LOST), KNOWN, {}),
    "the time": ("RequestExpired", KNOWN, {}),
    "the region": (outcome("SignatureDoesNotMatch", SCOPE), KNOWN, {"region": f"wrong: {REGION}"}),
    "the region, in the message of another error": (outcome("AccessDenied", SCOPE), KNOWN, {}),
    "a mistyped secret": (
        outcome("SignatureDoesNotMatch", f"{MISMATCH} x"),
        None,
        not_accepted("SignatureDoesNotMatch", "; check the secret access key from profile work"),
    ),
    "another signature": (
        "InvalidSignature",
        None,
        not_accepted(
            "InvalidSignature",
            "; check the secret access key from profile work, then the endpoint and the Region for "
            "which requests are signed",
        ),
    ),
    "another reason": ("AuthFailure", None, not_accepted("AuthFailure", ACTIVE)),
    "a signature that STS accepts": (
        outcome("SignatureDoesNotMatch", f"{MISMATCH} x"),
        KNOWN,
        {"endpoint": f"wrong (endpoint-wrong): {DIFFERENT}"},
    ),
    "a signature that STS refuses too": (
        "AuthFailure",
        "AuthFailure",
        not_accepted("AuthFailure", ACTIVE),
    ),
    "an unknown key": (
        "InvalidClientTokenId",
        None,
        not_accepted("InvalidClientTokenId", f"; {USUAL}"),
    ),
    "a key that only STS knows": (
        "InvalidAccessKeyId",
        KNOWN,
        not_accepted("InvalidAccessKeyId", f"; STS accepts it as {ARN}; {NEW}"),
    ),
    "an expired token": (
        "ExpiredToken",
        "ExpiredToken",
        {"credentials": f"wrong (token-expired): {EXPIRED}"},
    ),
    "STS refuses alone": (
        "AccessDenied",
        "InvalidClientTokenId",
        {"identity": f"warning (wrong-key): {BY_STS_ALONE}"},
    ),
    "both refuse the time": ("RequestExpired", "RequestExpired", {}),
    "STS has a fault": ("", "InternalFailure", {}),
}


@pytest.mark.parametrize("case", BLAMED)
def test_which_check_reports_what_the_services_do_not_accept(case):
    *answers, checks = BLAMED[case]
    iam, sts = (outcome(each) if isinstance(each, str) else each for each in answers)
    for target in (STS, OWN_STS):
        known = Sts(target, sts) if sts else None
        found = network._not_accepted(iam, OWN, ORIGIN, KEY, known)
        assert {name: shown(diagnosis) for name, diagnosis in found.items()} == checks


def test_a_key_of_another_partition():
    def found(iam: request.Outcome, target: Destination = OWN_STS, sent: Destination = OWN) -> Any:
        checks = network._not_accepted(iam, sent, ORIGIN, KEY, Sts(target, OF_CHINA))
        return {name: shown(diagnosis) for name, diagnosis in checks.items()}

    assert found(outcome()) == {"partition": f"warning (partition-wrong): {ELSEWHERE}"}
    for code in ("InvalidClientTokenId", "ExpiredToken"):
        assert found(outcome(code)) == {"partition": f"wrong (partition-wrong): {ELSEWHERE}"}
    # The endpoint of STS that follows from that of IAM knows keys of one partition only.
    assert found(outcome(), STS) == {}
    for region in ("cn-north-1", "nowhere"):
        assert found(outcome(), sent=OWN._replace(region=region)) == {}
    moto = Sts(OWN_STS, outcome(Arn="arn:other:iam::1:user/bob", Account="1"))
    assert network._not_accepted(outcome(), OWN, ORIGIN, KEY, moto) == {}


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
def test_a_key_that_iam_does_not_know(key_id, token, origin, sts, advice):
    key = SimpleNamespace(access_key=key_id, secret_key="s", token=token)
    found = network._not_accepted(outcome("InvalidClientTokenId"), OWN, origin, key, Sts(STS, sts))
    assert list(found) == ["credentials"]
    assert found["credentials"].advice[: len(advice)] == advice


def test_whose_key_it_is():
    at = "STS at https://sts.amazonaws.com"
    answers = (KNOWN, outcome("X"), outcome(), outcome(Arn=ARN), outcome(Account="1"))
    found = [network._identity(Sts(STS, answer)) for answer in answers]
    assert [(shown(diagnosis), diagnosis.account) for diagnosis in found] == [
        (f"ok: {ARN} in account 123456789012, by {at}", "123456789012"),
        (f"skipped: not known from {at}: it answers X", None),
        *[(f"skipped: not known from {at}: it answers without an ARN", None)] * 3,
    ]
    lost = Sts(STS, request.Outcome(request.LOST, "Connection reset"))
    assert network._identity(lost).found == f"not known from {at}: Connection reset"


def test_why_sts_is_not_asked():
    elsewhere = AWS._replace(url="https://iam.nz-north-1.amazonaws.nz")
    what = "and no endpoint of STS is configured; set AWS_ENDPOINT_URL_STS to see whose key it is"
    assert [shown(network._unasked(target)) for target in (OWN, elsewhere)] == [
        f"skipped: the endpoint is private, {what}",
        f"skipped: the endpoint is in a partition that botocore does not know, {what}",
    ]


@pytest.mark.parametrize(
    ("problem", "check", "others"),
    [
        (request.LOST, "endpoint", ["tls", "clock"]),
        (request.TLS, "tls", ["endpoint", "clock"]),
        (request.PROXY, "proxy", ["endpoint", "tls", "clock"]),
        (request.UNKNOWN_CA, "ca", ["endpoint", "tls", "clock"]),
    ],
)
def test_what_a_problem_on_the_way_leaves_unchecked(problem, check, others):
    reason = "it fails; check x" if problem == request.PROXY else "it fails"
    found = network._way(request.Outcome(problem, reason), OWN)
    texts = {name: diagnosis.found for name, diagnosis in found.items()}
    unchecked = dict.fromkeys(others, f"not checked, because of {check}")
    where = "" if problem == request.PROXY else f"{OWN.url}: "
    assert texts == {check: f"{where}it fails", **unchecked}
    assert {name: diagnosis.result for name, diagnosis in found.items()} == {
        check: "wrong",
        **dict.fromkeys(others, "skipped"),
    }


def test_which_requests_are_sent(monkeypatch):
    """STS is asked first, if there is one, and IAM always; what IAM does not accept goes before."""
    asked: list[tuple[str, Destination]] = []
    fake: Any = SimpleNamespace(target=OWN, origin=lambda _: ORIGIN, keys=None)

    def found(sts: Any, iam: request.Outcome = outcome()) -> dict[str, Any]:  # noqa: B008
        def target(*_: object) -> Any:
            if isinstance(sts, Failure):
                raise sts
            return sts and STS

        def send(operation: request.Operation, _: object, where: Destination, key: Any) -> Any:
            assert key is KEY
            asked.append((operation.name, where))
            return sts if where is STS else iam

        monkeypatch.setattr(network, "sts_target", target)
        monkeypatch.setattr(network, "_send", send)
        checks = network.check(fake, KEY)
        return {name: (diagnosis.result, diagnosis.found) for name, diagnosis in checks.items()}

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
    assert found(KNOWN, request.Outcome(request.LOST, "it fails")) == {
        "identity": ("ok", of_sts),
        "endpoint": ("wrong", f"{OWN.url}: it fails"),
        **dict.fromkeys(("tls", "clock"), ("skipped", "not checked, because of endpoint")),
    }
