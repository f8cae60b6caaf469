"""The signals that end commands."""

from __future__ import annotations

import signal

import pytest
from support.selection import in_full


@pytest.fixture(
    params=[signal.SIGINT, in_full(signal.SIGHUP), signal.SIGTERM], ids=lambda number: number.name
)
def number(request: pytest.FixtureRequest) -> signal.Signals:
    """A signal that ends commands."""
    return request.param
