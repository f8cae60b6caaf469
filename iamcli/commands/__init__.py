"""The commands: one module for each kind of entity."""

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import os
import sys

# If something else imports the commands, nothing of this is done.
_program = os.path.basename(sys.argv[0])
if _program == "iamcli" or _program.startswith("iam-"):
    # Until a command runs, Ctrl-C ends its program without Python's traceback, as it ends others.
    # If Ctrl-C is ignored, it remains ignored.
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    # Before anything else is imported, because that takes longer than the command takes then.
    if "IAMCLI_RUN" in os.environ and _program != "iamcli":
        from iamcli.handover import hand_over

        hand_over()
