"""Users."""

from __future__ import annotations

from iamcli import onetime
from iamcli.command import command
from iamcli.options import (
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
    Option,
)
from iamcli.paging import Listing, everything
from iamcli.removal import Removal, nothing_pretended
from iamcli.steps import Progress, Step
from iamcli.text import READY, arn_and_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.iam import IAM
    from iamcli.text import Lines

GROUPS = GROUP.but(
    metavar="GROUPS",
    dest="groups",
    help="a group that the user shall be a member of",
    required=False,
    repeatable=True,
)
WITH_KEY = Option("-k", None, "key", "create an access key and show its id and its secret")
NEW_USER = USER.but(
    name="-n", metavar="NEWUSERNAME", dest="new_name", help="the new name", required=False
)


@command("iam-usercreate", USER, PATH, GROUPS, WITH_KEY, VERBOSE.but(help="print ARN and id"))
def usercreate(
    iam: IAM, user: str, path: str | None, groups: list[str], key: bool, verbose: bool
) -> Lines:
    """Create a user.

    The user may sign in or send requests only after a password or an access key has been made,
    and may do only what policies allow: those attached to the user or to the user's groups.
    Groups must exist: each is looked up before the user is created, so that a missing one
    leaves nothing behind.
    Then the user is created, becomes a member of each group, and gets the access key.

    Output: Nothing without -k and -v.
    With -k: the access key's id, and on the next line its secret, which cannot be shown again.
    With -v: the user's ARN, and on the next line the user's id; behind the key where both are
      given.
    Differs: A path without its first or last slash is completed.
    Example: iam-usercreate -u bob -p /staff/ -v
    Example: iam-usercreate -u david -g Admin -k -v
    Calls: GetGroup, CreateUser, AddUserToGroup, CreateAccessKey
    """
    if key:
        yield READY
    for group in groups:
        iam.permitted("GetGroup", GroupName=group, MaxItems=1)
    plan = [f"user {user}", *(f"membership of group {group}" for group in groups)]
    with Progress("created", "not created", plan + ["access key"] * key) as progress:
        created = iam.call("CreateUser", UserName=user, Path=path)["User"]
        progress.finish()
        for group in groups:
            iam.call("AddUserToGroup", GroupName=group, UserName=user)
            progress.finish()
        if key:
            yield from onetime.access_key(iam, user)
    if verbose:
        yield from arn_and_id(created, "UserId")


@command("iam-usermod", USER, NEW_USER, NEW_PATH.but(metavar="PATH", dest="path"))
def usermod(iam: IAM, user: str, new_name: str | None, path: str | None) -> Lines:
    """Change a user's name or path.

    The user keeps id, keys, policies and group memberships; the ARN changes with name and path.
    Policies elsewhere that name the old ARN are not changed.

    Output: Nothing.
    Example: iam-usermod -u bob -n robert -p /sales/
    Calls: UpdateUser
    """
    iam.call("UpdateUser", UserName=user, NewUserName=new_name, NewPath=path)
    yield from ()


@command(
    "iam-userdel",
    USER,
    RECURSIVE.but(help="first remove everything that the user has"),
    PRETEND.but(help="with -r: list what would be removed, and remove nothing"),
)
def userdel(iam: IAM, user: str, recursive: bool, pretend: bool) -> Lines:
    """Delete a user.

    The service refuses to delete a user who still has something.
    With -r everything is looked up first, every page of it, and then removed in this order:
    access keys, policies, signing certificates, group memberships, login profile, MFA devices,
    SSH public keys, service credentials, attached managed policies, permissions boundary, and
    last the user.
    A virtual MFA device is taken from the user and stays; see iam-virtualmfadevicedel(1).
    What came after 2013 is passed over where the key is not permitted to look for it.

    Output: Nothing, except with -r -p.
    With -r -p: the headings accesskeys, policies, certificates and groups, below each its items,
      one a line behind a tab, groups as ARNs; then loginprofile, mfadevices, sshkeys,
      servicecredentials, attachedpolicies and permissionsboundary, only where there is something.
    Differs: The original did not know of login profiles and of what follows them.
    -p without -r sends nothing.
    Example: iam-userdel -u jack -r -p
    Example: iam-userdel -u jack -r
    Calls: ListAccessKeys, ListUserPolicies, ListSigningCertificates, ListGroupsForUser,
      GetLoginProfile, ListMFADevices, ListSSHPublicKeys, ListServiceSpecificCredentials,
      ListAttachedUserPolicies, GetUser, DeleteAccessKey, DeleteUserPolicy,
      DeleteSigningCertificate, RemoveUserFromGroup, DeleteLoginProfile, DeactivateMFADevice,
      DeleteSSHPublicKey, DeleteServiceSpecificCredential, DetachUserPolicy,
      DeleteUserPermissionsBoundary, DeleteUser
    """
    if pretend and not recursive:
        yield nothing_pretended("-r")
        return
    removal = Removal(iam, Step(f"user {user}", "DeleteUser", UserName=user))
    if recursive:
        _gather(iam, removal, user)
    yield from removal.lines(pretend=pretend)


