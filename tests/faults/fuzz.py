"""Run commands that change something, with random faults and signals, against moto and the stub.

``make fuzz RUNS=3000 SEED=7``. Each run has two to four faults, and half of the runs have signals.
Each run whose words are false, vague or missing is printed with its number, which ``--only``
repeats. The faults of a number depend on the seed only; when exactly a signal arrives does not.
Ctrl-C and SIGTERM end it after the last line, which says how many runs were made.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

# For the modules in tests/support.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from support import resettable
from support.cases import CASES
from support.forked import ForkServer
from support.harness import ENV, SIGNALS, SLOW_ENV, START, Harness, Interrupt, Trial, is_slow
from support.relay import FAULTS, FOLLOWING
from support.stub import Stub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.queues import SimpleQueue

KNOWN = [*FAULTS, *FOLLOWING]
#: The longest time from the start of a command to a signal, and from a reply to it (seconds).
LONGEST = 0.25
SHORTLY = 0.02
#: The signals that have stopped this process.
STOPPED: list[int] = []


def made(seed: int, number: int, count: Callable[[str], int]) -> Trial:
    """Return the trial ``number``; ``count``: how many requests a case sends without a fault."""
    chance = random.Random(f"{seed} {number}")
    name = chance.choice(sorted(CASES))
    requests = count(name)
    place = chance.randrange(requests)
    faults: dict[int, str] = {}
    wanted = chance.randint(2, 4)
    while len(faults) < wanted:
        faults[place] = chance.choice(KNOWN)
        # Often the repetition of the request meets the next fault.
        place = place + 1 if chance.random() < 0.7 else chance.randrange(requests + 3)
    interrupts: tuple[Interrupt, ...] = ()
    if chance.random() < 0.5:
        after = chance.choice([START, chance.choice([*faults])])
        limit = LONGEST if after == START else SHORTLY
        # Some people press Ctrl-C twice.
        interrupts = tuple(
            Interrupt(chance.choice(SIGNALS), after, chance.uniform(0, limit))
            for _ in range(chance.choice([1, 1, 1, 2]))
        )
    env = {
        **(SLOW_ENV if any(map(is_slow, faults.values())) else ENV),
        "AWS_MAX_ATTEMPTS": chance.choice("12234"),
        "AWS_RETRY_MODE": chance.choice(["standard", "standard", "legacy", "adaptive"]),
    }
    # In strict mode, errors are printed where these cases cannot print anything.
    if not CASES[name].stdout and chance.random() < 0.2:
        env["IAMCLI_STRICT"] = "1"
    return Trial(name, dict(sorted(faults.items())), chance.random() < 0.3, interrupts, env)


def reports(seed: int, numbers: Sequence[int]) -> Iterator[str]:
    """Run trials; yield what was false in each, "" if nothing was."""
    with contextlib.ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory())
        moto = opened.enter_context(resettable.server())
        forks = opened.enter_context(contextlib.closing(ForkServer()))
        harness = opened.enter_context(
            contextlib.closing(Harness(moto, Stub(), forks, Path(folder)))
        )
        count = functools.cache(lambda name: len(harness.requests(name)))
        for number in numbers:
            report = harness.report(made(seed, number, count))
            yield f"run {number}: {report}" if report else ""


def work(seed: int, numbers: Sequence[int], results: SimpleQueue[str | None]) -> None:
    """Put the reports of trials into a queue, then None, which follows a failure as well.

    SIGTERM ends it after the trial that is being run, and Ctrl-C does not reach it.
    """
    signal.signal(signal.SIGTERM, lambda number, _: STOPPED.append(number))
    os.setpgrp()
    try:
        # What the commands print is in the reports.
        with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
            for report in reports(seed, numbers):
                results.put(report)
                if STOPPED:
                    break
    finally:
        results.put(None)


def started(
    seed: int, numbers: Sequence[int], jobs: int, results: SimpleQueue[str | None]
) -> list[multiprocessing.Process]:
    """Start the processes that ``work``; Ctrl-C and SIGTERM stop them from now on."""
    own = os.getpid()

    def stop(number: int, _frame: object) -> None:
        STOPPED.append(number)
        # A fork may not have replaced the handler yet.
        if os.getpid() == own:
            for process in multiprocessing.active_children():
                process.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    processes = []
    for job in range(jobs):
        process = multiprocessing.Process(target=work, args=(seed, numbers[job::jobs], results))
        process.start()
        processes.append(process)
        if STOPPED:
            process.terminate()
    return processes


def main() -> int:
    """Run the trials in several processes; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, nargs="*", help="the numbers of the runs")
    given = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    numbers = given.only or range(given.runs)
    results: SimpleQueue[str | None] = multiprocessing.SimpleQueue()
    processes = started(given.seed, numbers, given.jobs, results)
    done = false = ended = 0
    while ended < len(processes):
        report = results.get()
        ended += report is None
        done += report is not None
        if report:
            false += 1
            print(report, end="\n\n", flush=True)
    what = f"{done} runs, seed {given.seed}"
    print(f"{what}: {false or 'none'} with a false, vague or missing word", flush=True)
    if STOPPED:
        signal.signal(STOPPED[0], signal.SIG_DFL)
        signal.raise_signal(STOPPED[0])
    return 1 if false or done < len(numbers) else 0


if __name__ == "__main__":
    sys.exit(main())
