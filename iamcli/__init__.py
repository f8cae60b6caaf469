"""The 69 commands of the legacy AWS IAM Command Line Toolkit, over botocore."""

__version__ = "1.0.0"

import os
import sys

# If something else imports the package, nothing of this is done.
if os.path.basename(sys.argv[0]).startswith(("iam-", "iamcli")) and (
    "PYTHONPATH" in os.environ or "IAMCLI_PYTHONHOME" in os.environ
):
    from iamcli.startup import begin

    begin()
