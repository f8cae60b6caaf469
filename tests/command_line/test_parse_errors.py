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
UNCERTAIN = (
    'begins with a dash that is not the ASCII "-", as pasted from a web page; type "-" instead'
)
AFTER_SECRET = "No argument is allowed after -p PASSWORD; quote a value that contains a blank"
PASTED = 'begins with a dash that is not the ASCII "-", as pasted from a web page; type:'


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
def test_original_parse_cases_of_the_installed_program(name, run):
    parse_cases(name, run)


@pytest.mark.parametrize("name", every(6, NAMES))
def test_original_parse_cases(name, run_fast):
    parse_cases(name, run_fast)


def parse_cases(name: str, run: ForkRunner | Shell) -> None:
    required = options(name, required=True)
    values = options(name, flag=False)
    assert first_line(run, name, "-z") == f'{name}: "-z" is not a valid option'
    assert first_line(run, name, "extra") == f"{name}: No argument is allowed: extra"
    assert first_line(run, name, "--url") == f'{name}: Option "--url" takes an operand'
    if values:
        line = first_line(run, name, values[0])
        assert line == f'{name}: Option "{values[0]}" takes an operand'
    for missing in required[:1]:
        line = first_line(run, name, *valid(name, without=missing))
        assert line == f'{name}: Option "{missing}" is required'
    # From left to right, and before a missing option.
    assert first_line(run, name, "-z", "extra") == f'{name}: "-z" is not a valid option'
    assert first_line(run, name, "extra", "-z") == f"{name}: No argument is allowed: extra"
    for line in (["-h"], ["-z", "-h"], ["extra", "-h"], [*valid(name), "-h"], ["-h", "--url"]):
        done = run(name, *line)
        assert (done.status, done.err) == (0, "")
        assert done.out.startswith(f"Usage: {name} ")


