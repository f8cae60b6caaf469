"""A test that fails shows the command line or the script, what was expected, and what came.

If none fails, no traceback is shown.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.shell import TESTS

if TYPE_CHECKING:
    from pathlib import Path

#: Lines of tests that fail, each with parts of what is shown.
FAILING = {
    'assert run("iamcli", "list", "--zz", env={"A": "b"}) == (0, "", "")': (
        "== (0, '', '')",
        "$ A=b iamcli list --zz\n",
        "No such option",
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


def outcome(folder: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a file of tests with the fixtures and hooks of these."""
    (folder / "test_x.py").write_text(text)
    shutil.copy(TESTS / "conftest.py", folder)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", folder, *options],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{folder}:{TESTS}:{TESTS.parent}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.full
def test_a_failure_explains_itself(tmp_path):
    tests = [TEST.format(number=number, line=line) for number, line in enumerate(FAILING)]
    done = outcome(tmp_path, BEGIN + "".join(tests))
    sections = re.split(r"^_+ test_\d+ _+$", done.stdout, flags=re.MULTILINE)[1:]
    for parts, section in zip(FAILING.values(), sections, strict=True):
        for part in parts:
            assert part in section


#: A plugin that interrupts a worker of xdist when its tests have ended, as xdist does after 5 s,
#: where Python shows an exception and goes on.
LATE = """\
import os, signal, sys

class Late:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(9):
            pass

def pytest_unconfigure(config):
    if hasattr(config, "workerinput"):
        sys.unraisablehook = sys.__unraisablehook__
        Late()
"""


@pytest.mark.full
def test_a_worker_that_ends_slowly_shows_no_traceback(tmp_path):
    (tmp_path / "late.py").write_text(LATE)
    done = outcome(tmp_path, "def test(): pass", "-n", "1", "-p", "late")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 passed" in done.stdout
