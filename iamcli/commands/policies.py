"""Inline policies."""

from __future__ import annotations

from iamcli.operations.pagination import Listing
from iamcli.output.lines import Note, stored_document
from iamcli.parsing.options import FOOTER, LIST, Option
from iamcli.parsing.shared import (
    ACTIONS,
    EFFECT,
    GROUP,
    PAGING,
    POLICY,
    POLICY_FILE,
    RESOURCES,
    ROLE,
    SHOW_POLICY,
    USER,
    VERBOSE,
)
from iamcli.policies import documents as policies
from iamcli.runner import command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from iamcli.operations.service import IAM
    from iamcli.output.lines import Lines


def _unquoted(program: str, arguments: Sequence[str]) -> str | None:
    from iamcli.policies import unquoted

    return unquoted.repair_policy(program, arguments)


POLICY_TEXT = Option(
    "-o",
    "POLICYDOCUMENT",
    "document",
    "the policy, in single quotes",
    limits="JSON",
    alternative="-f",
    free=True,
    explain=_unquoted,
)
ROLE_RESOURCES = RESOURCES.replace(name="-c")
ONE_POLICY = POLICY.replace(
    required=False,
    help="print only this policy's document",
    brief="",
    default="all names",
    withholds=FOOTER,
)
ATTACHED = Option(
    "-a",
    None,
    "attached",
    "list the ARNs of the attached managed policies instead",
    excludes=("-p", "-v"),
    prints=LIST,
    conflict="-a lists attached managed policies; use it without -p and -v",
)
WITH_DOCUMENTS = VERBOSE.replace(help="print each policy's document after its name")
#: By kind: the operations that list inline policies, read one, and list attached policies.
READING = {
    "User": ("ListUserPolicies", "GetUserPolicy", "ListAttachedUserPolicies"),
    "Group": ("ListGroupPolicies", "GetGroupPolicy", "ListAttachedGroupPolicies"),
    "Role": ("ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies"),
}


def _add(
    iam: IAM,
    operation: str,
    named: dict[str, str],
    policy: str,
    effect: str,
    actions: list[str],
    resources: list[str],
    show: bool,
) -> Lines:
    """Add a policy of one statement; ``named``: the parameter for its user, group or role."""
    document = policies.statement(effect, actions, resources)
    iam.call(operation, **named, PolicyName=policy, PolicyDocument=document)
    if show:
        yield document


def _list(
    iam: IAM,
    kind: str,
    name: str,
    policy: str | None,
    verbose: bool,
    attached: bool,
    max_items: int | None,
    marker: str | None,
) -> Lines:
    list_inline, get, list_attached = READING[kind]
    named = {f"{kind}Name": name}
    if attached:
        listing = Listing(iam, list_attached, max_items, marker, **named)
        yield from listing.lines("AttachedPolicies", "PolicyArn")
        return
    if policy is not None:
        yield _document(iam, get, named, policy)
        return
    listing = Listing(iam, list_inline, max_items, marker, **named)
    empty = True
    for entry in listing.entries("PolicyNames"):
        empty = False
        yield entry
        if verbose:
            yield _document(iam, get, named, entry)
    yield from listing.footer()
    if empty and iam.on_terminal and marker is None:
        yield Note(f"{name} has no inline policy; -a lists attached managed policies")


def _document(iam: IAM, operation: str, named: dict[str, str], policy: str) -> str:
    return stored_document(iam.call(operation, **named, PolicyName=policy)["PolicyDocument"])


@command(USER, POLICY, EFFECT, ACTIONS, RESOURCES, SHOW_POLICY, creates=True)
def useraddpolicy(iam: IAM, user: str, policy: str, **statement: Any) -> Lines:
    """Add an inline policy of one statement to a user.

    The policy allows or denies all the actions that you specify on all the resources that you
    specify.
    A policy that denies an action overrides every policy that allows it.
    In actions and resources, `*` matches any characters; quote `*`, so that the shell does not
    expand it.

    Does: makes a policy from its options and stores it with the user.
    Notes: The inline policies of a user can have up to 2048 characters in total, not counting
    white space.
    The policy has the version 2008-10-17, in which policy variables such as `${aws:username}` are
    plain text.
    To use variables, or to add your own policy document, use iam-useruploadpolicy(1).
    Warning: An inline policy of the user with the same name is replaced.
    Output: Nothing without -o.
    With -o: the policy as one line of JSON, after the service has accepted it.
    Example: Let a user read the objects in one bucket, and print the policy.
      $ iam-useraddpolicy -u bob -p read-bucket -e Allow -a s3:GetObject -r 'arn:aws:s3:::example/*' -o
    Calls: PutUserPolicy
    """  # noqa: E501 - command lines are not wrapped
    return _add(iam, "PutUserPolicy", {"UserName": user}, policy, **statement)


