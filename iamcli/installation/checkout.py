"""Runs a command of a checkout, for bin/launcher."""

from __future__ import annotations

import sys

from iamcli.installation.table import PROGRAMS
from iamcli.startup import start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The packages that a checkout needs and an installation includes.
REQUIRED = ("click", "botocore")


def main(root: str, name: str) -> Any:
    """Run the command ``name`` of the checkout ``root`` with the arguments in ``sys.argv[1:]``.

    Returns a value for ``sys.exit``: one line if there is no such command or a package is missing.
    """
    entry_point = PROGRAMS.get(name)
    if entry_point is None:
        return f"{name}: no such command in {root}/setup.cfg; run iamcli list"
    missing = [package for package in REQUIRED if not _is_installed(package)]
    if missing:
        what = f"{name}: {' and '.join(missing)} not installed for {sys.executable}"
        return f"{what}; run make demo in {root}, or pip install {' '.join(missing)}"
    # The same value as in an installed script.
    sys.argv[0] = f"{root}/bin/{name}"
    return start(*entry_point.split(":"))


def _is_installed(package: str) -> bool:
    """Return whether ``package`` can be found; it is not imported."""
    return any(finder.find_spec(package, None) for finder in sys.meta_path)
