"""iamcli check: every code is found in five forms, in the manual, explained, and silenced.

findings.txt has scripts, whose lines begin with a bar, each followed by what is found.
``pytest --accept`` writes it again; read what has changed.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from shutil import which

import pytest
from support.checking import POLICY, codes, write
from support.expected import compare
from support.selection import every
from support.shell import ROOT, TESTS

from iamcli.cli.check.check import check
from iamcli.cli.check.explanations import DIFFERENCES, EXPLANATIONS
from iamcli.cli.check.script import shfmt
from iamcli.installation import extras

#: A command with one fault for each code that concerns a single command. None of them creates
#: anything, so that its status may be lost.
SINGLE = {
    "E101": "iam-userlistbypaht -p /staff/",
    "E102": "iam-usergetattributes -u bob -z",
    "E103": "iam-usermod -n bob",
    "E104": "iam-roleupdateassumepolicy -r webserver",
    "E105": "iam-usermodkey -u bob -k AKIAIOSFODNN7EXAMPLE -s Off",
    "E106": "iam-usergetattributes \u2013u bob",
    "E107": f"iam-useruploadpolicy -u bob -p all -o {POLICY}",
    "E108": "iam-usergetattributes -u bob susan",
    "E110": "iam-usergetattributes -u=bob",
    "W201": "iam-userlistbypath -p /*/",
    "W205": "iam-usermodloginprofile -u bob -p secret",
    "W208": "iam-roleupdateassumepolicy -r webserver -f no-such-file.json",
}


def forms(command: str) -> dict[str, str]:
    """The command with a fault in five forms."""
    name, _, rest = command.partition(" ")
    return {
        "plain": command,
        "variable": f"tool={name}\n$tool {rest}",
        "function": f"work() {{\n    {command}\n}}\nwork",
        "pipe": f"{command} | sort",
        "substitution": f'echo "$({command})"',
    }


SEEDS: dict[str, dict[str, str]] = {code: forms(command) for code, command in SINGLE.items()}
SEEDS["E109"] = {
    "plain": "echo 'iam-userdel -R",
    "variable": "x=$(iam-userdel -R",
    "function": "work() {\n    if iam-userdel -u bob; then\n}\nwork",
    "pipe": "iam-userdel -u bob | | sort",
    "substitution": 'echo "$(iam-userdel -u bob | )"',
}
SEEDS["E111"] = {
    "plain": "iam-roleupdateassumepolicy -r web -f /dev/stdin <<< '[\"$1\"]'",
    "variable": 'b=web\np=\'{"Statement":["$b"]}\'\niam-useruploadpolicy -u u -p p -o "$p"',
    "function": "work() {\n    iam-useraddpolicy -u u -p p -e Deny -a '*' -r \"${aws:userid}\"\n}",
    "pipe": 'cat <<E | iam-useruploadpolicy -u u -p p -f /dev/stdin\n["${aws:username}"]\nE',
    "substitution": 'echo "$(iam-rolecreate -r web -v -f /dev/stdin <<< \'["$1"]\')"',
}
SEEDS["W202"] = {
    "plain": "for arn in $(iam-userlistbypath); do echo $arn; done",
    "variable": "users=`iam-userlistbypath`\nfor arn in $users; do echo $arn; done",
    "function": "count() {\n    iam-userlistgroups -u bob | wc -l\n}",
    "pipe": "iam-userlistkeys -u bob | while read line; do echo $line; done",
    "substitution": "count=$(iam-grouplistbypath | wc -l)\necho $count",
}
SEEDS["W206"] = {
    "plain": "if iam-userlistkeys -u bob | grep -q NoSuchEntity; then exit; fi",
    "variable": "out=$(iam-userdel -u bob)\nif [[ $out == *error* ]]; then exit 1; fi",
    "function": 'make() {\n    o=$(iam-usercreate -u x)\n    echo "$o" | grep Error\n}',
    "pipe": "iam-userdel -u bob | sort | grep -i error",
    "substitution": 'if [ -n "$(iam-groupdel -g Admin | grep Exception)" ]; then exit; fi',
}
SEEDS["W207"] = {
    "plain": "iam-useraddkey -u bob | tail -1",
    "variable": "key=$(iam-useraddkey -u bob)\necho $key",
    "function": "work() {\n    local key=$(iam-useraddkey -u bob)\n    echo $key\n}",
    "pipe": "iam-usercreate -u bob -v | sort | head -1",
    "substitution": 'read id <<< "$(iam-useraddcert -u bob -f /dev/stdin)"',
}
SEEDS["W210"] = {
    "plain": 'iam-userdel -r -u "$1"',
    "variable": "user=$2\niam-userdel -u $user -r",
    "function": 'remove() {\n    local group=$1\n    iam-groupdel -r -g "$group"\n}',
    "pipe": "iam-roledel -c -r $ROLE | sort",
    "substitution": 'echo "$(iam-instanceprofiledel -r -s ${PROFILE})"',
}
SEEDS["W211"] = {
    "plain": "while read -r u; do iam-useraddloginprofile -u $u -p -; done < users",
    "variable": "tool=iam-usermodloginprofile\nwhile read u\ndo\n  $tool -u $u -p -\ndone",
    "function": "add() {\n    iam-useraddloginprofile -u $1 -p -\n}\nwhile read u; do add $u; done",
    "pipe": "cat users | while IFS= read -r u; do iam-useraddloginprofile -u $u -p -; done",
    "substitution": "while read u; do e=$(iam-usermodloginprofile -u $u -p - 2>&1); done < users",
}
SEEDS["W212"] = {
    "plain": "echo $((1 +)) $(iam-userdel -R)",
    "variable": "x[1 +]=$(iam-userdel -R)",
    "function": "work() {\n    iam-userdel -R ${x@Z}\n}\nwork",
    "pipe": "eval 'iam-userdel -R ${x y}' | sort",
    "substitution": 'x="`a "\\`b \\\\\\`iam-userdel -R\\\\\\`\\`"`"',
}
SEEDS["W213"] = {
    "plain": "iam-groupdel -g Admin -p",
    "variable": "tool=iam-roledel\n$tool -r web -p",
    "function": "work() {\n    iam-accountmodpasswordpolicy\n}\nwork",
    "pipe": "iam-userlistbypath | grep -q 'IsTruncated: true'",
    "substitution": "echo $(iam-usercreate -h || export AWS_IAM_JVM_OPTS=-Xmx9m)",
}


#: By the names of their files: the codes and the scripts.
CASES = {
    f"{code}-{form}.sh": (code, script)
    for code, seeds in SEEDS.items()
    for form, script in seeds.items()
}


def test_every_code_is_seeded_in_five_forms():
    assert sorted(SEEDS) == sorted(EXPLANATIONS)
    assert {tuple(seeds) for seeds in SEEDS.values()} == {tuple(forms("x"))}


def test_the_manual_lists_every_code():
    page = (ROOT / "man" / "iamcli.1").read_text(encoding="utf-8")
    assert re.findall(r"^\.It Cm ([EW]\d+)$", page, re.MULTILINE) == list(EXPLANATIONS)


def test_the_compatibility_record_names_the_code_of_each_difference():
    text = (ROOT / "LEGACY.md").read_text(encoding="utf-8")
    part = text.partition("### What a script can notice\n")[2].partition("\n### ")[0]
    rows = [re.split(r" \| |^\| | \|$", row) for row in part.splitlines() if row.startswith("| ")]
    cells = [row[3] for row in rows[1:]]
    named = {code for cell in cells for code in cell.split(", ") if cell != "none"}
    assert named <= set(EXPLANATIONS)
    assert named >= set(DIFFERENCES)


def test_every_seeded_fault_is_found_and_nothing_else(run, tmp_path):
    files = [write(tmp_path, script, name) for name, (_, script) in CASES.items()]
    done = run("iamcli", "check", "--format", "json", *files)
    assert done.status == 1
    assert [line for line in done.err.splitlines() if not re.search("/(E109|W212)-", line)] == []
    found = [(Path(each["file"]).name, each["code"]) for each in json.loads(done.out)["findings"]]
    assert found == [(name, code) for name, (code, _) in CASES.items()]


# Explanations.


@pytest.mark.parametrize("code", EXPLANATIONS)
def test_the_example_of_an_explanation_has_the_fault_before_and_not_after(code, tmp_path):
    for before, after in EXPLANATIONS[code].examples:
        assert codes(tmp_path, before) == [code]
        assert codes(tmp_path, after) == []


def test_an_explanation_is_shown(run):
    done = run("iamcli", "check", "--explain", "w210")
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        "W210: a recursive removal whose name may be wrong\n"
        "\n"
        "The name is a variable that the script neither sets to known text nor tests. If\n"
        "it is empty, the next option becomes the name.\n"
        "\n"
        "Class: the script's own quality\n"
        "\n"
        "Before:\n"
        "    iam-userdel -u $user -r\n"
        "\n"
        "After:\n"
        '    iam-userdel -u "${user:?}" -r\n'
        "\n"
        "To silence it, write above the line: # iamcli: ignore=W210\n"
    )


# Comments that silence findings.


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("iam-userlistbypath -p /*/ # iamcli: ignore=W201", []),
        ("# iamcli: ignore=W202,W201\niam-userlistbypath -p /*/", []),
        ("a\n# iamcli: ignore=E102\niam-userlistbypath \\\n  -i 5 \\\n  -z", []),
        ("a\n# iamcli: ignore=W202\niam-userlistbypath -p /*/", ["W201"]),
        ("iam-userlistbypath -z # iamcli: ignore=E102\niam-userlistbypath -z", ["E102"]),
        ("a\n# iamcli: ignore=E102\n\niam-userlistbypath -z", ["E102"]),
        # Before the first command, in the whole file.
        ("# iamcli: ignore=E102\n\niam-userlistbypath -z\n\niam-userlistbypath -z", []),
        ("# iamcli: ignore=W201\n# iamcli: ignore=E102\na\niam-userlistbypath -p /*/ -z", []),
        ("# iamcli: ignore=W201\na\n\niam-userlistbypath -z", ["E102"]),
    ],
)
def test_a_comment_silences(script, expected, tmp_path):
    assert codes(tmp_path, script) == expected


# What is found in which place, in the words that a user reads.


def shown(script: str, folder: Path) -> str:
    """Return the ``script`` and what is found, as in the file; line 1 is the first after #!."""
    result = check([write(folder, script)])
    lines = [f"| {line}" for line in script.split("\n")]
    for each in result.findings:
        found = f"{each.code} {each.message}; {each.fix}".replace("\n", "\\n")
        lines.append(f"{each.line - 1}:{each.column}: {found}".replace(str(folder), "FOLDER"))
    lines += [f"{note.lines[0] - 1}-{note.lines[1] - 1}: {note.reason}" for note in result.notes]
    return "\n".join([*lines, f"commands: {result.commands}"])


@pytest.mark.parametrize("program", every(2, sorted({extras.shfmt(), which("shfmt")} - {None})))
def test_what_is_found_and_where(program, tmp_path, environ, request):
    """Each version of shfmt that is here gives the same findings."""
    environ.setattr(shfmt, "program", lambda: program)
    environ.chdir(tmp_path)
    file = "cli/check/findings.txt"
    scripts = (TESTS / file).read_text(encoding="utf-8").split("\n\n")
    found = []
    for each in scripts:
        lines = [line[2:] for line in each.splitlines() if line.startswith("|")]
        found.append(shown("\n".join(lines), tmp_path))
    compare("\n\n".join(found) + "\n", file, request)
