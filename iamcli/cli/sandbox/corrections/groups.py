"""Groups and their members."""

from __future__ import annotations

from typing import Any

from iamcli.cli.sandbox.corrections.entities import identity, rename
from iamcli.cli.sandbox.corrections.lists import by_name, listing, page, under
from iamcli.cli.sandbox.corrections.protocol import Backend, Request, Result, operation
from iamcli.cli.sandbox.corrections.users import summary as user_summary
from iamcli.cli.sandbox.corrections.users import unique_id


def summary(group: Any) -> Result:
    """Return a group as responses show it. Source: API reference, Group."""
    return identity("Group", group)


@operation("CreateGroup")
def create_group(iam: Backend, request: Request) -> Result:
    """Give the group an ID of its type. Source: API reference, CreateGroup."""
    group = iam.create_group(request.get("GroupName"), request.get("Path", "/"))
    group.id = unique_id("AGPA")
    return {"Group": summary(group)}


@operation("GetGroup")
def get_group(iam: Backend, request: Request) -> Result:
    """Give pages of members. Source: API reference, GetGroup."""
    group = iam.get_group(request.get("GroupName"))
    on_page, rest = page(request, group.users, by_name)
    return {"Group": summary(group), "Users": [user_summary(user) for user in on_page], **rest}


listing("ListGroups", "Groups", lambda iam, request: under(request, iam.groups.values()), summary)
listing(
    "ListGroupsForUser",
    "Groups",
    lambda iam, request: iam.get_groups_for_user(request.get("UserName")),
    summary,
)


@operation("UpdateGroup")
def update_group(iam: Backend, request: Request) -> None:
    """Change the path also if the name stays. Source: API reference, UpdateGroup; recorded."""
    group = iam.get_group(request.get("GroupName"))
    name = request.get("NewGroupName", group.name)
    rename(iam.groups, group, name, request.get("NewPath", group.path))


@operation("RemoveUserFromGroup")
def remove_user_from_group(iam: Backend, request: Request) -> None:
    """Accept a user that is not in the group.

    Source: recorded: the service removes a user that is no member without a refusal.
    """
    user = iam.get_user(request.get("UserName"))
    group = iam.get_group(request.get("GroupName"))
    if user in group.users:
        group.users.remove(user)
