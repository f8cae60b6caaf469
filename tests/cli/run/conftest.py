"""What the tests of ``iamcli run`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.processes import assert_nothing_left, temporary_folder
from support.served import KEYS, USER
from support.stub import Stub, ok, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.shell import Shell


@pytest.fixture
def shell(run: Shell, stub: Stub, tmp_path: Path) -> Shell:
    """Run commands with an endpoint that knows one user; all files are in a folder of their own."""
    endpoint = stub.endpoint(refused("NoSuchEntity", "not here", 404))
    endpoint.on("GetUser", USER).on("ListAccessKeys", KEYS)
    for name in ("CreateUser", "CreateLoginProfile", "ChangePassword", "PutUserPolicy"):
        endpoint.on(name, ok(name))
    run.env |= {"AWS_IAM_URL": endpoint.url, "TMPDIR": str(temporary_folder(tmp_path))}
    return run


@pytest.fixture
def nothing_left(run: Shell) -> Iterator[None]:
    """Fail if a process, a socket or a folder is left."""
    temporary_folder(run.home)
    yield
    assert_nothing_left(run.home)
