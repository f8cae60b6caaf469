"""Commands whose standard error is a terminal, which shows a second line after some errors."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from support.hints import ENV
from support.stub import refused
from support.terminal import read_now, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.forked import ForkRunner
    from support.stub import Endpoint, Stub

    Say = Callable[..., list[str]]

#: No line of these tests is as long, so that none is wrapped.
WIDE = 10_000


@pytest.fixture
def say(run_fast: ForkRunner, terminal: tuple[int, str]) -> Say:
    """Run a command line; return the lines that it writes to a terminal as standard error."""
    master, device = terminal

    def said(line: str, endpoint: Endpoint | None, **env: str) -> list[str]:
        where = {"AWS_IAM_URL": endpoint.url} if endpoint else {}
        arguments = shlex.split(line)
        done = run_fast(*arguments, env={**ENV, **where, **env}, stderr=device)
        assert (done.status, done.out) == (1, "")
        # What remains on the terminal; rows() refuses control characters in a message.
        shown = rows(read_now(master), columns=WIDE)[:-1]
        return [text.removeprefix(f"{arguments[0]}: ") for text in shown]

    return said


@pytest.fixture
def hints(say: Say, stub: Stub) -> Say:
    """Run a command line that is refused; return the lines that follow the error."""

    def hinted(line: str, code: str, message: str, status: int = 400, **env: str) -> list[str]:
        first, *more = say(line, stub.endpoint(refused(code, message, status)), **env)
        assert first == f"{code}: {message}"
        return more

    return hinted
