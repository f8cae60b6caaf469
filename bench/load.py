"""Run commands from several shells at once against one server; print statistics and errors.

Each shell works in rounds: it creates a user with a key, a policy, a password and a group, reads
them back, and deletes the user. The server is that of the sandbox. It runs on the same machine, so
the statistics include its work.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from iamcli.cli.sandbox.launch import launcher as sandbox

POLICY = '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
ACCOUNT = "arn:aws:iam::123456789012"
END = "IsTruncated: false\n"
MARK = "\x01"

#: A shell function that runs a command and then prints its start, its end and its exit status.
TIMED = f"""
timed() {{
    local begin=$EPOCHREALTIME
    "$@" 2>&1
    local status=$?
    printf '{MARK}%s %s %s{MARK}' "$begin" "$EPOCHREALTIME" "$status"
}}
"""


class Step(NamedTuple):
    """A command line and the regular expression of its output.

    The named groups of an expression can be used in the following steps of the round.
    """

    line: str
    pattern: str


class Ran(NamedTuple):
    """A command that has run: its command line, output, exit status and run time."""

    line: str
    shown: str
    status: int
    seconds: float


def steps(shell: str, user: str) -> list[Step]:
    """Return the steps of a round of ``shell``, for one ``user``."""
    arn = f"{ACCOUNT}:user/{shell}/{user}\n"
    return [
        Step(
            f"iam-usercreate -u {user} -p /{shell}/ -k -v",
            rf"(?P<key>AKIA[A-Z0-9]{{16}})\n[A-Za-z0-9/+]{{40}}\n{arn}(?P<id>AIDA[A-Z0-9]{{17}})\n",
        ),
        Step(f"iam-useruploadpolicy -u {user} -p all -o '{POLICY}'", ""),
        Step(f"iam-useraddloginprofile -u {user} -p somePassword", ""),
        Step(f"iam-groupadduser -g everyone -u {user}", ""),
        Step(f"iam-usergetattributes -u {user}", rf"{arn}(?P=id)\n"),
        Step(f"iam-userlistkeys -u {user}", rf"(?P=key)\nActive\n{END}"),
        Step(f"iam-userlistpolicies -u {user} -v", rf"all\n{re.escape(POLICY)}\n{END}"),
        Step(f"iam-userlistgroups -u {user}", f"{ACCOUNT}:group/everyone\n{END}"),
        Step(f"iam-userdel -u {user} -r", ""),
        Step(f"iam-userlistbypath -p /{shell}/", END),
    ]


def first_wrong(wanted: list[Step], ran: list[Ran]) -> Ran | None:
    """Return the first command of a round that failed or printed something else, or None."""
    pattern = shown = ""
    for step, run in zip(wanted, ran, strict=True):
        pattern += f"{step.pattern}{MARK}"
        shown += f"{run.shown}{MARK}"
        if run.status or not re.fullmatch(pattern, shown):
            return run
    return None


def read(lines: list[str], text: str) -> list[Ran]:
    """Return the commands that a shell has run, from their ``lines`` and its output, ``text``."""
    pieces = text.split(MARK)[:-1]
    ran = []
    for line, shown, figures in zip(lines, pieces[::2], pieces[1::2], strict=True):
        begin, end, status = figures.split()
        ran.append(Ran(line, shown, int(status), float(end) - float(begin)))
    return ran


def run(shells: list[list[str]], folder: Path, env: dict[str, str]) -> list[list[Ran]]:
    """Run the command lines of all shells at the same time; return the commands of each shell."""
    outputs = [folder / f"shell{number}" for number in range(len(shells))]
    running = []
    for lines, output in zip(shells, outputs, strict=True):
        script = "\n".join([TIMED, *(f"timed {line}" for line in lines)])
        with output.open("wb") as file:
            running.append(
                subprocess.Popen(
                    ["bash", "--norc", "-c", script],
                    cwd=folder / "cwd",
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                )
            )
    for shell in running:
        shell.wait()
    return [read(lines, file.read_text()) for lines, file in zip(shells, outputs, strict=True)]


def load(shells: int, rounds: int, folder: Path) -> tuple[list[Ran], list[str], float]:
    """Run the load in ``folder``; return the commands, the errors, and the run time (seconds)."""
    for name in ("home", "tmp", "cwd"):
        (folder / name).mkdir()
    wanted = [
        [steps(f"shell{shell}", f"user{shell}-{number}") for number in range(rounds)]
        for shell in range(shells)
    ]
    lines = [[step.line for round_ in shell for step in round_] for shell in wanted]
    end = Step("iam-grouplistusers -g everyone", f"{ACCOUNT}:group/everyone\n\tusers\n{END}")
    server = sandbox.SandboxServer()
    try:
        server.start()
        env = sandbox.environment(server, os.environ) | {
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "LC_ALL": "C.UTF-8",  # in some locales EPOCHREALTIME has a decimal comma
        }
        run([["iam-groupcreate -g everyone"]], folder, env)
        begin = time.perf_counter()
        ran = run(lines, folder, env)
        seconds = time.perf_counter() - begin
        at_the_end = run([[end.line]], folder, env)
    finally:
        server.stop()
    wrong = [first_wrong([end], at_the_end[0])]
    for rounds_wanted, shell_ran in zip(wanted, ran, strict=True):
        for number, round_ in enumerate(rounds_wanted):
            first = number * len(round_)
            wrong.append(first_wrong(round_, shell_ran[first : first + len(round_)]))
    errors = [f"{run.line}: status {run.status}, showed {run.shown!r}" for run in wrong if run]
    left = [path for name in ("home", "tmp", "cwd") for path in (folder / name).rglob("*")]
    errors += [f"left behind: {path.relative_to(folder)}" for path in left]
    return [run for shell in ran for run in shell], errors, seconds


def main() -> None:
    """Print the statistics; exit 1 if a command failed or printed something unexpected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=2000)
    parser.add_argument("--shells", type=int, default=4)
    asked = parser.parse_args()
    rounds = asked.commands // (asked.shells * len(steps("", "")))
    with tempfile.TemporaryDirectory(prefix="iamcli-load-") as folder:
        ran, wrong, seconds = load(asked.shells, rounds, Path(folder))
    latencies = sorted(run.seconds for run in ran)
    print(f"{len(ran)} commands from {asked.shells} shells on {os.cpu_count()} cores")
    print(f"{seconds:.0f} s, {len(ran) / seconds:.1f} commands a second")
    print(
        f"latency: median {statistics.median(latencies):.3f} s, "
        f"95 % within {statistics.quantiles(latencies, n=20)[-1]:.3f} s"
    )
    print(f"failures: {len(wrong)}")
    for what in wrong:
        print(f"  {what}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
