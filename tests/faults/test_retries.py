"""What is sent again and what is not, how often, and how long a command waits."""

from __future__ import annotations

import itertools
import re

import pytest
from botocore.exceptions import HTTPClientError
from support.cases import OPERATIONS
from support.cases.case import SECRET_FILE
from support.cases.prepared import write_files
from support.faults import CLOSED, SILENT, headed, raw
from support.kinds import (
    AGAIN,
    BRIEFLY,
    GROUP,
    HTML,
    KINDS,
    NOTHING,
    Kind,
    answering,
    assert_reported,
    meet,
)
from support.selection import every, in_full, one_of_each, usual
from support.stub import Answer, canned, ok, refused

from iamcli.client.changes import CREATIONS, ONCE
from iamcli.client.retries import NOT_ARRIVED

pytestmark = pytest.mark.releases

LOST = {
    "reset": raw(reset=True),
    "closed": CLOSED,
    "cut": raw(headed(b"<Cre", "Content-Length: 999")),
    "time-out": SILENT,
    "gateway's time-out": Answer(HTML, 504),
    "gateway's refusal": Answer(HTML, 503),
    "service's failure": refused("ServiceFailure", "something broke", 500),
    "service's absence": refused("ServiceUnavailable", "try again later", 503),
}
#: For each operation that must not be sent twice: the command, and the way to look.
CREATING = {
    **{name: (case.line, case.check) for name, case in OPERATIONS.items() if case.once},
    "CreateInstanceProfile": (
        "iam-instanceprofilecreate -s web",
        "iam-instanceprofilegetattributes -s web",
    ),
    # A shell would look for a program of that name.
    "CreateUser": ("iam-usercreate -u =bob", "iam-usergetattributes -u '=bob'"),
}


def test_errors_of_a_connection_that_was_not_made_have_classes_of_their_own():
    """What was sent and what was not are told apart by them."""
    assert not [error for error in NOT_ARRIVED if issubclass(error, HTTPClientError)]


def test_what_must_not_be_sent_twice_is_in_the_table():
    assert set(CREATING) == {*CREATIONS, *ONCE}


@pytest.mark.parametrize(
    ("operation", "lost"),
    [
        *one_of_each(0, itertools.product(CREATING, ["reset", "gateway's time-out"])),
        *every(3, [("CreateAccessKey", lost) for lost in LOST]),
    ],
)
def test_creating_is_sent_once_and_its_outcome_is_unknown(operation, lost, run_fast, stub):
    line, look = CREATING[operation]
    write_files(run_fast.home)
    kind = Kind(tuple(line.split()), operation, {})
    env = AGAIN | (BRIEFLY if lost == "time-out" else {})
    done, endpoint = meet(run_fast, stub, kind, LOST[lost], **env)
    message = assert_reported(done, kind)
    assert message.endswith(f"; {operation} may have taken effect, check first: {look}")
    assert endpoint.operations == [operation]
    assert not (run_fast.home / SECRET_FILE).exists()


@pytest.mark.parametrize("operation", ["CreateAccessKey", "UploadSigningCertificate"])
def test_the_way_to_look_names_no_user_where_none_was_named(operation, run_fast, stub):
    write_files(run_fast.home)
    arguments, look = CREATING[operation]
    kind = Kind(tuple(arguments.replace(" -u bob", "").split()), operation, {})
    done, _ = meet(run_fast, stub, kind, CLOSED)
    assert assert_reported(done, kind).endswith(f"check first: {look.removesuffix(' -u bob')}")


@pytest.mark.parametrize("lost", LOST)
def test_reading_is_sent_again(lost, run_fast, stub):
    env = AGAIN | (BRIEFLY if lost == "time-out" else {})
    done, endpoint = meet(run_fast, stub, KINDS["read"], LOST[lost], canned("GetUser"), **env)
    assert (done.status, done.err) == (0, "")
    assert endpoint.operations == ["GetUser"] * 2


