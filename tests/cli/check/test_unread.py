"""iamcli check: what the parser cannot read is set aside, and nothing is passed over in silence."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.checking import checked, made_program, scripts, write
from support.limits import TIMEOUT
from support.selection import every, usual
from support.shell import ROOT

from iamcli.cli.check import report
from iamcli.cli.check.check import check_files
from iamcli.cli.check.script import shfmt

if TYPE_CHECKING:
    from pathlib import Path


WRONG = "iam-userdel -R"


def found(folder: Path, script: str) -> list[tuple[int, str]]:
    """The lines, counted without the first, and the codes of the findings in ``script``."""
    return [(each.line - 1, each.code) for each in checked(folder, script).findings]


#: The scripts that are changed at random.
AROUND = [each.text for each in scripts("unread") if "in many forms" in each.heading]


@pytest.mark.parametrize("name", ["unread", "E109"])
def test_bash_finds_the_same_syntax_errors(name):
    """What the parser does not read is an error only if bash says so."""
    for script in scripts(name):
        done = subprocess.run(["bash", "-n", "-c", script.text], capture_output=True, check=False)
        assert (script.text, done.returncode != 0) == (script.text, "E109" in script.codes)


UNREAD = "echo $((1 +)) $(iam-userdel -u bob)"
MISTAKE = 'echo "iam-userdel -u bob'
NOT_READ = "the parser of iamcli check cannot read this line, with iam-userdel"
#: What is said of them: the column, the code, the message and what to do.
SAID = {
    UNREAD: (
        17,
        "W212",
        f"{NOT_READ}: + must be followed by an expression",
        "check it yourself, or write it in a simpler form",
    ),
    MISTAKE: (6, "E109", "syntax error: reached EOF without closing quote ", "correct the script"),
}


@pytest.mark.parametrize("script", usual([UNREAD], SAID))
def test_what_cannot_be_read_is_said_in_each_format(script, run_fast, tmp_path):
    file = write(tmp_path, f"echo\n{script}")
    column, code, message, fix = SAID[script]
    level, status = ("error", 1) if code == "E109" else ("warning", 0)
    numbers = "1 error, 0 warnings" if status else "0 errors, 1 warning"
    done = run_fast("iamcli", "check", file)
    assert done.err == f"iamcli: {file}: line 3 cannot be parsed, not checked\n"
    assert done.status == status
    assert done.out == (
        f"{file}:3:{column}: {code} {message}\n"
        f"    {fix}\n"
        f"To read more about a code, run: iamcli check --explain {code}\n"
        f"0 commands, {numbers}, 1 line not read\n"
    )
    assert run_fast("iamcli", "check", "--strict", file).status == status
    done = run_fast("iamcli", "check", "--format", "json", file)
    assert done.status == status
    place = {"file": file, "line": 3}
    said = {"column": column, "code": code, "level": level, "message": message, "fix": fix}
    state = "needs a change" if code == "E109" else "not all checked"
    assert json.loads(done.out) == {
        "findings": [{**place, **said, "command": "iam-userdel"}],
        "commands": 0,
        "unread": [{**place, "last": 3, "reason": "cannot be parsed"}],
        "mentions": [],
        "files": [{"file": file, "language": "sh", "state": state, "codes": [code]}],
        "missing": [],
        "installed": [],
    }
    done = run_fast("iamcli", "check", "--format", "github", file)
    assert done.status == status
    annotation = f"::{level} file={file},line=3,col={column},title={code}"
    assert done.out == f"{annotation}::{message}; {fix}\n"


def damaged(seed: int) -> str:
    """Return a script with a wrong command, and random characters in some places."""
    chosen = random.Random(seed)
    script = chosen.choice(AROUND)
    for _ in range(chosen.randint(1, 4)):
        at = chosen.randint(0, len(script))
        script = script[:at] + chosen.choice("'\"`$(){}[];&|<>\\#!\n\t =\u2013\x7fé") + script[at:]
    return script


@pytest.mark.parametrize(
    "seeds", [range(20), pytest.param(range(20, 500), marks=pytest.mark.full)], ids=["some", "all"]
)
def test_nothing_crashes_hangs_or_passes_in_silence(seeds, tmp_path):
    """A script with random damage has a finding, or bash sees no command in it, either."""
    silent = []
    for seed in seeds:
        script = damaged(seed)
        result = check_files([write(tmp_path, script)])
        assert not result.unreadable, script
        if not result.findings and not result.commands and _runs(script):
            silent.append(script)
    assert silent == []


def _runs(script: str) -> bool:
    """Return whether bash accepts ``script``, and reads its command as a command."""
    commands = (WRONG, "if :; then :; fi", "if :; then :; & fi")
    texts = [script.replace(WRONG, command).encode() for command in commands]
    bash = ["bash", "-n"]
    done = [subprocess.run(bash, input=each, capture_output=True, check=False) for each in texts]
    return [each.returncode == 0 for each in done] == [True, True, False]


def test_lines_after_too_many_faults_are_not_read(tmp_path):
    result = checked(tmp_path, "! a ( b\nc\n\n" * 30 + f"{WRONG}\necho")
    assert [(each.line, each.code) for each in result.findings] == [(2, "E109")]
    assert (1, 93) in [note.lines for note in result.notes]


def test_a_long_script_without_faults_is_read(tmp_path):
    assert found(tmp_path, "\n" * 80_001 + WRONG) == [(80_002, "E102")]


@pytest.fixture
def only_tmp_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no other directory in PATH; shfmt is found all the same."""
    found = shfmt.program()
    monkeypatch.setattr(shfmt, "program", lambda: found)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("only_tmp_path")
