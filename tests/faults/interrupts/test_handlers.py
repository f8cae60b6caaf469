"""What the handlers of the signals do, step by step, in a process of its own for each test."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.interrupting import result_of, status_of
from support.limits import NEVER

from iamcli import interrupts

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = {name: getattr(signal, f"SIG{name}") for name in ("INT", "TERM", "HUP")}


class Steps:
    """Handlers of signals as a command installs them, and what can happen, each under its name.

    The clock stands still, and no timer runs out.
    """

    def __init__(self) -> None:
        interrupts.install_handlers()
        interrupts.TICK = NEVER
        self._now = 1000.0
        time.monotonic = lambda: self._now
        self._blocks: list[interrupts.Interruptible] = []

    def __call__(self, name: str) -> bool:
        """Do the step ``name``; return whether it raises KeyboardInterrupt."""
        try:
            if name in NUMBERS:
                signal.raise_signal(NUMBERS[name])
            else:
                getattr(self, name)()
        except KeyboardInterrupt:
            return True
        return False

    def defer_signals(self) -> None:
        interrupts.defer_signals()

    def open(self) -> None:
        """Enter an interruptible block."""
        block = interrupts.Interruptible()
        block.__enter__()
        self._blocks.append(block)

    def close(self) -> None:
        """Leave all windows."""
        while self._blocks:
            self._blocks.pop().__exit__()

    def tick(self) -> None:
        """The timer of a block runs out."""
        signal.raise_signal(signal.SIGALRM)

    def due(self) -> None:
        interrupts.raise_due()

    def defer(self) -> None:
        interrupts.defer_termination()

    def later(self) -> None:
        interrupts.postpone(KeyboardInterrupt())

    def wait(self) -> None:
        """Wait longer than two signals of one Ctrl-C are apart."""
        self._now += interrupts.SignalState.repeat_interval * 2

    def almost(self) -> None:
        """Wait almost as long."""
        self._now += interrupts.SignalState.repeat_interval * 0.9


@pytest.mark.parametrize(
    ("steps", "ends_with"),
    [
        ("INT!", "INT"),
        ("TERM!", "TERM"),
        ("HUP!", "HUP"),
        # timeout(1) sends two, and a terminal that is closed too.
        ("INT! INT open", "INT"),
        ("TERM! TERM HUP open", "TERM"),
        # A user who presses Ctrl-C again.
        ("INT! wait INT open! open", "INT"),
        ("INT! almost INT open", "INT"),
        # What ends the process is the first SIGTERM or SIGHUP.
        ("INT! TERM open!", "TERM"),
        ("TERM! INT open!", "TERM"),
        ("HUP! TERM INT open! open", "HUP"),
        ("defer_signals INT close open! open", "INT"),
        ("defer_signals open INT! INT", "INT"),
        ("defer_signals open close TERM open!", "TERM"),
        ("defer_signals INT TERM open!", "TERM"),
        ("defer_signals later open! open", ""),
        # While something is taken back, only Ctrl-C ends it.
        ("defer_signals TERM defer open", "TERM"),
        ("defer_signals defer open HUP INT!", "HUP"),
        ("defer_signals later defer open", ""),
        ("open INT! close wait TERM open!", "TERM"),
        ("defer_signals INT due! due", "INT"),
        # A timer that still runs while an interrupt is handled.
        ("defer_signals open INT! wait INT tick close open! close", "INT"),
        ("open INT! wait TERM tick close open!", "TERM"),
        # Windows may be nested, and the inner one ends.
        ("defer_signals open open close TERM open!", "TERM"),
    ],
)
def test_when_a_signal_raises(steps, ends_with):
    """``!``: this step raises. The others are the methods of Steps."""

    def done() -> list[object]:
        step = Steps()
        names = [name.removesuffix("!") for name in steps.split()]
        raised = [f"{name}!" if step(name) else name for name in names]
        return [" ".join(raised), interrupts.SignalState.number]

    assert result_of(done) == [steps, NUMBERS.get(ends_with, 0)]


def test_what_is_raised_tells_the_signal():
    def told(name: str) -> int | None:
        interrupts.install_handlers()
        try:
            signal.raise_signal(NUMBERS[name])
        except interrupts.Terminated as interrupt:
            return interrupt.number
        return None

    for name in ("TERM", "HUP"):
        assert result_of(lambda name=name: told(name)) == NUMBERS[name]


def test_a_block_ends_also_by_an_exception():
    def done() -> list[object]:
        step = Steps()
        step("defer_signals")
        with contextlib.suppress(KeyError), interrupts.Interruptible():
            {}["absent"]
        return [step("INT"), step("open")]

    assert result_of(done) == [False, True]


def test_a_child_begins_with_the_handlers_of_a_program():
    """Also if pytest, or the test before, has left others."""

    def found() -> list[object]:
        usual = [signal.default_int_handler, signal.SIG_DFL, signal.SIG_DFL]
        handlers = [signal.getsignal(number) for number in NUMBERS.values()]
        return [handlers == usual, interrupts.SignalState.raises, interrupts.SignalState.number]

    def changed() -> list[object]:
        step = Steps()
        step("defer_signals")
        step("INT")
        return [result_of(found), status_of(lambda: signal.raise_signal(signal.SIGTERM))]

    assert result_of(changed) == [[True, True, 0], -signal.SIGTERM]


def frame(code: str) -> Any:
    """Return a frame in which Python executes ``code``, for a handler that gets a signal there."""
    block = interrupts.Interruptible
    codes = {
        "enter": block.__enter__,
        "exit": block.__exit__,
        "handler": signal.getsignal(signal.SIGTERM),
    }
    return SimpleNamespace(f_code=codes[code].__code__)


def handle(number: int, code: str) -> None:
    """Let the handler of a signal handle it in ``code``."""
    handler: Callable[[int, Any], object] = signal.getsignal(number)  # type: ignore[assignment]
    handler(number, frame(code))


@pytest.mark.parametrize("code", ["enter", "exit", "handler"])
def test_what_must_be_complete_is_not_interrupted(code):
    """The timer would not stop, or another signal would be lost."""

    def done() -> list[object]:
        step = Steps()
        step("open")
        handle(signal.SIGINT, code)
        handle(signal.SIGALRM, code)
        return [interrupts.SignalState.number, step("tick")]

    assert result_of(done) == [signal.SIGINT, True]


def test_a_signal_at_the_end_of_a_block():
    """It raises at once as it would have outside, and else in the next block."""

    def done(*, outer: bool) -> list[object]:
        step = Steps()
        if not outer:
            step("defer_signals")
        step("open")
        handle(signal.SIGINT, "exit")
        return [step("close"), step("open")]

    for outer in (True, False):
        assert result_of(lambda outer=outer: done(outer=outer)) == [outer, not outer]


def test_which_handlers_are_replaced():
    def own(*_: object) -> None:
        """Do what a program that uses the commands wants."""

    def found() -> list[list[bool]]:
        replaced = []
        for handler in (signal.SIG_DFL, signal.default_int_handler, signal.SIG_IGN, own):
            for number in NUMBERS.values():
                signal.signal(number, handler)
            interrupts.install_handlers()
            replaced.append([signal.getsignal(n) != handler for n in NUMBERS.values()])
        return replaced

    assert result_of(found) == [
        [True, True, True],
        [True, False, False],
        *[[False, False, False]] * 2,
    ]


def test_which_signals_are_blocked():
    def blocked() -> set[int]:
        return set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))

    before = blocked()
    usual = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    with interrupts.BlockedSignals():
        assert blocked() == before | usual
        with interrupts.BlockedSignals(signal.SIGINT, signal.SIGUSR1):
            assert blocked() == before | usual | {signal.SIGUSR1}
        assert blocked() == before | usual
    assert blocked() == before
    with interrupts.BlockedSignals(signal.SIGHUP):
        assert blocked() == before | {signal.SIGHUP}
    assert blocked() == before


@pytest.mark.parametrize("ignored", [False, True])
def test_the_signal_ends_the_process(number, ignored):
    """Or, as the first process of a container, which no signal ends, the status tells it."""

    def end() -> None:
        signal.signal(number, lambda *_: os._exit(98))
        if ignored:
            signal.pthread_sigmask(signal.SIG_BLOCK, [number])
        interrupts.end_process(number)

    assert status_of(end) == (128 + number if ignored else -number)


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
@pytest.mark.parametrize("block", [False, True])
def test_an_interrupt_that_python_ignores_raises_again(name, block):
    """One that came in ``__del__``; then it raises at the next tick, or in the next block."""

    class Untidy:
        def __del__(self) -> None:
            signal.raise_signal(NUMBERS[name])
            # The interrupt, if the signal raises one, is raised above.
            raise ValueError

    def done(again: str) -> list[object]:
        shown: list[str] = []
        sys.__unraisablehook__ = lambda what: shown.append(type(what.exc_value).__name__)
        step = Steps()
        if block:
            step("defer_signals")
            step("open")
        Untidy()
        found = [step(again), step(again)]
        signal.signal(NUMBERS[name], signal.SIG_IGN)
        Untidy()
        return [*found, shown]

    for again in ("open", "due", *["tick"] * block):
        assert result_of(lambda again=again: done(again)) == [True, False, ["ValueError"]]


#: Sends a signal while a class is made, where Python before 3.12 wraps what its handler raises.
WRAPPED = """
import os, signal
def wrapped(*_, **_more):
    class Descriptor:
        def __set_name__(self, *_):
            os.kill(os.getpid(), signal.{number})
    type("Made", (), dict(made=Descriptor()))
{patched} = wrapped
"""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    ("line", "patched"),
    [
        ("iam-usercreate -u bob", "import iamcli.runner; iamcli.runner.call"),
        ("iam-usercreate -u bob", "import iamcli.parsing.parser; iamcli.parsing.parser.values_of"),
        ("iamcli list user", "from iamcli.cli import group; group.group.make_context"),
    ],
)
def test_a_signal_that_python_wraps_is_no_internal_error(line, patched, number, run_fast):
    begin, _, name = patched.rpartition("; ")
    done = run_fast(*line.split(), before=f"{begin}\n{WRAPPED.format(number=number, patched=name)}")
    assert done == (-signal.Signals[number], "", "")
