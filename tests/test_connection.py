"""Credentials, client configuration, endpoint and signing: precedence and error messages."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import re
import sys
import time
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from support.account import ARN
from support.processes import wait_until
from support.selection import every, usual
from support.shell import KEY_ID, SECRET
from support.stub import faulty, ok, refused
from support.terminal import Terminal

from iamcli.client import regions
from iamcli.client.regions import signing_region
from iamcli.client.settings import VARIABLES

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

    from support.forked import ForkRunner
    from support.shell import Done, Shell
    from support.stub import Endpoint, Stub

USER = "<User><Arn>arn:aws:iam::123456789012:user/bob</Arn><UserId>AIDA</UserId></User>"
#: With a credential file, the configuration names no endpoint.
KEY_VARIABLES = {
    "AWS_CREDENTIAL_FILE": "",
    "AWS_ACCESS_KEY_ID": KEY_ID,
    "AWS_SECRET_ACCESS_KEY": SECRET,
}
TWO_LINES = "AWSAccessKeyId=YOUR-KEY-ID and AWSSecretKey=YOUR-SECRET-KEY"


@pytest.fixture
def endpoint(run: Shell, stub: Stub) -> Endpoint:
    """An endpoint with the user bob; commands use it."""
    made = stub.endpoint(ok("GetUser", USER))
    run.env["AWS_IAM_URL"] = made.url
    return made


def show(run_fast: ForkRunner, *arguments: str, **env: str) -> Done:
    return run_fast("iam-usergetattributes", "-u", "bob", *arguments, env=env)


def signed_by(endpoint: Endpoint) -> tuple[str, str]:
    """Return the access key id and the region that signed the last request."""
    found = re.search(
        r"Credential=([^/]+)/\d+/([^/]+)/iam/", endpoint.requests[-1].headers["authorization"]
    )
    assert found
    return found[1], found[2]


def write(run_fast: ForkRunner, name: str, text: str) -> Path:
    file = run_fast.home / name
    file.write_bytes(text.encode())
    file.chmod(0o600)
    return file


@pytest.mark.parametrize(
    "text",
    [
        f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}",
        f"AWSAccessKeyId: {KEY_ID}\nAWSSecretKey : {SECRET}\n",
        f"  AWSAccessKeyId =  {KEY_ID} \r\n\r\nAWSSecretKey\t=\t{SECRET}\t\r\n",
        f"# a remark\n! another\nAWSSecretKey {SECRET}\nAWSAccessKeyId {KEY_ID}\n",
        f"AWSAccessKeyId={KEY_ID}\rAWSSecretKey={SECRET}\r",
        f"AWSAccessKeyId=old\nAWSAccessKeyId={KEY_ID}\nOther=1\nAWSSecretKey={SECRET}\n",
        f"AWSAccessKeyId=\\\n   {KEY_ID}\nAWSSecretKey={SECRET[:9]}\\\n    {SECRET[9:]}\n",
        f"\ufeffAWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n",
        f"{'# a remark' * 7000}\nAWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n",
        f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey=\\u0077{SECRET[1:]}\n",
    ],
)
def test_syntax_of_the_credential_file(text: str, run_fast: ForkRunner, endpoint: Endpoint) -> None:
    right = endpoint.requests
    assert show(run_fast).status == 0
    file = write(run_fast, "other", text)
    done = show(run_fast, AWS_CREDENTIAL_FILE=str(file))
    assert (done.status, done.err) == (0, "")
    assert signed_by(endpoint)[0] == KEY_ID
    # The same key, date and request make the same signature.
    if right[0].headers["x-amz-date"] == right[1].headers["x-amz-date"]:
        assert right[0].headers["authorization"] == right[1].headers["authorization"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("AWSAccessKeyId=AK\n", f"has no AWSSecretKey; it needs the two lines {TWO_LINES}"),
        ("AWSSecretKey=x\n", "has no AWSAccessKeyId; it needs the two lines"),
        ("", "has no AWSAccessKeyId; it needs the two lines"),
        ("AWSAccessKeyId=\nAWSSecretKey=x\n", "has no AWSAccessKeyId"),
        (
            "\nAWSAccessKeyId=<Write your key here>\nAWSSecretKey=x\n",
            ", line 2: AWSAccessKeyId is still the placeholder in angle brackets; it needs",
        ),
        (
            "AWSAccessKeyId=AK\nAWSSecretKey=Write-your-secret-here>\n",
            ", line 2: AWSSecretKey is still the placeholder in angle brackets; it needs",
        ),
        (
            "AWSAccessKeyId=AK\nAWSSecretKey=a secret\n",
            ", line 2: AWSSecretKey contains an invalid character; it needs",
        ),
    ],
)
def test_a_wrong_credential_file_is_named(
    text: str, said: str, run_fast: ForkRunner, endpoint: Endpoint
) -> None:
    file = write(run_fast, "wrong", text)
    keys = {"AWS_ACCESS_KEY_ID": "AKOTHER", "AWS_SECRET_ACCESS_KEY": "other"}
    for done in (
        show(run_fast, AWS_CREDENTIAL_FILE=str(file), **keys),
        show(run_fast, "--aws-credential-file", str(file), **keys),
    ):
        assert done.status == 1
        assert done.err.startswith(f"iam-usergetattributes: credential file {file}")
        assert said in done.err
        assert done.err.count("\n") == 1
        assert "a secret" not in done.err
    # It never falls through to other credentials.
    assert endpoint.requests == []


def test_a_credential_file_that_cannot_be_read_is_named(
    run_fast: ForkRunner, endpoint: Endpoint
) -> None:
    for name, reason in (("absent", "No such file or directory"), (".", "is a directory")):
        done = show(run_fast, AWS_CREDENTIAL_FILE=name)
        assert (done.status, done.out) == (1, "")
        assert f"credential file {name} " in done.err
        assert reason in done.err
        assert TWO_LINES in done.err
    assert endpoint.requests == []


def test_order_of_the_credentials(run_fast: ForkRunner, endpoint: Endpoint) -> None:
    option = write(run_fast, "option", "AWSAccessKeyId=AKOPTION\nAWSSecretKey=x\n")
    variable = write(run_fast, "variable", "AWSAccessKeyId=AKVARIABLE\nAWSSecretKey=x\n")
    (run_fast.home / ".aws").mkdir()
    write(
        run_fast,
        ".aws/credentials",
        "[default]\naws_access_key_id=AKDEFAULT\naws_secret_access_key=x\n"
        "[other]\naws_access_key_id=AKPROFILE\naws_secret_access_key=x\naws_session_token=T\n",
    )
    env = {
        "AWS_CREDENTIAL_FILE": str(variable),
        "AWS_ACCESS_KEY_ID": "AKENVIRONMENT",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_PROFILE": "other",
    }
    for arguments, gone, expected in (
        (["--aws-credential-file", str(option)], "", "AKOPTION"),
        ([], "", "AKVARIABLE"),
        ([], "AWS_CREDENTIAL_FILE", "AKENVIRONMENT"),
        ([], "AWS_ACCESS_KEY_ID", "AKPROFILE"),
        ([], "AWS_PROFILE", "AKDEFAULT"),
    ):
        env |= {gone: ""} if gone else {}
        done = show(run_fast, *arguments, **env)
        assert (done.status, done.err) == (0, "")
        assert signed_by(endpoint)[0] == expected


def test_a_session_token_is_sent(run_fast: ForkRunner, endpoint: Endpoint) -> None:
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "x"}
    assert show(run_fast, **env, AWS_SESSION_TOKEN="the-token").status == 0
    assert endpoint.requests[-1].headers["x-amz-security-token"] == "the-token"
    assert show(run_fast, **env).status == 0
    assert "x-amz-security-token" not in endpoint.requests[-1].headers


def test_credentials_that_have_expired_are_reported(
    run_fast: ForkRunner, endpoint: Endpoint
) -> None:
    expired = {"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}
    done = show(run_fast, **KEY_VARIABLES, **expired)
    assert done.status == 1
    assert re.fullmatch(
        r"iam-usergetattributes: cannot get credentials from the AWS configuration: .*expired\.\n",
        done.err,
    )
    assert endpoint.requests == []


def test_half_a_key_in_the_environment_is_reported(
    run_fast: ForkRunner, endpoint: Endpoint
) -> None:
    done = show(run_fast, AWS_CREDENTIAL_FILE="", AWS_ACCESS_KEY_ID="AK")
    assert done.status == 1
    assert done.err.startswith(
        "iam-usergetattributes: AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY"
    )
    assert endpoint.requests == []


@pytest.mark.parametrize("sign", ["\r", "\n", "\t", " ", "\x1b[1m", "\x7f", "\u200b", "\u00e9"])
@pytest.mark.parametrize("expires", ["", "2099-01-01T00:00:00Z"])
def test_an_invalid_character_in_a_key_variable(
    sign: str, expires: str, run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    env = {**KEY_VARIABLES, "AWS_SESSION_TOKEN": "the-token", "AWS_IAM_URL": endpoint.url}
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        changed = {variable: f"{env[variable]}{sign}", "AWS_CREDENTIAL_EXPIRATION": expires}
        done = run_fast("iam-usergetattributes", "-d", env={**env, **changed})
        assert (done.status, done.out) == (1, "")
        said = f"{variable} contains a space, a carriage return or another invalid character"
        assert done.err.startswith(f"iam-usergetattributes: {said}; ")
        assert done.err.count("\n") == 1
        assert env[variable] not in done.err
    assert endpoint.requests == []


def test_an_invalid_character_in_the_key_of_a_profile(run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    (run_fast.home / "keys").write_text(
        f"[default]\naws_access_key_id={KEY_ID}\naws_secret_access_key=x\n"
        "aws_session_token=the\x1btoken\n"
    )
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": "keys"}
    done = run_fast("iam-usergetattributes", "-d", env={**env, "AWS_IAM_URL": endpoint.url})
    assert "the credentials of the AWS configuration contain an invalid character" in done.err
    assert "token" not in done.err
    assert endpoint.requests == []


#: Variables that name a file, an address or a profile.
NAMING = ("CLIENT_CONFIG_FILE", "AWS_IAM_URL", "AWS_PROFILE",
          "AWS_DEFAULT_PROFILE", "AWS_CA_BUNDLE", "AWS_REGION")  # fmt: skip


def test_an_empty_variable_is_as_if_unset(run: Shell, stub: Stub) -> None:
    emptied = ("env", "-u", "AWS_CREDENTIAL_FILE")
    emptied += tuple(f"{name}=" for name in (*NAMING, "AWS_MAX_ATTEMPTS"))
    done = run(*emptied, "iam-usergetattributes")
    assert done.status == 1
    assert done.err.startswith("iam-usergetattributes: no credentials; looked for")
    (run.home / ".aws").mkdir()
    write(run, ".aws/credentials", "[default]\naws_access_key_id=AK\naws_secret_access_key=x\n")
    endpoint = stub.endpoint(ok("GetUser", USER))
    env = {"AWS_ENDPOINT_URL": endpoint.url}
    done = run(*emptied, "iam-usergetattributes", "-u", "bob", env=env)
    assert (done.status, done.err) == (0, "")
    assert signed_by(endpoint) == ("AK", "us-east-1")


@pytest.mark.parametrize(
    ("prefix", "strict"), every(2, [((), ""), ((), "1"), (("iamcli", "run"), "")])
)
def test_a_credential_file_without_a_name_is_an_error(
    prefix: tuple[str, ...], strict: str, run: Shell, stub: Stub
) -> None:
    """A script whose argument is missing must not use the credentials that are at hand."""
    real = stub.endpoint(ok("GetUser", USER))
    keys = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "x", "AWS_ENDPOINT_URL": real.url}
    env = {**keys, "AWS_CREDENTIAL_FILE": "", "IAMCLI_STRICT": strict}
    script = "export AWS_CREDENTIAL_FILE=$1; iam-userdel -u ${2:-tempuser} -r"
    done = run(*prefix, "sh", "-c", script, env=env)
    line = "iam-userdel: AWS_CREDENTIAL_FILE is empty; name a file or unset it\n"
    assert done == (1, line if strict else "", "" if strict else line)
    assert real.requests == []
    # Without the variable, or with the option, nothing has changed.
    unset = run("iam-usergetattributes", "-u", "bob", env=env)
    assert (unset.status, signed_by(real)[0]) == (0, "AK")
    option = ("--aws-credential-file", str(run.home / "credentials"))
    emptied = ("env", "AWS_CREDENTIAL_FILE=", "iam-usergetattributes", "-u", "bob", *option)
    assert (run(*emptied, env=env).status, signed_by(real)[0]) == (0, KEY_ID)


@pytest.mark.parametrize(
    ("variables", "arguments", "named"),
    every(
        2,
        [
            ({"AWS_PROFILE": "prod"}, (), "AWS_PROFILE"),
            ({"AWS_DEFAULT_PROFILE": "prod"}, (), "AWS_DEFAULT_PROFILE"),
            ({"AWS_PROFILE": "prod", "AWS_DEFAULT_PROFILE": "b"}, (), "AWS_PROFILE"),
            ({"AWS_PROFILE": ""}, (), ""),
            # Whoever types the name of the file knows which one is used.
            ({"AWS_PROFILE": "prod"}, ("--aws-credential-file", "{file}"), ""),
        ],
    ),
)
def test_a_terminal_shows_that_a_profile_is_not_used(
    variables: dict[str, str],
    arguments: tuple[str, ...],
    named: str,
    run: Shell,
    endpoint: Endpoint,
) -> None:
    file = run.env["AWS_CREDENTIAL_FILE"]
    options = (argument.format(file=file) for argument in arguments)
    command = ("iam-usergetattributes", "-u", "bob", *options)
    said = (
        f"iam-usergetattributes: {named} is not used for the access key, which is from "
        f"{file} (AWS_CREDENTIAL_FILE)\r\n"
    )
    terminal = Terminal(*command, env={**run.env, **variables})
    assert terminal.status() == 0
    assert terminal.shown.startswith(said if named else "arn:aws:iam:")
    assert "is not used" not in terminal.shown.removeprefix(said)
    assert signed_by(endpoint)[0] == KEY_ID
    done = run(*command, env=variables)
    assert (done.status, done.err) == (0, "")


CR = "a carriage return"
WINDOWS = "remove it, as lines of Windows files end with one"


@pytest.mark.parametrize(
    ("arguments", "said"),
    every(
        4,
        [
            ("iam-userdel|-u|bob\r", f"-u contains {CR} (character 4 of bob\\x0d); {WINDOWS}"),
            ("iam-userdel|-u|bob\r|-r", f"-u contains {CR} (character 4 of bob\\x0d); {WINDOWS}"),
            (
                "iam-usercreate|-u|bob|-g|dev|-g|ops\r",
                f"-g contains {CR} (character 4 of ops\\x0d); {WINDOWS}",
            ),
            (
                "iam-usercreate|-u|bob|-p|/dev\r",
                f"-p contains {CR} (character 5 of /dev\\x0d/); {WINDOWS}",
            ),
            (
                "iam-usercreate|-u|bob|-p|/dev\x7f/\r",
                f"-p contains {CR} (character 7 of /dev\\x7f/\\x0d/); {WINDOWS}",
            ),
            (
                "iam-usermod|-u|b|-n|\ufeffc",
                "-n contains a byte order mark (character 1 of \\ufeffc)",
            ),
            (
                "iam-userdelkey|-u|b|-k|AKIAIOSFODNN7EXAMPLE\xa0",
                "-k contains a no-break space (character 21 of AKIAIOSFODNN7EXAMPLE\\xa0)",
            ),
            ("iam-groupdel|-g|a\tb", "-g contains a tab (character 2 of a\\x09b); remove it"),
            ("iam-groupdel|-g|a\nb", "-g contains a line feed (character 2 of a\\x0ab); remove it"),
            ("iam-roledel|-r|\x7f", "-r contains the invisible character U+007F (character 1 of "),
            (
                "iam-roledel|-r|a\u200b",
                "-r contains the invisible character U+200B (character 2 of ",
            ),
            (
                "iam-userlistbypath|-p|/\x01",
                "-p contains the invisible character U+0001 (character 2",
            ),
            (
                "iam-usercreate|-u|b|-b|arn:aws:iam::aws:policy/A\r",
                f"-b contains {CR} (character 26",
            ),
            ("iam-accountaliascreate|-a|al\r", f"-a contains {CR} (character 3 of al\\x0d)"),
            (
                "iam-userdeactivatemfadevice|-u|b|-s|arn:aws:iam::123456789012:mfa/a\r",
                f"-s contains {CR} (character 32 of ",
            ),
        ],
    ),
)
def test_an_invisible_character_in_a_name_is_named_before_anything_is_sent(
    arguments: str, said: str, run_fast: ForkRunner, endpoint: Endpoint
) -> None:
    command = arguments.split("|")
    done = run_fast(*command)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"{command[0]}: {said}")
    assert done.err.count("\n") == 1
    assert run_fast(*command, env={"IAMCLI_STRICT": "1"}) == (1, done.err, "")
    explained = run_fast("iamcli", "explain", "--", *command)
    assert (explained.status, explained.err) == (1, f"iamcli: {done.err}")
    assert endpoint.requests == []


#: Characters that the service accepts in such values, and some that it may accept.
ODD = "a\t\r\n\xa0\u2003\u200bb"


@pytest.mark.parametrize(
    ("arguments", "parameter", "value"),
    [
        (("iam-usercreate", "-u", "b", "-p", "/a\x7f/"), "Path", "/a\x7f/"),
        (("iam-userlistbypath", "-p", "/a\x7f"), "PathPrefix", "/a\x7f"),
        (("iam-usercreate", "-u", "b", "-b", "a:p/\x7f/A"), "PermissionsBoundary", "a:p/\x7f/A"),
        (("iam-usercreate", "-u", "b", "-t", f"k={ODD}"), "Tags.member.1.Value", ODD),
        (("iam-userlistbypath", "-m", ODD), "Marker", ODD),
        (("iam-useraddloginprofile", "-u", "b", "-p", ODD), "Password", ODD),
        (
            ("iam-useruploadpolicy", "-u", "b", "-p", "p", "-o", '{"a":\r\n\t"\xa0"}'),
            "PolicyDocument",
            '{"a":\r\n\t"\xa0"}',
        ),
        (("iam-useraddcert", "-u", "b", "-c", "x\r\ny\r\n"), "CertificateBody", "x\r\ny\r\n"),
    ],
)
def test_invisible_characters_that_the_service_may_accept_are_sent(
    arguments: tuple[str, ...], parameter: str, value: str, run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = stub.endpoint(refused("AccessDenied", "No.", 403))
    run_fast(*arguments, env={"AWS_IAM_URL": endpoint.url})
    assert endpoint.requests[0].parameters[parameter] == value


def test_no_credentials_at_all(run_fast: ForkRunner, endpoint: Endpoint) -> None:
    done = show(run_fast, AWS_CREDENTIAL_FILE="")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("iam-usergetattributes: no credentials; looked for")
    assert "AWS_CREDENTIAL_FILE" in done.err
    assert done.err.count("\n") == 1
    assert endpoint.requests == []


def test_a_profile_that_does_not_exist_is_reported(
    run_fast: ForkRunner, endpoint: Endpoint
) -> None:
    done = show(run_fast, AWS_CREDENTIAL_FILE="", AWS_PROFILE="nobody")
    assert done.status == 1
    assert "nobody" in done.err
    assert done.err.count("\n") == 1
    assert endpoint.requests == []


def test_credentials_of_a_container(run_fast: ForkRunner, endpoint: Endpoint) -> None:
    """Botocore's chain goes on to the container's role; the stub plays the container."""
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    class Container(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(
                {
                    "AccessKeyId": "AKCONTAINER",
                    "SecretAccessKey": "x",
                    "Token": "t",
                    "Expiration": "2099-01-01T00:00:00Z",
                }
            ).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Container)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/role"
    done = show(run_fast, AWS_CREDENTIAL_FILE="", AWS_CONTAINER_CREDENTIALS_FULL_URI=url)
    server.shutdown()
    server.server_close()
    assert (done.status, done.err) == (0, "")
    assert signed_by(endpoint)[0] == "AKCONTAINER"


def test_an_assumed_role(run_fast: ForkRunner, endpoint: Endpoint, moto: str) -> None:
    (run_fast.home / ".aws").mkdir()
    write(run_fast, ".aws/credentials", "[base]\naws_access_key_id=AK\naws_secret_access_key=x\n")
    write(
        run_fast,
        ".aws/config",
        "[profile admin]\nrole_arn=arn:aws:iam::123456789012:role/admin\nsource_profile=base\n"
        f"region=us-east-1\nservices=local\n[services local]\nsts =\n  endpoint_url={moto}\n",
    )
    done = show(run_fast, AWS_CREDENTIAL_FILE="", AWS_PROFILE="admin")
    assert (done.status, done.err) == (0, "")
    assert signed_by(endpoint)[0].startswith("ASIA")
    assert endpoint.requests[-1].headers["x-amz-security-token"]


# The client configuration and the proxy.


@pytest.fixture
def proxied(run: Shell, stub: Stub) -> Endpoint:
    """A endpoint that is reached through a proxy only: the host does not exist."""
    made = stub.endpoint(ok("GetUser", USER))
    run.env["AWS_IAM_URL"] = made.url.replace("127.0.0.1", "iam.invalid")
    return made


def through(stub: Stub, *lines: str) -> str:
    return "\n".join(["ClientProxyHost=127.0.0.1", f"ClientProxyPort={stub.port}", *lines, ""])


def test_the_proxy_of_the_client_configuration(run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    option = write(run_fast, "option", through(stub))
    variable = write(run_fast, "variable", "ClientProxyHost=127.0.0.1\nClientProxyPort=1\n")
    done = show(
        run_fast,
        "--client-config-file",
        str(option),
        AWS_IAM_URL=endpoint.url,
        CLIENT_CONFIG_FILE=str(variable),
    )
    assert (done.status, done.err) == (0, "")
    assert endpoint.requests[-1].line.startswith(f"POST {endpoint.url} ")
    assert "proxy-authorization" not in endpoint.requests[-1].headers
    done = show(
        run_fast, AWS_IAM_URL=endpoint.url, CLIENT_CONFIG_FILE=str(variable), AWS_MAX_ATTEMPTS="1"
    )
    assert done.status == 1
    assert "cannot reach the proxy: Connection refused" in done.err


def test_a_proxy_with_a_user(run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    file = write(
        run_fast,
        "config",
        through(stub, "ClientProxyUsername=me@home", "ClientProxyPassword=p:w/d@1%"),
    )
    assert show(run_fast, AWS_IAM_URL=endpoint.url, CLIENT_CONFIG_FILE=str(file)).status == 0
    login = endpoint.requests[-1].headers["proxy-authorization"].partition(" ")[2]
    assert base64.b64decode(login).decode() == "me@home:p:w/d@1%"


def test_empty_values_name_no_proxy(run_fast: ForkRunner, endpoint: Endpoint) -> None:
    file = write(run_fast, "config", "ClientProxyHost=\nClientProxyPort=\n")
    assert show(run_fast, CLIENT_CONFIG_FILE=str(file)).status == 0
    assert endpoint.requests[-1].line.startswith("POST /")


def test_botocores_proxy_variables_hold_otherwise(run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    proxy = f"http://127.0.0.1:{stub.port}"
    done = show(run_fast, AWS_IAM_URL=endpoint.url, HTTP_PROXY=proxy)
    assert done.status == 0
    assert endpoint.requests[-1].line.startswith(f"POST {endpoint.url} ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nClientProxyPort=http\n", ", line 2: ClientProxyPort is not a port number: http"),
        ("ClientProxyPort=0\n", ", line 1: ClientProxyPort is not a port number: 0"),
        ("ClientProxyPort=65536\n", ", line 1: ClientProxyPort is not a port number: 65536"),
        ("ClientProxyPort=65537\n", ", line 1: ClientProxyPort is not a port number: 65537"),
        ("ClientProxyHost=http://x\n", ", line 1: ClientProxyHost is not a host name: http://x"),
        ("ClientProxyHost=a..b\n", ", line 1: ClientProxyHost is not a host name: a..b"),
        ("ClientProxyHost=x:99999\n", ", line 1: ClientProxyHost is not a host name: x:99999"),
        (
            "ClientProxyHost=127.0.0.1:9\nClientProxyPort=80\n",
            ", line 1: ClientProxyHost is not a host name: 127.0.0.1:9",
        ),
    ],
)
def test_a_wrong_client_configuration(
    text: str, said: str, run_fast: ForkRunner, endpoint: Endpoint
) -> None:
    file = write(run_fast, "config", text)
    done = show(run_fast, CLIENT_CONFIG_FILE=str(file))
    assert done.status == 1
    assert done.err == f"iam-usergetattributes: client configuration {file}{said}\n"
    assert endpoint.requests == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1:1", "127.0.0.1\nClientProxyPort=1", "::1", "::1\nClientProxyPort=1"]
)
@pytest.mark.parametrize("arguments", [("iam-usergetattributes",), ("iam-groupcreate", "-g", "A")])
def test_the_file_of_a_proxy_that_is_not_there_is_named(
    host: str, arguments: tuple[str, ...], run_fast: ForkRunner
) -> None:
    file = run_fast.home / "client"
    file.write_text(f"ClientProxyHost={host}\n")
    env = {"CLIENT_CONFIG_FILE": str(file), "AWS_MAX_ATTEMPTS": "1"}
    done = run_fast(*arguments, env=env)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"{arguments[0]}: cannot reach the proxy: ")
    assert done.err.endswith(f"; check the client configuration {file}\n")
    assert done.err.count("\n") == 1


#: Values of the proxy variables that are not the address of a proxy.
NO_PROXIES = [
    "http://u:passw0rd@127.0.0.1:99999",
    "http://u:passw0rd@127.0.0.1:0",
    "http://u:passw0rd@127.0.0.1:x",
    "http://u:pass/passw0rd@127.0.0.1:9",
    "http://u:12345#passw0rd@127.0.0.1:9",
    "http://u:passw0rd@",
    "http://",
    "socks5://u:passw0rd@127.0.0.1:9",
    "ht!tp",
]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://127.0.0.1:1"])
@pytest.mark.parametrize("value", NO_PROXIES)
@pytest.mark.parametrize("arguments", [("iam-usergetattributes", "-d"), ("iam-groupcreate", "-gA")])
def test_a_variable_that_names_no_proxy_is_named(
    arguments: tuple[str, ...], value: str, url: str, run_fast: ForkRunner
) -> None:
    scheme = url.partition(":")[0]
    variables = [f"{scheme}_proxy"] if value != NO_PROXIES[0] else []
    for variable in (*variables, f"{scheme}_proxy".upper()):
        done = run_fast(*arguments, env={"AWS_IAM_URL": url, variable: value})
        assert (done.status, done.out) == (1, "")
        said = (
            f"{arguments[0]}: {variable} is not the address of an HTTP proxy; use http://HOST:PORT"
        )
        assert done.err.startswith(said)
        assert done.err.count("\n") == 1
        assert "passw0rd" not in done.err


def test_another_variable_with_the_same_value_is_not_named(run_fast: ForkRunner) -> None:
    value = "socks5://127.0.0.1:9"
    # They sort before HTTP_PROXY, the last one only in upper case.
    same = dict.fromkeys(("A", "HTTPZ", "HTTP_PROXY"), value)
    done = run_fast("iam-usergetattributes", env={"AWS_IAM_URL": "http://127.0.0.1:1", **same})
    assert done.err.startswith("iam-usergetattributes: HTTP_PROXY is not the address of an HTTP")


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"])
@pytest.mark.parametrize("value", ["http://u:passw0rd@x@127.0.0.1:1", "127.0.0.1:1"])
def test_the_variable_of_a_proxy_that_is_not_there_is_named(
    variable: str, value: str, run_fast: ForkRunner
) -> None:
    scheme = variable.lower().removesuffix("_proxy")
    env = {"AWS_IAM_URL": f"{scheme}://127.0.0.1:2", "AWS_MAX_ATTEMPTS": "1", variable: value}
    done = run_fast("iam-usergetattributes", env=env)
    said = f"cannot reach the proxy: Connection refused; check {variable}"
    assert (done.status, done.err) == (1, f"iam-usergetattributes: {said}\n")


def test_a_proxy_variable_that_does_not_count_is_not_checked(
    run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    run_fast.env["AWS_IAM_URL"] = endpoint.url
    for env in (
        {"https_proxy": "http://x:99999"},
        {"http_proxy": "http://x:99999", "no_proxy": "127.0.0.1"},
        {"all_proxy": "http://x:99999"},
    ):
        done = run_fast("iam-usergetattributes", "-u", "bob", env=env)
        assert (done.status, done.err) == (0, "")


def test_the_proxy_of_the_request_for_credentials_is_checked(run_fast: ForkRunner) -> None:
    assuming(run_fast, "")
    env = {"AWS_IAM_URL": "http://127.0.0.1:1", "https_proxy": "http://u:passw0rd@x:99999"}
    done = run_fast("iam-usergetattributes", "-d", env=env)
    assert "https_proxy is not the address of an HTTP proxy" in done.err
    assert "passw0rd" not in done.err


@pytest.mark.parametrize("arguments", [("iam-usergetattributes", "-d"), ("iam-groupcreate", "-gA")])
def test_a_proxy_password_that_cannot_be_sent(
    arguments: tuple[str, ...], run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    file = run_fast.home / "client"
    login = "ClientProxyUsername=me\nClientProxyPassword=p\u00f6ssw0rd\n"
    file.write_text(through(stub, login))
    variable = {"http_proxy": f"http://me:p%C3%B6ssw0rd@127.0.0.1:{stub.port}"}
    for env, source in (
        (variable, "http_proxy"),
        ({"CLIENT_CONFIG_FILE": str(file)}, f"the client configuration {file}"),
    ):
        given = {"AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "1", **env}
        done = run_fast(*arguments, env=given)
        assert (done.status, done.out) == (1, "")
        said = f"{arguments[0]}: the request to {endpoint.url} failed: an address or a header is "
        assert done.err.splitlines()[-1] == f"{said}invalid; check {source}"
        assert "ssw0rd" not in done.err
    assert endpoint.requests == []


def test_credentials_through_a_variable_that_names_no_proxy(run_fast: ForkRunner) -> None:
    assuming(run_fast, "")
    env = {
        "AWS_IAM_URL": "https://127.0.0.1:1",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
        "http_proxy": "http://u:passw0rd@x:99999",
        "AWS_MAX_ATTEMPTS": "1",
    }
    done = run_fast("iam-usergetattributes", "-d", env=env)
    assert "cannot get credentials from the AWS configuration" in done.err
    assert "check the proxy variables" in done.err
    assert "passw0rd" not in done.err


def test_a_proxy_password_with_an_at_sign(run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    proxy = f"http://u:p@w@127.0.0.1:{stub.port}"
    env = {"AWS_IAM_URL": endpoint.url, "http_proxy": proxy}
    assert run_fast("iam-usergetattributes", "-u", "bob", env=env).status == 0
    login = endpoint.requests[-1].headers["proxy-authorization"].partition(" ")[2]
    assert base64.b64decode(login).decode() == "u:p@w"


def test_an_absent_client_configuration(run_fast: ForkRunner, endpoint: Endpoint) -> None:
    done = show(run_fast, CLIENT_CONFIG_FILE="absent")
    assert done.status == 1
    assert "client configuration absent cannot be read: No such file or directory" in done.err
    assert endpoint.requests == []


# The endpoint and the signature.


def test_order_of_the_endpoints(run_fast: ForkRunner, stub: Stub) -> None:
    endpoints = {
        name: stub.endpoint(ok("GetUser", USER)) for name in ("--url", "A", "B", "C", "D", "E")
    }
    (run_fast.home / ".aws").mkdir()
    write(
        run_fast,
        ".aws/config",
        f"[default]\nendpoint_url={endpoints['E'].url}\nservices=s\n"
        f"[services s]\niam =\n  endpoint_url={endpoints['D'].url}\n",
    )
    run_fast.env |= KEY_VARIABLES
    env = {
        "AWS_IAM_URL": endpoints["A"].url,
        "AWS_ENDPOINT_URL_IAM": endpoints["B"].url,
        "AWS_ENDPOINT_URL": endpoints["C"].url,
    }
    assert show(run_fast, "--url", endpoints["--url"].url, **env).status == 0
    assert len(endpoints["--url"].requests) == 1
    for name, variable in zip("ABCD", [*env, "nothing"], strict=True):
        assert show(run_fast, **env).status == 0
        assert len(endpoints[name].requests) == 1
        env[variable] = ""
    write(run_fast, ".aws/config", f"[default]\nendpoint_url={endpoints['E'].url}\n")
    assert show(run_fast, **env).status == 0
    assert len(endpoints["E"].requests) == 1


@pytest.mark.parametrize("value", ["yes", "1", "false", "all"])
def test_only_true_ignores_the_configured_endpoints(
    value: str, run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    env = {"AWS_ENDPOINT_URL": endpoint.url, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": value}
    assert show(run_fast, **env).status == 0
    assert endpoint.operations == ["GetUser"]


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "http://", "https://x:port", "http://ho st", "https://x:99999", "://", "http://u@x",
     "https://x?a=b", "https://a..b", "https://a!b", "https://x:0", "mailto:x", "https://[::1"],
)  # fmt: skip
def test_a_wrong_endpoint(url: str, run_fast: ForkRunner) -> None:
    for arguments, env, source in (
        (["--url", url], {}, "--url"),
        ([], {"AWS_IAM_URL": url}, "AWS_IAM_URL"),
    ):
        done = show(run_fast, *arguments, **env)
        assert (done.status, done.out) == (1, "")
        said = f"iam-usergetattributes: {source} is not an http or https address:"
        assert done.err.startswith(said)
        assert done.err.count("\n") == 1


#: Addresses with what nobody else may see, which is always this word.
WITH_SECRETS = [
    "http://user:passw0rd@127.0.0.1:9/",
    "https://passw0rd@x",
    "http://u:12345/passw0rd@x",
    "http://u:/passw0rd@x",
    "http://u:a@passw0rd@x",
    "http://u:a?passw0rd@x",
    "http://u:a#passw0rd@x",
    "u:passw0rd@x",
    "//u:passw0rd@x",
    "ftp://u:passw0rd@x",
    "https://x/?token=passw0rd",
    "https://x?passw0rd",
    "https://x#passw0rd",
    "https://x?a=b@c&token=passw0rd",
    "https://x?a@passw0rd",
]


@pytest.mark.parametrize("url", every(4, WITH_SECRETS))
def test_no_secret_of_an_endpoint_is_shown(url: str, run_fast: ForkRunner) -> None:
    arguments = ("iam-usergetattributes", "-d")
    section = f"[default]\nendpoint_url = {url}\n"
    for done, source in (
        (run_fast(*arguments, "--url", url), "--url"),
        (run_fast(*arguments, env={"AWS_IAM_URL": url}), "AWS_IAM_URL"),
        (run_fast(*arguments, env={"AWS_ENDPOINT_URL": url}), "AWS_ENDPOINT_URL"),
        (run_fast(*arguments, env={"AWS_ENDPOINT_URL_IAM": url}), "AWS_ENDPOINT_URL_IAM"),
        (configured(run_fast, section, *arguments), CONFIGURED),
    ):
        assert (done.status, done.out) == (1, "")
        said = f"iam-usergetattributes: {source} is not an http or https address"
        assert done.err.startswith(said)
        assert done.err.endswith("; use https://HOST[:PORT]\n")
        assert done.err.count("\n") == 1
        assert "passw0rd" not in done.err


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
}
#: The rows that the default run includes.
USUAL = {("config", "region"), ("config", "endpoint"), ("credentials", "not parsable")}


@pytest.mark.parametrize(
    ("file", "foreign"),
    usual(USUAL, itertools.product(["config", "credentials"], FOREIGN)),
)
def test_a_credential_file_is_independent_of_the_configuration(
    foreign: str, file: str, run_fast: ForkRunner, stub: Stub
) -> None:
    env, text = FOREIGN[foreign]
    (run_fast.home / ".aws").mkdir()
    if text is not None:
        written = text.encode("utf-8", "surrogateescape")
        (run_fast.home / ".aws" / file).write_bytes(written)
    config = run_fast.home / "client"
    config.write_text(through(stub))
    env = {"CLIENT_CONFIG_FILE": str(config), "AWS_MAX_ATTEMPTS": "1", **env}
    arguments = ("iam-usergetattributes", "-u", "bob", "-d")
    key_file = run_fast.env["AWS_CREDENTIAL_FILE"]
    for done in (
        run_fast(*arguments, env=env),
        run_fast(
            *arguments, "--aws-credential-file", key_file, env={**env, "AWS_CREDENTIAL_FILE": ""}
        ),
    ):
        assert "GetUser to https://iam.amazonaws.com: " in done.err
        assert "cannot reach the proxy" in done.err
    # Variables and options count.
    done = run_fast(*arguments, env={**env, "AWS_DEFAULT_REGION": "cn-north-1"})
    assert "GetUser to https://iam.cn-north-1.amazonaws.com.cn: " in done.err
    endpoint = stub.endpoint(ok("GetUser", USER))
    for more in ({"AWS_ENDPOINT_URL": endpoint.url}, {"AWS_IAM_URL": endpoint.url}):
        done = run_fast(*arguments[:-1], env={**env, **more, "CLIENT_CONFIG_FILE": ""})
        assert (done.status, done.err) == (0, "")
        assert signed_by(endpoint) == (KEY_ID, "us-east-1")


@pytest.mark.parametrize("broken", [False, True])
def test_other_settings_count_with_a_credential_file(
    run_fast: ForkRunner, stub: Stub, *, broken: bool
) -> None:
    (run_fast.home / ".aws").mkdir()
    (run_fast.home / ".aws" / "config").write_text(
        "[default]\nmax_attempts=1\nretry_mode=standard\nca_bundle=absent.pem\nregion=cn-north-1\n"
    )
    if broken:
        (run_fast.home / ".aws" / "credentials").write_text("AWSAccessKeyId=x\n")
    endpoint = stub.endpoint(refused("Throttling"))
    arguments = ("iam-usergetattributes", "-u", "bob")
    assert run_fast(*arguments, env={"AWS_IAM_URL": endpoint.url}).status == 1
    assert len(endpoint.requests) == 1
    done = run_fast(*arguments, env={"AWS_IAM_URL": f"https://127.0.0.1:{stub.port}"})
    assert "No such file or directory" in done.err


def test_without_a_credential_file_the_configuration_must_be_valid(run_fast: ForkRunner) -> None:
    (run_fast.home / ".aws").mkdir()
    (run_fast.home / ".aws" / "config").write_text("AWSAccessKeyId=x\n")
    keys = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "x"}
    env = {"AWS_CREDENTIAL_FILE": "", **keys, "AWS_IAM_URL": "http://127.0.0.1:1"}
    done = run_fast("iam-usergetattributes", env=env)
    assert "Unable to parse config file" in done.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("# caf\u00e9\n[default]\n".encode("latin-1"), "is not text in UTF-8; save it in UTF-8"),
        ("[default]\n".encode("utf-16"), "is not text in UTF-8; save it in UTF-8"),
        (b"[default]\ns3 =\n  nothing\n", ""),
    ],
)
def test_a_file_of_the_configuration_that_is_not_text(
    content: bytes, said: str, run_fast: ForkRunner
) -> None:
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
@pytest.mark.parametrize("emptied", every(2, [False, True]))
def test_order_of_the_regions(
    region: tuple[str, str, str, str], run: Shell, stub: Stub, *, emptied: bool
) -> None:
    first, second, configured_region, host = region
    (run.home / ".aws").mkdir()
    if configured_region:
        write(run, ".aws/config", f"[default]\nregion={configured_region}\n")
    given = {"AWS_REGION": first, "AWS_DEFAULT_REGION": second}
    given = {name: value for name, value in given.items() if value or emptied}
    client = write(run, "client", through(stub))
    env = {
        "AWS_CREDENTIAL_FILE": "",
        "AWS_ACCESS_KEY_ID": "AK",
        "AWS_SECRET_ACCESS_KEY": "x",
        "CLIENT_CONFIG_FILE": str(client),
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_PROFILE": "",
    }
    assignments = [f"{name}={value}" for name, value in given.items()]
    done = run("env", *assignments, "iam-usergetattributes", "-u", "bob", "-d", env=env)
    assert f"GetUser to https://{host}: " in done.err


def test_the_region_in_which_a_role_is_assumed(run_fast: ForkRunner, stub: Stub) -> None:
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
    done = run_fast("iam-usergetattributes", env=env)
    assert done.status == 1
    assert hosts
    assert set(hosts) == {"sts.us-gov-west-1.amazonaws.com:443"}


# What the AWS configuration names.

CONFIGURED = "endpoint_url of the AWS configuration"
#: Each place in the configuration file, with {} for the address.
SECTIONS = [
    "[default]\nendpoint_url = {}\n",
    "[default]\nservices = s\n[services s]\niam =\n  endpoint_url = {}\n",
]


def configured(run_fast: ForkRunner, section: str, *arguments: str) -> Done:
    (run_fast.home / "config").write_text(section)
    return run_fast(*arguments, env={"AWS_CONFIG_FILE": "config", **KEY_VARIABLES})


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
def test_a_wrong_endpoint_of_the_configuration(url: str, run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    for done, source in by_configuration(
        run_fast, url, HTTP_PROXY=endpoint.url, HTTPS_PROXY=endpoint.url
    ):
        assert (done.status, done.out) == (1, "")
        said = f"iam-usergetattributes: {source} is not an http or https address"
        assert done.err.startswith(said)
        assert done.err.count("\n") == 1
    assert endpoint.requests == []


def test_an_endpoint_that_is_a_section_of_its_own(run_fast: ForkRunner) -> None:
    section = "[default]\nendpoint_url =\n  password = passw0rd\n"
    done = configured(run_fast, section, "iam-usergetattributes")
    said = f"{CONFIGURED} is not an http or https address; use https://HOST[:PORT]"
    assert (done.status, done.err) == (1, f"iam-usergetattributes: {said}\n")


def test_the_configurations_endpoint_is_made_complete(run_fast: ForkRunner, stub: Stub) -> None:
    for done, _ in by_configuration(run_fast, f" 127.0.0.1:{stub.port} ", AWS_MAX_ATTEMPTS="1"):
        assert done.status == 1
        assert f"cannot make a secure connection to https://127.0.0.1:{stub.port}:" in done.err


def test_an_endpoint_that_is_not_asked_for_is_not_looked_at(
    run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    for done, _ in by_configuration(run_fast, "ftp://x", AWS_IAM_URL=endpoint.url):
        assert (done.status, done.err) == (0, "")


def test_the_configurations_endpoint_is_looked_at_last(run_fast: ForkRunner) -> None:
    """Credentials and a command's own checks come first: they did before there was a check."""
    env = {"AWS_ENDPOINT_URL": "ftp://x"}
    done = run_fast("iam-usergetattributes", env={**env, "AWS_CREDENTIAL_FILE": ""})
    assert done.err.startswith("iam-usergetattributes: no credentials")
    done = run_fast("iam-useruploadpolicy", "-u", "b", "-p", "n", "-f", "absent", env=env)
    assert done.err.startswith("iam-useruploadpolicy: cannot read the policy from absent")


