"""Commands are faster than the service is consistent: what was just changed is waited for."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.account import ARN
from support.cases import CASES, OPERATIONS
from support.cases.case import SERIAL, no_such
from support.cases.prepared import write_files
from support.faults import CLOSED
from support.forked import AT_ONCE
from support.selection import every, in_full, usual
from support.stub import Endpoint, canned, ok, refused
from support.terminal import Terminal, rows

from iamcli.client.changes import ADDITIONS, CREATIONS, REMOVALS
from iamcli.client.model import slim_model
from iamcli.errors import INTERRUPTED
from iamcli.operations.lookups import ENTITIES, LOOKUPS, reports_missing
from iamcli.operations.waiting import attempts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from support.forked import Done, ForkRunner
    from support.stub import Answer, Stub

TRUST = '{"Statement":[{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole"}]}'


def missing(kind: str, name: str) -> Answer:
    return refused("NoSuchEntity", no_such(kind, name), 404)


CONFLICT = refused("DeleteConflict", "Cannot delete entity, must remove users first.", 409)


def unknown_principal(name: str, kind: str = "AWS") -> Answer:
    message = f'Invalid principal in policy: "{kind}":"{name}"'
    return refused("MalformedPolicyDocument", message)


class Waiting(NamedTuple):
    """A command whose request ``operation`` is refused at first because of ``late``."""

    line: str
    operation: str
    late: Answer
    #: How the progress line calls what is not visible yet.
    what: str
    result: str = ""


def addition(line: str, operation: str, entity: str, result: str = "") -> Waiting:
    """Return a command that adds something to an entity, such as "user bob"."""
    kind, _, name = entity.rpartition(" ")
    return Waiting(line, operation, missing(kind, name), entity, result)


ADDING = [
    addition(case.line, case.operation, owner, case.result)
    for case in CASES.values()
    for owner in case.owners
    if not case.missing
]
GROUP_POLICY = next(entry for entry in ADDING if entry.line.startswith("iam-groupuploadpolicy "))
NEW_KEY = next(entry for entry in ADDING if entry.operation == "CreateAccessKey")
ROLE_IN_PROFILE = next(entry for entry in ADDING if entry.what == "instance profile front")
USER = f"{ARN}user/bob"
ROLE = "<Role><Arn>arn:web</Arn><RoleId>AROA</RoleId></Role>"
TRUSTING = [
    Waiting(
        "iam-rolecreate -r web -f trust", "CreateRole", unknown_principal(USER), USER, result=ROLE
    ),
    Waiting(
        "iam-roleupdateassumepolicy -r web -f trust",
        "UpdateAssumeRolePolicy",
        unknown_principal(USER),
        USER,
    ),
    Waiting(
        "iam-rolecreate -r web -f trust",
        "CreateRole",
        refused("MalformedPolicyDocument", "Invalid principal in policy"),
        "the principal",
        ROLE,
    ),
]
#: Nothing can be in them.
EMPTY = ("DeleteAccountAlias", "DeleteAccountPasswordPolicy")
DELETING = [
    Waiting(case.line, operation, CONFLICT, "DeleteConflict")
    for operation, case in OPERATIONS.items()
    if case.missing and not case.owners and operation not in EMPTY
]
READING = [
    addition("iam-usercreate -u bob -g dev", "GetGroup", "group dev", "<Group/>"),
    addition("iam-instanceprofilecreate -s front -r web", "GetRole", "role web", ROLE),
]
ALL = [*ADDING, *TRUSTING, *DELETING, *READING]
#: Some of each kind: DELETING begins with a user and a virtual device.
KINDS = (GROUP_POLICY, NEW_KEY, ROLE_IN_PROFILE, TRUSTING[0], *DELETING[:2], READING[0])


def name_of(waiting: Waiting) -> str:
    return f"{waiting.line.split()[0]}-{waiting.operation}-{waiting.what}"


@pytest.fixture(autouse=True)
def trust(tmp_path: Path) -> None:
    write_files(tmp_path)
    (tmp_path / "trust").write_text(TRUST % USER)


def service(stub: Stub, waiting: Waiting, *answers: Answer) -> Endpoint:
    """Return a service that accepts everything, but gives ``answers`` to the one request."""
    endpoint = stub.endpoint()
    for name in ("CreateUser", "CreateInstanceProfile"):
        endpoint.on(name, canned(name))
    for name in ("AddUserToGroup", "AddRoleToInstanceProfile"):
        endpoint.on(name, ok(name))
    return endpoint.on(waiting.operation, *answers)


def at(endpoint: Endpoint, **env: str) -> Mapping[str, str]:
    return {"AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "2", **env}


def run_at_once(run_fast: ForkRunner, line: str, endpoint: Endpoint, **env: str) -> Done:
    """Run a command line whose pauses end at once."""
    return run_fast(*line.split(), env=at(endpoint, **env), before=AT_ONCE)


@pytest.mark.parametrize("waiting", usual(KINDS, ALL), ids=name_of)
@pytest.mark.parametrize("strict", ["", "1"])
def test_what_is_not_visible_yet_is_waited_for(waiting, strict, run_fast, stub):
    accepted = ok(waiting.operation, waiting.result)
    endpoint = service(stub, waiting, waiting.late, accepted)
    done = run_at_once(run_fast, waiting.line, endpoint, IAMCLI_STRICT=strict)
    assert (done.status, done.err) == (0, "")
    assert "NoSuchEntity" not in done.out
    assert endpoint.operations.count(waiting.operation) == 2


@pytest.mark.parametrize(("limit", "number"), [("60", 4), in_full("", 4), ("0.7", 3)])
@pytest.mark.parametrize("waiting", usual(KINDS, ALL), ids=name_of)
def test_what_does_not_appear_is_reported(waiting, limit, number, run_fast, stub):
    endpoint = service(stub, waiting, waiting.late)
    done = run_at_once(run_fast, waiting.line, endpoint, IAMCLI_TIMEOUT=limit)
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    code = "MalformedPolicyDocument" if waiting in TRUSTING else "NoSuchEntity"
    code = "DeleteConflict" if waiting in DELETING else code
    assert done.err.startswith(f"{waiting.line.split()[0]}: {code}: ")
    assert endpoint.operations == [waiting.operation] * number


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


@pytest.mark.parametrize("waiting", every(3, ALL), ids=name_of)
def test_nothing_is_waited_for_in_the_sandbox(waiting, run_fast, stub):
    endpoint = service(stub, waiting, waiting.late)
    done = run_at_once(run_fast, waiting.line, endpoint, IAMCLI_SANDBOX=endpoint.url)
    assert (done.status, done.out) == (1, "")
    assert endpoint.operations == [waiting.operation]


#: Refusals of a command that are final.
FINAL = [
    # Scripts ask with these whether something exists.
    ("iam-usergetattributes -u bob", missing("user", "bob")),
    ("iam-userlistkeys -u bob", missing("user", "bob")),
    ("iam-userlistpolicies -u bob", missing("user", "bob")),
    ("iam-grouplistusers -g dev", missing("group", "dev")),
    ("iam-rolegetattributes -r web", missing("role", "web")),
    ("iam-instanceprofilegetattributes -s web", missing("instance profile", "web")),
    ("iam-usergetloginprofile -u bob", missing("user", "bob")),
    ("iam-usercreate -u bob", refused("EntityAlreadyExists", "User bob exists.", 409)),
    (
        "iam-useraddloginprofile -u bob -p secret12",
        refused("EntityAlreadyExists", "Login Profile for user bob already exists.", 409),
    ),
    # A removal finds nothing.
    ("iam-userdel -u bob", missing("user", "bob")),
    ("iam-userdelpolicy -u bob -p r", missing("user", "bob")),
    ("iam-userdelpolicy -u bob -p r", missing("user policy", "r")),
    ("iam-userdelkey -u bob -k AKIAI44QH8DHBEXAMPLE", missing("user", "bob")),
    ("iam-groupremoveuser -g dev -u bob", missing("group", "dev")),
    ("iam-userdelloginprofile -u bob", missing("user", "bob")),
    # Nothing is added.
    ("iam-usermod -u bob -n jim", missing("user", "bob")),
    ("iam-usermodkey -u bob -k AKIAI44QH8DHBEXAMPLE -s Active", missing("user", "bob")),
    ("iam-usermodloginprofile -u bob -p secret12", missing("user", "bob")),
    # Another entity.
    ("iam-useraddkey -u bob", missing("user", "bobby")),
    ("iam-useraddkey -u bob", missing("user", "jim.bob")),
    ("iam-useraddkey -u bob", missing("group", "bob")),
    ("iam-useraddkey", missing("user", "bob")),
    (
        f"iam-userenablemfadevice -u bob -s {SERIAL} -c1 123456 -c2 654321",
        refused("NoSuchEntity", f"VirtualMFADevice with serial number {SERIAL} does not exist."),
    ),
    # Another error.
    *(
        ("iam-useraddkey -u bob", refused(code, no_such("user", "bob")))
        for code in ("InvalidInput", "ValidationError", "AccessDenied")
    ),
    ("iam-useraddkey -u bob", CONFLICT),
    ("iam-userdelpolicy -u bob -p r", CONFLICT),
    ("iam-rolecreate -r web -f trust", unknown_principal("ec3.amazonaws.com", "SERVICE")),
    (
        "iam-rolecreate -r web -f trust",
        refused("MalformedPolicyDocument", "This policy contains invalid Json"),
    ),
    ("iam-rolecreate -r web -f trust", refused("InvalidInput", "Invalid principal")),
    ("iam-useruploadpolicy -u bob -p r -o {}", unknown_principal(USER)),
]


@pytest.mark.parametrize(("line", "answer"), FINAL)
def test_any_other_refusal_is_reported_at_once(line, answer, run_fast, stub):
    endpoint = stub.endpoint(answer)
    done = run_at_once(run_fast, line, endpoint)
    assert (done.status, done.out) == (1, "")
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    ("message", "reported"),
    [
        ("The user with name Bob cannot be found.", True),
        ("The user with name bob was not found", True),
        ("User bob not found", True),
        ("The user bob does not exist.", True),
        ("The user with name bobby cannot be found.", False),
        ("The group with name bob cannot be found.", False),
        ("The role of the user with name bob cannot be found.", False),
    ],
)
def test_what_a_message_reports_missing(message, reported):
    assert reports_missing("user", "bob", message) == reported


def test_every_addition_is_here():
    service_model = slim_model()
    named = {
        (operation, kind)
        for operation in ADDITIONS | CREATIONS
        for kind, member in ENTITIES.items()
        if member in service_model.operation_model(operation).input_shape.members
        and operation != f"Create{member.removesuffix('Name')}"
    }
    assert {(entry.operation, entry.what.rpartition(" ")[0]) for entry in ADDING} == named
    entities = {name for name in REMOVALS if not LOOKUPS[name].owners}
    assert {*EMPTY, *(entry.operation for entry in DELETING)} == entities


@pytest.mark.parametrize(
    ("line", "operation", "kind", "left"),
    [
        ("iam-usercreate -u bob -g dev", "AddUserToGroup", "user", "membership of group dev"),
        ("iam-usercreate -u bob -k", "CreateAccessKey", "user", "access key"),
        (
            "iam-instanceprofilecreate -s bob -r web",
            "AddRoleToInstanceProfile",
            "instance profile",
            "role web in it",
        ),
    ],
)
def test_what_the_same_command_has_created_is_waited_for_longer(
    line, operation, kind, left, run_fast, stub
):
    late = missing(kind, "bob")
    endpoint = service(stub, Waiting(line, operation, late, ""), late)
    endpoint.on("GetGroup", ok("GetGroup", "<Group/>")).on("GetRole", ok("GetRole", ROLE))
    done = run_at_once(run_fast, line, endpoint)
    error, state = done.err.splitlines()
    assert (done.status, done.out) == (1, "")
    assert "NoSuchEntity: " in error
    assert state.endswith(f": created: {kind} bob; not created: {left}")
    assert endpoint.operations.count(operation) == 6


# An attempt whose response was lost.


def test_wait_after_a_lost_response(run_fast, stub):
    waiting = GROUP_POLICY
    endpoint = service(stub, waiting, CLOSED, waiting.late, ok(waiting.operation))
    assert run_at_once(run_fast, waiting.line, endpoint) == (0, "", "")
    assert len(endpoint.requests) == 3


@pytest.mark.parametrize(
    "last", [GROUP_POLICY.late, refused("AccessDenied", "not you", 403)], ids=["late", "denied"]
)
def test_wait_does_not_forget_a_lost_response(last, run_fast, stub):
    waiting = GROUP_POLICY
    endpoint = service(stub, waiting, CLOSED, waiting.late, last)
    done = run_at_once(run_fast, waiting.line, endpoint)
    assert done.status == 1
    assert "; PutGroupPolicy may have taken effect, check first: iam-grouplistpolicies" in done.err


def test_deletion_whose_response_was_lost_is_done(run_fast, stub):
    endpoint = stub.endpoint().on("DeleteUser", CLOSED, CONFLICT, missing("user", "bob"))
    done = run_at_once(run_fast, "iam-userdel -u bob", endpoint)
    assert (done.status, done.out) == (0, "")
    assert "the response to DeleteUser was lost; " in done.err


# On a terminal.


@pytest.mark.parametrize(
    "waiting", [GROUP_POLICY, ROLE_IN_PROFILE, TRUSTING[0], TRUSTING[2], READING[0]], ids=name_of
)
def test_the_progress_line_says_what_is_not_visible(waiting, typed, stub):
    endpoint = service(stub, waiting, waiting.late, ok(waiting.operation, waiting.result))
    shown = typed(waiting.line, at(endpoint), size=(24, 150))
    assert f"{waiting.what} may not be visible yet; trying again in 0.5 s" in shown
    assert rows(shown, 150) == [""]


@pytest.mark.parametrize(
    ("line", "operation", "late", "printed"),
    [
        ("iam-useraddkey -u bob", "CreateAccessKey", missing("user", "bob"), []),
        (
            "iam-usercreate -u bob -g dev",
            "AddUserToGroup",
            missing("user", "bob"),
            [
                "iam-usercreate: interrupted; changes already made remain",
                "iam-usercreate: created: user bob; not created: membership of group dev",
            ],
        ),
    ],
)
def test_ctrl_c_ends_the_wait(line, operation, late, printed, run, stub):
    endpoint = service(stub, GROUP_POLICY).on("GetGroup", ok("GetGroup", "<Group/>"))
    endpoint.on(operation, late)
    terminal = Terminal(*line.split(), env={**run.env, **at(endpoint)})
    terminal.wait_for("trying again in 1.0 s")
    terminal.type("\x03")
    assert terminal.status() in (INTERRUPTED, -signal.SIGINT)
    assert [row for row in rows(terminal.shown.replace("^C", ""), 150) if row] == printed
    assert endpoint.operations.count(operation) == 2


def test_ctrl_c_during_the_wait_after_a_lost_response(run, stub):
    waiting = GROUP_POLICY
    endpoint = service(stub, waiting, CLOSED, waiting.late)
    line = waiting.line.replace("policy.json", f"{run.home}/policy.json")
    terminal = Terminal(*line.split(), env={**run.env, **at(endpoint)})
    terminal.wait_for("may not be visible yet")
    terminal.type("\x03")
    assert terminal.status() in (INTERRUPTED, -signal.SIGINT)
    assert "interrupted; PutGroupPolicy may have taken effect, check first: " in terminal.shown
