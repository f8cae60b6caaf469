"""The environment of the programs that tests of the sandbox run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.processes import assert_nothing_left, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def env(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Variables for programs, of which neither a process nor a temporary file may be left."""
    yield environment(tmp_path)
    assert_nothing_left(tmp_path)
