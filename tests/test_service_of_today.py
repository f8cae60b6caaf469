"""What the real service does: conflicts that pass, entities that appear late, devices, own keys."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from support.account import ARN, Account
from support.selection import every
from support.shell import KEY_ID
from support.stub import Answer, canned, ok, refused
from test_partial import CASES

from iamcli.errors import ServiceError
from iamcli.operations import waiting
from iamcli.operations.progress import Step, remove
from iamcli.operations.waiting import attempts
from iamcli.output.progressline import ProgressLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.forked import ForkRunner
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


LATE = {
    "AddUserToGroup": ("iam-usercreate -u bob -g Admin", missing("user", "bob")),
    "CreateAccessKey": ("iam-usercreate -u bob -k", missing("user", "bob")),
    "AddRoleToInstanceProfile": (
        "iam-instanceprofilecreate -s web -r web",
        missing("Instance Profile", "web"),
    ),
}


@pytest.mark.parametrize("operation", every(3, LATE))
def test_what_was_just_created_is_waited_for(
    operation: str, run_fast: ForkRunner, stub: Stub
) -> None:
    line, no = LATE[operation]
    answer = canned(operation) if operation == "CreateAccessKey" else ok(operation)
    endpoint = creating(stub).on(operation, no, no, answer)
    done = run_fast(*line.split(), env={"AWS_IAM_URL": endpoint.url, **ENV})
    assert (done.status, done.err) == (0, "")
    assert endpoint.operations.count(operation) == 3


@pytest.mark.parametrize("operation", every(3, LATE))
def test_what_does_not_appear_is_reported(operation: str, run_fast: ForkRunner, stub: Stub) -> None:
    line, no = LATE[operation]
    endpoint = creating(stub).on(operation, no)
    done = run_fast(*line.split(), env={"AWS_IAM_URL": endpoint.url, **ENV, "IAMCLI_TIMEOUT": "2"})
    assert done.status == 1
    assert "NoSuchEntity: " in done.err.splitlines()[0]
    assert "; not created: " in done.err.splitlines()[1]
    assert endpoint.operations.count(operation) > 1


class Paused:
    """Records the pauses, and makes them with ``sleep``."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self.pauses: list[float] = []
        self._sleep = sleep

    def pause(self, seconds: float, _reason: str) -> None:
        self.pauses.append(seconds)
        self._sleep(seconds)


