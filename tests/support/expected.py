"""Texts that tests expect as a whole, each in a file."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from support.shell import TESTS

if TYPE_CHECKING:
    import pytest


def compare(shown: str, name: str, request: pytest.FixtureRequest) -> None:
    """Compare ``shown`` with the file ``name`` in tests/; with ``--accept``, rewrite the file."""
    file = TESTS / name
    if request.config.getoption("--accept"):
        file.write_text(shown)
    expected = file.read_text().splitlines()
    different = difflib.unified_diff(expected, shown.splitlines(), name, "shown", lineterm="")
    text = "\n".join(different)
    assert not text, text


ONLY_IAM = (
    "iamcli: only IAM is a copy; the command really runs here, with its files, mails and other "
    "programs; the keys that it prints are worthless, and it should run in a directory of its own\n"
)
