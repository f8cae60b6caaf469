"""Policies of users, groups and roles: one family, whoever holds them."""

from __future__ import annotations

from iamcli import policy as policies
from iamcli.command import command
from iamcli.options import (
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
from iamcli.paging import Listing
from iamcli.text import stored_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iamcli.iam import IAM
    from iamcli.text import Lines

ROLE_RESOURCES = RESOURCES.but(name="-c")
ONE_POLICY = POLICY.but(required=False, help="print this policy's document alone")
WITH_DOCUMENTS = VERBOSE.but(help="print each policy's document below its name")


class Holder:
    """What a policy belongs to: the parameter that names it, and the operations on its policies."""

    def __init__(self, parameter: str, put: str, get: str, names: str, delete: str) -> None:
        self.parameter = parameter
        self.put = put
        self.get = get
        self.names = names
        self.delete = delete


USERS = Holder("UserName", "PutUserPolicy", "GetUserPolicy", "ListUserPolicies", "DeleteUserPolicy")
GROUPS = Holder(
    "GroupName", "PutGroupPolicy", "GetGroupPolicy", "ListGroupPolicies", "DeleteGroupPolicy"
)
ROLES = Holder("RoleName", "PutRolePolicy", "GetRolePolicy", "ListRolePolicies", "DeleteRolePolicy")


def _put(iam: IAM, holder: Holder, name: str, policy: str, document: str) -> None:
    iam.call(holder.put, **{holder.parameter: name}, PolicyName=policy, PolicyDocument=document)


def _add(
    iam: IAM,
    holder: Holder,
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
    iam: IAM, holder: Holder, name: str, policy: str, file: str | None, document: str | None
) -> Lines:
    _put(iam, holder, name, policy, policies.given(file, document))
    yield from ()


def _list(
    iam: IAM,
    holder: Holder,
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


def _document(iam: IAM, holder: Holder, named: dict[str, str], policy: str) -> str:
    answer = iam.call(holder.get, **named, PolicyName=policy)
    return stored_document(answer["PolicyDocument"])


def _delete(iam: IAM, holder: Holder, name: str, policy: str) -> Lines:
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

    Output: Nothing without -o.
    With -o: the policy as one line of JSON, after the service has taken it.
    Example: iam-useraddpolicy -u bob -p read-bucket -e Allow -a s3:GetObject -r arn:aws:s3:::example/* -o
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

    Output: Nothing without -o.
    With -o: the policy as one line of JSON, after the service has taken it.
    Example: iam-groupaddpolicy -g Admin -p all -e Allow -a '*' -r '*' -o
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
    Mind that resources are given by -c here, because -r names the role.

    Output: Nothing without -o.
    With -o: the policy as one line of JSON, after the service has taken it.
    Example: iam-roleaddpolicy -r webserver -p read-config -e Allow -a s3:GetObject -c arn:aws:s3:::config/* -o
    Calls: PutRolePolicy
    """  # noqa: E501 - a command line stays whole
    return _add(iam, ROLES, role, policy, effect, actions, resources, show=show)


@command("iam-useruploadpolicy", USER, POLICY, POLICY_FILE, POLICY_TEXT)
def useruploadpolicy(
    iam: IAM, user: str, policy: str, file: str | None, document: str | None
) -> Lines:
    """Give a user a policy that you have written.

    The policy is sent and stored byte for byte.
    A policy of the same name that the user already has is replaced.

    Output: Nothing.
    Differs: A policy that is not JSON is refused before anything is sent.
    A policy that the shell took apart, because it was not in single quotes, is recognised: nothing
      is sent, and the command is shown as it has to be typed.
    Example: iam-useruploadpolicy -u bob -p AllAccessPolicy -f policy.json
    Example: iam-useruploadpolicy -u bob -p AllAccessPolicy -o '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    Calls: PutUserPolicy
    """  # noqa: E501 - a command line stays whole
    return _upload(iam, USERS, user, policy, file, document)


@command("iam-groupuploadpolicy", GROUP, POLICY, POLICY_FILE, POLICY_TEXT)
def groupuploadpolicy(
    iam: IAM, group: str, policy: str, file: str | None, document: str | None
) -> Lines:
    """Give a group a policy that you have written.

    The policy is sent and stored byte for byte; it holds for every member of the group.
    A policy of the same name that the group already has is replaced.

    Output: Nothing.
    Differs: A policy that is not JSON is refused before anything is sent.
    A policy that the shell took apart, because it was not in single quotes, is recognised: nothing
      is sent, and the command is shown as it has to be typed.
    Example: iam-groupuploadpolicy -g Admin -p AllAccessPolicy -f policy.json
    Calls: PutGroupPolicy
    """
    return _upload(iam, GROUPS, group, policy, file, document)


@command("iam-roleuploadpolicy", ROLE, POLICY, POLICY_FILE, POLICY_TEXT)
def roleuploadpolicy(
    iam: IAM, role: str, policy: str, file: str | None, document: str | None
) -> Lines:
    """Give a role a policy that you have written.

    The policy is sent and stored byte for byte; it says what the role allows, not who may assume
    it, for which see iam-roleupdateassumepolicy(1).
    A policy of the same name that the role already has is replaced.

    Output: Nothing.
    Differs: A policy that is not JSON is refused before anything is sent.
    A policy that the shell took apart, because it was not in single quotes, is recognised: nothing
      is sent, and the command is shown as it has to be typed.
    Example: iam-roleuploadpolicy -r webserver -p read-config -f policy.json
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

    Managed policies that are attached to the user, and policies of the user's groups, are not
    listed.

    Output: One policy name a line, then the footer.
    With -v: below each name the policy's document.
    With -p: that policy's document alone, no name and no footer.
    A document is printed byte for byte as the service stores it.
    Example: iam-userlistpolicies -u bob
    Example: iam-userlistpolicies -u bob -p AllAccessPolicy
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

    Managed policies that are attached to the group are not listed.

    Output: One policy name a line, then the footer.
    With -v: below each name the policy's document.
    With -p: that policy's document alone, no name and no footer.
    A document is printed byte for byte as the service stores it.
    Example: iam-grouplistpolicies -g Admin
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

    Managed policies that are attached to the role, and its trust policy, are not listed.

    Output: One policy name a line, then the footer.
    With -v: below each name the policy's document.
    With -p: that policy's document alone, no name and no footer.
    A document is printed byte for byte as the service stores it.
    Example: iam-rolelistpolicies -r webserver -v
    Calls: ListRolePolicies, GetRolePolicy
    """
    return _list(iam, ROLES, role, policy, max_items, marker, verbose=verbose)


@command("iam-userdelpolicy", USER, POLICY)
def userdelpolicy(iam: IAM, user: str, policy: str) -> Lines:
    """Delete a user's policy.

    Output: Nothing.
    Example: iam-userdelpolicy -u bob -p AllAccessPolicy
    Calls: DeleteUserPolicy
    """
    return _delete(iam, USERS, user, policy)


@command("iam-groupdelpolicy", GROUP, POLICY)
def groupdelpolicy(iam: IAM, group: str, policy: str) -> Lines:
    """Delete a group's policy.

    Output: Nothing.
    Example: iam-groupdelpolicy -g Admin -p AllAccessPolicy
    Calls: DeleteGroupPolicy
    """
    return _delete(iam, GROUPS, group, policy)


@command("iam-roledelpolicy", ROLE, POLICY)
def roledelpolicy(iam: IAM, role: str, policy: str) -> Lines:
    """Delete a role's policy.

    Output: Nothing.
    Example: iam-roledelpolicy -r webserver -p read-config
    Calls: DeleteRolePolicy
    """
    return _delete(iam, ROLES, role, policy)
