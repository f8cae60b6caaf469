"""Requests that took effect although their response was lost: the report on them is true."""

from __future__ import annotations

import itertools
import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.account import ARN, CASES, Account, account_of
from support.cases import OPERATIONS
from support.cases.case import CERTIFICATE_ID, SERIAL, Case, no_such
from support.faults import CLOSED, headed, raw
from support.forked import AT_ONCE
from support.one_time_secrets import KEY, ONCE, service
from support.selection import every, in_full, one_of_each, usual
from support.shell import KEY_ID
from support.stub import Answer, canned, ok, refused
from support.terminal import read_now

from iamcli.client.changes import ADDITIONS, REMOVALS, UPDATES
from iamcli.operations.lookups import LOOKUPS

if TYPE_CHECKING:
    from support.forked import Done, ForkRunner
    from support.stub import Endpoint, Request, Stub

pytestmark = pytest.mark.releases

TWICE = {"AWS_MAX_ATTEMPTS": "2", "IAMCLI_TIMEOUT": "20"}

LOST = {
    "closed": CLOSED,
    "cut": raw(headed(b"<De", "Content-Length: 99")),
    "gateway's time-out": Answer(b"<html/>", 504),
    "service's failure": refused("ServiceFailure", "something broke", 500),
}
NOTHING_DONE = {"Throttling": refused("Throttling", "Rate exceeded"), "429": Answer(b"", 429)}


class Removing(NamedTuple):
    """A command that removes something, and the service's sentences for what is missing."""

    line: str
    operation: str
    gone: str
    no_owner: str = ""

    @property
    def name(self) -> str:
        """The name of the command."""
        return self.line.partition(" ")[0]


def removing(case: Case) -> Removing:
    """Return the row of a command that removes something."""
    kind, _, name = case.owners[0].rpartition(" ") if case.owners else ("", "", "")
    return Removing(case.line, case.operation, case.missing, no_such(kind, name) if name else "")


NO_BOB, NO_ADMIN, NO_WEB = no_such("user", "bob"), no_such("group", "Admin"), no_such("role", "web")
#: The policy is called like the user, and still it is the policy that is missing.
LIKE_USER = Removing(
    "iam-userdelpolicy -u bob -p bob", "DeleteUserPolicy", no_such("user policy", "bob"), NO_BOB
)
REMOVING = [
    LIKE_USER if case.operation == LIKE_USER.operation else removing(case)
    for case in OPERATIONS.values()
    if case.missing
]


def run_against(run_fast: ForkRunner, endpoint: Endpoint, line: str, **env: str) -> Done:
    env = {"AWS_IAM_URL": endpoint.url, **TWICE, **env}
    return run_fast(*line.split(), env=env, before=AT_ONCE)


def assert_unknown(done: Done, operation: str) -> None:
    """It is reported on one line that the outcome of ``operation`` is unknown."""
    check = OPERATIONS[operation].check
    assert (done.status, done.out) == (1, "")
    assert f"; {operation} may have taken effect, check first: {check}" in done.err
    assert len(done.err.splitlines()) == 1


def missing(sentence: str) -> Answer:
    return refused("NoSuchEntity", sentence, 404)


@pytest.mark.parametrize("removing", REMOVING, ids=lambda entry: entry.operation)
@pytest.mark.parametrize("lost", usual(["closed", "service's failure"], LOST))
def test_removal_whose_answer_was_lost_is_done(removing, lost, run_fast, stub):
    endpoint = stub.endpoint(LOST[lost], missing(removing.gone))
    done = run_against(run_fast, endpoint, removing.line)
    note = (
        f"{removing.name}: the response to {removing.operation} was lost; a second request reports "
        f"that nothing is left to remove: {removing.gone}\n"
    )
    assert done == (0, "", note)
    assert endpoint.operations == [removing.operation] * 2


