"""What people who type commands on a terminal see: usage errors and hints."""

from __future__ import annotations

import json
import re
import shlex
from itertools import cycle
from typing import TYPE_CHECKING, NamedTuple

import pytest
from support.requirements import needs
from support.shell import TESTS
from support.stub import ok, refused
from support.terminal import USUAL_SIZE, rows

from iamcli.cli import index
from iamcli.help.text import usage_text

if TYPE_CHECKING:
    from support.stub import Answer

COMMANDS = json.loads((TESTS / "interface" / "commands.json").read_text())["commands"]
HEIGHT, WIDTH = USUAL_SIZE
STRICT = {"IAMCLI_STRICT": "1"}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_usage_error_is_short(name):
    """The message has a row, and the prompt has one."""
    command = index.load(name)
    for option in (None, *command.all_options):
        *about, last = usage_text(command, option, WIDTH).splitlines()
        assert len(about) + 3 <= HEIGHT
        assert last == f"For all options, type: {name} -h"
        (usage,) = [number for number, row in enumerate(about) if row.startswith("Usage: ")]
        words = re.findall(r"[^\s{|}\[\].]+", " ".join(about[usage:]))
        assert {each["option"] for each in COMMANDS[name]} <= {*words}


def test_a_usage_error_stays_on_the_screen(typed):
    first, *about, usage, more, last = rows(typed("iam-userdelkey -k"))
    assert first == 'iam-userdelkey: Option "-k" takes an operand'
    assert about[0].startswith("  -k ACCESSKEYID  the access key ID")
    assert usage.startswith("Usage: iam-userdelkey ")
    assert (more, last) == ("For all options, type: iam-userdelkey -h", "")


@pytest.mark.parametrize("name", ["iam-usercreate", "iam-accountgetsummary"])
def test_a_usage_error_in_strict_mode_is_followed_by_the_help(name, typed):
    shown = typed(f"{name} -z", STRICT).replace("\r\n", "\n")
    _, _, rest = shown.partition(f'{name}: "-z" is not a valid option\n')
    assert rest == typed(f"{name} -h", STRICT).replace("\r\n", "\n")


# What people type, and what they get: at a prompt, on a screen of the usual size.

SHELLS = {
    "bash": ("--norc", "--noprofile", "-i"),
    "zsh": ("-f", "-i"),
    "fish": ("--no-config", "-i"),
}
QUOTES = "typographic quotes (the first: {}), as pasted from a web page"
PASTED = f"the value of {{}} has 2 {QUOTES.format('character 1')}"
QUOTED = "\u201cbob\u201d"
USERS = "".join(f"<member><UserName>{name}</UserName></member>" for name in ("ann", "bob"))
NO_USER = "The user with name bbo cannot be found."
WRONG_NAME = (
    "The specified value for userName is invalid. It must contain only alphanumeric characters "
    "and/or the following: +=,.@_-"
)
WRONG_ACTION = 'Actions/Conditions must be prefixed by a vendor, e.g., "iam:*"'
ALIAS = (
    "1 validation error detected: Value 'Acme_1' at 'accountAlias' failed to satisfy constraint: "
    "Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$"
)
CODE = (
    "1 validation error detected: Value at 'authenticationCode1' failed to satisfy constraint: "
    "Member must have length greater than or equal to 6"
)


class Typed(NamedTuple):
    """A line that is typed: the ``first`` line that it gets, and what follows on a terminal.

    ``answers``: the answer to each operation.
    """

    line: str
    first: str
    more: tuple[str, ...] = ()
    answers: dict[str, Answer] = {}  # noqa: RUF012 - never written to


