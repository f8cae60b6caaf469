"""``iamcli doctor``: credentials and variables count as they do for commands."""

from __future__ import annotations

import json
import select
import socket
from typing import TYPE_CHECKING

import pytest
from support.doctor import KEYS, PROFILE, TWO_LINES, Place, chain, doctor, file, parsed, program
from support.shell import KEY_ID
from support.stub import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    SetUp = Callable[[Place], Mapping[str, str]]


def process(**values: object) -> str:
    """A configuration whose credentials are from a program."""
    printed = json.dumps({"Version": 1, "AccessKeyId": KEY_ID, "SecretAccessKey": "s", **values})
    return f"[default]\ncredential_process = /bin/echo '{printed}'\n"


NO_KEY = "the credentials of the AWS configuration contain a"
NESTED = "[default]\naws_access_key_id =\n  a = b\naws_secret_access_key = x\n"


@pytest.mark.parametrize(
    ("check", "said", "make"),
    [
        (
            "environment",
            "max_attempts: abc; use a whole number, at least 1",
            lambda p: chain(p, f"{PROFILE}max_attempts = abc\n", "config"),
        ),
        ("credentials", NO_KEY, lambda p: chain(p, process(AccessKeyId=12), "config")),
        ("credentials", NO_KEY, lambda p: chain(p, NESTED, "config")),
        (
            "credentials",
            "the role of the instance (gives no credentials); set AWS_CREDENTIAL_FILE",
            lambda p: {
                "AWS_CREDENTIAL_FILE": "",
                "AWS_EC2_METADATA_DISABLED": "",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT": p.stub.endpoint(Answer(b"", 500)).url,
            },
        ),
    ],
)
def test_the_result_agrees_with_a_command(check, said, make, healthy, place):
    env = make(place)
    report = doctor(healthy, **env)
    assert (report.wrong, report.status) == ([check], 1)
    assert said in report.said(check)
    assert healthy("iam-usergetattributes", env=env).status == 1


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


def test_a_setting_that_every_command_refuses(healthy, service):
    for name, value in (
        ("IAMCLI_TIMEOUT", "soon"),
        ("IAMCLI_STRICT", "yes"),
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
