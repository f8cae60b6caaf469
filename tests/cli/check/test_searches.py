"""iamcli check: a search for an error is reported if only strict mode finds the error.

Each form of a search is run in default and in strict mode, with commands that print a list, a
secret or a value, and with a list whose errors go where its output goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.checking import checked, codes
from support.error_searches import FILES, FORMS, OTHERS
from support.selection import every
from support.stub import canned, refused

from iamcli.cli.check.rules.commands import STRICT

if TYPE_CHECKING:
    from pathlib import Path

    from support.shell import Shell
    from support.stub import Stub

#: By what is printed: a command, and the error with which it fails.
COMMANDS = {
    "a list": ("iam-userlistkeys -u bob", "NoSuchEntity"),
    "a secret": ("iam-useraddkey -u bob", "LimitExceeded"),
    "a value": ("iam-usergetattributes -u bob", "NoSuchEntity"),
    "errors, too": ("{ iam-userlistkeys -u bob 2>&1; }", "NoSuchEntity"),
    "another program": ("./other", "NoSuchEntity"),
}
#: Lists that are kept, but not searched.
BESIDE = (
    "iam-grouplistbypath >groups",
    "groups=$(iam-grouplistbypath)",
    "iam-grouplistbypath | while read -r group; do echo $group >>made; done",
)
#: Only default mode finds these, on standard error, where the original printed nothing.
ONLY_IN_DEFAULT_MODE = ("another file for errors",)
#: In these, a command cannot be a group.
NO_GROUP = ("a command in a function", "a command in a variable", "env", "time", "a value")
#: These look for a word that is not in each error.
OF_ENTITIES = ("until",)


@pytest.fixture
def no_bob(forked: Shell, stub: Stub) -> Shell:
    """Run commands in an account without the user bob."""
    made = stub.endpoint(refused("NoSuchEntity", "The user with name bob cannot be found.", 404))
    made.on("ListGroups", canned("ListGroups-last"))
    # A user that is missing would be waited for.
    made.on("CreateAccessKey", refused("LimitExceeded", "Cannot exceed quota.", 409))
    forked.env["AWS_IAM_URL"] = made.url
    return forked


def script(folder: Path, form: str, printed: str, beside: str = "") -> str:
    """Return the script of a ``form``, and write the files that it sources."""
    command, word = COMMANDS[printed]
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        made = text.replace("COMMAND", command).replace("WORD", word)
        (folder / name).write_text(made, encoding="utf-8")
    (folder / "other").write_text(f"#!/bin/sh\necho other: {word}: bob\n", encoding="utf-8")
    (folder / "other").chmod(0o755)
    text = (FORMS | OTHERS)[form].replace("COMMAND", command).replace("WORD", word)
    return f"{beside}\n. ./lib.sh\n{text}\necho status $?"


def reported(folder: Path, form: str, printed: str, beside: str = "") -> bool:
    """Return whether W206 is found in the script."""
    text = script(folder, form, printed, beside)
    found = [each for each in checked(folder, text).findings if each.code == "W206"]
    assert not [each for each in found if each.command == "iam-grouplistbypath"]
    return bool(found)


@pytest.mark.parametrize("form", every(40, FORMS | OTHERS))
def test_a_search_is_reported_if_only_strict_mode_finds_the_error(form, no_bob, tmp_path):
    differs, found = {}, {}
    for printed in ("a list", "a secret", "a value", "errors, too"):
        left_out = OF_ENTITIES if printed == "a secret" else NO_GROUP
        if printed in ("a secret", "errors, too") and form in left_out:
            continue
        ends = []
        for mode in ("default", "strict"):
            folder = tmp_path / f"{printed} {mode}"
            text = script(folder, form, printed)
            strict = "1" if mode == "strict" else ""
            done = no_bob("bash", "-c", f'cd "{folder}"\n{text}', env={"IAMCLI_STRICT": strict})
            ends.append((done.status, done.out))
        differs[printed] = ends[0] != ends[1] and form not in ONLY_IN_DEFAULT_MODE
        found[printed] = reported(tmp_path / "checked", form, printed)
    assert found == differs
    assert differs["a list"] or form in OTHERS


@pytest.mark.parametrize("form", every(40, FORMS | OTHERS))
def test_a_list_beside_a_search_is_not_reported(form, tmp_path):
    for printed in ("a value", "another program"):
        assert [beside for beside in BESIDE if reported(tmp_path, form, printed, beside)] == []
    if form in FORMS:
        assert all(reported(tmp_path, form, "a list", beside) for beside in BESIDE)


# Strict mode as the fix.

#: Searches that find something in strict mode, as with the original, and the code of each.
RESOLVED = {
    "iam-userlistkeys -u bob | grep -q NoSuchEntity && echo found": "W206",
    "iam-userdel -h >/dev/null || echo found": "W213",
    "iam-userlistbypath | grep -q 'IsTruncated: true' && echo found": "W213",
}
#: Other findings with these codes.
NOT_RESOLVED = (
    "iam-userdel -u bob | grep -q error",
    "IAMCLI_STRICT=0 iam-userdel -u bob | grep -q NoSuchEntity",
    "iam-groupdel -g Admin -p",
    "iam-accountmodpasswordpolicy",
    "export AWS_IAM_JVM_OPTS=-Dhttps.proxyHost=proxy; iam-userdel -u bob",
)


@pytest.mark.full
@pytest.mark.parametrize("search", RESOLVED)
def test_strict_mode_is_a_fix_that_changes_no_script(search, no_bob, stub, tmp_path):
    (finding,) = checked(tmp_path, search).findings
    assert finding.code == RESOLVED[search]
    assert finding.fix.endswith(STRICT)
    made = stub.endpoint(refused("NoSuchEntity", "The user with name bob cannot be found.", 404))
    pages = canned("ListUsers-truncated"), canned("ListUsers-last")
    no_bob.env["AWS_IAM_URL"] = made.on("ListUsers", *pages).url
    assert no_bob("bash", "-c", search).out == ""
    made.on("ListUsers", *pages)
    assert no_bob("bash", "-c", search, env={"IAMCLI_STRICT": "1"}).out == "found\n"
    made.on("ListUsers", *pages)
    home = tmp_path / "tools"
    assert no_bob("iamcli", "home", "--strict", str(home)).status == 0
    path = f"{home}/bin:{no_bob.env['PATH']}"
    assert no_bob("bash", "-c", search, env={"PATH": path}).out == "found\n"


@pytest.mark.parametrize("line", NOT_RESOLVED)
def test_strict_mode_is_not_a_fix(line, tmp_path):
    (finding,) = checked(tmp_path, line).findings
    assert finding.code in ("W206", "W213")
    assert STRICT not in finding.fix


# What the walker sees in other places.


def test_searches_in_files_that_are_no_scripts(tmp_path):
    search = "iam-userlistkeys -u bob >out; grep -q NoSuchEntity out"
    assert codes(tmp_path, f"keys:\n\t{search}", name="Makefile", shebang="") == ["W206"]
    assert codes(tmp_path, f"0 1 * * * {search}", name="keys.cron", shebang="") == ["W206"]


def test_the_place_of_a_search_in_a_sourced_file_is_there(tmp_path):
    sourced = tmp_path / "search.sh"
    sourced.write_text("\n\ngrep -q NoSuchEntity out\n", encoding="utf-8")
    script = "iam-userlistkeys -u bob >out\n. ./search.sh"
    (finding,) = checked(tmp_path, script).findings
    assert (finding.file, finding.line, finding.column) == (str(sourced), 3, 1)
    sourced.write_text("# iamcli: ignore=W206\ngrep -q NoSuchEntity out\n", encoding="utf-8")
    assert codes(tmp_path, script) == []
