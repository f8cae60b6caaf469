"""What errors blame: each on a terminal, in a pipe and in ``iamcli doctor``.

In a pipe, a refusal is the words of the service; a terminal adds a line, and doctor names the check
whose setting is to be corrected.
"""

from __future__ import annotations

import json
import shlex
import ssl
from typing import TYPE_CHECKING, NamedTuple

import botocore
import botocore.credentials
import pytest
from support.certificates import self_signed
from support.connecting import USER
from support.doctor import TOKEN, caller, doctor, file, parsed
from support.moments import at_start
from support.selection import every, in_full, usual
from support.shell import BIN, KEY_ID, SECRET
from support.stub import Stub, ok, refused
from support.terminal import Terminal, read_now, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from support.forked import ForkRunner

    Makes = Callable[["Where"], Mapping[str, str]]

pytestmark = pytest.mark.releases

#: More columns than any line has.
WIDE = 1000
LINE = "iam-grouplistbypath"
TEMPORARY = "ASIAIOSFODNN7EXAMPLE"
OLD = not hasattr(botocore.credentials, "LoginProvider")

#: Messages of the service, recorded or in the IAM User Guide.
UNKNOWN = "The security token included in the request is invalid."
EXPIRED = "The security token included in the request is expired"
REGION = "Credential should be scoped to a valid region, not 'us-east-1'."
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details."
)


START = "https://x.invalid/start"
SSO = f"sso_start_url={START}\nsso_region=us-east-1\nsso_account_id=123456789012\nsso_role_name=r\n"


class Where(NamedTuple):
    """The directory of the user, and the endpoints of IAM and STS."""

    home: Path
    iam: str
    sts: str


def variables(key: str, token: str = "", name: str = "AWS_SESSION_TOKEN") -> dict[str, str]:
    found = {"AWS_CREDENTIAL_FILE": "", "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": SECRET}
    return {**found, name: token} if token else found


def profile(where: Where, text: str, name: str = "config") -> dict[str, str]:
    """A profile that is not the default."""
    file(where.home, f".aws/{name}", text)
    return {"AWS_CREDENTIAL_FILE": "", "AWS_PROFILE": "work"}


def key_of_profile(where: Where, key: str, token: str = "") -> dict[str, str]:
    text = f"[work]\naws_access_key_id={key}\naws_secret_access_key={SECRET}\n"
    return profile(where, f"{text}aws_session_token={token}\n" if token else text, "credentials")


def program(where: Where, key: str) -> dict[str, str]:
    given = {"Version": 1, "AccessKeyId": key, "SecretAccessKey": SECRET, "SessionToken": TOKEN}
    file(where.home, "given.json", json.dumps(given))
    given_by = f"cat {where.home}/given.json"
    return profile(where, f"[profile work]\ncredential_process={given_by}\n")


def role(where: Where) -> dict[str, str]:
    base = f"[profile base]\naws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n"
    assumed = "role_arn=arn:aws:iam::1:role/r\nsource_profile=base\nregion=us-east-1\n"
    return profile(where, f"{base}[profile work]\n{assumed}")


def keys_in_file(where: Where, key: str) -> dict[str, str]:
    text = f"AWSAccessKeyId={key}\nAWSSecretKey={SECRET}\n"
    return {"AWS_CREDENTIAL_FILE": file(where.home, "keys", text)}


ASSUMED = (
    f"<Credentials><AccessKeyId>{TEMPORARY}</AccessKeyId><SecretAccessKey>{SECRET}"
    f"</SecretAccessKey><SessionToken>{TOKEN}</SessionToken>"
    "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>"
)
SESSION = (
    "is temporary; IAM refuses keys of get-federation-token, and of get-session-token without an "
    "MFA code"
)
USUAL = (
    "may be mistyped, deleted, inactive or less than a minute old, or not of partition aws "
    "(AWS_IAM_URL; AWS_REGION is not set)"
)
#: What doctor says if STS accepts a key that is not one of a session.
ACCEPTED = (
    "may be less than a minute old, or the endpoints of IAM and STS are not of the same service or "
    "partition"
)


class Refusal(NamedTuple):
    """A refusal: the ``code`` and ``message`` of IAM, and what ``makes`` the variables.

    ``hint``: the second line on a terminal, "" if there is none; ``blamed``: the check of doctor
    that is wrong, and its ``cause``; ``advice``: what doctor says at the end, with {home} for the
    directory of the user. ``sts``: whether STS accepts the key.
    """

    code: str
    message: str
    makes: Makes
    hint: str
    blamed: str
    cause: str | None
    advice: str
    sts: bool = True


