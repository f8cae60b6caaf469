"""What a run of the tests prints.

A test that fails shows the command line or the script, what was expected, and what came. A test
that leaves something to the others fails itself, and so does one that has seen an internal error. A
run that is stopped lists what it did not reach.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from support.old_python import script_of_shell
from support.processes import wait_until
from support.requirements import PATH
from support.selection import in_full
from support.shell import TESTS

if TYPE_CHECKING:
    from pathlib import Path

#: Lines of tests that fail, each with parts of what is shown.
FAILING = {
    'assert run("iamcli", "list", "--zz", env={"A": "b"}) == (0, "", "")': (
        "== (0, '', '')",
        "$ A=b iamcli list --zz\n",
        "is not a valid option",
        "\n(status 1)\n",
    ),
    'assert checked(tmp_path, "iam-userdel -z").findings == [1]': (
        "== [1]",
        "iam-userdel -z\nfound:\n2:13: E102 ",
    ),
    'assert Iam(url).refused("GetUser", UserName="u") == absent("x")': (
        '== absent("x")',
        'GetUser {"UserName": "u"}\n404 NoSuchEntity: not here\n',
    ),
}
BEGIN = """\
from support.checking import checked
from support.stub import refused
from support.refusals import Iam, absent
"""
TEST = """\
def test_{number}(run, run_fast, stub, tmp_path):
    url = stub.endpoint(refused("NoSuchEntity", "not here", 404)).url
    {line}
"""


#: Lines of tests that leave something, each with what is said of it.
LEAVING = {
    "signal.signal(signal.SIGUSR1, signal.SIG_IGN)": "handlers of signals: {10: 1}",
    "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])": "blocked signals: {10}",
    "interrupts.defer_signals()": "SignalState: {'raises': False}",
    "interrupts.TICK = 9": "TICK: 9",
    "sys.unraisablehook = print": "sys.unraisablehook: <built-in function print>",
    "os.umask(0)": "umask: 0",
    "os.chdir('/')": "directory: /",
    "(tmp_path / 'iamcli-run-x').mkdir()": "/iamcli-run-x",
    "(temporary_folder(tmp_path / 'home') / 'iamcli-y').touch()": "/home/tmp/iamcli-y",
    "run.start('sleep', '1000')": "sleep 1000",
    "run.start('sleep', '1001', env={'HOME': f'{tmp_path}/home'})": "sleep 1001",
    "asking(run_fast, stub)": "a command in a fork",
}
#: Lines of tests in whose outputs is an internal error.
UNEXPECTED = (
    "run(*SAYING)",
    "run.start(*SAYING, stdout=-1).communicate()",
    "processes.run(*SAYING, env=run.env)",
    "run_fast('iam-userdel', '-u', 'b', before=UNFORESEEN)",
    "run_fast.start('iam-userdel', '-u', 'b', before=UNFORESEEN).communicate()",
    "typed(shlex.join(SAYING))",
    "Terminal(*SAYING, env=run.env).wait()",
    "(shown := Terminal(*SAYING, env=run.env)).wait_for('error'); shown.close()",
)
LEFT = """\
import os, shlex, signal, sys
from iamcli import interrupts
from support import processes
from support.faults import SILENT
from support.processes import temporary_folder, wait_until
from support.streams import internal_errors
from support.terminal import Terminal

# What stays has had long enough to end.
processes.TIMEOUT = 0.1
SAYING = ("echo", "iam-x: internal error")
UNFORESEEN = "from iamcli.operations.service import IAM; IAM.call = None"

def asking(run_fast, stub):
    endpoint = stub.endpoint(SILENT)
    run_fast.start("iam-userdel", "-u", "b", env={"AWS_IAM_URL": endpoint.url})
    while not endpoint.requests:
        pass

def test_that_leaves_nothing(run):
    run(*SAYING)
    assert internal_errors() == ["iam-x: internal error"]
"""
LEAVES = """\
def test_{number}(run, run_fast, typed, stub, tmp_path):
    {line}
"""


#: A test that says that it runs, and another one, which is not reached.
STOPPED = """\
import time
from pathlib import Path

def test_first():
    Path("begun").touch()
    time.sleep(100)

def test_second():
    pass
"""


#: Tests that start the program there, and those that need it and others.
NEEDING = """\
import os, subprocess
from pathlib import Path
import pytest
from support.requirements import PATH, needs
from support.terminal import Terminal

OTHERS = str(Path(__file__).parent / "programs")

def test_not_declared():
    subprocess.run(["sh", "-c", "there"], check=True)

def test_its_path():
    subprocess.run([f"{OTHERS}/there"])

