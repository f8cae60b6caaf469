"""The commands: one module for each kind of entity."""

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import os
import sys

# Until a command runs, Ctrl-C ends its program without Python's traceback, as it ends others.
# If something else imports the commands, or if Ctrl-C is ignored, nothing is changed.
if os.path.basename(sys.argv[0]).startswith("iam-") and (
    _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler
):
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