def unknown(
    makes: Makes, place: str, why: str, key: str, *, sts: bool = False, advice: str = ""
) -> Refusal:
    hint = f"access key {key} from {place} {why}"
    blamed = ("credentials", "wrong-key", f"; it {advice or why}")
    return Refusal("InvalidClientTokenId", UNKNOWN, makes, hint, *blamed, sts=sts)


def expired(makes: Makes, place: str, renewal: str) -> Refusal:
    what = f"the temporary credentials from {place} have expired"
    blamed = ("credentials", "token-expired", f"{what}: ExpiredToken; {renewal}")
    return Refusal("ExpiredToken", EXPIRED, makes, f"{what}; {renewal}", *blamed, sts=False)


VARIABLE = "AWS_ACCESS_KEY_ID"
KEYS = "credential file {home}/keys"
WORK = "profile work"
SCOPED = "requests to {iam} (AWS_IAM_URL) are signed for "


def in_variables(_: Where) -> Mapping[str, str]:
    return variables(TEMPORARY, TOKEN)


def in_token(where: Where) -> Mapping[str, str]:
    return web_identity(where, "a web identity token") | {"AWS_REGION": "us-east-1"}


def in_profile(where: Where) -> Mapping[str, str]:
    return key_of_profile(where, TEMPORARY, TOKEN)


def of_program(where: Where) -> Mapping[str, str]:
    return program(where, TEMPORARY)


def in_file(where: Where) -> Mapping[str, str]:
    return keys_in_file(where, KEY_ID)


REFUSALS = {
    # The key of a session without an MFA code, or of a federated user: STS accepts it.
    "session in variables": unknown(in_variables, VARIABLE, SESSION, TEMPORARY, sts=True),
    "session in a profile": unknown(in_profile, WORK, SESSION, TEMPORARY, sts=True),
    "session of a program": unknown(of_program, WORK, SESSION, TEMPORARY, sts=True),
    "session that STS does not know": unknown(in_variables, VARIABLE, SESSION, TEMPORARY),
    # A role is not a session of this kind.
    "role": unknown(
        role,
        WORK,
        "may not be of partition aws (AWS_IAM_URL; the region of the AWS profile is us-east-1)",
        TEMPORARY,
        sts=True,
        advice=ACCEPTED,
    ),
    "key in variables": unknown(lambda _: variables(KEY_ID), VARIABLE, USUAL, KEY_ID),
    "key in a profile": unknown(lambda w: key_of_profile(w, KEY_ID), WORK, USUAL, KEY_ID),
    "key in a file": unknown(in_file, KEYS, USUAL, KEY_ID),
    "key that STS accepts": unknown(in_file, KEYS, USUAL, KEY_ID, sts=True, advice=ACCEPTED),
    "temporary key in a file": unknown(
        lambda w: keys_in_file(w, TEMPORARY),
        KEYS,
        "is temporary and was sent without its session token, which a credential file cannot "
        "contain",
        TEMPORARY,
    ),
    "temporary key without its token": unknown(
        lambda _: variables(TEMPORARY),
        VARIABLE,
        "is temporary and was sent without its session token; set it too",
        TEMPORARY,
    ),
    # The secret is to blame for one of these only.
    "region": Refusal(
        "SignatureDoesNotMatch",
        REGION,
        in_file,
        SCOPED + "us-east-1 (AWS_REGION is not set), which it refuses; change AWS_REGION",
        "region",
        None,
        SCOPED + "us-east-1 (AWS_REGION is not set), which it refuses; change AWS_REGION",
    ),
    "region that STS refuses too": Refusal(
        "SignatureDoesNotMatch",
        REGION.replace("region, not 'us-east-1'", "Region"),
        lambda w: {**in_file(w), "AWS_REGION": "us-gov-east-1"},
        SCOPED + "us-gov-west-1 (AWS_REGION is us-gov-east-1), which it refuses; change AWS_REGION",
        "region",
        None,
        "which it refuses; change AWS_REGION",
        sts=False,
    ),
    "secret": Refusal(
        "SignatureDoesNotMatch",
        MISMATCH,
        lambda _: variables(KEY_ID),
        f"check the secret access key of {KEY_ID} from {VARIABLE}",
        "credentials",
        "wrong-key",
        f"; check the secret access key from {VARIABLE}",
        sts=False,
    ),
    "service": Refusal(
        "SignatureDoesNotMatch",
        "Credential should be scoped to correct service: 'iam'.",
        lambda _: variables(KEY_ID),
        "",
        "credentials",
        "wrong-key",
        "; check the endpoint and the Region for which requests are signed",
        sts=False,
    ),
    "token in variables": expired(
        in_variables,
        VARIABLE,
        "set new values of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
    ),
    "token in the old variable": expired(
        lambda _: variables(TEMPORARY, TOKEN, "AWS_SECURITY_TOKEN"),
        VARIABLE,
        "set new values of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SECURITY_TOKEN",
    ),
    "token in a file": expired(
        in_profile, WORK, "put a new key and session token into ~/.aws/credentials"
    ),
    "token in a named file": expired(
        lambda w: {**in_profile(w), "AWS_SHARED_CREDENTIALS_FILE": f"{w.home}/.aws/credentials"},
        WORK,
        "put a new key and session token into {home}/.aws/credentials",
    ),
    "token of a program": expired(
        of_program, WORK, "the credential_process of the profile must get new ones; renew its login"
    ),
    "token of a role": expired(role, WORK, "get new temporary credentials"),
    "token of a web identity": expired(
        in_token, "AWS_WEB_IDENTITY_TOKEN_FILE", "get new temporary credentials"
    ),
}
#: Rows that make test runs, besides every second one.
USUALLY = ("temporary key in a file", "token of a program", "token of a web identity")
#: One row for each thing to correct, for which ``iamcli doctor`` is run, too.
DIAGNOSED = (
    "session in variables",
    "role",
    "key that STS accepts",
    "region that STS refuses too",
    "secret",
    "service",
    "token in a named file",
)


