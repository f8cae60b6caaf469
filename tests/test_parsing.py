"""The command line parser: each rule, and the message if it is broken."""

from __future__ import annotations

import pytest

from iamcli.parsing import shared as options
from iamcli.parsing.options import Option, UsageError
from iamcli.parsing.parser import HelpRequested, VersionRequested, parse
from iamcli.parsing.types import entity_path, whole_number

NAME = Option("-u", "USER", "user", "a name", required=True)
SIZE = Option("-i", "SIZE", "size", "a size", convert=whole_number(1, 1000))
PATH = Option("-p", "PATH", "path", "a path", convert=entity_path)
STATE = Option("-s", "STATE", "state", "a state", choices=("Active", "Inactive"))
GROUPS = Option("-g", "GROUP", "groups", "groups", repeatable=True)
FIRST = Option("-c1", "CODE", "first", "a code")
SECOND = Option("-c2", "CODE", "second", "a code")
BODY = Option("-c", "BODY", "body", "a body")
LOUD = Option("-v", None, "zeal", "more")
OPTIONS = [NAME, SIZE, PATH, STATE, GROUPS, FIRST, SECOND, BODY, LOUD, *options.COMMON]
NOTHING = {
    "user": "x",
    "size": None,
    "path": None,
    "state": None,
    "groups": [],
    "first": None,
    "second": None,
    "body": None,
    "zeal": False,
    "credential_file": None,
    "client_config_file": None,
    "url": None,
    "debug": False,
    "help": False,
    "version": False,
}


def said(*arguments: str) -> str:
    """Return what is said of arguments that are not accepted."""
    with pytest.raises(UsageError) as error:
        parse("iam-x", OPTIONS, arguments)
    return str(error.value)


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ([], {}),
        (["-v"], {"zeal": True}),
        (["-u", "y"], {"user": "y"}),
        (["-u", ""], {"user": ""}),
        (["-u", "-v"], {"user": "-v"}),
        (["-u", "--version"], {"user": "--version"}),
        (["-uh"], {"user": "h"}),
        (["-u-h"], {"user": "-h"}),
        (["-u--help"], {"user": "--help"}),
        (["--url=-h"], {"url": "-h"}),
        (["-u", "\u2013h"], {"user": "\u2013h"}),
        (["-u", "--"], {"user": "--"}),
        (["-uBob"], {"user": "Bob"}),
        (["-u", "=Bob"], {"user": "=Bob"}),
        (["-g", "a", "-v", "-g", "b", "-ga"], {"groups": ["a", "b", "a"], "zeal": True}),
        (["-s", "aCTIVE"], {"state": "Active"}),
        (["-s", "INACTIVE"], {"state": "Inactive"}),
        (["-i", "1"], {"size": 1}),
        (["-i", "0001"], {"size": 1}),
        (["-i", "1000"], {"size": 1000}),
        (["-p", "a"], {"path": "/a/"}),
        (["-c1", "1", "-c2", "2", "-c", "3"], {"first": "1", "second": "2", "body": "3"}),
        (["-c11", "-c22", "-c3"], {"first": "1", "second": "2", "body": "3"}),
        (["--url", "a"], {"url": "a"}),
        (["--url=a=b"], {"url": "a=b"}),
        (["--url="], {"url": ""}),
        (["--url==a"], {"url": "=a"}),
        (["--debug"], {"debug": True}),
        (["-d"], {"debug": True}),
        (["--"], {}),
    ],
)
def test_what_is_read(arguments: list[str], values: dict[str, object]) -> None:
    assert parse("iam-x", OPTIONS, ["-u", "x", *arguments]) == NOTHING | values


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], 'Option "-u" is required'),
        (["-v", "-u"], 'Option "-u" takes an operand'),
        (["--url"], 'Option "--url" takes an operand'),
        (["-i", "x"], '"x" is not a valid value for "-i"'),
        (["-i", "0"], '"0" is not a valid value for "-i"'),
        (["-i", "-1"], '"-1" is not a valid value for "-i"'),
        (["-i", "1001"], '"1001" is not a valid value for "-i"'),
        (["-i", "1.0"], '"1.0" is not a valid value for "-i"'),
        (["-i", "\u0661"], '"\u0661" is not a valid value for "-i"'),
        (["-i", "--1"], '"--1" is not a valid value for "-i"'),
        (["-i", ""], '"" is not a valid value for "-i"'),
        (["-s", "on"], '"on" is not a valid value for "-s"; it takes Active or Inactive'),
        (["-s", "abc"], '"abc" is not a valid value for "-s"; it takes Active or Inactive'),
        (["x"], "No argument is allowed: x"),
        (["-u", "x", "y", "z"], "No argument is allowed: y"),
        (["--", "-v", "x"], "No argument is allowed: -v"),
        (["-"], "No argument is allowed: -"),
        ([""], "No argument is allowed: "),
        (["-z"], '"-z" is not a valid option'),
        (["--debug=1"], '"--debug=1" is not a valid option; did you mean "-d"?'),
        (["-i", "x", "-z"], '"x" is not a valid value for "-i"'),
        (["-z", "-i", "x"], '"-z" is not a valid option'),
        (["-z", "-u"], '"-z" is not a valid option'),
        (["-u", "\udcff"], 'The value of "-u" is not text in this locale\'s encoding'),
    ],
)
def test_what_is_said(arguments: list[str], message: str) -> None:
    assert said(*arguments) == message


