"""Roles."""

from __future__ import annotations

from iamcli.operations.pagination import Listing
from iamcli.output.lines import arn_and_id, document, stored_document
from iamcli.parsing.shared import (
    BOUNDARY,
    PAGING,
    PATH,
    PATH_PREFIX,
    POLICY_FILE,
    PRETEND,
    RECURSIVE,
    ROLE,
    SHOW_POLICY,
    TAGS,
    TRUSTED_SERVICE,
    VERBOSE,
)
from iamcli.policies import documents as policy
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines

TRUST_FILE = POLICY_FILE.replace(help="read the trust policy from this file", alternative="-s")


@command(
    ROLE.replace(complete=""),
    PATH.replace(help="create the role under this path"),
    TRUST_FILE,
    TRUSTED_SERVICE,
    BOUNDARY,
    TAGS,
    VERBOSE.replace(help="print the role's ARN, ID and trust policy"),
    creates=True,
)
def rolecreate(
    iam: IAM,
    role: str,
    path: str | None,
    file: str | None,
    service: str | None,
    boundary: str | None,
    tags: list[dict[str, str]],
    verbose: bool,
) -> Lines:
    """Create a role with a trust policy.

    The trust policy says who may assume the role, for example an AWS service.
    Specify the trust policy with -f, or use -s to generate one that lets a service assume the role.
    The other policies of the role say what the role may do; see iam-roleaddpolicy(1).
    EC2 instances use a role through an instance profile; see iam-instanceprofilecreate(1).
    Role names are unique regardless of case.

    Does: adds a role to the account and sets its trust policy.
    Notes: An account can have 1000 roles, and a trust policy can have 2048 characters, unless AWS
    has raised these quotas.
    Output: Nothing without -v.
    With -v: the role's ARN, the role's ID, and the trust policy as it was sent, each on a new line.
    Differs: The original had no -b and no -t.
    Example: Create a role for EC2 instances, and print its ARN, ID and trust policy.
      $ iam-rolecreate -r webserver -s ec2.amazonaws.com -v
    Calls: CreateRole
    """
    from iamcli.operations.confirmation import confirm
    from iamcli.operations.plan import Plan

    trust = policy.trust_given(file, service)
    with Plan(iam, "created", "not created", [f"role {role}"]) as plan:
        created = iam.call(
            "CreateRole",
            RoleName=role,
            Path=path,
            AssumeRolePolicyDocument=trust,
            PermissionsBoundary=boundary,
            Tags=tags or None,
        )["Role"]
        plan.finish()
        # Ceph stores the tags of roles, and does not show them.
        yield from confirm(iam, plan, f"Role {role}", created, PermissionsBoundary=boundary)
    if verbose:
        yield from arn_and_id(created, "RoleId")
        yield document(trust)


@command(
    ROLE,
    RECURSIVE.replace(
        name="-c", help="first remove it from instance profiles and delete its policies"
    ),
    PRETEND.replace(help="with -c: list what would be removed; remove nothing"),
)
def roledel(iam: IAM, role: str, recursive: bool, pretend: bool) -> Lines:
    """Delete a role, optionally with its policies.

    Without -c, the service refuses to delete a role that is in an instance profile or has inline
    policies or attached managed policies.
    With -c, the command first requests the lists of all these items, then removes the role from its
    instance profiles, removes its inline policies and attached managed policies, and deletes the
    role.
    The service removes a permissions boundary together with the role.
    The instance profiles are not deleted.
    A service-linked role cannot be deleted with this command; see iam-today(7).
    If a step fails, the remaining steps are not tried, and the error lists what was removed
    and what is left.
    Attached managed policies are skipped if your access key is not allowed to list them
    or the server does not support the operation; with -p, a note says so.

    Does: removes a role and, with -c, its policies.
    Notes: To create the role again later, make a snapshot before the deletion; see
    iamcli-recreate(1):

    $ iamcli snapshot before.json
    $ iam-roledel -r webserver -c
    $ iamcli recreate before.json role/webserver >webserver.sh
    $ sh webserver.sh
    Warning: Applications on EC2 instances that use the role lose its permissions.
    Output: Nothing, except with -c -p.
    With -c -p: the heading `instance profiles`, and the ARN of each on a line that begins with a
      tab; then the heading `policies`, and the names of the inline policies in the same form.
    Then `attachedpolicies` in the same form, only if the role has any.
    Differs: With -p but without -c, nothing is sent.
    The original did not list or remove attached managed policies.
    Example: List what would be removed.
      $ iam-roledel -r webserver -c -p
    Example: Remove the role from its instance profiles, remove its policies, and delete the role.
      $ iam-roledel -r webserver -c
    Calls: ListInstanceProfilesForRole, ListRolePolicies, ListAttachedRolePolicies,
      RemoveRoleFromInstanceProfile, DeleteRolePolicy, DetachRolePolicy,
      DeleteRole
    """
    from iamcli.operations import deletion

    return deletion.delete(iam, deletion.ROLE, role, recursive=recursive, pretend=pretend)


@command(ROLE)
def rolegetattributes(iam: IAM, role: str) -> Lines:
    """Show a role's ARN, ID and trust policy.

    Does: prints the ARN, the unique ID and the trust policy of one role.
    Output: The role's ARN, the role's ID, and the trust policy, each on a new line.
    The trust policy is printed byte for byte as the service stores it.
    Example: Show the attributes of a role.
      $ iam-rolegetattributes -r webserver
    Calls: GetRole
    """
    details = iam.call("GetRole", RoleName=role)["Role"]
    yield from arn_and_id(details, "RoleId")
    yield stored_document(details["AssumeRolePolicyDocument"])


@command(
    ROLE,
    TRUST_FILE,
    TRUSTED_SERVICE,
    SHOW_POLICY.replace(help="print the trust policy after the service accepts it"),
)
def roleupdateassumepolicy(
    iam: IAM, role: str, file: str | None, service: str | None, show: bool
) -> Lines:
    """Replace a role's trust policy, which says who may assume the role.

    Specify the new trust policy with -f, or use -s to generate one that lets a service assume the
    role.
    Existing sessions keep the role's permissions until they expire.
    A trust policy can have 2048 characters unless AWS has raised that quota.
    The trust policy of a service-linked role cannot be changed.

    Does: sets a new trust policy for an existing role.
    Warning: The service does not keep the current trust policy; to save it, run
    iam-rolegetattributes(1) first.
    Output: Nothing without -o.
    With -o: the trust policy as it was sent, after the service has accepted it.
    Example: Let EC2 assume a role, and print the trust policy.
      $ iam-roleupdateassumepolicy -r webserver -s ec2.amazonaws.com -o
    Calls: UpdateAssumeRolePolicy
    """
    trust = policy.trust_given(file, service)
    iam.call("UpdateAssumeRolePolicy", RoleName=role, PolicyDocument=trust)
    if show:
        yield document(trust)


@command(PATH_PREFIX, *PAGING)
def rolelistbypath(
    iam: IAM, prefix: str | None, max_items: int | None, marker: str | None
) -> Lines:
    """List all roles, or the roles under a path prefix.

    Service-linked roles and the roles of IAM Identity Center are listed, too.

    Does: prints the ARN of each role or, with -p, of each role under a path.
    Output: One ARN per line, then the footer.
    Example: List all roles.
      $ iam-rolelistbypath
    Calls: ListRoles
    """
    listing = Listing(iam, "ListRoles", max_items, marker, PathPrefix=prefix)
    return listing.lines("Roles", "Arn")