def test_in_strict_mode_nothing_is_added_to_standard_output(run_fast, stub):
    endpoint = stub.endpoint(CLOSED, missing(NO_BOB))
    done = run_against(run_fast, endpoint, "iam-userdel -u bob", IAMCLI_STRICT="1")
    assert done == (0, "", "")


@pytest.mark.parametrize("removing", every(3, REMOVING), ids=lambda entry: entry.operation)
@pytest.mark.parametrize("nothing", usual(["Throttling"], NOTHING_DONE))
def test_removal_of_which_nothing_was_done_before_is_an_error(removing, nothing, run_fast, stub):
    endpoint = stub.endpoint(NOTHING_DONE[nothing], missing(removing.gone))
    done = run_against(run_fast, endpoint, removing.line)
    assert done == (1, "", f"{removing.name}: NoSuchEntity: {removing.gone}\n")


# A removal that was sent again, and whose answer does not settle it, is looked up.


def listed(operation: str, key: str, *entries: str) -> Answer:
    members = "".join(f"<member>{entry}</member>" for entry in entries)
    return ok(operation, f"<{key}>{members}</{key}>")


def in_profile(*roles: str) -> Answer:
    entries = "".join(f"<member><RoleName>{role}</RoleName></member>" for role in roles)
    profile = f"<InstanceProfile><Roles>{entries}</Roles></InstanceProfile>"
    return ok("GetInstanceProfile", profile)


class Looking(NamedTuple):
    """The request that looks a removal up, and its answers."""

    operation: str
    there: Answer
    gone: Answer


def listing(operation: str, key: str, member: str, name: str) -> Looking:
    form = f"<{member}>{{}}</{member}>" if member else "{}"
    one, other = form.format(name), form.format(f"{name}2")
    return Looking(operation, listed(operation, key, other, one), listed(operation, key, other))


LOOKING = {
    "DeleteAccessKey": listing("ListAccessKeys", "AccessKeyMetadata", "AccessKeyId", KEY_ID),
    "DeleteSigningCertificate": listing(
        "ListSigningCertificates", "Certificates", "CertificateId", CERTIFICATE_ID
    ),
    "DeleteUserPolicy": listing("ListUserPolicies", "PolicyNames", "", "bob"),
    "DeleteGroupPolicy": listing("ListGroupPolicies", "PolicyNames", "", "read"),
    "DeleteRolePolicy": listing("ListRolePolicies", "PolicyNames", "", "read"),
    "DeleteLoginProfile": Looking(
        "GetLoginProfile",
        ok("GetLoginProfile", "<LoginProfile/>"),
        missing(OPERATIONS["DeleteLoginProfile"].missing),
    ),
    "DeactivateMFADevice": listing("ListMFADevices", "MFADevices", "SerialNumber", SERIAL),
    "RemoveUserFromGroup": listing("ListGroupsForUser", "Groups", "GroupName", "Admin"),
    "RemoveRoleFromInstanceProfile": Looking(
        "GetInstanceProfile", in_profile("web2", "Web"), in_profile("web2")
    ),
}
OWNED = [removing for removing in REMOVING if removing.no_owner]
#: What else is reported missing: the owner in ``no_owner``, a user, who may be another owner.
OTHER = {"owner": "", "user": NO_BOB, "neither": "It is not there."}


@pytest.mark.parametrize(("removing", "other"), one_of_each(0, itertools.product(OWNED, OTHER)))
def test_removal_that_is_seen_to_be_gone_is_done(removing, other, run_fast, stub):
    looking = LOOKING[removing.operation]
    endpoint = stub.endpoint(CLOSED, missing(OTHER[other] or removing.no_owner))
    # What was just removed may still be visible.
    endpoint.on(looking.operation, looking.there, looking.gone)
    assert run_against(run_fast, endpoint, removing.line) == (0, "", "")
    assert endpoint.operations == [removing.operation] * 2 + [looking.operation] * 2


