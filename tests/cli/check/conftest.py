"""What shfmt prints of a text is kept for the run: most tests check the same scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.checking import TOOLKIT

from iamcli.cli.check.rules import machine
from iamcli.cli.check.script import shfmt
from iamcli.cli.homes import choice

if TYPE_CHECKING:
    from collections.abc import Iterator

Printed = tuple[int, bytes, str]


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set IAMCLI_STRICT: PATH may have the commands, or not."""
    monkeypatch.setenv("IAMCLI_STRICT", "1")


@pytest.fixture(autouse=True)
def may_make(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is advised depends on the user; here, it is one who can make each directory."""
    for module in (choice, machine):
        monkeypatch.setattr(module, "may_make", lambda _: True)


@pytest.fixture(autouse=True)
def standard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine may have the toolkit, or what replaces it, at the standard place."""
    monkeypatch.setattr(choice, "STANDARD", TOOLKIT)


@pytest.fixture(autouse=True, scope="package")
def parse_once() -> Iterator[None]:
    """Run shfmt once for each text that it accepts; another program is always run."""
    printed: dict[tuple[str, ...], dict[bytes, Printed]] = {}
    run = shfmt.Parser.run

    def kept(self: shfmt.Parser, command: list[str], source: bytes) -> Printed:
        known = printed.setdefault(tuple(command), {})
        if source in known:
            return known[source]
        result = run(self, command, source)
        if command[0] == shfmt.shfmt() and result[0] == 0:
            known[source] = result
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shfmt.Parser, "run", kept)
        yield
