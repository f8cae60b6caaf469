"""The progress line: on a terminal only, never beside data, and gone at the end."""

from __future__ import annotations

import os
import signal
import termios
from typing import TYPE_CHECKING

import pytest
from support.account import ARN, Account
from support.faults import CLOSED, SILENT
from support.forked import BEFORE
from support.limits import TIMEOUT
from support.stub import Answer, ok, refused
from support.terminal import SIZE, Terminal, rows, terminal_pair

from iamcli.output import streams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.stub import Endpoint, Request

USER = "<User><Arn>arn</Arn><UserId>id</UserId></User>"
THROTTLED = refused("Throttling", "Rate exceeded")
FAILED = refused("ServiceFailure", "The request processing has failed.", 503)
GONE = refused("NoSuchEntity", "The user with name bob cannot be found.", 404)
CONFLICT = refused("DeleteConflict", "Cannot delete entity.", 409)
THINGS = {
    "ListAccessKeys": ["AKIAI44QH8DHBEXAMPLE", "AKIAIOSFODNN7EXAMPLE2"],
    "ListUserPolicies": ["one", "two"],
}


class Meeting(Account):
    """A user's account that gives another answer to the first request for an operation."""

    def __init__(self, url: str, operation: str, first: Answer) -> None:
        super().__init__(url, "User", THINGS)
        self._first = {operation: first}

    def answer(self, request: Request) -> Answer:
        """Answer a request."""
        return self._first.pop(request.operation, None) or super().answer(request)


def pages(number: int) -> list[Answer]:
    """Return the pages of a list with two users on each."""
    found = []
    for page in range(number):
        users = "".join(f"<member><Arn>{ARN}user/{page}{letter}</Arn></member>" for letter in "ab")
        more = f"<IsTruncated>true</IsTruncated><Marker>{page}</Marker>"
        found.append(ok("ListUsers", f"<Users>{users}</Users>{more if page < number - 1 else ''}"))
    return found


def lines(number: int) -> list[str]:
    """Return what the list prints."""
    arns = [f"{ARN}user/{page}{letter}" for page in range(number) for letter in "ab"]
    return [*arns, "IsTruncated: false"]


def at(endpoint: Endpoint, **env: str) -> Mapping[str, str]:
    """Return the variables for a command that asks ``endpoint``."""
    return {"AWS_IAM_URL": endpoint.url, **env}


def steps(shown: str) -> list[str]:
    """Return the progress lines that a terminal has shown, one after the other."""
    parts = [part.partition("\x1b[K")[0] for part in shown.split("\r") if "\x1b[K" in part]
    return [part for part in parts if part]


def test_a_long_list_in_a_file(typed, stub):
    shown = typed("iam-userlistbypath > list", at(stub.endpoint(*pages(5))))
    assert steps(shown) == ["4 entries read", "6 entries read", "8 entries read"]
    assert rows(shown) == [""]
    assert (typed.home / "list").read_text().splitlines() == lines(5)


@pytest.mark.parametrize(
    ("line", "env", "number"),
    [
        ("iam-userlistbypath > list", {}, 2),
        # Lines go to the terminal, or to a program that may print them there.
        ("iam-userlistbypath", {}, 4),
        ("iam-userlistbypath | cat", {}, 4),
        # Pipes and logs.
        ("iam-userlistbypath 2>&1 >list | cat", {}, 4),
        ("iam-userlistbypath > list 2>log; cat log", {}, 4),
        ("iam-userlistbypath > list", {"TERM": "dumb"}, 4),
        ("iam-userlistbypath -i 1000 > list", {"IAMCLI_STRICT": "1"}, 1),
    ],
)
def test_no_progress(line, env, number, typed, stub):
    shown = typed(line, at(stub.endpoint(*pages(number)), **env))
    file = typed.home / "list"
    listed = file.read_text().splitlines() if file.exists() else []
    assert [*shown.splitlines(), *listed] == lines(number)


def test_no_progress_beside_debug_output(typed, stub):
    shown = typed("iam-userlistbypath -d > list", at(stub.endpoint(*pages(4))))
    assert shown.count("debug: ListUsers succeeded") == 4
    assert steps(shown) == []


REMOVED = [
    "reading what belongs to user bob",
    "removing 1 of 5: access key AKIAI44QH8DHBEXAMPLE",
    "removing 2 of 5: access key AKIAIOSFODNN7EXAMPLE2",
    "removing 3 of 5: policy one",
    "removing 4 of 5: policy two",
    "removing 5 of 5: user bob",
]


def test_a_recursive_removal(typed, stub):
    account = stub.add(lambda url: Account(url, "User", THINGS))
    shown = typed("iam-userdel -u bob -r; echo $?", at(account))
    assert steps(shown) == REMOVED
    assert rows(shown) == ["0", ""]
    assert not account.exists