@pytest.mark.parametrize("removing", every(3, OWNED), ids=lambda entry: entry.operation)
def test_removal_that_is_seen_not_to_be_done_is_the_services_error(removing, run_fast, stub):
    looking = LOOKING[removing.operation]
    endpoint = stub.endpoint(CLOSED, missing(removing.no_owner))
    endpoint.on(looking.operation, looking.there)
    done = run_against(run_fast, endpoint, removing.line, IAMCLI_TIMEOUT="0.5")
    assert done == (1, "", f"{removing.name}: NoSuchEntity: {removing.no_owner}\n")


@pytest.mark.parametrize("removing", OWNED, ids=lambda entry: entry.operation)
@pytest.mark.parametrize(
    "answer",
    [refused("AccessDenied", "not you", 403), in_full(CLOSED), in_full(Answer(b"", 429)), None],
    ids=["denied", "lost", "429", "no owner"],
)
def test_removal_that_cannot_be_looked_up_is_unknown(removing, answer, run_fast, stub):
    endpoint = stub.endpoint(CLOSED, missing(removing.no_owner))
    endpoint.on(LOOKING[removing.operation].operation, answer or missing(removing.no_owner))
    done = run_against(run_fast, endpoint, removing.line)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(
        f"{removing.name}: NoSuchEntity: {removing.no_owner}; "
        f"{removing.operation} may have taken effect, check first: iam-"
    )
    assert len(done.err.splitlines()) == 1


def test_the_removals_that_are_looked_up_are_here():
    assert set(LOOKING) == {removing.operation for removing in OWNED}
    for removing in REMOVING:
        assert bool(LOOKUPS[removing.operation].owners) == bool(removing.no_owner)


NUMBER = f"<SerialNumber>{SERIAL}</SerialNumber>"
CONFLICTING = {
    "DeleteUser": ("GetUser", "", missing(NO_BOB)),
    "DeleteGroup": ("GetGroup", "<Group/>", missing(NO_ADMIN)),
    "DeleteVirtualMFADevice": (
        "ListVirtualMFADevices",
        f"<VirtualMFADevices><member>{NUMBER}</member></VirtualMFADevices>",
        ok("ListVirtualMFADevices"),
    ),
    "DeleteRole": ("GetRole", "", missing(NO_WEB)),
}


@pytest.mark.parametrize("operation", every(2, CONFLICTING))
@pytest.mark.parametrize("account", ["there", "gone"])
def test_conflict_after_a_lost_answer_is_looked_up(operation, account, run_fast, stub):
    line = CHANGING[operation]
    conflict = refused("DeleteConflict", "it is in use", 409)
    looking, seen, gone = CONFLICTING[operation]
    endpoint = stub.endpoint().on(operation, CLOSED, conflict)
    endpoint.on(looking, gone if account == "gone" else ok(looking, seen))
    done = run_against(run_fast, endpoint, line, IAMCLI_TIMEOUT="0.5")
    error = f"{line.split()[0]}: DeleteConflict: it is in use\n"
    assert done == ((0, "", "") if account == "gone" else (1, "", error))


def test_the_removals_here_are_all_of_those_that_commands_send():
    recursive = {
        "DeleteSSHPublicKey",
        "DeleteServiceSpecificCredential",
        "DetachGroupPolicy",
        "DetachRolePolicy",
        "DetachUserPolicy",
    }
    assert {removing.operation for removing in REMOVING} == set(REMOVALS) - recursive


# An outcome that is not known is called unknown, for every operation.

#: Memberships are settled by looking.
ADDED = ("AddRoleToInstanceProfile", "AddUserToGroup")
CHANGING = {
    operation: case.line
    for operation, case in OPERATIONS.items()
    if not case.once and operation not in ADDED
}
NOT_UNDERSTOOD = {
    **LOST,
    "another operation's": ok("ListUsers"),
    "unreadable": Answer(b"<html><p>hi"),
    "gzip that lies": Answer(b"\x1f\x8b\x08" + b"\0" * 9, headers={"Content-Encoding": "gzip"}),
    "forbidden by a gateway": Answer(b"<html/>", 403),
}


