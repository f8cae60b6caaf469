"""Moments at which a process sends a signal to itself, because no other process could hit them.

Each function here takes the number of the signal first, and waits for a moment. ``variables`` lets
a program of Python call one when it starts, and ``code`` a fork before its command begins.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_SUPPORT = Path(__file__).resolve().parent
#: The exit status of a process that has ended before the moment of ``after_response``.
UNREACHED = 98


def code(wait: Callable[..., None], number: int, *arguments: object) -> str:
    """Return code that calls ``wait``, a function of this module, with these arguments."""
    given = ", ".join(map(repr, [int(number), *arguments]))
    return f"from support import moments; moments.{wait.__name__}({given})"


def variables(wait: Callable[..., None], number: int, *arguments: object) -> dict[str, str]:
    """Return the variables with which a program of Python runs such code when it starts."""
    return at_start(code(wait, number, *arguments))


def at_start(text: str) -> dict[str, str]:
    """Return the variables with which a program of Python runs ``text`` when it starts."""
    return {
        "CODE_AT_START": text,
        "PYTHONPATH": f"{_SUPPORT / 'start_up'}{os.pathsep}{_SUPPORT.parent}",
    }


def importing(number: int, module: str, to: str = "process") -> None:
    """The import of ``module`` begins; ``to``: the process or, as from a terminal, its group."""
    sys.meta_path.insert(0, _Finder(module, lambda: _send(number, to)))


def _send(number: int, to: str) -> None:
    os.kill(os.getpid() if to == "process" else 0, number)


def tidying_up(number: int, module: str) -> None:
    """Python removes an object while ``module`` is imported; there, no exception can be raised."""

    class Removed:
        def __del__(self) -> None:
            os.kill(os.getpid(), number)

    sys.meta_path.insert(0, _Finder(module, Removed))


class _Finder:
    """Finds no module, and calls ``act`` when ``module`` is looked for the first time."""

    def __init__(self, module: str, act: Callable[[], object]) -> None:
        self._module = module
        self._act = act

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002
        if name == self._module:
            self._module = ""
            self._act()


def looking_for(number: int, program: str) -> None:
    """Python checks whether the file of ``program`` is an archive, before it runs it."""

    def interrupt(path: str) -> Any:
        if Path(path).name == program:
            os.kill(os.getpid(), number)
        raise ImportError

    sys.path_hooks.insert(0, interrupt)


def encoding_host(number: int) -> None:
    """The name of the host is encoded; Python gives an exception there a text of its own."""
    import codecs
    import encodings
    import encodings.idna

    before_call(number, "encodings.idna.Codec.encode")
    # Otherwise the method that was found before is used.
    codecs.unregister(encodings.search_function)
    encodings._cache.clear()  # noqa: SLF001 - there is no other way
    codecs.register(encodings.search_function)


def before_call(number: int, function: str, count: int = 1, to: str = "process") -> None:
    """The call ``count`` of ``function``, named with its module or class, begins.

    ``to``: as for ``importing``.
    """
    owner, name, real = _found(function)
    left = count

    def interrupted(*given: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        if not left:
            setattr(owner, name, real)
            _send(number, to)
        return real(*given, **named)

    setattr(owner, name, interrupted)


def after_call(
    number: int, function: str, argument: object = None, count: int = 1, to: str = "process"
) -> None:
    """The call ``count`` of ``function`` has ended, of those with this first ``argument``, if any.

    What it returns is not known yet, as if the signal had come in its system call. ``to``: as for
    ``importing``.
    """
    owner, name, real = _found(function)
    left = count

    def interrupted(*given: Any, **named: Any) -> Any:
        nonlocal left
        result = real(*given, **named)
        left -= argument in (None, *given[:1])
        if not left:
            setattr(owner, name, real)
            _send(number, to)
        return result

    setattr(owner, name, interrupted)


def _found(function: str) -> tuple[Any, str, Callable[..., Any]]:
    owner, _, name = function.rpartition(".")
    found = resolve_name(owner)
    return found, name, getattr(found, name)


def after_response(number: int, events: int, status: int) -> None:
    """So many ``events`` have passed since a response, which are those that profilers get.

    It is the first response with this HTTP ``status``, or with a higher one, or one that cannot be
    read. If the process ends before, its exit status is UNREACHED.
    """
    from iamcli.connection.responses import BoundedSession

    exit_process, send_request = os._exit, BoundedSession.send
    left = events

    def count(*_event: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            sys.setprofile(None)
            os.kill(os.getpid(), number)

    def send(session: Any, request: Any) -> Any:
        begins = True
        try:
            response = send_request(session, request)
            begins = response.status_code >= status
            return response
        finally:
            if begins:
                sys.setprofile(count)

    BoundedSession.send = send  # type: ignore[assignment,method-assign]
    os._exit = lambda status: exit_process(UNREACHED if left > 0 else status)
