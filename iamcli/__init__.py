"""The 69 commands of the legacy AWS IAM Command Line Toolkit, over botocore."""

__version__ = "1.0.0.dev0"

import _signal  # type: ignore[import-not-found]  # the module signal takes 4 ms to import
import os
import sys

# If something else imports the package, nothing of this is done.
if os.path.basename(sys.argv[0]).startswith(("iam-", "iamcli")):
    # Until a command runs, Ctrl-C ends its program without Python's traceback, as it ends others.
    # If Ctrl-C is ignored, it remains ignored.
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    if "PYTHONPATH" in os.environ or "IAMCLI_PYTHONHOME" in os.environ:
        from iamcli.startup import begin

        begin()
