"""iamcli check: what is found in scripts, and every code in five forms, in the manual, explained.

scripts/ has the scripts, a file for each code or subject, with what is found beside the lines.
``pytest --accept`` writes it again; read what has changed.
"""

from __future__ import annotations

import os
import re
from shutil import which

import pytest
from support.checking import SCRIPTS, codes, parts, scripts
from support.expected import compare
from support.selection import usual
from support.shell import ROOT, TESTS

from iamcli.cli.check.explanations import DIFFERENCE_CODES, EXPLANATIONS
from iamcli.cli.check.script import shfmt
from iamcli.installation import extras

#: The headings of the forms in which each code is found, in the file of the code.
FORMS = ["plain", "variable", "function", "pipe", "substitution"]


def test_every_code_is_found_in_five_forms():
    found = {
        code: [(each.heading, each.codes) for each in scripts(code)[: len(FORMS)]]
        for code in EXPLANATIONS
    }
    assert found == {code: [(form, [code]) for form in FORMS] for code in EXPLANATIONS}


def test_the_manual_lists_every_code():
    page = (ROOT / "man" / "iamcli-check.1").read_text(encoding="utf-8")
    assert re.findall(r"^\.It Cm ([EW]\d+)$", page, re.MULTILINE) == list(EXPLANATIONS)


def test_the_compatibility_record_names_the_code_of_each_difference():
    text = (ROOT / "LEGACY.md").read_text(encoding="utf-8")
    part = text.partition("## What a script can notice\n")[2].partition("\n## ")[0]
    rows = [re.split(r" \| |^\| | \|$", row) for row in part.splitlines() if row.startswith("| ")]
    cells = [row[3] for row in rows if row[3] != "code"]
    named = {code for cell in cells for code in cell.split(", ") if cell != "none"}
    assert named <= set(EXPLANATIONS)
    assert named >= set(DIFFERENCE_CODES)


# Explanations.


@pytest.mark.parametrize("code", EXPLANATIONS)
def test_the_example_of_an_explanation_has_the_fault_before_and_not_after(code, tmp_path):
    for before, after in EXPLANATIONS[code].examples:
        assert codes(tmp_path, before) == [code]
        assert codes(tmp_path, after) == []


def test_an_explanation_is_shown(run_fast):
    done = run_fast("iamcli", "check", "--explain", "w210")
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        "W210: a recursive removal whose name may be wrong\n"
        "\n"
        "The name is a variable that the script neither sets to known text nor tests. If\n"
        "it is empty, the next option becomes the name. set -u only sees variables that\n"
        "are not set.\n"
        "\n"
        "Class: a problem in the script\n"
        "\n"
        "Before:\n"
        "    iam-userdel -u $user -r\n"
        "\n"
        "After:\n"
        '    iam-userdel -u "${user:?}" -r\n'
        "\n"
        "To silence it, write above the line: # iamcli: ignore=W210\n"
    )


# What is found in which place, in the words that a user reads.


#: The shfmt that check uses, and that on PATH, without links: each process of pytest has its own.
PROGRAMS = [found and os.path.realpath(found) for found in (extras.shfmt(), which("shfmt"))]


@pytest.mark.parametrize("program", usual(PROGRAMS[:1], sorted({*PROGRAMS} - {None})))
@pytest.mark.parametrize("name", sorted(file.stem for file in SCRIPTS.glob("*.txt")))
def test_what_is_found_and_where(name, program, tmp_path, environ, request):
    """Each version of shfmt that is here gives the same findings."""
    environ.setattr(shfmt, "program", lambda: program)
    environ.chdir(tmp_path)
    rows: list[str] = []
    said: dict[str, int] = {}
    for each in parts(name):
        rows += [each] if isinstance(each, str) else each.rows(tmp_path, said)
    file = SCRIPTS / f"{name}.txt"
    compare("\n".join(rows) + "\n", str(file.relative_to(TESTS)), request)
