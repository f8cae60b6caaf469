"""Measures what ``iamcli check`` passes over, with the shell scripts of this machine.

    python tools/measure_check.py [--places N] [--seed N] [FOLDER...]

It inserts a wrong command, ``iam-userdel -R``, in seven forms into copies of the scripts, at
several places of each copy, each after a pipe and a test. It counts how often that is found, and
which lines are not read. bash tells which places are places for commands, and accepts all these
scripts. The exit status is 1 if a command was missed or a line was not read.
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
#: ``iamcli check`` reads no larger ones, and the copies are a little larger.
MAX_SIZE = 240 << 10
WRONG = b"iam-userdel -R"
#: What is inserted: a pipe and a test, and the wrong command in one of the forms.
BEFORE = b"a | b | c; [ -s x ] || d; "
FORMS = {
    "bare": b"%s",
    "and": b"%s && d",
    "or": b"%s || d",
    "redirection": b"%s > f",
    "if": b"if %s; then d; fi",
    "captured": b"x=$(%s)",
    "pipe": b"%s | sort",
}
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
    """A place for a command: its ``kind``, the byte of the script, and its line."""

    kind: str
    at: int
    line: int


class Copy(NamedTuple):
    """A copy of a script with the wrong command in one ``form`` at all ``places``."""

    form: str
    places: list[Place]
    script: bytes


def main() -> int:
    """Measure, print the numbers and each place that was missed, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", default=FOLDERS)
    parser.add_argument("--places", type=int, default=2, help="places of each kind in a script")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    total = Counter[tuple[str, bool]]()
    found = sorted(set(scripts(given.folders)))
    unread = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda path: measured(path, given.places, given.seed), found)
        for path, (outcomes, lines) in zip(found, results, strict=True):
            unread += bool(lines)
            for line in lines:
                print(f"not read: {path}:{line}", flush=True)
            for form, place, is_found in outcomes:
                total[form, is_found] += 1
                total[place.kind, is_found] += 1
                total["all", is_found] += 1
                if not is_found:
                    print(f"missed: {path}:{place.line} ({form}, {place.kind})", flush=True)
    print(f"{len(found)} scripts, {unread} of them with unread lines")
    for name in (*FORMS, *KINDS, "all"):
        print(f"{name:13} {total[name, True]:6} found {total[name, False]:6} missed")
    return 1 if unread or total["all", False] else 0


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


def places(script: bytes, number: int, seed: int) -> list[Place]:
    """Return at most ``number`` places of each kind in ``script``, one in a line."""
    chosen: dict[int, Place] = {}
    for kind, (before, form) in KINDS.items():
        candidates = [match.end() for match in before.finditer(script)]
        random.Random(f"{seed} {kind} {len(script)}").shuffle(candidates)
        left = number
        for at in candidates[: 10 * number]:
            line = script.count(b"\n", 0, at) + 1
            if left and line not in chosen and is_place(script, at, kind, form):
                left -= 1
                chosen[line] = Place(kind, at, line)
    return sorted(chosen.values(), key=lambda place: place.at)


def copies(script: bytes, chosen: list[Place]) -> Iterator[Copy]:
    """Yield a copy of ``script`` for each form, and ``script`` as it is."""
    for form, text in FORMS.items():
        used = list(chosen)
        while True:
            changed = script
            for place in reversed(used):
                inserted = KINDS[place.kind][1] % (BEFORE + text % WRONG)
                changed = changed[: place.at] + inserted + changed[place.at :]
            if not used or accepted(changed):
                break
            used.pop()
        yield Copy(form, used, changed)
    yield Copy("as it is", [], script)


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


def measured(path: str, number: int, seed: int) -> tuple[list[tuple[str, Place, bool]], list[str]]:
    """Return the places in the script ``path``, and whether the command was found in each form.

    The second value are the lines that are not read, in words.
    """
    source = read(path)
    with tempfile.TemporaryDirectory() as folder:
        made = {
            f"{folder}/{copy.form}.sh": copy
            for copy in copies(source, places(source, number, seed))
        }
        for file, copy in made.items():
            Path(file).write_bytes(copy.script)
        program = [sys.executable, "-m", "iamcli", "check", "--format", "json"]
        done = subprocess.run([*program, *made], capture_output=True, check=False)
        if not done.stdout:
            raise SystemExit(f"{path}: status {done.returncode}: {done.stderr.decode()}")
        answer = json.loads(done.stdout)
    wrong = {(each["file"], each["line"]) for each in answer["findings"] if each["code"] == "E102"}
    outcomes = [
        (copy.form, place, (file, place.line) in wrong)
        for file, copy in made.items()
        for place in copy.places
    ]
    lines = {
        f"{each['line'] or each['reason']} ({made[each['file']].form})" for each in answer["unread"]
    }
    return outcomes, sorted(lines)


if __name__ == "__main__":
    sys.exit(main())