def on_terminal(
    run_fast: ForkRunner,
    terminal: tuple[int, str],
    env: Mapping[str, str],
    *arguments: str,
    before: str = "",
) -> list[str]:
    """Run it with a terminal as standard error; return the lines there."""
    done = run_fast(*arguments, env=env, stderr=terminal[1], before=before)
    assert (done.status, done.out) == (1, "")
    return rows(read_now(terminal[0]), WIDE)[:-1]


@pytest.mark.parametrize("name", every(2, REFUSALS, *USUALLY))
def test_what_a_refusal_is_blamed_on(name, run_fast, terminal, stub):
    case = REFUSALS[name]
    refusal = refused(case.code, case.message, 403)
    sts = stub.endpoint(refusal).on("AssumeRole", ok("AssumeRole", ASSUMED))
    of_token = "AssumeRoleWithWebIdentity"
    sts.on(of_token, ok(of_token, ASSUMED))
    if case.sts:
        sts.on("GetCallerIdentity", caller())
    where = Where(run_fast.home, stub.endpoint(refusal).url, sts.url)
    env = {
        "AWS_IAM_URL": where.iam,
        "AWS_ENDPOINT_URL_STS": where.sts,
        "AWS_MAX_ATTEMPTS": "1",
        **case.makes(where),
    }

    def filled(text: str) -> str:
        return text.format(home=where.home, iam=where.iam)

    error = f"{LINE}: {case.code}: {case.message}"
    assert run_fast(LINE, env=env) == (1, "", f"{error}\n")
    shown = on_terminal(run_fast, terminal, env, LINE)
    assert shown == [error, *([f"{LINE}: {filled(case.hint)}"] if case.hint else [])]
    assert not any(secret in line for line in shown for secret in (SECRET, TOKEN))
    if name not in DIAGNOSED:
        return
    report = doctor(run_fast, **env)
    assert report.status == 1
    wrong = [name for name in report.checks if report.result(name) == "wrong"]
    assert wrong == [case.blamed]
    assert report.checks[case.blamed]["cause"] == case.cause
    assert report.said(case.blamed).endswith(filled(case.advice))
    assert "secret" not in report.said(case.blamed) or case.message == MISMATCH


