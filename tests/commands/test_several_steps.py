"""Commands of several steps: all are done, or the command reports which are and which are not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple, cast

import pytest
from support.account import CASES, Account, account_of
from support.faults import CLOSED
from support.forked import Done
from support.selection import every, usual
from support.stub import Answer, canned, ok, refused

from iamcli.errors import DONE, NOT_DONE, CommandEnd, Failure, Interrupted, UnknownOutcome
from iamcli.operations.plan import Plan
from iamcli.output.streams import Reporter

if TYPE_CHECKING:
    from support.stub import Endpoint, Stub

    from iamcli.operations.service import IAM


pytestmark = pytest.mark.releases

# Removing a thing with everything that it holds, from an account that refuses less.


def operations(steps: list[tuple[str, str]]) -> list[str]:
    """Return the requests of steps: a virtual MFA device is deactivated and deleted."""
    found = []
    for what, operation in steps:
        found.append(operation)
        if what.startswith("virtual MFA device"):
            found.append("DeleteVirtualMFADevice")
    return found


STRICT = ("", "1")
STEPS = [
    (case, n, mode) for case in CASES for n in range(len(CASES[case].steps)) for mode in STRICT
]


def failure(name: str, error: str, done: list[str], state: str, mode: str) -> Done:
    """Return how a command ends after the steps ``done``, in strict mode with one line."""
    if mode:
        return Done(1, f"{name}: {'; '.join([error, state] if done else [error])}\n", "")
    return Done(1, "", f"{name}: {error}\n{name}: {state}\n")


every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_everything_is_removed_after_everything_was_read(case, run_fast, stub):
    account = account_of(stub, case)
    assert run_fast(*CASES[case].arguments, env={"AWS_IAM_URL": account.url}) == (0, "", "")
    assert not account.exists
    assert account.changes == operations(CASES[case].steps)
    assert account.operations[-len(account.changes) :] == account.changes


@every_case
def test_pretending_lists_everything_and_removes_nothing(case, run_fast, stub):
    account = account_of(stub, case)
    done = run_fast(*CASES[case].arguments, "-p", env={"AWS_IAM_URL": account.url})
    assert done == (0, CASES[case].listed, "")
    assert account.changes == []


@every_case
def test_pretending_without_recursion_sends_nothing(case, run_fast, stub):
    account = account_of(stub, case)
    done = run_fast(*CASES[case].arguments[:-1], "-p", env={"AWS_IAM_URL": account.url})
    assert (done.status, done.out) == (0, "")
    assert done.err.endswith("is missing; nothing was sent\n")
    assert account.requests == []


@pytest.mark.parametrize(("case", "step", "mode"), every(24, STEPS, *((c, 1, "1") for c in CASES)))
def test_removal_that_fails_is_reported_and_can_be_repeated(case, step, mode, run_fast, stub):
    account = account_of(stub, case)
    arguments, steps = CASES[case].arguments, CASES[case].steps
    names = [operation for _, operation in steps]
    account.refuse = (names[step], names[:step].count(names[step]))
    done = run_fast(*arguments, env={"AWS_IAM_URL": account.url, "IAMCLI_STRICT": mode})
    removed = [what for what, _ in steps[:step]]
    left = ", ".join(what for what, _ in steps[step:])
    state = f"removed: {', '.join(removed) or 'nothing'}; left: {left}"
    assert done == failure(arguments[0], "ServiceFailure: not now", removed, state, mode)
    account.refuse = None
    account.requests.clear()
    assert run_fast(*arguments, env={"AWS_IAM_URL": account.url}) == (0, "", "")
    assert account.changes == operations(steps[step:])


READS = [(name, reading) for name in CASES for reading in CASES[name].things]


@pytest.mark.parametrize(("case", "reading"), every(4, READS))
def test_page_that_cannot_be_read_keeps_everything(case, reading, run_fast, stub):
    account = account_of(stub, case)
    account.refuse = (reading, 0 if reading == "GetInstanceProfile" else 1)
    done = run_fast(*CASES[case].arguments, env={"AWS_IAM_URL": account.url})
    assert done == (1, "", f"{CASES[case].arguments[0]}: ServiceFailure: not now\n")
    assert account.changes == []


def test_nothing_held_is_nothing_listed_but_the_originals_headings(run_fast, stub):
    for case, headings in (
        ("user", "accesskeys\npolicies\ncertificates\ngroups\n"),
        ("group", "users\npolicies\n"),
        ("role", "instance profiles\npolicies\n"),
        ("instance profile", "roles\n"),
    ):
        empty = stub.add(lambda url, case=case: Account(url, CASES[case].kind, {}))
        env = {"AWS_IAM_URL": empty.url}
        assert run_fast(*CASES[case].arguments, "-p", env=env) == (0, headings, "")
        assert run_fast(*CASES[case].arguments, env=env) == (0, "", "")
        assert not empty.exists


NEWER = {
    "GetLoginProfile": ("loginprofile", "AccessDenied"),
    "ListMFADevices": ("mfadevices", "AccessDenied"),
    "ListSSHPublicKeys": ("sshkeys", "AccessDenied"),
    "ListServiceSpecificCredentials": ("servicecredentials", "InvalidAction"),
    "ListAttachedUserPolicies": ("attachedpolicies", "AccessDenied"),
}


@pytest.mark.parametrize("reading", usual(["GetLoginProfile"], NEWER))
def test_what_may_not_be_read_is_skipped_and_reported(reading, run_fast, stub):
    heading, code = NEWER[reading]
    account = account_of(stub, "user").on(reading, refused(code, "not you", 403))
    account.on("ListSSHPublicKeys", refused("AccessDenied", "not you", 403))
    arguments = CASES["user"].arguments
    done = run_fast(*arguments, "-p", env={"AWS_IAM_URL": account.url})
    assert heading not in done.out
    notes = [
        f"iam-userdel: access to {name} is denied; the list may be incomplete\n"
        for name in NEWER
        if name in (reading, "ListSSHPublicKeys") and NEWER[name][1] == "AccessDenied"
    ]
    if code == "InvalidAction":
        notes.append(f"iam-userdel: the server has no {reading}; the list may be incomplete\n")
    assert (done.status, done.err) == (0, "".join(notes))
    env = {"AWS_IAM_URL": account.url, "IAMCLI_SANDBOX": account.url}
    done = run_fast(*arguments, env=env)
    assert done.status == 1
    assert done.err.startswith("iam-userdel: DeleteConflict: ")
    assert done.err.endswith("; left: user jack\n")
    assert account.exists


BROKEN = {
    "closed": (CLOSED, "was lost before the response was complete"),
    "failure": (refused("InternalFailure", "broken", 500), "InternalFailure: broken"),
    "refusal": (refused("ValidationError", "not so", 400), "ValidationError: not so"),
    "gateway": (Answer(b"<html/>", 502), "unexpected HTTP 502"),
    "other": (Answer(b"<html/>"), "not an IAM response"),
}


@pytest.mark.parametrize(
    ("reading", "broken"),
    every(
        4,
        [
            *((reading, "closed") for reading in NEWER),
            *(("GetLoginProfile", broken) for broken in ("failure", "refusal")),
            *(("ListMFADevices", broken) for broken in BROKEN if broken != "closed"),
        ],
    ),
)
def test_what_could_not_be_read_keeps_everything(reading, broken, run_fast, stub):
    fault, message = BROKEN[broken]
    account = account_of(stub, "user").on(reading, fault)
    env = {"AWS_IAM_URL": account.url, "AWS_MAX_ATTEMPTS": "1"}
    for pretend in ([], ["-p"]):
        done = run_fast(*CASES["user"].arguments, *pretend, env=env)
        assert (done.status, done.out) == (1, "")
        assert message in done.err
    assert account.changes == []


# Other work of several steps.


class Work(NamedTuple):
    """A command of several steps, the operations before, and each step as it is named."""

    line: str
    before: list[str]
    steps: list[tuple[str, str]]
    done: str

    @property
    def arguments(self) -> list[str]:
        return self.line.split()


WORKS = {
    "usercreate": Work(
        "iam-usercreate -u bob -g A -g B -k -v",
        ["GetGroup", "GetGroup"],
        [
            ("user bob", "CreateUser"),
            ("membership of group A", "AddUserToGroup"),
            ("membership of group B", "AddUserToGroup"),
            ("access key", "CreateAccessKey"),
        ],
        "created",
    ),
    "instanceprofilecreate": Work(
        "iam-instanceprofilecreate -s web -r web",
        ["GetRole"],
        [
            ("instance profile web", "CreateInstanceProfile"),
            ("role web in it", "AddRoleToInstanceProfile"),
        ],
        "created",
    ),
    "groupadduser": Work(
        "iam-groupadduser -g Admin -u a -u b -u c",
        [],
        [(f"user {name}", "AddUserToGroup") for name in "abc"],
        "added",
    ),
    "groupremoveuser": Work(
        "iam-groupremoveuser -g Admin -u a -u b -u c",
        [],
        [(f"user {name}", "RemoveUserFromGroup") for name in "abc"],
        "removed",
    ),
}


def willing(stub: Stub) -> Endpoint:
    """A service that does everything."""
    endpoint = stub.endpoint()
    for name in ("CreateUser", "CreateAccessKey", "CreateInstanceProfile", "GetGroup", "GetRole"):
        endpoint.on(name, canned(name))
    for name in ("AddUserToGroup", "RemoveUserFromGroup", "AddRoleToInstanceProfile"):
        endpoint.on(name, ok(name))
    return endpoint


@pytest.mark.parametrize("work", WORKS.values(), ids=WORKS)
def test_work_is_done_in_order(work, run_fast, stub):
    endpoint = willing(stub)
    done = run_fast(*work.arguments, env={"AWS_IAM_URL": endpoint.url})
    assert (done.status, done.err) == (0, "")
    assert endpoint.operations == [*work.before, *(operation for _, operation in work.steps)]


@pytest.mark.parametrize("mode", STRICT)
@pytest.mark.parametrize(
    ("work", "step"), [(work, step) for work in WORKS.values() for step in range(len(work.steps))]
)
def test_work_that_fails_is_reported(work, step, mode, run_fast, stub):
    endpoint = willing(stub)
    operations = [operation for _, operation in work.steps]
    failing = operations[step]
    no = refused("LimitExceeded", "too many", 409)
    endpoint.on(failing, *[ok(failing)] * operations[:step].count(failing), no)
    done = run_fast(*work.arguments, env={"AWS_IAM_URL": endpoint.url, "IAMCLI_STRICT": mode})
    finished = [what for what, _ in work.steps[:step]]
    left = ", ".join(what for what, _ in work.steps[step:])
    state = f"{work.done}: {', '.join(finished) or 'nothing'}; not {work.done}: {left}"
    assert done == failure(work.arguments[0], "LimitExceeded: too many", finished, state, mode)
    assert endpoint.operations[len(work.before) :] == operations[: step + 1]


@pytest.mark.parametrize("work", [WORKS["usercreate"], WORKS["instanceprofilecreate"]])
def test_what_is_missing_beforehand_leaves_nothing_behind(work, run_fast, stub):
    endpoint = willing(stub).on(work.before[-1], refused("NoSuchEntity", "who?", 404))
    done = run_fast(*work.arguments, env={"AWS_IAM_URL": endpoint.url})
    assert done == (1, "", f"{work.arguments[0]}: NoSuchEntity: who?\n")
    assert endpoint.operations == [work.before[0]]


@pytest.mark.parametrize("work", [WORKS["usercreate"], WORKS["instanceprofilecreate"]])
def test_where_looking_is_denied_the_work_goes_on(work, run_fast, stub):
    endpoint = willing(stub).on(work.before[0], refused("AccessDenied", "no", 403))
    done = run_fast(*work.arguments, env={"AWS_IAM_URL": endpoint.url})
    assert (done.status, done.err) == (0, "")


def recording(said: list[str], **values: object) -> IAM:
    """Return what a plan needs of its IAM: ``said`` gets the states."""
    return cast("IAM", SimpleNamespace(reporter=Reporter(), record_state=said.append, **values))


def state_after(error: BaseException, things: str, *, finished: int, strict: bool = False) -> str:
    """Return the report on steps that ``error`` ends after ``finished`` of them.

    If it has the attribute ``pending``, it comes while that request is under way.
    """
    said: list[str] = []
    iam = recording(said, pending=None, strict=strict)
    try:
        with Plan(iam, "made", "not made", things.split()) as progress:
            for _ in range(finished):
                progress.finish()
            iam.pending = getattr(error, "pending", None)
            raise error
    except type(error):
        return "".join(said)


def ended(error: CommandEnd, outcome: str) -> BaseException:
    error.outcome = outcome
    return error


def under_way(error: BaseException) -> BaseException:
    error.pending = ("CreateUser", {"UserName": "b"})
    return error


@pytest.mark.parametrize(
    ("error", "finished", "state"),
    [
        (Failure("x"), 0, "made: nothing; not made: a, b, c"),
        (Failure("x"), 2, "made: a, b; not made: c"),
        (Failure("x"), 3, "made: a, b, c; not made: nothing"),
        (UnknownOutcome("x", "CreateUser"), 0, "made: nothing; unknown: a; not made: b, c"),
        (UnknownOutcome("x", "CreateUser"), 1, "made: a; unknown: b; not made: c"),
        (KeyboardInterrupt(), 1, "made: a; not made: b, c"),
        (under_way(KeyboardInterrupt()), 1, "made: a; unknown: b; not made: c"),
        (ended(Failure("x"), DONE), 0, "made: a; not made: b, c"),
        (ended(Failure("x"), DONE), 1, "made: a, b; not made: c"),
        (ended(Interrupted("b was deleted again"), NOT_DONE), 1, "made: a; not made: b, c"),
        (ended(Interrupted("b still exists"), DONE), 1, "made: a, b; not made: c"),
        (KeyError("x"), 1, "made: a; unknown: b; not made: c"),
        (GeneratorExit(), 1, ""),
    ],
)
def test_what_ends_a_plan_early_is_reported(error, finished, state):
    assert state_after(error, "a b c", finished=finished) == state
    strict = "" if state.startswith("made: nothing; not") else state
    assert state_after(error, "a b c", finished=finished, strict=True) == strict


def test_a_step_that_was_done_in_part_is_reported_in_strict_mode():
    said: list[str] = []
    plan = Plan(recording(said, strict=True), "removed", "left", ["a", "b"])
    plan.skip()
    plan.__exit__(Failure, Failure("x"), None)
    assert said == ["removed: nothing; left: a, b"]


def test_a_single_step_has_no_state():
    assert state_after(Failure("x"), "a", finished=0) == ""
