"""A hostile or broken service: one line, exit status 1, in bounded time, and no change made twice.

Each fault occurs with a command of each kind, at its main request.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import HTTPClientError
from botocore.model import ServiceModel
from support.certificates import self_signed
from support.faults import CLOSED, headed, raw
from support.selection import every
from support.stub import Answer, canned, faulty, ok, refused
from support.stub import Stub as StubServer

import iamcli
from iamcli.client.full_model import full_model
from iamcli.client.outcomes import CHECKS, NON_IDEMPOTENT, REMOVALS
from iamcli.client.pages import list_all
from iamcli.client.retries import NOT_ARRIVED
from iamcli.errors import Failure
from iamcli.operations.pagination import Listing
from iamcli.output.progressline import ProgressLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler

    from support.forked import Done, ForkRunner
    from support.shell import Shell
    from support.stub import Endpoint, Stub

#: The seconds that a command waits if it is to time out, and within which it always has to end.
WAITS = 1.0
BOUND = 10.0
BRIEFLY = {"IAMCLI_TIMEOUT": str(WAITS)}
ONE_TRY = {"IAMCLI_TIMEOUT": "20", "AWS_MAX_ATTEMPTS": "1"}


# The kinds of command, and the request that goes wrong.


class Kind(NamedTuple):
    """A command, the operation that meets the fault, and what is answered to the others."""

    arguments: tuple[str, ...]
    operation: str
    others: dict[str, Answer]
    #: What has to be on standard output before the fault, and in the line about the state.
    shown: str = ""
    state: str = ""
    #: The line about the state where the outcome is unknown.
    doubt: str = ""


KEY = ok(
    "ListAccessKeys",
    "<AccessKeyMetadata><member><AccessKeyId>AKIA1</AccessKeyId></member></AccessKeyMetadata>",
)
NOTHING = {
    operation: ok(operation)
    for operation in (
        "ListUserPolicies",
        "ListSigningCertificates",
        "ListGroupsForUser",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListServiceSpecificCredentials",
        "ListAttachedUserPolicies",
        "DeleteAccessKey",
        "AddUserToGroup",
    )
} | {"GetLoginProfile": refused("NoSuchEntity", "none", 404)}

KINDS = {
    "read": Kind(("iam-usergetattributes", "-u", "bob"), "GetUser", {}),
    "document": Kind(("iam-userlistpolicies", "-u", "bob", "-p", "read"), "GetUserPolicy", {}),
    "list": Kind(("iam-userlistbypath",), "ListUsers", {}),
    "create": Kind(("iam-groupcreate", "-g", "Admin", "-v"), "CreateGroup", {}),
    "secret": Kind(("iam-useraddkey", "-u", "bob"), "CreateAccessKey", {}),
    "change": Kind(("iam-userdelpolicy", "-u", "bob", "-p", "read"), "DeleteUserPolicy", {}),
    "composite": Kind(
        ("iam-usercreate", "-u", "bob", "-g", "Admin", "-k"),
        "CreateAccessKey",
        NOTHING | {"GetGroup": canned("GetGroup"), "CreateUser": canned("CreateUser")},
        state="iam-usercreate: created: user bob, membership of group Admin; "
        "not created: access key",
        doubt="iam-usercreate: created: user bob, membership of group Admin; "
        "unknown: access key; not created: nothing",
    ),
    "looking": Kind(
        ("iam-userdel", "-u", "bob", "-r"),
        "ListGroupsForUser",
        NOTHING | {"ListAccessKeys": KEY},
    ),
    "removing": Kind(
        ("iam-userdel", "-u", "bob", "-r"),
        "DeleteUser",
        NOTHING | {"ListAccessKeys": KEY, "GetUser": canned("GetUser")},
        state="iam-userdel: removed: access key AKIA1; left: user bob",
        doubt="iam-userdel: removed: access key AKIA1; unknown: user bob; left: nothing",
    ),
}


def answering(stub: Stub, kind: Kind, *faults: Answer) -> Endpoint:
    """Return an endpoint for the requests of a command, one of which meets ``faults``."""
    endpoint = stub.endpoint().on(kind.operation, *faults)
    for operation, answer in kind.others.items():
        endpoint.on(operation, answer) if operation != kind.operation else None
    return endpoint


def meet(
    run_fast: ForkRunner | Shell, stub: Stub, kind: Kind, *faults: Answer, **env: str
) -> tuple[Done, Endpoint]:
    """Run a command that meets ``faults``; return how that ended and what it sent."""
    endpoint = answering(stub, kind, *faults)
    begun = time.monotonic()
    done = run_fast(*kind.arguments, env={"AWS_IAM_URL": endpoint.url, **ONE_TRY, **env})
    assert time.monotonic() - begun < BOUND, "it takes too long"
    return done, endpoint


def assert_reported(done: Done, kind: Kind) -> str:
    """Assert that the failure is reported in one line, and return it."""
    lines = done.err.splitlines()
    assert (done.status, done.out) == (1, kind.shown), done
    assert all(line.startswith(f"{kind.arguments[0]}: ") for line in lines), done.err
    state = kind.doubt if " may have taken effect, check first: " in lines[0] else kind.state
    assert lines[1:] == ([state] if state else []), done.err
    assert done.err.isprintable() or done.err.replace("\n", "").isprintable()
    traces = ("Traceback", "internal error", "botocore", "urllib3", "Error(", "None", "object at")
    for word in traces:
        assert word not in done.err
    return lines[0].partition(": ")[2]


# The faults.


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


HTML = b"<html><head><title>Sign in</title></head><body>Welcome to the hotel</body></html>"
DECLARATION = b'<?xml version="1.0"?>'
BOMB = (
    DECLARATION
    + b'<!DOCTYPE a [<!ENTITY a "'
    + b"a" * 100
    + b'">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (98 + level, (b"&%c;" % (97 + level)) * 10) for level in range(9)
    )
    + b"]><a>&j;</a>"
)
EXTERNAL = DECLARATION + b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


class Fault(NamedTuple):
    """What is answered to an operation, and what the message has to say of it."""

    answer: Callable[[str], Answer]
    pattern: str


def whole(operation: str, inside: bytes = b"") -> bytes:
    """Return an answer that is right but for its result, which has nothing but ``inside``."""
    return ok(operation, "@").body.replace(b"@", inside)


def always(answer: Answer) -> Callable[[str], Answer]:
    return lambda _operation: answer


NOT_IAM = r"not an IAM response; is this an IAM endpoint\?"
BROKEN = "was lost before the response was complete"
IN_TIME = r"timed out before http://\S+ sent a complete response; set IAMCLI_TIMEOUT to wait longer"
STATUS = r"unexpected HTTP {} from http://\S+ for \w+, not an IAM response"

DEEP = b"<a>" * 50_000 + b"</a>" * 50_000

FAULTS = {
    "html": Fault(always(Answer(HTML, headers={"Content-Type": "text/html"})), NOT_IAM),
    "html that is no xml": Fault(always(Answer(b"<html><p>hi<br></html>")), NOT_IAM),
    "response to another operation": Fault(always(ok("AcceptUser")), NOT_IAM),
    "other xml": Fault(always(Answer(b"<rss><channel/></rss>")), NOT_IAM),
    # The name of its root element sorts before those of all operations.
    "other xml, A": Fault(always(Answer(b"<A><channel/></A>")), NOT_IAM),
    "another operation's": Fault(always(ok("ListSomethingElse")), NOT_IAM),
    "json": Fault(always(Answer(b'{"message": "Missing Authentication Token"}')), NOT_IAM),
    "text": Fault(always(Answer(b"it works!")), NOT_IAM),
    "empty": Fault(always(Answer(b"")), NOT_IAM),
    "no content": Fault(always(Answer(b"", 204)), NOT_IAM),
    "refusal with status 200": Fault(always(Answer(refused("Throttled", "no").body)), NOT_IAM),
    "cut": Fault(lambda operation: Answer(whole(operation)[:-30]), NOT_IAM),
    "binary": Fault(always(Answer(bytes(range(256)) * 8)), NOT_IAM),
    "utf-16": Fault(lambda operation: Answer(whole(operation).decode().encode("utf-16")), NOT_IAM),
    "wrong bytes": Fault(
        lambda operation: Answer(whole(operation).replace(b"EXAMPLE", b"\xff\xfe")), NOT_IAM
    ),
    "gzip": Fault(
        always(Answer(b"\x1f\x8b\x08" + b"\0" * 40, headers={"Content-Encoding": "gzip"})), NOT_IAM
    ),
    "entity bomb": Fault(always(Answer(BOMB)), NOT_IAM),
    "external entity": Fault(always(Answer(EXTERNAL)), NOT_IAM),
    "document type": Fault(
        lambda operation: Answer(DECLARATION + b"<!DOCTYPE a>" + whole(operation)), NOT_IAM
    ),
    "root element in a document type": Fault(
        lambda operation: Answer(
            DECLARATION
            + b'<!DOCTYPE a [<!ENTITY b "?><%sResponse>">]>' % operation.encode()
            + whole(operation)
        ),
        NOT_IAM,
    ),
    "deep": Fault(lambda operation: Answer(whole(operation, b"<a>" * (1 << 20))), NOT_IAM),
    "deep error": Fault(
        always(Answer(b"<ErrorResponse>%b</ErrorResponse>" % DEEP, 400)),
        NOT_IAM,
    ),
    "deep and closed": Fault(
        lambda operation: Answer(whole(operation, b"<a>" * (1 << 20) + b"</a>" * (1 << 20))),
        NOT_IAM,
    ),
    "wide": Fault(lambda operation: Answer(whole(operation, b"<b/>" * (3 << 20))), NOT_IAM),
    "huge": Fault(
        lambda operation: Answer(whole(operation, b"<a>" + b"x" * (16 << 20) + b"</a>")),
        "larger than 16777216 bytes",
    ),
    "endless": Fault(
        always(raw(headed(b"", "Transfer-Encoding: chunked"), *[chunked(b"x" * (1 << 20))] * 40)),
        "larger than 16777216 bytes",
    ),
    "length too long": Fault(
        lambda operation: raw(headed(whole(operation), "Content-Length: 9999")), BROKEN
    ),
    "length too short": Fault(
        lambda operation: raw(headed(whole(operation), "Content-Length: 40")), NOT_IAM
    ),
    "length is no number": Fault(
        lambda operation: raw(headed(whole(operation)[:-9], "Content-Length: many")), NOT_IAM
    ),
    "length is a superscript": Fault(
        lambda operation: raw(
            headed(whole(operation)[:-9], "Content-Length: many").replace(b"many", b"\xb2")
        ),
        NOT_IAM,
    ),
    "length of many digits": Fault(
        lambda operation: raw(headed(whole(operation)[:-9], f"Content-Length: {'9' * 5000}")),
        NOT_IAM,
    ),
    "two lengths": Fault(
        always(raw(headed(HTML, "Content-Length: 1", "Content-Length: 2"))),
        f"{NOT_IAM}|{BROKEN}",
    ),
    "chunks cut": Fault(always(raw(headed(b"ff\r\n<a>", "Transfer-Encoding: chunked"))), BROKEN),
    "chunks without size": Fault(
        always(raw(headed(b"zz\r\n<a>\r\n", "Transfer-Encoding: chunked"))), BROKEN
    ),
    "no http": Fault(always(raw(b"SSH-2.0-OpenSSH_9.6\r\n")), BROKEN),
    "endless header": Fault(always(raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 99999)), BROKEN),
    "many headers": Fault(always(raw(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 9999)), BROKEN),
    "closed before an answer": Fault(always(CLOSED), BROKEN),
    "reset before an answer": Fault(always(raw(reset=True)), BROKEN),
    "reset amid the headers": Fault(always(raw(b"HTTP/1.1 200 OK\r\nCont", reset=True)), BROKEN),
    "reset amid the body": Fault(
        always(raw(headed(b"<Cre", "Content-Length: 999"), reset=True)), BROKEN
    ),
    "silence": Fault(always(raw(b"", pause=3 * WAITS)), IN_TIME),
    "silence after the headers": Fault(
        always(raw(headed(b"", "Content-Length: 99"), b"", pause=3 * WAITS)), IN_TIME
    ),
    "drip of headers": Fault(
        always(raw(b"HTTP/1.1 200 OK\r\n", *[b"X: x\r\n"] * 99, pause=WAITS / 9)), IN_TIME
    ),
    "drip of the body": Fault(
        always(raw(headed(b"", "Content-Length: 99"), *[b"x"] * 99, pause=WAITS / 9)), IN_TIME
    ),
    "continue for ever": Fault(
        always(raw(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 99, pause=WAITS / 9)), IN_TIME
    ),
    "early hints": Fault(always(raw(headed(b"", status="103 Early Hints"))), f"{NOT_IAM}|{BROKEN}"),
    **{
        f"redirect {status}": Fault(
            always(Answer(b"", status, {"Location": "http://127.0.0.1:1/elsewhere"})),
            f"{STATUS.format(status)}|{NOT_IAM}",
        )
        for status in (300, 301, 302, 303, 307, 308)
    },
    **{
        f"{status} with html": Fault(always(Answer(HTML, status)), STATUS.format(status))
        for status in (400, 401, 403, 404, 407, 413, 429, 500, 502, 503, 504)
    },
    "500 with no XML": Fault(
        always(Answer(b"xErrorResponse><Error><Code>A</Code></Error>", 500)), STATUS.format(500)
    ),
    **{
        f"{status} empty": Fault(always(Answer(b"", status)), STATUS.format(status))
        for status in (400, 403, 404, 418, 500, 503, 599)
    },
    **{
        f"{status} with {code}": Fault(
            always(refused(code, "in its own words", status)), f"^{code}: in its own words"
        )
        for code, status in (
            ("ValidationError", 400),
            ("InvalidClientTokenId", 403),
            ("AccessDenied", 403),
            ("NoSuchEntity", 404),
            ("EntityAlreadyExists", 409),
            ("DeleteConflict", 409),
            ("LimitExceeded", 409),
            ("Throttling", 400),
            ("RequestLimitExceeded", 503),
            ("ServiceFailure", 500),
            ("ServiceUnavailable", 503),
        )
    },
}


#: The faults after which it is known that nothing was done.
UNDERSTOOD = re.compile("4.. with [A-Z].*|429 with html|503 with RequestLimitExceeded")
#: Each of these takes its time.
SLOW = [fault for fault in FAULTS if FAULTS[fault].pattern == IN_TIME]
PAIRS = [
    pair
    for pair in itertools.product(KINDS, FAULTS)
    if pair[1] not in SLOW or pair[0] in ("read", "composite", "looking")
    # A removal that finds nothing left is done, and a conflict of its last request is tried again.
    if pair not in (("removing", "404 with NoSuchEntity"), ("removing", "409 with DeleteConflict"))
]


@pytest.mark.parametrize(("kind", "fault"), every(15, PAIRS))
def test_fault_is_one_line(kind: str, fault: str, run_fast: ForkRunner, stub: Stub) -> None:
    what = KINDS[kind]
    answer = FAULTS[fault].answer(what.operation)
    env = BRIEFLY if fault in SLOW else {}
    done, endpoint = meet(run_fast, stub, what, answer, **env)
    line = assert_reported(done, what)
    assert re.search(FAULTS[fault].pattern, line), line
    changes = not what.operation.startswith(("Get", "List"))
    in_doubt = changes and not UNDERSTOOD.fullmatch(fault)
    assert in_doubt == (" may have taken effect, check first: " in line), line
    assert endpoint.operations.count(what.operation) == 1
    if kind == "looking":
        assert not [name for name in endpoint.operations if name.startswith("Delete")]


@pytest.mark.parametrize("kind", ["list", "change"])
def test_status_300_is_no_success(kind: str, run_fast: ForkRunner, stub: Stub) -> None:
    operation = KINDS[kind].operation
    done, _ = meet(run_fast, stub, KINDS[kind], ok(operation)._replace(status=300))
    said = assert_reported(done, KINDS[kind])
    assert re.search(f"{STATUS.format(300)}|{NOT_IAM}", said)


@pytest.mark.parametrize("kind", every(4, KINDS))
def test_fault_in_a_command_from_the_shell(kind: str, run: Shell, stub: Stub) -> None:
    done, _ = meet(run, stub, KINDS[kind], raw(b"HTTP/1.1 200 OK\r\nCont", reset=True))
    assert re.search(BROKEN, assert_reported(done, KINDS[kind]))


#: Commands whose answer has to hold something, and what.
LACKING = {
    ("iam-useraddkey", "-u", "bob"): ("CreateAccessKey", "AccessKey"),
    ("iam-useraddcert", "-u", "bob", "-c", "x"): ("UploadSigningCertificate", "Certificate"),
    ("iam-usergetattributes",): ("GetUser", "User"),
    ("iam-grouplistusers", "-g", "Admin"): ("GetGroup", "Group"),
    ("iam-rolegetattributes", "-r", "web"): ("GetRole", "Role"),
    ("iam-userlistpolicies", "-u", "bob", "-p", "x"): ("GetUserPolicy", "PolicyDocument"),
    ("iam-accountgetsummary",): ("GetAccountSummary", "SummaryMap"),
    ("iam-virtualmfadevicecreate", "-s", "phone", "-b", "Base32String"): (
        "CreateVirtualMFADevice",
        "VirtualMFADevice",
    ),
}


@pytest.mark.parametrize("arguments", LACKING, ids=lambda arguments: arguments[0])
def test_answer_without_what_it_should_hold(
    arguments: tuple[str, ...], run_fast: ForkRunner, stub: Stub
) -> None:
    operation, member = LACKING[arguments]
    done, _ = meet(run_fast, stub, Kind(arguments, operation, {}), ok(operation))
    message = f"{arguments[0]}: unexpected response: it has no {member}; is this an IAM endpoint?"
    doubt = f"; {operation} may have taken effect, check first: .*"
    changes = not operation.startswith("Get")
    assert (done.status, done.out) == (1, "")
    assert re.fullmatch(f"{re.escape(message)}{doubt if changes else ''}\n", done.err)


@pytest.mark.parametrize(
    "inside",
    [
        "<Users><member><Arn>a</Arn><Arn>b</Arn></member></Users>",
        "<Users>text</Users><Users/>",
        "<IsTruncated>true</IsTruncated><IsTruncated>false</IsTruncated>",
        "<Marker>a</Marker><Marker/>",
        "<Users/></ListUsersResult><ListUsersResult><Users/>",
    ],
)
def test_what_occurs_more_than_once_is_no_answer(
    inside: str, run_fast: ForkRunner, stub: Stub
) -> None:
    kind = KINDS["list"]
    done, _ = meet(run_fast, stub, kind, ok("ListUsers", inside))
    assert re.search(NOT_IAM, assert_reported(done, kind))


@pytest.mark.parametrize("complete", [False, True])
def test_each_member_of_the_model_is_an_element_of_its_own(*, complete: bool) -> None:
    """The parser relies on it."""
    content = json.loads(
        Path(iamcli.__file__).with_name("client").joinpath("model.json").read_text()
    )
    model = full_model() if complete else ServiceModel(content, "iam")
    structures = [model.shape_for(name) for name in model.shape_names]
    members = [
        (shape.name, name, member.serialization)
        for shape in structures
        if shape.type_name == "structure"
        for name, member in shape.members.items()
    ]
    assert len(members) > 100
    assert [each for each in members if each[2].keys() - {"name"}] == []


def test_number_that_is_none(run_fast: ForkRunner, stub: Stub) -> None:
    entry = "<SummaryMap><entry><key>Users</key><value>many</value></entry></SummaryMap>"
    kind = Kind(("iam-accountgetsummary",), "GetAccountSummary", {})
    done, _ = meet(run_fast, stub, kind, ok("GetAccountSummary", entry))
    assert re.search(NOT_IAM, assert_reported(done, kind))


class Endless:
    """A service whose lists never end."""

    strict = False
    progress = ProgressLine()

    def __init__(self, markers: Iterator[str]) -> None:
        self._markers = markers
        self.requests = 0

    def send(self, _operation: str, **_parameters: object) -> dict[str, object]:
        self.requests += 1
        return {"Users": ["x"], "IsTruncated": True, "Marker": next(self._markers)}


@pytest.mark.parametrize("markers", [map(str, itertools.count()), itertools.cycle("ab")])
def test_list_without_end_is_given_up(markers: Iterator[str]) -> None:
    endless: Any = Endless(markers)
    with pytest.raises(Failure, match="has more than 1000 pages"):
        list_all(endless, "ListUsers", "Users")
    assert endless.requests == 1000
    with pytest.raises(Failure, match="has more than 1000 pages"):
        list(Listing(endless, "ListUsers", None, None).entries("Users"))
    assert endless.requests == 2000


class Pages:
    """A service with a list of five entries, of which it gives one a page."""

    progress = ProgressLine()

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.asked: list[tuple[object, object]] = []

    def send(self, _operation: str, *, Marker: str | None, MaxItems: int) -> dict[str, object]:  # noqa: N803
        self.asked.append((Marker, MaxItems))
        place = int(Marker or 0)
        more = {"IsTruncated": True, "Marker": str(place + 1)} if place < 4 else {}
        return {"Users": [f"user{place}"], **more}


@pytest.mark.parametrize(
    ("size", "marker", "strict", "asked", "footer"),
    [
        (None, None, False, [(None, 1000), *((str(n), 1000) for n in range(1, 5))], ["false"]),
        (7, None, False, [(None, 7)], ["true", "1"]),
        (None, "2", False, [("2", 100)], ["true", "3"]),
        (7, "4", False, [("4", 7)], ["false"]),
        (None, None, True, [(None, 100)], ["true", "1"]),
    ],
)
def test_list_is_read_to_its_end_or_a_page(
    size: int | None, marker: str | None, *, strict: bool, asked: list[object], footer: list[str]
) -> None:
    pages = Pages(strict=strict)
    listing = Listing(pages, "ListUsers", size, marker)  # type: ignore[arg-type]
    first = int(marker or 0)
    assert list(listing.entries("Users")) == [f"user{first + n}" for n in range(len(asked))]
    assert pages.asked == asked
    labels = ["IsTruncated: ", "Marker: "]
    assert list(listing.footer()) == [
        f"{label}{value}" for label, value in zip(labels, footer, strict=False)
    ]


@pytest.mark.parametrize("marker", ["", "<Marker/>", "<Marker>a</Marker>"])
def test_list_that_goes_on_nowhere(marker: str, run_fast: ForkRunner, stub: Stub) -> None:
    page = ok("ListUsers", f"<Users/><IsTruncated>true</IsTruncated>{marker}")
    done, _ = meet(run_fast, stub, KINDS["list"], page)
    assert assert_reported(done, KINDS["list"]) == (
        "unexpected response: the list is truncated but has no new marker"
    )


def test_list_that_breaks_amid_shows_no_footer(run_fast: ForkRunner, stub: Stub) -> None:
    kind = KINDS["list"]._replace(shown="arn:aws:iam::123456789012:user/staff/bob\n")
    page = canned("ListUsers-truncated")
    done, _ = meet(run_fast, stub, kind, page, raw())
    assert done.status == 1
    assert done.out.startswith("arn:")
    assert "IsTruncated" not in done.out
    assert re.search(BROKEN, done.err)


def test_redirect_is_not_followed_and_nothing_leaks(run_fast: ForkRunner, stub: Stub) -> None:
    elsewhere = stub.endpoint(canned("GetUser"))
    for status in (301, 302, 303, 307, 308):
        answer = Answer(b"", status, {"Location": elsewhere.url})
        done, _ = meet(run_fast, stub, KINDS["read"], answer)
        assert_reported(done, KINDS["read"])
    assert elsewhere.requests == []


@pytest.mark.full
def test_memory_is_bounded(run: Shell, stub: Stub) -> None:
    limit = "ulimit -v 400000; exec "
    for fault in ("huge", "endless", "wide", "deep", "entity bomb"):
        endpoint = stub.endpoint(FAULTS[fault].answer("ListUsers"))
        env = {"AWS_IAM_URL": endpoint.url, **ONE_TRY}
        done = run("sh", "-c", f"{limit}iam-userlistbypath", env=env)
        assert re.search(FAULTS[fault].pattern, assert_reported(done, KINDS["list"]))


# What is sent again, and what is not.

AGAIN = {"AWS_MAX_ATTEMPTS": "2", "IAMCLI_TIMEOUT": "20"}
LOST = {
    "reset": raw(reset=True),
    "closed": CLOSED,
    "cut": raw(headed(b"<Cre", "Content-Length: 999")),
    "time-out": raw(b"", pause=3 * WAITS),
    "gateway's time-out": Answer(HTML, 504),
    "gateway's refusal": Answer(HTML, 503),
    "service's failure": refused("ServiceFailure", "something broke", 500),
    "service's absence": refused("ServiceUnavailable", "try again later", 503),
}
#: For each operation that must not be sent twice: the command, and the way to look.
CREATING = {
    "ChangePassword": ("iam-userchangepassword -o old12 -n new12", "sign in with the new password"),
    "CreateAccessKey": ("iam-useraddkey -u bob", "iam-userlistkeys -u bob"),
    "CreateAccountAlias": ("iam-accountaliascreate -a acme", "iam-accountaliaslist"),
    "CreateGroup": ("iam-groupcreate -g Admin", "iam-grouplistusers -g Admin"),
    "CreateInstanceProfile": (
        "iam-instanceprofilecreate -s web",
        "iam-instanceprofilegetattributes -s web",
    ),
    "CreateLoginProfile": (
        "iam-useraddloginprofile -u bob -p secret12",
        "iam-usergetloginprofile -u bob",
    ),
    "CreateRole": ("iam-rolecreate -r web -s ec2.amazonaws.com", "iam-rolegetattributes -r web"),
    "CreateUser": ("iam-usercreate -u bob", "iam-usergetattributes -u bob"),
    "CreateVirtualMFADevice": (
        "iam-virtualmfadevicecreate -s phone -b Base32String -o seed",
        "iam-virtualmfadevicelist -t Any",
    ),
    "EnableMFADevice": (
        "iam-userenablemfadevice -u bob -s arn:mfa -c1 123456 -c2 654321",
        "iam-userlistmfadevices -u bob",
    ),
    "ResyncMFADevice": (
        "iam-userresyncmfadevice -u bob -s arn:mfa -c1 123456 -c2 654321",
        "sign in with the device",
    ),
    "UpdateGroup": ("iam-groupmod -g Admin -n Boss", "iam-grouplistbypath"),
    "UpdateServerCertificate": ("iam-servercertmod -s a -n b", "iam-servercertlistbypath"),
    "UpdateUser": ("iam-usermod -u bob -n rob", "iam-userlistbypath"),
    "UploadServerCertificate": (
        "iam-servercertupload -s web -b file.pem -k file.pem",
        "iam-servercertgetattributes -s web",
    ),
    "UploadSigningCertificate": (
        "iam-useraddcert -u bob -f file.pem",
        "iam-userlistcerts -u bob",
    ),
}


def test_errors_of_a_connection_that_was_not_made_have_classes_of_their_own() -> None:
    """What was sent and what was not are told apart by them."""
    assert not [error for error in NOT_ARRIVED if issubclass(error, HTTPClientError)]


def test_what_must_not_be_sent_twice_is_in_the_table() -> None:
    assert set(CREATING) == NON_IDEMPOTENT
    model = json.loads(Path(iamcli.__file__).with_name("client").joinpath("model.json").read_text())
    creating = {name for name in model["operations"] if name.startswith(("Create", "Upload"))}
    assert creating <= NON_IDEMPOTENT
    changing = {name for name in model["operations"] if not name.startswith(("Get", "List"))}
    assert set(CHECKS) == changing
    assert {
        name for name in changing if name.startswith(("Delete", "Remove", "Detach", "Deactivate"))
    } == set(REMOVALS)


@pytest.mark.parametrize(
    ("operation", "lost"),
    every(
        3,
        [
            *itertools.product(CREATING, ["reset", "gateway's time-out"]),
            *(("CreateAccessKey", lost) for lost in LOST),
        ],
    ),
)
def test_creating_is_sent_once_and_its_outcome_is_unknown(
    operation: str, lost: str, run_fast: ForkRunner, stub: Stub
) -> None:
    line, look = CREATING[operation]
    (run_fast.home / "file.pem").write_text("-----BEGIN-----\n")
    kind = Kind(tuple(line.split()), operation, {})
    env = AGAIN | (BRIEFLY if lost == "time-out" else {})
    done, endpoint = meet(run_fast, stub, kind, LOST[lost], **env)
    message = assert_reported(done, kind)
    assert message.endswith(f"; {operation} may have taken effect, check first: {look}")
    assert endpoint.operations == [operation]
    assert not (run_fast.home / "seed").exists()


@pytest.mark.parametrize("operation", ["CreateAccessKey", "UploadSigningCertificate"])
def test_the_way_to_look_names_no_user_where_none_was_named(
    operation: str, run_fast: ForkRunner, stub: Stub
) -> None:
    (run_fast.home / "file.pem").write_text("-----BEGIN-----\n")
    arguments, look = CREATING[operation]
    kind = Kind(tuple(arguments.replace(" -u bob", "").split()), operation, {})
    done, _ = meet(run_fast, stub, kind, CLOSED)
    assert assert_reported(done, kind).endswith(f"check first: {look.removesuffix(' -u bob')}")


@pytest.mark.parametrize("lost", LOST)
def test_reading_is_sent_again(lost: str, run_fast: ForkRunner, stub: Stub) -> None:
    kind = KINDS["read"]
    env = AGAIN | (BRIEFLY if lost == "time-out" else {})
    done, endpoint = meet(run_fast, stub, kind, LOST[lost], canned("GetUser"), **env)
    assert (done.status, done.err) == (0, "")
    assert endpoint.operations == ["GetUser"] * 2


THROTTLED = {
    "Throttling": refused("Throttling", "Rate exceeded"),
    "RequestLimitExceeded": refused("RequestLimitExceeded", "slow down", 503),
    "TooManyRequestsException": refused("TooManyRequestsException", "slow down", 429),
    "429": Answer(HTML, 429),
    "429 empty": Answer(b"", 429),
    **{
        code: refused(code, "nothing was done", 409)
        for code in (
            "EntityTemporarilyUnmodifiable",
            "ConcurrentModification",
            "ConcurrentModificationException",
        )
    },
}


@pytest.mark.parametrize(
    ("throttled", "mode"),
    every(5, [*itertools.product(THROTTLED, ["standard", "legacy"]), ("Throttling", "adaptive")]),
)
def test_throttling_is_sent_again_even_where_something_is_created(
    throttled: str, mode: str, run_fast: ForkRunner, stub: Stub
) -> None:
    kind = KINDS["create"]
    env = {**AGAIN, "AWS_RETRY_MODE": mode}
    answers = (THROTTLED[throttled], ok("CreateGroup", GROUP))
    done, endpoint = meet(run_fast, stub, kind, *answers, **env)
    assert (done.status, done.out, done.err) == (0, "arn:Admin\nAGPA1\n", "")
    assert endpoint.operations == ["CreateGroup"] * 2


@pytest.mark.parametrize(
    ("kind", "code"),
    every(9, itertools.product(KINDS, ["EntityTemporarilyUnmodifiable", "ConcurrentModification"])),
)
def test_what_stays_unmodifiable_is_told_in_the_services_words(
    kind: str, code: str, run_fast: ForkRunner, stub: Stub
) -> None:
    done, endpoint = meet(run_fast, stub, KINDS[kind], THROTTLED[code], **AGAIN)
    assert assert_reported(done, KINDS[kind]) == f"{code}: nothing was done"
    assert endpoint.operations.count(KINDS[kind].operation) == 2


GROUP = "<Group><Arn>arn:Admin</Arn><GroupId>AGPA1</GroupId></Group>"


def test_waits_grow(run_fast: ForkRunner, stub: Stub) -> None:
    kind = KINDS["read"]
    arguments = (*kind.arguments, "-d")
    env = {"AWS_MAX_ATTEMPTS": "3"}
    done, _ = meet(run_fast, stub, kind._replace(arguments=arguments), THROTTLED["429"], **env)
    waits = [float(wait) for wait in re.findall(r"retrying in ([0-9.]+) s", done.err)]
    assert len(waits) == 2
    assert 0 <= waits[0] <= 1 < BOUND
    assert 0 <= waits[1] <= 2


@pytest.mark.parametrize(
    ("mode", "attempts"),
    every(3, [("standard", 1), ("standard", 2), ("legacy", 1), ("legacy", 2), ("legacy", 3)]),
)
def test_attempts_of_the_environment(
    attempts: int, mode: str, run_fast: ForkRunner, stub: Stub
) -> None:
    env = {"AWS_MAX_ATTEMPTS": str(attempts), "AWS_RETRY_MODE": mode}
    done, endpoint = meet(run_fast, stub, KINDS["read"], THROTTLED["Throttling"], **env)
    assert assert_reported(done, KINDS["read"]) == "Throttling: Rate exceeded"
    assert len(endpoint.requests) == attempts


@pytest.mark.parametrize(("mode", "attempts"), [("legacy", 2), ("standard", 1)])
def test_mode_says_what_is_sent_again(
    mode: str, attempts: int, run_fast: ForkRunner, stub: Stub
) -> None:
    """Status 509 is a reason for the legacy mode alone."""
    env = {"AWS_MAX_ATTEMPTS": "2", "AWS_RETRY_MODE": mode}
    done, endpoint = meet(run_fast, stub, KINDS["read"], Answer(HTML, 509), **env)
    assert done.status == 1
    assert len(endpoint.requests) == attempts


def leaving(groups: int) -> Kind:
    """Return a removal of a user in this many ``groups``, whose removals from groups go wrong."""
    members = "".join(f"<member><GroupName>g{n}</GroupName></member>" for n in range(groups))
    others = {
        "GetUser": canned("GetUser"),
        "ListAccessKeys": ok("ListAccessKeys"),
        "ListGroupsForUser": ok("ListGroupsForUser", f"<Groups>{members}</Groups>"),
        "DeleteUser": ok("DeleteUser"),
    }
    return Kind(("iam-userdel", "-u", "bob", "-r"), "RemoveUserFromGroup", NOTHING | others)


@pytest.fixture
def without_waits(run: Shell) -> Shell:
    """A shell whose commands do not wait before they send a request again."""
    stub = run.home / "stub"
    stub.mkdir()
    (stub / "sitecustomize.py").write_text("import random\nrandom.random = lambda: 0\n")
    run.env["PYTHONPATH"] = f"{stub}:{run.env['PYTHONPATH']}"
    return run


LEFT = ok("RemoveUserFromGroup")


def test_each_request_of_a_long_removal_is_sent_again(without_waits: Shell, stub: Stub) -> None:
    """Botocore allows 100 retries in all, but a success allows another one."""
    answers = [THROTTLED["Throttling"], LEFT] * 105
    done, endpoint = meet(without_waits, stub, leaving(105), *answers, **AGAIN)
    assert (done.status, done.out, done.err) == (0, "", "")
    assert endpoint.operations.count("RemoveUserFromGroup") == 210


@pytest.mark.full
def test_adaptive_mode_slows_down_and_recovers(without_waits: Shell, stub: Stub) -> None:
    """It would take 15 s if the rate did not rise again."""
    kind = leaving(16)
    endpoint = answering(stub, kind, THROTTLED["Throttling"], LEFT)
    begun = time.monotonic()
    env = {**AGAIN, "AWS_RETRY_MODE": "adaptive", "AWS_IAM_URL": endpoint.url}
    done = without_waits(*kind.arguments, env=env)
    assert (done.status, done.out, done.err) == (0, "", "")
    assert 1.5 < time.monotonic() - begun < 12


def test_attempts_of_the_configuration(run_fast: ForkRunner, stub: Stub) -> None:
    config = run_fast.home / "config"
    config.write_text("[default]\nmax_attempts = 2\nretry_mode = standard\n")
    env = {"AWS_CONFIG_FILE": str(config), "AWS_MAX_ATTEMPTS": ""}
    _, endpoint = meet(run_fast, stub, KINDS["read"], THROTTLED["Throttling"], **env)
    assert len(endpoint.requests) == 2
    # The environment goes before the file.
    _, endpoint = meet(
        run_fast, stub, KINDS["read"], THROTTLED["Throttling"], **env | {"AWS_MAX_ATTEMPTS": "1"}
    )
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("AWS_RETRY_MODE", "nonsense", "invalid AWS retry mode: nonsense; use legacy, standard"),
        ("AWS_MAX_ATTEMPTS", "many", "max_attempts: many; use a whole number, at least 1"),
        ("AWS_MAX_ATTEMPTS", "0", "max_attempts: 0; use a whole number, at least 1"),
        ("AWS_MAX_ATTEMPTS", "-1", "max_attempts: -1; use a whole number, at least 1"),
        ("AWS_MAX_ATTEMPTS", "²", "max_attempts: ²; use a whole number, at least 1"),
        ("IAMCLI_TIMEOUT", "soon", "invalid IAMCLI_TIMEOUT: soon; use a number of seconds"),
        ("IAMCLI_TIMEOUT", "0", "invalid IAMCLI_TIMEOUT: 0; use a number of seconds"),
        ("IAMCLI_TIMEOUT", "-1", "invalid IAMCLI_TIMEOUT: -1; use a number of seconds"),
        ("IAMCLI_TIMEOUT", "3601", "IAMCLI_TIMEOUT: 3601; use a number of seconds, at most 3600"),
        ("IAMCLI_TIMEOUT", "1_0", "invalid IAMCLI_TIMEOUT: 1_0; use a number of seconds"),
        ("IAMCLI_TIMEOUT", "\u0663", "invalid IAMCLI_TIMEOUT: \u0663; use a number of seconds"),
        ("IAMCLI_TIMEOUT", "nan", "invalid IAMCLI_TIMEOUT: nan; use a number of seconds"),
    ],
)
def test_setting_that_is_none(
    variable: str, value: str, message: str, run_fast: ForkRunner, stub: Stub
) -> None:
    done, endpoint = meet(run_fast, stub, KINDS["read"], canned("GetUser"), **{variable: value})
    assert message in assert_reported(done, KINDS["read"])
    assert endpoint.requests == []


def test_the_longest_time_is_valid(run_fast: ForkRunner, stub: Stub) -> None:
    done, _ = meet(run_fast, stub, KINDS["read"], canned("GetUser"), IAMCLI_TIMEOUT="3600")
    assert (done.status, done.err) == (0, "")


def test_a_response_in_chunks_is_valid(run_fast: ForkRunner, stub: Stub) -> None:
    body = canned("GetUser").body
    parts = chunked(body[:100], body[100:], b"")
    answer = raw(headed(parts, "Transfer-Encoding: chunked"))
    done, _ = meet(run_fast, stub, KINDS["read"], answer)
    assert (done.status, done.err) == (0, "")


def test_the_longest_response_is_valid(run_fast: ForkRunner, stub: Stub) -> None:
    answer = canned("GetUser")
    longest = answer._replace(body=answer.body.ljust(16 << 20))
    done, _ = meet(run_fast, stub, KINDS["read"], longest)
    assert (done.status, done.err) == (0, "")
    done, _ = meet(run_fast, stub, KINDS["read"], longest._replace(body=longest.body + b" "))
    assert "larger than 16777216 bytes" in assert_reported(done, KINDS["read"])


@pytest.fixture
def closed() -> Iterator[socket.socket]:
    """A port of this machine on which nobody listens, for as long as the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken


def url_of(taken: socket.socket, scheme: str = "http") -> str:
    return f"{scheme}://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("kind", KINDS)
def test_refused_connection_is_message_and_tried_again(
    kind: str, run_fast: ForkRunner, closed: socket.socket
) -> None:
    what, url = KINDS[kind], url_of(closed)
    done = run_fast(*what.arguments, "-d", env={"AWS_IAM_URL": url, **AGAIN})
    lines = [line for line in done.err.splitlines() if ": debug: " not in line]
    assert done.status == 1
    assert lines[0] == (
        f"{what.arguments[0]}: cannot connect to {url}: Connection refused; check AWS_IAM_URL"
    )
    assert done.err.count("retrying in") == 1


def test_created_where_the_service_is_there_late(
    run_fast: ForkRunner, closed: socket.socket
) -> None:
    got = []

    def serve() -> None:
        closed.listen()
        client, _ = closed.accept()
        with client:
            got.append(client.recv(1 << 16))
            client.sendall(headed(ok("CreateGroup", GROUP).body))

    timer = threading.Timer(0.05, serve)
    timer.start()
    env = {"AWS_IAM_URL": url_of(closed), "AWS_MAX_ATTEMPTS": "6", "IAMCLI_TIMEOUT": "2"}
    done = run_fast(*KINDS["create"].arguments, env=env)
    timer.join()
    assert (done.status, done.err) == (0, "")
    assert len(got) == 1