def _gather(iam: IAM, removal: Removal, user: str) -> None:
    """Look up what the user has, in the order in which it is removed."""
    keys = everything(iam, "ListAccessKeys", "AccessKeyMetadata", UserName=user)
    removal.holds(
        "accesskeys",
        "access key",
        "DeleteAccessKey",
        "AccessKeyId",
        [key["AccessKeyId"] for key in keys],
        always=True,
        UserName=user,
    )
    removal.holds(
        "policies",
        "policy",
        "DeleteUserPolicy",
        "PolicyName",
        everything(iam, "ListUserPolicies", "PolicyNames", UserName=user),
        always=True,
        UserName=user,
    )
    certificates = everything(iam, "ListSigningCertificates", "Certificates", UserName=user)
    removal.holds(
        "certificates",
        "signing certificate",
        "DeleteSigningCertificate",
        "CertificateId",
        [certificate["CertificateId"] for certificate in certificates],
        always=True,
        UserName=user,
    )
    groups = everything(iam, "ListGroupsForUser", "Groups", UserName=user)
    removal.holds(
        "groups",
        "membership of group",
        "RemoveUserFromGroup",
        "GroupName",
        [group["GroupName"] for group in groups],
        shown=[group["Arn"] for group in groups],
        always=True,
        UserName=user,
    )
    removal.holds(
        "loginprofile",
        "login profile of",
        "DeleteLoginProfile",
        "UserName",
        [user] if removal.exists("GetLoginProfile", UserName=user) else [],
    )
    removal.holds(
        "mfadevices",
        "MFA device",
        "DeactivateMFADevice",
        "SerialNumber",
        removal.names("ListMFADevices", "MFADevices", "SerialNumber", UserName=user),
        UserName=user,
    )
    removal.holds(
        "sshkeys",
        "SSH public key",
        "DeleteSSHPublicKey",
        "SSHPublicKeyId",
        removal.names("ListSSHPublicKeys", "SSHPublicKeys", "SSHPublicKeyId", UserName=user),
        UserName=user,
    )
    removal.holds(
        "servicecredentials",
        "service credential",
        "DeleteServiceSpecificCredential",
        "ServiceSpecificCredentialId",
        removal.names(
            "ListServiceSpecificCredentials",
            "ServiceSpecificCredentials",
            "ServiceSpecificCredentialId",
            UserName=user,
        ),
        UserName=user,
    )
    removal.holds(
        "attachedpolicies",
        "attached policy",
        "DetachUserPolicy",
        "PolicyArn",
        removal.names("ListAttachedUserPolicies", "AttachedPolicies", "PolicyArn", UserName=user),
        UserName=user,
    )
    removal.boundary("GetUser", "User", "DeleteUserPermissionsBoundary", UserName=user)


@command("iam-usergetattributes", OWN_USER)
def usergetattributes(iam: IAM, user: str | None) -> Lines:
    """Show a user's ARN and id.

    Output: The user's ARN, and on the next line the user's id.
    Example: iam-usergetattributes -u bob
    Calls: GetUser
    """
    yield from arn_and_id(iam.call("GetUser", UserName=user)["User"], "UserId")


@command("iam-userlistbypath", PATH_PREFIX.but(metavar="PATH"), *PAGING)
def userlistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List the users below a path.

    Output: One ARN a line, then the footer.
    Example: iam-userlistbypath -p /staff/
    Calls: ListUsers
    """
    listing = Listing(iam, "ListUsers", max_items, marker, PathPrefix=prefix)
    for user in listing.entries("Users"):
        yield user["Arn"]
    yield from listing.footer()


@command("iam-userlistgroups", USER, *PAGING)
def userlistgroups(iam: IAM, user: str, max_items: int | None, marker: str | None) -> Lines:
    """List the groups that a user is a member of.

    Output: One ARN a line, then the footer.
    Example: iam-userlistgroups -u bob
    Calls: ListGroupsForUser
    """
    listing = Listing(iam, "ListGroupsForUser", max_items, marker, UserName=user)
    for group in listing.entries("Groups"):
        yield group["Arn"]
    yield from listing.footer()
