"""Runs ``iamcli`` as ``python -m iamcli``."""

import sys

# Python puts the current directory first. Remove it before anything can be imported from there.
if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]

from iamcli.startup import program

sys.exit(program.cli.main())
