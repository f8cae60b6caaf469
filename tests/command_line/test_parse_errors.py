"""The command line: the original's parse errors for each command, and the extensions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support.selection import every
from support.shell import TESTS
from support.stub import ok, refused

if TYPE_CHECKING:
    from support.forked import ForkRunner
    from support.shell import Shell

COMMANDS = json.loads((TESTS / "interface" / "commands.json").read_text())["commands"]
NAMES = sorted(COMMANDS)


def valid(name: str, *, without: str = "") -> list[str]:
    """Return the required options of a command with values, sorted by name."""
    arguments = []
    for option in COMMANDS[name]:
        if option.get("required") and option["option"] != without:
            arguments += [option["option"], option.get("choices", ["Base32String"])[0]]
    return arguments


HELP: dict[str, str] = {}


def help_of(run: ForkRunner | Shell, name: str) -> str:
    if name not in HELP:
        HELP[name] = run(name, "-h").out
    return HELP[name]


def first_line(run: ForkRunner | Shell, *arguments: str) -> str:
    """Return the message for a refused command line; the rest of the output must be the help."""
    done = run(*arguments)
    assert done.status == 1
    assert done.out == ""
    line, _, rest = done.err.partition("\n")
    assert rest == help_of(run, arguments[0])
    return line


def options(name: str, **wanted: Any) -> list[str]:
    return [
        option["option"]
        for option in COMMANDS[name]
        if all(option.get(key, False) == value for key, value in wanted.items())
    ]


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_a_usage_error_of_the_installed_program(name, run):
    assert first_line(run, name, "-z", "extra") == f'{name}: "-z" is not a valid option'


@pytest.mark.parametrize("name", every(23, NAMES))
def test_original_parse_cases(name, run_fast):
    """The parser has them for all commands."""
    required = options(name, required=True)
    assert first_line(run_fast, name, "extra", "-z") == f"{name}: No argument is allowed: extra"
    assert first_line(run_fast, name, "--url") == f'{name}: Option "--url" takes an operand'
    for missing in required[:1]:
        line = first_line(run_fast, name, *valid(name, without=missing))
        assert line == f'{name}: Option "{missing}" is required'
    for arguments in (["-h"], ["-z", "-h"], ["extra", "-h"], [*valid(name), "-h"]):
        done = run_fast(name, *arguments)
        assert (done.status, done.err) == (0, "")
        assert done.out.startswith(f"Usage: {name} ")


@pytest.mark.parametrize("name", every(36, NAMES))
def test_help_at_any_position(name, run_fast, stub):
    endpoint = stub.endpoint(refused("Recorded"))
    run_fast.env["AWS_IAM_URL"] = endpoint.url
    shown = run_fast(name, "-h").out
    assert shown.startswith(f"Usage: {name} ")
    for option in [*options(name, flag=False), "--url"]:
        assert run_fast(name, option, "-h") == (0, shown, "")
    for line in (["-z", "-h"], ["-h", "-z"], ["--", "-h"], ["-h", "--url"]):
        assert run_fast(name, *line) == (0, shown, "")
    for line in (["-h"], ["--url", "-h"], [*valid(name), "--help"]):
        assert run_fast(name, *line, env={"IAMCLI_STRICT": "1"}) == (1, shown, "")
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("iam-userlistbypath -i abc", '"abc" is not a valid value for "-i"'),
        ("iam-useraddpolicy -u b -p n", 'Option "-a" is required'),
        ("iam-usercreate -u=bob", '"-u=bob" is not a valid option; write: -u bob'),
        ("iam-usercreate -- -u", "No argument is allowed: -u"),
        # What may be a secret is not shown.
        (
            "iam-useraddloginprofile -u bob -p=hunter2",
            '"-p=..." is not a valid option; write: -p PASSWORD',
        ),
    ],
)
def test_messages(line, said, run_fast):
    """A few of those that test_parser has."""
    name, *arguments = line.split()
    assert first_line(run_fast, name, *arguments) == f"{name}: {said}"


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
        ("iam-usercreate -u b -p /x", "CreateUser", {"UserName": "b", "Path": "/x/"}),
        ("iam-usermod -u b -p /x/y", "UpdateUser", {"UserName": "b", "NewPath": "/x/y/"}),
        ("iam-groupmod -g g -p y", "UpdateGroup", {"GroupName": "g", "NewPath": "/y/"}),
        ("iam-userlistbypath -i 5 -p /x", "ListUsers", {"MaxItems": "5", "PathPrefix": "/x"}),
        ("iam-userlistbypath -m MK", "ListUsers", {"MaxItems": "100", "Marker": "MK"}),
    ],
)
def test_values(line, operation, parameters, run_fast, stub):
    endpoint = stub.endpoint(refused("Recorded"))
    done = run_fast(*line.split(" "), env={"AWS_IAM_URL": endpoint.url})
    assert done.err.partition("\n")[0].endswith(": Recorded")
    assert endpoint.requests[0].operation == operation
    assert endpoint.requests[0].parameters == parameters


@pytest.mark.parametrize("form", ["--url={}", "--url {}"])
def test_url_glued_and_apart(form, run_fast, stub):
    endpoint = stub.endpoint(ok("DeleteUser"))
    assert run_fast("iam-userdel", "-u", "bob", *form.format(endpoint.url).split(" ")).status == 0
    assert endpoint.operations == ["DeleteUser"]


def test_a_value_that_is_not_text_is_refused(run, stub):
    endpoint = stub.endpoint(ok("CreateUser"))
    done = run(
        "sh", "-c", r"iam-usercreate -u $(printf 'caf\351')", env={"AWS_IAM_URL": endpoint.url}
    )
    assert done.status == 1
    assert done.err.startswith('iam-usercreate: The value of "-u" is not text in this locale')
    assert endpoint.requests == []


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_our_own_options(argument, run):
    from iamcli import __version__

    done = run("iam-usercreate", argument)
    assert (done.status, done.err) == (0, "")
    shown = {"--version": f"iam-usercreate (iamcli) {__version__}\n"}
    assert done.out == shown.get(argument, run("iam-usercreate", "-h").out)
