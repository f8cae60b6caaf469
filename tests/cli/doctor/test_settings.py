"""``iamcli doctor``: credentials and variables count as they do for commands."""

from __future__ import annotations

import json
import select
import socket
from typing import TYPE_CHECKING

import pytest
from support.connecting import USER
from support.doctor import (
    BY_TOKEN,
    KEYS,
    PROFILE,
    SSO,
    TWO_LINES,
    Place,
    caller,
    chain,
    doctor,
    file,
    html,
    parsed,
    private,
    program,
)
from support.selection import in_full
from support.shell import KEY_ID
from support.stub import ok

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    SetUp = Callable[[Place], Mapping[str, str]]


def process(**values: object) -> str:
    """A configuration whose credentials are from a program."""
    printed = json.dumps({"Version": 1, "AccessKeyId": KEY_ID, "SecretAccessKey": "s", **values})
    return f"[default]\ncredential_process = /bin/echo '{printed}'\n"


def encoded(place: Place, encoding: str) -> dict[str, str]:
    """A shared file in another encoding."""
    env = chain(place, "")
    (place.home / ".aws" / "credentials").write_bytes(f"# caf\u00e9\n{PROFILE}".encode(encoding))
    return env


BUNDLE = "AWS_CA_BUNDLE"
NO_BUNDLE = f"/absent from {BUNDLE}: No such file or directory; correct {BUNDLE} or unset it"
NOT_UTF_8 = "/.aws/credentials is not text in UTF-8; save it in UTF-8"
NO_KEY = "the credentials of the AWS configuration contain a"

#: For a check and its result: the names of set-ups, a part of what the check says, and what makes
#: them. Commands fail if the result is wrong.
AGREEING: dict[tuple[str, str], dict[str, tuple[str, SetUp]]] = {
    ("environment", "wrong"): {
        "no-number-of-attempts": (
            "max_attempts: abc; use a whole number, at least 1",
            lambda p: (
                chain(p, f"{PROFILE}max_attempts = abc\n", "config") | {"AWS_MAX_ATTEMPTS": ""}
            ),
        )
    },
    ("credentials", "wrong"): {
        "no-number-of-seconds": (
            "invalid AWS setting metadata_service_timeout: abc; use a whole number",
            lambda p: chain(p, f"{PROFILE}metadata_service_timeout = abc\n"),
        ),
        "no-time-zone": (
            "AWS_CREDENTIAL_EXPIRATION is not a time with a time zone: 2099-01-01T00:00:00; set it",
            lambda _: {**BY_TOKEN, "AWS_CREDENTIAL_EXPIRATION": "2099-01-01T00:00:00"},
        ),
        "tilde-in-quotes": (
            "no shell has expanded this (from AWS_CREDENTIAL_FILE); write the whole path",
            lambda _: {"AWS_CREDENTIAL_FILE": "~/keys"},
        ),
        "no-such-profile": (
            "correct AWS_PROFILE or AWS_DEFAULT_PROFILE, or add the profile",
            lambda p: chain(p, PROFILE) | {"AWS_PROFILE": "other"},
        ),
        "expired": (
            "AWS_CREDENTIAL_EXPIRATION is 2020-01-01T00:00:00Z, which is in the past; set new",
            lambda _: {**BY_TOKEN, "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"},
        ),
        **{
            f"key-{value}": (
                NO_KEY,
                lambda p, value=value: chain(p, process(AccessKeyId=value), "config"),
            )
            for value in (None, 12, "a b")
        },
        "not-utf-8": (NOT_UTF_8, lambda p: encoded(p, "latin-1")),
        "utf-16": (NOT_UTF_8, lambda p: encoded(p, "utf-16")),
        "sso-without-a-token": (
            "does not exist; run: aws sso login",
            lambda p: chain(p, SSO, "config"),
        ),
        "no-answer-of-the-instance": (
            "the role of the instance (gives no credentials); set AWS_CREDENTIAL_FILE",
            lambda p: {
                "AWS_CREDENTIAL_FILE": "",
                "AWS_EC2_METADATA_DISABLED": "",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": html(p, 500),
            },
        ),
        "nested-key": (
            NO_KEY,
            lambda p: chain(
                p, "[default]\naws_access_key_id =\n  a = b\naws_secret_access_key = x\n", "config"
            ),
        ),
    },
    ("ca", "ok"): {
        "tilde": (
            "/ca.pem from ca_bundle of the AWS configuration",
            lambda p: {
                "AWS_CONFIG_FILE": file(p.home, "config", "[default]\nca_bundle = ~/ca.pem\n"),
                "REQUESTS_CA_BUNDLE": file(p.home, "ca.pem", p.tls[1].read_text())[:0],
                "AWS_ENDPOINT_URL": (
                    p.tls[0].endpoint(caller()).on("GetUser", ok("GetUser", USER)).url
                ),
            },
        )
    },
    ("ca", "wrong"): {
        "no-certificate": (
            f"/empty.pem from {BUNDLE}: no certificate can be read from it; correct {BUNDLE} ",
            lambda p: private(
                AWS_IAM_URL="https://127.0.0.1:1", AWS_CA_BUNDLE=file(p.home, "empty.pem", "")
            ),
        )
    },
}


