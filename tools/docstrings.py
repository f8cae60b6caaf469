"""Docstrings, from which the generated files are made."""

from __future__ import annotations

import sys


def require() -> None:
    """End the program with the reason if Python has removed the docstrings."""
    if sys.flags.optimize > 1:
        sys.exit(
            "python -OO and PYTHONOPTIMIZE=2 remove the docstrings that the files are made from; "
            "nothing was changed; run this again without them"
        )
