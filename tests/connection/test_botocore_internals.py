"""The private attributes of botocore and urllib3 that iamcli uses, and why: they are still there.

A release of botocore may rename them without notice. A test finds which one is gone, and another
one that each is in the list.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import sys
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import botocore
import pytest
from botocore import endpoint
from botocore.credentials import RefreshableCredentials
from botocore.httpsession import URLLib3Session
from support.shell import BIN, ROOT
from support.streams import internal_errors
from support.stub import ok

import iamcli.cli.run
import iamcli.client
import iamcli.connection
from iamcli.command import Command
from iamcli.errors import Failure
from iamcli.output.progressline import ProgressLine
from iamcli.parsing.shared import COMMON
from iamcli.runner import execute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamcli.operations.service import IAM

pytestmark = pytest.mark.releases

#: The reason for each attribute, by the class that has it.
INTERNALS = {
    "botocore.credentials.RefreshableCredentials": {
        "_expiry_time": "iamcli doctor shows when the credentials expire, and no method tells it"
    },
    "botocore.credentials.SSOProvider": {
        "_SSO_TOKEN_CACHE_DIR": "iamcli run imports botocore before a script sets HOME; that of "
        "botocore.tokens.SSOTokenProvider, too"
    },
    "botocore.httpsession.URLLib3Session": {
        "_get_ssl_context": "iamcli run makes one TLS context for all commands, as it takes 20 ms",
        "_manager": "iamcli run opens connections as the session does, but sends nothing over them",
    },
    "botocore.awsrequest.AWSHTTPConnectionPool": {
        "_new_conn": "iamcli run needs a connection as the pool makes it, before a request"
    },
    "botocore.parsers.QueryParser": {
        "_handle_structure": "long lists are parsed five times as fast, and repeated elements are "
        "refused",
        "_parse_shape": "the members of a structure that are not text are parsed as before",
    },
}
LISTED = {name for names in INTERNALS.values() for name in names}
#: The classes whose objects have attributes that the class lacks, with an object of each.
OBJECTS: dict[type, Any] = {
    URLLib3Session: URLLib3Session(),
    RefreshableCredentials: RefreshableCredentials(
        "a", "s", "t", datetime.now(timezone.utc), dict, "test"
    ),
}
FOREIGN = ("botocore", "http", "urllib3")


def has(of: type, name: str) -> bool:
    return hasattr(OBJECTS.get(of, of), name)


def named(path: str) -> type:
    module, _, name = path.rpartition(".")
    found: type = getattr(importlib.import_module(module), name)
    return found


def test_this_botocore_has_each_of_them():
    gone = [
        f"{path}.{name}"
        for path, names in INTERNALS.items()
        for name in names
        if not has(named(path), name)
    ]
    assert gone == [], f"botocore {botocore.__version__} has not: {', '.join(gone)}"


def modules() -> Iterator[Any]:
    for package in (iamcli.connection, iamcli.client, iamcli.cli.run):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def subclasses() -> Iterator[tuple[type, list[type]]]:
    """Each class of these packages that is made from foreign ones, with these."""
    for module in modules():
        for _, found in inspect.getmembers(module, inspect.isclass):
            bases = [base for base in found.__mro__ if base.__module__.startswith(FOREIGN)]
            if found.__module__ == module.__name__ and bases:
                yield found, bases


def private(tree: ast.AST) -> set[str]:
    """The private names in ``tree``: attributes, and methods."""
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    found |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


def test_each_of_them_is_listed_once_and_used():
    """Also a name of our own must not be that of an attribute of botocore."""
    used = set()
    for found, bases in subclasses():
        names = private(ast.parse(inspect.getsource(found)))
        used |= {name for name in names if any(has(base, name) for base in bases)}
    # An access to another object needs this remark.
    for file in (ROOT / "iamcli").rglob("*.py"):
        for line in file.read_text().splitlines():
            code, mark, _ = line.partition("# noqa: SLF001")
            if mark and "sandbox" not in file.parts:
                used |= private(ast.parse(code.strip()))
    assert used == LISTED
    assert len(LISTED) == sum(map(len, INTERNALS.values()))
    assert all(reason for names in INTERNALS.values() for reason in names.values())


def test_botocore_only_sleeps_with_its_module_time():
    """It is replaced by an object that can do nothing else."""
    assert set(re.findall(r"\btime\.(\w+)", inspect.getsource(endpoint))) == {"sleep"}


#: Runs a command with a botocore whose parser has another name for a method.
RENAMED = """
import runpy, sys
from botocore.parsers import ResponseParser
del ResponseParser._parse_shape
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("debug", [False, True])
def test_an_internal_error_has_a_traceback_with_d_only(monkeypatch, *, debug):
    def fail(_iam: IAM) -> None:
        raise ValueError("unforeseen")

    monkeypatch.setenv("HOME", "/nonexistent")
    values = {option.dest: None for option in COMMON} | {"debug": debug}
    written: list[str] = []
    output: Any = SimpleNamespace(
        strict=False,
        shows_hints=lambda: False,
        shown=None,
        error_text=lambda text, _shown: written.append(text),
        progress=ProgressLine(),
    )
    with pytest.raises(Failure, match=r"^internal error, [^:]*: ValueError: unforeseen$"):
        execute(Command("iam-x", (), fail), values, output)
    assert [text.splitlines()[-1] for text in written] == ["ValueError: unforeseen"] * debug


def test_a_botocore_without_one_of_them_is_not_blamed_on_the_response(run, stub):
    user = "<User><Arn>arn:aws:iam::123456789012:user/bob</Arn><UserId>AIDA</UserId></User>"
    url = stub.endpoint(ok("GetUser", user)).url
    command = str(BIN / "iam-usergetattributes")
    line = [sys.executable, "-c", RENAMED, command, "-u", "bob", "-d"]
    done = run(*line, env={"AWS_IAM_URL": url})
    assert (done.status, done.out) == (1, "")
    assert "\nTraceback (most recent call last):\n" in done.err
    assert "iam-usergetattributes: internal error" in done.err
    assert internal_errors()
    assert "_parse_shape" in done.err
    assert "IAM response" not in done.err


def test_an_element_that_occurs_more_than_once_is_blamed_on_the_response(run, stub):
    answer = ok("DeleteUser")
    twice = answer.body.replace(b"</RequestId>", b"</RequestId><RequestId>2</RequestId>")
    assert twice != answer.body
    url = stub.endpoint(answer._replace(body=twice)).url
    done = run("iam-userdel", "-u", "bob", env={"AWS_IAM_URL": url, "AWS_MAX_ATTEMPTS": "1"})
    assert (done.status, done.out) == (1, "")
    assert "not an IAM response" in done.err
