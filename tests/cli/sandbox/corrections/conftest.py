"""The fixture of the tests that ask a server."""

from __future__ import annotations

from typing import Any

import pytest
from support.entities import connected


@pytest.fixture
def iam(moto: str) -> Any:
    """Boto3 with the account's key, and an empty account."""
    return connected(moto)
