"""What a test may not leave to the tests after it: a change of its process."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from iamcli import interrupts

if TYPE_CHECKING:
    from collections.abc import Callable

    State = dict[str, Any]

# What the module signal adds, an enumeration, takes 20 times as long.
_NUMBERS = sorted(map(int, signal.valid_signals()))


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
    "sys.unraisablehook": _Part(
        lambda: sys.unraisablehook, lambda hook: setattr(sys, "unraisablehook", hook)
    ),
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
