"""``iamcli doctor``: each cause, made for real, is named once; the report, and how it is called."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support.connecting import USER
from support.doctor import (
    ARN,
    BY_TOKEN,
    TWO_LINES,
    Place,
    caller,
    dated,
    doctor,
    file,
    parsed,
    private,
    program,
    refusing,
    role,
    service_at,
    through,
)
from support.requirements import PATH
from support.shell import BIN, ROOT, SECRET
from support.stub import Answer, ok, refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    SetUp = Callable[[Place], Mapping[str, str]]


def credentials(place: Place, text: str) -> dict[str, str]:
    return {"AWS_CREDENTIAL_FILE": file(place.home, "keys", text)}


def pipe(place: Place) -> str:
    """Return the name of a pipe to which nobody writes."""
    os.mkfifo(place.home / "pipe")
    return str(place.home / "pipe")


def asking_sts(url: str) -> dict[str, str]:
    """A role is requested at ``url``, once; the address of IAM is another one."""
    return private(AWS_IAM_URL="http://127.0.0.1:1", AWS_ENDPOINT_URL_STS=url, AWS_MAX_ATTEMPTS="1")


def elsewhere(place: Place, arn: str, region: str, answer: Answer | None = None) -> dict[str, str]:
    """IAM is asked at one address and STS at another one; ``answer``: that of IAM."""
    sts = place.stub.endpoint(caller(arn)).url
    iam = place.stub.endpoint(answer or refused("InvalidClientTokenId", "", 403)).url
    return private(AWS_IAM_URL=iam, AWS_ENDPOINT_URL_STS=sts, AWS_REGION=region)


def skewed(place: Place, **difference: float) -> dict[str, str]:
    answer = dated(refused("SignatureDoesNotMatch"), **difference)
    return {"AWS_ENDPOINT_URL": place.stub.endpoint(answer).url}


def refused_by_sts(place: Place, code: str) -> dict[str, str]:
    """IAM accepts the key, which STS refuses."""
    return {
        "AWS_IAM_URL": service_at(place),
        "AWS_ENDPOINT_URL_STS": refusing(place, code)["AWS_ENDPOINT_URL"],
    }


def shadowed(place: Place) -> dict[str, str]:
    folder = program(place.home / "other", "iam-usercreate").parent
    return {"PATH": f"{folder}:{BIN}:{PATH}"}


#: For each cause, and the check that names it: the set-ups, each of which makes the variables. The
#: tests of the parts have the variants of each.
WRONG: dict[tuple[str, str], list[SetUp]] = {
    ("no-file", "credentials"): [lambda p: {"AWS_CREDENTIAL_FILE": f"{p.home}/absent"}],
    ("no-file", "proxy"): [lambda _: {"CLIENT_CONFIG_FILE": "absent"}],
    ("no-credentials", "credentials"): [lambda _: {"AWS_CREDENTIAL_FILE": ""}],
    ("brackets", "credentials"): [
        lambda p: credentials(
            p,
            "AWSAccessKeyId=<Write your AWS access ID>\nAWSSecretKey=<Write your AWS secret key>\n",
        )
    ],
    # The key with which a role is assumed.
    ("wrong-key", "credentials"): [lambda p: role(p) | refusing(p, "InvalidClientTokenId")],
    ("token-expired", "credentials"): [
        lambda _: {**BY_TOKEN, "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}
    ],
    # The service with which a role is assumed.
    ("endpoint-wrong", "credentials"): [lambda p: role(p) | asking_sts(p.closed)],
    ("proxy-refused", "credentials"): [
        lambda p: role(p) | asking_sts("") | {"https_proxy": p.closed}
    ],
    ("unknown-ca", "credentials"): [
        lambda p: role(p) | asking_sts(p.tls[0].endpoint(caller()).url)
    ],
    ("clock-skew", "clock"): [lambda p: skewed(p, hours=2)],
    ("proxy-refused", "proxy"): [lambda p: {"http_proxy": through(p, "me:p%C3%B6ssw0rd@")}],
    ("endpoint-wrong", "endpoint"): [
        lambda p: {"AWS_IAM_URL": p.closed},
        lambda _: {"AWS_IAM_URL": "ftp://example.com"},
        lambda p: private(AWS_IAM_URL=f"https://127.0.0.1:{p.stub.port}"),
    ],
    ("unknown-ca", "ca"): [lambda p: private(AWS_IAM_URL=p.tls[0].endpoint(caller()).url)],
    ("carriage-return", "environment"): [
        lambda p: {"AWS_CREDENTIAL_FILE": file(p.home, "keys", TWO_LINES) + "\r"}
    ],
    ("partition-wrong", "partition"): [
        lambda p: elsewhere(p, "arn:aws-cn:iam::123456789012:user/bob", "us-east-1")
    ],
    # A pipe to which nobody writes is not waited for.
    ("unreadable", "credentials"): [
        lambda p: {"AWS_CREDENTIAL_FILE": pipe(p)},
        lambda p: {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": pipe(p)},
        lambda p: {"AWS_SHARED_CREDENTIALS_FILE": pipe(p)},
        lambda p: {"AWS_CA_BUNDLE": pipe(p)},
    ],
    ("no-network", "endpoint"): [lambda _: {"AWS_ENDPOINT_URL": "http://iam.nowhere.invalid"}],
}

WARNINGS: dict[tuple[str, str], list[SetUp]] = {
    ("shadowed", "path"): [shadowed],
    ("old-variable", "environment"): [lambda _: {"AWS_CREDENTIALS_FILE": "/home/bob/keys"}],
    ("python-path", "environment"): [
        lambda p: {
            "PYTHONPATH": f"{p.home}/absent:" + file(p.home, "old/enum.py", "")[: -len("/enum.py")]
        }
    ],
    ("unused-key", "credentials"): [
        lambda _: {"AWS_ACCESS_KEY_ID": "AKIAOTHER", "AWS_SECRET_ACCESS_KEY": SECRET}
    ],
    ("readable-by-others", "credentials"): [
        lambda p: {"AWS_CREDENTIAL_FILE": file(p.home, "keys", TWO_LINES, 0o644)}
    ],
    ("writable-by-others", "credentials"): [
        lambda p: {"CLIENT_CONFIG_FILE": file(p.home, "client", "ClientProxyHost=\n", 0o666)}
    ],
    # IAM accepts the key, whatever its date or STS says.
    ("clock-skew", "clock"): [
        lambda p: private(AWS_IAM_URL=p.stub.endpoint(dated(ok("GetUser", USER), hours=-2)).url)
    ],
    ("wrong-key", "identity"): [lambda p: refused_by_sts(p, "InvalidClientTokenId")],
    ("clock-skew", "identity"): [lambda p: refused_by_sts(p, "RequestExpired")],
    ("partition-wrong", "partition"): [
        lambda p: elsewhere(p, ARN, "cn-north-1", ok("GetUser", USER))
    ],
    # The commands ignore the blanks around an address.
    ("carriage-return", "environment"): [lambda p: {"AWS_IAM_URL": f"{service_at(p)}\r"}],
}


def rows(setups: dict[tuple[str, str], list[SetUp]]) -> list[tuple[str, str, SetUp]]:
    """A row for each set-up: the cause, the check, and what makes the variables."""
    return [(*names, make) for names, makes in setups.items() for make in makes]


def each(setups: list[tuple[str, str, SetUp]]) -> pytest.MarkDecorator:
    ids = [f"{cause}-{number}" for number, (cause, _, _) in enumerate(setups)]
    return pytest.mark.parametrize(("cause", "check", "make"), setups, ids=ids)


@each(rows(WRONG))
def test_what_keeps_commands_from_working_is_named(cause, check, make, healthy, place):
    report = doctor(healthy, **make(place))
    assert report.causes == [(check, cause)]
    assert report.result(check) == "wrong"
    assert report.status == 1
    assert report.wrong == [check]


@each(rows(WARNINGS))
def test_what_commands_work_with_is_a_warning(cause, check, make, healthy, place):
    report = doctor(healthy, **make(place))
    assert report.causes == [(check, cause)]
    assert (report.result(check), report.status) == ("warning", 0)


def test_the_page_lists_the_causes():
    page = (ROOT / "man" / "iamcli-doctor.1").read_text()
    causes = {cause for cause, _ in (*WRONG, *WARNINGS)} | {"empty-variable", "extra-missing"}
    assert len(causes) == 21
    for cause in causes:
        assert re.search(rf"^\.It Li {cause}$", page, re.MULTILINE), cause


# A machine on which commands work.


def test_nothing_is_wrong(healthy, service):
    report = doctor(healthy)
    assert (report.status, report.causes) == (0, [])
    assert report.said("credentials").startswith("access key AKIA...MPLE from AWS_CREDENTIAL_FILE ")
    assert report.said("identity").startswith(f"{ARN} in account 123456789012, ")
    assert report.account == "123456789012"
    assert service.operations == ["GetCallerIdentity", "GetUser"]
    assert "/us-east-1/sts/aws4_request" in service.requests[0].headers["authorization"]


def test_the_checks(healthy):
    """The only list of them."""
    checks = [
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
    ]
    assert list(doctor(healthy).checks) == checks
    page = (ROOT / "man" / "iamcli-doctor.1").read_text()
    listed = page.partition("The checks are as follows:")[2].partition(".El\n")[0]
    assert re.findall(r"^\.It Cm (\w+)$", listed, re.MULTILINE) == checks


def test_text_has_a_line_for_each_check(healthy):
    done = healthy("iamcli", "doctor")
    assert (done.status, done.err) == (0, "")
    rows = re.findall(r"^(\w+) +(ok|warning|wrong|skipped) +\S.*", done.out, re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(doctor(healthy).checks)
    results = Counter(result for _, result in rows)
    each = ", ".join(f"{number} {result}" for result, number in sorted(results.items()))
    assert done.out.splitlines()[results["ok"] + results["skipped"]] == f"16 checks: {each}"


@pytest.mark.full
def test_the_sandbox_is_healthy(run):
    report = parsed(run("iamcli", "sandbox", "iamcli", "doctor", "--format", "json"))
    assert (report.status, report.causes) == (0, [])
    assert report.result("identity") == "ok"


# How it is called.


def test_usage(healthy, run):
    done = healthy("iamcli", "doctor", "--format", "xml")
    assert (done.status, done.out) == (1, "")
    assert "the value of --format is not valid; type text, json or account" in done.err
    done = run(sys.executable, "-X", "importtime", str(BIN / "iamcli"), "doctor", "--help")
    assert "--offline" in done.out
    assert "botocore" not in done.err
    assert "iamcli.cli.doctor" not in done.err


def test_offline_sends_nothing(healthy, service):
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
