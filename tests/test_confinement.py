"""In the sandbox, no request of an iam-* command goes anywhere else, whatever a script specifies.

The other addresses are endpoints of the stub, which records what reaches it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from support.processes import BIN, environment
from support.processes import run as run_program
from support.stub import ok

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub

NO_USERS = ok("ListUsers", "<Users/><IsTruncated>false</IsTruncated>")
LIST = ("iam-userlistbypath",)
#: Names that lead nowhere, so that nothing can be sent if the rule does not hold.
ELSEWHERE = "https://iam.example.invalid"


@pytest.fixture
def private(stub: Stub) -> Endpoint:
    """What stands for the private IAM."""
    return stub.endpoint(NO_USERS)


@pytest.fixture
def other(stub: Stub) -> Endpoint:
    """The address that a script specifies."""
    return stub.endpoint(NO_USERS)


@pytest.mark.parametrize(
    ("arguments", "variables", "reported"),
    [
        (["--url", "{other}"], {}, "not to {other} (--url)"),
        ([], {"AWS_IAM_URL": "{other}"}, "not to {other} (AWS_IAM_URL)"),
        ([], {"AWS_ENDPOINT_URL_IAM": "{other}"}, "not to {other} (AWS_ENDPOINT_URL_IAM)"),
        ([], {"AWS_ENDPOINT_URL": "{other}"}, "not to {other} (AWS_ENDPOINT_URL)"),
        ([], {}, "not to https://iam.amazonaws.com (the default)"),
        (
            [],
            {"AWS_REGION": "cn-north-1"},
            "not to https://iam.cn-north-1.amazonaws.com.cn (the default)",
        ),
        (
            [],
            {"AWS_ENDPOINT_URL": "{other}", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            "not to https://iam.amazonaws.com (the default)",
        ),
        (
            ["--url", ELSEWHERE],
            {"https_proxy": "http://user:s3cret@127.0.0.1:9"},
            f"not to {ELSEWHERE} (--url) and not through 127.0.0.1:9 (https_proxy)",
        ),
        (["--url", "http://10.0.0.1"], {}, "not to http://10.0.0.1 (--url)"),
        (
            ["--url", "{private}"],
            {"http_proxy": "http://127.0.0.1:9", "no_proxy": "example.com"},
            "not through 127.0.0.1:9 (http_proxy)",
        ),
    ],
)
def test_another_address_is_not_used_but_reported(
    arguments: list[str],
    variables: Mapping[str, str],
    reported: str,
    private: Endpoint,
    other: Endpoint,
    run_fast: ForkRunner,
) -> None:
    urls = {"private": private.url, "other": other.url}
    env = {name: value.format(**urls) for name, value in variables.items()}
    done = run_fast(
        *LIST,
        *(argument.format(**urls) for argument in arguments),
        env={**env, "IAMCLI_SANDBOX": private.url},
    )
    line = f"iam-userlistbypath: requests go to the sandbox, {reported.format(**urls)}\n"
    assert done == (0, "IsTruncated: false\n", line)
    assert (private.operations, other.operations) == (["ListUsers"], [])
    # The key is the one that the script brought.
    assert "AKIAIOSFODNN7EXAMPLE" in private.requests[0].headers["authorization"]


def test_addresses_in_files_are_not_used_either(
    private: Endpoint, other: Endpoint, run_fast: ForkRunner
) -> None:
    proxy = run_fast.home / "client.properties"
    proxy.write_text("ClientProxyHost=127.0.0.1\nClientProxyPort=9\nClientProxyUsername=u\n")
    done = run_fast(
        *LIST,
        "--client-config-file",
        str(proxy),
        "--url",
        other.url,
        env={"IAMCLI_SANDBOX": private.url},
    )
    reported = (
        f"iam-userlistbypath: requests go to the sandbox, not to {other.url} (--url) and not "
        f"through 127.0.0.1:9 (the client configuration {proxy})\n"
    )
    assert done == (0, "IsTruncated: false\n", reported)
    assert (private.operations, other.operations) == (["ListUsers"], [])


ROLE = """\
[profile worker]
role_arn = arn:aws:iam::123456789012:role/worker
source_profile = base
services = elsewhere
[profile base]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = s3cret
[services elsewhere]
iam =
  endpoint_url = {other}
