"""Programs that some tests need, and how a reader of shell files and pages sees the options."""

from __future__ import annotations

import os
import shutil

import pytest


def need(*names: str) -> None:
    """Skip the test where a program is missing; fail it where CI should have installed it."""
    for name in names:
        if not (shutil.which(name) or os.path.exists(name)):  # noqa: PTH110 - a name or a path
            if os.environ.get("CI") == "true":
                pytest.fail(f"{name} is not installed, and CI has to have it")
            pytest.skip(f"{name} is not installed")
