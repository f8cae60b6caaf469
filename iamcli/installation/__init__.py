"""The table of programs, and how iamcli runs: from a checkout, as the one file, with extras."""

import sys


def is_one_file() -> bool:
    """Return whether iamcli runs from the one file, iamcli.pyz."""
    return "iamcli.installation.onefile" in sys.modules