@pytest.mark.parametrize(
    ("lost", "operation"), one_of_each(1, itertools.product(NOT_UNDERSTOOD, CHANGING))
)
def test_outcome_is_unknown_if_no_answer_was_understood(operation, lost, run_fast, stub):
    endpoint = stub.endpoint(NOT_UNDERSTOOD[lost])
    endpoint.on("GetAccountPasswordPolicy", missing("There is no password policy."))
    done = run_against(run_fast, endpoint, CHANGING[operation])
    assert_unknown(done, operation)
    assert "{" not in done.err
    assert "try again" not in done.err


def test_outcome_of_an_operation_that_is_not_declared_is_unknown_too(run_fast, stub):
    endpoint = stub.endpoint(CLOSED)
    undeclared = "from iamcli.client import changes; del changes.CHECKS['UpdateUser']"
    env = {"AWS_IAM_URL": endpoint.url, **TWICE}
    done = run_fast("iam-usermod", "-u", "bob", "-n", "rob", env=env, before=undeclared)
    assert (done.status, done.out) == (1, "")
    check = "see the account in the IAM console or with the AWS CLI"
    assert done.err.endswith(f"; UpdateUser may have taken effect, check first: {check}\n")
    assert len(done.err.splitlines()) == 1


#: Answers that say nothing about an earlier attempt.
FOREIGN = {
    **{f"empty {status}": Answer(b"", status) for status in (429, 302, 400, 401, 404, 407, 409)},
    "429 of a gateway": Answer(b"<html/>", 429),
    "503 of a gateway": Answer(b"<html/>", 503),
    "throttled": refused("Throttling", "Rate exceeded"),
    "throttled with 503": refused("SlowDown", "Please reduce your request rate.", 503),
    "busy": refused("ConcurrentModification", "It is being changed.", 409),
    "denied": refused("AccessDenied", "not you", 403),
    "expired": refused("ExpiredToken", "The security token included in the request is expired"),
    "unknown key": refused("InvalidClientTokenId", "The security token is invalid.", 403),
}


@pytest.mark.parametrize(("foreign", "operation"), every(23, itertools.product(FOREIGN, CHANGING)))
def test_any_other_answer_after_a_lost_one_leaves_the_outcome_unknown(
    operation, foreign, run_fast, stub
):
    endpoint = stub.endpoint().on(operation, CLOSED, FOREIGN[foreign])
    endpoint.on("GetAccountPasswordPolicy", missing("There is no password policy."))
    done = run_against(run_fast, endpoint, CHANGING[operation])
    assert_unknown(done, operation)
    assert foreign != "denied" or f"AccessDenied: not you; {operation} may have" in done.err


def test_a_lost_answer_is_remembered_after_another_one(run_fast, stub):
    answers = (CLOSED, FOREIGN["throttled"], FOREIGN["denied"])
    env = {"AWS_IAM_URL": stub.endpoint(*answers).url, "AWS_RETRY_MODE": "legacy"}
    at_once = "import random\nrandom.random = lambda: 0"
    done = run_fast("iam-userdel", "-u", "bob", env=env, before=at_once)
    assert "AccessDenied: not you; DeleteUser may have taken effect, check first: " in done.err


@pytest.mark.parametrize("case", every(2, CASES))
@pytest.mark.parametrize("foreign", every(5, FOREIGN))
def test_state_calls_the_step_unknown(case, foreign, run_fast, stub):
    what, operation = CASES[case].steps[0]
    account = dropping(stub, case, operation)
    account.then = FOREIGN[foreign]
    done = run_against(run_fast, account, " ".join(CASES[case].arguments))
    left = ", ".join(name for name, _ in CASES[case].steps[1:])
    first, second = done.err.splitlines()
    assert (done.status, done.out) == (1, "")
    assert f"; {operation} may have taken effect, check first: " in first
    assert second.endswith(f": removed: nothing; unknown: {what}; left: {left}")


