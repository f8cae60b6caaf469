"""README and docs/install.md: their lines, and the picture of what the commands print."""

from __future__ import annotations

import html
import itertools
import re

import pytest
from support.documents import INSTALLATION, of_installation
from support.session import COMMANDS, PROMPT, plain, session
from support.shell import ROOT

PICTURE = (ROOT / "docs" / "session.svg").read_text()


def text_of_picture() -> str:
    """The text in the picture of a terminal, without white space."""
    rows = re.findall(r'<text class="session-r[^>]*>([^<]*)</text>', PICTURE)
    return "".join("".join(html.unescape(row).split()) for row in rows).replace("\xa0", "")


@pytest.mark.full
def test_the_picture_shows_what_the_commands_print(tmp_path):
    lines = [plain(line) for line in session(tmp_path)]
    printed = "".join("".join(line.split()) for line in lines)
    assert printed == text_of_picture(), "run make picture, and look at the picture"
    assert [line for line in lines if line.startswith(PROMPT)] == [
        f"{PROMPT}{command}" for command in COMMANDS
    ]
    assert "iam-userdel: write: iam-userdel -u bob" in lines
    assert "warning: policy logs of user/bob gained * in Resource" in lines


def test_the_picture_loads_nothing():
    assert re.findall(r"(?:src|href|url)\W+https?:[^\s'\"]*", PICTURE) == []
    assert "@font-face" not in PICTURE
    assert "<script" not in PICTURE


def test_readme_is_a_first_page():
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 130
    assert "](docs/session.svg)" in text


def test_one_page_says_that_old_scripts_run_and_others_refer_to_it():
    said = "Old scripts run unchanged with the commands that"
    pages = {path.name: path.read_text() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))}
    assert [name for name, text in pages.items() if said in text] == ["LEGACY.md"]
    assert "](LEGACY.md)" in pages["README.md"].partition("## ")[0]
    begins = (ROOT / "man" / "iam-toolkit.7").read_text().partition(".Ss ")[0]
    assert ".Xr iam-differences 7" in begins


def test_the_marks_are_explained_after_the_first_table():
    text = (ROOT / "LEGACY.md").read_text()
    _, *sections = re.split(r"^##+ (.*)\n", text, flags=re.MULTILINE)
    titles = dict(zip(sections[::2], sections[1::2], strict=True))
    assert list(titles)[:4] == [
        "Strict mode and the installed commands",
        "What a script can notice",
        "Differences that may need a change",
        "Changes that cannot break a script",
    ]
    table, explained = titles["Strict mode and the installed commands"].rsplit("\n|", 1)
    assert "strict mode" in table
    marks = set(re.findall(r" \[(\w+)\]", text.partition("\n## ")[2]))
    assert {"seen", "peer"} <= marks <= set(re.findall(r"\[(\w+)\] (?:by|in|from|not)", explained))
    noticed = "| the original | here | code | reason | test |\n"
    assert noticed in titles["Differences that may need a change"]
    assert noticed in titles["Changes that cannot break a script"]


def test_each_line_of_the_installation_is_run_by_a_test():
    pairs = itertools.pairwise((ROOT / "docs" / "install.md").read_text().split("\n\n"))
    before = [first for first, second in pairs if second.startswith("    ")]
    assert len(before) == len(INSTALLATION)
    for text, begin in zip(before, INSTALLATION.values(), strict=True):
        assert text.startswith(begin)
    assert all(map(of_installation, INSTALLATION))
