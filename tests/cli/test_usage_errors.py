"""Usage errors of the subcommands, made from their declarations: no text of click is seen."""

from __future__ import annotations

import re
import shlex

import click
import pytest
from support.searches import SHOWN
from support.selection import in_full
from support.shell import BIN
from support.terminal import USUAL_SIZE, Terminal

from iamcli.cli.group import group
from iamcli.parsing.habits import HABITS

HEIGHT, WIDTH = USUAL_SIZE
#: What click says, in all its releases.
OF_CLICK = re.compile(
    "Missing|No such|Got unexpected|requires an argument|does not take|Invalid value|Try|"
    r"Did you mean|Choose from|is not one of|\[ARGS\]|; see "
)
ROOT = click.Context(group, info_name="iamcli", **group.context_settings)
DECLARED = {name: group.get_command(ROOT, name) for name in SHOWN}


def made() -> list[tuple[str, str]]:
    """Return wrong command lines, each with what is said, from all declarations."""
    rows = [("--zzz", '"--zzz" is not a valid option; for help, type: iamcli -h')]
    for name, command in DECLARED.items():
        assert command
        context = click.Context(command, ROOT, name)
        arguments = [one for one in command.params if isinstance(one, click.Argument)]
        rows += [
            (f"{name} --zzz", f'"--zzz" is not a valid option; for help, type: iamcli {name} -h')
        ]
        rows += [(f"{name} -z", f'"-z" is not a valid option; for help, type: iamcli {name} -h')]
        for option in command.get_params(context):
            if isinstance(option, click.Option) and not option.hidden:
                rows += of_option(name, option)
        if arguments and arguments[0].required:
            first = (values_of(arguments[0]) or [str(arguments[0].metavar)])[-1].strip("-. ")
            rows.append((name, f"{first} is missing; type: iamcli {name} "))
        if all(one.nargs == 1 for one in arguments):
            words = [(*values_of(one), "x")[0] for one in arguments]
            line = " ".join([name, *words, "many"])
            rows.append((line, f"No argument is allowed: many; for help, type: iamcli {name} -h"))
    return rows


def values_of(parameter: click.Parameter) -> list[str]:
    """Return the values that ``parameter`` accepts, [] if it accepts any."""
    return [*getattr(parameter.type, "choices", ())]


def of_option(name: str, option: click.Option) -> list[tuple[str, str]]:
    """Return the wrong command lines with ``option`` of the subcommand ``name``."""
    rows = []
    choices = values_of(option)
    for typed in option.opts:
        if option.is_flag and typed.startswith("--"):
            said = f'Option "{typed}" takes no operand; write: {typed}'
            rows.append((f"{name} {typed}=1", said))
        elif not option.is_flag and not str(option.metavar).startswith("[="):
            value = (*choices, option.metavar)[0]
            said = f'Option "{typed}" takes an operand; write: {typed} {value}'
            rows.append((f"{name} {typed}", said))
        if typed.startswith("--"):
            wrong = f"{typed[:4]}{typed[5:]}"
            rows.append((f"{name} {wrong}", f'"{wrong}" is not a valid option; did you mean "'))
            one_dash = f'"{typed[1:]}" is not a valid option; did you mean "{typed}"?'
            rows.append((f"{name} {typed[1:]}", one_dash))
        if choices:
            said = f"the value of {typed} is not valid; type {choices[0]}"
            rows.append((f"{name} {typed} zzz x", said))
    return rows


MADE = made()


def is_worded(done: object, line: str, said: str) -> None:
    """Check what a wrong ``line`` prints."""
    status, out, err = done
    assert (status, out) == (1, "")
    first, *usage = err.splitlines()
    name = shlex.split(line)[0] if shlex.split(line)[0] in DECLARED else ""
    program = f"iamcli {name}".strip()
    assert first.startswith(f"{program}: ")
    # What is wrong, and what to type; the variables that would have precedence are unset.
    assert said in re.sub("-u AWS_[A-Z_]+ ", "", first)
    assert "; " in first
    assert not OF_CLICK.search(f"{first}\n")
    assert usage[0].startswith(f"Usage: {program}")
    assert all(len(row) <= WIDTH for row in usage)


@pytest.mark.parametrize(("line", "said"), MADE)
def test_each_wrong_line_is_worded_as_those_of_commands(line, said, run_fast):
    is_worded(run_fast("iamcli", *line.split()), line, said)


LEFT_OUT = "leave out --profile and its value; begin the command with: env AWS_PROFILE=prod"

#: Other lines that people type.
TYPED = [
    ("doctor --profile prod", "type: env AWS_PROFILE=prod iamcli doctor"),
    (
        "doctor --profile=prod --region eu-west-1 --offline",
        "type: env AWS_PROFILE=prod AWS_REGION=eu-west-1 iamcli doctor --offline",
    ),
    ("check --profile prod x.sh", LEFT_OUT),
    # Another option of this name is for the command.
    ("run --profile prod aws --profile other", LEFT_OUT),
    ("--profile prod doctor", LEFT_OUT),
    ("doctor --output json", '"--output" is not a valid option; did you mean "--format"?'),
    ("list --output json", '"--output" is not a valid option; for help, type: iamcli list -h'),
    ("list --query x", '"--query" is not a valid option; for help, type: iamcli list -h'),
    ("recreate --dry-run x all", "not a valid option; for help, type: iamcli recreate -h"),
    ("home --yes x", "leave out --yes; nothing is asked"),
    ("doctor help", "type: iamcli doctor -h"),
    ("doctor \u2013offline", "type: iamcli doctor --offline"),
    ("completion tcsh", "the value of shell is not valid; type bash, zsh or fish"),
    ("snapshot --users a 'my file'", "type: iamcli snapshot 'my file' --users a"),
]


@pytest.mark.parametrize(("line", "said"), TYPED)
def test_what_people_type(line, said, run_fast):
    is_worded(run_fast("iamcli", *shlex.split(line)), line, said)


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("option", HABITS)
def test_an_option_of_aws_gets_advice_that_can_be_followed(name, option, run_fast):
    if any(option in one.opts for one in DECLARED[name].params):
        return
    done = run_fast("iamcli", name, option)
    is_worded(done, name, f'"{option}" is not a valid option; ')
    # iamcli explain is about commands.
    assert "iamcli explain" not in done.err.replace("iamcli explain", "", 3 * (name == "explain"))


def test_no_secret_is_shown(run_fast):
    key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKE1"
    for words in (["doctor", key], [f"--{key}"], ["recreate", key], ["doctor", f"--zzz={key}"]):
        assert key not in run_fast("iamcli", *words).err


@pytest.mark.parametrize("columns", [50, 80])
@pytest.mark.parametrize(
    "line",
    [
        "check --zzz",
        "doctor --profile prod",
        in_full("completion"),
        in_full("create user bob"),
        in_full("snapshot --users user001 x.json"),
    ],
)
def test_a_usage_error_fits_in_a_window(line, columns, run):
    run.env |= {"TERM": "dumb"}
    command = f"exec {BIN / 'iamcli'} {line}"
    terminal = Terminal("sh", "-c", command, env=run.env, size=(HEIGHT, columns))
    assert terminal.status() == 1
    first, *usage = terminal.shown.replace("\r", "").splitlines()
    # The line to type is not broken, so that it can be copied.
    assert first == run("iamcli", *line.split()).err.splitlines()[0]
    assert all(len(row) <= columns and row == row.rstrip() for row in usage)
    assert -(-len(first) // columns) + len(usage) < HEIGHT // 2
