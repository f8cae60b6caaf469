"""A service that sends what takes much memory or time: one line on standard error, nothing more."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING

import pytest
from support.doctor import caller
from support.faults import CLOSED
from support.requirements import needs
from support.selection import usual
from support.shell import SECRET as KEY_SECRET
from support.snapshot import files, serving
from support.stub import NAMESPACE, Answer, faulty, ok, refused
from support.terminal import read_now

from iamcli.errors import (
    MAX_CODE,
    MAX_LINE,
    MAX_MESSAGE,
    OMITTED,
    ServiceError,
    of_service,
    shortened,
)
from iamcli.output.redaction import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

    from support.forked import Done, ForkRunner

#: Leaves a command 200 MB more than it has when it begins.
LITTLE_MEMORY = """
import resource
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + (200 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
"""
#: The maximum size of a response (bytes).
SIZE = 16 << 20
FOREIGN = "unexpected response from {url}, not an IAM response; is this an IAM endpoint?"


def document(content: str, namespace: str = NAMESPACE) -> Answer:
    """Return a response to GetUser."""
    body = f'<GetUserResponse xmlns="{namespace}">{content}</GetUserResponse>'
    return Answer(body.encode())


def numbered(form: str, number: int) -> str:
    return "".join(form.format(f"x{each:x}") for each in range(number))


LONG = "n" * 100_000
PLAIN, PREFIXED = ' {}=""', ' p:{}=""'
#: The rows that do not take long.
QUICK = {
    "names in a long namespace",
    "attributes in a long namespace",
    "a document type after another instruction",
    "a message that a pattern could read for hours",
}
#: What the service sends, and what the line says.
DOCUMENTS = {
    "names in a long namespace": lambda: document(numbered("<{}/>", 10_000), LONG),
    "attributes in a long namespace": lambda: document(
        f"<a xmlns:p='{LONG}' {numbered(PREFIXED, 10_000)}/>"
    ),
    "a namespace for each name": lambda: document(
        numbered("<a xmlns='{}" + "n" * 1000 + "'/>", 15_000)
    ),
    "many attributes": lambda: document(f"<a {numbered(PLAIN, 1_000_000)}/>"),
    "many tags": lambda: document(numbered("<{}/>", 261_000), "n"),
    "many names, each with a wide character": lambda: document(
        numbered("<{}/>", 200_000), "n" * 50 + "\U0001f600"
    ),
    "many attributes, each with a wide character": lambda: document(
        f"<a xmlns:p='{'n' * 40}\U0001f600' {numbered(PREFIXED, 200_000)}/>"
    ),
    "many comments": lambda: document("<!---->" * 260_000),
    "a long name": lambda: document(f"<{'a' * (SIZE - 1000)}/>"),
    "a long text": lambda: document(f"<a>{'a' * (SIZE - 1000)}</a>"),
    "deep": lambda: document("<a>" * 131_000 + "</a>" * 131_000),
    "a document type": lambda: Answer(typed(b"")),
    "a document type after another instruction": lambda: Answer(typed(HIDING)),
    "a document type in UTF-16": lambda: Answer(typed(b"").decode().encode("utf-16")),
}
#: An instruction that contains the beginning of a valid document.
HIDING = b"<?xml-a ><GetUserResponse >?>"


def typed(before: bytes, operation: str = "GetUser") -> bytes:
    """Return a document of 250 kB whose default attributes take much memory."""
    attributes = " ".join(f"a{number} CDATA 'x'" for number in range(2_000))
    root = f"{operation}Response"
    start = f"<!DOCTYPE {root} [<!ATTLIST b {attributes}>]><{root}>"
    return before + f"{start}{'<b/>' * 50_000}</{root}>".encode()


def limited(run_fast: ForkRunner, *command: str, before: str = "", **env: str) -> Done:
    """Run ``command`` with little memory, and as long as it needs."""
    env = {"AWS_MAX_ATTEMPTS": "1", "IAMCLI_TIMEOUT": "60", **env}
    return run_fast(*command, env=env, before=before + LITTLE_MEMORY)


@pytest.mark.parametrize("name", usual(QUICK, DOCUMENTS))
@needs("/proc/self/statm")
def test_a_document_takes_little_memory(run_fast, stub, name):
    run_fast.env["AWS_IAM_URL"] = url = stub.endpoint(DOCUMENTS[name]()).url
    done = limited(run_fast, "iam-usergetattributes", "-u", "bob")
    assert done == (1, "", f"iam-usergetattributes: {FOREIGN.format(url=url)}\n")


@pytest.mark.parametrize("status", [400, 503])
@needs("/proc/self/statm")
def test_an_error_with_a_document_type_is_not_parsed(run_fast, stub, status):
    answer = Answer(
        typed(HIDING.replace(b"GetUser", b"Error")).replace(b"GetUser", b"Error"), status
    )
    run_fast.env["AWS_IAM_URL"] = url = stub.endpoint(answer).url
    done = limited(run_fast, "iam-usergetattributes", "-u", "bob")
    said = f"unexpected HTTP {status} from {url} for GetUser, not an IAM response"
    assert done == (1, "", f"iam-usergetattributes: {said}\n")


# Responses with credentials.

ROLE = """\
[default]
role_arn = arn:aws:iam::123456789012:role/worker
source_profile = base
region = us-east-1
[profile base]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = s3cret
"""
SSO = """\
[default]
sso_start_url = https://x.invalid/
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = worker
"""
#: A profile for each service, and the token that somebody has got there, with its file.
PROFILES = {
    "sts": (ROLE, "none", {}),
    "sso": (
        SSO,
        f"sso/cache/{hashlib.sha1(b'https://x.invalid/').hexdigest()}",
        {"accessToken": "t0ken", "expiresAt": "2100-01-01T00:00:00Z"},
    ),
    "signin": (
        "[default]\nlogin_session=ann\nregion=us-east-1\n",
        f"login/cache/{hashlib.sha256(b'ann').hexdigest()}",
        {
            "accessToken": {
                **dict.fromkeys(("accessKeyId", "secretAccessKey", "sessionToken"), "expired"),
                "accountId": "123456789012",
                "expiresAt": "2020-01-01T00:00:00Z",
            },
            "clientId": "arn:aws:signin:::devtools/same-device",
            "refreshToken": "t0ken",
            "dpopKey": "",
        },
    ),
}
#: What a fork needs: a proof that is sent with the token, which awscrt would make, and its own
#: directory for the tokens.
BEFORE = {
    "signin": """\
from botocore import credentials
from unittest.mock import Mock
credentials.EC, credentials._build_dpop_header = Mock(), lambda *_: "proof"
""",
    "sso": """\
import os
from botocore import credentials
credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = os.path.expanduser("~/.aws/sso/cache")
""",
}


def asking(run: ForkRunner, service: str, url: str) -> dict[str, str]:
    """The variables with which a command requests credentials from ``service``."""
    if service == "container":
        return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{url}/"}
    if service == "metadata":
        return {"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{url}/"}
    profile, name, token = PROFILES[service]
    cached = run.home / ".aws" / f"{name}.json"
    cached.parent.mkdir(parents=True)
    cached.write_text(json.dumps(token))
    (run.home / ".aws" / "config").write_text(profile)
    return {f"AWS_ENDPOINT_URL_{service.upper()}": url}


def endless(part: bytes, seconds: float = 0) -> Answer:
    """Return a response that does not end; ``seconds``: the pause after each part."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.end_headers()
        while True:
            handler.wfile.write(part)
            time.sleep(seconds)

    return faulty(send)


PAGE = b"<!DOCTYPE html><html><body>Welcome</body></html>"
TOO_LARGE = "unexpected response: larger than 1048576 bytes from {host}"
PAGE_SENT = "{host} sent a web page (HTML) instead of credentials"
DEFECTIVE = "{host} sent a document type instead of credentials"
LATE = 'Read timeout on endpoint URL: "{url}'
PARSED = ("sts", "sso", "signin")
ALL = (*PARSED, "container", "metadata")
#: What is sent instead of credentials, by whom, and what the line says.
INSTEAD: dict[str, tuple[Callable[[], Answer], tuple[str, ...], str]] = {
    "a document type": (lambda: Answer(typed(b"", "AssumeRole")), ALL, DEFECTIVE),
    "one in UTF-16": (lambda: Answer(typed(b"").decode().encode("utf-16")), ("sts",), DEFECTIVE),
    "an error with a document type": (
        lambda: Answer(typed(b"", "Error"), 400),
        ("sts",),
        DEFECTIVE,
    ),
    "many tags": (
        lambda: Answer(b"<AssumeRoleResponse>" + b"<a>" * 300_000),
        PARSED,
        "{host} sent a document that is too large instead of credentials",
    ),
    "no end": (lambda: endless(b"a" * (1 << 16)), ALL, TOO_LARGE),
    "a byte now and then": (lambda: endless(b" ", 0.05), ALL, LATE),
    "a page": (lambda: Answer(PAGE), ALL, PAGE_SENT),
    "a page that is well-formed": (lambda: Answer(PAGE[15:]), ALL, PAGE_SENT),
    "a page with an error": (lambda: Answer(PAGE, 403), ("sts", "container"), PAGE_SENT),
}
#: The rows that run always.
ALWAYS = {
    ("no end", "container"),
    ("no end", "metadata"),
    ("a byte now and then", "sts"),
    ("a document type", "sts"),
    ("a document type", "sso"),
    ("a page", "signin"),
}


@pytest.mark.parametrize(
    ("name", "service"),
    usual(ALWAYS, [(name, one) for name, (_, services, _) in INSTEAD.items() for one in services]),
)
@needs("/proc/self/statm")
def test_what_is_sent_instead_of_credentials_takes_little(run_fast, stub, name, service):
    answer, _, said = INSTEAD[name]
    endpoint = stub.endpoint(answer())
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_MAX_ATTEMPTS": "3"}
    if "byte" in name:
        env["IAMCLI_TIMEOUT"] = "1"
    env |= asking(run_fast, service, endpoint.url)
    command = ("iam-usergetattributes", "-u", "bob")
    done = limited(run_fast, *command, before=BEFORE.get(service, ""), **env)
    host = endpoint.url.rpartition("/")[0]
    said = said.format(host=host, url=endpoint.url)
    begin = "cannot get credentials from the AWS configuration: "
    if service == "metadata" and "byte" in name:
        # There, no response means that there are no credentials.
        said = begin = "no credentials; looked for "
    assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
    assert said in done.err
    assert done.err.startswith(f"iam-usergetattributes: {begin}")
    if "byte" in name:
        # The time is that of all attempts.
        assert len(endpoint.requests) == 1


def test_a_page_of_an_overloaded_service_is_asked_for_again(run_fast, stub):
    sts = stub.endpoint(Answer(PAGE, 503), refused("AccessDenied", "not you", 403))
    (run_fast.home / "config").write_text(ROLE)
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": "config", "AWS_ENDPOINT_URL_STS": sts.url}
    assert "AccessDenied" in run_fast("iam-usergetattributes", env=env).err
    assert sts.operations == ["AssumeRole"] * 2


def test_the_pauses_between_attempts_are_in_the_time(run_fast, stub):
    """Botocore asks the endpoint of a container three times, with pauses of a second."""
    container = stub.endpoint(Answer(b"{}", 503))
    env = {"AWS_CREDENTIAL_FILE": "", "IAMCLI_TIMEOUT": "1"}
    done = run_fast("iam-usergetattributes", env=env | asking(run_fast, "container", container.url))
    assert LATE.format(url=container.url) in done.err
    assert len(container.requests) < 3


@needs("/proc/self/statm")
def test_a_response_of_the_service_may_be_long(run_fast, stub):
    form = f"<member><UserName>{{:060}}</UserName><Arn>{'a' * 300}</Arn></member>"
    members = "".join(map(form.format, range(20_000)))
    listed = ok("ListUsers", f"<Users>{members}</Users><IsTruncated>false</IsTruncated>")
    run_fast.env["AWS_IAM_URL"] = stub.endpoint(listed).url
    done = limited(run_fast, "iam-userlistbypath")
    assert (done.status, done.err) == (0, "")
    assert len(done.out.splitlines()) > 20_000


#: Errors: the code, the message, and how the line begins.
ERRORS = {
    "a long message": ("ValidationError", lambda: "a" * (SIZE - 1000), "ValidationError: aaa"),
    "a long code": ("a" * (SIZE - 1000), lambda: "", "aaa"),
    "a message of control characters": ("Other", lambda: "\x7f" * (SIZE - 1000), "Other: [...]"),
    "a message that a pattern could read for hours": (
        "ValidationError",
        lambda: "Value at '" * 100_000,
        "ValidationError: Value at",
    ),
    "one value": ("ValidationError", lambda: "Value '" + "a" * SIZE, "ValidationError: Value 'aa"),
}


@pytest.mark.parametrize("name", usual(QUICK, ERRORS))
@needs("/proc/self/statm")
def test_an_error_is_a_short_line(run_fast, stub, terminal, name):
    code, message, begin = ERRORS[name]
    run_fast.env["AWS_IAM_URL"] = stub.endpoint(refused(code, message()[: SIZE - 1000])).url
    command = ("iam-usergetattributes", "-u", "bob")
    done = limited(run_fast, *command)
    assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith(f"iam-usergetattributes: {begin}")
    assert len(done.err) < MAX_MESSAGE + 300
    # There the hints look at the message.
    assert run_fast(*command, stderr=terminal[1]).status == 1
    assert len(read_now(terminal[0])) < MAX_MESSAGE + 1000


def test_other_lines_are_short_too(run_fast):
    assert [OMITTED in shortened("a" * length, 20) for length in (20, 21)] == [False, True]
    for line in (
        ("iam-usercreate", "-u", "bob", "a" * 100_000),
        ("iam-useraddpolicy", "-u", "bob", "-p", "p", "-o", "{" * 100_000),
        ("iamcli", "a" * 100_000),
    ):
        done = run_fast(*line)
        first = done.err.partition("\n")[0]
        assert done.status == 1
        assert MAX_LINE - 100 < len(first) < MAX_LINE + 100
        assert OMITTED in first


def test_what_is_left_is_listed_completely(run_fast, stub):
    names = [f"{number:0100}" for number in range(100)]
    members = "".join(f"<member>{name}</member>" for name in names)
    policies = f"<PolicyNames>{members}</PolicyNames><IsTruncated>false</IsTruncated>"
    endpoint = stub.endpoint()
    endpoint.on("GetGroup", ok("GetGroup", "<Users/><IsTruncated>false</IsTruncated>"))
    endpoint.on("ListGroupPolicies", ok("ListGroupPolicies", policies))
    attached = "<AttachedPolicies/><IsTruncated>false</IsTruncated>"
    endpoint.on("ListAttachedGroupPolicies", ok("ListAttachedGroupPolicies", attached))
    run_fast.env["AWS_IAM_URL"] = endpoint.url
    for debug, strict in (((), ""), (("-d",), ""), ((), "1")):
        denied = refused("AccessDenied", "no" * MAX_LINE, 403)
        endpoint.on("DeleteGroupPolicy", ok("DeleteGroupPolicy"), denied)
        done = run_fast("iam-groupdel", "-g", "web", "-r", *debug, env={"IAMCLI_STRICT": strict})
        long = [line for line in (done.out + done.err).splitlines() if len(line) > MAX_LINE]
        assert "removed: policy 000" in long[-1]
        assert len(long) == 1 + len(debug)
        assert all(name in line for line in long for name in names)


SECRET = "Correct-Horse 7 Battery/Staple&abc"


def test_no_part_of_a_secret_is_left_beside_what_is_omitted():
    secrets = Secrets()
    secrets.add(SECRET, "abcabcabc")
    parts = {SECRET[n : n + 4] for n in range(len(SECRET) - 3)}
    for secret in (SECRET, "abcabcabc"):
        for place in range(MAX_MESSAGE // 2 - 60, MAX_MESSAGE // 2 + 60):
            for message in (
                f"{'-' * place}{secret}{'-' * MAX_MESSAGE}",
                f"{'-' * MAX_MESSAGE}{secret}{'-' * place}",
            ):
                shown = str(ServiceError("X", message, redact=secrets.redact))
                assert OMITTED in shown
                assert not [part for part in (*parts, "abca") if part in shown], (place, shown)
    both = f"{'-' * 990}{SECRET}{'-' * 2000}{SECRET}{'-' * 990}"
    assert "***" in of_service(both, secrets.redact)


#: What no exit may show: the key of the command, the path of a private IAM, an invisible character.
DIGITS = "3141592653589793" * 2
HOSTILE = f"{KEY_SECRET} http://127.0.0.1:4321/{DIGITS}/ \u202e"
DASHES = "-" * 10_000
GROUP = {
    "GetGroup": ok("GetGroup", "<Users/><IsTruncated>false</IsTruncated>"),
    "ListAttachedGroupPolicies": ok(
        "ListAttachedGroupPolicies", "<AttachedPolicies/><IsTruncated>false</IsTruncated>"
    ),
    "DeleteGroupPolicy": refused("AccessDenied", "no", 403),
}


def policies(text: str) -> Answer:
    """Return the list of a policy with this name."""
    names = f"<PolicyNames><member>{text}</member></PolicyNames><IsTruncated>false</IsTruncated>"
    return ok("ListGroupPolicies", names)


#: Each exit of what a service says: the command line, and the answers, by operation.
EXITS: dict[str, tuple[str, Callable[[str], dict[str, Answer]]]] = {
    "a message": ("iam-usergetattributes", lambda text: {"GetUser": refused("X", text)}),
    "a code": ("iam-usergetattributes", lambda text: {"GetUser": refused(text, "no")}),
    "a line of -d": ("iam-usergetattributes -d", lambda text: {"GetUser": refused("X", text)}),
    "a second request": (
        "iam-userdel -u bob",
        lambda text: {"DeleteUser": refused("NoSuchEntity", f"bob {text}", 404)},
    ),
    "what is still there": (
        "iam-groupdel -g web -r",
        lambda text: {"ListGroupPolicies": policies(text), **GROUP},
    ),
    **{
        line: (
            line,
            lambda text: {"GetCallerIdentity": caller(f"arn:aws:iam::123456789012:user/{text}")},
        )
        for line in ("iamcli doctor", "iamcli doctor --format json")
    },
    "a code, in iamcli doctor": (
        "iamcli doctor",
        # Of a code, it shows only letters, digits and dots.
        lambda text: {"GetCallerIdentity": refused(text.replace("-", "."), "no", 403)},
    ),
    "iamcli snapshot": (
        "iamcli snapshot account.json",
        lambda text: {"GetAccountAuthorizationDetails": refused("X", text)},
    ),
}


#: In strict mode, this note is not printed, nor is what is left if nothing was removed.
SILENT = {("strict", "a second request"), ("strict", "what is still there")}


@pytest.mark.parametrize("mode", usual(["pipe"], ["pipe", "strict", "terminal"]))
@pytest.mark.parametrize("name", EXITS)
def test_no_exit_shows_a_secret_or_an_invisible_character(name, mode, run_fast, stub, terminal):
    """Wherever the middle of a text is left out."""
    line, answers = EXITS[name]
    master, device = terminal
    limit = MAX_CODE if name in ("a code", "a code, in iamcli doctor") else MAX_MESSAGE
    for place in range(limit // 2 - 100, limit // 2 + 10, 11):
        for text in ("-" * place + HOSTILE + DASHES, DASHES + HOSTILE + "-" * place):
            lost = [CLOSED] if name == "a second request" else []
            endpoint = stub.endpoint()
            for operation, answer in answers(text).items():
                endpoint.on(operation, *lost, answer)
            done = run_fast(
                *line.split(),
                stderr=device if mode == "terminal" else None,
                env={
                    "AWS_IAM_URL": endpoint.url,
                    "AWS_ENDPOINT_URL": endpoint.url,
                    "IAMCLI_STRICT": "1" if mode == "strict" else "",
                },
            )
            said = done.out + done.err + (read_now(master) if mode == "terminal" else "")
            assert "---" in said or "..." in said or (mode, name) in SILENT
            pieces = [secret[n : n + 6] for secret in (KEY_SECRET, DIGITS) for n in range(26)]
            assert not [piece for piece in (*pieces, "\u202e") if piece in said], said


@pytest.mark.parametrize("line", ["iamcli snapshot account.json", "iam-userlistbypath"])
def test_all_pages_together_have_a_limit(run_fast, stub, line):
    command = line.split()
    endpoint = serving(stub, run_fast)  # type: ignore[arg-type]  # its variables
    for operation, key in (
        ("GetAccountAuthorizationDetails", "UserDetailList"),
        ("ListUsers", "Users"),
    ):
        users = f"<member><UserName>bob</UserName><Arn>{'a' * 1000}</Arn></member>" * 20
        more = f"<{key}>{users}</{key}><IsTruncated>true</IsTruncated>"
        pages = [ok(operation, f"{more}<Marker>{number}</Marker>") for number in range(90)]
        endpoint.on(operation, *pages)
    small = "import iamcli.client.parser as parser\nparser.MAX_IN_ALL = 1 << 20"
    done = run_fast(*command, before=small)
    said = (
        "unexpected response: the responses to this command are too large in all; is this an IAM "
        "endpoint?\n"
    )
    assert (done.status, done.err) == (1, f"{command[0]}: {said}")
    assert 20 < len(endpoint.requests) < 60
    assert "account.json" not in files(run_fast)
