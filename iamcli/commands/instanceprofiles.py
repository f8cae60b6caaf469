"""Instance profiles."""

from __future__ import annotations

from iamcli.operations import deletion
from iamcli.operations.memberships import add_role_to_instance_profile
from iamcli.operations.pagination import Listing
from iamcli.operations.progress import Progress
from iamcli.output.lines import arn_and_id
from iamcli.parsing.options import Option
from iamcli.parsing.shared import PAGING, PATH, PATH_PREFIX, PRETEND, PROFILE, RECURSIVE, ROLE
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

WITH_ROLES = Option("-r", None, "roles", "also print the ARN of each role in it")


@command(
    "iam-instanceprofilecreate",
    PROFILE.replace(complete=""),
    PATH,
    ROLE.replace(help="put this role in it", required=False),
)
def instanceprofilecreate(iam: IAM, profile: str, path: str | None, role: str | None) -> Lines:
    """Create an instance profile.

    An instance profile hands a role to the EC2 instances that are started with it.
    The role of -r is looked up first, so that a missing one leaves nothing behind.
    An account holds 1000 instance profiles unless AWS has raised that quota.

    Output: Nothing.
    Where the profile was created and the role could not be put in it, standard error says so.
    Example: Create an instance profile with a role in it.
      $ iam-instanceprofilecreate -s webserver-profile -r webserver
    Calls: GetRole, CreateInstanceProfile, AddRoleToInstanceProfile
    """
    plan = [f"instance profile {profile}"]
    if role is not None:
        iam.permitted("GetRole", RoleName=role)
        plan.append(f"role {role} in it")
    with Progress("created", "not created", plan) as progress:
        iam.call("CreateInstanceProfile", InstanceProfileName=profile, Path=path or "/")
        progress.finish()
        if role is not None:
            add_role_to_instance_profile(iam, profile, role)
    yield from ()


@command(
    "iam-instanceprofiledel",
    PROFILE,
    RECURSIVE.replace(help="first take the roles out of it"),
    PRETEND.replace(help="with -r: list the roles in it, and remove nothing"),
)
def instanceprofiledel(iam: IAM, profile: str, recursive: bool, pretend: bool) -> Lines:
    """Delete an instance profile.

    Applications on instances that were started with it lose their credentials.
    Without -r the service refuses to delete an instance profile that holds a role.
    With -r the role is taken out first; the role itself stays.

    Output: Nothing, except with -r -p.
    With -r -p: the heading `roles`, below it the ARN of each role, one a line behind a tab.
    Differs: With -p and without -r nothing is sent.
    Example: See which roles it holds.
      $ iam-instanceprofiledel -s webserver-profile -r -p
    Example: Take the role out and delete the instance profile.
      $ iam-instanceprofiledel -s webserver-profile -r
    Calls: GetInstanceProfile, RemoveRoleFromInstanceProfile, DeleteInstanceProfile
    """
    return deletion.delete(
        iam, deletion.INSTANCE_PROFILE, profile, recursive=recursive, pretend=pretend
    )


@command("iam-instanceprofilegetattributes", PROFILE, WITH_ROLES)
def instanceprofilegetattributes(iam: IAM, profile: str, roles: bool) -> Lines:
    """Show an instance profile's ARN and id.

    Output: The instance profile's ARN, and on the next line its id.
    With -r: then the ARN of the role in it, where there is one.
    Example: Show an instance profile with its role.
      $ iam-instanceprofilegetattributes -s webserver-profile -r
    Calls: GetInstanceProfile
    """
    found = iam.call("GetInstanceProfile", InstanceProfileName=profile)["InstanceProfile"]
    yield from arn_and_id(found, "InstanceProfileId")
    if roles:
        for role in found.get("Roles", ()):
            yield role["Arn"]


@command("iam-instanceprofileaddrole", PROFILE, ROLE)
def instanceprofileaddrole(iam: IAM, profile: str, role: str) -> Lines:
    """Put a role in an instance profile.

    An instance profile holds one role; take the old one out first, see
    iam-instanceprofileremoverole(1).
    Besides permission for the operation the key needs permission for iam:PassRole on the role.

    Output: Nothing.
    Example: Put a role in.
      $ iam-instanceprofileaddrole -s webserver-profile -r webserver
    Calls: AddRoleToInstanceProfile
    """
    add_role_to_instance_profile(iam, profile, role)
    yield from ()


@command("iam-instanceprofileremoverole", PROFILE, ROLE)
def instanceprofileremoverole(iam: IAM, profile: str, role: str) -> Lines:
    """Take a role out of an instance profile.

    Applications on instances that were started with the profile lose the role's permissions.
    The role itself stays.

    Output: Nothing.
    Example: Take a role out.
      $ iam-instanceprofileremoverole -s webserver-profile -r webserver
    Calls: RemoveRoleFromInstanceProfile
    """
    iam.call("RemoveRoleFromInstanceProfile", InstanceProfileName=profile, RoleName=role)
    yield from ()


@command("iam-instanceprofilelistbypath", PATH_PREFIX, *PAGING)
def instanceprofilelistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List the instance profiles below a path.

    Without -p these are all instance profiles of the account.

    Output: One ARN a line, then the footer.
    Example: List all instance profiles.
      $ iam-instanceprofilelistbypath
    Calls: ListInstanceProfiles
    """
    listing = Listing(
        iam, "ListInstanceProfiles", max_items, marker, PathPrefix="/" if prefix is None else prefix
    )
    return listing.lines("InstanceProfiles", "Arn")


@command("iam-instanceprofilelistforrole", ROLE, *PAGING)
def instanceprofilelistforrole(
    iam: IAM, role: str, max_items: int | None, marker: str | None
) -> Lines:
    """List the instance profiles that hold a role.

    The service does not delete the role while there are any.

    Output: One ARN a line, then the footer.
    Example: List the instance profiles of a role.
      $ iam-instanceprofilelistforrole -r webserver
    Calls: ListInstanceProfilesForRole
    """
    listing = Listing(iam, "ListInstanceProfilesForRole", max_items, marker, RoleName=role)
    return listing.lines("InstanceProfiles", "Arn")