@pytest.mark.parametrize(
    ("who", "advice"), [("federated-user/ann", SESSION), ("assumed-role/r/ann", ACCEPTED)]
)
def test_who_sts_names_is_shown(who, advice, run_fast, stub):
    arn = f"arn:aws:sts::123456789012:{who}"
    env = {
        "AWS_IAM_URL": stub.endpoint(refused("InvalidClientTokenId", UNKNOWN, 403)).url,
        "AWS_ENDPOINT_URL_STS": stub.endpoint(caller(arn)).url,
    }
    report = doctor(run_fast, **env, **variables(TEMPORARY, TOKEN))
    said = f"InvalidClientTokenId; STS accepts it as {arn}; it {advice}"
    assert report.said("credentials").endswith(said)
    assert report.result("identity") == report.result("endpoint") == "ok"


@pytest.fixture
def govcloud(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables with which a proxy takes the place of the endpoint of AWS."""
    certificate = self_signed(tmp_path / "cert.pem", host="iam.us-gov.amazonaws.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    proxy = Stub(tunnel=context)
    proxy.endpoint(refused("SignatureDoesNotMatch", REGION, 403))
    yield {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "AWS_CA_BUNDLE": str(certificate)}
    proxy.close()


@pytest.mark.parametrize(
    ("env", "source", "why"),
    [
        (
            {"AWS_REGION": "us-gov-east-1"},
            "botocore's rules for us-gov-east-1",
            "(AWS_REGION is us-gov-east-1), which it refuses; change AWS_REGION",
        ),
        (
            {"AWS_IAM_URL": "https://iam.us-gov.amazonaws.com", "AWS_REGION": "eu-west-1"},
            "AWS_IAM_URL",
            "(because of its host name), which it refuses; change AWS_IAM_URL",
        ),
    ],
)
def test_the_region_that_an_endpoint_of_aws_refuses(env, source, why, run_fast, terminal, govcloud):
    sent = f"requests to https://iam.us-gov.amazonaws.com ({source}) are signed for us-gov-west-1"
    said = f"{sent} {why}"
    _, hint = on_terminal(run_fast, terminal, env | govcloud, LINE)
    assert hint == f"{LINE}: {said}"
    assert doctor(run_fast, **env, **govcloud).said("region") == said


# No network.

NO_NAME = "Name or service not known"


#: Code after which no name can be resolved.
OFFLINE = f"""
import socket
def resolve(*_, **__):
    raise socket.gaierror(socket.EAI_NONAME, {NO_NAME!r})
socket.getaddrinfo = resolve
"""
EXAMPLE = "https://iam.example.com"
NETWORK = "check the network and the proxy variables, or run: iamcli doctor"


@pytest.mark.parametrize(
    ("env", "option", "url", "advice"),
    [
        ({}, "", "https://iam.amazonaws.com", NETWORK),
        in_full(
            {"AWS_REGION": "cn-north-1"}, "", "https://iam.cn-north-1.amazonaws.com.cn", NETWORK
        ),
        ({"AWS_IAM_URL": EXAMPLE}, "", EXAMPLE, "check AWS_IAM_URL"),
        in_full({"AWS_ENDPOINT_URL": EXAMPLE}, "", EXAMPLE, "check AWS_ENDPOINT_URL"),
        ({}, f"--url {EXAMPLE}", EXAMPLE, "check --url"),
    ],
)
def test_no_network_names_only_what_is_set(env, option, url, advice, run_fast, terminal):
    arguments = [LINE, *shlex.split(option)]
    run_fast.env |= {**env, "AWS_MAX_ATTEMPTS": "1"}
    error = f"{LINE}: cannot connect to {url}: {NO_NAME}; {advice}"
    assert run_fast(*arguments, before=OFFLINE) == (1, "", f"{error}\n")
    assert on_terminal(run_fast, terminal, {}, *arguments, before=OFFLINE)[-1] == error
    if not option:
        report = parsed(run_fast("iamcli", "doctor", "--format", "json", before=OFFLINE))
        assert report.causes == [("endpoint", "no-network")]
        named = "".join(f"; check {name}" for name in env if "URL" in name)
        todo = f"check the network, its name server and the proxy variables{named}"
        assert report.said("endpoint") == f"{url}: {NO_NAME}; {todo}"


# The reason why there are no credentials.

CANNOT = "cannot get credentials from the AWS configuration: "
CHECK = "check the settings of the profile and the access key that it uses"
INVALID = f"{CANNOT}Parameter validation failed: Invalid "


def web_identity(where: Where, token: str = "") -> dict[str, str]:
    return {
        "AWS_CREDENTIAL_FILE": "",
        "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
        "AWS_WEB_IDENTITY_TOKEN_FILE": file(where.home, "token", token),
    }


def role_with(where: Where, setting: str) -> dict[str, str]:
    env = role(where)
    with (where.home / ".aws" / "config").open("a") as config:
        config.write(f"{setting}\n")
    return env


def failing(where: Where, printed: str) -> dict[str, str]:
    """A program that fails, and prints this as its error."""
    script = file(where.home, "script", f"#!/bin/sh\nprintf '{printed}' >&2\nexit 1\n", 0o755)
    return profile(where, f"[profile work]\ncredential_process={script}\n")


TOO_SMALL = "value for parameter DurationSeconds, value: 60, valid min value: 900"
TOO_SHORT = "length for parameter RoleSessionName, value: 1, valid min length: 2"
PROCESS = f"{CANNOT}Error when retrieving credentials from custom-process: "
#: What makes the variables, and the line that reports why there are no credentials.
REASONS: dict[str, tuple[Makes, str]] = {
    "traceback": (
        lambda w: failing(w, "Traceback (most recent call last):\\n  File x\\nKeyError: 5\\n"),
        f"{PROCESS}Traceback (most recent call last): KeyError: 5",
    ),
    "name": (lambda w: role_with(w, "role_session_name=x"), f"{INVALID}{TOO_SHORT}"),
    "both": (
        lambda w: role_with(w, "role_session_name=x\nduration_seconds=60"),
        f"{INVALID}{TOO_SHORT}; Invalid {TOO_SMALL}",
    ),
    "token": (
        web_identity,
        f"{INVALID}length for parameter WebIdentityToken, value: 0, valid min length: 4",
    ),
    # As the AWS CLI prints it.
    "program": (
        lambda w: failing(w, "\\naws: [ERROR]: Your session has expired.\\n"),
        f"{PROCESS}aws: [ERROR]: Your session has expired.",
    ),
    "duration": (lambda w: role_with(w, "duration_seconds=60"), f"{INVALID}{TOO_SMALL}"),
    "nothing": (lambda w: failing(w, ""), PROCESS.rstrip()),
}


@pytest.mark.parametrize("name", usual(["traceback", "both", "program", "nothing"], REASONS))
def test_the_whole_reason_is_on_one_line(name, run_fast, terminal, stub):
    iam = stub.endpoint(ok("GetUser", USER))
    where = Where(run_fast.home, iam.url, stub.endpoint(ok("AssumeRole", ASSUMED)).url)
    makes, reason = REASONS[name]
    env = {"AWS_IAM_URL": where.iam, "AWS_ENDPOINT_URL_STS": where.sts, **makes(where)}
    assert run_fast(LINE, env=env) == (1, "", f"{LINE}: {reason}\n")
    advice = [] if "; " in reason else [f"{LINE}: {CHECK}"]
    assert on_terminal(run_fast, terminal, env, LINE) == [f"{LINE}: {reason}", *advice]
    report = doctor(run_fast, **env)
    assert [check for check in report.checks if report.result(check) == "wrong"] == ["credentials"]
    assert report.said("credentials") == f"{reason.removesuffix('.')}; {CHECK}"
    assert iam.requests == []


# Profiles that `aws login` has made.

PYTHON = BIN / "python"
PIP = f"run: {PYTHON} -m pip install 'botocore[crt]>=1.41.0'"
EXPORT = (
    "use another profile with credential_process = aws configure export-credentials --profile "
    "work --format process"
)
WHY = f"for which botocore {botocore.__version__} is too old" if OLD else "which needs the extra "
NO_LOGIN = f"profile work has a login session, {WHY if OLD else f'{WHY}login'}; "
LOGIN = "login_session=arn:aws:iam::123456789012:user/ann\n"


def login(where: Where) -> dict[str, str]:
    return profile(where, f"[profile work]\n{LOGIN}")


def role_of_login(where: Where) -> dict[str, str]:
    text = "role_arn=arn:aws:iam::1:role/r\nsource_profile=work\nregion=us-east-1\n"
    env = profile(where, f"[profile work]\n{LOGIN}[profile admin]\n{text}")
    return env | {"AWS_PROFILE": "admin"}


#: Without this, the module that tests have installed could be used.
NO_CRT = "import sys\nsys.modules['awscrt'] = None\n"
INSTALLATIONS = {
    "pip": ("", f"{PIP}, or {EXPORT}" if OLD else PIP),
    "one file": ("import iamcli.installation.onefile\n", EXPORT),
    "Debian": (
        "import iamcli.installation.extras\niamcli.installation.extras._is_debian = lambda: True\n",
        EXPORT,
    ),
}


@pytest.mark.full
@pytest.mark.parametrize("makes", [login, role_of_login])
@pytest.mark.parametrize("name", usual(["pip"], INSTALLATIONS))
def test_a_login_session_that_cannot_be_used(name, makes, run, stub):
    code, advice = INSTALLATIONS[name]
    iam = stub.endpoint(ok("GetUser", USER))
    run.env |= {"AWS_IAM_URL": iam.url, **makes(Where(run.home, iam.url, iam.url))}
    run.env = {name: value for name, value in run.env.items() if value}
    run.env |= at_start(NO_CRT + code)
    error = f"{LINE}: {NO_LOGIN}{advice}"
    assert run(LINE) == (1, "", f"{error}\n")
    terminal = Terminal(LINE, env=run.env)
    assert terminal.status() == 1
    assert terminal.shown.splitlines() == [error]
    report = parsed(run("iamcli", "doctor", "--format", "json"))
    assert ("credentials", "extra-missing") in report.causes
    assert report.said("credentials") == f"{NO_LOGIN}{advice}"
    assert report.status == 1
    assert iam.requests == []


@pytest.mark.parametrize("makes", [login, role_of_login])
def test_a_login_that_is_missing(makes, run_fast, terminal, stub):
    """The module of the extra is there, but nobody has signed in."""
    there = "import botocore.credentials\nbotocore.credentials.EC = object\n"
    iam = stub.endpoint(ok("GetUser", USER))
    run_fast.env |= {"AWS_IAM_URL": iam.url, **makes(Where(run_fast.home, iam.url, iam.url))}
    error, said = (f"{NO_LOGIN}{PIP}, or {EXPORT}",) * 2
    cause = "extra-missing"
    hints = []
    if not OLD:
        arn = LOGIN.strip().removeprefix("login_session=")
        session = f"Unable to load a existing login session for session {arn}"
        what = f"{CANNOT}Error loading login session token: {session}"
        error = f"{what}. Please reauthenticate with 'aws login'."
        said = f"{what}; run: aws login --profile work"
        cause = "token-expired"
        hints = [f"{LINE}: run: aws login --profile work"]
    assert run_fast(LINE, before=there) == (1, "", f"{LINE}: {error}\n")
    assert on_terminal(run_fast, terminal, {}, LINE, before=there) == [f"{LINE}: {error}", *hints]
    report = parsed(run_fast("iamcli", "doctor", "--format", "json", before=there))
    assert report.causes == [("credentials", cause)]
    assert report.said("credentials") == said
    assert iam.requests == []


def test_the_profile_that_must_sign_in_is_that_of_the_login(run_fast):
    where = Where(run_fast.home, "", "")
    text = "role_arn=arn:aws:iam::1:role/r\nregion=us-east-1\nsource_profile="
    between = f"[profile work]\n{text}between\n[profile between]\n{text}the base\n"
    env = profile(where, f"{between}[profile 'the base']\n{SSO}")
    report = doctor(run_fast, **env, AWS_IAM_URL="http://127.0.0.1:1")
    assert report.causes == [("credentials", "token-expired")]
    assert report.said("credentials").endswith("; run: aws sso login --profile 'the base'")
    env = profile(where, f"[default]\n{SSO}") | {"AWS_PROFILE": ""}
    report = doctor(run_fast, **env, AWS_IAM_URL="http://127.0.0.1:1")
    assert report.said("credentials").endswith("; run: aws sso login")


def test_a_login_session_is_not_blamed_for_other_mistakes(run_fast):
    where = Where(run_fast.home, "", "")
    # The key is there, so the login is not needed.
    text = f"[work]\naws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n{LOGIN}"
    env = profile(where, text, "credentials") | {"AWS_IAM_URL": "http://127.0.0.1:1"}
    done = run_fast(LINE, env={**env, "AWS_MAX_ATTEMPTS": "1"})
    assert "cannot connect to http://127.0.0.1:1" in done.err
