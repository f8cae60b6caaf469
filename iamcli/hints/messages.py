"""Hints that follow from the service's message: which policy denied, what is left, which quota.

Sources: the formats of access denied messages and the IAM quotas in the IAM User Guide; the
messages of DeleteConflict, such as "Cannot delete entity, must delete access keys first."
"""

from __future__ import annotations

import re
import sys

from iamcli.parsing.suggestions import TypedLine
from iamcli.quoting import filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.errors import ServiceError
    from iamcli.hints.values import Run

_ORGANIZATION = "ask an administrator of the organization"
#: The types of policies, as the service names them, with the hint after "denied by ".
POLICY_TYPES = {
    "service control policy": f"a service control policy of the organization; {_ORGANIZATION}",
    "resource control policy": f"a resource control policy of the organization; {_ORGANIZATION}",
    "permissions boundary": (
        "the permissions boundary of your user or role; identity-based policies cannot allow more "
        "than it does"
    ),
    "session policy": (
        "the session policy of your temporary credentials; get credentials with a session policy "
        "that allows this, or without one"
    ),
    "identity-based policy": (
        "an explicit Deny in an identity-based policy that applies to your user or role; no other "
        "policy can allow this"
    ),
    "resource-based policy": "a resource-based policy; ask the owner of the resource",
    "vpc endpoint policy": (
        "the policy of the VPC endpoint through which the request was sent; ask an administrator "
        "of the endpoint"
    ),
}
#: The hints for types of policies that need an Allow statement, and lack it.
LACKING = {
    "identity-based policy": (
        "denied because no identity-based policy that applies to your user or role allows this; "
        "ask an administrator to allow it"
    ),
    "resource-based policy": (
        "denied because no resource-based policy allows this; ask the owner of the resource"
    ),
}
_TYPE = "|".join(POLICY_TYPES)
_EXPLICIT = re.compile(rf" explicit deny in an? ({_TYPE})\b", re.IGNORECASE)
_LACKING = re.compile(rf" because no ({_TYPE}) allows ", re.IGNORECASE)


def denied(error: ServiceError, run: Run) -> str:
    """Return which type of policy denied the request, and whom to ask; "" if it is not known.

    If an identity-based policy could allow it, the line names the command that prints one.

    Messages in another format do not contain the reason. If policies of several types deny a
    request, the service names only one.
    """
    if explicit := _EXPLICIT.search(error.message):
        return f"denied by {POLICY_TYPES[explicit[1].lower()]}"
    if lacking := _LACKING.search(error.message):
        policy = lacking[1].lower()
        if policy == "identity-based policy":
            # No policy is printed for a subcommand, such as iamcli snapshot.
            iam = run.command.name.startswith("iam-")
            line = iam and TypedLine(run.command.all_options, sys.argv[1:]).corrected(
                run.command.name
            )
            explain = f"; for its policy, run: iamcli explain --policy -- {line}"
            return f"{LACKING[policy]}{explain if line else ''}"
        return LACKING.get(policy) or f"denied by {POLICY_TYPES[policy]}"
    return ""


def refused_name(error: ServiceError, run: Run) -> str:
    """Return which characters Ceph refuses in a name; "" if the server gives another reason.

    Source: docs/ceph.md (names of roles, and of policies of users and groups).
    """
    name = error.parameters.get("RoleName") or error.parameters.get("PolicyName") or ""
    bare = not error.message and run.client.destination.is_another_service
    refused = "Ceph refuses _ and + in names of roles, and of policies of users and groups"
    return refused if bare and re.search("[_+]", name) else ""


#: The commands that first remove all that an entity has, by operation.
RECURSIVE = {
    "DeleteUser": "iam-userdel -u {UserName} -r",
    "DeleteGroup": "iam-groupdel -g {GroupName} -r",
    "DeleteRole": "iam-roledel -r {RoleName} -c",
    "DeleteInstanceProfile": "iam-instanceprofiledel -s {InstanceProfileName} -r",
}
#: For an operation and words of its message, the command that removes what the entity still has.
LEFT = (
    ("DeleteUser", "access keys first", "iam-userdelkey -u {UserName} -k ACCESSKEYID"),
    ("DeleteUser", "certificates first", "iam-userdelcert -u {UserName} -c CERTIFICATEID"),
    ("DeleteUser", "users from group", "iam-groupremoveuser -g GROUPNAME -u {UserName}"),
    ("DeleteUser", "login profile first", "iam-userdelloginprofile -u {UserName}"),
    ("DeleteUser", "mfa device first", "iam-userdeactivatemfadevice -u {UserName} -s SERIAL"),
    ("DeleteUser", "delete policies first", "iam-userdelpolicy -u {UserName} -p POLICYNAME"),
    ("DeleteGroup", "users from group", "iam-groupremoveuser -g {GroupName} -u USERNAME"),
    ("DeleteGroup", "delete policies first", "iam-groupdelpolicy -g {GroupName} -p POLICYNAME"),
    (
        "DeleteRole",
        "roles from instance profile",
        "iam-instanceprofileremoverole -s INSTANCEPROFILENAME -r {RoleName}",
    ),
    ("DeleteRole", "delete policies first", "iam-roledelpolicy -r {RoleName} -p POLICYNAME"),
    (
        "DeleteInstanceProfile",
        "roles from instance profile",
        "iam-instanceprofileremoverole -s {InstanceProfileName} -r ROLENAME",
    ),
    (
        "DeleteVirtualMFADevice",
        "in use",
        "iam-userdeactivatemfadevice -u USERNAME -s {SerialNumber}",
    ),
)
#: For words of a message about what no command removes, the actions that list it.
LISTED_WITH = {
    "detach all policies": "iam:ListAttached{}Policies",
    "referenced objects first": "iam:ListSSHPublicKeys and iam:ListServiceSpecificCredentials",
}


def conflict(error: ServiceError, run: Run) -> str:
    """Return the commands that remove what the service names; "" if there is none."""
    operation, message = error.operation, error.message.lower()
    command = RECURSIVE.get(operation, "")
    if command and run.values.get("recursive"):
        for words, actions in LISTED_WITH.items():
            if words in message:
                lists = actions.format(operation.removeprefix("Delete"))
                option = command.rpartition(" ")[2]
                return f"{option} leaves what your access key or the server cannot list: {lists}"
        command = ""
    one = next((row[2] for row in LEFT if row[0] == operation and row[1] in message), "")
    steps = (("first run", one), ("remove it with everything that belongs to it", command))
    return "; or ".join(f"{what}: {filled(each, error.parameters)}" for what, each in steps if each)


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
    if inline := _INLINE.match(error.message):
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
        return f"the quota {name} is {value}{ADJUSTABLE[name]}; request an increase in {console}"
    return f"the quota {name} is {value}; {console} lists the quotas that can be raised"
