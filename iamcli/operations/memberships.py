"""Adds users to groups and roles to instance profiles.

If the response is lost, the membership is read from the account. Sending the request for a role
again would not help: the service rejects the second one even if the first one took effect.
"""

from __future__ import annotations

from iamcli.errors import Failure, UnknownOutcome
from iamcli.operations.pagination import list_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from iamcli.client.service import IAM


def add_user_to_group(iam: IAM, group: str, user: str, *, new: bool = False) -> None:
    """Add ``user`` to ``group``; ``new``: this command has just created the user.

    Raises Failure if the user is not a member afterwards, UnknownOutcome if that cannot be read.
    Source: AddUserToGroup, ListGroupsForUser.
    """

    def is_member() -> bool:
        groups = list_all(iam, "ListGroupsForUser", "Groups", UserName=user)
        return any(entry["GroupName"].lower() == group.lower() for entry in groups)

    from functools import partial

    from iamcli.operations.waiting import call_for_new

    try:
        call = partial(call_for_new, iam, "user", user) if new else iam.call
        call("AddUserToGroup", GroupName=group, UserName=user)
    except UnknownOutcome as failure:
        _verify(iam, failure, is_member, f"user {user} is", f"in group {group}")


def add_role_to_instance_profile(iam: IAM, profile: str, role: str, *, new: bool = False) -> None:
    """Add ``role`` to the instance profile ``profile``; raises as ``add_user_to_group`` does.

    ``new``: this command has just created the instance profile.

    Source: AddRoleToInstanceProfile, GetInstanceProfile.
    """

    def is_in() -> bool:
        found = iam.call("GetInstanceProfile", InstanceProfileName=profile)["InstanceProfile"]
        return any(entry["RoleName"].lower() == role.lower() for entry in found.get("Roles", ()))

    from functools import partial

    from iamcli.operations.waiting import call_for_new

    try:
        call = partial(call_for_new, iam, "instance profile", profile) if new else iam.call
        call("AddRoleToInstanceProfile", InstanceProfileName=profile, RoleName=role)
    except UnknownOutcome as failure:
        _verify(iam, failure, is_in, f"role {role} is", f"in instance profile {profile}")


def _verify(
    iam: IAM, failure: UnknownOutcome, done: Callable[[], bool], what: str, where: str
) -> None:
    """Return if ``done`` returns true within some seconds, else raise Failure.

    Raises ``failure`` itself if the account cannot be read.
    """
    from iamcli.operations.waiting import attempts

    try:
        for _ in attempts(iam):
            if done():
                iam.pending = None
                if iam.on_terminal:
                    iam.note(f"the response was lost, but {what} {where}")
                return
    except Failure:
        raise failure from None
    raise Failure(f"{failure.reason}; {what} not {where}") from None
