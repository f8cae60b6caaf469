"""The recipes of docs/architecture.md, followed step by step in a copy of the tree.

``support/recipes.py`` says how a recipe is written, and how one is added here.
"""

from __future__ import annotations

import pytest
from support.faults import CLOSED
from support.recipes import Copy, blocks, write
from support.requirements import needs
from support.shell import KEY_ID, SECRET
from support.stub import ok, refused

#: The headings of the sections.
RECIPES = ("To add a command", "To add a check code", "To add a rule to the sandbox")

TAG = "iam-usertag -u bob -t team=web"
#: The words with which bash completes an option of the command.
COMPLETED = """
. completions/bash/iam-usertag
COMP_WORDS=(iam-usertag -) COMP_CWORD=1 COMP_LINE='iam-usertag -' COMP_POINT=13 COMP_TYPE=9
function=$(complete -p iam-usertag | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
$function; echo "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("section", RECIPES)
def test_each_block_has_a_place(section, tmp_path):
    written = [block for block in blocks(section) if block.language != "sh"]
    assert written
    for block in written:
        write(block, tmp_path)


@pytest.mark.full
@needs("man")
def test_to_add_a_command(tmp_path, stub):
    copy = Copy(tmp_path / "tree")
    copy.env |= {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    copy.follow("To add a command")
    transcript = (copy.root / "tests" / "transcripts" / "iam-usertag.txt").read_text()
    assert f"$ {TAG}\n" in transcript
    assert "\niam-usertag: NoSuchEntity: The user with name nobody " in transcript
    assert transcript.count("[1]") == 1
    assert "Usage: iam-usertag -t KEY=VALUE " in copy.run("iam-usertag -h")
    assert "tag a user" in copy.run("man man/iam-usertag.1")
    assert "Tag a user." in copy.run("iamcli list tag")
    assert "\n  iam:TagUser\n" in copy.run(f"iamcli explain -- {TAG}")
    assert {"-t", "-u"} <= {*copy.run(COMPLETED).split()}

    endpoint = stub.endpoint(CLOSED)
    copy.env |= {"AWS_IAM_URL": endpoint.url, "AWS_MAX_ATTEMPTS": "2"}
    check = "may have taken effect, check first: aws iam list-user-tags --user-name bob\n"
    assert copy.run(TAG, status=1).endswith(f"; TagUser {check}")
    assert endpoint.operations == ["TagUser"] * 2
    late = refused("NoSuchEntity", "The user with name bob cannot be found.", 404)
    copy.env["AWS_IAM_URL"] = stub.endpoint(late, ok("TagUser")).url
    assert copy.run(TAG) == ""

    copy.check("tests/commands/test_conformance.py")
    rows = "usertag or TagUser or every_addition or every_operation or every_command"
    copy.run(
        f"pytest -n 2 -m 'full or not full' -k '({rows}) and not signals' tests/cli/explain "
        "tests/commands tests/command_line tests/faults tests/release/test_man.py"
    )

    # What is left out is named, and reported truly until then.
    undeclared = stub.endpoint(CLOSED)
    copy.env["AWS_IAM_URL"] = undeclared.url
    copy.remove("iamcli/client/changes.py", '"TagUser"')
    assert "TagUser may have taken effect, check first: see the " in copy.run(TAG, status=1)
    assert undeclared.operations == ["TagUser"]
    line = 'iamcli/client/changes.py, ADDITIONS: "TagUser": "iam-... -u {UserName}",'
    assert line in copy.run("pytest tests/upkeep/test_operations.py", status=1)
    copy.remove("LEGACY.md", "| `iam-usertag`")
    said = copy.run("pytest tests/commands/test_conformance.py", status=1)
    assert "LEGACY.md begins with these, which the original lacks: ['iam-usertag']" in said


@pytest.mark.full
@needs("man")
def test_to_add_a_check_code(tmp_path):
    copy = Copy(tmp_path / "tree")
    copy.follow("To add a check code")
    (tmp_path / "old.sh").write_text("echo\niam-userdel -u bob,susan\n")
    found = copy.run("iamcli check ../old.sh", status=1)
    assert found.startswith("../old.sh:2:16: E112 several users in one value\n    run the command ")
    explained = copy.run("iamcli check --explain E112")
    assert "E112: several users in one value\n\nA comma is a part of the name.\n" in explained
    assert "E111, E112, W201" in copy.run("iamcli check --explain E999", status=1)
    assert "E112  A value has several users." in copy.run("man man/iamcli-check.1")
    for file in ("bash/iamcli", "zsh/_iamcli", "fish/iamcli.fish"):
        assert "E112" in (copy.root / "completions" / file).read_text()
    # Other users cannot read the copy.
    copy.check("tests/cli/check -k 'not test_a_directory_ends_in_one_table'")
    copy.run("pytest -n 2 -m full -k E112 tests/cli/check/test_fixes.py")


@pytest.mark.full
def test_to_add_a_rule_to_the_sandbox(tmp_path):
    copy = Copy(tmp_path / "tree")
    copy.follow("To add a rule to the sandbox")
    copy.run("make index")
    create = "iamcli sandbox -- iam-instanceprofilecreate -s new -p /reserved/"
    assert "AccessDenied: The path is reserved.\n" in copy.run(create, status=1)
    copy.run("python tools/switch_off.py noticed.txt path_is_not_reserved")
    copy.check("tests/cli/sandbox/rules/test_rules.py")