@pytest.mark.parametrize("names", [[], ["bash"]], ids=str)
def test_without_a_shell_that_can_be_run_the_parser_is_blamed(names, tmp_path):
    for name in names:
        (tmp_path / name).touch(mode=0o755)  # no program
    (finding,) = checked(tmp_path, MISTAKE).findings
    assert finding.code == "W212"


@pytest.mark.parametrize(
    ("first", "name", "shell"),
    [
        ("#!/bin/bash\n", "old.sh", "bash -n"),
        ("#!/bin/sh\n", "old.sh", "bash -n"),
        ("#!/bin/zsh\n", "old.sh", "zsh -f -n"),
        ("", "old.zsh", "zsh -f -n"),
    ],
)
@pytest.mark.usefixtures("only_tmp_path")
def test_the_shell_of_the_script_says_whether_it_is_correct(first, name, shell, tmp_path):
    """It gets the script on standard input, and an empty environment."""
    command, _, options = shell.partition(" ")
    for each in ("bash", "sh", "zsh"):
        # The others find no fault.
        refuses = f'test "$*" != "{options}" -o "$HOME"; s=$?; while read -r l; do :; done; exit $s'
        made_program(tmp_path, refuses if each == command else "exit 0", each)
    (finding,) = checked(tmp_path, UNREAD, name=name, shebang=first).findings
    assert finding.code == "E109"


def test_other_lines_that_cannot_be_read_are_counted(run_fast, tmp_path):
    file = write(tmp_path, "a $((1 +))\necho\na $((2 +))")
    done = run_fast("iamcli", "check", file)
    assert (done.status, done.out) == (0, "0 commands, 0 errors, 0 warnings, 2 lines not read\n")
    again = write(tmp_path, "a $((1 +))", name="other.sh")
    assert list(report.text(check_files([file, again])))[-1].endswith(", 3 lines not read")
    done = run_fast("iamcli", "check", "--format", "json", file)
    unread = [
        {"file": file, "line": line, "last": line, "reason": "cannot be parsed"} for line in (2, 4)
    ]
    assert json.loads(done.out)["unread"] == unread


def test_a_comment_silences_it(tmp_path):
    assert found(tmp_path, f":\n# iamcli: ignore=W212\n{UNREAD}\n{UNREAD}") == [(4, "W212")]


def test_it_is_found_in_a_file_that_the_script_reads(tmp_path):
    write(tmp_path, UNREAD, name="other.sh")
    result = checked(tmp_path, "echo a\n. ./other.sh")
    assert [(each.file[-8:], each.line) for each in result.findings] == [("other.sh", 2)]


def repeated(form: str, count: int) -> str:
    return "\n".join(form.replace("NEXT", str(at + 1)).replace("N", str(at)) for at in range(count))


