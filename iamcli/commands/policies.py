"""Policies of users, groups and roles."""

from __future__ import annotations

from iamcli.operations.pagination import Listing
from iamcli.output.lines import stored_document
from iamcli.parsing.shared import (
    ACTIONS,
    EFFECT,
    GROUP,
    PAGING,
    POLICY,
    POLICY_FILE,
    POLICY_TEXT,
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
    from iamcli.client.service import IAM
    from iamcli.output.lines import Lines

ROLE_RESOURCES = RESOURCES.replace(name="-c")
ONE_POLICY = POLICY.replace(
    required=False, help="print this policy's document alone", default="all names"
)
WITH_DOCUMENTS = VERBOSE.replace(help="print each policy's document below its name")


class PolicyTarget:
    """What a policy belongs to: the parameter that names it, and the operations on its policies."""

    def __init__(self, parameter: str, put: str, get: str, names: str, delete: str) -> None:
        self.parameter = parameter
        self.put = put
        self.get = get
        self.names = names
        self.delete = delete


USERS = PolicyTarget(
    "UserName", "PutUserPolicy", "GetUserPolicy", "ListUserPolicies", "DeleteUserPolicy"
)
GROUPS = PolicyTarget(
    "GroupName", "PutGroupPolicy", "GetGroupPolicy", "ListGroupPolicies", "DeleteGroupPolicy"
)
ROLES = PolicyTarget(
    "RoleName", "PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy"
)


def _put(iam: IAM, holder: PolicyTarget, name: str, policy: str, document: str) -> None:
    iam.call(holder.put, **{holder.parameter: name}, PolicyName=policy, PolicyDocument=document)


def _add(
    iam: IAM,
    holder: PolicyTarget,
    name: str,
    policy: str,
    effect: str,
    actions: list[str],
    resources: list[str],
    *,
    show: bool,
) -> Lines:
    document = policies.statement(effect, actions, resources)
    _put(iam, holder, name, policy, document)
    if show:
        yield document


def _upload(
    iam: IAM, holder: PolicyTarget, name: str, policy: str, file: str | None, document: str | None
) -> Lines:
    _put(iam, holder, name, policy, policies.given(file, document))
    yield from ()


def _list(
    iam: IAM,
    holder: PolicyTarget,
    name: str,
    policy: str | None,
    max_items: int | None,
    marker: str | None,
    *,
    verbose: bool,
) -> Lines:
    named = {holder.parameter: name}
    if policy is not None:
        yield _document(iam, holder, named, policy)
        return
    listing = Listing(iam, holder.names, max_items, marker, **named)
    for entry in listing.entries("PolicyNames"):
        yield entry
        if verbose:
            yield _document(iam, holder, named, entry)
    yield from listing.footer()


def _document(iam: IAM, holder: PolicyTarget, named: dict[str, str], policy: str) -> str:
    answer = iam.call(holder.get, **named, PolicyName=policy)
    return stored_document(answer["PolicyDocument"])


def _delete(iam: IAM, holder: PolicyTarget, name: str, policy: str) -> Lines:
    iam.call(holder.delete, **{holder.parameter: name}, PolicyName=policy)
    yield from ()


@command("iam-useraddpolicy", USER, POLICY, EFFECT, ACTIONS, RESOURCES, SHOW_POLICY)
def useraddpolicy(
    iam: IAM,
    user: str,
    policy: str,
    effect: str,
    actions: list[str],
    resources: list[str],
    show: bool,
) -> Lines:
    """Give a user a policy of one statement.

    The policy is made from the options: it allows or denies all the actions on all the resources.
    A policy of the same name that the user already has is replaced.
    A policy that denies wins over every policy that allows.
    A `*` stands for any run of characters; put it in single quotes, lest the shell read it.

    The user's policies hold at most 2048 characters together, blanks not counted.
    iam-useruploadpolicy(1) stores a policy that you have written.

    Output: Nothing without -o.
    With -o: the policy as one line of JSON, after the service has taken it.
    Example: Let a user read one bucket, and show the policy.
      $ iam-useraddpolicy -u bob -p read-bucket -e Allow -a s3:GetObject -r arn:aws:s3:::example/* -o
    Calls: PutUserPolicy
    """  # noqa: E501 - a command line stays whole
    return _add(iam, USERS, user, policy, effect, actions, resources, show=show)


@command("iam-groupaddpolicy", GROUP, POLICY, EFFECT, ACTIONS, RESOURCES, SHOW_POLICY)
def groupaddpolicy(
    iam: IAM,
    group: str,
    policy: str,
    effect: str,
    actions: list[str],
    resources: list[str],
    show: bool,
) -> Lines:
    """Give a group a policy of one statement.

    The policy is made from the options: it allows or denies all the actions on all the resources.
    It holds for every member of the group.
    A policy of the same name that the group already has is replaced.
    A policy that denies wins over every policy that allows.
    A `*` stands for any run of characters; put it in single quotes, lest the shell read it.

    The group's policies hold at most 5120 characters together, blanks not counted.
    iam-groupuploadpolicy(1) stores a policy that you have written.

    Output: Nothing without -o.
    With -o: the policy as one line of JSON, after the service has taken it.
    Example: Let the members of a group do everything, and show the policy.
      $ iam-groupaddpolicy -g Admin -p all -e Allow -a '*' -r '*' -o
    Calls: PutGroupPolicy
    """
    return _add(iam, GROUPS, group, policy, effect, actions, resources, show=show)


@command("iam-roleaddpolicy", ROLE, POLICY, EFFECT, ACTIONS, ROLE_RESOURCES, SHOW_POLICY)
def roleaddpolicy(
    iam: IAM,
    role: str,
    policy: str,
    effect: str,
    actions: list[str],
    resources: list[str],
    show: bool,
) -> Lines:
    """Give a role a policy of one statement.

    The policy is made from the options: it allows or denies all the actions on all the resources.
    A policy of the same name that the role already has is replaced.
    A policy that denies wins over every policy that allows.
    A `*` stands for any run of characters; put it in single quotes, lest the shell read it.
    Mind that -c gives the resources here, because -r names the role.

    The role's policies hold at most 10240 characters together, blanks not counted.
    iam-roleuploadpolicy(1) stores a policy that you have written.

    Output: Nothing without -o.
    With -o: the policy as one line of JSON, after the service has taken it.
    Example: Let a role read one bucket, and show the policy.
      $ iam-roleaddpolicy -r webserver -p read-config -e Allow -a s3:GetObject -c arn:aws:s3:::config/* -o
    Calls: PutRolePolicy
    """  # noqa: E501 - a command line stays whole
    return _add(iam, ROLES, role, policy, effect, actions, resources, show=show)


@command("iam-useruploadpolicy", USER, POLICY, POLICY_FILE, POLICY_TEXT)
def useruploadpolicy(
    iam: IAM, user: str, policy: str, file: str | None, document: str | None
) -> Lines:
    """Give a user a policy that you have written.

    The policy is checked to be JSON, and sent and stored byte for byte.
    A policy of the same name that the user already has is replaced.
    The user's policies hold at most 2048 characters together, blanks not counted.

    On the command line a policy stands in single quotes.
    Where they are missing and the shell took it apart, nothing is sent, and the command is shown as
    it has to be typed.

    Output: Nothing.
    Differs: The original sent policies that are not JSON, and what the shell had left of others.
    Example: Store a policy from a file.
      $ iam-useruploadpolicy -u bob -p AllAccessPolicy -f policy.json
    Example: Store a policy typed on the command line.
      $ iam-useruploadpolicy -u bob -p AllAccessPolicy -o '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    Calls: PutUserPolicy
    """  # noqa: E501 - a command line stays whole
    return _upload(iam, USERS, user, policy, file, document)


@command("iam-groupuploadpolicy", GROUP, POLICY, POLICY_FILE, POLICY_TEXT)
def groupuploadpolicy(
    iam: IAM, group: str, policy: str, file: str | None, document: str | None
) -> Lines:
    """Give a group a policy that you have written.

    The policy is checked to be JSON, and sent and stored byte for byte.
    It holds for every member of the group.
    A policy of the same name that the group already has is replaced.
    The group's policies hold at most 5120 characters together, blanks not counted.

    On the command line a policy stands in single quotes.
    Where they are missing and the shell took it apart, nothing is sent, and the command is shown as
    it has to be typed.

    Output: Nothing.
    Differs: The original sent policies that are not JSON, and what the shell had left of others.
    Example: Store a policy from a file.
      $ iam-groupuploadpolicy -g Admin -p AllAccessPolicy -f policy.json
    Calls: PutGroupPolicy
    """
    return _upload(iam, GROUPS, group, policy, file, document)


@command("iam-roleuploadpolicy", ROLE, POLICY, POLICY_FILE, POLICY_TEXT)
def roleuploadpolicy(
    iam: IAM, role: str, policy: str, file: str | None, document: str | None
) -> Lines:
    """Give a role a policy that you have written.

    The policy is checked to be JSON, and sent and stored byte for byte.
    It says what the role permits, not who may assume it, for which see
    iam-roleupdateassumepolicy(1).
    A policy of the same name that the role already has is replaced.
    The role's policies hold at most 10240 characters together, blanks not counted.

    On the command line a policy stands in single quotes.
    Where they are missing and the shell took it apart, nothing is sent, and the command is shown as
    it has to be typed.

    Output: Nothing.
    Differs: The original sent policies that are not JSON, and what the shell had left of others.
    Example: Store a policy from a file.
      $ iam-roleuploadpolicy -r webserver -p read-config -f policy.json
    Calls: PutRolePolicy
    """
    return _upload(iam, ROLES, role, policy, file, document)


@command("iam-userlistpolicies", USER, ONE_POLICY, WITH_DOCUMENTS, *PAGING)
def userlistpolicies(
    iam: IAM,
    user: str,
    policy: str | None,
    verbose: bool,
    max_items: int | None,
    marker: str | None,
) -> Lines:
    """List the names of a user's policies, or show their documents.

    Managed policies attached to the user, and the policies of the user's groups, are not listed.
    With -p the options -i, -m and -v have no effect.

    Output: One policy name a line, then the footer.
    With -v: below each name the policy's document.
    With -p: that policy's document alone, no name and no footer.
    A document is printed byte for byte as the service stores it.
    Example: List a user's policies.
      $ iam-userlistpolicies -u bob
    Example: Show one of them.
      $ iam-userlistpolicies -u bob -p AllAccessPolicy
    Calls: ListUserPolicies, GetUserPolicy
    """
    return _list(iam, USERS, user, policy, max_items, marker, verbose=verbose)


@command("iam-grouplistpolicies", GROUP, ONE_POLICY, WITH_DOCUMENTS, *PAGING)
def grouplistpolicies(
    iam: IAM,
    group: str,
    policy: str | None,
    verbose: bool,
    max_items: int | None,
    marker: str | None,
) -> Lines:
    """List the names of a group's policies, or show their documents.

    Managed policies attached to the group are not listed.
    With -p the options -i, -m and -v have no effect.

    Output: One policy name a line, then the footer.
    With -v: below each name the policy's document.
    With -p: that policy's document alone, no name and no footer.
    A document is printed byte for byte as the service stores it.
    Example: List a group's policies.
      $ iam-grouplistpolicies -g Admin
    Calls: ListGroupPolicies, GetGroupPolicy
    """
    return _list(iam, GROUPS, group, policy, max_items, marker, verbose=verbose)


@command("iam-rolelistpolicies", ROLE, ONE_POLICY, WITH_DOCUMENTS, *PAGING)
def rolelistpolicies(
    iam: IAM,
    role: str,
    policy: str | None,
    verbose: bool,
    max_items: int | None,
    marker: str | None,
) -> Lines:
    """List the names of a role's policies, or show their documents.

    Managed policies attached to the role, and its trust policy, are not listed.
    With -p the options -i, -m and -v have no effect.

    Output: One policy name a line, then the footer.
    With -v: below each name the policy's document.
    With -p: that policy's document alone, no name and no footer.
    A document is printed byte for byte as the service stores it.
    Example: List a role's policies with their documents.
      $ iam-rolelistpolicies -r webserver -v
    Calls: ListRolePolicies, GetRolePolicy
    """
    return _list(iam, ROLES, role, policy, max_items, marker, verbose=verbose)


@command("iam-userdelpolicy", USER, POLICY)
def userdelpolicy(iam: IAM, user: str, policy: str) -> Lines:
    """Delete a user's policy.

    The user loses what only this policy permitted.
    Managed policies are out of its reach.

    Output: Nothing.
    Example: Delete a policy.
      $ iam-userdelpolicy -u bob -p AllAccessPolicy
    Calls: DeleteUserPolicy
    """
    return _delete(iam, USERS, user, policy)


@command("iam-groupdelpolicy", GROUP, POLICY)
def groupdelpolicy(iam: IAM, group: str, policy: str) -> Lines:
    """Delete a group's policy.

    The members lose what only this policy permitted.
    Managed policies are out of its reach.

    Output: Nothing.
    Example: Delete a policy.
      $ iam-groupdelpolicy -g Admin -p AllAccessPolicy
    Calls: DeleteGroupPolicy
    """
    return _delete(iam, GROUPS, group, policy)


@command("iam-roledelpolicy", ROLE, POLICY)
def roledelpolicy(iam: IAM, role: str, policy: str) -> Lines:
    """Delete a role's policy.

    Whoever has assumed the role loses what only this policy permitted.
    Managed policies are out of its reach.

    Output: Nothing.
    Example: Delete a policy.
      $ iam-roledelpolicy -r webserver -p read-config
    Calls: DeleteRolePolicy
    """
    return _delete(iam, ROLES, role, policy)
