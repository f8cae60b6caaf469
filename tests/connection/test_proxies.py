"""The client configuration and the proxy: precedence and error messages."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from botocore.session import Session
from support.connecting import USER, answering, assuming, show, through, write
from support.selection import pairs
from support.shell import KEY_ID, SECRET
from support.stub import ok, refused

from iamcli.connection.aws_config import AWSConfig
from iamcli.connection.credentials import find_keys
from iamcli.output.redaction import CREDENTIAL_SECRETS

if TYPE_CHECKING:
    from support.stub import Endpoint


pytestmark = pytest.mark.releases


def login_of(endpoint: Endpoint) -> str:
    """Return the user and the password that the last request had for a proxy."""
    login = endpoint.requests[-1].headers["proxy-authorization"].partition(" ")[2]
    return base64.b64decode(login).decode()


def test_the_proxy_of_the_client_configuration(run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    option = write(run_fast, "option", through(stub))
    variable = write(run_fast, "variable", "ClientProxyHost=127.0.0.1\nClientProxyPort=1\n")
    env = {"AWS_IAM_URL": endpoint.url, "CLIENT_CONFIG_FILE": str(variable)}
    done = show(run_fast, "--client-config-file", str(option), **env)
    assert (done.status, done.err) == (0, "")
    assert endpoint.requests[-1].line.startswith(f"POST {endpoint.url} ")
    assert "proxy-authorization" not in endpoint.requests[-1].headers
    done = show(run_fast, **env, AWS_MAX_ATTEMPTS="1")
    assert done.status == 1
    assert "cannot reach the proxy: Connection refused" in done.err


def test_a_proxy_with_a_user(run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    login = ("ClientProxyUsername=me/us@home", "ClientProxyPassword=p:w/d@1%")
    file = write(run_fast, "config", through(stub, *login))
    assert show(run_fast, AWS_IAM_URL=endpoint.url, CLIENT_CONFIG_FILE=str(file)).status == 0
    assert login_of(endpoint) == "me/us@home:p:w/d@1%"


def test_empty_values_name_no_proxy(run_fast, endpoint):
    file = write(run_fast, "config", "ClientProxyHost=\nClientProxyPort=\n")
    assert show(run_fast, CLIENT_CONFIG_FILE=str(file)).status == 0
    assert endpoint.requests[-1].line.startswith("POST /")


def test_botocores_proxy_variables_hold_otherwise(run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    proxy = f"http://127.0.0.1:{stub.port}"
    assert show(run_fast, AWS_IAM_URL=endpoint.url, HTTP_PROXY=proxy).status == 0
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
def test_a_wrong_client_configuration(text, said, run_fast, endpoint):
    file = write(run_fast, "config", text)
    done = show(run_fast, CLIENT_CONFIG_FILE=str(file))
    assert done.status == 1
    assert done.err == f"iam-usergetattributes: client configuration {file}{said}\n"
    assert endpoint.requests == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1:1", "127.0.0.1\nClientProxyPort=65535", "::1", "[::1]\nClientProxyPort=1"]
)
@pytest.mark.parametrize("arguments", [("iam-usergetattributes",), ("iam-groupcreate", "-g", "A")])
def test_the_file_of_a_proxy_that_is_not_there_is_named(host, arguments, run_fast):
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


@pytest.mark.parametrize(
    ("value", "line", "url"),
    pairs(
        NO_PROXIES,
        ("iam-usergetattributes -d", "iam-groupcreate -g A"),
        ("http://127.0.0.1:1", "https://127.0.0.1:1"),
        first=[(value, "iam-usergetattributes -d", "http://127.0.0.1:1") for value in NO_PROXIES],
    ),
)
def test_a_variable_that_names_no_proxy_is_named(line, value, url, run_fast):
    arguments = line.split()
    scheme = url.partition(":")[0]
    variables = [f"{scheme}_proxy"] if value != NO_PROXIES[0] else []
    for variable in (*variables, f"{scheme}_proxy".upper()):
        done = run_fast(*arguments, env={"AWS_IAM_URL": url, variable: value})
        assert (done.status, done.out) == (1, "")
        said = f"{variable} is not the address of an HTTP proxy; use http://HOST:PORT"
        assert done.err.startswith(f"{arguments[0]}: {said}")
        assert done.err.count("\n") == 1
        assert "passw0rd" not in done.err


def test_another_variable_with_the_same_value_is_not_named(run_fast):
    # They sort before HTTP_PROXY, the last one only in upper case.
    same = dict.fromkeys(("A", "HTTPZ", "HTTP_PROXY"), "socks5://127.0.0.1:9")
    done = run_fast("iam-usergetattributes", env={"AWS_IAM_URL": "http://127.0.0.1:1", **same})
    assert done.err.startswith("iam-usergetattributes: HTTP_PROXY is not the address of an HTTP")


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"])
@pytest.mark.parametrize("value", ["http://u:passw0rd@x@127.0.0.1:1", "127.0.0.1:1"])
def test_the_variable_of_a_proxy_that_is_not_there_is_named(variable, value, run_fast):
    scheme = variable.lower().removesuffix("_proxy")
    env = {"AWS_IAM_URL": f"{scheme}://127.0.0.1:2", "AWS_MAX_ATTEMPTS": "1", variable: value}
    done = run_fast("iam-usergetattributes", env=env)
    said = f"cannot reach the proxy: Connection refused; check {variable}"
    assert (done.status, done.err) == (1, f"iam-usergetattributes: {said}\n")


def test_a_proxy_variable_that_does_not_count_is_not_checked(run_fast, stub):
    run_fast.env["AWS_IAM_URL"] = stub.endpoint(ok("GetUser", USER)).url
    for env in (
        {"https_proxy": "http://x:99999"},
        {"http_proxy": "http://x:99999", "no_proxy": "127.0.0.1"},
        {"all_proxy": "http://x:99999"},
    ):
        done = run_fast("iam-usergetattributes", "-u", "bob", env=env)
        assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize("by", ["a profile", "a token"])
def test_the_proxy_of_the_request_for_credentials_is_checked(by, run_fast):
    assuming(run_fast, "")
    env = {"AWS_IAM_URL": "http://127.0.0.1:1", "https_proxy": "http://u:passw0rd@x:99999"}
    if by == "a token":
        env |= {"AWS_PROFILE": "", "AWS_CONFIG_FILE": "", "AWS_WEB_IDENTITY_TOKEN_FILE": "token"}
        env |= {"AWS_ROLE_ARN": "arn:aws:iam::1:role/r", "AWS_REGION": "us-east-1"}
    done = run_fast("iam-usergetattributes", "-d", env=env)
    assert "https_proxy is not the address of an HTTP proxy" in done.err
    assert "passw0rd" not in done.err


@pytest.mark.parametrize(
    "arguments", [("iam-usergetattributes", "-d"), ("iam-groupcreate", "-g", "A")]
)
def test_a_proxy_password_that_cannot_be_sent(arguments, run_fast, stub):
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


def test_a_proxy_password_with_an_at_sign(run_fast, stub):
    endpoint = stub.endpoint(ok("GetUser", USER))
    proxy = f"http://u:p@w@127.0.0.1:{stub.port}"
    env = {"AWS_IAM_URL": endpoint.url, "http_proxy": proxy}
    assert run_fast("iam-usergetattributes", "-u", "bob", env=env).status == 0
    assert login_of(endpoint) == "u:p@w"


# What a proxy repeats.

#: The passwords of the three proxies that one process can use, all of the user bob.
PASSWORDS = {"client": "p@ss:w/rd%1", "https": "s;cret pass2", "http": "inthe=clear3"}
WRITTEN = {name: quote(password, safe="") for name, password in PASSWORDS.items()}
SENT = {
    name: base64.b64encode(f"bob:{password}".encode()).decode()
    for name, password in PASSWORDS.items()
}
LINES = ("iam-usergetattributes -u bob -d", "iam-groupcreate -g A", "iamcli snapshot account.json",
         "iamcli doctor", "iamcli run iam-usergetattributes")  # fmt: skip
TLS = "https://iam.example.com"
#: The proxies that are set, where requests go, and how what is repeated is shown.
WAYS = {
    "a tunnel": (("https",), TLS, "407 user/bob ***"),
    "a tunnel, in lower case": (("https",), TLS, "407 user/bob ***"),
    "the client configuration": (("client", "https"), TLS, "407 user/bob ***"),
    "a role": (("client", "https", "http"), TLS, "407 user/bob ***"),
    "no tunnel": (("http", "https"), "http://iam.example.com", "Denied: user/bob ***"),
    "not used": (("https",), "http://127.0.0.1:{port}", "Denied: user/bob ***"),
    "metadata": (("client", "http"), TLS, ""),
}


@pytest.mark.parametrize(
    ("way", "line"),
    pairs(
        WAYS,
        LINES,
        first=[*((way, LINES[0]) for way in WAYS), *(("a tunnel", line) for line in LINES)],
    ),
)
def test_the_login_of_a_proxy_that_is_repeated_is_not_printed(way, line, run_fast):
    """The user bob, who may be one of IAM, keeps the name."""
    kinds, url, shown = WAYS[way]
    forms = [form[kind] for kind in kinds for form in (PASSWORDS, WRITTEN, SENT)]
    repeated = f"user/bob {' Basic '.join(forms)}"
    body = refused("Denied", repeated).body
    head = f"HTTP/1.1 407 {repeated}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    if way == "a role":
        assuming(run_fast, "")
    env = {"AWS_MAX_ATTEMPTS": "1", "NO_PROXY": "127.0.0.1,x.example.com"}
    with answering(head + body) as port:
        for kind in {*kinds} - {"client"}:
            name = f"{kind}_proxy" if way.endswith("lower case") else f"{kind}_proxy".upper()
            env[name] = f"http://bob:{WRITTEN[kind]}@127.0.0.1:{port}"
        if "client" in kinds:
            login = f"ClientProxyUsername=bob\nClientProxyPassword={PASSWORDS['client']}\n"
            text = f"ClientProxyHost=127.0.0.1\nClientProxyPort={port}\n{login}"
            env["CLIENT_CONFIG_FILE"] = str(write(run_fast, "client", text))
        if way == "metadata":
            env |= {"AWS_CREDENTIAL_FILE": "", "AWS_EC2_METADATA_DISABLED": ""}
        done = run_fast(*line.split(), env={**env, "AWS_IAM_URL": url.format(port=port)})
    said = done.out + done.err
    # For doctor, an error of the service is an answer.
    answered = line == "iamcli doctor" and shown.startswith("Denied")
    assert done.status == (0 if answered else 1)
    assert [form for form in forms if form in said] == []
    assert answered or shown in said


def test_errors_about_credentials_do_not_show_the_login_of_a_proxy(monkeypatch):
    monkeypatch.setenv("Https_Proxy", "//me:one-of-the-environment@127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    find_keys(AWSConfig(Session()))
    sent = base64.b64encode(b"me:one-of-the-environment").decode()
    assert CREDENTIAL_SECRETS.redact(f"me: one-of-the-environment, {sent}") == "me: ***, ***"
