"""Disks of a test's own, which can be full."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from support.processes import run

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import CompletedProcess


def on_a_disk(
    folder: Path, script: str, *arguments: str | Path, env: dict[str, str]
) -> CompletedProcess[str]:
    """Run ``script`` where it can mount a disk on ``folder``, which is made."""
    folder.mkdir()
    if not shutil.which("unshare") or run("unshare", "-rm", "true", env=env).returncode:
        pytest.skip("this machine lets nobody mount a disk")
    return run("unshare", "-rm", "sh", "-c", script, "sh", *arguments, env=env)
