"""What a test may not leave to the tests after it: a change of its process, files and processes."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import contextlib
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from iamcli import interrupts
from support.forked import SERVERS
from support.processes import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    State = dict[str, Any]

# What the module signal adds, an enumeration, takes 20 times as long.
_NUMBERS = sorted(map(int, signal.valid_signals()))
#: The temporary files of iamcli, in a home that is the directory of a test or one in it. What one
#: file unpacks stays, in ``iamcli-`` and the number of the user.
_TEMPORARY = ("iamcli-[!0-9]*", "*/iamcli-[!0-9]*", "*/*/iamcli-[!0-9]*")
#: The processes of the last look that were not of its test: they are looked at only once.
_others: set[int] = set()


class _Part(NamedTuple):
    """A part of the state of this process: how it is read, and how it is set."""

    read: Callable[[], Any]
    set: Callable[[Any], object]


def _set_handlers(handlers: dict[int, Any]) -> None:
    for number, handler in handlers.items():
        if _signal.getsignal(number) != handler:
            _signal.signal(number, handler)


def _recorded() -> State:
    return {name: value for name, value in vars(interrupts.SignalState).items() if name[0] != "_"}


def _set_recorded(values: State) -> None:
    for name, value in values.items():
        setattr(interrupts.SignalState, name, value)


def _umask() -> int:
    os.umask(now := os.umask(0))
    return now


def _hook() -> Callable[[Any], Any]:
    """Return the hook; that of pytest 8.3 is a method of an object for each phase of a test."""
    return getattr(sys.unraisablehook, "__func__", sys.unraisablehook)


_PARTS = {
    "handlers of signals": _Part(
        lambda: {number: _signal.getsignal(number) for number in _NUMBERS}, _set_handlers
    ),
    "blocked signals": _Part(
        lambda: _signal.pthread_sigmask(_signal.SIG_BLOCK, ()),
        lambda blocked: _signal.pthread_sigmask(_signal.SIG_SETMASK, blocked),
    ),
    "SignalState": _Part(_recorded, _set_recorded),
    "TICK": _Part(lambda: interrupts.TICK, lambda tick: setattr(interrupts, "TICK", tick)),
    "sys.unraisablehook": _Part(_hook, lambda hook: setattr(sys, "unraisablehook", hook)),
    "umask": _Part(_umask, os.umask),
    "directory": _Part(os.getcwd, os.chdir),
}


def state() -> State:
    """Return the state of this process that tests could change for others."""
    return {name: part.read() for name, part in _PARTS.items()}


def restored(before: State) -> list[str]:
    """Return what differs from ``before``, after it was set to that."""
    after = state()
    changed = [name for name in _PARTS if after[name] != before[name]]
    for name in changed:
        _PARTS[name].set(before[name])
    return [f"{name}: {_difference(after[name], before[name])}" for name in changed]


def _difference(after: Any, before: Any) -> Any:
    if not isinstance(after, dict):
        return after
    return {name: value for name, value in after.items() if value != before.get(name)}


def left(home: Path) -> list[str]:
    """Return the processes and the temporary files of iamcli that are in ``home``.

    ``home``: the directory of a test, in which the HOME of its programs is. A server may need a
    moment to end after the program that has started it. What still runs then is killed.
    """
    if processes := _processes(home):
        with contextlib.suppress(AssertionError):
            wait_until(lambda: not _processes(home))
        processes = _processes(home)
        for number in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
    files = [path for pattern in _TEMPORARY for path in home.glob(pattern)]
    # A copy of the checkout has manual pages.
    return [*processes.values(), *(str(path) for path in files if path.parent.name != "man")]


def _processes(home: Path) -> dict[int, str]:
    """Return the processes whose HOME is in ``home``, and the forks of commands, if this is Linux.

    With each is its command line.
    """
    wanted = re.compile(rb"(?:^|\0)HOME=%b[/\0]" % re.escape(os.fsencode(home)))
    found = _forks()
    with contextlib.suppress(FileNotFoundError):
        now = {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()}
        for number in now - _others:
            with contextlib.suppress(OSError):
                if wanted.search(Path(f"/proc/{number}/environ").read_bytes()):
                    words = os.fsdecode(Path(f"/proc/{number}/cmdline").read_bytes())
                    found[number] = words.replace("\0", " ")
        _others.clear()
        _others.update(now - found.keys())
    return found


def _forks() -> dict[int, str]:
    """Return the commands that run in forks."""
    found = {}
    for server in SERVERS:
        with contextlib.suppress(FileNotFoundError):
            for number in Path(f"/proc/{server}/task/{server}/children").read_text().split():
                found[int(number)] = f"a command in a fork, process {number}"
    return found
