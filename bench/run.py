"""Compare `iamcli run` of two builds of iamcli, in turns: elapsed time, CPU time and page faults.

NEW and OLD are the directories of the programs of two environments with the same Python, such as
.venv/bin of two checkouts. For each row, their scripts run alternately, A B A B. What is printed is
the median of the ratios of adjacent runs, NEW to OLD, with the quartiles of elapsed time, and the
medians for each command. Elapsed time is that of the script, without its pauses; CPU time and page
faults are those of all processes of `iamcli run`, its start included. The service is a plain moto
on this machine.

Usage: python bench/run.py [--pairs N] [--commands N] NEW OLD [ROW ...]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

#: A pause in a script (seconds).
PAUSE = 0.1
MOTO = """
import time
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
time.sleep(1 << 20)
"""
#: A program that runs a command, and prints its exit status, the time between its first and its
#: last line of output, or that of the whole run if it has no two, the CPU time of all its processes
#: (seconds), and their page faults. Processes whose parent ends first become its children
#: (PR_SET_CHILD_SUBREAPER), and it waits for them too.
WATCHER = """
import ctypes, os, resource, sys, time
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
ours, theirs = os.pipe()
begin = time.perf_counter()
child = os.posix_spawn(
    sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, theirs, 1)]
)
os.close(theirs)
times = []
while os.read(ours, 4096):
    times.append(time.perf_counter())
status = os.waitpid(child, 0)[1]
elapsed = times[-1] - times[0] if len(times) > 1 else time.perf_counter() - begin
try:
    while True:
        os.wait()
except ChildProcessError:
    pass
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(status, elapsed, used.ru_utime + used.ru_stime, used.ru_minflt)
"""


class Row(NamedTuple):
    """A row of the table: what ``iamcli run`` runs, with how many commands and pauses."""

    what: str
    arguments: list[str]
    commands: int = 1
    pauses: int = 0


class Used(NamedTuple):
    """What a run took for each command: elapsed and CPU time (ms), and page faults."""

    elapsed: float
    cpu: float
    faults: float


def rows(commands: int) -> list[Row]:
    """Return the rows; a script has so many ``commands``, with pauses a third of them."""
    get = "iam-usergetattributes -u bob"
    loop = "n=0; while [ $n -lt {} ]; do {} >/dev/null || exit; n=$((n + 1)); done"
    paused = max(1, commands // 3)
    scripts = {
        "one after the other": (loop.format(commands, get), commands, 0),
        "four at once": (f"seq {commands} | xargs -I % -P 4 {get} >/dev/null", commands, 0),
        "with pauses": (loop.format(paused, f"sleep {PAUSE}; {get}"), paused, paused),
    }
    return [
        *(
            Row(what, ["sh", "-c", f"echo begin; {script} && echo end"], number, pauses)
            for what, (script, number, pauses) in scripts.items()
        ),
        Row("a first command", get.split()),
        Row("no command", ["true"]),
    ]


def measured(row: Row, programs: Path, env: dict[str, str]) -> Used:
    """Run the script of ``row`` with the build in ``programs``; raise SystemExit if it fails."""
    env = {**env, "PATH": f"{programs}:{env['PATH']}"}
    arguments = [str(programs / "iamcli"), "run", *row.arguments]
    watch = [sys.executable, "-S", "-c", WATCHER, *arguments]
    said = subprocess.run(watch, env=env, capture_output=True, text=True, check=True)
    status, elapsed, cpu, faults = said.stdout.split()
    if status != "0" or said.stderr:
        sys.exit(f"{' '.join(arguments)} failed: {said.stderr}")
    return Used(
        1000 * (float(elapsed) - row.pauses * PAUSE) / row.commands,
        1000 * float(cpu) / row.commands,
        int(faults) / row.commands,
    )


def compare(row: Row, builds: tuple[Path, Path], pairs: int, env: dict[str, str]) -> None:
    """Run both builds in turns, ``pairs`` times, and print the result."""
    for build in builds:
        measured(row, build, env)
    runs = [[measured(row, build, env) for build in builds] for _ in range(pairs)]
    elapsed, cpu, faults = (
        [new[index] / old[index] for new, old in runs] for index in range(len(Used._fields))
    )
    low, middle, high = statistics.quantiles(elapsed, n=4)
    new, old = (
        Used._make(statistics.median(values) for values in zip(*side, strict=True))
        for side in zip(*runs, strict=True)
    )
    print(
        f"{row.what:20} {middle:5.2f} ({low:.2f}-{high:.2f}) {statistics.median(cpu):5.2f}"
        f" {statistics.median(faults):6.2f} {new.elapsed:8.1f} {old.elapsed:6.1f} ms"
        f" {new.cpu:6.1f} {old.cpu:6.1f} ms {new.faults:7.0f} {old.faults:7.0f}",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Compare iamcli run of two builds, in turns.")
    parser.add_argument("--pairs", type=int, default=12, help="at least 2")
    parser.add_argument("--commands", type=int, default=60)
    parser.add_argument("new", type=Path)
    parser.add_argument("old", type=Path)
    parser.add_argument("rows", nargs="*", help="only rows that contain one of these words")
    asked = parser.parse_args()
    builds = asked.new.absolute(), asked.old.absolute()
    # Modules without byte code would be compiled in each run.
    variables = {n: value for n, value in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    server = subprocess.Popen(
        [sys.executable, "-c", MOTO],
        stdout=subprocess.PIPE,
        # It writes a line for each request.
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            env = {
                **{n: value for n, value in variables.items() if n.startswith("PYTHON")},
                "PATH": os.environ["PATH"],
                "HOME": folder,
                "LANG": "C.UTF-8",
                "AWS_IAM_URL": server.stdout.readline().strip() if server.stdout else "",
                "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
                "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            }
            subprocess.run([builds[0] / "iam-usercreate", "-u", "bob"], env=env, check=True)
            print(
                f"{'':20} {'elapsed':17} {'CPU':>5} {'faults':>6}"
                f" {'elapsed, each':>18} {'CPU, each':>16} {'faults, each':>15}"
            )
            for row in rows(asked.commands):
                if not asked.rows or any(word in row.what for word in asked.rows):
                    compare(row, builds, asked.pairs, env)
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
