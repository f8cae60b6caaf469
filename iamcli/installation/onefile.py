"""Runs a command of the one file, iamcli.pyz: by the name of a link to it, or by the first word."""

from __future__ import annotations

import os
import sys

from iamcli.installation.table import PROGRAMS
from iamcli.startup import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def main() -> Any:
    """Run the command that the name of the program names, or else ``iamcli``.

    ``iamcli`` runs the command that its first argument names. Returns a value for ``sys.exit``.
    """
    name = os.path.basename(sys.argv[0])
    return start(*PROGRAMS.get(name, PROGRAMS["iamcli"]).split(":"))
