"""What people who type commands on a terminal see: usage errors, hints, the style of the help."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from support.selection import every
from support.shell import HERE
from support.terminal import USUAL_SIZE, read_now, rows

if TYPE_CHECKING:
    from support.forked import ForkRunner
    from support.terminal import Typist

COMMANDS = json.loads((HERE / "interface" / "commands.json").read_text())["commands"]
NAMES = sorted(COMMANDS)
HEIGHT, WIDTH = USUAL_SIZE
STRICT = {"IAMCLI_STRICT": "1"}
SEQUENCE = re.compile(r"\x1b\[\d*m")


def mistakes(name: str) -> dict[str, str]:
    """Return command lines with a mistake, and the message about each."""
    found = {
        f"{name} -z": '"-z" is not a valid option',
        f"{name} extra": "No argument is allowed: extra",
        f"{name} --url": 'Option "--url" takes an operand',
    }
    for option in COMMANDS[name]:
        letter, metavar = option["option"], option.get("metavar")
        if metavar:
            found[f"{name} {letter}"] = f'Option "{letter}" takes an operand'
        if metavar in ("STATUS", "EFFECT", "MAXITEMS", "MINIMUMPASSWORDLENGTH"):
            found[f"{name} {letter} x"] = f'"x" is not a valid value for "{letter}"'
    missing = sorted(option["option"] for option in COMMANDS[name] if option.get("required"))
    if missing:
        found[name] = f'Option "{missing[0]}" is required'
    return found


def check_last_screen(name: str, message: str, shown: str) -> None:
    """Check what a terminal shows after a usage error; the prompt comes in the last row."""
    seen = rows(shown)
    assert seen[0].startswith(f"{name}: {message}")
    assert len(seen) <= HEIGHT
    assert seen[-2:] == [f"For all options, type: {name} -h", ""]
    (usage,) = [number for number, row in enumerate(seen) if row.startswith(f"Usage: {name} ")]
    words = re.findall(r"[^\s{|}\[\].]+", " ".join(seen[usage:-2]))
    assert {option["option"] for option in COMMANDS[name]} <= set(words)


@pytest.mark.parametrize("name", every(10, NAMES))
def test_a_usage_error_stays_on_the_screen(name: str, typed: Typist) -> None:
    line, message = list(mistakes(name).items())[-1]
    check_last_screen(name, message, typed(line))


@pytest.mark.parametrize(
    "name",
    every(8, NAMES),
)
def test_every_usage_error_is_short_on_a_terminal(
    name: str, run_fast: ForkRunner, terminal: tuple[int, str]
) -> None:
    master, device = terminal
    for line, message in mistakes(name).items():
        done = run_fast(*line.split(), stderr=device)
        assert (done.status, done.out) == (1, "")
        check_last_screen(name, message, read_now(master))


@pytest.mark.parametrize("name", ["iam-usercreate", "iam-accountgetsummary"])
def test_a_usage_error_in_strict_mode_is_followed_by_the_help(name: str, typed: Typist) -> None:
    shown = typed(f"{name} -z", STRICT).replace("\r\n", "\n")
    _, _, rest = shown.partition(f'{name}: "-z" is not a valid option\n')
    assert rest == typed(f"{name} -h", STRICT).replace("\r\n", "\n")


REPLACED = "if you typed * without quotes, the shell replaced it with the names there; type '*'"


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        # The option that the message is about, with the values that it takes.
        (
            "iam-accountmodpasswordpolicy -m abc",
            "-m MINIMUMPASSWORDLENGTH at least this many characters; a whole number from 6 to 128",
        ),
        (
            "iam-userlistbypath -i 0",
            "-i MAXITEMS read at most this many entries; a whole number from 1 to 1000",
        ),
        ("iam-usercreate -k", "-u USERNAME the user's name (required); 1 to 64 characters:"),
        ("iam-usercreate -u", "-u USERNAME the user's name (required); 1 to 64 characters:"),
        # Options without spaces between them.
        ("iam-usercreate -kv -u bob", "iam-usercreate: type each option separately: -k -v"),
        ("iam-usercreate -vku bob", "iam-usercreate: type each option separately: -v -k -u"),
        # What the shell makes of an unquoted *.
        (
            "iam-useraddpolicy -u b -p p -e Allow -a s3:* -r *",
            f"iam-useraddpolicy: bfile is in the current directory; {REPLACED}",
        ),
        (
            "iam-usercreate -u bob -- bfile",
            f"iam-usercreate: bfile is in the current directory; {REPLACED}",
        ),
    ],
)
def test_hints(line: str, hint: str, typed: Typist) -> None:
    (typed.home / "credentials").unlink()
    for name in ("afile", "bfile"):
        (typed.home / name).touch()
    shown = rows(typed(f"{line}; echo =; IAMCLI_STRICT=1 {line}; echo =; {line} 2>&1 | cat"))
    second, third = (number for number, row in enumerate(shown) if row == "=")
    message, *after = shown[:second]
    assert "".join("".join(after).split()).startswith("".join(hint.split()))
    # In strict mode, and if standard error is no terminal, the help follows at once.
    name = line.partition(" ")[0]
    for begin in (second + 1, third + 1):
        assert shown[begin] == message
        assert shown[begin + 1].startswith(f"Usage: {name} ")


@pytest.mark.parametrize(
    "line",
    [
        # One of the letters is no option, or takes a value and is not the last one.
        "iam-usercreate -kz",
        "iam-usercreate -kuv",
        "iam-usercreate -kk",
        # * matches neither of these.
        "iam-usercreate absent",
        "iam-usercreate .hidden",
        "iam-usercreate ./bfile",
    ],
)
def test_no_hint_without_evidence(line: str, typed: Typist) -> None:
    for name in (".hidden", "bfile"):
        (typed.home / name).touch()
    seen = rows(typed(line))
    assert seen[1].startswith("Usage: ")


# The style of the help.


def test_the_help_is_bold_and_coloured_on_a_terminal(typed: Typist) -> None:
    plain = typed("iam-usercreate -h | cat")
    assert "\x1b" not in plain
    shown = typed("iam-usercreate -h")
    assert SEQUENCE.sub("", shown) == plain
    assert shown.startswith("\x1b[1mUsage:\x1b[0m \x1b[1miam-usercreate\x1b[0m ")
    assert "\r\n  \x1b[1m-u\x1b[0m \x1b[36mUSERNAME\x1b[0m     the user's name" in shown
    assert "\x1b[1mCommon options:\x1b[0m\r\n" in shown


@pytest.mark.parametrize(
    ("env", "terminal", "pipe"),
    every(
        4,
        [
            ({}, True, False),
            ({"TERM": "xterm"}, True, False),
            ({"TERM": "dumb"}, False, False),
            ({"NO_COLOR": "1"}, False, False),
            ({"NO_COLOR": ""}, True, False),
            ({"CLICOLOR_FORCE": "1"}, True, True),
            ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True, True),
            ({"CLICOLOR_FORCE": "0"}, True, False),
            ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False, False),
            ({"CLICOLOR_FORCE": "1", **STRICT}, False, False),
        ],
    ),
)
def test_who_wants_style(env: dict[str, str], *, terminal: bool, pipe: bool, typed: Typist) -> None:
    shown = typed("iam-userdel -h; echo =; iam-userdel -h | cat; echo =; iam-userdel -z", env)
    # Never after an error.
    styled = [bool(SEQUENCE.search(part)) for part in shown.split("=\r\n")]
    assert styled == [terminal, pipe, False]
