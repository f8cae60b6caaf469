"""A secret in the place of the ID of an access key: nothing is signed, whatever the source is."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import pytest
from support.connecting import USER
from support.doctor import file
from support.selection import in_full, pairs
from support.shell import KEY_ID, SECRET
from support.stub import Answer, Endpoint, ok
from support.terminal import Terminal

from iamcli.config.settings import Keys
from iamcli.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.forked import ForkRunner
    from support.stub import Request, Stub

pytestmark = pytest.mark.releases

SESSION_TOKEN = f"IQoJb3JpZ2luX2VjE/+{'aZ9' * 100}=="
ROLE = "role_arn=arn:aws:iam::123456789012:role/worker\nregion=us-east-1\nsource_profile=1\n"
LATER = "2099-01-01T00:00:00Z"
#: A file of the AWS configuration in place of that of the program.
NO_FILE = {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": "config"}


class Key(NamedTuple):
    """An access key as somebody has written it down."""

    access_key: str
    secret_key: str
    token: str = ""


ID, KEY, TOKEN = "the access key ID", "the secret access key", "the session token"
IN_PLACE = "{} is in the place of {}; correct that"
BOTH = "{} and {} are exchanged; exchange them"
RIGHT = Key(KEY_ID, SECRET)
EXCHANGED = Key(SECRET, KEY_ID)


class Services(Endpoint):
    """IAM, STS and a container, which give the ``key``."""

    def __init__(self, url: str, key: Key) -> None:
        super().__init__(url, [])
        self._key = key

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        if request.operation.startswith("AssumeRole"):
            names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
            values = zip(names, (self._key[0], self._key[1], self._key[2] or "t"), strict=True)
            members = "".join(f"<{name}>{value}</{name}>" for name, value in values)
            expires = f"<Expiration>{LATER}</Expiration>"
            return ok(request.operation, f"<Credentials>{members}{expires}</Credentials>")
        if request.operation:
            return ok(request.operation, USER)
        return Answer(json.dumps({"Code": "Success", **printed(self._key)}).encode())


def printed(key: Key) -> dict[str, str | int]:
    """The key as a program or a container gives it."""
    given = {"AccessKeyId": key.access_key, "SecretAccessKey": key.secret_key}
    token = key.token or "t"
    return {**given, "Token": token, "SessionToken": token, "Expiration": LATER, "Version": 1}


def two_lines(home: Path, key: Key) -> str:
    return file(home, "keys", f"AWSAccessKeyId={key.access_key}\nAWSSecretKey={key.secret_key}\n")


def variables(key: Key) -> dict[str, str]:
    pair = {"AWS_ACCESS_KEY_ID": key.access_key, "AWS_SECRET_ACCESS_KEY": key.secret_key}
    return {**NO_FILE, **pair, "AWS_SESSION_TOKEN": key.token}


def profile(key: Key) -> str:
    token = f"aws_session_token={key.token}\n" if key.token else ""
    return f"aws_access_key_id={key.access_key}\naws_secret_access_key={key.secret_key}\n{token}"


def configured(home: Path, *sections: str, name: str = "config") -> dict[str, str]:
    text = "".join(
        f"[{'default' if not n else f'profile {n}'}]\n{s}" for n, s in enumerate(sections)
    )
    file(home, name, text)
    return NO_FILE


def process(home: Path, key: Key) -> str:
    """A credential_process that prints the key."""
    printing = file(
        home, "program", f"#!/bin/sh\ncat <<'E'\n{json.dumps(printed(key))}\nE\n", 0o755
    )
    return f"credential_process={printing}\n"


#: One source of an access key for each way in which it is read: the variables with which it gives
#: one, and the files.
SOURCES: dict[str, Callable[[Path, Key], dict[str, str]]] = {
    "credential file": lambda home, key: {"AWS_CREDENTIAL_FILE": two_lines(home, key)},
    "variables": lambda _, key: variables(key),
    "variables that expire": lambda _, key: {**variables(key), "AWS_CREDENTIAL_EXPIRATION": LATER},
    "config": lambda home, key: configured(home, profile(key)),
    "source profile": lambda home, key: configured(home, ROLE, profile(key)),
    "program": lambda home, key: configured(home, process(home, key)),
    "container": lambda _, __: {**NO_FILE, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{url}/role"},
    # The service gives it, for a key that is right.
    "assumed role": lambda home, _: configured(home, ROLE, profile(RIGHT)),
}
#: Programs that send requests, each in another way.
LINES = {
    "command": "iam-usergetattributes -u bob -d",
    "doctor": "iamcli doctor",
    "run": "iamcli run iam-usergetattributes -u bob",
    "snapshot": "iamcli snapshot account.json",
    "completion": "iamcli complete user iam-userdel",
}


def set_up(run: ForkRunner, stub: Stub, source: str, key: Key) -> Services:
    """Let ``source`` give the ``key``; return what is asked."""
    services = stub.add(lambda url: Services(url, key))
    run.env |= {"AWS_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1", "IAMCLI_COMPLETE": "1"}
    run.env |= {
        "AWS_ENDPOINT_URL": services.url,
        "AWS_IAM_URL": "",
        **SOURCES[source](run.home, key),
    }
    run.env = {name: value.format(url=services.url) for name, value in run.env.items() if value}
    return services


def signed(services: Services) -> list[str]:
    """The operations whose requests were signed with the key that was given."""
    signatures = [(each, each.headers.get("authorization", "")) for each in services.requests]
    return [each.operation for each, header in signatures if "Credential=" in header]


def contains(services: Services, text: str) -> bool:
    return any(text in repr(request) for request in services.requests)


ONLY_IN_FULL = [in_full(name) for name in LINES if name != "command"]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("line", ["command", *ONLY_IN_FULL])
def test_an_id_and_a_secret_that_are_exchanged_are_not_sent(line, source, run_fast, stub):
    services = set_up(run_fast, stub, source, EXCHANGED)
    done = run_fast(*LINES[line].split())
    assert signed(services) == (["AssumeRole"] if source == "assumed role" else [])
    assert not contains(services, SECRET)
    said = done.out + done.err
    assert SECRET[:6] not in said
    if line == "completion":
        assert done == (0, "", "")
        return
    assert done.status == 1
    assert BOTH.format(ID, KEY).partition("; ")[0] in said
    assert "; exchange them" in said


@pytest.mark.parametrize("source", SOURCES)
def test_a_key_that_is_right_is_sent(source, run_fast, stub):
    services = set_up(run_fast, stub, source, RIGHT)
    assert run_fast("iam-usergetattributes", "-u", "bob").status == 0
    assert signed(services)[-1] == "GetUser"
    assert not contains(services, SECRET) or source == "assumed role"
    assert contains(services, f"Credential={KEY_ID}/")


def test_an_option_names_a_file_whose_parts_are_exchanged(run_fast, stub):
    services = set_up(run_fast, stub, "variables", RIGHT)
    option = ("--aws-credential-file", two_lines(run_fast.home, EXCHANGED))
    done = run_fast("iam-userdel", "-u", "bob", "-r", "-d", *option)
    problem = "the access key ID and the secret access key are exchanged; exchange them"
    said = f"iam-userdel: credential file {option[1]}: {problem}\n"
    assert done == (1, "", said)
    assert services.requests == []


def test_nothing_is_asked_on_a_terminal_first(run_fast, stub):
    services = set_up(run_fast, stub, "credential file", EXCHANGED)
    terminal = Terminal("iam-useraddloginprofile", "-u", "bob", "-p", "-", env=run_fast.env)
    assert terminal.status() == 1
    assert "are exchanged; exchange them" in terminal.shown
    assert (services.requests, SECRET in terminal.shown) == ([], False)


#: Keys with a part in a wrong place, and what is said of them.
MISPLACED = {
    "exchanged": (EXCHANGED, BOTH.format(ID, KEY)),
    "exchanged, with a token": (Key(SECRET, KEY_ID, SESSION_TOKEN), BOTH.format(ID, KEY)),
    "exchanged, and cut": (Key(SECRET[:-1], KEY_ID), BOTH.format(ID, KEY)),
    "twice": (Key(SECRET, SECRET), IN_PLACE.format(KEY, ID)),
    "a secret as token": (Key(KEY_ID, SECRET, SECRET), IN_PLACE.format(KEY, TOKEN)),
    "a secret as token, cut": (Key(KEY_ID, SECRET[:-1], SECRET[:-1]), IN_PLACE.format(KEY, TOKEN)),
    "secret and token": (Key(KEY_ID, SESSION_TOKEN, SECRET), IN_PLACE.format(KEY, TOKEN)),
}


@pytest.mark.parametrize("case", MISPLACED)
def test_which_parts_are_not_in_their_places(case, run_fast, stub):
    key, said = MISPLACED[case]
    services = set_up(run_fast, stub, "variables", key)
    done = run_fast("iam-usergetattributes", "-u", "bob", "-d")
    assert done == (1, "", f"iam-usergetattributes: AWS_ACCESS_KEY_ID: {said}\n")
    done = run_fast("iamcli", "doctor")
    assert said in done.out
    assert (done.status, services.requests) == (1, [])
    assert SECRET[:6] not in done.out + done.err


#: A secret of another service.
OTHER = "a-secret-of-another-service"
#: Keys that somebody has pasted into a wrong place, or with more than one part, and what is said.
TOGETHER = "{0} contains {1}, as if both were pasted together; specify only {0}"
LINE = "{} is a whole line, with the name of a setting; specify only {}"
COMMA = f"{ID} contains a comma, as in a row of accessKeys.csv; specify only {ID}"
PASTED = {
    "a row of accessKeys.csv": (Key(f"{KEY_ID},{SECRET}", SECRET), COMMA),
    "an ID and its secret": (Key(f"{KEY_ID}:{SECRET}", SECRET), TOGETHER.format(ID, KEY)),
    "the same of another service": (Key(f"admin:{OTHER}", OTHER), TOGETHER.format(ID, KEY)),
    "another secret": (Key(f"AKIA|{SECRET}", OTHER), TOGETHER.format(ID, KEY)),
    "a secret twice": (Key(OTHER, OTHER), TOGETHER.format(ID, KEY)),
    "a line for the ID": (Key(f"AWSSecretKey={SECRET}", SECRET), LINE.format(ID, ID)),
    "a line for the secret": (Key(KEY_ID, f"SECRET_KEY={SECRET}"), LINE.format(KEY, KEY)),
    "a line for the token": (
        Key(KEY_ID, "x", f"aws_secret_access_key={SECRET}"),
        LINE.format(TOKEN, TOKEN),
    ),
    "a secret as token": (Key("minioadmin", OTHER, OTHER), IN_PLACE.format(KEY, TOKEN)),
    "16 characters twice": (Key("x", OTHER[:16], OTHER[:16]), IN_PLACE.format(KEY, TOKEN)),
    "99 characters twice": (
        Key("x", f"{OTHER * 4}"[:99], f"{OTHER * 4}"[:99]),
        IN_PLACE.format(KEY, TOKEN),
    ),
    "a secret in the token": (Key(KEY_ID, OTHER, f"{OTHER}:{SECRET}"), TOGETHER.format(TOKEN, KEY)),
}
#: A credential file has no token.
PLACES = [
    (s, p) for s in SOURCES for p in PASTED if s != "credential file" or not PASTED[p][0].token
]
FEW = ["variables", "credential file", "assumed role"]


@pytest.mark.parametrize(
    ("place", "line"),
    pairs(
        PLACES,
        LINES,
        first=[
            *((place, "command") for place in PLACES if place[0] in FEW),
            *((place, line) for line, place in zip(LINES, PLACES[2::7], strict=False)),
        ],
    ),
)
def test_what_is_pasted_with_a_secret_is_not_sent(place, line, run_fast, stub):
    source, pasted = place
    key, said = PASTED[pasted]
    services = set_up(run_fast, stub, source, key)
    done = run_fast(*LINES[line].split(), env={"http_proxy": f"http://127.0.0.1:{stub.port}"})
    for secret in (SECRET, OTHER[:16]):
        for form in (secret, quote(secret, safe=""), b64encode(secret.encode()).decode()[:-4]):
            assert form not in done.out + done.err
            assert not contains(services, form)
    assert signed(services) == (["AssumeRole"] if source == "assumed role" else [])
    if line == "completion":
        assert done == (0, "", "")
        return
    assert done.status == 1
    # Doctor names the variable between what is wrong and what to do.
    assert all(part in done.out + done.err for part in said.split("; "))


#: Keys with the forms of those of AWS, of other services, and of tests.
VALID = [
    RIGHT, Key("ASIAIOSFODNN7EXAMPLE", SECRET, SESSION_TOKEN), Key("A" * 32, "x"), Key("AK", "x"),
    Key("test", "test"), Key("test", "test", "test"), Key("test", "test", "a-test-token"),
    Key("test", "SECRET"), Key("test", "12345678"), Key("000000000000", "test"),
    Key("minioadmin", "minioadmin"), Key("testing", "testing", "testing"),
    Key("x", "a" * 15, "a" * 15), Key("x", "a-" * 50, "a-" * 50),
    Key(KEY_ID, KEY_ID), Key(KEY_ID, KEY_ID, SESSION_TOKEN),
    Key(KEY_ID, SESSION_TOKEN, SESSION_TOKEN), Key("team/backup", "a-long-secret-of-team-backup"),
    Key("GK31c2f218a2e44f485b94239e", "b892c0665f0ada8a4755dae98baa3b13" * 2),
    Key("0555b35654ad1656d804", "h7GhxuBLTrlhVUyxSPUKUV8r/2EI4ngqJxD7iBdBYLhwluN30JaT3Q=="),
    # LDAP of Ceph: a user and a password in JSON.
    Key("ewogICAgIlJHV19UT0tFTiI6IHsKICAgICAgICAidmVyc2lvbiI6IDEKICAgIH0KfQ==", "x"),
    Key("eyJSR1dfVE9LRU4iOnsidmVyc2lvbiI6MX19Cg==", "x"), Key("bob@example.com", "horse-battery"),
    Key("user:bob", "not-in-the-id-of-this-key"), Key("a" * 39, SECRET), Key("a" * 32, "b" * 64),
    Key(KEY_ID, SECRET, "abc/def+ghi="),
    Key(KEY_ID, SECRET, "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJl-_x"),
]  # fmt: skip


@pytest.mark.parametrize("key", VALID, ids=range(len(VALID)))
def test_a_valid_key_is_sent(key, run_fast, stub):
    services = set_up(run_fast, stub, "variables", key)
    done = run_fast("iam-usergetattributes", "-u", "bob")
    assert (done.status, done.err) == (0, "")
    [request] = services.requests
    assert f"Credential={key.access_key}/" in request.headers["authorization"]
    assert request.headers.get("x-amz-security-token", "") == key.token
    with pytest.raises(Failure):
        Keys("a" * 40, *key[1:])
