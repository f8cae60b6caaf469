"""The account that the tests of ``iamcli snapshot`` read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.snapshot import serving

if TYPE_CHECKING:
    from support.shell import Shell
    from support.stub import Endpoint, Stub


@pytest.fixture
def service(stub: Stub, run: Shell) -> Endpoint:
    """The account of two users, as a stub of the service."""
    return serving(stub, run)
