"""A hostile or broken service: one line, exit status 1, in bounded time.

Each fault occurs in the response to a command of each kind, at its main request.
"""

from __future__ import annotations

import errno
import itertools
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from support.faults import CLOSED, SILENT, headed, raw, then_silent
from support.kinds import BRIEFLY, BROKEN, HTML, KINDS, WAITS, Kind, assert_reported, meet
from support.limits import NEVER
from support.moments import at_start
from support.requirements import needs
from support.selection import one_of_each
from support.streams import internal_errors
from support.stub import Answer, canned, ok, refused

from iamcli.client.model import full_model, slim_model
from iamcli.errors import Failure, unexpected
from iamcli.operations.pagination import Listing, list_all
from iamcli.output.streams import Reporter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


pytestmark = pytest.mark.releases


def chunked(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


DECLARATION = b'<?xml version="1.0"?>'
ENTITIES = [
    b'<!ENTITY %c "%s">' % (98 + level, (b"&%c;" % (97 + level)) * 10) for level in range(9)
]
BOMB = DECLARATION + b'<!DOCTYPE a [<!ENTITY a "%s">%s]><a>&j;</a>' % (
    b"a" * 100,
    b"".join(ENTITIES),
)
EXTERNAL = DECLARATION + b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


class Fault(NamedTuple):
    """What is answered to an operation, and what the message has to say of it."""

    answer: Callable[[str], Answer]
    pattern: str


def whole(operation: str, inside: bytes = b"") -> bytes:
    """Return an answer that is right but for its result, which has nothing but ``inside``."""
    return ok(operation, "@").body.replace(b"@", inside)


NOT_IAM = r"not an IAM response; is this an IAM endpoint\?"
IN_TIME = r"timed out before http://\S+ sent a complete response; set IAMCLI_TIMEOUT to wait longer"
STATUS = r"unexpected HTTP {} from http://\S+ for \w+, not an IAM response"

DEEP = b"<a>" * 50_000 + b"</a>" * 50_000


def always(answer: Answer, pattern: str = NOT_IAM) -> Fault:
    return Fault(lambda _operation: answer, pattern)


def edited(edit: Callable[[bytes], bytes], pattern: str = NOT_IAM) -> Fault:
    """An answer that is right but for what ``edit`` changes."""
    return Fault(lambda operation: Answer(edit(whole(operation))), pattern)


def filled(inside: bytes, pattern: str = NOT_IAM) -> Fault:
    return Fault(lambda operation: Answer(whole(operation, inside)), pattern)


def of_length(length: str, cut: int = 0, pattern: str = NOT_IAM) -> Fault:
    """The right answer without its last ``cut`` bytes; its header says it has another length."""

    def answer(operation: str) -> Answer:
        body = whole(operation)
        answer = headed(body[: len(body) - cut], "Content-Length: @")
        return raw(answer.replace(b"@", length.encode("latin-1"), 1))

    return Fault(answer, pattern)


FAULTS = {
    "html": always(Answer(HTML, headers={"Content-Type": "text/html"})),
    "html that is no xml": always(Answer(b"<html><p>hi<br></html>")),
    "response to another operation": always(ok("AcceptUser")),
    "other xml": always(Answer(b"<rss><channel/></rss>")),
    # The name of its root element sorts before those of all operations.
    "other xml, A": always(Answer(b"<A><channel/></A>")),
    "another operation's": always(ok("ListSomethingElse")),
    "json": always(Answer(b'{"message": "Missing Authentication Token"}')),
    "text": always(Answer(b"it works!")),
    "empty": always(Answer(b"")),
    "no content": always(Answer(b"", 204)),
    "refusal with status 200": always(Answer(refused("Throttled", "no").body)),
    "cut": edited(lambda body: body[:-30]),
    "binary": always(Answer(bytes(range(256)) * 8)),
    "utf-16": edited(lambda body: body.decode().encode("utf-16")),
    "wrong bytes": edited(lambda body: body.replace(b"EXAMPLE", b"\xff\xfe")),
    "gzip": always(Answer(b"\x1f\x8b\x08" + b"\0" * 40, headers={"Content-Encoding": "gzip"})),
    "entity bomb": always(Answer(BOMB)),
    "external entity": always(Answer(EXTERNAL)),
    "document type": edited(lambda body: DECLARATION + b"<!DOCTYPE a>" + body),
    "root element in a document type": Fault(
        lambda operation: Answer(
            DECLARATION
            + b'<!DOCTYPE a [<!ENTITY b "?><%sResponse>">]>' % operation.encode()
            + whole(operation)
        ),
        NOT_IAM,
    ),
    "deep": filled(b"<a>" * (1 << 20)),
    "deep error": always(Answer(b"<ErrorResponse>%b</ErrorResponse>" % DEEP, 400)),
    "deep and closed": filled(b"<a>" * (1 << 20) + b"</a>" * (1 << 20)),
    "wide": filled(b"<b/>" * (3 << 20)),
    "huge": filled(b"<a>" + b"x" * (16 << 20) + b"</a>", "larger than 16777216 bytes"),
    "endless": always(
        raw(headed(b"", "Transfer-Encoding: chunked"), *[chunked(b"x" * (1 << 20))] * 40),
        "larger than 16777216 bytes",
    ),
    "length too long": of_length("9999", pattern=BROKEN),
    "length too short": of_length("40"),
    "length is no number": of_length("many", cut=9),
    "length is a superscript": of_length("\xb2", cut=9),
    "length of many digits": of_length("9" * 5000, cut=9),
    "two lengths": always(
        raw(headed(HTML, "Content-Length: 1", "Content-Length: 2")), f"{NOT_IAM}|{BROKEN}"
    ),
    "chunks cut": always(raw(headed(b"ff\r\n<a>", "Transfer-Encoding: chunked")), BROKEN),
    "chunks without size": always(
        raw(headed(b"zz\r\n<a>\r\n", "Transfer-Encoding: chunked")), BROKEN
    ),
    "no http": always(raw(b"SSH-2.0-OpenSSH_9.6\r\n"), BROKEN),
    "endless header": always(raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 99999), BROKEN),
    "many headers": always(raw(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 9999), BROKEN),
    "closed before an answer": always(CLOSED, BROKEN),
    "reset before an answer": always(raw(reset=True), BROKEN),
    "reset amid the headers": always(raw(b"HTTP/1.1 200 OK\r\nCont", reset=True), BROKEN),
    "reset amid the body": always(raw(headed(b"<Cre", "Content-Length: 999"), reset=True), BROKEN),
    "silence": always(SILENT, IN_TIME),
    "silence after the headers": always(then_silent(headed(b"", "Content-Length: 99")), IN_TIME),
    "drip of headers": always(
        raw(b"HTTP/1.1 200 OK\r\n", *[b"X: x\r\n"] * 9 * NEVER, pause=WAITS / 9), IN_TIME
    ),
    "drip of the body": always(
        raw(headed(b"", f"Content-Length: {9 * NEVER}"), *[b"x"] * 9 * NEVER, pause=WAITS / 9),
        IN_TIME,
    ),
    "continue for ever": always(
        raw(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 9 * NEVER, pause=WAITS / 9), IN_TIME
    ),
    "early hints": always(raw(headed(b"", status="103 Early Hints")), f"{NOT_IAM}|{BROKEN}"),
    **{
        f"redirect {status}": always(
            Answer(b"", status, {"Location": "http://127.0.0.1:1/elsewhere"}),
            f"{STATUS.format(status)}|{NOT_IAM}",
        )
        for status in (300, 301, 302, 303, 307, 308)
    },
    **{
        f"{status} with html": always(Answer(HTML, status), STATUS.format(status))
        for status in (400, 401, 403, 404, 407, 413, 429, 500, 502, 503, 504)
    },
    "500 with no XML": always(
        Answer(b"xErrorResponse><Error><Code>A</Code></Error>", 500), STATUS.format(500)
    ),
    **{
        f"{status} empty": always(Answer(b"", status), STATUS.format(status))
        for status in (400, 403, 404, 418, 500, 503, 599)
    },
    **{
        f"{status} with {code}": always(
            refused(code, "in its own words", status), f"^{code}: in its own words"
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
    # As EC2 and some servers send it.
    "403 with Response": always(
        Answer(
            b"<Response><Errors><Error><Code>AccessDenied</Code><Message>in its own words"
            b"</Message></Error></Errors></Response>",
            403,
        ),
        "^AccessDenied: in its own words",
    ),
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


@pytest.mark.parametrize(("kind", "fault"), one_of_each(1, PAIRS))
def test_fault_is_one_line(kind, fault, run_fast, stub):
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
def test_status_300_is_no_success(kind, run_fast, stub):
    operation = KINDS[kind].operation
    done, _ = meet(run_fast, stub, KINDS[kind], ok(operation)._replace(status=300))
    said = assert_reported(done, KINDS[kind])
    assert re.search(f"{STATUS.format(300)}|{NOT_IAM}", said)


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
def test_answer_without_what_it_should_hold(arguments, run_fast, stub):
    operation, member = LACKING[arguments]
    done, _ = meet(run_fast, stub, Kind(arguments, operation, {}), ok(operation))
    message = f"{arguments[0]}: unexpected response: it has no {member}; is this an IAM endpoint?"
    doubt = f"; {operation} may have taken effect, check first: .*"
    changes = not operation.startswith("Get")
    assert (done.status, done.out) == (1, "")
    assert re.fullmatch(f"{re.escape(message)}{doubt if changes else ''}\n", done.err)


def test_member_that_the_model_leaves_out_is_not_called_missing(run_fast, stub):
    """Someone who writes a command that prints it is told where it was left out."""
    date = "<CreateDate>2012-05-01T12:34:56Z</CreateDate>"
    endpoint = stub.endpoint(ok("GetUser", f"<User><UserId>AIDA</UserId>{date}</User>"))
    printing = (
        "from iamcli.commands import users\nusers.arn_and_id = lambda u, _: [u['CreateDate']]"
    )
    env = {"AWS_IAM_URL": endpoint.url}
    done = run_fast("iam-usergetattributes", "-u", "bob", env=env, before=printing)
    assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
    assert (
        "LookupError: iamcli/client/model.json has no CreateDate in User; if it is in UNREAD"
        in done.err
    )
    assert "is this an IAM endpoint?" not in done.err
    assert internal_errors()


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
def test_what_occurs_more_than_once_is_no_answer(inside, run_fast, stub):
    kind = KINDS["list"]
    done, _ = meet(run_fast, stub, kind, ok("ListUsers", inside))
    assert re.search(NOT_IAM, assert_reported(done, kind))


@pytest.mark.parametrize("complete", [False, True])
def test_each_member_of_the_model_is_an_element_of_its_own(*, complete):
    """The parser relies on it."""
    model = full_model() if complete else slim_model()
    structures = [model.shape_for(name) for name in model.shape_names]
    members = [
        (shape.name, name, member.serialization)
        for shape in structures
        if shape.type_name == "structure"
        for name, member in shape.members.items()
    ]
    assert len(members) > 100
    assert [each for each in members if each[2].keys() - {"name"}] == []


@pytest.mark.parametrize("entry", ["<key>Users</key><value>many</value>", "<key>Users</key>"])
def test_number_that_is_none(entry, run_fast, stub):
    summary = f"<SummaryMap><entry>{entry}</entry></SummaryMap>"
    kind = Kind(("iam-accountgetsummary",), "GetAccountSummary", {})
    done, _ = meet(run_fast, stub, kind, ok("GetAccountSummary", summary))
    assert re.search(NOT_IAM, assert_reported(done, kind))


class Endless:
    """A service whose lists never end."""

    strict = False
    reporter = Reporter()

    def __init__(self, markers: Iterator[str]) -> None:
        self._markers = markers
        self.requests = 0

    def send(self, _operation: str, **_parameters: object) -> dict[str, object]:
        self.requests += 1
        return {"Users": ["x"], "IsTruncated": True, "Marker": next(self._markers)}


@pytest.mark.parametrize("markers", [map(str, itertools.count()), itertools.cycle("ab")])
def test_list_without_end_is_given_up(markers):
    endless: Any = Endless(markers)
    with pytest.raises(Failure, match="has more than 1000 pages"):
        list_all(endless, "ListUsers", "Users")
    assert endless.requests == 1000
    with pytest.raises(Failure, match="has more than 1000 pages"):
        list(Listing(endless, "ListUsers", None, None).entries("Users"))
    assert endless.requests == 2000


class Pages:
    """A service with a list of some entries, of which it gives one a page; ``last``: the last."""

    reporter = Reporter()
    last = 4

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.asked: list[tuple[object, object]] = []

    def send(self, _operation: str, *, Marker: str | None, MaxItems: int) -> dict[str, object]:  # noqa: N803
        self.asked.append((Marker, MaxItems))
        place = int(Marker or 0)
        more = {"IsTruncated": True, "Marker": str(place + 1)} if place < self.last else {}
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
def test_list_is_read_to_its_end_or_a_page(size, marker, *, strict, asked, footer):
    pages = Pages(strict=strict)
    listing = Listing(pages, "ListUsers", size, marker)  # type: ignore[arg-type]
    first = int(marker or 0)
    assert list(listing.entries("Users")) == [f"user{first + n}" for n in range(len(asked))]
    assert pages.asked == asked
    labels = ["IsTruncated: ", "Marker: "]
    assert list(listing.footer()) == [
        f"{label}{value}" for label, value in zip(labels, footer, strict=False)
    ]


def test_the_longest_list_is_read_to_its_end():
    pages: Any = Pages()
    pages.last = 999
    assert len(list_all(pages, "ListUsers", "Users", MaxItems=1)) == 1000


@pytest.mark.parametrize("marker", ["", "<Marker/>", "<Marker>a</Marker>"])
def test_list_that_goes_on_nowhere(marker, run_fast, stub):
    page = ok("ListUsers", f"<Users/><IsTruncated>true</IsTruncated>{marker}")
    done, _ = meet(run_fast, stub, KINDS["list"], page)
    said = "unexpected response: the list is truncated but has no new marker"
    assert assert_reported(done, KINDS["list"]) == said


def test_list_that_breaks_amid_shows_no_footer(run_fast, stub):
    kind = KINDS["list"]._replace(shown="arn:aws:iam::123456789012:user/staff/bob\n")
    done, _ = meet(run_fast, stub, kind, canned("ListUsers-truncated"), raw())
    assert done.status == 1
    assert done.out.startswith("arn:")
    assert "IsTruncated" not in done.out
    assert re.search(BROKEN, done.err)


def test_redirect_is_not_followed_and_nothing_leaks(run_fast, stub):
    elsewhere = stub.endpoint(canned("GetUser"))
    for status in (301, 302, 303, 307, 308):
        answer = Answer(b"", status, {"Location": elsewhere.url})
        done, _ = meet(run_fast, stub, KINDS["read"], answer)
        assert_reported(done, KINDS["read"])
    assert elsewhere.requests == []


def test_a_response_in_chunks_is_valid(run_fast, stub):
    body = canned("GetUser").body
    parts = chunked(body[:100], body[100:], b"")
    answer = raw(headed(parts, "Transfer-Encoding: chunked"))
    done, _ = meet(run_fast, stub, KINDS["read"], answer)
    assert (done.status, done.err) == (0, "")


def test_the_longest_response_is_valid(run_fast, stub):
    answer = canned("GetUser")
    longest = answer._replace(body=answer.body.ljust(16 << 20))
    done, _ = meet(run_fast, stub, KINDS["read"], longest)
    assert (done.status, done.err) == (0, "")
    done, _ = meet(run_fast, stub, KINDS["read"], longest._replace(body=longest.body + b" "))
    assert "larger than 16777216 bytes" in assert_reported(done, KINDS["read"])


# Memory.

#: Leaves a process these KiB more memory than it has.
LITTLE = """
import resource
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + ({} << 10)
resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
"""
#: A response that takes more than 16 MiB: its bytes, and their text.
LARGE = Answer(b"<ListUsersResponse>" + b" " * (12 << 20) + b"</ListUsersResponse>")
OUT = "out of memory; to see the limit of the shell, run: ulimit -v"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["iam-userlistbypath"], f"iam-userlistbypath: {OUT}\n"),
        (["iamcli", "snapshot", "x.json"], f"iamcli: {OUT}\n"),
        (
            ["iam-usercreate", "-u", "bob"],
            f"iam-usercreate: {OUT}; CreateUser may have taken effect, check first: ",
        ),
    ],
)
@needs("/proc/self/statm")
def test_no_memory_is_one_plain_line(arguments, said, run_fast, stub):
    env = {"AWS_IAM_URL": stub.endpoint(LARGE).url}
    done = run_fast(*arguments, env=env, before=LITTLE.format(16 << 10))
    assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith(said)


