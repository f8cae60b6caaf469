"""Groups."""

from __future__ import annotations

from iamcli.operations.pagination import Listing
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
    new_name,
)
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

NEW_GROUP = new_name(GROUP, "the group")


@command(
    GROUP.replace(complete=""),
    PATH.replace(help="create the group under this path"),
    VERBOSE.replace(help="print the group's ARN and ID"),
    creates=True,
)
def groupcreate(iam: IAM, group: str, path: str | None, verbose: bool) -> Lines:
    """Create a group.

    The policies of a group apply to all its members; add a policy with iam-groupaddpolicy(1).
    A group cannot sign in, cannot be a member of another group, and cannot be the principal in a
    policy.
    Group names are unique regardless of case: `Admin` and `admin` are the same name.
    An account can have 300 groups unless AWS has raised that quota.

    Does: adds a group without members to the account.
    Output: Nothing without -v.
    With -v: the group's ARN, and the group's ID on the next line.
    Example: Create a group, and print its ARN and ID.
      $ iam-groupcreate -g Admin -v
    Calls: CreateGroup
    """
    created = iam.call("CreateGroup", GroupName=group, Path=path)["Group"]
    if verbose:
        yield from arn_and_id(created, "GroupId")


@command(GROUP, NEW_GROUP, NEW_PATH.replace(help="move the group to this path"))
def groupmod(iam: IAM, group: str, new_name: str | None, path: str | None) -> None:
    """Rename a group or change its path.

    The group keeps its ID, policies and members.
    The ARN changes with the name and the path.
    A policy that names the group's old ARN as a resource no longer matches; change such policies
    yourself.

    Does: gives an existing group a new name, a new path or both.
    Output: Nothing.
    Example: Rename a group.
      $ iam-groupmod -g Admin -n Administrators
    Calls: UpdateGroup
    """
    iam.call("UpdateGroup", GroupName=group, NewGroupName=new_name, NewPath=path)


@command(GROUP, RECURSIVE.replace(help="first remove all members and policies"), PRETEND)
def groupdel(iam: IAM, group: str, recursive: bool, pretend: bool) -> Lines:
    """Delete a group, optionally with its memberships and policies.

    Without -r, the service refuses to delete a group that still has members, inline policies or
    attached managed policies.
    With -r, the command first requests the lists of all these items and then removes, in this
    order: memberships, inline policies, attached managed policies, and finally the group.
    The users are not deleted, but lose the permissions that they had from the group.
    If a step fails, the remaining steps are not tried, and the error lists what was removed
    and what is left.
    Attached managed policies are skipped if your access key is not allowed to list them
    or the server does not support the operation; with -p, a note says so.

    Does: removes a group and, with -r, its memberships and policies.
    Notes: To create the group again later, make a snapshot before the deletion; see
    iamcli-recreate(1):

    $ iamcli snapshot before.json
    $ iam-groupdel -g Admin -r
    $ iamcli recreate before.json group/Admin >Admin.sh
    $ sh Admin.sh
    Output: Nothing, except with -r -p.
    With -r -p: the heading `users`, and the ARN of each member on a line that begins with a tab;
      then the heading `policies`, and the names of the inline policies in the same form.
    Then `attachedpolicies` in the same form, only if the group has any.
    Differs: With -p but without -r, nothing is sent; the original deleted the group.
    The original did not list or remove attached managed policies.
    Example: List what would be removed.
      $ iam-groupdel -g Admin -r -p
    Example: Delete the group with its memberships and policies.
      $ iam-groupdel -g Admin -r
    Calls: GetGroup, ListGroupPolicies, ListAttachedGroupPolicies, RemoveUserFromGroup,
      DeleteGroupPolicy, DetachGroupPolicy, DeleteGroup
    """
    from iamcli.operations import deletion

    return deletion.delete(iam, deletion.GROUP, group, recursive=recursive, pretend=pretend)


@command(GROUP, USERS, creates=True)
def groupadduser(iam: IAM, group: str, users: list[str]) -> None:
    """Add users to a group.

    The policies of the group then apply to the users.
    Users are added in the order given; adding a user who is already a member changes nothing.
    A user can be in up to 10 groups.

    Does: makes one or more users members of a group.
    Output: Nothing.
    If one of several users cannot be added, the error lists which users were added and which
      were not.
    Example: Add two users to a group.
      $ iam-groupadduser -g Admin -u bob -u susan
    Calls: AddUserToGroup
    """
    _for_each(iam, "AddUserToGroup", group, users, "added")


@command(GROUP, USERS)
def groupremoveuser(iam: IAM, group: str, users: list[str]) -> None:
    """Remove users from a group.

    The group's policies no longer apply to the users; the users themselves are not deleted.
    Users are removed in the order given.

    Does: ends the membership of one or more users in a group.
    Output: Nothing.
    If one of several users cannot be removed, the error lists which users were removed and
      which were not.
    Example: Remove a user from a group.
      $ iam-groupremoveuser -g Admin -u bob
    Calls: RemoveUserFromGroup
    """
    _for_each(iam, "RemoveUserFromGroup", group, users, "removed")


def _for_each(iam: IAM, operation: str, group: str, users: list[str], done: str) -> None:
    """Call ``operation`` for each user; ``done``: what it does, for the state."""
    from iamcli.operations.plan import Plan

    with Plan(iam, done, f"not {done}", [f"user {user}" for user in users]) as plan:
        for user in users:
            iam.call(operation, GroupName=group, UserName=user)
            plan.finish()


@command(PATH_PREFIX.replace(metavar="PATH"), *PAGING)
def grouplistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List all groups, or the groups under a path prefix.

    Does: prints the ARN of each group or, with -p, of each group under a path.
    Output: One ARN per line, then the footer.
    Example: List all groups.
      $ iam-grouplistbypath
    Calls: ListGroups
    """
    listing = Listing(iam, "ListGroups", max_items, marker, PathPrefix=prefix)
    return listing.lines("Groups", "Arn")


@command(GROUP, *PAGING, multiline=True)
def grouplistusers(iam: IAM, group: str, max_items: int | None, marker: str | None) -> Lines:
    """List the users who are members of a group.

    Does: prints the ARN of a group, then the ARN of each of its members.
    Output: The group's ARN; then a tab and the heading `users`; then a tab and the ARN of a member,
      on one line per member; then the footer.
    Example: List the members of a group.
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
