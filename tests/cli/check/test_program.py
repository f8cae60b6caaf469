"""iamcli check: its output, its exit status, and files that it cannot check."""

from __future__ import annotations

import json
import os
import re
import signal
import sys

import pytest
from support.checking import TOOLKIT, checked, made_program, write
from support.limits import NEVER, TIMEOUT
from support.processes import wait_until
from support.shell import BIN, ROOT

from iamcli.cli.check import report
from iamcli.cli.check.script.scripts import MAX_SIZE
from iamcli.cli.check.script.shfmt import program
from iamcli.cli.homes.choice import INSTALLED

#: The line that is advised to the user who runs the tests.
HOME = "iamcli home " + (TOOLKIT if os.access("/opt", os.W_OK) else '"$HOME/iam"')
#: What sets the standard place in a fork.
STANDARD = f"from iamcli.cli.homes import choice\nchoice.STANDARD = {TOOLKIT!r}"


def test_the_text(run_fast, tmp_path):
    file = write(tmp_path, "iam-usercreate -u bob -vk\niam-userlistbypath -p /*/")
    done = run_fast("iamcli", "check", file, before=STANDARD)
    assert (done.status, done.err) == (1, "")
    assert done.out == (
        f'{file}:2:23: E102 "-vk" is not an option of iam-usercreate\n'
        "    type each option separately: -v -k\n"
        f"{file}:3:23: W201 /*/ is not in quotes, so the shell may replace it with file names\n"
        "    type '/*/'\n"
        "To read more about a code, run: iamcli check --explain E102\n"
        f"{file} finds the installed commands here: errors, lists and -h differ\n"
        f"    as in the toolkit: {HOME}, or IAMCLI_STRICT=1\n"
        "2 commands, 1 error, 1 warning\n"
    )


def test_the_json(run_fast, tmp_path):
    file = write(tmp_path, "iam-groupadduser -g Admin")
    done = run_fast("iamcli", "check", "--format", "json", file, before=STANDARD)
    finding = {
        "file": file,
        "line": 2,
        "column": 1,
        "code": "E103",
        "level": "error",
        "command": "iam-groupadduser",
        "message": "iam-groupadduser requires -u",
        "fix": "add -u USERNAME",
    }
    assert json.loads(done.out) == {
        "findings": [finding],
        "commands": 1,
        "unread": [],
        "mentions": [],
        "files": [{"file": file, "language": "sh", "state": "needs a change", "codes": ["E103"]}],
        "missing": [],
        "installed": [{"files": [file], "found": INSTALLED, "fix": HOME}],
    }
    done = run_fast("iamcli", "check", "--format", "json", os.devnull)
    assert done.out.startswith(
        '{"findings": [], "commands": 0, "unread": [], "mentions": [], "files": '
    )


def test_control_characters_do_not_reach_the_terminal(tmp_path):
    result = checked(tmp_path, "iam-userlistbypath -p /\x1b[2J*/")
    for form in (report.text, report.github):
        lines = list(form(result))
        assert "\x1b" not in "".join(lines)
        assert "type '/\\x1b[2J*/'" in "\n".join(lines)


def test_the_annotations_of_github(run_fast, tmp_path):
    file = write(tmp_path, "iam-usercreate -u $'50%\\n'", name="a,b:c.sh")
    done = run_fast("iamcli", "check", "--format", "github", file)
    place = f"file={tmp_path}/a%2Cb%3Ac.sh,line=2,col=19,title=E105"
    (line,) = done.out.splitlines()
    assert line.startswith(f'::error {place}::"50%25%0A" cannot be a user name; allowed:')


@pytest.mark.parametrize(
    ("script", "options", "status"),
    [
        ("iam-usergetattributes", [], 0),
        ("iam-userlistbypath -p /*/", [], 0),
        ("iam-userlistbypath -p /*/", ["--strict"], 1),
        ("iam-usergetattributes", ["--strict"], 0),
        ("iam-usergetattributes -z", [], 1),
        ("iam-usergetattributes -z", ["no-such-file"], 2),
    ],
)
def test_the_exit_status(script, options, status, run_fast, tmp_path):
    assert run_fast("iamcli", "check", *options, write(tmp_path, script)).status == status


