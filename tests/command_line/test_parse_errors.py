"""A command line in processes: a usage error, help and values; test_parser.py has the rest."""

from __future__ import annotations

import json

import pytest
from support.selection import every
from support.shell import TESTS
from support.stub import ok, refused

COMMANDS = json.loads((TESTS / "interface" / "commands.json").read_text())["commands"]


@pytest.mark.parametrize("name", every(23, sorted(COMMANDS)))
def test_a_usage_error_of_the_installed_program(name, run):
    done = run(name, "-z", "extra")
    line, _, rest = done.err.partition("\n")
    assert (done.status, done.out) == (1, "")
    assert line == f'{name}: "-z" is not a valid option'
    assert rest == run(name, "-h").out
    assert rest.startswith(f"Usage: {name} ")


@pytest.mark.parametrize(
    ("line", "strict", "status"),
    [("-z -h", "", 0), ("--url -h", "", 0), ("-u bob --help", "", 0), ("--url -h", "1", 1)],
)
def test_help_at_any_position(line, strict, status, run_fast, stub):
    run_fast.env["AWS_IAM_URL"] = stub.endpoint(refused("Recorded")).url
    shown = run_fast("iam-usercreate", "-h").out
    done = run_fast("iam-usercreate", *line.split(), env={"IAMCLI_STRICT": strict})
    assert done == (status, shown, "")


@pytest.mark.parametrize(
    ("line", "operation", "parameters"),
    [
        # A value may begin with a dash, and may look like an option.
        ("iam-usercreate -u -v", "CreateUser", {"UserName": "-v"}),
        # Options of two characters, and choices in any case.
        ("iam-usermodkey -s ACTIVE", "UpdateAccessKey", {"Status": "Active"}),
        (
            "iam-userenablemfadevice -c2222222 -c1111111 -sdev -ub",
            "EnableMFADevice",
            {
                "UserName": "b",
                "SerialNumber": "dev",
                "AuthenticationCode1": "111111",
                "AuthenticationCode2": "222222",
            },
        ),
        # Empty values are values.
        ("iam-usercreate -u ", "CreateUser", {"UserName": ""}),
        # A path is completed, a path prefix is not.
        ("iam-usermod -u b -p /x/y", "UpdateUser", {"UserName": "b", "NewPath": "/x/y/"}),
        ("iam-groupmod -g g -p y", "UpdateGroup", {"GroupName": "g", "NewPath": "/y/"}),
        ("iam-userlistbypath -i 5 -p /x", "ListUsers", {"MaxItems": "5", "PathPrefix": "/x"}),
    ],
)
def test_values(line, operation, parameters, run_fast, stub):
    endpoint = stub.endpoint(refused("Recorded"))
    done = run_fast(*line.split(" "), env={"AWS_IAM_URL": endpoint.url})
    assert done.err.partition("\n")[0].endswith(": Recorded")
    assert endpoint.requests[0].operation == operation
    assert endpoint.requests[0].parameters == parameters


def test_a_value_that_is_not_text_is_refused(run, stub):
    endpoint = stub.endpoint(ok("CreateUser"))
    done = run(
        "sh", "-c", r"iam-usercreate -u $(printf 'caf\351')", env={"AWS_IAM_URL": endpoint.url}
    )
    assert done.status == 1
    assert done.err.startswith('iam-usercreate: The value of "-u" is not text in this locale')
    assert endpoint.requests == []


def test_the_version(run):
    from iamcli import __version__

    assert run("iam-usercreate", "--version") == (0, f"iam-usercreate (iamcli) {__version__}\n", "")