@pytest.mark.full
@pytest.mark.parametrize("url", ["http://127.0.0.1.example.com/", "http://iam.example.com"])
def test_a_configured_connection_that_is_not_encrypted(url: str, run: Shell, stub: Stub) -> None:
    """The warning is for a terminal, once; logs of existing jobs do not change."""
    endpoint = stub.endpoint(*[ok("GetUser", USER)] * 9)
    warning = f"iam-usergetattributes: {url} is not encrypted; use https, because responses"
    file = write(run, "proxy", through(stub))
    run.env |= {"CLIENT_CONFIG_FILE": str(file), "AWS_MAX_ATTEMPTS": "1", **KEY_VARIABLES}
    arguments = ("iam-usergetattributes", "-u", "bob")
    config = run.home / "config"
    for env, section in (
        ({"AWS_ENDPOINT_URL": url}, ""),
        ({"AWS_ENDPOINT_URL_IAM": url}, ""),
        *(({"AWS_CONFIG_FILE": str(config)}, section.format(url)) for section in SECTIONS),
    ):
        config.write_text(section)
        assert "not encrypted" not in run(*arguments, env=env).err
        shown = on_terminal(run, env, *arguments)
        assert shown.startswith(warning)
        assert shown.count("not encrypted") == 1
    assert endpoint.requests == []


