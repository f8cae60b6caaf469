"""What the real service does: conflicts that pass, devices, own keys."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from support.account import ARN, CASES, account_of
from support.forked import AT_ONCE
from support.selection import every
from support.shell import KEY_ID
from support.stub import Answer, refused

if TYPE_CHECKING:
    from support.account import Account
    from support.forked import Done, ForkRunner
    from support.stub import Request

ENV = {"AWS_MAX_ATTEMPTS": "1", "IAMCLI_TIMEOUT": "10"}


# A conflict of a deletion passes by itself.


def remove(run_fast: ForkRunner, account: Account, case: str, *more: str, **env: str) -> Done:
    """Run the command of a case, whose pauses end at once."""
    env = {"AWS_IAM_URL": account.url, **ENV, **env}
    return run_fast(*CASES[case].arguments, *more, env=env, before=AT_ONCE)


CONFLICT = refused("DeleteConflict", "Cannot delete entity", 409)
LATER = "ListServiceSpecificCredentials"


@pytest.mark.parametrize("case", CASES)
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
    assert remove(run_fast, account, case) == (0, "", "")
    assert account.operations.count(last) == 3
    assert not account.exists


def test_conflict_that_stays_is_reported_after_a_few_times(run_fast, stub):
    account = account_of(stub, "group").on("DeleteGroup", CONFLICT)
    done = remove(run_fast, account, "group")
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
    done = remove(run_fast, account, case)
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
    assert remove(run_fast, account, "user") == (0, "", "")


@pytest.mark.parametrize("pretend", [False, True])
def test_a_500_of_another_server_means_that_it_lacks_the_operation(run_fast, stub, *, pretend):
    account = account_of(stub, "user", **{LATER: []}).on(LATER, Answer(b"<html/>", 500))
    done = remove(run_fast, account, "user", *["-p"] * pretend)
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
    done = remove(run_fast, account, "user")
    assert done.status == 1
    assert done.err.startswith(f"iam-userdel: {said.format(url=account.url)}")
    assert account.changes == []


def test_a_500_of_a_proxy_stops_before_anything_is_removed(run_fast, stub):
    account = account_of(stub, "user").on(LATER, Answer(b"<html/>", 500))
    url = f"http://iam.amazonaws.com{urlsplit(account.url).path}"
    done = remove(run_fast, account, "user", AWS_IAM_URL=url, http_proxy=account.url)
    assert done.status == 1
    assert done.err.startswith(f"iam-userdel: unexpected HTTP 500 from {url} for {LATER}")
    assert account.changes == []


# The user whose key signs.


def test_the_user_whose_key_signs_is_not_deleted(run_fast, stub):
    account = account_of(stub, "user", ListAccessKeys=["AKIA1", KEY_ID])
    done = remove(run_fast, account, "user")
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert "owns the access key that signs the requests" in done.err
    assert account.changes == []
    done = remove(run_fast, account, "user", "-p")
    assert (done.status, done.err) == (0, "")
    assert f"\t{KEY_ID}\n" in done.out


# MFA devices.

VIRTUAL, SECOND = f"{ARN}mfa/jack", f"{ARN}mfa/staff/jack"


def test_virtual_device_that_may_not_be_deleted_is_named(run_fast, stub):
    denied = refused("AccessDenied", "not you", 403)
    account = account_of(stub, "user", ListMFADevices=[VIRTUAL, SECOND])
    account.on("DeleteVirtualMFADevice", denied)
    done = remove(run_fast, account, "user")
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
    done = remove(run_fast, account, "user", IAMCLI_STRICT=strict)
    assert done.status == 1
    said, _, left = (done.out + done.err).splitlines()[-1].rpartition("; ")
    removed = said.rpartition("removed: ")[2]
    virtual = [device for device in things["ListMFADevices"] if device.startswith(f"{ARN}mfa/")]
    devices = "".join(f"virtual MFA device {device}, " for device in virtual)
    assert left == f"left: {devices}user {case.arguments[2]}"
    assert "virtual" not in removed


def test_virtual_device_that_somebody_else_deletes_is_no_error(run_fast, stub):
    gone = refused("NoSuchEntity", f"VirtualMFADevice with serial number {VIRTUAL} is gone.", 404)
    account = account_of(stub, "user").on("DeleteVirtualMFADevice", gone)
    assert remove(run_fast, account, "user") == (0, "", "")
    assert not account.exists


@pytest.mark.parametrize("code", ["ServiceFailure", "LimitExceeded"])
def test_virtual_device_that_cannot_be_deleted_is_left(code, run_fast, stub):
    account = account_of(stub, "user").on("DeleteVirtualMFADevice", refused(code, "not now", 409))
    done = remove(run_fast, account, "user")
    assert done.status == 1
    assert f"; left: virtual MFA device {VIRTUAL}, MFA device GAHT12345678, " in done.err
