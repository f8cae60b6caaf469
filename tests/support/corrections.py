"""Calls of the corrections of the sandbox, on an empty account of moto without a server."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from moto.iam.models import IAMBackend, iam_backends

from iamcli.cli.sandbox.changes import state
from iamcli.cli.sandbox.corrections import caller
from iamcli.cli.sandbox.corrections.protocol import CORRECTIONS, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    Ask = Callable[..., dict[str, Any]]

NUMBER = "210987654321"
ARN = f"arn:aws:iam::{NUMBER}:"
NOON = dt.datetime(2026, 5, 1, 12)  # noqa: DTZ001 - as moto has it
ROOT = {"UserName": caller.ROOT}
BOB = {"UserName": "bob"}


def empty_account(monkeypatch: pytest.MonkeyPatch) -> Iterator[IAMBackend]:
    """An empty account of moto in this process, which finds the root user too."""
    monkeypatch.setattr(IAMBackend, "get_user", caller.get_user)
    yield iam_backends[NUMBER]["aws"]
    del iam_backends[NUMBER]


def asking(backend: IAMBackend) -> Ask:
    """Return what calls a correction and returns the members of the response that are not None."""

    def call(operation: str, **parameters: Any) -> dict[str, Any]:
        result = CORRECTIONS[operation](backend, request(operation, **parameters))
        shown: dict[str, Any] = state._present(result or {})  # noqa: SLF001
        return shown

    return call


def request(operation: str, **parameters: Any) -> Request:
    return Request(operation, parameters, "AKIA", "us-east-1")


def pages(ask: Ask, operation: str, *members: str, **parameters: Any) -> list[Any]:
    """Return the entries of pages that have one entry each."""
    seen: list[Any] = []
    more: dict[str, Any] = {}
    while True:
        page = ask(operation, **parameters, **more, MaxItems=1)
        [entry] = [entry for member in members for entry in page[member]]
        seen.append(entry)
        if not page["IsTruncated"]:
            return seen
        more = {"Marker": page["Marker"]}