@pytest.mark.parametrize("name", every(12, NAMES))
def test_help_at_any_position(name, run_fast, stub):
    endpoint = stub.endpoint(refused("Recorded"))
    run_fast.env["AWS_IAM_URL"] = endpoint.url
    shown = run_fast(name, "-h").out
    assert shown.startswith(f"Usage: {name} ")
    for option in [*options(name, flag=False), "--url"]:
        assert run_fast(name, option, "-h") == (0, shown, "")
    for line in (["-z", "-h"], ["-h", "-z"], ["--", "-h"], ["-h", "--url"]):
        assert run_fast(name, *line) == (0, shown, "")
    assert run_fast(name, "-h", env={"IAMCLI_STRICT": "1"}) == (1, shown, "")
    assert endpoint.requests == []


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_help_after_any_option(name, run_fast, stub):
    endpoint = stub.endpoint(refused("Recorded"))
    run_fast.env["AWS_IAM_URL"] = endpoint.url
    shown = run_fast(name, "-h").out
    common = ["--url", "--aws-credential-file", "--client-config-file"]
    for option in [*options(name, flag=False), *common]:
        for line in (
            [option, "-h"],
            [option, "--help"],
            [*valid(name, without=option), option, "-h"],
        ):
            assert run_fast(name, *line) == (0, shown, "")
            assert run_fast(name, *line, env={"IAMCLI_STRICT": "1"}) == (1, shown, "")
    assert endpoint.requests == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("iam-userlistbypath -i abc", '"abc" is not a valid value for "-i"'),
        ("iam-userlistbypath -i 1.5", '"1.5" is not a valid value for "-i"'),
        ("iam-userlistbypath -i 1001", '"1001" is not a valid value for "-i"'),
        ("iam-userlistbypath -i 1_0", '"1_0" is not a valid value for "-i"'),
        ("iam-userlistbypath -i ٣", '"٣" is not a valid value for "-i"'),
        ("iam-usermodkey -s on", '"on" is not a valid value for "-s"; it takes Active or Inactive'),
        ("iam-accountmodpasswordpolicy -m x", '"x" is not a valid value for "-m"'),
        *(
            (f"iam-accountmodpasswordpolicy -m {n}", f'"{n}" is not a valid value for "-m"')
            for n in (-(1 << 31) - 1, 1 << 31)
        ),
        ("iam-usercreate -t =x", '"=x" is not a valid value for "-t"'),
        ("iam-usercreate -t x", '"x" is not a valid value for "-t"'),
        (
            "iam-useraddpolicy -e maybe",
            '"maybe" is not a valid value for "-e"; it takes Allow or Deny',
        ),
        # The first missing option by name, whatever the order of the command line.
        ("iam-useraddpolicy -u b -p n", 'Option "-a" is required'),
        ("iam-userenablemfadevice -u b -s x", 'Option "-c1" is required'),
        ("iam-userenablemfadevice -u b -s x -c1 1", 'Option "-c2" is required'),
        ("iam-userchangepassword -o old", 'Option "-n" is required'),
        # A similar option is suggested.
        ("iam-usercreate -U bob", '"-U" is not a valid option; did you mean "-u"?'),
        ("iam-usercreate --username b", '"--username" is not a valid option; did you mean "-u"?'),
        ("iam-usercreate --verbos", '"--verbos" is not a valid option; did you mean "-v"?'),
        ("iam-usercreate --debugg", '"--debugg" is not a valid option; did you mean "-d"?'),
        ("iam-usercreate -", "No argument is allowed: -"),
        ("iam-usercreate -- -u", "No argument is allowed: -u"),
        # A short option and its value are not joined with "=", as in the original.
        ("iam-usercreate -u=bob", '"-u=bob" is not a valid option; write: -u bob'),
        ("iam-usercreate -u=", '"-u=" is not a valid option; write: -u USERNAME'),
        ("iam-usercreate -u=-h", '"-u=-h" is not a valid option; write: -u-h'),
        ("iam-usercreate -u=a;b", "\"-u=a;b\" is not a valid option; write: -u 'a;b'"),
        ("iam-usercreate -u==bob", "\"-u==bob\" is not a valid option; write: -u '=bob'"),
        ("iam-usermodkey -s=Active", '"-s=Active" is not a valid option; write: -s Active'),
        ("iam-userlistbypath -i=5", '"-i=5" is not a valid option; write: -i 5'),
        ("iam-userdel -u bob -r=yes", '"-r=yes" is not a valid option; did you mean "-r"?'),
        (
            "iam-useraddloginprofile -u bob -p=hunter2",
            '"-p=..." is not a valid option; write: -p PASSWORD',
        ),
        (
            "iam-useraddloginprofile -u bob -p=hunter=2",
            '"-p=..." is not a valid option; write: -p PASSWORD',
        ),
        # The first of two faults is reported, and what follows a secret is not shown.
        ("iam-groupcreate -g=Admins -p=/x/", '"-g=Admins" is not a valid option; write: -g Admins'),
        (
            "iam-useraddloginprofile -p=correct hunter2 -u b",
            '"-p=..." is not a valid option; write: -p PASSWORD',
        ),
        (
            "iam-useraddloginprofile \u2013u=bob \u2013p=hunter2",
            f'"\u2013u=..." {PASTED} iam-useraddloginprofile -u bob -p PASSWORD',
        ),
        # A dash from a web page is reported; the command line to type omits secrets.
        (
            "iam-useraddloginprofile \u2013u bob -p hunter2secret",
            f'"\u2013u" {PASTED} iam-useraddloginprofile -u bob -p PASSWORD',
        ),
        (
            "iam-useraddloginprofile \u2013u bob -phunter2secret",
            f'"\u2013u" {PASTED} iam-useraddloginprofile -u bob -p PASSWORD',
        ),
        ("iam-useraddloginprofile -u bob \u2013phunter2secret", f'"\u2013p..." {UNCERTAIN}'),
        # What the dash was is not certain: "-u" with a value, or "--user".
        ("iam-useraddloginprofile \u2013ubob -p x", f'"\u2013ubob" {UNCERTAIN}'),
        ("iam-usercreate \u2014user=bob", f'"\u2014user=bob" {UNCERTAIN}'),
        ("iam-usercreate \u2014\u2014user bob", f'"\u2014\u2014user" {UNCERTAIN}'),
        ("iam-userdel \u2013u bob \u2014recursive", f'"\u2013u" {UNCERTAIN}'),
        ("iam-userdel \u2013rp \u2013u bob", f'"\u2013rp" {UNCERTAIN}'),
        (
            "iam-useraddloginprofile \u2013\u2013password hunter2secret",
            f'"\u2013\u2013p..." {UNCERTAIN}',
        ),
        ("iam-useraddloginprofile \u2013u b -p a hunter2", f'"\u2013u" {UNCERTAIN}'),
        # What may be a secret is not shown.
        (
            "iam-useraddloginprofile --password=hunter2",
            '"--password=..." is not a valid option; did you mean "-p"?',
        ),
        (
            "iam-userchangepassword --old=hunter2 --new=x",
            '"--old=..." is not a valid option; did you mean "-o"?',
        ),
        ("iam-useraddloginprofile -u bob -p correct hunter2", AFTER_SECRET),
        ("iam-useraddloginprofile -u bob -pass hunter2", AFTER_SECRET),
        ("iam-useraddloginprofile -u bob -p correct -- hunter2", AFTER_SECRET),
        ("iam-useraddloginprofile extra -u bob -p x", "No argument is allowed: extra"),
        (
            "iam-useraddloginprofile \u2013u bob \u2013p \u2013h",
            f'"\u2013u" {PASTED} iam-useraddloginprofile -u bob -p -h',
        ),
        ("iam-usercreate \u2013u=-d", f'"\u2013u=-d" {PASTED} iam-usercreate -u-d'),
        ("iam-usercreate \u2013u \u2013d", f"\"\u2013u\" {PASTED} iam-usercreate -u '\u2013d'"),
        (
            "iam-usercreate -u bob \u2014url http://x",
            f'"\u2014url" {PASTED} iam-usercreate -u bob --url http://x',
        ),
    ],
)
def test_messages(line, said, run_fast):
    name, *arguments = line.split()
    assert "hunter2" not in said
    assert first_line(run_fast, name, *arguments) == f"{name}: {said}"


