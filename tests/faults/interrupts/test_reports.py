"""While a response is understood and reported: a signal hides no outcome."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support import moments
from support.cases.case import no_such
from support.faults import CLOSED, headed, raw
from support.forked import AT_ONCE
from support.interrupting import DEVICE_LINE, KEY_LINE
from support.one_time_secrets import DEVICE, SERIAL
from support.selection import in_full, pairs
from support.stub import canned, ok, refused

if TYPE_CHECKING:
    import signal

    from support.forked import ForkRunner
    from support.stub import Answer, Endpoint, Stub


@pytest.mark.parametrize("code", [None, "AccessDenied"])
def test_signal_after_the_last_line_changes_nothing(code, number, run_fast, stub):
    endpoint = stub.endpoint(refused(code, "not you", 403) if code else canned("GetUser"))
    command = "iam-usergetattributes"
    env = {"AWS_IAM_URL": endpoint.url}
    before = moments.code(moments.before_call, number, "os._exit")
    done = run_fast(command, env=env, before=before)
    assert done.status == (1 if code else 0)
    assert done.err == (f"{command}: {code}: not you\n" if code else "")


def test_signal_before_a_request_does_not_make_its_outcome_unknown(number, run_fast, stub):
    """It comes when signals are only recorded, because something is about to be changed."""
    endpoint = stub.endpoint()
    before = moments.code(moments.before_call, number, "iamcli.client.client.Client.call")
    env = {"AWS_IAM_URL": endpoint.url}
    assert run_fast("iam-groupcreate", "-g", "Admin", env=env, before=before) == (-number, "", "")
    assert endpoint.requests == []


@pytest.mark.parametrize(
    "missing", [("user policy", "read"), ("user", "bob")], ids=lambda it: it[0]
)
def test_a_signal_does_not_take_away_what_was_looked_up(missing, number, run_fast, stub):
    """The second request finds nothing to remove, or a list shows that nothing is left."""
    endpoint = stub.endpoint(CLOSED, refused("NoSuchEntity", no_such(*missing), 404))
    endpoint.on("ListUserPolicies", ok("ListUserPolicies", "<PolicyNames/>"))
    before = moments.code(moments.after_call, number, "iamcli.operations.outcomes.settle")
    line = "iam-userdelpolicy -u bob -p read"
    env = {"AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "2"}
    done = run_fast(*line.split(), env=env, before=f"{AT_ONCE}\n{before}")
    assert (done.status, done.out) == (-number, "")
    ended = "iam-userdelpolicy: interrupted; changes already made remain"
    assert done.err.splitlines()[-1] == ended


#: Responses after which a request may have taken effect.
UNKNOWN_OUTCOMES = {
    "truncated": raw(headed(b"<Crea", "Content-Length: 999")),
    "gateway": raw(headed(b"", status="504 Gateway Timeout")),
    "lost": CLOSED,
}
#: Commands with the request that is not answered well, how to check it, and a state line.
CHANGES = (
    ("iam-groupcreate -g Admin", "CreateGroup", "iam-grouplistusers -g Admin", ""),
    (DEVICE_LINE, "CreateVirtualMFADevice", "iam-virtualmfadevicelist -t Any", ""),
    (KEY_LINE, "CreateAccessKey", "iam-userlistkeys -u bob", ""),
    ("iam-usermodkey -u bob -k A1 -s Inactive", "UpdateAccessKey", "iam-userlistkeys -u bob", ""),
    (
        "iam-groupdel -g Admin -r",
        "DeleteGroupPolicy",
        "iam-grouplistpolicies -g Admin",
        "removed: nothing; unknown: policy read; left: group Admin",
    ),
    (
        "iam-groupadduser -g Admin -u bob -u susan",
        "AddUserToGroup",
        "iam-userlistgroups -u bob",
        "added: nothing; unknown: user bob; not added: user susan",
    ),
)


class Ended(NamedTuple):
    """How a command ended that got a signal ``after`` so many events; ``saved``: its seed."""

    after: int
    status: int
    out: str
    err: str
    saved: bool


def at_events(
    run_fast: ForkRunner,
    endpoint: Endpoint,
    line: str,
    number: signal.Signals,
    step: int,
    status: int = 400,
) -> list[Ended]:
    """Run a command line with a signal after more and more events, until it ends before.

    The events, each time ``step`` more, are those of ``moments.after_response`` with ``status``.
    The last run is left out: its signal may come when the exit status is already decided.
    """
    env = {"AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "1", "IAMCLI_STRICT": "0"}
    seed = run_fast.home / "seed"
    ended: list[Ended] = []
    for after in itertools.count(1, step):
        before = moments.code(moments.after_response, number, after, status)
        done = run_fast(*line.split(), env=env, before=before)
        if done.status == moments.UNREACHED:
            break
        ended.append(Ended(after, *done, saved=seed.exists()))
        seed.unlink(missing_ok=True)
    assert len(ended) > 2
    return ended[:-1]


def with_policy(stub: Stub, answer: Answer) -> Endpoint:
    """Return an account with a group that has a policy; ``answer`` is for what changes it."""
    names = "<PolicyNames><member>read</member></PolicyNames><IsTruncated>false</IsTruncated>"
    none = "<{0}/><IsTruncated>false</IsTruncated>"
    endpoint = stub.endpoint(answer)
    endpoint.on("ListGroupPolicies", ok("ListGroupPolicies", names))
    attached = ok("ListAttachedGroupPolicies", none.format("AttachedPolicies"))
    endpoint.on("ListAttachedGroupPolicies", attached)
    # Otherwise an addition is looked up for some seconds.
    endpoint.on("ListGroupsForUser", refused("AccessDenied", "not you", 403))
    group = "<Group><Arn>arn</Arn></Group>" + none.format("Users")
    return endpoint.on("GetGroup", ok("GetGroup", group))


@pytest.mark.parametrize(
    ("change", "answer", "step"),
    pairs(
        CHANGES,
        UNKNOWN_OUTCOMES,
        (1999, 701),
        first=[(change, "truncated", 1999) for change in (CHANGES[2], CHANGES[-1])],
    ),
)
def test_a_signal_does_not_take_a_failure_away(change, answer, step, number, run_fast, stub):
    line, operation, check, state = change
    endpoint = with_policy(stub, UNKNOWN_OUTCOMES[answer])
    advice = f"; {operation} may have taken effect, check first: {check}"
    for after, status, out, err, _saved in at_events(run_fast, endpoint, line, number, step):
        where = f"after {after} events: {err}"
        first, *rest = err.splitlines() or [""]
        assert (status, out) == (-number, ""), where
        assert first.endswith(advice), where
        assert rest == [f"{line.partition(' ')[0]}: {state}"] * bool(state), where


@pytest.mark.full
def test_a_signal_does_not_take_a_refusal_away(number, run_fast, stub):
    endpoint = stub.endpoint(refused("AccessDenied", "not you", 403))
    line = "iam-groupadduser -g Admin -u bob -u susan"
    for ended in at_events(run_fast, endpoint, line, number, 701):
        error = (
            "iam-groupadduser: AccessDenied: not you\n"
            "iam-groupadduser: added: nothing; not added: user bob, user susan\n"
        )
        assert ended[1:4] == (-number, "", error)


@pytest.mark.parametrize("where", ["", in_full("-o seed")])
def test_a_signal_does_not_take_a_device_away(where, number, run_fast, stub):
    """Its seed is shown or saved, or it is deleted again."""
    endpoint = stub.endpoint().on("CreateVirtualMFADevice", DEVICE)
    endpoint.on("DeleteVirtualMFADevice", ok("DeleteVirtualMFADevice"))
    command = "iam-virtualmfadevicecreate"
    line = f"{command} -s phone -b Base32String {where}"
    for after, status, out, err, saved in at_events(
        run_fast, endpoint, line, number, 97, status=200
    ):
        shown = "JBSWY3DP" in out or saved
        if err != f"{command}: interrupted; virtual MFA device {SERIAL} was deleted again\n":
            remain = f"{command}: interrupted; changes already made remain\n"
            assert (status, err) in {(0, ""), (-number, remain)}, after
            assert shown, after
        else:
            assert (status, saved) == (-number, False), after
