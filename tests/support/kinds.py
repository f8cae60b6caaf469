"""A command of each kind, and how it meets a fault of the service or of the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from support.forked import AT_ONCE
from support.limits import NEVER
from support.stub import Answer, canned, ok, refused

if TYPE_CHECKING:
    from support.forked import Done, ForkRunner
    from support.stub import Endpoint, Stub

#: The seconds that a command waits if it is to time out.
WAITS = 1.0
BRIEFLY = {"IAMCLI_TIMEOUT": str(WAITS)}
ONE_TRY = {"IAMCLI_TIMEOUT": str(NEVER), "AWS_MAX_ATTEMPTS": "1"}
AGAIN = {"AWS_MAX_ATTEMPTS": "2", "IAMCLI_TIMEOUT": str(NEVER)}

HTML = b"<html><head><title>Sign in</title></head><body>Welcome to the hotel</body></html>"
GROUP = "<Group><Arn>arn:Admin</Arn><GroupId>AGPA1</GroupId></Group>"
BROKEN = "was lost before the response was complete"


class Kind(NamedTuple):
    """A command, the operation that meets the fault, and what is answered to the others."""

    arguments: tuple[str, ...]
    operation: str
    others: dict[str, Answer]
    #: What has to be on standard output before the fault, and in the line about the state.
    shown: str = ""
    state: str = ""
    #: The line about the state where the outcome is unknown.
    doubt: str = ""


KEY = ok(
    "ListAccessKeys",
    "<AccessKeyMetadata><member><AccessKeyId>AKIA1</AccessKeyId></member></AccessKeyMetadata>",
)
NOTHING = {
    operation: ok(operation)
    for operation in (
        "ListUserPolicies",
        "ListSigningCertificates",
        "ListGroupsForUser",
        "ListMFADevices",
        "ListSSHPublicKeys",
        "ListServiceSpecificCredentials",
        "ListAttachedUserPolicies",
        "DeleteAccessKey",
        "AddUserToGroup",
    )
} | {"GetLoginProfile": refused("NoSuchEntity", "none", 404)}

KINDS = {
    "read": Kind(("iam-usergetattributes", "-u", "bob"), "GetUser", {}),
    "document": Kind(("iam-userlistpolicies", "-u", "bob", "-p", "read"), "GetUserPolicy", {}),
    "list": Kind(("iam-userlistbypath",), "ListUsers", {}),
    "create": Kind(("iam-groupcreate", "-g", "Admin", "-v"), "CreateGroup", {}),
    "secret": Kind(("iam-useraddkey", "-u", "bob"), "CreateAccessKey", {}),
    "change": Kind(("iam-userdelpolicy", "-u", "bob", "-p", "read"), "DeleteUserPolicy", {}),
    "composite": Kind(
        ("iam-usercreate", "-u", "bob", "-g", "Admin", "-k"),
        "CreateAccessKey",
        NOTHING | {"GetGroup": canned("GetGroup"), "CreateUser": canned("CreateUser")},
        state="iam-usercreate: created: user bob, membership of group Admin; "
        "not created: access key",
        doubt="iam-usercreate: created: user bob, membership of group Admin; "
        "unknown: access key; not created: nothing",
    ),
    "looking": Kind(
        ("iam-userdel", "-u", "bob", "-r"), "ListGroupsForUser", NOTHING | {"ListAccessKeys": KEY}
    ),
    "removing": Kind(
        ("iam-userdel", "-u", "bob", "-r"),
        "DeleteUser",
        NOTHING | {"ListAccessKeys": KEY, "GetUser": canned("GetUser")},
        state="iam-userdel: removed: access key AKIA1; left: user bob",
        doubt="iam-userdel: removed: access key AKIA1; unknown: user bob; left: nothing",
    ),
}


def answering(stub: Stub, kind: Kind, *faults: Answer) -> Endpoint:
    """Return an endpoint for the requests of a command, one of which meets ``faults``."""
    endpoint = stub.endpoint().on(kind.operation, *faults)
    for operation, answer in kind.others.items():
        endpoint.on(operation, answer) if operation != kind.operation else None
    return endpoint


def meet(
    run_fast: ForkRunner, stub: Stub, kind: Kind, *faults: Answer, **env: str
) -> tuple[Done, Endpoint]:
    """Run a command that meets ``faults``; return how that ended and what it sent.

    Its pauses end at once.
    """
    endpoint = answering(stub, kind, *faults)
    env = {"AWS_IAM_URL": endpoint.url, **ONE_TRY, **env}
    return run_fast(*kind.arguments, env=env, before=AT_ONCE), endpoint


def assert_reported(done: Done, kind: Kind) -> str:
    """Assert that the failure is reported in one line, and return it."""
    lines = done.err.splitlines()
    assert (done.status, done.out) == (1, kind.shown), done
    assert all(line.startswith(f"{kind.arguments[0]}: ") for line in lines), done.err
    state = kind.doubt if " may have taken effect, check first: " in lines[0] else kind.state
    assert lines[1:] == ([state] if state else []), done.err
    assert done.err.isprintable() or done.err.replace("\n", "").isprintable(), done.err
    traces = ("Traceback", "internal error", "botocore", "urllib3", "Error(", "None", "object at")
    for word in traces:
        assert word not in done.err, done.err
    return lines[0].partition(": ")[2]
