"""Runs the umbrella as ``python -m iamcli``."""

import sys

# Python has put the current folder first; what lies there is not ours. Nothing is imported before.
if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]

from iamcli.cli import main

sys.exit(main())
