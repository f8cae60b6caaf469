"""The interface is the legacy toolkit's: its commands, their options, and what each one sends.

``tests/interface`` contains a copy of the two data files. Every row is checked; intended
differences are listed below with the reason.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from support.legacy_requests import (
    FILES,
    INTERFACE,
    READ_FIRST,
    REFUSED,
    ROWS,
    arguments_of,
    expected,
    listed,
)
from support.shell import ROOT
from support.stub import refused

from iamcli.cli import index

if TYPE_CHECKING:
    from iamcli.parsing.options import Option

pytestmark = pytest.mark.releases

LEGACY = (ROOT / "LEGACY.md").read_text()
DECLARED = json.loads((INTERFACE / "commands.json").read_text())
COMMANDS = {command.name: command for command in index.commands()}

#: Options that the original did not have.
ADDED = {
    "iam-accountmodpasswordpolicy": ["--reset"],
    "iam-grouplistpolicies": ["-a"],
    "iam-rolecreate": ["-b", "-t"],
    "iam-rolelistpolicies": ["-a"],
    "iam-useraddkey": ["-o"],
    "iam-usercreate": ["-b", "-o", "-t"],
    "iam-userlistkeys": ["-l"],
    "iam-userlistpolicies": ["-a"],
}


def as_declared(option: Option) -> dict[str, Any]:
    """Return an option in the form of commands.json."""
    if option.switch:
        return {"option": option.name, "flag": True}
    entry: dict[str, Any] = {"option": option.name, "metavar": option.metavar}
    entry |= {"required": True} if option.required else {}
    entry |= {"repeatable": True} if option.repeatable else {}
    entry |= {"choices": list(option.choices)} if option.choices else {}
    if option.name in {"-i", "-m"} and option.convert:
        entry |= {"integer": True}
    return entry


def test_there_are_the_original_commands_and_those_that_legacy_md_adds():
    original = DECLARED["commands"].keys()
    assert len(original) == 69
    assert original <= COMMANDS.keys()
    described = {*re.findall(r"^\| `(iam-\w+)`", LEGACY, re.MULTILINE)}
    assert described <= COMMANDS.keys()
    added = sorted(COMMANDS.keys() - original - described)
    assert not added, f"no row of LEGACY.md begins with these, which the original lacks: {added}"


@pytest.mark.parametrize("name", sorted(DECLARED["commands"]))
def test_options_are_the_originals(name):
    options = {option.name: option for option in COMMANDS[name].options}
    for added in ADDED.get(name, ()):
        assert not options.pop(added).required
    original = {entry["option"] for entry in DECLARED["commands"][name]}
    assert sorted(options) == sorted(original), (
        f"{name} lacks {sorted(original - options.keys())} of the original, and has "
        f"{sorted(options.keys() - original)} more. To add an option, follow the recipe in "
        "docs/architecture.md: list it in ADDED in this file, use it in the transcript of the "
        "command, run make pages, and name it in docs/decisions.md and CHANGELOG.md"
    )
    own = sorted(options.values(), key=lambda option: option.name)
    declared = [as_declared(option) for option in own]
    if name == "iam-virtualmfadevicecreate":
        # The original sent any -b; the three that mean something are known.
        assert declared[0].pop("choices") == ["Base32String", "Base32StringSeed", "QRCodePNG"]
    assert declared == DECLARED["commands"][name]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_common_options_are_the_originals(name):
    common = {option.name: option for option in COMMANDS[name].all_options}
    for entry in DECLARED["common_options"]:
        option = common[entry["option"]]
        assert option.metavar == entry.get("metavar")
        assert option.switch == entry.get("flag", False)
        assert entry.get("alias", option.alias) == option.alias


def test_every_difference_is_a_row():
    assert {*REFUSED, *READ_FIRST} <= {row[0] for row in ROWS}
    assert len(ROWS) == 127


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_first_request_is_the_originals(row, run_fast, stub):
    line, operation, parameters = row
    for name, content in FILES.items():
        (run_fast.home / name).write_text(content)
    endpoint = stub.endpoint(refused("Recorded", "this is as far as it goes"))
    done = run_fast(*arguments_of(line), env={"AWS_IAM_URL": endpoint.url})
    if line in REFUSED:
        assert REFUSED[line] in done.err
        assert endpoint.requests == []
        return
    assert ": Recorded: this is as far as it goes\n" in done.err
    request = endpoint.requests[0]
    if line in READ_FIRST:
        assert request.operation == READ_FIRST[line]
        return
    assert request.operation == operation
    assert listed(request.parameters) == expected(line, parameters)
