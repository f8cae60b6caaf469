"""Programs that some tests need."""

from __future__ import annotations

import os
import shutil

import pytest


def need(*names: str) -> None:
    """Skip the test if a program is missing; fail it in CI, which must install all programs."""
    for name in names:
        if not (shutil.which(name) or os.path.exists(name)):  # noqa: PTH110 - a name or a path
            if os.environ.get("CI") == "true":
                pytest.fail(f"{name} is not installed, and CI must have it")
            pytest.skip(f"{name} is not installed")
