"""Switches each correction and each rule of the sandbox off, one at a time, and runs tests.

Usage: python tools/switch_off.py FILE [WORD...]

It runs the tests of the sandbox that make test runs, with the server in the process of the tests,
and notes which operations each test calls. Then, for each correction and each rule, it runs the
tests of its operation again in a fork, without the correction or the rule, until one fails that
does not fail with it. In the tests that call corrections without a server, a correction that is
off does nothing. A test that does not end in time is printed, and is no evidence: the machine may
be busy. It writes to FILE which test noticed each, and keeps what FILE says of another release of
moto. It prints those that no test noticed; then the status is 1, and also if a test does not pass
at first.
With WORDs, it takes only those whose name contains one.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import signal
import socketserver
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

import pytest
from _pytest.runner import runtestprotocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ROOT = Path(__file__).resolve().parent.parent
#: The accounts of the tests: the fixtures of one that stays, of one that each test empties, and of
#: a copy that stays, the function that makes other copies, and the fixture that calls corrections
#: without a server. A process has only one account, so the tests of each have a process of their
#: own.
ACCOUNTS = ("full_iam", "moto", "strange", "copied", "ask")
#: The tests that run, below tests/cli/sandbox.
TESTS = ("rules", "corrections", "copy", "test_access.py", "test_sandbox_server.py")
NOT_NOTICED = "not noticed"
#: How long a test may run (seconds); longer, if a client asks for page after page.
_TIMEOUT = 20
#: How many tests run without a correction or a rule: first those that call the fewest operations.
_TESTS = 20
#: The operations on the policies of users, groups and roles, whose rules are in one row.
_OF_POLICIES = re.compile(r"(Put|Get|Delete|Attach|Detach)(User|Group|Role)Policy")


class Switch(NamedTuple):
    """A correction or a rule: its name, its operations, and functions that switch it off.

    ``operations``: empty for all.
    """

    name: str
    operations: list[str]
    off: list[Callable[[], object]]


def switches(*, served: bool = True) -> Iterator[Switch]:
    """Yield all corrections, then all rules; ``served``: whether the tests have a server."""
    from iamcli.cli.sandbox import private_iam  # noqa: F401 - registers the corrections
    from iamcli.cli.sandbox.corrections.protocol import CORRECTIONS
    from iamcli.cli.sandbox.rules import table

    for operation in CORRECTIONS:
        off: Callable[[], object] = functools.partial(CORRECTIONS.pop, operation)
        if not served:
            # moto does not answer instead.
            off = functools.partial(CORRECTIONS.update, {operation: lambda _backend, _request: {}})
        yield Switch(operation, [operation], [off])
    for kind, rule in table.EXISTING.items():
        yield Switch(rule.__name__, [], [functools.partial(table.EXISTING.pop, kind)])
    for rule in table.COMMON:
        rest = tuple(other for other in table.COMMON if other is not rule)
        yield Switch(rule.__name__, [], [functools.partial(setattr, table, "COMMON", rest)])
    rows: dict[str, Switch] = {}
    for operation, rules in table.RULES.items():
        for place, rule in enumerate(rules):
            name = f"{operation} {rule.__name__}"
            if match := _OF_POLICIES.fullmatch(operation):
                name = re.sub(match[2], "*", name, flags=re.IGNORECASE)
            row = rows.setdefault(name, Switch(name, [], []))
            row.operations.append(operation)
            others = {operation: rules[:place] + rules[place + 1 :]}
            row.off.append(functools.partial(table.RULES.update, others))
    yield from rows.values()


class NotEnded(Exception):  # noqa: N818 - as in iamcli.errors
    """The process of a test has ended, because the test runs too long; ``test``: its ID."""

    def __init__(self, test: str) -> None:
        super().__init__(f"{test} does not end within {_TIMEOUT} seconds")
        self.test = test


class Plugin:
    """Runs the tests of ``account``; then those of each switch that has one of ``names``.

    ``failed``: the tests that fail with all corrections and rules; ``noticed``: which test noticed
    each switch.
    """

    def __init__(self, account: str, names: list[str]) -> None:
        from support import private_iam, resettable
        from werkzeug.serving import make_server

        from iamcli.cli.sandbox.corrections.protocol import CORRECTIONS

        self._account = account
        served = account != "ask"
        self._switches = [each for each in switches(served=served) if each.name in names]
        #: The tests that call each operation; the one that runs.
        self._tests: dict[str, list[pytest.Item]] = {}
        self._test: pytest.Item | None = None
        #: In a fork, what writes the test that runs, and what the fork returns.
        self._pipe: TextIO | None = None
        self.failed: list[pytest.Item] = []
        self.noticed: dict[str, str] = {}
        for operation, function in CORRECTIONS.items():
            CORRECTIONS[operation] = self._noting_call(operation, function)
        # Without threads, it closes each connection, so that no fork shares one.
        self._server = make_server("127.0.0.1", 0, self._noting())
        resettable.server = self._url
        vars(private_iam)["server"] = self._copy

    @contextlib.contextmanager
    def _url(self) -> Iterator[str]:
        """Take the place of ``resettable.server``, with the server in this process."""
        yield f"http://127.0.0.1:{self._server.server_port}"

    @contextlib.contextmanager
    def _copy(self, account: str) -> Iterator[SimpleNamespace]:
        """Take the place of ``private_iam.server``, with the server in this process."""
        from support.resettable import reset

        from iamcli.cli.account_file import file
        from iamcli.cli.sandbox.loading import load, region_of

        with self._url() as url:
            reset(url)
            snapshot = file.read(account)
            load(snapshot, account)
            self._server.app = self._noting(region_of(snapshot))
            yield SimpleNamespace(url=url)

    def _noting(self, region: str = "") -> WSGIApplication:
        """Return the private IAM, which notes the operations that the test calls."""
        from support import resettable

        from iamcli.cli.sandbox.changes.seen_requests import SeenRequests
        from iamcli.cli.sandbox.private_iam import PrivateIAM
        from iamcli.cli.sandbox.wsgi import fields

        application = resettable.with_reset(PrivateIAM(SeenRequests(), None, region))

        def noting(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            self._note(fields(environ).get("Action", ""))
            return application(environ, start)

        return noting

    def _noting_call(self, operation: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the correction ``function``, which notes that the test calls its operation."""

        @functools.wraps(function)
        def noting(*arguments: Any) -> Any:
            self._note(operation)
            return function(*arguments)

        return noting

    def _note(self, operation: str) -> None:
        tests = self._tests.setdefault(operation, [])
        if self._test and self._test not in tests:
            tests.append(self._test)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Take the tests of the account."""
        items[:] = [item for item in items if _account(item) == self._account]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests, and then those of each switch; return that they have run."""
        first = session.items[0]
        # What the fixtures of the session make is in all forks, and nothing of a test.
        self._serve()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(first, "runtest", lambda: None)
            list(self._failing([first]))
        self._server.shutdown()
        items = {item.nodeid: item for item in session.items}
        try:
            failed, tests = self._in_fork(lambda: self._all(session.items))
        except NotEnded as error:
            # pytest prints it to standard error.
            raise pytest.UsageError(str(error)) from None
        self.failed = [items[name] for name in failed]
        self._tests = {key: [items[name] for name in names] for key, names in tests.items()}
        for each in self._switches:
            self.noticed[each.name] = self._noticing(each)
        return True

    def _all(self, tests: list[pytest.Item]) -> tuple[list[str], dict[str, list[str]]]:
        """Run all ``tests``; return which of them fail, and which call each operation."""
        failed = [test.nodeid for test in self._failing(tests)]
        return failed, {key: [test.nodeid for test in of] for key, of in self._tests.items()}

    def _serve(self) -> None:
        # The same function of werkzeug closes the server at its end.
        serve = socketserver.BaseServer.serve_forever
        threading.Thread(target=serve, args=(self._server, 0.05), daemon=True).start()

    def _failing(self, tests: list[pytest.Item]) -> Iterator[pytest.Item]:
        """Run ``tests`` and yield those that fail; the fixtures of the session stay."""
        # The last test is followed by itself, so that pytest ends no fixture of the session.
        for test, following in zip(tests, [*tests[1:], *tests[-1:]], strict=True):
            # The last test that ran is set up still, also if it is this one.
            state = test.session._setupstate  # noqa: SLF001 - pytest has no other way
            state.teardown_exact(test.parent)  # type: ignore[arg-type]
            self._test = test
            if self._pipe:
                print(json.dumps(test.nodeid), file=self._pipe, flush=True)
            signal.alarm(_TIMEOUT)
            reports = runtestprotocol(test, nextitem=following, log=False)
            signal.alarm(0)
            if any(report.failed for report in reports):
                yield test

    def _noticing(self, switch: Switch) -> str:
        """Return the test that fails without the correction or the rule."""
        calls = Counter(test for each in self._tests.values() for test in each)
        called = {test: None for each in switch.operations for test in self._tests.get(each, [])}
        tests = [test for test in called or calls if test not in self.failed]
        words = [*switch.operations, switch.name]
        tests.sort(key=lambda test: (not any(word in test.nodeid for word in words), calls[test]))
        while True:
            try:
                place = self._first_failing(tests[:_TESTS], switch.off)
                if place is None:
                    return NOT_NOTICED
                # In this order, a test can also fail with the correction or the rule.
                if self._first_failing(tests[: place + 1], []) != place:
                    return tests[place].nodeid
                del tests[place]
            except NotEnded as error:  # noqa: PERF203 - any test may not end
                print(f"{error}, for {switch.name}", file=sys.stderr)
                tests = [test for test in tests if test.nodeid != error.test]

    def _first_failing(
        self, tests: list[pytest.Item], off: list[Callable[[], object]]
    ) -> int | None:
        """Call the functions ``off``, run ``tests``, and return which is the first that fails."""

        def run() -> int | None:
            for function in off:
                function()
            return next(map(tests.index, self._failing(tests)), None)

        place: int | None = self._in_fork(run)
        return place

    def _in_fork(self, function: Callable[[], object]) -> Any:
        """Return what ``function`` returns in a fork with the server.

        Raises NotEnded if a test in it runs too long.
        """
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            self._serve()
            with os.fdopen(writer, "w", encoding="utf-8") as self._pipe:
                json.dump(function(), self._pipe)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as pipe:
            last = json.loads(pipe.read().splitlines()[-1])
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status):
            raise NotEnded(last)
        return last


