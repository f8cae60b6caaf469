"""A test that fails shows the command line or the script, what was expected, and what came."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
from support.shell import TESTS

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


@pytest.mark.full
def test_a_failure_explains_itself(tmp_path):
    """With the fixtures and hooks of these tests."""
    tests = [TEST.format(number=number, line=line) for number, line in enumerate(FAILING)]
    (tmp_path / "test_x.py").write_text(BEGIN + "".join(tests))
    shutil.copy(TESTS / "conftest.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", tmp_path],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{tmp_path}:{TESTS}:{TESTS.parent}"},
        capture_output=True,
        text=True,
        check=False,
    )
    sections = re.split(r"^_+ test_\d+ _+$", done.stdout, flags=re.MULTILINE)[1:]
    for parts, section in zip(FAILING.values(), sections, strict=True):
        for part in parts:
            assert part in section
