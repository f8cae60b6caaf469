"""LimitExceeded: the quota, and whether and where it can be raised.

Source: the IAM quotas in the IAM User Guide. A quota that is in neither table can be of either
kind.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.errors import ServiceError
    from iamcli.hints.run import Run

#: Quotas that the service does not raise, as its messages name them, with what to do instead.
FIXED = {
    "AccessKeysPerUser": "delete one with iam-userdelkey",
    "CertificatesPerUser": "delete one with iam-userdelcert",
    "GroupsPerUser": "remove the user from a group with iam-groupremoveuser",
    "InstanceSessionsPerInstanceProfile": "remove the role with iam-instanceprofileremoverole",
    "UsersPerAccount": "delete users that are not needed, or use roles",
}
#: Quotas that the service raises on request, with what they limit if the name does not say it.
ADJUSTABLE = {
    "ACLSizePerRole": " (the length of the role's trust policy)",
    "GroupsPerAccount": "",
    "InstanceProfilesPerAccount": "",
    "RolesPerAccount": "",
    "ServerCertificatesPerAccount": "",
}
_QUOTA = re.compile(r"Cannot exceed quota for (\w+): (\d+)")
_INLINE = re.compile(r"Maximum policy size of (\d+) bytes exceeded for (user|group|role) ")


def exceeded(error: ServiceError, run: Run) -> str:
    """Return the name and value of the quota, and what to do; "" if the message has no quota."""
    inline = _INLINE.match(error.message)
    if inline:
        size, kind = inline.groups()
        return (
            f"the quota for all inline policies of a {kind} is {size} bytes without white space, "
            "and cannot be raised; attached managed policies do not count"
        )
    quota = _QUOTA.match(error.message)
    if not quota:
        return ""
    name, value = quota.groups()
    if name in FIXED:
        return f"the quota {name} is {value} and cannot be raised; {FIXED[name]}"
    region = ", Region us-east-1" if run.client.destination.partition == "aws" else ""
    console = f"the Service Quotas console (AWS Identity and Access Management{region})"
    if name in ADJUSTABLE:
        meaning = ADJUSTABLE[name]
        return f"the quota {name} is {value}{meaning}; request an increase in {console}"
    return f"the quota {name} is {value}; {console} lists the quotas that can be raised"
