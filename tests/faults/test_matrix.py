"""Faults and signals at every request: what a command reports about the account is true.

Each row is a command that changes something, ``support.cases``. After each run the account is read:
what is reported as created or left exists, what is reported as not created or removed does not,
what may have changed is called unknown, and with exit status 0 everything is done. What is printed
exists. A run creates no access key and no device twice, and it reports each one.
"""

from __future__ import annotations

import itertools
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.cases import CASES
from support.harness import ENV, SIGNALS, SLOW_ENV, Harness, Interrupt, Trial, is_slow
from support.relay import FAULTS, FOLLOWING
from support.selection import ALL, usual

from iamcli.cli import index
from iamcli.help.docstring import Documentation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from support.forked import ForkServer
    from support.stub import Stub

#: The program that runs random commands.
FUZZ = Path(__file__).with_name("fuzz.py")
#: Of the pairs of faults, and of faults and signals, one in so many runs.
ONE_PAIR_IN = 64
ONE_SIGNAL_IN = 200
#: Of the cases of many requests, one in so many again.
ONE_OF_LONG_IN = 6
ACTED = [name for name in FAULTS if name.startswith("done")]
#: What follows a request that took effect: the second reply settles nothing.
SECOND = [name for name in (*FAULTS, *FOLLOWING) if not name.startswith("done")]
QUICK = (
    "done, closed",
    "not done, closed",
    "done, 500 ServiceFailure",
    "done, half",
    "done, bare result",
    "refused, AccessDenied",
)
QUICK_SECOND = (
    "not done, closed",
    "not done, 502 html",
    "refused, 429",
    "refused, Throttling",
    "refused, AccessDenied",
    "refused, ExpiredToken",
    "connection refused",
    "owner missing",
)
#: Cases of many requests. A read changes nothing: a few faults are enough for ten reads.
LONG = {"userdel", "roledel", "groupdel-r", *(name for name in CASES if CASES[name].stubbed)}
#: The cases of make test: with single faults, with pairs and with signals. make test-full has all.
DEFAULT = ("useraddkey", "useraddkey-unprinted")
DEFAULT_PAIRS = ("userdelpolicy",)
DEFAULT_SIGNALS = ("useraddkey",)
#: The delays of signals (seconds).
DELAYS = [milliseconds / 1000 for milliseconds in range(9)]


@pytest.fixture(scope="module")
def harness(
    moto_server: str, stub: Stub, fork_server: ForkServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Harness]:
    running = Harness(moto_server, stub, fork_server, tmp_path_factory.mktemp("home"))
    yield running
    running.close()


def env(*faults: str) -> dict[str, str]:
    return SLOW_ENV if any(map(is_slow, faults)) else ENV


def reads(operation: str) -> bool:
    return operation.startswith(("Get", "List"))


def singles(
    harness: Harness,
    name: str,
    faults: Iterable[str],
    *,
    of_reads: Iterable[str] = FAULTS,
    one_in: int = 1,
) -> Iterator[str]:
    """Yield what is false with each fault at each request; ``of_reads``: faults of reads."""
    for number, operation in enumerate(harness.requests(name)):
        for fault in faults:
            trial = Trial(name, {number: fault}, env=env(fault))
            if not chosen(trial, one_in) or (reads(operation) and fault not in of_reads):
                continue
            yield harness.report(trial)
            sent = harness.relay.exchanges[number : number + 2]
            if len(sent) > 1 and sent[0].same(sent[1]):
                yield harness.report(trial._replace(always=True))


def pairs(
    harness: Harness, name: str, firsts: Iterable[str], seconds: Iterable[str], one_in: int
) -> Iterator[str]:
    """Yield what is false if a request took effect, and the next one meets a second fault."""
    for number, operation in enumerate(harness.requests(name)):
        if reads(operation):
            continue
        yield harness.report(Trial(name, {number: "done, closed"}))
        if len(harness.relay.exchanges) == number + 1:
            # Nothing follows.
            continue
        for first, second in itertools.product(firsts, seconds):
            faults = {number: first, number + 1: second}
            trial = Trial(name, faults, env=env(first, second))
            if chosen(trial, one_in):
                yield harness.report(trial)