@pytest.mark.parametrize("wanted", ["-h", "--help"])
@pytest.mark.parametrize(
    "before",
    [
        [],
        ["-z"],
        ["-i", "x"],
        ["--version"],
        ["x"],
        ["-u"],
        ["-u", "x", "-i"],
        ["--url"],
        ["-u", "-v", "-p"],
        ["-z", "-u"],
        ["--"],
        ["-u", "--"],
    ],
)
@pytest.mark.parametrize("after", [[], ["-u"], ["-z"], ["--", "x"], ["--version"]])
def test_help_goes_before_everything(wanted: str, before: list[str], after: list[str]) -> None:
    with pytest.raises(HelpRequested):
        parse("iam-x", OPTIONS, [*before, wanted, *after])


@pytest.mark.parametrize("argument", ["-H", "--help=x", "--hel", "-hx", "\u2013h", "--h"])
def test_what_resembles_help_is_not_help(argument: str) -> None:
    assert said("-u", "x", argument).startswith(f'"{argument}" ')


@pytest.mark.parametrize("arguments", [["--version"], ["-z", "--version"], ["--version", "-u"]])
def test_version_goes_before_errors(arguments: list[str]) -> None:
    with pytest.raises(VersionRequested):
        parse("iam-x", OPTIONS, arguments)


def test_required_options_are_missed_in_the_order_of_their_names() -> None:
    both = [NAME.replace(name="-z"), GROUPS.replace(required=True)]
    with pytest.raises(UsageError, match='Option "-g" is required'):
        parse("iam-x", both, [])
    with pytest.raises(UsageError, match='Option "-z" is required'):
        parse("iam-x", both, ["-g", "a"])


def test_a_changed_copy_leaves_the_option_as_it_is() -> None:
    changed = STATE.replace(name="-S", required=True, help="other")
    assert (changed.name, changed.required, changed.help) == ("-S", True, "other")
    assert (STATE.name, STATE.required, STATE.help) == ("-s", False, "a state")
    assert changed.choices == STATE.choices
    assert vars(STATE.replace()) == vars(STATE)


def test_names_and_switches() -> None:
    assert options.DEBUG.names == ("-d", "--debug")
    assert STATE.names == ("-s",)
    assert not STATE.secret
    assert options.PASSWORD.secret
    assert options.CODE1.secret
    assert options.CODE2.secret
    assert LOUD.switch
    assert not STATE.switch


@pytest.mark.parametrize(
    ("low", "high", "argument", "number"),
    [(-5, 5, "-5", -5), (-5, 5, "5", 5), (0, 9, "-0", 0), (1, 1, "1", 1)],
)
def test_a_whole_number(low: int, high: int, argument: str, number: int) -> None:
    assert whole_number(low, high)(argument) == number


@pytest.mark.parametrize("argument", ["-6", "6", "+1", " 1", "1 ", "1e1", "", "-", "x", "1_0"])
def test_what_is_no_whole_number(argument: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is never shown
        whole_number(-5, 5)(argument)