THROTTLED = {
    "Throttling": refused("Throttling", "Rate exceeded"),
    "RequestLimitExceeded": refused("RequestLimitExceeded", "slow down", 503),
    "429": Answer(HTML, 429),
    "TooManyRequestsException": refused("TooManyRequestsException", "slow down", 429),
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
    every(5, [("Throttling", "adaptive"), *itertools.product(THROTTLED, ["standard", "legacy"])]),
)
def test_throttling_is_sent_again_even_where_something_is_created(throttled, mode, run_fast, stub):
    env = {**AGAIN, "AWS_RETRY_MODE": mode}
    answers = (THROTTLED[throttled], ok("CreateGroup", GROUP))
    done, endpoint = meet(run_fast, stub, KINDS["create"], *answers, **env)
    assert (done.status, done.out, done.err) == (0, "arn:Admin\nAGPA1\n", "")
    assert endpoint.operations == ["CreateGroup"] * 2


@pytest.mark.parametrize(
    ("kind", "code"),
    every(9, itertools.product(KINDS, ["EntityTemporarilyUnmodifiable", "ConcurrentModification"])),
)
def test_what_stays_unmodifiable_is_told_in_the_services_words(kind, code, run_fast, stub):
    done, endpoint = meet(run_fast, stub, KINDS[kind], THROTTLED[code], **AGAIN)
    assert assert_reported(done, KINDS[kind]) == f"{code}: nothing was done"
    assert endpoint.operations.count(KINDS[kind].operation) == 2


def test_waits_grow(run_fast, stub):
    kind = KINDS["read"]
    arguments = (*kind.arguments, "-d")
    env = {"AWS_MAX_ATTEMPTS": "3"}
    done, _ = meet(run_fast, stub, kind._replace(arguments=arguments), THROTTLED["429"], **env)
    waits = [float(wait) for wait in re.findall(r"retrying in ([0-9.]+) s", done.err)]
    assert len(waits) == 2
    assert 0 <= waits[0] <= 1
    assert 0 <= waits[1] <= 2


@pytest.mark.parametrize(
    ("mode", "attempts"),
    [
        ("standard", 1),
        in_full("standard", 2),
        in_full("legacy", 1),
        ("LEGACY", 2),
        in_full("legacy", 3),
    ],
)
def test_attempts_of_the_environment(attempts, mode, run_fast, stub):
    env = {"AWS_MAX_ATTEMPTS": str(attempts), "AWS_RETRY_MODE": mode}
    done, endpoint = meet(run_fast, stub, KINDS["read"], THROTTLED["Throttling"], **env)
    assert assert_reported(done, KINDS["read"]) == "Throttling: Rate exceeded"
    assert len(endpoint.requests) == attempts


@pytest.mark.parametrize(("mode", "attempts"), [("legacy", 2), ("standard", 1)])
def test_mode_says_what_is_sent_again(mode, attempts, run_fast, stub):
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


LEFT = ok("RemoveUserFromGroup")
#: A clock that only sleeping moves; how long that was to last is written to a file.
_STOPPED_CLOCK = """
import random, threading, time
from botocore.retries.standard import ExponentialBackoff
random.random = lambda: JITTER
# The parameter's default was set when botocore was imported.
defaults = ExponentialBackoff.__init__.__defaults__
ExponentialBackoff.__init__.__defaults__ = (20, random.random, *defaults[2:])
now = time.time()
wait = threading.Condition.wait

def sleep(seconds):
    global now
    now += seconds + 0.001
    with open("slept", "a") as file:
        print(seconds, file=file)

def wait_or_sleep(self, timeout=None):
    return wait(self) if timeout is None else sleep(timeout)

time.sleep, time.time, threading.Condition.wait = sleep, lambda: now, wait_or_sleep
"""


def stopped_clock(jitter: float = 0) -> str:
    """Return the code that stops the clock; each pause takes this part of the longest one."""
    return _STOPPED_CLOCK.replace("JITTER", str(jitter))


#: The attempts without AWS_MAX_ATTEMPTS, and the sum of the pauses (seconds).
DEFAULTS = {
    "throttled, standard": ((THROTTLED["Throttling"],), "", 7, 25.5),
    "throttled, adaptive": ((THROTTLED["429"],), "adaptive", 7, 25.5),
    "throttled, legacy": ((THROTTLED["Throttling"],), "legacy", 5, 7.5),
    "busy": ((THROTTLED["ConcurrentModification"],), "", 7, 25.5),
    "lost": ((CLOSED,), "", 3, None),
    "server error": ((LOST["service's failure"],), "", 3, None),
    "throttled and lost in turn": ((THROTTLED["429"], CLOSED) * 4, "", 6, None),
    "lost after throttling": ((THROTTLED["429"],) * 3 + (CLOSED,), "", 6, None),
}


