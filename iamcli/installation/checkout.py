"""Runs a command of a checkout; bin/launcher comes here."""

from __future__ import annotations

import sys

from iamcli.commands.table import PROGRAMS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The packages that an installation would have brought along.
NEEDED = ("click", "botocore")


def main(root: str, name: str) -> Any:
    """Run the command ``name`` of the checkout ``root`` with the words in ``sys.argv[1:]``.

    Returns what ``sys.exit`` takes; 1, after one line on standard error, where there is no such
    command or where a package is missing.
    """
    place = PROGRAMS.get(name)
    if place is None:
        return _failed(name, f"no such command in {root}/setup.cfg; run iamcli for a list")
    missing = [package for package in NEEDED if not _is_there(package)]
    if missing:
        what = f"{' and '.join(missing)} not installed for {sys.executable}"
        return _failed(name, f"{what}; run make demo in {root}, or pip install {' '.join(missing)}")
    # As the script that an installation makes has it.
    sys.argv[0] = f"{root}/bin/{name}"
    module, _, attribute = place.partition(":")
    __import__(module)
    return getattr(sys.modules[module], attribute)()


def _is_there(package: str) -> bool:
    return any(finder.find_spec(package, None) for finder in sys.meta_path)


def _failed(name: str, reason: str) -> int:
    sys.stderr.write(f"{name}: {reason}\n")
    return 1
