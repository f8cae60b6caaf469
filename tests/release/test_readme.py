"""README: its length, and its picture, which shows what the commands print."""

from __future__ import annotations

import html
import re

import pytest
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
