"""Measure how long `iamcli check` takes for a script of 5,000 lines, and for others like it.

Usage: python bench/check.py [LINES]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 5


def samples() -> list[list[str]]:
    """Return the lines of the sample scripts, without their first lines."""
    files = sorted((ROOT / "tests" / "scripts").glob("*.sh"))
    return [file.read_text().splitlines()[1:] for file in files]


def repeated(lines: int) -> str:
    """Return a script that repeats the samples, in functions and outside."""
    made: list[str] = []
    while len(made) < lines:
        for sample in samples():
            made += [f"step{len(made)}() {{", *sample, "}", *sample]
    return "\n".join(made[:lines])


def variables(lines: int) -> str:
    """Return a script that has a new variable and a test on every other line."""
    made = [
        f'user{n}=$(iam-usergetattributes -u "user-{n}") || exit 1\n[ -n "$user{n}" ] || user{n}=x'
        for n in range(lines // 2)
    ]
    return "\n".join(made)


def broken(lines: int) -> str:
    """Return a script with a line that cannot be parsed in every paragraph."""
    paragraph = ["iam-usercreate -u bob -v", "if then fi (", "iam-userlistbypath", ""]
    return "\n".join((paragraph * (lines // 4))[:lines])


def main() -> None:
    """Print the best time of each script."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    iamcli = str(Path(sys.executable).parent / "iamcli")
    with tempfile.TemporaryDirectory() as folder:
        for make in (repeated, variables, broken):
            script = Path(folder) / f"{make.__name__}.sh"
            script.write_text(f"#!/bin/bash\n{make(lines)}\n")
            times = []
            for _ in range(RUNS):
                begin = time.perf_counter()
                quiet = subprocess.DEVNULL
                subprocess.run([iamcli, "check", script], stdout=quiet, stderr=quiet, check=False)
                times.append(time.perf_counter() - begin)
            print(f"{lines} lines, {make.__name__:10} {min(times):6.2f} s")


if __name__ == "__main__":
    main()