def test_another_path():
    subprocess.run(["sh", "-c", ":"], env={"PATH": f"{OTHERS}:{PATH}"})

def test_on_a_terminal():
    terminal = Terminal(f"{OTHERS}/there", env={"PATH": PATH})
    assert terminal.status() == 0, terminal.shown

@needs("there")
def test_declared():
    subprocess.run(["sh", "-c", "there"], check=True)
    subprocess.run([f"{OTHERS}/there"], check=True)

@pytest.mark.parametrize("name", ["there", "absent", "sh"])
@needs("{name} -x", "/no/such/file")
def test_missing(name):
    pass

@pytest.mark.skipif(True, reason="another one")
def test_another_reason():
    pass

@needs("*")
def test_all():
    subprocess.run(["there"], env={"PATH": f"{OTHERS}:{PATH}"}, check=True)
"""


def started(folder: Path, tests: str, *options: str, **env: str) -> subprocess.Popen[str]:
    """Start a run of ``tests`` in ``folder``, with the fixtures and hooks of these tests."""
    (folder / "test_x.py").write_text(tests)
    shutil.copy(TESTS / "conftest.py", folder)
    pytest_command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    return subprocess.Popen(
        [*pytest_command, "--rootdir", folder, *options],
        cwd=folder,
        env={"PATH": PATH, "PYTHONPATH": f"{folder}:{TESTS}:{TESTS.parent}", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.mark.full
def test_a_failure_explains_itself(tmp_path):
    tests = [TEST.format(number=number, line=line) for number, line in enumerate(FAILING)]
    with started(tmp_path, BEGIN + "".join(tests)) as running:
        printed = running.communicate()[0]
    sections = re.split(r"^_+ test_\d+ _+$", printed, flags=re.MULTILINE)[1:]
    for parts, section in zip(FAILING.values(), sections, strict=True):
        for part in parts:
            assert part in section


def test_a_test_that_leaves_something_fails_itself(tmp_path):
    """Nothing is said of the tests after it."""
    lines = [*LEAVING, *UNEXPECTED]
    tests = [LEAVES.format(number=number, line=line) for number, line in enumerate(lines)]
    with started(tmp_path, LEFT + "".join(tests)) as running:
        printed = running.communicate()[0]
    # From Python 3.12 on, it also counts warnings about forks.
    counts = rf"{len(lines) + 1} passed,(?: \d+ warnings?,)? {len(lines)} errors in "
    assert re.search(counts, printed)
    sections = re.split(r"^_+ ERROR at teardown of test_\d+ _+$", printed, flags=re.MULTILINE)[1:]
    said = [
        re.findall(r"^E +AssertionError: (.*)\nE +(.*)", section, re.MULTILINE)[0]
        for section in sections
    ]
    expected = [("leaves", left) for left in LEAVING.values()]
    expected += [("does not expect", ": internal error")] * len(UNEXPECTED)
    for (first, second), (what, part) in zip(said, expected, strict=True):
        assert (first, part in second) == (f"this test {what}:", True), second


@pytest.mark.full
def test_a_run_that_is_stopped_lists_what_it_did_not_reach(tmp_path):
    with started(tmp_path, STOPPED, "-n", "1", "--order", "one") as running:
        wait_until((tmp_path / "begun").exists)
        # The signal comes from timeout(1), from make, and to the whole process group.
        while running.poll() is None:
            os.killpg(running.pid, signal.SIGTERM)
            time.sleep(0.01)
        printed = running.communicate()[0]
    assert "not reached: test_x.py, 2 tests\norder made from one: 0 of 2 tests reached\n" in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("ci", [in_full("true"), ""])
def test_a_test_finds_only_the_programs_that_it_needs(ci, tmp_path):
    (tmp_path / "programs").mkdir()
    script_of_shell(tmp_path / "programs" / "there", "")
    path = f"{tmp_path}/programs:{PATH}"
    with started(tmp_path, NEEDING, "-n", "1", "-rfEs", PATH=path, CI=ci) as running:
        *printed, last = running.communicate()[0].splitlines()
    failed = {line.split("::")[1].split()[0] for line in printed if line[:5] in ("FAILE", "ERROR")}
    wanted = {"test_not_declared", "test_its_path", "test_another_path", "test_on_a_terminal"}
    if ci:
        wanted |= {f"test_missing[{name}]" for name in ("there", "absent", "sh")}
    assert failed == wanted
    assert 'needs("there")' in "".join(printed)
    if not ci:
        assert last == (
            "tests skipped: 3 because these are missing: /no/such/file, absent; run: apt install "
            "absent; 1 for other reasons; run: pytest -rs"
        )
