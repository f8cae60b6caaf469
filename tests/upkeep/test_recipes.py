"""The recipes of docs/architecture.md, followed step by step in a copy of the tree.

A recipe is added with a test that makes a ``Copy`` and follows its section; see support/recipes.py.
"""

from __future__ import annotations

import pytest
from support.recipes import Copy

pytestmark = pytest.mark.full


def test_to_add_a_command(tmp_path):
    copy = Copy(tmp_path / "tree")
    copy.follow("To add a command")
    assert "Usage: iam-usertag -t KEY=VALUE " in copy.run("iam-usertag -h")
    assert "add tags to a user" in copy.run("man man/iam-usertag.1")
    assert "\n  iam:TagUser\n" in copy.run("iamcli explain -- iam-usertag -u bob -t team=web")
    copy.check("tests/commands/test_conformance.py")
    copy.run(
        "pytest -n 2 -m 'full or not full' -k 'usertag and not signals' tests/commands "
        "tests/command_line tests/faults tests/release/test_man.py"
    )