@command(GROUP, POLICY, EFFECT, ACTIONS, RESOURCES, SHOW_POLICY, creates=True)
def groupaddpolicy(iam: IAM, group: str, policy: str, **statement: Any) -> Lines:
    """Add an inline policy of one statement to a group.

    The policy allows or denies all the actions that you specify on all the resources that you
    specify.
    The policy applies to every member of the group.
    A policy that denies an action overrides every policy that allows it.
    In actions and resources, `*` matches any characters; quote `*`, so that the shell does not
    expand it.

    Does: makes a policy from its options and stores it with the group.
    Notes: The inline policies of a group can have up to 5120 characters in total, not counting
    white space.
    The policy has the version 2008-10-17, in which policy variables such as `${aws:username}` are
    plain text.
    To use variables, or to add your own policy document, use iam-groupuploadpolicy(1).
    Warning: An inline policy of the group with the same name is replaced.
    Output: Nothing without -o.
    With -o: the policy as one line of JSON, after the service has accepted it.
    Example: Let the members of a group do everything, and print the policy.
      $ iam-groupaddpolicy -g Admin -p all -e Allow -a '*' -r '*' -o
    Calls: PutGroupPolicy
    """
    return _add(iam, "PutGroupPolicy", {"GroupName": group}, policy, **statement)


@command(ROLE, POLICY, EFFECT, ACTIONS, ROLE_RESOURCES, SHOW_POLICY, creates=True)
def roleaddpolicy(iam: IAM, role: str, policy: str, **statement: Any) -> Lines:
    """Add an inline policy of one statement to a role.

    The policy allows or denies all the actions that you specify on all the resources that you
    specify.
    A policy that denies an action overrides every policy that allows it.
    In actions and resources, `*` matches any characters; quote `*`, so that the shell does not
    expand it.
    Specify the resources with -c, because -r is the name of the role.

    Does: makes a policy from its options and stores it with the role.
    Notes: The inline policies of a role can have up to 10240 characters in total, not counting
    white space.
    The policy has the version 2008-10-17, in which policy variables such as `${aws:username}` are
    plain text.
    To use variables, or to add your own policy document, use iam-roleuploadpolicy(1).
    Warning: An inline policy of the role with the same name is replaced.
    Output: Nothing without -o.
    With -o: the policy as one line of JSON, after the service has accepted it.
    Example: Let a role read the objects in one bucket, and print the policy.
      $ iam-roleaddpolicy -r webserver -p read-config -e Allow -a s3:GetObject -c 'arn:aws:s3:::config/*' -o
    Calls: PutRolePolicy
    """  # noqa: E501 - command lines are not wrapped
    return _add(iam, "PutRolePolicy", {"RoleName": role}, policy, **statement)


@command(USER, POLICY, POLICY_FILE, POLICY_TEXT, creates=True)
def useruploadpolicy(iam: IAM, user: str, policy: str, **source: Any) -> None:
    """Add an inline policy to a user, from a file or from the command line.

    The policy must be JSON, and is sent and stored byte for byte.
    The inline policies of a user can have up to 2048 characters in total, not counting white
    space.

    Enclose a policy on the command line in single quotes.
    If you omit the quotes and the shell changes the policy, nothing is sent, and the error message
    shows how to type the command.

    Does: adds your own policy document to the user as an inline policy.
    Warning: An inline policy of the user with the same name is replaced.
    Output: Nothing.
    Differs: The original also sent policies that are not JSON or that the shell had changed.
    Example: Add a policy from a file.
      $ iam-useruploadpolicy -u bob -p AllAccessPolicy -f policy.json
    Example: Add a policy from the command line.
      $ iam-useruploadpolicy -u bob -p AllAccessPolicy -o '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    Calls: PutUserPolicy
    """  # noqa: E501 - command lines are not wrapped
    text = policies.given(**source)
    iam.call("PutUserPolicy", UserName=user, PolicyName=policy, PolicyDocument=text)


@command(GROUP, POLICY, POLICY_FILE, POLICY_TEXT, creates=True)
def groupuploadpolicy(iam: IAM, group: str, policy: str, **source: Any) -> None:
    """Add an inline policy to a group, from a file or from the command line.

    The policy must be JSON, and is sent and stored byte for byte.
    The policy applies to every member of the group.
    The inline policies of a group can have up to 5120 characters in total, not counting white
    space.

    Enclose a policy on the command line in single quotes.
    If you omit the quotes and the shell changes the policy, nothing is sent, and the error message
    shows how to type the command.

    Does: adds your own policy document to the group as an inline policy.
    Warning: An inline policy of the group with the same name is replaced.
    Output: Nothing.
    Differs: The original also sent policies that are not JSON or that the shell had changed.
    Example: Add a policy from a file.
      $ iam-groupuploadpolicy -g Admin -p AllAccessPolicy -f policy.json
    Calls: PutGroupPolicy
    """
    text = policies.given(**source)
    iam.call("PutGroupPolicy", GroupName=group, PolicyName=policy, PolicyDocument=text)