def test_credentials_that_cannot_be_renewed_after_a_lost_answer(run_fast, stub):
    """The program for credentials works until the first request has been sent."""
    endpoint = stub.endpoint(CLOSED)
    home = run_fast.home
    soon = (datetime.now(timezone.utc) + timedelta(seconds=60)).isoformat()
    keys = {"Version": 1, "AccessKeyId": KEY_ID, "SecretAccessKey": "x" * 40, "Expiration": soon}
    (home / "keys").write_text(json.dumps(keys))
    program = home / "program"
    program.write_text(f"#!/bin/sh\nexec cat {home}/keys\n")
    program.chmod(0o755)
    (home / "config").write_text(f"[default]\ncredential_process = {program}\n")
    plain = endpoint.answer

    def answer(request: Request) -> Answer:
        program.unlink()
        return plain(request)

    endpoint.answer = answer
    env = {"AWS_CREDENTIAL_FILE": "", "AWS_CONFIG_FILE": str(home / "config")}
    assert_unknown(run_against(run_fast, endpoint, "iam-userdel -u bob", **env), "DeleteUser")


@pytest.mark.parametrize("code", ["InvalidInput", "NoSuchEntityOther", "ValidationError"])
def test_only_the_code_no_such_entity_settles_a_removal(code, run_fast, stub):
    endpoint = stub.endpoint(CLOSED, refused(code, NO_BOB, 404))
    done = run_against(run_fast, endpoint, "iam-userdel -u bob")
    assert (done.status, done.out) == (1, "")
    assert f"{code}: {NO_BOB}; DeleteUser may have taken effect" in done.err


@pytest.mark.parametrize("lost", LOST)
def test_refusal_of_a_read_that_was_sent_again_is_reported_as_it_is(lost, run_fast, stub):
    endpoint = stub.endpoint(LOST[lost], missing(NO_BOB))
    done = run_against(run_fast, endpoint, "iam-usergetattributes -u bob")
    assert done == (1, "", f"iam-usergetattributes: NoSuchEntity: {NO_BOB}\n")


def test_every_operation_that_is_sent_again_is_here():
    single = {name for name in CHANGING if name not in REMOVALS}
    assert {*single, *ADDED} == {*ADDITIONS, *UPDATES}


def test_reading_says_that_it_may_be_tried_again(run_fast, stub):
    done = run_against(run_fast, stub.endpoint(CLOSED), "iam-usergetattributes -u bob")
    assert done.err.endswith("was lost before the response was complete; try again\n")


# Memberships are settled by looking.


class Adding(NamedTuple):
    """A command that adds to a list, and what shows whether that was done."""

    line: str
    operation: str
    looking: str
    there: str
    note: str
    others: dict[str, Answer] = {}  # noqa: RUF012 - never written to


TO_GROUP = Adding(
    OPERATIONS["AddUserToGroup"].line,
    "AddUserToGroup",
    "ListGroupsForUser",
    f"<Groups><member><GroupName>Admin</GroupName><Arn>{ARN}group/Admin</Arn></member></Groups>",
    "user bob is in group Admin",
)
TO_PROFILE = Adding(
    OPERATIONS["AddRoleToInstanceProfile"].line,
    "AddRoleToInstanceProfile",
    "GetInstanceProfile",
    "<InstanceProfile><Roles><member><RoleName>web</RoleName></member></Roles></InstanceProfile>",
    "role web is in instance profile front",
)
ADDING = {
    "groupadduser": TO_GROUP,
    "usercreate": TO_GROUP._replace(
        line="iam-usercreate -u bob -g Admin",
        others={name: canned(name) for name in ("GetGroup", "CreateUser")},
    ),
    "instanceprofileaddrole": TO_PROFILE,
    "instanceprofilecreate": TO_PROFILE._replace(
        line="iam-instanceprofilecreate -s front -r web",
        others={name: canned(name) for name in ("GetRole", "CreateInstanceProfile")},
    ),
}
every_adding = pytest.mark.parametrize("adding", ADDING.values(), ids=ADDING)
QUOTA = refused(
    "LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", 409
)


