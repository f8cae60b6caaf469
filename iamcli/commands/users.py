"""Users."""

from __future__ import annotations

from iamcli.operations import deletion, one_time_secrets
from iamcli.operations.memberships import add_user_to_group
from iamcli.operations.pagination import Listing
from iamcli.operations.progress import Progress
from iamcli.output.lines import RequireOutput, arn_and_id
from iamcli.parsing.options import Option
from iamcli.parsing.shared import (
    GROUP,
    NEW_PATH,
    OWN_USER,
    PAGING,
    PATH,
    PATH_PREFIX,
    PRETEND,
    RECURSIVE,
    USER,
    VERBOSE,
)
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

GROUPS = GROUP.replace(
    metavar="GROUPS",
    dest="groups",
    help="a group that the user is to be a member of",
    required=False,
    repeatable=True,
)
WITH_KEY = Option("-k", None, "key", "create an access key and show its id and its secret")
NEW_USER = USER.replace(
    name="-n",
    metavar="NEWUSERNAME",
    dest="new_name",
    help="the new name",
    required=False,
    default="the name stays",
    complete="",
)


@command(
    "iam-usercreate",
    USER.replace(complete=""),
    PATH,
    GROUPS,
    WITH_KEY,
    VERBOSE.replace(help="print ARN and id"),
)
def usercreate(
    iam: IAM, user: str, path: str | None, groups: list[str], key: bool, verbose: bool
) -> Lines:
    """Create a user.

    A new user can do nothing: there is no password, no access key and no permission.
    A password comes from iam-useraddloginprofile(1), an access key from -k or iam-useraddkey(1).
    Permissions come from policies, the user's own, see iam-useraddpolicy(1), or the groups', see
    iam-groupadduser(1).

    Names that differ only in the case of their letters are one name to the service.
    An account holds 5000 users, and a user is in at most 10 groups.

    Every group of -g is looked up first, so that a missing one leaves nothing behind.
    Then the user is created, joins the groups in the order given, and gets the access key.
    Where one of these steps fails, what was done before stays, and standard error names it.
    A secret that cannot be written is lost for good, so that its key is deleted again.

    Output: Nothing without -k and -v.
    With -k: the access key's id, and on the next line its secret.
    With -v: the user's ARN, and on the next line the user's id; with -k behind the key.
    Example: Create a user below a path, and show ARN and id.
      $ iam-usercreate -u bob -p /staff/ -v
    Example: Create a member of a group with an access key.
      $ iam-usercreate -u david -g Admin -k -v
    Calls: GetGroup, CreateUser, AddUserToGroup, CreateAccessKey
    """
    if key:
        yield RequireOutput()
    for group in groups:
        iam.permitted("GetGroup", GroupName=group, MaxItems=1)
    plan = [f"user {user}", *(f"membership of group {group}" for group in groups)]
    with Progress("created", "not created", plan + ["access key"] * key) as progress:
        created = iam.call("CreateUser", UserName=user, Path=path)["User"]
        progress.finish()
        for group in groups:
            add_user_to_group(iam, group, user)
            progress.finish()
        if key:
            yield from one_time_secrets.access_key(iam, user)
    if verbose:
        yield from arn_and_id(created, "UserId")


@command("iam-usermod", USER, NEW_USER, NEW_PATH.replace(metavar="PATH", dest="path"))
def usermod(iam: IAM, user: str, new_name: str | None, path: str | None) -> Lines:
    """Change a user's name or path.

    The user keeps id, password, access keys, policies and group memberships.
    The ARN changes with name and path; a policy that names the old one as a resource is not changed
    and does not match any more.

    Output: Nothing.
    Example: Give a user a new name and a new path.
      $ iam-usermod -u bob -n robert -p /sales/
    Calls: UpdateUser
    """
    iam.call("UpdateUser", UserName=user, NewUserName=new_name, NewPath=path)
    yield from ()


@command(
    "iam-userdel",
    USER,
    RECURSIVE.replace(help="first remove everything that the user has"),
    PRETEND.replace(help="with -r: list what would be removed, and remove nothing"),
)
def userdel(iam: IAM, user: str, recursive: bool, pretend: bool) -> Lines:
    """Delete a user.

    It cannot be undone: a new user of the same name has another id, and none of the old one's
    rights.

    Without -r the service refuses to delete a user who still has something.
    With -r everything is looked up first, and then removed in this order: access keys, policies,
    signing certificates, group memberships, password, MFA devices, SSH public keys, service
    credentials, attached managed policies, and last the user.
    A permissions boundary needs no step of its own: the service removes it with the user.
    A virtual MFA device is only taken from the user; iam-virtualmfadevicedel(1) deletes it.
    Where one of these steps fails, the rest stays, and standard error says what is gone and what is
    left.
    What came after the original toolkit is passed over where the key is not permitted to look for
    it.

    Output: Nothing, except with -r -p.
    With -r -p: the headings `accesskeys`, `policies`, `certificates` and `groups`, and below each
      its items, one a line behind a tab, groups as ARNs.
    Then `loginprofile`, `mfadevices`, `sshkeys`, `servicecredentials` and `attachedpolicies`
      likewise, each only where there is something.
    Differs: The original did not know of `loginprofile` and of what follows it.
    With -p and without -r nothing is sent.
    Example: See what would be removed.
      $ iam-userdel -u jack -r -p
    Example: Remove the user with everything.
      $ iam-userdel -u jack -r
    Calls: ListAccessKeys, ListUserPolicies, ListSigningCertificates, ListGroupsForUser,
      GetLoginProfile, ListMFADevices, ListSSHPublicKeys, ListServiceSpecificCredentials,
      ListAttachedUserPolicies, DeleteAccessKey, DeleteUserPolicy,
      DeleteSigningCertificate, RemoveUserFromGroup, DeleteLoginProfile, DeactivateMFADevice,
      DeleteSSHPublicKey, DeleteServiceSpecificCredential, DetachUserPolicy, DeleteUser
    """
    return deletion.delete(iam, deletion.USER, user, recursive=recursive, pretend=pretend)


@command("iam-usergetattributes", OWN_USER)
def usergetattributes(iam: IAM, user: str | None) -> Lines:
    """Show a user's ARN and id.

    The id is unique for all time, the ARN only as long as nobody is renamed.

    Output: The user's ARN, and on the next line the user's id.
    Example: Show who bob is.
      $ iam-usergetattributes -u bob
    Calls: GetUser
    """
    yield from arn_and_id(iam.call("GetUser", UserName=user)["User"], "UserId")


@command("iam-userlistbypath", PATH_PREFIX.replace(metavar="PATH"), *PAGING)
def userlistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List the users below a path.

    Without -p these are all users of the account.

    Output: One ARN a line, then the footer.
    Example: List the users below /staff/.
      $ iam-userlistbypath -p /staff/
    Calls: ListUsers
    """
    listing = Listing(iam, "ListUsers", max_items, marker, PathPrefix=prefix)
    return listing.lines("Users", "Arn")


@command("iam-userlistgroups", USER, *PAGING)
def userlistgroups(iam: IAM, user: str, max_items: int | None, marker: str | None) -> Lines:
    """List the groups that a user is a member of.

    The user has the permissions of each of them; iam-grouplistpolicies(1) lists those.

    Output: One ARN a line, then the footer.
    Example: List the groups of a user.
      $ iam-userlistgroups -u bob
    Calls: ListGroupsForUser
    """
    listing = Listing(iam, "ListGroupsForUser", max_items, marker, UserName=user)
    return listing.lines("Groups", "Arn")
