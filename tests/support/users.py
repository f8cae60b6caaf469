"""Another user of the machine, and directories that users share."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: The ID of the other user and of the user's group.
OTHER = 65534
#: For tests of two users.
two_users = pytest.mark.skipif(os.geteuid() != 0, reason="requires root, to be two users")
#: The setting of Linux that protects links in directories with the sticky bit.
_SETTING = Path("/proc/sys/fs/protected_symlinks")


def other_user(act: Callable[..., object], *arguments: object) -> None:
    """Call ``act`` as the other user."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(OTHER)
            os.setuid(OTHER)
            act(*arguments)
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, f"{act}{arguments} failed"


def link(target: str | Path, path: Path) -> None:
    """Let the other user make the symbolic link ``path``."""
    other_user(os.symlink, target, path)


@contextlib.contextmanager
def protected_symlinks(value: str) -> Iterator[None]:
    """Set ``fs.protected_symlinks`` of Linux, for one test at a time; skip if that is denied."""
    with Path(tempfile.gettempdir(), "iamcli-test-setting").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            before = _SETTING.read_text()
            _SETTING.write_text(value)
        except OSError as error:
            pytest.skip(f"fs.protected_symlinks cannot be set: {error.strerror}")
        try:
            yield
        finally:
            _SETTING.write_text(before)