@pytest.mark.parametrize(
    "script",
    every(
        8,
        [
            "A0=x\n" + repeated("ANEXT=$AN$AN", 40),
            repeated("ANEXT=$AN$AN", 40),
            "A0=(x)\n" + repeated('ANEXT=("${AN[@]}" "${AN[@]}")', 40) + '\necho "${A40[@]}"',
            "A0=x\n" + repeated("ANEXT=$(echo $AN $AN)", 40) + "\nread a b <<< $A40",
            "case $1 in\n" + repeated("aN) VN=x;;", 10_000) + "\nesac",
            repeated("WN=x", 3000) + "\ncase $1 in\n" + repeated("aN) VN=x;;", 3000) + "\nesac",
            repeated("bash <<E\n:\nE\nbash -c ':'", 2000),
            "eval " * 2000 + "x",
            " ".join(["sudo"] * 9000),
            "((" * 100 + "$(" * 20,
            "iam-userlistbypath | sed '" + "s/a/b/ " * 38 + "x' | wc -l",
            "$(a=" * 300 + "iam-userdel" + "x" * 20_000 + ")" * 300,
            "f() {\n" + "\n" * 100_000 + ":\n}",
            "x=$(cd" + " " * 40_000 + ")",
            "x='" + "a " * 2000 + "'\niam-userdel " + "$x " * 1000,
            "x=(" + "a " * 2000 + ")\niam-userdel " + '"${x[@]}" ' * 1000,
            "iam-userdel -u " + "{" * 6000 + "," * 6000,
            repeated('x=$(iam-userlistkeys -u N)\ncase "$x" in *NoSuchEntity*) ;; esac', 1500),
        ],
    ),
    ids=range(18),
)
def test_time_is_bounded(script, tmp_path):
    file = write(tmp_path, f"{WRONG}\n{script}")
    code = (
        "import resource, sys; from iamcli.cli.check.check import check_files\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (9, 9))\n"
        "most = resource.getrlimit(resource.RLIMIT_DATA)[1]\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (300_000_000, most))\n"
        "print([(each.line, each.code) for each in check_files([sys.argv[1]]).findings])"
    )
    command = [sys.executable, "-c", code, file]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=TIMEOUT
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[(2, 'E102')")


def test_a_long_value_is_unknown(tmp_path):
    assert found(tmp_path, f"n=-R{'x' * 4094}\niam-userdel -u bob $n") == [(2, "E102")]
    assert found(tmp_path, f"n=-R{'x' * 4095}\niam-userdel -u bob $n") == []


@pytest.mark.parametrize("form", ["n='{}'\niam-{} $n", 'n=({})\niam-{} "${{n[@]}}"'])
def test_of_a_value_of_many_words_the_others_are_unknown(form, tmp_path):
    for count, expected in ((29, [(2, "E102")]), (30, []), (40, [])):
        words = "-u bob " + "-v " * count + "-R"
        assert found(tmp_path, form.format(words, "usercreate")) == expected


# The measurement.


def measure(folder: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools/measure_check.py"), str(folder)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, timeout=TIMEOUT
    )


def test_the_measurement_finds_each_command(tmp_path):
    scripts = tmp_path / "scripts"
    write(scripts, 'x=`date`\nif a && b; then\n  (c "$(d)")\nfi\ncase $1 in\na) e;;\nesac')
    write(scripts, "if", name="mistake.sh")
    done = measure(scripts, ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("1 scripts, 0 of them with unread lines\n")
    (total,) = re.findall(r"all +(\d+) found +0 missed\n", done.stdout)
    assert int(total) >= 7 * 4


def test_the_measurement_fails_if_a_line_is_not_read(tmp_path):
    file = write(tmp_path, "echo $((1 +))")
    done = measure(tmp_path, ROOT)
    assert done.returncode == 1
    assert f"not read: {file}:2 (as it is)\n" in done.stdout


def test_the_measurement_fails_if_one_is_missed(tmp_path):
    file = write(tmp_path / "scripts", "a")
    write(tmp_path / "iamcli", "", "__init__.py", "")
    write(tmp_path / "iamcli", 'print(\'{"findings": [], "unread": []}\')', "__main__.py", "")
    done = measure(tmp_path / "scripts", tmp_path)
    assert done.returncode == 1
    assert f"missed: {file}:2 (pipe, line)\n" in done.stdout
