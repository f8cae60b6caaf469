"""What people look for with iamcli help."""

from __future__ import annotations

import re

from iamcli.cli.group import SUBCOMMANDS

#: The subcommands for users; the completions of the shells run the other one.
SHOWN = [name for name in SUBCOMMANDS if name != "complete"]


def commands_in(text: str) -> list[str]:
    """Return the commands that ``text`` lists with their summaries."""
    return re.findall(r"^  (iam-\w+)  +[A-Z]", text, re.MULTILINE)


#: What people look for, with what they must find: commands, and topics of iamcli help.
SOUGHT = {
    "attach": ["iam-userlistpolicies", "today"],
    "detach": ["iam-userdelpolicy", "today"],
    "permission": ["iam-userlistpolicies", "today"],
    "lock": ["iam-usermodkey", "iam-userdelloginprofile"],
    "disable": ["iam-usermodkey", "iam-userdeactivatemfadevice"],
    "revoke": ["iam-usermodkey", "iam-userdelkey", "iam-userdelpolicy"],
    "suspend": ["iam-usermodkey", "iam-userdelloginprofile"],
    "reset password": ["iam-usermodloginprofile", "iam-accountmodpasswordpolicy"],
    "delete user": ["iam-userdel"],
    "saml": ["today"],
    "add tags": ["iam-usercreate", "iam-rolecreate", "today"],
    "credential": ["iam-useraddkey", "credential-file", "today"],
    "rotate": ["iam-usermodkey", "iam-userlistkeys"],
    "quota": ["iam-accountgetsummary"],
    # Plural and upper case, in one argument; and what only an option or a request names.
    "Permissions Boundary": ["iam-usercreate", "today"],
    "QRCodePNG": ["iam-virtualmfadevicecreate"],
    "PutRolePolicy": ["iam-roleaddpolicy"],
    "instance profiles": ["iam-instanceprofilecreate"],
}


#: Words that nobody needs.
NONSENSE = ("frobnicate", "xyzzy", "zzz", "qwertz", "unicorn", "user zzz", "lorem ipsum", "%%")
