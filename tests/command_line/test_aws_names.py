"""The long options of aws name the option of a command that sends the same parameter."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from iamcli.cli import index
from iamcli.cli.explain.data_flow import spelled
from iamcli.cli.explain.explanation import Explanation
from iamcli.client.model import full_model
from iamcli.interrupts import SignalState
from iamcli.parsing import suggestions

if TYPE_CHECKING:
    from iamcli.command import Command
    from iamcli.parsing.options import Option

#: Values by placeholder; that of others is the placeholder.
VALUES = {
    "CODE1": "111111",
    "CODE2": "222222",
    "KEY=VALUE": "a=b",
    "MAXITEMS": "5",
    "MINIMUMPASSWORDLENGTH": "8",
    "NEWPATH": "/new/",
    "PATH": "/x/",
    "POLICYDOCUMENT": "{}",
}


def typed(option: Option) -> str:
    """Return a value of ``option``, for a file the name of one, which no other option has."""
    placeholder = str(option.metavar)
    return option.choices[0] if option.choices else VALUES.get(placeholder, placeholder)


def sent(command: Command, option: Option) -> dict[str, bool]:
    """Return the parameters of what ``command`` sends, and whether each has ``option``'s value."""
    words = [command.name, option.name, *([] if option.switch else [typed(option)])]
    for each in command.options:
        # A file is the alternative that every command with one has.
        needed = each.required or (each.name == "-f" and each.alternative != option.name)
        if needed and each != option:
            words += [each.name, typed(each)]
    value = option.switch or option.value(words[2])
    if option.complete == "file":
        value = f'{{"Id": "{words[2]}"}}'
    known = (str(value), str([value]))
    found = {}
    for step in Explanation(words).steps.values():
        shape = full_model().operation_model(step.operation).input_shape
        for name in shape.members if shape else ():
            found[name] = found.get(name) or str(step.parameters.get(name)) in known
    return found


@pytest.mark.parametrize("name", index.names())
def test_a_long_name_names_the_options_that_send_its_parameter(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(SignalState, "raises", SignalState.raises)
    command = index.load(name)
    options = defaultdict(set)
    for option in command.options:
        if option.complete == "file" and option.name != "-o":
            (tmp_path / typed(option)).write_text(f'{{"Id": "{typed(option)}"}}')
    for option in command.options:
        if not option.requires:
            for parameter, is_sent in sent(command, option).items():
                options[parameter] |= {option.name} if is_sent else set()
    for parameter, names in options.items():
        advice = suggestions.advice(command.all_options, f"--{spelled(parameter)}")
        assert set(re.findall('"(-.*?)"', advice)) == names, parameter
