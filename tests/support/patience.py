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
#: ``iamcli``, whose subcommands have more arguments.
_IAMCLI = """
import functools, sys
from iamcli.cli.group import group
from iamcli.startup import start
for name, limits in {limits}.items():
    command = group.get_command(None, name)
    command.callback = functools.partial(command.callback, **limits)
sys.exit(start("iamcli.cli", "main"))
"""
#: A command, which waits so long until a server takes it.
_COMMAND = """
import sys
from iamcli.startup import start
sys.exit(start({module!r}, {function!r}, at_once={at_once}))
"""


def iamcli(limits: Limits) -> tuple[str, ...]:
    """Return what starts ``iamcli`` with these limits; its arguments follow."""
    return sys.executable, "-c", _IAMCLI.format(limits=limits)


def patient_programs(folder: Path) -> None:
    """Write all programs into ``folder``, as an installation does, but those that wait longer."""
    for name, place in PROGRAMS.items():
        module, function = place.split(":")
        code = _COMMAND.format(module=module, function=function, at_once=TIMEOUT)
        if name == "iamcli":
            code = _IAMCLI.format(limits=PATIENT)
        (folder / name).write_text(f"#!{sys.executable}{code}")
        (folder / name).chmod(0o755)