class Clock:
    """The module ``time`` with a clock that only pauses change."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(
    ("limit", "pauses"),
    [("", [0.5, 1, 2, 4, 7.5]), ("3600", [0.5, 1, 2, 4, 7.5]), ("3", [0.5, 1, 1.5])],
)
def test_the_pauses_grow_and_end_after_15_seconds(
    limit: str, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IAMCLI_TIMEOUT", limit)
    clock = Clock()
    monkeypatch.setattr(waiting, "time", clock)
    paused = Paused(clock.sleep)
    assert list(attempts(paused)) == [False] * len(pauses) + [True]  # type: ignore[arg-type]
    assert paused.pauses == pauses


def test_the_last_attempt_is_at_the_end_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAMCLI_TIMEOUT", "0.7")
    paused = Paused()
    before = time.monotonic()
    assert list(attempts(paused))[-2:] == [False, True]  # type: ignore[arg-type]
    assert time.monotonic() - before >= 0.7
    assert paused.pauses[0] == 0.5
    assert sum(paused.pauses) < 0.71


@pytest.mark.parametrize(
    ("line", "operation", "no"),
    [
        # Another entity than the new one.
        ("iam-usercreate -u bob -g Admin", "AddUserToGroup", missing("group", "Admin")),
        (
            "iam-instanceprofilecreate -s front -r web",
            "AddRoleToInstanceProfile",
            missing("role", "web"),
        ),
        ("iam-usercreate -u bob -g Admin", "AddUserToGroup", missing("user", "bobby")),
        ("iam-usercreate -u bob -g Admin", "AddUserToGroup", missing("user", "jim.bob")),
        # Another error than that of a missing entity.
        *(
            (
                "iam-usercreate -u bob -g Admin",
                "AddUserToGroup",
                refused(code, "The user with name bob cannot be found."),
            )
            for code in ("InvalidInput", "ValidationError")
        ),
        # The command did not create it.
        ("iam-groupadduser -g Admin -u bob", "AddUserToGroup", missing("user", "bob")),
        ("iam-useraddkey -u bob", "CreateAccessKey", missing("user", "bob")),
        (
            "iam-instanceprofileaddrole -s front -r web",
            "AddRoleToInstanceProfile",
            missing("Instance Profile", "front"),
        ),
    ],
)
def test_nothing_else_is_waited_for(
    line: str, operation: str, no: Answer, run_fast: ForkRunner, stub: Stub
) -> None:
    endpoint = creating(stub).on(operation, no)
    done = run_fast(*line.split(), env={"AWS_IAM_URL": endpoint.url, **ENV})
    assert done.status == 1
    assert endpoint.operations.count(operation) == 1


# A conflict of the last request of a recursive removal passes by itself.


def account_of(stub: Stub, case: str) -> Account:
    what = CASES[case]
    return stub.add(lambda url: Account(url, what.kind, what.things, **what.more))


class Conflicting:
    """A service that refuses everything because of a conflict, and records the pauses."""

    progress = ProgressLine()

    def __init__(self) -> None:
        self.pauses: list[float] = []

    def call(self, _operation: str, **_parameters: object) -> None:
        raise ServiceError("DeleteConflict", "not empty")

    def pause(self, seconds: float, _reason: str) -> None:
        self.pauses.append(seconds)


def test_each_pause_after_a_conflict_is_twice_as_long() -> None:
    conflicting = Conflicting()
    with pytest.raises(ServiceError):
        remove(conflicting, [Step("user bob", "DeleteUser")], recursive=True)  # type: ignore[arg-type]
    assert conflicting.pauses == [0.5, 1, 2]


@pytest.mark.parametrize("case", every(2, CASES))
def test_conflict_of_the_last_request_is_tried_again(
    case: str, run_fast: ForkRunner, stub: Stub
) -> None:
    account = account_of(stub, case)
    last = CASES[case].steps[-1][1]
    plain = account.answer
    conflicts = [refused("DeleteConflict", "Cannot delete entity", 409)] * 2

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
def test_conflict_that_stays_is_reported_after_a_few_times(
    run_fast: ForkRunner, stub: Stub
) -> None:
    account = account_of(stub, "group").on(
        "DeleteGroup", refused("DeleteConflict", "Cannot delete entity", 409)
    )
    done = run_fast(*CASES["group"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 1
    assert done.err.startswith("iam-groupdel: DeleteConflict: Cannot delete entity\n")
    assert done.err.endswith("; left: group Admin\n")
    assert account.operations.count("DeleteGroup") == 4


@pytest.mark.parametrize(
    "operation", ["DeleteUserPolicy", "DetachUserPolicy", "DeleteVirtualMFADevice"]
)
def test_conflict_of_another_request_is_final(
    operation: str, run_fast: ForkRunner, stub: Stub
) -> None:
    conflict = refused("DeleteConflict", "Cannot delete entity", 409)
    account = account_of(stub, "user").on(operation, conflict)
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 1
    assert done.err.startswith("iam-userdel: DeleteConflict: Cannot delete entity\n")
    assert account.operations.count(operation) == 1
    assert account.exists


@pytest.mark.parametrize("code", ["AccessDenied", "UnmodifiableEntity"])
def test_other_refusal_of_the_last_request_is_final(
    code: str, run_fast: ForkRunner, stub: Stub
) -> None:
    account = account_of(stub, "group").on("DeleteGroup", refused(code, "no", 400))
    done = run_fast(*CASES["group"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 1
    assert done.err.startswith(f"iam-groupdel: {code}: no\n")
    assert account.operations.count("DeleteGroup") == 1


@pytest.mark.parametrize(
    "line", ["iam-userdel -u bob", "iam-groupdel -g Admin", "iam-roledel -r web"]
)
def test_conflict_without_recursion_is_final(line: str, run_fast: ForkRunner, stub: Stub) -> None:
    endpoint = stub.endpoint(refused("DeleteConflict", "Cannot delete entity", 409))
    done = run_fast(*line.split(), env={"AWS_IAM_URL": endpoint.url, **ENV})
    assert done.status == 1
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    "lacking",
    [
        *(
            refused(code, "not here", 400)
            for code in (
                "InvalidAction",
                "NotImplemented",
                "NotSupportedService",
                "UnknownAction",
                "UnknownOperation",
                "UnsupportedOperation",
            )
        ),
        refused("InternalFailure", "not yet implemented", 501),
        *(Answer(b"<html/>", status) for status in (400, 404, 405, 501)),
    ],
)
def test_operation_that_a_server_lacks_is_skipped(
    lacking: Answer, run_fast: ForkRunner, stub: Stub
) -> None:
    case = CASES["user"]
    things = {**case.things, "ListServiceSpecificCredentials": []}
    account = stub.add(lambda url: Account(url, case.kind, things, **case.more))
    account.on("ListServiceSpecificCredentials", lacking)
    done = run_fast(*case.arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done == (0, "", "")


# The user whose key signs.


def test_the_user_whose_key_signs_is_not_deleted(run_fast: ForkRunner, stub: Stub) -> None:
    case = CASES["user"]
    things = {**case.things, "ListAccessKeys": ["AKIA1", KEY_ID]}
    account = stub.add(lambda url: Account(url, case.kind, things, **case.more))
    done = run_fast(*case.arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert "owns the access key that signs the requests" in done.err
    assert account.changes == []
    done = run_fast(*case.arguments, "-p", env={"AWS_IAM_URL": account.url, **ENV})
    assert (done.status, done.err) == (0, "")
    assert f"\t{KEY_ID}\n" in done.out


# MFA devices.

VIRTUAL = f"{ARN}mfa/jack"


def test_hardware_device_is_only_deactivated(run_fast: ForkRunner, stub: Stub) -> None:
    account = account_of(stub, "user")
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 0
    deleted = [
        request.parameters["SerialNumber"]
        for request in account.requests
        if request.operation == "DeleteVirtualMFADevice"
    ]
    assert deleted == [VIRTUAL]


def test_virtual_device_that_may_not_be_deleted_is_named(run_fast: ForkRunner, stub: Stub) -> None:
    account = account_of(stub, "user").on(
        "DeleteVirtualMFADevice", refused("AccessDenied", "not you", 403)
    )
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done == (
        0,
        "",
        (
            f"iam-userdel: virtual MFA device {VIRTUAL} still exists: "
            "DeleteVirtualMFADevice is not permitted (AccessDenied: not you)\n"
        ),
    )
    assert not account.exists


@pytest.mark.parametrize("strict", ["", "1"])
@pytest.mark.parametrize("things", [CASES["user"].things, {"ListMFADevices": [VIRTUAL]}])
def test_virtual_device_that_may_not_be_deleted_is_left(
    things: dict[str, list[str]], strict: str, run_fast: ForkRunner, stub: Stub
) -> None:
    case = CASES["user"]
    held = {listing: [] for listing in case.things} | things
    account = stub.add(lambda url: Account(url, case.kind, held, **case.more))
    for operation in ("DeleteVirtualMFADevice", "DeleteUser"):
        account.on(operation, refused("AccessDenied", "not you", 403))
    env = {"AWS_IAM_URL": account.url, **ENV, "IAMCLI_STRICT": strict}
    done = run_fast(*case.arguments, env=env)
    assert done.status == 1
    removed, left = (done.out + done.err).splitlines()[-1].split("; ")
    assert left == f"left: virtual MFA device {VIRTUAL}, user {case.arguments[2]}"
    assert VIRTUAL not in removed


def test_virtual_device_that_somebody_else_deletes_is_no_error(
    run_fast: ForkRunner, stub: Stub
) -> None:
    gone = refused("NoSuchEntity", f"VirtualMFADevice with serial number {VIRTUAL} is gone.", 404)
    account = account_of(stub, "user").on("DeleteVirtualMFADevice", gone)
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done == (0, "", "")
    assert not account.exists


@pytest.mark.parametrize("code", ["ServiceFailure", "LimitExceeded"])
def test_virtual_device_that_cannot_be_deleted_is_left(
    code: str, run_fast: ForkRunner, stub: Stub
) -> None:
    account = account_of(stub, "user").on("DeleteVirtualMFADevice", refused(code, "not now", 409))
    done = run_fast(*CASES["user"].arguments, env={"AWS_IAM_URL": account.url, **ENV})
    assert done.status == 1
    assert f"; left: virtual MFA device {VIRTUAL}, MFA device GAHT12345678, " in done.err
