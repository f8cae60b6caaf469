"""Directories that scripts use as AWS_IAM_HOME, and commands that run from a checkout."""

import sys


def is_one_file() -> bool:
    """Return whether iamcli runs from the one file, iamcli.pyz."""
    return "iamcli.installation.onefile" in sys.modules
