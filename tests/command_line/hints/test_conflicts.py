"""After a conflict, the command that removes what is in the way."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from support.stub import refused

from iamcli.errors import ServiceError
from iamcli.hints.messages import conflict

USER = {
    "must delete access keys": "iam-userdelkey -u bob -k ACCESSKEYID",
    "must delete certificates": "iam-userdelcert -u bob -c CERTIFICATEID",
    "must remove users from group": "iam-groupremoveuser -g GROUPNAME -u bob",
    "must delete login profile": "iam-userdelloginprofile -u bob",
    "must delete MFA device": "iam-userdeactivatemfadevice -u bob -s SERIAL",
    "must delete policies": "iam-userdelpolicy -u bob -p POLICYNAME",
    "must detach all policies": "",
    "must remove referenced objects": "",
    "must delete signing certificates": "iam-userdelcert -u bob -c CERTIFICATEID",
    "must leave the group of friends": "",
}
GROUP = {
    "must remove users from group": "iam-groupremoveuser -g 'a b' -u USERNAME",
    "must delete policies": "iam-groupdelpolicy -g 'a b' -p POLICYNAME",
    "must detach all policies": "",
}
ROLE = {
    "must remove roles from instance profile": (
        "iam-instanceprofileremoverole -s INSTANCEPROFILENAME -r web"
    ),
    "must delete policies": "iam-roledelpolicy -r web -p POLICYNAME",
    "must detach all policies": "",
}
PROFILE = {
    "must remove roles from instance profile": "iam-instanceprofileremoverole -s web -r ROLENAME"
}
CONFLICTS = [
    (f"iam-{line}", f"Cannot delete entity, {must} first.", command, f"iam-{line} {recursive}")
    for line, recursive, conflicts in (
        ("userdel -u bob", "-r", USER),
        ("groupdel -g 'a b'", "-r", GROUP),
        ("roledel -r web", "-c", ROLE),
        ("instanceprofiledel -s web", "-r", PROFILE),
    )
    for must, command in conflicts.items()
]


@pytest.mark.parametrize(("line", "message", "command", "recursive"), CONFLICTS)
def test_conflict_names_the_command_that_removes_what_is_left(
    line, message, command, recursive, say, stub
):
    endpoint = stub.endpoint(refused("DeleteConflict", message, 409))
    every = f"remove it with everything that belongs to it: {recursive}"
    hint = f"first run: {command}; or {every}" if command else every
    said = say(line, endpoint, IAMCLI_SANDBOX=endpoint.url)
    assert said == [f"DeleteConflict: {message}", hint]
    # Nothing was sent but what was typed.
    assert len(endpoint.requests) == 1


def test_name_that_would_control_the_terminal_is_escaped(say, stub):
    endpoint = stub.endpoint(
        refused("DeleteConflict", "Cannot delete entity, must delete policies first.", 409)
    )
    _, hint = say("iam-userdel -u '/\x7f[31mbob'", endpoint, IAMCLI_SANDBOX=endpoint.url)
    assert hint.startswith(r"first run: iam-userdelpolicy -u '/\x7f[31mbob' -p POLICYNAME; or ")


@pytest.mark.parametrize(
    ("line", "message", "hint"),
    [
        (
            "iam-virtualmfadevicedel -s arn:x",
            "MFA VirtualDevice in use. Must deactivate first.",
            ["first run: iam-userdeactivatemfadevice -u USERNAME -s arn:x"],
        ),
        # No command removes what uses the certificate.
        (
            "iam-servercertdel -s web",
            "Certificate: ASCAEXAMPLE is currently in use by arn:aws:elasticloadbalancing:x",
            [],
        ),
    ],
)
def test_what_is_in_use(line, message, hint, say, stub):
    endpoint = stub.endpoint(refused("DeleteConflict", message, 409))
    said = say(line, endpoint, IAMCLI_SANDBOX=endpoint.url)
    assert said == [f"DeleteConflict: {message}", *hint]


#: What a recursive removal must still do, and the hint.
RECURSIVE = {
    "must remove referenced objects": (
        "-r leaves what your access key or the server cannot list: iam:ListSSHPublicKeys and "
        "iam:ListServiceSpecificCredentials"
    ),
    "must delete access keys": "first run: iam-userdelkey -u bob -k ACCESSKEYID",
    "must do what nobody knows yet": "",
}


def test_what_a_recursive_removal_leaves():
    expected = {("DeleteUser", must): hint for must, hint in RECURSIVE.items()}
    for kind, option in (("User", "-r"), ("Group", "-r"), ("Role", "-c")):
        hint = f"{option} leaves what your access key or the server cannot list: "
        hint += f"iam:ListAttached{kind}Policies"
        expected[f"Delete{kind}", "must detach all policies"] = hint
    found = {}
    for operation, must in expected:
        message, request = f"Cannot delete entity, {must} first.", (operation, {"UserName": "bob"})
        error = ServiceError("DeleteConflict", message, request=request)
        run: Any = SimpleNamespace(values={"recursive": True})
        found[operation, must] = conflict(error, run)
    assert found == expected