@pytest.mark.parametrize("case", usual(["throttled, standard", "lost after throttling"], DEFAULTS))
def test_attempts_without_a_setting(case, run_fast, stub):
    answers, mode, attempts, pauses = DEFAULTS[case]
    endpoint = answering(stub, KINDS["read"], *answers)
    env = {"AWS_IAM_URL": endpoint.url, "AWS_RETRY_MODE": mode, "AWS_MAX_ATTEMPTS": ""}
    done = run_fast(*KINDS["read"].arguments, env=env, before=stopped_clock(jitter=0.5))
    assert_reported(done, KINDS["read"])
    assert len(endpoint.requests) == attempts
    slept = sum(map(float, (run_fast.home / "slept").read_text().splitlines()))
    assert pauses is None or pauses <= slept < pauses + 3


def test_a_creation_is_not_sent_again_after_throttling_if_its_response_is_lost(run_fast, stub):
    answers = (THROTTLED["Throttling"], CLOSED)
    done, endpoint = meet(run_fast, stub, KINDS["create"], *answers, AWS_MAX_ATTEMPTS="")
    assert "CreateGroup may have taken effect" in assert_reported(done, KINDS["create"])
    assert endpoint.operations == ["CreateGroup"] * 2


def test_each_request_of_a_long_removal_is_sent_again(run_fast, stub):
    """Botocore allows 100 retries in all, but a success allows another one."""
    answers = [THROTTLED["Throttling"], LEFT] * 105
    done, endpoint = meet(run_fast, stub, leaving(105), *answers, **AGAIN)
    assert (done.status, done.out, done.err) == (0, "", "")
    assert endpoint.operations.count("RemoveUserFromGroup") == 210


def test_adaptive_mode_slows_down_and_recovers(run_fast, stub):
    """It would pause for 15 s if the rate did not rise again."""
    kind = leaving(16)
    endpoint = answering(stub, kind, THROTTLED["Throttling"], LEFT)
    env = {**AGAIN, "AWS_RETRY_MODE": "adaptive", "AWS_IAM_URL": endpoint.url}
    done = run_fast(*kind.arguments, env=env, before=stopped_clock())
    assert (done.status, done.out, done.err) == (0, "", "")
    assert 1.5 < sum(map(float, (run_fast.home / "slept").read_text().splitlines())) < 12


def test_attempts_of_the_configuration(run_fast, stub):
    config = run_fast.home / "config"
    config.write_text("[default]\nmax_attempts = 2\nretry_mode = standard\n")
    env = {"AWS_CONFIG_FILE": str(config), "AWS_MAX_ATTEMPTS": ""}
    _, endpoint = meet(run_fast, stub, KINDS["read"], THROTTLED["Throttling"], **env)
    assert len(endpoint.requests) == 2
    # The environment goes before the file.
    env["AWS_MAX_ATTEMPTS"] = "1"
    _, endpoint = meet(run_fast, stub, KINDS["read"], THROTTLED["Throttling"], **env)
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
        ("IAMCLI_STRICT", "yes", "invalid IAMCLI_STRICT: yes; use 1 or 0"),
        ("IAMCLI_STRICT", "true", "invalid IAMCLI_STRICT: true; use 1 or 0"),
        ("IAMCLI_STRICT", "2", "invalid IAMCLI_STRICT: 2; use 1 or 0"),
    ],
)
def test_setting_that_is_none(variable, value, message, run_fast, stub):
    done, endpoint = meet(run_fast, stub, KINDS["read"], canned("GetUser"), **{variable: value})
    assert message in assert_reported(done, KINDS["read"])
    assert endpoint.requests == []


def test_the_longest_time_is_valid(run_fast, stub):
    done, _ = meet(run_fast, stub, KINDS["read"], canned("GetUser"), IAMCLI_TIMEOUT="3600")
    assert (done.status, done.err) == (0, "")