@needs("/proc/self/statm")
def test_without_memory_it_is_still_said_what_may_have_been_changed(run_fast, stub):
    sent = 0
    for amount in range(0, 6000, 150):
        endpoint = stub.endpoint(LARGE)
        env = {"AWS_IAM_URL": endpoint.url}
        done = run_fast("iam-usercreate", "-u", "bob", env=env, before=LITTLE.format(amount))
        assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
        assert done.err.startswith(f"iam-usercreate: {OUT}")
        if endpoint.requests:
            sent += 1
            assert "CreateUser may have taken effect, check first: " in done.err
    assert sent


@pytest.mark.full
@needs("/proc/self/statm")
def test_memory_that_is_enough_for_the_help_only(run, stub):
    """Then there is not even enough to import what reports other errors."""
    run.env["AWS_IAM_URL"] = stub.endpoint(ok("ListUsers", "<IsTruncated>false</IsTruncated>")).url
    limited = ("sh", "-c", 'ulimit -v "$0"; exec "$@"')
    limits = range(20_000, 200_000, 1000)
    least = next(n for n in limits if run(*limited, str(n), "iam-userlistbypath", "-h").status == 0)
    for limit in range(least + 2000, least + 8000, 1000):
        done = run(*limited, str(limit), "iam-userlistbypath")
        # Python's hashlib may log what it lacks.
        assert (done.status, done.out, "iamcli/" in done.err) == (1, "", False)
        assert done.err.splitlines()[-1].startswith("iam-userlistbypath: ")
    # A module that lacks memory can fail in any way.
    internal_errors()


