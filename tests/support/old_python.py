"""A ``python3`` that is too old for iamcli."""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: What Python runs to say that it is an old one.
OLD = "import sys\nsys.version_info = (3, 9, 18)\nsys.version = '3.9.18 (main)'\n"
#: Runs the program that its first argument names. It ignores PYTHONHOME.
_RUN = f"""\
{OLD}import os, runpy
sys.executable = os.environ.pop("OLD_PYTHON")
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
_VERSIONS = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
#: Those that are really old, if pyenv has built some.
OLD_PYTHONS = [
    found[0]
    for old in ("2.7", "3.6", "3.9")
    if (found := sorted(_VERSIONS.glob(f"{old}.*/bin/python")))
]


def old_python(path: Path) -> Path:
    """Make ``path`` a program that behaves as Python 3.9 does if it is given a file or -c."""
    return script_of_shell(
        path,
        f"""\
if [ "$1" = -c ]; then exit 1; fi
OLD_PYTHON=$0 exec {sys.executable} -E -c '{_RUN.replace("'", '"')}' "$@"
""",
    )


def directory_with(program: Path | None, folder: Path) -> Path:
    """Make and return ``folder`` with a ``python3``: ``program``, or one that behaves as old."""
    folder.mkdir()
    if program is None:
        old_python(folder / "python3")
    else:
        (folder / "python3").symlink_to(program)
    return folder


def script_of_shell(path: Path, script: str) -> Path:
    """Make ``path`` a program that runs ``script``."""
    path.write_text(f"#!/bin/sh\n{script}")
    path.chmod(0o755)
    return path
