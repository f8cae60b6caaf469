"""Programs with other limits of time: a test gives them, as a function's arguments."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from iamcli.installation.table import PROGRAMS
from support.limits import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    #: Limits (seconds) by name, for each subcommand.
    Limits = Mapping[str, Mapping[str, float]]

#: What a slow machine needs.
PATIENT = {
    "complete": {"timeout": TIMEOUT},
    "run": {"timeout": TIMEOUT, "sent": TIMEOUT, "idle": TIMEOUT},
}
#: Gives subcommands of ``iamcli`` more arguments.
_GIVE = """
import functools
from iamcli.cli.group import group
for name, limits in {limits}.items():
    command = group.get_command(None, name)
    command.callback = functools.partial(command.callback, **limits)
"""
_START = """
import sys
from iamcli.startup import start
sys.exit(start({module!r}, {function!r}, **{limits}))
"""


def given(limits: Limits) -> str:
    """Return code that a fork runs before ``iamcli``, which has these limits then."""
    return _GIVE.format(limits=limits)


def _iamcli(limits: Limits) -> str:
    return given(limits) + _START.format(module="iamcli.cli", function="main", limits={})


def iamcli(limits: Limits) -> tuple[str, ...]:
    """Return what starts ``iamcli`` with these limits; its arguments follow."""
    return sys.executable, "-c", _iamcli(limits)


def patient_programs(folder: Path) -> None:
    """Write all programs into ``folder``, as an installation does, but those that wait longer."""
    for name, place in PROGRAMS.items():
        module, function = place.split(":")
        code = _START.format(module=module, function=function, limits={"at_once": TIMEOUT})
        if name == "iamcli":
            code = _iamcli(PATIENT)
        (folder / name).write_text(f"#!{sys.executable}\n{code}")
        (folder / name).chmod(0o755)