def test_an_error_comes_after_the_line_was_erased(typed, stub):
    account = stub.add(lambda url: Account(url, "User", THINGS))
    account.refuse = ("DeleteUserPolicy", 1)
    shown = typed("iam-userdel -u bob -r", at(account))
    assert steps(shown) == REMOVED[:5]
    keys = "access key AKIAI44QH8DHBEXAMPLE, access key AKIAIOSFODNN7EXAMPLE2"
    assert "".join(rows(shown)) == (
        "iam-userdel: ServiceFailure: not now"
        f"iam-userdel: removed: {keys}, policy one; left: policy two, user bob"
    )


def test_an_interrupt_erases_the_line(run, stub):
    account = stub.add(lambda url: Meeting(url, "DeleteUserPolicy", SILENT))
    terminal = Terminal("iam-userdel", "-u", "bob", "-r", env={**run.env, **at(account)})
    terminal.wait_for(REMOVED[3])
    terminal.type("\x03")
    assert terminal.status() == -signal.SIGINT
    # Of the progress line and of the ^C that the terminal has shown, nothing is left.
    assert "^C" in terminal.shown
    assert rows(terminal.shown, SIZE[1])[0].startswith("iam-userdel: interrupted; ")


def test_a_terminal_that_is_stopped_stops_no_command(monkeypatch):
    """As by Ctrl-S: the line is omitted."""
    monkeypatch.setattr(streams, "_WRITE_TIMEOUT", 10)
    master, slave = terminal_pair()
    termios.tcflow(slave, termios.TCOOFF)
    child = os.fork()
    if child == 0:
        signal.alarm(TIMEOUT)
        os.dup2(slave, 2)
        streams.Output("iam-x", strict=False).progress.step("one")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    os.close(slave)
    os.close(master)


def test_a_line_is_never_wider_than_the_terminal(typed, stub):
    name = "caf\u00e9-" + "x" * 100
    account = stub.add(lambda url: Account(url, "User", {"ListUserPolicies": [name]}))
    shown = typed("iam-userdel -u bob -r", at(account), size=(24, 40))
    assert steps(shown)[1] == r"removing 1 of 2: policy caf\xe9-xxxxxxxx"[:39]
    assert rows(shown, 40) == [""]


#: Chance selects a known part of the longest pause, also where botocore has already got it.
LUCK = """
import random
from botocore.retries.standard import ExponentialBackoff
made, real = ExponentialBackoff.__init__, random.random
random.random = lambda: {part}
made.__defaults__ = tuple(random.random if each == real else each for each in made.__defaults__)
"""


def pausing(part: float) -> dict[str, str]:
    """Variables for a command that pauses for ``part`` of a second before a second request."""
    return {BEFORE: LUCK.format(part=part)}


@pytest.mark.parametrize(
    ("first", "reason"),
    [(THROTTLED, "requests are throttled"), (FAILED, "GetUser failed"), (CLOSED, "GetUser failed")],
)
def test_a_wait_before_a_request_is_sent_again(first, reason, typed, stub):
    answers = [first, ok("GetUser", USER)]
    line = "iam-usergetattributes -u bob"
    # Of the modes, only this one pauses as long after each kind of failure with each botocore.
    env = {"AWS_RETRY_MODE": "legacy", **pausing(0.14)}
    shown = typed(line, at(stub.endpoint(*answers), **env))
    assert steps(shown) == [f"{reason}; trying again in 0.1 s"]
    assert rows(shown) == ["arn", "id", ""]
    env["IAMCLI_STRICT"] = "1"
    shown = typed(line, at(stub.endpoint(*answers), **env))
    assert shown == "arn\r\nid\r\n"


def test_a_short_wait_is_not_shown(typed, stub):
    endpoint = stub.endpoint(THROTTLED, ok("GetUser", USER))
    env = {"AWS_RETRY_MODE": "legacy", **pausing(0.04)}
    assert typed("iam-usergetattributes -u bob", at(endpoint, **env)) == "arn\r\nid\r\n"
    assert endpoint.operations == ["GetUser"] * 2


def test_a_wait_for_a_new_user(typed, stub):
    endpoint = stub.endpoint(ok("CreateUser", USER)).on("GetGroup", ok("GetGroup", "<Group/>"))
    endpoint.on("AddUserToGroup", GONE, ok("AddUserToGroup"))
    shown = typed("iam-usercreate -u bob -g g -v", at(endpoint))
    assert steps(shown) == ["user bob may not be visible yet; trying again in 0.5 s"]
    assert rows(shown) == ["arn", "id", ""]


@pytest.mark.parametrize(
    ("first", "reason"), [(THROTTLED, "requests are throttled"), (CONFLICT, "DeleteConflict")]
)
def test_a_wait_is_shown_after_the_step(first, reason, typed, stub):
    account = stub.add(lambda url: Meeting(url, "DeleteUser", first))
    seen = steps(typed("iam-userdel -u bob -r", at(account, **pausing(0.5))))
    *_, before, waiting, after = seen
    assert before == after == REMOVED[-1]
    assert waiting == f"{REMOVED[-1]}; {reason}; trying again in 0.5 s"
    assert not account.exists
