"""The commands: one module for each kind of entity."""

import os
import sys

# If something else imports the commands, this is not done. It comes before all other imports, which
# take longer than the command takes then.
if "IAMCLI_RUN" in os.environ and os.path.basename(sys.argv[0]).startswith("iam-"):
    from iamcli.handover import hand_over

    hand_over()
