"""Roles."""

from __future__ import annotations

from iamcli.operations import deletion
from iamcli.operations.pagination import Listing
from iamcli.output.lines import arn_and_id, document, stored_document
from iamcli.parsing.shared import (
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
from iamcli.policies import documents as policy
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

TRUST_FILE = POLICY_FILE.replace(help="read the trust policy from this file", instead="-s")


@command(
    "iam-rolecreate",
    ROLE.replace(complete=""),
    PATH,
    TRUST_FILE,
    TRUSTED_SERVICE,
    VERBOSE.replace(help="print ARN, id and trust policy"),
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

    A role is taken on for a time by those whom its trust policy names, an AWS service for instance.
    Give the trust policy as a file, or with -s one that lets a service assume the role.
    What whoever has assumed the role may do is said by its other policies, see
    iam-roleaddpolicy(1).
    EC2 instances get a role by way of an instance profile, see iam-instanceprofilecreate(1).
    An account holds 1000 roles, and a trust policy 2048 characters, unless AWS has raised that
    quota.

    Output: Nothing without -v.
    With -v: the role's ARN, the role's id, and the trust policy as it was sent.
    Example: Create a role for EC2 instances, and show it.
      $ iam-rolecreate -r webserver -s ec2.amazonaws.com -v
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
    RECURSIVE.replace(
        name="-c", help="first take it out of its instance profiles and remove its policies"
    ),
    PRETEND.replace(help="with -c: list what would be removed, and remove nothing"),
)
def roledel(iam: IAM, role: str, recursive: bool, pretend: bool) -> Lines:
    """Delete a role.

    Applications on instances that use the role lose their permissions at once.
    Without -c the service refuses to delete a role that has policies or stands in an instance
    profile.
    With -c these are looked up first, and then removed in this order: the role's place in each
    instance profile, policies, attached managed policies, and last the role.
    A permissions boundary needs no step of its own: the service removes it with the role.
    The instance profiles themselves stay.
    Where one of these steps fails, the rest stays, and standard error says what is gone and what is
    left.

    Output: Nothing, except with -c -p.
    With -c -p: the heading `instance profiles`, below it the ARN of each, one a line behind a tab;
      the heading `policies`, below it each policy's name likewise.
    Then `attachedpolicies` likewise, only where there is something.
    Differs: With -p and without -c nothing is sent.
    The original did not know of attached managed policies.
    Example: See what would be removed.
      $ iam-roledel -r webserver -c -p
    Example: Remove the role with everything.
      $ iam-roledel -r webserver -c
    Calls: ListInstanceProfilesForRole, ListRolePolicies, ListAttachedRolePolicies,
      RemoveRoleFromInstanceProfile, DeleteRolePolicy, DetachRolePolicy,
      DeleteRole
    """
    return deletion.delete(iam, deletion.ROLE, role, recursive=recursive, pretend=pretend)


@command("iam-rolegetattributes", ROLE)
def rolegetattributes(iam: IAM, role: str) -> Lines:
    """Show a role's ARN, id and trust policy.

    Output: The role's ARN, the role's id, and the trust policy byte for byte as the service stores
      it.
    Example: Show a role.
      $ iam-rolegetattributes -r webserver
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
    SHOW_POLICY.replace(help="print the trust policy once the service has taken it"),
)
def roleupdateassumepolicy(
    iam: IAM, role: str, file: str | None, service: str | None, show: bool
) -> Lines:
    """Replace a role's trust policy.

    The trust policy says who may assume the role.
    Give it as a file, or with -s one that lets a service assume the role.
    The old one is gone afterwards; iam-rolegetattributes(1) shows it beforehand.
    Whoever has assumed the role already keeps it until that session ends.

    Output: Nothing without -o.
    With -o: the trust policy as it was sent, after the service has taken it.
    Example: Trust EC2, and show the policy.
      $ iam-roleupdateassumepolicy -r webserver -s ec2.amazonaws.com -o
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

    Without -p these are all roles of the account, those of AWS services too.

    Output: One ARN a line, then the footer.
    Example: List all roles.
      $ iam-rolelistbypath
    Calls: ListRoles
    """
    listing = Listing(iam, "ListRoles", max_items, marker, PathPrefix=prefix)
    return listing.lines("Roles", "Arn")