def adding_endpoint(stub: Stub, adding: Adding, *answers: Answer) -> Endpoint:
    endpoint = stub.endpoint().on(adding.operation, *answers)
    for operation, answer in adding.others.items():
        endpoint.on(operation, answer)
    return endpoint


@every_adding
@pytest.mark.parametrize("second", [CLOSED, QUOTA], ids=["lost", "refused"])
@pytest.mark.parametrize("late", [False, True], ids=["at once", "late"])
def test_addition_that_is_seen_is_done(adding, second, late, run_fast, stub):
    endpoint = adding_endpoint(stub, adding, CLOSED, second)
    empty = "<InstanceProfile/>" if adding.looking == "GetInstanceProfile" else ""
    seen = [ok(adding.looking, result) for result in (empty, adding.there)]
    endpoint.on(adding.looking, *seen[not late :])
    # A script sees nothing new; on a terminal, a note says what happened.
    assert run_against(run_fast, endpoint, adding.line) == (0, "", "")
    assert adding.looking in endpoint.operations


@pytest.mark.parametrize("adding", [TO_GROUP, TO_PROFILE], ids=["group", "profile"])
def test_a_terminal_shows_what_was_seen(adding, run_fast, stub, terminal):
    endpoint = adding_endpoint(stub, adding, CLOSED)
    endpoint.on(adding.looking, ok(adding.looking, adding.there))
    env = {"AWS_IAM_URL": endpoint.url, **TWICE}
    done = run_fast(*adding.line.split(), env=env, stderr=terminal[1])
    assert (done.status, done.out) == (0, "")
    assert f": the response was lost, but {adding.note}\n" in read_now(terminal[0])


@every_adding
def test_addition_that_is_not_seen_is_not_done(adding, run_fast, stub):
    endpoint = adding_endpoint(stub, adding, CLOSED)
    others = adding.there.replace("Admin", "{}").replace("web", "{}")
    first, second = (others.replace("{}", name) for name in ("A", "z"))
    endpoint.on(adding.looking, ok(adding.looking, first), ok(adding.looking, second))
    done = run_against(run_fast, endpoint, adding.line, IAMCLI_TIMEOUT="1")
    assert done.status == 1
    assert adding.note.replace(" is ", " is not ") in done.err
    assert "unknown" not in done.err
    # What was just added may not be visible at once.
    assert endpoint.operations.count(adding.looking) > 1


@every_adding
def test_addition_that_may_not_be_looked_up_is_unknown(adding, run_fast, stub):
    endpoint = adding_endpoint(stub, adding, CLOSED)
    endpoint.on(adding.looking, refused("AccessDenied", "not you", 403))
    done = run_against(run_fast, endpoint, adding.line)
    assert done.status == 1
    assert f"{adding.operation} may have taken effect, check first: iam-" in done.err
    if adding.others:
        assert "; unknown: " in done.err.splitlines()[1]


# A recursive removal.


class Dropping(Account):
    """An account that drops the connection once, after it did what ``drop`` asks for.

    ``then``: the answer to the requests that follow, None if they are carried out.
    """

    drop = ""
    then: Answer | None = None

    def answer(self, request: Request) -> Answer:
        if self.then and not self.drop:
            return self.then
        answer = super().answer(request)
        if request.operation == self.drop:
            self.drop = ""
            return CLOSED
        return answer


def dropping(stub: Stub, case: str, drop: str) -> Dropping:
    what = CASES[case]
    account = stub.add(lambda url: Dropping(url, what.kind, what.things, **what.more))
    account.drop = drop
    return account


DROPS = [(case, drop) for case in CASES for drop in dict.fromkeys(o for _, o in CASES[case].steps)]


