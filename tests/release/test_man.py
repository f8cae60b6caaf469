"""The man pages: up to date, without warnings, found by man, and correct."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

import pytest
from support.processes import run as run_program
from support.requirements import PATH, needs
from support.searches import SHOWN
from support.selection import every, usual
from support.shell import ROOT

from iamcli import __version__
from iamcli.cli import index

if TYPE_CHECKING:
    from support.shell import Shell

MAN = ROOT / "man"
COMMANDS = [command.name for command in index.commands()]
PAGES = sorted(MAN.glob("*.[1-9]"))
#: The pages of iamcli and of its subcommands.
OWN = ["iamcli.1", *(f"iamcli-{name}.1" for name in SHOWN)]
#: The sections of the page of a command; some have NOTES as well.
SECTIONS = [
    "NAME",
    "SYNOPSIS",
    "DESCRIPTION",
    "OUTPUT",
    "ENVIRONMENT",
    "EXIT STATUS",
    "EXAMPLES",
    "COMPATIBILITY",
    "SEE ALSO",
]
#: The line by which EXAMPLES begins, and if there are many options: the other lines before it.
LATEST, OTHER_LINES = 63, 36
#: How many lines may be the same on the pages of all commands.
REPEATED = 20


GROFF = "groff -ww -mdoc -k -T utf8 -P-c -P-b -P-o -P-u -rcR=1 -rLL={width}n"
MANDOC = "mandoc -T utf8 -O width={width}"
#: The formatters, with the widths that they use on a terminal of 80 columns.
RENDERERS = [(GROFF, 79), (GROFF, 80), (MANDOC, 78), (MANDOC, 80)]


def plain(output: bytes) -> str:
    """Return the ``output`` of a formatter without bold and underlined letters."""
    return re.sub(r".\x08|\x1b\[[0-9;]*m", "", output.decode())


@pytest.mark.parametrize("tool", ["pages", "completions"])
def test_what_is_generated_is_up_to_date(tool):
    arguments = (sys.executable, ROOT / "tools" / f"{tool}.py", "--check")
    done = run_program(*arguments, env={**os.environ})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


#: The pages that are made from Markdown, with their sources.
MADE = {
    "iam-moving.7": "docs/moving.md",
    "iam-differences.7": "LEGACY.md",
    "iam-snapshot-file.5": "docs/snapshot.md",
}


def test_each_command_and_subcommand_has_a_page():
    written = {*OWN, "iam-toolkit.7", "iam-today.7", "aws-credential-file.5"}
    assert {page.name for page in PAGES} == {*written, *MADE, *(f"{name}.1" for name in COMMANDS)}


def test_no_page_names_a_file_or_a_page_that_is_not_installed():
    names = {path.name for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))}
    assert len(names) > 10
    sources = re.compile("|".join([*map(re.escape, names), r"\b(?:docs|tests|tools)/\w"]))
    for page in PAGES:
        text = re.sub(r'^\.\\".*', "", page.read_text(), flags=re.MULTILINE)
        assert not sources.findall(text), page
        for name, section in re.findall(r"^\.(?:It )?Xr (?:\( )*(\S+) (\d)", text, re.MULTILINE):
            assert (MAN / f"{name}.{section}").exists(), (page, name)


def words(text: str) -> str:
    """Return ``text`` without white space, quotation marks and the marks of Markdown."""
    return re.sub(r"""\[\w+\](?!\()|[\s`*"'\u2018\u2019]""", "", text)


@pytest.mark.parametrize("name", MADE)
@needs("man")
def test_a_page_of_markdown_has_its_headings_blocks_rows_and_items(name, run):
    source = (ROOT / MADE[name]).read_text().partition("\n## Lines on standard error")[0]
    text = "\n".join(shown(run, name))
    assert not re.findall(r"\]\(|`|\*\*|\\", text)
    lines = "\n".join(line.strip() for line in text.splitlines())
    for block in re.findall(
        r"^(?:##+ [^\n]*|```\w+\n.*?(?=^```))", source, re.MULTILINE | re.DOTALL
    ):
        # Each line of what can be copied is whole.
        whole = re.sub("^(?:##+ |```.*)", "", block).strip()
        assert "\n{}\n".format("\n".join(map(str.strip, whole.splitlines()))) in lines
    rows = [
        re.split(r" (?<!\\)\| ", row)[1:-1] for row in re.findall(r"^\| .*", source, re.MULTILINE)
    ]
    cells = [cell.replace("\\|", "|") for row in rows for cell in row if cell != "none"]
    items = re.findall(r"^(?:\*|\d\.) (.*(?:\n  .*)*)", source, re.MULTILINE)
    items = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", item) for item in items]
    assert [
        each for each in (*cells, *items) if words(each).lower() not in words(text).lower()
    ] == []
    # The differences are sentences.
    labels = ("The original:", "Here:", "Reason:")
    assert name != "iam-differences.7" or min(map(text.count, labels)) > 10
    assert len(rows) + len(items) > 2


@pytest.mark.parametrize("name", COMMANDS)
def test_each_page_has_its_sections_and_siblings(name):
    text = (MAN / f"{name}.1").read_text()
    sections = re.findall(r"^\.Sh (.*)$", text, re.MULTILINE)
    before, last = SECTIONS[:-2], SECTIONS[-2:]
    assert sections in ([*before, *last], [*before, "NOTES", *last])
    assert all(re.split(r"\n\.Sh .*\n", f"{text}.Sh END\n")[1:-1])
    also = text.partition(".Sh SEE ALSO\n")[2]
    assert ".Xr iam-toolkit 7" in also
    assert re.search(r"^API operations?: \\%[A-Z]", also, re.MULTILINE)
    assert "<" not in re.sub(r"<[^A-Z]", "", text)  # no token of a transcript is left


@pytest.mark.parametrize("name", COMMANDS)
def test_each_page_begins_with_what_the_command_does(name):
    text = (MAN / f"{name}.1").read_text()
    summary = re.findall(r"^\.Nd (.*)$", text, re.MULTILINE)[0].replace("\\(aq", "'")
    begins = text.partition(".Sh DESCRIPTION\n")[2].partition("The options are as follows:")[0]
    shown, first, *_ = begins.splitlines()
    assert shown == f".Nm {name}"
    # An active verb, and another sentence than that of NAME.
    assert re.match(r"[a-z]+s ", first)
    assert words(first.partition(" ")[2]) not in words(summary.partition(" ")[2])


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_of_a_subcommand_has_its_sections(name):
    text = (MAN / f"iamcli-{name}.1").read_text()
    sections = re.findall(r"^\.Sh (.*)$", text, re.MULTILINE)
    wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES"]
    optional = ("CAVEATS", "FILES")
    assert [each for each in sections if each not in optional] == [*wanted, "SEE ALSO"]
    assert f"Xr iamcli-{name} 1" in (MAN / "iamcli.1").read_text()
    assert {"iamcli", "iam-toolkit"} <= see_also(f"iamcli-{name}")


@needs("man")
def test_the_page_of_iamcli_is_short(run):
    assert len(shown(run, "iamcli")) <= 130


@needs("mandoc")
def test_the_lint_is_silent():
    env = {"PATH": PATH, "MANPATH": str(ROOT / "share" / "man")}
    done = run_program("mandoc", "-T", "lint", "-W", "style", *PAGES, env=env)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("renderer", ["mandoc", "man"])
@needs("{renderer}")
def test_both_renderers_show_what_a_shell_can_read(renderer, run):
    page = str(MAN / "iam-useruploadpolicy.1")
    arguments = ["mandoc", "-T", "utf8", page] if renderer == "mandoc" else ["man", "-l", page]
    done = run(*arguments, env={"MANWIDTH": "200", "MANROFFOPT": "-c"})
    shown = re.sub(r".\x08|\x1b\[[0-9;]*m", "", done.out)
    assert """-o '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'""" in shown
    assert "any of \u2018+=,.@-_\u2019." in shown


def in_checkout(run: Shell, *arguments: str) -> tuple[int, str]:
    done = run(*arguments, env={"PATH": f"{ROOT / 'bin'}:{PATH}"})
    return done.status, done.out


@needs("man")
def test_man_finds_the_pages_of_a_checkout(run):
    others = ["5", "aws-credential-file", "7", "iam-toolkit", "iam-today"]
    status, found = in_checkout(run, "man", "-w", *others)
    assert (status, found.count(f"{ROOT}/")) == (0, 3)
    status, found = in_checkout(run, "man", "-w", "1", *(page[:-2] for page in OWN), *COMMANDS)
    assert status == 0
    assert [line.rpartition("/")[2] for line in found.splitlines()] == [
        *OWN,
        *(f"{name}.1" for name in COMMANDS),
    ]
    assert all(line.startswith(f"{ROOT}/") for line in found.splitlines())


@pytest.mark.parametrize("variable", ["PATH", "MANPATH"])
@needs("man")
def test_apropos_lists_the_pages_of_a_checkout(variable, run):
    env = {"PATH": f"{ROOT / 'bin'}:{PATH}"}
    env = {"MANPATH": str(ROOT / "share" / "man")} if variable == "MANPATH" else env
    done = run("man", "-k", "iam", env=env)
    status, listed = done.status, done.out
    assert status == 0
    assert {line.split()[0] for line in listed.splitlines()} >= {
        *COMMANDS,
        "iam-toolkit",
        "iam-today",
        *(page[:-2] for page in OWN),
    }
    assert "iam-usercreate" in in_checkout(run, "man", "-k", "create a user")[1]


@pytest.mark.parametrize(("renderer", "width"), usual([(GROFF, 79)], RENDERERS))
@needs("{renderer}")
def test_headers_and_footers_are_whole(renderer, width):
    done = subprocess.run(
        [*renderer.format(width=width).split(), *PAGES], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert_whole(plain(done.stdout), width)


def shown(run: Shell, name: str) -> list[str]:
    """Return the lines of a page as man shows them in a window of 80 columns."""
    env = {"MANWIDTH": "80", "MANROFFOPT": "-c", "LC_ALL": "C.UTF-8"}
    page = MAN / (name if name in MADE else f"{name}.1")
    return plain(run("man", str(page), env=env).out.encode()).splitlines()


@pytest.mark.full
@needs("man")
def test_little_is_repeated(run):
    pages = [shown(run, name) for name in COMMANDS]
    common = reduce(and_, (Counter(filter(str.strip, lines)) for lines in pages))
    assert {"DESCRIPTION", "EXAMPLES", "SEE ALSO"} <= common.keys()
    assert common.total() <= REPEATED


@pytest.mark.parametrize("name", every(6, COMMANDS))
@needs("man")
def test_the_examples_come_early(name, run):
    lines = shown(run, name)
    first, last = (
        next((number for number, line in enumerate(lines) if part in line), 0)
        for part in ("The options are as follows:", "The common options are")
    )
    options = last - first - 1 if first else 0
    assert lines.index("EXAMPLES") + 1 <= max(LATEST, OTHER_LINES + options)


@needs("man")
def test_the_formats_of_a_seed_are_explained_with_an_example_of_each(run):
    text = " ".join(" ".join(shown(run, "iam-virtualmfadevicecreate")).split())
    assert "\u2018QRCodePNG\u2019 is a QR code" in text
    assert "\u2018Base32String\u2019 and \u2018Base32StringSeed\u2019 mean the same:" in text
    examples = text.partition(" EXAMPLES ")[2].partition(" COMPATIBILITY ")[0]
    assert re.findall(r"-b (\w+)", examples) == ["Base32String", "QRCodePNG"]


def assert_whole(shown: str, width: int) -> None:
    """Check the first and the last line and the width of each page in ``shown``."""
    manuals = "(?:(?:General Commands|File Formats|Miscellaneous Information) )?Manual"
    # mandoc shows a long name only on the left.
    titles = re.findall(rf"^(\S+\(\d\)) +{manuals}(?: +\1)?$", shown, re.MULTILINE)
    assert titles == [f"{page.stem.upper()}({page.suffix[1:]})" for page in PAGES]
    foot = rf"^iamcli {re.escape(__version__)} +\w+ \d+, \d{{4}} +(iamcli \S+|\S+\(\d\))$"
    assert len(re.findall(foot, shown, re.MULTILINE)) == len(PAGES)
    # Longer lines are output of commands, or options and lines to copy that cannot be broken, or
    # between two pages.
    long = [line.strip() for line in shown.splitlines() if len(line) > width]
    copied = (ROOT / "docs" / "moving.md").read_text().splitlines()
    begins = ('{"', "-o '{", "arn:", "\u2500")
    assert not [line for line in long if not line.startswith(begins) and line not in copied]


@pytest.mark.full
@needs("groff")
def test_a_tilde_is_no_accent_in_print():
    # What groff sends to its driver for print: words after t, other characters by name after C.
    command = ["groff", "-Z", "-T", "ps", "-k", "-mdoc", *PAGES]
    sent = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    written = sum(page.read_text().count(r"\(ti") for page in PAGES)
    assert sent.count("Cti") == written > 10
    assert not [line for line in sent if line.startswith("t") and {"~", "^", "`"} & set(line)]


def see_also(name: str) -> set[str]:
    also = (MAN / f"{name}.1").read_text().partition(".Sh SEE ALSO\n")[2]
    return set(re.findall(r"^\.Xr (\S+)", also, re.MULTILINE))


def test_the_way_of_a_newcomer_is_signposted():
    assert see_also("iam-usercreate") >= {
        "iam-useraddkey",
        "iam-useraddloginprofile",
        "iam-groupadduser",
        "iam-useruploadpolicy",
        "iam-userdel",
        "iam-userlistbypath",
    }
    assert {"iam-userlistpolicies", "iam-userdelpolicy"} <= see_also("iam-useraddpolicy")
    assert "iam-usercreate" in see_also("iam-useraddkey")
    assert {"iam-userenablemfadevice"} <= see_also("iam-virtualmfadevicecreate")


#: How the commands that undo something are named.
INVERSES = {
    "create": "del",
    "upload": "del",
    "aliascreate": "aliasdelete",
    "modpassword": "delpassword",
    "adduser": "removeuser",
    "addrole": "removerole",
    "add": "del",
    "enable": "deactivate",
}


def test_each_page_leads_to_the_command_that_undoes_it_and_back():
    pairs = {
        (name, name.replace(do, undo, 1)) for name in COMMANDS for do, undo in INVERSES.items()
    }
    pairs = {(name, inverse) for name, inverse in pairs if inverse in COMMANDS and name != inverse}
    assert len(pairs) > 15
    for name, inverse in pairs:
        assert inverse in see_also(name)
        assert name in see_also(inverse)


def test_no_page_leads_everywhere():
    assert max(len(see_also(name)) for name in COMMANDS) <= 16
    assert not [name for name in see_also("iam-userdelpolicy") if "group" in name or "role" in name]
    assert "iam-accountgetsummary" not in see_also("iam-accountaliascreate")


def test_the_overview_names_every_variable_that_is_read():
    # The sandbox sets variables for others.
    sources = [path for path in (ROOT / "iamcli").rglob("*.py") if path.parent.name != "sandbox"]
    read = {
        name
        for source in sources
        for name in re.findall(r'"((?:AWS|IAMCLI|CLIENT)_[A-Z_]+)"', source.read_text())
    }
    text = (MAN / "iam-toolkit.7").read_text()
    environment = text.partition(".Sh ENVIRONMENT\n")[2].partition(".Sh ")[0]
    documented = set(re.findall(r"[A-Z0-9_]{6,}", environment))
    assert {"IAMCLI_STRICT", "IAMCLI_TIMEOUT", "AWS_IAM_URL"} <= read
    assert read - documented == set()
    for page in PAGES:
        names = set(
            re.findall(r"^\.(?:It )?Ev ((?:AWS|IAMCLI)\S+)", page.read_text(), re.MULTILINE)
        )
        assert names <= documented, page
