"""What the documents quote of the program's messages is what the program prints.

A quoted message is found if its parts are: those between the words that vary and between clauses.
The lines in the tables of LEGACY.md are tested where they are printed, in
command_line/test_standard_error.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest
from support.shell import ROOT, TESTS

from iamcli.cli import listing, search

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = [*(ROOT / name for name in ("LEGACY.md", "SECURITY.md", "README.md"))]
PAGES += sorted((ROOT / "man").glob("*.[1-9]"))
#: What the program prints in tests.
PRINTED = ("transcripts/*.txt", "command_line/**/*.txt", "cli/**/*.txt")
#: How quoted text with blanks begins that is not a message: commands, options and JSON.
NO_MESSAGE = re.compile(
    r"(?:\w+=\S* )*(?:(?:[\w./]*/)?(?:iam-[a-z.]+|iamcli|aws|command|credential_process|crontab"
    r"|curl|env|export|for|make|man|mandb|set|sh|su|sudo|systemd-run|tee|umask|unshare) |[-#{|$])"
)
#: What separates the parts of a message: what varies, the end of a clause, the name of a variable
#: or user.
BETWEEN = re.compile(r"\.\.\.|[;:](?: |$)|\b(?:[A-Z_]{4,}|bob)\b")
#: The escapes of the manual pages.
ESCAPES = {r"\-": "-", r"\&": "", r"\(ti": "~", r"\(dq": '"', r"\(aq": "'", r"\(ha": "^"}


def in_markdown(text: str) -> Iterator[str]:
    """Yield what the paragraphs and tables of ``text`` quote."""
    text = re.sub(r"^ {4}.*$", "", text, flags=re.MULTILINE)
    before, heading, tables = text.partition("## Lines on standard error besides errors")
    # The first column of these tables.
    text = before + heading + re.sub(r"^\| `.*?` \|", "|", tables, flags=re.MULTILINE)
    for quoted in re.findall(r"(?<!`)`([^`]+)`", text):
        yield " ".join(quoted.split()).replace(r"\|", "|")


def in_mdoc(text: str) -> Iterator[str]:
    """Yield what a manual page quotes."""
    for escape, shown in ESCAPES.items():
        text = text.replace(escape, shown)
    for arguments in re.findall(r"^\.(?:\w+ )*[DQ][lq] (.*)$", text, re.MULTILINE):
        # Punctuation that is an argument of its own is not quoted.
        quoted = re.sub(r"^[(] |(?: [,.;:)])+$", "", arguments)
        yield quoted[1:-1] if quoted[0] == quoted[-1] == '"' else quoted


def messages(page: Path) -> list[str]:
    """Return the messages that ``page`` quotes."""
    quoted = (in_markdown if page.suffix == ".md" else in_mdoc)(page.read_text())
    return [text for text in quoted if " " in text.strip(". ") and not NO_MESSAGE.match(text)]


def in_source(file: Path) -> Iterator[str]:
    """Yield the strings in a module; what they insert is a character that no page has."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "\0" for part in node.values]
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.fixture(scope="module")
def known() -> str:
    """What the program can print, and what it prints in tests."""
    texts = [text for file in (ROOT / "iamcli").rglob("*.py") for text in in_source(file)]
    texts += [file.read_text() for pattern in PRINTED for file in TESTS.glob(pattern)]
    return "\n".join(" ".join(text.split()) for text in texts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_quoted_message_is_one_of_the_program(page, known):
    parts = {
        part: message
        for message in messages(page)
        for part in map(str.strip, BETWEEN.split(message))
    }
    assert [(part, message) for part, message in parts.items() if part not in known] == []


def test_messages_are_recognized():
    legacy, toolkit = (messages(ROOT / name) for name in ("LEGACY.md", "man/iam-toolkit.7"))
    assert "created: ...; not created: ..." in messages(ROOT / "SECURITY.md")
    assert "the list may be incomplete" in legacy
    assert "IsTruncated: false" in toolkit
    commands = r"(?:iam-[a-z]+|iamcli|env|sudo|-\w) "
    assert not [text for text in legacy + toolkit if re.match(commands, text)]


def test_the_page_of_list_has_the_words_that_it_accepts_besides_names():
    page = (ROOT / "man" / "iamcli-list.1").read_text()
    assert [word for word in search.OTHER_WORDS if not re.search(rf"\b{word}\b", page)] == []
    assert [name for name in listing.SYNONYMS if name not in page] == []