def _account(test: pytest.Item) -> str:
    """Return the account of a test, or "" if it has none in the process of the server."""
    fixtures: Any = test._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined] # noqa: SLF001
    named = [name for name in ACCOUNTS if name in fixtures]
    if "copied" in test.function.__code__.co_names:  # type: ignore[attr-defined]
        named.append("copied")
    return named[0] if len(named) == 1 else ""


def part(account: str, file: str) -> int:
    """Run the tests of ``account`` for the names in ``file``; write there what they noticed."""
    sys.path.insert(0, str(ROOT / "tests"))
    plugin = Plugin(account, Path(file).read_text(encoding="utf-8").splitlines())
    tests = [str(ROOT / "tests" / "cli" / "sandbox" / name) for name in TESTS]
    status = pytest.main(["-pno:cacheprovider", *tests], plugins=[plugin])
    if status:
        print(f"the tests with {account} did not run to their end", file=sys.stderr)
    for test in plugin.failed:
        print(f"{test.nodeid} fails with all corrections and rules", file=sys.stderr)
    lines = [f"{name}: {test}\n" for name, test in plugin.noticed.items()]
    Path(file).write_text("".join(lines), encoding="utf-8")
    return int(bool(status or plugin.failed))


def main(file: str, *words: str) -> int:
    """Write which test noticed each of them; return the exit status."""
    noticed = {
        each.name: NOT_NOTICED
        for each in switches()
        if not words or any(word in each.name for word in words)
    }
    with contextlib.suppress(FileNotFoundError):
        noticed |= {name: test for name, test in _read(Path(file)).items() if name in noticed}
    status = 0
    part_file = Path(f"{file}.part")
    for account in ACCOUNTS:
        part_file.write_text("".join(f"{name}\n" for name in _silent(noticed)), encoding="utf-8")
        command = [sys.executable, __file__, "--account", account, str(part_file)]
        status |= subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
        noticed |= _read(part_file)
    part_file.unlink()
    text = "".join(f"{name}: {test}\n" for name, test in noticed.items())
    Path(file).write_text(text, encoding="utf-8")
    silent = _silent(noticed)
    print(f"{len(noticed) - len(silent)} of {len(noticed)} corrections and rules were noticed")
    print(*(f"{name}: {NOT_NOTICED}\n" for name in silent), sep="", end="")
    return status or int(bool(silent))


def _read(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def _silent(noticed: dict[str, str]) -> list[str]:
    return [name for name, test in noticed.items() if test == NOT_NOTICED]


if __name__ == "__main__":
    run = part if sys.argv[1:2] == ["--account"] else main
    sys.exit(run(*(argument for argument in sys.argv[1:] if argument != "--account")))
