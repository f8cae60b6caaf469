"""The interface is the legacy toolkit's: its commands, their options, and what each one sends.

``tests/interface`` contains a copy of the two data files. Every row is checked; intended
differences are listed below with the reason.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.stub import refused

from iamcli.commands import index

if TYPE_CHECKING:
    from support.forked import ForkRunner
    from support.shell import Shell
    from support.stub import Stub

    from iamcli.parsing.options import Option

INTERFACE = Path(__file__).resolve().parent / "interface"
DECLARED = json.loads((INTERFACE / "commands.json").read_text())
COMMANDS = {command.name: command for command in index.commands()}

#: Rows of requests.tsv that are answered differently: what standard error says instead of sending.
REFUSED = {
    # A policy that is not JSON is refused before anything is sent.
    "iam-groupuploadpolicy -g g -p pn -f bad.json": "not JSON",
    "iam-useruploadpolicy -u u -p pn -o text": "not JSON",
    # So is what the service could not take.
    "iam-grouplistbypath -i 0": '"0" is not a valid value for "-i"',
    "iam-grouplistbypath -i -5": '"-5" is not a valid value for "-i"',
    "iam-virtualmfadevicecreate -s dev -b foo -o out.png": '"foo" is not a valid value for "-b"',
    # A QR code that nobody would see: standard output is not a terminal here.
    "iam-virtualmfadevicecreate -s dev -b QRCodePNG": "standard output is not a terminal",
    # Pretending really deleted; a defect of the original that is not copied.
    "iam-groupdel -g g -p": "nothing was sent",
}
#: Rows whose first request is another one, which only reads: the operation.
READ_FIRST = {"iam-accountmodpasswordpolicy -a -l -n": "GetAccountPasswordPolicy"}
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
#: The one parameter that differs: a whole list is read in pages of the service's maximum.
WHOLE_LIST = ("MaxItems: 100", "MaxItems: 1000")

FILES = {
    "pol.json": '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}\n',
    "bad.json": "not json\n",
    "cert.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "key.pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIC\n-----END RSA PRIVATE KEY-----\n",
}
ROWS = [row.split("\t") for row in (INTERFACE / "requests.tsv").read_text().splitlines()[1:] if row]


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


def test_there_are_the_original_commands_and_no_others() -> None:
    assert sorted(COMMANDS) == sorted(DECLARED["commands"])
    assert len(COMMANDS) == 69


@pytest.mark.parametrize("name", sorted(DECLARED["commands"]))
def test_options_are_the_originals(name: str) -> None:
    options = {option.name: option for option in COMMANDS[name].options}
    for added in ADDED.get(name, ()):
        assert not options.pop(added).required
    original = {entry["option"] for entry in DECLARED["commands"][name]}
    assert sorted(options) == sorted(original), (
        f"{name} lacks {sorted(original - options.keys())} of the original, and has "
        f"{sorted(options.keys() - original)} more. To add an option, follow the recipe in "
        "docs/architecture.md: list it in ADDED in this file, use it in the transcript of the "
        "command, run make pages, and name it in LEGACY.md and CHANGELOG.md"
    )
    own = sorted(options.values(), key=lambda option: option.name)
    declared = [as_declared(option) for option in own]
    if name == "iam-virtualmfadevicecreate":
        # The original sent any -b; the three that mean something are known.
        assert declared[0].pop("choices") == ["Base32String", "Base32StringSeed", "QRCodePNG"]
    assert declared == DECLARED["commands"][name]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_common_options_are_the_originals(name: str) -> None:
    common = {option.name: option for option in COMMANDS[name].all_options}
    for entry in DECLARED["common_options"]:
        option = common[entry["option"]]
        assert option.metavar == entry.get("metavar")
        assert option.switch == entry.get("flag", False)
        assert entry.get("alias", option.alias) == option.alias


def test_every_difference_is_a_row() -> None:
    assert {*REFUSED, *READ_FIRST} <= {row[0] for row in ROWS}
    assert len(ROWS) == 127


@pytest.mark.full
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_first_request_of_the_installed_program(row: list[str], run: Shell, stub: Stub) -> None:
    assert_first_request(row, run, stub)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_first_request_is_the_originals(row: list[str], run_fast: ForkRunner, stub: Stub) -> None:
    assert_first_request(row, run_fast, stub)


def assert_first_request(row: list[str], run: ForkRunner | Shell, stub: Stub) -> None:
    line, operation, parameters = row
    for name, content in FILES.items():
        (run.home / name).write_text(content)
    endpoint = stub.endpoint(refused("Recorded", "this is as far as it goes"))
    done = run(*arguments_of(line), env={"AWS_IAM_URL": endpoint.url})
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


def arguments_of(line: str) -> list[str]:
    """Return the arguments of a row's command line, which has quotes only in a policy."""
    return shlex.split(line) if '"' not in line else line.split(" ")


def listed(parameters: dict[str, str]) -> list[str]:
    return sorted(f"{name}: {value}".replace("\n", "⏎") for name, value in parameters.items())


def expected(line: str, parameters: str) -> list[str]:
    wanted = []
    rest = parameters
    while rest:
        # A document holds commas, but none that a name and a colon follow.
        end = next((at for at in commas(rest) if rest[at + 2].isupper()), len(rest))
        wanted.append(rest[:end])
        rest = rest[end + 2 :]
    asked_for_a_page = " -i " in line or " -m " in line
    if not asked_for_a_page:
        wanted = [WHOLE_LIST[1] if entry == WHOLE_LIST[0] else entry for entry in wanted]
    return sorted(wanted)


def commas(text: str) -> list[int]:
    return [at for at in range(len(text) - 2) if text[at : at + 2] == ", "]
