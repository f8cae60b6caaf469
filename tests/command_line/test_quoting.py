"""Commands that messages suggest can be pasted into a shell, whatever is in them."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.selection import usual
from support.stub import Answer, refused
from support.terminal import read_now

from iamcli import quoting

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.forked import ForkRunner
    from support.stub import Stub

NAMES = (
    "my keys.txt",
    "it's",
    'a "b"',
    "$HOME",
    "*",
    "-x",
    "-h",
    "--help",
    "=cat",
    "~bob",
    "Zo\u00eb",
    "a;b|c&d",
    "`id`",
    "what!now",
    "{a,b}",
    "#1",
    "(x)",
    "a\\b",
)
SHELLS = ("bash", "zsh", "dash")
TWO_LINES = "AWSAccessKeyId=AK\nAWSSecretKey=x\n"
CONFLICT = refused("DeleteConflict", "Cannot delete entity, must delete policies first.", 409)

if TYPE_CHECKING:
    #: Returns the message with a command for a name, and the words that the command is to have.
    Message = Callable[[ForkRunner, Stub, str], tuple[str, list[str]]]


def terminal_says(run: ForkRunner, *arguments: str, **env: str) -> str:
    """Return what a command writes to standard error on a terminal."""
    master, slave = os.openpty()
    try:
        run(*arguments, env={"AWS_MAX_ATTEMPTS": "1", **env}, stderr=os.ttyname(slave))
        return read_now(master).replace("\r", "")
    finally:
        os.close(slave)
        os.close(master)


def doctor_says(run: ForkRunner, check: str, **env: str) -> str:
    done = run("iamcli", "doctor", "--offline", "--format", "json", env=env)
    (found,) = [one for one in json.loads(done.out)["checks"] if one["check"] == check]
    return str(found["advice"])


def warning(run: ForkRunner, stub: Stub, name: str) -> tuple[str, list[str]]:
    (run.home / name).write_text(TWO_LINES)
    (run.home / name).chmod(0o644)
    url = stub.endpoint(refused("Recorded")).url
    shown = terminal_says(run, "iam-accountgetsummary", AWS_CREDENTIAL_FILE=name, AWS_IAM_URL=url)
    line = next(line for line in shown.splitlines() if "chmod" in line)
    return line.partition("; run: ")[2], ["chmod", "600", f"./{name}" if name[0] == "-" else name]


def doctor_file(run: ForkRunner, _stub: Stub, name: str) -> tuple[str, list[str]]:
    (run.home / name).write_text(TWO_LINES)
    (run.home / name).chmod(0o644)
    advice = doctor_says(run, "credentials", AWS_CREDENTIAL_FILE=name)
    return advice.removeprefix("run: "), ["chmod", "600", f"./{name}" if name[0] == "-" else name]


def doctor_home(run: ForkRunner, _stub: Stub, name: str) -> tuple[str, list[str]]:
    advice = doctor_says(run, "home", AWS_IAM_HOME=name)
    command = re.search(r"run: (iamcli home .*?)(; .*)?$", advice)
    assert command, advice
    return command[1], ["iamcli", "home", f"./{name}" if name[0] == "-" else name]


def lost(run: ForkRunner, stub: Stub, name: str) -> tuple[str, list[str]]:
    url = stub.endpoint(Answer(b"<html/>", 502)).url
    done = run(
        "iam-groupcreate", *operand("-g", name), env={"AWS_IAM_URL": url, "AWS_MAX_ATTEMPTS": "1"}
    )
    command = done.err.partition("check first: ")[2].removesuffix("\n")
    return command, ["iam-grouplistusers", *operand("-g", name)]


def conflict(run: ForkRunner, stub: Stub, name: str, before: str, after: str) -> str:
    """Return what a terminal shows of a conflict between two texts."""
    url = stub.endpoint(CONFLICT).url
    line = ("iam-userdel", *operand("-u", name))
    shown = terminal_says(run, *line, AWS_IAM_URL=url, IAMCLI_SANDBOX=url, AWS_REGION="")
    return shown.partition(before)[2].partition(after)[0]


def first_run(run: ForkRunner, stub: Stub, name: str) -> tuple[str, list[str]]:
    command = conflict(run, stub, name, "first run: ", " POLICYNAME; or ")
    return command, ["iam-userdelpolicy", *operand("-u", name), "-p"]


def everything(run: ForkRunner, stub: Stub, name: str) -> tuple[str, list[str]]:
    command = conflict(run, stub, name, "belongs to it: ", "\n")
    return command, ["iam-userdel", *operand("-u", name), "-r"]


def joined(run: ForkRunner, _stub: Stub, name: str) -> tuple[str, list[str]]:
    done = run("iam-groupcreate", f"-g={name}")
    options = done.err.partition("; write: ")[2].partition("\n")[0]
    return f"iam-groupcreate {options}", ["iam-groupcreate", *operand("-g", name)]


def pasted(run: ForkRunner, _stub: Stub, name: str) -> tuple[str, list[str]]:
    if name in ("-h", "--help"):
        name = "h"
    done = run("iam-groupcreate", "\u2013g", name)
    return done.err.partition("; type: ")[2].partition("\n")[0], ["iam-groupcreate", "-g", name]


def operand(option: str, name: str) -> list[str]:
    return [f"{option}{name}"] if name.startswith("-") else [option, name]


@pytest.mark.parametrize("name", [*NAMES, "", "two\nlines"])
def test_any_text_is_one_word(name):
    dashed, value = name.startswith("-"), {"UserName": name}
    filled = quoting.filled("iam-x -u {UserName} -r -k KEY", value)
    assert {
        "quoted": shlex.split(quoting.quoted(name)),
        "line": shlex.split(quoting.command_line("a b", name)),
        "file": shlex.split(quoting.file(name)),
        "option": shlex.split(quoting.option("-g", name)),
        "long option": shlex.split(quoting.option("--profile", name)),
        "filled": shlex.split(filled),
    } == {
        "quoted": [name],
        "line": ["a b", name],
        "file": [f"./{name}" if dashed else name],
        "option": operand("-g", name),
        "long option": [f"--profile={name}"] if dashed else ["--profile", name],
        "filled": ["iam-x", *operand("-u", name), "-r", "-k", "KEY"],
    }


def test_only_what_a_shell_would_change_is_quoted():
    words = ["arn:aws:iam::1:user/a_b", "-x", "a=b", "bob@x+y,z%", "=cat", "Zo\u00eb", "a b", "'"]
    assert [quoting.quoted(word) for word in words] == [
        *words[:4],
        "'=cat'",
        "'Zo\u00eb'",
        "'a b'",
        """''"'"''""",
    ]


MESSAGES: dict[str, Message] = {
    "a warning": warning,
    "a file of doctor": doctor_file,
    "a home of doctor": doctor_home,
    "a lost response": lost,
    "what is left": first_run,
    "everything": everything,
    "joined": joined,
    "pasted": pasted,
}


@pytest.mark.parametrize("message", usual(["a warning", "what is left"], MESSAGES))
def test_a_suggested_command_can_be_pasted(message, run_fast, stub):
    programs = run_fast.home / "programs"
    programs.mkdir()
    for name in NAMES:
        line, words = MESSAGES[message](run_fast, stub, name)
        program = programs / words[0]
        program.write_text('#!/bin/sh\nprintf \'%s\\0\' "${0##*/}" "$@"\n')
        program.chmod(0o755)
        for shell in SHELLS:
            done = subprocess.run(
                [shell, "-c", line],
                env={"PATH": f"{programs}:/usr/bin:/bin", "HOME": "/nowhere", "LC_ALL": "C.UTF-8"},
                cwd=run_fast.home,
                capture_output=True,
                check=False,
            )
            assert done.stdout.decode().split("\0")[:-1] == words, (shell, line)
            assert done.stderr == b"", (shell, line)
