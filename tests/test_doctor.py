"""``iamcli doctor``: each cause, made for real, is named once; the report; what it never does."""

from __future__ import annotations

import json
import re
import select
import socket
import ssl
import sys
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.certificates import self_signed
from support.faults import CLOSED
from support.selection import every
from support.shell import BIN, KEY_ID, ROOT, SECRET
from support.stub import Answer, Stub, ok, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from support.forked import Done, ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint

ARN = "arn:aws:iam::123456789012:user/bob"
USER = f"<User><Arn>{ARN}</Arn><UserId>AIDA</UserId></User>"
TOKEN = "FwoGZXIvYXdzEExampleSessionToken"
KEYS = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}


class Report(NamedTuple):
    """A report: the exit status, the checks by name, and the output."""

    status: int
    checks: dict[str, dict[str, str | None]]
    out: str
    account: str | None

    @property
    def causes(self) -> list[tuple[str, str | None]]:
        """Each check that has a cause, and the cause."""
        return [(name, check["cause"]) for name, check in self.checks.items() if check["cause"]]

    @property
    def wrong(self) -> list[str]:
        """The checks that are wrong."""
        return [name for name, check in self.checks.items() if check["result"] == "wrong"]

    def result(self, name: str) -> str | None:
        return self.checks[name]["result"]

    def said(self, name: str) -> str:
        check = self.checks[name]
        return f"{check['found']}; {check['advice']}"


def parsed(done: Done) -> Report:
    """Return the report, which must have the promised form."""
    assert done.err == ""
    report = json.loads(done.out)
    assert list(report) == ["ok", "checks", "account"]
    for check in report["checks"]:
        assert list(check) == ["check", "result", "cause", "found", "advice"]
        assert check["result"] in ("ok", "warning", "wrong", "skipped")
        assert check["found"]
        assert check["advice"] or check["result"] in ("ok", "skipped")
        assert check["cause"] is None or check["result"] in ("warning", "wrong")
    assert report["ok"] is (done.status == 0)
    assert report["ok"] is all(check["result"] != "wrong" for check in report["checks"])
    for secret in (KEY_ID, SECRET, TOKEN):
        assert secret not in done.out
    checks = {check["check"]: check for check in report["checks"]}
    return Report(done.status, checks, done.out, report["account"])


def doctor(run_fast: ForkRunner, *arguments: str, **env: str) -> Report:
    """Run it and return the report; ``env`` changes variables, "" removes one."""
    return parsed(run_fast("iamcli", "doctor", "--format", "json", *arguments, env=env))


def caller(arn: str = ARN) -> Answer:
    return ok("GetCallerIdentity", f"<Arn>{arn}</Arn><Account>{arn.split(':')[4]}</Account>")


def dated(answer: Answer, **difference: float) -> Answer:
    """Return ``answer`` with a date that differs from that of this machine."""
    date = datetime.now(timezone.utc) + timedelta(**difference)
    return answer._replace(headers={"Date": format_datetime(date, usegmt=True)})


def file(folder: Path, name: str, text: str, mode: int = 0o600) -> str:
    made = folder / name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_bytes(text.encode())
    made.chmod(mode)
    return str(made)


@pytest.fixture
def service(stub: Stub) -> Endpoint:
    """An endpoint that answers as IAM and STS do."""
    return stub.endpoint().on("GetCallerIdentity", caller()).on("GetUser", ok("GetUser", USER))