@pytest.mark.parametrize(("case", "drop"), every(4, DROPS))
def test_recursive_removal_goes_on_after_a_lost_answer(case, drop, run_fast, stub):
    account = dropping(stub, case, drop)
    done = run_against(run_fast, account, " ".join(CASES[case].arguments))
    assert done.status == 0
    assert (account.exists, account.drop) == (False, "")
    assert "left" not in done.err.replace("nothing is left to remove", "")


@pytest.mark.parametrize(
    ("case", "step"),
    every(3, [(case, step) for case in CASES for step in range(len(CASES[case].steps))]),
)
def test_somebody_else_removes_the_same_things(case, step, run_fast, stub):
    """From this step on the account is empty: the rest of the removal finds nothing."""
    account = account_of(stub, case)
    plain = account.answer

    def answer(request: Request) -> Answer:
        if len(account.changes) == step and not request.operation.startswith(("Get", "List")):
            account.exists = False
        return plain(request)

    account.answer = answer
    assert run_against(run_fast, account, " ".join(CASES[case].arguments)) == (0, "", "")


def test_recursive_removal_does_not_pass_over_what_is_seen_to_be_there(run_fast, stub):
    account = dropping(stub, "role", "")
    account.on("RemoveRoleFromInstanceProfile", CLOSED, missing(NO_WEB))
    account.on("GetInstanceProfile", in_profile("web"))
    line = " ".join(CASES["role"].arguments)
    done = run_against(run_fast, account, line, IAMCLI_TIMEOUT="0.5")
    first, second = done.err.splitlines()
    assert first == f"iam-roledel: NoSuchEntity: {NO_WEB}"
    assert second.startswith("iam-roledel: removed: nothing; left: place in instance profile web1")


# Taking back what cannot be shown.

UNKNOWN_KEY = "iam-usercreate: created: user bob; unknown: access key; not created: nothing"


NOT_YET, DENIED = missing("not yet"), refused("AccessDenied", "not you", 403)
MAY_EXIST = "{0.what} may still exist but its secret is lost; delete it with {0.remedy}: "


@pytest.mark.parametrize("once", every(2, ONCE.values()), ids=ONCE)
@pytest.mark.parametrize(
    ("answers", "limit", "said", "number"),
    [
        ((NOT_YET, NOT_YET, None), "10", "{0.what} was deleted again\n", 3),
        in_full((CLOSED, NOT_YET, None), "10", "{0.what} was deleted again\n", 3),
        ((NOT_YET,), "1", MAY_EXIST, 3),
        ((CLOSED,), "1", MAY_EXIST, 2),
        ((CLOSED, NOT_YET, DENIED), "20", MAY_EXIST, 3),
    ],
    ids=["early", "lost and early", "missing", "lost", "lost and denied"],
)
def test_what_cannot_be_shown_is_taken_back(once, answers, limit, said, number, run_fast, stub):
    deletion = [answer or ok(once.delete) for answer in answers]
    endpoint = service(stub).on(once.delete, *deletion)
    env = {"AWS_IAM_URL": endpoint.url, **TWICE, "IAMCLI_TIMEOUT": limit}
    done = run_fast(*once.arguments, stdout="/dev/full", env=env, before=AT_ONCE)
    assert done.status == 1
    assert said.format(once) in done.err
    assert "still exists" not in done.err
    if once.state and said == MAY_EXIST:
        assert done.err.splitlines()[1] == UNKNOWN_KEY
    assert endpoint.operations.count(once.delete) == number


def test_key_without_an_id_is_unknown(run_fast, stub):
    key = Answer(KEY.body.replace(b"AccessKeyId", b"Other"))
    endpoint = service(stub).on("CreateAccessKey", key)
    done = run_against(run_fast, endpoint, "iam-usercreate -u bob -k")
    assert done.status == 1
    assert done.err.splitlines()[1] == UNKNOWN_KEY
