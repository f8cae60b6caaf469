"""The environment of programs that tests install, and a Python that is too old for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.old_python import OLD_PYTHONS, directory_with
from support.processes import environment
from support.selection import usual

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home_env(tmp_path: Path) -> dict[str, str]:
    """Variables for programs, with HOME in a directory of its own."""
    return environment(tmp_path / "home")


@pytest.fixture(params=usual([None], [None, *OLD_PYTHONS]))
def old_python(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A directory with nothing but an old python3."""
    return directory_with(request.param, tmp_path / "old")
