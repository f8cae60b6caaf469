"""Run commands with broken requests and signals, and compare what they say with the account."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, NamedTuple

from support.cases import CASES
from support.cases.accounts import MotoAccount, StubAccount
from support.cases.case import CERTIFICATE_ID, SECRET_FILE
from support.cases.prepared import write_files
from support.forked import HASTY, Done, ForkRunner
from support.oracle import Run, check
from support.relay import ENDLESS, FAULTS, FOLLOWING, Relay
from support.shell import KEY_ID, SECRET, Shell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from support.cases.accounts import Account
    from support.forked import ForkServer
    from support.stub import Stub

ENV = {"AWS_MAX_ATTEMPTS": "2", "IAMCLI_TIMEOUT": "0.5"}
#: For faults of which only the end of the time limit is interesting.
SLOW_ENV = {**ENV, "IAMCLI_TIMEOUT": "0.2"}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
START = -1


def is_slow(fault: str) -> bool:
    """Return whether a fault lasts until the time limit."""
    return fault.endswith(ENDLESS)


class Interrupt(NamedTuple):
    """A signal that comes ``delay`` seconds after the reply to the request ``after``.

    ``after``: the number of the request, from 0; START for the start of the command.
    """

    number: signal.Signals
    after: int
    delay: float

    def __str__(self) -> str:
        what = "the start" if self.after == START else f"request {self.after}"
        return f"{self.number.name} {self.delay * 1000:.1f} ms after {what}"


class Trial(NamedTuple):
    """A run of a case: which requests meet a fault, and the signals.

    ``faults``: the names of the faults, by the number of the request, from 0. ``always``: the
    repetitions of these requests meet the same fault. ``interrupts``: the signals, all after the
    same request. ``env``: more variables.
    """

    case: str
    faults: Mapping[int, str] = {}
    always: bool = False
    interrupts: tuple[Interrupt, ...] = ()
    env: Mapping[str, str] = ENV

    def __str__(self) -> str:
        faults = [f"request {number}: {name}" for number, name in self.faults.items()]
        always = ["and again"] * self.always
        signals = map(str, self.interrupts)
        env = [f"{name}={value}" for name, value in self.env.items()]
        return f"{self.case}: {'; '.join([*faults, *always, *signals, *env])}"


class Harness:
    """Runs trials; ``home``: the directory of the commands."""

    def __init__(self, moto: str, stub: Stub, forks: ForkServer, home: Path) -> None:
        file = home / "credentials"
        file.touch(mode=0o600)
        file.write_text(f"AWSAccessKeyId={KEY_ID}\nAWSSecretKey={SECRET}\n")
        self._run = ForkRunner(forks, Shell(home, {"AWS_CREDENTIAL_FILE": str(file)}))
        write_files(home)
        self.relay = Relay(moto)
        self._moto = MotoAccount(moto, self.relay, home)
        self._stub = StubAccount(stub, self.relay, home)

    def requests(self, name: str) -> list[str]:
        """Return the requests of a run without a fault, which must be without a false word."""
        false = self.report(Trial(name, env={}))
        assert not false, false
        return self.relay.operations

    def report(self, trial: Trial) -> str:
        """Run a trial; return what was false with what was sent and printed, "" if nothing was."""
        account, run = self._ended(trial)
        false = check(CASES[trial.case], account, run)
        if CASES[trial.case].stdout and run.done.status == 0:
            false.append("status 0, and nothing can be printed")
        if run.done.status == -signal.SIGALRM:
            false.append("it did not end by itself")
        (self._run.home / SECRET_FILE).unlink(missing_ok=True)
        if not false:
            return ""
        lines = [f"  {number}: {entry}" for number, entry in enumerate(self.relay.exchanges)]
        lines += [f"  out: {line}" for line in run.done.out.splitlines()]
        lines += [f"  err: {line}" for line in run.done.err.splitlines()]
        return "\n".join([str(trial), *lines, f"  status {run.done.status}", *false])

    def close(self) -> None:
        """Stop the relay."""
        self.relay.close()

    def _ended(self, trial: Trial) -> tuple[Account, Run]:
        case = CASES[trial.case]
        account: Account = self._stub if case.stubbed else self._moto
        account.env = {}
        if isinstance(account, MotoAccount):
            account.empty()
        case.prepare(account)
        received: list[signal.Signals] = []
        timers: list[threading.Thread] = []

        def kill(number: signal.Signals) -> None:
            if self._run.kill(number):
                received.append(number)

        def later() -> None:
            for interrupt in trial.interrupts:
                timers.append(threading.Timer(interrupt.delay, kill, (interrupt.number,)))
                timers[-1].start()

        known = FAULTS | FOLLOWING
        faults = {number: known[name] for number, name in trial.faults.items()}
        after = {interrupt.after for interrupt in trial.interrupts}
        self.relay.arm(faults, always=trial.always, then=dict.fromkeys(after, later))
        if START in after:
            later()
        done = self._run(
            *case.line.replace(KEY_ID, account.id).replace(CERTIFICATE_ID, account.id).split(),
            stdout=case.stdout,
            env={"AWS_IAM_URL": self.relay.url, **account.env, **trial.env},
            before=HASTY,
        )
        self.relay.settle()
        for timer in timers:
            timer.join()
        strict = trial.env.get("IAMCLI_STRICT") == "1"
        if strict:
            done = _without_errors(done, case.line.split()[0])
        return account, Run(done, tuple(received), strict=strict)


def _without_errors(done: Done, name: str) -> Done:
    """Return the lines of strict mode, which has errors on standard output, as of the other."""
    lines = done.out.splitlines(keepends=True)
    errors = [line for line in lines if line.startswith(f"{name}: ")]
    data = [line for line in lines if line not in errors]
    return Done(done.status, "".join(data), done.err + "".join(errors))
