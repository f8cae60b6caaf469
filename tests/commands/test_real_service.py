"""What the real service does: conflicts that pass, entities that appear late, devices, own keys."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from support.account import ARN, Account
from support.selection import every, usual
from support.several_steps import CASES
from support.shell import KEY_ID
from support.stub import Answer, canned, ok, refused

from iamcli.operations.waiting import attempts

if TYPE_CHECKING:
    from support.stub import Endpoint, Request, Stub

ENV = {"AWS_MAX_ATTEMPTS": "1", "IAMCLI_TIMEOUT": "10"}


def missing(kind: str, name: str) -> Answer:
    middle = "" if kind == "Instance Profile" else " with name"
    the = "" if kind == "Instance Profile" else "The "
    return refused("NoSuchEntity", f"{the}{kind}{middle} {name} cannot be found.", 404)


# What a command has just created may be invisible for some seconds.


def creating(stub: Stub) -> Endpoint:
    endpoint = stub.endpoint()
    for name in ("CreateUser", "CreateAccessKey", "CreateInstanceProfile", "GetGroup", "GetRole"):
        endpoint.on(name, canned(name))
    for name in ("AddUserToGroup", "AddRoleToInstanceProfile"):
        endpoint.on(name, ok(name))
    return endpoint


IN_GROUP = "iam-usercreate -u bob -g Admin"
WITH_ROLE = "iam-instanceprofilecreate -s web -r web"
LATE = {
    "AddUserToGroup": (IN_GROUP, missing("user", "bob")),
    "CreateAccessKey": ("iam-usercreate -u bob -k", missing("user", "bob")),
    "AddRoleToInstanceProfile": (WITH_ROLE, missing("Instance Profile", "web")),
}


@pytest.mark.parametrize("operation", usual(["AddUserToGroup"], LATE))
def test_what_was_just_created_is_waited_for(operation, run_fast, stub):
    line, no = LATE[operation]
    answer = canned(operation) if operation == "CreateAccessKey" else ok(operation)
    endpoint = creating(stub).on(operation, no, no, answer)
    done = run_fast(*line.split(), env={"AWS_IAM_URL": endpoint.url, **ENV})
    assert (done.status, done.err) == (0, "")
    assert endpoint.operations.count(operation) == 3


@pytest.mark.parametrize("operation", usual(["AddUserToGroup"], LATE))
def test_what_does_not_appear_is_reported(operation, run_fast, stub):
    line, no = LATE[operation]
    endpoint = creating(stub).on(operation, no)
    done = run_fast(*line.split(), env={"AWS_IAM_URL": endpoint.url, **ENV, "IAMCLI_TIMEOUT": "2"})
    assert done.status == 1
    assert "NoSuchEntity: " in done.err.splitlines()[0]
    assert "; not created: " in done.err.splitlines()[1]
    assert endpoint.operations.count(operation) > 1


class Paused:
    """Records the pauses."""

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def pause(self, seconds: float, _reason: str) -> None:
        self.pauses.append(seconds)


@pytest.mark.parametrize(
    ("limit", "pauses"),
    [
        ("", [0.5, 1, 2, 4, 7.5]),
        ("3600", [0.5, 1, 2, 4, 7.5]),
        ("3", [0.5, 1, 1.5]),
        ("0.75", [0.5, 0.25]),
        ("0.2", [0.2]),
    ],
)
def test_the_pauses_grow_and_end_after_15_seconds(limit, pauses, monkeypatch):
    monkeypatch.setenv("IAMCLI_TIMEOUT", limit)
    paused = Paused()
    assert list(attempts(paused)) == [False] * len(pauses) + [True]  # type: ignore[arg-type]
    assert paused.pauses == pauses


@pytest.mark.parametrize(
    "no",
    [
        # Another entity than the new one.
        missing("user", "bobby"),
        missing("user", "jim.bob"),
        # Another error than that of a missing entity.
        refused("InvalidInput", "The user with name bob cannot be found."),
        refused("ValidationError", "The user with name bob cannot be found."),
    ],
)
def test_nothing_else_is_waited_for(no, run_fast, stub):
    endpoint = creating(stub).on("AddUserToGroup", no)
    done = run_fast(*IN_GROUP.split(), env={"AWS_IAM_URL": endpoint.url, **ENV})
    assert done.status == 1
    assert endpoint.operations.count("AddUserToGroup") == 1


# A conflict of a deletion passes by itself.


def account_of(stub: Stub, case: str, **things: list[str]) -> Account:
    """Return the account of a case; ``things``: what some lists have instead."""
    what = CASES[case]
    return stub.add(lambda url: Account(url, what.kind, what.things | things, **what.more))


CONFLICT = refused("DeleteConflict", "Cannot delete entity", 409)
LATER = "ListServiceSpecificCredentials"


@pytest.mark.parametrize("case", usual(["user", "role"], CASES))
def test_conflict_of_the_last_request_is_tried_again(case, run_fast, stub):
    account = account_of(stub, case)
    last = CASES[case].steps[-1][1]
    plain = account.answer
    conflicts = [CONFLICT] * 2

    def answer(request: Request) -> Answer:
        if request.operation == last and conflicts:
            account.requests.append(request)
            return conflicts.pop()
        return plain(request)

    account.answer = answer
    done = run_fast(*CASES[case].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done == (0, "", "")
    assert account.operations.count(last) == 3
    assert not account.exists


@pytest.mark.full
def test_conflict_that_stays_is_reported_after_a_few_times(run_fast, stub):
    account = account_of(stub, "group").on("DeleteGroup", CONFLICT)
    done = run_fast(*CASES["group"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 1
    assert done.err.startswith("iam-groupdel: DeleteConflict: Cannot delete entity\n")
    assert done.err.endswith("; left: group Admin\n")
    assert account.operations.count("DeleteGroup") == 4


@pytest.mark.parametrize(
    ("case", "operation", "code"),
    [
        ("user", "DeleteUserPolicy", "DeleteConflict"),
        ("user", "DetachUserPolicy", "DeleteConflict"),
        ("group", "DeleteGroup", "AccessDenied"),
        ("group", "DeleteGroup", "UnmodifiableEntity"),
    ],
)
def test_another_conflict_or_refusal_is_final(case, operation, code, run_fast, stub):
    account = account_of(stub, case).on(operation, refused(code, "no", 409))
    done = run_fast(*CASES[case].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 1
    assert done.err.startswith(f"iam-{case}del: {code}: no\n")
    assert account.operations.count(operation) == 1
    assert account.exists


@pytest.mark.parametrize(
    "lacking",
    every(
        2,
        [
            refused("InvalidAction", "not here"),
            refused("NotImplemented", "not here"),
            refused("NotSupportedService", "not here"),
            refused("UnknownAction", "not here"),
            refused("UnknownOperation", "not here"),
            refused("UnsupportedOperation", "not here"),
            refused("InternalFailure", "not yet implemented", 501),
            *(Answer(b"<html/>", status) for status in (400, 404, 405, 501)),
        ],
    ),
)
def test_operation_that_a_server_lacks_is_skipped(lacking, run_fast, stub):
    account = account_of(stub, "user", **{LATER: []}).on(LATER, lacking)
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done == (0, "", "")


@pytest.mark.parametrize("pretend", [False, True])
def test_a_500_of_another_server_means_that_it_lacks_the_operation(run_fast, stub, *, pretend):
    account = account_of(stub, "user", **{LATER: []}).on(LATER, Answer(b"<html/>", 500))
    arguments = [*CASES["user"].arguments, *(["-p"] if pretend else [])]
    done = run_fast(*arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 0
    note = f"{LATER} failed with HTTP 500, not an IAM response; the list may be incomplete"
    assert done.err == (f"iam-userdel: {note}\n" if pretend else "")
    assert account.exists is pretend


@pytest.mark.parametrize(
    ("operation", "answer", "said"),
    [
        (LATER, refused("ServiceFailure", "wait", 500), "ServiceFailure: wait"),
        (LATER, Answer(b"<html/>", 502), "unexpected HTTP 502 from {url} for " + LATER),
        ("ListAccessKeys", Answer(b"<html/>", 500), "unexpected HTTP 500 from {url} for ListAcc"),
    ],
)
def test_other_failures_of_a_list_stop_before_anything_is_removed(
    operation, answer, said, run_fast, stub
):
    account = account_of(stub, "user").on(operation, answer)
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 1
    assert done.err.startswith(f"iam-userdel: {said.format(url=account.url)}")
    assert account.changes == []


def test_a_500_of_a_proxy_stops_before_anything_is_removed(run_fast, stub):
    account = account_of(stub, "user").on(LATER, Answer(b"<html/>", 500))
    url = f"http://iam.amazonaws.com{urlsplit(account.url).path}"
    env = {"AWS_IAM_URL": url, "http_proxy": account.url, **ENV}
    done = run_fast(*CASES["user"].arguments, env=env)
    assert done.status == 1
    assert done.err.startswith(f"iam-userdel: unexpected HTTP 500 from {url} for {LATER}")
    assert account.changes == []


# The user whose key signs.


def test_the_user_whose_key_signs_is_not_deleted(run_fast, stub):
    account = account_of(stub, "user", ListAccessKeys=["AKIA1", KEY_ID])
    arguments, env = CASES["user"].arguments, {"AWS_IAM_URL": account.url, **ENV}
    done = run_fast(*arguments, env=env)
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert "owns the access key that signs the requests" in done.err
    assert account.changes == []
    done = run_fast(*arguments, "-p", env=env)
    assert (done.status, done.err) == (0, "")
    assert f"\t{KEY_ID}\n" in done.out


# MFA devices.

VIRTUAL, SECOND = f"{ARN}mfa/jack", f"{ARN}mfa/staff/jack"


def test_hardware_device_is_only_deactivated(run_fast, stub):
    account = account_of(stub, "user")
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 0
    deleted = [
        request.parameters["SerialNumber"]
        for request in account.requests
        if request.operation == "DeleteVirtualMFADevice"
    ]
    assert deleted == [VIRTUAL]


def test_virtual_device_that_may_not_be_deleted_is_named(run_fast, stub):
    denied = refused("AccessDenied", "not you", 403)
    account = account_of(stub, "user", ListMFADevices=[VIRTUAL, SECOND])
    account.on("DeleteVirtualMFADevice", denied)
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    reason = "DeleteVirtualMFADevice is not permitted (AccessDenied: not you)"
    assert done == (
        0,
        "",
        "".join(
            f"iam-userdel: virtual MFA device {device} still exists: {reason}\n"
            for device in (VIRTUAL, SECOND)
        ),
    )
    assert not account.exists


@pytest.mark.parametrize("strict", ["", "1"])
@pytest.mark.parametrize(
    "things",
    [CASES["user"].things, {"ListMFADevices": [VIRTUAL, "GAHT12345678", SECOND]}],
    ids=["one", "two"],
)
def test_virtual_device_that_may_not_be_deleted_is_left(things, strict, run_fast, stub):
    case = CASES["user"]
    account = account_of(stub, "user", **({listing: [] for listing in case.things} | things))
    for operation in ("DeleteVirtualMFADevice", "DeleteUser"):
        account.on(operation, refused("AccessDenied", "not you", 403))
    env = {"AWS_IAM_URL": account.url, **ENV, "IAMCLI_STRICT": strict}
    done = run_fast(*case.arguments, env=env)
    assert done.status == 1
    removed, left = (done.out + done.err).splitlines()[-1].split("; ")
    virtual = [device for device in things["ListMFADevices"] if device.startswith(f"{ARN}mfa/")]
    devices = "".join(f"virtual MFA device {device}, " for device in virtual)
    assert left == f"left: {devices}user {case.arguments[2]}"
    assert "virtual" not in removed


def test_virtual_device_that_somebody_else_deletes_is_no_error(run_fast, stub):
    gone = refused("NoSuchEntity", f"VirtualMFADevice with serial number {VIRTUAL} is gone.", 404)
    account = account_of(stub, "user").on("DeleteVirtualMFADevice", gone)
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done == (0, "", "")
    assert not account.exists


@pytest.mark.parametrize("code", ["ServiceFailure", "LimitExceeded"])
def test_virtual_device_that_cannot_be_deleted_is_left(code, run_fast, stub):
    account = account_of(stub, "user").on("DeleteVirtualMFADevice", refused(code, "not now", 409))
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 1
    assert f"; left: virtual MFA device {VIRTUAL}, MFA device GAHT12345678, " in done.err
