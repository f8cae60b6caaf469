"""The matrix: each Python of this machine, with the oldest and the newest botocore and click.

``nox -s smoke`` runs a small selection of the tests in each cell. Each cell writes its row of the
table in CONTRIBUTING.md, and only prints it if CI is set.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import nox
from nox.command import CommandFailed

ROOT = Path(__file__).resolve().parent
TABLE = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- matrix: written by noxfile.py -->\n", "<!-- end of the matrix -->\n"
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
#: The tests whose result may depend on the version of Python, botocore or click.
SMOKE = (
    "tests/test_parser.py",
    "tests/test_connection.py",
    "tests/test_proxies.py",
    "tests/test_configuration.py",
    "tests/test_extras.py",
)
VERSIONS = """
import json, platform
from importlib.metadata import version
print(json.dumps([platform.python_version(), *map(version, ("botocore", "click", "moto"))]))
"""

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
    """Install iamcli with the ``releases`` of its packages, run SMOKE, and write the row.

    If the packages cannot be installed, the session is skipped.
    """
    constraints = ["--constraint", "tests/lowest.txt"] if releases == "lowest" else []
    # awscli would keep botocore from being the newest.
    packages = ["pytest", "pytest-xdist", "pexpect"]
    try:
        session.install("--quiet", *constraints, *packages, "--editable", ".[sandbox,qr,check]")
    except CommandFailed:
        session.skip("not run: the packages cannot be installed, is the network there?")
    printed = session.run("pytest", "-n", "2", *SMOKE, silent=True, success_codes=[0, 1])
    result = str(printed).strip().splitlines()[-1]
    result = re.sub(r" in [\d.]+s.*", "", result)
    versions = json.loads(str(session.run("python", "-c", VERSIONS, silent=True)))
    row = [*versions, "smoke", result, f"{datetime.now(timezone.utc):%Y-%m-%d}"]
    session.log(" | ".join(row))
    if "CI" not in os.environ:
        write(row)
    if "failed" in result or "error" in result or "passed" not in result:
        session.error(str(printed)[-3000:])


def write(row: list[str]) -> None:
    """Put ``row`` into the table, in place of the one of the same cell."""
    text = TABLE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    table, after = rest.split(END)
    old = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    minor = row[0].rsplit(".", 1)[0]
    kept = [
        other
        for other in old
        if (other[0].rsplit(".", 1)[0], *other[1:3], other[4]) != (minor, *row[1:3], row[4])
    ]
    rows = sorted([*kept, row], key=lambda cells: (int(cells[0].split(".")[1]), *cells[1:]))
    lines = ["| Python | botocore | click | moto | tests | result | date |", "|---" * 7 + "|"]
    lines += [f"| {' | '.join(cells)} |" for cells in rows]
    TABLE.write_text(before + BEGIN + "\n".join(lines) + "\n" + END + after, encoding="utf-8")
