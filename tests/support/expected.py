"""Texts that tests expect as a whole, each in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.shell import HERE

if TYPE_CHECKING:
    import pytest


def compare(shown: str, name: str, request: pytest.FixtureRequest) -> None:
    """Compare ``shown`` with the file ``name`` in tests/; with ``--accept``, rewrite the file."""
    file = HERE / name
    if request.config.getoption("--accept"):
        file.write_text(shown)
    assert shown.splitlines() == file.read_text().splitlines()