@command(ROLE, POLICY, POLICY_FILE, POLICY_TEXT, creates=True)
def roleuploadpolicy(iam: IAM, role: str, policy: str, **source: Any) -> None:
    """Add an inline policy to a role, from a file or from the command line.

    The policy must be JSON, and is sent and stored byte for byte.
    The inline policies of a role can have up to 10240 characters in total, not counting white
    space.
    The policy says what the role may do; to change who may assume the role, use
    iam-roleupdateassumepolicy(1).

    Enclose a policy on the command line in single quotes.
    If you omit the quotes and the shell changes the policy, nothing is sent, and the error message
    shows how to type the command.

    Does: adds your own policy document to the role as an inline policy.
    Warning: An inline policy of the role with the same name is replaced.
    Output: Nothing.
    Differs: The original also sent policies that are not JSON or that the shell had changed.
    Example: Add a policy from a file.
      $ iam-roleuploadpolicy -r webserver -p read-config -f policy.json
    Calls: PutRolePolicy
    """
    text = policies.given(**source)
    iam.call("PutRolePolicy", RoleName=role, PolicyName=policy, PolicyDocument=text)


@command(USER, ONE_POLICY, WITH_DOCUMENTS, ATTACHED, *PAGING)
def userlistpolicies(iam: IAM, user: str, **options: Any) -> Lines:
    """List a user's inline policies or print one.

    With -p, the options -i, -m and -v have no effect.

    Does: prints the names of the policies that are embedded in a user.
    Notes: The user also has the permissions of the user's groups, which iam-userlistgroups(1)
    lists.
    Output: One policy name per line, then the footer.
    With -v: each name is followed by the policy's document.
    With -p: only that policy's document, without the name and the footer.
    With -a: the ARNs of the attached managed policies, then the footer.
    Documents are printed byte for byte as the service stores them.
    Differs: The original had no -a.
    Example: List a user's inline policies.
      $ iam-userlistpolicies -u bob
    Example: Print an inline policy.
      $ iam-userlistpolicies -u bob -p AllAccessPolicy
    Calls: ListUserPolicies, GetUserPolicy, ListAttachedUserPolicies
    """
    return _list(iam, "User", user, **options)


@command(GROUP, ONE_POLICY, WITH_DOCUMENTS, ATTACHED, *PAGING)
def grouplistpolicies(iam: IAM, group: str, **options: Any) -> Lines:
    """List a group's inline policies or print one.

    With -p, the options -i, -m and -v have no effect.

    Does: prints the names of the policies that are embedded in a group.
    Output: One policy name per line, then the footer.
    With -v: each name is followed by the policy's document.
    With -p: only that policy's document, without the name and the footer.
    With -a: the ARNs of the attached managed policies, then the footer.
    Documents are printed byte for byte as the service stores them.
    Differs: The original had no -a.
    Example: List a group's inline policies.
      $ iam-grouplistpolicies -g Admin
    Calls: ListGroupPolicies, GetGroupPolicy, ListAttachedGroupPolicies
    """
    return _list(iam, "Group", group, **options)


@command(ROLE, ONE_POLICY, WITH_DOCUMENTS, ATTACHED, *PAGING)
def rolelistpolicies(iam: IAM, role: str, **options: Any) -> Lines:
    """List a role's inline policies or print one.

    With -p, the options -i, -m and -v have no effect.

    Does: prints the names of the policies that are embedded in a role.
    Output: One policy name per line, then the footer.
    With -v: each name is followed by the policy's document.
    With -p: only that policy's document, without the name and the footer.
    With -a: the ARNs of the attached managed policies, then the footer.
    Documents are printed byte for byte as the service stores them.
    Differs: The original had no -a.
    Example: List a role's inline policies with their documents.
      $ iam-rolelistpolicies -r webserver -v
    Calls: ListRolePolicies, GetRolePolicy, ListAttachedRolePolicies
    """
    return _list(iam, "Role", role, **options)


@command(USER, POLICY)
def userdelpolicy(iam: IAM, user: str, policy: str) -> None:
    """Delete a user's inline policy.

    The user loses the permissions that only this policy granted.
    This command does not detach managed policies.

    Does: removes one inline policy from a user.
    Output: Nothing.
    Example: Delete an inline policy.
      $ iam-userdelpolicy -u bob -p AllAccessPolicy
    Calls: DeleteUserPolicy
    """
    iam.call("DeleteUserPolicy", UserName=user, PolicyName=policy)


@command(GROUP, POLICY)
def groupdelpolicy(iam: IAM, group: str, policy: str) -> None:
    """Delete a group's inline policy.

    The members of the group lose the permissions that only this policy granted.
    This command does not detach managed policies.

    Does: removes one inline policy from a group.
    Output: Nothing.
    Example: Delete an inline policy.
      $ iam-groupdelpolicy -g Admin -p AllAccessPolicy
    Calls: DeleteGroupPolicy
    """
    iam.call("DeleteGroupPolicy", GroupName=group, PolicyName=policy)


@command(ROLE, POLICY)
def roledelpolicy(iam: IAM, role: str, policy: str) -> None:
    """Delete a role's inline policy.

    The role loses the permissions that only this policy granted.
    This command does not detach managed policies.

    Does: removes one inline policy from a role.
    Output: Nothing.
    Example: Delete an inline policy.
      $ iam-roledelpolicy -r webserver -p read-config
    Calls: DeleteRolePolicy
    """
    iam.call("DeleteRolePolicy", RoleName=role, PolicyName=policy)
