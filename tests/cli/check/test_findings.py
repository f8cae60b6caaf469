"""iamcli check: what is a fault and what is none, and what to do about it."""

from __future__ import annotations

import re

import pytest
from support.checking import POLICY, checked, codes, made_program

from iamcli.cli import index
from iamcli.parsing import habits
from iamcli.parsing.options import FOOTER, refused

KEY = "iam-useraddkey -u bob"
UPLOAD = "iam-useruploadpolicy -u bob -p all -f"


def test_a_policy_that_is_nested_too_deeply(tmp_path):
    script = f"iam-useruploadpolicy -u bob -p all -o '{'[' * 40_000}'"
    (finding,) = checked(tmp_path, script).findings
    # Python 3.14 reads as many levels as the limit of the stack allows.
    assert finding.message in (
        "the policy of -o: nested too deeply",
        "the policy of -o, line 1, column 40001: not JSON (Expecting value)",
    )


@pytest.mark.parametrize("wrong", habits.HABITS)
def test_an_option_of_aws_is_left_out_and_no_other(wrong, tmp_path):
    """A script is not rewritten: the advice says what to take out of the line, and what to add."""
    placeholder, why, begin = habits.HABITS[wrong]
    value = " x" * bool(placeholder)
    (finding,) = checked(tmp_path, f"iam-userlistbypath {wrong}{value} -p /x/").findings
    assert finding.message == f'"{wrong}" is not an option of iam-userlistbypath'
    value = " and its value" * bool(placeholder)
    assert finding.fix.startswith(f"leave out {wrong}{value}; {why.partition(';')[0]}")
    assert "iam-userlistbypath" not in finding.fix
    if begin.startswith("AWS_"):
        assert finding.fix.endswith(f" {begin}={placeholder}")
    else:
        assert finding.fix.endswith(begin.strip() or "nothing is asked")


@pytest.mark.parametrize("name", ["no-such-file", "./no-such-file", "none/no-such-file"])
def test_the_directory_is_where_the_name_is_looked_up(name, tmp_path):
    (tmp_path / "sub").mkdir()
    (finding,) = checked(tmp_path, f"cd ./sub\n{UPLOAD} {name}").findings
    assert finding.message == f"{name} does not exist in {tmp_path}/sub"


def test_every_name_has_a_limit():
    for command in index.commands():
        for option in command.options:
            if "letters" in option.limits:
                assert refused(option, "no name: \u00e4"), (command.name, option.name)


def test_which_lists_have_several_lines_for_an_entry():
    for command in index.commands():
        if FOOTER in command.prints(()):
            one = re.search(
                "Output: (One [a-zA-Z ]+ per line, then|`Alias:`)", command.documentation
            )
            assert (command.name, command.multiline) == (command.name, one is None)
            names = set(re.findall(r"^ *With (-[vl]):", command.documentation, re.MULTILINE))
            assert (command.name, names) == (
                command.name,
                {"-v", "-l"} & {each.name for each in command.options},
            )


def test_a_file_that_is_there_is_no_fault(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "p.json").write_text(POLICY)
    assert codes(tmp_path, f"{UPLOAD} sub/p.json") == []
    assert codes(tmp_path, f"cd sub\n{UPLOAD} p.json") == []
    assert codes(tmp_path, f"(cd sub; {UPLOAD} p.json)\n{UPLOAD} p.json") == ["W208"]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert codes(tmp_path, f"{UPLOAD} ~/sub/p.json") == []
    assert codes(tmp_path, f"{UPLOAD} '~/sub/p.json'") == ["W208"]
    assert codes(tmp_path, f'{UPLOAD} "{tmp_path}/sub/p.json"') == []
    assert codes(tmp_path, f"{UPLOAD} \\~/sub/p.json") == ["W208"]
    for name in ("cd", "cd -P", "cd -L", "cd --", "pushd", "chdir"):
        script = f"{name} sub\n{UPLOAD} p.json\n{UPLOAD} sub/p.json"
        assert codes(tmp_path, script) == ["W208"], script
    for name in ("popd", "popd sub", "cd -", "cd", "cd sub sub", "pushd"):
        script = f"cd sub\n{name}\n{UPLOAD} no-such-file"
        assert codes(tmp_path, script) == [], script


def test_a_word_that_may_be_a_part_of_a_password_is_not_shown(tmp_path):
    found = checked(tmp_path, "iam-useraddloginprofile -p my secret").findings
    assert [each.code for each in found] == ["W205", "E108"]
    assert "secret" not in f"{found[1].message} {found[1].fix}"
    # Its option was forgotten.
    [finding] = checked(tmp_path, "iam-useraddloginprofile -u bob s3cret").findings
    assert finding.code == "E108"
    assert "s3cret" not in f"{finding.message} {finding.fix}"


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("D=$(cd $(dirname $0); pwd)\nPATH=$D:$PATH\n", []),
        ("PATH=$D:$PATH\n", []),
        ("export PATH=$D/bin:$PATH\n", []),
        ("PATH=.:/bin\n", []),
        ("", ["E101"]),
        ("PATH=/bin\n", ["E101"]),
        ("PATH=$PATH:/none\n", ["E101"]),
        ("PATH=$HOME/bin:$PATH\n", ["E101"]),
        ("PATH=/bin:$HOME\n", []),
        ("PATH=~:$PATH\n", []),
        ("PATH='~':$PATH\n", ["E101"]),
    ],
)
def test_a_command_of_the_user_is_in_path(path, found, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    made_program(tmp_path, "exit", "iam-audit")
    assert codes(tmp_path, f"{path}iam-audit -x") == found
    assert codes(tmp_path, f"{path}iam-usercraete -x") == ["E101"]


@pytest.mark.parametrize("first", ["#!/bin/ksh\n", "#!/usr/bin/env mksh\n"])
@pytest.mark.parametrize("end", ["\nread -p key", " read -p key"])
def test_a_coprocess_of_ksh_is_waited_for(first, end, tmp_path):
    """Its status is that of wait."""
    [finding] = checked(tmp_path, f"set -o pipefail\n{KEY} |&{end}", shebang=first).findings
    assert (finding.code, finding.message) == (
        "W207",
        "the exit status of iam-useraddkey is lost in the coprocess",
    )
    assert finding.fix == "run wait $! after it, and test its status"
    assert codes(tmp_path, f"{KEY} |&{end}\nread -p key\nwait $! || exit 1", shebang=first) == []
