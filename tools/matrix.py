"""Run the tests of the matrix with this Python, and write the row of the table in CONTRIBUTING.md.

With CI set, only prints the row. The argument is the name of the tests in the row; the default is
smoke. Exits 1 if a test fails.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- matrix: written by tools/matrix.py -->\n", "<!-- end of the matrix -->\n"
#: The tests whose result may depend on the version of Python, botocore, click, shfmt or groff.
SMOKE = (
    "tests/cli/test_iamcli.py",
    "tests/cli/check/test_findings.py",
    "tests/command_line/test_parse_errors.py",
    "tests/connection/test_credentials.py",
    "tests/connection/test_proxies.py",
    "tests/connection/test_configuration.py",
    "tests/release/test_extras.py",
    "tests/cli/check/test_codes.py",
)
#: Those that need a checkout, which packaging/deb-test does not have.
OF_CHECKOUT = (
    "tests/cli/doctor/test_installation.py",
    "tests/release/test_homes.py",
    "tests/upkeep/test_guards.py::test_a_whole_command_imports_what_it_needs",
)


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


def main(name: str) -> int:
    """Run the tests, and write and print the row. Return the exit status."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2", *SMOKE]
    if name == "smoke":
        command += OF_CHECKOUT
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    result = re.search(r"(\d+ passed.*?) in [\d.]+s", done.stdout)
    if done.returncode or not result:
        print(done.stdout)
        return 1
    versions = [platform.python_version(), *map(version, ("botocore", "click", "moto"))]
    row = [*versions, name, result[1], f"{datetime.now(timezone.utc):%Y-%m-%d}"]
    print(" | ".join(row))
    if "CI" not in os.environ:
        write(row)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["smoke"]))