# The way to the service.


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stub, Path]]:
    """A stub with a certificate that it signed itself, for 127.0.0.1, and the certificate."""
    certificate = self_signed(tmp_path_factory.mktemp("tls") / "cert.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    running = StubServer(context)
    yield running, certificate
    running.close()


SECURE = "cannot make a secure connection to {url}: "


@pytest.mark.parametrize("kind", KINDS)
def test_certificate_that_nobody_vouches_for(
    kind: str, run_fast: ForkRunner, tls: tuple[Stub, Path]
) -> None:
    endpoint = tls[0].endpoint(ok("GetUser"))
    done = run_fast(*KINDS[kind].arguments, env={"AWS_IAM_URL": endpoint.url, **ONE_TRY})
    message = done.err.splitlines()[0].partition(": ")[2]
    assert done.status == 1
    assert message.startswith(SECURE.format(url=endpoint.url))
    assert "self-signed certificate" in message
    assert message.endswith("; set AWS_CA_BUNDLE to trust other CAs")
    assert endpoint.requests == []


def test_certificate_that_the_user_vouches_for(
    run_fast: ForkRunner, tls: tuple[Stub, Path]
) -> None:
    endpoint = tls[0].endpoint(canned("GetUser"))
    env = {"AWS_IAM_URL": endpoint.url, "AWS_CA_BUNDLE": str(tls[1]), **ONE_TRY}
    assert run_fast(*KINDS["read"].arguments, env=env).status == 0


@pytest.mark.parametrize(
    ("made", "reason"),
    [({"days": -1}, "certificate has expired"), ({"host": "127.0.0.2"}, "doesn't match")],
)
def test_certificate_that_does_not_fit(
    made: dict[str, object], reason: str, run_fast: ForkRunner, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path / "cert.pem", **made)  # type: ignore[arg-type]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    running = StubServer(context)
    endpoint = running.endpoint(canned("GetUser"))
    env = {"AWS_IAM_URL": endpoint.url, "AWS_CA_BUNDLE": str(certificate), **ONE_TRY}
    done = run_fast(*KINDS["read"].arguments, env=env)
    running.close()
    assert reason in assert_reported(done, KINDS["read"])
    assert endpoint.requests == []


def test_service_that_speaks_no_tls(run_fast: ForkRunner, stub: Stub) -> None:
    url = f"https://127.0.0.1:{stub.port}"
    done = run_fast(*KINDS["create"].arguments, env={"AWS_IAM_URL": url, **ONE_TRY})
    assert assert_reported(done, KINDS["create"]).startswith(SECURE.format(url=url))


@pytest.mark.parametrize("bundle", ["absent.pem", "empty.pem"])
def test_bundle_that_is_none(bundle: str, run_fast: ForkRunner, tls: tuple[Stub, Path]) -> None:
    (run_fast.home / "empty.pem").touch()
    endpoint = tls[0].endpoint(canned("GetUser"))
    done = run_fast(
        *KINDS["read"].arguments,
        env={"AWS_IAM_URL": endpoint.url, "AWS_CA_BUNDLE": bundle, **ONE_TRY},
    )
    assert_reported(done, KINDS["read"])
    assert endpoint.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", ["read", "create"])
def test_proxy_that_is_not_there(
    kind: str, scheme: str, run_fast: ForkRunner, closed: socket.socket
) -> None:
    config = proxied(run_fast, closed.getsockname()[1])
    env = {"AWS_IAM_URL": f"{scheme}://iam.example.com", "CLIENT_CONFIG_FILE": config, **AGAIN}
    done = run_fast(*KINDS[kind].arguments, "-d", env=env)
    assert done.status == 1
    assert "cannot reach the proxy: Connection refused; check the client configuration" in done.err
    assert done.err.count("retrying in") == 1


@pytest.mark.parametrize("kind", ["read", "create"])
def test_proxy_that_refuses(kind: str, run_fast: ForkRunner, stub: Stub) -> None:
    env = {
        "AWS_IAM_URL": "https://iam.example.com",
        "CLIENT_CONFIG_FILE": proxied(run_fast, stub.port),
        **ONE_TRY,
    }
    done = run_fast(*KINDS[kind].arguments, env=env)
    assert assert_reported(done, KINDS[kind]).startswith("cannot reach the proxy: ")


def plain(handler: BaseHTTPRequestHandler) -> None:
    """Send an answer that is not encrypted over a connection that is."""
    os.write(handler.connection.fileno(), b"HTTP/1.1 502 Bad Gateway\r\n\r\n")


ON_THE_WAY_BACK = {"closed": CLOSED, "reset": raw(reset=True), "not encrypted": faulty(plain)}


@pytest.fixture(scope="module")
def tunnel(tls: tuple[Stub, Path]) -> Iterator[Stub]:
    """A proxy that takes the place of the service behind it, with the certificate of ``tls``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls[1])
    running = StubServer(tunnel=context)
    yield running
    running.close()


@pytest.mark.parametrize(
    ("way", "lost"),
    [
        ("proxy", "closed"),
        ("proxy", "reset"),
        ("tunnel", "closed"),
        ("tunnel", "reset"),
        ("tunnel", "not encrypted"),
        ("tls", "closed"),
        ("tls", "reset"),
        ("tls", "not encrypted"),
    ],
)
def test_an_answer_that_is_lost_on_the_way_back(
    way: str, lost: str, run_fast: ForkRunner, stub: Stub, tls: tuple[Stub, Path], tunnel: Stub
) -> None:
    """A change may have been made: it is in doubt, and a removal that is sent again settles it."""
    server = {"proxy": stub, "tunnel": tunnel, "tls": tls[0]}[way]
    run_fast.env["AWS_CA_BUNDLE"] = str(tls[1])
    if way != "tls":
        run_fast.env["CLIENT_CONFIG_FILE"] = proxied(run_fast, server.port)
    scheme = "http" if way == "proxy" else "https"
    answer = ON_THE_WAY_BACK[lost]

    def sent(*answers: Answer, arguments: tuple[str, ...]) -> tuple[Done, list[str]]:
        endpoint = server.endpoint(*answers)
        path = urlsplit(endpoint.url).path
        host = "iam.example.com" if way == "proxy" else "127.0.0.1:1"
        url = endpoint.url if way == "tls" else f"{scheme}://{host}{path}"
        done = run_fast(*arguments, env={"AWS_IAM_URL": url, **AGAIN})
        return done, endpoint.operations

    done, operations = sent(answer, arguments=KINDS["create"].arguments)
    message = assert_reported(done, KINDS["create"])
    assert operations == ["CreateGroup"]
    assert re.search(f"{BROKEN}; CreateGroup may have taken effect, check first: ", message)
    gone = refused("NoSuchEntity", "The user policy with name read cannot be found.", 404)
    done, operations = sent(answer, gone, arguments=KINDS["change"].arguments)
    assert operations == ["DeleteUserPolicy"] * 2
    assert (done.status, done.out) == (0, "")
    assert "the response to DeleteUserPolicy was lost; a second request reports" in done.err


def proxied(run_fast: ForkRunner, port: int) -> str:
    """Write a client configuration for a proxy on ``port``, and return its name."""
    file = run_fast.home / "client.properties"
    file.write_text(f"ClientProxyHost=127.0.0.1\nClientProxyPort={port}\n")
    return str(file)


def test_name_that_nobody_knows(run_fast: ForkRunner) -> None:
    done = run_fast(
        *KINDS["read"].arguments, env={"AWS_IAM_URL": "http://nowhere.invalid", **ONE_TRY}
    )
    message = done.err.splitlines()[-1]
    assert done.status == 1
    assert "cannot connect to http://nowhere.invalid: " in message


def test_name_that_is_none_is_not_sent_and_not_in_doubt(run_fast: ForkRunner) -> None:
    url = f"https://{'a' * 64}.example.invalid"
    done = run_fast(*KINDS["create"].arguments, env={"AWS_IAM_URL": url, **ONE_TRY})
    assert assert_reported(done, KINDS["create"]) == f"Invalid endpoint: {url}"


@pytest.fixture
def full() -> Iterator[str]:
    """The URL of a server whose queue is full, so that nobody gets through to it."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(server.getsockname())
        yield url_of(server)


@pytest.mark.parametrize("kind", ["read", "create"])
def test_connection_that_does_not_come_about(kind: str, run_fast: ForkRunner, full: str) -> None:
    done = run_fast(*KINDS[kind].arguments, env={"AWS_IAM_URL": full, **ONE_TRY, **BRIEFLY})
    message = f"cannot connect to {full}: timed out; set IAMCLI_TIMEOUT to wait longer"
    assert assert_reported(done, KINDS[kind]) == message


@pytest.mark.full
def test_iamcli_run_waits_once_for_a_connection(run: Shell, full: str) -> None:
    """Neither the pool nor the command tries again."""
    env = {"AWS_IAM_URL": full, "AWS_MAX_ATTEMPTS": "1", "IAMCLI_TIMEOUT": "6"}
    begun = time.monotonic()
    done = run("iamcli", "run", *KINDS["read"].arguments, env=env)
    assert 6 <= time.monotonic() - begun < 11.5
    message = f"cannot connect to {full}: timed out; set IAMCLI_TIMEOUT to wait longer"
    assert assert_reported(done, KINDS["read"]) == message


@pytest.mark.parametrize(
    ("mode", "seconds", "shortest", "longest"),
    every(3, [("in-region", "", 1, 10), ("in-region", "2.5", 2.5, 12), ("standard", "", 3, 12)]),
)
def test_defaults_mode_limits_the_time_to_connect(
    mode: str, seconds: str, shortest: float, longest: float, run_fast: ForkRunner, full: str
) -> None:
    """The first mode allows 1.1 s; the variable that the message names allows more."""
    env = {"AWS_IAM_URL": full, "AWS_DEFAULTS_MODE": mode, **ONE_TRY}
    begun = time.monotonic()
    done = run_fast(*KINDS["read"].arguments, env={**env, "IAMCLI_TIMEOUT": seconds})
    assert shortest <= time.monotonic() - begun < longest
    message = f"cannot connect to {full}: timed out; set IAMCLI_TIMEOUT to wait longer"
    assert assert_reported(done, KINDS["read"]) == message


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_defaults_mode_limits_the_time_to_connect_to_a_proxy(
    scheme: str, run_fast: ForkRunner, full: str
) -> None:
    """The mode allows 1.1 s."""
    env = {"AWS_IAM_URL": f"{scheme}://iam.example.com", "AWS_DEFAULTS_MODE": "in-region"}
    file = proxied(run_fast, int(full.rpartition(":")[2]))
    given = {**ONE_TRY, "IAMCLI_TIMEOUT": "", "CLIENT_CONFIG_FILE": file}
    begun = time.monotonic()
    done = run_fast(*KINDS["create"].arguments, env={**env, **given})
    assert 1 <= time.monotonic() - begun < 10
    message = assert_reported(done, KINDS["create"])
    assert message.startswith("cannot reach the proxy: ")
    assert message.endswith(f"; check the client configuration {file}")


@pytest.fixture
def mute() -> Iterator[str]:
    """The URL of a server that accepts connections, and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield url_of(server, "https")


@pytest.mark.parametrize("kind", ["read", "create"])
def test_tls_that_does_not_come_about(kind: str, run_fast: ForkRunner, mute: str) -> None:
    """No request was sent, so a change is not in doubt."""
    done = run_fast(*KINDS[kind].arguments, env={"AWS_IAM_URL": mute, **ONE_TRY, **BRIEFLY})
    message = f"cannot connect to {mute}: timed out; set IAMCLI_TIMEOUT to wait longer"
    assert assert_reported(done, KINDS[kind]) == message


@pytest.mark.parametrize("seconds", every(5, ["1e-9", "1e-7", "1e-6", "1e-5", "1e-4"]))
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", ["read", "create"])
def test_time_that_is_too_short(
    kind: str, scheme: str, seconds: str, run_fast: ForkRunner, full: str
) -> None:
    """Where the time is over is chance; whatever it interrupts, the message is that of the time."""
    url = full.replace("http", scheme)
    env = {"AWS_IAM_URL": url, **ONE_TRY, "IAMCLI_TIMEOUT": seconds}
    for _ in range(5):
        message = assert_reported(run_fast(*KINDS[kind].arguments, env=env), KINDS[kind])
        assert message.count("IAMCLI_TIMEOUT") == 1
        assert message.count(url) == 1
        assert "timed out" in message
