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


def installed(*names: str) -> list[str]:
    """Return the programs that are installed; fail the test in CI if one is missing."""
    found = [name for name in names if shutil.which(name)]
    if os.environ.get("CI") == "true" and found != list(names):
        pytest.fail(f"{', '.join(sorted(set(names) - set(found)))} not installed, but CI needs it")
    return found
