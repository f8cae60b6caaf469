"""Commands that messages suggest can be pasted into a shell, whatever is in them."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.requirements import PATH, needs
from support.stub import Answer, refused
from support.terminal import read_now

from iamcli import quoting

if TYPE_CHECKING:
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
CONFLICT = refused("DeleteConflict", "Cannot delete entity, must delete policies first.", 409)


def on_terminal(run: ForkRunner, *arguments: str, **env: str) -> str:
    """Return what a command writes to standard error on a terminal."""
    master, slave = os.openpty()
    try:
        run(*arguments, env={"AWS_MAX_ATTEMPTS": "1", **env}, stderr=os.ttyname(slave))
        return read_now(master).replace("\r", "")
    finally:
        os.close(slave)
        os.close(master)


def warning(run: ForkRunner, stub: Stub, name: str) -> tuple[str, list[str]]:
    (run.home / name).write_text("AWSAccessKeyId=AK\nAWSSecretKey=x\n")
    (run.home / name).chmod(0o644)
    url = stub.endpoint(refused("Recorded")).url
    shown = on_terminal(run, "iam-accountgetsummary", AWS_CREDENTIAL_FILE=name, AWS_IAM_URL=url)
    line = next(line for line in shown.splitlines() if "chmod" in line)
    return line.partition("; run: ")[2], ["chmod", "600", f"./{name}" if name[0] == "-" else name]


def lost(run: ForkRunner, stub: Stub, name: str) -> tuple[str, list[str]]:
    env = {"AWS_IAM_URL": stub.endpoint(Answer(b"<html/>", 502)).url, "AWS_MAX_ATTEMPTS": "1"}
    done = run("iam-groupcreate", *["-g", name], env=env)
    command = done.err.partition("check first: ")[2].removesuffix("\n")
    return command, ["iam-grouplistusers", *["-g", name]]


def conflict(run: ForkRunner, stub: Stub, name: str) -> tuple[str, list[str]]:
    url = stub.endpoint(CONFLICT).url
    line = ("iam-userdel", "-u", name)
    shown = on_terminal(run, *line, AWS_IAM_URL=url, IAMCLI_SANDBOX=url, AWS_REGION="")
    command = shown.partition("first run: ")[2].partition(" POLICYNAME; or ")[0]
    return command, ["iam-userdelpolicy", "-u", name, "-p"]


@pytest.mark.parametrize("name", [*NAMES, "", "two\nlines"])
def test_any_text_is_one_word(name):
    dashed, value = name.startswith("-"), {"UserName": name}
    assert {
        "quoted": shlex.split(quoting.quoted(name)),
        "line": shlex.split(quoting.command_line("a b", name)),
        "file": shlex.split(quoting.file(name)),
        "option": shlex.split(quoting.option("-g", name)),
        "long option": shlex.split(quoting.option("--profile", name)),
        "filled": shlex.split(quoting.filled("iam-x -u {UserName} -r -k KEY", value)),
    } == {
        "quoted": [name],
        "line": ["a b", name],
        "file": [f"./{name}" if dashed else name],
        "option": ["-g", name],
        "long option": [f"--profile={name}"] if dashed else ["--profile", name],
        "filled": ["iam-x", "-u", name, "-r", "-k", "KEY"],
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


@pytest.mark.parametrize("shell", ["bash", "zsh", "dash"])
@needs("{shell}")
def test_a_shell_reads_what_was_quoted(shell):
    done = subprocess.run(
        [shell, "-c", quoting.command_line("printf", r"%s\0", *NAMES)],
        env={"PATH": PATH, "HOME": "/nowhere", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().split("\0")[:-1] == [*NAMES]


@pytest.mark.parametrize("name", ["it's $HOME", "-x"])
@pytest.mark.parametrize("message", [warning, lost, conflict])
def test_a_suggested_command_can_be_pasted(message, name, run_fast, stub):
    line, words = message(run_fast, stub, name)
    assert shlex.split(line) == words
