"""The AWS configuration: what it names, and what does not depend on it."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import select
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from support.account import ARN
from support.connecting import (
    CONFIGURED,
    KEY_VARIABLES,
    USER,
    WITH_SECRETS,
    assert_refused,
    assuming,
    configured,
    show,
    signed_by,
    through,
    write,
)
from support.selection import every, in_full, usual
from support.shell import KEY_ID, SECRET
from support.stub import ok, refused
from support.terminal import Terminal

from iamcli.connection import regions
from iamcli.connection.aws_config import VARIABLES
from iamcli.connection.regions import signing_region

if TYPE_CHECKING:
    from support.forked import ForkRunner
    from support.shell import Done, Shell
    from support.stub import Endpoint


pytestmark = pytest.mark.releases

# A credential file does not depend on the AWS configuration.

FOREIGN = {
    "no such profile": ({"AWS_PROFILE": "nobody"}, "[default]\nregion=us-east-1\n"),
    "no such profile, no file": ({"AWS_PROFILE": "nobody"}, None),
    "not parsable": ({}, "AWSAccessKeyId=x\n[\n"),
    "not text": ({}, "\x00\udcff\udcfe[default]\n"),
    "region": ({}, "[default]\nregion=cn-north-1\n"),
    "endpoint": ({}, "[default]\nendpoint_url=http://127.0.0.1:1\n"),
    "invalid endpoint": ({}, "[default]\nendpoint_url=ftp://x\n"),
    "endpoint of services": (
        {},
        "[default]\nservices=s\n[services s]\niam=\n  endpoint_url=http://127.0.0.1:1\n",
    ),
    "services that do not exist": ({}, "[default]\nservices=s\n"),
    "dual stack": ({}, "[default]\nuse_dualstack_endpoint=true\n"),
    "FIPS": ({}, "[default]\nuse_fips_endpoint=true\n"),
    "each setting": (
        {},
        (
            "[default]\nregion=cn-north-1\nuse_dualstack_endpoint=true\nuse_fips_endpoint=true\n"
            "ignore_configured_endpoint_urls=true\n"
        ),
    ),
}
#: The rows that the default run includes.
USUAL = {("config", "each setting"), ("config", "endpoint"), ("credentials", "not parsable")}


@pytest.mark.parametrize(
    ("file", "foreign"), usual(USUAL, itertools.product(["config", "credentials"], FOREIGN))
)
def test_a_credential_file_is_independent_of_the_configuration(foreign, file, run_fast, stub):
    env, text = FOREIGN[foreign]
    if text is not None:
        written = write(run_fast, f".aws/{file}", "")
        written.write_bytes(text.encode("utf-8", "surrogateescape"))
    config = write(run_fast, "client", through(stub))
    env = {"CLIENT_CONFIG_FILE": str(config), "AWS_MAX_ATTEMPTS": "1", **env}
    arguments = ("iam-usergetattributes", "-u", "bob", "-d")
    option = ("--aws-credential-file", run_fast.env["AWS_CREDENTIAL_FILE"])
    for done in (
        run_fast(*arguments, env=env),
        run_fast(*arguments, *option, env={**env, "AWS_CREDENTIAL_FILE": ""}),
    ):
        assert "GetUser to https://iam.amazonaws.com: " in done.err
        assert "no answer from https://iam.amazonaws.com through the proxy" in done.err
    # Variables and options count.
    done = run_fast(*arguments, env={**env, "AWS_DEFAULT_REGION": "cn-north-1"})
    assert "GetUser to https://iam.cn-north-1.amazonaws.com.cn: " in done.err
    endpoint = stub.endpoint(ok("GetUser", USER))
    for more in ({"AWS_ENDPOINT_URL": endpoint.url}, {"AWS_IAM_URL": endpoint.url}):
        done = run_fast(*arguments[:-1], env={**env, **more, "CLIENT_CONFIG_FILE": ""})
        assert (done.status, done.err) == (0, "")
        assert signed_by(endpoint) == (KEY_ID, "us-east-1")


@pytest.mark.parametrize(
    ("file", "broken"), [("config", False), ("config", True), ("credentials", False)]
)
def test_other_settings_count_with_a_credential_file(file, run_fast, stub, *, broken):
    settings = "max_attempts=1\nretry_mode=standard\nca_bundle=absent.pem\nregion=cn-north-1\n"
    write(run_fast, f".aws/{file}", f"[default]\n{settings}")
    if broken:
        write(run_fast, ".aws/credentials", "AWSAccessKeyId=x\n")
    endpoint = stub.endpoint(refused("Throttling"))
    arguments = ("iam-usergetattributes", "-u", "bob")
    assert run_fast(*arguments, env={"AWS_IAM_URL": endpoint.url}).status == 1
    assert len(endpoint.requests) == 1
    done = run_fast(*arguments, env={"AWS_IAM_URL": f"https://127.0.0.1:{stub.port}"})
    assert "No such file or directory" in done.err


def test_without_a_credential_file_the_configuration_must_be_valid(run_fast):
    write(run_fast, ".aws/config", "AWSAccessKeyId=x\n")
    done = show(run_fast, **KEY_VARIABLES, AWS_IAM_URL="http://127.0.0.1:1")
    assert "Unable to parse config file" in done.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# caf\u00e9\n[default]\n".encode("latin-1"), "is not text in UTF-8; save it in UTF-8"),
        ("[default]\n".encode("utf-16"), "is not text in UTF-8; save it in UTF-8"),
        (b"[default]\ns3 =\n  nothing\n", ""),
    ],
)
def test_a_file_of_the_configuration_that_is_not_text(content, said, run_fast):
    name = run_fast.home / "file"
    name.write_bytes(content)
    done = show(run_fast, AWS_CREDENTIAL_FILE="", AWS_SHARED_CREDENTIALS_FILE=str(name))
    expected = f"{name} {said}" if said else f"Unable to parse config file: {name}"
    assert (done.status, done.err) == (1, f"iam-usergetattributes: {expected}\n")


REGIONS = [
    # AWS_REGION, AWS_DEFAULT_REGION, the region of the profile, and the host.
    ("us-gov-west-1", "", "", "iam.us-gov.amazonaws.com"),
    ("us-gov-west-1", "cn-north-1", "", "iam.us-gov.amazonaws.com"),
    ("us-gov-west-1", "", "cn-north-1", "iam.us-gov.amazonaws.com"),
    ("", "us-gov-west-1", "cn-north-1", "iam.us-gov.amazonaws.com"),
    ("", "", "cn-north-1", "iam.cn-north-1.amazonaws.com.cn"),
    ("", "", "", "iam.amazonaws.com"),
]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("emptied", usual([False], [False, True]))
def test_order_of_the_regions(region, forked, stub, *, emptied):
    first, second, configured_region, host = region
    if configured_region:
        write(forked, ".aws/config", f"[default]\nregion={configured_region}\n")
    given = {"AWS_REGION": first, "AWS_DEFAULT_REGION": second}
    given = {name: value for name, value in given.items() if value or emptied}
    client = write(forked, "client", through(stub))
    env = {"CLIENT_CONFIG_FILE": str(client), "AWS_MAX_ATTEMPTS": "1", "AWS_PROFILE": ""}
    env |= KEY_VARIABLES
    assignments = [f"{name}={value}" for name, value in given.items()]
    done = forked("env", *assignments, "iam-usergetattributes", "-u", "bob", "-d", env=env)
    assert f"GetUser to https://{host}: " in done.err


def test_the_region_in_which_a_role_is_assumed(run_fast, stub):
    """The proxy refuses to connect, and the error names the host."""
    assuming(run_fast, "sts_regional_endpoints=regional\n")
    env = {
        "AWS_REGION": "us-gov-west-1",
        "AWS_DEFAULT_REGION": "cn-north-1",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_IAM_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_STS": "",
        "HTTPS_PROXY": f"http://127.0.0.1:{stub.port}",
    }
    hosts: list[str] = []
    stub.connects = hosts
    assert run_fast("iam-usergetattributes", env=env).status == 1
    assert hosts
    assert set(hosts) == {"sts.us-gov-west-1.amazonaws.com:443"}


#: Each place in the configuration file, with {} for the address.
SECTIONS = [
    "[default]\nendpoint_url = {}\n",
    "[default]\nservices = s\n[services s]\niam =\n  endpoint_url = {}\n",
]


def by_configuration(run_fast: ForkRunner, url: str, **env: str) -> list[tuple[Done, str]]:
    """Run a command with ``url`` from each source of the configuration; name the source."""
    done = []
    for variable in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_IAM"):
        for file in ("", "config"):
            # With a file botocore reads the variables, without one they are read here.
            (run_fast.home / "config").write_text("[default]\nendpoint_url = https://x\n")
            more = {variable: url, "AWS_CONFIG_FILE": file, **env}
            done.append((run_fast("iam-usergetattributes", "-u", "bob", env=more), variable))
    for section in SECTIONS:
        (run_fast.home / "config").write_text(section.format(url))
        more = {"AWS_CONFIG_FILE": "config", **KEY_VARIABLES, **env}
        done.append((run_fast("iam-usergetattributes", "-u", "bob", env=more), CONFIGURED))
    return done


@pytest.mark.parametrize(
    "url",
    every(4, [
        "ftp://x", "http://", "https://x:port", "http://ho st", "https://x:99999", "://", "http://u@x",
        "https://x?a=b", "https://a..b", "mailto:x", "https://[::1",
    ]),
)  # fmt: skip
def test_a_wrong_endpoint_of_the_configuration(url, run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    proxies = {"HTTP_PROXY": endpoint.url, "HTTPS_PROXY": endpoint.url}
    for done, source in by_configuration(run_fast, url, **proxies):
        assert_refused(done, f"{source} is not an http or https address")
    assert endpoint.requests == []


def test_an_endpoint_that_is_a_section_of_its_own(run_fast):
    section = "[default]\nendpoint_url =\n  password = passw0rd\n"
    done = configured(run_fast, section, "iam-usergetattributes")
    said = f"{CONFIGURED} is not an http or https address; use https://HOST[:PORT]"
    assert (done.status, done.err) == (1, f"iam-usergetattributes: {said}\n")


def test_the_configurations_endpoint_is_made_complete(run_fast, stub):
    for done, _ in by_configuration(run_fast, f" 127.0.0.1:{stub.port} ", AWS_MAX_ATTEMPTS="1"):
        assert done.status == 1
        assert f"cannot make a secure connection to https://127.0.0.1:{stub.port}:" in done.err


def test_an_endpoint_that_is_not_asked_for_is_not_looked_at(run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    for done, _ in by_configuration(run_fast, "ftp://x", AWS_IAM_URL=endpoint.url):
        assert (done.status, done.err) == (0, "")


def test_the_configurations_endpoint_is_looked_at_last(run_fast):
    """Credentials and a command's own checks come first: they did before there was a check."""
    env = {"AWS_ENDPOINT_URL": "ftp://x"}
    done = run_fast("iam-usergetattributes", env={**env, "AWS_CREDENTIAL_FILE": ""})
    assert done.err.startswith("iam-usergetattributes: no credentials")
    done = run_fast("iam-useruploadpolicy", "-u", "b", "-p", "n", "-f", "absent", env=env)
    assert done.err.startswith("iam-useruploadpolicy: cannot read the policy from absent")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1.example.com/", in_full("http://iam.example.com")]
)
def test_a_configured_connection_that_is_not_encrypted(url, forked, stub):
    """The warning is for a terminal, once; logs of existing jobs do not change."""
    endpoint = stub.endpoint(*[ok("GetUser", USER)] * 9)
    warning = f"iam-usergetattributes: {url} is not encrypted; use https, because responses"
    file = write(forked, "proxy", through(stub))
    forked.env |= {"CLIENT_CONFIG_FILE": str(file), "AWS_MAX_ATTEMPTS": "1", **KEY_VARIABLES}
    arguments = ("iam-usergetattributes", "-u", "bob")
    config = forked.home / "config"
    for env, section in (
        ({"AWS_ENDPOINT_URL": url}, ""),
        ({"AWS_ENDPOINT_URL_IAM": url}, ""),
        *(({"AWS_CONFIG_FILE": str(config)}, section.format(url)) for section in SECTIONS),
    ):
        config.write_text(section)
        assert "not encrypted" not in forked(*arguments, env=env).err
        shown = on_terminal(forked, env, *arguments)
        assert shown.startswith(warning)
        assert shown.count("not encrypted") == 1
    assert endpoint.requests == []


