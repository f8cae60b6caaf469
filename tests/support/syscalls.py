"""The library that shows system calls and lets a signal arrive just before one; see syscalls.c."""

from __future__ import annotations

import functools
import subprocess
import tempfile
from pathlib import Path

from support.requirements import needs

SOURCE = Path(__file__).with_suffix(".c")


#: Linux, and a C compiler with the headers of the C library.
needs_compiler = needs("cc", "/usr/include/dlfcn.h", "/proc/self/stat")


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


@functools.cache
def _library() -> Path:
    built = Path(_folder().name) / "syscalls.so"
    command = ["cc", "-Wall", "-Werror", "-O1", "-shared", "-fPIC", "-o", str(built)]
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
