"""Users."""

from __future__ import annotations

from iamcli.operations.pagination import Listing
from iamcli.output.lines import RequireOutput, arn_and_id
from iamcli.parsing.options import SECRET, Option
from iamcli.parsing.shared import (
    BOUNDARY,
    GROUP,
    NEW_PATH,
    OUTPUT_FILE,
    OWN_USER,
    PAGING,
    PATH,
    PATH_PREFIX,
    PRETEND,
    RECURSIVE,
    TAGS,
    USER,
    VERBOSE,
    new_name,
)
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

GROUPS = GROUP.replace(
    metavar="GROUPS",
    dest="groups",
    help="add the user to this group",
    required=False,
    repeatable=True,
)
WITH_KEY = Option(
    "-k", None, "key", "create an access key and print or save its ID and secret", prints=SECRET
)
NEW_USER = new_name(USER, "the user")


@command(
    USER.replace(complete=""),
    PATH.replace(help="create the user under this path"),
    GROUPS,
    WITH_KEY,
    OUTPUT_FILE.replace(
        help="with -k: save the key in this file and print only its ID",
        requires="-k",
        conflict="-o saves the access key that -k creates; use it with -k",
    ),
    BOUNDARY,
    TAGS,
    VERBOSE.replace(help="print the user's ARN and ID"),
    creates=True,
)
def usercreate(
    iam: IAM,
    user: str,
    path: str | None,
    groups: list[str],
    key: bool,
    file: str | None,
    boundary: str | None,
    tags: list[dict[str, str]],
    verbose: bool,
) -> Lines:
    """Create a user, optionally with group memberships and an access key.

    A new user has no password, no access key and no permissions.
    Set a password with iam-useraddloginprofile(1), and create an access key with -k or with
    iam-useraddkey(1).
    Grant permissions with iam-useraddpolicy(1), or add the user to a group with
    iam-groupadduser(1).

    Does: adds a user to the account.
    Notes: For people, AWS recommends IAM Identity Center instead of users; see iam-today(7).
    User names are unique regardless of case: `Bob` and `bob` are the same name.
    An account can have up to 5000 users, and a user can be in up to 10 groups.

    With -g, the command looks up the groups first; if a group does not exist, nothing is created.
    The command skips this check if your access key is not allowed to read the groups.
    The command then creates the user, adds the user to the groups in the order given, and creates
    the access key.
    If one of these steps fails, the results of earlier steps are kept, and the error lists
    what was created and what was not.
    If the secret access key cannot be printed or saved, the key is deleted, because the
    secret cannot be retrieved later.
    A new key may take up to 15 seconds to work.

    With -o, the file contains the lines `AWSAccessKeyId=ID` and `AWSSecretKey=SECRET`.
    The commands read the file if AWS_CREDENTIAL_FILE names it.
    Output: Nothing without -k and -v.
    With -k: the access key ID, and the secret access key on the next line; with -o, only the ID.
    With -v: then the user's ARN, and the user's ID on the next line.
    Differs: The original had no -b, no -o and no -t.
    Example: Create a user under a path, and print the ARN and ID.
      $ iam-usercreate -u bob -p /staff/ -v
    Example: Create a user in a group, with an access key.
      $ iam-usercreate -u david -g Admin -k -v
    Example: Create a user with an access key in a credential file.
      $ iam-usercreate -u frank -k -o frank.key
    Example: Create a user with a permissions boundary and two tags.
      $ iam-usercreate -u erwin -b arn:aws:iam::aws:policy/PowerUserAccess -t team=web -t cost=42
    Calls: GetGroup, CreateUser, AddUserToGroup, CreateAccessKey
    """
    from iamcli.operations import one_time_secrets
    from iamcli.operations.confirmation import confirm
    from iamcli.operations.plan import Plan

    if key and file is None:
        yield RequireOutput()
    steps = [f"user {user}", *(f"membership of group {group}" for group in groups)]
    key_id = None
    with one_time_secrets.NewFile(file, "the access key") as new:
        new.create()
        for group in groups:
            iam.call_if_permitted("GetGroup", GroupName=group, MaxItems=1)
        with Plan(iam, "created", "not created", steps + ["access key"] * key) as plan:
            wanted: dict[str, Any] = {"PermissionsBoundary": boundary, "Tags": tags or None}
            created = iam.call("CreateUser", UserName=user, Path=path, **wanted)["User"]
            plan.finish()
            yield from confirm(iam, plan, f"User {user}", created, **wanted)
            for group in groups:
                iam.call("AddUserToGroup", GroupName=group, UserName=user)
                plan.finish()
            if file is not None:
                key_id = one_time_secrets.key_saved(iam, user, new)
            elif key:
                yield from one_time_secrets.key_shown(iam, user)
    if key_id:
        yield key_id
    if verbose:
        yield from arn_and_id(created, "UserId")


