"""Instance profiles."""

from __future__ import annotations

from iamcli.operations.pagination import Listing
from iamcli.output.lines import arn_and_id
from iamcli.parsing.options import LIST, Option
from iamcli.parsing.shared import PAGING, PATH, PATH_PREFIX, PRETEND, PROFILE, RECURSIVE, ROLE
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

WITH_ROLES = Option("-r", None, "roles", "also print the ARN of its role", prints=LIST)


@command(
    PROFILE.replace(complete=""),
    PATH.replace(help="create the profile under this path"),
    ROLE.replace(help="add this role to the instance profile", required=False, brief=""),
    creates=True,
)
def instanceprofilecreate(iam: IAM, profile: str, path: str | None, role: str | None) -> None:
    """Create an instance profile, optionally with a role in it.

    An instance profile passes a role to the EC2 instances that are launched with it.
    With -r, the command looks up the role first; if the role does not exist, nothing is created.
    The command skips this check if your access key is not allowed to read the role.
    An account can have 1000 instance profiles unless AWS has raised that quota.

    Does: adds an instance profile and, with -r, puts a role into it.
    Output: Nothing.
    If the instance profile was created but the role could not be added, the error says so.
    Example: Create an instance profile with a role in it.
      $ iam-instanceprofilecreate -s webserver-profile -r webserver
    Calls: GetRole, CreateInstanceProfile, AddRoleToInstanceProfile
    """
    from iamcli.operations.plan import Plan

    steps = [f"instance profile {profile}"]
    if role is not None:
        iam.call_if_permitted("GetRole", RoleName=role)
        steps.append(f"role {role} in it")
    with Plan(iam, "created", "not created", steps) as plan:
        iam.call("CreateInstanceProfile", InstanceProfileName=profile, Path=path or "/")
        plan.finish()
        if role is not None:
            iam.call("AddRoleToInstanceProfile", InstanceProfileName=profile, RoleName=role)


@command(
    PROFILE, RECURSIVE.replace(help="first remove the role from the instance profile"), PRETEND
)
def instanceprofiledel(iam: IAM, profile: str, recursive: bool, pretend: bool) -> Lines:
    """Delete an instance profile, optionally removing its role first.

    Without -r, the service refuses to delete an instance profile that contains a role.
    With -r, the role is removed from the instance profile first; the role itself is not deleted.

    Does: removes an instance profile from the account.
    Warning: Applications on EC2 instances that were launched with the instance profile lose their
    credentials.
    Output: Nothing, except with -r -p.
    With -r -p: the heading `roles`, and the ARN of each role on a line that begins with a tab.
    Differs: With -p but without -r, nothing is sent.
    Example: List the roles that would be removed from the instance profile.
      $ iam-instanceprofiledel -s webserver-profile -r -p
    Example: Remove the role and delete the instance profile.
      $ iam-instanceprofiledel -s webserver-profile -r
    Calls: GetInstanceProfile, RemoveRoleFromInstanceProfile, DeleteInstanceProfile
    """
    from iamcli.operations import deletion

    return deletion.delete(
        iam, deletion.INSTANCE_PROFILE, profile, recursive=recursive, pretend=pretend
    )


@command(PROFILE, WITH_ROLES)
def instanceprofilegetattributes(iam: IAM, profile: str, roles: bool) -> Lines:
    """Show an instance profile's ARN and ID, and optionally its role.

    Does: prints the ARN and the unique ID of one instance profile.
    Output: The instance profile's ARN, and its ID on the next line.
    With -r: then the ARN of its role, if the profile contains one.
    Example: Show an instance profile and its role.
      $ iam-instanceprofilegetattributes -s webserver-profile -r
    Calls: GetInstanceProfile
    """
    details = iam.call("GetInstanceProfile", InstanceProfileName=profile)["InstanceProfile"]
    yield from arn_and_id(details, "InstanceProfileId")
    if roles:
        for role in details.get("Roles", ()):
            yield role["Arn"]


@command(PROFILE, ROLE, creates=True)
def instanceprofileaddrole(iam: IAM, profile: str, role: str) -> None:
    """Add a role to an instance profile.

    An instance profile can contain one role; to replace the role, first remove it with
    iam-instanceprofileremoverole(1).
    Your access key also needs the `iam:PassRole` permission on the role.

    Does: puts an existing role into an existing instance profile.
    Output: Nothing.
    Example: Add a role to an instance profile.
      $ iam-instanceprofileaddrole -s webserver-profile -r webserver
    Calls: AddRoleToInstanceProfile
    """
    iam.call("AddRoleToInstanceProfile", InstanceProfileName=profile, RoleName=role)


@command(PROFILE, ROLE)
def instanceprofileremoverole(iam: IAM, profile: str, role: str) -> None:
    """Remove a role from an instance profile.

    The role itself is not deleted.

    Does: takes a role out of an instance profile.
    Warning: Applications on EC2 instances that were launched with the instance profile lose the
    role's permissions.
    Output: Nothing.
    Example: Remove a role from an instance profile.
      $ iam-instanceprofileremoverole -s webserver-profile -r webserver
    Calls: RemoveRoleFromInstanceProfile
    """
    iam.call("RemoveRoleFromInstanceProfile", InstanceProfileName=profile, RoleName=role)


@command(PATH_PREFIX, *PAGING)
def instanceprofilelistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List all instance profiles, or those under a path prefix.

    Does: prints the ARN of each instance profile or, with -p, of each one under a path.
    Output: One ARN per line, then the footer.
    Example: List all instance profiles.
      $ iam-instanceprofilelistbypath
    Calls: ListInstanceProfiles
    """
    prefix = "/" if prefix is None else prefix
    listing = Listing(iam, "ListInstanceProfiles", max_items, marker, PathPrefix=prefix)
    return listing.lines("InstanceProfiles", "Arn")


@command(ROLE, *PAGING)
def instanceprofilelistforrole(
    iam: IAM, role: str, max_items: int | None, marker: str | None
) -> Lines:
    """List the instance profiles that contain a role.

    The service refuses to delete a role that is in an instance profile.

    Does: prints the ARN of each instance profile that contains the role.
    Output: One ARN per line, then the footer.
    Example: List the instance profiles that contain a role.
      $ iam-instanceprofilelistforrole -r webserver
    Calls: ListInstanceProfilesForRole
    """
    listing = Listing(iam, "ListInstanceProfilesForRole", max_items, marker, RoleName=role)
    return listing.lines("InstanceProfiles", "Arn")