@pytest.fixture
def healthy(run: Shell, run_fast: ForkRunner, service: Endpoint) -> ForkRunner:
    """Commands would work: a credential file, and an endpoint for everything."""
    run.env["AWS_ENDPOINT_URL"] = service.url
    return run_fast


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stub, Path]]:
    """A stub with a certificate of its own, and the certificate."""
    certificate = self_signed(tmp_path_factory.mktemp("tls") / "cert.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    running = Stub(context)
    yield running, certificate
    running.close()


@pytest.fixture
def closed() -> Iterator[str]:
    """An address of this machine at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


class Place(NamedTuple):
    """What the set-ups are made of."""

    home: Path
    stub: Stub
    tls: tuple[Stub, Path]
    closed: str


def refusing(place: Place, code: str, message: str = "") -> dict[str, str]:
    """A service that refuses the key."""
    return {"AWS_ENDPOINT_URL": place.stub.endpoint(refused(code, message, 403)).url}


def html(place: Place, status: int = 200) -> str:
    page = Answer(b"<!DOCTYPE html><html><body>Welcome</body></html>", status)
    return place.stub.endpoint(page).url


def answering(place: Place, answer: Answer) -> dict[str, str]:
    """The answer of IAM; STS is not asked."""
    return private(AWS_IAM_URL=place.stub.endpoint(answer).url)


def foreign(place: Place, page: bytes) -> dict[str, str]:
    """A service that answers with XML that is not that of AWS."""
    return answering(place, Answer(page))


def closing(place: Place) -> dict[str, str]:
    """A service that closes the connection without an answer."""
    return private(AWS_IAM_URL=place.stub.endpoint(CLOSED).url)


def through(place: Place, login: str = "") -> str:
    """The stub as a proxy; it answers requests to itself, and CONNECT with status 405."""
    return f"http://{login}127.0.0.1:{place.stub.port}"


def credentials(place: Place, text: str) -> dict[str, str]:
    return {"AWS_CREDENTIAL_FILE": file(place.home, "keys", text)}


def chain(place: Place, text: str, name: str = "credentials", mode: int = 0o600) -> dict[str, str]:
    """No credential file, but a shared file of the AWS configuration."""
    file(place.home, f".aws/{name}", text, mode)
    return {"AWS_CREDENTIAL_FILE": ""}


def role(place: Place) -> dict[str, str]:
    """No credential file, but a profile that assumes a role."""
    text = "[default]\nrole_arn=arn:aws:iam::1:role/r\nsource_profile=s\nregion=us-east-1\n"
    return chain(place, text + PROFILE.replace("default", "profile s"), "config")


def asking_sts(url: str) -> dict[str, str]:
    """A role is requested at ``url``, once; the address of IAM is another one."""
    return private(AWS_IAM_URL="http://127.0.0.1:1", AWS_ENDPOINT_URL_STS=url, AWS_MAX_ATTEMPTS="1")


def service_at(place: Place) -> str:
    return place.stub.endpoint().on("GetUser", ok("GetUser", USER)).url


def elsewhere(place: Place, arn: str, region: str, answer: Answer | None = None) -> dict[str, str]:
    """IAM is asked at one address and STS at another one; ``answer``: that of IAM."""
    sts = place.stub.endpoint(caller(arn)).url
    iam = place.stub.endpoint(answer or refused("InvalidClientTokenId", "", 403)).url
    return private(AWS_IAM_URL=iam, AWS_ENDPOINT_URL_STS=sts, AWS_REGION=region)


def skewed(place: Place, **difference: float) -> dict[str, str]:
    answer = dated(refused("SignatureDoesNotMatch"), **difference)
    return {"AWS_ENDPOINT_URL": place.stub.endpoint(answer).url}


def directory(place: Place, name: str) -> str:
    made = place.home / name
    made.mkdir(parents=True)
    return str(made)


def private(**env: str) -> dict[str, str]:
    """The endpoint is private, and STS is not asked."""
    return {"AWS_ENDPOINT_URL": "", **env}


def program(folder: Path, name: str, text: str = "echo other") -> Path:
    made = folder / name
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_text(f"#!/bin/sh\n{text}\n")
    made.chmod(0o755)
    return made


def shadowed(place: Place) -> dict[str, str]:
    folder = program(place.home / "other", "iam-usercreate").parent
    return {"PATH": f"{folder}:{BIN}:/usr/bin:/bin"}


TWO_LINES = f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n"
PROFILE = f"[default]\naws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n"

#: For each cause, the set-ups: the check that names it, and what makes the variables.
WRONG: list[tuple[str, str, Callable[[Place], Mapping[str, str]]]] = [
    ("no-file", "credentials", lambda p: {"AWS_CREDENTIAL_FILE": f"{p.home}/absent"}),
    ("no-file", "credentials", lambda _: {"AWS_CREDENTIAL_FILE": "~/keys"}),
    ("no-file", "proxy", lambda _: {"CLIENT_CONFIG_FILE": "absent"}),
    (
        "no-file",
        "ca",
        lambda p: private(AWS_IAM_URL="https://127.0.0.1:1", AWS_CA_BUNDLE=f"{p.home}/absent"),
    ),
    ("no-credentials", "credentials", lambda _: {"AWS_CREDENTIAL_FILE": ""}),
    ("no-credentials", "credentials", lambda p: credentials(p, f"AWSAccessKeyId={KEY_ID}\n")),
    ("no-credentials", "credentials", lambda p: chain(p, "[default]\nregion=x\n", "config")),
    (
        "no-credentials",
        "credentials",
        lambda p: chain(p, PROFILE) | {"AWS_PROFILE": "other"},
    ),
    (
        "brackets",
        "credentials",
        lambda p: credentials(
            p,
            "AWSAccessKeyId=<Write your AWS access ID>\nAWSSecretKey=<Write your AWS secret key>\n",
        ),
    ),
    (
        "brackets",
        "credentials",
        lambda _: {"AWS_CREDENTIAL_FILE": "", **KEYS, "AWS_ACCESS_KEY_ID": "<your-key-id>"},
    ),
    ("brackets", "credentials", lambda p: chain(p, PROFILE.replace(SECRET, "<your-secret>"))),
    ("wrong-key", "credentials", lambda p: refusing(p, "InvalidClientTokenId", "not valid")),
    ("wrong-key", "credentials", lambda p: refusing(p, "SignatureDoesNotMatch", "not ours")),
    (
        "wrong-key",
        "credentials",
        lambda p: private(AWS_IAM_URL=refusing(p, "InvalidClientTokenId")["AWS_ENDPOINT_URL"]),
    ),
    # The key with which a role is assumed.
    (
        "wrong-key",
        "credentials",
        lambda p: role(p) | refusing(p, "InvalidClientTokenId"),
    ),
    (
        "token-expired",
        "credentials",
        lambda p: role(p) | refusing(p, "ExpiredToken"),
    ),
    # The service with which a role is assumed.
    ("endpoint-wrong", "credentials", lambda p: role(p) | asking_sts(p.closed)),
    (
        "proxy-refused",
        "credentials",
        lambda p: role(p) | asking_sts("") | {"https_proxy": p.closed},
    ),
    (
        "unknown-ca",
        "credentials",
        lambda p: role(p) | asking_sts(p.tls[0].endpoint(caller()).url),
    ),
    ("token-expired", "credentials", lambda p: chain(p, SSO, "config")),
    *(
        ("wrong-key", "credentials", lambda p, code=code: refusing(p, code))
        for code in ("MissingAuthenticationToken", "OptInRequired", "InvalidToken")
    ),
    ("clock-skew", "clock", lambda p: skewed(p, hours=2)),
    ("clock-skew", "clock", lambda p: skewed(p, minutes=-7)),
    (
        "clock-skew",
        "clock",
        lambda p: refusing(p, "SignatureDoesNotMatch", "Signature expired: 1 is earlier than 2"),
    ),
    (
        "clock-skew",
        "clock",
        lambda p: answering(p, dated(refused("SignatureDoesNotMatch"), days=1)),
    ),
    ("proxy-refused", "proxy", lambda p: private(HTTPS_PROXY=p.closed)),
    ("proxy-refused", "proxy", lambda p: {"http_proxy": p.closed}),
    ("proxy-refused", "proxy", lambda p: private(https_proxy=through(p))),
    (
        "proxy-refused",
        "proxy",
        lambda p: private(AWS_IAM_URL=html(p, 407), http_proxy=through(p)),
    ),
    ("proxy-refused", "proxy", lambda p: closing(p) | {"http_proxy": through(p)}),
    ("proxy-refused", "proxy", lambda p: {"http_proxy": through(p, "me:p%C3%B6ssw0rd@")}),
    (
        "proxy-refused",
        "proxy",
        lambda p: private(
            CLIENT_CONFIG_FILE=file(
                p.home, "client", f"ClientProxyHost={p.closed.removeprefix('http://')}\n"
            )
        ),
    ),
    ("endpoint-wrong", "endpoint", lambda p: {"AWS_IAM_URL": p.closed}),
    ("endpoint-wrong", "endpoint", lambda p: private(AWS_IAM_URL=html(p))),
    ("endpoint-wrong", "endpoint", lambda p: {"AWS_ENDPOINT_URL": html(p, 404)}),
    ("endpoint-wrong", "endpoint", lambda p: {"AWS_ENDPOINT_URL": html(p, 503)}),
    ("endpoint-wrong", "endpoint", lambda p: foreign(p, b"<html><body>Welcome</body></html>")),
    (
        "endpoint-wrong",
        "endpoint",
        lambda p: foreign(p, b"<?xml version='1.0' encoding='none'?><GetUserResponse/>"),
    ),
    (
        "endpoint-wrong",
        "endpoint",
        lambda p: foreign(p, b"<?xml version='1.0' encoding='utf-7'?><GetUserResponse/>"),
    ),
    (
        "endpoint-wrong",
        "endpoint",
        lambda p: foreign(p, b"<GetUserResponse>" + b"<a/>" * (1 << 18) + b"</GetUserResponse>"),
    ),
    ("endpoint-wrong", "endpoint", lambda _: {"AWS_IAM_URL": "ftp://example.com"}),
    *(
        ("endpoint-wrong", "endpoint", lambda p, answer=answer: answering(p, answer))
        for answer in (
            ok("Whatever", USER),
            ok("GetUser"),
            ok("GetUser", USER + USER),
            ok("GetUser", "<User><UserName>bob</UserName></User>"),
            refused("AccessDenied", "no", 200),
            Answer(b"<ErrorResponse/>", 500),
            Answer(b"<ErrorResponse><Error><Code>404</Code></Error></ErrorResponse>", 404),
            Answer(b"<Error><Code>NoSuchBucket</Code></Error>", 404),
            Answer(b"<Response><b>no</b></Response>", 404),
        )
    ),
    # As an endpoint of S3 answers.
    (
        "endpoint-wrong",
        "endpoint",
        lambda p: private(AWS_IAM_URL=refusing(p, "MethodNotAllowed")["AWS_ENDPOINT_URL"]),
    ),
    # STS accepts the signature.
    (
        "endpoint-wrong",
        "endpoint",
        lambda p: {"AWS_IAM_URL": refusing(p, "SignatureDoesNotMatch")["AWS_ENDPOINT_URL"]},
    ),
    (
        "endpoint-wrong",
        "endpoint",
        lambda p: private(AWS_IAM_URL=f"https://127.0.0.1:{p.stub.port}"),
    ),
    ("unknown-ca", "ca", lambda p: {"AWS_ENDPOINT_URL": p.tls[0].endpoint(caller()).url}),
    ("unknown-ca", "ca", lambda p: private(AWS_IAM_URL=p.tls[0].endpoint(caller()).url)),
    (
        "carriage-return",
        "environment",
        lambda p: {"AWS_CREDENTIAL_FILE": credentials(p, TWO_LINES)["AWS_CREDENTIAL_FILE"] + "\r"},
    ),
    (
        "carriage-return",
        "environment",
        lambda _: {"AWS_CREDENTIAL_FILE": "", **{k: f"{v}\r" for k, v in KEYS.items()}},
    ),
    ("carriage-return", "environment", lambda _: {"http_proxy": "http://127.0.0.1:9\r"}),
    ("carriage-return", "environment", lambda _: {"AWS_MAX_ATTEMPTS": "3\r"}),
    (
        "carriage-return",
        "environment",
        lambda p: chain(p, PROFILE) | {"AWS_PROFILE": "default\r"},
    ),
    (
        "token-expired",
        "credentials",
        lambda p: {
            "AWS_CREDENTIAL_FILE": "",
            **KEYS,
            "AWS_SESSION_TOKEN": TOKEN,
            **refusing(p, "ExpiredToken", f"the token {TOKEN} has expired"),
        },
    ),
    (
        "token-expired",
        "credentials",
        lambda _: {
            "AWS_CREDENTIAL_FILE": "",
            **KEYS,
            "AWS_SESSION_TOKEN": TOKEN,
            "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
        },
    ),
    (
        "partition-wrong",
        "partition",
        lambda p: elsewhere(p, "arn:aws-cn:iam::123456789012:user/bob", "us-east-1"),
    ),
    ("partition-wrong", "partition", lambda p: elsewhere(p, ARN, "us-gov-west-1")),
    ("unreadable", "credentials", lambda p: {"AWS_CREDENTIAL_FILE": directory(p, "keys")}),
    ("unreadable", "credentials", lambda p: chain(p, "AWSAccessKeyId=x\n")),
    (
        "unreadable",
        "credentials",
        lambda p: {"AWS_CREDENTIAL_FILE": "", "HOME": directory(p, "h/.aws/credentials")[:-17]},
    ),
    (
        "unreadable",
        "ca",
        lambda p: private(
            AWS_IAM_URL="https://127.0.0.1:1", AWS_CA_BUNDLE=file(p.home, "empty.pem", "")
        ),
    ),
    ("no-network", "endpoint", lambda _: private(AWS_IAM_URL="https://iam.nowhere.invalid")),
    ("no-network", "endpoint", lambda _: {"AWS_ENDPOINT_URL": "http://iam.nowhere.invalid"}),
]

WARNINGS: list[tuple[str, str, Callable[[Place], Mapping[str, str]]]] = [
    ("shadowed", "path", shadowed),
    ("old-variable", "environment", lambda _: {"JAVA_HOME": "/usr/lib/jvm/java-6"}),
    ("old-variable", "environment", lambda _: {"AWS_CREDENTIALS_FILE": "/home/bob/keys"}),
    (
        "python-path",
        "environment",
        lambda p: {
            "PYTHONPATH": f"{p.home}/absent:" + file(p.home, "old/enum.py", "")[: -len("/enum.py")]
        },
    ),
    (
        "readable-by-others",
        "credentials",
        lambda p: {"AWS_CREDENTIAL_FILE": file(p.home, "keys", TWO_LINES, 0o644)},
    ),
    ("readable-by-others", "credentials", lambda p: chain(p, PROFILE, mode=0o640)),
    # IAM accepts the key, whatever its date or STS says.
    (
        "clock-skew",
        "clock",
        lambda p: answering(p, dated(ok("GetUser", USER), hours=-2)),
    ),
    (
        "clock-skew",
        "clock",
        lambda p: answering(p, dated(refused("AccessDenied"), hours=2)),
    ),
    (
        "wrong-key",
        "identity",
        lambda p: {
            "AWS_IAM_URL": service_at(p),
            "AWS_ENDPOINT_URL_STS": refusing(p, "InvalidClientTokenId")["AWS_ENDPOINT_URL"],
        },
    ),
    (
        "clock-skew",
        "identity",
        lambda p: {
            "AWS_IAM_URL": service_at(p),
            "AWS_ENDPOINT_URL_STS": refusing(p, "RequestExpired")["AWS_ENDPOINT_URL"],
        },
    ),
    (
        "partition-wrong",
        "partition",
        lambda p: elsewhere(p, ARN, "cn-north-1", ok("GetUser", USER)),
    ),
    # The commands ignore the blanks around an address.
    ("carriage-return", "environment", lambda p: {"AWS_IAM_URL": f"{service_at(p)}\r"}),
]


def named(setups: list[tuple[str, str, Callable[[Place], Mapping[str, str]]]]) -> list[str]:
    return [f"{cause}-{number}" for number, (cause, _, _) in enumerate(setups)]


@pytest.fixture
def place(run: Shell, stub: Stub, tls: tuple[Stub, Path], closed: str) -> Place:
    return Place(run.home, stub, tls, closed)


@pytest.mark.parametrize(("cause", "check", "make"), WRONG, ids=named(WRONG))
def test_what_keeps_commands_from_working_is_named(
    cause: str,
    check: str,
    make: Callable[[Place], Mapping[str, str]],
    healthy: ForkRunner,
    place: Place,
) -> None:
    report = doctor(healthy, **make(place))
    assert report.causes == [(check, cause)]
    assert report.result(check) == "wrong"
    assert report.status == 1
    assert report.wrong == [check]


@pytest.mark.parametrize(("cause", "check", "make"), WARNINGS, ids=named(WARNINGS))
def test_what_commands_work_with_is_a_warning(
    cause: str,
    check: str,
    make: Callable[[Place], Mapping[str, str]],
    healthy: ForkRunner,
    place: Place,
) -> None:
    report = doctor(healthy, **make(place))
    assert report.causes == [(check, cause)]
    assert (report.result(check), report.status) == ("warning", 0)


def process(**values: object) -> str:
    """A configuration whose credentials are from a program."""
    printed = json.dumps({"Version": 1, "AccessKeyId": KEY_ID, "SecretAccessKey": "s", **values})
    return f"[default]\ncredential_process = /bin/echo '{printed}'\n"


def encoded(place: Place, encoding: str) -> dict[str, str]:
    """A shared file in another encoding."""
    env = chain(place, "")
    (place.home / ".aws" / "credentials").write_bytes(f"# caf\u00e9\n{PROFILE}".encode(encoding))
    return env


SSO = (
    "[default]\nsso_start_url=https://x.invalid/start\nsso_region=us-east-1\n"
    "sso_account_id=123456789012\nsso_role_name=r\n"
)
NO_KEY = "the credentials of the AWS configuration contain an invalid character; correct the"

#: Set-ups, what makes them, the check that is not ok, and a part of what it says. Commands work if
#: its result is a warning, and fail if it is wrong.
AGREEING: list[tuple[str, str, str, str, Callable[[Place], Mapping[str, str]]]] = [
    (
        "no-number-of-attempts",
        "environment",
        "wrong",
        "max_attempts: abc; use a whole number, at least 1",
        lambda p: chain(p, f"{PROFILE}max_attempts = abc\n", "config") | {"AWS_MAX_ATTEMPTS": ""},
    ),
    (
        "no-time-zone",
        "credentials",
        "wrong",
        "AWS_ACCESS_KEY_ID: the time at which the credentials expire has no time zone",
        lambda _: {
            "AWS_CREDENTIAL_FILE": "",
            **KEYS,
            "AWS_SESSION_TOKEN": TOKEN,
            "AWS_CREDENTIAL_EXPIRATION": "2099-01-01T00:00:00",
        },
    ),
    (
        "tilde-in-quotes",
        "credentials",
        "wrong",
        'a shell does not replace "~" between quotation marks; use $HOME instead',
        lambda _: {"AWS_CREDENTIAL_FILE": "~/keys"},
    ),
    (
        "no-such-profile",
        "credentials",
        "wrong",
        "correct AWS_PROFILE or AWS_DEFAULT_PROFILE, or add the profile",
        lambda p: chain(p, PROFILE) | {"AWS_PROFILE": "other"},
    ),
    (
        "expired",
        "credentials",
        "wrong",
        "the access key from AWS_ACCESS_KEY_ID has expired at 2020-01-01 00:00",
        lambda _: {
            "AWS_CREDENTIAL_FILE": "",
            **KEYS,
            "AWS_SESSION_TOKEN": TOKEN,
            "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
        },
    ),
    *(
        (
            f"key-{value}",
            "credentials",
            "wrong",
            NO_KEY,
            lambda p, value=value: chain(p, process(AccessKeyId=value), "config"),
        )
        for value in (None, 12, "a b")
    ),
    (
        "not-utf-8",
        "credentials",
        "wrong",
        "/.aws/credentials is not text in UTF-8; save it in UTF-8",
        lambda p: encoded(p, "latin-1"),
    ),
    (
        "utf-16",
        "credentials",
        "wrong",
        "/.aws/credentials is not text in UTF-8; save it in UTF-8",
        lambda p: encoded(p, "utf-16"),
    ),
    (
        "tilde",
        "ca",
        "ok",
        "/ca.pem from ca_bundle of the AWS configuration",
        lambda p: {
            "AWS_CONFIG_FILE": file(p.home, "config", "[default]\nca_bundle = ~/ca.pem\n"),
            "REQUESTS_CA_BUNDLE": file(p.home, "ca.pem", p.tls[1].read_text())[:0],
            "AWS_ENDPOINT_URL": (
                p.tls[0].endpoint(caller()).on("GetUser", ok("GetUser", USER)).url
            ),
        },
    ),
    (
        "no-certificate",
        "ca",
        "wrong",
        "/empty.pem from AWS_CA_BUNDLE: no certificate can be read from it; correct AWS_CA_BUNDLE ",
        lambda p: private(
            AWS_IAM_URL="https://127.0.0.1:1", AWS_CA_BUNDLE=file(p.home, "empty.pem", "")
        ),
    ),
    (
        "sso-without-a-token",
        "credentials",
        "wrong",
        "does not exist; run: aws sso login",
        lambda p: chain(p, SSO, "config"),
    ),
    (
        "no-answer-of-the-instance",
        "credentials",
        "wrong",
        "the role of the instance (gives no credentials); set AWS_CREDENTIAL_FILE",
        lambda p: {
            "AWS_CREDENTIAL_FILE": "",
            "AWS_EC2_METADATA_DISABLED": "",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": html(p, 500),
        },
    ),
    (
        "nested-key",
        "credentials",
        "wrong",
        NO_KEY,
        lambda p: chain(
            p, "[default]\naws_access_key_id =\n  a = b\naws_secret_access_key = x\n", "config"
        ),
    ),
]


@pytest.mark.parametrize(
    ("check", "result", "said", "make"),
    [row[1:] for row in AGREEING],
    ids=[row[0] for row in AGREEING],
)
def test_the_result_agrees_with_a_command(
    check: str,
    result: str,
    said: str,
    make: Callable[[Place], Mapping[str, str]],
    healthy: ForkRunner,
    place: Place,
) -> None:
    env = make(place)
    report = doctor(healthy, **env)
    assert (report.result(check), report.status) == (result, int(result == "wrong"))
    assert said in report.said(check)
    assert report.wrong == ([check] if result == "wrong" else [])
    done = healthy("iam-usergetattributes", env={"AWS_MAX_ATTEMPTS": "1", **env})
    assert done.status == report.status


def test_an_empty_variable_is_a_warning(healthy: ForkRunner, run: Shell) -> None:
    names = ["AWS_PROFILE", "CLIENT_CONFIG_FILE", "AWS_IAM_URL", "AWS_MAX_ATTEMPTS"]
    # botocore, which would read the variable, is needed because of the file.
    file(run.home, ".aws/credentials", PROFILE)
    # These are often emptied on purpose.
    others = ["AWS_PAGER", "http_proxy", "HTTPS_PROXY"]
    assignments = [f"{name}=" for name in (*names, *others)]
    report = parsed(run("env", *assignments, "iamcli", "doctor", "--format", "json"))
    assert report.causes == [("environment", "empty-variable")]
    said = report.said("environment")
    assert [name for name in (*names, *others) if name in said] == names
    assert report.status == 0


@pytest.mark.parametrize(
    ("name", "said", "status"),
    every(
        5,
        [
            ("AWS_SHARED_CREDENTIALS_FILE", "no shared file of credentials is read", 0),
            ("AWS_CONFIG_FILE", "no file of the AWS configuration is read", 0),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "a container is asked for credentials", 0),
            ("AWS_DEFAULTS_MODE", "which is no mode", 1),
            ("AWS_RETRY_MODE", "which counts as not set", 0),
        ],
    ),
)
def test_what_an_empty_variable_does_is_said(
    name: str, said: str, status: int, healthy: ForkRunner, run: Shell
) -> None:
    file(run.home, ".aws/credentials", PROFILE)
    emptied = ("env", f"{name}=", "iamcli", "doctor", "--format", "json")
    report = parsed(run(*emptied))
    assert (report.status, report.causes) == (status, [("environment", "empty-variable")])
    assert f"{name} is set but empty, " in report.said("environment")
    assert said in report.said("environment")
    assert report.said("environment").endswith(f"; run: unset {name}")
    assert run("env", f"{name}=", "iam-usergetattributes").status == status
    # Nothing else is claimed about a file that is not read.
    file(run.home, ".aws/config", "[default]\n")
    found = parsed(run(*emptied, "--offline", env={"AWS_CREDENTIAL_FILE": ""})).said("credentials")
    for variable, read in (
        ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
        ("AWS_CONFIG_FILE", ".aws/config"),
    ):
        if name != "AWS_DEFAULTS_MODE":
            assert (read in found) is (name != variable)


MOTO = "'moto[iam,server]>=5.1.1'"
SEGNO = "'segno>=1.6'"
GRAMMAR = "'tree-sitter>=0.23.2' 'tree-sitter-bash>=0.23.3'"


@pytest.mark.parametrize(
    ("modules", "missing", "packages"),
    every(
        4,
        [
            (["flask_cors"], "sandbox", MOTO),
            (["segno"], "qr", SEGNO),
            (["tree_sitter_bash"], "check", GRAMMAR),
            (
                ["moto", "segno", "tree_sitter"],
                "sandbox, qr and check",
                f"{MOTO} {SEGNO} {GRAMMAR}",
            ),
        ],
    ),
)
def test_a_missing_extra_is_a_warning(
    modules: list[str], missing: str, packages: str, healthy: ForkRunner, run: Shell
) -> None:
    hidden = f"import sys\nsys.modules.update(dict.fromkeys({modules}))\n"
    file(run.home, "stub/sitecustomize.py", hidden)
    run.env["PYTHONPATH"] = f"{run.home}/stub:{run.env['PYTHONPATH']}"
    report = parsed(run("iamcli", "doctor", "--format", "json"))
    assert report.causes == [("extras", "extra-missing")]
    assert f"not installed: {missing}; if you need" in report.said("extras")
    assert report.said("extras").endswith(f"python -m pip install {packages}")
    assert report.status == 0


def test_the_extras_that_are_there(healthy: ForkRunner) -> None:
    assert doctor(healthy).said("extras") == "sandbox, qr and check are installed; "


# A machine on which commands work.


def test_nothing_is_wrong(healthy: ForkRunner, service: Endpoint) -> None:
    report = doctor(healthy)
    assert (report.status, report.causes) == (0, [])
    assert report.said("credentials").startswith("access key AKIA...MPLE from AWS_CREDENTIAL_FILE ")
    assert report.said("identity").startswith(f"{ARN} in account 123456789012, ")
    assert report.account == "123456789012"
    assert service.operations == ["GetCallerIdentity", "GetUser"]
    assert "/us-east-1/sts/aws4_request" in service.requests[0].headers["authorization"]


def test_the_checks(healthy: ForkRunner) -> None:
    """The only list of them."""
    checks = [
        *("credentials", "identity", "endpoint", "partition", "region", "proxy", "ca", "tls"),
        *("clock", "environment", "path", "home", "man", "completion", "extras", "versions"),
    ]
    assert list(doctor(healthy).checks) == checks
    page = (ROOT / "man" / "iamcli.1").read_text()
    listed = page.partition("The checks are as follows:")[2].partition(".El\n")[0]
    assert re.findall(r"^\.It Cm (\w+)$", listed, re.MULTILINE) == checks


def test_text_has_a_line_for_each_check(healthy: ForkRunner) -> None:
    done = healthy("iamcli", "doctor")
    assert (done.status, done.err) == (0, "")
    rows = [
        re.match(r"(\w+) +(ok|warning|wrong|skipped) +\S", line) for line in done.out.split("\n")
    ]
    assert [row and row[1] for row in rows[:-1]] == list(doctor(healthy).checks)
    done = healthy("iamcli", "doctor", env={"AWS_CREDENTIAL_FILE": "absent"})
    assert (done.status, done.err) == (1, "")
    line = done.out.splitlines()[0]
    assert line.startswith(
        "credentials  wrong    credential file absent cannot be read: No such file"
    )
    assert line.endswith("; it needs the two lines AWSAccessKeyId=YOUR-KEY-ID and "
                         "AWSSecretKey=YOUR-SECRET-KEY")  # fmt: skip


def test_control_characters_are_escaped(healthy: ForkRunner) -> None:
    for layout in ("text", "json"):
        done = healthy(
            "iamcli", "doctor", "--format", layout, env={"AWS_CREDENTIAL_FILE": "a\x1b[2Jb\nc"}
        )
        assert "\x1b" not in done.out
        assert "a\\x1b[2Jb\\x0ac" in done.out.replace("\\\\", "\\")


def test_sts_is_asked_where_it_is_named_and_iam_at_its_own_address(
    healthy: ForkRunner, service: Endpoint, stub: Stub
) -> None:
    iam = stub.endpoint(ok("GetUser", USER))
    other = stub.endpoint(caller())
    report = doctor(healthy, AWS_IAM_URL=iam.url, AWS_ENDPOINT_URL_STS=other.url)
    assert (report.status, report.causes) == (0, [])
    assert (other.operations, iam.operations) == (["GetCallerIdentity"], ["GetUser"])
    assert "/iam/aws4_request" in iam.requests[0].headers["authorization"]
    assert service.requests == []
    assert doctor(healthy, AWS_IAM_URL=iam.url).said("identity").startswith(ARN)
    assert service.operations == ["GetCallerIdentity"]
    # The answer of STS is no answer of IAM, also if both are at one address.
    report = doctor(healthy, AWS_ENDPOINT_URL=other.url)
    assert report.causes == [("endpoint", "endpoint-wrong")]
    assert report.said("identity").startswith(ARN)


def test_a_refusal_of_sts_alone_is_a_warning(healthy: ForkRunner, place: Place) -> None:
    env = refusing(place, "InvalidClientTokenId")
    sts = {"AWS_ENDPOINT_URL_STS": env["AWS_ENDPOINT_URL"]}
    report = doctor(healthy, **private(AWS_IAM_URL="https://iam.nowhere.invalid", **sts))
    assert report.causes == [("identity", "wrong-key"), ("endpoint", "no-network")]
    assert report.result("identity") == "warning"


def test_sts_of_a_private_endpoint_is_not_asked(healthy: ForkRunner, stub: Stub) -> None:
    iam = stub.endpoint(refused("AccessDenied", "no", 403))
    report = doctor(healthy, **private(AWS_IAM_URL=iam.url))
    assert (report.status, report.causes) == (0, [])
    assert report.result("identity") == "skipped"
    assert "AWS_ENDPOINT_URL_STS" in report.said("identity")
    assert iam.operations == ["GetUser"]


@pytest.mark.parametrize(
    ("env", "host"),
    [
        ({}, "sts.amazonaws.com"),
        ({"AWS_REGION": "eu-west-1"}, "sts.eu-west-1.amazonaws.com"),
        ({"AWS_REGION": "cn-north-1"}, "sts.cn-north-1.amazonaws.com.cn"),
        (
            {"AWS_IAM_URL": "https://iam.us-gov.amazonaws.com", "AWS_REGION": "eu-west-1"},
            "sts.us-gov-west-1.amazonaws.com",
        ),
        (
            {"AWS_IAM_URL": "https://iam.amazonaws.com", "AWS_REGION": "cn-north-1"},
            "sts.amazonaws.com",
        ),
    ],
)
def test_sts_is_asked_in_the_partition_of_the_endpoint(
    env: dict[str, str], host: str, healthy: ForkRunner
) -> None:
    """A proxy sees the host and refuses to connect."""
    proxy = Stub()
    try:
        doctor(healthy, **private(**env, https_proxy=f"http://127.0.0.1:{proxy.port}"))
        assert proxy.connects[0] == f"{host}:443"
    finally:
        proxy.close()


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("sts.eu-west-1.amazonaws.com", "eu-west-1"),
        ("sts.amazonaws.com", "us-east-1"),
        ("sts.eu-west-1.example.com", "us-east-1"),
    ],
)
def test_requests_to_a_configured_sts_are_signed_for_its_region(
    host: str, region: str, healthy: ForkRunner, stub: Stub, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path / "cert.pem", host=host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    proxy = Stub(tunnel=context)
    try:
        sts = proxy.endpoint(caller())
        env = private(
            AWS_IAM_URL=stub.endpoint(ok("GetUser", USER)).url,
            AWS_ENDPOINT_URL_STS=f"https://{host}",
            AWS_REGION="us-west-2",
            AWS_CA_BUNDLE=str(certificate),
            https_proxy=f"http://127.0.0.1:{proxy.port}",
        )
        assert doctor(healthy, **env).result("identity") == "ok"
        [request] = sts.requests
        assert f"/{region}/sts/aws4_request" in request.headers["authorization"]
    finally:
        proxy.close()


def test_the_clock_and_the_certificate(healthy: ForkRunner, tls: tuple[Stub, Path]) -> None:
    server, certificate = tls
    endpoint = server.endpoint(caller()).on("GetUser", dated(ok("GetUser", USER), seconds=-120))
    report = doctor(healthy, AWS_ENDPOINT_URL=endpoint.url, AWS_CA_BUNDLE=str(certificate))
    assert (report.status, report.causes) == (0, [])
    assert [report.result(name) for name in ("ca", "tls", "clock")] == ["ok"] * 3
    assert re.match(r"12\d s ahead of", report.said("clock"))
    assert f"{certificate} from AWS_CA_BUNDLE" in report.said("ca")


@pytest.mark.parametrize(
    ("answer", "result", "said"),
    [
        (ok("GetUser", USER), "skipped", "the response has no date; "),
        (
            refused("RequestExpired"),
            "wrong",
            "the service does not accept the time of requests: RequestExpired; ",
        ),
    ],
    ids=["accepted", "refused"],
)
def test_an_answer_without_a_date(
    answer: Answer, result: str, said: str, healthy: ForkRunner, place: Place
) -> None:
    report = doctor(healthy, **answering(place, answer._replace(headers={"Date": ""})))
    assert report.result("clock") == result
    assert report.said("clock").startswith(said)


def test_an_endpoint_elsewhere_without_encryption_is_a_warning(
    healthy: ForkRunner, place: Place
) -> None:
    url = service_at(place).replace("127.0.0.1", "iam.example.com")
    report = doctor(healthy, **private(AWS_IAM_URL=url, http_proxy=through(place)))
    assert (report.status, report.result("tls"), report.wrong) == (0, "warning", [])
    assert report.said("tls") == (
        f"{url} is not encrypted; use https, because responses can contain secrets"
    )


def test_a_server_without_a_certificate(healthy: ForkRunner) -> None:
    server = Stub(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    report = doctor(healthy, **private(AWS_IAM_URL=server.endpoint(caller()).url))
    server.close()
    assert (report.wrong, report.status) == (["tls"], 1)


def test_what_sets_the_authorities_to_trust(
    healthy: ForkRunner, tls: tuple[Stub, Path], tmp_path: Path
) -> None:
    bundle = str(tls[1])
    config = file(tmp_path, "config", f"[default]\nca_bundle = {bundle}\n")
    for env, said in (
        ({"REQUESTS_CA_BUNDLE": bundle}, f"{bundle} from REQUESTS_CA_BUNDLE"),
        ({"AWS_CONFIG_FILE": config}, f"{bundle} from ca_bundle of the AWS configuration"),
    ):
        report = doctor(healthy, **private(AWS_IAM_URL=f"https://127.0.0.1:{tls[0].port}", **env))
        assert said in report.said("ca")


@pytest.mark.parametrize(
    ("made", "check", "cause"),
    [({"days": -1}, "tls", None), ({"host": "127.0.0.2"}, "endpoint", "endpoint-wrong")],
)
def test_a_certificate_that_does_not_fit(
    made: dict[str, object], check: str, cause: str | None, healthy: ForkRunner, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path / "cert.pem", **made)  # type: ignore[arg-type]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Stub(context)
    url = server.endpoint(caller()).url
    report = doctor(healthy, AWS_ENDPOINT_URL=url, AWS_CA_BUNDLE=str(certificate))
    server.close()
    assert report.checks[check]["cause"] == cause
    assert report.wrong == [check]


def test_the_answer_of_iam_counts_if_sts_is_not_there(
    healthy: ForkRunner, stub: Stub, closed: str
) -> None:
    iam = stub.endpoint(ok("GetUser", USER)).url
    report = doctor(healthy, AWS_IAM_URL=iam, AWS_ENDPOINT_URL_STS=closed)
    assert (report.status, report.causes) == (0, [])
    assert report.result("identity") == "skipped"
    assert "Connection refused" in report.said("identity")


def test_a_proxy_for_sts_alone_that_is_no_address(healthy: ForkRunner, place: Place) -> None:
    env = {"AWS_IAM_URL": service_at(place), "AWS_ENDPOINT_URL_STS": "https://127.0.0.1:9"}
    report = doctor(healthy, **env, https_proxy="http://me:passw0rd@127.0.0.1:x")
    assert (report.status, report.result("identity")) == (0, "skipped")
    assert "https_proxy is not the address of an HTTP proxy" in report.said("identity")
    assert "passw0rd" not in report.out


def test_an_endpoint_of_sts_that_is_no_address(healthy: ForkRunner, place: Place) -> None:
    env = {"AWS_ENDPOINT_URL_STS": "ftp://x"}
    report = doctor(healthy, **env)
    assert (report.status, report.result("identity"), report.causes) == (0, "warning", [])
    # A role is requested there.
    report = doctor(healthy, **env, **role(place))
    assert report.causes == [("endpoint", "endpoint-wrong")]


@pytest.mark.parametrize("code", ["ServiceUnavailable", "InvalidAction"])
def test_a_service_that_is_out_of_order_is_a_warning(
    code: str, healthy: ForkRunner, stub: Stub
) -> None:
    url = stub.endpoint(refused(code, "", 503)).url
    report = doctor(healthy, AWS_ENDPOINT_URL=url)
    assert (report.status, report.causes) == (0, [])
    assert (report.result("endpoint"), report.result("identity")) == ("warning", "skipped")
    assert code in report.said("endpoint")


def test_a_credential_file_that_is_a_pipe(healthy: ForkRunner, run: Shell) -> None:
    """It can be read only once."""
    name = file(run.home, "keys", TWO_LINES)
    script = f"AWS_CREDENTIAL_FILE=<(cat {name}) iamcli doctor --format json"
    report = parsed(run("bash", "-c", script))
    assert (report.status, report.result("credentials"), report.result("identity")) == (
        0,
        "ok",
        "ok",
    )


# Nothing is sent, and nothing is run, with --offline, or if it is known that commands fail.


def test_offline_sends_nothing(healthy: ForkRunner, service: Endpoint) -> None:
    report = doctor(healthy, "--offline")
    assert report.account is None
    assert (report.status, report.causes) == (0, [])
    assert [name for name in report.checks if "--offline" in report.said(name)] == [
        "identity",
        "tls",
        "clock",
    ]
    assert service.requests == []
    assert doctor(healthy, AWS_CREDENTIAL_FILE="absent").status == 1
    assert service.requests == []


def test_offline_asks_nobody_for_credentials(healthy: ForkRunner) -> None:
    script = program(healthy.home, "process", f"touch {healthy.home}/ran")
    process = file(healthy.home, "process.config", f"[default]\ncredential_process={script}\n")
    source = f"role_arn=arn:aws:iam::1:role/r\nsource_profile=default\n{PROFILE[10:]}"
    assuming = file(healthy.home, "role.config", f"[default]\n{source}")
    auto = file(healthy.home, "auto.config", "[default]\ndefaults_mode=auto\n")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        env = {
            "AWS_CREDENTIAL_FILE": "",
            "AWS_EC2_METADATA_DISABLED": "",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": url,
            "AWS_ENDPOINT_URL_STS": url,
        }
        for more in (
            {"AWS_CONFIG_FILE": process},
            {"AWS_CONFIG_FILE": assuming},
            {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url},
        ):
            report = doctor(healthy, "--offline", **env, **more)
            assert (report.result("credentials"), report.status) == ("skipped", 0)
        report = doctor(healthy, "--offline", **env, AWS_CONFIG_FILE=auto)
        assert (report.result("credentials"), report.status) == ("skipped", 0)
        assert "the role of the instance is not asked with --offline" in report.said("credentials")
        assert "the role of the instance (not asked with --offline)" in report.said("credentials")
        disabled = {**env, "AWS_EC2_METADATA_DISABLED": "true"}
        report = doctor(healthy, "--offline", **disabled, AWS_CONFIG_FILE=auto)
        assert report.causes == [("credentials", "no-credentials")]
        # Nobody has connected.
        assert select.select([server], [], [], 0)[0] == []
    assert not (healthy.home / "ran").exists()


def test_offline_uses_the_key_that_commands_would_use(healthy: ForkRunner) -> None:
    plain = file(healthy.home, "plain", PROFILE)
    role = file(healthy.home, "role", "[default]\nrole_arn=arn:aws:iam::1:role/r\n" + PROFILE[10:])
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": plain}
    assert doctor(healthy, "--offline", **env).result("credentials") == "ok"
    # The variables come before the role, and that before the key of the profile.
    assert doctor(healthy, "--offline", **env, AWS_CONFIG_FILE=role, **KEYS).result(
        "credentials"
    ) == ("ok")
    expiring = {**KEYS, "AWS_CREDENTIAL_EXPIRATION": "2100-01-01T00:00:00Z"}
    report = doctor(healthy, "--offline", **env, AWS_CONFIG_FILE=role, **expiring)
    assert report.result("credentials") == "ok"
    report = doctor(healthy, "--offline", **env, AWS_CONFIG_FILE=role)
    assert report.result("credentials") == "skipped"
    # A program comes before a key in the same file, but after one in the file of credentials.
    program = file(healthy.home, "program", process() + PROFILE[10:])
    assert doctor(healthy, "--offline", **env, AWS_CONFIG_FILE=program).result("credentials") == (
        "ok"
    )
    report = doctor(healthy, "--offline", AWS_CREDENTIAL_FILE="", AWS_CONFIG_FILE=program)
    assert report.result("credentials") == "skipped"


@pytest.mark.parametrize(
    ("key", "said"), [("a b", "invalid character"), ("", "the access key is empty")]
)
def test_a_key_that_no_service_accepts_is_wrong_offline(
    key: str, said: str, healthy: ForkRunner, place: Place
) -> None:
    env = chain(place, PROFILE.replace(KEY_ID, key))
    report = doctor(healthy, "--offline", **env)
    assert (report.result("credentials"), report.status) == ("wrong", 1)
    assert said in report.said("credentials")


# What is found.


def test_the_places_that_were_looked_at(healthy: ForkRunner) -> None:
    file(healthy.home, ".aws/credentials", PROFILE.replace("default", "work"))
    shared = f"{healthy.home}/.aws/credentials and {healthy.home}/.aws/config"
    said = doctor(healthy, **KEYS, AWS_PROFILE="work").said("credentials")
    assert f"not used: AWS_ACCESS_KEY_ID (set), {shared} (profile work has an access key)" in said
    said = doctor(healthy, AWS_CREDENTIAL_FILE="", AWS_PROFILE="work").said("credentials")
    assert said.startswith(f"access key AKIA...MPLE from profile work in {shared}; ")
    assert "looked at before: AWS_CREDENTIAL_FILE (not set), AWS_ACCESS_KEY_ID (not set)" in said
    token = {"AWS_CREDENTIAL_FILE": "", **KEYS, "AWS_SESSION_TOKEN": TOKEN}
    said = doctor(healthy, **token).said("credentials")
    assert said.startswith("temporary access key AKIA...MPLE from AWS_ACCESS_KEY_ID; ")
    said = doctor(healthy, AWS_CREDENTIAL_FILE="").said("credentials")
    for place in (
        "AWS_CREDENTIAL_FILE (not set)",
        "AWS_ACCESS_KEY_ID (not set)",
        "AWS_WEB_IDENTITY_TOKEN_FILE (not set)",
        f"{shared} (no profile default)",
        "the role of the container (not set)",
        "the role of the instance (disabled by AWS_EC2_METADATA_DISABLED)",
    ):
        assert place in said


def test_a_misspelled_or_empty_variable_explains_missing_credentials(
    healthy: ForkRunner, run: Shell
) -> None:
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_CREDENTIALS_FILE": "keys"}
    assert doctor(healthy, **env).causes == [("credentials", "old-variable")]
    done = run("env", "AWS_CREDENTIAL_FILE=", "iamcli", "doctor", "--format", "json")
    assert parsed(done).causes == [("credentials", "empty-variable")]
    empty = ("env", "-u", "AWS_CREDENTIAL_FILE", "AWS_ACCESS_KEY_ID=")
    done = run(*empty, "iamcli", "doctor", "--format", "json")
    assert "AWS_ACCESS_KEY_ID (empty)" in parsed(done).said("credentials")
    # Commands do not use a key that is at hand either.
    done = run("env", "AWS_CREDENTIAL_FILE=", "iamcli", "doctor", "--format", "json", env=KEYS)
    report = parsed(done)
    assert (report.status, report.causes) == (1, [("credentials", "empty-variable")])
    assert "AWS_CREDENTIAL_FILE is empty; name a file or unset it" in report.said("credentials")
    assert report.result("credentials") == "wrong"
    assert run("env", "AWS_CREDENTIAL_FILE=", "iam-usergetattributes", env=KEYS).status == 1


def test_no_secret_of_a_proxy_is_shown(healthy: ForkRunner, stub: Stub, service: Endpoint) -> None:
    proxy = f"http://me:passw0rd@127.0.0.1:{stub.port}"
    report = doctor(healthy, http_proxy=proxy)
    assert report.said("proxy").startswith(f"127.0.0.1:{stub.port} from http_proxy")
    client = f"ClientProxyHost=127.0.0.1\nClientProxyPort={stub.port}\n"
    login = "ClientProxyUsername=me\nClientProxyPassword=passw0rd\n"
    name = file(healthy.home, "client", client + login, 0o644)
    through = doctor(healthy, CLIENT_CONFIG_FILE=name)
    assert f"from the client configuration {name}" in through.said("proxy")
    assert through.causes == [("credentials", "readable-by-others")]
    wrong = doctor(healthy, http_proxy="http://me:passw0rd@127.0.0.1:x")
    assert "http_proxy is not the address of an HTTP proxy" in wrong.said("proxy")
    assert "passw0rd" not in report.out + through.out + wrong.out
    assert [request.line.startswith("POST http://") for request in service.requests] == [True] * 4


def test_a_setting_that_every_command_refuses(
    healthy: ForkRunner, run: Shell, service: Endpoint
) -> None:
    for name, value in (
        ("IAMCLI_TIMEOUT", "soon"),
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_RETRY_MODE", "never"),
    ):
        report = doctor(healthy, **{name: value})
        assert (report.status, report.result("environment")) == (1, "wrong")
        assert value in report.said("environment")
    file(healthy.home, ".aws/config", "[default]\nregion=eu-west-1\n")
    report = doctor(healthy, AWS_DEFAULTS_MODE="fast")
    assert (report.status, report.result("environment")) == (1, "wrong")
    report = parsed(run("env", "AWS_DEFAULTS_MODE=", "iamcli", "doctor", "--format", "json"))
    assert (report.status, report.causes) == (1, [("environment", "empty-variable")])
    assert "AWS_DEFAULTS_MODE is set but empty, which is no mode; " in report.said("environment")
    assert service.requests == []


@pytest.mark.parametrize(
    ("region", "similar"),
    [
        ("mars-1", ""),
        ("cn_north_1", " (did you mean cn-north-1?)"),
        ("us-gov-1", " (did you mean us-gov-west-1?)"),
        ("us-east-1a", " (an Availability Zone of us-east-1)"),
    ],
)
@pytest.mark.parametrize("arguments", [[], ["--offline"]], ids=str)
def test_an_unknown_region_is_wrong_and_nothing_is_sent(
    region: str, similar: str, arguments: list[str], healthy: ForkRunner
) -> None:
    proxy = Stub()
    try:
        env = private(AWS_REGION=region, https_proxy=f"http://127.0.0.1:{proxy.port}")
        report = doctor(healthy, *arguments, **env)
        assert proxy.connects == []
    finally:
        proxy.close()
    assert (report.status, report.causes) == (1, [])
    assert report.said("region").startswith(f"AWS_REGION is {region}{similar}, unknown to botocore")
    assert report.said("region").endswith(
        "; correct it, or name an endpoint with --url or AWS_IAM_URL"
    )
    assert report.wrong == ["region"]
    for name in ("endpoint", "partition", "proxy"):
        assert report.checks[name]["found"] == "not known until region is right"
    if not arguments:
        assert report.checks["identity"]["found"] == "not checked until region is right"


def test_an_unknown_region_in_which_sts_would_be_asked(
    healthy: ForkRunner, place: Place, service: Endpoint
) -> None:
    env = role(place) | private(AWS_IAM_URL=service.url, AWS_REGION="mars-1")
    report = doctor(healthy, **env)
    assert (report.status, report.result("region")) == (1, "wrong")
    assert report.said("region").endswith("or name an endpoint with AWS_ENDPOINT_URL_STS")
    assert service.requests == []


def test_an_unknown_region_does_not_matter_with_a_named_endpoint(
    healthy: ForkRunner, service: Endpoint
) -> None:
    for region in ("mars-1", "cn_north_1", "us-east-1a"):
        report = doctor(healthy, AWS_REGION=region)
        assert (report.status, report.causes, report.result("region")) == (0, [], "ok")
    assert service.operations == ["GetCallerIdentity", "GetUser"] * 3
    env = private(AWS_IAM_URL="https://iam.nz-north-1.amazonaws.nz", AWS_REGION="mars-1")
    report = doctor(healthy, **env, https_proxy="http://127.0.0.1:1")
    assert report.result("identity") == "skipped"
    assert "a partition that botocore does not know" in report.said("identity")
    assert "signed for nz-north-1" in report.said("partition")


def test_a_dual_stack_endpoint_that_does_not_exist(healthy: ForkRunner) -> None:
    env = private(AWS_REGION="us-isof-south-1", AWS_USE_DUALSTACK_ENDPOINT="true")
    report = doctor(healthy, **env)
    assert (report.status, report.causes) == (1, [("endpoint", "endpoint-wrong")])
    assert "has no dual-stack endpoint of IAM in aws-iso-f" in report.said("endpoint")


def test_a_region_with_a_carriage_return(healthy: ForkRunner) -> None:
    assert doctor(healthy, "--offline", **private(AWS_REGION="cn-north-1")).result("region") == "ok"
    for region in ("cn-north-1\r", "us-east-1\r"):
        report = doctor(healthy, "--offline", **private(AWS_REGION=region))
        assert report.causes == [("environment", "carriage-return")]
        assert report.status == 1


# The programs.


@pytest.fixture
def home(run: Shell, healthy: ForkRunner) -> Path:
    """A directory that ``iamcli home`` has set up, as AWS_IAM_HOME and first in PATH."""
    folder = run.home / "iam"
    assert healthy("iamcli", "home", str(folder)).status == 0
    run.env |= {"AWS_IAM_HOME": str(folder), "PATH": f"{folder}/bin:{BIN}:/usr/bin:/bin"}
    return folder


def test_a_home_runs_the_commands(home: Path, healthy: ForkRunner) -> None:
    report = doctor(healthy, "--offline")
    assert report.causes == []
    assert (report.result("path"), report.result("home")) == ("ok", "ok")
    assert healthy("iamcli", "home", "--strict", str(home)).status == 0
    report = doctor(healthy, "--offline", AWS_IAM_HOME="")
    assert (report.result("path"), report.result("home")) == ("ok", "ok")
    installed = str(BIN.parent)
    said = doctor(healthy, "--offline", AWS_IAM_HOME=installed, PATH=f"{BIN}:/usr/bin").said("home")
    assert said == f"{installed}: ready for scripts; "


@pytest.mark.parametrize("strict", [False, True])
def test_a_damaged_home_is_a_warning(strict: bool, home: Path, healthy: ForkRunner) -> None:  # noqa: FBT001
    if strict:
        healthy("iamcli", "home", "--strict", str(home))
    (home / "bin" / "iam-userdel").unlink()
    report = doctor(healthy, "--offline")
    assert (report.status, report.result("home"), report.causes) == (0, "warning", [])
    assert f"{home}/bin/iam-userdel: missing or changed" in report.said("home")
    assert f"iamcli home {home}; if it refuses a file, move the file" in report.said("home")


@pytest.mark.parametrize("folder", every(2, [f"/{'x' * 300}", "."]))
@pytest.mark.parametrize(
    "variable", every(2, ["PATH", "HOME", "AWS_IAM_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"])
)
def test_a_directory_that_cannot_be_used_ends_no_check(
    variable: str, folder: str, healthy: ForkRunner, run: Shell
) -> None:
    run.env |= {"SHELL": "/bin/fish", variable: folder}
    if variable == "PATH":
        run.env["PATH"] = f"{folder}:{BIN}:/usr/bin:/bin"
    script = f"mkdir gone; cd gone; rmdir ../gone; exec {BIN}/iamcli doctor --format json"
    assert parsed(run("/bin/sh", "-c", script)).result("path") != "wrong"


def test_a_home_that_something_is_in_the_way_of(healthy: ForkRunner) -> None:
    taken = file(healthy.home, "it's taken", "")
    toolkit = program(healthy.home / "other" / "bin", "iam-usercreate").parent.parent
    for folder, advice in (
        (taken, "move it and run: iamcli home '"),
        (str(toolkit), "move it and run: iamcli home /"),
        (f"{healthy.home}/absent", "; run: iamcli home /"),
        ("-x", "; run: iamcli home ./-x"),
    ):
        assert advice in doctor(healthy, "--offline", AWS_IAM_HOME=folder).said("home")


def test_a_home_of_another_installation_or_version(home: Path, healthy: ForkRunner) -> None:
    record = home / ".iamcli-home"
    text = record.read_text()
    known = json.loads(text)
    del known["bin/iam-userdel"]
    record.write_text(json.dumps(known))
    assert "lacks 1 commands" in doctor(healthy, "--offline").said("home")
    for folder in ("gone", "other"):
        target = healthy.home / folder
        if folder == "other":
            for link in (home / "bin").iterdir():
                program(target, link.name)
        for link in (home / "bin").iterdir():
            link.unlink()
            link.symlink_to(target / link.name)
        record.write_text(text.replace(str(BIN), str(target)))
        text = record.read_text().replace(str(target), str(BIN))
        report = doctor(healthy, "--offline", PATH="/usr/bin:/bin")
        assert report.result("home") == "warning"
        expected = "which does not exist" if folder == "gone" else f"another installation, {target}"
        assert expected in report.said("home")
    record.write_text("{")
    said = doctor(healthy, "--offline").said("home")
    assert said.startswith(f"{record} is not a record of iamcli home; ")
    record.write_text(text)
    (home / "bin").rename(home / "old")
    (home / "bin").touch()
    assert ": Not a directory; " in doctor(healthy, "--offline").said("home")


def test_an_old_toolkit_is_found(healthy: ForkRunner) -> None:
    toolkit = healthy.home / "toolkit"
    file(toolkit, "lib/iam.jar", "")
    program(toolkit / "bin", "iam-usercreate")
    after = {"PATH": f"{BIN}:{toolkit}/bin:/usr/bin:/bin", "AWS_IAM_HOME": str(toolkit)}
    report = doctor(healthy, "--offline", **after)
    assert (report.status, report.causes) == (0, [])
    assert f"{toolkit} still has the legacy toolkit" in report.said("path")
    assert f"AWS_IAM_HOME is {toolkit}, which has the legacy toolkit" in report.said("home")
    before = {"PATH": f"{toolkit}/bin:{BIN}:/usr/bin:/bin", "AWS_IAM_HOME": str(toolkit)}
    report = doctor(healthy, "--offline", **before)
    assert report.causes == [("path", "shadowed")]
    assert f"{toolkit}/bin/iam-usercreate" in report.said("path")


def test_what_is_not_a_program_shadows_nothing(healthy: ForkRunner, run: Shell) -> None:
    file(run.home, "other/iam-usercreate", "no program", 0o644)
    report = doctor(healthy, "--offline", PATH=f"{run.home}/other:{BIN}:/usr/bin:/bin")
    assert report.result("path") == "ok"
    report = doctor(healthy, "--offline", PATH="/usr/bin:/bin")
    assert (report.status, report.result("path"), report.causes) == (0, "warning", [])
    assert f'export PATH={BIN}:"$PATH"' in report.said("path")
    some = run.home / "some"
    some.mkdir()
    for name in ("iam-usercreate", "iam-userdel"):
        (some / name).symlink_to(BIN / name)
    report = doctor(healthy, "--offline", PATH=f"{some}:/usr/bin:/bin")
    assert (report.status, report.result("path"), report.causes) == (0, "warning", [])
    assert re.match(r"PATH does not have iam-\w+ and 66 others of the", report.said("path"))
    program(run.home / "other", "iam-userdel")
    (run.home / "other" / "iam-usercreate").unlink()
    path = {"PATH": f"{run.home}/other:{BIN}:/usr/bin:/bin"}
    assert f"{run.home}/other/iam-userdel would run" in doctor(healthy, **path).said("path")
    program(run.home / "other", "iam-userlistbypath")
    assert "/iam-userdel and 1 other would run" in doctor(healthy, **path).said("path")


def test_the_pages_and_the_completion_of_a_checkout(healthy: ForkRunner, place: Place) -> None:
    env = {"PATH": f"{ROOT}/bin:/usr/bin:/bin", "SHELL": "/bin/bash"}
    report = doctor(healthy, "--offline", **env)
    assert f"{ROOT}/" in report.said("man")
    assert f"{ROOT}/" in report.said("completion")
    assert [report.result(name) for name in ("path", "man", "completion")] == ["ok"] * 3
    empty = {"PATH": directory_of_links(healthy.home), "SHELL": "/bin/fish"}
    report = doctor(healthy, "--offline", **empty)
    assert report.said("man").startswith("man is not installed; ")
    said = "iam-usercreate.fish is in no directory that fish loads by itself; in ~/.config/fish/"
    assert report.said("completion").startswith(said)
    minimized = program(healthy.home / "man", "man", "echo This system has been minimized.").parent
    report = doctor(healthy, "--offline", PATH=f"{minimized}:{BIN}:/usr/bin:/bin")
    assert report.said("man").startswith("man does not find the page of iam-usercreate; add /")
    broken = directory(place, "broken")
    (healthy.home / "broken" / "man").touch(mode=0o755)
    own = file(healthy.home, "own/completions/iam-usercreate", "")
    bash = {"SHELL": "/bin/bash", "BASH_COMPLETION_USER_DIR": f"{healthy.home}/own"}
    report = doctor(healthy, "--offline", PATH=f"{broken}:{BIN}", **bash)
    assert report.said("man") == f"{broken}/man fails: OSError; repair man"
    assert report.said("completion") == f"bash finds {own}; "
    data = {"XDG_DATA_DIRS": f"{ROOT}/share", "SHELL": "/bin/zsh"}
    report = doctor(healthy, "--offline", **data)
    assert f"zsh finds {ROOT}/share/zsh/site-functions/_iamcli" in report.said("completion")
    report = doctor(healthy, "--offline", SHELL="/bin/zsh")
    assert report.said("completion").startswith("only zsh itself knows where it looks; in ~/.zshrc")
    assert doctor(healthy, "--offline", SHELL="/bin/dash").result("completion") == "skipped"


def directory_of_links(home: Path) -> str:
    """A directory for PATH that has the commands, but not man."""
    folder = home / "links"
    folder.mkdir()
    for name in BIN.glob("iam*"):
        (folder / name.name).symlink_to(name)
    return str(folder)


def test_versions(healthy: ForkRunner) -> None:
    from importlib.metadata import version

    from iamcli import __version__
    from iamcli.cli.doctor.installed import OLDEST

    said = doctor(healthy, "--offline").said("versions")
    for name, number in (
        ("iamcli", __version__),
        ("Python", sys.version.split()[0]),
        ("botocore", version("botocore")),
        ("click", version("click")),
    ):
        assert f"{name} {number}" in said
    required = (ROOT / "setup.cfg").read_text()
    assert all(f"{package}>={number}" in required for package, number in OLDEST.items())


def test_what_is_wrong_with_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    from iamcli.cli.doctor import installed, programs
    from iamcli.installation import home

    monkeypatch.setattr(installed, "OLDEST", {"click": "999", "no-such-package": "1"})
    finding = installed.check_versions()
    assert finding.found.endswith(", no-such-package unknown; too old: click")
    assert finding.advice == "pip install 'click>=999'"
    monkeypatch.setattr(home, "commands_folders", lambda: iter(()))
    finding = programs.check_path()
    assert finding.found == "the iam-* commands of this installation are missing"
    assert (finding.result, finding.advice) == ("warning", "install iamcli again")


# How it is called.


def test_usage(healthy: ForkRunner, run: Shell) -> None:
    done = healthy("iamcli", "doctor", "--format", "xml")
    assert (done.status, done.out) == (1, "")
    assert "'xml' is not one of 'text', 'json'" in done.err
    done = run(sys.executable, "-X", "importtime", str(BIN / "iamcli"), "doctor", "--help")
    assert "--offline" in done.out
    assert "botocore" not in done.err
    assert "iamcli.cli.doctor" not in done.err


def test_the_page_lists_the_causes() -> None:
    page = (ROOT / "man" / "iamcli.1").read_text()
    causes = {cause for cause, _, _ in [*WRONG, *WARNINGS]} | {"empty-variable", "extra-missing"}
    assert len(causes) == 19
    for cause in causes:
        assert re.search(rf"^\.It Li {cause}$", page, re.MULTILINE), cause


@pytest.mark.full
def test_the_sandbox_is_healthy(run: Shell) -> None:
    report = parsed(run("iamcli", "sandbox", "iamcli", "doctor", "--format", "json"))
    assert (report.status, report.causes) == (0, [])
    assert report.result("identity") == "ok"


@pytest.mark.full
def test_a_network_that_does_not_answer(healthy: ForkRunner) -> None:
    """A server that accepts connections in the kernel only, and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        report = doctor(healthy, **private(AWS_IAM_URL=url), IAMCLI_TIMEOUT="1")
        assert time.monotonic() - began < 20
    assert report.causes == [("endpoint", "endpoint-wrong")]
