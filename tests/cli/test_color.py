"""Colors: on a terminal, as git and ripgrep have them; nothing else has any."""

from __future__ import annotations

import re

import pytest
from support.prepared import program
from support.shell import BIN
from support.terminal import Terminal

from iamcli.cli.color import CHANGES, coloring

SGR = re.compile(r"\x1b\[(\d*)m")
RED, GREEN, YELLOW = "31", "32", "33"
IAMCLI = str(BIN / "iamcli")
SCRIPT = "iam-userlistkeys -u\niam-useraddloginprofile -u bob -p Secret1234\n"
#: The command lines, with what each of them colors.
LINES = {
    "check script": [("E108", RED), ("W205", YELLOW)],
    "doctor --offline": [("warning", YELLOW), ("wrong", RED)],
}
#: Where colors are used: variables that are set, arguments, and whether there are any.
CASES = {
    "usual": ({}, "", True),
    "NO_COLOR": ({"NO_COLOR": "1"}, "", False),
    "empty NO_COLOR": ({"NO_COLOR": ""}, "", True),
    "dumb": ({"TERM": "dumb"}, "", False),
    "never": ({}, "--color never", False),
    "auto": ({"NO_COLOR": "1"}, "--color=auto", False),
    "always": ({"NO_COLOR": "1", "TERM": "dumb"}, "--color always", True),
}


def parts(text: str) -> list[tuple[str, str]]:
    """Return the colored parts of ``text``, each with the number of its color."""
    return [(part, color) for color, part in re.findall(r"\x1b\[(\d+)m(.*?)\x1b\[0m", text)]


@pytest.fixture
def colorful(run):
    (run.home / "script").write_text(SCRIPT)
    variables = {**run.env, "TERM": "xterm-256color", "AWS_CREDENTIAL_FILE": "/nonexistent"}
    return {name: value for name, value in variables.items() if name != "NO_COLOR"}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("line", LINES)
def test_where_colors_are_used(line, case, run, colorful):
    variables, options, colored = CASES[case]
    command = f"cd {run.home}; exec {IAMCLI} {line} {options}"
    terminal = Terminal("sh", "-c", command, env={**colorful, **variables, "PAGER": "cat"})
    assert terminal.status() == 1
    found = parts(terminal.shown)
    assert sorted({*found}) == (LINES[line] if colored else [])
    assert len(SGR.findall(terminal.shown)) == 2 * len(found)


@pytest.mark.parametrize(("options", "colored"), [("", False), ("--color always", True)])
@pytest.mark.parametrize("line", LINES)
def test_a_pipe_gets_colors_only_if_asked(line, options, colored, run, colorful):
    done = run(IAMCLI, *line.split(), *options.split(), env=colorful)
    assert bool(parts(done.out)) is colored
    assert SGR.sub("", done.out) == run(IAMCLI, *line.split(), env=colorful).out


@pytest.mark.parametrize("form", ["json", "github"])
def test_programs_get_no_colors(form, run, colorful):
    for line in ("check script", "doctor --offline"):
        if (line, form) != ("doctor --offline", "github"):
            done = run(IAMCLI, *line.split(), "--format", form, "--color=always", env=colorful)
            assert "\x1b" not in done.out


#: A report of changes, with the color of each line.
REPORT = [
    ("changes in the private IAM: 1 created, 1 updated, 1 deleted", ""),
    ("user/bob", ""),
    ("  + access-key AKIA1", GREEN),
    ("  ~ policy logs", YELLOW),
    ("      --- policy logs, before", ""),
    ("      +++ policy logs, after", ""),
    ("      @@ -1,3 +1,3 @@", ""),
    ('      -      "Resource": "a"', RED),
    ('      +      "Resource": "*"', GREEN),
    ("         }", ""),
    ("      Path: / -> -x", ""),
    ("  - membership ops", RED),
    ("warning: - is no sign here", ""),
]


def test_the_lines_of_a_report_of_changes():
    text = "".join(f"{line}\n" for line, _ in REPORT)
    shown = coloring("always", 2, CHANGES)(text)
    assert SGR.sub("", shown) == text
    assert parts(shown) == [(line.strip(), color) for line, color in REPORT if color]


@pytest.mark.parametrize(
    ("variables", "options", "colored"),
    [({}, "", True), ({"NO_COLOR": "1"}, "", False), ({}, "=changes", False)],
)
def test_the_changes_of_a_sandbox(variables, options, colored, run, colorful):
    line = f"cd {run.home}; {program()} sandbox --changes{options} sh -c 'iam-usercreate -u bob'"
    terminal = Terminal("sh", "-c", line, env={**colorful, **variables})
    assert terminal.status() == 0
    assert parts(terminal.shown) == ([("+ user bob", GREEN)] if colored else [])
    if options:
        assert SGR.search((run.home / "changes").read_text()) is None


def test_the_commands_have_no_colors(run, colorful, moto):
    variables = {**colorful, "AWS_CREDENTIAL_FILE": run.env["AWS_CREDENTIAL_FILE"]}
    for line in ("iam-usercreate -u bob -v", "iam-userdel bob", "iam-userdel -h"):
        terminal = Terminal("sh", "-c", f"{BIN}/{line}", env=variables)
        terminal.status()
        assert terminal.shown
        assert SGR.search(terminal.shown) is None
