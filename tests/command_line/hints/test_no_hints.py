"""In pipes, in strict mode and if the outcome is unknown, no second line is printed."""

from __future__ import annotations

import shlex

import pytest
from support.hints import ENV, INVALID_TOKEN, MISMATCH, NO_USER, lacking
from support.stub import refused
from support.terminal import Terminal, read_now

REFUSALS = {
    "AccessDenied": ("iam-usercreate -u bob", lacking("identity-based policy")),
    "DeleteConflict": ("iam-userdel -u bob", "Cannot delete entity, must delete policies first."),
    "InvalidClientTokenId": ("iam-grouplistbypath", INVALID_TOKEN),
    "LimitExceeded": ("iam-useraddkey -u bob", "Cannot exceed quota for AccessKeysPerUser: 2"),
    "MalformedPolicyDocument": ("iam-useruploadpolicy -u bob -p p -o {}", "Syntax errors."),
    "RequestExpired": ("iam-accountaliaslist", "Request has expired."),
    "SignatureDoesNotMatch": ("iam-accountaliaslist", MISMATCH),
    "ValidationError": ("iam-usergetattributes", NO_USER),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_pipe_and_strict_mode_get_the_services_words_only(code, say, run_fast, stub, terminal):
    line, message = REFUSALS[code]
    endpoint = stub.endpoint(refused(code, message))
    error = f"{shlex.split(line)[0]}: {code}: {message}\n"
    env = {**ENV, "IAMCLI_SANDBOX": endpoint.url, "AWS_IAM_URL": endpoint.url}
    assert run_fast(*shlex.split(line), env=env) == (1, "", error)
    strict = env | {"IAMCLI_STRICT": "1"}
    assert run_fast(*shlex.split(line), env=strict) == (1, error, "")
    master, device = terminal
    assert run_fast(*shlex.split(line), env=strict, stderr=device)[:2] == (1, error)
    assert read_now(master) == ""
    # The same, where there is one.
    assert len(say(line, endpoint)) >= 2


@pytest.mark.parametrize(
    "code", [pytest.param(c, marks=[pytest.mark.full] * (n > 0)) for n, c in enumerate(REFUSALS)]
)
def test_program_on_a_terminal_of_its_own(code, run, stub):
    line, message = REFUSALS[code]
    endpoint = stub.endpoint(refused(code, message))
    env = {"IAMCLI_SANDBOX": endpoint.url, "AWS_IAM_URL": endpoint.url}
    terminal = Terminal(*shlex.split(line), env=run.env | ENV | env)
    assert terminal.status() == 1
    name = shlex.split(line)[0]
    first, second, *options = terminal.shown.splitlines()
    assert first == f"{name}: {code}: {message}"
    assert second.startswith(f"{name}: ")
    # The option that is required with these credentials.
    assert bool(options) == (code == "ValidationError")
    assert all(one.startswith("  ") for one in options)


def test_lost_answer_gets_no_hint(say, stub):
    # The outcome is unknown, so the words of the service are not the message.
    endpoint = stub.endpoint(refused("LimitExceeded", "Cannot exceed quota for X: 1", 500))
    (line,) = say("iam-useraddkey -u bob", endpoint)
    assert line.endswith("check first: iam-userlistkeys -u bob")


def test_denied_look_up_is_no_error(say, stub):
    denied = refused("AccessDenied", lacking("identity-based policy"), 403)
    endpoint = stub.endpoint(refused("EntityAlreadyExists", "User exists.", 409))
    endpoint.on("GetGroup", denied)
    assert say("iam-usercreate -u bob -g g", endpoint)[0] == "EntityAlreadyExists: User exists."