@command(USER, NEW_USER, NEW_PATH.replace(help="move the user to this path", metavar="PATH"))
def usermod(iam: IAM, user: str, new_name: str | None, path: str | None) -> None:
    """Rename a user or change its path.

    The ID, password, access keys, policies and group memberships of the user do not change.
    The ARN changes with the name and the path.
    A policy that names the user's old ARN as a resource no longer matches; change such policies
    yourself.

    Does: gives an existing user a new name, a new path or both.
    Output: Nothing.
    Example: Rename a user and change its path.
      $ iam-usermod -u bob -n robert -p /sales/
    Calls: UpdateUser
    """
    iam.call("UpdateUser", UserName=user, NewUserName=new_name, NewPath=path)


@command(USER, RECURSIVE.replace(help="first remove everything that belongs to the user"), PRETEND)
def userdel(iam: IAM, user: str, recursive: bool, pretend: bool) -> Lines:
    """Delete a user, optionally with everything that belongs to the user.

    Without -r, the service refuses to delete a user who still has any of the items below.
    With -r, the command first requests the lists of all these items and then removes, in this
    order: access keys, inline policies, signing certificates, group memberships, the login profile
    (password), MFA devices, SSH public keys, service-specific credentials, attached managed
    policies, and finally the user.

    The service removes a permissions boundary together with the user.
    A virtual MFA device is deactivated and then deleted. If your access key is not allowed to
    delete the device, the command continues and, except in strict mode, names the device.
    A hardware MFA device is only deactivated.
    The command refuses to delete the user who owns the access key that signs the requests.
    If a step fails, the remaining steps are not tried, and the error lists what was removed
    and what is left.
    The login profile and the items after it are skipped if your access key is not allowed to list
    them or the server does not support the operation; with -p, a note says so.

    Does: removes a user and, with -r, everything that belongs to the user.
    Notes: To create the user again later, make a snapshot before the deletion; see
    iamcli-recreate(1):

    $ iamcli snapshot before.json
    $ iam-userdel -u jack -r
    $ iamcli recreate before.json user/jack >jack.sh
    $ sh jack.sh
    Warning: A deletion cannot be undone: a new user with the same name has a different ID and none
    of the old user's permissions.
    Output: Nothing, except with -r -p.
    With -r -p: the headings `accesskeys`, `policies`, `certificates` and `groups`, each followed by
      its items, one per line, preceded by a tab; groups are printed as ARNs.
    Then `loginprofile`, `mfadevices`, `sshkeys`, `servicecredentials` and `attachedpolicies` in the
      same form, each only if the user has any.
    Differs: The original removed only access keys, policies, certificates and memberships.
    With -p but without -r, nothing is sent.
    Example: List what would be removed.
      $ iam-userdel -u jack -r -p
    Example: Delete the user with everything that belongs to the user.
      $ iam-userdel -u jack -r
    Calls: ListAccessKeys, ListUserPolicies, ListSigningCertificates, ListGroupsForUser,
      GetLoginProfile, ListMFADevices, ListSSHPublicKeys, ListServiceSpecificCredentials,
      ListAttachedUserPolicies, DeleteAccessKey, DeleteUserPolicy,
      DeleteSigningCertificate, RemoveUserFromGroup, DeleteLoginProfile, DeactivateMFADevice,
      DeleteVirtualMFADevice, DeleteSSHPublicKey, DeleteServiceSpecificCredential,
      DetachUserPolicy, DeleteUser
    """
    from iamcli.operations import deletion

    return deletion.delete(iam, deletion.USER, user, recursive=recursive, pretend=pretend)


@command(OWN_USER)
def usergetattributes(iam: IAM, user: str | None) -> Lines:
    """Show a user's ARN and ID.

    The ID never changes and is never reused; the ARN changes if the user is renamed or moved to
    another path.

    Does: prints the ARN and the unique ID of one user.
    Output: The user's ARN, and the user's ID on the next line.
    Example: Show the ARN and ID of a user.
      $ iam-usergetattributes -u bob
    Calls: GetUser
    """
    yield from arn_and_id(iam.call("GetUser", UserName=user)["User"], "UserId")


@command(PATH_PREFIX.replace(metavar="PATH"), *PAGING)
def userlistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List all users, or the users under a path prefix.

    People who sign in through IAM Identity Center use roles and are not listed.

    Does: prints the ARN of each user or, with -p, of each user under a path.
    Output: One ARN per line, then the footer.
    Example: List the users under /staff/.
      $ iam-userlistbypath -p /staff/
    Calls: ListUsers
    """
    listing = Listing(iam, "ListUsers", max_items, marker, PathPrefix=prefix)
    return listing.lines("Users", "Arn")


@command(USER, *PAGING)
def userlistgroups(iam: IAM, user: str, max_items: int | None, marker: str | None) -> Lines:
    """List the groups that a user is a member of.

    The user has the permissions of each of these groups; to list the inline policies of a group,
    use iam-grouplistpolicies(1).

    Does: prints the ARN of each group that has the user as a member.
    Output: One ARN per line, then the footer.
    Example: List the groups of a user.
      $ iam-userlistgroups -u bob
    Calls: ListGroupsForUser
    """
    listing = Listing(iam, "ListGroupsForUser", max_items, marker, UserName=user)
    return listing.lines("Groups", "Arn")
