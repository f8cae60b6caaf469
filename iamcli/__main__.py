"""Runs ``iamcli`` as ``python -m iamcli``."""

import _signal  # type: ignore[import-not-found]
import sys

# Python puts the current directory first. Remove it before anything can be imported from there.
if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
    del sys.path[0]

# Until a subcommand runs, Ctrl-C ends the process without a traceback.
if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

from iamcli.startup import begin

begin()

from iamcli.cli import main  # noqa: E402 - begin orders the directories of modules

sys.exit(main())
