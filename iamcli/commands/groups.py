"""Groups."""

from __future__ import annotations

from iamcli.operations import deletion
from iamcli.operations.memberships import add_user_to_group
from iamcli.operations.pagination import Listing
from iamcli.operations.progress import Progress, Step, run_steps
from iamcli.output.lines import arn_and_id
from iamcli.parsing.shared import (
    GROUP,
    NEW_PATH,
    PAGING,
    PATH,
    PATH_PREFIX,
    PRETEND,
    RECURSIVE,
    USERS,
    VERBOSE,
)
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

NEW_GROUP = GROUP.replace(
    name="-n",
    metavar="NEWGROUPNAME",
    dest="new_name",
    help="the new name",
    required=False,
    default="the name stays",
    complete="",
)


@command(
    "iam-groupcreate", GROUP.replace(complete=""), PATH, VERBOSE.replace(help="print ARN and id")
)
def groupcreate(iam: IAM, group: str, path: str | None, verbose: bool) -> Lines:
    """Create a group.

    A group gives its policies to all its members, see iam-groupaddpolicy(1).
    It cannot sign in, it cannot be a member of another group, and the policy of a bucket, say,
    cannot name it.
    An account holds 300 groups unless AWS has raised that quota.
    Names that differ only in the case of their letters are one name to the service.

    Output: Nothing without -v.
    With -v: the group's ARN, and on the next line the group's id.
    Example: Create a group, and show ARN and id.
      $ iam-groupcreate -g Admin -v
    Calls: CreateGroup
    """
    created = iam.call("CreateGroup", GroupName=group, Path=path)["Group"]
    if verbose:
        yield from arn_and_id(created, "GroupId")


@command("iam-groupmod", GROUP, NEW_GROUP, NEW_PATH)
def groupmod(iam: IAM, group: str, new_name: str | None, path: str | None) -> Lines:
    """Change a group's name or path.

    The group keeps id, policies and members.
    The ARN changes with name and path; a policy that names the old one as a resource is not changed
    and does not match any more.

    Output: Nothing.
    Example: Give a group a new name.
      $ iam-groupmod -g Admin -n Administrators
    Calls: UpdateGroup
    """
    iam.call("UpdateGroup", GroupName=group, NewGroupName=new_name, NewPath=path)
    yield from ()


@command(
    "iam-groupdel",
    GROUP,
    RECURSIVE.replace(help="first remove all members and policies"),
    PRETEND.replace(help="with -r: list what would be removed, and remove nothing"),
)
def groupdel(iam: IAM, group: str, recursive: bool, pretend: bool) -> Lines:
    """Delete a group.

    Without -r the service refuses to delete a group that still has members or policies.
    With -r these are looked up first, and then removed in this order: members, policies, attached
    managed policies, and last the group.
    The users themselves stay and lose what the group permitted them.
    Where one of these steps fails, the rest stays, and standard error says what is gone and what is
    left.

    Output: Nothing, except with -r -p.
    With -r -p: the heading `users`, below it the ARN of each member, one a line behind a tab; the
      heading `policies`, below it each policy's name likewise.
    Then `attachedpolicies` likewise, only where there is something.
    Differs: With -p and without -r nothing is sent; the original deleted the group.
    The original did not know of attached managed policies.
    Example: See what would be removed.
      $ iam-groupdel -g Admin -r -p
    Example: Remove the group with everything.
      $ iam-groupdel -g Admin -r
    Calls: GetGroup, ListGroupPolicies, ListAttachedGroupPolicies, RemoveUserFromGroup,
      DeleteGroupPolicy, DetachGroupPolicy, DeleteGroup
    """
    return deletion.delete(iam, deletion.GROUP, group, recursive=recursive, pretend=pretend)


@command("iam-groupadduser", GROUP, USERS)
def groupadduser(iam: IAM, group: str, users: list[str]) -> Lines:
    """Make users members of a group.

    The group's policies hold for them from then on.
    Users are added in the order given; adding a member again changes nothing.
    A user is in at most 10 groups.

    Output: Nothing.
    Where one of several users cannot be added, standard error says who was added and who was not.
    Example: Add two users.
      $ iam-groupadduser -g Admin -u bob -u susan
    Calls: AddUserToGroup
    """
    with Progress("added", "not added", [f"user {user}" for user in users]) as progress:
        for user in users:
            add_user_to_group(iam, group, user)
            progress.finish()
    yield from ()


@command("iam-groupremoveuser", GROUP, USERS)
def groupremoveuser(iam: IAM, group: str, users: list[str]) -> Lines:
    """Take users out of a group.

    The group's policies do not hold for them any more; the users themselves stay.
    Users are taken out in the order given.

    Output: Nothing.
    Where one of several users cannot be taken out, standard error says who was and who was not.
    Example: Take a user out.
      $ iam-groupremoveuser -g Admin -u bob
    Calls: RemoveUserFromGroup
    """
    steps = [
        Step(f"user {user}", "RemoveUserFromGroup", GroupName=group, UserName=user)
        for user in users
    ]
    run_steps(iam, "removed", "not removed", steps)
    yield from ()


@command("iam-grouplistbypath", PATH_PREFIX.replace(metavar="PATH"), *PAGING)
def grouplistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List the groups below a path.

    Without -p these are all groups of the account.

    Output: One ARN a line, then the footer.
    Example: List all groups.
      $ iam-grouplistbypath
    Calls: ListGroups
    """
    listing = Listing(iam, "ListGroups", max_items, marker, PathPrefix=prefix)
    return listing.lines("Groups", "Arn")


@command("iam-grouplistusers", GROUP, *PAGING)
def grouplistusers(iam: IAM, group: str, max_items: int | None, marker: str | None) -> Lines:
    """List the members of a group.

    Output: The group's ARN; the heading `users` behind a tab; the ARN of each member, one a line
      behind a tab; then the footer.
    Example: List the members.
      $ iam-grouplistusers -g Admin
    Calls: GetGroup
    """
    listing = Listing(iam, "GetGroup", max_items, marker, GroupName=group)
    for number, page in enumerate(listing.pages()):
        if number == 0:
            yield page["Group"]["Arn"]
            yield "\tusers"
        for user in page.get("Users", ()):
            yield f"\t{user['Arn']}"
    yield from listing.footer()