@pytest.mark.parametrize(
    ("line", "operation", "parameters"),
    [
        # A value may begin with a dash, and may look like an option.
        ("iam-usercreate -u -v", "CreateUser", {"UserName": "-v"}),
        ("iam-usercreate -u-h", "CreateUser", {"UserName": "-h"}),
        ("iam-usercreate -u--help", "CreateUser", {"UserName": "--help"}),
        ("iam-usercreate -uh", "CreateUser", {"UserName": "h"}),
        ("iam-usercreate -u --version", "CreateUser", {"UserName": "--version"}),
        ("iam-usercreate -u --", "CreateUser", {"UserName": "--"}),
        ("iam-usercreate -u --url=x", "CreateUser", {"UserName": "--url=x"}),
        ("iam-usercreate -u =bob", "CreateUser", {"UserName": "=bob"}),
        ("iam-usercreate -u \u2013v", "CreateUser", {"UserName": "\u2013v"}),
        # The last of several values wins.
        ("iam-usercreate -u a -u b", "CreateUser", {"UserName": "b"}),
        ("iam-usercreate -v -u b -v", "CreateUser", {"UserName": "b"}),
        # Options of two characters, and choices in any case.
        (
            "iam-userenablemfadevice -c2 2 -c1 1 -s dev -u b",
            "EnableMFADevice",
            {
                "UserName": "b",
                "SerialNumber": "dev",
                "AuthenticationCode1": "1",
                "AuthenticationCode2": "2",
            },
        ),
        ("iam-usermodkey -s ACTIVE", "UpdateAccessKey", {"Status": "Active"}),
        # Our extension: values without a space after the option.
        ("iam-usercreate -ubob", "CreateUser", {"UserName": "bob"}),
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
        ("iam-usercreate -u b -p x/", "CreateUser", {"UserName": "b", "Path": "/x/"}),
        ("iam-usercreate -u b -p /", "CreateUser", {"UserName": "b", "Path": "/"}),
        ("iam-usermod -u b -p /x/y", "UpdateUser", {"UserName": "b", "NewPath": "/x/y/"}),
        ("iam-groupmod -g g -p y", "UpdateGroup", {"GroupName": "g", "NewPath": "/y/"}),
        ("iam-userlistbypath -i 5 -p /x", "ListUsers", {"MaxItems": "5", "PathPrefix": "/x"}),
        ("iam-userlistbypath -i 5 -p x/", "ListUsers", {"MaxItems": "5", "PathPrefix": "x/"}),
        ("iam-userlistbypath -i 007", "ListUsers", {"MaxItems": "7"}),
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
