"""Programs with other limits of time: they set the constants of modules before they start."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from iamcli.installation.table import PROGRAMS
from support.limits import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: What a slow machine needs (seconds), by the full names of the constants: for ``iamcli``, for the
#: server of ``iamcli run``, and for the iam-* commands.
PATIENT = dict.fromkeys(
    ("iamcli.cli.complete.names.TIMEOUT", "iamcli.cli.running.command_server.TIMEOUT"), TIMEOUT
)
SERVER = dict.fromkeys(
    (
        "iamcli.cli.run.program.SENDING",
        "iamcli.cli.run.pool.MAX_IDLE",
        "iamcli.cli.run.pool.TIMEOUT",
    ),
    TIMEOUT,
)
COMMANDS = {"iamcli.handover.AT_ONCE": TIMEOUT}

_START = """
import sys
from iamcli.startup import start
{setting}
sys.exit(start({module!r}, {function!r}))
"""
#: Lets a server that ``iamcli`` starts run statements before its ``main``.
_BEFORE_MAIN = """
import iamcli.cli.running.command_server as module
module._SERVER_CODE = module._SERVER_CODE.replace("main()", "{statements}; main()")
"""


def _setting(constants: Mapping[str, float]) -> str:
    """Return the statements that set these constants, on one line."""
    names = (name.rpartition(".") for name in constants)
    lines = (f"import {module} as module; module.{name} = " for module, _, name in names)
    return "; ".join(map("{}{}".format, lines, constants.values()))


def _code(name: str, constants: Mapping[str, float]) -> str:
    module, function = PROGRAMS[name].split(":")
    return _START.format(setting=_setting(constants), module=module, function=function)


def iamcli(constants: Mapping[str, float], before: str = "") -> tuple[str, ...]:
    """Return what starts ``iamcli`` with these limits; its arguments follow.

    ``before``: statements that come first.
    """
    return sys.executable, "-c", before + _code("iamcli", constants)


def patient_programs(folder: Path) -> None:
    """Write all programs into ``folder``, as an installation does, but those that wait longer."""
    for name in PROGRAMS:
        code = _code(name, COMMANDS)
        if name == "iamcli":
            code = _BEFORE_MAIN.format(statements=_setting(SERVER)) + _code(name, PATIENT)
        (folder / name).write_text(f"#!{sys.executable}\n{code}")
        (folder / name).chmod(0o755)