def test_a_configured_connection_to_this_machine(run: Shell, stub: Stub) -> None:
    endpoint = stub.endpoint(*[ok("GetUser", USER)] * 2)
    arguments = ("iam-usergetattributes", "-u", "bob")
    assert "not encrypted" not in on_terminal(run, {"AWS_ENDPOINT_URL": endpoint.url}, *arguments)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("variable", every(3, ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", ""]))
@pytest.mark.parametrize("url", WITH_SECRETS)
def test_the_endpoint_that_gives_credentials(
    variable: str, url: str, run_fast: ForkRunner, stub: Stub
) -> None:
    """What botocore asks itself is checked before as well."""
    endpoint = stub.endpoint(ok("GetUser", USER))
    assuming(
        run_fast, f"services = s\n[services s]\nsts =\n  endpoint_url = {url}\n" * (not variable)
    )
    env = {"AWS_IAM_URL": endpoint.url, **({variable: url} if variable else {})}
    done = run_fast("iam-usergetattributes", "-d", env=env)
    said = f"iam-usergetattributes: {variable or CONFIGURED} is not an http or https address"
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(said)
    assert "passw0rd" not in done.err
    assert endpoint.requests == []


def test_a_credential_file_that_is_gone_after_it_was_read(run: Shell, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    pipe = run.home / "pipe"
    os.mkfifo(pipe)
    process = run.start(
        "iam-usergetattributes",
        env=run.env | {"AWS_CREDENTIAL_FILE": str(pipe), "AWS_IAM_URL": endpoint.url},
        stdout=-1,
        stderr=-1,
    )
    with pipe.open("w") as writer:
        pipe.unlink()
        writer.write(f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n")
    assert process.communicate()[1] == b""
    assert process.returncode == 0


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
def test_a_configuration_that_gives_no_credentials(
    profile: str, more: dict[str, str], reason: str, run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    home = run_fast.home
    (home / "config").write_text(f"[default]\n{profile}")
    key = {"AccessKeyId": "A", "SecretAccessKey": "B", "Expiration": 5}
    (home / "numbers.json").write_text(json.dumps({"Version": 1, **key}))
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": "config", "AWS_IAM_URL": endpoint.url}
    done = run_fast("iam-usergetattributes", env={**env, **more})
    assert (done.status, done.out) == (1, "")
    assert re.fullmatch(f"iam-usergetattributes: {CANNOT}{reason}\n", done.err), done.err
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("cache", "reason"),
    every(
        3,
        [
            ("{", INVALID),
            ('{"accessToken":1,"expiresAt":2}', INVALID),
            ("[]", "Error loading SSO Token: .*"),
        ],
    ),
)
def test_a_damaged_token_of_a_sign_on(cache: str, reason: str, run: Shell, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    (run.home / "config").write_text(f"[default]\n{SSO}")
    folder = run.home / ".aws" / "sso" / "cache"
    folder.mkdir(parents=True)
    (folder / f"{hashlib.sha1(b'x').hexdigest()}.json").write_text(cache)
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": "config", "AWS_IAM_URL": endpoint.url}
    done = run("iam-usergetattributes", env=env)
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
    every(3, [(name, prefix) for name in FROM_A_PROGRAM for prefix in ((), ("iamcli", "run"))]),
)
def test_a_program_for_credentials_leaves_standard_input(
    profile: str, prefix: tuple[str, ...], run: Shell, endpoint: Endpoint
) -> None:
    endpoint.on("DeleteUser", ok("DeleteUser"))
    with_a_program(run, FROM_A_PROGRAM[profile], endpoint, "cat >>read; cat key.json")
    loop = "while read -r user; do iam-userdel -u $user; done"
    users = ["alice", "bob", "carol", "dave"]
    assert run(*prefix, "sh", "-c", loop, stdin="\n".join([*users, ""])) == (0, "", "")
    sent = [each.parameters for each in endpoint.requests if each.operation == "DeleteUser"]
    assert [parameters["UserName"] for parameters in sent] == users
    assert (run.home / "read").read_text() == ""


def test_a_program_for_credentials_without_standard_input(run: Shell, endpoint: Endpoint) -> None:
    with_a_program(run, FROM_A_PROGRAM["the profile itself"], endpoint, "cat && cat key.json")
    done = run("sh", "-c", "iam-usergetattributes -u bob <&-")
    assert (done.status, done.err) == (0, "")


def test_a_program_for_credentials_reads_from_a_terminal(run: Shell, endpoint: Endpoint) -> None:
    program = "echo Name: >&0; read name; cat $name"
    with_a_program(run, FROM_A_PROGRAM["the profile itself"], endpoint, program)
    key = {"Version": 1, "AccessKeyId": KEY_ID, "SecretAccessKey": SECRET}
    (run.home / "lasting.json").write_text(json.dumps(key))
    terminal = Terminal("iam-usergetattributes", "-u", "bob", env=run.env)
    terminal.wait_for("Name:")
    terminal.type("lasting.json\n")
    assert terminal.status() == 0
    assert "AIDA" in terminal.shown


def test_numbers_in_place_of_a_key(run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    (run_fast.home / "config").write_text("[default]\ncredential_process=cat key.json\n")
    key = {"Version": 1, "AccessKeyId": 5, "SecretAccessKey": 6}
    (run_fast.home / "key.json").write_text(json.dumps(key))
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": "config", "AWS_IAM_URL": endpoint.url}
    done = run_fast("iam-usergetattributes", env=env)
    message = "the credentials of the AWS configuration contain an invalid character"
    assert (done.status, done.err) == (1, f"iam-usergetattributes: {message}\n")
    assert endpoint.requests == []


def test_the_code_of_an_mfa_device_that_nobody_enters(run: Shell, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    assuming(run, f"mfa_serial={ARN}mfa/phone\n")
    env = {"AWS_IAM_URL": endpoint.url}
    done = run("setsid", "-w", "iam-usergetattributes", env=env)
    assert done.status == 1
    reason = f"iam-usergetattributes: {CANNOT}the code of the MFA device was not entered\n"
    assert done.err.endswith(reason)
    assert "Warning:" not in done.err.replace("Warning: Password input may be echoed.\n", "")
    assert endpoint.requests == []


def test_credentials_that_nobody_gives(run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    assuming(run_fast, "")
    env = {"AWS_IAM_URL": endpoint.url, "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}
    done = run_fast("iam-usergetattributes", env={**env, "AWS_MAX_ATTEMPTS": "1"})
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(
        "iam-usergetattributes: cannot get credentials from the AWS configuration: "
        "Could not connect"
    )
    assert done.err.count("\n") == 1
    assert endpoint.requests == []


def assuming(run_fast: ForkRunner | Shell, more: str) -> None:
    """Let the profile be one that assumes a role."""
    (run_fast.home / "config").write_text(
        "[profile base]\naws_access_key_id=AK\naws_secret_access_key=x\n[profile admin]\n"
        f"role_arn=arn:aws:iam::1:role/admin\nsource_profile=base\nregion=us-east-1\n{more}"
    )
    run_fast.env |= {"AWS_CREDENTIAL_FILE": "", "AWS_PROFILE": "admin", "AWS_CONFIG_FILE": "config"}


def on_terminal(run: Shell, env: dict[str, str], *arguments: str) -> str:
    changed = {name: value for name, value in (run.env | env).items() if value != ""}
    terminal = Terminal(*arguments, env=changed)
    terminal.status()
    return terminal.shown


def test_no_scheme_means_https(run_fast: ForkRunner, stub: Stub) -> None:
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
def test_the_region_that_signs(
    env: dict[str, str], region: str, run_fast: ForkRunner, endpoint: Endpoint
) -> None:
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
def test_the_endpoints_name_tells_the_partition(url: str, region: str) -> None:
    assert signing_region(url, "cn-northwest-1") == region


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("iam.us-gov.api.aws", "us-gov-west-1"),
        ("iam.us-iso-east-1.c2s.ic.gov", "us-iso-east-1"),
        ("iam.example.com", "cn-north-1"),
    ],
)
def test_a_named_endpoint_is_signed_for_its_partition(
    host: str, region: str, run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    file = write(run_fast, "proxy", through(stub))
    url = f"http://{host}{urlsplit(endpoint.url).path}"
    env = {"AWS_IAM_URL": url, "CLIENT_CONFIG_FILE": str(file), "AWS_REGION": "cn-northwest-1"}
    assert show(run_fast, **env).status == 0
    assert signed_by(endpoint) == (KEY_ID, region)
    assert endpoint.requests[-1].headers["host"] == host


def test_the_signing_regions_are_botocores() -> None:
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
            # With FIPS, releases of botocore contradict each other about China.
            for dual_stack in (False, True):
                try:
                    found = provider.resolve_endpoint(
                        Region=name, UseFIPS=False, UseDualStack=dual_stack
                    )
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
def test_the_partitions_are_loaded_only_if_needed(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.loaders import Loader

    regions._partitions.cache_clear()  # noqa: SLF001 - an earlier test may have loaded them
    monkeypatch.setattr(Loader, "load_data", None)
    assert signing_region(url, "us-gov-west-1") in ("us-east-1", "us-gov-west-1")


def test_the_variables_are_botocores() -> None:
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES as TABLE

    for name, variable in VARIABLES.items():
        # An older botocore does not know all of them.
        assert TABLE.get(name, ("", variable))[1] == variable


@pytest.mark.parametrize(
    ("env", "host"),
    [
        ({}, "iam.amazonaws.com"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, "iam.amazonaws.com"),
        ({"AWS_DEFAULT_REGION": "cn-north-1"}, "iam.cn-north-1.amazonaws.com.cn"),
        ({"AWS_DEFAULT_REGION": "us-gov-west-1"}, "iam.us-gov.amazonaws.com"),
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, "iam-fips.amazonaws.com"),
    ],
)
def test_the_endpoint_of_a_partition(
    env: dict[str, str], host: str, run_fast: ForkRunner, stub: Stub
) -> None:
    """All requests go to a proxy that refuses to connect, and tells where they were to go."""
    file = write(run_fast, "config", through(stub))
    done = show(run_fast, CLIENT_CONFIG_FILE=str(file), AWS_MAX_ATTEMPTS="1", **env)
    assert done.status == 1
    assert done.err.count("\n") == 1
    assert "cannot reach the proxy" in done.err
    done = show(run_fast, "-d", CLIENT_CONFIG_FILE=str(file), AWS_MAX_ATTEMPTS="1", **env)
    assert f"GetUser to https://{host}: " in done.err


# What -d shows of a connection.

MOMENT = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
REQUEST_ID = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"


def debug_lines(done: Done) -> list[str]:
    prefix = "iam-usergetattributes: debug: "
    lines = done.err.splitlines()
    return [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]


def test_debug_shows_each_attempt(run_fast: ForkRunner, stub: Stub) -> None:
    throttled = refused("Throttling", "slow down")
    hurried = throttled._replace(headers={"x-amzn-RequestId": "of-the-header"})
    hurried = hurried._replace(body=hurried.body.replace(b"RequestId", b"Other"), status=503)
    endpoint = stub.endpoint(throttled, hurried, ok("GetUser", USER)._replace(delay=0.05))
    env = {"AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "3"}
    before = datetime.now(timezone.utc)
    done = run_fast("iam-usergetattributes", "-u", "bob", "-d", env=env)
    assert done.status == 0
    attempts = [line for line in debug_lines(done) if " attempt " in line]
    outcomes = (("400 Throttling", REQUEST_ID), ("503 Throttling", "of-the-header"),
                ("200", REQUEST_ID))  # fmt: skip
    moments = []
    for number, (line, (outcome, request_id)) in enumerate(zip(attempts, outcomes, strict=True), 1):
        found = re.fullmatch(
            rf"({MOMENT}) GetUser attempt {number}: HTTP {outcome} in (\d+) ms, "
            rf"request ID {request_id}",
            line,
        )
        assert found, line
        moments.append(datetime.fromisoformat(found[1].replace("Z", "+00:00")))
        latency = int(found[2])
    assert 50 <= latency < 5000
    assert [*moments] == sorted(moments)
    assert before - timedelta(seconds=1) <= moments[0] <= datetime.now(timezone.utc)


def test_debug_counts_the_attempts_of_each_request(run_fast: ForkRunner, stub: Stub) -> None:
    page = "<Users/><IsTruncated>true</IsTruncated><Marker>a</Marker>"
    endpoint = stub.endpoint(ok("ListUsers", page), ok("ListUsers", "<Users/>"))
    done = run_fast("iam-userlistbypath", "-d", env={"AWS_IAM_URL": endpoint.url})
    assert done.status == 0
    assert done.err.count(" ListUsers attempt 1: HTTP 200 in ") == 2
    assert done.err.count(": debug: key ") == done.err.count(": debug: endpoint ") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="Linux shows the timers of connections")
@pytest.mark.parametrize(
    ("value", "timer"), [("true", "02"), ("True", "02"), ("yes", "00"), ("false", "00"), ("", "00")]
)
def test_keep_alive_is_as_configured(
    value: str, timer: str, run_fast: ForkRunner, stub: Stub
) -> None:
    shown = []

    def look(handler: BaseHTTPRequestHandler) -> None:
        ports = [f":{port:04X}" for port in (handler.client_address[1], handler.server.server_port)]

        def timers() -> list[str]:
            lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()
            rows = [line.split() for line in lines]
            # Another connection from the same port may have ended a short time ago.
            return [row[5][:2] for row in rows if [row[1][-5:], row[2][-5:]] == ports]

        # When everything is acknowledged, only the timer of SO_KEEPALIVE runs.
        wait_until(lambda: "01" not in timers())
        shown.extend(timers())

    env = {"AWS_IAM_URL": stub.endpoint(faulty(look)).url, "BOTOCORE_TCP_KEEPALIVE": value}
    show(run_fast, **env, AWS_MAX_ATTEMPTS="1")
    assert shown == [timer]


def test_debug_shows_how_long_an_attempt_takes(run_fast: ForkRunner, stub: Stub) -> None:
    page = ok("ListUsers", "<Users/>")
    late = page._replace(delay=0.2)
    closed = faulty(lambda _handler: time.sleep(0.2))
    for answer in (late, closed):
        url = stub.endpoint(answer).url
        before = time.monotonic()
        done = run_fast(
            "iam-userlistbypath", "-d", env={"AWS_IAM_URL": url, "AWS_MAX_ATTEMPTS": "1"}
        )
        most = (time.monotonic() - before) * 1000
        shown = re.search(r" attempt 1: .* in (\d+) ms", done.err)
        assert shown
        assert 200 <= int(shown[1]) <= most


def test_debug_shows_the_request_id_of_an_error(run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(refused("NoSuchEntity", "no bob", 404))
    arguments = ("iam-usergetattributes", "-u", "bob")
    done = run_fast(*arguments, "-d", env={"AWS_IAM_URL": endpoint.url})
    said = rf"attempt 1: HTTP 404 NoSuchEntity in \d+ ms, request ID {REQUEST_ID}"
    assert re.search(said, done.err)
    done = run_fast(*arguments, env={"AWS_IAM_URL": endpoint.url})
    assert done.err == "iam-usergetattributes: NoSuchEntity: no bob\n"


def test_debug_shows_an_attempt_without_a_valid_response(run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(ok("ListUsers"))
    arguments = ("iam-usergetattributes", "-d")
    for url in (endpoint.url, "http://127.0.0.1:1"):
        done = run_fast(*arguments, env={"AWS_IAM_URL": url, "AWS_MAX_ATTEMPTS": "1"})
        attempts = [line for line in debug_lines(done) if " attempt " in line]
        said = rf"{MOMENT} GetUser attempt 1: no valid response in \d+ ms, request ID none"
        assert len(attempts) == 1
        assert re.fullmatch(said, attempts[0])


def test_debug_shows_where_the_key_and_the_endpoint_come_from(
    run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = stub.endpoint(ok("GetUser", USER))
    file = run_fast.env["AWS_CREDENTIAL_FILE"]
    (run_fast.home / "keys").write_text(
        f"[default]\naws_access_key_id={KEY_ID}\naws_secret_access_key={SECRET}\n"
    )
    (run_fast.home / "config").write_text(f"[default]\nendpoint_url={endpoint.url}\n")
    config = {"AWS_CONFIG_FILE": "config"}
    profile = {"AWS_CREDENTIAL_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": "keys"}
    variable = {"AWS_IAM_URL": endpoint.url}
    token = {"AWS_SESSION_TOKEN": "passw0rd-token"}
    for arguments, env, key, place in (
        ((), variable, f"credential file {file}", "AWS_IAM_URL"),
        (("--url", endpoint.url), {}, f"credential file {file}", "--url"),
        ((), {**KEY_VARIABLES, **variable, **token}, "AWS_ACCESS_KEY_ID", "AWS_IAM_URL"),
        ((), {**profile, **config}, "profile default", CONFIGURED),
        ((), {"AWS_ENDPOINT_URL": endpoint.url}, f"credential file {file}", "AWS_ENDPOINT_URL"),
    ):
        done = run_fast("iam-usergetattributes", "-u", "bob", "-d", *arguments, env=env)
        assert done.status == 0
        assert debug_lines(done)[:2] == [
            f"key {KEY_ID} from {key}",
            f"endpoint {endpoint.url} from {place}, signed for us-east-1",
        ]
        assert SECRET not in done.err
        assert "passw0rd" not in done.err


def test_debug_shows_where_the_proxy_and_the_partition_come_from(
    run_fast: ForkRunner, stub: Stub
) -> None:
    env = {
        "AWS_REGION": "us-gov-east-1",
        "AWS_MAX_ATTEMPTS": "1",
        "HTTPS_PROXY": f"http://me:passw0rd@127.0.0.1:{stub.port}",
    }
    done = run_fast("iam-usergetattributes", "-d", env=env)
    rules = "botocore's rules for us-gov-east-1"
    assert debug_lines(done)[1:3] == [
        f"endpoint https://iam.us-gov.amazonaws.com from {rules}, signed for us-gov-west-1",
        "proxy from HTTPS_PROXY",
    ]
    assert "passw0rd" not in done.err


def test_ignored_variables_are_ignored(run_fast: ForkRunner, endpoint: Endpoint) -> None:
    done = show(run_fast, AWS_IAM_HOME="/nowhere", JAVA_HOME="/nowhere", AWS_IAM_JVM_OPTS="-Xmx1")
    assert (done.status, done.err) == (0, "")
    assert endpoint.operations == ["GetUser"]


def test_a_service_error_is_one_line(run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(
        refused("NoSuchEntity", "The user with name bob\ncannot be \x9b31mfound.")
    )
    done = show(run_fast, AWS_IAM_URL=endpoint.url)
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "iam-usergetattributes: NoSuchEntity: The user with name bob cannot be  31mfound.\n"
    )


def test_the_stub_is_on_loopback(stub: Stub) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError):
        opener.open(f"http://127.0.0.1:{stub.port}/", data=b"Action=GetUser")