def test_a_configured_connection_to_this_machine(forked, stub):
    endpoint = stub.endpoint(*[ok("GetUser", USER)] * 2)
    env = {"AWS_ENDPOINT_URL": endpoint.url}
    assert "not encrypted" not in on_terminal(forked, env, "iam-usergetattributes", "-u", "bob")
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    "variable", ["AWS_ENDPOINT_URL", in_full("AWS_ENDPOINT_URL_STS"), in_full("")]
)
@pytest.mark.parametrize("url", WITH_SECRETS)
def test_the_endpoint_that_gives_credentials(variable, url, run_fast, endpoint):
    """What botocore asks itself is checked before as well."""
    section = f"services = s\n[services s]\nsts =\n  endpoint_url = {url}\n"
    assuming(run_fast, "" if variable else section)
    done = run_fast("iam-usergetattributes", "-d", env={variable: url} if variable else {})
    assert_refused(done, f"{variable or CONFIGURED} is not an http or https address")
    assert "passw0rd" not in done.err
    assert endpoint.requests == []


def test_a_credential_file_that_is_gone_after_it_was_read(run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    pipe = run_fast.home / "pipe"
    os.mkfifo(pipe)
    env = {"AWS_CREDENTIAL_FILE": str(pipe), "AWS_IAM_URL": endpoint.url}
    process = run_fast.start("iam-usergetattributes", env=env, stdout=-1, stderr=-1)
    with pipe.open("w") as writer:
        pipe.unlink()
        writer.write(f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n")
    assert process.communicate()[1] == b""
    assert process.returncode == 0


#: A named pipe without a writer is waited for no longer; what is one with each command line.
NO_WAIT = "from iamcli.config import files; files.WRITER_TIMEOUT = 0.0"
NAMED_PIPES = {
    "credential file": ("iam-usergetattributes", "--aws-credential-file", "pipe"),
    "client configuration": ("iam-usergetattributes", "--client-config-file", "pipe"),
    "the policy": ("iam-useruploadpolicy", "-u", "bob", "-p", "p", "-f", "pipe"),
}


@pytest.mark.parametrize("strict", ["0", "1"])
@pytest.mark.parametrize("what", NAMED_PIPES)
def test_a_named_pipe_without_a_writer(what, strict, run_fast, stub):
    endpoint = stub.endpoint()
    os.mkfifo(run_fast.home / "pipe")
    env = {"AWS_IAM_URL": endpoint.url, "IAMCLI_STRICT": strict}
    process = run_fast.start(*NAMED_PIPES[what], env=env, before=NO_WAIT)
    out, err = process.communicate()
    said = (out if strict == "1" else err).decode()
    assert process.returncode == 1
    assert what in said
    assert "no program wrote to it for 0 seconds" in said
    assert said.count("\n") == 1
    assert endpoint.requests == []


def test_a_named_pipe_whose_writer_is_slow(run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    os.mkfifo(run_fast.home / "pipe")
    writer = os.open(run_fast.home / "pipe", os.O_RDWR)
    env = {"AWS_CREDENTIAL_FILE": "pipe", "AWS_IAM_URL": endpoint.url}
    process = run_fast.start("iam-usergetattributes", env=env, before=NO_WAIT)
    # The first bytes are there when it waits no longer, or not yet: both must be the same.
    os.write(writer, f"AWSAccessKeyId={KEY_ID}\n".encode())
    os.write(writer, f"AWSSecretKey={SECRET}\n".encode())
    while select.select([writer], [], [], 0)[0]:
        os.sched_yield()
    os.close(writer)
    assert process.communicate()[1] == b""
    assert process.returncode == 0


BY_CONFIG = {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": "config"}
CANNOT = "cannot get credentials from the AWS configuration: "
SSO = (
    "sso_session=x\nsso_account_id=1\nsso_role_name=r\n"
    "[sso-session x]\nsso_start_url=https://example.com/start\nsso_region=us-east-1\n"
)
INVALID = r"a file or a program gave an invalid value \(\w+Error\)"
TOKEN_FILE = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/absent", "AWS_ROLE_ARN": f"{ARN}role/r"}
CONTAINER = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/absent",
}


@pytest.mark.parametrize(
    ("profile", "more", "reason"),
    [
        ("credential_process=/absent/program\n", {}, "/absent/program: No such file or directory"),
        ("credential_process=/dev/null\n", {}, "/dev/null: Permission denied"),
        ("credential_process=echo 'x\n", {}, "No closing quotation"),
        ("credential_process=echo []\n", {}, INVALID),
        ("credential_process=cat numbers.json\n", {}, INVALID),
        ("", TOKEN_FILE, "/absent: No such file or directory"),
        ("", CONTAINER, "/absent: No such file or directory"),
    ],
)
def test_a_configuration_that_gives_no_credentials(profile, more, reason, run_fast, endpoint):
    write(run_fast, "config", f"[default]\n{profile}")
    key = {"AccessKeyId": "A", "SecretAccessKey": "B", "Expiration": 5}
    write(run_fast, "numbers.json", json.dumps({"Version": 1, **key}))
    done = run_fast("iam-usergetattributes", env={**BY_CONFIG, **more})
    assert (done.status, done.out) == (1, "")
    assert re.fullmatch(f"iam-usergetattributes: {CANNOT}{reason}\n", done.err), done.err
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("cache", "reason"),
    [
        ("{", INVALID),
        in_full('{"accessToken":1,"expiresAt":2}', INVALID),
        in_full("[]", "Error loading SSO Token: .*"),
    ],
)
def test_a_damaged_token_of_a_sign_on(cache, reason, run, endpoint):
    (run.home / "config").write_text(f"[default]\n{SSO}")
    folder = run.home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True)
    (folder / f"{hashlib.sha1(b'x').hexdigest()}.json").write_text(cache)
    done = run("iam-usergetattributes", env=BY_CONFIG)
    assert (done.status, done.out) == (1, "")
    assert re.fullmatch(f"iam-usergetattributes: {CANNOT}{reason}\n", done.err), done.err
    assert endpoint.requests == []


#: Profiles whose key is from a program that prints the file key.json.
PROGRAM = "credential_process = sh -c 'cd; . ./program'\n"
FROM_A_PROGRAM = {
    "the profile itself": f"[default]\n{PROGRAM}",
    "a role": f"[default]\nrole_arn={ARN}role/r\nsource_profile=base\n[profile base]\n{PROGRAM}",
}


def with_a_program(run: Shell, profile: str, endpoint: Endpoint, program: str) -> None:
    """Let the key be from a ``program``, which is asked for it for each request."""
    soon = datetime.now(timezone.utc) + timedelta(minutes=5)
    key = {"AccessKeyId": KEY_ID, "SecretAccessKey": SECRET, "Expiration": soon.isoformat()}
    (run.home / "key.json").write_text(json.dumps({"Version": 1, **key}))
    (run.home / "program").write_text(program)
    (run.home / "config").write_text(profile)
    role = f"<AccessKeyId>{KEY_ID}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>"
    role += f"<SessionToken>t</SessionToken><Expiration>{soon.isoformat()}</Expiration>"
    endpoint.on("AssumeRole", ok("AssumeRole", f"<Credentials>{role}</Credentials>"))
    run.env |= {"AWS_ENDPOINT_URL_STS": endpoint.url, "AWS_REGION": "us-east-1"}
    run.env["AWS_CONFIG_FILE"] = str(run.home / "config")
    del run.env["AWS_CREDENTIAL_FILE"]


@pytest.mark.parametrize(
    ("profile", "prefix"),
    usual([("the profile itself", ())], itertools.product(FROM_A_PROGRAM, [(), ("iamcli", "run")])),
)
def test_a_program_for_credentials_leaves_standard_input(
    profile, prefix, run, forked_programs, endpoint
):
    endpoint.on("DeleteUser", ok("DeleteUser"))
    with_a_program(run, FROM_A_PROGRAM[profile], endpoint, "cat >>read; cat key.json")
    loop = "while read -r user; do iam-userdel -u $user; done"
    users = ["alice", "bob", "carol", "dave"]
    if not prefix:
        run.env["PATH"] = f"{forked_programs.folder}:{run.env['PATH']}"
    assert run(*prefix, "sh", "-c", loop, stdin="\n".join([*users, ""])) == (0, "", "")
    sent = [each.parameters for each in endpoint.requests if each.operation == "DeleteUser"]
    assert [parameters["UserName"] for parameters in sent] == users
    assert (run.home / "read").read_text() == ""


def test_a_program_for_credentials_without_standard_input(run, endpoint):
    with_a_program(run, FROM_A_PROGRAM["the profile itself"], endpoint, "cat && cat key.json")
    done = run("sh", "-c", "iam-usergetattributes -u bob <&-")
    assert (done.status, done.err) == (0, "")


def test_a_program_for_credentials_reads_from_a_terminal(run, endpoint):
    program = "echo Name: >&0; read name; cat $name"
    with_a_program(run, FROM_A_PROGRAM["the profile itself"], endpoint, program)
    key = {"Version": 1, "AccessKeyId": KEY_ID, "SecretAccessKey": SECRET}
    (run.home / "lasting.json").write_text(json.dumps(key))
    terminal = Terminal("iam-usergetattributes", "-u", "bob", env=run.env)
    terminal.wait_for("Name:")
    terminal.type("lasting.json\n")
    assert terminal.status() == 0
    assert "AIDA" in terminal.shown


def test_numbers_in_place_of_a_key(run_fast, endpoint):
    write(run_fast, "config", "[default]\ncredential_process=cat key.json\n")
    key = {"Version": 1, "AccessKeyId": 5, "SecretAccessKey": 6}
    write(run_fast, "key.json", json.dumps(key))
    done = run_fast("iam-usergetattributes", env=BY_CONFIG)
    message = "the credentials of the AWS configuration contain a value that is not text"
    assert (done.status, done.err) == (1, f"iam-usergetattributes: {message}\n")
    assert endpoint.requests == []


def test_the_code_of_an_mfa_device_that_nobody_enters(run, endpoint):
    assuming(run, f"mfa_serial={ARN}mfa/phone\n")
    done = run("setsid", "-w", "iam-usergetattributes")
    assert done.status == 1
    prompt = f"Enter MFA code for {ARN}mfa/phone: "
    reason = f"{CANNOT}the code of the MFA device was not entered"
    assert done.err == f"{prompt}iam-usergetattributes: {reason}\n"
    assert endpoint.requests == []


@pytest.mark.parametrize("line", ["123456\n", "123456\r\nrest\n", "123456"])
def test_the_code_of_an_mfa_device_is_a_line_of_standard_input(line, run_fast, endpoint):
    assuming(run_fast, f"mfa_serial={ARN}mfa/phone\n")
    endpoint.on("AssumeRole", refused("AccessDenied", "not you", 403))
    env = {"AWS_ENDPOINT_URL_STS": endpoint.url}
    assert "not you" in run_fast("iam-usergetattributes", stdin=line, env=env).err
    assert endpoint.requests[0].parameters["TokenCode"] == "123456"


def test_credentials_that_nobody_gives(run_fast, endpoint):
    assuming(run_fast, "")
    env = {"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "1"}
    assert_refused(run_fast("iam-usergetattributes", env=env), f"{CANNOT}Could not connect")
    assert endpoint.requests == []


def on_terminal(run: Shell, env: dict[str, str], *arguments: str) -> str:
    changed = {name: value for name, value in (run.env | env).items() if value != ""}
    terminal = Terminal(*arguments, env=changed)
    terminal.status()
    return terminal.shown


def test_no_scheme_means_https(run_fast, stub):
    done = show(run_fast, "--url", f"127.0.0.1:{stub.port}", AWS_MAX_ATTEMPTS="1")
    assert done.status == 1
    assert f"cannot make a secure connection to https://127.0.0.1:{stub.port}:" in done.err


@pytest.mark.parametrize(
    ("env", "region"),
    [
        ({}, "us-east-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "us-east-1"),
        ({"AWS_DEFAULT_REGION": "cn-northwest-1"}, "cn-north-1"),
        ({"AWS_DEFAULT_REGION": "us-gov-east-1"}, "us-gov-west-1"),
    ],
)
def test_the_region_that_signs(env, region, run_fast, endpoint):
    assert show(run_fast, **env).status == 0
    assert signed_by(endpoint) == (KEY_ID, region)


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://iam.amazonaws.com", "us-east-1"),
        ("https://iam.amazonaws.com/", "us-east-1"),
        ("https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("https://iam.us-gov.amazonaws.com", "us-gov-west-1"),
        ("https://iam.us-gov.amazonaws.com:443/x", "us-gov-west-1"),
        ("https://iam.us-gov.api.aws", "us-gov-west-1"),
        ("https://iam.global.api.aws", "us-east-1"),
        ("https://IAM.US-GOV.API.AWS./", "us-gov-west-1"),
        ("https://iam.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
        ("https://iam.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1"),
        ("https://iam.example.com", "cn-north-1"),
        ("https://iam.us-gov.api.aws.example.com", "cn-north-1"),
        ("https://iam.amazonaws.com.example.com", "cn-north-1"),
        ("https://c2s.ic.gov.invalid:443", "cn-north-1"),
        ("http://127.0.0.1:5000", "cn-north-1"),
        ("http://[::1]:5000", "cn-north-1"),
    ],
)
def test_the_endpoints_name_tells_the_partition(url, region):
    assert signing_region(url, "cn-northwest-1") == region


def test_a_named_endpoint_is_signed_for_its_partition(run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    file = write(run_fast, "proxy", through(stub))
    url = f"http://iam.us-gov.api.aws{urlsplit(endpoint.url).path}"
    env = {"AWS_IAM_URL": url, "CLIENT_CONFIG_FILE": str(file), "AWS_REGION": "cn-northwest-1"}
    assert show(run_fast, **env).status == 0
    assert signed_by(endpoint) == (KEY_ID, "us-gov-west-1")
    assert endpoint.requests[-1].headers["host"] == "iam.us-gov.api.aws"


def test_the_signing_regions_are_botocores():
    from botocore.endpoint_provider import EndpointProvider
    from botocore.exceptions import EndpointResolutionError
    from botocore.loaders import Loader

    loader = Loader()
    partitions = loader.load_data("partitions")
    rules = loader.load_service_model("iam", "endpoint-rule-set-1")
    provider = EndpointProvider(rules, partitions)
    for partition in partitions["partitions"]:
        # The pseudo-regions ("aws-cn-global") are botocore's own; nobody configures them.
        for name in (name for name in partition["regions"] if not name.endswith("global")):
            # With FIPS, botocore 1.40 to 1.43 name cn-northwest-1 in China, and 1.44 cn-north-1, as
            # all do without FIPS. AWS documents no such endpoint in China.
            for dual_stack in (False, True):
                given = {"Region": name, "UseFIPS": False, "UseDualStack": dual_stack}
                try:
                    found = provider.resolve_endpoint(**given)
                except EndpointResolutionError:
                    # An older botocore does not know dual-stack endpoints of all partitions.
                    assert dual_stack
                    continue
                schemes = found.properties.get("authSchemes")
                if not schemes:
                    continue
                expected = schemes[0]["signingRegion"]
                assert signing_region("https://iam.example.com", name) == expected, name
                # The host name counts, not the configured region.
                for other in (name, "us-east-1", "cn-north-1", "us-gov-west-1"):
                    assert signing_region(found.url, other) == expected, (found.url, other)


@pytest.mark.parametrize(
    "url",
    ["https://iam.amazonaws.com", "https://iam.us-gov.amazonaws.com:443/", "http://127.0.0.1:1",
     "http://localhost:5000", "http://[::1]:5000", "http://moto:5000"],
)  # fmt: skip
def test_the_partitions_are_loaded_only_if_needed(url, monkeypatch):
    from botocore.loaders import Loader

    regions._partitions.cache_clear()  # noqa: SLF001 - an earlier test may have loaded them
    monkeypatch.setattr(Loader, "load_data", None)
    assert signing_region(url, "us-gov-west-1") in ("us-east-1", "us-gov-west-1")


def test_the_variables_are_botocores():
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as TABLE

    for name, variable in VARIABLES.items():
        # An older botocore does not know all of them.
        assert TABLE.get(name, ("", variable))[1] == variable


@pytest.mark.parametrize(
    ("env", "host"),
    [
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "iam.amazonaws.com"),
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, "iam-fips.amazonaws.com"),
    ],
)
def test_the_endpoint_of_a_partition(env, host, run_fast, stub):
    """All requests go to a proxy that refuses to connect, and tells where they were to go."""
    file = write(run_fast, "config", through(stub))
    env = {"CLIENT_CONFIG_FILE": str(file), "AWS_MAX_ATTEMPTS": "1", **env}
    assert_refused(show(run_fast, **env), f"no answer from https://{host} through the proxy")
    assert f"GetUser to https://{host}: " in show(run_fast, "-d", **env).err
