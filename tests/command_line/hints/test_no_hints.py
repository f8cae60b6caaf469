"""In pipes, in strict mode and if the outcome is unknown, no second line is printed."""

from __future__ import annotations

import shlex

import pytest
from support.hints import ENV, INVALID_TOKEN, NO_USER, lacking
from support.stub import refused
from support.terminal import read_now

REFUSALS = {
    "AccessDenied": ("iam-usercreate -u bob", lacking("identity-based policy")),
    "InvalidClientTokenId": ("iam-grouplistbypath", INVALID_TOKEN),
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