NOT_INSTALLED = (
    "{0} is not installed for this Python; install iamcli again, or run: "
    f"{sys.executable} -m pip install click botocore"
)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MemoryError(), OUT),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), OUT),
        (
            ImportError("libssl.so.3: failed to map segment from shared object"),
            (
                "cannot load a library, perhaps for lack of memory: libssl.so.3: failed to map "
                "segment from shared object"
            ),
        ),
        (ModuleNotFoundError(name="botocore"), NOT_INSTALLED.format("botocore")),
        (ModuleNotFoundError(name="botocore.session"), NOT_INSTALLED.format("botocore")),
        (ModuleNotFoundError(name="dateutil.tz"), NOT_INSTALLED.format("dateutil")),
        (
            ModuleNotFoundError(name="http.client"),
            f"{sys.executable} lacks the module http; install the package python3",
        ),
        *(
            (
                ModuleNotFoundError(f"No module named '{name}'", name=name),
                f"internal error, report it: ModuleNotFoundError: No module named '{name}'",
            )
            for name in ("_ssl", "iamcli.absent")
        ),
        (OSError(errno.EIO, "x"), f"internal error, report it: OSError: [Errno {errno.EIO}] x"),
    ],
)
def test_what_is_said_of_an_error_that_no_code_expects(error, said):
    assert unexpected(error, "report it") == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("MemoryError", OUT),
        ("ImportError('libssl.so.3: failed to map segment')", "cannot load a library, perhaps"),
        ("None", "internal error, report it: ImportError: cannot import name 'hidden'"),
    ],
)
def test_a_package_that_hides_why_a_module_is_missing(error, said, tmp_path, monkeypatch):
    """As urllib3 does with ssl, if there is no memory for it."""
    source = f"error = {error}\nif error:\n    raise error\n"
    (tmp_path / "hidden.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "hidden", raising=False)
    caught = ImportError("cannot import name 'hidden' from 'urllib3.util'")
    assert unexpected(caught, "report it").startswith(said)


@pytest.mark.parametrize(
    ("package", "program", "start"),
    [
        ("botocore", "iam-userlistbypath", "commands.users import userlistbypath as start"),
        ("click", "iamcli", "cli import main as start"),
    ],
)
def test_an_incomplete_installation(package, program, start, run):
    code = f"import sys; sys.modules['{package}'] = None; sys.argv = ['{program}']; "
    done = run(sys.executable, "-c", f"{code}from iamcli.{start}; sys.exit(start())")
    assert (done.status, done.out) == (1, "")
    assert done.err == f"{program}: {NOT_INSTALLED.format(package)}\n"


@pytest.mark.parametrize(
    ("module", "line"), [("iamcli.config.settings", "iam-userlistbypath"), ("click", "iamcli list")]
)
def test_a_module_that_cannot_be_read(module, line, run):
    code = f"""
import sys
def audit(event, arguments):
    if event == "import" and arguments[0] == {module!r}:
        raise PermissionError(13, "Permission denied", "x.py")
sys.addaudithook(audit)
"""
    done = run(*line.split(), env=at_start(code))
    assert (done.status, done.err.count("\n")) == (1, 1)
    assert done.err.startswith(f"{line.split()[0]}: internal error, please report it")
    assert done.err.endswith("PermissionError: [Errno 13] Permission denied: 'x.py'\n")
    assert internal_errors()