sts =
  endpoint_url = {other}
"""
ASSUMED = ok(
    "AssumeRole",
    "<Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>",
)


def test_a_role_is_assumed_in_the_sandbox(
    private: Endpoint, other: Endpoint, run_fast: ForkRunner
) -> None:
    config = run_fast.home / "config"
    config.write_text(ROLE.format(other=other.url))
    private.on("AssumeRole", ASSUMED)
    done = run_fast(
        *LIST,
        env={
            "AWS_CREDENTIAL_FILE": "",
            "AWS_CONFIG_FILE": str(config),
            "AWS_PROFILE": "worker",
            "AWS_REGION": "us-east-1",
            "IAMCLI_SANDBOX": private.url,
        },
    )
    assert done.status == 0, done.err
    assert f"not to {other.url} (endpoint_url of the AWS configuration)" in done.err
    assert (private.operations, other.operations) == (["AssumeRole", "ListUsers"], [])


def test_the_credentials_of_the_machine_are_not_asked_for(
    private: Endpoint, other: Endpoint, run_fast: ForkRunner
) -> None:
    done = run_fast(
        *LIST,
        env={
            "AWS_CREDENTIAL_FILE": "",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": other.url,
            "AWS_EC2_METADATA_DISABLED": "",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": other.url,
            "IAMCLI_SANDBOX": private.url,
        },
    )
    assert (done.status, done.out) == (1, "")
    assert "no credentials" in done.err
    assert (private.requests, other.requests) == ([], [])


@pytest.mark.parametrize("subcommand", ["doctor", "snapshot account.json"])
def test_the_subcommands_of_iamcli_are_confined_too(
    subcommand: str, private: Endpoint, other: Endpoint, run: Shell
) -> None:
    env = {"AWS_IAM_URL": other.url, "IAMCLI_SANDBOX": private.url}
    run(sys.executable, "-m", "iamcli", *subcommand.split(), env=env)
    assert private.operations
    assert other.operations == []


def test_the_address_of_the_sandbox_is_not_reported(
    private: Endpoint, run_fast: ForkRunner
) -> None:
    env = {"AWS_IAM_URL": f"{private.url}/", "IAMCLI_SANDBOX": private.url}
    assert run_fast(*LIST, env=env) == (0, "IsTruncated: false\n", "")


def test_an_invalid_address_is_an_error_as_anywhere(
    private: Endpoint, run_fast: ForkRunner
) -> None:
    done = run_fast(*LIST, "--url", "ftp://x", env={"IAMCLI_SANDBOX": private.url})
    assert done.status == 1
    assert "--url is not an http or https address" in done.err
    assert private.requests == []


SCRIPT = """\
umask 077
printf 'AWSAccessKeyId=AKIAOFANOLDSCRIPT000\\nAWSSecretKey=secret\\n' >key
AWS_CREDENTIAL_FILE=key
AWS_IAM_URL=https://iam.example.invalid
export AWS_CREDENTIAL_FILE AWS_IAM_URL
iam-usercreate -u bob
unset AWS_IAM_URL AWS_ENDPOINT_URL AWS_REGION AWS_DEFAULT_REGION
iam-userlistbypath
"""


@pytest.mark.full
def test_an_old_script_that_brings_its_own_key_and_address(tmp_path: Path) -> None:
    (tmp_path / "old.sh").write_text(SCRIPT)
    done = run_program(
        BIN / "iamcli", "sandbox", "sh", "old.sh", env=environment(tmp_path), cwd=tmp_path
    )
    assert done.returncode == 0
    assert done.stdout == "arn:aws:iam::123456789012:user/bob\nIsTruncated: false\n"
    assert done.stderr == (
        f"iam-usercreate: requests go to the sandbox, not to {ELSEWHERE} (AWS_IAM_URL)\n"
        "iam-userlistbypath: requests go to the sandbox, not to https://iam.amazonaws.com (the "
        "default)\n"
    )
