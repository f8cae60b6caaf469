"""The fixture of all tests of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.changes import runner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def sandbox(tmp_path: Path) -> Callable[..., Any]:
    """Run ``iamcli sandbox`` in a directory of its own, which has account.json."""
    return runner(tmp_path)
