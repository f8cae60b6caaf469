"""Long lists: complete, in order, page by page as they arrive, and in bounded memory."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from support.limits import TIMEOUT
from support.shell import BIN
from support.stub import Answer, faulty, ok

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler


pytestmark = pytest.mark.releases

PAGE = 1000
GROUP = "arn:aws:iam::123456789012:group/Staff"
LAST = "IsTruncated: false"

#: Runs a command and shows its peak memory in KiB on standard error. It is a small process of its
#: own because a child's peak is never less than that of the process that it was forked from.
WATCHER = (
    "import os, sys; "
    "child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ); "
    "_, status, usage = os.wait4(child, 0); "
    "sys.stderr.write(str(usage.ru_maxrss)); "
    "sys.exit(os.waitstatus_to_exitcode(status))"
)

#: Calls IAM often enough for some garbage, and shows how much of it a collection finds at the end.
CALLER = """
import gc, os
from iamcli.operations.service import IAM
from iamcli.config.settings import Settings
from iamcli.output.streams import Reporter
options = dict.fromkeys(("url", "credential_file", "client_config_file"))
iam = IAM(Settings(options, os.environ), Reporter())
for _ in range(150):
    iam.call("ListUsers")
print(gc.collect())
"""


def arn(number: int) -> str:
    return f"arn:aws:iam::123456789012:user/staff/user{number}"


def members(page: int) -> str:
    """Return the users of the page as the service sends them."""
    return "".join(
        f"<member><Path>/staff/</Path><UserName>user{number}</UserName>"
        f"<UserId>AIDA{number:08}EXAMPLE</UserId><Arn>{arn(number)}</Arn>"
        "<CreateDate>2012-09-05T19:38:48Z</CreateDate></member>"
        for number in range(page * PAGE, (page + 1) * PAGE)
    )


def more(page: int, pages: int) -> str:
    """Return what stands behind the users: whether there are more, and where they begin."""
    if page == pages - 1:
        return "<IsTruncated>false</IsTruncated>"
    return f"<IsTruncated>true</IsTruncated><Marker>AAI{page + 1}</Marker>"


def list_users(pages: int) -> Iterator[Answer]:
    for page in range(pages):
        yield ok("ListUsers", f"<Users>{members(page)}</Users>{more(page, pages)}")


def get_group(pages: int) -> Iterator[Answer]:
    group = f"<Group><Arn>{GROUP}</Arn></Group>"
    for page in range(pages):
        yield ok("GetGroup", f"{group}<Users>{members(page)}</Users>{more(page, pages)}")


@pytest.mark.parametrize(
    ("line", "answers", "heading"),
    [
        ("iam-userlistbypath", list_users, []),
        ("iam-grouplistusers -g Staff", get_group, [GROUP, "\tusers"]),
    ],
)
def test_five_thousand_users_are_listed_in_order_over_one_connection(
    run_fast, stub, line, answers, heading
):
    endpoint = stub.endpoint(*answers(5))
    done = run_fast(*line.split(), env={"AWS_IAM_URL": endpoint.url})
    indent = "\t" if heading else ""
    assert (done.status, done.err) == (0, "")
    users = [f"{indent}{arn(number)}" for number in range(5 * PAGE)]
    assert done.out.split("\n") == [*heading, *users, LAST, ""]
    assert [
        (request.parameters["MaxItems"], request.parameters.get("Marker"))
        for request in endpoint.requests
    ] == [("1000", None), ("1000", "AAI1"), ("1000", "AAI2"), ("1000", "AAI3"), ("1000", "AAI4")]
    assert len({request.connection for request in endpoint.requests}) == 1


def test_no_part_of_a_request_waits_for_an_acknowledgement(run_fast, stub):
    pages = 100
    one = f"<Users><member><Arn>{arn(0)}</Arn></member></Users>"
    answers = (ok("ListUsers", f"{one}{more(page, pages)}") for page in range(pages))
    endpoint = stub.endpoint(*answers)
    done = run_fast("iam-userlistbypath", env={"AWS_IAM_URL": endpoint.url})
    assert done == (0, f"{arn(0)}\n" * pages + f"{LAST}\n", "")
    # The kernel delays acknowledgements by 40 ms, but not those of the first packets. Whatever the
    # load of the machine is, one of so many requests has no other delay.
    assert min(request.waited for request in endpoint.requests[20:]) < 0.02


def test_a_page_is_shown_while_the_next_is_awaited(run, stub):
    first, second = list_users(2)
    awaited, sent = threading.Event(), threading.Event()

    def late(handler: BaseHTTPRequestHandler) -> None:
        awaited.wait(TIMEOUT)
        sent.set()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(second.body)))
        handler.end_headers()
        handler.wfile.write(second.body)

    run.env["AWS_IAM_URL"] = stub.endpoint(first, faulty(late)).url
    with run.start("iam-userlistbypath", stdout=subprocess.PIPE) as process:
        assert process.stdout
        shown = [process.stdout.readline() for _ in range(PAGE)]
        assert shown == [f"{arn(number)}\n".encode() for number in range(PAGE)]
        assert not sent.is_set()
        awaited.set()
        assert len(process.stdout.readlines()) == PAGE + 1
    assert process.returncode == 0


def test_memory_does_not_grow_with_the_list(run, stub):
    def peak(pages: int) -> int:
        url = stub.endpoint(*list_users(pages)).url
        watched = [sys.executable, "-S", "-c", WATCHER, str(BIN / "iam-userlistbypath")]
        done = run(*watched, env={"AWS_IAM_URL": url})
        assert len(done.out.splitlines()) == pages * PAGE + 1
        return int(done.err)

    few, many = peak(2), peak(20)
    assert many - few < 1024


def test_garbage_of_earlier_requests_is_collected(run, stub):
    done = run(
        sys.executable, "-c", CALLER, env={"AWS_IAM_URL": stub.endpoint(ok("ListUsers")).url}
    )
    assert (done.status, done.err) == (0, "")
    # Each request leaves about ten objects; Python collects them whenever there are 700.
    assert int(done.out) < 1000


def test_a_reader_that_leaves_ends_the_list(forked, stub):
    endpoint = stub.endpoint(*list_users(20))
    line = "set -o pipefail; iam-userlistbypath | head -1"
    done = forked("bash", "-c", line, env={"AWS_IAM_URL": endpoint.url})
    assert done == (0, f"{arn(0)}\n", "")
    # What the pipe holds may already be read; no more.
    assert len(endpoint.requests) < 5
