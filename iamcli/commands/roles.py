"""Roles."""

from __future__ import annotations

from iamcli import policy
from iamcli.command import command
from iamcli.options import (
    PAGING,
    PATH,
    PATH_PREFIX,
    POLICY_FILE,
    PRETEND,
    RECURSIVE,
    ROLE,
    SHOW_POLICY,
    TRUSTED_SERVICE,
    VERBOSE,
)
from iamcli.paging import Listing, everything
from iamcli.removal import Removal, nothing_pretended
from iamcli.steps import Step
from iamcli.text import arn_and_id, document, stored_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.iam import IAM
    from iamcli.text import Lines

TRUST_FILE = POLICY_FILE.but(
    help="read the trust policy from this file", limits="JSON in UTF-8; exactly one of -f and -s"
)


@command(
    "iam-rolecreate",
    ROLE,
    PATH,
    TRUST_FILE,
    TRUSTED_SERVICE,
    VERBOSE.but(help="print ARN, id and trust policy"),
)
def rolecreate(
    iam: IAM,
    role: str,
    path: str | None,
    file: str | None,
    service: str | None,
    verbose: bool,
) -> Lines:
    """Create a role.

    The trust policy says who may assume the role; give it as a file, or name the service.
    What the role allows is said by its other policies, see iam-roleaddpolicy(1).

    Output: Nothing without -v.
    With -v: the role's ARN, the role's id, and the trust policy as it was sent.
    Differs: A path without its first or last slash is completed.
    Example: iam-rolecreate -r webserver -s ec2.amazonaws.com -v
    Calls: CreateRole
    """
    trust = policy.trust_given(file, service)
    created = iam.call("CreateRole", RoleName=role, Path=path, AssumeRolePolicyDocument=trust)[
        "Role"
    ]
    if verbose:
        yield from arn_and_id(created, "RoleId")
        yield document(trust)


@command(
    "iam-roledel",
    ROLE,
    RECURSIVE.but(
        name="-c", help="first take it out of its instance profiles and remove its policies"
    ),
    PRETEND.but(help="with -c: list what would be removed, and remove nothing"),
)
def roledel(iam: IAM, role: str, recursive: bool, pretend: bool) -> Lines:
    """Delete a role.

    The service refuses to delete a role that still has policies or stands in an instance profile.
    With -c these are looked up first, every page of them, and then removed: the role's place in
    each instance profile, policies, attached managed policies, permissions boundary, and last the
    role.
    The instance profiles themselves stay.

    Output: Nothing, except with -c -p.
    With -c -p: the heading instance profiles, below it the ARN of each, one a line behind a tab;
      the heading policies, below it each policy's name likewise; attachedpolicies and
      permissionsboundary only where there is something.
    Differs: -p without -c sends nothing.
    Attached managed policies and permissions boundaries came after the original.
    Example: iam-roledel -r webserver -c -p
    Example: iam-roledel -r webserver -c
    Calls: ListInstanceProfilesForRole, ListRolePolicies, ListAttachedRolePolicies, GetRole,
      RemoveRoleFromInstanceProfile, DeleteRolePolicy, DetachRolePolicy,
      DeleteRolePermissionsBoundary, DeleteRole
    """
    if pretend and not recursive:
        yield nothing_pretended("-c")
        return
    removal = Removal(iam, Step(f"role {role}", "DeleteRole", RoleName=role))
    if recursive:
        _gather(iam, removal, role)
    yield from removal.lines(pretend=pretend)


def _gather(iam: IAM, removal: Removal, role: str) -> None:
    """Look up what the role has, in the order in which it is removed."""
    profiles = everything(iam, "ListInstanceProfilesForRole", "InstanceProfiles", RoleName=role)
    removal.holds(
        "instance profiles",
        "place in instance profile",
        "RemoveRoleFromInstanceProfile",
        "InstanceProfileName",
        [profile["InstanceProfileName"] for profile in profiles],
        shown=[profile["Arn"] for profile in profiles],
        always=True,
        RoleName=role,
    )
    removal.holds(
        "policies",
        "policy",
        "DeleteRolePolicy",
        "PolicyName",
        everything(iam, "ListRolePolicies", "PolicyNames", RoleName=role),
        always=True,
        RoleName=role,
    )
    removal.holds(
        "attachedpolicies",
        "attached policy",
        "DetachRolePolicy",
        "PolicyArn",
        removal.names("ListAttachedRolePolicies", "AttachedPolicies", "PolicyArn", RoleName=role),
        RoleName=role,
    )
    removal.boundary("GetRole", "Role", "DeleteRolePermissionsBoundary", RoleName=role)


@command("iam-rolegetattributes", ROLE)
def rolegetattributes(iam: IAM, role: str) -> Lines:
    """Show a role's ARN, id and trust policy.

    Output: The role's ARN, the role's id, and the trust policy as the service stores it.
    Example: iam-rolegetattributes -r webserver
    Calls: GetRole
    """
    found = iam.call("GetRole", RoleName=role)["Role"]
    yield from arn_and_id(found, "RoleId")
    yield stored_document(found["AssumeRolePolicyDocument"])


@command(
    "iam-roleupdateassumepolicy",
    ROLE,
    TRUST_FILE,
    TRUSTED_SERVICE,
    SHOW_POLICY.but(help="print the trust policy that was stored"),
)
def roleupdateassumepolicy(
    iam: IAM, role: str, file: str | None, service: str | None, show: bool
) -> Lines:
    """Replace a role's trust policy.

    The trust policy says who may assume the role; give it as a file, or name the service.
    The old one is gone afterwards; iam-rolegetattributes(1) shows it beforehand.

    Output: Nothing without -o.
    With -o: the trust policy as it was sent, after the service has taken it.
    Example: iam-roleupdateassumepolicy -r webserver -s ec2.amazonaws.com -o
    Calls: UpdateAssumeRolePolicy
    """
    trust = policy.trust_given(file, service)
    iam.call("UpdateAssumeRolePolicy", RoleName=role, PolicyDocument=trust)
    if show:
        yield document(trust)


@command("iam-rolelistbypath", PATH_PREFIX, *PAGING)
def rolelistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List the roles below a path.

    Output: One ARN a line, then the footer.
    Example: iam-rolelistbypath
    Calls: ListRoles
    """
    listing = Listing(iam, "ListRoles", max_items, marker, PathPrefix=prefix)
    for role in listing.entries("Roles"):
        yield role["Arn"]
    yield from listing.footer()