ROWS = [
    Typed(
        "iam-accountmodpasswordpolicy -m abc",
        '"abc" is not a valid value for "-m"',
        (
            "-m MINIMUMPASSWORDLENGTH at least this many characters; a whole number from 6 to 128",
            "Usage: iam-accountmodpasswordpolicy",
        ),
    ),
    Typed(
        "iam-useruploadpolicy -u bob -p all",
        'Option "-f" or "-o" is required',
        (
            "-f POLICYDOCUMENTFILE",
            "-o POLICYDOCUMENT",
            "Usage: iam-useruploadpolicy",
            "For all options, type: iam-useruploadpolicy -h",
        ),
    ),
    Typed(
        "iam-userdel bob",
        "No argument is allowed: bob",
        ("iam-userdel: write: iam-userdel -u bob", "Usage: iam-userdel -u USERNAME"),
    ),
    Typed(
        "iam-useruploadpolicy -u bob -p all -o pol.json",
        "the policy of -o, line 1, column 1: not JSON (Expecting value)",
        ("iam-useruploadpolicy: to read the file: -f pol.json",),
    ),
    Typed(
        f"iam-userdel -u {QUOTED}",
        f"ValidationError: {WRONG_NAME}",
        (f"iam-userdel: {PASTED.format('-u')}; type: -u bob",),
        {"DeleteUser": refused("ValidationError", WRONG_NAME)},
    ),
    Typed(
        "iam-useraddpolicy -u bob -p all -e Allow -a \u2018s3:Get\u2019 -r '*'",
        f"MalformedPolicyDocument: {WRONG_ACTION}",
        (f"iam-useraddpolicy: {PASTED.format('-a')}; type: -a s3:Get",),
        {"PutUserPolicy": refused("MalformedPolicyDocument", WRONG_ACTION)},
    ),
    Typed(
        "iam-useruploadpolicy -u bob -p all -f smart.json",
        "smart.json, line 2, column 3: not JSON (Expecting property name enclosed in double "
        "quotes)",
        (f'the policy has 4 {QUOTES.format("line 2, column 3")}; JSON needs "',),
    ),
    Typed(
        "iam-accountaliascreate -a Acme_1",
        f"ValidationError: {ALIAS}",
        ("-a ACCOUNTALIAS  the account alias", "3 to 63 lower-case letters"),
        {"CreateAccountAlias": refused("ValidationError", ALIAS)},
    ),
    Typed(
        "iam-userenablemfadevice -u bob -s arn:aws:iam::123456789012:mfa/bob -c1 12 -c2 12",
        f"ValidationError: {CODE}",
        ("-c1 CODE1  a code that the device shows (required); 6 digits",),
        {"EnableMFADevice": refused("ValidationError", CODE)},
    ),
    Typed(
        "iam-userdel -u bbo",
        f"NoSuchEntity: {NO_USER}",
        ("iam-userdel: did you mean bob?",),
        {
            "DeleteUser": refused("NoSuchEntity", NO_USER, 404),
            "ListUsers": ok("ListUsers", f"<Users>{USERS}</Users>"),
        },
    ),
    Typed("iamcli frobnicate", "unknown subcommand frobnicate; for help, type: iamcli -h"),
]


def squeezed(text: str) -> str:
    """Return ``text`` without blanks and line breaks, which wrapping adds and removes."""
    return "".join(text.split())


@pytest.mark.parametrize(("shell", "row"), [*zip(cycle(SHELLS), ROWS, strict=False)])
@needs("{shell}")
def test_what_people_type_and_what_they_get(shell, row, run_fast, typed, stub, forked_programs):
    endpoint = stub.endpoint(refused("Recorded"))
    for operation, answer in row.answers.items():
        endpoint.on(operation, answer)
    (typed.home / "pol.json").write_text('{"Statement": []}')
    (typed.home / "smart.json").write_text("{\n  \u201cVersion\u201d: \u201c2012-10-17\u201d\n}\n")
    # The sandbox waits for nothing to become visible.
    where = {"AWS_IAM_URL": endpoint.url, "IAMCLI_SANDBOX": endpoint.url}
    path = f"{forked_programs.folder}:{run_fast.env['PATH']}"
    shown = typed.at_prompt(shell, *SHELLS[shell], line=row.line, env={**where, "PATH": path})
    name = row.line.partition(" ")[0]
    screen = squeezed("".join(rows(shown)[-HEIGHT:]))
    for text in (f"{name}: {row.first}", *row.more):
        assert squeezed(text) in screen, shown
        screen = screen.partition(squeezed(text))[2]
    # One line of at most 160 characters.
    assert [text for text in row.more if len(text) > 160] == []
    asked = list(endpoint.operations)
    assert asked == list(row.answers)
    if name == "iamcli":
        return
    # In a pipe there is the first line only, or the help, and nothing more is sent.
    done = run_fast(*shlex.split(row.line), env=where)
    assert (done.status, done.out) == (1, "")
    first, _, rest = done.err.partition("\n")
    assert first == f"{name}: {row.first}"
    assert rest == "" or rest.startswith(f"Usage: {name} ")
    assert endpoint.operations == [*asked, *list(row.answers)[:1]]
