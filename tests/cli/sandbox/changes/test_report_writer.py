"""``iamcli sandbox --changes``: its options, and the file that the report is written to."""

from __future__ import annotations

import json
import os
import stat
import sys
from contextlib import closing
from types import SimpleNamespace
from typing import Any, cast

import pytest
from support import prepared, private_iam
from support.changes import ACCOUNT
from support.copies import DATE
from support.processes import assert_nothing_left, environment
from support.processes import run as run_program
from support.selection import in_full

from iamcli.cli.sandbox.changes.report import Report
from iamcli.cli.sandbox.changes.report_writer import ReportWriter
from iamcli.cli.sandbox.command import sandbox as command
from iamcli.errors import Failure

pytestmark = pytest.mark.releases


# How it is asked for.


HELP = "; for help, type: iamcli sandbox -h"
NO_FILE = f"--format json needs --changes=FILE{HELP}"


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (["--format", "json"], NO_FILE),
        (["--format", "json", "--changes"], NO_FILE),
        (["--changes=-", "--format=json"], NO_FILE),
        (
            ["--changes=account.json"],
            "cannot create account.json for the changes: File exists; the command was not run",
        ),
        (
            ["--changes=n/x"],
            "cannot create n/x for the changes: No such file or directory; the command was not run",
        ),
        (["--account", "none", "--changes=x"], "cannot read none: No such file or directory"),
        (["--account=none", "--keep", "x"], f"--account cannot be used with --keep{HELP}"),
        (["--keep", ""], "the directory name is empty; specify a directory"),
        (
            ["--account", ""],
            "the file name is empty; specify a file that iamcli snapshot has written",
        ),
    ],
)
def test_what_cannot_be_reported_is_not_run(run_fast, arguments, reported):
    account, mine = run_fast.home / "account.json", json.dumps(ACCOUNT)
    account.write_text(mine)
    before = {file.name for file in run_fast.home.iterdir()}
    done = run_fast("iamcli", "sandbox", *arguments, "touch", "ran")
    name = "iamcli sandbox" if HELP in reported else "iamcli"
    assert (done.status, done.out, done.err.partition("Usage: ")[0]) == (
        1,
        "",
        f"{name}: {reported}\n",
    )
    assert {file.name for file in run_fast.home.iterdir()} == before
    assert account.read_text() == mine


@pytest.mark.parametrize(
    ("words", "options"),
    [
        # The word after --changes is no file, and that after another option is no command.
        ("--changes iam-userdel -u bob", {"changes": "-", "command": "iam-userdel -u bob"}),
        ("--changes=f iam-userdel", {"changes": "f", "command": "iam-userdel"}),
        ("--changes", {"changes": "-"}),
        ("--changes --keep d sh", {"changes": "-", "keep": "d", "command": "sh"}),
        ("--keep d --changes sh", {"changes": "-", "keep": "d", "command": "sh"}),
        ("--keep --changes sh", {"keep": "--changes", "command": "sh"}),
        ("--account=a --changes sh", {"changes": "-", "account": "a", "command": "sh"}),
        ("--color never --changes sh", {"changes": "-", "color": "never", "command": "sh"}),
        ("--format json --changes=f sh", {"changes": "f", "form": "json", "command": "sh"}),
        # What belongs to the command.
        ("sh --changes", {"command": "sh --changes"}),
        ("-- --changes x", {"command": "--changes x"}),
        ("--changes -- sh", {"changes": "-", "command": "sh"}),
    ],
)
def test_the_file_of_changes_is_optional(words, options):
    found = command.make_context("sandbox", words.split()).params
    none = {"changes": None, "account": None, "keep": None, "form": "text", "command": ""}
    none["color"] = "auto"
    assert {**found, "command": " ".join(found["command"])} == {**none, **options}


def test_the_sandbox_is_not_in_the_single_file(monkeypatch):
    monkeypatch.setitem(sys.modules, "iamcli.installation.onefile", None)
    with pytest.raises(Failure, match="the one file does not contain sandbox"):
        command.main(["true"], "sandbox", standalone_mode=False)