def test_files_that_cannot_be_checked(run_fast, tmp_path):
    (tmp_path / "binary").write_bytes(b"\x7fELF\0\0")
    with (tmp_path / "large").open("wb") as large:
        large.truncate(MAX_SIZE + 1)
    (tmp_path / "tool").write_text("#!/usr/bin/env python3\nprint()\n")
    good = write(tmp_path, "iam-usergetattributes -z")
    files = [str(tmp_path / name) for name in ("none", "", "binary", "large", "tool")]
    reasons = ["No such file or directory", "not a text file", f"larger than {MAX_SIZE} bytes"]
    read = [files[0], files[2], files[3]]
    done = run_fast("iamcli", "check", *read, files[4], good)
    assert done.status == 2
    assert "E102" in done.out
    assert done.err.splitlines() == [
        *(f"iamcli: cannot check {file}: {why}" for file, why in zip(read, reasons, strict=True)),
        f"iamcli: {files[4]}: Python, which is not checked",
    ]
    # The last line says that there are errors, too.
    assert done.out.endswith("\n1 command, 1 error, 0 warnings, 3 files not read\n")
    done = run_fast("iamcli", "check", "--format", "json", *read, files[4], good)
    assert json.loads(done.out)["unread"] == [
        {"file": file, "line": None, "last": None, "reason": why}
        for file, why in zip(read, reasons, strict=True)
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "FILE is missing; type: iamcli check FILE...\nUsage: iamcli check "),
        (["--explain", "W999"], "there is no code W999; the codes are E101, "),
        (
            ["--format", "xml", "x"],
            "the value of --format is not valid; type text, json or github\nUsage: ",
        ),
    ],
)
def test_usage_errors(arguments, line, run_fast):
    done = run_fast("iamcli", "check", *arguments)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"iamcli check: {line}")


def test_without_shfmt_the_error_says_how_to_install_it(run, tmp_path):
    """The program is beside Python, or else in PATH."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.executable = '/none/python3'\n")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    file = write(tmp_path, "iam-usergetattributes -z 'x'")
    command = [sys.executable, "-m", "iamcli", "check", file]
    env = {"PYTHONPATH": path, "PATH": str(tmp_path)}
    done = run(*command, env=env)
    assert (done.status, done.out) == (1, "")
    advice = "run: /none/python3 -m pip install 'shfmt-py>=4'"
    assert done.err == f"iamcli: shfmt is not installed; {advice}\n"
    (tmp_path / "shfmt").symlink_to(program())
    assert "E102" in run(*command, env=env).out


def test_it_starts_without_botocore_and_sends_nothing(run, tmp_path):
    file = write(tmp_path, "iam-usergetattributes -z")
    done = run(sys.executable, "-X", "importtime", str(BIN / "iamcli"), "check", file)
    assert "E102" in done.out
    assert not re.search(r"\| +(botocore|urllib3|ssl|http\.client)", done.err)


def ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


#: Lets a program take a second to start.
SLOWLY = """
import subprocess, time
start = subprocess.Popen._execute_child
def slowly(*arguments, **more):
    start(*arguments, **more)
    time.sleep(1)
subprocess.Popen._execute_child = slowly
"""


@pytest.mark.parametrize("before", ["", SLOWLY], ids=["while it runs", "while it starts"])
def test_ctrl_c_ends_it_and_shfmt_at_once(before, run, tmp_path):
    """Also if shfmt ignores the signal, and long before its time limit."""
    started = tmp_path / "started"
    script = f"trap '' INT\necho $$ >{started}\nexec sleep 1000"
    fake = made_program(tmp_path, script)
    code = (
        f"{before}import sys\nfrom iamcli.cli.check.script import shfmt\n"
        "from iamcli.cli import main\n"
        f"shfmt.program = lambda: {fake!r}; shfmt.MAX_TIME = {NEVER}; sys.exit(main())"
    )
    command = (sys.executable, "-c", code, "check", write(tmp_path, "iam-userdel 'x'"))
    process = run.start(*command, stdout=-1, stderr=-1, start_new_session=True)
    wait_until(lambda: started.is_file() and started.read_text())
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, out, err.strip()) == (-signal.SIGINT, b"", b"")
    # The process that adopts shfmt may notice its end later.
    wait_until(lambda: ended(int(started.read_text())))
