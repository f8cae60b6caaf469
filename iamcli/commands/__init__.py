"""The rooms: one module for each kind of thing that the commands act on."""

import _signal  # type: ignore[import-not-found]  # signal itself costs a start 4 ms
import os
import sys

# Until a command runs, Ctrl-C ends its program without Python's traceback, as it ends others.
# Where something else imports the rooms, or where Ctrl-C is ignored, nothing is changed.
if os.path.basename(sys.argv[0]).startswith("iam-") and (
    _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler
):
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)

#: Module names of the rooms, in the order in which the commands are presented.
ROOMS = (
    "users",
    "groups",
    "roles",
    "instanceprofiles",
    "policies",
    "keys",
    "signingcerts",
    "servercerts",
    "mfa",
    "passwords",
    "account",
)
