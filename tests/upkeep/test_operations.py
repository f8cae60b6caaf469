"""What is declared of each operation: a table that lacks one is named, with the line to add."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from iamcli.cli import index
from iamcli.cli.explain.permissions import ALSO
from iamcli.client import changes
from iamcli.client.model import full_model, slim_model
from iamcli.operations.lookups import LOOKUPS
from iamcli.operations.waiting import TRUSTING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import OperationModel, ServiceModel

CHANGES = "iamcli/client/changes.py"
TABLE = "iamcli/operations/lookups.py"
PERMISSIONS = "iamcli/cli/explain/permissions.py"
WAITING = "iamcli/operations/waiting.py"
USER = "iam-... -u {UserName}"
TABLES = ("ADDITIONS", "CREATIONS", "REMOVALS", "UPDATES", "ONCE")
#: The tables in which the operations with these verbs can be, to begin with the usual one.
VERBS = {
    **dict.fromkeys(("Add", "Attach", "Put", "Tag"), ("ADDITIONS",)),
    **dict.fromkeys(("Create", "Enable", "Upload"), ("CREATIONS",)),
    **dict.fromkeys(("Deactivate", "Delete", "Detach", "Remove"), ("REMOVALS",)),
    **dict.fromkeys(("Change", "Resync"), ("ONCE",)),
    "Update": ("UPDATES", "ONCE", "ADDITIONS"),
}


def lacking(model: ServiceModel) -> Iterator[str]:
    """Yield for what ``model`` has and no table: the table, and the line to add."""
    for name in model.operation_names:
        operation = model.operation_model(name)
        if not changes.only_reads(name):
            yield from _undeclared(operation)
        if "Tags" in _members(operation) and not name.startswith("Tag") and name not in ALSO:
            line = f'"{name}": {{"Tags": "iam:Tag..."}},'
            yield f"{PERMISSIONS}, ALSO: {line}"
        trusting = any("AssumeRolePolicy" in word for word in (name, *_members(operation)))
        if trusting and name not in TRUSTING:
            yield f'{WAITING}, TRUSTING: "{name}",'


def _undeclared(operation: OperationModel) -> Iterator[str]:
    name = operation.name
    allowed = VERBS.get(re.findall("[A-Z][a-z]+", name)[0], TABLES)
    found = [table for table in TABLES if name in getattr(changes, table)]
    if len(found) != 1 or found[0] not in allowed:
        check = USER if "UserName" in _members(operation) else "iam-... ..."
        tables = ", not ".join([" or ".join(allowed), *found])
        yield f'{CHANGES}, {tables}: "{name}": "{check}",'
    if "REMOVALS" in {*found, allowed[0]} and name not in LOOKUPS:
        yield f'{TABLE}, LOOKUPS: "{name}": Lookup("List...", ...),'


def _members(operation: OperationModel) -> dict[str, object]:
    return operation.input_shape.members if operation.input_shape else {}


def test_every_operation_that_commands_call_is_declared():
    missing = [*lacking(slim_model())]
    assert not missing, "lines to be added:\n" + "\n".join(missing)


def test_no_other_operation_is_declared():
    known = {*slim_model().operation_names}
    assert {*changes.CHECKS, *ALSO, *TRUSTING} <= known


@pytest.mark.parametrize(
    ("table", "operation", "line"),
    [
        (changes.ADDITIONS, "PutUserPolicy", f'{CHANGES}, ADDITIONS: "{{}}": "{USER}",'),
        (changes.CREATIONS, "CreateGroup", f'{CHANGES}, CREATIONS: "{{}}": "iam-... ...",'),
        (changes.REMOVALS, "DeleteUser", f'{CHANGES}, REMOVALS: "{{}}": "{USER}",'),
        (changes.ONCE, "UpdateUser", f'{CHANGES}, UPDATES or ONCE or ADDITIONS: "{{}}": "{USER}",'),
        (LOOKUPS, "DeleteUser", f'{TABLE}, LOOKUPS: "{{}}": Lookup("List...", ...),'),
        (ALSO, "CreateUser", f'{PERMISSIONS}, ALSO: "{{}}": {{"Tags": "iam:Tag..."}},'),
    ],
)
def test_what_is_not_declared_is_named(table, operation, line, monkeypatch):
    monkeypatch.delitem(table, operation)
    assert [*lacking(slim_model())] == [line.replace("{}", operation)]


def test_what_is_declared_in_another_table_is_named(monkeypatch):
    """Nobody would wait for the user then."""
    monkeypatch.setitem(changes.UPDATES, "PutUserPolicy", changes.ADDITIONS["PutUserPolicy"])
    monkeypatch.delitem(changes.ADDITIONS, "PutUserPolicy")
    (line,) = lacking(slim_model())
    assert line == f'{CHANGES}, ADDITIONS, not UPDATES: "PutUserPolicy": "{USER}",'


def test_each_way_to_check_names_a_command_and_parameters_of_the_request():
    model, commands = full_model(), index.names()
    for name, check in changes.CHECKS.items():
        assert check.startswith((*commands, "aws iam ", "sign in ")), name
        shape = model.operation_model(name).input_shape
        parameters = {*re.findall(r"{(\w+)}", check)}
        optional = parameters - {*shape.required_members} if shape else parameters
        # Without a UserName, what begins with -u is left out.
        assert not optional or (optional == {"UserName"} and " -u {UserName}" in check), name