@pytest.mark.parametrize(
    ("found", "said", "make"),
    [(found, *row) for found, rows in AGREEING.items() for row in rows.values()],
    ids=[name for rows in AGREEING.values() for name in rows],
)
def test_the_result_agrees_with_a_command(found, said, make, healthy, place):
    check, result = found
    env = make(place)
    report = doctor(healthy, **env)
    assert (report.result(check), report.status) == (result, int(result == "wrong"))
    assert said in report.said(check)
    assert report.wrong == ([check] if result == "wrong" else [])
    done = healthy("iam-usergetattributes", env={"AWS_MAX_ATTEMPTS": "1", **env})
    assert done.status == report.status


# Variables.


def test_an_empty_variable_is_a_warning(healthy, run):
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
    ("name", "said"),
    [
        ("AWS_SHARED_CREDENTIALS_FILE", "no shared file of credentials is read"),
        in_full("AWS_CONFIG_FILE", "no file of the AWS configuration is read"),
        in_full("AWS_CONTAINER_CREDENTIALS_FULL_URI", "a container is asked for credentials"),
        in_full("AWS_RETRY_MODE", "which counts as not set"),
    ],
)
def test_what_an_empty_variable_does_is_said(name, said, healthy, run):
    file(run.home, ".aws/credentials", PROFILE)
    emptied = ("env", f"{name}=", "iamcli", "doctor", "--format", "json")
    report = parsed(run(*emptied))
    assert (report.status, report.causes) == (0, [("environment", "empty-variable")])
    assert f"{name} is set but empty, " in report.said("environment")
    assert said in report.said("environment")
    assert report.said("environment").endswith(f"; run: unset {name}")
    assert run("env", f"{name}=", "iam-usergetattributes").status == 0
    # Nothing else is claimed about a file that is not read.
    file(run.home, ".aws/config", "[default]\n")
    found = parsed(run(*emptied, "--offline", env={"AWS_CREDENTIAL_FILE": ""})).said("credentials")
    for variable, read in (
        ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
        ("AWS_CONFIG_FILE", ".aws/config"),
    ):
        assert (read in found) is (name != variable)


@pytest.mark.full
def test_a_misspelled_or_empty_variable_explains_missing_credentials(healthy, run):
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


def test_a_setting_that_every_command_refuses(healthy, service):
    for name, value in (
        ("IAMCLI_TIMEOUT", "soon"),
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_RETRY_MODE", "never"),
    ):
        report = doctor(healthy, **{name: value})
        assert (report.status, report.result("environment")) == (1, "wrong")
        assert value in report.said("environment")
    assert service.requests == []


# Credentials.


def test_the_places_that_were_looked_at(healthy):
    file(healthy.home, ".aws/credentials", PROFILE.replace("default", "work"))
    shared = f"{healthy.home}/.aws/credentials and {healthy.home}/.aws/config"
    said = doctor(healthy, **KEYS, AWS_PROFILE="work").said("credentials")
    assert f"not used: AWS_ACCESS_KEY_ID (set), {shared} (profile work has an access key)" in said
    said = doctor(healthy, AWS_CREDENTIAL_FILE="", AWS_PROFILE="work").said("credentials")
    assert said.startswith(f"access key AKIA...MPLE from profile work in {shared}; ")
    assert "looked at before: AWS_CREDENTIAL_FILE (not set), AWS_ACCESS_KEY_ID (not set)" in said
    said = doctor(healthy, **BY_TOKEN).said("credentials")
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


def test_a_credential_file_that_is_a_pipe(healthy, run):
    """It can be read only once."""
    name = file(run.home, "keys", TWO_LINES)
    script = f"AWS_CREDENTIAL_FILE=<(cat {name}) iamcli doctor --format json"
    report = parsed(run("bash", "-c", script))
    assert (report.status, report.result("credentials"), report.result("identity")) == (
        0,
        "ok",
        "ok",
    )


def test_offline_asks_nobody_for_credentials(healthy):
    script = program(healthy.home, "process", f"touch {healthy.home}/ran")
    process = file(healthy.home, "process.config", f"[default]\ncredential_process={script}\n")
    source = f"role_arn=arn:aws:iam::1:role/r\nsource_profile=default\n{PROFILE[10:]}"
    assuming = file(healthy.home, "role.config", f"[default]\n{source}")
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
        report = doctor(healthy, "--offline", **env)
        assert (report.result("credentials"), report.status) == ("skipped", 0)
        assert "the role of the instance is not asked with --offline" in report.said("credentials")
        assert "the role of the instance (not asked with --offline)" in report.said("credentials")
        disabled = {**env, "AWS_EC2_METADATA_DISABLED": "true"}
        report = doctor(healthy, "--offline", **disabled)
        assert report.causes == [("credentials", "no-credentials")]
        # Nobody has connected.
        assert select.select([server], [], [], 0)[0] == []
    assert not (healthy.home / "ran").exists()


def test_offline_uses_the_key_that_commands_would_use(healthy):
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
def test_a_key_that_no_service_accepts_is_wrong_offline(key, said, healthy, place):
    env = chain(place, PROFILE.replace(KEY_ID, key))
    report = doctor(healthy, "--offline", **env)
    assert (report.result("credentials"), report.status) == ("wrong", 1)
    assert said in report.said("credentials")
