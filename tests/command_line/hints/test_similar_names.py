"""After a name is not found, the name that is almost what was typed."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from support.faults import CLOSED, SILENT
from support.hints import ENV
from support.limits import NEVER
from support.processes import wait_until
from support.stub import Stub, ok, refused
from support.terminal import read_now, rows

if TYPE_CHECKING:
    from support.stub import Answer, Endpoint

NAMES = {
    "User": ("iam-userdel -u {}", "ListUsers", "Users", "The user with name {} cannot be found."),
    "Group": (
        "iam-groupdel -g {}",
        "ListGroups",
        "Groups",
        "The group with name {} cannot be found.",
    ),
    "Role": ("iam-roledel -r {}", "ListRoles", "Roles", "The role with name {} cannot be found."),
    "InstanceProfile": (
        "iam-instanceprofilegetattributes -s {}",
        "ListInstanceProfiles",
        "InstanceProfiles",
        "Instance Profile {} cannot be found.",
    ),
    "ServerCertificate": (
        "iam-servercertdel -s {}",
        "ListServerCertificates",
        "ServerCertificateMetadataList",
        "The Server Certificate with name {} cannot be found.",
    ),
    **{
        f"{owner} Policy": (
            f"iam-{owner.lower()}delpolicy -{owner[0].lower()} ann -p {{}}",
            f"List{owner}Policies",
            "PolicyNames",
            f"The {owner.lower()} policy with name {{}} cannot be found.",
        )
        for owner in ("User", "Group", "Role")
    },
}


def named(kind: str, *names: str, more: bool = False) -> Answer:
    """Return a list of ``names``; ``more``: it is truncated."""
    _, operation, key, _ = NAMES[kind]
    members = [n if "Policy" in kind else f"<{kind}Name>{n}</{kind}Name>" for n in names]
    listed = "".join(f"<member>{member}</member>" for member in members)
    rest = "<IsTruncated>true</IsTruncated><Marker>m</Marker>" if more else ""
    return ok(operation, f"<{key}>{listed}</{key}>{rest}")


def unknown(kind: str, name: str, *listing: Answer, stub: Stub) -> tuple[str, str, Endpoint]:
    """Return a line with a ``name`` that does not exist, the message, and where it is sent."""
    line, operation, _, message = NAMES[kind]
    endpoint = stub.endpoint(refused("NoSuchEntity", message.format(name), 404))
    return (
        line.format(name),
        f"NoSuchEntity: {message.format(name)}",
        endpoint.on(operation, *listing),
    )


@pytest.mark.parametrize("kind", NAMES)
def test_name_that_is_almost_there_is_suggested(kind, say, stub):
    listing = named(kind, "web", "build", "Admin", more=True)
    line, error, endpoint = unknown(kind, "biuld", listing, stub=stub)
    assert say(line, endpoint) == [error, "did you mean build?"]
    first, second = endpoint.requests
    assert second.operation == NAMES[kind][1]
    assert second.parameters["MaxItems"] == "1000"
    owner, policy, _ = kind.partition(" Policy")
    assert second.parameters.get(f"{owner}Name") == ("ann" if policy else None)
    assert first.connection == second.connection


@pytest.mark.parametrize(
    ("kind", "line", "existing"),
    [("Group", "iam-groupcreate -g ADMINS", "Admins"), ("User", "iam-usercreate -u BOB", "bob")],
)
def test_name_that_exists_in_another_case_is_shown(kind, line, existing, say, stub):
    error = f"{kind} with name {line.split()[-1]} already exists."
    endpoint = stub.endpoint(refused("EntityAlreadyExists", error, 409))
    endpoint = endpoint.on(NAMES[kind][1], named(kind, "web", existing))
    said = f"{existing} exists; names are the same regardless of case"
    assert say(line, endpoint) == [f"EntityAlreadyExists: {error}", said]


def test_name_in_a_list_of_names_is_typed_too(say, stub):
    _, error, endpoint = unknown("User", "biuld", named("User", "build"), stub=stub)
    said = say("iam-groupremoveuser -g g -u biuld", endpoint)
    assert said[:2] == [error, "did you mean build?"]


def test_group_whose_name_is_in_the_plural_is_suggested(say, stub):
    listing = named("Group", "Developers", "Admin")
    line, error, endpoint = unknown("Group", "Admins", listing, stub=stub)
    assert say(line, endpoint) == [error, "did you mean Admin?"]


@pytest.mark.parametrize(
    ("command", "names", "hint"),
    [
        ("iam-userdel", ["user106", "user206"], []),
        ("iam-userdel", ["user106", "admin"], ["did you mean user106?"]),
        ("iam-userdel", ["user6", "user106"], ["did you mean user106?"]),
        ("iam-userdelloginprofile", ["user106", "user206"], []),
        ("iam-usergetattributes", ["user106", "admin"], ["did you mean user106?"]),
    ],
)
def test_a_command_that_deletes_names_none_of_several_that_are_as_near(
    command, names, hint, say, stub
):
    _, error, endpoint = unknown("User", "user06", named("User", *names), stub=stub)
    assert say(f"{command} -u user06", endpoint) == [error, *hint]


@pytest.mark.parametrize(
    ("typed", "names", "suggested"),
    [
        ("bbo", ["ann", "bob"], "bob"),
        ("Bob", ["bob"], "bob"),
        ("backup-prd", ["backup-prod", "web"], "backup-prod"),
        ("prod", ["prox"], "prox"),
        ("website", ["webxixe"], ""),
        # Not near, or the same: it was created in the meantime.
        ("bob", ["rob", "susan"], ""),
        ("bob", ["bob"], ""),
        ("bob", [], ""),
        # What no name can contain.
        ("bob", ["bob\x85", "bob\u202e", "b\u00f6b"], ""),
    ],
)
def test_only_a_near_name_is_suggested(typed, names, suggested, say, stub):
    line, error, endpoint = unknown("User", typed, named("User", *names), stub=stub)
    hint = [f"did you mean {suggested}?"] if suggested else []
    assert say(line, endpoint) == [error, *hint]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refused("AccessDenied", "No.", 403), id="denied"),
        pytest.param(refused("Throttling", "Rate exceeded", 400), id="throttled"),
        pytest.param(refused("ServiceUnavailable", "", 503), id="failed"),
        pytest.param(CLOSED, id="closed"),
    ],
)
def test_names_that_cannot_be_listed_are_no_error(answer, say, stub):
    line, error, endpoint = unknown("User", "bbo", answer, stub=stub)
    # More attempts are allowed, but this request is not worth one.
    assert say(line, endpoint, AWS_MAX_ATTEMPTS="4") == [error]
    assert endpoint.operations == ["DeleteUser", "ListUsers"]


@pytest.mark.parametrize(("timeout", "status"), [(NEVER, -signal.SIGINT), (0.1, 1)])
def test_message_does_not_wait_for_the_names(timeout, status, run_fast, stub, terminal):
    line, error, endpoint = unknown("User", "bbo", SILENT, stub=stub)
    master, device = terminal
    errors = os.open(device, os.O_WRONLY | os.O_NOCTTY)
    process = run_fast.start(
        *line.split(),
        env={"AWS_IAM_URL": endpoint.url, "IAMCLI_TIMEOUT": str(NEVER)},
        stderr=errors,
        before=f"from iamcli.hints import names; names.TIMEOUT = {timeout}",
    )
    wait_until(lambda: len(endpoint.requests) == 2)
    assert rows(read_now(master))[:-1] == [f"iam-userdel: {error}"]
    if timeout == NEVER:
        process.send_signal(signal.SIGINT)
    assert process.wait() == status
    os.close(errors)
    assert read_now(master) == ""


def test_names_are_asked_for_on_a_terminal_only(run_fast, stub, terminal):
    line, error, endpoint = unknown("User", "bbo", named("User", "bob"), stub=stub)
    where = {**ENV, "AWS_IAM_URL": endpoint.url}
    assert run_fast(*line.split(), env=where) == (1, "", f"iam-userdel: {error}\n")
    master, device = terminal
    done = run_fast(*line.split(), env={**where, "IAMCLI_STRICT": "1"}, stderr=device)
    assert done[:2] == (1, f"iam-userdel: {error}\n")
    assert read_now(master) == ""
    assert endpoint.operations == ["DeleteUser", "DeleteUser"]


def test_no_names_are_asked_for_if_the_endpoint_has_just_failed(say, stub):
    message = "The user with name bbo cannot be found."
    gone = refused("NoSuchEntity", message, 404)
    endpoint = stub.endpoint(refused("ServiceUnavailable", "", 503), gone)
    assert say("iam-usergetattributes -u bbo", endpoint, AWS_MAX_ATTEMPTS="2") == [
        f"NoSuchEntity: {message}"
    ]
    assert endpoint.operations == ["GetUser", "GetUser"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        # What was not typed, what no list has, and what is not about a name.
        ("iam-userdel -u bob", "The user with name ann cannot be found."),
        (
            "iam-userdelkey -u bob -k AKIAIOSFODNN7EXAMPLE",
            "The Access Key with id A cannot be found.",
        ),
        ("iam-usergetloginprofile -u bob", "Login Profile for User bob cannot be found."),
        ("iam-accountgetpasswordpolicy", "The Password Policy with domain name 1 cannot be found."),
    ],
)
def test_no_names_are_asked_for_about_anything_else(line, message, say, stub):
    endpoint = stub.endpoint(refused("NoSuchEntity", message, 404))
    assert say(line, endpoint) == [f"NoSuchEntity: {message}"]
    assert len(endpoint.requests) == 1