def test_a_name_that_no_file_can_have_is_refused():
    unused: Any = None
    for call in (
        lambda: ReportWriter("a\0b", unused, as_json=False),
        lambda: private_iam.server(account="a\0b").__enter__(),
    ):
        with pytest.raises(Failure, match=r"^cannot (create|read) a\0b.*: embedded null"):
            call()


# The file.


NOTHING = Report([], [], [], DATE, 0)


def test_the_file_is_written_only_if_it_is_the_one_that_was_created(tmp_path):
    file = tmp_path / "out"
    output = cast("Any", SimpleNamespace(error_text=lambda _text: False))

    def made() -> ReportWriter:
        file.unlink(missing_ok=True)
        return ReportWriter(str(file), output, as_json=False)

    with closing(made()) as writer:
        file.write_text("x" * 1000)
        writer.write(NOTHING)
    assert file.read_text() == "changes in the private IAM: none\n"
    with closing(made()) as writer:
        file.unlink()
        with pytest.raises(Failure, match=r"to .*/out: it was removed$"):
            writer.write(NOTHING)
    with closing(made()) as writer:
        file.rename(tmp_path / "moved")
        file.write_text("mine\n")
        with pytest.raises(Failure, match=r"to .*/out: it was replaced"):
            writer.write(NOTHING)
    assert file.read_text() == "mine\n"
    with closing(made()):
        pass
    assert not file.exists()
    with closing(made()):
        file.rename(tmp_path / "moved")
        file.write_text("mine\n")
    assert file.read_text() == "mine\n"
    with closing(made()):
        file.unlink()


def test_warnings_are_also_said_if_a_program_reads_the_changes(tmp_path):
    file, said = tmp_path / "out", []
    output: Any = SimpleNamespace(
        error=said.append, error_text=lambda text, **_: not said.extend(text.splitlines())
    )
    deletion = {"action": "delete", "type": "access-key", "name": "AKIA", "of": "user/b\udce9"}
    deletion |= {"before": {"Status": "Active"}, "after": None}
    report = NOTHING._replace(changes=[deletion])
    [warning] = report.warnings()
    for as_json, name in ((True, str(file)), (False, str(file)), (False, "-")):
        with closing(ReportWriter(name, output, as_json=as_json)) as writer:
            assert writer.is_standard_error is (name == "-")
            writer.write(report)
        assert (said[-1:] == [f"warning: {warning}"], bool(said)) == (
            as_json,
            name == "-" or as_json,
        )
        said.clear()
        if name != "-":
            text = file.read_bytes()
            assert b"user/b\\udce9" in text
            assert text.startswith(b"{" if as_json else b"changes in the private IAM: 1 deleted\n")
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            file.unlink()


@pytest.mark.parametrize("as_json", [False, True])
def test_changes_that_cannot_be_written_go_to_standard_error(tmp_path, monkeypatch, as_json):
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    file, shown = tmp_path / "out", []
    output = cast("Any", SimpleNamespace(error_text=lambda text: shown.append(text) or True))
    monkeypatch.setattr(os, "ftruncate", full)
    said = r"^cannot write the changes to .*/out: No space left on device; they are above$"
    with (
        closing(ReportWriter(str(file), output, as_json=as_json)) as writer,
        pytest.raises(Failure, match=said),
    ):
        writer.write(NOTHING)
    assert not file.exists()
    if as_json:
        assert json.loads(shown.pop())["changes"] == []
    else:
        assert shown.pop() == "changes in the private IAM: none\n"
    assert shown == []


@pytest.mark.parametrize("standard_error", ["2>/dev/full", in_full("2>&-")])
def test_standard_error_that_cannot_be_written_is_an_error(tmp_path, standard_error):
    line = f"{prepared.program()} sandbox --changes true {standard_error}"
    done = run_program("sh", "-c", line, env=environment(tmp_path), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert_nothing_left(tmp_path)
