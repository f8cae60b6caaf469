"""The rows of the commands for the inline policies of users, groups and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.cases.case import STATEMENT, Case, no_such
from support.cases.checks import has, lacks, policy_of
from support.cases.groups import full_group
from support.cases.prepared import full_user, with_group, with_user
from support.cases.roles import full_role, with_role

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.cases.accounts import MotoAccount


def rows(
    kind: str,
    name: str,
    alone: Callable[[MotoAccount], object],
    full: Callable[[MotoAccount], object],
) -> dict[str, Case]:
    """Return the rows for the entity ``name``, which is prepared without or with a policy."""
    word, option = kind.lower(), f"-{kind[0].lower()} {name}"
    policy = policy_of(kind, name)
    put: dict[str, Any] = {
        "prepare": alone,
        "done": has(policy, "read"),
        "operation": f"Put{kind}Policy",
        "owners": (f"{word} {name}",),
        "check": f"iam-{word}listpolicies {option} -p read",
    }
    resource = "-c *" if kind == "Role" else "-r *"
    return {
        f"{word}uploadpolicy": Case(
            f"iam-{word}uploadpolicy {option} -p read -f policy.json", **put
        ),
        f"{word}addpolicy": Case(
            f"iam-{word}addpolicy {option} -p read -e Allow -a s3:GetObject {resource} -o",
            output=lambda _account: [STATEMENT],
            **put,
        ),
        f"{word}delpolicy": Case(
            f"iam-{word}delpolicy {option} -p read",
            full,
            lacks(policy, "read"),
            operation=f"Delete{kind}Policy",
            owners=(f"{word} {name}",),
            missing=no_such(f"{word} policy", "read"),
            check=f"iam-{word}listpolicies {option}",
        ),
    }


POLICIES = {
    **rows("User", "bob", with_user, full_user),
    **rows("Group", "Admin", with_group, full_group),
    **rows("Role", "web", with_role, full_role),
}
