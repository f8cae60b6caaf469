"""Groups and their members."""

from __future__ import annotations

from iamcli.cli.sandbox.corrections.entities import identity
from iamcli.cli.sandbox.corrections.lists import listing
from iamcli.cli.sandbox.corrections.paging import by_name, page, under
from iamcli.cli.sandbox.corrections.protocol import method, operation
from iamcli.cli.sandbox.corrections.users import summary as user_summary
from iamcli.cli.sandbox.corrections.users import unique_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from moto.iam.models import IAMBackend

    from iamcli.cli.sandbox.corrections.protocol import Request, Result


def summary(group: Any) -> Result:
    """Return a group as responses show it. Source: API reference, Group."""
    return identity("Group", group)


@operation("CreateGroup")
def create_group(iam: IAMBackend, request: Request) -> Result:
    """Give the group an ID of its kind. Source: API reference, CreateGroup."""
    group = iam.create_group(request.get("GroupName"), request.get("Path", "/"))
    group.id = unique_id("AGPA")
    return {"Group": summary(group)}


@operation("GetGroup")
def get_group(iam: IAMBackend, request: Request) -> Result:
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


@method
def update_group(
    self: IAMBackend, group_name: str, new_group_name: str | None, new_path: str | None
) -> None:
    """Change the path also if the name stays.

    Replaces ``IAMBackend.update_group``. Source: API reference, UpdateGroup; recorded.
    """
    group = self.get_group(group_name)
    if new_path:
        group.path = new_path
    if new_group_name:
        del self.groups[group.name]
        group.name = new_group_name
        self.groups[new_group_name] = group


@method
def remove_user_from_group(self: IAMBackend, group_name: str, user_name: str) -> None:
    """Accept a user that is not in the group.

    Replaces ``IAMBackend.remove_user_from_group``. Source: recorded: the service removes a user
    that is no member without a refusal.
    """
    user = self.get_user(user_name)
    group = self.get_group(group_name)
    if user in group.users:
        group.users.remove(user)
