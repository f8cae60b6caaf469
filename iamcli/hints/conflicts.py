"""DeleteConflict: the command that removes what is left.

Source: the messages of the service, such as "Cannot delete entity, must delete access keys first."
"""

from __future__ import annotations

from typing import NamedTuple

from iamcli.quoting import filled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.errors import ServiceError
    from iamcli.hints.run import Run


class Left(NamedTuple):
    """What an entity still has: the ``words`` of the message, and the ``command`` that removes it.

    ``listed_with``: if there is no command, the actions that the recursive option lists it with.
    """

    words: str
    command: str
    listed_with: str = ""


class Deletion(NamedTuple):
    """A refused deletion: what the entity may still have, the first that matches counts.

    ``recursive``: the command that first removes all of it, with the option at its end, or "".
    """

    recursive: str
    lefts: tuple[Left, ...]


#: The deletions, by operation.
DELETIONS = {
    "DeleteUser": Deletion(
        "iam-userdel -u {UserName} -r",
        (
            Left("detach all policies", "", "iam:ListAttachedUserPolicies"),
            Left("access keys first", "iam-userdelkey -u {UserName} -k ACCESSKEYID"),
            Left("certificates first", "iam-userdelcert -u {UserName} -c CERTIFICATEID"),
            Left("users from group", "iam-groupremoveuser -g GROUPNAME -u {UserName}"),
            Left("login profile first", "iam-userdelloginprofile -u {UserName}"),
            Left("mfa device first", "iam-userdeactivatemfadevice -u {UserName} -s SERIAL"),
            Left("delete policies first", "iam-userdelpolicy -u {UserName} -p POLICYNAME"),
            Left(
                "referenced objects first",
                "",
                "iam:ListSSHPublicKeys and iam:ListServiceSpecificCredentials",
            ),
        ),
    ),
    "DeleteGroup": Deletion(
        "iam-groupdel -g {GroupName} -r",
        (
            Left("detach all policies", "", "iam:ListAttachedGroupPolicies"),
            Left("users from group", "iam-groupremoveuser -g {GroupName} -u USERNAME"),
            Left("delete policies first", "iam-groupdelpolicy -g {GroupName} -p POLICYNAME"),
        ),
    ),
    "DeleteRole": Deletion(
        "iam-roledel -r {RoleName} -c",
        (
            Left("detach all policies", "", "iam:ListAttachedRolePolicies"),
            Left(
                "roles from instance profile",
                "iam-instanceprofileremoverole -s INSTANCEPROFILENAME -r {RoleName}",
            ),
            Left("delete policies first", "iam-roledelpolicy -r {RoleName} -p POLICYNAME"),
        ),
    ),
    "DeleteInstanceProfile": Deletion(
        "iam-instanceprofiledel -s {InstanceProfileName} -r",
        (
            Left(
                "roles from instance profile",
                "iam-instanceprofileremoverole -s {InstanceProfileName} -r ROLENAME",
            ),
        ),
    ),
    "DeleteVirtualMFADevice": Deletion(
        "", (Left("in use", "iam-userdeactivatemfadevice -u USERNAME -s {SerialNumber}"),)
    ),
}


def conflict(error: ServiceError, run: Run) -> str:
    """Return the commands that remove what the service names; "" if there is none."""
    deletion = DELETIONS.get(error.operation)
    if deletion is None:
        return ""
    message = error.message.lower()
    left = next((left for left in deletion.lefts if left.words in message), Left("", ""))
    recursive = run.values.get("recursive")
    if recursive and left.listed_with:
        option = deletion.recursive.rpartition(" ")[2]
        return f"{option} leaves what your access key may not list: {left.listed_with}"
    one = filled(left.command, error.parameters)
    every = "" if recursive else filled(deletion.recursive, error.parameters)
    steps = (
        f"first run: {one}" if one else "",
        f"remove it with everything that belongs to it: {every}" if every else "",
    )
    return "; or ".join(filter(None, steps))
