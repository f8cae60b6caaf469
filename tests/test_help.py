"""Help, man page and completions describe the same options as the declaration."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

import pytest
from support import readers
from support.shell import ROOT
from support.stub import ok

from iamcli.commands import index
from iamcli.errors import FAILED, INTERRUPTED
from iamcli.help import docstring as documentation
from iamcli.help import text as help_text

if TYPE_CHECKING:
    from pathlib import Path

    from support.shell import Shell
    from support.stub import Stub

    from iamcli.command import Command

COMMANDS: dict[str, Command] = {command.name: command for command in index.commands()}
WIDTH = 80


def page(name: str) -> str:
    return (ROOT / "man" / f"{name}.1").read_text()


@cache
def in_shells() -> dict[str, dict[str, readers.Facts]]:
    of_shells = {"bash": readers.of_bash, "zsh": readers.of_zsh, "fish": readers.of_fish}
    return {shell: read(COMMANDS) for shell, read in of_shells.items()}


@pytest.mark.parametrize("name", COMMANDS)
def test_all_say_the_same_of_each_option(name: str) -> None:
    declared = readers.declared(COMMANDS[name])
    assert readers.of_help(help_text.help_text(COMMANDS[name])) == declared
    assert readers.of_page(page(name)) == declared
    for shell, read in in_shells().items():
        assert read[name] == declared, shell


@pytest.mark.parametrize("name", COMMANDS)
def test_all_say_the_same_of_the_exit_status(name: str) -> None:
    assert set(help_text.STATUSES) == {0, FAILED, INTERRUPTED}
    assert readers.statuses_of_help(help_text.help_text(COMMANDS[name])) == set(help_text.STATUSES)
    assert readers.statuses_of_page(page(name)) == set(help_text.STATUSES)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("iam-usercreate", ".It Fl k\n", ".It Fl j\n"),
        ("iam-usercreate", "Default:\n.Ql / .", "Default:\n.Ql /x/ ."),
        ("iam-useraddpolicy", "Required.", "Optional."),
        ("iam-useraddpolicy", "May be repeated.", ""),
        ("iam-useraddpolicy", ".Ql Deny", ".Ql Refuse"),
        ("iam-useraddpolicy", ".It Fl u Ar username", ".It Fl u"),
    ],
)
def test_a_page_that_says_something_else_is_noticed(name: str, old: str, new: str) -> None:
    text = page(name)
    assert old in text
    assert readers.of_page(text.replace(old, new)) != readers.declared(COMMANDS[name])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n  -e EFFECT ", "\n  -e        "),
        ("\n  -o        ", "\n  -x        "),
        ("Allow or Deny", "Allow or Refuse"),
        ("(required, repeatable)", "(required)"),
        ("default: AWS_CREDENTIAL_FILE", "default: another"),
    ],
)
def test_a_help_that_says_something_else_is_noticed(old: str, new: str) -> None:
    command = COMMANDS["iam-useraddpolicy"]
    text = help_text.help_text(command)
    assert old in text
    assert readers.of_help(text.replace(old, new)) != readers.declared(command)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_shape_of_help(name: str) -> None:
    command = COMMANDS[name]
    lines = help_text.help_text(command).splitlines()
    example = documentation.of(command).examples[0]
    assert lines[0].startswith(f"Usage: {name} ")
    assert lines[lines.index("") + 1 : lines.index("") + 3] == [command.summary, ""]
    assert lines[-4:] == ["Example:", f"  {example}", "", f"See man {name}"]
    assert all(len(line) <= WIDTH for line in lines if example not in line)
    assert not any(line != line.rstrip() or "`" in line for line in lines)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_order_of_the_options(name: str) -> None:
    """Own options before the common ones; the required ones first, each group by name."""
    command = COMMANDS[name]
    text = help_text.help_text(command)
    declared = readers.declared(command)
    own = [option.name for option in command.options]
    groups = [
        [option for option in own if declared[option].required],
        [option.name for option in command.options if option.alternative],
        [option.name for option in command.options if not (option.required or option.alternative)],
        sorted(declared.keys() - {*own, "--debug", "--help"}),
    ]
    shown = [option for option in readers.of_help(text) if option not in ("--debug", "--help")]
    assert shown == [option for group in groups for option in sorted(group)]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_usage_is_the_synopsis_of_the_page(name: str) -> None:
    usage = readers.synopsis_of_help(help_text.help_text(COMMANDS[name]))
    assert usage == readers.synopsis_of_page(page(name))
    assert usage.endswith(" [common option ...]")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_documented(name: str) -> None:
    document = documentation.of(COMMANDS[name])
    assert document.output
    assert document.calls
    assert len(document.examples) == len(document.captions)
    assert all(caption.endswith(".") for caption in document.captions)
    assert all(line.startswith(name) or f"| {name}" in line for line in document.examples)
    for text in (*document.description, *document.output, *document.differs):
        assert text.endswith((".", ":")), text
        assert text.count("`") % 2 == 0, text


def test_help_as_a_process(run: Shell) -> None:
    done = run("iam-useraddpolicy", "-h")
    assert (done.status, done.err) == (0, "")
    assert done.out == help_text.help_text(COMMANDS["iam-useraddpolicy"])


def test_commands_work_without_docstrings(run: Shell, stub: Stub) -> None:
    """With PYTHONOPTIMIZE=2 Python has no docstrings; help lacks only what is made from them."""
    run.env["AWS_IAM_URL"] = stub.endpoint(ok("CreateAccountAlias"), ok("DeleteAccountAlias")).url
    without = {"PYTHONOPTIMIZE": "2"}
    assert run("iam-accountaliascreate", "-a", "example", env=without) == (0, "", "")
    assert run("iam-accountaliasdelete", "-a", "example", env=without) == (0, "", "")
    for arguments in (["iam-usercreate", "-h"], ["iamcli", "list"], ["iamcli", "home", "--help"]):
        expected = run(*arguments)
        done = run(*arguments, env=without)
        assert (done.status, done.err) == (0, "")
        assert [line.split()[0] for line in done.out.splitlines() if line.startswith("  ")]
        removed = set(done.out.splitlines()) - set(expected.out.splitlines())
        assert not {line for line in removed if line.startswith("  -")}


@pytest.mark.parametrize(("tool", "folder"), [("pages", "man"), ("completions", "completions")])
def test_no_files_are_made_without_docstrings(tool: str, folder: str, tmp_path: Path) -> None:
    for name in ("tools", folder):
        shutil.copytree(ROOT / name, tmp_path / name)
    stale = tmp_path / folder / ("iam-x.1" if tool == "pages" else "bash/iam-x")
    stale.touch()
    done = subprocess.run(
        [sys.executable, "-OO", tmp_path / "tools" / f"{tool}.py"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "PYTHONOPTIMIZE=2" in done.stderr
    assert "Traceback" not in done.stderr
    assert stale.exists()
    assert not filecmp.dircmp(ROOT / folder, tmp_path / folder).diff_files
