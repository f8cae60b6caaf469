"""The matrix: each Python of this machine, with the oldest and the newest botocore and click.

``nox -s smoke`` runs ``tools/matrix.py`` in each cell.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nox
from nox.command import CommandFailed

ROOT = Path(__file__).resolve().parent
PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]

# Those of pyenv need not be on PATH.
found = subprocess.run(
    ["bash", "-c", ". packaging/source.sh; pythons"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.split()
os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], *(str(Path(p).parent) for p in found)])
nox.options.error_on_missing_interpreters = False
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.sessions = ["smoke"]


@nox.session(python=PYTHONS)
@nox.parametrize("releases", ["lowest", "newest"])
def smoke(session: nox.Session, releases: str) -> None:
    """Install iamcli with the ``releases`` of its packages, and run the tests of the matrix.

    If the packages cannot be installed, the session is skipped.
    """
    constraints = ["--constraint", "tests/lowest.txt"] if releases == "lowest" else []
    # The oldest shfmt is that of Debian, in PATH.
    extras = "sandbox,qr" if releases == "lowest" and shutil.which("shfmt") else "sandbox,qr,check"
    # awscli would keep botocore from being the newest.
    packages = ["pytest", "pytest-xdist", "pexpect"]
    try:
        session.install("--quiet", *constraints, *packages, "--editable", f".[{extras}]")
    except CommandFailed:
        session.skip("not run: the packages cannot be installed, is the network there?")
    session.run("python", "tools/matrix.py")
