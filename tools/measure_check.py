"""Measures what ``iamcli check`` passes over, with the shell scripts of this machine.

    python tools/measure_check.py [--places N] [--seed N] [FOLDER...]

It inserts a wrong command, ``iam-userdel -R``, into copies of the scripts, one at a time. It counts
how often that is found, is in a part that ``iamcli check`` says it cannot read, or is missed. bash
tells which places are places for commands. The exit status is 1 if one was missed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = ["/bin", "/etc", "/lib", "/opt", "/root", "/sbin", "/usr", "/var/lib/dpkg"]
MAX_SIZE = 1 << 20
WRONG = b"iam-userdel -R"
SHEBANG = re.compile(rb"#!\s*\S*?/(?:env\s+)?(?:ba|da)?sh\b")
#: The kinds of places: what is before them, and what is inserted with the command.
KINDS = {
    "line": (re.compile(rb"^[ \t]*(?=[^\s#])", re.MULTILINE), b"%s; "),
    "control": (re.compile(rb"(?:^|(?<=[\s;]))(?:then|do|else|if|while|until|!|\{)[ \t]"), b"%s; "),
    "operator": (re.compile(rb"&&|\|\||;(?!;)|(?<!\|)\|(?!\|)|;;"), b" %s; "),
    "item": (re.compile(rb"^[^\n()]*[^\n()\s]\)", re.MULTILINE), b" %s; "),
    "subshell": (re.compile(rb"(?<![$\w=(])\((?!\()"), b" %s; "),
    "substitution": (re.compile(rb"\$\((?!\()"), b"%s; "),
    "string": (re.compile(rb"\""), b"$(%s)"),
    "backtick": (re.compile(rb"(?<=[\s=\":(])`(?=[\w$/\"(])"), b"%s; "),
}


class Place(NamedTuple):
    """A place for a command: its ``kind``, the copy of the script that has it, and its line."""

    kind: str
    script: bytes
    line: int


def main() -> int:
    """Measure, print the numbers and each place that was missed, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", default=FOLDERS)
    parser.add_argument("--places", type=int, default=2, help="places of each kind in a script")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    total = Counter[tuple[str, str]]()
    found = sorted(set(scripts(given.folders)))
    unread = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda path: measured(path, given.places, given.seed), found)
        for path, (result, parts) in zip(found, results, strict=True):
            unread += parts > 0
            for place, outcome in result:
                total[place.kind, outcome] += 1
                if outcome == "missed":
                    print(f"missed: {path}:{place.line} ({place.kind})", flush=True)
    print(f"{len(found)} scripts, {unread} of them with unread lines")
    outcomes = ("found", "unread", "missed")
    for kind in KINDS:
        print(f"{kind:13}", *(f"{total[kind, name]:6} {name}" for name in outcomes))
    sums = {name: sum(total[kind, name] for kind in KINDS) for name in outcomes}
    print(f"{'all':13}", *(f"{count:6} {name}" for name, count in sums.items()))
    return 1 if sums["missed"] else 0


def scripts(folders: list[str]) -> Iterator[str]:
    """Yield the scripts for sh, bash and dash in ``folders`` that bash accepts."""
    for folder in folders:
        for directory, names, files in os.walk(folder):
            names[:] = [name for name in names if not os.path.ismount(f"{directory}/{name}")]
            for name in files:
                path = os.path.realpath(f"{directory}/{name}")
                source = read(path)
                if SHEBANG.match(source) and b"\0" not in source and accepted(source):
                    yield path


def read(path: str) -> bytes:
    """Return the content of the file ``path``, nothing if it cannot be read."""
    try:
        file = Path(path)
        small = file.is_file() and file.stat().st_size <= MAX_SIZE
        return file.read_bytes() if small else b""
    except OSError:
        return b""


def accepted(script: bytes) -> bool:
    """Return whether bash finds no syntax error in ``script``; nothing is run."""
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, check=False)
    return done.returncode == 0


def places(script: bytes, number: int, seed: int) -> Iterator[Place]:
    """Yield at most ``number`` places of each kind in ``script``."""
    for kind, (before, form) in KINDS.items():
        candidates = [match.end() for match in before.finditer(script)]
        random.Random(f"{seed} {kind} {len(script)}").shuffle(candidates)
        left = number
        for at in candidates[: 10 * number]:
            if left and is_place(script, at, kind, form):
                left -= 1
                changed = script[:at] + form % WRONG + script[at:]
                yield Place(kind, changed, script.count(b"\n", 0, at) + 1)


def is_place(script: bytes, at: int, kind: str, form: bytes) -> bool:
    """Return whether a command can be inserted ``at`` a byte of ``script``."""

    def inserted(command: bytes) -> bytes:
        return script[:at] + form % command + script[at:]

    if kind == "backtick":
        # bash -n does not read what is in backticks. The first of a line opens, if it counts.
        line = script[script.rfind(b"\n", 0, at) + 1 : at]
        single = script[: at - 1] + script[at:]
        return line.count(b"`") == 1 and accepted(inserted(WRONG)) and not accepted(single)
    # Only in place of a command is the first accepted and the second not.
    return accepted(inserted(b"if :; then :; fi")) and not accepted(inserted(b"if :; then :; & fi"))


def measured(path: str, number: int, seed: int) -> tuple[list[tuple[Place, str]], int]:
    """Return the places in the script ``path`` with what became of each, and its unread parts."""
    source = read(path)
    chosen = list(places(source, number, seed))
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{count}.sh") for count in range(len(chosen) + 1)]
        contents = [*(place.script for place in chosen), source]
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        program = [sys.executable, "-m", "iamcli", "check", "--format", "json"]
        done = subprocess.run([*program, *map(str, files)], capture_output=True, check=False)
        if not done.stdout:
            raise SystemExit(f"{path}: status {done.returncode}: {done.stderr.decode()}")
        answer = json.loads(done.stdout)
    codes: dict[tuple[str, int], set[str]] = {}
    for each in answer["findings"]:
        if each["command"] == "iam-userdel":
            codes.setdefault((each["file"], each["line"]), set()).add(each["code"])
    result = [
        (place, outcome(codes.get((str(file), place.line), set())))
        for place, file in zip(chosen, files[:-1], strict=True)
    ]
    return result, sum(each["file"] == str(files[-1]) for each in answer.get("unread", ()))


def outcome(codes: set[str]) -> str:
    """Return what became of a wrong command that has findings with ``codes``."""
    return "found" if "E102" in codes else "unread" if "E109" in codes else "missed"


if __name__ == "__main__":
    sys.exit(main())
