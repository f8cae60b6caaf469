"""The tests are as tests/README.md says, so that a stranger can change them."""

from __future__ import annotations

import re
from collections import defaultdict

from support.shell import TESTS

FILES = {str(path.relative_to(TESTS)): path.read_text() for path in sorted(TESTS.rglob("*.py"))}


def test_a_fixture_has_a_name_of_its_own():
    """So that a test does not change its meaning if it is moved to another file."""
    found = defaultdict(list)
    for name, text in FILES.items():
        for fixture in re.findall(
            r"^@pytest\.fixture\b.*?^def (\w+)", text, re.MULTILINE | re.DOTALL
        ):
            found[fixture].append(name)
    assert len(found) > 100
    assert {fixture: names for fixture, names in found.items() if len(names) > 1} == {}


def test_a_row_of_a_table_is_a_line():
    """Several values that are packed into a line with ``*(...)`` are hard to change."""
    packed = re.compile(r"^ *\*[(\[{](?!.* for |set\().*, .*[)\]}],?$", re.MULTILINE)
    assert {name for name, text in FILES.items() if packed.search(text)} == set()


def test_no_test_imports_another():
    importing = re.compile(r"^\s*(?:from|import) (?:\S+\.)?(?:test_\w+|conftest)\b", re.MULTILINE)
    assert [name for name, text in FILES.items() if importing.search(text)] == []


def test_a_test_file_has_a_name_of_its_own():
    """So that a report and a document need not say whose it is."""
    names = [name.rpartition("/")[2] for name in FILES if "/test_" in name]
    assert len(names) > 100
    assert sorted(names) == sorted(set(names))


def test_the_page_says_what_each_helper_is_for():
    page = (TESTS / "README.md").read_text().partition("## Helpers\n")[2].partition("\n## ")[0]
    lines = re.findall(r"(?:^\*|;) (`[^:]*`):", page, re.MULTILINE)
    listed = [name for line in lines for name in re.findall(r"`(\w+)`", line)]
    paths = [re.fullmatch(r"support/([a-z]\w*)(\.py|/__init__\.py)", name) for name in FILES]
    assert sorted(listed) == sorted(path[1] for path in paths if path)
