"""The library that shows system calls and lets a signal arrive just before one; see syscalls.c."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_suffix(".c")
COMPILER = shutil.which("cc")


def _compiles() -> bool:
    """Return whether there is a C compiler, and the headers of the C library."""
    if COMPILER is None or sys.platform != "linux":
        return False
    command = [COMPILER, "-E", "-x", "c", "-"]
    done = subprocess.run(command, input=b"#include <dlfcn.h>\n", capture_output=True, check=False)
    return done.returncode == 0


needs_compiler = pytest.mark.skipif(
    not _compiles(), reason="needs Linux and a C compiler with the headers of the C library"
)


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


@functools.cache
def _library() -> Path:
    built = Path(_folder().name) / "syscalls.so"
    command = [str(COMPILER), "-Wall", "-Werror", "-O1", "-shared", "-fPIC", "-o", str(built)]
    subprocess.run([*command, str(SOURCE), "-ldl"], check=True)
    return built


def variables(log: Path, **more: object) -> dict[str, str]:
    """Return the variables that load the library, which writes to ``log``.

    ``more``: the other variables that syscalls.c describes, without the prefix: ``signal=15``.
    """
    chosen = {f"SYSCALLS_{name.upper()}": str(value) for name, value in more.items()}
    return {"LD_PRELOAD": str(_library()), "SYSCALLS_LOG": str(log), **chosen}


def logged(log: Path, what: str) -> list[str]:
    """Return the lines of ``log`` that begin with ``what``: "fsync", "rename" or "signal"."""
    lines = log.read_text().splitlines() if log.exists() else []
    return [line for line in lines if line.startswith(f"{what} ")]