def signals(
    harness: Harness, name: str, faults: Iterable[str], delays: Iterable[float], one_in: int
) -> Iterator[str]:
    """Yield what is false if a signal comes after a fault, which is the last one or is not."""
    for number, operation in enumerate(harness.requests(name)):
        for fault, sent, delay, attempts in itertools.product(faults, SIGNALS, delays, "12"):
            if reads(operation) and fault not in QUICK:
                continue
            variables = {**env(fault), "AWS_MAX_ATTEMPTS": attempts}
            interrupts = (Interrupt(sent, number, delay),)
            trial = Trial(name, {number: fault}, interrupts=interrupts, env=variables)
            if chosen(trial, one_in):
                yield harness.report(trial)


def chosen(trial: Trial, one_in: int) -> bool:
    """Return whether to run this one; the choice is always the same."""
    return ALL or zlib.crc32(str(trial).encode()) % one_in == 0


def one_in(name: str) -> int:
    return ONE_OF_LONG_IN if name in LONG else 1


def assert_nothing_false(reports: Iterable[str]) -> None:
    false = [*filter(None, reports)]
    assert not false, "\n\n".join(false)


def test_every_command_that_changes_something_has_a_row():
    lines = {case.line.split()[0] for case in CASES.values()}
    for command in index.commands():
        calls = Documentation(command.documentation).calls
        assert (command.name in lines) == (not all(map(reads, calls))), command.name


@pytest.mark.parametrize("name", DEFAULT)
def test_no_false_word(name, harness):
    assert_nothing_false(singles(harness, name, QUICK))


def test_no_false_word_of_a_recursive_removal(harness):
    faults = ("done, closed", "refused, AccessDenied")
    assert_nothing_false(singles(harness, "userdel", faults, of_reads=(), one_in=2))


@pytest.mark.parametrize("name", usual(DEFAULT_PAIRS, CASES))
def test_no_false_word_after_a_lost_response(name, harness):
    assert_nothing_false(pairs(harness, name, ["done, closed"], QUICK_SECOND, 1))


@pytest.mark.parametrize("name", usual(DEFAULT_SIGNALS, CASES))
def test_no_false_word_after_a_signal(name, harness):
    faults = ("done, half", "refused, AccessDenied")
    assert_nothing_false(signals(harness, name, faults, DELAYS[:6:3], one_in(name)))


#: The faults of a case are tried in this many tests, so that workers share them.
PARTS = 3


@pytest.mark.full
@pytest.mark.longest
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", CASES)
def test_no_false_word_with_every_fault(name, part, harness):
    faults = [*FAULTS][part::PARTS]
    of_reads = QUICK if name in LONG else FAULTS
    assert_nothing_false(singles(harness, name, faults, of_reads=of_reads, one_in=one_in(name)))


@pytest.mark.full
@pytest.mark.longest
@pytest.mark.parametrize("name", CASES)
def test_no_false_word_with_pairs(name, harness):
    assert_nothing_false(pairs(harness, name, ACTED, SECOND, ONE_PAIR_IN * one_in(name)))


@pytest.mark.full
@pytest.mark.longest
@pytest.mark.parametrize("name", CASES)
def test_no_false_word_with_signals(name, harness):
    assert_nothing_false(signals(harness, name, FAULTS, DELAYS, ONE_SIGNAL_IN * one_in(name)))


@pytest.mark.parametrize(
    ("runs", "jobs"),
    [("0", "0"), pytest.param("20", "1", marks=[pytest.mark.full, pytest.mark.longest])],
)
def test_no_false_word_in_random_runs(runs, jobs, run):
    done = run(sys.executable, str(FUZZ), "--runs", runs, "--seed", "7", "--jobs", jobs)
    last = f"{runs} runs, seed 7: none with a false, vague or missing word\n"
    assert (done.out, done.err, done.status) == (last, "", 0)
